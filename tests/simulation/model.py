"""The ledger as the contract describes it, in plain Python: no SQL, nothing of the program.

Money is in minor units, times are UTC milliseconds. Each verb either changes the model, or raises Refused and changes
nothing.
"""

import pickle
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulation.facts import (
    AHEAD_MS,
    CHANNELS,
    DECIMALS,
    Back,
    Event,
    Line,
    Order,
    Product,
    Refused,
    Return,
    half_away,
    lines_of,
    moment,
    parse,
    placed_ms,
    stamp,
)


class Ledger:
    """The shop. `locations` is region by code."""

    def __init__(self, currency: str, zone: str) -> None:
        self.currency, self.zone_name = currency, zone
        self.decimals = DECIMALS[currency]
        self.seq = 0
        self.products: dict[int, Product] = {}
        self.locations: dict[str, str | None] = {"main": None}
        self.orders: dict[int, Order] = {}
        self.returns: dict[int, Return] = {}
        self.line_count = 0
        self.events: list[Event] = []
        self.keys: dict[str, tuple[Any, int, Any]] = {}

    def copy(self) -> "Ledger":
        """The same shop again, to try something out or to come back to."""
        found: Ledger = pickle.loads(pickle.dumps(self))
        return found

    # ---- Values ----

    def money(self, minor: int) -> Decimal:
        """The number that JSON shows."""
        return Decimal(minor).scaleb(-self.decimals)

    def minor(self, amount: Decimal) -> int:
        """Minor units of an amount."""
        return int(amount.scaleb(self.decimals))

    def day(self, ms: int) -> str:
        """The business day of an instant."""
        return moment(ms).astimezone(ZoneInfo(self.zone_name)).date().isoformat()

    def by_sku(self, sku: str) -> Product | None:
        """The product of a SKU."""
        return next((one for one in self.products.values() if one.sku == sku), None)

    def product(self, reference: int | str) -> Product | None:
        """The product of an id (a number) or a SKU (a text)."""
        return self.products.get(reference) if isinstance(reference, int) else self.by_sku(reference)

    def next_seq(self) -> int:
        """The number of the next change."""
        self.seq += 1
        return self.seq

    # ---- Sales ----

    def check_order(self, draft: dict[str, Any], now_ms: int) -> None:
        """Raise what an order is refused for."""
        codes = [code for code in self._faults(draft, now_ms) if code]
        if codes:
            raise Refused(422, *codes)
        conflicts = []
        if draft.get("external_id") is not None and self.taken(draft) is not None:
            conflicts.append("duplicate")
        place, wanted = draft.get("location") or "main", {}
        for line in lines_of(draft):
            product = self.product(line["product_id"])
            assert product is not None
            wanted[product.id] = wanted.get(product.id, 0) + line["quantity"]
        for product_id, units in wanted.items():
            product = self.products[product_id]
            if product.tracked and not product.oversell and product.levels.get(place, 0) < units:
                conflicts.append("out_of_stock")
        if conflicts:
            raise Refused(409, *conflicts)

    def _faults(self, draft: dict[str, Any], now_ms: int) -> list[str]:
        found = []
        if placed_ms(draft, now_ms) > now_ms + AHEAD_MS:
            found.append("in_the_future")
        if draft.get("channel", "online") not in CHANNELS or (draft.get("location") or "main") not in self.locations:
            found.append("unknown")
        for line in lines_of(draft):
            product = self.product(line["product_id"])
            if line["quantity"] < 1:
                found.append("too_small")
            elif product is None:
                found.append("unknown")
            elif product.archived:
                found.append("archived")
            elif self._total(line, product, draft, now_ms) < 0:
                found.append("too_large")
        at_the_door = [code for code in found if code in ("in_the_future", "too_small")]
        return at_the_door or found  # what a field itself shows to be wrong is said before the ledger is asked

    def taken(self, draft: dict[str, Any]) -> int | None:
        """The order that has the channel and external id of a draft."""
        name = (draft.get("channel", "online"), draft["external_id"])
        return next((one.id for one in self.orders.values() if (one.channel, one.external_id) == name), None)

    def _price(self, line: dict[str, Any], product: Product, draft: dict[str, Any], now_ms: int) -> int:
        if "price" in line:
            return self.minor(line["price"])
        at = draft.get("placed_at")
        if at is None or placed_ms(draft, now_ms) >= now_ms:
            return product.price
        earlier = [price for since, price in product.prices if since <= placed_ms(draft, now_ms)]
        return earlier[-1]

    def _total(self, line: dict[str, Any], product: Product, draft: dict[str, Any], now_ms: int) -> int:
        price = self._price(line, product, draft, now_ms)
        return line["quantity"] * price - self.minor(line.get("discount", Decimal(0)))

    def place(self, draft: dict[str, Any], now_ms: int) -> Order:
        """The order is in the ledger. Raises Refused."""
        self.check_order(draft, now_ms)
        location = draft.get("location")
        region = draft.get("region") or (self.locations[location] if location else None)
        lines = []
        for said in lines_of(draft):
            product = self.product(said["product_id"])
            assert product is not None
            price, discount = self._price(said, product, draft, now_ms), self.minor(said.get("discount", Decimal(0)))
            total = said["quantity"] * price - discount
            lines.append((product, said["quantity"], price, discount, total))
            if product.tracked:
                place = location or "main"
                product.levels[place] = product.levels.get(place, 0) - said["quantity"]
        more = (draft.get("external_id"), draft.get("payment"), draft.get("note"))
        return self.enter(
            placed_ms(draft, now_ms), now_ms, draft.get("channel", "online"), location, region, more, lines
        )

    def enter(
        self, at_ms: int, now_ms: int, channel: str, location: str | None, region: str | None,
        more: tuple[str | None, str | None, str | None], lines: list[tuple[Product, int, int, int, int]],
    ) -> Order:  # fmt: skip
        """An order with lines of (product, quantity, price, discount, total) has the next numbers; stock is not moved."""
        order = Order(len(self.orders) + 1, self.next_seq(), at_ms, now_ms, channel, location, region, *more, [])
        for product, *numbers in lines:
            self.line_count += 1
            order.lines.append(
                Line(self.line_count, product.id, product.sku, product.name, product.category, *numbers)
            )  # fmt: skip
        self.orders[order.id] = order
        self.events.append(Event(order.seq, "placed", self.order_json(order)))
        return order

    # ---- Returns ----

    def take_back(self, order_id: int, said: dict[str, Any], now_ms: int) -> Order:
        """Goods of an order are back. Raises Refused."""
        order = self.orders.get(order_id)
        if order is None:
            raise Refused(404, "not_found")
        lines = {line.id: line for line in order.lines}
        asked = parse(said["returned_at"]) if "returned_at" in said else max(now_ms, order.placed_ms)
        codes = ["unknown"] * any(one["line_id"] not in lines for one in said["lines"])
        codes += ["in_the_future"] * ("returned_at" in said and asked > now_ms + AHEAD_MS) + ["too_small"] * (
            asked < order.placed_ms
        )
        if codes:
            raise Refused(422, *codes)
        wanted: dict[int, int] = {}
        for one in said["lines"]:
            wanted[one["line_id"]] = wanted.get(one["line_id"], 0) + one["quantity"]
        if any(lines[name].back_units + units > lines[name].quantity for name, units in wanted.items()):
            raise Refused(409, "exceeds_remaining")
        backs = [self._back(lines[one["line_id"]], one["quantity"], one.get("restock", True)) for one in said["lines"]]
        entry = self._return(asked, order.id, order.channel, order.location, said.get("reason"), backs)
        order.returns.append(entry)
        self.events.append(Event(entry.seq, "returned", self.order_json(order)))
        return order

    def _back(self, line: Line, units: int, restock: bool) -> Back:
        left = line.total - line.back_minor
        whole = line.back_units + units == line.quantity
        amount = left if whole else min(half_away(line.total * units, line.quantity), left)
        line.back_units += units
        line.back_minor += amount
        return Back(line.id, line.product_id, line.category, units, amount, restock)

    def _return(
        self, at_ms: int, order_id: int | None, channel: str, location: str | None, reason: str | None,
        backs: list[Back],
    ) -> Return:  # fmt: skip
        entry = Return(len(self.returns) + 1, self.next_seq(), at_ms, order_id, channel, location, reason, backs)
        self.returns[entry.id] = entry
        for back in backs:
            product, place = self.products[back.product_id], location or "main"
            if back.restock and product.tracked:
                product.levels[place] = product.levels.get(place, 0) + back.quantity
        return entry

    def book(self, said: dict[str, Any], now_ms: int) -> Return:
        """Goods are back whose sale is not known. Raises Refused."""
        at_ms = parse(said["returned_at"]) if "returned_at" in said else now_ms
        found = [self.product(one["product_id"]) for one in said["lines"]]
        codes = ["unknown"] * (None in found) + ["in_the_future"] * (at_ms > now_ms + AHEAD_MS)
        if codes:
            raise Refused(422, *codes)
        backs = [
            Back(None, product.id, product.category, one["quantity"], self.minor(one["price"]) * one["quantity"], True)
            for one, product in zip(said["lines"], found, strict=True)
            if product is not None
        ]
        entry = self._return(at_ms, None, said.get("channel", "online"), None, None, backs)
        self.events.append(Event(entry.seq, "returned", {"id": None, "returns": [self.return_json(entry)]}))
        return entry

    # ---- As JSON ----

    def order_json(self, order: Order) -> dict[str, Any]:
        """The order as the contract shows it."""
        sold, back = (sum(getattr(line, name) for line in order.lines) for name in ("quantity", "back_units"))
        return {
            "id": order.id, "seq": order.seq,
            "status": "placed" if not back else "returned" if back == sold else "partly_returned",
            "placed_at": stamp(order.placed_ms), "entered_at": stamp(order.entered_ms),
            "business_day": self.day(order.placed_ms), "currency": self.currency, "channel": order.channel,
            "location": order.location, "region": order.region, "external_id": order.external_id, "customer": None,
            "payment": order.payment, "note": order.note,
            "lines": [
                {"id": line.id, "product_id": line.product_id, "sku": line.sku, "name": line.name,
                 "quantity": line.quantity, "price": self.money(line.price), "discount": self.money(line.discount),
                 "lot": None, "total": self.money(line.total), "returned": line.back_units}
                for line in order.lines
            ],
            "total": self.money(order.total), "returned": self.money(sum(line.back_minor for line in order.lines)),
            "returns": [self.return_json(entry) for entry in order.returns],
        }  # fmt: skip

    def return_json(self, entry: Return) -> dict[str, Any]:
        """A return as an order shows it."""
        return {
            "id": entry.id, "seq": entry.seq, "at": stamp(entry.at_ms), "business_day": self.day(entry.at_ms),
            "reason": entry.reason, "total": self.money(sum(back.amount for back in entry.lines)),
            "lines": [
                {"line_id": back.line_id, "quantity": back.quantity, "amount": self.money(back.amount),
                 "restock": back.restock}
                for back in entry.lines
            ],
        }  # fmt: skip
