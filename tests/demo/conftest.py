"""The sample shop as drafts, made once for all who look for a planted truth; and a short one in a ledger."""

from collections import Counter, defaultdict
from typing import Any

import pytest

from webapp import clock, config
from webapp.clock import Zone, parse_time
from webapp.db import reading, store, writer
from webapp.demo import keeping, plan, truths
from webapp.demo.history import History, first_day_of

NOW_MS = parse_time("2026-11-21T10:15:00Z")


class Drafts:
    """Two years of the sample shop, and its units by day, place and product."""

    def __init__(self, seed: int = plan.SEED, now_ms: int = NOW_MS) -> None:
        self.zone = Zone("Europe/London")
        self.first_day = first_day_of(now_ms, self.zone)
        self.history = History(seed, self.first_day, self.zone)
        opening_ms, _ = self.zone.bounds(self.first_day)
        self.days = list(self.history.days(opening_ms - 1, now_ms, opening=True))
        self.sales = [sale for day in self.days for sale in day.sales]
        self.returns = [back for day in self.days for back in day.returns]
        self.units: dict[tuple[int, str, int], int] = Counter()
        self.lines: dict[tuple[int, str, int], int] = Counter()
        for sale in self.sales:
            for line in sale.lines:
                self.units[sale.day, sale.place.code, line.product] += line.quantity
                self.lines[sale.day, sale.place.code, line.product] += 1

    def whole_days(self) -> range:
        """The days that are over."""
        return range(self.first_day, self.first_day + plan.DAYS)

    def numbers(self, kind: str) -> list[int]:
        """The products of a kind whose sales no other truth disturbs."""
        disturbed = {change.sku for change in truths.PRICE_CHANGES} | {truths.LAUNCH.sku}
        return [
            number for number, product in enumerate(plan.products())
            if product.kind == kind and product.sku not in disturbed and product.vendor != truths.OUTAGE.vendor
        ]  # fmt: skip

    def sold(self, kind: str, place: str) -> dict[int, int]:
        """Units of a kind by day at a place."""
        found: dict[int, int] = defaultdict(int)
        for number in self.numbers(kind):
            for day in self.whole_days():
                found[day] += self.units[day, place, number]
        return found


@pytest.fixture(scope="session")
def drafts():
    """The sample shop of seed 1, made on 21 November 2026."""
    return Drafts()


@pytest.fixture
def short(monkeypatch, tmp_path):
    """An empty ledger in demo mode whose sample shop will be 25 days old."""
    monkeypatch.setattr(plan, "DAYS", 25)
    environ = {"TAKINGS_MODE": "demo", "TAKINGS_DATABASE": str(tmp_path / "demo.db"), "TAKINGS_LOG": "text"}
    yield store.open(config.load(environ, dotenv=None))
    writer.close()
    writer.use(None)
    reading.close()
    clock.set_clock_file(None)


@pytest.fixture
def keep_at(short, tmp_path):
    """Start the sample shop at an instant: the clock stands still there; how many orders that entered."""
    file = tmp_path / "clock"

    def keep(now_ms: int = NOW_MS, **more: Any) -> int:
        file.write_text(clock.format_time(now_ms))
        clock.set_clock_file(file)
        return keeping.keep(**more)

    return keep
