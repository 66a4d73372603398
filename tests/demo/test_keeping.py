"""webapp/demo/maker.py and keeping.py: the shop in a ledger, by the shop's own verbs, and up to now at every start."""

from tests.demo.conftest import NOW_MS
from tests.making import differences, query, value
from webapp.clock import DAY, HOUR
from webapp.db import store
from webapp.demo import dao, plan, truths
from webapp.demo.history import History, first_day_of


def rows():
    orders = query(
        "select o.id, o.seq, o.placed_ms, o.total_minor, o.region, c.code, l.product_id, l.quantity, l.price_minor"
        " from orders o join order_line l on l.order_id = o.id"
        " left join customer c on c.id = o.customer_id order by l.id"
    )
    moves = query("select product_id, location_id, change, quantity_after, reason, at_ms from stock_move order by id")
    return orders, moves, query("select order_id, returned_ms, reason, total_minor from returns order by id")


def test_the_shop_is_made_with_its_name_places_and_products(keep_at):
    made = keep_at()

    assert made == value("select count(*) from orders") > 3000
    assert value("select value from setting where name = 'name'") == "Harbour & Pine"
    assert [row[0] for row in query("select code from location order by id")] == [
        "main",
        "quayside",
        "old-town",
        "station",
    ]
    assert value("select count(*) from product") == 61  # the launched one comes on its day
    assert value("select price_minor from product where sku = 'TEA-ICED-330'") == 240
    assert value("select count(*) from price_tier") == 3
    assert not differences()


def test_the_ledger_holds_the_days_as_they_were_made(keep_at):
    keep_at()

    zone = store.shop().zone
    first_day = first_day_of(NOW_MS, zone)
    opening_ms, _ = zone.bounds(first_day)
    history = History(plan.SEED, first_day, zone)
    days = list(history.days(opening_ms - 1, NOW_MS, opening=True))
    assert value("select count(*) from orders") == sum(len(day.sales) for day in days)
    assert value("select count(*) from returns") == sum(len(day.returns) for day in days)
    assert value("select sum(total_minor) from orders") == sum(
        line.quantity * line.price - line.discount for day in days for sale in day.sales for line in sale.lines
    )
    numbers = {product.sku: number for number, product in enumerate(plan.products())}
    for sku, location, quantity in query(
        "select p.sku, l.code, s.quantity from stock_level s join product p on p.id = s.product_id"
        " join location l on l.id = s.location_id"
    ):
        assert quantity == history.stockroom.levels[location][numbers[sku]], (sku, location)


def test_orders_were_entered_on_the_day_on_which_they_were_made(keep_at):
    keep_at()

    zone = store.shop().zone
    for placed_ms, entered_ms, day in query("select placed_ms, entered_ms, day from orders"):
        assert placed_ms <= entered_ms <= NOW_MS
        assert zone.day_of(entered_ms) == day


def test_the_same_seed_and_moment_write_the_same_rows(keep_at, tmp_path):
    keep_at()
    first = rows()
    from webapp import config
    from webapp.db import reading, writer

    writer.close()
    reading.close()
    environ = {"TAKINGS_MODE": "demo", "TAKINGS_DATABASE": str(tmp_path / "again.db")}
    store.open(config.load(environ, dotenv=None))
    keep_at()

    assert rows() == first


def test_a_start_at_once_enters_nothing_anew(keep_at):
    made = keep_at()

    assert keep_at() == 0
    assert value("select count(*) from orders") == made


def test_a_later_start_fills_the_gap_since_the_last_sale(keep_at):
    made = keep_at()
    last = value("select max(placed_ms) from orders")
    later = NOW_MS + 3 * DAY + 2 * HOUR

    added = keep_at(later)

    assert 200 < added < 1500
    assert value("select count(*) from orders") == made + added
    assert value("select min(placed_ms) from orders where id > ?", made) > last
    assert later - HOUR < value("select max(placed_ms) from orders") <= later
    assert value("select count(*) from returns where returned_ms > ?", NOW_MS) > 3
    assert value("select count(*) from returns where returned_ms > ?", later) == 0
    again = (
        "select count(*) from orders o where id > ? and customer_id in (select customer_id from orders where id <= ?)"
    )
    assert value(again, made, made) > 20
    strict = "select min(s.quantity) from stock_level s join product p on p.id = s.product_id where p.oversell = 0"
    assert value(strict) >= 0
    assert not differences()


def test_a_price_step_and_the_launch_come_on_their_day_in_a_gap_too(keep_at, monkeypatch):
    monkeypatch.setattr(truths, "LAUNCH", truths.Launch("SPRITZ-YUZU-330", 27, 12.0))
    change = truths.PriceChange("OAT-COLD-500", -2.4, ((0, 540), (27, 600)))
    monkeypatch.setattr(truths, "PRICE_CHANGES", (change,))
    monkeypatch.setitem(truths._CHANGES, "OAT-COLD-500", change)
    keep_at()

    keep_at(NOW_MS + 5 * DAY)

    assert value("select count(*) from product") == 62
    prices = "select r.price_minor, r.to_ms is null from price r join product p on p.id = r.product_id where p.sku = ?"
    assert query(prices, change.sku) == [(540, 0), (600, 1)]
    first_day = int(value("select value from setting where name = ?", dao.FIRST_DAY))
    lines = (
        "select distinct o.day >= ?, l.price_minor from order_line l join orders o on o.id = l.order_id"
        " join product p on p.id = l.product_id where p.sku = ? order by 1"
    )
    assert query(lines, first_day + 27, change.sku) == [(0, 540), (1, 600)]
    assert not differences()


def test_a_shop_with_products_of_somebody_else_is_left_alone(keep_at):
    from tests.making import make_product

    make_product("MINE")

    assert keep_at() == 0
    assert value("select count(*) from orders") == 0


def test_the_way_there_is_shown(keep_at):
    seen = []

    keep_at(progress=lambda done, total, what: seen.append((done, total)))

    assert seen[-1] == (plan.DAYS + 1, plan.DAYS + 1)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
