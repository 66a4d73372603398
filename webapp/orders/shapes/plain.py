"""Orders of a batch as most are: read from JSON straight into what is asked for, and checked by the models' own checks.

A batch has thousands of orders that name the same few products, places and quantities: each of those is checked once.
What is not plain, or not fit, is looked at by the models (`incoming`), which also say what is wrong with it.
"""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from msgspec import Struct, field
from pydantic import BaseModel, TypeAdapter, ValidationError

from webapp.clock import Zone
from webapp.orders.shapes.incoming import MOST_LINES, LineIn, OrderIn, moment_of


class PlainLine(Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A line as `LineDraft` has it; amounts are as sent until the order has been found fit."""

    product: int | str = field(name="product_id")
    quantity: int
    price_minor: Any = field(name="price", default=None)
    discount_minor: Any = field(name="discount", default=0)
    lot: str | None = None


class PlainOrder(Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """An order as `OrderDraft` has it, of the long form and without a customer; its time is as sent until it has been found fit."""

    customer: ClassVar[None] = None
    short: ClassVar[bool] = False
    time_at: ClassVar[str] = "/placed_at"
    lines: list[PlainLine]
    placed_ms: Any = field(name="placed_at", default=None)
    channel: int | str | None = None
    location: int | str | None = None
    region: str | None = None
    external_id: str | None = None
    payment: str | None = None
    note: str | None = None

    def at(self, line: int) -> str:
        """The JSON pointer of a line in the body as sent."""
        return f"/lines/{line}"


class _Known(dict[Any, Any]):
    """Values that were checked, each once, and what the check made of them. Raises ValidationError."""

    def __init__(self, check: Callable[[Any], Any]) -> None:
        self._check = check

    def __missing__(self, value: Any) -> Any:
        found = self[value] = self._check(value)
        return found


class Fitting:
    """Finds out which plain orders of one batch are fit to be drafts as they are."""

    def __init__(self, currency: str, now_ms: int, zone: Zone) -> None:
        context = {"currency": currency, "now_ms": now_ms, "zone": zone, "form": False}

        def check(model: type[BaseModel], name: str) -> Callable[[Any], Any]:
            adapter = _adapter(model, name)
            return lambda value: adapter.validate_python(value, context=context)

        self._now_ms, self._zone = now_ms, zone
        self._products, self._quantities = _Known(check(LineIn, "product_id")), _Known(check(LineIn, "quantity"))
        self._price, self._discount = check(LineIn, "price"), check(LineIn, "discount")
        self._lots, self._placed = _Known(check(LineIn, "lot")), check(OrderIn, "placed_at")
        self._channels, self._locations = _Known(check(OrderIn, "channel")), _Known(check(OrderIn, "location"))
        self._regions, self._payments = _Known(check(OrderIn, "region")), _Known(check(OrderIn, "payment"))
        self._external_id, self._note = check(OrderIn, "external_id"), check(OrderIn, "note")

    def fits(self, order: PlainOrder) -> bool:
        """Whether it is; then its amounts are in minor units and its time in milliseconds. It stays as it was where it is not."""
        if not 0 < len(order.lines) <= MOST_LINES:
            return False
        products, quantities, priced = self._products, self._quantities, False
        try:
            for line in order.lines:
                line.product = products[line.product]
                quantities[line.quantity]
                if line.price_minor is not None or line.discount_minor != 0 or line.lot is not None:
                    priced = True
            members = self._members(order)
            amounts = [self._amounts(line) for line in order.lines] if priced else ()
        except (ValidationError, UnicodeError):
            return False
        for line, of_line in zip(order.lines, amounts, strict=bool(amounts)):
            line.price_minor, line.discount_minor, line.lot = of_line
        if members is not None:
            (order.placed_ms, order.channel, order.location, order.region, order.external_id, order.payment,
             order.note) = members  # fmt: skip
        return True

    def _members(self, order: PlainOrder) -> tuple[Any, ...] | None:
        """The members beside the lines, checked; None where there are none."""
        if (
            order.placed_ms is order.channel is order.location is order.region is order.external_id is order.payment
            is order.note is None
        ):  # fmt: skip
            return None
        placed, external_id, note = order.placed_ms, order.external_id, order.note
        return (
            None if placed is None else moment_of(self._placed(placed), self._now_ms, self._zone),
            self._channels[order.channel],
            self._locations[order.location],
            self._regions[order.region],
            None if external_id is None else self._external_id(external_id),
            self._payments[order.payment],
            None if note is None else self._note(note),
        )

    def _amounts(self, line: PlainLine) -> tuple[int | None, int, str | None]:
        price, discount = line.price_minor, line.discount_minor
        return (
            None if price is None else self._price(price),
            0 if discount == 0 else self._discount(discount) or 0,
            self._lots[line.lot],
        )


def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    """What checks that member of the model."""
    if (model, name) not in _adapters:
        member = model.model_fields[name]
        kind: Any = Annotated[(member.annotation, *member.metadata)] if member.metadata else member.annotation
        _adapters[model, name] = TypeAdapter(kind)
    return _adapters[model, name]


_adapters: dict[tuple[type[BaseModel], str], TypeAdapter[Any]] = {}
