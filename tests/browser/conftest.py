"""A shop at noon with something sold already, and pages that look at it."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.servers.advised import saturday
from tests.servers.takings import Server

GOODS = (
    ("TEA", "Breakfast tea", 2.40, "Drinks/Hot"),
    ("LATTE", "Latte", 3.60, "Drinks/Hot"),
    ("SOAP", "Cedar soap bar 110 g", 6.00, "Skincare/Soap"),
    ("BALM", "Pine & salt hand balm with a name that goes on for longer than any label has room 50 ml", 12.00, "Skincare"),
)  # fmt: skip
SOLD = (
    ("TEA", 2, "store", 9), ("LATTE", 1, "store", 9), ("SOAP", 1, "online", 10), ("TEA", 1, "store", 10),
    ("BALM", 1, "marketplace", 11), ("LATTE", 3, "store", 11), ("SOAP", 2, "online", 11), ("TEA", 4, "store", 11),
    ("BALM", 1, "store", 11), ("LATTE", 1, "store", 11),
)  # fmt: skip
SLOWEST_MS = 20_000


class Shop(Server):
    """A running Takings that is stocked and has sold for two weeks; its clock says shortly after noon, and runs."""

    http: httpx.Client

    def sell(self, product: str = "TEA", quantity: int = 1, **more: object) -> dict[str, object]:
        """Post an order as a program would."""
        body = {"product_id": product, "quantity": quantity, "channel": "store", **more}
        answer = self.http.post("/orders", json=body)
        answer.raise_for_status()
        return answer.json()

    def taken(self) -> str:
        """What the API says was taken today, as the page writes it."""
        answer = self.http.get("/analytics", params={"period": "today"}, headers={"Accept": "application/json"})
        return f"£{answer.json()['total_revenue']:,.2f}"

    def trade(self) -> None:
        """Goods, and two weeks of sales up to this morning."""
        for sku, name, price, category in GOODS:
            body = {"sku": sku, "name": name, "price": price, "cost": 0.8, "category": category, "stock": 500}
            self.http.post("/products", json=body).raise_for_status()
        noon = datetime.datetime.combine(saturday(), datetime.time(), datetime.UTC)
        for days in (14, 8, 7, 6, 3, 1, 0):
            for sku, quantity, channel, hour in SOLD:
                at = noon - datetime.timedelta(days=days) + datetime.timedelta(hours=hour)
                self.sell(sku, quantity, channel=channel, placed_at=at.isoformat())


def noon_clock(folder: Path) -> Path:
    """A clock file that moves now to noon of that Saturday; the clock goes on from there."""
    there = datetime.datetime.combine(saturday(), datetime.time(12, 5), datetime.UTC)
    file = folder / "clock"
    file.write_text(f"+{round((there - datetime.datetime.now(datetime.UTC)).total_seconds())}")
    return file


@pytest.fixture(scope="module")
def trading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The real server with two workers over that shop."""
    folder = tmp_path_factory.mktemp("trading")
    shop = Shop(folder, TAKINGS_CLOCK_FILE=str(noon_clock(folder)))
    shop.start()
    try:
        with shop.client() as shop.http:
            shop.trade()
            yield shop
    finally:
        shop.stop()


@pytest.fixture(autouse=True)
def patient() -> Iterator[None]:
    """A machine that does much else at the same time is no fault of the page."""
    expect.set_options(timeout=SLOWEST_MS)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def today(trading: Shop, page: Page) -> Page:
    """Today in a window, live."""
    page.goto(trading.url)
    live(page)
    return page


@pytest.fixture
def other(context: BrowserContext) -> Page:
    """A second window of the same person."""
    return context.new_page()


def live(page: Page) -> None:
    """Wait until the pill says that the page is live."""
    expect(page.locator(".live")).to_have_attribute("data-state", "on")
    expect(page.locator("[data-word]")).to_have_text("Live")
