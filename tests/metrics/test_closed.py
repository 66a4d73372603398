"""What closed days came to is remembered, and never longer than it is true."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.metrics import recounts
from tests.metrics.shops import NOW, Fact, Line, Shop
from tests.metrics.test_properties import known, period, resolved, slow
from webapp import clock
from webapp.db import reading
from webapp.metrics import closed, dao, periods, rollups
from webapp.metrics.ask import ask, heat_map, running, sparklines, top_products, units_sold
from webapp.metrics.closed import Memory
from webapp.metrics.definitions import DIMENSIONS, METRICS
from webapp.metrics.filters import ALL
from webapp.metrics.returned import by_day_of_sale

LONDON = clock.Zone("Europe/London")
YEAR = "12m"


def snapshot(shop, epoch="once"):
    """The shop as a committed snapshot of a history is read, which remembers."""
    shop.run("insert into epoch values (1, ?) on conflict (id) do update set value = excluded.value", epoch)
    return reading.ReadTx(shop.connection, shop.zone, "GBP")


@pytest.fixture(autouse=True)
def forgetful():
    closed.memory.clear()
    yield
    closed.memory.clear()


@pytest.fixture
def shop():
    shop = Shop(LONDON)
    shop.product(1, category=3, brand=1)
    shop.product(2, category=4, brand=2)
    shop.sell("2026-03-02T10:00:00Z", 500)
    shop.sell("2026-11-20T10:00:00Z", 700, version=2)
    shop.sell(NOW - 60_000, 900)
    return shop


@pytest.fixture
def asked():
    """Every query of a snapshot from now on."""
    return []


def listened(shop, asked):
    """A snapshot whose queries are noted."""
    tx = snapshot(shop)

    def execute(statement, parameters=()):
        asked.append(statement)
        return shop.connection.execute(statement, parameters)

    tx.execute = execute
    return tx


def brands(tx, name=YEAR):
    """Net sales by brand."""
    answer = ask(tx, ["net_sales"], by=["brand"], period=periods.named(name, NOW, LONDON), now_ms=NOW)
    return {row.keys[0]: row.values["net_sales"] for row in answer.rows}


def without_ends(asked):
    """The queries but for those that ask how far a rollup goes."""
    return [statement for statement in asked if not statement.startswith("select max(")]


def test_a_second_question_reads_only_what_was_entered_since(shop, asked):
    tx = listened(shop, asked)
    first = brands(tx)
    before = sum("product_month" in statement for statement in asked)
    asked.clear()

    shop.sell(NOW, 50)

    assert brands(tx) == {1: 1_450, 2: 700} and first == {1: 1_400, 2: 700}
    assert before == 2 and not any("from product_" in statement for statement in without_ends(asked))
    assert any("o.id > :after_order" in statement for statement in asked)


def test_a_third_question_reads_no_figures_at_all(shop, asked):
    tx = listened(shop, asked)
    brands(tx)
    shop.sell(NOW, 50)
    second = brands(tx)
    asked.clear()

    assert brands(tx) == second
    assert not any(word in statement for statement in without_ends(asked) for word in ("from product_", "order_line"))


def test_after_many_sales_the_open_days_are_read_again(shop, asked, monkeypatch):
    monkeypatch.setattr(closed, "MANY", 4)  # three orders are there
    tx = listened(shop, asked)
    brands(tx)
    asked.clear()

    shop.sell(NOW, 50)

    assert brands(tx) == {1: 1_450, 2: 700}
    assert sum("from product_month s" in statement for statement in asked) == 1


def test_what_was_entered_later_is_not_in_an_older_snapshot(shop, monkeypatch):
    older, now = snapshot(shop), brands(snapshot(shop))
    entered = dao.find_entered(older)
    monkeypatch.setattr(dao, "find_entered", lambda _: entered._replace(order_id=entered.order_id - 1))
    shop.run("update product_month set gross_minor = gross_minor - 100")  # so that what was read is told from memory

    assert now == {1: 1_400, 2: 700} and brands(older)[1] < 1_400


def test_the_control_without_a_look_at_what_was_entered_the_sale_is_missed(shop, monkeypatch):
    tx = snapshot(shop)
    entered = dao.find_entered(tx)
    monkeypatch.setattr(dao, "find_entered", lambda _: entered)
    brands(tx)

    shop.sell(NOW, 50)

    assert brands(tx) == {1: 1_400, 2: 700}


@pytest.mark.parametrize("at", [NOW - 3_600_000, "2026-11-02T10:00:00Z", "2026-12-05T10:00:00Z"])
def test_a_sale_into_any_day_of_the_open_months_is_in_the_next_answer(shop, at):
    tx = snapshot(shop)
    grown = {name: brands(tx, name).get(1, 0) for name in ("28d", "mtd", "all")}

    shop.sell(at, 50)
    shop.sell("2026-11-02T12:00:00Z", 7)

    for name, before in grown.items():
        assert brands(tx, name).get(1, 0) == brands(shop.tx, name).get(1, 0) >= before


def test_months_are_told_apart_by_what_was_entered_since(shop):
    tx = snapshot(shop)

    def months():
        answer = ask(
            tx, ["net_sales", "orders"], by=["brand"], grain="month", period=periods.named(YEAR, NOW, LONDON),
            now_ms=NOW, limit=None,
        )  # fmt: skip
        return {(row.time, *row.keys): (row.values["net_sales"], row.values["orders"]) for row in answer.rows}

    before = months()
    shop.sell(NOW, 50)

    after = months()
    this = max(after)
    assert {key: value for key, value in after.items() if value != before[key]} == {(this[0], 1): (950, 2)}


@pytest.mark.parametrize("at", ["2026-03-02T11:00:00Z", "2026-11-20T10:00:00Z", "2025-12-01T00:00:00Z"])
def test_a_late_sale_is_in_the_next_answer(shop, at):
    tx = snapshot(shop)
    brands(tx)

    shop.sell(at, 11)

    assert brands(tx) == {1: 1_411, 2: 700}


def test_a_late_return_is_in_the_next_answer(shop):
    tx = snapshot(shop)
    brands(tx)

    shop.take_back("2026-03-03T11:00:00Z", 30)

    assert brands(tx) == {1: 1_370, 2: 700}


def test_the_control_without_a_look_at_the_days_the_late_sale_is_missed(shop, monkeypatch):
    monkeypatch.setattr("webapp.metrics.dao.state_of_days", lambda *_: ("always the same",))
    monkeypatch.setattr("webapp.metrics.dao.entered_into_days", lambda *_, **__: False)
    tx = snapshot(shop)
    brands(tx)

    shop.sell("2026-03-02T11:00:00Z", 11)

    assert brands(tx) == {1: 1_400, 2: 700}


def test_another_history_is_not_answered_from_this_one(shop):
    brands(snapshot(shop))
    shop.run("update product_month set gross_minor = gross_minor + 1")

    assert brands(snapshot(shop, epoch="restored")) == {1: 1_402, 2: 701}


def test_rollups_that_were_made_anew_are_read_anew(shop):
    shop.spoil("product_month", "gross_minor")
    assert brands(snapshot(shop)) == {1: 1_402, 2: 701}

    tx = shop.tx
    rollups.rebuild(tx)
    tx.flush()

    assert brands(snapshot(shop)) == {1: 1_400, 2: 700}


def test_what_a_transaction_sees_is_not_remembered(shop):
    brands(shop.tx)

    assert not closed.memory._held


def test_the_days_of_an_open_month_are_the_month_without_the_newest_day(shop):
    shop.sell("2026-11-01T10:00:00Z", 20)
    tx = snapshot(shop)

    assert brands(tx, "mtd") == {1: 920, 2: 700}
    assert brands(tx, "mtd") == {1: 920, 2: 700}


def test_best_sellers_curves_and_cells_are_the_same_from_memory(shop):
    shop.take_back("2026-11-20T12:00:00Z", 100, version=2)
    tx = snapshot(shop)
    day, today = LONDON.day_of(NOW), periods.named("today", NOW, LONDON)
    weeks = periods.days(day - 27, day + 1, NOW, LONDON)

    def figures():
        return (
            [(one.product_id, one.revenue, one.share, one.then) for one in top_products(tx, ALL, weeks, today)],
            running(tx, ALL, day - 1), running(tx, ALL, day, to_ms=NOW), sparklines(tx, [1, 2], day, 14),
            heat_map(tx, ALL, NOW), units_sold(tx, day - 28), by_day_of_sale(tx, ALL, weeks),
        )  # fmt: skip

    read, remembered = figures(), figures()

    assert read == remembered
    assert read[0][0][:2] == (1, 900) and read[0][1][:2] == (2, 600)
    assert read[1][-1].value == 600 and read[2][-1].value == 900
    assert read[5] == {1: 1, 2: 1}


@slow
@given(
    recounts.histories(), recounts.periods(), recounts.filter_sets(), st.integers(0, 10**9), st.integers(1, 1000),
    st.booleans(),
)  # fmt: skip
def test_after_more_sales_each_metric_by_each_dimension_still_equals_a_recount(
    shop, bounds, asked, back_ms, amount, later
):
    asked, tx = known(shop, asked), snapshot(shop, epoch=str(id(shop)))
    closed.memory.clear()

    def answers(names):
        return {
            name: {
                row.keys: row.values
                for row in ask(
                    tx, list(METRICS), by=[name], period=period(bounds), filters=resolved(shop, asked),
                    now_ms=shop.now_ms, limit=None,
                ).rows
            }
            for name in names
        }  # fmt: skip

    answers(DIMENSIONS)
    rollups.sort_in(shop.tx, [2])
    newest = {one.product: version for version, one in shop.versions.items()}.values()
    shop.enter(
        Fact(True, shop.now_ms - back_ms * 97, [Line(1, 1, amount)]),
        Fact(False, shop.now_ms - back_ms, [Line(1, 1, 1)]),
        Fact(True, shop.now_ms - 1, [Line(version, 1, amount) for version in (*newest, *newest)]),
        later=later,
    )

    counted = {name: recounts.recount(shop, [name], asked, *bounds) for name in DIMENSIONS}
    assert answers(DIMENSIONS) == counted
    rollups.settle(shop.tx)
    assert answers(DIMENSIONS) == counted


@slow
@given(recounts.histories(), recounts.filter_sets(), st.integers(1, 3))
def test_best_sellers_of_all_time_and_of_a_day_are_those_of_a_recount(shop, asked, top):
    asked, tx = known(shop, asked), snapshot(shop, epoch=str(id(shop)))
    closed.memory.clear()
    today = periods.named("today", shop.now_ms, shop.zone)
    assume("hour" not in asked)

    for span in (period((None, None)), today):
        for _ in range(2):
            found = top_products(tx, resolved(shop, asked), span, top=top)

            recounted = recounts.recount(shop, ["product"], asked, span.from_ms, span.to_ms)
            best = sorted((-row["net_sales"], *key) for key, row in recounted.items())[:top]
            assert [(-one.revenue, one.product_id) for one in found] == best
            assert [one.units for one in found] == [recounted[(product,)]["units"] for _, product in best]


# ---- The memory ----


def test_the_longest_unused_goes_first_when_there_is_too_much(monkeypatch):
    monkeypatch.setattr(closed, "MOST", 6)
    memory = Memory()
    memory.keep("a", 1, [(1,), (2,)])
    memory.keep("b", 1, [(1,), (2,)])
    memory.get("a", 1)

    memory.keep("c", 1, [(3,), (4,)])

    assert [memory.get(key, 1) is not None for key in "abc"] == [True, False, True]


def test_what_is_too_large_is_not_kept(monkeypatch):
    monkeypatch.setattr(closed, "MOST_OF_ONE", 1)
    memory = Memory()

    memory.keep("a", 1, [(1,), (2,)])

    assert memory.get("a", 1) is None


def test_what_was_kept_in_another_state_is_not_given(monkeypatch):
    memory = Memory()
    memory.keep("a", 1, [(1,)])

    assert memory.get("a", 2) is None and memory.get("a", 1) == [(1,)]
