"""Saved views: a question of Explore under a name, as it comes in and as answers show it."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema

from webapp import clock
from webapp.analytics.shapes_page import NAMES, pairs_of
from webapp.web.fields import Input, Instant, Name, Output, refuse

MOST_QUERY = 2_000


def _query(value: Any, info: ValidationInfo) -> str:
    """The query with its known names alone, in the order in which they came."""
    if not isinstance(value, str):
        raise refuse("not_text", "This must be the query of /explore, as a text.")
    if len(value) > MOST_QUERY:
        raise refuse("too_long", f"A query has at most {MOST_QUERY:,} characters.")
    try:
        pairs = pairs_of(value)
    except ValueError:
        raise refuse("too_long", "A query has at most a hundred names.") from None
    unknown = next((name for name, _ in pairs if name not in NAMES), None)
    if unknown is not None:
        raise refuse("unknown_field", f"/explore knows no name {unknown[:50]!r}.")
    return urlencode([(name, text) for name, text in pairs if text])


class NewView(Input):
    """A view to save. query: as in the address of /explore, without the question mark."""

    name: Name
    query: Annotated[str, PlainValidator(_query), WithJsonSchema({"type": "string", "maxLength": MOST_QUERY})]


class ViewOut(Output):
    """A saved view."""

    id: int
    name: str
    query: str
    address: str
    seq: int
    created_at: Instant


class ViewsOut(Output):
    """Every saved view by its name."""

    items: list[ViewOut]


COLUMNS = ("id", "name", "query", "address", "seq", "created_at")


def table(items: Sequence[dict[str, Any]]) -> tuple[tuple[str, ...], list[list[Any]]]:
    """Saved views as the columns and rows of a file."""
    return COLUMNS, [[item[name] for name in COLUMNS] for item in items]


def view_json(row: Any) -> dict[str, Any]:
    """A saved view as answers show it."""
    return {
        "id": row["id"],
        "name": row["name"],
        "query": row["query"],
        "address": f"/explore?{row['query']}",
        "seq": row["seq"],
        "created_at": clock.format_time(row["created_ms"]),
    }
