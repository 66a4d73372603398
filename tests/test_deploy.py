"""What stands in deploy/ is well-formed, and names what is there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from webapp import config
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


def services_of(file):
    """The services of a compose file."""
    return yaml.safe_load((DEPLOY / file).read_text())["services"]


def test_the_compose_file_of_one_machine_runs_one_container_over_the_volume_behind_a_door():
    services = services_of("compose.one.yaml")
    shop, door = services["takings"], services["caddy"]

    assert shop["read_only"] and shop["cap_drop"] == ["ALL"] and "ports" not in shop
    assert shop["volumes"] == ["data:/data"] and "data:/data" not in door["volumes"]
    assert shop["environment"]["TAKINGS_TRUSTED_PROXIES"] == door["networks"]["inside"]["ipv4_address"]
    assert (DEPLOY / "Caddyfile").is_file() and (ROOT / shop["build"]["dockerfile"]).is_file()


def test_the_compose_file_runs_two_web_nodes_a_worker_a_primary_with_a_replica_and_a_proxy():
    services = services_of("compose.yaml")
    webs, worker, door = [services["web1"], services["web2"]], services["worker"], services["caddy"]

    assert set(services) == {"web1", "web2", "worker", "primary", "replica", "caddy"}
    assert [web["command"] for web in webs] == [["serve", "--web-only"]] * 2 and worker["command"] == ["work"]
    assert {node["environment"]["TAKINGS_FOLDER"] for node in (*webs, worker)} == {"/data"}
    assert all(node["volumes"] == ["files:/data"] and node["read_only"] for node in (*webs, worker))
    assert webs[0]["environment"]["TAKINGS_TRUSTED_PROXIES"] == door["networks"]["inside"]["ipv4_address"]
    assert door["environment"]["TAKINGS_UPSTREAM"].split() == ["web1:8000", "web2:8000"]


def test_the_proxy_alone_has_published_ports_and_each_service_a_check_of_its_health():
    services = services_of("compose.yaml")

    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]
    asked_by_the_image = {"web1", "web2"}  # the Dockerfile's HEALTHCHECK
    assert {name for name, service in services.items() if "healthcheck" not in service} == asked_by_the_image


def test_each_secret_is_a_file_that_is_made_by_the_script_and_no_password_stands_in_the_compose_file(tmp_path):
    text = (DEPLOY / "compose.yaml").read_text()
    known = yaml.safe_load(text)
    shutil.copy(DEPLOY / "secrets.sh", tmp_path)

    subprocess.run(["sh", str(tmp_path / "secrets.sh")], check=True, capture_output=True)
    made = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}

    assert {f"./secrets/{name}" for name in made} == {secret["file"] for secret in known["secrets"].values()}
    assert {name for service in known["services"].values() for name in service.get("secrets", [])} == set(made)
    assert made["database_password"].strip() in made["database"] and "PASSWORD:" not in text
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0


def test_the_settings_of_the_nodes_are_taken_as_they_stand(tmp_path):
    shutil.copy(DEPLOY / "secrets.sh", tmp_path)
    subprocess.run(["sh", str(tmp_path / "secrets.sh")], check=True, capture_output=True)
    given = services_of("compose.yaml")["web1"]["environment"]
    said = {
        name: value.replace("/run/secrets", str(tmp_path / "secrets"))
        for name, value in given.items()
        if "$" not in value
    }

    settings = config.load({**said, "TAKINGS_PUBLIC_URL": "https://shop.example"}, dotenv=None)

    assert settings.database.endswith("@primary,replica/shop?target_session_attrs=read-write")
    assert "@replica,primary/shop?" in settings.replica and settings.folder == "/data"


@pytest.mark.parametrize("script", ["secrets.sh", "postgresql/primary.sh", "postgresql/replica.sh"])
def test_the_scripts_are_ones_that_a_shell_takes(script):
    assert subprocess.run(["sh", "-n", str(DEPLOY / script)]).returncode == 0


def test_every_setting_that_is_named_exists():
    named = {
        name
        for file in [*DEPLOY.glob("*.*"), DEPLOY / "Dockerfile", DEPLOY / "Caddyfile", *(ROOT / "docs").glob("*.md")]
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
