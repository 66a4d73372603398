"""A running shop that advice can stand on: goods, twelve weeks of sales, cool days, and a clock that moves."""

import datetime
import json
from pathlib import Path
from typing import Any

import httpx

from tests.servers.takings import Server

HISTORY_DAYS = 84
COCOA, TEA = "COCOA-250", "TEA-ICED"
# SKU, name, price, cost, category, stock, units a day.
GOODS = (
    (COCOA, "Hot chocolate powder 250 g", 6.00, 2.00, "Pantry", 9_000, 12),
    (TEA, "Iced tea 330 ml", 2.40, 0.80, "Drinks/Cold", None, 20),
    ("BREAD", "Rye bread", 3.20, 1.10, "Bakery", None, 15),
    ("SOAP", "Cedar soap bar", 6.00, 2.00, "Skincare", None, 11),
    ("CRISPS", "Sea-salt crisps", 1.80, 0.60, "Snacks", None, 14),
    ("CARD", "Greeting card with a drawing of the harbour", 2.90, 0.70, "Paper", None, 13),
    ("NUTS", "Smoked nuts", 3.80, 1.50, "Nuts", None, 16),
)  # fmt: skip


def saturday() -> datetime.date:
    """A Saturday to come without a change of the clocks near it."""
    year = datetime.datetime.now(datetime.UTC).year + 1
    first = datetime.date(year, 1, 14)
    return first + datetime.timedelta((5 - first.weekday()) % 7)


class AdvisedShop(Server):
    """A shop with twelve weeks of even trade behind it, whose clock the test moves by whole days from a Saturday."""

    http: httpx.Client
    clock_file: Path
    moved = datetime.timedelta()

    def start_of(self, days: int, hour: int = 12) -> datetime.datetime:
        """An hour of the day that lies so many days after the Saturday of the test."""
        return datetime.datetime.combine(saturday(), datetime.time(hour, 5), datetime.UTC) + datetime.timedelta(days)

    def set_clock(self, days: int, hour: int = 12) -> None:
        """Now is that hour of that day; the clock goes on from there."""
        self.moved = self.start_of(days, hour) - datetime.datetime.now(datetime.UTC)
        self.clock_file.write_text(f"{round(self.moved.total_seconds()):+d}")

    def moved_on(self, minutes: int) -> None:
        """So many minutes have passed at once."""
        self.moved += datetime.timedelta(minutes=minutes)
        self.clock_file.write_text(f"{round(self.moved.total_seconds()):+d}")

    def now_ms(self) -> int:
        """What the shop's clock says."""
        return round((datetime.datetime.now(datetime.UTC) + self.moved).timestamp() * 1000)

    def past(self, days: range, **times: int) -> None:
        """What was sold on those days: a little up and down from day to day; times: how many times as much of a SKU."""
        orders = []
        for day in days:
            lines = [
                {"product_id": sku, "quantity": (units + (7 * day + 5 * row) % 4) * times.get(sku.split("-")[0], 1)}
                for row, (sku, *_, units) in enumerate(GOODS)
            ]
            at = self.start_of(day, 11).isoformat()
            orders.append(json.dumps({"lines": lines, "channel": "store", "location": "pier", "placed_at": at}))
        kind = {"Content-Type": "application/x-ndjson"}
        answer = self.http.post("/orders/batch", content="\n".join(orders), headers=kind)
        answer.raise_for_status()
        assert answer.json()["rejected"] == 0, answer.json()["results"][:2]

    def stock(self) -> None:
        """A place at the sea and what is sold there."""
        place = {"code": "pier", "name": "Pier", "latitude": 50.82, "longitude": -0.14, "region": "GB-BNH"}
        self.http.post("/locations", json=place).raise_for_status()
        for sku, name, price, cost, category, stock, _ in GOODS:
            body = {"sku": sku, "name": name, "price": price, "cost": cost, "category": category}
            self.http.post("/products", json=body).raise_for_status()
            if stock is not None:
                there = {"count": stock, "location": "pier", "reason": "delivery"}
                self.http.post(f"/products/{sku}/stock", json=there).raise_for_status()

    def cool_days(self) -> None:
        """Twelve weeks around eleven degrees, given as days."""
        first = -HISTORY_DAYS
        days = [
            {"location": "pier", "day": self.start_of(day).date().isoformat(), "mean_c": 11 + day % 5, "rain_mm": 0}
            for day in range(first, 0)
        ]
        self.http.post("/weather", json={"days": days}).raise_for_status()

    def advice(self, **headers: str) -> Any:
        """GET /recommendations as a program sees it."""
        answer = self.http.get("/recommendations", headers={"Accept": "application/json", **headers})
        answer.raise_for_status()
        return answer.json()
