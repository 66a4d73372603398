"""Bells: who commits wakes the other processes of the machine; on a server, its notices do."""

import json
import os
import select
import tempfile
import time
from pathlib import Path

import pytest
import websocket

from tests.servers.takings import Server
from webapp.live.bell import APART_S, Bell, Ringer

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


def test_who_hears_nothing_rings_ten_times_a_second_at_most(hang_up, home):
    bell = hang_up(1)
    ringer = Ringer(home / "shop.db", home)

    ringer.committed()
    assert bell.hear()
    ringer.committed()
    assert not bell.hear()
    time.sleep(APART_S * 1.1)
    ringer.committed()

    assert bell.hear()
    ringer.close()
    ringer.committed()  # its process commits on, and nobody minds


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


def told(folder, build, patience_s, sell):
    """How many screens, spread over two workers of such a build, are told in time of what `sell(server, client)` enters."""
    server = Server(folder, workers=2, broken=build)
    server.start()
    try:
        with server.client() as client:
            client.post("/products", json={"sku": "TEA", "name": "Iced tea", "price": 2.40}).raise_for_status()
            lines = [websocket.create_connection(server.ws_url, timeout=20) for _ in range(SCREENS)]
            for line in lines:
                line.send(json.dumps({"subscribe": ["orders"]}))
                assert json.loads(line.recv())["topic"] == "ready"
            time.sleep(3 * APART_S)
            sell(server, client)
        return sum(heard(line, patience_s) for line in lines)
    finally:
        server.stop()


def order(server, client):
    """One, taken by one of the web processes."""
    client.post("/orders", json={"product_id": "TEA", "quantity": 1}).raise_for_status()


def import_file(server, client):
    """One, by a command beside them."""
    file = server.folder / "sales.csv"
    file.write_text(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "1,TEA,Iced tea,2,2026-01-05 10:00:00,2.40,,United Kingdom\n"
    )
    done = server.run("import", str(file))
    assert json.loads(done.stdout.splitlines()[-1])["imported"] == 1


def heard(line, patience_s):
    line.settimeout(patience_s)
    try:
        return "orders" in line.recv()
    except websocket.WebSocketTimeoutException:
        return False
    finally:
        line.close()


@pytest.mark.parametrize("sell", [order, import_file])
def test_the_others_are_woken_without_looking(tmp_path, sell):
    assert told(tmp_path, "look_seldom", 20, sell) == SCREENS


@pytest.mark.parametrize(("sell", "least"), [(order, 1), (import_file, 0)])
def test_the_control_who_is_not_told_goes_on_sleeping(tmp_path, sell, least):
    assert least <= told(tmp_path, "ring_nobody", 0.5, sell) < SCREENS
