"""A small shop whose sales are written as the orders feature writes them, and told again by hand to compare with."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp import clock
from webapp.db import migrations
from webapp.db.tx import Tx
from webapp.metrics import rollups

NOW = clock.parse_time("2026-11-21T14:37:20.250Z")


@dataclass
class Line:
    """A line sold or taken back, as its moment had it; `cost` is per unit."""

    version: int
    units: int
    amount: int
    cost: int | None = None


@dataclass
class Fact:
    """An order (sale) or a return."""

    sale: bool
    at_ms: int
    lines: Sequence[Line]
    channel: int = 1
    location: int | None = None
    region: str | None = None
    day: int = 0
    hour_ms: int = 0
    hour: int = 0


@dataclass
class Version:
    """What a product was when it was sold."""

    product: int
    category: int | None = None
    brand: int | None = None
    vendor: int | None = None
    price_tier: int | None = None


@dataclass
class Shop:
    """A ledger in memory: categories 1 Drinks > 2 Cold > 3 Iced, 4 Food; three channels; locations main 1, pier 2."""

    zone: clock.Zone
    now_ms: int = NOW
    facts: list[Fact] = field(default_factory=list)
    versions: dict[int, Version] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        migrations.migrate(self.connection, 0)
        for number, code in enumerate(("online", "store", "marketplace"), 1):
            self.run("insert into channel values (?, ?, ?, ?)", number, code, code.title(), code)
        self.run(
            "insert into location (id, code, name, region)"
            " values (1, 'main', 'Main', null), (2, 'pier', 'Pier', 'GB-BNH')"
        )
        for number, parent, name, path in (
            (1, None, "Drinks", "Drinks"), (2, 1, "Cold", "Drinks/Cold"),
            (3, 2, "Iced", "Drinks/Cold/Iced"), (4, None, "Food", "Food"),
        ):  # fmt: skip
            self.run("insert into category values (?, ?, ?, ?)", number, parent, name, path)
        for table in ("brand", "vendor", "price_tier"):
            self.run(f"insert into {table} values (1, '{table} one'), (2, '{table} two')")

    def run(self, statement: str, *values: Any) -> None:
        """Execute a statement."""
        self.connection.execute(statement, values)

    def kept(self, rollup: str) -> list[tuple[Any, ...]]:
        """A rollup's rows as they are kept, in order."""
        return sorted(tuple(row) for row in self.connection.execute(f"select * from {rollup}"))

    def spoil(self, rollup: str, column: str = "orders") -> None:
        """Make every row of a rollup wrong by one."""
        self.run(f"update {rollup} set {column} = {column} + 1")

    @property
    def tx(self) -> Tx:
        """A transaction on it, whose buffers are written by `flush`."""
        return Tx(self.connection, self.now_ms, self.zone, "GBP")

    def product(self, number: int, **where: int | None) -> int:
        """A product, or a new version of it when it is there; the version's id."""
        version = len(self.versions) + 1
        kept = self.versions[version] = Version(number, **where)
        if all(one.product != number for key, one in self.versions.items() if key != version):
            self.run(
                "insert into product (id, sku, name, price_minor, version_id, seq, created_ms, changed_ms)"
                " values (?, ?, ?, 100, ?, 1, 0, 0)", number, f"SKU-{number}", f"Product {number}", version,
            )  # fmt: skip
        self.run(
            "insert into product_version values (?, ?, ?, ?, ?, ?, ?, 0)",
            version, number, f"Product {number}", kept.category, kept.brand, kept.vendor, kept.price_tier,
        )  # fmt: skip
        return version

    def enter(self, *facts: Fact, later: bool = False) -> None:
        """Write facts to the ledger and to the rollups in one transaction. later: as an import does, to be sorted in."""
        tx = self.tx
        if later:
            rollups.sort_later(tx)
        for fact in facts:
            self.write(tx, fact)
        tx.flush()

    def write(self, tx: Tx, fact: Fact) -> None:
        """Write a fact to the ledger and hand it to the rollups of `tx`."""
        fact.day = self.zone.day_of(fact.at_ms)
        fact.hour_ms, fact.hour = self.zone.hour_of(fact.at_ms)
        self.facts.append(fact)
        number = len(self.facts)
        place = (fact.day, fact.hour_ms, fact.hour, fact.channel, fact.location, fact.region)
        total = sum(line.amount for line in fact.lines)
        told = [
            (line.version, line.units, line.amount, None if line.cost is None else line.cost * line.units)
            for line in fact.lines
        ]
        if fact.sale:
            self.run(
                "insert into orders (id, seq, placed_ms, entered_ms, day, hour_ms, hour, channel_id, location_id,"
                " region, total_minor, lines) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                number, number, fact.at_ms, tx.now_ms, *place, total, len(fact.lines),
            )  # fmt: skip
            for line in fact.lines:
                self.run(
                    "insert into order_line (order_id, product_id, version_id, quantity, price_minor, discount_minor,"
                    " total_minor, cost_minor) values (?, ?, ?, ?, 0, 0, ?, ?)",
                    number, self.versions[line.version].product, line.version, line.units, line.amount, line.cost,
                )  # fmt: skip
            rollups.add_sales(tx, [rollups.SaleFact(number, fact.at_ms, *place, told)])
        else:
            self.run(
                "insert into returns (id, seq, returned_ms, entered_ms, day, hour_ms, hour, channel_id, location_id,"
                " region, total_minor) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                number, number, fact.at_ms, tx.now_ms, *place, total,
            )  # fmt: skip
            for line in fact.lines:
                self.run(
                    "insert into return_line (return_id, product_id, version_id, quantity, price_minor, amount_minor,"
                    " cost_minor, restock) values (?, ?, ?, ?, 0, ?, ?, 1)",
                    number, self.versions[line.version].product, line.version, line.units, line.amount, line.cost,
                )  # fmt: skip
            rollups.add_returns(tx, [rollups.ReturnFact(number, fact.at_ms, *place, told)])

    def sell(
        self, at: int | str, amount: int, version: int = 1, units: int = 1, cost: int | None = None, **more: Any
    ) -> None:
        """One order of one line."""
        at_ms = clock.parse_time(at) if isinstance(at, str) else at
        self.enter(Fact(True, at_ms, [Line(version, units, amount, cost)], **more))

    def take_back(self, at: int | str, amount: int, version: int = 1, units: int = 1, **more: Any) -> None:
        """One return of one line."""
        at_ms = clock.parse_time(at) if isinstance(at, str) else at
        self.enter(Fact(False, at_ms, [Line(version, units, amount)], **more))
