"""Search in a browser: "/" and a few letters from any page, arrows through what is found, the page without script."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Shop, live

pytestmark = pytest.mark.browser


def test_slash_and_a_few_letters_find_something_on_any_page(trading: Shop, page: Page) -> None:
    for address in ("/", "/products", "/orders"):
        page.goto(trading.url + address)

        page.keyboard.press("/")
        page.keyboard.type("latte")

        expect(page.locator("#finds a").first).to_contain_text("Latte")
        expect(page).to_have_url(trading.url + address)


def test_what_was_typed_before_the_page_listened_is_found(trading: Shop, page: Page) -> None:
    page.goto(trading.url + "/products")

    page.evaluate(
        """() => {
            const field = document.querySelector("nav [data-finder]");
            field.focus();
            field.value = "latte"; // no event is told of it
            dispatchEvent(new Event("load"));
        }"""
    )

    expect(page.locator("#finds a").first).to_contain_text("Latte")


def test_arrows_go_through_what_was_found_and_enter_opens_it(trading: Shop, page: Page) -> None:
    page.goto(f"{trading.url}/settings")
    page.keyboard.press("/")
    page.keyboard.type("soap")
    expect(page.locator("#finds a").first).to_contain_text("Cedar soap bar")

    page.keyboard.press("ArrowDown")
    expect(page.locator("#finds a").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".finder input")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Cedar soap bar")


def test_escape_closes_what_floats_and_so_does_leaving_it(trading: Shop, page: Page) -> None:
    page.goto(f"{trading.url}/orders")
    page.keyboard.press("/")
    page.keyboard.type("tea")
    expect(page.locator("#finds")).to_be_visible()

    page.get_by_role("heading", level=1).click()
    expect(page.locator("#finds")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#finds")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("#finds")).to_be_hidden()
    expect(page.locator(".finder input")).to_have_value("")


def test_the_page_shows_results_while_somebody_types(trading: Shop, page: Page) -> None:
    page.goto(f"{trading.url}/search")

    page.locator("main input[type=search]").press_sequentially("bal", delay=20)

    expect(page.locator("#results a").first).to_contain_text("Pine & salt hand balm")


def test_without_script_the_box_leads_to_the_page_of_results(trading: Shop, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(trading.url)

    page.locator(".finder input").fill("latte")
    page.locator(".finder input").press("Enter")

    expect(page).to_have_url(f"{trading.url}/search?q=latte")
    expect(page.locator("#results a").first).to_contain_text("Latte")
    context.close()


@pytest.mark.parametrize(
    "query", ["", "&period=28d", "&period=all", "&channel=store&category=Drinks", "&from=2020-01-01"]
)
def test_a_wall_is_one_view_with_nothing_to_press(trading: Shop, page: Page, query: str) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})

    page.goto(f"{trading.url}/?screen=wall{query}")

    found: dict[str, Any] = page.evaluate(
        "() => ({ tall: document.documentElement.scrollHeight, wide: document.documentElement.scrollWidth,"
        " pressed: [...document.querySelectorAll('button, input, select, nav a, .about, .chip a')]"
        "   .filter(one => one.checkVisibility()).map(one => one.outerHTML.slice(0, 80)) })"
    )
    assert found["tall"] <= 1080 and found["wide"] <= 1920
    assert not found["pressed"]
    if "channel" in query:
        expect(page.locator(".chips")).to_contain_text("Category: Drinks")


def test_a_wall_is_live_and_today_leads_to_it_with_its_filters(trading: Shop, page: Page) -> None:
    page.goto(f"{trading.url}/?channel=store")
    page.get_by_role("link", name="Show this on a wall screen").click()
    expect(page).to_have_url(f"{trading.url}/?channel=store&screen=wall")
    live(page)

    order = trading.sell("LATTE", 1, channel="store")

    expect(page.locator(f"#o-{order['id']}")).to_be_visible()


def test_the_map_of_regions_is_live(trading: Shop, page: Page) -> None:
    page.goto(f"{trading.url}/analytics/regions?period=today")
    live(page)

    trading.sell("BALM", 1, region="GB-BST")

    expect(page.locator(".tiles")).to_contain_text("Bristol")
    expect(page.locator("[data-key=r-GB-BST]")).to_contain_text("£12.00")
