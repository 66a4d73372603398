"""A small shop whose every sale is listed, and a recount of it that knows nothing of the product."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
PRODUCTS = (
    {"sku": "TEA", "name": "Iced tea", "price": "2.40", "category": "Drinks/Cold", "brand": "Pine", "vendor": "North",
     "price_tier": "budget", "cost": "1.10"},
    {"sku": "MUG", "name": "Mug", "price": "12.50", "category": "Home", "brand": "Harbour", "vendor": "North",
     "price_tier": "premium", "cost": "5.00"},
    {"sku": "COLA", "name": "Cola", "price": "1.00", "category": "Drinks/Hot", "brand": "Pine", "vendor": "South",
     "price_tier": "budget"},
    {"sku": "BAG", "name": "Bag", "price": "3.33", "category": "Drinks"},
)  # fmt: skip
PLACES = {"pier": "GB-BNH", "quay": "GB-LND", "abroad": "FR", None: None}
OF = {product["sku"]: product for product in PRODUCTS}


@dataclass
class Sale:
    """An order of (SKU, quantity, discount) lines; back: (line, quantity, at) of what came back."""

    at: str
    channel: str
    location: str | None
    lines: list[tuple[str, int, str]]
    back: list[tuple[int, int, str]] = field(default_factory=list)


# 21 November 2026 is a Saturday; London is at UTC then, and an hour ahead until 25 October.
SALES = (
    Sale("2026-11-21T09:00:00Z", "store", "pier", [("TEA", 2, "0"), ("MUG", 1, "0")]),  # 4.80 + 12.50
    Sale("2026-11-21T10:14:30Z", "online", None, [("TEA", 1, "0")]),  # 2.40
    Sale("2026-11-21T10:13:30Z", "online", None, [("MUG", 2, "5.00")]),  # 20.00
    Sale("2026-11-21T00:00:00Z", "marketplace", None, [("BAG", 1, "0")]),  # 3.33
    Sale("2026-11-20T23:59:59.999Z", "marketplace", None, [("BAG", 2, "0")]),  # 6.66
    Sale("2026-11-20T09:30:00Z", "store", "quay", [("COLA", 10, "1.00"), ("TEA", 1, "0")]),  # 9.00 + 2.40
    Sale("2026-11-20T12:00:00Z", "online", None, [("TEA", 5, "0")]),  # 12.00
    Sale("2026-11-14T10:15:00Z", "store", "pier", [("MUG", 1, "0")], [(0, 1, "2026-11-21T10:00:00Z")]),  # 12.50
    Sale("2026-11-14T10:14:59.999Z", "store", "pier", [("MUG", 3, "0")], [(0, 1, "2026-11-14T10:14:59.999Z")]),
    Sale("2026-11-14T11:00:00Z", "store", "abroad", [("TEA", 10, "0")]),  # 24.00
    Sale("2026-11-16T00:00:00Z", "online", "abroad", [("COLA", 7, "0"), ("BAG", 3, "0"), ("COLA", 1, "0")]),
    Sale("2026-11-09T10:00:00Z", "online", None, [("COLA", 1, "0")]),
    Sale("2026-10-31T23:30:00Z", "online", None, [("COLA", 2, "0")]),
    Sale("2026-10-25T00:30:00Z", "store", "pier", [("COLA", 4, "0")]),  # 01:30, the first time
    Sale("2026-10-25T01:30:00Z", "store", "pier", [("COLA", 8, "0")]),  # 01:30 again
    Sale("2026-10-24T23:00:00Z", "store", "pier", [("TEA", 1, "0")]),  # midnight of the 25th
    Sale("2026-10-25T23:59:59Z", "store", "pier", [("TEA", 2, "0")]),  # its last second, 25 hours later
    Sale("2026-10-01T08:00:00Z", "online", None, [("BAG", 5, "0")]),
    Sale("2026-07-01T08:00:00Z", "online", "quay", [("MUG", 1, "0")]),
    Sale("2026-06-30T23:00:00Z", "online", "quay", [("MUG", 1, "0.01")]),  # already July in London
    Sale("2025-12-01T00:00:00Z", "marketplace", None, [("MUG", 4, "0")]),
    Sale("2025-11-30T23:59:59Z", "marketplace", None, [("MUG", 5, "0")]),
    Sale("2025-11-22T08:00:00Z", "marketplace", None, [("COLA", 3, "0")]),  # 364 days before
    Sale("2025-11-21T08:00:00Z", "store", "quay", [("TEA", 3, "0")]),
)


def fill(api: Any) -> list[int]:
    """The products, places, sales and returns of above; the ids of the orders."""
    for product in PRODUCTS:
        assert api.post("/products", product).status_code == 201
    for code, region in PLACES.items():
        if code:
            assert api.post("/locations", {"code": code, "name": code, "region": region}).status_code == 201
    ids = []
    for sale in SALES:
        lines = [{"product_id": sku, "quantity": count, "discount": off} for sku, count, off in sale.lines]
        sent = {"lines": lines, "channel": sale.channel, "placed_at": sale.at}
        answer = api.post("/orders", sent if sale.location is None else {**sent, "location": sale.location})
        assert answer.status_code == 201, answer.get_data(as_text=True)
        ids.append(answer.json["id"])
        for line, count, at in sale.back:
            back = {"lines": [{"line_id": answer.json["lines"][line]["id"], "quantity": count}], "returned_at": at}
            assert api.post(f"/orders/{answer.json['id']}/returns", back).status_code == 201
    return ids


# ---- The recount ----


@dataclass
class Fact:
    """A line that was sold, or that came back."""

    order: int
    at: datetime
    back: bool
    quantity: int
    amount: Decimal
    values: dict[str, Any]


def moment(text: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def facts(now: str = "") -> list[Fact]:
    """Every line of SALES as it was sold and as it came back."""
    found = []
    for order, sale in enumerate(SALES):
        for place, (sku, count, discount) in enumerate(sale.lines):
            product = OF[sku]
            total = Decimal(product["price"]) * count - Decimal(discount)
            moves = [(sale.at, False, count, total)]
            moves += [(at, True, some, total * some / count) for line, some, at in sale.back if line == place]
            for at, back, some, amount in moves:
                local = moment(at).astimezone(LONDON)
                values = {name: product.get(name) for name in ("category", "brand", "vendor", "price_tier", "cost")}
                values |= {"product": sku, "channel": sale.channel, "location": sale.location,
                           "region": PLACES[sale.location], "weekday": local.isoweekday(), "hour": local.hour}  # fmt: skip
                found.append(Fact(order, moment(at), back, some, amount, values))
    return found


def chosen(period: tuple[str | None, str | None] = (None, None), **filters: Any) -> list[Fact]:
    """The facts of [from, to) under filters, each a list of values."""
    start, end = (None if text is None else moment(text) for text in period)
    return [
        fact
        for fact in facts()
        if (start is None or fact.at >= start)
        and (end is None or fact.at < end)
        and all(any(_matches(name, fact.values[name], value) for value in some) for name, some in filters.items())
    ]


def _matches(name: str, has: Any, wanted: Any) -> bool:
    if name == "category":
        return has is not None and (has == wanted or has.startswith(wanted + "/"))
    if name == "region":
        return has is not None and (has == wanted or has.startswith(wanted + "-"))
    return has == wanted


def cents(value: Decimal) -> Decimal:
    """Rounded half away from zero."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def ratio(above: Any, below: Any) -> Decimal | None:
    """Four decimals, half even; None without a base."""
    return None if not below else (Decimal(above) / Decimal(below)).quantize(Decimal("0.0001"), ROUND_HALF_EVEN)


def recount(some: list[Fact]) -> dict[str, Any]:
    """Every metric of the contract over these facts."""
    sold, back = [fact for fact in some if not fact.back], [fact for fact in some if fact.back]
    gross, returns = (sum((fact.amount for fact in each), Decimal("0.00")) for each in (sold, back))
    units, orders = sum(fact.quantity for fact in sold), len({fact.order for fact in sold})
    with_cost = [fact for fact in some if fact.values["cost"] is not None]
    signed = [(fact, -1 if fact.back else 1) for fact in with_cost]
    costed = sum((fact.amount * sign for fact, sign in signed), Decimal("0.00"))
    cost = sum((Decimal(fact.values["cost"]) * fact.quantity * sign for fact, sign in signed), Decimal("0.00"))
    return {
        "net_sales": gross - returns, "gross_sales": gross, "returns": returns, "return_rate": ratio(returns, gross),
        "orders": orders, "units": units, "units_returned": sum(fact.quantity for fact in back),
        "average_order_value": cents(gross / orders) if orders else None, "units_per_order": ratio(units, orders),
        "average_unit_price": cents(gross / units) if units else None, "cost": cost, "gross_margin": costed - cost,
        "gross_margin_ratio": ratio(costed - cost, costed), "cost_coverage": ratio(costed, gross - returns),
    }  # fmt: skip
