"""Bells: who commits after a quiet while wakes the other processes of the machine."""

import json
import os
import select
import tempfile
import time
from pathlib import Path

import pytest
import websocket

from tests.servers.takings import Server
from webapp.live.bell import Bell
from webapp.live.hub import QUIET_S

SCREENS = 12  # so many that both workers have some


@pytest.fixture
def home():
    """A folder with a short name: the address of a socket has a hundred bytes."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture
def hang_up(home):
    """hang_up(number) hangs up the bell of one more process."""
    made = []

    def one(number):
        made.append(Bell(home / "shop.db", home, number))
        return made[-1]

    yield one
    for bell in made:
        bell.close()


def test_all_others_hear_it_once_and_who_rings_does_not(hang_up):
    one, two, three = map(hang_up, (1, 2, 3))

    one.ring()
    one.ring()

    assert select.select([one, two, three], [], [], 0)[0] == [two, three]
    assert [bell.hear() for bell in (one, two, three)] == [False, True, True]
    assert not two.hear() and not select.select([two], [], [], 0)[0]


def test_who_was_killed_is_forgotten_and_his_number_serves_again(hang_up, home):
    one, two = hang_up(1), hang_up(2)
    two._socket.close()  # as the kernel does for who is killed
    assert len(list(home.glob("*/*/2"))) == 1

    one.ring()
    assert not list(home.glob("*/*/2"))

    hang_up(3)._socket.close()
    again = hang_up(3)
    one.ring()
    assert again.hear()


def test_who_never_listens_keeps_nobody_waiting(hang_up):
    one, deaf, other = map(hang_up, (1, 2, 3))

    for _ in range(2_000):
        one.ring()

    assert deaf.hear() and other.hear()


def test_a_database_deep_down_has_a_bell_too_and_another_one_its_own(home):
    deep = home / ("a" * 100) / ("b" * 100) / "shop.db"
    one, two, other = Bell(deep, home, 1), Bell(deep, home, 2), Bell(home / "shop.db", home, 3)

    one.ring()

    assert two.hear() and not other.hear()
    for bell in (one, two, other):
        bell.close()
    assert not list(home.glob("*/*"))


def test_who_rings_where_the_folder_is_gone_fails_in_nothing(hang_up, home):
    one = hang_up(1)
    (folder,) = home.glob("*/*")
    (folder / "1").unlink()
    folder.rmdir()

    one.ring()

    assert not one.hear()


def test_a_folder_that_others_may_write_to_is_not_used(home):
    folder = home / f"takings-bells-{os.getuid()}"
    folder.mkdir()
    folder.chmod(0o777)

    with pytest.raises(PermissionError):
        Bell(home / "shop.db", home)


def told(folder, build, patience_s):
    """How many screens, spread over two workers of such a build, are told of an order in time."""
    server = Server(folder, workers=2, broken=build)
    server.start()
    try:
        with server.client() as client:
            client.post("/products", json={"sku": "TEA", "name": "Iced tea", "price": 2.40}).raise_for_status()
            lines = [websocket.create_connection(server.ws_url, timeout=20) for _ in range(SCREENS)]
            for line in lines:
                line.send(json.dumps({"subscribe": ["orders"]}))
                assert json.loads(line.recv())["topic"] == "ready"
            time.sleep(3 * QUIET_S)
            client.post("/orders", json={"product_id": "TEA", "quantity": 1}).raise_for_status()
        return sum(heard(line, patience_s) for line in lines)
    finally:
        server.stop()


def heard(line, patience_s):
    line.settimeout(patience_s)
    try:
        return "orders" in line.recv()
    except websocket.WebSocketTimeoutException:
        return False
    finally:
        line.close()


@pytest.mark.sqlite("a server tells of commits itself")
def test_the_other_worker_is_woken_by_the_bell_alone(tmp_path):
    assert told(tmp_path, "look_seldom", 20) == SCREENS


@pytest.mark.sqlite("a server tells of commits itself")
def test_the_control_without_a_bell_it_goes_on_sleeping(tmp_path):
    assert 0 < told(tmp_path, "ring_nobody", 0.5) < SCREENS
