"""The till over HTTP: the page, its price list, and what plain forms send where there is no JavaScript."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from webapp import clock, money
from webapp.db import reading, store, writer
from webapp.errors import Conflict, Invalid, Problem
from webapp.metrics.ask import units_sold
from webapp.orders import dao as orders_dao
from webapp.orders.shapes import LineDraft, OrderDraft
from webapp.sell import actions, dao, rules
from webapp.sell.rules import Good, Line, PricedLine
from webapp.shop import dao as shop_dao
from webapp.web import body as bodies
from webapp.web import respond

blueprint = Blueprint("sell", __name__)
COOKIE = "takings_till"
OFTEN_DAYS = 28
YEAR_S = 365 * 86_400


@dataclass
class Desk:
    """Where the till stands, and everything its page shows of the ledger."""

    location: Any
    locations: list[Any]
    channel: str

    def address(self, lines: list[Line], **more: Any) -> str:
        """The page with this basket in its address."""
        names = [("location", self.location["code"]), *(("line", str(line)) for line in lines)]
        return "/sell?" + urlencode(names + [(name, str(value)) for name, value in more.items() if value])


def _desk(tx: Any, asked: str | None) -> Desk:
    """The till of the place asked for, else of the cookie's, else of the first one that customers visit."""
    locations = shop_dao.find_locations(tx)
    by_code = {row["code"]: row for row in locations}
    visited = [row for row in locations if row["region"]] or locations
    location = by_code.get(asked or "") or by_code.get(request.cookies.get(COOKIE, "")) or visited[0]
    channels = shop_dao.find_channels(tx)
    channel = next((row["code"] for row in channels if row["kind"] == "store"), channels[0]["code"])
    return Desk(location, locations, channel)


@blueprint.get("/sell")
def index() -> Response:
    """The till. A button without JavaScript changes the basket in the address; `location` is remembered."""
    args = request.args
    lines = rules.read_lines(args.getlist("line"))
    with reading.reading() as tx:
        desk = _desk(tx, args.get("location"))
        verb = args.get("do", "")
        if verb or (args.get("q") and _is_code(tx, args["q"])):
            return redirect(_after(tx, desk, lines, verb, args), 303)
        context = _page(tx, desk, lines)
    answer = respond.respond(page=("sell/index.html", context))
    if args.get("location") == desk.location["code"]:
        answer.set_cookie(COOKIE, desk.location["code"], max_age=YEAR_S, samesite="Lax", httponly=True, path="/sell")
    return answer


def _is_code(tx: Any, text: str) -> bool:
    return dao.find_by_codes(tx, text.strip(), rules.spellings(text)) is not None


def _after(tx: Any, desk: Desk, lines: list[Line], verb: str, args: Any) -> str:
    # A scanned code in the search adds one; a button says itself what it does.
    if not verb:
        verb = f"add:{dao.find_by_codes(tx, args['q'].strip(), rules.spellings(args['q']))}"
    number = verb.partition(":")[2]
    ids = [line.product_id for line in lines] + ([int(number)] if number.isascii() and number.isdigit() else [])
    goods = _goods(tx, ids, desk)
    changed = rules.changed(lines, verb, args.get("percent", ""), goods)
    kept = {} if verb.startswith("add:") and args.get("q") else {"q": args.get("q")}
    return desk.address(changed, category=args.get("category"), **kept)


def _goods(tx: Any, ids: list[int], desk: Desk) -> dict[int, Good]:
    rows = dao.find_goods(tx, [one for one in ids if one < 2**63], desk.location["id"])
    return {number: rules.good(row) for number, row in rows.items() if not row["archived"]}


def _page(tx: Any, desk: Desk, lines: list[Line], problem: Problem | None = None) -> dict[str, Any]:
    args = request.args
    category, text = args.get("category", ""), args.get("q", "").strip()[:100]
    if text:
        shown = dao.find_by_words(tx, text)
    elif category:
        shown = dao.find_in_category(tx, category)
    else:
        shown = dao.find_often_sold(tx, units_sold(tx, tx.zone.day_of(clock.now_ms()) - OFTEN_DAYS))
    goods = _goods(tx, [*shown, *(line.product_id for line in lines)], desk)
    priced = rules.priced(lines, goods)
    return {
        "location": desk.location, "locations": [(row["code"], row["name"]) for row in desk.locations],
        "channel": desk.channel, "decimals": money.decimals(store.shop().currency), "tile_limit": dao.TILES,
        "q": text, "category": category, "categories": dao.find_categories(tx),
        "goods": [goods[number] for number in shown if number in goods],
        "lines": priced, "quantities": {each.good.id: each.line.quantity for each in priced},
        "units": sum(each.line.quantity for each in priced), "total": rules.total(priced),
        "last": _last(tx, args.get("sold", "")), "said": _said(tx, args.get("undone", "")), "problem": problem,
    }  # fmt: skip


def _last(tx: Any, number: str) -> Any:
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return None
    return orders_dao.find_orders(tx, [int(number)]).get(int(number))


def _said(tx: Any, number: str) -> str:
    order = _last(tx, number)
    return "" if order is None else f"Sale {order['id']} is undone; its lines are back in the basket."


@blueprint.get("/sell/products.json")
def price_list() -> Response:
    """Everything that can be sold, with what lies at the till's place; for the browser, which sells by it offline."""
    with reading.reading() as tx:
        desk = _desk(tx, request.args.get("location"))
        items = [_item(rules.good(row)) for row in dao.find_price_list(tx, desk.location["id"])]
    answer = respond.respond({"location": desk.location["code"], "currency": store.shop().currency, "items": items})
    answer.headers["X-Now"] = str(clock.now_ms())
    return answer


def _item(good: Good) -> dict[str, Any]:
    return {
        "id": good.id, "sku": good.sku, "gtin": good.gtin, "name": good.name, "title": good.title, "size": good.size,
        "price_minor": good.price_minor, "stock": good.stock, "strict": good.strict, "category": good.category,
    }  # fmt: skip


@blueprint.post("/sell")
def create() -> Response:
    """The sale of a plain form: placed, and back to an empty basket; refused, and the basket again with the reason."""
    body = bodies.read()
    form = _Fields(body.form.typed if body.form is not None else {})
    lines = rules.read_lines(form.getlist("line"))
    with reading.reading() as tx:
        desk = _desk(tx, form.get("location"))
        priced = rules.priced(lines, _goods(tx, [line.product_id for line in lines], desk))
    try:
        done = writer.do(actions.sell, _draft(desk, priced, form), body.key(sorted(str(line) for line in lines)))
    except (Invalid, Conflict) as problem:
        with reading.reading() as tx:
            context = _page(tx, desk, lines, problem)
        return respond.respond(page=("sell/index.html", context), status=422)
    return redirect(desk.address([], sold=done["id"]), 303)


class _Fields:
    """A form's texts by name."""

    def __init__(self, typed: dict[str, list[str]]) -> None:
        self.typed = typed

    def getlist(self, name: str) -> list[str]:
        """Every text of a name."""
        return self.typed.get(name, [])

    def get(self, name: str, default: str | None = None) -> str | None:
        """The last text of a name."""
        return self.typed[name][-1] if self.typed.get(name) else default


def _draft(desk: Desk, priced: list[PricedLine], form: Any) -> OrderDraft:
    if not priced:
        raise Invalid("There is nothing in the basket.", code="missing")
    if form.get("total") not in (None, str(rules.total(priced))):
        raise Conflict("A price has changed since the page was shown. Look at the sum again.", code="conflict")
    payment = form.get("payment")
    if payment not in ("cash", "card", "other"):
        raise Invalid("Choose cash or card.", code="unknown")
    lines = [
        LineDraft(each.good.id, each.line.quantity, each.good.price_minor, each.discount_minor) for each in priced
    ]  # fmt: skip
    return OrderDraft(lines, channel=desk.channel, location=desk.location["code"], payment=payment)


@blueprint.post("/sell/corrections")
def create_correction() -> Response:
    """Undo: what is left of the sale comes back with the reason `correction`, and its lines into the basket."""
    body = bodies.read()
    form = _Fields(body.form.typed if body.form is not None else {})
    number = form.get("order_id") or ""
    order_id = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0
    undone = writer.do(actions.undo, order_id, body.key({"order": order_id}))
    with reading.reading() as tx:
        desk = _desk(tx, form.get("location"))
    return redirect(desk.address([Line(*line) for line in undone["lines"]], undone=order_id), 303)
