"""Faults 10, 11 and 12: the same order is sent again, at once, with other content, or because the answer was lost."""

import socket
import threading
import uuid

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults.till import every_order, new_product
from tests.servers.takings import Server

ORDER = {"product_id": "TEA", "quantity": 1}


@pytest.fixture(scope="module")
def product(server):
    """Something to sell."""
    return new_product(server)


def send_at_once(server, key, count=50):
    """The answers of so many requests with one key, sent at the same instant."""
    answers, ready = [], threading.Barrier(count)

    def send():
        with server.client() as client:
            ready.wait()
            answers.append(client.post("/orders", json=ORDER, headers={"Idempotency-Key": key}))

    threads = [threading.Thread(target=send) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_fault_10_fifty_at_once_with_one_key_are_one_order(server, product, figures):
    before = len(every_order(server))

    answers = send_at_once(server, uuid.uuid4().hex)

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 49
    assert len(every_order(server)) == before + 1
    figures(10, sent_at_once=50, orders=1)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    quantity=st.integers(2, 1000), note=st.text(max_size=20).filter(lambda text: "\0" not in text and text.isascii())
)
def test_fault_11_the_same_key_with_other_content_writes_nothing(server, product, figures, quantity, note):
    key = uuid.uuid4().hex
    with server.client() as client:
        first = client.post("/orders", json=ORDER, headers={"Idempotency-Key": key})
        seq = client.get("/analytics").json()["seq"]

        other = client.post(
            "/orders", json={**ORDER, "quantity": quantity, "note": note}, headers={"Idempotency-Key": key}
        )

        assert first.status_code == 201
        assert (other.status_code, other.json()["code"]) == (422, "key_reused")
        assert client.get("/analytics").json()["seq"] == seq
    figures(11, other_contents=1, written=0)


class Deaf:
    """A proxy that passes a request on and loses the answer."""

    def __init__(self, port):
        self.port = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self):
        """Where it listens."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def _serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client, socket.create_connection(("127.0.0.1", self.port)) as server:
                request = b""
                while b"\r\n\r\n{" not in request or not request.endswith(b"}"):
                    request += client.recv(65_536)
                server.sendall(request)
                server.recv(65_536)  # it was done, and nobody is told


def lose_the_answer(server):
    """How many orders there are after one whose answer was lost was sent again."""
    key, deaf = uuid.uuid4().hex, Deaf(server.port)
    before = len(every_order(server))
    request = {"json": ORDER, "headers": {"Idempotency-Key": key}}
    with pytest.raises(httpx.TransportError):
        httpx.post(f"{deaf.url}/orders", **request)
    deaf.listener.close()
    with server.client() as client:
        answer = client.post("/orders", **request)
    assert answer.status_code == 201
    return len(every_order(server)) - before


def test_fault_12_a_lost_answer_is_sent_again_and_booked_once(server, product, figures):
    assert lose_the_answer(server) == 1
    figures(12, answers_lost=1, orders=1)


def test_fault_10_and_12_the_control_a_build_that_forgets_keys_books_twice(tmp_path):
    server = Server(tmp_path, broken="forget_keys")
    server.start()

    try:
        new_product(server)
        booked = lose_the_answer(server)
        answers = send_at_once(server, "one-key", 10)
    finally:
        server.stop()

    assert booked == 2
    assert len({answer.content for answer in answers}) > 1


def test_fault_11_the_control_a_build_that_reuses_keys_takes_other_content(tmp_path):
    server = Server(tmp_path, workers=1, broken="reuse_keys")
    server.start()

    try:
        new_product(server)
        with server.client() as client:
            client.post("/orders", json=ORDER, headers={"Idempotency-Key": "k"})
            other = client.post("/orders", json={**ORDER, "quantity": 9}, headers={"Idempotency-Key": "k"})
    finally:
        server.stop()

    assert other.status_code == 201
