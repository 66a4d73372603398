"""Trap 13: keys and environment files committed, the push port open to every host, and no test that checks one figure."""

import ast
import fnmatch
import re

import pytest

from tests.house.test_repository import BINARY, ROOT, SECRETS, tracked
from webapp.config import load

FIGURES = re.compile(r"total_revenue|net_sales|gross_sales|total_minor|average_order_value|last_minute")
SAMPLES = {".env.example", ".env.sample"}


def test_trap_13_no_key_and_no_environment_file_is_in_the_repository():
    names = [file.relative_to(ROOT) for file in tracked()]

    environment = [name for name in names if fnmatch.fnmatch(name.name, ".env*") and name.name not in SAMPLES]
    keys = [name for name in names if name.suffix in {".pem", ".key", ".p12", ".pfx"} or name.name == "secret.key"]
    held = [
        name for name in names
        if name.suffix not in BINARY and SECRETS.search((ROOT / name).read_text("utf-8", "replace"))
    ]  # fmt: skip
    assert (environment, keys, held) == ([], [], [])


@pytest.mark.parametrize("name", [".env", ".env.local", "var/takings.db"])
def test_trap_13_what_holds_keys_is_ignored_by_git(name):
    patterns = [line.strip().strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()]

    assert any(fnmatch.fnmatch(name, pattern) or name.startswith(pattern + "/") for pattern in patterns if pattern)


def test_trap_13_it_listens_on_the_own_machine_alone_unless_told(tmp_path):
    settings = load({"TAKINGS_DATABASE": str(tmp_path / "shop.db")}, dotenv=None)

    assert settings.host == "127.0.0.1"


@pytest.mark.parametrize("path", ["/live", "/events?topics=orders"])
@pytest.mark.parametrize(
    ("headers", "peer"),
    [
        ({"Origin": "https://evil.example"}, "127.0.0.1"),
        ({"Host": "evil.example"}, "127.0.0.1"),
        ({}, "192.0.2.7"),
    ],
)
def test_trap_13_the_push_port_is_closed_to_other_pages_and_other_hosts(client, path, headers, peer):
    answer = client.get(path, headers=headers, environ_base={"REMOTE_ADDR": peer})

    assert answer.status_code in (400, 403)


def test_trap_13_figures_are_checked_by_tests():
    checking = 0
    for file in (ROOT / "tests").rglob("test_*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        checking += sum(
            1 for node in ast.walk(tree)
            if isinstance(node, ast.Assert) and FIGURES.search(text := ast.unparse(node)) and re.search(r"\d", text)
        )  # fmt: skip

    assert checking >= 50
