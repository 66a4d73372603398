"""What a search finds, as answers show it; and the pages and settings that it knows by their names."""

from collections.abc import Iterable, Iterator
from typing import Any

from webapp import clock, config
from webapp.metrics.definitions import DIMENSIONS, METRICS, OF_THE_MOMENT
from webapp.search.rules import Entry
from webapp.web.fields import Output

# The kinds in the order in which they are shown, with their words.
KINDS = {
    "product": "Products", "order": "Orders", "customer": "Customers", "import": "Imports", "channel": "Channels",
    "location": "Places", "region": "Regions", "category": "Categories", "brand": "Brands", "vendor": "Vendors",
    "figure": "Figures", "page": "Pages", "setting": "Settings",
}  # fmt: skip
COLUMNS = ("kind", "id", "title", "detail", "address")


class FoundOut(Output):
    """Something that was found; `id` is null where it has a name alone."""

    kind: str
    id: int | None
    title: str
    detail: str
    address: str


class SearchOut(Output):
    """What was found, kind after kind, at most eight of each."""

    q: str
    items: list[FoundOut]
    next: str | None


_PAGES = (
    ("Today", "/", "what was taken so far, the dashboard"), ("Wall screen", "/?screen=wall", "Today for a wall"),
    ("Sell", "/sell", "the till"), ("Orders", "/orders", "every sale and its returns"),
    ("Enter an order", "/orders/new", "a sale that was written down elsewhere"), ("Products", "/products", "catalogue and stock"),
    ("Add a product", "/products/new", "a new product"), ("Explore", "/explore", "ask for figures"),
    ("Regions", "/analytics/regions", "map of where sales went"), ("Channels", "/analytics/channels", "online, stores, marketplaces"),
    ("When you sell", "/analytics/hours", "hours of the week"), ("Seasons", "/analytics/seasons", "months over years"),
    ("Reconciliation", "/analytics/reconciliation", "every breakdown beside the headline"),
    ("What the figures mean", "/explore/metrics", "definitions, formulas, versions"),
    ("Imports", "/imports", "files of sales"), ("Give a file", "/imports/new", "import sales from a file"),
    ("Backups", "/backups", "the last good copy"), ("The API", "/docs", "for programs: OpenAPI"),
)  # fmt: skip
_SETTINGS = (
    ("Name of the shop", "/settings", "how the shop is called"), ("Locale", "/settings", "how numbers and dates are written"),
    ("Currency", "/settings", "in which every sum is"), ("Time zone", "/settings", "of the shop's days"),
    ("Channels of the shop", "/settings#channels", "add a channel"), ("Locations", "/settings#locations", "places with stock; add one"),
)  # fmt: skip


def known_by_name() -> list[Entry]:
    """Pages, settings and figures."""
    figures = [Entry("figure", one.title, one.definition, f"/explore/metrics/{one.name}", one.name.replace("_", " "))
               for one in (*METRICS.values(), *OF_THE_MOMENT.values())]  # fmt: skip
    return [
        *figures,
        *(Entry("figure", f"By {one.title.lower()}", "Explore told apart by it", f"/explore?by={one.name}", one.title)
          for one in DIMENSIONS.values()),
        *(Entry("page", title, about, address, about) for title, address, about in _PAGES),
        *(Entry("setting", title, about, address, about) for title, address, about in _SETTINGS),
        *(Entry("setting", one.name, f"{one.help}; set where the shop is started", "/settings",
                one.name.replace("_", " ")) for one in config.SETTINGS),
    ]  # fmt: skip


def found(kind: str, id: int | None, title: str, detail: str, address: str) -> dict[str, Any]:
    """One thing that was found."""
    return {"kind": kind, "id": id, "title": title, "detail": detail, "address": address}


def product(row: Any) -> dict[str, Any]:
    """A product, by its name and SKU."""
    detail = row["sku"] + (", archived" if row["archived"] else "")
    return found("product", row["id"], row["name"], detail, f"/products/{row['id']}")


def order(row: Any, said: Any) -> dict[str, Any]:
    """An order, by its number and that of another system."""
    words = [f"{said.datetime(row['placed_ms'])}, {said.money(row['total_minor'])}"]
    words += [row["external_id"]] if row["external_id"] else []
    return found("order", row["id"], f"Order {row['id']}", ", ".join(words), f"/orders/{row['id']}")


def customer(row: Any) -> dict[str, Any]:
    """A customer, by the pseudonymous number and code alone; leads to the newest order."""
    newest = row["newest_id"]
    words = [
        *([f"known as {row['code']}"] if row["code"] else []),
        f"newest order {newest}" if newest else "no order yet",
    ]
    address = f"/orders/{newest}" if newest else "/orders"
    return found("customer", row["id"], f"Customer No. {row['id']}", ", ".join(words), address)


def file(row: Any) -> dict[str, Any]:
    """An import, by the name of its file."""
    return found(
        "import", row["id"], row["file_name"], clock.format_time(row["created_ms"])[:10], f"/imports/{row['id']}"
    )


def named(entry: Entry) -> dict[str, Any]:
    """Something that has a name alone."""
    return found(entry.kind, None, entry.title, entry.detail, entry.address)


def groups(items: Iterable[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """What was found, by the words of its kind, in the order of KINDS."""
    told: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        told.setdefault(item["kind"], []).append(item)
    return [(title, told[kind]) for kind, title in KINDS.items() if kind in told]


def rows(items: Iterable[dict[str, Any]]) -> Iterator[list[Any]]:
    """What was found, as rows of a file."""
    return ([item[name] for name in COLUMNS] for item in items)
