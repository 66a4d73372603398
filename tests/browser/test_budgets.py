"""What a page may weigh, and that it speaks with nobody but its own host."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request, expect

from tests.browser.conftest import Shop, live
from tests.browser.test_accessible import PAGES

pytestmark = pytest.mark.browser

MOST_REQUESTS = 8
MOST_BYTES = 120_000
MOST_NODES = 1_500


def test_the_first_view_of_today_is_eight_requests_and_120_kilobytes_at_most(trading: Shop, page: Page) -> None:
    done: list[Request] = []
    page.on("requestfinished", lambda request: done.append(request))

    page.goto(trading.url, wait_until="networkidle")
    live(page)

    sizes = {urlsplit(one.url).path: one.sizes() for one in done}
    weight = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes.values())
    assert any(path.endswith(".woff2") for path in sizes)
    assert len(done) <= MOST_REQUESTS, list(sizes)
    assert weight < MOST_BYTES, {path: size["responseBodySize"] for path, size in sizes.items()}


def test_a_second_view_fetches_the_page_alone(trading: Shop, page: Page) -> None:
    page.goto(trading.url, wait_until="networkidle")

    page.goto(f"{trading.url}/orders", wait_until="networkidle")

    network = page.evaluate(  # what was not in the cache
        "performance.getEntriesByType('resource').filter(one => one.transferSize > 0).map(one => new URL(one.name).pathname)"
    )
    assert not network


def test_no_page_has_more_than_1500_nodes(trading: Shop, page: Page) -> None:
    found = {}

    for address in PAGES:
        page.goto(trading.url + address)
        found[address] = page.evaluate("document.getElementsByTagName('*').length")

    assert not {address: count for address, count in found.items() if count > MOST_NODES}


def test_no_page_breaks_its_own_policy_or_asks_another_host(trading: Shop, page: Page) -> None:
    complaints: list[str] = []
    hosts: set[str] = set()

    def hear(said: ConsoleMessage) -> None:
        # Chromium itself writes a line for an answer of 404 or 422, which two of the pages are.
        if said.type in ("error", "warning") and "the server responded with a status of" not in said.text:
            complaints.append(said.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).netloc))
    for address in PAGES:
        page.goto(trading.url + address)
    page.goto(trading.url)
    live(page)
    order = trading.sell("TEA", 1)
    expect(page.locator(f"#o-{order['id']}")).to_be_attached()

    assert not complaints
    assert hosts == {urlsplit(trading.url).netloc}
