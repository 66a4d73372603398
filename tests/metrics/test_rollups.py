"""What is kept equals what the ledger says, to the cent, whatever happened in between."""

import pytest

from tests.metrics.shops import NOW, Fact, Line, Shop
from webapp import clock
from webapp.errors import Conflict, Unavailable
from webapp.metrics import dao, rollups, versions

LONDON = clock.Zone("Europe/London")


@pytest.fixture
def shop():
    shop = Shop(LONDON)
    shop.product(1, category=3, brand=1)
    shop.product(2, category=4, brand=1, vendor=2)
    shop.product(1, category=4, brand=2)
    return shop


def test_a_sale_is_in_every_rollup_from_its_own_transaction_on_as_wanted_6_asks(shop):
    shop.enter(Fact(True, NOW, [Line(1, 2, 500, 100), Line(2, 1, 300)], 2, 2, "GB-BNH"))
    day, (hour_ms, hour) = LONDON.day_of(NOW), LONDON.hour_of(NOW)
    place = (2, 2, "GB-BNH")

    assert shop.kept("sales_second") == [(NOW // 1000, *place, 1, 800)]
    assert shop.kept("sales_day") == [(day, *place, 1, 800, 0, 3, 0, 500, 200)]
    assert shop.kept("sales_hour") == [(hour_ms, *place, day, hour, 1, 800, 0, 3, 0, 500, 200)]
    assert shop.kept("product_day") == [
        (day, 1, *place, 1, 500, 0, 2, 0, 500, 200), (day, 2, *place, 1, 300, 0, 1, 0, 0, 0),
    ]  # fmt: skip
    assert [row[:2] for row in shop.kept("product_month")] == [(24322, 1), (24322, 2)]
    assert {row[1:3] for row in shop.kept("order_day")} == {
        ("category", 3), ("category", 4), ("category_tree", 3), ("category_tree", 2), ("category_tree", 1),
        ("category_tree", 4), ("brand", 1), ("vendor", 0), ("vendor", 2), ("price_tier", 0),
    }  # fmt: skip
    assert {row[-1] for row in shop.kept("order_day")} == {1}


def test_wanted_2_a_return_stands_on_its_own_day_and_changes_no_sale(shop):
    shop.sell("2026-11-19T10:00:00Z", 500, cost=100)
    sold = shop.kept("sales_day")

    shop.take_back("2026-11-21T10:00:00Z", 200)

    assert shop.kept("sales_day")[0] == sold[0]
    assert shop.kept("sales_day")[1][4:] == (0, 0, 200, 0, 1, 0, 0)


def test_wanted_14_a_late_entry_goes_to_its_own_day_and_not_to_the_last_seconds(shop):
    shop.sell("2026-03-02T10:00:00Z", 500)

    assert shop.kept("sales_second") == []
    assert shop.kept("sales_day")[0][0] == clock.parse_date("2026-03-02")
    assert rollups.check(shop.tx) == []


def test_an_undone_savepoint_takes_its_part_of_the_rollups_with_it(shop):
    shop.sell(NOW, 100)
    before = {rollup: shop.kept(rollup) for rollup in dao.ROLLUPS}
    shop.run("begin")
    tx = shop.tx

    with pytest.raises(Conflict), tx.savepoint():
        shop.write(tx, Fact(True, NOW, [Line(1, 1, 700)]))
        raise Conflict("refused")
    tx.flush()
    shop.run("commit")

    assert {rollup: shop.kept(rollup) for rollup in dao.ROLLUPS} == before
    assert rollups.check(shop.tx) == []


def test_savepoints_that_hold_are_merged_into_one_write(shop):
    shop.run("begin")
    tx = shop.tx

    shop.write(tx, Fact(True, NOW, [Line(1, 1, 700), Line(2, 1, 50)]))
    with tx.savepoint():
        shop.write(tx, Fact(True, NOW, [Line(1, 1, 300)]))
        with tx.savepoint():
            shop.write(tx, Fact(False, NOW, [Line(1, 1, 300)]))
    tx.flush()
    shop.run("commit")

    assert shop.kept("sales_day")[0][4:9] == (2, 1050, 300, 3, 1)
    assert rollups.check(shop.tx) == []


def test_an_order_that_holds_two_versions_of_a_product_counts_once_for_it(shop):
    shop.enter(Fact(True, NOW, [Line(3, 1, 100), Line(1, 1, 100)]))

    assert [(row[1], row[5]) for row in shop.kept("product_day")] == [(1, 1), (3, 0)]
    assert rollups.check(shop.tx) == []


@pytest.mark.parametrize("rollup", dao.ROLLUPS)
def test_the_check_names_a_row_that_is_off_by_a_penny(shop, rollup):
    shop.enter(Fact(True, NOW, [Line(1, 1, 700), Line(2, 1, 50)]))
    column = "orders" if rollup == "order_day" else "gross_minor"

    shop.spoil(rollup, column)

    assert any(line.startswith(f"{rollup}:") for line in rollups.check(shop.tx))


def test_what_waits_to_be_sorted_in_is_counted_meanwhile_and_changes_nothing_when_it_is(shop):
    shop.enter(Fact(True, NOW, [Line(1, 2, 500), Line(2, 1, 300)]))
    straight = Shop(LONDON)
    for number in (1, 2, 1):
        straight.product(number)
    for one, later in ((shop, True), (straight, False)):
        one.enter(Fact(True, NOW, [Line(1, 1, 70), Line(2, 3, 900), Line(3, 1, 10)]), later=later)
    straight.enter(Fact(True, NOW, [Line(1, 2, 500), Line(2, 1, 300)]))
    assert len(shop.kept(dao.UNSORTED)) == 3 and rollups.check(shop.tx) == []

    while rollups.sort_in(shop.tx, [1]) != [0]:
        assert rollups.check(shop.tx) == []

    assert shop.kept(dao.UNSORTED) == []
    for rollup in ("product_day", "product_month"):
        assert shop.kept(rollup) == straight.kept(rollup)


def test_the_check_sees_what_waits_and_is_wrong(shop):
    shop.enter(Fact(True, NOW, [Line(1, 1, 700), Line(2, 1, 50)]), later=True)
    assert rollups.check(shop.tx) == []

    shop.run("delete from product_unsorted where version_id = 2")

    assert {line.split(":")[0] for line in rollups.check(shop.tx)} == {"product_day"}
    rollups.rebuild(shop.tx)
    assert rollups.check(shop.tx) == [] and shop.kept(dao.UNSORTED) == []


def test_a_rebuild_puts_right_whatever_was_wrong(shop):
    shop.enter(Fact(True, NOW, [Line(1, 1, 700), Line(2, 1, 50)]), Fact(False, NOW, [Line(1, 1, 700)]))
    before = {rollup: shop.kept(rollup) for rollup in dao.ROLLUPS}
    for rollup in dao.ROLLUPS:
        shop.spoil(rollup)

    rollups.rebuild(shop.tx)

    assert {rollup: shop.kept(rollup) for rollup in dao.ROLLUPS} == before


def test_seconds_are_pruned_after_three_hours_and_nothing_else_is(shop):
    shop.sell(NOW - 3600_000, 100)
    shop.sell(NOW, 100)

    dropped = rollups.prune(shop.tx, NOW + 2 * 3600_000 + 60_000)

    assert dropped == 1
    assert [row[0] for row in shop.kept("sales_second")] == [NOW // 1000]
    assert rollups.check(shop.tx) == []


def test_a_version_that_was_undone_is_not_remembered_under_its_number(shop):
    shop.run("begin")
    tx = shop.tx
    with pytest.raises(Conflict), tx.savepoint():
        shop.run("insert into product_version values (9, 1, 'Tea', 3, 1, null, null, ?)", tx.now_ms)
        versions.find(tx, [9])
        raise Conflict("undone")
    shop.run("insert into product_version values (9, 2, 'Cake', 4, 2, null, null, ?)", tx.now_ms)

    assert versions.find(tx, [9])[9].product_id == 2


def test_a_committed_version_is_remembered(shop):
    versions.find(shop.tx, [1])
    shop.run("delete from product_version where id = 1")

    assert versions.find(shop.tx, [1])[1].product_id == 1


def test_fault_55_amounts_that_no_sum_can_hold_are_refused_and_ordinary_ones_go_on(shop):
    largest = 999_999_999 * 1_000_000 * 1_000
    for _ in range(9):
        shop.sell(NOW, largest)
    shop.run("begin")
    tx = shop.tx
    shop.write(tx, Fact(True, NOW, [Line(2, 1, largest)], 2))

    with pytest.raises(Unavailable):
        tx.flush()
    shop.run("rollback")
    shop.facts.pop()
    shop.sell(NOW, 250)

    assert sum(row[5] for row in shop.kept("sales_day")) == 9 * largest + 250
    assert rollups.check(shop.tx) == []


def test_returns_stand_beside_sales_whose_rows_are_laid_out_already(shop):
    tx = shop.tx
    rollups.sort_later(tx)
    shop.write(tx, Fact(True, NOW, [Line(1, 2, 500, 100), Line(2, 1, 300)]))
    laid = tx.buffer(rollups.Buffer)
    laid.count(versions.find(tx, laid.versions()))
    laid.lay_out()
    rows = laid._rows

    shop.write(tx, Fact(False, NOW, [Line(1, 1, 250, 100)]))
    assert laid._rows is rows
    with tx.savepoint():
        shop.write(tx, Fact(False, NOW, [Line(2, 1, 300)], 2, 2, "GB-BNH"))
    assert sum(measures[0] for measures in laid.added()) == 1
    assert sum(measures[2] for measures in laid.added()) == 550
    tx.flush()

    assert len(shop.kept("product_unsorted")) == 4
    assert rollups.check(shop.tx) == []
    rollups.settle(shop.tx)
    assert rollups.check(shop.tx) == []
    assert len(shop.kept("product_day")) == 3


def test_what_stands_beside_in_a_savepoint_is_taken_in(shop):
    tx = shop.tx
    rollups.sort_later(tx)
    shop.write(tx, Fact(True, NOW, [Line(2, 1, 300)]))
    with tx.savepoint():
        rollups.sort_later(tx)
        shop.write(tx, Fact(True, NOW, [Line(1, 2, 500, 100)]))
        laid = tx.buffer(rollups.Buffer)
        laid.count(versions.find(tx, laid.versions()))
        laid.lay_out()
        shop.write(tx, Fact(False, NOW, [Line(1, 1, 250, 100)]))
    tx.flush()

    assert rollups.check(shop.tx) == []
