"""What the shop has to answer: the model's verbs by the name of a request, and its memory of Idempotency-Keys."""

from dataclasses import dataclass
from typing import Any

from tests.simulation.asks import Ask, differs
from tests.simulation.facts import Order, Product, Refused
from tests.simulation.model import Ledger

NOTHING = object()


@dataclass
class Expected:
    """An answer: its status, what its body holds, the codes of which it names all (422) or one (409)."""

    status: int
    body: Any = NOTHING
    codes: tuple[str, ...] = ()
    replayed: bool = False


def perform(ledger: Ledger, ask: Ask, now_ms: int) -> Expected:
    """The request is carried out in the model; what has to be answered."""
    kept = ledger.keys.get(ask.key) if ask.key is not None else None
    if kept is not None:
        meaning, status, body = kept
        if meaning != ask.meaning:
            return Expected(422, codes=("key_reused",))
        return Expected(status, body, replayed=True)
    try:
        status, body = VERBS[ask.verb](ledger, ask, now_ms)
    except Refused as refused:
        return Expected(refused.status, codes=refused.codes)
    if ask.key is not None:
        ledger.keys[ask.key] = (ask.meaning, status, body)
    return Expected(status, body)


def wrong(expected: Expected, status: int, headers: dict[str, str], body: Any) -> str:
    """What of an answer is not as expected, in words; nothing where all is."""
    if status != expected.status:
        return f"was answered {status}, not {expected.status}: {body}"
    if (headers.get("idempotent-replayed") == "true") != expected.replayed:
        return f"{'is not' if expected.replayed else 'is'} told as replayed"
    if expected.codes:
        return _wrong_codes(expected, body)
    return "" if expected.body is NOTHING else differs(expected.body, body)


def _wrong_codes(expected: Expected, body: Any) -> str:
    told = {body.get("code"), *(error["code"] for error in body.get("errors", ()))}
    missing = set(expected.codes) - told
    if expected.status == 409:
        return "" if told & set(expected.codes) else f"names none of {expected.codes}: {body}"
    return f"does not name {missing}: {body}" if missing and expected.status == 422 else ""


def _order(ledger: Ledger, ask: Ask, now_ms: int) -> tuple[int, Any]:
    return 201, ledger.order_json(ledger.place(ask.content, now_ms))


def _batch(ledger: Ledger, ask: Ask, now_ms: int) -> tuple[int, Any]:
    if "atomic=1" in ask.path:
        return _whole(ledger, ask, now_ms)
    entries: list[dict[str, Any]] = []
    for index, draft in enumerate(ask.content):
        try:
            order = ledger.place(draft, now_ms)
            entries.append({"index": index, "status": 201, "id": order.id, "seq": order.seq})
        except Refused as refused:
            entries.append({"index": index, "status": refused.status})
    accepted = sum(entry["status"] == 201 for entry in entries)
    return 200, {"accepted": accepted, "rejected": len(entries) - accepted, "results": entries}


def _whole(ledger: Ledger, ask: Ask, now_ms: int) -> tuple[int, Any]:
    trial, statuses = ledger.copy(), []
    for draft in ask.content:
        try:
            trial.place(draft, now_ms)
        except Refused as refused:
            statuses.append(refused.status)
    if statuses:
        raise Refused(409 if set(statuses) == {409} else 422)
    placed: list[Order] = [ledger.place(draft, now_ms) for draft in ask.content]
    entries = [{"index": i, "status": 201, "id": one.id, "seq": one.seq} for i, one in enumerate(placed)]
    return 200, {"accepted": len(placed), "rejected": 0, "results": entries}


def _return(ledger: Ledger, ask: Ask, now_ms: int) -> tuple[int, Any]:
    return 201, ledger.order_json(ledger.take_back(int(ask.path.split("/")[2]), ask.content, now_ms))


def _booked(ledger: Ledger, ask: Ask, now_ms: int) -> tuple[int, Any]:
    return 201, ledger.return_json(ledger.book(ask.content, now_ms))


def _product(ledger: Ledger, ask: Ask, now_ms: int) -> tuple[int, Any]:
    said = ask.content
    if ledger.by_sku(said["sku"]) is not None:
        raise Refused(409, "duplicate")
    price, tracked = ledger.minor(said["price"]), "stock" in said
    product = Product(
        len(ledger.products) + 1, said["sku"], said["name"], price, said.get("category"),
        said.get("oversell", False), ledger.next_seq(), [(now_ms, price)], tracked,
    )  # fmt: skip
    if tracked:
        product.levels["main"] = said["stock"]
    ledger.products[product.id] = product
    return 201, product_json(ledger, product)


def _patch(ledger: Ledger, ask: Ask, now_ms: int) -> tuple[int, Any]:
    product = ledger.by_sku(ask.path.rsplit("/", 1)[1])
    if product is None:
        raise Refused(404)
    before = (product.price, product.name, product.category)
    price = ledger.minor(ask.content["price"]) if "price" in ask.content else product.price
    if price != product.price:
        product.prices.append((now_ms, price))
    product.price = price
    product.name = ask.content.get("name", product.name)
    product.category = ask.content.get("category", product.category)
    if before != (product.price, product.name, product.category):
        product.seq = ledger.next_seq()
    return 200, product_json(ledger, product)


def _archive(ledger: Ledger, ask: Ask, now_ms: int) -> tuple[int, Any]:
    product = ledger.by_sku(ask.path.rsplit("/", 1)[1])
    if product is None:
        raise Refused(404)
    if not product.archived:
        product.archived, product.seq = True, ledger.next_seq()
    return 204, None


def _stock(ledger: Ledger, ask: Ask, now_ms: int) -> tuple[int, Any]:
    product, said = ledger.by_sku(ask.path.split("/")[2]), ask.content
    if product is None:
        raise Refused(404)
    place = said.get("location") or "main"
    level = product.levels.get(place, 0)
    change = said["count"] - level if "count" in said else said["change"]
    if change < 0 and level + change < 0 and not product.oversell:
        raise Refused(409, "out_of_stock")
    product.tracked, product.levels[place] = True, level + change
    return 201, {"seq": ledger.next_seq(), "change": change, "quantity_after": level + change, "location": place}


def product_json(ledger: Ledger, product: Product) -> dict[str, Any]:
    """The product as the contract shows it; its stock is what lies at all locations."""
    return {
        "id": product.id, "sku": product.sku, "name": product.name, "price": ledger.money(product.price),
        "currency": ledger.currency, "category": product.category, "oversell": product.oversell,
        "stock": sum(product.levels.values()) if product.tracked else None, "archived": product.archived,
        "seq": product.seq,
    }  # fmt: skip


def _location(ledger: Ledger, ask: Ask, now_ms: int) -> tuple[int, Any]:
    code = ask.content["code"]
    if code in ledger.locations:
        raise Refused(409, "duplicate")
    ledger.locations[code] = ask.content.get("region")
    ledger.next_seq()
    return 201, {"code": code}


VERBS = {
    "order": _order, "batch": _batch, "return": _return, "booked": _booked, "product": _product, "patch": _patch,
    "archive": _archive, "stock": _stock, "location": _location,
}  # fmt: skip
