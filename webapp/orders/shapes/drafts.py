"""What the orders feature hands around: drafts as asked for, sales and returns ready to be written."""

from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(slots=True)
class LineDraft:
    """One line as asked for; `product` is an id (int) or a SKU (str), no price means the product's own."""

    product: int | str
    quantity: int
    price_minor: int | None = None
    discount_minor: int = 0
    lot: str | None = None


@dataclass(slots=True)
class OrderDraft:
    """An order as asked for. `placed_ms` None is now; `short` says that its one line stood at the top of the body."""

    lines: list[LineDraft]
    placed_ms: int | None = None
    channel: int | str | None = None
    location: int | str | None = None
    region: str | None = None
    customer: dict[str, str] | None = None
    external_id: str | None = None
    payment: str | None = None
    note: str | None = None
    short: bool = False
    time_at: str = "/placed_at"

    def at(self, line: int) -> str:
        """The JSON pointer of a line in the body as sent."""
        return "" if self.short else f"/lines/{line}"


class SaleLine(NamedTuple):
    """A line ready to be written; money in minor units, cost per unit."""

    product_id: int
    version_id: int
    quantity: int
    price_minor: int
    discount_minor: int
    total_minor: int
    cost_minor: int | None
    lot: str | None


@dataclass(slots=True)
class Sale:
    """An order ready to be written. `takes` are (product_id, location_id, quantity) of tracked goods."""

    placed_ms: int
    day: int
    hour_ms: int
    hour: int
    channel_id: int
    lines: list[SaleLine]
    location_id: int | None = None
    region: str | None = None
    external_id: str | None = None
    customer_id: int | None = None
    payment: str | None = None
    note: str | None = None
    takes: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def total_minor(self) -> int:
        """What was charged."""
        return sum([line.total_minor for line in self.lines])


@dataclass(slots=True)
class ReturnLineDraft:
    """Goods of one order line that come back."""

    line_id: int
    quantity: int
    restock: bool = True


@dataclass(slots=True)
class ReturnDraft:
    """Goods that come back from a known order. `returned_ms` None is now."""

    order_id: int
    lines: list[ReturnLineDraft]
    reason: str | None = None
    returned_ms: int | None = None
    note: str | None = None


@dataclass(slots=True)
class SoldLine:
    """What an order line sold and how much of it has come back so far."""

    id: int
    product_id: int
    version_id: int
    quantity: int
    price_minor: int
    total_minor: int
    cost_minor: int | None
    lot: str | None
    returned: int = 0
    returned_minor: int = 0


class GoodsBack(NamedTuple):
    """A line of a return ready to be written; `amount_minor` is what is given back for it."""

    order_line_id: int | None
    product_id: int
    version_id: int
    quantity: int
    price_minor: int
    amount_minor: int
    cost_minor: int | None
    restock: bool
    lot: str | None


@dataclass(slots=True)
class GoodsReturn:
    """A return ready to be written, on its own day, with or without a known order."""

    returned_ms: int
    day: int
    hour_ms: int
    hour: int
    channel_id: int
    lines: list[GoodsBack]
    order_id: int | None = None
    location_id: int | None = None
    region: str | None = None
    external_id: str | None = None
    customer_id: int | None = None
    reason: str | None = None
    note: str | None = None

    @property
    def total_minor(self) -> int:
        """What is given back."""
        return sum(line.amount_minor for line in self.lines)


@dataclass(slots=True)
class BookedReturn:
    """Goods that come back without a known order; a line's price is what is given back per unit."""

    lines: list[LineDraft]
    channel: int | str | None = None
    location: int | str | None = None
    region: str | None = None
    customer: dict[str, str] | None = None
    external_id: str | None = None
    reason: str | None = None
    returned_ms: int | None = None
    note: str | None = None
    restock: list[bool] = field(default_factory=list)
