"""Short ways to a shop with something in it; verbs are called as routes call them."""

import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from webapp import clock
from webapp.db import reading, store, writer
from webapp.orders import actions as orders
from webapp.orders.islands import Known
from webapp.orders.shapes import LineDraft, OrderDraft, ReturnDraft, ReturnLineDraft
from webapp.products import actions as products
from webapp.products.shapes import NewProduct
from webapp.shop import actions as shops
from webapp.shop import shapes as shop_shapes
from webapp.web import jsonio, validate


def checked(model: Any, data: dict[str, Any]) -> Any:
    """The model as a request would make it."""
    shop = store.shop()
    return validate.validate(model, data, currency=shop.currency, now_ms=clock.now_ms(), zone=shop.zone)


def make_product(sku: str = "TEA", price: str = "2.40", **more: Any) -> int:
    """A product, by id."""
    data = {"sku": sku, "name": more.pop("name", sku.title()), "price": Decimal(price), **more}
    return writer.do(products.create_products, checked(NewProduct, data))["id"]


def make_location(code: str, **more: Any) -> int:
    """A location, by id."""
    data = {"code": code, "name": code.title(), **more}
    return writer.do(shops.create_locations, checked(shop_shapes.NewLocation, data))["id"]


def draft(product: int | str = "TEA", quantity: int = 1, **more: Any) -> OrderDraft:
    """An order of one line. price_minor, discount_minor: of the line."""
    line = LineDraft(product, quantity, more.pop("price_minor", None), more.pop("discount_minor", 0))
    return OrderDraft([line], **more)


def place(*drafts: OrderDraft) -> list[Any]:
    """Results of one batch."""
    return writer.do_many(orders.place_orders, list(drafts))


def sell(product: int | str = "TEA", quantity: int = 1, **more: Any) -> int:
    """An order of one line, by id."""
    return writer.do(orders.place_orders, draft(product, quantity, **more))["id"]


def take_back(order_id: int, *quantities: int, restock: bool = True, **more: Any) -> dict[str, int]:
    """A return of so many of each line."""
    lines = order(order_id)["lines"]
    back = [
        ReturnLineDraft(line["id"], count, restock) for line, count in zip(lines, quantities, strict=False) if count
    ]
    return writer.do(orders.return_goods, ReturnDraft(order_id, back, **more))


def skip(counter: str, number: int) -> None:
    """The next number of a counter is this one, as if so many had been taken meanwhile."""

    def take(tx: Any, numbers: list[int]) -> list[None]:
        tx.next(counter, numbers[0] - tx.next(counter, 0))
        return [None]

    writer.do(take, number)


def order(order_id: int, seq: int | None = None) -> dict[str, Any]:
    """The order as the contract shows it, its numbers with a point as the texts that JSON has."""
    with reading.reading() as tx:
        return json.loads(jsonio.to_bytes(Known(tx, [order_id]).order(order_id, seq)), parse_float=str)


def query(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Rows straight from the database."""
    with reading.reading() as tx:
        return [tuple(row) for row in tx.execute(sql, parameters).fetchall()]


def value(sql: str, *parameters: Any) -> Any:
    """One value straight from the database."""
    return query(sql, *parameters)[0][0]


def spoil(*statements: str) -> None:
    """Change the database behind the program's back; keys and triggers hold nothing up."""
    from contextlib import closing

    with closing(store.engine().connect(write=True)) as connection:
        if store.on_server():
            connection.run("set session_replication_role = replica")
        else:
            connection.execute("pragma foreign_keys = off")
        for statement in statements:
            connection.execute(statement)


def is_backup(file: Path) -> bool:
    """Whether the file begins as a backup of the open database does."""
    if store.on_server():
        return file.read_bytes().startswith(b"PGDMP")
    return gzip.decompress(file.read_bytes()).startswith(b"SQLite format 3")


def differences() -> list[str]:
    """What `verify` finds wrong."""
    from webapp import verify

    return [f"{name}: {line}" for name, found in verify.run() for line in found]
