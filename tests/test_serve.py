"""Starting and stopping the whole: nothing accepted is lost, nothing is left running."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.faults.till import Tills, every_order, new_product, sound
from tests.servers.takings import ROOT, Server
from webapp import cli


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_in_the_middle_of_sales_loses_none_and_ends_everything(tmp_path, how):
    server = Server(tmp_path)
    server.start()
    new_product(server)
    tills = Tills(server, 4).start()
    server.wait_for(lambda: len(tills.answered) >= 50)
    family = server.family()

    status = server.stop(how)
    server.start()
    tills.stop()
    there = {order["id"] for order in every_order(server)}
    well = sound(server)
    server.stop()

    assert status == 0
    assert not [pid for pid in family if Path(f"/proc/{pid}").exists()]
    assert set(tills.answered.values()) == there
    assert well


def test_a_kept_database_starts_again_with_its_figures(tmp_path):
    server = Server(tmp_path)
    server.start()
    new_product(server)
    with server.client() as client:
        client.post("/orders", json={"product_id": "TEA", "quantity": 2})
        before = client.get("/analytics").json()
    server.restart()
    with server.client() as client:
        after = client.get("/analytics").json()
    server.stop()

    assert (after["seq"], after["total_revenue"]) == (before["seq"], before["total_revenue"]) == (2, 4.8)


@pytest.mark.parametrize("host, called", [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]")])
def test_a_shop_that_listens_everywhere_starts_and_is_called_by_loopback(tmp_path, host, called):
    server = Server(tmp_path, TAKINGS_HOST=host)
    server.start()
    try:
        answer = httpx.get(f"http://{called}:{server.port}/healthz")
    finally:
        status = server.stop()

    assert f"Takings listens on http://{called}:{server.port}" in server.lines
    assert (answer.status_code, status) == (200, 0)


def test_a_busy_port_is_exit_status_1(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = Server(tmp_path, TAKINGS_PORT=str(taken.getsockname()[1]))
        done = server.run("serve")

    assert (done.returncode, "is taken" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    "environ, said",
    [({"TAKINGS_PROT": "1"}, "TAKINGS_PROT"), ({"TAKINGS_PORT": "many"}, "TAKINGS_PORT"), ({"TAKINGS_MODE": "x"}, "TAKINGS_MODE")],
)  # fmt: skip
def test_a_wrong_setting_stops_the_start_with_one_line_and_status_2(tmp_path, environ, said):
    done = Server(tmp_path, **environ).run("serve")

    assert done.returncode == 2
    assert said in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["user", "token"])
def test_what_comes_later_says_so_with_status_2(tmp_path, command):
    done = Server(tmp_path).run(command, "x")

    assert (done.returncode, "not part of this version" in done.stderr) == (2, True)


def test_a_file_is_imported_by_command_and_counted_on_the_last_line(tmp_path):
    file = tmp_path / "sales.csv"
    file.write_text(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "1,22423,CAKESTAND,2,2010-12-01 08:26:00,12.75,17850.0,United Kingdom\n"
        "C2,22423,CAKESTAND,-1,2010-12-02 08:26:00,12.75,17850.0,United Kingdom\n"
        "3,22423,CAKESTAND,2,2010-12-01 08:26:00,0,17850.0,United Kingdom\n"
    )

    done = Server(tmp_path).run("import", str(file))
    again = Server(tmp_path).run("import", str(file))

    assert json.loads(done.stdout.splitlines()[-1]) == {"rows": 3, "imported": 2, "repeated": 0, "rejected": 1}
    assert json.loads(again.stdout.splitlines()[-1])["imported"] == 0
    assert Server(tmp_path).run("verify").returncode == 0


@pytest.mark.sqlite("a database that is not on a server does not answer")
@pytest.mark.parametrize(
    "command", [("verify",), ("verify", "--accept"), ("rebuild",), ("export",), ("backup", "copy.db")]
)
def test_what_keeps_a_shop_safe_makes_no_new_one_where_there_is_none(tmp_path, monkeypatch, capsys, command):
    monkeypatch.setenv("TAKINGS_DATABASE", str(tmp_path / "mistyped.db"))

    status = cli.main(list(command))

    said = capsys.readouterr()
    assert (status, said.out) == (1, "")
    assert said.err.startswith(f"There is no database {tmp_path / 'mistyped.db'}")
    assert not list(tmp_path.iterdir())


def test_only_this_machine_is_listened_to_in_the_sample_shop(tmp_path):
    done = Server(tmp_path, TAKINGS_MODE="demo", TAKINGS_HOST="0.0.0.0").run("serve")

    assert done.returncode == 2
    assert "TAKINGS_HOST" in done.stderr


def test_the_program_needs_nothing_but_its_own_folder():
    done = subprocess.run(
        [sys.executable, "-m", "webapp", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0
    assert "verify" in done.stdout


def test_a_shop_in_a_file_does_not_load_what_speaks_to_a_server(tmp_path):
    settings = {"TAKINGS_DATABASE": str(tmp_path / "shop.db"), "TAKINGS_FOLDER": str(tmp_path)}
    told = f"import os, sys; os.environ |= {settings}; import wsgi; print('psycopg' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert said.stdout.strip() == "False", said.stderr  # a tenth of each process's start
