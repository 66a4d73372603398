"""The till in Chromium and the real server: by mouse, thumb, keyboard and scanner, with and without the network."""

import json
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.servers.takings import Server

pytestmark = pytest.mark.browser

TEA, SOAP, BALM = "2001000006298", "2001000020003", "2001000016655"
FAST_S, SLOW_S = 0.008, 0.12


@pytest.fixture(scope="module")
def shop(server: Server) -> Server:
    """A place, the pier, that sells tea (50 there), soap (not counted) and balm (2 there)."""
    with server.client() as http:
        http.post("/locations", json={"code": "pier", "name": "Pier", "region": "GB-BNH"}).raise_for_status()
        for sku, name, price, gtin, count in (
            ("TEA-ICED-330", "Iced tea 330 ml", 2.40, TEA, 50),
            ("SOAP-GT-X1", "Cedar soap 110 g", 9.99, SOAP, None),
            ("BALM", "Hand balm 50 ml", 12, BALM, 2),
        ):
            body = {"sku": sku, "name": name, "price": price, "gtin": gtin, "category": "Drinks"}
            http.post("/products", json=body).raise_for_status()
            if count is not None:
                entry = {"count": count, "location": "pier"}
                http.post(f"/products/{sku}/stock", json=entry).raise_for_status()
    return server


@pytest.fixture
def till(shop: Server, page: Page) -> Iterator[Page]:
    """The till at the pier, its price list in the browser; at the end nothing may have been complained of."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    open_till(shop, page)
    yield page
    assert not complaints


def open_till(shop: Server, page: Page) -> None:
    with page.expect_response("**/sell/products.json*"):
        page.goto(f"{shop.url}/sell?location=pier")
    page.wait_for_function("() => Object.keys(localStorage).some(name => name.startsWith('takings.prices.'))")


def tile(page: Page, name: str):
    return page.locator("[data-goods] button.good", has_text=name)


def lines(page: Page) -> list[str]:
    return [" ".join(row.split()) for row in page.locator("[data-lines] > li").all_inner_texts()]


def count_of(page: Page, name: str) -> str:
    return page.locator("[data-lines] > li", has_text=name).locator("[data-count]").inner_text()


def total(page: Page) -> str:
    return page.locator("output[data-sum]").inner_text()


def orders(shop: Server) -> list[dict]:
    with shop.client() as http:
        return http.get("/orders", params={"limit": 500, "sort": "placed_at"}).json()["items"]


def press(page: Page, keys: str, gap_s: float, enter: bool = True) -> None:
    """Keys as a device sends them, each so many seconds after the one before by the browser's own reckoning."""
    session = page.context.new_cdp_session(page)
    start = time.time() + 0.1  # nobody types and scans within the same instant
    for place, key in enumerate([*keys, *(["Enter"] if enter else [])]):
        text = "\r" if key == "Enter" else key
        code = 13 if key == "Enter" else ord(key.upper())
        at = start + place * gap_s
        event = {"key": key, "timestamp": at, "windowsVirtualKeyCode": code}
        session.send("Input.dispatchKeyEvent", {**event, "type": "keyDown", "text": text, "unmodifiedText": text})
        session.send("Input.dispatchKeyEvent", {**event, "type": "keyUp"})
    session.detach()


def nothing_waits(page: Page) -> None:
    expect(page.locator("[data-connection]")).to_have_text("Connected")


# ---- Selling ----


def test_a_tap_adds_one_and_a_sale_is_in_the_ledger(shop, till):
    before = len(orders(shop))

    tile(till, "Iced tea").click()
    tile(till, "Iced tea").click()
    tile(till, "Cedar soap").click()
    assert tile(till, "Iced tea").locator("[data-count]").inner_text() == "2"
    assert total(till) == "£14.79"
    with till.expect_response("**/orders") as answer:
        till.get_by_role("button", name="Cash").click()

    assert answer.value.status == 201
    sold = orders(shop)[before:]
    assert [(line["sku"], line["quantity"]) for line in sold[0]["lines"]] == [("TEA-ICED-330", 2), ("SOAP-GT-X1", 1)]
    assert (sold[0]["total"], sold[0]["location"], sold[0]["payment"]) == (14.79, "pier", "cash")
    assert total(till) == "£0.00"
    expect(till.get_by_role("link", name="Receipt")).to_have_attribute("href", f"/orders/{sold[0]['id']}/receipt")


def test_quantities_change_by_button_and_by_keypad(till):
    tile(till, "Iced tea").click()
    till.get_by_role("button", name="One more").click()
    assert count_of(till, "Iced tea") == "2"

    till.keyboard.type("7")
    till.keyboard.press("*")
    assert (count_of(till, "Iced tea"), total(till)) == ("7", "£16.80")

    till.keyboard.press("-")
    till.get_by_role("button", name="One less").click()
    assert count_of(till, "Iced tea") == "5"


def test_a_discount_is_a_percentage_or_an_amount_of_the_chosen_line(shop, till):
    tile(till, "Cedar soap").click()

    till.keyboard.type("15")
    till.keyboard.press("%")
    assert total(till) == "£8.49"
    assert "15% off −£1.50" in lines(till)[0]

    till.keyboard.type("100")
    till.get_by_role("button", name="£ off").click()
    assert total(till) == "£8.99"
    with till.expect_response("**/orders") as answer:
        till.keyboard.press("Enter")
    assert answer.value.json()["lines"][0]["discount"] == 1.0


def test_by_keyboard_alone_a_product_is_found_and_paid_for(shop, till):
    before = len(orders(shop))

    till.keyboard.press("/")
    till.keyboard.type("cedar", delay=60)
    till.keyboard.press("Enter")
    till.keyboard.press("Escape")
    with till.expect_response("**/orders"):
        till.keyboard.press("Enter")

    assert [line["sku"] for line in orders(shop)[before]["lines"]] == ["SOAP-GT-X1"]


def test_a_basket_is_held_and_taken_back(till):
    tile(till, "Iced tea").click()
    till.keyboard.press("F2")
    assert lines(till) == []

    till.get_by_role("button", name="Held at").click()
    assert count_of(till, "Iced tea") == "1"


def test_what_is_not_there_is_not_added(till):
    for _ in range(3):
        tile(till, "Hand balm").click()

    assert count_of(till, "Hand balm") == "2"
    expect(till.get_by_text("Only 2 of Hand balm 50 ml left")).to_be_visible()


def test_undo_takes_the_sale_back_as_a_correction(shop, till):
    tile(till, "Iced tea").click()
    with till.expect_response("**/orders") as answer:
        till.get_by_role("button", name="Card").click()
    order_id = answer.value.json()["id"]

    with till.expect_response("**/returns"):
        till.get_by_role("button", name="Undo").click()

    with shop.client() as http:
        order = http.get(f"/orders/{order_id}").json()
    assert order["status"] == "returned"
    assert [back["reason"] for back in order["returns"]] == ["correction"]
    assert count_of(till, "Iced tea") == "1"


# ---- Scanning (17) ----


@pytest.mark.parametrize("focus", ["nowhere", "search", "tile"])
def test_wanted_17_a_scan_adds_one_wherever_the_focus_is(till, focus):
    if focus == "search":
        till.locator("[data-till-search]").focus()
    elif focus == "tile":
        tile(till, "Cedar soap").focus()

    press(till, TEA, FAST_S)

    assert lines(till)[0].startswith("Iced tea")
    assert (count_of(till, "Iced tea"), len(lines(till))) == ("1", 1)
    assert till.locator("[data-till-search]").input_value() == ""
    assert till.locator("[data-pad]").inner_text() == ""


def test_wanted_17_the_same_code_twice_is_two_and_never_a_quantity(till):
    press(till, TEA, FAST_S)
    press(till, TEA, FAST_S)

    assert count_of(till, "Iced tea") == "2"
    assert total(till) == "£4.80"


def test_a_code_with_letters_and_dashes_sets_nothing_off_on_its_way(till):
    tile(till, "Iced tea").click()
    till.keyboard.type("12")

    press(till, "SOAP-GT-X1", FAST_S)

    assert (count_of(till, "Iced tea"), count_of(till, "Cedar soap")) == ("1", "1")
    assert till.locator("[data-pad]").inner_text() == "12"
    assert till.url.endswith("/sell?location=pier")


def test_a_scan_never_pays(shop, till):
    before = len(orders(shop))
    tile(till, "Iced tea").click()

    press(till, TEA, FAST_S)
    press(till, "4006381333931", FAST_S)

    expect(till.get_by_text("No product has the code 4006381333931")).to_be_visible()
    assert count_of(till, "Iced tea") == "2"
    assert len(orders(shop)) == before


def test_slow_digits_are_a_person_and_short_bursts_are_none(till):
    tile(till, "Iced tea").click()

    press(till, "12", FAST_S, enter=False)
    assert till.locator("[data-pad]").inner_text() == "12"
    till.keyboard.press("*")
    assert count_of(till, "Iced tea") == "12"


def test_a_slow_scanner_is_looked_up_all_the_same(shop, till):
    before = len(orders(shop))

    press(till, TEA, SLOW_S)

    assert count_of(till, "Iced tea") == "1"
    assert len(orders(shop)) == before


# ---- Without the network (12, 13) ----


def test_wanted_12_a_sale_without_the_network_waits_and_is_sent_exactly_once(shop, till, context: BrowserContext):
    before = len(orders(shop))
    context.set_offline(True)
    press(till, TEA, FAST_S)
    till.keyboard.press("Enter")

    expect(till.locator("[data-connection]")).to_have_text("1 sale waiting")
    assert total(till) == "£0.00"
    tile(till, "Cedar soap").click()
    till.keyboard.press("Enter")
    expect(till.locator("[data-connection]")).to_have_text("2 sales waiting")
    assert len(orders(shop)) == before

    context.set_offline(False)
    nothing_waits(till)
    sold = orders(shop)[before:]
    assert [order["lines"][0]["sku"] for order in sold] == ["TEA-ICED-330", "SOAP-GT-X1"]


def test_wanted_12_a_sale_that_waits_outlives_the_page(shop, till, context: BrowserContext):
    before = len(orders(shop))
    till.route("**/orders", lambda route: route.abort())
    tile(till, "Cedar soap").click()
    till.keyboard.press("Enter")
    expect(till.locator("[data-connection]")).to_have_text("1 sale waiting")
    till.close()

    again = context.new_page()
    open_till(shop, again)

    nothing_waits(again)
    assert len(orders(shop)) == before + 1


def test_wanted_13_a_queue_replayed_three_times_books_once(shop, till):
    before = len(orders(shop))
    answers = []

    def lose(route: Route) -> None:
        answers.append(route.fetch().json())  # the ledger has it; the till never hears
        if len(answers) < 3:
            route.abort()
        else:
            route.fulfill(json=answers[-1], status=201)

    till.route("**/orders", lose)
    tile(till, "Cedar soap").click()
    till.keyboard.press("Enter")

    expect(till.locator("[data-connection]")).to_have_text("Connected", timeout=15_000)
    assert len(answers) == 3
    assert len({answer["id"] for answer in answers}) == 1
    assert len(orders(shop)) == before + 1


def test_the_control_another_key_for_each_try_books_three_times(shop, till):
    before = len(orders(shop))
    tries = []

    def lose(route: Route) -> None:
        tries.append(1)
        answer = route.fetch(headers={**route.request.headers, "idempotency-key": f"broken-{len(tries)}"})
        if len(tries) < 3:
            route.abort()
        else:
            route.fulfill(response=answer)

    till.route("**/orders", lose)
    tile(till, "Cedar soap").click()
    till.keyboard.press("Enter")

    expect(till.locator("[data-connection]")).to_have_text("Connected", timeout=15_000)
    assert len(orders(shop)) == before + 3


def test_undoing_a_sale_that_was_never_sent_leaves_no_trace(shop, till, context: BrowserContext):
    before = len(orders(shop))
    till.evaluate("navigator.locks.request('takings.sale', () => new Promise(done => { window.letGo = done; })) && 0")
    tile(till, "Cedar soap").click()
    till.keyboard.press("Enter")
    till.get_by_role("button", name="Undo").click()

    till.evaluate("window.letGo()")
    nothing_waits(till)
    assert len(orders(shop)) == before


def test_a_refused_sale_is_shown_and_goes_back_into_the_basket(shop, till):
    with shop.client() as http:
        http.post("/products/BALM/stock", json={"count": 2, "location": "pier"}).raise_for_status()
    tile(till, "Hand balm").click()
    tile(till, "Hand balm").click()
    with shop.client() as http:
        http.post("/products/BALM/stock", json={"count": 1, "location": "pier"}).raise_for_status()

    till.keyboard.press("Enter")

    expect(till.get_by_role("alert").get_by_text("1 of Hand balm 50 ml left")).to_be_visible()
    till.get_by_role("button", name="Put it back in the basket").click()
    assert count_of(till, "Hand balm") == "2"
    nothing_waits(till)
    with shop.client() as http:
        http.post("/products/BALM/stock", json={"count": 2, "location": "pier"}).raise_for_status()


# ---- By thumb, and without JavaScript ----


@pytest.fixture
def phone(shop: Server, browser) -> Iterator[Page]:
    """The till on a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    open_till(shop, page)
    yield page
    context.close()


def test_on_a_phone_the_basket_is_a_sheet_and_every_target_has_44_pixels(shop, phone):
    before = len(orders(shop))
    tile(phone, "Iced tea").tap()
    phone.get_by_role("link", name="Review and pay").tap()

    for name in ("One more", "One less", "Cash", "Card", "Hold", "× qty", "Back to products"):
        box = phone.locator("#basket").get_by_text(name).or_(phone.locator(f'#basket [aria-label="{name}"]')).first
        size = box.bounding_box()
        assert size and size["height"] >= 44, name
    with phone.expect_response("**/orders"):
        phone.locator("[data-pay=card]").tap()

    assert len(orders(shop)) == before + 1
    expect(phone.locator("#basket")).to_be_hidden()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_javascript_plain_forms_sell_and_undo(shop, browser):
    before = len(orders(shop))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{shop.url}/sell?location=pier")

    page.locator("button.good", has_text="Iced tea").click()
    page.get_by_label("Search products").fill(SOAP)
    page.get_by_label("Search products").press("Enter")
    page.locator("[data-lines] > li", has_text="Iced tea").get_by_role("button", name="One more").click()
    page.locator(".percent button", has_text="Cedar soap").click()
    assert page.locator("output[data-sum]").inner_text() == "£13.79"
    page.get_by_role("button", name="Cash").click()

    sold = orders(shop)[before:]
    assert [(line["sku"], line["quantity"], line["discount"]) for line in sold[0]["lines"]] == [
        ("TEA-ICED-330", 2, 0.0), ("SOAP-GT-X1", 1, 1.0),
    ]  # fmt: skip
    page.get_by_role("button", name="Undo").click()
    assert json.dumps(orders(shop)[-1]["returns"][0]["reason"]) == '"correction"'
    context.close()
