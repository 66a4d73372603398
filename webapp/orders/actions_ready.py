"""A batch of orders is made ready before its turn to write, by what a snapshot shows; in its turn it is only looked whether that holds.

The lock is held for less: products and prices were found, orders resolved, rows and figures laid out before. Where
anything that counts has changed meanwhile, the batch goes the way of all orders, which tells each what is wrong with it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from webapp.customers import actions as customers
from webapp.db.tx import Tx
from webapp.live import outbox
from webapp.metrics import rollups, versions
from webapp.orders import dao, rules
from webapp.orders.actions import find_goods, place_orders, references, shelf
from webapp.orders.actions_enter import Results
from webapp.orders.actions_laid import NEVER
from webapp.orders.shapes import Draft, DraftLine, SaleLine
from webapp.stock import actions as stock
from webapp.stock import dao as levels

Basket = int | tuple[int, ...]  # the numbers of an order's lines
_CUSTOMER = 7  # the column of orders behind their day


class _Present:
    """A snapshot with a present, as a shelf is made from."""

    def __init__(self, tx: Any, now_ms: int) -> None:
        self.execute, self.connection, self.zone, self.now_ms = tx.execute, tx.connection, tx.zone, now_ms


class Ready:
    """A batch that is made ready: `resolve` some drafts after the others, `lay_out`, then `place` once in its turn.

    Made only of many drafts, of an amount that needs no look at the sums of all time, on a database of this process; the
    others go the way of all orders in any case (`pays`).

    Many orders of a batch ask for the same goods at the same place: each place and each line is resolved once and has a number,
    and what orders that are alike add to the figures is reckoned once for all of them.
    """

    def __init__(self, tx: Any, drafts: Sequence[Draft], now_ms: int) -> None:
        seen = _Present(tx, now_ms)
        self.now_ms, self.zone, self.drafts = now_ms, tx.zone, drafts
        self.named = references(drafts)
        self.goods = find_goods(seen, self.named)
        self.shelf = shelf(seen, drafts, self.goods)
        self.stands = versions.look(tx, [good.version_id for good in self.shelf.products_by_id.values()])
        self.fits = True
        self.times: list[int | None] = []  # by order, as what follows
        self.places: list[rules.Place] = []
        self.totals: list[int] = []
        self.baskets: list[Basket] = []
        self.buyers: list[int] = []
        self.external: set[tuple[int, str]] = set()
        self.sold: list[SaleLine] = []  # each kind of line once, by number
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._known: dict[tuple[Any, ...], rules.Place] = {}

    @staticmethod
    def pays(drafts: Sequence[Draft]) -> bool:
        """Whether it is worth it for these, on a database of this process."""
        return dao.go_by_columns(len(drafts)) and not rules.are_many(drafts)

    def resolve(self, drafts: Sequence[Draft]) -> None:
        """Resolve the next drafts. Where one is refused, the whole batch goes the way of all orders."""
        if self.fits:
            self.fits = self._resolve(drafts)

    def _resolve(self, drafts: Sequence[Draft]) -> bool:
        """The drafts as orders: when, where, and the numbers of their lines. False where one is not fit for that."""
        known, numbers_of, sold = self._known, self._numbers, self.sold
        of: list[tuple[rules.Place, Basket]] = []
        for draft in drafts:
            placed = draft.placed_ms
            where = (draft.channel, draft.location, draft.region)
            place = known.get(where) or self._place(where, draft)
            if place is None or (draft.external_id is not None and not self._is_new(place[0], draft.external_id)):
                return False
            numbers, total = [], 0
            lines: Sequence[DraftLine] = draft.lines
            for line in lines:
                price = line.price_minor
                asked = (
                    line.product,
                    line.quantity,
                    price,
                    line.discount_minor,
                    line.lot,
                    placed if price is None else None,
                )
                number = numbers_of.get(asked, -1)
                if number < 0 and (number := self._number(asked, draft, line)) < 0:
                    return False
                numbers.append(number)
                total += sold[number].total_minor
            basket = numbers[0] if len(numbers) == 1 else tuple(numbers)
            if draft.customer:
                self.buyers.append(len(self.totals))
            self.totals.append(total)
            of.append((place, basket))
        self.times += [draft.placed_ms for draft in drafts]
        self.places += [place for place, _ in of]
        self.baskets += [basket for _, basket in of]
        return True

    def _place(self, where: tuple[Any, ...], draft: Draft) -> rules.Place | None:
        place = rules.place_of(draft, self.shelf, [])
        if place is not None:
            self._known[where] = place
        return place

    def _is_new(self, channel_id: int, external_id: str) -> bool:
        name = (channel_id, external_id)
        if name in self.shelf.taken or name in self.external:
            return False
        self.external.add(name)
        return True

    def _number(self, asked: tuple[Any, ...], draft: Draft, line: DraftLine) -> int:
        """The number of a kind of line that was not asked for before; below nothing where it cannot be sold."""
        sold = rules.sell_line(draft, 0, line, self.shelf, [])
        if sold is None:
            return -1
        number = self._numbers[asked] = len(self.sold)
        self.sold.append(sold)
        return number

    def lay_out(self) -> bool:
        """Make rows and figures of what was resolved; False where it is not fit for that."""
        dated = [at for at in self.times if at is not None]
        # Sales of the last three hours count by the second, whose rows are dropped meanwhile.
        if not self.fits or (
            dated and (len(dated) < len(self.times) or max(dated) >= self.now_ms - rollups.KEPT_S * 1000)
        ):
            return False
        self.is_of_now = not dated
        moments = [self.shelf.moment(at) for at in dated or (self.now_ms,)]
        self.figures: rollups.Buffer | None = rollups.Buffer()
        self.figures.add_sales(self._facts(moments if dated else moments * len(self.times)), NEVER)
        self.figures.count(self.stands)
        self.figures.lay_out()
        counts = [len(_numbers(basket)) for basket in self.baskets]
        self.orders = [
            *dao.columns_of(moments), *dao.columns_of(self.places)[:3],
            dao.column_of([draft.external_id for draft in self.drafts]), None,
            dao.column_of([draft.payment for draft in self.drafts]),
            dao.column_of([draft.note for draft in self.drafts]), dao.column_of(self.totals),
            dao.column_of(counts),
        ]  # fmt: skip
        self._lay_lines(counts)
        self._lay_takes()
        return True

    def _facts(self, moments: Sequence[tuple[int, int, int]]) -> Iterator[rollups.SaleFact]:
        """What the figures hear of these orders, of those that are alike in one; the second of none of them counts."""
        for (moment, place, basket), orders in Counter(zip(moments, self.places, self.baskets, strict=True)).items():
            lines = []
            for number in _numbers(basket):
                line = self.sold[number]
                units, cost = line.quantity * orders, line.cost_minor
                lines.append(
                    (line.version_id, units, line.total_minor * orders, None if cost is None else cost * units)
                )
            yield rollups.SaleFact(0, self.now_ms, *moment, *place[:3], lines, orders)

    def _lay_lines(self, counts: Sequence[int]) -> None:
        """Rows of lines, as columns, and the order of each, from 0; None where each order has one."""
        numbers = [number for basket in self.baskets for number in _numbers(basket)]
        self.owners: list[int] | None = None
        if len(numbers) > len(counts):
            self.owners = [order for order, count in enumerate(counts) for _ in range(count)]
        self.lines = [
            [column[number] for number in numbers] if isinstance(column, list) else column
            for column in dao.columns_of(self.sold)
        ]
        self.line_count = len(numbers)

    def _lay_takes(self) -> None:
        """What is taken from the shelf, by order and together."""
        goods = self.shelf.products_by_id
        of = [(line.product_id, line.quantity) if goods[line.product_id].tracked else None for line in self.sold]
        orders: list[int] = []
        places: list[tuple[int, int]] = []
        quantities: list[int] = []
        for order, (basket, place) in enumerate(zip(self.baskets, self.places, strict=True)):
            takes: Sequence[tuple[int, int] | None]
            if isinstance(basket, int):
                takes = (of[basket],)
            else:
                takes = _together([take for number in basket if (take := of[number]) is not None])
            for take in takes:
                if take is not None:
                    orders.append(order)
                    places.append((take[0], place[3]))
                    quantities.append(take[1])
        self.takes = stock.takes_of(orders, places, quantities)
        self.demand = {place: -fallen for place, fallen in zip(places, self.takes.fallen, strict=True)}
        self.counted = sorted({product_id for product_id, _ in self.demand})

    def place(self, tx: Tx, drafts: list[Any]) -> Results:
        """The verb: as `place_orders`, of these very drafts."""
        found = self._found(tx) if len(drafts) == len(self.times) else None
        figures, self.figures = self.figures, None  # they are used up
        if found is None or figures is None:
            return place_orders(tx, drafts)
        columns = list(self.orders)
        if self.buyers:
            known = customers.know(tx, [drafts[number].customer for number in self.buyers])
            of_orders: list[int | None] = [None] * len(drafts)
            columns[_CUSTOMER] = of_orders
            for number, customer_id in zip(self.buyers, known, strict=True):
                of_orders[number] = customer_id
        count, lines = len(drafts), self.line_count
        order_id, line_id = tx.next("orders", count), tx.next("order_line", lines)
        seq = outbox.append(tx, "orders", "placed", order_id, count)
        placed: Any = tx.now_ms if self.is_of_now else self.times
        ids, seqs = range(order_id, order_id + count), range(seq, seq + count)
        dao.insert_order_columns(tx, (ids, seqs, placed, tx.now_ms, *columns), count)
        owners = ids if self.owners is None else [order_id + number for number in self.owners]
        dao.insert_line_columns(tx, (range(line_id, line_id + lines), owners, *self.lines), lines)
        stock.take_many(tx, self.takes, order_id, seq, placed, found)
        if self.is_of_now:
            figures.happen_at(tx.now_ms)
        rollups.add(tx, figures)
        return [{"id": one, "seq": its} for one, its in zip(ids, seqs, strict=True)]

    def _found(self, tx: Tx) -> stock.Levels | None:
        """The levels of the goods, where all that the batch was resolved by is as it was; None where it is not.

        Channels, places and the prices of days gone by do not change: there are only more of them.
        """
        known = self.shelf
        if tx.zone is not self.zone or tx.now_ms < self.now_ms:
            return None
        if self.is_of_now and known.moment(tx.now_ms) != known.moment(self.now_ms):
            return None
        if find_goods(tx, self.named) != self.goods or dao.find_taken(tx, [name for _, name in self.external]):
            return None
        found = levels.find_levels(tx, self.counted) if self.counted else {}
        for place, quantity in self.demand.items():
            if found.get(place, 0) < quantity and not known.products_by_id[place[0]].oversell:
                return None
        return found


def _numbers(basket: Basket) -> tuple[int, ...]:
    return (basket,) if isinstance(basket, int) else basket


def _together(takes: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """Products and quantities, each product once."""
    held: dict[int, int] = {}
    for product_id, quantity in takes:
        held[product_id] = held.get(product_id, 0) + quantity
    return list(held.items())
