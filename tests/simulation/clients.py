"""What clients and tills think of: requests at random, most of them good, some to be refused."""

from decimal import Decimal
from random import Random
from typing import Any

from tests.simulation.asks import Ask
from tests.simulation.facts import CHANNELS, Order, Product, stamp
from tests.simulation.model import Ledger

MINUTE_MS, DAY_MS = 60_000, 86_400_000
CATEGORIES = ("Drinks", "Drinks/Cold", "Food", "Food/Sweet/Cake", None)
REASONS = ("too small", "correction", None)


class Clients:
    """Makes requests for the shop as it is. straight: the clock has never been put back."""

    def __init__(self, dice: Random, ledger: Ledger) -> None:
        self.dice, self.ledger = dice, ledger
        self.straight = True
        self.now_ms = 0
        self._count = 0

    def think(self) -> Ask:
        """The next request."""
        makers = [self._order] * 9 + [self._batch] * 3 + [self._return] * 4 + [
            self._booked, self._price, self._move, self._stock, self._stock, self._product, self._again,
        ]  # fmt: skip
        if self.dice.random() < 0.04:
            makers = [self._archive, self._location]
        return self.dice.choice(makers)()

    def key(self, likely: float = 0.7) -> str | None:
        """A new Idempotency-Key, or none."""
        self._count += 1
        return f"key-{self._count}" if self.dice.random() < likely else None

    # ---- Sales ----

    def _order(self) -> Ask:
        key = self.key()
        return Ask("order", "POST", "/orders", self.draft(key), key)

    def draft(self, key: str | None) -> dict[str, Any]:
        """An order in its short or its long form."""
        dice = self.dice
        lines = [self._line() for _ in range(dice.choice((1, 1, 1, 2, 4)))]
        said: dict[str, Any] = lines[0] if len(lines) == 1 and dice.random() < 0.7 else {"lines": lines}
        for name, likely, values in (
            ("channel", 0.3, CHANNELS), ("location", 0.25, tuple(self.ledger.locations)), ("payment", 0.2, ("cash", "card")),
            ("note", 0.1, ("by hand",)), ("region", 0.1, ("GB-BNH", "FR")), ("external_id", 0.2, range(30)),
        ):  # fmt: skip
            if dice.random() < likely:
                value = dice.choice(values)
                said[name] = f"X-{value}" if name == "external_id" else value
        if dice.random() < 0.3:
            said["placed_at"] = stamp(self._earlier(lines, key))
        return self._spoilt(said) if dice.random() < 0.12 else said

    def _line(self) -> dict[str, Any]:
        product = self._a_product()
        line: dict[str, Any] = {
            "product_id": product.id if self.dice.random() < 0.3 else product.sku,
            "quantity": self.dice.choice((1, 1, 2, 3, 3, 7)),
        }
        if self.dice.random() < 0.5:
            line["price"] = self._amount(1, 9_999)
        if self.dice.random() < 0.25:
            line["discount"] = self._amount(0, 120)
        return line

    def _earlier(self, lines: list[dict[str, Any]], key: str | None) -> int:
        back = self.dice.choice((30_000, 90_000, 40 * MINUTE_MS, 4 * 60 * MINUTE_MS, 3 * DAY_MS, 40 * DAY_MS))
        at = self.now_ms - self.dice.randint(0, back)
        if self.dice.random() < 0.1:
            at = self.now_ms + self.dice.randint(1, 6 * MINUTE_MS)
        for line in lines:
            product = self.ledger.product(line["product_id"])
            # What something cost before the shop had it, or in an hour that comes twice, only the till knows; and what is
            # sent again may come after such an hour.
            doubtful = key is not None or not self.straight or product is None or at < product.prices[0][0]
            if "price" not in line and doubtful:
                line["price"] = self._amount(1, 9_999)
        return at

    def _spoilt(self, said: dict[str, Any]) -> dict[str, Any]:
        line = said["lines"][0] if "lines" in said else said
        name, value = self.dice.choice(
            [("product_id", "NO-SUCH"), ("quantity", 0), ("discount", Decimal(900_000)), ("quantity", 900)]
        )
        line[name] = value
        return said

    def _batch(self) -> Ask:
        whole = self.dice.random() < 0.5
        key = self.key(0.6)
        drafts = [self.draft(key) for _ in range(self.dice.randint(1, 6))]
        return Ask("batch", "POST", f"/orders/batch{'?atomic=1' * whole}", drafts, key)

    # ---- Returns ----

    def _return(self) -> Ask:
        if not self.ledger.orders:
            return self._order()
        order = self.dice.choice(list(self.ledger.orders.values())[-12:])
        said: dict[str, Any] = {"lines": self._backs(order)}
        if self.dice.random() < 0.5:
            said["reason"] = self.dice.choice(REASONS[:2])
        if self.dice.random() < 0.2:
            said["returned_at"] = stamp(order.placed_ms + self.dice.randint(-5_000, 3 * DAY_MS))
        order_id = order.id if "returned_at" in said or self.dice.random() < 0.97 else 999_999
        return Ask("return", "POST", f"/orders/{order_id}/returns", said, self.key())

    def _backs(self, order: Order) -> list[dict[str, Any]]:
        lines = self.dice.sample(order.lines, self.dice.randint(1, len(order.lines)))
        backs: list[dict[str, Any]] = []
        for line in lines:
            left = line.quantity - line.back_units
            units = left if self.dice.random() < 0.4 else self.dice.randint(1, max(left, 1))
            back: dict[str, Any] = {"line_id": line.id, "quantity": max(units, 1)}
            if self.dice.random() < 0.4:
                back["restock"] = self.dice.random() < 0.5
            backs.append(back)
        return backs

    def _booked(self) -> Ask:
        lines = [
            {"product_id": self._a_product().sku, "quantity": self.dice.randint(1, 3), "price": self._amount(1, 5_000)}
            for _ in range(self.dice.randint(1, 2))
        ]
        return Ask("booked", "POST", "/returns", {"channel": self.dice.choice(CHANNELS), "lines": lines}, self.key())

    # ---- Catalogue and stock ----

    def _product(self) -> Ask:
        number = self.dice.randint(1, len(self.ledger.products) + 3)
        said = {"sku": f"SKU-{number}", "name": f"Thing {number}", "price": self._amount(0, 9_999)}
        category = self.dice.choice(CATEGORIES)
        if category is not None:
            said["category"] = category
        if self.dice.random() < 0.6:
            said["stock"] = self.dice.choice((0, 5, 20, 2_000))
        if self.dice.random() < 0.4:
            said["oversell"] = self.dice.random() < 0.6
        return Ask("product", "POST", "/products", said, self.key())

    def _price(self) -> Ask:
        return Ask("patch", "PATCH", f"/products/{self._a_product().sku}", {"price": self._amount(0, 9_999)})

    def _move(self) -> Ask:
        said = {"name": f"Named {self.dice.randint(1, 4)}"}
        if self.dice.random() < 0.7:
            said["category"] = self.dice.choice(CATEGORIES[:-1])
        return Ask("patch", "PATCH", f"/products/{self._a_product().sku}", said)

    def _archive(self) -> Ask:
        return Ask("archive", "DELETE", f"/products/{self._a_product().sku}")

    def _stock(self) -> Ask:
        said: dict[str, Any] = self.dice.choice(
            [{"count": self.dice.randint(0, 50)}, {"change": self.dice.choice((-9, -2, 6, 40))}]
        )
        if self.dice.random() < 0.3:
            said["location"] = self.dice.choice(list(self.ledger.locations))
        return Ask("stock", "POST", f"/products/{self._a_product().sku}/stock", said, self.key())

    def _location(self) -> Ask:
        code = f"place-{self.dice.randint(1, 3)}"
        return Ask("location", "POST", "/locations", {"code": code, "name": code, "region": "GB-LND"}, self.key())

    def _again(self) -> Ask:
        """A key of earlier, with the same or with other content."""
        if not self.ledger.keys:
            return self._order()
        key = self.dice.choice(list(self.ledger.keys))
        method, path, content = self.ledger.keys[key][0]
        verb = self._verb(path)
        ask = Ask(verb, method, path, content, key)
        if ask.dated and not self.straight:
            return self._order()
        if verb == "order" and self.dice.random() < 0.3:
            return ask.with_content({**content, "note": "other content"})
        return ask

    @staticmethod
    def _verb(path: str) -> str:
        name = path.partition("?")[0]
        plain = {"/orders": "order", "/orders/batch": "batch", "/returns": "booked", "/products": "product"}
        return plain.get(name) or next(
            verb
            for end, verb in (("/returns", "return"), ("/stock", "stock"), ("/locations", "location"))
            if name.endswith(end)
        )

    def _a_product(self) -> Product:
        return self.dice.choice(list(self.ledger.products.values()))

    def _amount(self, least: int, most: int) -> Decimal:
        return self.ledger.money(self.dice.randint(least, most))

    def rows(self) -> list[list[str]]:
        """Rows of a file of sales: sku, quantity, price, date, invoice; some with a price that is none."""
        dice, rows = self.dice, []
        known = [one for one in self.ledger.products.values() if not one.archived]
        for number in range(dice.randint(3, 25)):
            invoice = f"F{self._count}-{number // dice.choice((1, 2, 3))}"
            price = format(self._amount(1, 9_999), "f") if dice.random() < 0.93 else "cheap"
            at = stamp(self.now_ms - dice.randint(0, 20 * DAY_MS))
            rows.append([dice.choice(known).sku, str(dice.randint(1, 9)), price, at, invoice])
        self._count += 1
        return rows
