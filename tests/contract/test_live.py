"""`/live` against section 5 of the contract: the real gunicorn, two workers, real sockets.

The clock of the server can be moved on: its clock file holds an offset.
"""

import http.client
import json
import random
import sqlite3
import threading
import time

import httpx
import pytest
import websocket

from tests.contract.watching import Till, Watcher, both, ready
from tests.servers.takings import Server


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A server with TEA at 2.40 and three orders, and a till."""
    folder = tmp_path_factory.mktemp("live")
    (folder / "clock").write_text("+0")
    server = Server(folder, TAKINGS_CLOCK_FILE=str(folder / "clock"))
    server.start()
    server.till = Till(server)
    server.till.send("POST", "/products", {"sku": "TEA", "name": "Iced tea", "price": 2.40})
    for _ in range(3):
        server.till.place()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def silent(shop):
    """Watchers to whom nothing is told, opened before all else."""
    return [ready(shop), Watcher(shop)]


def position(shop):
    return shop.till.get("/analytics")["seq"]


def shown(shop, order_id):
    return shop.till.get(f"/orders/{order_id}")


# ---- Subscribing ----


def test_the_silent_ones_are_let_in_first(silent):
    assert len(silent) == 2


def test_ready_says_where_history_stands_and_its_epoch(shop):
    before = position(shop)
    for watcher in both(shop, "orders"):
        assert set(watcher.heard[0]) >= {"topic", "seq", "epoch"}
        assert before <= watcher.heard[0]["seq"] <= position(shop)  # a job may end at any moment
        assert watcher.heard[0]["epoch"]
        assert len(watcher.heard) == 1
        watcher.close()


def test_without_since_events_come_from_now_on_and_with_it_the_missed_ones_come_first(shop):
    now = ready(shop, "orders")
    seq, epoch = now.heard[0]["seq"], now.heard[0]["epoch"]
    orders = [shop.till.place() for _ in range(3)]

    for watcher in both(shop, "orders", since=seq, epoch=epoch):
        assert [message["data"]["id"] for message in watcher.told()] == [order["id"] for order in orders]
        assert watcher.heard[-1] == {"topic": "ready", "seq": orders[-1]["seq"], "epoch": epoch}
        watcher.close()
    for message, order in zip([now.topic("orders"), *list(now.told()[1:])], orders, strict=False):
        assert message["data"]["id"] == order["id"]
    now.close()


def test_since_alone_is_compared_without_an_epoch(shop):
    order = shop.till.place()

    watcher = ready(shop, "orders", since=order["seq"] - 1)

    assert [message["seq"] for message in watcher.told()] == [order["seq"]]
    watcher.close()


def test_since_the_present_brings_nothing_but_ready(shop):
    watcher = ready(shop, "orders", since=position(shop))

    assert len(watcher.heard) == 1
    watcher.close()


def test_the_first_change_of_all_can_be_asked_for(shop):
    watcher = ready(shop, "orders", since=0)

    assert sorted(message["data"]["id"] for message in watcher.told()) == shop.till.ledger()
    watcher.close()


def test_another_subscription_takes_the_place_of_the_first(shop):
    watcher = ready(shop, "orders")
    watcher.say({"subscribe": ["analytics"]})
    watcher.topic("ready")
    watcher.topic("analytics")

    shop.till.place()
    watcher.topic("analytics")

    assert watcher.told("orders") == []
    watcher.say({"subscribe": ["orders"], "since": position(shop)})
    watcher.topic("ready")
    order = shop.till.place()
    assert watcher.topic("orders")["data"]["id"] == order["id"]
    watcher.close()


# ---- Events ----


def test_an_event_is_the_order_as_it_was_read_at_that_seq(shop):
    watchers = both(shop, "orders")

    order = shop.till.place(2, channel="marketplace", external_id="E-1", note="x")

    for watcher in watchers:
        message = watcher.topic("orders")
        assert set(message) >= {"topic", "seq", "at", "event", "data"}
        assert (message["event"], message["seq"], message["data"]) == ("placed", order["seq"], order)
        assert message["at"] == order["entered_at"]
        assert order == shown(shop, order["id"])
        watcher.close()


def test_a_return_is_an_event_of_its_own_and_does_not_show_in_the_one_before(shop):
    watcher = ready(shop, "orders")
    order = shop.till.place(3)
    first = shop.till.take_back(order)
    second = shop.till.take_back(order, 2)

    watcher.until(lambda message: message["seq"] == second["returns"][1]["seq"])

    expected = [("placed", order["seq"], order), ("returned", first["returns"][0]["seq"], first),
                ("returned", second["returns"][1]["seq"], second)]  # fmt: skip
    assert [(one["event"], one["seq"], one["data"]) for one in watcher.told()] == expected
    again = ready(shop, "orders", since=order["seq"] - 1)
    assert [(one["event"], one["seq"], one["data"]) for one in again.told()] == expected
    assert second["status"] == "returned" and first["status"] == "partly_returned" and order["status"] == "placed"
    watcher.close()
    again.close()


def test_a_return_whose_sale_is_not_known_is_an_event_too(shop):
    watcher = ready(shop, "orders")
    back = {"channel": "online", "external_id": "C-1", "lines": [{"product_id": "TEA", "quantity": 1, "price": 2.40}]}

    made = shop.till.send("POST", "/returns", back)

    message = watcher.topic("orders")
    assert (message["event"], message["seq"]) == ("returned", made["seq"])
    watcher.close()


def test_a_batch_is_an_event_for_each_order_in_the_order_of_their_numbers(shop):
    watcher = ready(shop, "orders")
    batch = [{"product_id": "TEA", "quantity": number} for number in (1, 2, 0, 3)]

    results = shop.till.send("POST", "/orders/batch", batch)["results"]

    seqs = [one["seq"] for one in results if one["status"] == 201]
    watcher.until(lambda message: message["seq"] == seqs[-1])
    assert [message["seq"] for message in watcher.told()] == seqs == list(range(seqs[0], seqs[0] + 3))
    watcher.close()


def test_every_change_takes_its_own_number_and_on_one_topic_numbers_jump(shop):
    watcher = ready(shop, "orders")
    first = shop.till.place()
    product = shop.till.send("POST", "/products", {"sku": f"P{first['seq']}", "name": "P", "price": 1})
    shop.till.send("POST", "/channels", {"code": f"c{first['seq']}", "name": "C", "kind": "store"})
    shop.till.send("PATCH", f"/products/{product['id']}", {"price": 2})
    last = shop.till.place()

    watcher.until(lambda message: message["seq"] == last["seq"])
    assert product["seq"] == first["seq"] + 1
    assert last["seq"] == first["seq"] + 4
    assert [message["seq"] for message in watcher.told()] == [first["seq"], last["seq"]]
    watcher.close()


def test_what_was_refused_takes_no_number_and_is_no_event(shop):
    before = position(shop)
    with httpx.Client(base_url=shop.url) as client:
        assert client.post("/orders", json={"product_id": "NONE", "quantity": 1}).status_code == 422

    assert shop.till.place()["seq"] == before + 1


def test_under_load_frames_are_arrays_in_order_and_nothing_is_missing(shop):
    watchers = both(shop, "orders", count=4)

    def send():
        for _ in range(4):
            batch = [{"product_id": "TEA", "quantity": 1} for _ in range(200)]
            shop.till.send("POST", "/orders/batch", batch)

    before = set(shop.till.ledger())
    tills = [threading.Thread(target=send) for _ in range(2)]
    for till in tills:
        till.start()
    for till in tills:
        till.join()

    expected = [order_id for order_id in shop.till.ledger() if order_id not in before]
    assert len(expected) == 1600
    for watcher in watchers:
        while len(watcher.told()) < 1600:
            assert watcher.frame()
        assert sorted(message["data"]["id"] for message in watcher.told()) == expected
        seqs = [message["seq"] for message in watcher.told()]
        assert seqs == sorted(set(seqs))
        assert any(isinstance(frame, list) for frame in watcher.frames)
        watcher.close()


@pytest.mark.parametrize("seed", [3, 4])
def test_two_that_are_cut_off_at_random_end_with_exactly_the_ledger(shop, seed):
    chance, stop = random.Random(seed), threading.Event()
    start = position(shop)
    known = [{} for _ in range(2)]
    epochs, since = [None, None], [start, start]
    before = set(shop.till.ledger())

    def sell():
        for number in range(30):
            order = shop.till.place(number % 5 + 1)
            if number % 7 == 0:
                shop.till.take_back(order)
        stop.set()

    tills = [threading.Thread(target=sell) for _ in range(2)]
    for till in tills:
        till.start()

    def listen(one, enough):
        more = {"epoch": epochs[one]} if epochs[one] else {}
        watcher = Watcher(shop, {"subscribe": ["orders"], "since": since[one], **more})
        last = 0
        for _ in range(10_000):
            for message in watcher.frame():
                assert message["topic"] in ("ready", "orders")
                assert message["topic"] == "ready" or message["seq"] > last
                last = since[one] = message["seq"]
                epochs[one] = message.get("epoch", epochs[one])
                if message["topic"] == "orders":
                    assert message["seq"] not in known[one], "an event came twice"
                    known[one][message["seq"]] = (message["event"], message["data"]["id"])
            if enough(watcher):
                break
        watcher.close()

    while any(till.is_alive() for till in tills):
        size = chance.randint(1, 6)
        listen(chance.randrange(2), lambda watcher, size=size: len(watcher.heard) >= size or stop.is_set())
    for till in tills:
        till.join()
    end = position(shop)
    for one in range(2):
        listen(one, lambda watcher: watcher.heard[-1]["seq"] >= end)

    expected = sorted(set(shop.till.ledger()) - before)
    assert len(expected) == 60
    for told in known:
        assert sorted(order_id for event, order_id in told.values() if event == "placed") == expected
        assert sum(event == "returned" for event, _ in told.values()) == 10
        assert len(told) == end - start


# ---- Where history cannot be told ----


@pytest.mark.parametrize("more", [{"since": 10**9}, {"since": 1, "epoch": "another"}])
def test_a_history_that_is_not_ours_begins_anew_with_all_that_is_needed(shop, more):
    for watcher in both(shop, "orders", "analytics", count=4, **more):
        reset, second = watcher.heard[:2]
        assert (reset["topic"], reset["reason"], second["topic"]) == ("reset", "restored", "ready")
        assert reset["seq"] == position(shop) and reset["epoch"] == second["epoch"]
        newest = shop.till.get("/orders?limit=50")["items"]
        assert [order["id"] for order in reset["data"]["orders"]] == sorted(
            (order["id"] for order in reset["data"]["orders"]), reverse=True
        )
        assert len(reset["data"]["orders"]) == 50 == len(newest)
        assert reset["data"]["orders"][0] == shown(shop, shop.till.ledger()[-1])
        figures = shop.till.get("/analytics")
        for name in ("total_revenue", "orders", "units", "top_products", "currency", "period", "compare"):
            assert reset["data"]["analytics"][name] == figures[name]
        watcher.close()


def test_a_history_that_is_no_longer_kept_begins_anew(shop):
    last = position(shop)
    with sqlite3.connect(shop.database, timeout=20) as database:
        database.execute("delete from outbox where seq < ?", (last - 5,))
    database.close()

    watcher = ready(shop, "orders", since=1)
    assert [(one["topic"], one.get("reason")) for one in watcher.heard] == [("reset", "history"), ("ready", None)]
    order = shop.till.place()
    assert watcher.topic("orders")["data"]["id"] == order["id"]
    watcher.close()
    assert ready(shop, "orders", since=last).heard[0]["topic"] == "orders"


# ---- The topic analytics ----


def test_the_figures_come_after_ready_and_follow_each_order(shop):
    for watcher in both(shop, "analytics", count=4):
        first = watcher.topic("analytics")
        assert [message["topic"] for message in watcher.heard] == ["ready", "analytics"]
        assert set(first) >= {"topic", "seq", "at", "data"} and first["data"]["seq"] == first["seq"]
        order = shop.till.place()
        told = watcher.until(lambda one, seq=order["seq"]: one["topic"] == "analytics" and one["seq"] >= seq)
        assert told["data"]["orders"] == len(shop.till.ledger())
        watcher.close()


def test_a_frame_of_figures_is_what_is_read_at_that_seq(shop):
    watcher = ready(shop, "analytics")
    order = shop.till.place()
    figures = shop.till.get("/analytics")

    told = watcher.until(lambda one: one["topic"] == "analytics" and one["seq"] >= order["seq"])["data"]

    assert set(told) == set(figures)
    moving = {"as_of", "last_minute"}
    assert {name: told[name] for name in set(told) - moving} == {name: figures[name] for name in set(told) - moving}
    watcher.close()


def test_figures_of_a_seq_come_after_all_orders_up_to_it_and_the_last_is_never_left_out(shop):
    watchers = both(shop, "orders", "analytics", count=4)
    tills = [threading.Thread(target=lambda: [shop.till.place() for _ in range(15)]) for _ in range(2)]
    for till in tills:
        till.start()
    for till in tills:
        till.join()
    end, count = position(shop), len(shop.till.ledger())

    for watcher in watchers:
        last = watcher.until(lambda one: one["topic"] == "analytics" and one["seq"] >= end)
        assert last["data"]["orders"] == count
        told = set()
        for message in watcher.heard:
            if message["topic"] == "orders":
                told.add(message["seq"])
            elif message["topic"] == "analytics":
                due = {one["seq"] for one in watcher.told() if one["seq"] <= message["seq"]}
                assert due <= told
        watcher.close()


def test_the_last_minute_moves_by_itself_and_then_falls_silent(shop):
    order = shop.till.place()
    watcher = ready(shop, "analytics")
    first = watcher.topic("analytics")
    assert first["data"]["last_minute"]["orders"] >= 1

    (shop.folder / "clock").write_text("+61")
    gone = watcher.until(lambda one: one["data"]["last_minute"]["orders"] == 0)
    assert gone["data"]["last_minute"]["previous_orders"] >= 1
    assert gone["seq"] == order["seq"] == first["seq"]
    (shop.folder / "clock").write_text("+200")
    nothing = watcher.until(lambda one: one["data"]["last_minute"]["previous_orders"] == 0)
    assert nothing["data"]["last_minute"]["change_ratio"] is None
    watcher.close()


# ---- What a client may say ----


@pytest.mark.parametrize(
    ("said", "pointers", "served"),
    [
        ("this is no JSON", [""], False),
        ("[1]", [""], False),
        ('{"subscribe": ["weather"]}', ["/subscribe/0"], False),
        ('{"subscribe": ["orders", "weather", 3]}', ["/subscribe/1", "/subscribe/2"], True),
        ('{"subscribe": "orders"}', ["/subscribe"], False),
        ('{"subscribe": ["orders"], "since": "8"}', ["/since"], True),
        ('{"subscribe": ["orders"], "epoch": 8}', ["/epoch"], True),
        ('{"islands": ["/nowhere"]}', ["/islands/0"], False),
        ("{}", [""], False),
        ('{"subscribe": []}', [], True),
    ],
)
def test_what_is_no_json_or_no_topic_gets_an_error_and_the_rest_is_served(shop, said, pointers, served):
    watcher = Watcher(shop)
    watcher.say(said)

    for pointer in pointers:
        error = watcher.topic("error")
        assert error["pointer"] == pointer and error["detail"]
    if not served:
        watcher.say({"subscribe": ["orders"]})
    assert watcher.topic("ready")["seq"] == position(shop)
    watcher.close()


def test_an_error_does_not_end_what_was_subscribed(shop):
    watcher = ready(shop, "orders")
    watcher.say("{")
    watcher.topic("error")

    order = shop.till.place()

    assert watcher.topic("orders")["data"]["id"] == order["id"]
    watcher.close()


def test_a_page_gets_its_islands_as_they_are_and_as_they_become(shop):
    address = "/analytics/figures?period=today"
    watchers = [Watcher(shop, {"islands": [address]}) for _ in range(6)]
    for watcher in watchers:
        island = watcher.topic("island")
        assert set(island) >= {"topic", "address", "seq", "html"} and island["seq"] == position(shop)
        assert island["html"].lstrip().startswith("<")
    seq = shop.till.place(7)["seq"]
    for watcher in watchers:
        island = watcher.until(lambda one: one["topic"] == "island" and one["seq"] >= seq)
        assert watcher.told("island")[0]["html"] != island["html"]
        assert {one["address"] for one in watcher.told("island")} == {island["address"]}
        watcher.close()


def test_a_page_that_comes_back_gets_what_has_changed_meanwhile(shop):
    address = "/analytics/figures?period=today"
    page = Watcher(shop, {"islands": [address]})
    seq, epoch = page.topic("ready")["seq"], page.heard[0].get("epoch")
    page.close()
    order = shop.till.place()

    for page in [Watcher(shop, {"islands": [address], "since": seq, "epoch": epoch}) for _ in range(4)]:
        assert page.topic("island")["seq"] >= order["seq"]
        page.close()


def test_a_binary_message_is_1003_a_long_one_1009_and_many_1008(shop):
    watcher = Watcher(shop)
    watcher.line.send_binary(b"x")
    assert watcher.close_code() == 1003

    watcher = Watcher(shop)
    watcher.line.send(" " * (64 * 1024 + 1))
    assert watcher.close_code() == 1009

    watcher = Watcher(shop)
    fragment = websocket.ABNF("1", 0, 0, 0, websocket.ABNF.OPCODE_TEXT, 1, " " * 40_000)
    fragment.fin = 0
    watcher.line.send_frame(fragment)
    rest = websocket.ABNF(1, 0, 0, 0, websocket.ABNF.OPCODE_CONT, 1, " " * 40_000)
    watcher.line.send_frame(rest)
    assert watcher.close_code() == 1009

    watcher = Watcher(shop)
    for _ in range(40):
        try:
            watcher.line.send('{"subscribe": []}')
        except OSError:
            break
    assert watcher.close_code() == 1008


def test_sixty_four_kibibytes_and_twenty_messages_are_allowed(shop):
    watcher = Watcher(shop)
    message = json.dumps({"subscribe": ["orders"]})
    watcher.say(message + " " * (64 * 1024 - len(message)))
    watcher.topic("ready")
    for _ in range(19):
        watcher.say({"subscribe": ["orders"]})
    for _ in range(19):
        watcher.topic("ready")
    watcher.close()


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1", "http://localhost.evil.example"]
)
def test_a_foreign_origin_is_403(shop, origin):
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        Watcher(shop, origin=origin)
    assert refused.value.status_code == 403
    with httpx.Client(base_url=shop.url) as client:
        assert client.get("/events?topics=orders", headers={"Origin": origin}).status_code == 403


def test_the_own_origin_or_none_is_enough(shop):
    for origin in (shop.url, None):
        watcher = Watcher(shop, {"subscribe": ["orders"]}, origin)
        watcher.topic("ready")
        watcher.close()


# ---- Every worker ----


def test_what_a_201_acknowledged_is_in_every_later_answer_of_every_worker(shop):
    clients = [httpx.Client(base_url=shop.url, timeout=20) for _ in range(6)]
    try:
        for number in range(12):
            order = (
                clients[number % 6].post("/orders", json={"product_id": "TEA", "quantity": 1}).raise_for_status().json()
            )
            for client in clients:
                figures = client.get("/analytics").json()
                assert figures["seq"] >= order["seq"]
                assert client.get("/explore?metric=orders").json()["totals"]["orders"] == figures["orders"]
                assert client.get(f"/orders/{order['id']}").status_code == 200
    finally:
        for client in clients:
            client.close()


def test_the_newest_sale_is_in_the_last_minute_of_every_later_answer(shop):
    (shop.folder / "clock").write_text("+400")
    clients = [httpx.Client(base_url=shop.url, timeout=20) for _ in range(4)]
    for number in range(1, 13):
        clients[number % 4].post("/orders", json={"product_id": "TEA", "quantity": 1}).raise_for_status()
        for client in clients:
            assert client.get("/analytics").json()["last_minute"]["orders"] == number
    for client in clients:
        client.close()


# ---- The end of a line ----


def test_twenty_seconds_of_silence_bring_a_beat(silent):
    for watcher in silent:
        beat = watcher.topic("beat")
        assert set(beat) >= {"topic", "seq", "at"}
        assert [message["topic"] for message in watcher.heard][-1] == "beat"
        assert {message["topic"] for message in watcher.heard} <= {"ready", "beat"}
        watcher.close()


def test_when_a_worker_is_killed_its_watchers_go_on_at_the_other(shop):
    watchers = both(shop, "orders")
    seen = [watcher.heard[-1]["seq"] for watcher in watchers]
    first = shop.till.place()
    for watcher in watchers:
        watcher.topic("orders")
    shop.kill_worker()
    later = []
    deadline = time.monotonic() + 20
    while len(later) < 4 and time.monotonic() < deadline:
        try:
            later.append(shop.till.place())
        except (OSError, http.client.HTTPException):
            continue

    expected = [order["id"] for order in (first, *later)]
    for watcher, since in zip(watchers, seen, strict=True):
        told = list(watcher.told())
        while len(told) < len(expected):
            try:
                news = watcher.frame()
            except (OSError, websocket.WebSocketException):
                news = []
            told += [message for message in news if message["topic"] == "orders"]
            if not news:
                last = told[-1]["seq"] if told else since
                watcher = Watcher(
                    shop, {"subscribe": ["orders"], "since": last, "epoch": watchers[0].heard[0]["epoch"]}
                )
        assert [message["data"]["id"] for message in told] == expected
        watcher.close()


def test_a_graceful_stop_says_1012_and_the_next_start_goes_on_where_it_was(shop):
    watchers = both(shop, "orders", count=4)
    since, epoch = watchers[0].heard[0]["seq"], watchers[0].heard[0]["epoch"]

    shop.stop()

    assert [watcher.close_code() for watcher in watchers] == [1012] * 4
    shop.start()
    order = shop.till.place()
    watcher = ready(shop, "orders", since=since, epoch=epoch)
    if not watcher.told():
        watcher.topic("orders")
    assert [message["data"]["id"] for message in watcher.told()] == [order["id"]]
    watcher.close()
