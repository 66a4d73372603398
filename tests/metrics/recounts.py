"""The figures once more, by hand: every fact is looked at one by one, in Python, without a rollup."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import strategies as st

from tests.metrics.shops import Fact, Line, Shop
from webapp import clock
from webapp.metrics import rollups

LINES = {1: (1,), 2: (2, 1), 3: (3, 2, 1), 4: (4,)}  # the categories of the shop with what stands above them
Where = Callable[[Shop, Fact, Line], bool]


def value_of(shop: Shop, fact: Fact, line: Line, dimension: str) -> Any:
    """The value of a dimension that a line has; 0 or '' for none."""
    version = shop.versions[line.version]
    return {
        "product": version.product,
        "category": version.category or 0,
        "brand": version.brand or 0,
        "vendor": version.vendor or 0,
        "price_tier": version.price_tier or 0,
        "channel": fact.channel,
        "location": fact.location or 0,
        "region": fact.region or "",
        "weekday": clock.day_to_date(fact.day).isoweekday(),
        "hour": fact.hour,
    }[dimension]


def matches(shop: Shop, fact: Fact, line: Line, filters: dict[str, Sequence[Any]]) -> bool:
    """OR inside a name, AND between names; a category holds what is below it, a country its regions."""
    for name, wanted in filters.items():
        value = value_of(shop, fact, line, name)
        if name == "category":
            found = any(above in wanted for above in LINES.get(value, (0,)))
        elif name == "region":
            found = value in wanted or (value[2:3] == "-" and value[:2] in wanted)
        else:
            found = value in wanted
        if not found:
            return False
    return True


def recount(
    shop: Shop, by: Sequence[str], filters: dict[str, Sequence[Any]], from_ms: int | None, to_ms: int | None
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Every metric by the dimensions, from the facts alone."""
    orders: dict[Any, set[int]] = defaultdict(set)
    sums: dict[Any, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for number, fact in enumerate(shop.facts):
        if (from_ms is not None and fact.at_ms < from_ms) or (to_ms is not None and fact.at_ms >= to_ms):
            continue
        for line in fact.lines:
            if matches(shop, fact, line, filters):
                key = tuple(value_of(shop, fact, line, name) for name in by)
                told = sums[key]
                sign = 1 if fact.sale else -1
                told["gross" if fact.sale else "returns"] += line.amount
                told["units" if fact.sale else "back"] += line.units
                if line.cost is not None:
                    told["costed"] += sign * line.amount
                    told["cost"] += sign * line.cost * line.units
                if fact.sale:
                    orders[key].add(number)
    return {key: _metrics(told, len(orders[key])) for key, told in sums.items()}


def _metrics(told: dict[str, int], orders: int) -> dict[str, Any]:
    net, margin = told["gross"] - told["returns"], told["costed"] - told["cost"]
    return {
        "net_sales": net,
        "gross_sales": told["gross"],
        "returns": told["returns"],
        "return_rate": _ratio(told["returns"], told["gross"]),
        "orders": orders,
        "units": told["units"],
        "units_returned": told["back"],
        "average_order_value": _money(told["gross"], orders),
        "units_per_order": _ratio(told["units"], orders),
        "average_unit_price": _money(told["gross"], told["units"]),
        "cost": told["cost"],
        "gross_margin": margin,
        "gross_margin_ratio": _ratio(margin, told["costed"]),
        "cost_coverage": _ratio(told["costed"], net),
    }


def _money(above: int, below: int) -> int | None:
    return int((Decimal(above) / below).quantize(Decimal(1), ROUND_HALF_UP)) if below else None


def _ratio(above: int, below: int) -> Decimal | None:
    return (Decimal(above) / Decimal(below)).quantize(Decimal("0.0001"), ROUND_HALF_EVEN) if below else None


# ---- Random histories ----

ZONES = ("Europe/London", "America/New_York", "Pacific/Auckland", "Australia/Lord_Howe", "America/Sao_Paulo")
# Around a change of the clock of each zone, a turn of the year, and the present.
MOMENTS = [clock.parse_time(text) for text in (
    "2026-03-29T00:30:00Z", "2026-10-25T00:30:00Z", "2026-11-01T05:30:00Z", "2026-04-04T15:30:00Z",
    "2018-11-04T02:30:00Z", "2025-12-31T23:30:00Z", "2026-11-21T14:36:30Z", "2026-11-20T14:30:00Z",
)]  # fmt: skip

optional = st.sampled_from([None, 1, 2])
versions = st.fixed_dictionaries(
    {"category": st.sampled_from([None, 1, 2, 3, 4]), "brand": optional, "vendor": optional, "price_tier": optional}
)
times = st.builds(lambda base, off: base + off, st.sampled_from(MOMENTS), st.integers(-90_000_000, 90_000_000))


@st.composite
def histories(draw: Any, most: int = 14) -> Shop:
    """A shop with random orders, returns (known sales in part, unknown ones), moved products, late entries; some
    of it was imported, and part of that waits to be sorted in."""
    shop = Shop(clock.Zone(draw(st.sampled_from(ZONES))))
    current = {product: shop.product(product, **draw(versions)) for product in (1, 2, 3)}
    for _ in range(draw(st.integers(1, most))):
        if draw(st.integers(0, 4)) == 0:
            product = draw(st.integers(1, 3))
            current[product] = shop.product(product, **draw(versions))
        facts = [_fact(draw, shop, current) for _ in range(draw(st.integers(1, 3)))]
        shop.enter(*facts, later=draw(st.booleans()))
        rollups.sort_in(shop.tx, [draw(st.sampled_from([0, 0, 1, 3]))])
    return shop


def _fact(draw: Any, shop: Shop, current: dict[int, int]) -> Fact:
    place = (
        draw(st.integers(1, 3)),
        draw(st.sampled_from([None, 1, 2])),
        draw(st.sampled_from([None, "GB", "GB-BNH", "FR"])),
    )
    sold = [fact for fact in shop.facts if fact.sale]
    if sold and draw(st.booleans()):
        known = draw(st.sampled_from(sold))
        line = draw(st.sampled_from(list(known.lines)))
        part = draw(st.integers(1, line.units))
        back = Line(line.version, part, line.amount * part // line.units, line.cost)
        return Fact(
            False, known.at_ms + draw(st.integers(0, 200_000_000)), [back], known.channel, known.location, known.region
        )
    lines = [
        Line(current[product], draw(st.integers(1, 9)), draw(st.integers(0, 5000)), draw(st.sampled_from([None, 0, 7])))
        for product in draw(st.lists(st.sampled_from([1, 1, 2, 3]), min_size=1, max_size=4))
    ]
    return Fact(draw(st.integers(0, 5)) > 0, draw(times), lines, *place)


def periods() -> Any:
    """Bounds of a period: none, a moment, or a little off it; the earlier one first."""
    bound = st.none() | times
    return st.tuples(bound, bound).map(_ordered)


def _ordered(pair: tuple[int | None, int | None]) -> tuple[int | None, int | None]:
    return pair if None in pair else (min(pair), max(pair))  # type: ignore[type-var]


def filter_sets() -> Any:
    """Filters: mostly one or two names, each with one or two values that the shop knows."""
    values: dict[str, Iterable[Any]] = {
        "channel": [1, 2, 3], "location": [1, 2], "region": ["GB", "GB-BNH"], "category": [1, 2, 3, 4],
        "brand": [1, 2], "vendor": [1, 2], "price_tier": [1, 2], "product": [1, 2, 3],
        "weekday": [1, 2, 3, 4, 5, 6, 7], "hour": [0, 1, 2, 13, 14, 23],
    }  # fmt: skip
    names = st.lists(st.sampled_from(sorted(values)), max_size=2, unique=True)
    return names.flatmap(
        lambda chosen: st.fixed_dictionaries(
            {
                name: st.lists(st.sampled_from(list(values[name])), min_size=1, max_size=2, unique=True)
                for name in chosen
            }
        )
    )
