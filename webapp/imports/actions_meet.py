"""Products and customers that a file names: found in the shop, or made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.customers import actions as customers
from webapp.imports import dao
from webapp.imports.rules.batches import Known, Product, Stand
from webapp.imports.rules.lines import Line
from webapp.products import actions as products
from webapp.products import dao as catalogue
from webapp.products.shapes import ChangedProduct, NewProduct


@dataclass(slots=True)
class Newcomers:
    """Products of a file that the shop does not know yet, each by the first line that names it. tried: as of a batch."""

    context: Any
    known: Known
    firsts: Sequence[Line]
    tried: bool = False


def meet(tx: Any, items: Sequence[Newcomers]) -> list[int]:
    """The shop has these products, before the rows that need them are entered; results and errors as of `enter`."""
    for item in items:
        item.context.keep(tx)
        known = Catalogue(tx, item.known, anew=item.tried)
        item.tried = True
        known.need(item.firsts, ())
    return [int(tx.next("seq", 0)) - 1] * len(items)


class Catalogue:
    """What is known inside one transaction, which finds or makes the rest.

    `changed`: products were changed by somebody else, or a transaction failed whose additions are still known (`anew`);
    then everything is looked up again.
    """

    def __init__(self, tx: Any, known: Known, anew: bool) -> None:
        self.tx = tx
        self.known = known
        self.changed = anew or dao.catalogue_changed(tx, known.seq)
        if self.changed:
            known.forget()
        self.products, self.customers = known.products, known.customers

    def need(self, lines: Iterable[Line], codes: Iterable[str | None]) -> None:
        """Find or make every product and customer of these lines."""
        firsts: dict[str, Line] = {}
        for line in lines:
            if line[2] not in self.products:
                firsts.setdefault(line[2], line)
        if firsts:
            self._find(list(firsts))
            self._make([line for sku, line in firsts.items() if sku not in self.products])
        unknown = [code for code in dict.fromkeys(codes) if code is not None and code not in self.customers]
        if unknown:
            ids = customers.know(self.tx, [{"code": code} for code in unknown])
            self.customers.update(zip(unknown, ids, strict=True))

    def _find(self, skus: list[str]) -> None:
        _, rows = catalogue.find_for_sale(self.tx, (), skus)
        for sku, row in rows.items():
            self.products[sku] = (row["id"], row["version_id"], row["cost_minor"], bool(row["tracked"]))

    def _make(self, firsts: list[Line]) -> None:
        if firsts:
            products.add_products(self.tx, [_new_product(line) for line in firsts])
            self._find([line[2] for line in firsts])

    def version(self, product: Product, stand: Stand) -> int:
        """The version of a product that stood there, made when there was none."""
        found = self.known.versions.get((product[0], stand))
        if found is None:
            found = self.known.versions[product[0], stand] = self._version(product, stand)
        return found

    def _version(self, product: Product, stand: Stand) -> int:
        rows = dao.find_versions(self.tx, [product[0]])
        for row in reversed(rows):
            if _stands(row, stand):
                return int(row["id"])
        # The row tells of another time: the product stands there for a moment, and then where it stood.
        now = next(row for row in rows if row["id"] == product[1])
        name = stand[0] or now["name"]
        self._move(product[0], name, stand[1:])
        made = dao.find_versions(self.tx, [product[0]])[-1]["id"]
        self._move(product[0], now["name"], (now["category"], now["brand"], now["vendor"], now["price_tier"]))
        return int(made)

    def _move(self, product_id: int, name: str, stand: tuple[str | None, ...]) -> None:
        places = dict(zip(("category", "brand", "vendor", "price_tier"), stand, strict=True))
        changed = ChangedProduct.model_construct(_fields_set={"name", *places}, name=name, **places)
        products.change_products(self.tx, [products.Change(product_id, changed)])


def _stands(row: Any, stand: Stand) -> bool:
    name, *places = stand
    same = [row["category"], row["brand"], row["vendor"], row["price_tier"]] == places
    return same and (name is None or row["name"] == name)


def _new_product(line: Line) -> NewProduct:
    more = line[9] or (None,) * 5
    return NewProduct.model_construct(
        sku=line[2], name=line[3] or line[2], price=line[5], category=more[1], brand=more[2], vendor=more[3],
        price_tier=more[4], cost=line[8],
    )  # fmt: skip
