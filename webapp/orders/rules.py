"""Arithmetic and checks of sales and returns; they know neither the database nor the clock."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from webapp import money
from webapp.clock import Zone
from webapp.errors import Conflict, FieldError, Invalid, Problem
from webapp.orders.shapes import (
    BookedReturn,
    Draft,
    DraftLine,
    GoodsBack,
    GoodsReturn,
    ReturnDraft,
    ReturnLineDraft,
    Sale,
    SaleLine,
    SoldLine,
)

MOST_AHEAD_MS = 5 * 60_000
Place = tuple[int, int | None, str | None, int]  # ids of channel and location, region, where the goods are taken from
MANY_UNITS = 1_000_000  # below so many in a group no prices that are allowed come near the end of the sums


class Good(NamedTuple):
    """A product as a sale has to know it; the columns of `products.dao.find_for_sale` that it needs, in their order."""

    id: int
    sku: str
    name: str
    price_minor: int
    cost_minor: int | None
    version_id: int
    tracked: int
    oversell: int
    archived: int


@dataclass(slots=True)
class Shelf:
    """What a batch of drafts is resolved against; levels and taken ids change as earlier drafts are accepted."""

    products_by_id: Mapping[int, Good]
    products_by_sku: Mapping[str, Good]
    channels: Mapping[int | str, Any]
    locations: Mapping[int | str, Any]
    default_location_id: int
    levels: dict[tuple[int, int], int]
    taken: dict[tuple[int, str], int]
    past_prices: Mapping[tuple[int, int], int]
    now_ms: int
    zone: Zone
    room_minor: int | None = None  # what the sums of all time can still take; None: more than the drafts can come to
    _moments: dict[int, tuple[int, int, int]] = field(default_factory=dict)

    def moment(self, placed_ms: int) -> tuple[int, int, int]:
        """The business day, the instant at which its hour began, and the hour."""
        known = self._moments.get(placed_ms)
        if known is None:
            known = self._moments[placed_ms] = (self.zone.day_of(placed_ms), *self.zone.hour_of(placed_ms))
        return known

    def price(self, good: Good, placed_ms: int | None) -> int:
        """What it costs now (None), or cost then."""
        return good.price_minor if placed_ms is None else self.past_prices.get((good.id, placed_ms), good.price_minor)

    def product(self, reference: int | str) -> Good | None:
        """The product of an id (number) or a SKU (text), or None."""
        return (self.products_by_id if isinstance(reference, int) else self.products_by_sku).get(reference)  # type: ignore[arg-type]


def are_many(drafts: Sequence[Draft]) -> bool:
    """Whether these drafts may come to so much that the room in the sums has to be looked at."""
    return sum(line.quantity for draft in drafts for line in draft.lines) >= MANY_UNITS


def resolve(draft: Draft, shelf: Shelf, next_id: int) -> Sale:
    """The sale that a draft asks for, its goods taken from the shelf's levels under the number `next_id`.

    Raises Invalid with every field at fault, Conflict `duplicate` or `out_of_stock`; then the shelf is unchanged.
    """
    errors: list[FieldError] = []
    placed = shelf.now_ms if draft.placed_ms is None else draft.placed_ms
    if placed > shelf.now_ms + MOST_AHEAD_MS:
        errors.append(FieldError(draft.time_at, "in_the_future", "This lies more than five minutes ahead."))
    place = place_of(draft, shelf, errors)
    asked: Sequence[DraftLine] = draft.lines
    lines: list[SaleLine] = []
    for index, line in enumerate(asked):
        sold = sell_line(draft, index, line, shelf, errors)
        if sold is not None:
            lines.append(sold)
    if errors:
        raise Invalid("", *errors)
    assert place is not None
    channel_id, location_id, region, _ = place
    if shelf.room_minor is not None:
        _fit(draft, lines, shelf, shelf.room_minor)
    if draft.external_id is not None:
        _unique(shelf, channel_id, draft.external_id, next_id)
    sale = Sale(
        placed,
        *shelf.moment(placed),
        channel_id,
        lines,
        location_id,
        region,
        draft.external_id,
        None,
        draft.payment,
        draft.note,
    )
    sale.takes = _take(draft, sale, shelf)
    if shelf.room_minor is not None:
        shelf.room_minor -= _weight(sale.lines)
    if draft.external_id is not None:
        shelf.taken[channel_id, draft.external_id] = next_id
    return sale


def place_of(draft: Draft, shelf: Shelf, errors: list[FieldError]) -> Place | None:
    """Where a draft is sold; None, with what is wrong among the errors, where that is not known."""
    channel = shelf.channels.get(draft.channel if draft.channel is not None else "online")
    if channel is None:
        errors.append(FieldError("/channel", "unknown", f"There is no channel {draft.channel}."))
    location = None if draft.location is None else shelf.locations.get(draft.location)
    if draft.location is not None and location is None:
        errors.append(FieldError("/location", "unknown", f"There is no location {draft.location}."))
        return None
    if channel is None:
        return None
    if location is None:
        return channel["id"], None, draft.region, shelf.default_location_id
    region = draft.region if draft.region is not None else location["region"]
    return channel["id"], location["id"], region, location["id"]


def sell_line(draft: Draft, index: int, line: DraftLine, shelf: Shelf, errors: list[FieldError]) -> SaleLine | None:
    """The line as it is sold; None, with what is wrong among the errors, where it cannot be."""
    product = shelf.product(line.product)
    if product is None:
        where = f"{draft.at(index)}/product_id"
        errors.append(FieldError(where, "unknown", f"There is no product {line.product}."))
        return None
    if product.archived:
        where = f"{draft.at(index)}/product_id"
        errors.append(FieldError(where, "archived", f"{product.name} is archived and no longer sold."))
        return None
    price = line.price_minor
    if price is None:
        price = shelf.price(product, draft.placed_ms)
    total = line.quantity * price - line.discount_minor
    if total < 0:
        where = f"{draft.at(index)}/discount"
        errors.append(FieldError(where, "too_large", "The discount is larger than the line."))
        return None
    cost = product.cost_minor
    return SaleLine(product.id, product.version_id, line.quantity, price, line.discount_minor, total, cost, line.lot)


def _fit(draft: Draft, lines: Sequence[SaleLine], shelf: Shelf, room_minor: int) -> None:
    if _weight(lines) <= room_minor:
        return
    largest = max(range(len(lines)), key=lambda index: _weight(lines[index : index + 1]))
    words = "The sums of this shop cannot hold an order of this amount."
    raise Invalid("", FieldError(f"{draft.at(largest)}/quantity", "too_large", words))


def _weight(lines: Sequence[SaleLine]) -> int:
    # Money and cost are summed apart; whichever is more decides.
    return max(sum(line.total_minor for line in lines), sum((line.cost_minor or 0) * line.quantity for line in lines))


def _unique(shelf: Shelf, channel_id: int, external_id: str, next_id: int) -> None:
    first = shelf.taken.get((channel_id, external_id))
    if first is not None:
        raise Conflict(
            f"Order {external_id} of this channel is already here.",
            FieldError("/external_id", "duplicate", "This order was entered before."),
            code="duplicate",
            location=f"/orders/{first}",
            id=first,
        )


def _take(draft: Draft, sale: Sale, shelf: Shelf) -> list[tuple[int, int, int]]:
    place, levels, goods = sale.location_id or shelf.default_location_id, shelf.levels, shelf.products_by_id
    demand: dict[int, int] = {}
    for line in sale.lines:
        if goods[line.product_id].tracked:
            demand[line.product_id] = demand.get(line.product_id, 0) + line.quantity
    short, takes = [], []
    for product_id, quantity in demand.items():
        if levels.get((product_id, place), 0) < quantity and not goods[product_id].oversell:
            short.append(product_id)
        takes.append((product_id, place, quantity))
    if short:
        raise _out_of_stock(draft, sale, shelf, place, short)
    for product_id, _, quantity in takes:
        levels[product_id, place] = levels.get((product_id, place), 0) - quantity
    return takes


def _out_of_stock(draft: Draft, sale: Sale, shelf: Shelf, place: int, short: list[int]) -> Problem:
    errors = []
    for index, line in enumerate(sale.lines):
        if line.product_id in short:
            left = max(shelf.levels.get((line.product_id, place), 0), 0)
            name = shelf.products_by_id[line.product_id].name
            errors.append(FieldError(f"{draft.at(index)}/quantity", "out_of_stock", f"{left} of {name} left."))
    return Conflict("There is not enough in stock.", *errors, code="out_of_stock")


def take_back(draft: ReturnDraft, placed_ms: int, now_ms: int, sold: Mapping[int, SoldLine]) -> list[GoodsBack]:
    """The lines of a return; `sold` is brought up to it.

    The amount is line total x quantity / sold, rounded half away from zero, and never more than is left; the last
    return of a line takes the rest. Raises Invalid, or Conflict `exceeds_remaining`; then `sold` is unchanged.
    """
    returned = now_ms if draft.returned_ms is None else draft.returned_ms
    errors: list[FieldError] = []
    excess: list[FieldError] = []
    wanted: dict[int, int] = defaultdict(int)
    if returned > now_ms + MOST_AHEAD_MS:
        errors.append(FieldError("/returned_at", "in_the_future", "This lies more than five minutes ahead."))
    elif returned < placed_ms and draft.returned_ms is not None:
        errors.append(FieldError("/returned_at", "too_small", "Goods cannot come back before they were sold."))
    for index, line in enumerate(draft.lines):
        known = sold.get(line.line_id)
        if known is None:
            errors.append(FieldError(f"/lines/{index}/line_id", "unknown", f"This order has no line {line.line_id}."))
            continue
        wanted[line.line_id] += line.quantity
        left = known.quantity - known.returned
        if wanted[line.line_id] > left:
            excess.append(FieldError(f"/lines/{index}/quantity", "exceeds_remaining", f"{left} can still come back."))
    if errors:
        raise Invalid("", *errors)
    if excess:
        raise Conflict("More than was sold cannot come back.", *excess, code="exceeds_remaining")
    return [_goods(line, sold[line.line_id]) for line in draft.lines]


def _goods(line: ReturnLineDraft, sold: SoldLine) -> GoodsBack:
    left = sold.total_minor - sold.returned_minor
    if sold.returned + line.quantity == sold.quantity:
        amount = left
    else:
        amount = min(money.share(sold.total_minor, line.quantity, sold.quantity), left)
    sold.returned += line.quantity
    sold.returned_minor += amount
    return GoodsBack(
        sold.id,
        sold.product_id,
        sold.version_id,
        line.quantity,
        sold.price_minor,
        amount,
        sold.cost_minor,
        line.restock,
        sold.lot,
    )


def book(
    draft: BookedReturn,
    products: Mapping[int | str, Any],
    channels: Mapping[int | str, Any],
    locations: Mapping[int | str, Any],
    now_ms: int,
    zone: Zone,
) -> GoodsReturn | Problem:
    """The return that a draft without a known sale asks for, or Invalid with every field at fault."""
    errors: list[FieldError] = []
    at = now_ms if draft.returned_ms is None else draft.returned_ms
    if at > now_ms + MOST_AHEAD_MS:
        errors.append(FieldError("/returned_at", "in_the_future", "This lies more than five minutes ahead."))
    channel = channels.get(draft.channel if draft.channel is not None else "online")
    if channel is None:
        errors.append(FieldError("/channel", "unknown", f"There is no channel {draft.channel}."))
    location = None if draft.location is None else locations.get(draft.location)
    if draft.location is not None and location is None:
        errors.append(FieldError("/location", "unknown", f"There is no location {draft.location}."))
    lines = []
    for index, line in enumerate(draft.lines):
        product = products.get(line.product)
        if product is None:
            errors.append(FieldError(f"/lines/{index}/product_id", "unknown", f"There is no product {line.product}."))
            continue
        price = product["price_minor"] if line.price_minor is None else line.price_minor
        restock = draft.restock[index] if index < len(draft.restock) else True
        lines.append(
            GoodsBack(
                None,
                product["id"],
                product["version_id"],
                line.quantity,
                price,
                price * line.quantity,
                product["cost_minor"],
                restock,
                line.lot,
            )
        )
    if errors or channel is None:
        return Invalid("", *errors)
    region = draft.region if draft.region is not None else (location["region"] if location is not None else None)
    return GoodsReturn(
        at,
        zone.day_of(at),
        *zone.hour_of(at),
        channel["id"],
        lines,
        None,
        location["id"] if location is not None else None,
        region,
        draft.external_id,
        None,
        draft.reason,
        draft.note,
    )


# ---- Notes ----

SOUGHT = 200  # signs of a search at most


def words_of(note: str) -> list[str]:
    """What stands between the spaces of a note, each once: whatever of a search has no space lies within one of these.

    What is longer than twice a search comes in pieces of that length that overlap by the length of a search.
    """
    pieces = (
        word[start : start + 2 * SOUGHT]
        for word in note.split()
        for start in range(0, max(len(word) - SOUGHT, 1), SOUGHT)
    )
    return list(dict.fromkeys(pieces))
