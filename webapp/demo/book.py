"""Enters the days of the sample shop into the ledger by the shop's own verbs, each day as if it were its evening."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.customers import actions as customers
from webapp.db.tx import Tx
from webapp.demo import dao, people, plan, truths
from webapp.demo.demand import Line, Sale
from webapp.demo.history import Day, Return
from webapp.demo.stockroom import Delivery
from webapp.errors import Problem
from webapp.orders import actions as orders
from webapp.orders.shapes import drafts
from webapp.products import actions as products
from webapp.products import dao as products_dao
from webapp.products.shapes import ChangedProduct, NewProduct
from webapp.shop import actions as shop
from webapp.shop import dao as shop_dao
from webapp.shop.shapes import NewLocation
from webapp.stock import actions as stock
from webapp.stock.rules import Entry

# What a shop is called that nobody has given a name.
NAMELESS = "Takings"


@dataclass
class Book:
    """What entering needs to know: when the shop opened, and the ids under which the ledger keeps its things."""

    first_day: int
    seed: int = plan.SEED
    goods: dict[int, Any] = field(default_factory=dict)
    channels: dict[str, int] = field(default_factory=dict)
    locations: dict[str, int] = field(default_factory=dict)

    def open(self, tx: Tx, items: Sequence[int]) -> list[int]:
        """The places exist and the settings of the sample shop are kept. items: the moment of opening, one."""
        real_ms, tx.now_ms = tx.now_ms, items[0]
        known = {row["code"] for row in shop_dao.find_locations(tx)}
        places = [place for place in plan.PLACES if place.location is not None and place.location not in known]
        shop.create_locations(
            tx,
            [
                NewLocation.model_construct(
                    code=place.location, name=place.name, region=place.region, latitude=place.latitude,
                    longitude=place.longitude, time_zone="Europe/London",
                )
                for place in places
            ],
        )  # fmt: skip
        dao.keep_setting(tx, dao.FIRST_DAY, str(self.first_day))
        dao.keep_setting(tx, dao.SEED, str(self.seed))
        if dao.find_setting(tx, "name") == NAMELESS:
            shop_dao.update_setting(tx, "name", plan.SHOP)
        tx.now_ms = real_ms
        return list(items)

    def enter(self, tx: Tx, days: Sequence[Day]) -> list[int]:
        """The days are in the ledger; how many sales each had."""
        self._look(tx)
        real_ms, counts = tx.now_ms, []
        try:
            for day in days:
                counts.append(self._enter(tx, day, real_ms))
        finally:
            tx.now_ms = real_ms
        return counts

    def _look(self, tx: Tx) -> None:
        self.channels = {row["code"]: row["id"] for row in shop_dao.find_channels(tx)}
        self.locations = {row["code"]: row["id"] for row in shop_dao.find_locations(tx)}
        numbers = {product.sku: number for number, product in enumerate(plan.products())}
        _, by_sku = products_dao.find_for_sale(tx, (), list(numbers))
        self.goods = {numbers[sku]: row for sku, row in by_sku.items()}

    def _enter(self, tx: Tx, day: Day, real_ms: int) -> int:
        begins_ms, ends_ms = tx.zone.bounds(day.day)
        tx.now_ms = min(begins_ms, real_ms)
        self._bring(tx, day)
        tx.now_ms = min(ends_ms - 1, real_ms)
        entered = self._sell(tx, day.sales)
        orders.return_goods(tx, [_return(back) for back in day.returns if back.sale.order_id])
        return entered

    # ---- Goods ----

    def _bring(self, tx: Tx, day: Day) -> None:
        offset = day.day - self.first_day
        fresh = [
            number for number, product in enumerate(plan.products())
            if number not in self.goods and truths.launched(product.sku, offset) > 0
        ]  # fmt: skip
        if fresh:
            opening = {each.product: each.change for each in day.deliveries if each.location == plan.WAREHOUSE}
            products.create_products(tx, [_new(number, offset, opening) for number in fresh])
        steps = [change for change in truths.PRICE_CHANGES if offset and offset in dict(change.steps)]
        if steps:
            wanted = [(change.sku, truths.price_minor(change.sku, offset)) for change in steps]
            products.change_products(
                tx, [products.Change(sku, ChangedProduct.model_construct(price=price)) for sku, price in wanted]
            )
        if fresh or steps:
            self._look(tx)
        stock.enter(tx, [
            Entry(self.goods[each.product]["id"], self.locations[each.location], each.change, reason="delivery",
                  lot=truths.lot(plan.products()[each.product].sku, offset))
            for each in day.deliveries if self._comes(each, fresh)
        ])  # fmt: skip

    def _comes(self, delivery: Delivery, fresh: list[int]) -> bool:
        opening = delivery.product in fresh and delivery.location == plan.WAREHOUSE
        return not opening and delivery.product in self.goods and delivery.location in self.locations

    # ---- Sales ----

    def _sell(self, tx: Tx, sales: Sequence[Sale]) -> int:
        sales = [sale for sale in sales if all(self._sellable(line) for line in sale.lines)]
        named = [sale for sale in sales if sale.customer is not None]
        ids = customers.know(tx, [{"code": people.code(sale.customer or 0)} for sale in named])
        buyers = {id(sale): customer_id for sale, customer_id in zip(named, ids, strict=True)}
        line_id = tx.next("order_line", 0)
        results = orders.enter_sales(tx, [self._draft(sale, buyers.get(id(sale))) for sale in sales])
        entered = 0
        for sale, result in zip(sales, results, strict=True):
            if not isinstance(result, Problem):
                sale.order_id, sale.first_line_id = result["id"], line_id
                line_id += len(sale.lines)
                entered += 1
        return entered

    def _sellable(self, line: Line) -> bool:
        row = self.goods.get(line.product)
        return row is not None and not row["archived"]

    def _draft(self, sale: Sale, customer_id: int | None) -> drafts.Sale:
        place = self.locations[sale.place.location or plan.WAREHOUSE]
        lines, takes = [], []
        for line in sale.lines:
            row = self.goods[line.product]
            price = row["price_minor"]  # the plan's, unless somebody changed it
            discount = line.quantity * price * truths.DISCOUNT_PERCENT // 100 if line.discount else 0
            lines.append(
                drafts.SaleLine(
                    row["id"], row["version_id"], line.quantity, price, discount, line.quantity * price - discount,
                    row["cost_minor"], line.lot,
                )
            )  # fmt: skip
            if row["tracked"]:
                takes.append((row["id"], place, line.quantity))
        return drafts.Sale(
            sale.placed_ms, sale.day, sale.hour_ms, sale.hour, self.channels[sale.place.channel], lines,
            place if sale.place.location else None, sale.region, sale.external_id, customer_id, sale.payment, None,
            takes,
        )  # fmt: skip


def _return(back: Return) -> drafts.ReturnDraft:
    line = drafts.ReturnLineDraft(back.sale.first_line_id + back.line, back.quantity, back.restock)
    return drafts.ReturnDraft(back.sale.order_id, [line], back.reason, back.returned_ms)


def _new(number: int, offset: int, opening: dict[int, int]) -> NewProduct:
    product = plan.products()[number]
    reorder = max(6, round(product.pace * truths.UNITS_PER_LINE * 2)) if product.tracked else None
    return NewProduct.model_construct(
        sku=product.sku, name=product.name, price=truths.price_minor(product.sku, offset), category=product.category,
        brand=product.brand, vendor=product.vendor, cost=product.cost, gtin=product.gtin, price_tier=product.tier,
        stock=opening.get(number, 0) if product.tracked else None, reorder_point=reorder, oversell=product.oversell,
        tags=list(product.tags),
    )  # fmt: skip
