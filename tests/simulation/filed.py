"""Files of sales in a history: brought, cut off by a crash, brought again; each of their rows counts once."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.simulation.facts import AHEAD_MS, parse
from tests.simulation.stepping import Death

if TYPE_CHECKING:
    from tests.simulation.history import History

HEAD = "sku,quantity,price,date,invoice\n"


class Filed:
    """The files of one history. unfinished: those of which a crash cut the import off."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.files: list[list[list[str]]] = []
        self.unfinished: list[int] = []

    def bring(self) -> None:
        """A file is imported: a new one, one that was cut off, or one that was brought before."""
        history, dice = self.history, self.history.dice
        if self.unfinished:
            number = self.unfinished.pop()
        elif self.files and dice.random() < 0.3:
            number = dice.randrange(len(self.files))
        else:
            self.files.append(history.clients.rows())
            number = len(self.files) - 1
        self._import(number, history.death(0.5, 150))

    def finish(self) -> None:
        """Every file is brought to its end."""
        while self.unfinished:
            self._import(self.unfinished.pop(), Death())

    def _import(self, number: int, death: Death) -> None:
        history, rows = self.history, self.files[number]
        path = history.places.folder / f"{history.places.name(history.address)}-{number}.csv"
        path.write_text(HEAD + "\n".join(",".join(row) for row in rows) + "\n")
        node = history.node()
        history.say(f"file {number} of {len(rows)} rows{death}")
        said = [*node.stream("bring", str(path), death)]
        counts = said[0][1] if said else None
        history.stand_up()
        if not said:
            history.died(node)
        if counts is None:
            self.unfinished.append(number)
        self._enter(rows, counts)

    def _enter(self, rows: list[list[str]], counts: dict[str, int] | None) -> None:
        """The model learns which numbers the sales of a file were given, and that each is there once, as in the file."""
        ledger = self.history.ledger
        sales, bad = self._sales(rows)
        known = {order.external_id for order in ledger.orders.values() if order.channel == "online"}
        fresh = [order for order in self._orders() if order["id"] not in ledger.orders]
        for order in sorted(fresh, key=lambda one: one["id"]):
            name = order["external_id"]
            lines = sales.get(name)
            if lines is None or name in known or order["id"] != len(ledger.orders) + 1:
                raise AssertionError(f"an order that no file asked for: {order}")
            known.add(name)
            ledger.seq = order["seq"] - 1
            found = [(ledger.by_sku(sku), int(units), ledger.minor(Decimal(price))) for sku, units, price, *_ in lines]
            ledger.enter(
                parse(lines[0][3]), parse(order["entered_at"]), "online", None, None, (name, None, None),
                [(product, units, price, 0, units * price) for product, units, price in found if product],
            )  # fmt: skip
        ledger.seq = self.history.get("/analytics")["seq"]
        if counts is not None:
            self._count(rows, sales, bad, known, counts)

    def _sales(self, rows: list[list[str]]) -> tuple[dict[str, list[list[str]]], int]:
        sales: dict[str, list[list[str]]] = defaultdict(list)
        latest = self.history.now_ms + AHEAD_MS  # the clock may have been put back since the file was made
        bad = 0
        for row in rows:
            if row[2] == "cheap" or parse(row[3]) > latest:
                bad += 1
            else:
                sales[row[4]].append(row)
        return sales, bad

    def _count(self, rows: Any, sales: Any, bad: int, known: Any, counts: dict[str, int]) -> None:
        if missing := set(sales) - known:
            raise AssertionError(f"a file was read to its end, and of its sales are missing: {sorted(missing)[:5]}")
        told = counts["imported"] + counts["repeated"] + counts["rejected"]
        if (counts["rows"], told) != (len(rows), len(rows)):
            raise AssertionError(f"of {len(rows)} rows, {bad} of them bad, these are told: {counts}")

    def _orders(self) -> list[dict[str, Any]]:
        found, address = [], "/orders?limit=500"
        while address:
            page = self.history.get(address)
            found += page["items"]
            address = page["next"]
        return found
