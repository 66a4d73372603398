"""The shop in plain Flask, a connection a request: `gunicorn -k gthread`."""

import os
import sqlite3
import time
from contextlib import closing

from flask import Flask, request

app = Flask(__name__)


def _connect():
    connection = sqlite3.connect(os.environ["PEER_DATABASE"], timeout=30, isolation_level=None)
    connection.execute("pragma synchronous = full")
    return closing(connection)


@app.post("/orders")
def create():
    """One order, one transaction."""
    asked = request.get_json()["lines"]
    with _connect() as db:
        db.execute("begin immediate")
        lines = []
        for line in asked:
            found = db.execute("select id, price_minor from product where sku = ?", (line["product_id"],)).fetchone()
            if found is None:
                return {"error": f"unknown product {line['product_id']}"}, 422
            lines.append((found[0], line["quantity"], found[1], found[1] * line["quantity"]))
        total = sum(line[3] for line in lines)
        values = (request.headers.get("Idempotency-Key"), time.time_ns() // 1_000_000, total)
        id_ = db.execute("insert into orders (key, placed_ms, total_minor) values (?, ?, ?)", values).lastrowid
        db.executemany(
            "insert into order_line (order_id, product_id, quantity, price_minor, total_minor) values (?, ?, ?, ?, ?)",
            [(id_, *line) for line in lines],
        )
        db.execute("commit")
    return {"id": id_, "total": total / 100, "lines": len(lines)}, 201


@app.get("/analytics")
def analytics():
    """All time, the best products, and the last minute beside the one before."""
    now_ms = time.time_ns() // 1_000_000
    with _connect() as db:
        orders, revenue = db.execute("select count(*), coalesce(sum(total_minor), 0) from orders").fetchone()
        units = db.execute("select coalesce(sum(quantity), 0) from order_line").fetchone()[0]
        best = db.execute(
            "select sku, name, sum(total_minor), sum(quantity) from order_line join product on product.id = product_id"
            " group by product_id order by 3 desc limit 10"
        ).fetchall()
        minutes = [
            db.execute(
                "select coalesce(sum(total_minor), 0) from orders where placed_ms > ? and placed_ms <= ?",
                (now_ms - 60_000 * (ago + 1), now_ms - 60_000 * ago),
            ).fetchone()[0]
            for ago in (0, 1)
        ]
    return {
        "orders": orders, "total_revenue": revenue / 100, "units": units,
        "top_products": [{"sku": sku, "name": name, "revenue": of / 100, "units": n} for sku, name, of, n in best],
        "last_minute": {"revenue": minutes[0] / 100, "previous_revenue": minutes[1] / 100},
    }  # fmt: skip
