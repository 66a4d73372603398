"""A mismatch stops the shop: every open page says so by itself, the till still fits its screen, and it goes by itself."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_accessible import serious
from tests.servers.takings import Server

pytestmark = pytest.mark.browser

OPEN = ("/", "/sell", "/settings", "/orders/new")
FITS = (
    "() => document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A shop with a product, two web processes and the worker."""
    running = Server(tmp_path_factory.mktemp("stopped"))
    running.start()
    with running.client() as http:
        body = {"sku": "TEA", "name": "Breakfast tea", "price": 2.40, "stock": 10, "category": "Drinks"}
        http.post("/products", json=body).raise_for_status()
    yield running
    running.stop()


def spoil(database: Path) -> None:
    """The ledger contradicts itself from now on."""
    with sqlite3.connect(database) as connection:
        connection.execute("update stock_level set quantity = quantity + 1")
    connection.close()


def test_every_open_page_says_it_by_itself_and_stops_saying_it(shop: Server, context: BrowserContext) -> None:
    pages = [context.new_page() for _ in OPEN]
    for page, address in zip(pages, OPEN, strict=True):
        page.goto(shop.url + address)
        page.evaluate("window.stays = 1")
        expect(page.locator(".notice")).to_be_hidden()

    spoil(shop.database)
    assert shop.run("verify").returncode == 1
    for page in pages:
        expect(page.locator(".notice")).to_contain_text("Selling is stopped; everything can still be read.")
        expect(page.locator(".notice")).to_have_role("alert")
    assert shop.run("verify", "--accept").returncode == 0

    for page in pages:
        expect(page.locator(".notice")).to_be_hidden()
        assert page.evaluate("window.stays === 1")


def test_a_page_without_figures_does_not_claim_to_be_live_for_the_sake_of_the_notice(shop: Server, page: Page) -> None:
    page.goto(f"{shop.url}/explore/metrics")
    page.evaluate("""() => document.querySelector(".head").insertAdjacentHTML("beforeend",
        `<div id="pulse"><p class="live" data-state="still"><span data-word>Figures from</span> <time data-time></time>
        <span data-more></span></p><button data-retry hidden></button><button data-pause hidden></button></div>`)""")

    expect(page.locator("[data-time]")).to_have_text(re.compile(r"^.{5}$"))

    expect(page.locator(".live")).to_have_attribute("data-state", "still")


@pytest.mark.parametrize("width, height", [(1440, 900), (1024, 700), (800, 600)])
def test_the_till_fits_its_screen_with_the_notice_above_it(shop: Server, page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{shop.url}/sell")
    assert page.evaluate(FITS)

    spoil(shop.database)
    shop.run("verify")
    try:
        expect(page.locator(".notice")).to_be_visible()
        assert page.evaluate(FITS)
        expect(page.get_by_role("button", name="Cash")).to_be_in_viewport(ratio=1)
        assert not serious(page)
    finally:
        shop.run("verify", "--accept")


def test_the_control_a_till_that_keeps_the_height_of_the_screen_is_seen(shop: Server, page: Page) -> None:
    page.goto(f"{shop.url}/sell")

    fits = page.evaluate(
        """() => {
        document.querySelector(".till-page").style.flex = "none";
        document.querySelector(".till-page").style.blockSize = "100dvb";
        document.querySelector(".notice").innerHTML = "<p>Selling is stopped.</p>";
        return (FITS)();
    }""".replace("FITS", FITS)
    )  # at once: the next frame says that nothing is wrong

    assert not fits
