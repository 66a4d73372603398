"""What must hold when a history has ended: the ledger, the stock, the figures and every watcher are the model's."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tests.simulation import answering, figures
from tests.simulation.asks import differs

if TYPE_CHECKING:
    from tests.simulation.history import History


def watchers(history: History) -> None:
    """Each watcher comes back once more, is told what it missed, and then knows what the model knows."""
    for watcher in history.watchers:
        if watcher.client is None:
            watcher.connect(history.node())
    for _ in range(60):
        history._pulse(3)
        for watcher in history.watchers:
            watcher.listen()
            if watcher.client is None:
                watcher.connect(history.node())
        if all(watcher.state and watcher.state["seq"] >= _last(history) for watcher in history.watchers):
            break
    for watcher in history.watchers:
        _fail(watcher.wrong(history.ledger))
        state = watcher.state or {}
        total = figures.analytics(history.ledger, history.now_ms)
        for name in ("total_revenue", "orders", "units"):
            if state.get(name) != (float(total[name]) if name == "total_revenue" else total[name]):
                _fail(f"{watcher.name} sees {name} {state.get(name)}, not {total[name]}")


def _last(history: History) -> int:
    return max((event.seq for event in history.ledger.events), default=0)


def ledger(history: History) -> None:
    """Every order and every return is there once, as it was sent, and no other."""
    model = history.ledger
    found = history.filed._orders()
    ids = [order["id"] for order in found]
    if sorted(ids) != sorted(model.orders):
        more, missing = set(ids) - set(model.orders), set(model.orders) - set(ids)
        _fail(f"orders that were never sent: {sorted(more)}, missing: {sorted(missing)}, rows: {len(ids)}")
    for order in found:
        _fail(differs(model.order_json(model.orders[order["id"]]), order, f"/orders/{order['id']}"))
    returns = history.get("/returns?limit=500")["items"]
    if sorted(one["id"] for one in returns) != sorted(model.returns):
        _fail(f"returns are {sorted(one['id'] for one in returns)}, not {sorted(model.returns)}")
    for one in returns:
        _fail(differs(model.return_json(model.returns[one["id"]]), one, f"/returns/{one['id']}"))


def stock(history: History) -> None:
    """Products, their prices and what of them lies where are the model's."""
    products = {one["id"]: one for one in history.get("/products?limit=500")["items"]}
    for product in history.ledger.products.values():
        if not product.archived:
            shown = answering.product_json(history.ledger, product)
            _fail(differs(shown, products[product.id], f"/products/{product.id}"))
        moves = history.get(f"/products/{product.sku}/stock?limit=500")["items"]
        levels: dict[str, int] = defaultdict(int)
        for move in moves:
            levels[move["location"]] += move["change"]
        _fail(
            differs({place: units for place, units in product.levels.items() if units}, levels, f"/{product.sku}/stock")
        )


def breakdowns(history: History) -> None:
    """Days, channels, places and categories add up to what the model has, to the cent."""
    for name in ("day", "channel", "location", "category"):
        said = "grain=day" if name == "day" else f"by={name}"
        answer = history.get(f"/explore?metric=net_sales&metric=orders&metric=units&{said}&period=all&limit=5000")
        expected = figures.by(history.ledger, lambda fact, name=name: fact[name])
        rows = {row["time" if name == "day" else name]: row for row in answer["rows"] if _counts(row)}
        wanted = {value: sums for value, sums in expected.items() if any(sums.values())}
        if set(rows) != set(wanted):
            _fail(f"by {name} there are {sorted(map(str, rows))}, not {sorted(map(str, wanted))}")
        for value, sums in wanted.items():
            row = {"net_sales": history.ledger.money(sums["net"]), "orders": sums["orders"], "units": sums["units"]}
            _fail(differs(row, rows[value], f"/explore by {name}/{value}"))


def _counts(row: dict[str, Any]) -> bool:
    return any(row.get(name) for name in ("net_sales", "orders", "units"))


def itself(history: History) -> None:
    """The shop finds nothing wrong with itself, and rollups that are made anew are what they were."""
    found, changed = history.node().tell("check")
    if found or changed:
        _fail(f"verify: {found[:5]}; made anew these are others: {changed}")


def _fail(said: str) -> None:
    if said:
        raise AssertionError(said)
