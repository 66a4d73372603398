"""From a hot day to an accepted price, a sale at that price, its end, and what came of it; by keys, thumb and live."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import live
from tests.browser.test_accessible import TARGETS, serious
from tests.servers.advised import COCOA, HISTORY_DAYS, AdvisedShop
from tests.servers.weather import KEY, WeatherServer

pytestmark = pytest.mark.browser

ADVICE = ("/recommendations", "/recommendations/{}", "/recommendations/record", "/recommendations/guardrails",
          "/recommendations/traits", "/recommendations/advice/1", "/recommendations?state=open&state=expired")  # fmt: skip


@pytest.fixture(scope="module")
def hot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdvisedShop]:
    """The shop on a day of 33 degrees, with its weather service on loopback and its background worker."""
    folder = tmp_path_factory.mktemp("hot")
    clock_file = folder / "clock"
    holder: list[AdvisedShop] = []
    weather = WeatherServer(lambda: holder[0].now_ms())
    weather.degrees = 33.0
    weather.bend["current"] = lambda said: {
        **said,
        "weather": [{"id": 800, "main": "Clear", "description": "clear sky"}],
    }
    shop = AdvisedShop(
        folder, workers=1, TAKINGS_CLOCK_FILE=str(clock_file), TAKINGS_WEATHER="openweather", TAKINGS_WEATHER_KEY=KEY,
        TAKINGS_WEATHER_URL=weather.url,
    )  # fmt: skip
    holder.append(shop)
    shop.clock_file = clock_file
    shop.set_clock(-HISTORY_DAYS - 1)
    shop.start()
    try:
        with shop.client() as shop.http:
            shop.stock()
            shop.set_clock(0)
            shop.past(range(-HISTORY_DAYS, 0))
            shop.cool_days()
            shop.wait_for(lambda: shop.advice()["weather"]["locations"][0:1] and is_hot(shop))
            yield shop
    finally:
        shop.stop()
        weather.close()


def is_hot(shop: AdvisedShop) -> bool:
    """Whether the shop knows by now how warm it is."""
    return bool(shop.advice()["weather"]["locations"][0]["feels"] == "hot")


def card(page: Page, words: str) -> Any:
    """The card of a suggestion."""
    return page.locator(".advice", has_text=words)


def price_of(hot: AdvisedShop, sku: str) -> float:
    """The price of a product as the catalogue has it."""
    return float(hot.http.get(f"/products/{sku}", headers={"Accept": "application/json"}).json()["price"])


def addresses(hot: AdvisedShop) -> list[str]:
    """The pages of advice."""
    number = hot.advice()["suggestions"][0]["id"]
    return [address.format(number) for address in ADVICE]


# ---- Everybody can use it ----


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_pages_of_advice(hot: AdvisedShop, page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = []

    for address in [*addresses(hot), "/"]:
        page.goto(hot.url + address)
        found += [f"{address} {line}" for line in serious(page)]

    assert not found


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_of_advice_is_wider_than_the_screen_and_targets_are_large(
    hot: AdvisedShop, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    found = []

    for address in [*addresses(hot), "/sell?location=pier"]:
        page.goto(hot.url + address)
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{address} is {wide} px wide"] if wide > width else []
        found += [f"{address} {one}" for one in page.evaluate(TARGETS)]

    assert not found


def test_without_script_limits_and_products_are_said_and_advice_is_asked_for(hot: AdvisedShop, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{hot.url}/recommendations/guardrails")
    page.get_by_role("link", name="Snacks").click()
    page.get_by_label("Largest step, %").fill("80")
    page.get_by_role("button", name="Save these limits").click()
    expect(page.get_by_role("alert")).to_contain_text("at most 50")
    page.get_by_label("Largest step, %").fill("7.5")
    page.get_by_role("button", name="Save these limits").click()
    expect(page.locator("tr", has=page.get_by_role("link", name="Snacks"))).to_contain_text("7.5%")
    page.goto(f"{hot.url}/recommendations/traits")
    page.get_by_label("How Smoked nuts is served").select_option("rain")
    page.get_by_role("button", name="Save what products are").click()
    expect(page.get_by_label("How Smoked nuts is served")).to_have_value("rain")
    page.goto(f"{hot.url}/recommendations")
    page.get_by_role("button", name="Ask again").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Worth doing now")
    context.close()


def test_without_script_a_refused_price_lands_on_what_is_wrong_with_it(hot: AdvisedShop, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 700})
    page = context.new_page()
    page.goto(f"{hot.url}/recommendations")
    card(page, "Lower the price of Hot chocolate").get_by_role("link", name="Change").click()

    page.get_by_label("Price").fill("0.01")
    page.get_by_role("button", name="Set this price").click()

    expect(page.get_by_role("alert")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="Price: ").click()
    expect(page.get_by_label("Price")).to_be_in_viewport()
    context.close()


def test_at_1440_what_is_to_be_done_stands_beside_what_is_said_and_on_a_phone_below_it(
    hot: AdvisedShop, page: Page
) -> None:
    def places(width: int) -> tuple[Any, Any, Any]:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{hot.url}/recommendations")
        lower = card(page, "Lower the price of Hot chocolate")
        return tuple(lower.locator(part).bounding_box() for part in (".why", ".band", ".acts"))

    why, band, acts = places(1440)
    assert why["x"] + why["width"] <= min(band["x"], acts["x"])
    why, band, acts = places(375)
    assert why["y"] + why["height"] <= band["y"] < acts["y"] and band["width"] > 300


# ---- The whole way ----


def test_a_suggestion_is_left_by_thumb_and_goes_from_every_screen(hot: AdvisedShop, browser: Any, page: Page) -> None:
    phone = browser.new_context(viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True).new_page()
    page.goto(f"{hot.url}/recommendations")
    live(page)
    phone.goto(f"{hot.url}/recommendations")
    expect(card(phone, "Put Iced tea")).to_contain_text("33.0 °C at Pier")
    assert card(phone, "Put Iced tea").locator(".rests > summary").bounding_box()["height"] >= 44

    card(phone, "Put Iced tea").locator("summary", has_text="Leave it").tap()
    card(phone, "Put Iced tea").get_by_role("button", name="It does not suit the shop").tap()

    expect(card(phone, "Put Iced tea")).to_have_count(0)
    expect(card(page, "Put Iced tea")).to_have_count(0)
    left = hot.http.get("/recommendations?state=dismissed", headers={"Accept": "application/json"}).json()
    assert [one["reason"] for one in left["suggestions"]] == ["It does not suit the shop"]
    phone.context.close()


def test_from_a_hot_day_to_an_accepted_price_a_sale_at_it_its_end_and_its_measured_effect(
    hot: AdvisedShop, page: Page, other: Page
) -> None:
    till = other
    till.goto(f"{hot.url}/sell?location=pier")
    tile = till.locator(".good", has_text="Hot chocolate powder")
    expect(tile).to_contain_text("£6.00")

    page.goto(hot.url)  # Today names it
    expect(page.locator("[data-island^='/recommendations/cards']")).to_contain_text("Lower the price of Hot chocolate")
    page.get_by_role("link", name=re.compile(r"\d recommendation")).click()
    expect(page.locator("[data-island^='/weather/now']")).to_contain_text("hot")
    expect(page.locator("[data-island^='/recommendations/day']")).to_contain_text("33.0 °C at Pier")
    accepted(hot, page)
    sold_at_the_till(hot, till, tile)
    ended(hot, page)
    expect(tile).to_contain_text("£6.00")
    measured(hot, page)


def accepted(hot: AdvisedShop, page: Page) -> None:
    """The lower price is accepted for three weeks, its smallest visible effect read before."""
    lower = card(page, "Lower the price of Hot chocolate")
    expect(lower.locator(".band")).to_have_attribute(
        "aria-label", re.compile("suggested £5.70, between a floor of £5.70")
    )
    lower.get_by_role("link", name="Change").click()
    expect(page.locator("#accept")).to_contain_text(re.compile(r"Its 6 whole days can show a change of \d+% or more"))
    page.get_by_label("Until").fill(hot.start_of(21).strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Set this price").click()
    expect(page.locator("[data-island='/recommendations/running']")).to_contain_text("£5.70 in place of £6.00")
    assert price_of(hot, COCOA) == 5.70


def sold_at_the_till(hot: AdvisedShop, till: Page, tile: Any) -> None:
    """The till that was open already names the offer, shows its price and sells at it."""
    expect(till.locator(".offers")).to_contain_text("Hot chocolate powder 250 g £5.70")
    expect(tile).to_contain_text("£5.70")
    tile.click()
    till.get_by_role("button", name=re.compile("^Card")).click()
    expect(till.locator("[data-said]")).to_contain_text("Sold for £5.70")
    till.wait_for_function("() => !document.querySelector('[data-connection]').textContent.includes('wait')")
    orders = hot.http.get("/orders?limit=1", headers={"Accept": "application/json"}).json()["items"]
    assert [(line["sku"], line["price"], line["total"]) for line in orders[0]["lines"]] == [(COCOA, 5.70, 5.70)]


def ended(hot: AdvisedShop, page: Page) -> None:
    """Two weeks later twice as much of it was sold; one click takes the price back."""
    hot.set_clock(14, hour=3)  # before the worker measures in the morning
    hot.past(range(1, 14), COCOA=2)
    page.goto(f"{hot.url}/recommendations")
    running = page.locator("[data-island='/recommendations/running']")
    expect(running).to_contain_text(re.compile(r"\d+ sold since, £"))
    running.get_by_role("button", name="End this price").click()
    expect(page.locator("#measured")).to_contain_text("Nothing can be told yet")
    assert price_of(hot, COCOA) == 6.00


def measured(hot: AdvisedShop, page: Page) -> None:
    """In the morning the worker compares it with what was sold beside it, and says so in words."""
    hot.set_clock(14)
    record = {"Accept": "application/json"}
    hot.wait_for(lambda: hot.http.get("/recommendations/record", headers=record).json()["items"][0]["measured"], 60)
    page.goto(f"{hot.url}/recommendations/record")
    row = page.locator("tbody tr", has_text="Lower the price of Hot chocolate")
    expect(row).to_contain_text(re.compile(r"\d+ to \d+ more sold than"))
    expect(row).to_contain_text("As expected")
    expect(page.locator("main")).to_contain_text("Right in 1 of 1")
    row.get_by_role("link").click()
    expect(page.locator("#measured")).to_contain_text(re.compile(r"\+\d+\.\d% to \+\d+\.\d%"))
