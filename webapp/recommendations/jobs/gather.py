"""The brief: everything that advice may stand on, computed from the ledger at one position of it. Nothing personal."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from webapp import clock
from webapp.metrics import ask
from webapp.metrics import dao as dimensions
from webapp.metrics.definitions import DIMENSIONS
from webapp.recommendations import dao
from webapp.recommendations.jobs import learning, places, questions
from webapp.recommendations.jobs.sales import Sales, Spans, period
from webapp.recommendations.jobs.sales import read as read_sales
from webapp.recommendations.rules import facts, facts_around, pairs, pricing, season, traits
from webapp.recommendations.rules.brief import Brief, CatalogueLine, Effect, Price
from webapp.recommendations.rules.facts_around import Shelf
from webapp.recommendations.rules.words import Span, Words, tenth
from webapp.text import Formatter

MOST_LINES = 60
SEASON_DAYS = 1_125
BASKET_DAYS = 56


@dataclass(frozen=True, slots=True)
class Shop:
    """What the brief says of the shop itself."""

    name: str
    locale: str
    formatter: Formatter


@dataclass(frozen=True, slots=True)
class Gathered:
    """The brief, on which grounds it stands, and why products got no price: product id -> word of pricing.REASONS."""

    brief: Brief
    grounds: str
    unpriced: dict[int, str]


def gather(tx: Any, now_ms: int, shop: Shop) -> Gathered:
    """The brief of the present; the snapshot is read in bounded pieces, and no customer is among them."""
    today = tx.zone.day_of(now_ms)
    spans = Spans.until(today)
    catalogue = {row["id"]: row for row in dao.find_catalogue(tx)}
    names = {product_id: row["name"] for product_id, row in catalogue.items()}
    titles = dimensions.find_value_names(tx, DIMENSIONS["category"])
    sales = read_sales(tx, spans, names, titles, now_ms)
    weather = places.read(tx, now_ms, shop.formatter)
    shelves = {one.id: one for one in _shelves(catalogue, sales, today)}
    known = questions.Known(catalogue, sales, shelves, learning.read(tx), weather.ahead, now_ms)
    book = facts.Book(Words(shop.formatter))
    prices, unpriced, warned = _prices(questions.ask(tx, known, spans), book.words)
    seasons = _seasons(tx, today, now_ms)
    told = _add_around(book, known, weather, seasons, spans, today)
    _add_sales(tx, book, sales, spans, names, today)
    facts_around.add_stock(book, list(shelves.values()), spans.month)
    facts.add_margins(book, list(sales.month.values()), spans.month)
    _add_learned(book, known.learned, names, titles, sales)
    facts_around.add_prices(book, prices, names, warned)
    traits_known = dao.find_traits(tx)
    _add_missing(book, catalogue, sales, spans, weather.places, traits_known)
    lines = _lines(book, catalogue, prices, traits_known)
    prices = {line.id: prices[line.id] for line in lines if line.id in prices}
    brief = _brief(now_ms, today, tx.currency, shop, seasons, told, book, lines, prices)
    brief = replace(brief, expected=places.expect(tx, weather, lines, catalogue, known.learned, today))
    return Gathered(brief, places.grounds(tx, now_ms), unpriced)


def _brief(
    now_ms: int, today: int, currency: str, shop: Shop, seasons: season.Seasons, told: tuple[str, ...], book: facts.Book,
    lines: tuple[CatalogueLine, ...], prices: dict[int, tuple[Price, Effect | None]],
) -> Brief:  # fmt: skip
    month = clock.day_to_date(today).month
    index = seasons.months.get(month)
    return Brief(
        as_of_ms=now_ms,
        day=today,
        currency=currency,
        locale=shop.locale,
        shop=shop.name,
        season=season.name(month),
        season_index=None if index is None else Decimal(str(index)).quantize(Decimal("0.01")),
        season_basis=_basis(seasons, month),
        weather=told,
        facts=tuple(book.facts),
        products=lines,
        prices=prices,
    )


# ---- Parts ----


def _shelves(catalogue: dict[int, Any], sales: Sales, today: int) -> list[Shelf]:
    found = []
    for product_id, row in catalogue.items():
        if row["tracked"]:
            sold = sales.month.get(product_id)
            units = sold.units if sold else 0
            age = today - row["created_ms"] // questions.DAY_MS
            found.append(Shelf(product_id, row["name"], row["stock"] or 0, units, units / 28, row["price_minor"], age))
    return found


def _prices(
    asked: list[pricing.PriceQuestion], words: Words
) -> tuple[dict[int, tuple[Price, Effect | None]], dict[int, str], frozenset[int]]:
    """The steps with what is expected of them, why the others got none, and whose price a marketplace may want the same."""
    prices: dict[int, tuple[Price, Effect | None]] = {}
    unpriced, warned = {}, set()
    for product_id, one in pricing.suggest_all(asked).items():
        if isinstance(one, pricing.Suggested):
            prices[product_id] = (one.price, _effect(one, words))
            warned |= {product_id} if "parity" in one.warnings else set()
        else:
            unpriced[product_id] = one.reason
    return prices, unpriced, frozenset(warned)


def _effect(one: pricing.Suggested, words: Words) -> Effect | None:
    """The expected effect; its basis also says what units and net sales are expected to do."""
    if one.effect is None or one.units is None or one.sales is None:
        return one.effect
    units = " to ".join(words.signed(tenth(value)) for value in one.units)
    sales = " to ".join(words.signed_money(value) for value in one.sales)
    return replace(one.effect, basis=f"{one.effect.basis}; a day {units} units and {sales} of net sales")


def _seasons(tx: Any, today: int, now_ms: int) -> season.Seasons:
    span = Span("all days known", today - SEASON_DAYS, today - 1)
    answer = ask.ask(tx, ["net_sales"], period=period(tx, span), now_ms=now_ms, grain="day", limit=None)
    values = {row.time: int(row.values["net_sales"] or 0) for row in answer.rows if row.time is not None}
    sold = [day for day, value in values.items() if value]
    first = min(sold, default=today)
    closed = frozenset(day for day, value in values.items() if not value)
    return season.index({day: value for day, value in values.items() if day >= first}, closed)


def _basis(seasons: season.Seasons, month: int) -> str:
    if month not in seasons.months:
        return "The sales do not reach back far enough for a season."
    years = "one year" if seasons.years <= 1 else f"{seasons.years} years"
    return f"Net sales of {facts_around.MONTHS[month - 1]} against a usual month, growth taken out, over {years}."


def _add_around(
    book: facts.Book, known: questions.Known, weather: places.Weather, seasons: season.Seasons, spans: Spans, today: int
) -> tuple[str, ...]:
    """The shop as a whole, the weather and the season; the sentences about the weather."""
    facts.add_total(book, spans.week, spans.week_before, known.sales.net, known.sales.net_before)
    told = facts_around.add_weather(book, weather.places)
    facts_around.add_season(book, seasons, clock.day_to_date(today).month, clock.weekday(today + 1) - 1)
    return told


def _add_sales(tx: Any, book: facts.Book, sales: Sales, spans: Spans, names: dict[int, str], today: int) -> None:
    facts.add_movers(book, list(sales.week.values()), spans.week, spans.week_before)
    facts.add_shares(book, sales.categories, spans.month, spans.month_before)
    span = Span("the last 56 days", today - BASKET_DAYS, today - 1)
    begin, end = tx.zone.bounds(span.from_day)[0], tx.zone.bounds(span.to_day)[1]
    baskets = dao.find_baskets(tx, begin, end)
    strata = [pairs.count(one) for one in baskets.values()]
    found = pairs.lift(strata)
    facts.add_pairs(book, found, names, sum(stratum.orders for stratum in strata), span)


def _add_learned(
    book: facts.Book, learned: learning.Learned, names: dict[int, str], titles: dict[int, str], sales: Sales
) -> None:
    by_sales = sorted(sales.month, key=lambda one: (-sales.month[one].net, one))
    for category, effects in list(learned.categories.items())[: facts_around.MOST_LEARNED]:
        if category in titles:
            facts_around.add_sensitivity(book, titles[category], effects["per_degree"], category=category)
    moved = [one for one in by_sales if one in learned.products and one in names]
    for product_id in moved[: facts_around.MOST_LEARNED]:
        effects = learned.products[product_id]
        facts_around.add_sensitivity(book, names[product_id], effects["per_degree"], product=product_id)
    priced = [one for one in by_sales if one in learned.elasticity]
    for product_id in priced[: facts_around.MOST_LEARNED]:
        facts_around.add_elasticity(book, product_id, names[product_id], learned.elasticity[product_id])


def _add_missing(
    book: facts.Book, catalogue: dict[int, Any], sales: Sales, spans: Spans, at: tuple[Any, ...], known: dict[int, Any]
) -> None:
    """What the products that suit the weather sold, where no other fact says it: a suggestion needs its figure."""
    hot = {place.feels for place in at} | {feels for place in at for _, _, feels, _ in place.ahead[:2]}
    wet = any(rains for place in at for _, _, _, rains in place.ahead[:2])
    wanted = {"cold"} if "hot" in hot else set()
    wanted |= ({"hot"} if "cold" in hot else set()) | ({"rain"} if wet else set())
    for served in sorted(wanted):
        suiting = [
            one for product_id, one in sales.week.items()
            if served_as(catalogue[product_id], known) == served and one.units
            and not (catalogue[product_id]["tracked"] and (catalogue[product_id]["stock"] or 0) <= 0)
        ]  # fmt: skip
        for one in sorted(suiting, key=lambda sold: (-sold.units, sold.id))[:3]:
            if not any(fact.query and "metric=units&" in fact.query for fact in _all_of(book, one.id)):
                facts.add_sold(book, one, spans.week, spans.week_before, "sold")


def _all_of(book: facts.Book, product_id: int) -> list[Any]:
    return [fact for fact in book.facts if product_id in fact.product_ids]


def served_as(row: Any, known: dict[int, Any]) -> str:
    """How a product is served: as a person said, else as its name and category let guess."""
    told = known.get(row["id"])
    return str(told["served"]) if told is not None else traits.guess(row["name"], row["category"])


def _lines(
    book: facts.Book, catalogue: dict[int, Any], prices: dict[int, tuple[Price, Effect | None]], known: dict[int, Any]
) -> tuple[CatalogueLine, ...]:
    """The products that facts or prices speak of, as the model may know them."""
    spoken = dict.fromkeys(one for fact in book.facts for one in fact.product_ids)
    spoken.update(dict.fromkeys(prices))
    return tuple(_line(catalogue[one], known) for one in list(spoken)[:MOST_LINES])


def _line(row: Any, known: dict[int, Any]) -> CatalogueLine:
    return CatalogueLine(
        row["id"], row["sku"], row["name"], row["category"] or "", row["price_minor"], row["cost_minor"],
        served_as(row, known), bool(row["tracked"]),
    )  # fmt: skip
