"""Checks of places; they know neither the database nor the clock."""

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from webapp.errors import Conflict, FieldError, Problem

# ISO 3166-2: a country, or a country and its subdivision.
REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)


def is_region(text: str) -> bool:
    """Whether the text has the form of ISO 3166-1 or 3166-2: "GB", "GB-BNH"."""
    return REGION.fullmatch(text) is not None


def taken(what: str, pointer: str, value: str, found_id: int, address: str) -> Problem:
    """The refusal of a code or name that another thing bears."""
    error = FieldError(pointer, "duplicate", f"{value} is taken.")
    return Conflict(f"There is a {what} {value} already.", error, location=address, id=found_id)


def split_taken(
    values: Sequence[str], known: dict[str, int], first_id: int, refuse: Callable[[str, int], Problem]
) -> list[int | Problem]:
    """A new id for each value that is free, else its refusal; earlier values count for later ones.

    known: the ids by value, to which the new ones are added.
    """
    results: list[int | Problem] = []
    for value in values:
        if value in known:
            results.append(refuse(value, known[value]))
            continue
        known[value] = first_id
        results.append(first_id)
        first_id += 1
    return results


def accepted(results: Collection[Any]) -> int:
    """How many of the results are no refusals."""
    return sum(1 for result in results if not isinstance(result, Problem))
