"""The hub over real sockets: what a watcher is told, and in which order."""

import contextlib
import json
import socket
import sqlite3

import pytest

from tests.live import toy
from tests.live.toy import run, sell, told
from webapp import clock
from webapp.db import reading, writer
from webapp.errors import Unavailable
from webapp.live import bell, tail

ORDERS = {"subscribe": ["orders"]}


def topics(messages):
    return [one["topic"] for one in messages]


# ---- Events ----


def test_a_program_is_told_that_it_is_ready_and_then_each_order(hub, client):
    one = client(ORDERS)

    sell(480)
    run(hub)

    ready, event = one.hear()
    assert ready == {"topic": "ready", "seq": 0, "epoch": hub.tail.epoch}
    assert (event["topic"], event["seq"], event["event"]) == ("orders", 1, "placed")
    assert event["data"] == {"id": 1, "amount": 480, "status": "placed"}
    assert event["at"].endswith("Z")


def test_who_cannot_be_told_is_asked_to_come_back_and_the_others_are_served(hub, client, monkeypatch):
    other = client(ORDERS)
    other.hear()
    read = hub.tail.history

    def locked():
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(hub.tail, "history", locked)
    one = client(ORDERS)
    monkeypatch.setattr(hub.tail, "history", read)
    sell(480)
    run(hub)

    one.hear()
    assert one.code == 1013
    assert told(other.hear()) == [(1, "placed", 1)]


def test_what_was_acknowledged_before_the_subscription_does_not_come_again(hub, client):
    client(ORDERS)
    sell(1)
    late = client(ORDERS)

    run(hub)

    assert late.hear() == [{"topic": "ready", "seq": 1, "epoch": hub.tail.epoch}]


def test_several_orders_of_a_moment_travel_as_one_frame(hub, client):
    one = client(ORDERS)

    sell(1, 2, 3)
    run(hub)

    one.hear()
    assert [type(frame) for frame in one.frames] == [dict, list]
    assert [event["seq"] for event in one.frames[1]] == [1, 2, 3]


def test_a_return_is_an_event_of_its_own_and_the_sale_stays_as_it_was(hub, client):
    one = client(ORDERS)
    sell(480)
    writer.do(toy.take_back, 1)

    run(hub)

    events = one.hear()[1:]
    statuses = [(event["event"], event["data"]["status"]) for event in events]
    assert statuses == [("placed", "placed"), ("returned", "returned")]


def test_numbers_jump_over_what_other_topics_took(hub, client):
    one = client(ORDERS)

    sell(1)
    writer.do(toy.rename, "another name")
    sell(2)
    run(hub)

    assert told(one.hear()) == [(1, "placed", 1), (3, "placed", 2)]


def test_a_batch_larger_than_a_step_arrives_whole_and_in_order(hub, client):
    one = client(ORDERS)

    sell(*range(1, 3 * tail.STEP))
    run(hub, 8)

    assert told(one.hear()) == toy.ledger()


def test_a_stream_of_orders_is_sent_at_most_each_twenty_milliseconds(hub, client, turned):
    one = client(ORDERS)
    one.hear()
    sell(1)
    run(hub, 1)
    one.hear()

    sell(2)
    hub.tick()
    turned.forward(0.003)
    hub.tick()
    first = told(one.hear())
    sell(3)
    turned.forward(0.010)
    hub.tick()
    too_early = told(one.hear())
    turned.forward(0.011)
    hub.tick()

    assert (first, too_early, told(one.hear())) == ([(2, "placed", 2)], [], [(3, "placed", 3)])


# ---- States and islands ----


@pytest.fixture
def slow(hub, client, turned, monkeypatch):
    """slow(seconds): a watcher of orders and figures, in a process that takes so long to send anything to all."""

    def begin(seconds):
        one = client({"subscribe": ["orders", "analytics"]})
        run(hub)
        one.hear()
        spread = hub.lines.spread

        def slowly(fds, payload, short):
            spread(fds, payload, short)
            turned.forward(seconds)

        monkeypatch.setattr(hub.lines, "spread", slowly)
        return one

    return begin


def come(hub, one):
    hub.tick()
    while hub.paint():
        hub.tick()
    return topics(one.hear())


def test_figures_give_what_happened_a_lead_of_as_long_as_that_took_to_send(hub, slow, turned):
    one = slow(0.050)

    sell(1)
    at_once = come(hub, one)
    turned.forward(0.049)
    a_little_later = come(hub, one)
    turned.forward(0.002)

    assert (at_once, a_little_later, come(hub, one)) == (["orders"], [], ["analytics"])


def test_figures_wait_no_longer_than_a_tenth_of_a_second(hub, slow, turned):
    one = slow(3.0)

    sell(1)
    at_once = come(hub, one)
    turned.forward(0.101)

    assert (at_once, come(hub, one)) == (["orders"], ["analytics"])


def test_figures_come_in_a_stream_that_never_ends_too(hub, slow, turned):
    one = slow(0.050)
    heard = []

    for amount in range(1, 21):
        sell(amount)
        turned.forward(0.300)  # whoever drives it is late: the next orders are due whenever it comes
        heard += come(hub, one)

    assert heard.count("orders") == 20
    assert heard.count("analytics") >= 9


def test_a_state_comes_after_ready_and_after_the_orders_in_it(hub, client):
    sell(5)
    one = client({"subscribe": ["orders", "analytics"], "since": 0})
    run(hub)
    sell(6)
    run(hub)

    heard = one.hear()

    assert topics(heard) == ["orders", "ready", "analytics", "orders", "analytics"]
    assert [one["data"].get("amount") for one in heard if one["topic"] == "analytics"] == [5, 11]
    assert heard[-1]["seq"] == 2


def test_a_state_that_only_its_clock_has_touched_is_not_sent(hub, client, turned):
    one = client({"subscribe": ["analytics"]})
    run(hub)
    one.hear()

    for _ in range(5):
        turned.forward(1)
        run(hub)

    assert one.hear() == []


def test_states_between_may_be_skipped_but_the_last_one_comes(hub, client):
    one = client({"subscribe": ["analytics"]})
    for amount in range(1, 30):
        sell(amount)
        hub.tick()
    run(hub)

    assert one.hear()[-1]["data"]["orders"] == 29
    assert len(one.frames) < 10


def test_an_island_is_rendered_once_and_the_same_bytes_go_to_all(hub, client):
    pages = [client({"islands": ["/count"]}) for _ in range(3)]
    run(hub)
    hub.islands.renderings.clear()

    sell(7)
    run(hub)

    last = [page.hear()[-1] for page in pages]
    assert last[0]["html"].startswith('<p id="count" data-island="/count" data-v="1"')
    assert last[0]["html"].endswith(">1 orders</p>")
    assert last[0] == last[1] == last[2]
    assert hub.islands.renderings == ["/count"]


def test_an_unchanged_island_is_not_sent(hub, client):
    page = client({"islands": ["/count?least=10"]})
    run(hub)
    page.hear()

    sell(1)
    run(hub)

    assert page.hear() == []


def test_an_island_keeps_its_pace(hub, client, turned):
    page = client({"islands": ["/count"]})
    run(hub)
    hub.islands.renderings.clear()
    for amount in range(1, 11):
        sell(amount)
        turned.forward(0.05)
        hub.pump()
        hub.tick()
        while hub.paint():
            hub.tick()
    run(hub, 6)

    assert 2 <= len(hub.islands.renderings) <= 5
    assert page.hear()[-1]["html"].endswith(">10 orders</p>")


def test_an_island_with_a_clock_moves_each_second_and_only_while_it_is_watched(hub, client, turned):
    page = client({"islands": ["/second"]})
    run(hub)
    page.hear()
    seen = []
    for _ in range(3):
        turned.forward(1)
        run(hub, 1)
        seen += [one["html"][-14:] for one in page.hear()]
    page.close()
    run(hub, 1)
    hub.islands.renderings.clear()
    turned.forward(5)
    run(hub)

    assert len(set(seen)) == 3
    assert (hub.islands.renderings, hub.asleep) == ([], True)


def test_an_island_without_a_clock_rolls_over_at_the_shops_midnight_though_nothing_happens(hub, client, turned):
    turned.ms = clock.parse_time("2026-07-01T22:59:50Z")  # London is an hour ahead: ten seconds to its midnight
    page = client({"islands": ["/today"], "since": 0, "epoch": "x"})
    run(hub)
    assert "2026-07-01" in page.hear()[-1]["html"]

    turned.forward(9.0)
    run(hub)
    assert page.hear() == []
    turned.forward(2.0)
    run(hub)

    assert "2026-07-02" in page.hear()[-1]["html"]
    turned.forward(10.0)
    run(hub)
    assert page.hear() == []


def test_a_page_of_before_midnight_that_comes_back_after_it_is_told_of_the_new_day(hub, client, turned):
    turned.ms = clock.parse_time("2026-07-01T22:59:50Z")
    stays = client({"islands": ["/today"]})
    run(hub)
    at = stays.hear()[-1]["seq"]
    turned.forward(20.0)
    run(hub)
    assert "2026-07-02" in stays.hear()[-1]["html"]

    back = client({"islands": ["/today"], "since": at})
    run(hub)

    assert ["2026-07-02" in one["html"] for one in back.hear() if one["topic"] == "island"] == [True]


def test_the_order_of_parameters_does_not_make_another_island(hub, client):
    one = client({"islands": ["/count?least=1&a=b"]})
    two = client({"islands": ["/count?a=b&least=1"]})
    run(hub)

    assert one.hear()[-1]["address"] == two.hear()[-1]["address"] == "/count?a=b&least=1"
    assert len(hub.screens.watched) == 1


def test_an_island_with_a_wrong_parameter_says_so_once(hub, client, turned):
    page = client({"islands": ["/count?least=-1", "/count"]})
    run(hub)
    sell(1)
    run(hub)

    heard = page.hear()

    errors = [one for one in heard if one["topic"] == "error"]
    assert [(one["address"], one["detail"]) for one in errors] == [("/count?least=-1", "least is not below nothing")]
    assert heard[-1]["address"] == "/count"


def test_a_failing_island_stops_nobody(hub, client):
    page = client({"islands": ["/count?least=x", "/count"]})
    sell(1)
    run(hub, 8)

    assert page.hear()[-1]["html"].endswith(">1 orders</p>")


def test_an_island_that_met_a_database_that_was_away_is_painted_when_it_is_back_though_nothing_happens(
    hub, client, turned, monkeypatch
):
    page = client({"islands": ["/count"]})
    run(hub)
    sell(1)
    turned.forward(0.2)
    hub.tick()

    def away():
        raise Unavailable("The database does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(hub.tail.source, "reading", away)
        assert hub.paint()
    turned.forward(0.2)
    run(hub)

    assert page.hear()[-1]["html"].endswith(">1 orders</p>")


def test_a_page_that_is_as_new_as_the_island_gets_nothing(hub, client):
    first = client({"islands": ["/count"]})
    sell(1)
    run(hub, 8)
    first.hear()

    second = client({"islands": ["/count"], "since": 1, "epoch": hub.tail.epoch})
    third = client({"islands": ["/count"], "since": 0, "epoch": hub.tail.epoch})
    run(hub)

    assert (topics(second.hear()), topics(third.hear()), topics(first.hear())) == (["ready"], ["ready", "island"], [])


def test_a_newcomer_gets_no_state_older_than_its_ready(hub, client):
    client({"subscribe": ["analytics"]})
    run(hub)
    sell(5)
    hub.pump()
    late = toy.Client(hub)
    late.say({"subscribe": ["orders", "analytics"]})
    hub.pump()
    run(hub, 6)

    heard = late.hear()

    assert topics(heard) == ["ready", "analytics"]
    assert heard[1]["seq"] >= heard[0]["seq"] == 1
    late.close()


# ---- Messages of clients ----


def test_what_is_no_json_or_no_topic_gets_an_error_and_the_rest_is_served(hub, client):
    one = client("{", "[]", '{"subscribe": "orders"}', '{"hello": 1}', '{"subscribe": ["nothing", "orders"]}')

    heard = one.hear()

    assert [error["pointer"] for error in heard if error["topic"] == "error"] == [
        "", "", "/subscribe", "/hello", "", "/subscribe/0",
    ]  # fmt: skip
    assert heard[-1]["topic"] == "ready"


@pytest.mark.parametrize(
    "message",
    [
        '{"subscribe": ["orders"], "since": 1e400}', '{"subscribe": ["orders"], "since": NaN}', "[" * 30_000,
        '{"subscribe": [["orders"]], "islands": [1]}', '{"islands": ["http://elsewhere/count", "/nothing", "//count"]}',
        '{"subscribe": ["orders"], "since": ' + "9" * 5000 + "}", '{"islands": ["/count?' + "a=b&" * 2000 + '"]}',
        '{"subscribe": ["orders"], "since": true}', '{"islands": ["/count#x"]}', '"\\ud800"',
    ],
)  # fmt: skip
def test_odd_messages_get_an_error_and_harm_nobody(hub, client, message):
    one, other = client(message), client(ORDERS)

    sell(1)
    run(hub)

    assert "error" in topics(one.hear())
    assert told(other.hear()) == [(1, "placed", 1)]


def test_a_second_message_replaces_the_first_without_a_gap(hub, client):
    one = client(ORDERS)
    sell(1)
    one.say({"subscribe": ["orders", "analytics"]})
    sell(2)
    run(hub)
    one.say({"subscribe": ["analytics"]})
    run(hub)
    sell(3)
    run(hub)

    heard = one.hear()
    assert told(heard) == [(1, "placed", 1), (2, "placed", 2)]
    assert heard[-1]["data"]["orders"] == 3


def test_what_came_behind_the_handshake_is_read_first(hub):
    pair = socket.socketpair()
    early = toy.Client(pair=pair)
    words = early.ws.send(toy.Message(data=json.dumps(ORDERS)))

    early.fd = pair[1].detach()
    hub.adopt(early.fd, words)
    run(hub, 1)

    assert topics(early.hear()) == ["ready"]


# ---- When the ledger cannot be read for a while ----


class Failing:
    """The ledger as a source that can be away."""

    def __init__(self):
        self.away = False
        self.heard, self.in_thread = reading.heard, reading.in_thread

    def reading(self):
        """A snapshot, or a refusal."""
        if self.away:
            raise Unavailable("The database is away.")
        return reading.reading()


@pytest.fixture
def failing(shop, turned):
    """(hub, source): a hub over a ledger that can be away."""
    source = Failing()
    hub = toy.make_hub(turned, source=source)
    yield hub, source
    hub.close()


def meet(hub, rounds):
    """What a pulse does while the ledger is away: it says so, and goes on."""
    for _ in range(rounds):
        with contextlib.suppress(Unavailable):
            run(hub, 1)


def test_who_was_behind_when_the_ledger_was_away_is_told_everything_when_it_is_back(failing, monkeypatch):
    hub, source = failing
    monkeypatch.setattr(tail, "KEEP_BYTES", 0)
    watchers = [toy.Client(hub, pair=toy.small_buffers()) for _ in range(3)]
    for one in watchers:
        one.say(ORDERS)
    run(hub)
    for _ in range(40):
        sell(*[100] * 20)
        run(hub, 1)
    assert len(hub.behind) == 3

    source.away = True
    heard = [one.hear() for one in watchers]
    meet(hub, 6)
    source.away = False
    for _ in range(200):
        run(hub, 1)
        for had, one in zip(heard, watchers, strict=True):
            had += one.hear()

    assert [told(had) for had in heard] == [toy.ledger()] * 3
    assert not hub.behind


# ---- Looking ----


def test_who_is_told_of_commits_looks_seldomer_and_after_one_as_often_as_anybody(hub, client, turned):
    client(ORDERS)
    turned.forward(1)
    untold = hub.wait()
    hub.told = True
    told_of_them = hub.wait()
    hub.stir()
    stirred = hub.wait()
    turned.forward(2 * bell.APART_S - 0.001)
    until_the_next_ring = hub.wait()
    turned.forward(0.002)

    assert (untold, told_of_them, stirred, until_the_next_ring, hub.wait()) == (0.010, 0.040, 0.002, 0.002, 0.040)
