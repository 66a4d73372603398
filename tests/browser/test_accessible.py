"""Everybody can use every page: axe finds nothing serious, keys reach everything, targets are large, nothing overflows."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Shop, live

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = (
    "/", "/?period=28d&channel=online", "/?period=all", "/?screen=wall", "/sell", "/orders", "/orders?sort=-total&q=tea",
    "/orders/1", "/orders/1/receipt", "/orders/new", "/returns", "/returns/1", "/products", "/products/1",
    "/products/1/edit", "/products/1/stock", "/products/1/prices", "/categories", "/brands", "/vendors",
    "/products/new", "/imports", "/imports/new", "/settings", "/backups", "/channels/new", "/locations/new",
    "/analytics/reconciliation", "/orders?period=never", "/nothing", "/explore", "/explore?by=product&metric=units&limit=10",
    "/explore?by=channel&grain=day&period=7d", "/explore?by=colour", "/explore/metrics", "/explore/metrics/net_sales",
    "/orders?period=7d&category=Drinks", "/analytics/channels", "/analytics/hours", "/analytics/hours?metric=orders&period=today",
    "/analytics/regions", "/search", "/search?q=te",
    "/recommendations", "/recommendations/record", "/recommendations/guardrails", "/recommendations/traits",
    "/weather", "/analytics/seasons", "/products/4?period=12m&metric=units", "/products/1?from=2020-01-01&to=2020-01-02",
)  # fmt: skip
TARGETS = """() => {
    const inWords = (node) => getComputedStyle(node).display === "inline"
        && [...node.parentElement.childNodes].some((one) => one.nodeType === 3 && one.nodeValue.trim().length > 1);
    const found = [];
    for (const node of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
        if (!node.checkVisibility({ visibilityProperty: true }) || node.closest(".vh, .skip") || inWords(node)) continue;
        const box = (node.closest("label") ?? node).getBoundingClientRect();
        if (box.width && (box.width < 24 || box.height < 24)) {
            found.push(`${node.outerHTML.slice(0, 90)} ${box.width.toFixed(0)}x${box.height.toFixed(0)}`);
        }
    }
    return found;
}"""


def serious(page: Page) -> list[str]:
    """What axe finds on the page that keeps somebody from using it."""
    page.evaluate("document.fonts.ready")
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })", RULES
    )
    return [
        f"{one['impact']} {one['id']}: {one['nodes'][0]['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


# What differs in the dark are colours, which a page takes from the same sheets as its neighbours: every other one is looked at.
@pytest.mark.parametrize("scheme, pages", [("light", PAGES), ("dark", PAGES[::2])], ids=["light", "dark"])
def test_axe_finds_nothing_serious_on_any_page(trading: Shop, page: Page, scheme: Any, pages: tuple[str, ...]) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = []

    for address in pages:
        page.goto(trading.url + address)
        found += [f"{address} {line}" for line in serious(page)]

    assert not found


@pytest.mark.parametrize("scheme, width", [("light", 1280), ("dark", 360)])
def test_the_page_of_the_api_is_for_everybody_too(trading: Shop, page: Page, scheme: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    page.goto(f"{trading.url}/docs")
    page.evaluate("document.querySelectorAll('details').forEach((one, i) => (one.open = i < 10))")

    assert not serious(page)
    assert not page.evaluate(TARGETS)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_axe_finds_nothing_serious_on_a_phone_nor_in_a_full_basket(trading: Shop, page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 375, "height": 700})

    page.goto(trading.url)
    page.get_by_role("button", name="More").click()
    expect(page.locator("#more")).to_be_visible()
    found = serious(page)
    page.goto(f"{trading.url}/sell")
    page.get_by_role("button", name="Breakfast tea").click()
    page.get_by_role("link", name="Review and pay").click()
    found += serious(page)

    assert not found


def test_the_control_axe_sees_a_field_without_a_name_and_grey_words(trading: Shop, page: Page) -> None:
    page.goto(f"{trading.url}/settings")
    page.evaluate("""() => {
        document.querySelector("main").insertAdjacentHTML("beforeend", "<input><p id='pale'>pale</p>");
        document.getElementById("pale").style.color = "#ccc";
    }""")

    found = " ".join(serious(page))

    assert "label" in found
    assert "color-contrast" in found


@pytest.mark.parametrize("width", [360, 768])
def test_nothing_is_wider_than_the_screen(trading: Shop, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    found = []

    for address in PAGES:
        page.goto(trading.url + address)
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{address} is {wide} px wide"] if wide > width else []

    assert not found


@pytest.mark.parametrize("width", [360, 1280])
def test_targets_are_at_least_24_pixels(trading: Shop, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    found = []

    for address in PAGES:
        page.goto(trading.url + address)
        found += [f"{address} {one}" for one in page.evaluate(TARGETS)]

    assert not found


def test_today_is_used_by_keys_alone(trading: Shop, page: Page) -> None:
    page.goto(trading.url)
    live(page)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="7 days"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("7 days")
    plot = page.locator("[data-island^='/analytics/curve'] .plot")
    tab_to(page, plot)
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-island^='/analytics/curve'] .read")).to_contain_text("£")
    tab_to(page, page.locator(".table-alt summary").first)
    page.keyboard.press("Enter")
    expect(page.locator(".table-alt table").first).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("o")

    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")


def test_the_till_is_used_by_keys_alone(trading: Shop, page: Page) -> None:
    page.goto(f"{trading.url}/sell")
    page.wait_for_function("() => Object.keys(localStorage).some(name => name.startsWith('takings.prices.'))")

    tab_to(page, page.get_by_role("button", name="Breakfast tea"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-items]")).to_have_text("1 item to pay")
    tab_to(page, page.locator("[data-lines] [data-more]"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-items]")).to_have_text("2 items to pay")
    tab_to(page, page.get_by_role("button", name="Cash"))
    page.keyboard.press("Enter")

    expect(page.locator("[data-said]")).to_contain_text("Sold for £4.80")
    expect(page.locator("[data-connection]")).to_have_text("Connected")


def tab_to(page: Page, target: Any, most: int = 150) -> None:
    """Press Tab until the target has the focus; on the way each place shows that it has it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        seen = page.evaluate("""() => {
            const node = document.activeElement;
            if (node === document.body) return true;
            const style = getComputedStyle(node);
            return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
        }""")
        assert seen, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if target.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"no Tab leads to {target}")
