"""The truths planted in the sample shop, each with its exact numbers, and the expected lines that follow from them.

docs/demo-shop.md says the same in words. Days are business days since 1970-01-01; an offset counts from the first day.
Nothing here knows a seed: the seed decides the dice, never the truth.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta

from webapp.demo import plan
from webapp.demo.climate import anomaly, rain

EPOCH = date(1970, 1, 1)

# Season: kind -> (amplitude, day of the year of the peak); factor = exp(amplitude * cos(2 pi (day - peak) / 365.25)).
SEASON = {"hot": (0.35, 15), "cold": (0.45, 196), "snack": (0.06, 350), "skin": (0.12, 340), "sun": (1.10, 190)}
# Presents: skincare is lifted by at most this share around 16 December; the gift box sells only then.
GIFT_PEAK, GIFT_LIFT, GIFT_WIDTH = 350, 0.60, 12.0
# Growth of everything, a year.
GROWTH = 0.06
# Closed: no store sells on 25 December.
CLOSED = ((12, 25),)

# Weather at stores: change of log demand per degree above the season's normal.
PER_DEGREE = {"cold": 0.040, "hot": -0.030, "sun": 0.060}
# A wet day, and what it leaves of all sales at stores without a roof over the way to them.
WET_MM, WET_FACTOR, WET_PLACES = 5.0, 0.92, ("quayside", "old-town")

# How uneven a place's day is beyond what chance does: standard deviation of log demand.
DAY_NOISE = 0.05

# Bought together: of the baskets of two lines or more that hold the one, this share is brought the other from another basket of
# the same place and day, so that neither sells more for it.
PAIR, PAIR_SHARE = ("SHORTBREAD-150", "TEA-MINT-20"), 0.6

# Units of a line.
QUANTITIES = ((1, 0.86), (2, 0.11), (3, 0.03))
UNITS_PER_LINE = sum(units * share for units, share in QUANTITIES)


@dataclass(frozen=True, slots=True)
class PriceChange:
    """Prices of one product from an offset on, and the constant elasticity with which its demand follows them."""

    sku: str
    elasticity: float
    steps: tuple[tuple[int, int], ...]


PRICE_CHANGES = (
    PriceChange("OAT-COLD-500", -2.4, ((0, 540), (190, 620), (370, 500), (540, 600))),
    PriceChange("ALMOND-SALT-80", -1.6, ((0, 340), (410, 390))),
)


@dataclass(frozen=True, slots=True)
class Outage:
    """A supplier that delivers nothing from one offset up to another; what is asked for and not there is lost."""

    vendor: str
    from_offset: int
    to_offset: int


OUTAGE = Outage("Coldwater Supply", 500, 542)


@dataclass(frozen=True, slots=True)
class Surplus:
    """A delivery far larger than what was asked for: so many units of one product at one location, on the day of an offset."""

    sku: str
    location: str
    offset: int
    units: int


SURPLUS = Surplus("DATES-150", plan.WAREHOUSE, 640, 720)


@dataclass(frozen=True, slots=True)
class Launch:
    """A product that appears at an offset and reaches its pace as 1 - exp(-(days since + 1) / tau)."""

    sku: str
    offset: int
    tau_days: float


LAUNCH = Launch("SPRITZ-YUZU-330", 590, 12.0)


@dataclass(frozen=True, slots=True)
class Lots:
    """A product sold by lots of `days` days each, one of them bad: its units come back at `bad_rate`."""

    sku: str
    prefix: str
    days: int
    bad: int
    bad_rate: float
    reason: str


LOTS = Lots("CLEANSER-KELP-100", "KC-", 28, 16, 0.40, "separated in the bottle")

# Share of units that come back, by kind of product; marketplace buyers send back more.
RETURN_RATE = {"hot": 0.002, "cold": 0.006, "snack": 0.008, "skin": 0.036, "sun": 0.030, "gift": 0.035}
RETURN_FACTOR = {"marketplace": 1.8, "online": 1.4}
RETURN_DAYS = (1, 14)
# The share of returned goods that goes back on the shelf.
RESTOCKED = 0.6
RETURN_REASONS = ("changed mind", "damaged", "not as described", "wrong item", "gift not wanted")

# Cohorts: probability that a customer comes back after a visit, by the brand of the first line ever bought.
COMES_BACK = {"Kelpie": 0.62, "Pine & Salt": 0.46, "Tideline": 0.24}
COMES_BACK_ELSE = 0.38
# Days until the next visit: MIN_GAP + an exponential of this mean.
MIN_GAP, MEAN_GAP = 3, 21.0

# Discounts: this share of orders is sold with this percentage off every line; demand does not follow.
DISCOUNT_SHARE, DISCOUNT_PERCENT = 0.045, 10

_INDEX = {product.sku: number for number, product in enumerate(plan.products())}
_CHANGES = {change.sku: change for change in PRICE_CHANGES}


def day_of_year(day: int) -> int:
    """1 to 366."""
    return (EPOCH + timedelta(days=day)).timetuple().tm_yday


def _around(day: int, peak: int, width: float) -> float:
    # A bell over the calendar that does not mind the turn of the year.
    away = (day_of_year(day) - peak + 182.625) % 365.25 - 182.625
    return math.exp(-((away / width) ** 2))


def season(kind: str, day: int) -> float:
    """The factor of the time of the year for a kind of product."""
    if kind == "gift":
        return _around(day, GIFT_PEAK, 2 * GIFT_WIDTH)
    amplitude, peak = SEASON[kind]
    factor = math.exp(amplitude * math.cos(2 * math.pi * (day_of_year(day) - peak) / 365.25))
    return factor * (1 + GIFT_LIFT * _around(day, GIFT_PEAK, GIFT_WIDTH)) if kind == "skin" else factor


def weather_factor(kind: str, place: plan.Place, day: int) -> float:
    """What the day's weather at a store does to a kind of product; 1 where nobody walks in."""
    if place.location is None:
        return 1.0
    factor = math.exp(PER_DEGREE.get(kind, 0.0) * anomaly(place.code, day))
    return factor * WET_FACTOR if place.code in WET_PLACES and rain(place.code, day) >= WET_MM else factor


def price_minor(sku: str, offset: int) -> int:
    """The list price of a product on the day of this offset, in pence."""
    change = _CHANGES.get(sku)
    if change is None:
        return plan.products()[_INDEX[sku]].price
    return next(price for start, price in reversed(change.steps) if offset >= start)


def price_factor(sku: str, offset: int) -> float:
    """What the price of the day makes of the demand at the first price."""
    change = _CHANGES.get(sku)
    if change is None:
        return 1.0
    return float((price_minor(sku, offset) / change.steps[0][1]) ** change.elasticity)


def launched(sku: str, offset: int) -> float:
    """How much of its pace a product has reached: 1 but for the launched one."""
    if sku != LAUNCH.sku:
        return 1.0
    return 1 - math.exp(-(offset - LAUNCH.offset + 1) / LAUNCH.tau_days) if offset >= LAUNCH.offset else 0.0


def lot(sku: str, offset: int) -> str | None:
    """The lot from which a product is sold on the day of this offset; None where it has none."""
    return f"{LOTS.prefix}{offset // LOTS.days:02d}" if sku == LOTS.sku else None


def bad_lot() -> str:
    """The code of the lot that comes back."""
    return f"{LOTS.prefix}{LOTS.bad:02d}"


def supplied(vendor: str, offset: int) -> bool:
    """True where the vendor delivers on the day of this offset."""
    return vendor != OUTAGE.vendor or not OUTAGE.from_offset <= offset < OUTAGE.to_offset


def open_on(place: plan.Place, day: int) -> bool:
    """True where the place sells on this day."""
    when = EPOCH + timedelta(days=day)
    return place.location is None or (when.month, when.day) not in CLOSED


def place_factor(place: plan.Place, day: int, first_day: int) -> float:
    """Weekday and growth of a place; 0 where it is closed."""
    if not open_on(place, day):
        return 0.0
    return place.weekdays[(day + 3) % 7] * float((1 + GROWTH) ** ((day - first_day) / 365.25))


def expected_lines(place: plan.Place, day: int, first_day: int, weather: bool = True) -> list[float]:
    """Lines of each product that the place is expected to sell on a day, in the order of plan.products()."""
    whole = place_factor(place, day, first_day)
    kinds = {
        kind: whole * share * season(kind, day) * (weather_factor(kind, place, day) if weather else 1.0)
        for kind, share in place.shares.items()
    }
    lines = [product.pace * kinds[product.kind] for product in plan.products()]
    offset = day - first_day
    for change in PRICE_CHANGES:
        lines[_INDEX[change.sku]] *= price_factor(change.sku, offset)
    lines[_INDEX[LAUNCH.sku]] *= launched(LAUNCH.sku, offset)
    return lines


def return_rate(product: plan.Product, place: plan.Place, lot_code: str | None) -> float:
    """The probability that one sold unit comes back."""
    if lot_code is not None and lot_code == bad_lot():
        return LOTS.bad_rate
    return RETURN_RATE[product.kind] * RETURN_FACTOR.get(place.code, 1.0)


def comes_back(brand: str) -> float:
    """The probability that a customer whose first line was of this brand returns after a visit."""
    return COMES_BACK.get(brand, COMES_BACK_ELSE)
