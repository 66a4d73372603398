"""What the lines of an import are resolved against: products by exact SKU, their versions, customers by code.

It is remembered from one transaction to the next; what a transaction adds is remembered only when it has committed, and
all is forgotten when somebody else changed the catalogue meanwhile.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from webapp.customers import actions as customers
from webapp.imports import dao
from webapp.imports.lines import Line
from webapp.products import actions as products
from webapp.products import dao as catalogue
from webapp.products.shapes import ChangedProduct, NewProduct

Stand = tuple[str | None, str | None, str | None, str | None, str | None]  # name, category, brand, vendor, price tier


class Product(NamedTuple):
    """What a line needs to know of a product."""

    id: int
    version_id: int
    cost_minor: int | None
    tracked: bool


@dataclass(slots=True)
class Known:
    """What is known: products by SKU, version ids by (product id, where it stood), customer ids by code.

    seq: the last change of the shop that it takes into account. anew: what was known of products before is out of date.
    """

    products: dict[str, Product] = field(default_factory=dict)
    versions: dict[tuple[int, Stand], int] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    seq: int = 0
    anew: bool = False

    def take(self, other: "Known") -> None:
        """Remember what a committed transaction added."""
        if other.anew:
            self.products.clear()
            self.versions.clear()
        self.products.update(other.products)
        self.versions.update(other.versions)
        self.customers.update(other.customers)
        self.seq = other.seq


class Catalogue:
    """Resolves the lines of one transaction; `added` is what to remember once it has committed.

    by_name: a line keeps the name that stands in its row (our own export), not the product's.
    """

    def __init__(self, tx: Any, known: Known, by_name: bool) -> None:
        self.tx = tx
        self.by_name = by_name
        changed = dao.catalogue_changed(tx, known.seq)
        self._known = Known(customers=known.customers) if changed else known
        self.added = Known(anew=changed)

    def need(self, lines: Iterable[Line], codes: Iterable[str]) -> None:
        """Find or make every product and customer of these lines."""
        firsts: dict[str, Line] = {}
        have = self._known.products
        for line in lines:
            sku = line[2]
            if sku not in have and sku not in firsts:
                firsts[sku] = line
        if firsts:
            self._find(list(firsts))
            self._make([line for sku, line in firsts.items() if sku not in self.added.products])
        unknown = [code for code in dict.fromkeys(codes) if code not in self._known.customers]
        if unknown:
            ids = customers.know(self.tx, [{"code": code} for code in unknown])
            self.added.customers.update(zip(unknown, ids, strict=True))

    def _find(self, skus: list[str]) -> None:
        _, found = catalogue.find_for_sale(self.tx, (), skus)
        for sku, row in found.items():
            self.added.products[sku] = Product(row["id"], row["version_id"], row["cost_minor"], bool(row["tracked"]))

    def _make(self, firsts: list[Line]) -> None:
        if firsts:
            products.add_products(self.tx, [_new_product(line) for line in firsts])
            self._find([line[2] for line in firsts])

    def product(self, sku: str) -> Product:
        """The product of a SKU that `need` was told of."""
        return self._known.products.get(sku) or self.added.products[sku]

    def customer(self, code: str | None) -> int | None:
        """The customer of a code that `need` was told of."""
        if code is None:
            return None
        return self._known.customers.get(code) or self.added.customers[code]

    def version(self, product: Product, line: Line) -> int:
        """The product version whose name and place the row has; the product's own where the row says nothing."""
        more = line[9]
        if more is None or not (self.by_name or any(more[1:5])):
            return product.version_id
        stand = (line[3] if self.by_name else None, *more[1:5])
        found = self._known.versions.get((product.id, stand)) or self.added.versions.get((product.id, stand))
        if found is None:
            found = self.added.versions[product.id, stand] = self._version(product, stand)
        return found

    def _version(self, product: Product, stand: Stand) -> int:
        rows = dao.find_versions(self.tx, [product.id])
        for row in reversed(rows):
            if _stands(row, stand):
                return int(row["id"])
        # The row tells of another time: the product stands there for a moment, and then where it stood.
        now = next(row for row in rows if row["id"] == product.version_id)
        name = stand[0] or now["name"]
        self._move(product.id, name, stand[1:])
        made = dao.find_versions(self.tx, [product.id])[-1]["id"]
        self._move(product.id, now["name"], (now["category"], now["brand"], now["vendor"], now["price_tier"]))
        return int(made)

    def _move(self, product_id: int, name: str, stand: tuple[str | None, ...]) -> None:
        places = dict(zip(("category", "brand", "vendor", "price_tier"), stand, strict=True))
        changed = ChangedProduct.model_construct(_fields_set={"name", *places}, name=name, **places)
        products.change_products(self.tx, [products.Change(product_id, changed)])

    def finish(self) -> Known:
        """What to remember once all this has committed."""
        self.added.seq = self.tx.next("seq", 0) - 1
        return self.added


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
