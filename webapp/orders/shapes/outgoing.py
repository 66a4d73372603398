"""Orders and returns as the contract shows them, and the columns of the export."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from webapp import money
from webapp.clock import format_day, format_time
from webapp.web.fields import DateOut, Instant, MoneyOut, Output

EXPORT_COLUMNS = (
    "kind", "order_id", "external_id", "placed_at", "entered_at", "channel", "location", "region", "customer_id",
    "line_id", "sku", "name", "category", "brand", "vendor", "price_tier", "lot", "quantity", "price", "discount",
    "total", "cost", "currency", "restock", "reason", "note",
)  # fmt: skip


class LineOut(Output):
    """A line as it was sold; `returned` is how many have come back."""

    id: int
    product_id: int
    sku: str
    name: str
    quantity: int
    price: MoneyOut
    discount: MoneyOut
    lot: str | None
    total: MoneyOut
    returned: int


class ReturnedLineOut(Output):
    """Goods of one line that came back."""

    line_id: int | None
    quantity: int
    amount: MoneyOut
    restock: bool


class ReturnOut(Output):
    """Goods that came back, on their own day."""

    id: int
    seq: int
    at: Instant
    business_day: DateOut
    reason: str | None
    total: MoneyOut
    lines: list[ReturnedLineOut]


class CustomerOut(Output):
    """Who bought, by number alone."""

    id: int


class OrderOut(Output):
    """An order as it stood at one position of the ledger."""

    id: int
    seq: int
    status: str
    placed_at: Instant
    entered_at: Instant
    business_day: DateOut
    currency: str
    channel: str
    location: str | None
    region: str | None
    external_id: str | None
    customer: CustomerOut | None
    payment: str | None
    note: str | None
    lines: list[LineOut]
    total: MoneyOut
    returned: MoneyOut
    returns: list[ReturnOut]


class OrdersOut(Output):
    """A page of orders."""

    items: list[OrderOut]
    next: str | None


class BookedReturnOut(ReturnOut):
    """A return with where it was taken; `order_id` is null where the sale is not known."""

    order_id: int | None
    channel: str
    location: str | None
    region: str | None
    external_id: str | None


class ReturnsOut(Output):
    """A page of returns."""

    items: list[BookedReturnOut]
    next: str | None


def order_json(
    order: Any,
    lines: Sequence[Any],
    returns: Sequence[Any],
    back: Mapping[int, Sequence[Any]],
    currency: str,
) -> dict[str, Any]:
    """An order with the returns given, as the contract shows it; amounts are exact Decimals."""
    amount = _amounts(currency)
    came_back: dict[int, int] = {}
    for entry in returns:
        for line in back[entry["id"]]:
            came_back[line["order_line_id"]] = came_back.get(line["order_line_id"], 0) + line["quantity"]
    sold = sum(line["quantity"] for line in lines)
    returned = sum(came_back.values())
    customer = order["customer_id"]
    return {
        "id": order["id"],
        "seq": order["seq"],
        "status": "placed" if not returned else "returned" if returned == sold else "partly_returned",
        "placed_at": format_time(order["placed_ms"]),
        "entered_at": format_time(order["entered_ms"]),
        "business_day": format_day(order["day"]),
        "currency": currency,
        "channel": order["channel"],
        "location": order["location"],
        "region": order["region"],
        "external_id": order["external_id"],
        "customer": None if customer is None else {"id": customer},
        "payment": order["payment"],
        "note": order["note"],
        "lines": [_line_json(line, came_back.get(line["id"], 0), amount) for line in lines],
        "total": amount(order["total_minor"]),
        "returned": amount(sum(entry["total_minor"] for entry in returns)),
        "returns": [_return_of_order(entry, back[entry["id"]], amount) for entry in returns],
    }


def _amounts(currency: str) -> Any:
    def amount(minor: int) -> Decimal:
        return money.from_minor(minor, currency)

    return amount


def _line_json(line: Any, returned: int, amount: Any) -> dict[str, Any]:
    return {
        "id": line["id"],
        "product_id": line["product_id"],
        "sku": line["sku"],
        "name": line["name"],
        "quantity": line["quantity"],
        "price": amount(line["price_minor"]),
        "discount": amount(line["discount_minor"]),
        "lot": line["lot"],
        "total": amount(line["total_minor"]),
        "returned": returned,
    }


def _return_of_order(entry: Any, lines: Iterable[Any], amount: Any) -> dict[str, Any]:
    return {
        "id": entry["id"],
        "seq": entry["seq"],
        "at": format_time(entry["returned_ms"]),
        "business_day": format_day(entry["day"]),
        "reason": entry["reason"],
        "note": entry["note"],
        "total": amount(entry["total_minor"]),
        "lines": [
            {
                "line_id": line["order_line_id"],
                "quantity": line["quantity"],
                "amount": amount(line["amount_minor"]),
                "restock": bool(line["restock"]),
            }
            for line in lines
        ],
    }


def return_json(entry: Any, lines: Sequence[Any], currency: str) -> dict[str, Any]:
    """A return with or without a known sale, as `GET /returns` lists it."""
    amount = _amounts(currency)
    customer = entry["customer_id"]
    answer = _return_of_order(entry, lines, amount)
    for shown, line in zip(answer["lines"], lines, strict=True):
        shown.update(
            product_id=line["product_id"], sku=line["sku"], name=line["name"], price=amount(line["price_minor"])
        )
    answer.update(
        order_id=entry["order_id"],
        entered_at=format_time(entry["entered_ms"]),
        currency=currency,
        channel=entry["channel"],
        location=entry["location"],
        region=entry["region"],
        external_id=entry["external_id"],
        customer=None if customer is None else {"id": customer},
    )
    return answer


def sale_rows(order: Any, lines: Iterable[Any], currency: str) -> Iterator[tuple[Any, ...]]:
    """The export's rows of one order, one a line."""
    for line in lines:
        cost = line["cost_minor"]
        yield (
            "sale", order["id"], order["external_id"], format_time(order["placed_ms"]),
            format_time(order["entered_ms"]), order["channel"], order["location"], order["region"],
            order["customer_id"], line["id"], line["sku"], line["name"], line["category"], line["brand"],
            line["vendor"], line["price_tier"], line["lot"], line["quantity"],
            money.from_minor(line["price_minor"], currency), money.from_minor(line["discount_minor"], currency),
            money.from_minor(line["total_minor"], currency),
            None if cost is None else money.from_minor(cost, currency), currency, None, None, order["note"],
        )  # fmt: skip


def return_row(line: Any, currency: str) -> tuple[Any, ...]:
    """The export's row of one return line: `line_id` is the line sold, `total` what was given back."""
    cost = line["cost_minor"]
    return (
        "return", line["order_id"], line["external_id"], format_time(line["returned_ms"]),
        format_time(line["entered_ms"]), line["channel"], line["location"], line["region"], line["customer_id"],
        line["order_line_id"], line["sku"], line["name"], line["category"], line["brand"], line["vendor"],
        line["price_tier"], line["lot"], line["quantity"], money.from_minor(line["price_minor"], currency), None,
        money.from_minor(line["amount_minor"], currency), None if cost is None else money.from_minor(cost, currency),
        currency, bool(line["restock"]), line["reason"], line["note"],
    )  # fmt: skip
