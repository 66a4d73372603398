"""Arithmetic and checks of products; they know neither the database nor the clock."""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

VERSIONED = ("name", "category_id", "brand_id", "vendor_id", "price_tier_id")
GTIN_LENGTHS = (8, 12, 13, 14)
MOST_LEVELS = 8


def price_at(history: Sequence[tuple[int, int]], ms: int) -> int:
    """The price that held at an instant, before all the first one; history: (from_ms, price) in order, never empty."""
    return history[max(bisect_right(history, ms, key=lambda entry: entry[0]) - 1, 0)][1]


def check_digit(digits: str) -> int:
    """The last digit of a GTIN by the digits before it. Source: GS1 General Specifications, section 7.9."""
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return -weighted % 10


def category_parts(path: str) -> list[str]:
    """The names of a path such as "Drinks / Cold", top first, in the normal form C; empty ones stay, to be refused."""
    return [unicodedata.normalize("NFC", part).strip() for part in path.split("/")]


def with_ancestors(paths: Iterable[str]) -> list[str]:
    """The paths and all above them, each once, those above first."""
    found: dict[str, None] = {}
    for path in paths:
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            found["/".join(parts[:depth])] = None
    return sorted(found, key=lambda path: (path.count("/"), path))


def differing(row: Mapping[str, Any], columns: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the columns whose value is not the row's."""
    return {name: value for name, value in columns.items() if row[name] != value}


def needs_version(changed: Iterable[str]) -> bool:
    """Whether a change of these columns makes a new version, so that past lines keep the old one."""
    return any(name in VERSIONED for name in changed)


def plural(kind: str) -> str:
    """The word for several of a kind, as addresses have it: "categories", "brands"."""
    return "categories" if kind == "category" else f"{kind}s"
