"""What stands in deploy/ is well-formed, and names what is there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from webapp.config.settings import NAMES

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"


def test_the_unit_is_one_that_systemd_takes(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze on this machine")
    unit = (DEPLOY / "takings.service").read_text()
    here = unit.replace("/opt/takings/.venv/bin/python", "/bin/true").replace("/opt/takings", str(tmp_path))
    (tmp_path / "takings.service").write_text(here)

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "takings.service")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "takings" in line]

    assert not ours


@pytest.mark.parametrize(
    "line",
    ["Type=notify", "DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "StateDirectory=takings",
     "ExecReload=/bin/kill -HUP $MAINPID"],
)  # fmt: skip
def test_the_unit_is_closed_in(line):
    assert line in (DEPLOY / "takings.service").read_text().splitlines()


def test_the_compose_file_runs_one_container_over_the_volume_behind_a_door():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    shop, door = services["takings"], services["caddy"]

    assert shop["read_only"] and shop["cap_drop"] == ["ALL"] and "ports" not in shop
    assert shop["volumes"] == ["data:/data"] and "data:/data" not in door["volumes"]
    assert shop["environment"]["TAKINGS_TRUSTED_PROXIES"] == door["networks"]["inside"]["ipv4_address"]
    assert (DEPLOY / "Caddyfile").is_file() and (ROOT / shop["build"]["dockerfile"]).is_file()


def test_every_setting_that_is_named_exists():
    named = {
        name
        for file in [*DEPLOY.iterdir(), *(ROOT / "docs").glob("*.md")]
        for name in re.findall(r"\bTAKINGS_[A-Z_]+\b", file.read_text("utf-8"))
    }

    assert {name for name in named if name.removesuffix("_FILE") not in NAMES} <= {
        "TAKINGS_DOOR_USER", "TAKINGS_DOOR_HASH", "TAKINGS_UPSTREAM", "TEST_DATA_FOLDER",
    }  # fmt: skip


def test_the_image_has_no_root_a_health_check_and_what_it_copies():
    text = (DEPLOY / "Dockerfile").read_text()

    assert "USER 10001:10001" in text and "HEALTHCHECK" in text and "--require-hashes" in text
    kept = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")}
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for name in line.split():
            assert (ROOT / name).exists() and name in kept


@pytest.mark.parametrize("file", ["nginx.conf", "Caddyfile"])
def test_the_door_asks_for_a_password_and_keeps_the_figures_inside(file):
    text = (DEPLOY / file).read_text()

    assert re.search(r"auth_basic|basic_auth", text) and "/metrics" in text
    assert text.count("{") == text.count("}")
