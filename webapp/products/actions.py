"""Verbs of the catalogue, on batches: one result or refusal an item; a refused item writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp import clock
from webapp.errors import Conflict, FieldError, NotFound, PreconditionFailed, Problem, invalid
from webapp.live import outbox
from webapp.products import dao, rules
from webapp.products.shapes import ChangedProduct, NewCategory, NewName, NewProduct, StockEntry, name_json, product_json
from webapp.shop import dao as shop
from webapp.shop import rules as places
from webapp.stock import actions as stock
from webapp.stock import dao as levels
from webapp.stock.shapes import Entry

NAMED = ("category", "brand", "vendor", "price_tier")
Results = list[dict[str, Any] | Problem]


@dataclass(slots=True)
class Change:
    """What is to change of the product of an id or SKU; if_seq: only if that is still its last change."""

    product: int | str
    to: ChangedProduct
    if_seq: int | None = None


@dataclass(slots=True)
class Entered:
    """A stock entry for the product of an id or SKU."""

    product: int | str
    entry: StockEntry


# ---- New products ----


def create_products(tx: Any, items: Sequence[NewProduct]) -> Results:
    """The products exist, each with its first version and price; the results show them.

    Opening stock lies at the default location. A taken SKU, also by an earlier item, is Conflict `duplicate`.
    """
    added = add_products(tx, items)
    shown = iter(show(tx, [one["id"] for one in added if not isinstance(one, Problem)]))
    return [one if isinstance(one, Problem) else next(shown) for one in added]


def add_products(tx: Any, items: Sequence[NewProduct]) -> Results:
    """As `create_products`, for large batches: a result is {"id", "seq"}."""
    known = dao.find_ids(tx, {item.sku for item in items})
    ids = places.split_taken([item.sku for item in items], known, tx.next("product", 0), _taken)
    fresh = [(one, item) for one, item in zip(ids, items, strict=True) if not isinstance(one, Problem)]
    seq = _insert(tx, fresh) if fresh else 0
    return [one if isinstance(one, Problem) else {"id": one, "seq": seq + one} for one in ids]


def _taken(sku: str, found_id: int) -> Problem:
    return places.taken("product", "/sku", sku, found_id, f"/products/{found_id}")


def _insert(tx: Any, fresh: list[tuple[int, NewProduct]]) -> int:
    count = len(fresh)
    first = tx.next("product", count)
    version, price = tx.next("product_version", count), tx.next("price", count)
    seq = outbox.append(tx, "products", "created", first, count) - first
    named = {kind: _ids_of(tx, kind, [getattr(item, kind) for _, item in fresh]) for kind in NAMED}
    products, versions, prices = [], [], []
    tags: list[tuple[int, str]] = []
    openings: list[tuple[int, int, int]] = []
    for index, (one, item) in enumerate(fresh):
        kept = [named[kind].get(getattr(item, kind)) for kind in NAMED]
        products.append((
            one, item.sku, item.gtin, item.name, item.price, item.cost, *kept, version + index,
            int(item.stock is not None), int(item.oversell), item.reorder_point, 0, seq + one, tx.now_ms, tx.now_ms,
        ))  # fmt: skip
        versions.append((version + index, one, item.name, *kept, tx.now_ms))
        prices.append((price + index, one, item.price, tx.now_ms, None, None))
        tags += [(one, tag) for tag in item.tags]
        if item.stock is not None:
            openings.append((one, item.stock, seq + one))
    dao.insert_products(tx, products)
    dao.insert_versions(tx, versions)
    dao.insert_prices(tx, prices)
    dao.insert_tags(tx, tags)
    place = shop.default_location_id(tx)
    stock.open_stock(tx, [(one, place, quantity, at) for one, quantity, at in openings])
    return seq


def show(tx: Any, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Products as answers show them, in order of id."""
    tags = dao.find_tags(tx, ids)
    return [product_json(row, tags.get(row["id"], ()), tx.currency) for row in dao.find_products(tx, ids)]


# ---- Categories, brands, vendors, price tiers ----


def _ids_of(tx: Any, kind: str, names: Sequence[str | None]) -> dict[str | None, int]:
    wanted = {name for name in names if name is not None}
    if not wanted:
        return {}
    paths = rules.with_ancestors(wanted) if kind == "category" else sorted(wanted)
    known = dao.find_name_ids(tx, kind, paths)
    _make(tx, kind, [path for path in paths if path not in known], known)
    return {name: known[name] for name in wanted}


def _make(tx: Any, kind: str, fresh: Sequence[str], known: dict[str, int]) -> None:
    if not fresh:
        return
    first = tx.next(kind, len(fresh))
    known.update(zip(fresh, range(first, first + len(fresh)), strict=True))
    if kind != "category":
        dao.insert_names(tx, kind, [(known[name], name) for name in fresh])
        return
    rows = []
    for path in fresh:
        above, _, name = path.rpartition("/")
        rows.append((known[path], known[above] if above else None, name, path))
    dao.insert_names(tx, kind, rows)


def create_categories(tx: Any, items: Sequence[NewCategory]) -> Results:
    """The categories exist, and those above them. A taken path is Conflict `duplicate`."""
    return _create_names(tx, "category", [item.name for item in items])


def create_brands(tx: Any, items: Sequence[NewName]) -> Results:
    """The brands exist. A taken name is Conflict `duplicate`."""
    return _create_names(tx, "brand", [item.name for item in items])


def create_vendors(tx: Any, items: Sequence[NewName]) -> Results:
    """The vendors exist. A taken name is Conflict `duplicate`."""
    return _create_names(tx, "vendor", [item.name for item in items])


def _create_names(tx: Any, kind: str, names: Sequence[str]) -> Results:
    results: Results = []
    for name in names:
        found = dao.find_name_ids(tx, kind, [name]).get(name)
        if found is not None:
            results.append(places.taken(kind, "/name", name, found, f"/{rules.plural(kind)}"))
            continue
        made = _ids_of(tx, kind, [name])[name]
        seq = outbox.append(tx, "products", kind, made)
        row = next(row for row in dao.find_names(tx, kind) if row["id"] == made)
        results.append({**name_json(row), "seq": seq})
    return results


# ---- Changes ----


def change_products(tx: Any, items: Sequence[Change]) -> Results:
    """The products are as asked for; the results show them. What is so already takes no number of the history.

    A changed price ends the one before and begins another; another name, category, brand, vendor or tier begins another
    version. NotFound; PreconditionFailed where another change came first; Conflict where overselling is to end of what
    has been oversold.
    """
    results: Results = []
    for item in items:
        row = dao.find_product(tx, item.product)
        if row is None:
            results.append(_unknown(item.product))
        elif item.if_seq is not None and item.if_seq != row["seq"]:
            results.append(PreconditionFailed("The product has been changed since you read it."))
        elif item.to.oversell is False and row["oversell"] and _owed(tx, row["id"]):
            results.append(_too_late())
        else:
            _change(tx, row, item.to)
            results += show(tx, [row["id"]])
    return results


def _owed(tx: Any, product_id: int) -> bool:
    return any(quantity < 0 for quantity in levels.find_levels(tx, [product_id]).values())


def _too_late() -> Problem:
    words = "More has been sold than is there: enter the stock first."
    return Conflict("", FieldError("/oversell", "out_of_stock", words))


def _unknown(reference: int | str) -> Problem:
    return NotFound(f"There is no product {reference}.")


def _change(tx: Any, row: Any, to: ChangedProduct) -> None:
    wanted = to.model_dump(exclude_unset=True)
    tags = wanted.pop("tags", None)
    new_tags = None if tags is None or tags == dao.find_tags(tx, [row["id"]]).get(row["id"], []) else tags
    changed = rules.differing(row, _columns(tx, wanted))
    if not changed and new_tags is None:
        return
    seq = outbox.append(tx, "products", "changed", row["id"])
    names = ("id", "gtin", "name", "price_minor", "cost_minor", "category_id", "brand_id", "vendor_id", "price_tier_id",
             "version_id", "oversell", "reorder_point", "archived")  # fmt: skip
    new = {**{name: row[name] for name in names}, **changed, "seq": seq, "changed_ms": tx.now_ms}
    if rules.needs_version(changed):
        new["version_id"] = tx.next("product_version")
        dao.insert_versions(tx, [(new["version_id"], row["id"], *(new[name] for name in rules.VERSIONED), tx.now_ms)])
    if "price_minor" in changed:
        dao.end_price(tx, row["id"], tx.now_ms)
        dao.override_plans(tx, row["id"])
        dao.insert_prices(tx, [(tx.next("price"), row["id"], new["price_minor"], tx.now_ms, None, None)])
    if new_tags is not None:
        dao.delete_tags(tx, row["id"])
        dao.insert_tags(tx, [(row["id"], tag) for tag in new_tags])
    dao.update_product(tx, new)


def _columns(tx: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, value in wanted.items():
        if name in NAMED:
            columns[f"{name}_id"] = _ids_of(tx, name, [value]).get(value)
        elif name in ("price", "cost"):
            columns[f"{name}_minor"] = value
        else:
            columns[name] = int(value) if isinstance(value, bool) else value
    return columns


def archive_products(tx: Any, items: Sequence[int | str]) -> Results:
    """The products can no longer be ordered; what was so before takes no number of the history. NotFound."""
    return change_products(tx, [Change(item, ChangedProduct(archived=True)) for item in items])


# ---- Stock ----


def enter_stock(tx: Any, items: Sequence[Entered]) -> Results:
    """The stock of the products is counted from now on, and moved as entered; the results are the moves.

    NotFound; Invalid `unknown` for a location; Conflict `out_of_stock` where less than nothing would be left of a
    product that may not be oversold.
    """
    locations, default = shop.locations(tx), shop.default_location_id(tx)
    checked = [_entry(tx, item, locations, default) for item in items]
    entries = [one for one in checked if isinstance(one, Entry)]
    moved = stock.enter(tx, entries)
    dao.track(tx, [one.product_id for one, move in zip(entries, moved, strict=True) if not isinstance(move, Problem)])
    remaining = iter(zip(entries, moved, strict=True))
    return [one if isinstance(one, Problem) else _moved(*next(remaining), locations) for one in checked]


def _entry(tx: Any, item: Entered, locations: Mapping[int | str, Any], default: int) -> Entry | Problem:
    row = dao.find_product(tx, item.product)
    if row is None:
        return _unknown(item.product)
    said = item.entry
    place = default if said.location is None else said.location
    if place not in locations:
        return invalid("/location", "unknown", f"There is no location {place}.")
    return Entry(
        row["id"],
        locations[place]["id"],
        said.change,
        said.count,
        said.reason,
        said.note,
        said.lot,
        bool(row["oversell"]),
    )


def _moved(entry: Entry, move: stock.Moved | Problem, locations: Mapping[int | str, Any]) -> dict[str, Any] | Problem:
    if isinstance(move, Problem):
        return move
    said = move._asdict()
    at = clock.format_time(said.pop("at_ms"))
    return {
        **said,
        "product_id": entry.product_id,
        "location": locations[entry.location_id]["code"],
        "order_id": None,
        "return_id": None,
        "lot": entry.lot,
        "note": entry.note,
        "at": at,
        "entered_at": at,
    }
