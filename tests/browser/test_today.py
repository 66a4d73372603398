"""Today in a browser over the real server: what is sold anywhere is on the page a moment later, and nothing is lost."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Shop, live
from tests.faults.wires import comes_true

pytestmark = pytest.mark.browser

SHIFTS = """() => {
    window.shift = 0;
    new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shift += one.value })
        .observe({ type: "layout-shift" });
}"""
SECTION_TOP = "[...document.querySelectorAll('h2')].find(h => h.innerText === '28 days').getBoundingClientRect().top"
ISLANDS = (".hero", ".strip", ".bars", ".sellers", ".feed")


def taken(page: Page) -> str:
    return "".join(page.locator(".hero .sum").all_inner_texts()).replace("\n", "")


def sees(page: Page, amount: str) -> None:
    expect(page.locator(".hero .sum")).to_have_text(amount)


def same_page(page: Page) -> bool:
    """Whether the page was never loaded anew since it was marked."""
    return bool(page.evaluate("window.stays === 1"))


def test_an_order_by_the_api_appears_on_the_open_page_without_a_reload(trading: Shop, today: Page) -> None:
    today.evaluate("window.stays = 1")
    before = today.locator(".strip [data-key=orders] .f").inner_text()

    order = trading.sell("LATTE", 2)

    row = today.locator(f"#o-{order['id']}")
    expect(row).to_contain_text("Latte × 2")
    expect(row).to_contain_text("£7.20")
    expect(today.locator(".feed > li").first).to_have_attribute("id", f"o-{order['id']}")
    expect(today.locator(".strip [data-key=orders] .f")).to_have_text(str(int(before) + 1))
    sees(today, trading.taken())
    assert same_page(today)


def test_bars_and_the_curve_grow_with_a_sale(trading: Shop, today: Page) -> None:
    width = "() => parseFloat(document.querySelector('.bars li:nth-child(2) .fill').getAttribute('width'))"
    name = today.locator(".bars li").nth(1).locator("a").inner_text()
    before = today.evaluate(width)

    trading.sell("SOAP", 1, channel=name.lower())

    today.wait_for_function(f"before => ({width})() > before", arg=before)
    expect(today.locator(".chart .t-now")).to_contain_text(
        "£" + str(round(float(trading.taken()[1:].replace(",", ""))))
    )


def test_the_last_minute_moves_by_itself(trading: Shop, today: Page) -> None:
    trading.sell("BALM", 3)

    expect(today.locator(".minute > .fig")).to_have_text(re.compile(r"£(3[6-9]|[4-9]\d|\d{3})\.\d\d"))
    expect(today.locator(".minute header p")).to_have_text(re.compile(r"^[1-9]\d* orders?$"))


def test_focus_scroll_place_an_open_table_and_marked_text_survive_the_pushes(trading: Shop, today: Page) -> None:
    today.set_viewport_size({"width": 900, "height": 500})
    today.locator(".table-alt summary").first.click()
    today.locator(".sellers a").first.focus()
    today.evaluate("scrollTo(0, 640)")
    place = today.evaluate(SECTION_TOP)
    today.evaluate(
        "getSelection().selectAllChildren([...document.querySelectorAll('h2')].find(h => h.innerText === '28 days'))"
    )
    focused = today.evaluate("document.activeElement.href")

    order = trading.sell("TEA", 1)
    expect(today.locator(f"#o-{order['id']}")).to_be_attached()
    sees(today, trading.taken())

    assert today.evaluate("document.activeElement.href") == focused
    assert today.evaluate("scrollY") > 600
    assert abs(today.evaluate(SECTION_TOP) - place) <= 1  # the browser keeps what is read in its place, to the pixel
    assert today.evaluate("getSelection().toString()") == "28 days"
    assert today.locator(".table-alt").first.get_attribute("open") is not None


def test_digits_and_sections_stay_in_their_places(trading: Shop, today: Page) -> None:
    today.evaluate("document.fonts.ready")
    today.evaluate(SHIFTS)

    for quantity in (1, 7, 3, 1, 11, 2):
        order = trading.sell("TEA", quantity)
        expect(today.locator(f"#o-{order['id']}")).to_be_attached()
    sees(today, trading.taken())

    assert today.evaluate("window.shift") <= 0.02


def test_the_control_a_jump_is_measured(today: Page) -> None:
    today.evaluate(SHIFTS)

    today.evaluate(
        "document.querySelector('main').prepend(Object.assign(document.createElement('h2'), {innerHTML: '<br>'.repeat(9)}))"
    )

    today.wait_for_function("() => window.shift > 0.02")


def test_all_digits_are_equally_wide(today: Page) -> None:
    widths = today.evaluate("""async () => {
        await document.fonts.ready;
        const box = document.createElement("span");
        box.className = "fig";
        document.querySelector("main").append(box);
        return [..."0123456789"].map((digit) => { box.textContent = digit.repeat(20); return box.getBoundingClientRect().width; });
    }""")

    assert max(widths) - min(widths) < 0.1


def test_two_windows_end_equal_to_each_other_and_to_the_ledger(trading: Shop, today: Page, other: Page) -> None:
    other.goto(trading.url)
    live(other)

    with ThreadPoolExecutor(4) as tills:
        orders = list(tills.map(lambda i: trading.sell(("TEA", "SOAP", "LATTE")[i % 3], 1 + i % 4), range(24)))

    newest = max(int(str(order["id"])) for order in orders)
    for page in (today, other):
        expect(page.locator(".feed > li").first).to_have_id(f"o-{newest}")
        sees(page, trading.taken())
    for part in ISLANDS:
        one, two = today.locator(part), other.locator(part)
        assert comes_true(lambda one=one, two=two: two.inner_text() == one.inner_text(), 20), part


def test_a_filter_changes_the_page_in_place_and_its_figures_stay_live(trading: Shop, today: Page) -> None:
    today.evaluate("window.stays = 1")

    today.get_by_label("Channel").select_option("online")
    expect(today).to_have_url(re.compile("channel=online"))
    expect(today.locator(".bars > li")).to_have_count(1)
    today.get_by_role("link", name="7 days").click()
    expect(today.get_by_role("heading", level=1)).to_have_text("7 days")
    expect(today).to_have_title(re.compile("^7 days"))
    expect(today).to_have_url(re.compile("channel=online.*period=7d|period=7d.*channel=online"))
    live(today)
    order = trading.sell("SOAP", 1, channel="online")

    expect(today.locator(f"#o-{order['id']}")).to_be_attached()
    assert same_page(today)
    today.go_back()
    expect(today.get_by_role("heading", level=1)).to_have_text("Today")


def test_what_is_not_finished_is_drawn_apart_wanted_22(today: Page) -> None:
    expect(today.locator(".hours .bar-open")).to_have_count(1)
    expect(today.locator(".say")).to_contain_text("last Saturday at this time")


def test_the_chart_reads_out_by_keys(today: Page) -> None:
    plot = today.locator("[data-island^='/analytics/curve'] .plot")
    said = today.locator("[data-island^='/analytics/curve'] .read")
    rest = said.inner_text()

    plot.focus()
    today.keyboard.press("End")
    expect(said).not_to_have_text(rest)
    last = said.inner_text()
    today.keyboard.press("ArrowLeft")

    expect(said).not_to_have_text(last)
