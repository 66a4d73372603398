"""The arithmetic of a basket that travels in the address of the page, and how names and codes are read."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp import money

MOST_LINES = 100
MOST_UNITS = 1_000_000
FEW = 10
_LINE = re.compile(r"([0-9]{1,15}):([0-9]{1,7})(?::([0-9]{1,9}))?", re.ASCII)
_SIZE = re.compile(r"(.+?),? (\d+(?:[.,]\d+)? ?(?:ml|cl|l|g|kg|mg|oz|cm|mm|m|bags|pcs))", re.IGNORECASE)
_PERCENT = re.compile(r"[0-9]{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """So many of a product; discount in minor units."""

    product_id: int
    quantity: int
    discount_minor: int = 0

    def __str__(self) -> str:
        return f"{self.product_id}:{self.quantity}" + (f":{self.discount_minor}" if self.discount_minor else "")


@dataclass(frozen=True, slots=True)
class Good:
    """A product as the till shows it. stock: None where it is not counted; scarce: words of the style, low or out."""

    id: int
    sku: str
    gtin: str | None
    name: str
    title: str
    size: str
    price_minor: int
    stock: int | None
    strict: bool
    category: str

    @property
    def sold_out(self) -> bool:
        """Nothing is left, and it may not be sold below zero."""
        return self.strict and self.stock is not None and self.stock <= 0

    @property
    def scarce(self) -> str:
        """out, low or nothing."""
        if self.sold_out:
            return "out"
        return "low" if self.stock is not None and self.stock < FEW else ""


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line of the basket with what it costs."""

    line: Line
    good: Good
    discount_minor: int
    total_minor: int


def good(row: Mapping[str, Any]) -> Good:
    """The tile of a product's row; the size at the end of a name stands apart."""
    title, size = split_name(row["name"])
    tracked = bool(row["tracked"])
    return Good(
        row["id"], row["sku"], row["gtin"], row["name"], title, size, row["price_minor"],
        (row["quantity"] or 0) if tracked else None, tracked and not row["oversell"], row["category"] or "",
    )  # fmt: skip


def split_name(name: str) -> tuple[str, str]:
    """ "Iced tea 330 ml" is ("Iced tea", "330 ml"); a name without a size has none."""
    found = _SIZE.fullmatch(name)
    return (found[1], found[2]) if found else (name, "")


def spellings(code: str) -> list[str]:
    """The ways in which a GTIN is kept: scanners send UPC-A with or without its leading zero, or as a GTIN-14."""
    code = code.strip()
    if not code.isascii() or not code.isdigit() or not 6 <= len(code) <= 14:
        return []
    bare = code.lstrip("0")
    return sorted({code, *(bare.zfill(length) for length in (8, 12, 13, 14) if length >= len(bare))})


# ---- The basket in the address ----


def read_lines(texts: Iterable[str]) -> list[Line]:
    """The lines of an address; what is no line is passed over, a product named twice is one line."""
    lines: dict[int, Line] = {}
    for text in texts:
        found = _LINE.fullmatch(text)
        if found and len(lines) < MOST_LINES and 0 < int(found[2]) <= MOST_UNITS:
            before = lines.get(int(found[1]))
            quantity = min(int(found[2]) + (before.quantity if before else 0), MOST_UNITS)
            lines[int(found[1])] = Line(int(found[1]), quantity, int(found[3] or 0))
    return list(lines.values())


def changed(lines: Sequence[Line], verb: str, percent: str, goods: Mapping[int, Good]) -> list[Line]:
    """The basket after a button: add:17, less:17, more:17, drop:17, off:17 (takes `percent` off) or clear."""
    what, _, number = verb.partition(":")
    if what == "clear":
        return []
    product_id = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0
    if product_id not in goods:
        return list(lines)
    before = next((line for line in lines if line.product_id == product_id), Line(product_id, 0))
    after = _after(before, what, percent, goods[product_id])
    if before not in lines:
        return [*lines, after][:MOST_LINES] if after.quantity else list(lines)
    return [after if line is before else line for line in lines if line is not before or after.quantity]


def _after(line: Line, what: str, percent: str, good: Good) -> Line:
    step = {"add": 1, "more": 1, "less": -1, "drop": -line.quantity}.get(what, 0)
    quantity = max(0, min(line.quantity + step, MOST_UNITS))
    if what == "off" and _PERCENT.fullmatch(percent.strip()) and int(percent) <= 100:
        gross = good.price_minor * quantity
        return Line(line.product_id, quantity, money.divide(gross * int(percent), 100))
    return Line(line.product_id, quantity, line.discount_minor)


def priced(lines: Iterable[Line], goods: Mapping[int, Good]) -> list[PricedLine]:
    """The lines with what each costs; a discount is never more than its line. Unknown products are left out."""
    found = []
    for line in lines:
        if line.product_id in goods:
            gross = goods[line.product_id].price_minor * line.quantity
            discount = min(line.discount_minor, gross)
            found.append(PricedLine(line, goods[line.product_id], discount, gross - discount))
    return found


def total(lines: Iterable[PricedLine]) -> int:
    """What is to pay, in minor units."""
    return sum(line.total_minor for line in lines)
