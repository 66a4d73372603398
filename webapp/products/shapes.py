"""What comes in and goes out of the catalogue: models, JSON and CSV columns."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from webapp import clock, money
from webapp.products.shapes_fields import CategoryPath, Change, Cost, Gtin, Level, Reason, Tags
from webapp.web.fields import Code, Flag, Input, Instant, Money, MoneyOut, Name, Note, Output, Reference, Sku, refuse

# ---- In ----

# A member that may be left out and cannot be null.
LEFT_OUT: Any = Field(default_factory=lambda: None)


class NewProduct(
    Input,
    json_schema_extra={"examples": [{"sku": "TEA-ICED-330", "name": "Iced tea 330 ml", "price": 2.4, "stock": 120}]},
):
    """A product as asked for; category, brand, vendor and price tier are made when new."""

    sku: Sku
    name: Name
    price: Money
    category: CategoryPath | None = None
    brand: Name | None = None
    vendor: Name | None = None
    cost: Cost | None = None
    gtin: Gtin | None = None
    price_tier: Name | None = None
    stock: Level | None = None
    reorder_point: Level | None = None
    oversell: Flag = False
    tags: Tags = []


class ChangedProduct(Input, json_schema_extra={"examples": [{"price": 2.5}]}):
    """What is to change of a product; what is left out stays, null takes away what may be missing."""

    name: Name = LEFT_OUT
    price: Money = LEFT_OUT
    category: CategoryPath | None = None
    brand: Name | None = None
    vendor: Name | None = None
    cost: Cost | None = None
    gtin: Gtin | None = None
    price_tier: Name | None = None
    reorder_point: Level | None = None
    oversell: Flag = LEFT_OUT
    tags: Tags = LEFT_OUT
    archived: Flag = LEFT_OUT


class StockEntry(Input, json_schema_extra={"examples": [{"change": 12, "reason": "delivery"}]}):
    """Goods that came, went or were counted: either by how much, or how many there are."""

    count: Level | None = None
    change: Change | None = Field(default=None, validate_default=True)
    location: Reference | None = None
    reason: Reason | None = None
    note: Note | None = None
    lot: Code | None = None

    @field_validator("change")
    @classmethod
    def _either(cls, change: Any, info: ValidationInfo) -> Any:
        if "count" not in info.data:
            return change  # the count is at fault itself
        if change is None and info.data["count"] is None:
            raise refuse("missing", "Say the change or the count.")
        if change is not None and info.data["count"] is not None:
            raise refuse("conflict", "Say the change or the count, not both.")
        if change == 0:
            raise refuse("too_small", "A change is not zero.")
        return change


class NewName(Input, json_schema_extra={"examples": [{"name": "Harbour Tea"}]}):
    """A brand or a vendor as asked for."""

    name: Name


class NewCategory(Input, json_schema_extra={"examples": [{"name": "Drinks/Cold"}]}):
    """A category as asked for: its path, such as "Drinks/Cold"; those above it are made when new."""

    name: CategoryPath


# ---- Out ----


class Product(Output):
    """A product as it is today; `stock` is null where it is not counted."""

    id: int
    sku: str
    name: str
    price: MoneyOut
    currency: str
    category: str | None
    brand: str | None
    vendor: str | None
    cost: MoneyOut | None
    gtin: str | None
    price_tier: str | None
    stock: int | None
    reorder_point: int | None
    oversell: bool
    tags: list[str]
    archived: bool
    seq: int
    created_at: Instant
    changed_at: Instant


class Move(Output):
    """A change of stock with its reason and what caused it."""

    id: int
    seq: int
    product_id: int
    location: str
    change: int
    quantity_after: int
    reason: str
    order_id: int | None
    return_id: int | None
    lot: str | None
    note: str | None
    at: Instant
    entered_at: Instant


class Price(Output):
    """A price and how long it holds; `to` is null while it does."""

    id: int
    price: MoneyOut
    currency: str
    from_: Instant = Field(serialization_alias="from")
    to: Instant | None
    reason: str | None


class Named(Output):
    """A brand or a vendor."""

    id: int
    name: str


class Category(Output):
    """A category: its own name, and its path from the top."""

    id: int
    name: str
    path: str
    parent_id: int | None


COLUMNS = (
    "id", "sku", "name", "price", "currency", "category", "brand", "vendor", "cost", "gtin", "price_tier", "stock",
    "reorder_point", "oversell", "tags", "archived", "created_at",
)  # fmt: skip

PRICE_COLUMNS = ("id", "price", "currency", "from", "to", "reason")
MOVE_COLUMNS = (
    "id", "at", "entered_at", "location", "reason", "change", "quantity_after", "order_id", "return_id", "lot", "note",
)  # fmt: skip


def product_json(row: Any, tags: Sequence[str], currency: str) -> dict[str, Any]:
    """A product as answers show it, made of its row and tags."""
    return {
        "id": row["id"],
        "sku": row["sku"],
        "name": row["name"],
        "price": money.from_minor(row["price_minor"], currency),
        "currency": currency,
        "category": row["category"],
        "brand": row["brand"],
        "vendor": row["vendor"],
        "cost": None if row["cost_minor"] is None else money.from_minor(row["cost_minor"], currency),
        "gtin": row["gtin"],
        "price_tier": row["price_tier"],
        "stock": row["stock"],
        "reorder_point": row["reorder_point"],
        "oversell": bool(row["oversell"]),
        "tags": list(tags),
        "archived": bool(row["archived"]),
        "seq": row["seq"],
        "created_at": clock.format_time(row["created_ms"]),
        "changed_at": clock.format_time(row["changed_ms"]),
    }


def csv_row(product: dict[str, Any]) -> list[Any]:
    """The cells of a product in the order of COLUMNS."""
    shown = {**product, "tags": ", ".join(product["tags"])}
    return [str(shown[name]).lower() if isinstance(shown[name], bool) else shown[name] for name in COLUMNS]


def move_json(row: Any) -> dict[str, Any]:
    """A move of stock as answers show it."""
    names = ("id", "seq", "product_id", "location", "change", "quantity_after", "reason", "order_id", "return_id")
    return {
        **{name: row[name] for name in (*names, "lot", "note")},
        "at": clock.format_time(row["at_ms"]),
        "entered_at": clock.format_time(row["entered_ms"]),
    }


def price_json(row: Any, currency: str) -> dict[str, Any]:
    """A price with its validity as answers show it."""
    return {
        "id": row["id"],
        "price": money.from_minor(row["price_minor"], currency),
        "currency": currency,
        "from": clock.format_time(row["from_ms"]),
        "to": None if row["to_ms"] is None else clock.format_time(row["to_ms"]),
        "reason": row["reason"],
    }


def name_json(row: Any) -> dict[str, Any]:
    """A category, brand or vendor as answers show it."""
    return {name: row[name] for name in row.keys()}  # noqa: SIM118


def names_of(rows: Iterable[Any]) -> list[str]:
    """The names (of categories: the paths) for a list to choose from."""
    return [row["path"] if "path" in row.keys() else row["name"] for row in rows]  # noqa: SIM118


# ---- Lists and batches, for the description of the API ----

PRODUCT_BATCH = {
    "application/x-ndjson": {"type": "string"},
    "application/json": {
        "type": "array", "items": {"description": "A product; one that is wrong is refused alone"},
        "examples": [[{"sku": "MUG-01", "name": "Mug", "price": 12.5}]],
    },
}  # fmt: skip


class Products(Output):
    """A page of products."""

    items: list[Product]
    next: str | None


class Prices(Output):
    """A page of prices."""

    items: list[Price]
    next: str | None


class Moves(Output):
    """A page of moves."""

    items: list[Move]
    next: str | None


class Categories(Output):
    """A page of categories."""

    items: list[Category]
    next: str | None


class Names(Output):
    """A page of brands or vendors."""

    items: list[Named]
    next: str | None


class BatchEntry(Output, json_schema_serialization_defaults_required=False):
    """What became of one item of a batch."""

    index: int
    status: int
    id: int | None = None
    seq: int | None = None
    code: str | None = None


class Batch(Output):
    """What became of a batch, an entry for each item in order."""

    accepted: int
    rejected: int
    results: list[BatchEntry]
