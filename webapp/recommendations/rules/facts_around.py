"""What stock, season, weather and prices say, as numbered facts; the second half of the brief."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from webapp.recommendations.rules.brief import Effect, Price
from webapp.recommendations.rules.estimates import Estimate
from webapp.recommendations.rules.facts import Book
from webapp.recommendations.rules.season import Seasons
from webapp.recommendations.rules.words import Span, Words, direction, explore, tenth

SHORT_DAYS, LONG_DAYS = 7, 120
MOST_SHORT, MOST_SLOW, MOST_PLACES, MOST_LEARNED, MOST_PRICES = 5, 4, 6, 4, 12
# What a cover without any sale is told as.
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"
)  # fmt: skip
WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True, slots=True)
class Shelf:
    """How much of a product is there and how fast it goes: units, units a day; price in minor units."""

    id: int
    name: str
    stock: int
    units: int
    units_per_day: float
    price: int
    age_days: int

    @property
    def cover_days(self) -> int | None:
        """For how many whole days it lasts; None where nothing is sold."""
        return int(max(self.stock, 0) / self.units_per_day) if self.units_per_day > 0 else None


@dataclass(frozen=True, slots=True)
class Place:
    """The weather at a place: degrees now (None unknown), its class, and the days ahead as (words, degrees, class, wet)."""

    location_id: int
    name: str
    temperature_c: float | None
    feels: str | None
    ahead: tuple[tuple[str, float, str, bool], ...] = ()
    unknown_since: str | None = None


# ---- Stock ----


def short(shelves: Sequence[Shelf]) -> list[Shelf]:
    """What sells and will soon be gone, the dearest loss first."""
    found = [one for one in shelves if one.cover_days is not None and one.cover_days < SHORT_DAYS and one.units >= 7]
    return sorted(found, key=lambda one: (-one.units_per_day * one.price, one.id))[:MOST_SHORT]


def slow(shelves: Sequence[Shelf]) -> list[Shelf]:
    """What lies long: stock for more than LONG_DAYS, of a product that has been there for three months; most money first."""
    found = [
        one for one in shelves
        if one.stock > 0 and one.age_days >= 90 and (one.cover_days is None or one.cover_days > LONG_DAYS)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.stock * one.price, one.id))[:MOST_SLOW]


def add_stock(book: Book, shelves: Sequence[Shelf], span: Span) -> None:
    """How long what is short will last, and what lies long."""
    words = book.words
    for one in short(shelves):
        cover = one.cover_days or 0
        last = f"will last {words.days(cover)}" if cover else "will be gone today"
        pace = f"{last} at the pace of {span.words}" if one.stock > 0 else "is out of stock"
        book.add(
            "cover", f"{one.name} {pace}.", f"days that the stock of {one.name} lasts", cover,
            "days", "now", words.days(cover), moves=-1, products=[one.id],
        )  # fmt: skip
        book.add(
            "cover", f"{one.name} sold {words.count(one.units)} in {span.words}.", f"units of {one.name} sold", one.units,
            "units", span.words, words.count(one.units), query=explore("units", span, product=one.id), products=[one.id],
        )  # fmt: skip
    for one in slow(shelves):
        book.add(
            "slow", f"{one.name} sold {words.count(one.units)} in {span.words}.", f"units of {one.name} sold", one.units,
            "units", span.words, words.count(one.units), query=explore("units", span, product=one.id), products=[one.id],
        )  # fmt: skip
        book.add(
            "slow", f"{words.count(one.stock)} of {one.name} lie in stock.", f"units of {one.name} in stock", one.stock,
            "units", "now", words.count(one.stock), products=[one.id],
        )  # fmt: skip


# ---- Season ----


def add_season(book: Book, seasons: Seasons, month: int, weekday: int) -> None:
    """What the month usually sells against a usual month, and tomorrow's weekday against a usual day."""
    words = book.words
    basis = "last year's sales alone" if seasons.years <= 1 else f"{words.count(seasons.years)} years of sales"
    for about, index, what in (
        ("season", seasons.months.get(month), MONTHS[month - 1]),
        ("season", seasons.weekdays.get(weekday), WEEKDAYS[weekday]),
    ):
        if index is None:
            continue
        moved = tenth((index - 1) * 100)
        way = f"{words.percent(moved)} {'more' if moved > 0 else 'less'} than"
        takes = "usually takes" if what == MONTHS[month - 1] else "usually take"
        usual = "a usual month" if what == MONTHS[month - 1] else "a usual day"
        book.add(
            about, f"{what} {takes} {'as much as' if not moved else way} {usual} (from {basis}).",
            f"season of {what}", moved, "%", what, words.percent(moved), moves=direction(moved),
        )  # fmt: skip


# ---- Weather ----


def add_weather(book: Book, places: Sequence[Place]) -> tuple[str, ...]:
    """A fact for the present and the next days of each place that is known; the sentences, also of what is not known.

    A fact about `weather` moves +1 where it is hot for the place and season and -1 where it is cold; one about `rain`
    counts the wet ones of the days ahead.
    """
    words, sentences = book.words, []
    for place in places[:MOST_PLACES]:
        if place.temperature_c is None or place.feels is None:
            since = f" since {place.unknown_since}" if place.unknown_since else ""
            instead = "forecast" if place.ahead else "season"
            sentences.append(f"{place.name}: weather unknown{since}, using the {instead}.")
            _add_ahead(book, place)
            continue
        value = tenth(place.temperature_c)
        text = f"It is {words.degrees(value)} at {place.name} now: {place.feels} for that place and season."
        book.add(
            "weather", text, f"temperature at {place.name} now", value, "C", "now", words.degrees(value),
            moves=_heat(place.feels), location=place.location_id,
        )  # fmt: skip
        sentences.append(text)
        _add_ahead(book, place)
    return tuple(sentences)


def _heat(feels: str) -> int:
    return {"hot": 1, "cold": -1}.get(feels, 0)


def _add_ahead(book: Book, place: Place) -> None:
    words = book.words
    for when, mean, feels, _ in place.ahead[:2]:
        if _heat(feels):
            value = tenth(mean)
            book.add(
                "weather", f"{when} will be {feels} at {place.name}: {words.degrees(value)} on average.",
                f"mean temperature at {place.name} on {when}", value, "C", when, words.degrees(value), moves=_heat(feels),
                location=place.location_id,
            )  # fmt: skip
    wet = sum(1 for _, _, _, rains in place.ahead[:3] if rains)
    if wet:
        book.add(
            "rain", f"{words.days(wet)} of the next three at {place.name} will be wet.", f"wet days ahead at {place.name}",
            wet, "days", "the next three days", words.days(wet), moves=1, location=place.location_id,
        )  # fmt: skip


# ---- Learned from the history ----


def add_sensitivity(
    book: Book, name: str, per_degree: Estimate, *, product: int | None = None, category: int | None = None
) -> None:
    """How much more a product or category sells for each degree above the season's normal, with its interval."""
    if per_degree.value is None or per_degree.low is None or per_degree.high is None or not per_degree.excludes_zero:
        return
    words, value = book.words, tenth(per_degree.value * 100)
    way = "more" if value > 0 else "less"
    low, high = sorted((abs(tenth(per_degree.low * 100)), abs(tenth(per_degree.high * 100))))
    all_of = "All of " if category is not None else ""
    book.add(
        "sensitivity", f"{all_of}{name} sells {words.percent(value)} {way} for each degree above the season's normal (between "
        f"{words.percent(low)} and {words.percent(high)}; learned from this shop's own days).",
        f"change of {name} a degree above normal", value, "%", "all days known", words.percent(value),
        moves=direction(value), products=[] if product is None else [product], category=category,
    )  # fmt: skip


def add_elasticity(book: Book, product_id: int, name: str, estimate: Estimate) -> None:
    """How units went with the price: an association, said to be one."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return
    words, value = book.words, tenth(estimate.value)
    low, high = sorted((abs(tenth(estimate.low)), abs(tenth(estimate.high))))
    way = "fewer" if value < 0 else "more"
    book.add(
        "elasticity", f"Where {name} was one percent dearer, {words.percent(value)} {way} were sold (between "
        f"{words.percent(low)} and {words.percent(high)}): an association, no proof.",
        f"price elasticity of {name}", value, "%", "all weeks known", words.percent(value), moves=direction(value),
        products=[product_id],
    )  # fmt: skip


def price_step(words: Words, name: str, price: Price) -> str:
    """A price step between its bounds, in one sentence."""
    return (
        f"{words.money(price.suggested)} is the price that arithmetic gives for {name}, now {words.money(price.now)}; the "
        f"guardrails allow {words.money(price.floor)} to {words.money(price.ceiling)}, and the lowest price of 30 days was "
        f"{words.money(price.lowest_30d)}."
    )


def add_prices(
    book: Book, prices: Mapping[int, tuple[Price, Effect | None]], names: Mapping[int, str],
    warned: Collection[int] = (),
) -> None:  # fmt: skip
    """The price steps that the guardrails allow, as facts: suggested, now, floor, ceiling and the lowest of 30 days.

    warned: products that a marketplace sells too, whose terms may want the same price there.
    """
    words = book.words
    for product_id, (price, effect) in list(prices.items())[:MOST_PRICES]:
        name = names[product_id]
        untried = " How its sales follow its price is not known: this is a small step." if effect is None else ""
        parity = " A marketplace sells it too and may ask for the same price." if product_id in warned else ""
        value = words.major(price.suggested)
        book.add(
            "price", f"{price_step(words, name, price)}{untried}{parity}",
            f"suggested price of {name}", value, words.currency, "now", words.money(price.suggested),
            moves=direction(Decimal(price.suggested - price.now)), products=[product_id],
        )  # fmt: skip
