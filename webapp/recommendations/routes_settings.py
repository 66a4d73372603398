"""What advice keeps to, over HTTP: what products are, and what prices may do."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, request

from webapp import clock
from webapp.db import reading, store, writer
from webapp.errors import Invalid, NotFound, Problem, invalid_parameter, with_prefix
from webapp.products import dao as products
from webapp.recommendations import actions_settings as actions
from webapp.recommendations import dao, shapes_asked, shapes_words
from webapp.recommendations.actions_settings import Guardrail, Trait
from webapp.recommendations.rules import rails, traits
from webapp.web import body as bodies
from webapp.web import forms, paging, respond
from webapp.web.openapi import PAGING, READ, Query, api

blueprint = Blueprint("advice_settings", __name__)
A_PAGE = 25
_SERVED = Query("served", "Products that are served so", {"type": "string", "enum": ["hot", "cold", "rain", "none"]})


# ---- What products are ----


@blueprint.get("/recommendations/traits")
@api(
    "GET", "/recommendations/traits", summary="What products are", response=shapes_asked.TraitsOut, faces=READ,
    query=[*PAGING, Query("q", "Part of a name or SKU"), _SERVED], errors=[422], tag="recommendations",
)  # fmt: skip
def index_traits() -> Response:
    """How each product is served, guessed from its name and category until somebody says it; by name, a page at a time."""
    asked = paging.ask(A_PAGE)
    if asked.args.get("served", "") not in ("", "hot", "cold", "rain", "none"):
        raise invalid_parameter("served", "unknown", "A product is served hot, cold, for rain, or none of them.")
    with reading.reading() as tx:
        every = _matching(_traits(tx), asked.args.get("q", ""), asked.args.get("served", ""))
    after = tuple(asked.after) if asked.after else None
    rows = [row for row in every if after is None or _place(row) > after][: asked.limit + 1]
    shown, following = asked.cut(rows, lambda row: list(_place(row)))
    answer = {"items": shown, "next": following}
    page = {**answer, "count": len(every), "args": asked.args, "served": shapes_words.SERVED}
    return respond.respond(answer, page=("recommendations/traits.html", page), next=following)


def _place(row: dict[str, Any]) -> tuple[str, int]:
    return row["name"].casefold(), row["product_id"]


def _traits(tx: Any) -> list[dict[str, Any]]:
    known = dao.find_traits(tx)
    rows = []
    for line in dao.find_catalogue(tx):
        said = known.get(line["id"])
        rows.append(
            {
                "product_id": line["id"], "sku": line["sku"], "name": line["name"], "category": line["category"],
                "served": said["served"] if said else traits.guess(line["name"], line["category"]),
                "guessed": said is None or bool(said["guessed"]),
                "never_rises": bool(said and said["never_rises"]),
            }
        )  # fmt: skip
    return sorted(rows, key=_place)


def _matching(rows: list[dict[str, Any]], text: str, served: str) -> list[dict[str, Any]]:
    text, wanted = text.strip().casefold(), "" if served == "none" else served
    found = [row for row in rows if text in row["name"].casefold() or text in row["sku"].casefold()]
    return [row for row in found if not served or row["served"] == wanted]


@blueprint.post("/recommendations/traits")
@api(
    "POST", "/recommendations/traits", summary="Say what products are", request=shapes_asked.TraitsIn, form=True,
    response=shapes_asked.TraitsOut, errors=[404, 422, 503], tag="recommendations",
)  # fmt: skip
def create_traits() -> Response:
    """What is said counts from the next advice on; a form says only what differs from what is known."""
    body = bodies.read()
    item = body.model(shapes_asked.TraitsIn, currency=store.shop().currency, now_ms=clock.now_ms())
    key = body.key(item, status=200)
    said = [Trait(one.product_id, _served(one.served), one.never_rises) for one in item.traits]
    if body.form is not None:
        said = _differing(said)
    _raise_first(writer.do_many(actions.set_traits, said, key, atomic=True))
    with reading.reading() as tx:
        ids = {one.product for one in said}
        items = [row for row in _traits(tx) if row["product_id"] in ids or row["sku"] in ids]
    return respond.made({"items": items, "next": None}, status=200, see=_back("/recommendations/traits"), key=key)


def _served(text: str | None) -> str | None:
    return "" if text == "none" else text


def _differing(said: Sequence[Trait]) -> list[Trait]:
    with reading.reading() as tx:
        known = {row["product_id"]: row for row in _traits(tx)}
    found = []
    for one in said:
        row = known.get(one.product) if isinstance(one.product, int) else None
        served = None if row is not None and one.served == row["served"] else one.served
        rises = None if row is not None and one.never_rises == row["never_rises"] else one.never_rises
        if served is not None or rises is not None:
            found.append(Trait(one.product, served, rises))
    return found


def _raise_first(results: Sequence[Any]) -> None:
    for number, one in enumerate(results):
        if isinstance(one, Problem):
            raise with_prefix(one, f"/traits/{number}")


def _back(address: str) -> str:
    query = request.query_string.decode("ascii", "replace")
    return f"{address}?{query}" if query else address


# ---- What prices may do ----


@blueprint.get("/recommendations/guardrails")
@api(
    "GET", "/recommendations/guardrails", summary="What prices may do", response=shapes_asked.GuardrailsOut, faces=READ,
    query=[Query("category", "Id of the category whose limits the page asks for")], errors=[422],
    tag="recommendations",
)  # fmt: skip
def index_guardrails() -> Response:
    """The shop's limits and those of its categories; the ones without their own go by those above them."""
    with reading.reading() as tx:
        items = _guardrails(tx)
    asked = request.args.get("category", "")
    if asked and all(str(item["category_id"]) != asked for item in items):
        raise invalid_parameter("category", "unknown", f"There is no category {asked[:100]}.")
    return respond.respond({"items": items}, page=lambda: ("recommendations/guardrails.html", _page(items, asked)))


def _guardrails(tx: Any) -> list[dict[str, Any]]:
    kept = dao.find_guardrails(tx)
    categories = {row["id"]: row for row in products.find_names(tx, "category")}
    items = [_guardrail(None, None, rails.holding(kept, ()), rails.WHOLE_SHOP in kept)]
    for category in sorted(categories.values(), key=lambda row: row["path"]):
        line, above = [category["id"]], category["parent_id"]
        while above is not None and above not in line:
            line.append(above)
            above = categories[above]["parent_id"]
        holding = rails.holding(kept, tuple(line))
        items.append(_guardrail(category["id"], category["path"], holding, category["id"] in kept))
    return items


def _guardrail(category_id: int | None, path: str | None, row: Any, own: bool) -> dict[str, Any]:
    percents = {name: Decimal(row[f"{name}_bp"]) / 100 for name in ("least_margin", "most_step", "most_90d")}
    return {
        "category_id": category_id, "category": path, **{f"{name}_percent": value for name, value in percents.items()},
        "cool_down_days": row["cool_down_days"], "never_rises": bool(row["never_rises"]), "own": own,
    }  # fmt: skip


def _page(items: list[dict[str, Any]], text: str) -> dict[str, Any]:
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
    chosen = next((item for item in items if item["category_id"] == wanted), None)
    if chosen is None:
        raise NotFound(f"There is no category {text}.")
    return {"items": items, "chosen": chosen}


def _page_again() -> dict[str, Any]:
    failure = forms.failure()
    typed = failure.form.typed if failure is not None and failure.form is not None else {}
    with reading.reading() as tx:
        return _page(_guardrails(tx), typed.get("category_id", [""])[-1])


@blueprint.post("/recommendations/guardrails")
@api(
    "POST", "/recommendations/guardrails", summary="Say what prices may do", request=shapes_asked.GuardrailIn, form=True,
    response=shapes_asked.GuardrailsOut, errors=[404, 422, 503], tag="recommendations",
)  # fmt: skip
def create_guardrails() -> Response:
    """The limits hold from the next advice on; what was accepted under others stays."""
    forms.on_failure("recommendations/guardrails.html", _page_again)
    body = bodies.read()
    item = body.model(shapes_asked.GuardrailIn, currency="", now_ms=clock.now_ms())
    key = body.key(item, status=200)
    said = Guardrail(
        item.category_id or rails.WHOLE_SHOP, round(item.least_margin_percent * 100), round(item.most_step_percent * 100),
        round(item.most_90d_percent * 100), item.cool_down_days, item.never_rises,
    )  # fmt: skip
    writer.do(actions.set_guardrails, said, key)
    return _guardrails_made(key)


@blueprint.delete("/recommendations/guardrails/<int:category_id>")
@api(
    "DELETE", "/recommendations/guardrails/<int:category_id>", summary="Let a category go by the limits above it",
    status=204, form=True, errors=[503], tag="recommendations",
)  # fmt: skip
def delete_guardrails(category_id: int) -> Response:
    """The category has no limits of its own any more."""
    if not category_id:
        raise Invalid("The whole shop always has limits.")
    writer.do(actions.drop_guardrails, category_id)
    return respond.nothing(see="/recommendations/guardrails")


def _guardrails_made(key: Any) -> Response:
    with reading.reading() as tx:
        items = _guardrails(tx)
    return respond.made({"items": items}, status=200, see="/recommendations/guardrails", key=key)
