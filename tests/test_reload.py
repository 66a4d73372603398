"""SIGHUP to `serve`: new web processes take over while tills sell; nobody notices."""

import json
import os
import signal
import socket

import httpx
import websocket

from tests.faults.till import Tills, every_order, new_product, sound
from tests.servers.takings import Server

RELOADS = 3


class Strict(Tills):
    """Tills that write down every request that was not answered as it should."""

    failed: list[str]

    def send(self, client: httpx.Client, key: str) -> None:
        try:
            answer = client.post("/orders", json=self.body(), headers={"Idempotency-Key": key})
            if answer.status_code == 201:
                self.answered[key] = answer.json()["id"]
            else:
                self.failed.append(str(answer.status_code))
        except httpx.TransportError as error:
            self.failed.append(repr(error))


def reload(server: Server) -> None:
    """Reload and wait until the old web processes have ended."""
    before = set(server.web_processes())
    said = len([line for line in server.lines if "taken over" in line])
    os.kill(server.pid, signal.SIGHUP)
    server.wait_for(lambda: len([line for line in server.lines if "taken over" in line]) > said, 60)
    server.wait_for(lambda: not before & set(server.web_processes()), 60)


def test_a_reload_under_load_fails_no_request_and_loses_no_order(tmp_path):
    server = Server(tmp_path)
    server.start()
    new_product(server)
    tills = Strict(server, 4)
    tills.failed = []
    tills.start()
    for _ in range(RELOADS):
        sold = len(tills.answered)
        server.wait_for(lambda least=sold + 30: len(tills.answered) >= least)
        reload(server)
    sold = len(tills.answered)
    server.wait_for(lambda: len(tills.answered) >= sold + 30)
    tills.stop()
    there = {order["id"] for order in every_order(server)}
    well = sound(server)
    server.stop()

    assert tills.failed == []
    assert set(tills.answered.values()) == there and len(there) == len(tills.answered)
    assert well


class Begun:
    """An order of which the server has the head and half of the body: it is under way for certain."""

    BODY = b'{"product_id": "TEA", "quantity": 3}'

    def __init__(self, server: Server) -> None:
        self.line = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        head = (
            f"POST /orders HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(self.BODY)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        self.line.sendall(head.encode())
        assert self.line.recv(100).startswith(b"HTTP/1.1 100")
        self.line.sendall(self.BODY[:10])

    def finish(self) -> int:
        """Send the rest; the status of the answer, 0 where none comes any more."""
        try:
            self.line.sendall(self.BODY[10:])
            answer = self.line.recv(100)
        except OSError:
            answer = b""
        finally:
            self.line.close()
        return int(answer.split()[1]) if answer else 0


def test_an_order_that_is_under_way_when_the_shop_reloads_is_taken(tmp_path):
    server = Server(tmp_path)
    server.start()
    new_product(server)
    begun = Begun(server)
    before = set(server.web_processes())
    os.kill(server.pid, signal.SIGHUP)
    server.wait_for(lambda: any("taken over" in line for line in server.lines), 60)
    status = begun.finish()
    server.wait_for(lambda: not before & set(server.web_processes()), 60)
    orders = every_order(server)
    server.stop()

    assert status == 201
    assert [order["lines"][0]["quantity"] for order in orders] == [3]


def test_the_control_a_reload_that_kills_is_caught(tmp_path):
    server = Server(tmp_path, broken="kill_on_reload")
    server.start()
    new_product(server)
    begun = Begun(server)
    reload(server)
    status = begun.finish()
    server.stop()

    assert status == 0


def test_a_reload_ends_sockets_with_1012_and_takes_new_ones(tmp_path):
    server = Server(tmp_path)
    server.start()
    new_product(server)
    line = websocket.create_connection(server.ws_url, timeout=20)
    line.send(json.dumps({"subscribe": ["orders"]}))
    assert json.loads(line.recv())["topic"] == "ready"
    reload(server)
    opcode, said = line.recv_data()
    again = websocket.create_connection(server.ws_url, timeout=20)
    again.send(json.dumps({"subscribe": ["orders"]}))
    ready = json.loads(again.recv())
    server.stop()

    assert (opcode, int.from_bytes(said[:2], "big")) == (8, 1012)
    assert ready["topic"] == "ready"


def test_new_processes_that_cannot_start_leave_the_old_ones_in_place(tmp_path):
    wrong = tmp_path / "name"
    wrong.write_text("30")
    server = Server(tmp_path, TAKINGS_ADVICE_AGE_FILE=str(wrong))
    server.start()
    new_product(server)
    wrong.write_text("never")
    os.kill(server.pid, signal.SIGHUP)
    server.wait_for(lambda: any("did not start; the old ones go on" in line for line in server.lines), 40)
    with server.client() as client:
        placed = client.post("/orders", json={"product_id": "TEA", "quantity": 1}).status_code
    status = server.stop()

    assert (placed, status) == (201, 0)


def test_other_signals_of_log_rotation_end_nothing(tmp_path):
    server = Server(tmp_path)
    server.start()
    for pid in server.family():
        os.kill(pid, signal.SIGUSR1)
    with server.client() as client:
        said = client.get("/healthz").json()
    family = server.family()
    server.stop()

    assert said["status"] == "ok" and len(family) >= 4


def test_a_connection_that_asks_nothing_holds_up_no_stop(tmp_path):
    server = Server(tmp_path)
    server.start()
    with socket.create_connection(("127.0.0.1", server.port)):
        status = server.stop()

    assert status == 0
    assert not any("graceful timeout" in line for line in server.lines)
