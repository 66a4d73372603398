"""What does Today cost a phone? Bytes, requests, largest paint, shift during live sales; beside the server's barest answer.

    python -m bench.phone [SECONDS]

Chromium as a phone of 390 by 844 points, with a quarter of this machine's speed, 150 ms to the server and 1.6 Mbit/s,
without anything in its cache. While it looks, two sales a second come in: for a minute, or for as many seconds as given.
Three loads of each; the figures are medians. Budgets are those of docs/performance.md. Exit status 1: one was broken.
"""

import datetime
import gzip
import itertools
import sys
import tempfile
import threading
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from bench import load
from tests.conftest import CHROMIUM
from tests.servers.takings import Server

SECONDS, ROUNDS, PER_SECOND = 60.0, 3, 2
SLOWER, LATENCY_MS, BYTES_PER_SECOND = 4, 150, 1_600_000 / 8
BUDGETS = {
    "html_gzip": 20_000, "css_gzip": 14_000, "js_gzip": 30_000, "font_bytes": 50_000, "first_view_bytes": 120_000,
    "requests": 8, "lcp_ms": 1_800, "cls": 0.02, "fragment_gzip": 3_000,
}  # fmt: skip
KINDS = {"document": "html_gzip", "stylesheet": "css_gzip", "script": "js_gzip", "font": "font_bytes"}
WATCH = """
window.seen = {lcp: 0, cls: 0, changes: 0};
new PerformanceObserver(list => { for (const one of list.getEntries()) seen.lcp = one.startTime })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) seen.cls += one.value })
  .observe({type: "layout-shift", buffered: true});
addEventListener("DOMContentLoaded", () => new MutationObserver(list => { seen.changes += list.length })
  .observe(document.body, {childList: true, subtree: true, characterData: true, attributes: true}));
"""
GOODS = (
    ("TEA", "Breakfast tea", 2.40, "Drinks/Hot"),
    ("LATTE", "Latte", 3.60, "Drinks/Hot"),
    ("SOAP", "Soap", 6, "Care"),
)


def main(arguments: list[str]) -> int:
    """Load, look, print."""
    seconds = float((*arguments, SECONDS)[0])
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        server.start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            with server.client() as client:
                _trade(client)
                loads = [(_load(browser, server.url), _bare(browser, server.url)) for _ in range(ROUNDS)]
                figures = _figures(loads) | {"live": _look(browser, server.url, client, seconds)}
                figures["fragment_gzip"] = _fragment(client)
        finally:
            browser.close()
            server.stop()
    figures["cls"] = max(figures["cls"], figures["live"]["cls"])
    broken = {name: figures[name] for name, most in BUDGETS.items() if figures[name] > most}
    load.say({"question": "Today on a slow phone", **figures, "budgets": BUDGETS, "broken": broken})
    return 1 if broken else 0


def _trade(client: httpx.Client) -> None:
    """Four weeks of sales up to now."""
    for sku, name, price, category in GOODS:
        product = {"sku": sku, "name": name, "price": price, "cost": 0.8, "category": category, "stock": 100_000}
        client.post("/products", json=product).raise_for_status()
    now = datetime.datetime.now(datetime.UTC)
    orders = [
        {
            "product_id": GOODS[(day + hour) % 3][0], "quantity": 1 + hour % 3, "channel": ("store", "online")[hour % 2],
            "placed_at": (now - datetime.timedelta(days=day, hours=hour)).isoformat(),
        }
        for day in range(28) for hour in range(1, 13)
    ]  # fmt: skip
    client.post("/orders/batch", json=orders).raise_for_status()


def _phone(browser: Browser) -> Page:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=3, is_mobile=True, has_touch=True
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False, "latency": LATENCY_MS, "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND / 2,
        },
    )  # fmt: skip
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(WATCH)
    return page


def _load(browser: Browser, url: str) -> dict[str, float]:
    """A first view, until nothing more is fetched."""
    page = _phone(browser)
    done: list[Any] = []
    page.on("requestfinished", lambda request: done.append(request))
    page.goto(url, wait_until="networkidle")
    page.locator('.live[data-state="on"]').wait_for(state="attached")
    found: dict[str, float] = dict.fromkeys(KINDS.values(), 0)
    weight = 0
    for request in done:
        sizes = request.sizes()
        weight += sizes["responseBodySize"] + sizes["responseHeadersSize"]
        if urlsplit(request.url).scheme == "http" and request.resource_type in KINDS:
            found[KINDS[request.resource_type]] += sizes["responseBodySize"]
    seen = page.evaluate("seen")
    page.context.close()
    return {**found, "first_view_bytes": weight, "requests": len(done), "lcp_ms": seen["lcp"], "cls": seen["cls"]}


def _bare(browser: Browser, url: str) -> float:
    """Milliseconds until the barest answer has come: what the line and the phone cost alone."""
    page = _phone(browser)
    page.goto(f"{url}/healthz")
    took = page.evaluate("performance.getEntriesByType('navigation')[0].responseEnd")
    page.context.close()
    return float(took)


def _look(browser: Browser, url: str, client: httpx.Client, seconds: float) -> dict[str, float]:
    """Watch Today while sales come in."""
    page = _phone(browser)
    page.goto(url, wait_until="networkidle")
    page.locator('.live[data-state="on"]').wait_for(state="attached")
    before = page.evaluate("({...seen})")
    ended, sold = threading.Event(), itertools.count()

    def sell() -> None:
        while not ended.wait(1 / PER_SECOND):
            body = {"product_id": GOODS[next(sold) % 3][0], "quantity": 1, "channel": "store"}
            client.post("/orders", json=body).raise_for_status()

    seller = threading.Thread(target=sell)
    seller.start()
    try:
        page.wait_for_timeout(seconds * 1000)
    finally:
        ended.set()
        seller.join()
    after = page.evaluate("seen")
    page.context.close()
    return {
        "seconds": seconds, "sales": next(sold), "changes": after["changes"] - before["changes"],
        "cls": round(after["cls"], 4), "shift_while_live": round(after["cls"] - before["cls"], 4),
    }  # fmt: skip


def _fragment(client: httpx.Client) -> int:
    """The largest island of Today, packed."""
    page = client.get("/", headers={"Accept": "text/html"}).text
    addresses = {part.split('"', 1)[0].replace("&amp;", "&") for part in page.split('data-island="')[1:]}
    return max(len(gzip.compress(client.get(one).content)) for one in addresses)


def _figures(loads: list[tuple[dict[str, float], float]]) -> dict[str, Any]:
    found: dict[str, Any] = {name: round(median(one[name] for one, _ in loads), 4) for name in loads[0][0]}
    found["lcp_ms"] = round(found["lcp_ms"])
    found["bare_ms"] = round(median(bare for _, bare in loads))
    found["lcp_beside_bare"] = round(median(one["lcp_ms"] / bare for one, bare in loads), 2)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
