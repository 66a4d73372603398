"""Fault 15: memory runs out, in the writer or in a whole web process. Nothing acknowledged is lost, and selling goes on."""

import json
import resource

import gevent
import httpx
import pytest

from tests import making
from tests.faults.injection import limited
from tests.faults.till import every_order, new_product, sound
from tests.servers.takings import Server
from webapp.db import fronts, writer
from webapp.errors import Unavailable

pytestmark = pytest.mark.long  # make faults runs it

ORDER = {"product_id": "TEA", "quantity": 1}


def sell_without_memory(monkeypatch):
    """What the front answers to a sale for which there was no memory, and to the next one; None for none in two seconds."""
    run, answers = writer.Session._run, []

    def no_memory(self, requests):
        if not answers:
            raise MemoryError
        run(self, requests)

    monkeypatch.setattr(writer.Session, "_run", no_memory)
    front = fronts.LoopFront()
    writer.use(front)
    try:
        for _ in range(2):
            with gevent.Timeout(2, False):
                try:
                    answers.append(making.sell("TEA"))
                except Unavailable as refused:
                    answers.append(refused.extra["reason"])
    finally:
        front.close()
        writer.use(None)
    return answers


def test_a_want_of_memory_in_the_writer_is_a_503_for_its_group_alone(shop, monkeypatch):
    making.make_product()

    assert sell_without_memory(monkeypatch) == ["memory", 1]
    assert making.differences() == []


def test_the_control_a_build_whose_writer_dies_of_it_never_sells_again(shop, monkeypatch):
    def commit(self, session):
        return session.commit(self.gather)

    def give_up(self, requests, error):
        raise error

    making.make_product()
    monkeypatch.setattr(fronts._Front, "commit", commit)
    monkeypatch.setattr(writer.Session, "_tell", give_up)
    monkeypatch.setattr(gevent.get_hub(), "print_exception", lambda *_: None)

    assert 1 not in sell_without_memory(monkeypatch)


def address_space(pid):
    """The bytes of address space that a process uses."""
    with open(f"/proc/{pid}/statm") as sizes:
        return int(sizes.read().split()[0]) * resource.getpagesize()


@pytest.mark.slow
def test_a_web_process_without_memory_loses_nothing_and_comes_back(tmp_path, figures):
    server = Server(tmp_path, workers=1, TAKINGS_WRITER="loop")
    server.start()
    large = b"\n".join(json.dumps({**ORDER, "note": "x" * 1500}).encode() for _ in range(9000))
    told, refused = [], []
    try:
        new_product(server)
        (pid,) = server.web_processes()
        with server.client() as client, limited([pid], resource.RLIMIT_AS, address_space(pid) + (24 << 20)):
            for number in range(8):
                try:
                    if number % 2:
                        answer = client.post("/orders", json=ORDER)
                    else:
                        answer = client.post(
                            "/orders/batch", content=large, headers={"Content-Type": "application/x-ndjson"}
                        )
                except httpx.TransportError:  # a reader of JSON in C may end the process: another one takes its place
                    refused.append(0)
                    continue
                if answer.status_code == 201:
                    told.append(answer.json()["id"])
                elif answer.status_code == 200:
                    told += [one["id"] for one in answer.json()["results"]]
                else:
                    refused.append(answer.status_code)
                    assert "Traceback" not in answer.text
        server.wait_for(lambda: httpx.post(f"{server.url}/orders", json=ORDER, timeout=20).status_code == 201)
        ids = [order["id"] for order in every_order(server)]
    finally:
        server.stop()

    assert refused, "memory never ran out: the test tests nothing"
    assert set(told) <= set(ids)
    assert len(ids) == len(set(ids))
    assert sound(server)
    figures(15, refused=len(refused), acknowledged_meanwhile=len(told), lost=0)
