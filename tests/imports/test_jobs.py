"""Imports as jobs: interrupted anywhere and gone on with, each row counts once; exported and read again, the same figures."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests import making
from tests.imports import making as files
from webapp import config, schedule
from webapp.db import reading, store, writer
from webapp.errors import Unavailable
from webapp.imports import actions, jobs
from webapp.imports.jobs import entering
from webapp.jobs import queue, worker
from webapp.jobs.progress import Context
from webapp.metrics.definitions import DIMENSIONS, METRICS
from webapp.products import actions as products
from webapp.products.shapes import NewProduct

assert schedule  # the job that prunes is registered by being imported


def many(orders=400):
    """A file with orders, returns and refused rows, some of them split."""
    rows = []
    for number in range(orders):
        invoice = str(1000 + number) if number % 10 else f"C{1000 + number}"
        rows.append({"InvoiceNo": invoice, "StockCode": f"S{number % 7}", "Quantity": "2" if number % 10 else "-1"})
        rows.append(
            {
                "InvoiceNo": str(1000 + (number * 7) % orders // 10 * 10 + 1),
                "UnitPrice": "0" if number % 13 == 0 else "1.25",
            }
        )
    return files.uci(*rows)


def figures():
    """What must be equal however an import went."""
    return [
        making.query("select external_id, total_minor, lines, placed_ms, region from orders order by external_id"),
        making.query("select external_id, total_minor, returned_ms from returns order by external_id"),
        making.query("select row_number, field from import_error order by row_number"),
        making.query("select first_row, rows from order_source order by first_row"),
        making.query("select first_row, rows from return_source order by first_row"),
        making.query("select total_rows, read_rows, imported, repeated, rejected from import"),
    ]


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(entering, "FIRST_WEIGHT", 7.0)
    monkeypatch.setattr(entering, "LEAST_WEIGHT", 5.0)
    monkeypatch.setattr(entering, "MOST_WEIGHT", 11.0)
    monkeypatch.setattr(entering, "WEIGHT_OF_ENTRY", 0)
    monkeypatch.setattr(entering, "MOST_WAIT", 20)
    monkeypatch.setattr(entering, "SORTED_AT_ONCE", 6)


@pytest.fixture
def straight(tmp_path):
    """The figures of the file imported in one go, in a shop of its own."""
    folder = tmp_path / "straight"
    folder.mkdir()
    store.open(config.load({"TAKINGS_DATABASE": str(folder / "shop.db")}, dotenv=None))
    files.load(folder, many())
    found = figures()
    writer.close()
    reading.close()
    return found


@pytest.mark.parametrize("cut", [1, 2, 5, 30, 60])
def test_an_interrupted_import_goes_on_and_each_row_counts_once(
    straight, shop, tmp_path, small_batches, monkeypatch, cut
):
    enter, count = entering.enter, []

    def interrupted(tx, items):
        count.append(1)
        if len(count) == cut:
            raise Unavailable("The disk is full.")
        if len(count) == cut + 1:
            raise KeyboardInterrupt
        return enter(tx, items)

    monkeypatch.setattr(entering, "enter", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.load(tmp_path, many())
    assert making.query("select j.state from import i join job j on j.id = i.job_id") == [("cancelled",)]

    counts = files.load(tmp_path, many())

    assert figures() == straight
    assert counts["imported"] + counts["repeated"] + counts["rejected"] == counts["rows"] == 800
    assert making.value("select count(*) from import") == 1
    assert making.differences() == []


@pytest.mark.parametrize(
    ("ahead", "transactions"), [(400, 3), (1, 40)]
)  # the second is the build that does not look ahead
def test_products_of_many_batches_are_made_a_few_transactions_ahead(
    shop, tmp_path, small_batches, monkeypatch, ahead, transactions
):
    meet, made = entering.meet, []
    monkeypatch.setattr(entering, "AHEAD", ahead)
    monkeypatch.setattr(entering, "meet", lambda tx, items: made.append(len(items[0].firsts)) or meet(tx, items))

    counts = files.load(tmp_path, files.uci(*({"InvoiceNo": str(n), "StockCode": f"S{n}"} for n in range(1, 41))))

    assert (len(made), sum(made)) == (transactions, 40)
    assert counts["imported"] == 40
    assert making.value("select count(distinct product_id) from order_line") == 40
    assert making.differences() == []


def test_a_product_that_somebody_changes_meanwhile_is_looked_up_again(shop, tmp_path, small_batches, monkeypatch):
    enter, count = entering.enter, []

    def changed(tx, items):
        count.append(1)
        if len(count) == 2:
            products.add_products(tx, [NewProduct.model_construct(sku="S30", name="Of somebody else", price=300)])
        return enter(tx, items)

    monkeypatch.setattr(entering, "enter", changed)
    monkeypatch.setattr(entering, "AHEAD", 20)

    files.load(tmp_path, files.uci(*({"InvoiceNo": str(n), "StockCode": f"S{n}"} for n in range(1, 41))))

    assert making.value("select count(*) from product") == 40
    assert making.value("select name from product where sku = 'S30'") == "Of somebody else"
    assert making.differences() == []


KILLED = """
import sys
from pathlib import Path
from webapp import config
from webapp.db import store
from webapp.imports import jobs
from webapp.imports.jobs import entering
entering.FIRST_WEIGHT = entering.LEAST_WEIGHT = entering.MOST_WEIGHT = 8.0
entering.WEIGHT_OF_ENTRY = 0
store.open(config.load({"TAKINGS_DATABASE": sys.argv[1]}, dotenv=None))
def tell(done, total, what):
    print(done, flush=True)
jobs.import_file(Path(sys.argv[2]), progress=tell)
"""


def test_fault_32_a_killed_import_goes_on_and_each_row_counts_once(straight, shop, tmp_path, monkeypatch):
    path = tmp_path / "sales.csv"
    path.write_text(many(), newline="")
    for lines in (3, 25):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(store.path()), str(path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(lines):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        making_free()
        if not store.on_server():
            assert making.value("select count(*) from product_unsorted") > 0  # counted in every figure meanwhile
        assert making.differences() == []

    counts = files.load(tmp_path, many())

    assert counts["rows"] == 800
    assert figures() == straight
    assert making.differences() == []
    assert making.value("select count(*) from product_unsorted") == 0


def test_what_a_cancelled_import_left_is_sorted_in_with_the_next_pruning(shop, tmp_path, monkeypatch):
    monkeypatch.setattr(entering._Entering, "_sort_in", lambda self: None)
    files.load(tmp_path, many())
    assert store.on_server() or making.value("select count(*) from product_unsorted") > 0

    writer.do(lambda tx, items: [queue.add(tx, "prune")], None)
    worker.run_pending()

    assert making.value("select count(*) from product_unsorted") == 0
    assert making.differences() == []


def making_free():
    """Let the dead process's lease end now instead of in ten seconds."""

    def end(tx, items):
        tx.execute("update job set leased_until_ms = 0")
        return [None]

    writer.do(end, None)


def test_a_cancelled_import_stops_at_its_next_batch(client, small_batches, monkeypatch):
    files.give(client, many())
    enter, count = entering.enter, []

    def cancelling(tx, items):
        count.append(1)
        if len(count) == 4:
            actions.cancel_imports(tx, [1])
        return enter(tx, items)

    monkeypatch.setattr(entering, "enter", cancelling)
    worker.run_pending()
    client.post("/imports/1/cancel")
    worker.run_pending()

    shown = client.get("/imports/1").json
    assert shown["state"] in ("cancelled", "done")
    assert shown["imported"] + shown["rejected"] == shown["read"]


def test_two_of_the_same_file_do_not_run_into_each_other(client, small_batches):
    files.give(client, many())
    files.give(client, many(), "twin.csv")
    with reading.reading() as tx:
        first = queue.find(tx, 1)["id"]
    twin = worker.take(2)

    assert worker.perform(Context(twin)) == "queued"
    assert worker.perform(Context(worker.take(first))) == "done"
    time.sleep(1.1)
    worker.run_pending()

    assert client.get("/imports/2").json["repeated"] == 800
    assert making.differences() == []


def test_a_failed_commit_is_tried_again_without_what_it_had_made(shop, tmp_path, monkeypatch):
    real, count = writer.do, []

    def failing(action, item, key=None):
        if action is entering.enter:
            count.append(1)
            if len(count) == 1:
                with pytest.raises(ZeroDivisionError):
                    real(lambda tx, items: [entering.enter(tx, items), 1 / 0], item)
                raise Unavailable("The commit failed.")
        return real(action, item, key)

    monkeypatch.setattr("webapp.jobs.progress.writer.do", failing)

    counts = files.load(tmp_path, files.uci({}, {"StockCode": "X"}))

    assert counts["imported"] == 2
    assert making.query("select sku from product order by id") == [("85123A",), ("X",)]
    assert making.differences() == []


def test_a_bomb_fails_with_words(shop, tmp_path, monkeypatch):
    monkeypatch.setattr("webapp.imports.jobs.unpack.MOST_UNPACKED", 1 << 20)

    with pytest.raises(Exception, match="unpacks to more than"):
        files.load(tmp_path, files.packed(bytes(4 << 20), "gz"), "bomb.gz")


# ---- Our own export ----


def test_our_own_export_in_an_empty_shop_gives_the_same_figures(client, tmp_path, at):
    sold(at)
    exported = client.get("/orders?format=csv").data
    wanted = shown(client)
    reading.close()
    writer.close()
    store.open(config.load({"TAKINGS_DATABASE": str(tmp_path / "other.db")}, dotenv=None))
    making.make_location("pier", region="GB-BNH")

    counts = files.load(tmp_path, exported)

    assert counts["rejected"] == 0 and counts["imported"] == counts["rows"]
    assert shown(client) == wanted
    assert making.differences() == []


def test_our_own_export_in_the_shop_it_came_from_brings_nothing_new(client, tmp_path, at):
    sold(at)
    booked = {"channel": "online", "lines": [{"product_id": "22423", "quantity": 1, "price": 7}]}
    assert client.post("/returns", json=booked).status_code == 201
    exported = client.get("/orders?format=csv").data
    wanted = shown(client)

    counts = files.load(tmp_path, exported)

    assert counts["repeated"] == counts["rows"] == 7
    assert shown(client) == wanted


def sold(at):
    """A shop's history with everything in it."""
    at("2026-11-01T10:00:00Z")
    making.make_location("pier", region="GB-BNH")
    making.make_product(
        "=TEA",
        "2.40",
        name="+Tea",
        category="Drinks/Cold",
        brand="Bo",
        vendor="Vi",
        price_tier="core",
        cost="1.10",
        stock=50,
        oversell=True,
    )
    making.make_product("22423", "7.00", name="Pie")
    first = making.sell("=TEA", 3, discount_minor=7, location="pier", external_id="E-1", payment="card", note="-note")
    making.sell("22423", 2, channel="marketplace", region="FR", customer={"email": "a@example.org"})
    at("2026-11-02T10:00:00Z")
    from webapp.products import actions as products
    from webapp.products.shapes import ChangedProduct

    moved = making.checked(ChangedProduct, {"name": "Tea!", "category": "Drinks/Hot"})
    writer.do(products.change_products, products.Change("=TEA", moved))
    last = making.sell("=TEA", 3)
    making.take_back(first, 1, reason="wet")
    making.take_back(first, 2)
    making.take_back(last, 1, restock=False)


def shown(client):
    """Every figure by every dimension, and each order's state."""
    by = ["", *(f"&by={name}" for name in DIMENSIONS)]
    metrics = "&".join(f"metric={name}" for name in METRICS)
    answers = [client.get(f"/explore?grain=day&from=2026-11-01&to=2026-11-03&{metrics}{one}").json for one in by]
    keep = [
        [{k: v for k, v in row.items() if k not in ("product", "name")} for row in answer["rows"]] for answer in answers
    ]
    orders = client.get("/orders?sort=placed_at").json["items"]
    return [
        [sorted(map(str, rows)) for rows in keep],
        sorted((o["placed_at"], o["status"], o["total"], o["returned"], o["external_id"] or "") for o in orders),
    ]


def test_the_command_counts(shop, tmp_path):
    assert list(files.load(tmp_path, files.uci({}))) == ["rows", "imported", "repeated", "rejected"]
    assert jobs.import_file is not None
