"""What the model of the ledger holds, in minor units and UTC milliseconds; and how times and shares are reckoned."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

DECIMALS = {"GBP": 2, "USD": 2, "NZD": 2, "JPY": 0, "KWD": 3}
AHEAD_MS = 5 * 60_000
CHANNELS = ("online", "store", "marketplace")


class Refused(Exception):
    """A request is refused with a status, and one of these codes."""

    def __init__(self, status: int, *codes: str) -> None:
        super().__init__(f"{status} {' or '.join(codes)}")
        self.status, self.codes = status, codes


@dataclass
class Product:
    """What is sold. prices: (from when, price) in order; levels: by location, of a counted product."""

    id: int
    sku: str
    name: str
    price: int
    category: str | None
    oversell: bool
    seq: int
    prices: list[tuple[int, int]]
    tracked: bool = False
    archived: bool = False
    levels: dict[str, int] = field(default_factory=dict)


@dataclass
class Line:
    """A line as it was sold, and what of it has come back."""

    id: int
    product_id: int
    sku: str
    name: str
    category: str | None
    quantity: int
    price: int
    discount: int
    total: int
    back_units: int = 0
    back_minor: int = 0


@dataclass
class Back:
    """Goods of one line, or of a product whose sale is not known, that came back."""

    line_id: int | None
    product_id: int
    category: str | None
    quantity: int
    amount: int
    restock: bool


@dataclass
class Return:
    """A return, a fact of its own day."""

    id: int
    seq: int
    at_ms: int
    order_id: int | None
    channel: str
    location: str | None
    reason: str | None
    lines: list[Back]


@dataclass
class Order:
    """A sale."""

    id: int
    seq: int
    placed_ms: int
    entered_ms: int
    channel: str
    location: str | None
    region: str | None
    external_id: str | None
    payment: str | None
    note: str | None
    lines: list[Line]
    returns: list[Return] = field(default_factory=list)

    @property
    def total(self) -> int:
        """What was sold, in minor units."""
        return sum(line.total for line in self.lines)


@dataclass
class Event:
    """What a watcher of orders is told: its number, what happened, the order as it was then."""

    seq: int
    event: str
    data: dict[str, Any]


# ---- Times and sums ----


def moment(ms: int) -> datetime:
    """An instant, to be shown."""
    return datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)


def stamp(ms: int) -> str:
    """UTC with milliseconds and `Z`."""
    return moment(ms).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def parse(said: str) -> int:
    """The instant of a time with an offset."""
    found = datetime.fromisoformat(said)
    return round((found - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)


def placed_ms(draft: dict[str, Any], now_ms: int) -> int:
    """When an order was placed."""
    return parse(draft["placed_at"]) if "placed_at" in draft else now_ms


def lines_of(draft: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of an order in its long or its short form."""
    return draft.get("lines", [draft])


def half_away(numerator: int, denominator: int) -> int:
    """The quotient of numbers that are not negative, rounded half away from zero."""
    return (2 * numerator + denominator) // (2 * denominator)
