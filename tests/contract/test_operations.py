"""Section 8 of the contract: health, the API's description, commands, settings."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from tests.contract.conftest import exact
from webapp import clock

ROOT = Path(__file__).resolve().parents[2]
ADDRESSES = {
    "/orders": "get post", "/orders/batch": "post", "/orders/{order_id}": "get", "/orders/{order_id}/returns": "post",
    "/returns": "get post", "/products": "get post", "/products/batch": "post",
    "/products/{reference}": "get patch delete", "/products/{reference}/prices": "get",
    "/products/{reference}/stock": "get post", "/channels": "get post", "/locations": "get post",
    "/categories": "get post", "/brands": "get post", "/vendors": "get post", "/analytics": "get", "/explore": "get",
    "/explore/metrics": "get", "/analytics/reconciliation": "get", "/events": "get", "/live": "get",
    "/imports": "post", "/imports/{import_id}": "get", "/imports/{import_id}/start": "post",
    "/imports/{import_id}/cancel": "post", "/imports/{import_id}/resume": "post", "/healthz": "get", "/readyz": "get",
    "/openapi.json": "get",
}  # fmt: skip
SETTINGS = [
    "TAKINGS_MODE", "TAKINGS_DATABASE", "TAKINGS_REPLICA", "TAKINGS_HOST", "TAKINGS_PORT", "TAKINGS_WORKERS",
    "TAKINGS_WRITER", "TAKINGS_SHOP", "TAKINGS_CURRENCY", "TAKINGS_TIME_ZONE", "TAKINGS_LOCALE", "TAKINGS_SECRET_KEY",
    "TAKINGS_LLM", "TAKINGS_LLM_KEY", "TAKINGS_LLM_MODEL", "TAKINGS_LLM_URL", "TAKINGS_WEATHER", "TAKINGS_WEATHER_KEY",
    "TAKINGS_WEATHER_URL", "TAKINGS_LLM_BUDGET", "TAKINGS_LLM_PRICE", "TAKINGS_LLM_SPEND", "TAKINGS_ADVICE_AGE", "TAKINGS_SMTP_URL",
    "TAKINGS_MAIL_FROM",
    "TAKINGS_PUBLIC_URL", "TAKINGS_TRUSTED_PROXIES", "TAKINGS_CLOCK_FILE", "TAKINGS_LOG",
]  # fmt: skip


# ---- Health ----


def test_healthz_says_that_the_process_lives(api):
    said = exact(api.get("/healthz"))

    assert said["status"] == "ok" and said["checks"]


def test_readyz_is_503_without_a_worker(api):
    answer = api.get("/readyz")

    assert answer.status_code == 503 and "Retry-After" in answer.headers
    assert answer.json["status"] != "ok" and answer.json["checks"]["database"] == "ok"
    assert answer.json["checks"]["migrations"] == "ok" and answer.json["checks"]["worker"] != "ok"


def test_readyz_needs_a_sign_of_life_under_thirty_seconds(api, at):
    from webapp.db import writer
    from webapp.jobs import queue

    now = clock.now_ms()
    writer.do(lambda tx, items: [queue.beat(tx, "worker") for _ in items], None)

    assert exact(api.get("/readyz"))["checks"]["worker"] == "ok"
    at(clock.format_time(now + 29_999))
    assert api.get("/readyz").status_code == 200
    at(clock.format_time(now + 30_001))
    assert api.get("/readyz").status_code == 503


# ---- The description of the API ----


def test_the_description_is_valid_and_holds_every_address(api):
    said = api.get("/openapi.json").json

    assert said["openapi"].startswith("3.1.")
    validate(said, cls=OpenAPIV31SpecValidator)
    for path, methods in ADDRESSES.items():
        assert set(methods.split()) <= set(said["paths"].get(path, ())), path


def test_what_is_described_is_there(api):
    known: dict[str, set[str]] = {}
    for rule in api.client.application.url_map.iter_rules():
        path = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule)
        known.setdefault(path, set()).update(rule.methods)

    for path, methods in api.get("/openapi.json").json["paths"].items():
        assert {method.upper() for method in methods} <= known[path], path


def test_the_description_says_what_validates(api):
    said = api.get("/openapi.json").json["components"]["schemas"]

    product = next(schema for name, schema in said.items() if name.startswith("NewProduct"))
    assert sorted(product["required"]) == ["name", "price", "sku"] and product["additionalProperties"] is False


# ---- Commands ----


def run(folder, *arguments, **settings):
    """`python -m webapp` in a folder of its own: its exit status and all that it said."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TAKINGS_")}
    environ |= {"TAKINGS_DATABASE": str(folder / "shop.db"), "TAKINGS_LOG": "text", **settings}
    environ = {name: value for name, value in environ.items() if value is not None}
    done = subprocess.run(
        [sys.executable, "-m", "webapp", *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("user", "add"), ("token", "add", "--name", "N", "--role", "R")],
)  # fmt: skip
def test_commands_that_come_later_say_so(arguments, capsys):
    from webapp import cli

    assert cli.main(list(arguments)) == 2
    assert arguments[0] in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["fly"], ["import"], ["serve", "--fast"]])
def test_wrong_usage_is_2(arguments):
    from webapp import cli

    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2


@pytest.mark.parametrize(
    "command",
    ["demo", "serve", "work", "import", "export", "replay", "migrate", "rebuild", "verify", "backup", "restore", "user",
     "token", "config"],
)  # fmt: skip
def test_each_command_has_help(command, capsys):
    from webapp import cli

    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0 and f"python -m webapp {command}" in capsys.readouterr().out


def test_config_lists_every_setting_its_origin_and_no_secret(tmp_path):
    secret, key = "s" * 40, tmp_path / "key"
    key.write_text("sesame-open")
    status, said, _ = run(
        tmp_path, "config", TAKINGS_SECRET_KEY=secret, TAKINGS_LLM_KEY_FILE=str(key), TAKINGS_PORT="8123",
        OPENWEATHER_API_KEY="cloud-key", TAKINGS_SMTP_URL="smtp://ana:pass-word@mail.example",
        TAKINGS_REPLICA="postgresql://ana:pass-word@db.example/x",
    )  # fmt: skip

    assert status == 0
    for name in SETTINGS:
        assert re.search(rf"^{name}\b", said, re.MULTILINE), name
    for hidden in (secret, "sesame-open", "cloud-key", "pass-word"):
        assert hidden not in said
    assert re.search(r"^TAKINGS_PORT = 8123 +\(environment", said, re.MULTILINE)
    assert re.search(r"^TAKINGS_HOST = 127.0.0.1 +\(default", said, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "value"),
    [("TAKINGS_COLOUR", "red"), ("TAKINGS_PORT", "80000"), ("TAKINGS_MODE", "test"), ("TAKINGS_CURRENCY", "XXX"),
     ("TAKINGS_TIME_ZONE", "Moon"), ("TAKINGS_WORKERS", "0"), ("TAKINGS_SECRET_KEY", "short"),
     ("TAKINGS_LLM_KEY_FILE", "/nowhere"), ("TAKINGS_PUBLIC_URL", "ftp://x"), ("TAKINGS_TRUSTED_PROXIES", "x"),
     ("TAKINGS_WRITER", "both"), ("TAKINGS_LOG", "xml"), ("TAKINGS_LLM", "oracle"), ("TAKINGS_LLM_BUDGET", "much"),
     ("TAKINGS_LLM_PRICE", "cheap"), ("TAKINGS_LLM_SPEND", "2.50")],
)  # fmt: skip
def test_a_wrong_setting_is_one_clear_line_and_2(tmp_path, capsys, monkeypatch, name, value):
    from webapp import cli

    monkeypatch.setenv("TAKINGS_DATABASE", str(tmp_path / "shop.db"))
    monkeypatch.setenv(name, value)
    assert cli.main(["serve"]) == 2
    said = capsys.readouterr()
    assert name in said.err and len(said.err.strip().splitlines()) == 1 and not said.out


def test_migrate_verify_and_rebuild_end_with_0_and_a_difference_with_1(tmp_path):
    assert run(tmp_path, "migrate")[0] == 0
    assert run(tmp_path, "migrate")[0] == 0
    status, said, _ = run(tmp_path, "verify")
    assert status == 0 and said
    _break(tmp_path / "shop.db")
    assert run(tmp_path, "verify")[0] == 1


def _break(path):
    import sqlite3

    with sqlite3.connect(path) as connection:
        connection.execute("update counter set value = value + 3 where name = 'seq'")


def test_a_newer_schema_is_refused(tmp_path):
    import sqlite3

    assert run(tmp_path, "migrate")[0] == 0
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("update schema_migration set version = 9999 where version = 1")
    status, _, said = run(tmp_path, "migrate")
    assert status in (1, 2) and "newer" in said and "Traceback" not in said
    assert run(tmp_path, "verify")[0] in (1, 2)


def test_another_currency_zone_or_mode_stops_the_start(tmp_path):
    assert run(tmp_path, "migrate")[0] == 0
    for name, value in (("TAKINGS_CURRENCY", "EUR"), ("TAKINGS_TIME_ZONE", "Europe/Berlin"), ("TAKINGS_MODE", "demo")):
        status, _, said = run(tmp_path, "verify", **{name: value})
        assert status == 2 and name in said and len(said.strip().splitlines()) == 1


def test_a_missing_file_is_a_failure_and_no_trace(tmp_path):
    status, _, said = run(tmp_path, "import", str(tmp_path / "none.csv"))

    assert status == 1 and "none.csv" in said and "Traceback" not in said


def test_a_busy_port_ends_serve_with_1(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, said, why = run(tmp_path, "serve", TAKINGS_PORT=str(port))

    assert status == 1 and str(port) in why and "listens on" not in said


def test_the_secret_key_is_made_once_and_for_the_owner_alone(tmp_path):
    from webapp import config

    settings = config.load({"TAKINGS_DATABASE": str(tmp_path / "shop.db")}, dotenv=None)
    first = config.secret_key(settings)

    assert config.secret_key(settings) == first
    [file] = [
        one
        for one in tmp_path.iterdir()
        if first in one.read_bytes() or first.decode("latin-1") in one.read_text("latin-1")
    ]
    assert file.stat().st_mode & 0o777 == 0o600


def test_serve_says_where_it_listens_and_is_ready(server):
    assert any(re.fullmatch(r"Takings listens on http://127\.0\.0\.1:\d+", line) for line in server.lines)
    with server.client() as client:
        server.wait_for(lambda: client.get("/readyz").status_code == 200)
        assert client.get("/readyz").json()["status"] == "ok"
        assert client.get("/healthz").json()["status"] == "ok"


def test_the_real_server_answers_broken_requests_without_a_trace(server):
    for sent in (b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: evil\r\n\r\n", b"POST /orders HTTP/1.1\r\n"
                 b"Host: localhost\r\nContent-Type: application/json\r\nContent-Length: x\r\n\r\n",
                 b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"):  # fmt: skip
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
            line.sendall(sent)
            answer = line.recv(65_536)
        assert re.match(rb"HTTP/1\.[01] 4\d\d ", answer), sent[:60]
        assert b"Traceback" not in answer
    with server.client() as client:
        big = client.post("/orders", content=b" " * ((1 << 20) + 1), headers={"Content-Type": "application/json"})
        assert big.status_code == 413
        streamed = client.post(
            "/orders", content=iter([b'{"product_id": 1,', b'"quantity": 1}']), headers={"Content-Type": "application/json"}
        )  # fmt: skip
        assert streamed.status_code == 422
