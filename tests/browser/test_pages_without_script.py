"""Every page does its work with JavaScript switched off: links, forms, and answers that are pages."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Shop

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    """A browser that runs no script."""
    return {**browser_context_args, "java_script_enabled": False}


def test_today_is_filtered_by_its_form_and_says_when_it_was_made(trading: Shop, page: Page) -> None:
    page.goto(trading.url)
    expect(page.locator(".live")).to_have_text(re.compile(r"Figures from \d\d:\d\d"))

    page.get_by_label("Channel").select_option("online")
    page.get_by_role("button", name="Show", exact=True).click()

    expect(page).to_have_url(re.compile("channel=online"))
    expect(page.locator(".bars > li")).to_have_count(1)
    page.get_by_role("link", name="28 days").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("28 days")
    expect(page.locator(".bars > li")).to_have_count(1)


def test_a_chart_has_its_figures_in_a_table(trading: Shop, page: Page) -> None:
    page.goto(trading.url)

    page.get_by_text("Show as a table").first.click()

    expect(page.locator(".table-alt table").first).to_be_visible()
    expect(page.locator(".table-alt table").first).to_contain_text("12:00")


def test_a_sale_is_made_and_undone_by_plain_forms(trading: Shop, page: Page) -> None:
    page.goto(f"{trading.url}/sell")

    page.get_by_role("button", name="Breakfast tea").click()
    page.locator(".basket").get_by_role("button", name="One more").click()
    expect(page.locator(".basket [data-items]")).to_have_text("2 items to pay")
    page.get_by_role("button", name=re.compile("^Card")).click()

    expect(page.locator("[data-last]")).to_contain_text("£4.80")
    expect(page.locator("[data-last]")).to_contain_text("card")
    page.get_by_role("link", name="Receipt").click()
    expect(page.locator("tfoot")).to_contain_text("£4.80")
    page.go_back()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-last]")).to_contain_text("is undone")
    expect(page.locator(".lines > li")).to_have_count(1)


def test_the_list_of_orders_is_searched_sorted_and_turned(trading: Shop, page: Page) -> None:
    page.goto(f"{trading.url}/orders")
    page.get_by_role("link", name="Older").click()
    expect(page).to_have_url(re.compile("cursor="))

    page.goto(f"{trading.url}/orders")
    page.get_by_role("link", name="Sum").click()
    expect(page.locator("th[aria-sort]")).to_contain_text("Sum")
    page.get_by_label("Search orders").fill("Cedar")
    page.get_by_role("button", name="Show", exact=True).click()

    expect(page).to_have_url(re.compile("q=Cedar"))
    expect(page.locator("tbody tr").first).to_contain_text("Cedar soap bar")


def test_goods_are_taken_back_and_what_is_wrong_is_said_beside_the_field(trading: Shop, page: Page) -> None:
    order = trading.sell("SOAP", 2)
    page.goto(f"{trading.url}/orders/{order['id']}")

    page.get_by_label("How many of Cedar soap bar").fill("5")
    page.get_by_role("button", name="Take these back").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was taken back")
    expect(page.get_by_label("How many of Cedar soap bar")).to_have_value("5")
    page.get_by_label("How many of Cedar soap bar").fill("1")
    page.get_by_role("button", name="Take these back").click()

    expect(page.locator(".story")).to_contain_text("−£6.00")
    expect(page.locator(".facts.first")).to_contain_text("Partly returned")


def test_a_product_is_added_and_a_wrong_one_keeps_what_was_typed(trading: Shop, page: Page) -> None:
    page.goto(f"{trading.url}/products/new")
    page.get_by_label("SKU").fill("CANDLE")
    page.get_by_label("Name").fill("Cedar candle")
    page.get_by_label("Price", exact=True).fill("16.005")
    page.get_by_role("button", name="Add this product").click()

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Cedar candle")
    page.get_by_label("Price", exact=True).fill("16.00")
    page.get_by_role("button", name="Add this product").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Cedar candle")
    expect(page.locator("dl")).to_contain_text(["£16.00"])


def test_the_shop_is_renamed(trading: Shop, page: Page) -> None:
    page.goto(f"{trading.url}/settings")

    page.get_by_label("Name").fill("The Corner")
    page.get_by_role("button", name="Save the settings").click()

    expect(page).to_have_title(re.compile("The Corner"))


def test_a_file_is_looked_at_again_and_read_and_the_page_keeps_up_by_itself(
    trading: Shop, page: Page, tmp_path: Path
) -> None:
    file = tmp_path / "sold.csv"
    file.write_text("thing,n,p,at\nTEA,2,1.50,01/02/2021\nTEA,1,1.50,02/02/2021\n")
    page.goto(f"{trading.url}/imports/new")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Read the file").click()
    for label, column in (("Product code", "thing"), ("Quantity", "n"), ("Price of one", "p"), ("Date and time", "at")):
        page.get_by_label(label, exact=True).select_option(column)

    page.get_by_role("button", name="Look at it again").click()
    expect(page.locator(".facts", has_text="Taken")).to_contain_text("£4.50")
    page.get_by_label("Decimal mark").select_option(".")
    page.get_by_role("button", name="Import this file").click()

    expect(page.get_by_role("heading", name="Read to its end")).to_be_visible()
    expect(page.locator("[http-equiv=refresh]")).to_have_count(0)
