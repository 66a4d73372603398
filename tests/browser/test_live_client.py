"""The page's end of the live channel, against a socket that the test speaks for."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

STATIC = Path(__file__).parents[2] / "static"
FIGURES = "/analytics/figures?period=today"
FEED = "/orders/recent"

pytestmark = pytest.mark.browser


def figures(value: str, version: int, extra: str = "") -> str:
    return (
        f'<section id="figures" data-island="{FIGURES}" data-v="{version}"><b class="fig">{value}</b>{extra}</section>'
    )


def feed(version: int, *keys: int) -> str:
    rows = "".join(f'<li data-key="o-{key}">Order {key}</li>' for key in keys)
    return f'<div id="feed" data-island="{FEED}" data-v="{version}"><ol class="feed">{rows}</ol></div>'


def page_of(main: str) -> str:
    return f"""<!doctype html><html lang="en-GB" data-zone="Europe/London" data-epoch="k3f9" data-now="1795256123000">
    <head><title>Live</title><script type="module" src="/app.js"></script></head><body><main id="main">
    <div class="pulse" id="pulse" data-keep><p class="live" role="status" data-state="still"><span data-word></span>
    <time data-time></time> <span data-more></span></p><button data-retry hidden>Try now</button>
    <button data-pause hidden>Pause</button></div>{main}</main><div id="toast"></div></body></html>"""


class Server:
    """What the page sees: its HTML, its modules, and the sockets that it opened, the newest last."""

    def __init__(self) -> None:
        self.main = figures("£1.00", 7) + feed(5, 2, 1)
        self.pages = 0
        self.sockets: list[WebSocketRoute] = []
        self.heard: list[dict[str, Any]] = []

    def answer(self, route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        if name.endswith(".js"):
            return route.fulfill(body=(STATIC / "js" / name).read_text(), content_type="text/javascript")
        if name:
            return route.fulfill(status=404)
        self.pages += 1
        return route.fulfill(body=page_of(self.main), content_type="text/html; charset=utf-8")

    def socket(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        socket.on_message(lambda text: self.heard.append(json.loads(text)))

    def say(self, *frames: object) -> None:
        for frame in frames:
            self.sockets[-1].send(json.dumps(frame))

    def ready(self, seq: int = 7) -> None:
        self.say({"topic": "ready", "seq": seq, "epoch": "k3f9"})


def island(address: str, seq: int, html: str) -> dict[str, object]:
    return {"topic": "island", "address": address, "seq": seq, "html": html}


@pytest.fixture
def server(page: Page) -> Iterator[Server]:
    """A page with two islands, connected, its clock in the hand of the test."""
    server = Server()
    page.clock.install()
    page.route("http://live.test/**", server.answer)
    page.route_web_socket("ws://live.test/live", server.socket)
    page.goto("http://live.test/")
    until(page, lambda: len(server.heard) == 1)
    yield server


def until(page: Page, done: Callable[[], bool], most: int = 100) -> None:
    for _ in range(most):
        if done():
            return
        page.clock.run_for(20)
        page.evaluate("1")
    raise AssertionError("it did not come to that")


def state(page: Page) -> str | None:
    return page.get_attribute(".live", "data-state")


def test_it_asks_for_its_islands_from_the_oldest_of_them_on(page: Page, server: Server) -> None:
    assert server.heard == [{"islands": [FIGURES, FEED], "since": 5, "epoch": "k3f9"}]
    assert len(server.sockets) == 1


def test_a_figure_moves_to_its_new_value_and_an_older_one_is_dropped(page: Page, server: Server) -> None:
    server.ready()
    server.say([island(FIGURES, 8, figures("£2.00", 8)), island(FIGURES, 9, figures("£3.00", 9))])
    until(page, lambda: page.text_content(".fig") == "£3.00")

    server.say(island(FIGURES, 8, figures("£2.00", 8)), island(FEED, 9, feed(9, 3, 2, 1)))
    until(page, lambda: page.locator(".feed li").count() == 3)

    assert page.text_content(".fig") == "£3.00"
    assert page.get_attribute("#figures", "data-v") == "9"


def test_a_new_row_is_washed_and_the_others_are_not(page: Page, server: Server) -> None:
    server.say(island(FEED, 9, feed(9, 3, 2, 1)))
    until(page, lambda: page.locator(".feed li").count() == 3)

    assert page.locator(".fresh").all_text_contents() == ["Order 3"]


def test_an_island_in_which_somebody_types_waits(page: Page, server: Server) -> None:
    field = '<input id="q" value="">'
    server.say(island(FIGURES, 8, figures("£2.00", 8, field)))
    until(page, lambda: page.locator("#q").count() == 1)
    page.fill("#q", "tea")

    server.say(island(FIGURES, 9, figures("£3.00", 9, field)), island(FEED, 9, feed(9, 3, 2, 1)))
    until(page, lambda: page.locator(".feed li").count() == 3)
    assert page.text_content(".fig") == "£2.00"

    page.evaluate("document.activeElement.blur()")
    until(page, lambda: page.text_content(".fig") == "£3.00")
    assert page.input_value("#q") == "tea"


def test_the_link_in_focus_is_not_taken_away(page: Page, server: Server) -> None:
    server.say(island(FIGURES, 8, figures("£2.00", 8, '<a id="t-orders" href="#">Orders</a>')))
    until(page, lambda: page.locator("#t-orders").count() == 1)
    page.focus("#t-orders")

    server.say(island(FIGURES, 9, figures("£3.00", 9, '<a id="t-orders" href="#">Orders</a>')))
    until(page, lambda: page.text_content(".fig") == "£3.00")
    server.say(island(FIGURES, 10, figures("£4.00", 10)), island(FEED, 10, feed(10, 4)))
    until(page, lambda: page.locator(".feed li").count() == 1)

    assert page.evaluate("document.activeElement.id") == "t-orders"
    page.evaluate("document.activeElement.blur()")
    until(page, lambda: page.text_content(".fig") == "£4.00")


def test_marked_text_is_not_lost(page: Page, server: Server) -> None:
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.fig'))")

    server.say(island(FIGURES, 9, figures("£3.00", 9)), island(FEED, 9, feed(9, 3)))
    until(page, lambda: page.locator(".feed li").count() == 1)
    assert page.evaluate("getSelection().toString()") == "£1.00"

    page.evaluate("getSelection().removeAllRanges()")
    until(page, lambda: page.text_content(".fig") == "£3.00")


def test_a_reset_is_one_look_at_the_whole_page(page: Page, server: Server) -> None:
    server.ready()
    server.main = figures("£9.00", 20) + feed(20, 9, 8)

    server.say({"topic": "reset", "seq": 20, "epoch": "new", "reason": "history", "data": {}})
    until(page, lambda: page.text_content(".fig") == "£9.00")

    assert server.pages == 2
    assert page.evaluate("document.documentElement.dataset.epoch") == "new"


def test_after_a_stop_of_the_server_it_is_back_within_three_seconds(page: Page, server: Server) -> None:
    server.ready()
    server.say(island(FIGURES, 9, figures("£3.00", 9)), island(FEED, 9, feed(9, 3)))
    until(page, lambda: page.text_content(".fig") == "£3.00")

    server.sockets[-1].close(code=1012)
    page.clock.run_for(3_100)
    until(page, lambda: len(server.heard) == 2)

    assert server.heard[-1] == {"islands": [FIGURES, FEED], "since": 9, "epoch": "k3f9"}


def test_after_forty_five_seconds_of_silence_the_line_is_another(page: Page, server: Server) -> None:
    server.ready()
    page.clock.run_for(40_000)
    assert len(server.sockets) == 1

    page.clock.run_for(12_000)
    until(page, lambda: len(server.heard) == 2)

    assert len(server.sockets) == 2


def test_a_session_that_ended_is_not_tried_again(page: Page, server: Server) -> None:
    server.ready()
    server.sockets[-1].close(code=4401)
    page.clock.run_for(120_000)

    assert len(server.sockets) == 1
    assert "Signed out" in str(page.text_content(".live"))


def test_the_pill_says_live_and_then_how_old_the_figures_are(page: Page, server: Server) -> None:
    server.ready()
    until(page, lambda: state(page) == "on")
    expect(page.locator("[data-word]")).to_have_text("Live")

    page.unroute_all()
    page.route_web_socket("ws://live.test/live", lambda socket: socket.close(code=1006))
    server.sockets[-1].close(code=1011)
    page.clock.run_for(200_000)

    assert state(page) == "off"
    assert "Not connected. Figures from" in str(page.text_content(".live"))
    assert "3 min ago, trying" in str(page.text_content(".live"))
    expect(page.locator("[data-retry]")).to_be_visible()


def test_a_hidden_page_lets_go_and_looks_once_when_it_is_seen_again(page: Page, server: Server) -> None:
    server.ready()
    see(page, hidden=True)
    page.clock.run_for(29_000)
    assert len(server.sockets) == 1
    page.clock.run_for(60_000)
    server.main = figures("£9.00", 20) + feed(20, 9, 8)

    see(page, hidden=False)
    until(page, lambda: len(server.heard) == 2)

    assert page.text_content(".fig") == "£9.00"
    assert server.pages == 2
    assert server.heard[-1]["since"] == 20


def see(page: Page, hidden: bool) -> None:
    page.evaluate(
        """(hidden) => { Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
        document.dispatchEvent(new Event("visibilitychange")) }""",
        hidden,
    )


def test_a_page_put_away_closes_and_comes_back_with_where_it_was(page: Page, server: Server) -> None:
    server.ready()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    page.clock.run_for(60_000)
    assert len(server.sockets) == 1

    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    until(page, lambda: len(server.heard) == 2)

    assert server.heard[-1]["since"] == 5
    assert server.pages == 1


def test_any_number_of_signs_of_life_make_one_line(page: Page, server: Server) -> None:
    server.ready()
    page.evaluate("for (const name of ['online', 'focus', 'online']) dispatchEvent(new Event(name))")
    server.sockets[-1].close(code=1011)
    until(page, lambda: len(server.heard) == 2)
    page.clock.run_for(2_000)

    assert len(server.sockets) == 2


def test_a_paused_page_stands_still_and_then_catches_up(page: Page, server: Server) -> None:
    server.ready()
    until(page, lambda: page.locator("[data-pause]").is_visible())
    page.click("[data-pause]")

    server.say(island(FIGURES, 9, figures("£3.00", 9)))
    page.clock.run_for(1_000)
    assert page.text_content(".fig") == "£1.00"

    page.keyboard.press("p")
    until(page, lambda: page.text_content(".fig") == "£3.00")


def test_new_islands_of_a_changed_page_are_asked_for_on_the_same_line(page: Page, server: Server) -> None:
    server.ready()
    page.evaluate(
        "(html) => { document.getElementById('feed').outerHTML = html }", feed(8, 1).replace("recent", "late")
    )
    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:after:swap'))")
    until(page, lambda: len(server.heard) == 2)

    assert server.heard[-1]["islands"] == [FIGURES, "/orders/late"]
    assert len(server.sockets) == 1
