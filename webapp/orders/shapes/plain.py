"""Orders of a batch as most are: read from JSON straight into what is asked for, and checked by the models' own checks.

A batch has thousands of orders that name the same few products, places and quantities: each of those is checked once.
What is not plain, or not fit, is looked at by the models (`incoming`), which also say what is wrong with it.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from operator import attrgetter
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


class _KnownAsWritten(dict[str, Any]):
    """The same of values that are equal though they are not written alike, such as 2.4 and 2.40."""

    def __init__(self, check: Callable[[Any], Any]) -> None:
        self._check = check

    def of(self, value: Any) -> Any:
        """What the check made of it."""
        written = repr(value)
        if written not in self:
            self[written] = self._check(value)
        return self[written]


class Fitting:
    """Finds out which plain orders of one batch are fit to be drafts as they are."""

    def __init__(self, currency: str, now_ms: int, zone: Zone) -> None:
        context = {"currency": currency, "now_ms": now_ms, "zone": zone, "form": False}

        def check(model: type[BaseModel], name: str) -> Callable[[Any], Any]:
            adapter = _adapter(model, name)
            return lambda value: adapter.validate_python(value, context=context)

        self._now_ms, self._zone = now_ms, zone
        self._products, self._quantities = _Known(check(LineIn, "product_id")), _Known(check(LineIn, "quantity"))
        self._prices, self._discounts = (
            _KnownAsWritten(check(LineIn, "price")),
            _KnownAsWritten(check(LineIn, "discount")),
        )
        self._lots, self._placed = _Known(check(LineIn, "lot")), check(OrderIn, "placed_at")
        self._few = {name: _Known(check(OrderIn, name)) for name in ("channel", "location", "region", "payment")}
        self._own = {name: check(OrderIn, name) for name in ("external_id", "note")}

    def fit(self, orders: Sequence[Any]) -> bool:
        """Whether they all are plain and fit; then their amounts are in minor units and their times in milliseconds.

        Where one is not, they stay as they were.
        """
        if {*map(type, orders)} != {PlainOrder}:
            return False
        counts = {len(order.lines) for order in orders}
        if min(counts) < 1 or max(counts) > MOST_LINES:
            return False
        lines = [line for order in orders for line in order.lines]
        try:
            for quantity in {line.quantity for line in lines}:
                self._quantities[quantity]
            found = [*self._of_lines(lines), *self._of_orders(orders)]
        except (ValidationError, UnicodeError):
            return False
        for it, name, value in found:
            setattr(it, name, value)
        return True

    def _of_lines(self, lines: Sequence[PlainLine]) -> Iterator[tuple[Any, str, Any]]:
        """What the lines say, checked: the line, the name of the member, and its value, where it is not what was sent."""
        said = {line.product for line in lines}
        if {self._products[product] for product in said} != said:
            for line in lines:
                yield line, "product", self._products[line.product]
        for line in [line for line in lines if line.price_minor is not None]:
            yield line, "price_minor", self._prices.of(line.price_minor)
        for line in [line for line in lines if line.discount_minor != 0]:
            yield line, "discount_minor", self._discounts.of(line.discount_minor) or 0
        for line in [line for line in lines if line.lot is not None]:
            yield line, "lot", self._lots[line.lot]

    def _of_orders(self, orders: Sequence[PlainOrder]) -> Iterator[tuple[Any, str, Any]]:
        """What the orders say beside their lines, in the same way."""
        for order in [order for order in orders if order.placed_ms is not None]:
            yield order, "placed_ms", moment_of(self._placed(order.placed_ms), self._now_ms, self._zone)
        for name, check in [*((name, known.__getitem__) for name, known in self._few.items()), *self._own.items()]:
            of = attrgetter(name)
            for order in [order for order in orders if of(order) is not None]:
                yield order, name, check(of(order))


@cache
def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    """What checks that member of the model."""
    member = model.model_fields[name]
    kind: Any = Annotated[(member.annotation, *member.metadata)] if member.metadata else member.annotation
    return TypeAdapter(kind)
