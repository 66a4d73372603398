"""Explore in a browser: by keyboard, by a click, live, and from a figure to its orders and back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Shop, live

pytestmark = pytest.mark.browser


@pytest.fixture
def explore(trading: Shop, page: Page) -> Page:
    """Explore in a window, live."""
    page.goto(f"{trading.url}/explore?period=28d")
    live(page)
    return page


def test_a_choice_moves_the_address_and_the_answer_without_a_reload(explore: Page) -> None:
    explore.evaluate("window.stays = 1")

    explore.get_by_label("Told apart by", exact=True).select_option("channel")
    expect(explore.locator(".answer h2")).to_have_text(re.compile("Net sales by channel"))
    explore.get_by_label("Over time").select_option("")

    expect(explore.locator(".answer h2")).to_have_text("Net sales by channel")
    assert "by=channel" in explore.url and explore.evaluate("window.stays") == 1
    explore.go_back()
    expect(explore.locator(".answer h2")).to_have_text(re.compile("each day"))


def test_the_chart_is_read_by_keys_and_enter_opens_the_orders(explore: Page) -> None:
    explore.locator(".answer-chart .plot").focus()
    explore.keyboard.press("End")
    expect(explore.locator(".answer-chart .read")).to_contain_text("so far")
    net = explore.locator(".answers tbody tr").last.locator("a[data-open]").inner_text()

    explore.keyboard.press("Enter")

    expect(explore).to_have_url(re.compile("/orders\\?from="))
    expect(explore.locator(".adds")).to_contain_text(net)


def test_a_click_on_a_point_opens_its_orders(explore: Page) -> None:
    box = explore.locator(".answer-chart .plot").bounding_box()
    assert box is not None

    explore.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)

    expect(explore).to_have_url(re.compile("/orders\\?from="))


@pytest.mark.parametrize(
    ("query", "opens"),
    [
        ("by=channel&grain=day", "/orders\\?.*channel="),
        ("metric=net_sales&metric=returns&grain=day", "/returns\\?from="),
    ],
)
def test_a_point_of_a_line_opens_the_orders_of_that_line_alone(
    trading: Shop, page: Page, query: str, opens: str
) -> None:
    page.goto(f"{trading.url}/explore?period=28d&{query}")
    live(page)
    plot = page.locator(".answer-chart .plot").last
    plot.focus()
    page.keyboard.press("End")
    cell = (
        page.locator(".answers tbody tr")
        .last.locator("a[data-plot]")
        .nth(page.locator(".answer-chart .plot").count() - 1)
    )
    href = cell.get_attribute("href")

    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{trading.url}{href}")
    expect(page).to_have_url(re.compile(opens))


def test_a_sale_moves_the_answer_while_it_is_looked_at(trading: Shop, explore: Page) -> None:
    cell = explore.locator(".answers tbody tr").last.locator("a[data-open]")
    before = float(cell.inner_text().replace("£", "").replace(",", ""))

    trading.sell("LATTE", 1)

    expect(cell).to_have_text(f"£{before + 3.6:,.2f}")


def test_dates_empty_the_named_period(explore: Page) -> None:
    explore.locator("summary", has_text="Dates").click()
    day = explore.evaluate("new Date(+document.documentElement.dataset.now).toISOString().slice(0, 10)")

    explore.get_by_label("From", exact=True).fill(day)
    explore.get_by_label("From", exact=True).dispatch_event("change")

    expect(explore).to_have_url(re.compile(f"from={day}"))
    assert "period=" not in explore.url


def test_a_view_is_saved_and_deleted_by_keyboard(explore: Page) -> None:
    explore.get_by_label("Name of this view").fill("Four weeks")
    explore.keyboard.press("Enter")
    expect(explore.locator(".views a")).to_have_text("Four weeks")

    explore.get_by_role("button", name="Delete the view Four weeks").focus()
    explore.keyboard.press("Enter")

    expect(explore.locator(".views")).to_have_count(0)


def test_every_figure_of_today_opens_what_it_means_and_its_orders(today: Page) -> None:
    today.locator(".strip [data-key=orders] .about").click()

    expect(today.locator("h1")).to_have_text("Orders")
    count = today.locator(".about-sum").inner_text()
    today.get_by_role("link", name="Open its orders").click()
    expect(today.locator(".adds dd").first).to_have_text(count)


def test_the_page_works_without_script_and_fits_a_phone(trading: Shop, browser) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800})
    page = context.new_page()
    page.goto(f"{trading.url}/explore")

    page.get_by_label("Told apart by", exact=True).select_option("brand")
    page.get_by_role("button", name="Show", exact=True).click()

    expect(page.locator(".answer h2")).to_have_text(re.compile("by brand"))
    assert page.locator("main").bounding_box()["width"] <= 375
    context.close()


def test_a_row_that_goes_on_beyond_the_edge_fades_there_until_its_end(trading: Shop, browser) -> None:  # type: ignore[no-untyped-def]
    phone = browser.new_page(viewport={"width": 375, "height": 800})
    phone.goto(f"{trading.url}/analytics/channels")
    place = "row => [getComputedStyle(row).maskPosition, getComputedStyle(row).maskImage !== 'none']"

    for name in (".head .filters", ".siblings"):
        row = phone.locator(name)
        assert row.evaluate(place) == ["100% 0px", True]  # the mask stands at the right, its left fade outside
        row.evaluate(
            "row => new Promise(done => { row.onscroll = () => requestAnimationFrame(done); row.scrollLeft = 9999; })"
        )
        assert row.evaluate(place) == ["0% 0px", True]
    phone.set_viewport_size({"width": 1440, "height": 800})
    phone.reload()
    assert phone.locator(".siblings").evaluate(place)[1] is False
    phone.close()
