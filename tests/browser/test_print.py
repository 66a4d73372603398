"""On paper: no controls, a receipt as wide as the roll, light ink on nothing."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Shop

pytestmark = pytest.mark.browser


def test_a_receipt_is_its_words_alone(trading: Shop, page: Page) -> None:
    page.emulate_media(media="print")
    page.goto(f"{trading.url}/orders/1/receipt")

    expect(page.get_by_role("button", name="Print the receipt")).to_be_hidden()
    expect(page.locator(".receipt")).to_contain_text("Total")
    assert page.locator(".receipt").bounding_box()["width"] < 80 / 25.4 * 96


def test_today_is_printed_without_its_controls_and_light(trading: Shop, page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(trading.url)

    for part in (".rail", ".filters", ".pulse", ".tabbar"):
        expect(page.locator(part).first).to_be_hidden()
    expect(page.locator(".hero .sum")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
