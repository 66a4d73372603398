"""Pages that are left open over the shop's midnight, in a shop where nothing happens, show the new day by themselves."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Shop, saturday

pytestmark = pytest.mark.browser

DATES = "[data-island^='/analytics/figures'] header > p, [data-island^='/analytics/answer'] header > p"
PAGES = ("/", "/?period=7d", "/explore?period=today&by=product", "/explore?period=7d&grain=day")


def say(file: Path, day: datetime.date, time: datetime.time) -> None:
    """The shop's clock says this from now on, and goes on from there."""
    there = datetime.datetime.combine(day, time, datetime.UTC)
    file.write_text(f"+{round((there - datetime.datetime.now(datetime.UTC)).total_seconds())}")


@pytest.fixture
def late(tmp_path: Path) -> Iterator[Shop]:
    """A shop on a Saturday evening that has sold something in the afternoon."""
    file = tmp_path / "clock"
    say(file, saturday(), datetime.time(22, 30))
    shop = Shop(tmp_path, TAKINGS_CLOCK_FILE=str(file))
    shop.start()
    with shop.client() as shop.http:
        shop.http.post("/products", json={"sku": "TEA", "name": "Tea", "price": 2.40}).raise_for_status()
        shop.sell(placed_at=f"{saturday()}T15:00:00Z")
        yield shop
    shop.stop()


def test_what_is_relative_to_today_rolls_over_at_midnight(late: Shop, context: BrowserContext) -> None:
    sold = [open_page(late, context.new_page(), address) for address in PAGES]
    expect(sold[0].locator(".hero .sum")).to_have_text("£2.40")
    expect(sold[2].locator("[data-island^='/analytics/answer']")).to_contain_text("£2.40")
    before = [dates_of(page) for page in sold]

    say(Path(late.environ["TAKINGS_CLOCK_FILE"]), saturday() + datetime.timedelta(days=1), datetime.time(0, 30))

    for page, said in zip(sold, before, strict=True):
        expect(page.locator(DATES)).not_to_have_text(said)
        assert page.evaluate("window.stays === 1")
    expect(sold[0].locator(".hero .sum")).to_have_text("£0.00")
    expect(sold[2].locator("[data-island^='/analytics/answer']")).not_to_contain_text("£2.40")


def open_page(shop: Shop, page: Page, address: str) -> Page:
    """A page that says it when it is loaded anew."""
    page.goto(shop.url + address)
    page.evaluate("window.stays = 1")
    expect(page.locator(".live")).to_have_attribute("data-state", "on")
    return page


def dates_of(page: Page) -> str:
    """The days that the page says it shows."""
    return page.locator(DATES).inner_text()
