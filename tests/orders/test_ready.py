"""A batch that was made ready before its turn leaves the ledger that the verb of all orders leaves, whatever happens meanwhile."""

import random
import sqlite3
from contextlib import contextmanager

import pytest

from tests import making
from webapp import clock, config
from webapp.db import reading, store, writer
from webapp.errors import Conflict, Problem
from webapp.orders import actions, actions_ready
from webapp.orders.actions_ready import Ready
from webapp.orders.shapes import LineDraft, OrderDraft
from webapp.products import actions as products
from webapp.products.shapes import ChangedProduct
from webapp.stock import actions as stock
from webapp.stock.shapes import Entry

pytestmark = pytest.mark.sqlite("batches are made ready for a database of the process alone")
NOON = "2026-11-20T12:00:00Z"
GOODS = 12
TABLES = (
    "orders", "order_line", "stock_move", "stock_level", "outbox", "counter", "sales_second", "sales_hour", "sales_day",
    "product_day", "product_month", "order_day",
)  # fmt: skip


@contextmanager
def opened(folder, schema):
    """A new shop with goods of all kinds, whose clock stands at noon; what moves the clock."""
    folder.mkdir()
    (folder / "shop.db").write_bytes(schema.read_bytes())
    store.open(config.load({"TAKINGS_DATABASE": str(folder / "shop.db"), "TAKINGS_LOG": "text"}, dotenv=None))
    file = folder / "clock"

    def move(said):
        file.write_text(said)
        clock.set_clock_file(file)

    try:
        move("2026-11-01T09:00:00Z")
        making.make_location("harbour", region="DK-84")
        for number in range(GOODS):
            more = {"stock": 100_000} if number % 3 else {}
            more |= {"cost": "1.10"} if number % 2 else {}
            making.make_product(
                f"G{number}", f"{number}.50", category=f"Kind/{number % 4}", oversell=number % 5 == 4, **more
            )
            if "stock" in more:
                writer.do(stock.enter, Entry(number + 1, 2, count=50_000))
        move("2026-11-10T09:00:00Z")
        change(3, price="9.99")
        move(NOON)
        yield move
    finally:
        writer.close()
        writer.use(None)
        reading.close()
        clock.set_clock_file(None)


def change(product_id, **to):
    writer.do(products.change_products, products.Change(product_id, making.checked(ChangedProduct, to)))


def some_drafts(chance, count, when=None):
    """Orders of all kinds. when: makes the instant of each."""
    found = []
    for number in range(count):
        lines = []
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            good = chance.randrange(GOODS)
            price = chance.choice((None, None, 250, 0))
            discount = chance.choice((0, 0, 50)) if price is None and good else 0
            named = chance.choice((good + 1, f"G{good}"))
            lines.append(LineDraft(named, chance.randint(1, 4), price, discount, chance.choice((None, None, "L1"))))
        found.append(
            OrderDraft(
                lines, when() if when else None, chance.choice((None, "store", "online")), chance.choice((None, "harbour")),
                chance.choice((None, None, "SE")), {"email": f"{chance.randrange(9)}@example.org"} if chance.random() < 0.2 else None,
                f"X-{number}-{chance.random()}" if chance.random() < 0.3 else None, chance.choice((None, "card")),
                chance.choice((None, None, "a note")),
            )
        )  # fmt: skip
    return found


def made_ready(drafts):
    with reading.reading() as tx:
        ready = Ready(tx, drafts, clock.now_ms())
    half = len(drafts) // 2
    ready.resolve(drafts[:half])
    ready.resolve(drafts[half:])
    return ready if ready.lay_out() else None


def ledger():
    """All that orders leave, but what names the database itself."""
    return {table: sorted(making.query(f"select * from {table}"), key=repr) for table in TABLES}


def told(results):
    return [result.as_json() if isinstance(result, Problem) else dict(result, first_line=None) for result in results]


def never(*_):
    raise AssertionError("it went the way of all orders")


def histories(seed):
    """Batches of one history: of now, and of another day; many lines alike, and none."""
    chance = random.Random(seed)
    old = int(clock.parse_time("2026-11-05T00:00:00Z"))
    yield some_drafts(chance, 300)
    yield [OrderDraft([LineDraft(2, 1)]) for _ in range(100)]
    yield some_drafts(chance, 70, lambda: old + chance.randrange(8 * 86_400_000))
    yield some_drafts(chance, 64)


@pytest.mark.parametrize("seed", range(5))
def test_the_ledger_is_that_of_all_orders(tmp_path, schema, monkeypatch, seed):
    found = []
    for way in ("all", "ready"):
        with opened(tmp_path / way, schema):
            results = []
            for drafts in histories(seed):
                if way == "ready":
                    verb = made_ready(drafts).place
                    monkeypatch.setattr(actions_ready, "place_orders", never)
                else:
                    verb = actions.place_orders
                results += told(writer.do_many(verb, drafts, None))
            assert making.differences() == []
            found.append((results, ledger()))

    assert found[0][0] == found[1][0]
    for table in TABLES:
        assert found[0][1][table] == found[1][1][table], table


def test_what_is_kept_under_a_key_is_what_was_answered(tmp_path, schema):
    with opened(tmp_path / "shop", schema):
        drafts = some_drafts(random.Random(1), 80)
        key, again = (writer.Key("", "k", "POST /orders/batch", b"x", 200) for _ in range(2))

        first = writer.do_many(made_ready(drafts).place, drafts, key)
        second = writer.do_many(made_ready([OrderDraft([LineDraft(2, 1)])] * 80).place, drafts, again)

        assert [(one["id"], one["seq"]) for one in first] == [(one["id"], one["seq"]) for one in second]
        assert again.replayed
        assert making.value("select count(*) from orders") == 80


def sold_out(_):
    writer.do(stock.enter, Entry(2, 1, count=5))


MEANWHILE = {
    "a price": (lambda move: change(2, price="7.77"), ["total_minor"]),
    "a cost": (lambda move: change(2, cost="2.00"), ["cost_minor"]),
    "the hour": (lambda move: move("2026-11-20T13:00:00Z"), ["hour"]),
    "the day": (lambda move: move("2026-11-21T12:00:00Z"), ["day"]),
    "the clock, back": (lambda move: move("2026-11-20T11:59:00Z"), ["placed_ms"]),
    "another place": (lambda move: making.make_location("quay"), []),
    "what is archived": (lambda move: change(2, archived=True), None),
    "what is in stock": (sold_out, None),
}


@pytest.mark.parametrize(("meanwhile", "differs"), MEANWHILE.values(), ids=MEANWHILE)
def test_what_changes_meanwhile_counts(tmp_path, schema, meanwhile, differs):
    found = []
    for way in ("all", "ready", "before"):
        with opened(tmp_path / way, schema) as move:
            drafts = [OrderDraft([LineDraft(2, 1)]) for _ in range(80)]
            ready = made_ready(drafts)
            if way != "before":
                meanwhile(move)
            verb = ready.place if way == "ready" else actions.place_orders
            results = told(writer.do_many(verb, drafts))
            rows = making.query(
                "select o.placed_ms, o.day, o.hour, o.total_minor, l.cost_minor from orders o join order_line l on l.order_id = o.id"
            )
            assert making.differences() == []
            found.append((results, ledger(), rows))

    assert found[0] == found[1]
    names = ("placed_ms", "day", "hour", "total_minor", "cost_minor")
    if differs is None:
        assert len(found[0][2]) < 80
        assert any("code" in result for result in found[0][0])
    for name in differs or ():
        assert found[0][2][0][names.index(name)] != found[2][2][0][names.index(name)]


def test_a_day_that_lies_ahead_when_the_clock_has_jumped_back_is_refused(tmp_path, schema):
    with opened(tmp_path / "shop", schema) as move:
        drafts = [OrderDraft([LineDraft(2, 1)], clock.now_ms() - 86_400_000)] * 80
        ready = made_ready(drafts)
        move("2026-11-18T12:00:00Z")

        assert all(isinstance(result, Problem) for result in writer.do_many(ready.place, drafts))


def test_an_order_that_was_entered_meanwhile_is_refused(tmp_path, schema):
    with opened(tmp_path / "shop", schema):
        drafts = [OrderDraft([LineDraft(2, 1)], channel="store", external_id=f"X-{number}") for number in range(80)]
        ready = made_ready(drafts)
        making.place(OrderDraft([LineDraft(2, 1)], channel="store", external_id="X-7"))

        results = writer.do_many(ready.place, drafts)

        assert [number for number, result in enumerate(results) if isinstance(result, Conflict)] == [7]
        assert making.differences() == []


@pytest.mark.parametrize(
    "drafts",
    [
        [OrderDraft([LineDraft(2, 1)])] * 63,
        [OrderDraft([LineDraft(2, 20_000)])] * 80,
    ],
    ids=["few", "too many for the sums"],
)
def test_what_is_not_worth_it_is_not_made_ready(drafts):
    assert not Ready.pays(drafts)
    assert Ready.pays([OrderDraft([LineDraft(2, 1)])] * 64)


def test_what_cannot_be_made_ready_goes_the_way_of_all(tmp_path, schema):
    with opened(tmp_path / "shop", schema):
        now = clock.now_ms()
        fine = [OrderDraft([LineDraft(2, 1)])] * 80
        assert made_ready(fine)
        assert not made_ready([*fine, OrderDraft([LineDraft("NONE", 1)])])
        assert not made_ready([*fine, OrderDraft([LineDraft(2, 1)], now - 60_000)])
        assert not made_ready([OrderDraft([LineDraft(2, 1)], now - 60_000)] * 80)


def test_a_batch_of_a_request_is_made_ready(shop, client, monkeypatch):
    making.make_product(stock=1000)
    monkeypatch.setattr(actions_ready, "place_orders", never)
    monkeypatch.setattr(actions, "place_orders", never)

    answer = client.post("/orders/batch", json=[{"product_id": "TEA", "quantity": 1}] * 64)

    assert answer.json["accepted"] == 64
    assert making.value("select quantity from stock_level") == 936
    assert making.differences() == []


def test_where_nothing_can_be_read_before_the_writer_says_what_is_wrong(shop, client, monkeypatch):
    making.make_product()

    def fail(*_):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Ready, "__init__", fail)

    assert client.post("/orders/batch", json=[{"product_id": "TEA", "quantity": 1}] * 64).json["accepted"] == 64
