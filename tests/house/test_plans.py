"""No query of a page path scans the ledger: the plans, and the steps, over a shop of fifty thousand lines."""

import re

import pytest

from bench import grow
from tests.making import take_back
from webapp import clock
from webapp.db import reading, store, writer
from webapp.metrics import closed
from webapp.metrics.definitions import DIMENSIONS
from webapp.orders import actions, dao
from webapp.orders.shapes import LineDraft, OrderDraft

LINES = 50_000
MOST_STEPS = 200_000  # of SQLite's machine; ten for each order
FEW_STEPS = 40_000  # two for each order
LEDGER = {"orders", "order_line", "returns", "return_line", "stock_move"}
PAGES = (
    "/", "/?period=28d&compare=previous", "/?channel=store", "/?category=Drinks&period=90d", "/?product=P003",
    "/analytics", "/analytics?period=12m&brand=Brand 3", "/analytics?product=P399", "/analytics?hour=9&period=ytd",
    "/analytics/reconciliation", "/analytics/reconciliation?period=12m", "/analytics/channels",
    "/analytics/channels?period=12m&category=Drinks", "/analytics/hours", "/analytics/hours?period=28d&product=P003",
    "/analytics/hours?metric=orders&period=12m", "/analytics/seasons", "/analytics/seasons?brand=Brand 3&metric=units",
    "/products/7?period=today&format=html", "/products/7?period=12m&format=html", "/analytics/product?product=P399&format=json",
    "/analytics/product?product=P003&period=90d&channel=store&location=pier&format=csv",
    "/explore", "/explore?metric=net_sales&by=category&grain=month&period=12m",
    "/explore?metric=orders&by=brand&by=category&period=mtd", "/explore?metric=net_sales&by=weekday&by=hour&period=90d",
    "/explore?metric=units&by=product&by=hour&period=7d", "/explore/metrics/net_sales", "/explore/metrics/orders?period=mtd",
    "/orders", "/orders?sort=placed_at", "/orders?sort=-total", "/orders?sort=total&period=mtd", "/orders?product=P399",
    "/orders?category=Drinks/Hot&sort=-total", "/orders?status=placed", "/orders?status=returned",
    "/orders?status=partly_returned&channel=store", "/orders?q=door", "/orders?q=X-13", "/orders?q=P003", "/orders?q=77",
    "/orders?q=nothing+is+called+that", "/orders?min_total=900", "/orders?max_total=1", "/orders?region=DE",
    "/orders?weekday=1&hour=9&location=pier", "/orders?period=today&brand=Brand 3&q=Hot", "/orders/77", "/orders/78/receipt",
    "/orders/new", "/returns", "/returns?product=P399", "/returns?channel=online&period=mtd", "/returns/7",
    "/returns?sort=returned_at&period=mtd&category=Drinks/Hot",
    "/returns?category=Drinks/Hot", "/returns?region=DE&weekday=1&brand=Brand 3", "/explore/metrics/returns?product=P399",
    "/products", "/products?q=Hot&sort=-price", "/products?stock=low", "/products/7", "/products/7/prices",
    "/products/7/stock", "/sell", "/sell/products.json", "/settings", "/channels", "/locations", "/imports", "/backups",
    "/categories", "/brands", "/analytics/regions", "/analytics/regions?period=12m&region=DE&brand=Brand 3",
    "/orders?vendor=Vendor 3", "/orders?price_tier=core&sort=placed_at", "/orders?brand=Brand 3&period=28d&sort=total",
    *(f"/explore?metric=net_sales&metric=orders&by={name}&period=12m" for name in DIMENSIONS),
    *(f"/explore?metric=units&by={name}&grain=day&period=28d&compare=last_year" for name in DIMENSIONS),
    "/explore?metric=orders&grain=hour&period=7d&brand=Brand 3", "/explore/views", "/analytics/product?product=P003&format=json",
    "/recommendations", "/recommendations?state=ended", "/recommendations/guardrails", "/recommendations/record",
    "/recommendations/traits", "/weather", "/vendors", "/imports/new", "/products/new", "/products/7/edit", "/sell?q=Hot",
    "/sell?category=Drinks", "/channels/new", "/locations/new", "/explore/metrics", "/docs", "/notice",
    "/search", "/search?q=77", "/search?q=hot", "/search?q=X-13", "/search?q=nothing+is+called+that",
)  # fmt: skip
FILES = (
    "/orders?period=mtd", "/orders?region=DE&period=mtd", "/orders?product=P399", "/orders?q=X-13", "/orders?status=returned",
    "/returns?product=P399", "/returns?period=mtd", "/products/7/stock", "/analytics/regions?period=90d", "/search?q=77",
)  # fmt: skip
AGAIN = (
    "/", "/?category=Drinks", "/analytics/reconciliation", "/analytics/hours", "/explore?metric=orders&by=brand&period=28d",
    "/products/1?period=28d&format=html",
)  # fmt: skip
RARE = (
    "/orders?q=nothing+is+called+that", "/orders?q=X-13", "/orders?product=P399&sort=-total",
    "/orders?min_total=900", "/orders?max_total=1", "/orders?status=returned&q=zzz", "/returns?product=P399",
)  # fmt: skip
LATE_OR_EARLY = (
    "/orders?sort=placed_at&period=today", "/orders?from=2024-12-01&to=2024-12-10", "/orders?sort=-total&max_total=9",
    "/orders?sort=total&min_total=150", "/returns?sort=returned_at&period=7d", "/returns?from=2024-12-01&to=2024-12-10",
)  # fmt: skip
FOR_MACHINES = {"/events", "/live", "/healthz", "/readyz", "/metrics", "/openapi.json"}
FACES = ("text/html", "application/json")
_TABLES = re.compile(r"\b(?:from|join)\s+(\w+)(?:\s+(?:as\s+)?(\w+))?", re.IGNORECASE)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A shop of fifty thousand lines, open in this process, whose clock stands still, and the client of its pages."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "clock").write_text(grow.NOW)
    grow.open_new(folder / "shop.db", TAKINGS_CLOCK_FILE=str(folder / "clock"))
    clock.set_clock_file(folder / "clock")
    grow.grow(LINES, clock.now_ms())
    from webapp.app import create_app

    yield create_app(store.settings()).test_client()
    writer.close()
    writer.use(None)
    reading.close()
    clock.set_clock_file(None)


@pytest.fixture
def asked(monkeypatch):
    """Every query that is read through a snapshot from now on, with its parameters."""
    queries = []
    closed.memory.clear()
    begin = reading.ReadTx.__init__

    def listen(tx, connection, zone, currency):
        begin(tx, connection, zone, currency)

        def execute(sql, parameters=()):
            queries.append((sql, parameters))
            return connection.execute(sql, parameters)

        tx.execute = execute

    monkeypatch.setattr(reading.ReadTx, "__init__", listen)
    return queries


@pytest.fixture
def steps(monkeypatch):
    """How many hundreds of steps SQLite has taken for what was read."""
    taken = []
    closed.memory.clear()
    begin = reading.ReadTx.__init__

    def listen(tx, connection, zone, currency):
        begin(tx, connection, zone, currency)
        connection.set_progress_handler(lambda: taken.append(1) or 0, 100)

    monkeypatch.setattr(reading.ReadTx, "__init__", listen)
    yield taken
    for connection in reading._Pool.idle:
        connection.set_progress_handler(None, 0)


def scans(sql, parameters=()):
    """Where a query's plan reads a table of the ledger without a bound (or to make an index for itself), as it says."""
    tables = {name: name for name in LEDGER}
    tables |= {alias: name for name, alias in _TABLES.findall(sql) if name in LEDGER and alias}
    with reading.reading() as tx:
        plan = [row["detail"] for row in tx.connection.execute("explain query plan " + sql, parameters)]
    whole = [line for line in plan if line.startswith("SCAN ") or "USING AUTOMATIC" in line]
    return [line for line in whole if line.split()[1] in tables]


@pytest.mark.parametrize("address", PAGES)
def test_no_query_of_a_page_scans_the_ledger(large, asked, address):
    for face in FACES:
        answer = large.get(address, headers={"Accept": face})
        assert answer.status_code in (200, 406), answer.get_data(as_text=True)[:400]

    found = {line: sql for sql, parameters in asked for line in scans(sql, parameters)}

    assert not found


@pytest.mark.parametrize("address", AGAIN)
def test_no_query_of_a_page_scans_it_after_a_sale_and_a_return(large, asked, address):
    for _ in range(2):
        sold = writer.do(actions.place_orders, OrderDraft([LineDraft(3, 1), LineDraft(9, 1)]))
        take_back(sold["id"], 1)
        asked.clear()
        large.get(address, headers={"Accept": "text/html"})

    assert any(":after_order" in sql for sql, _ in asked)
    assert not {line: sql for sql, parameters in asked for line in scans(sql, parameters)}


def test_every_page_is_among_them(large):
    rules = [rule for rule in large.application.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    pages = {rule.rule for rule in rules if not rule.endpoint.startswith("island ")} - FOR_MACHINES

    assert pages - {address.partition("?")[0] for address in PAGES} == set()


@pytest.mark.parametrize("address", FILES)
def test_no_query_of_a_file_scans_the_ledger(large, asked, address):
    answer = large.get(address, headers={"Accept": "text/csv"})
    assert answer.status_code == 200 and answer.data.count(b"\r\n") >= 1

    found = {line: sql for sql, parameters in asked for line in scans(sql, parameters)}

    assert not found


def test_the_control_a_query_that_scans_is_seen(large, asked):
    with reading.reading() as tx:
        tx.execute("select o.id from orders o where o.note like :word", {"word": "%door%"}).fetchall()
        tx.execute("select count(*) from order_line l join product p on p.id = l.product_id").fetchone()
        tx.execute("select id from orders where id > :id", {"id": 7}).fetchall()

    found = [bool(scans(sql, parameters)) for sql, parameters in asked]

    assert found == [True, True, False]


@pytest.mark.parametrize("address", RARE)
def test_what_is_rare_is_found_without_a_walk_through_the_ledger(large, steps, address):
    answer = large.get(address, headers={"Accept": "application/json"})

    assert answer.status_code == 200
    assert len(steps) * 100 < MOST_STEPS


@pytest.mark.parametrize("address", LATE_OR_EARLY)
def test_a_list_begins_where_what_is_asked_for_begins(large, steps, address):
    answer = large.get(address, headers={"Accept": "application/json"})

    assert answer.json["items"]
    assert len(steps) * 100 < FEW_STEPS


def test_the_control_a_list_that_begins_at_its_end_walks_there(large, steps, monkeypatch):
    monkeypatch.setattr(dao, "_place", lambda sort, *_: {"after_value": -1 << 62, "after_id": -1})

    large.get(LATE_OR_EARLY[0], headers={"Accept": "application/json"})

    assert len(steps) * 100 > FEW_STEPS


def test_the_control_a_list_that_looks_nothing_up_walks_through_it(large, steps, monkeypatch):
    monkeypatch.setattr(dao, "_candidates", lambda *_: None)

    large.get("/orders?q=X-13", headers={"Accept": "application/json"})

    assert len(steps) * 100 > MOST_STEPS
