"""The line breaks, in every way it can: the page says how old its figures are, and catches up by itself."""

import os
import re
import signal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Shop, live

pytestmark = pytest.mark.browser

HOUR_MS = 3_600_000
SEEN = """(hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def caught_up(page: Page, shop: Shop, order: dict[str, object]) -> None:
    expect(page.locator(f"#o-{order['id']}")).to_be_attached()
    expect(page.locator(".hero .sum")).to_have_text(shop.taken())
    live(page)
    assert page.evaluate("window.stays === 1")


def kill_workers(shop: Shop) -> None:
    """kill -9 every web process, and wait until others answer."""
    for pid in shop.web_processes():
        os.kill(pid, signal.SIGKILL)
    shop.wait_for(lambda: answers(shop))


def answers(shop: Shop) -> bool:
    try:
        return shop.http.get("/healthz").is_success
    except OSError:
        return False
    except Exception as error:  # a connection that broke while it was used
        if type(error).__module__.startswith("httpx"):
            return False
        raise


@pytest.fixture
def marked(today: Page) -> Page:
    """Today, live; `window.stays` is gone when the page was loaded anew."""
    today.evaluate("window.stays = 1")
    return today


def test_wanted_31_and_trap_7_a_dead_line_shows_the_age_of_the_figures_and_ends_by_itself(
    trading: Shop, marked: Page
) -> None:
    figure = marked.locator(".hero .sum").inner_text()

    trading.stop()
    pill = marked.locator(".live")
    expect(pill).to_have_attribute("data-state", "off")
    expect(pill).to_contain_text(re.compile(r"Not connected\. Figures from \d\d:\d\d \d+ s ago, trying"))
    expect(marked.get_by_role("button", name="Try now")).to_be_visible()
    assert marked.locator(".hero .sum").inner_text() == figure

    trading.start()
    caught_up(marked, trading, trading.sell("SOAP", 1))
    expect(marked.get_by_role("button", name="Try now")).to_be_hidden()


def test_a_restarted_server_is_found_again_and_nothing_is_missed(trading: Shop, marked: Page) -> None:
    trading.restart()

    caught_up(marked, trading, trading.sell("LATTE", 1))


def test_killed_workers_are_not_noticed_for_long(trading: Shop, marked: Page) -> None:
    kill_workers(trading)

    caught_up(marked, trading, trading.sell("TEA", 2))


def test_a_page_hidden_for_an_hour_lets_go_and_is_right_when_it_is_seen_again(trading: Shop, page: Page) -> None:
    page.clock.install()
    page.goto(trading.url)
    live(page)
    page.evaluate("window.stays = 1")
    page.evaluate(SEEN, True)
    with page.expect_event("websocket", timeout=20_000) as come_back:
        page.clock.fast_forward(HOUR_MS)
        order = trading.sell("BALM", 1)
        expect(page.locator(f"#o-{order['id']}")).to_have_count(0)

        page.evaluate(SEEN, False)

    assert come_back.value.url == trading.ws_url
    caught_up(page, trading, order)


def test_a_page_left_alone_for_an_hour_and_a_laptop_that_slept_take_another_line(trading: Shop, page: Page) -> None:
    page.clock.install()
    page.goto(trading.url)
    live(page)
    page.evaluate("window.stays = 1")

    with page.expect_event("websocket", timeout=20_000):  # the old line may be dead without knowing
        page.clock.fast_forward(HOUR_MS)

    caught_up(page, trading, trading.sell("SOAP", 2))


def test_a_network_that_is_gone_and_comes_back(trading: Shop, marked: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    kill_workers(trading)
    expect(marked.locator(".live")).to_have_attribute("data-state", "off")
    order = trading.sell("TEA", 1)

    context.set_offline(False)

    caught_up(marked, trading, order)


def test_two_windows_are_equal_again_after_a_restart(trading: Shop, marked: Page, other: Page) -> None:
    other.goto(trading.url)
    live(other)
    other.evaluate("window.stays = 1")

    trading.restart()
    order = trading.sell("SOAP", 1)

    for window in (marked, other):
        caught_up(window, trading, order)
    expect(other.locator(".feed")).to_have_text(marked.locator(".feed").inner_text(), use_inner_text=True)
