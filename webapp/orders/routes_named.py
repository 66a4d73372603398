"""What a refused body names that does not exist, so that a refusal says all that is wrong at once."""

from collections.abc import Iterable, Iterator
from typing import Any

from webapp.db import reading
from webapp.errors import FieldError
from webapp.orders import dao
from webapp.products import dao as products
from webapp.shop import dao as shop
from webapp.web.fields import named


def unknown(data: Any, form: bool = False, selling: bool = True) -> list[FieldError]:
    """The products, the channel and the location of a body as sent that do not exist; selling: nor archived products.

    form: its texts are those of a form, where digits are an id.
    """
    if not isinstance(data, dict):
        return []
    wanted = {at: _reference(value, form) for at, value in _products(data)}
    errors = []
    with reading.reading() as tx:
        found = _rows(tx, wanted.values())
        for at, reference in wanted.items():
            row = found.get(reference)
            if reference is not None and row is None:
                errors.append(FieldError(at, "unknown", f"There is no product {reference}."))
            elif row is not None and selling and row["archived"]:
                errors.append(FieldError(at, "archived", f"{row['name']} is archived and no longer sold."))
        for name, known in (("channel", shop.channels(tx)), ("location", shop.locations(tx))):
            reference = _reference(data.get(name), form)
            if reference is not None and reference not in known:
                errors.append(FieldError(f"/{name}", "unknown", f"There is no {name} {reference}."))
    return errors


def _products(data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    lines = data.get("lines")
    if isinstance(lines, list):
        for index, line in enumerate(lines[:1000]):
            if isinstance(line, dict):
                yield f"/lines/{index}/product_id", line.get("product_id")
    elif "lines" not in data:
        yield "/product_id", data.get("product_id")


def _reference(value: Any, form: bool) -> int | str | None:
    """What a value names; None where it names nothing, which its shape has said."""
    if isinstance(value, str):
        good = value.strip() and "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)
        return (named(value) if form else value) if good else None
    return value if type(value) is int and 0 < value < 2**63 else None


def _rows(tx: Any, references: Iterable[int | str | None]) -> dict[Any, Any]:
    wanted = set(references)
    by_id, by_sku = products.find_for_sale(
        tx, [one for one in wanted if isinstance(one, int)], [one for one in wanted if isinstance(one, str)]
    )
    known: dict[Any, Any] = {**by_id}
    return known | by_sku


def unknown_lines(data: Any, order_id: int, form: bool = False) -> list[FieldError]:
    """The lines of a return as sent that are no lines of the order."""
    lines = data.get("lines") if isinstance(data, dict) else None
    if not isinstance(lines, list):
        return []
    with reading.reading() as tx:
        known = {row["id"] for row in dao.find_lines(tx, [order_id])[order_id]}
    errors = []
    for index, line in enumerate(lines[:1000]):
        said = _reference(line.get("line_id"), form) if isinstance(line, dict) else None
        if isinstance(said, int) and said not in known:
            errors.append(FieldError(f"/lines/{index}/line_id", "unknown", f"This order has no line {said}."))
    return errors
