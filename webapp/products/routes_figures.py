"""The figures on a product's page: islands, placed by their addresses, that are asked what the page is asked."""

from typing import Any
from urllib.parse import urlencode

from flask import request

from webapp import clock
from webapp.db import reading
from webapp.live import islands

FIGURES = ("figures", "curve", "prices", "stock", "returns", "pairs")
ASKED = ("period", "from", "to", "compare", "metric", "channel", "location")


def placed(product_id: int) -> dict[str, Any]:
    """The islands by name, at one position of the ledger, and what of the query they were asked.

    Raises Invalid with the parameter for a wrong period, comparison, metric or place.
    """
    asked = {name: value for name in ASKED if (value := request.args.get(name))}
    now_ms = clock.now_ms()

    def read(tx: Any) -> dict[str, Any]:
        return {name: islands.render(_address(name, product_id, asked), tx, now_ms) for name in FIGURES}

    return {"figures": reading.in_thread(read), "asked": asked}


def _address(name: str, product_id: int, asked: dict[str, str]) -> str:
    """Only the curve is of the one metric that is chosen."""
    kept = {key: value for key, value in asked.items() if key != "metric" or name == "curve"}
    return f"/analytics/product/{name}?{urlencode(sorted({**kept, 'product': str(product_id)}.items()))}"
