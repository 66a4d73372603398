"""What the sales of the shop say, as numbered facts: movers, shares, pairs, margins. Figures come in, sentences go out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from webapp import money
from webapp.recommendations.rules.brief import Fact
from webapp.recommendations.rules.pairs import Pair
from webapp.recommendations.rules.words import Span, Words, change, direction, explore, tenth

MOST_MOVERS, MOST_SHARES, MOST_PAIRS, MOST_MARGINS = 5, 3, 4, 4
# A week against the week before: so many units together, and so many standard deviations of chance apart.
LEAST_UNITS, LEAST_SIGNAL = 20, 2.0
# Sales of a day scatter by more than chance alone; measured on the demo's and the bakery's days.
DISPERSION = 1.3
LEAST_POINTS = Decimal("1.5")
THIN_MARGIN = Decimal(15)


@dataclass(frozen=True, slots=True)
class Sold:
    """A product or category in a span and in the one before: units, net sales and gross margin in minor units."""

    id: int
    name: str
    units: int = 0
    units_before: int = 0
    net: int = 0
    net_before: int = 0
    margin: int | None = None
    costed: int = 0

    @property
    def signal(self) -> float:
        """How many standard deviations the change of units lies from none (counts that scatter by DISPERSION)."""
        both = self.units + self.units_before
        return (self.units - self.units_before) / math.sqrt(DISPERSION * both) if both else 0.0

    @property
    def margin_percent(self) -> Decimal | None:
        """The gross margin as a percentage of the sales that have a cost; None without."""
        ratio = None if self.margin is None else money.ratio(self.margin, self.costed)
        return None if ratio is None else ratio * 100


class Book:
    """Facts as they are found, each with its number in this brief."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.facts: list[Fact] = []

    def add(
        self, about: str, text: str, label: str, value: Decimal | int, unit: str, period: str, shown: str, *,
        moves: int | None = None, query: str | None = None, products: Sequence[int] = (), category: int | None = None,
        location: int | None = None,
    ) -> Fact:  # fmt: skip
        """One more fact; see `brief.Fact` for what each member means."""
        fact = Fact(
            f"f{len(self.facts) + 1}", text, label, Decimal(value), unit, period, shown, about, moves, query,
            tuple(products), category, location,
        )  # fmt: skip
        self.facts.append(fact)
        return fact

    def of(self, about: str, product_id: int | None = None) -> list[Fact]:
        """The facts of a kind, of one product where it is named."""
        return [
            fact for fact in self.facts
            if fact.about == about and (product_id is None or product_id in fact.product_ids)
        ]  # fmt: skip


# ---- The whole shop ----


def add_total(book: Book, span: Span, before: Span, net: int, net_before: int) -> None:
    """What the shop took, and how that compares."""
    words, ratio = book.words, money.ratio(net - net_before, net_before)
    moved = None if ratio is None else tenth(ratio * 100)
    told = "" if moved is None else f", {change(moved, words.percent(moved))} than {before.words}"
    told = told.replace("as much than", "as much as")
    book.add(
        "total", f"The shop took {words.money(net)} in {span.words}{told}.", "net sales of the shop", words.major(net),
        words.currency, span.words, words.money(net), moves=direction(moved), query=explore("net_sales", span),
    )  # fmt: skip


# ---- Movers ----


def movers(sold: Sequence[Sold]) -> tuple[list[Sold], list[Sold]]:
    """What sells clearly more, and clearly less, than the same weekdays before, the clearest first."""
    clear = [one for one in sold if one.units + one.units_before >= LEAST_UNITS and abs(one.signal) >= LEAST_SIGNAL]
    up = sorted((one for one in clear if one.signal > 0), key=lambda one: (-one.signal, one.id))
    down = sorted((one for one in clear if one.signal < 0), key=lambda one: (one.signal, one.id))
    return up[:MOST_MOVERS], down[:MOST_MOVERS]


def add_movers(book: Book, sold: Sequence[Sold], span: Span, before: Span) -> None:
    """Two facts a mover: what it sold, and by how much that changed."""
    for about, found in zip(("mover_up", "mover_down"), movers(sold), strict=True):
        for one in found:
            add_sold(book, one, span, before, about)


def add_sold(book: Book, one: Sold, span: Span, before: Span, about: str) -> None:
    """What a product sold, and by how much that changed against the span before."""
    words = book.words
    ratio = money.ratio(one.units - one.units_before, one.units_before)
    moved = None if ratio is None else tenth(ratio * 100)
    told = "after none in" if moved is None else f"{change(moved, words.percent(moved))} than"
    told = told.replace("as much than", "as much as")
    book.add(
        about, f"{one.name} sold {words.count(one.units)} in {span.words}, {told} {before.words}.",
        f"units of {one.name} sold", one.units, "units", span.words, words.count(one.units),
        moves=direction(one.units - one.units_before), query=explore("units", span, product=one.id), products=[one.id],
    )  # fmt: skip
    if moved is not None:
        up = "more" if moved > 0 else "fewer"
        book.add(
            about, f"{words.percent(moved)} {up} of {one.name} were sold in {span.words} than in {before.words}.",
            f"change of units of {one.name} sold", moved, "%", span.words, words.percent(moved), moves=direction(moved),
            products=[one.id],
        )  # fmt: skip


# ---- Shares ----


def add_shares(book: Book, categories: Sequence[Sold], span: Span, before: Span) -> None:
    """The categories whose part of net sales shifted most, in points."""
    if any(min(one.net, one.net_before) < 0 for one in categories):
        return  # the parts of the others would be more than the whole
    total, total_before = sum(one.net for one in categories), sum(one.net_before for one in categories)
    shifts = []
    for one in categories:
        now, then = money.ratio(one.net, total), money.ratio(one.net_before, total_before)
        if now is not None and then is not None and abs(now - then) * 100 >= LEAST_POINTS:
            shifts.append((one, tenth((now - then) * 100), tenth(now * 100)))
    shifts.sort(key=lambda shift: (-abs(shift[1]), shift[0].id))
    words = book.words
    for one, points, share in shifts[:MOST_SHARES]:
        way = "more" if points > 0 else "less"
        book.add(
            "share", f"{one.name} made {words.percent(share)} of net sales in {span.words}, {words.points(points)} {way} "
            f"than in {before.words}.", f"shift of the share of {one.name} in net sales", points, "points", span.words,
            words.points(points), moves=direction(points), category=one.id,
        )  # fmt: skip
        book.add(
            "share", f"{one.name} took {words.money(one.net)} in {span.words}.", f"net sales of {one.name}",
            words.major(one.net), words.currency, span.words, words.money(one.net),
            query=explore("net_sales", span, category=f"={one.id}"), category=one.id,
        )  # fmt: skip


# ---- Pairs ----


def add_pairs(book: Book, pairs: Sequence[Pair], names: Mapping[int, str], orders: int, span: Span) -> None:
    """What is bought together more often than chance puts it together: a pair of products, each in one pair alone."""
    words, used = book.words, set[int]()
    for pair in pairs:
        if {pair.first, pair.second} & used or not {pair.first, pair.second} <= names.keys():
            continue
        used |= {pair.first, pair.second}
        first, second = names[pair.first], names[pair.second]
        times = words.formatter.number(tenth(pair.lift))
        book.add(
            "pair", f"{first} and {second} were bought together in {words.count(pair.orders)} of {words.count(orders)} "
            f"orders of more than one product in {span.words}, {times} times as often as chance would have it.",
            f"orders with both {first} and {second}", pair.orders, "orders", span.words, words.count(pair.orders),
            moves=1, products=[pair.first, pair.second],
        )  # fmt: skip
        if len(used) >= 2 * MOST_PAIRS:
            return


# ---- Margins ----


def add_margins(book: Book, sold: Sequence[Sold], span: Span) -> None:
    """The products that earn most, and those that sell at a thin margin or below their cost."""
    known = [one for one in sold if one.margin is not None and one.costed > 0]
    best = sorted(known, key=lambda one: (-(one.margin or 0), one.id))[:MOST_MARGINS]
    thin = [one for one in known if one not in best and (one.margin_percent or 0) < THIN_MARGIN]
    for one in [*best, *sorted(thin, key=lambda one: (one.margin_percent or 0, one.id))[:2]]:
        add_margin(book, one, span)


def add_margin(book: Book, one: Sold, span: Span) -> None:
    """What a product earned, in money and as a percentage."""
    words, percent = book.words, one.margin_percent
    if one.margin is None or percent is None:
        return
    sign = "lost" if one.margin < 0 else "earned"
    book.add(
        "margin", f"{one.name} {sign} {words.money(abs(one.margin))} above its cost in {span.words}."
        if one.margin >= 0 else f"{one.name} lost {words.money(-one.margin)} against its cost in {span.words}.",
        f"gross margin of {one.name}", words.major(one.margin), words.currency, span.words, words.money(one.margin),
        moves=direction(one.margin), query=explore("gross_margin", span, product=one.id), products=[one.id],
    )  # fmt: skip
    book.add(
        "margin", f"{'Of' if percent >= 0 else 'Against'} what {one.name} sold for, {words.percent(percent)} "
        f"{'was margin' if percent >= 0 else 'was lost'} in {span.words}.", f"margin of {one.name} as a percentage",
        tenth(percent), "%", span.words, words.percent(percent), products=[one.id],
    )  # fmt: skip
