"""A batch of orders is made ready before its turn to write, by what a snapshot shows; in its turn it is only looked whether that holds.

The lock is held for less: products and prices were found, orders resolved, rows and figures laid out before. Where
anything that counts has changed meanwhile, the batch goes the way of all orders, which tells each what is wrong with it.
"""

from collections.abc import Sequence
from typing import Any

from webapp.customers import actions as customers
from webapp.db.tx import Tx
from webapp.errors import Problem
from webapp.live import outbox
from webapp.metrics import rollups, versions
from webapp.orders import dao, rules
from webapp.orders.actions import find_goods, place_orders, references, shelf
from webapp.orders.actions_enter import Placed, Results
from webapp.orders.actions_laid import Laid
from webapp.orders.shapes import OrderDraft, Sale
from webapp.stock import actions as stock
from webapp.stock import dao as levels

_CUSTOMER = 7  # the column of orders behind their day


class _Present:
    """A snapshot with a present, as a shelf is made from."""

    def __init__(self, tx: Any, now_ms: int) -> None:
        self.execute, self.connection, self.zone, self.now_ms = tx.execute, tx.connection, tx.zone, now_ms


class Ready:
    """A batch that is made ready: `resolve` some drafts after the others, `lay_out`, then `place` once in its turn.

    Made only of many drafts, of an amount that needs no look at the sums of all time, on a database of this process; the
    others go the way of all orders in any case (`pays`).
    """

    def __init__(self, tx: Any, drafts: Sequence[OrderDraft], now_ms: int) -> None:
        seen = _Present(tx, now_ms)
        self.now_ms, self.zone, self.drafts = now_ms, tx.zone, drafts
        self.named = references(drafts)
        self.goods = find_goods(seen, self.named)
        self.shelf = shelf(seen, drafts, self.goods)
        self.stands = versions.look(tx, [good.version_id for good in self.shelf.products_by_id.values()])
        self.sales: list[Sale] = []
        self.buyers: list[int] = []
        self.fits = True
        self.is_of_now = False

    @staticmethod
    def pays(drafts: Sequence[OrderDraft]) -> bool:
        """Whether it is worth it for these, on a database of this process."""
        return dao.go_by_columns(len(drafts)) and not rules.are_many(drafts)

    def resolve(self, drafts: Sequence[OrderDraft]) -> None:
        """Resolve the next drafts. Where one is refused, the whole batch goes the way of all orders."""
        for draft in drafts if self.fits else ():
            try:
                sale = rules.resolve(draft, self.shelf, len(self.sales))
            except Problem:
                self.fits = False
                return
            if draft.customer:
                self.buyers.append(len(self.sales))
            self.sales.append(sale)

    def lay_out(self) -> bool:
        """Make rows and figures of what was resolved; False where it is not fit for that."""
        dated = [draft.placed_ms for draft in self.drafts if draft.placed_ms is not None]
        self.is_of_now = not dated
        # Sales of the last three hours count by the second, whose rows are dropped meanwhile.
        if not self.fits or (
            dated and (len(dated) < len(self.drafts) or max(dated) >= self.now_ms - rollups.KEPT_S * 1000)
        ):
            return False
        laid = Laid(self.sales)
        laid.count(self.stands)
        self.figures: rollups.Buffer | None = laid.figures
        self.demand: dict[tuple[int, int], int] = {}
        taken: list[tuple[int, int, int, int]] = []
        owners: list[int] = []
        for number, sale in enumerate(self.sales):
            owners += [number] * len(sale.lines)
            for product_id, location_id, quantity in sale.takes:
                self.demand[product_id, location_id] = self.demand.get((product_id, location_id), 0) + quantity
                taken.append((number, product_id, location_id, -quantity))
        self.counted = sorted({product_id for product_id, _ in self.demand})
        self.external_ids = [sale.external_id for sale in self.sales if sale.external_id is not None]
        self.placed = [sale.placed_ms for sale in self.sales]
        self.orders = dao.columns_of([
            (sale.day, sale.hour_ms, sale.hour, sale.channel_id, sale.location_id, sale.region, sale.external_id, None,
             sale.payment, sale.note, sale.total_minor, len(sale.lines))
            for sale in self.sales
        ])  # fmt: skip
        self.owners, self.lines = owners, dao.columns_of(laid.lines)
        self.takes = stock.Takes(*map(list, zip(*taken, strict=True))) if taken else stock.Takes([], [], [], [])
        return True

    def place(self, tx: Tx, drafts: list[Any]) -> Results:
        """The verb: as `place_orders`, of these very drafts."""
        found = self._found(tx) if len(drafts) == len(self.sales) else None
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
        count, lines = len(drafts), len(self.owners)
        order_id, line_id = tx.next("orders", count), tx.next("order_line", lines)
        seq = outbox.append(tx, "orders", "placed", order_id, count)
        placed: Any = tx.now_ms if self.is_of_now else self.placed
        ids, seqs = range(order_id, order_id + count), range(seq, seq + count)
        dao.insert_order_columns(tx, (ids, seqs, placed, tx.now_ms, *columns), count)
        owners = ids if lines == count else [order_id + number for number in self.owners]
        dao.insert_line_columns(tx, (range(line_id, line_id + lines), owners, *self.lines), lines)
        stock.take_many(tx, self.takes, order_id, seq, placed, found)
        if self.is_of_now:
            figures.happen_at(tx.now_ms)
        rollups.add(tx, figures)
        return [Placed(id=one, seq=its) for one, its in zip(ids, seqs, strict=True)]

    def _found(self, tx: Tx) -> stock.Levels | None:
        """The levels of the goods, where all that the batch was resolved by is as it was; None where it is not.

        Channels, places and the prices of days gone by do not change: there are only more of them.
        """
        known = self.shelf
        if tx.zone is not self.zone or tx.now_ms < self.now_ms:
            return None
        if self.is_of_now and known.moment(tx.now_ms) != known.moment(self.now_ms):
            return None
        if find_goods(tx, self.named) != self.goods or dao.find_taken(tx, self.external_ids):
            return None
        found = levels.find_levels(tx, self.counted) if self.counted else {}
        for place, quantity in self.demand.items():
            if found.get(place, 0) < quantity and not known.products_by_id[place[0]].oversell:
                return None
        return found
