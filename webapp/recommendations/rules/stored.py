"""A brief as it is kept beside its advice: JSON text and back, figures as texts so that none is rounded."""

import json
from dataclasses import asdict, fields
from decimal import Decimal
from functools import lru_cache
from typing import Any

from webapp.recommendations.rules.brief import Brief, CatalogueLine, Effect, Fact, Price


def brief_text(brief: Brief) -> str:
    """The brief as JSON text; Decimals are texts, the prices a list of [product id, price, effect], expected of [product id, effect]."""
    return json.dumps(brief_json(brief), ensure_ascii=False, separators=(",", ":"))


def brief_json(brief: Brief) -> dict[str, Any]:
    """The brief as JSON-able members."""
    told = asdict(brief)
    told["season_index"] = None if brief.season_index is None else str(brief.season_index)
    for fact in told["facts"]:
        fact["value"] = str(fact["value"])
    told["prices"] = [[product_id, *pair] for product_id, pair in told["prices"].items()]
    told["expected"] = [list(pair) for pair in told["expected"].items()]
    return told


@lru_cache(maxsize=8)
def read_brief(text: str) -> Brief:
    """The brief that `brief_text` wrote; members that a later version dropped are left out. Nobody changes it."""
    told = json.loads(text)
    index = told["season_index"]
    return Brief(
        **{
            **_known(Brief, told),
            "season_index": None if index is None else Decimal(index),
            "weather": tuple(told["weather"]),
            "facts": tuple(_fact(fact) for fact in told["facts"]),
            "products": tuple(CatalogueLine(**_known(CatalogueLine, line)) for line in told["products"]),
            "prices": {product_id: _price(price, effect) for product_id, price, effect in told["prices"]},
            "expected": {one: Effect(**_known(Effect, effect)) for one, effect in told.get("expected", [])},
        }
    )


def _fact(told: dict[str, Any]) -> Fact:
    ids = tuple(told["product_ids"])
    return Fact(**{**_known(Fact, told), "value": Decimal(told["value"]), "product_ids": ids})


def _price(price: dict[str, Any], effect: dict[str, Any] | None) -> tuple[Price, Effect | None]:
    return Price(**_known(Price, price)), None if effect is None else Effect(**_known(Effect, effect))


def _known(kind: Any, told: dict[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields(kind)}
    return {name: value for name, value in told.items() if name in names}
