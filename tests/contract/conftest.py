"""A shop with three products at a known moment, and answers read as exactly as the contract is written."""

import json
from decimal import Decimal
from typing import Any

import pytest

NOW = "2026-11-21T10:15:00.000Z"
FORM = "application/x-www-form-urlencoded"
NDJSON = "application/x-ndjson"


class Api:
    """A program that speaks to the shop: JSON in, exact numbers out."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def post(self, path: str, data: Any = None, key: str | None = None, **headers: str) -> Any:
        """POST of a JSON value; a text or bytes are sent as they stand."""
        return self.send("POST", path, data, key, **headers)

    def send(self, method: str, path: str, data: Any = None, key: str | None = None, **headers: str) -> Any:
        """Any method; header names with underscores for dashes."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        said.setdefault("Content-Type", "application/json")
        if key is not None:
            said["Idempotency-Key"] = key
        body = data if isinstance(data, (str, bytes)) else json.dumps(data)
        return self.client.open(path, method=method, data=body, headers=said)

    def get(self, path: str, **headers: str) -> Any:
        """GET."""
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def form(self, path: str, data: dict[str, Any], **headers: str) -> Any:
        """POST of an urlencoded form as a browser sends it."""
        said = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, data=data, headers=said, content_type=FORM)

    def order(self, product: Any = "TEA", quantity: int = 1, **more: Any) -> dict[str, Any]:
        """An order that was placed."""
        return exact(self.post("/orders", {"product_id": product, "quantity": quantity, **more}), 201)


def exact(answer: Any, status: int = 200) -> Any:
    """The JSON of an answer with its decimals as they were written."""
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return json.loads(answer.get_data(as_text=True), parse_float=Decimal)


def pairs(answer: Any, status: int = 422) -> list[tuple[str, str]]:
    """(pointer or parameter, code) of each error of a problem, which is looked at as a whole."""
    said = problem(answer, status)
    return sorted((error.get("pointer", error.get("parameter")), error["code"]) for error in said["errors"])


def problem(answer: Any, status: int) -> Any:
    """The members of a problem, each as RFC 9457 and the contract have them."""
    said = exact(answer, status)
    assert answer.mimetype == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"} <= set(said)
    assert said["type"] == f"/errors/{said['code']}" and said["status"] == status
    assert said["title"] and said["detail"] and said["instance"].startswith("/")
    assert said["request_id"] == answer.headers["X-Request-Id"]
    for error in said["errors"]:
        assert ("pointer" in error) != ("parameter" in error) and error["code"] and error["detail"]
    return said


@pytest.fixture
def api(client, at):
    """A shop at NOW with TEA (1, 2.40), MUG (2, 12.50, seven in stock) and a SKU of digits 22423 (3, 10.00)."""
    at(NOW)
    known = Api(client)
    for product in (
        {"sku": "TEA", "name": "Iced tea 330 ml", "price": "2.40"},
        {"sku": "MUG", "name": "Mug", "price": "12.50", "stock": 7},
        {"sku": "22423", "name": "Cake stand", "price": "10"},
    ):
        assert known.post("/products", product).status_code == 201
    return known
