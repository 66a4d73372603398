"""The brief: the computed facts that advice stands on, and the shape that advice has, whoever gives it."""

from dataclasses import dataclass, field
from decimal import Decimal

KINDS = ("promote", "reprice", "bundle", "restock", "markdown", "watch")


@dataclass(frozen=True, slots=True)
class Fact:
    """One computed figure, numbered within its brief.

    text: a whole sentence for people, its figures written by the one formatter. value, unit: what the sentence says;
    unit is `units`, `orders`, the currency's code (value in major units), `%`, `points`, `C` or `days`. label: the plain
    name of the figure ("units of Iced tea sold"). period: in words ("the last 7 days"). direction: +1 up, -1 down, 0 level,
    None where nothing moves. shown: the figure alone as a slot shows it ("38.0%", "£12.40", "412"). query: the address under
    /explore whose total or first row is `value`, or None. about: what kind of finding it is (mover_up, mover_down, share, pair,
    margin, cover, slow, season, weather, sensitivity, elasticity, price).
    """

    id: str
    text: str
    label: str
    value: Decimal
    unit: str
    period: str
    shown: str
    about: str
    direction: int | None = None
    query: str | None = None
    product_ids: tuple[int, ...] = ()
    category_id: int | None = None
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """A price step with its guardrails, all in minor units of the currency."""

    now: int
    suggested: int
    floor: int
    ceiling: int
    lowest_30d: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What is expected a day, as an interval (80 %). metric: `net_sales`, `units` or `gross_profit`; money in minor units."""

    metric: str
    low: int
    high: int
    basis: str
    unit: str = "per day"


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """One product as the model may know it. price, cost in minor units; served: hot, cold, rain or '' as `traits` say."""

    id: int
    sku: str
    name: str
    category: str
    price: int
    cost: int | None
    served: str = ""
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """One piece of advice before it is kept: checked, with its words whole (no slots left in them)."""

    kind: str
    product_id: int | None
    title: str
    why: str
    facts: tuple[str, ...]
    confidence: str
    products: tuple[int, ...] = ()
    price: Price | None = None
    effect: Effect | None = None
    days: int = 7


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything that advice may stand on. prices: for each product the price step that the guardrails allow, if any.

    expected: for products that suit the weather, what it does to their takings; products without an estimate are not there.

    season: name, index (sales of this month against a usual one) and its basis; weather: one plain sentence a location.
    """

    as_of_ms: int
    day: int
    currency: str
    locale: str
    shop: str
    season: str
    season_index: Decimal | None
    season_basis: str
    weather: tuple[str, ...]
    facts: tuple[Fact, ...]
    products: tuple[CatalogueLine, ...]
    prices: dict[int, tuple[Price, Effect | None]] = field(default_factory=dict)
    expected: dict[int, Effect] = field(default_factory=dict)

    def fact(self, fact_id: str) -> Fact | None:
        """The fact with this number."""
        return next((fact for fact in self.facts if fact.id == fact_id), None)

    def product(self, product_id: int) -> CatalogueLine | None:
        """The product with this id, where the brief knows it."""
        return next((line for line in self.products if line.id == product_id), None)
