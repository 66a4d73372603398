"""One row of a file as one line of a sale or a return, or the reasons why it is none.

A line is a plain tuple, because a file has hundreds of thousands: (row, text, sku, name, quantity, price, discount, total,
cost, more). Money is in minor units, quantity is positive; total is None where quantity x price - discount holds; more is
None or (lot, category, brand, vendor, price_tier, restock, line_id). A head, made once for the lines that become one sale or return,
is (kind, external_id, at_ms, channel_id, location_id, region, customer, payment, note, reason, order_id, entered_ms); the
last two are those of the shop that our own export came from. An entry is (first_row, parts, faults): an order with its
returns, whose parts lead from a name to (head, lines), or one row that is refused.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from webapp.clock import Zone
from webapp.imports.rules import values
from webapp.imports.rules.values import Known, Wrong, unguarded

SALE, RETURN = "sale", "return"
Line = tuple[Any, ...]
Head = tuple[Any, ...]


class Fault(NamedTuple):
    """Why a row is not imported: the file's column, the reason, and what stands there; the first fault of a row has its text."""

    field: str
    detail: str
    value: str
    text: str = ""


class Belongs(NamedTuple):
    """What rows are read against: the shop's currency, the zone of the file's clock, what exists, and the present.

    channels, locations: by their codes, and by whatever else they are called (`callable_by`).
    """

    currency: str
    zone: Zone
    channels: Mapping[str, int]
    locations: Mapping[str, tuple[int, str | None]]
    now_ms: int


def callable_by(rows: Iterable[tuple[str, str, Any]]) -> dict[str, Any]:
    """What is found under its code, and, small letters or large, under its code or its name where only one is so called.

    rows: (code, name, value).
    """
    rows = list(rows)
    said = [(word, value) for code, name, value in rows for word in {code.casefold(), name.casefold()}]
    often = Counter(word for word, _ in said)
    return {word: value for word, value in said if often[word] == 1} | {code: value for code, _, value in rows}


def _caller(known: Mapping[str, Any]) -> Callable[[str], Any]:
    return lambda said: known[said] if said in known else known.get(said.casefold())


Parts = dict[str, tuple[Head, list[Line]]]
Entry = tuple[int, Parts | None, list[tuple[str, str, str, str]]]
Read = tuple[Any, str, Line] | list[Fault]


class LineReader:
    """Reads rows by a mapping. `read` gives (family, part, line): rows of one family stand or fall together as one entry,
    and rows of one part of it become one sale or one return."""

    def __init__(self, mapping: Any, columns: list[str], shop: Belongs) -> None:
        self.mapping = mapping
        self.columns = columns
        self.shop = shop
        self.at = {name: columns.index(column) for name, column in mapping.columns.items() if column in columns}
        mark, currency = mapping.decimal, shop.currency
        self.quantities = Known(lambda text: values.read_quantity(text, mark))
        self.amounts = Known(lambda text: values.read_amount(text, mark, currency))
        self.times = Known(lambda text: values.read_time(text, mapping.dates, shop.zone, shop.now_ms))
        self.codes = Known(values.read_code)
        self.names = Known(lambda text: values.nice(text)[: values.NAME])
        self.regions = Known(values.region_of)
        self.customers = Known(self._customer)
        self.channel = shop.channels[mapping.channel or "online"]
        self.channels, self.locations = Known(_caller(shop.channels)), Known(_caller(shop.locations))

    # ---- Rows ----

    def read(self, row: int, cells: list[str], text: str) -> Read:
        """The line of a row, or its faults."""
        at = self.at
        sku, quantity = self.codes[cells[at["sku"]]], self.quantities[cells[at["quantity"]]]
        price, when = self.amounts[cells[at["price"]]], self.times[cells[at["placed_at"]]]
        faults = [
            Fault(self.columns[at[name]], found.detail, cells[at[name]])
            for name, found in (("sku", sku), ("quantity", quantity), ("price", price), ("placed_at", when))
            if isinstance(found, Wrong)
        ]
        if "\0" in text:
            faults.append(Fault(_nul_column(self.columns, cells), "The row has a NUL character.", ""))
        more = self._more(cells, faults)
        if faults:
            return faults
        kind = self._kind(cells, quantity, faults)
        if price < 0:
            faults.append(self._fault("price", "is negative", cells))
        discount, total, cost = (self._amount(name, cells, faults) for name in ("discount", "total", "cost"))
        quantity = abs(quantity)
        if price >= 0 and quantity * price - (discount or 0) < 0:
            faults.append(self._fault("discount", "is larger than the line", cells))
        elif total is not None and kind == SALE and total != quantity * price - (discount or 0):
            faults.append(self._fault("total", "is not quantity x price - discount", cells))
        if faults:
            return faults
        name = self.names[cells[at["name"]]] if "name" in at else ""
        line = (row, text, sku, name, quantity, price, discount or 0, total, cost, more)
        return self._family(row, cells, kind), self._part(cells, kind), line

    def head(self, cells: list[str], kind: str) -> Head:
        """What a row says of the whole sale or return; taken from its first row."""
        location = self.locations[self._cell("location", cells)]
        region = self.regions[self._cell("region", cells)] or (location[1] if location else None)
        return (
            kind,
            self._cell("external_id", cells)[: values.CODE] or None,
            self.times[cells[self.at["placed_at"]]],
            self._channel(cells),
            location[0] if location else None,
            region,
            self.customers[self._cell("customer", cells)],
            self._cell("payment", cells).lower() or None,
            self._cell("note", cells)[: values.NOTE] or None,
            self._cell("reason", cells)[: values.NAME] or None,
            *self._origin(cells),
        )

    def _origin(self, cells: list[str]) -> tuple[int | None, int | None]:
        return None, None

    # ---- Cells ----

    def _cell(self, name: str, cells: list[str]) -> str:
        place = self.at.get(name)
        return "" if place is None else values.nice(cells[place])

    def _channel(self, cells: list[str]) -> int:
        found = self.channels[self._cell("channel", cells)]
        return self.channel if found is None else int(found)

    def _fault(self, name: str, detail: str, cells: list[str]) -> Fault:
        place = self.at.get(name, self.at["quantity"])
        return Fault(self.columns[place], detail, cells[place])

    def _customer(self, text: str) -> str | None:
        return values.customer_code(text)

    def _kind(self, cells: list[str], quantity: int, faults: list[Fault]) -> str:
        if quantity == 0:
            faults.append(self._fault("quantity", "is zero", cells))
        if "kind" not in self.at:
            return SALE if quantity > 0 else RETURN
        kind = self._cell("kind", cells).lower()
        if kind not in (SALE, RETURN):
            faults.append(self._fault("kind", "is neither sale nor return", cells))
        elif quantity < 0 and kind == SALE:
            faults.append(self._fault("quantity", "is negative in a sale", cells))
        return kind

    def _amount(self, name: str, cells: list[str], faults: list[Fault]) -> int | None:
        if not self._cell(name, cells):
            return None
        found = self.amounts[cells[self.at[name]]]
        if isinstance(found, Wrong) or found < 0:
            faults.append(self._fault(name, found.detail if isinstance(found, Wrong) else "is negative", cells))
            return None
        return int(found)

    def _more(self, cells: list[str], faults: list[Fault]) -> Line | None:
        """What only some files have; checked against what the shop knows."""
        if len(self.at) <= 4:
            return None
        self._known("channel", self.channels, cells, faults)
        self._known("location", self.locations, cells, faults)
        currency, payment = self._cell("currency", cells), self._cell("payment", cells).lower()
        if currency and currency != self.shop.currency:
            faults.append(self._fault("currency", f"is not {self.shop.currency}", cells))
        if payment not in ("", "cash", "card", "other"):
            faults.append(self._fault("payment", "is none of cash, card, other", cells))
        found = tuple(self._cell(name, cells) or None for name in ("lot", "category", "brand", "vendor", "price_tier"))
        restock, line_id = self._cell("restock", cells).lower() in ("true", "1", "yes"), self._cell("line_id", cells)
        return (*found, restock, line_id or None) if restock or line_id or any(found) else None

    def _known(self, name: str, known: Mapping[str, Any], cells: list[str], faults: list[Fault]) -> None:
        said = self._cell(name, cells)
        if said and known[said] is None:
            faults.append(self._fault(name, f"names a {name} that the shop does not have", cells))

    def _family(self, row: int, cells: list[str], kind: str) -> Any:
        order, external = self._cell("order_id", cells), self._cell("external_id", cells)
        if order:
            return f"#{order}"
        if external:
            return f"{self._channel(cells)} {external}"
        return row if kind == SALE or "order_id" not in self.at else "returned " + self._part(cells, kind)

    def _part(self, cells: list[str], kind: str) -> str:
        """The sale of a family, or one of its returns, told apart by when and why the goods came back."""
        if kind == SALE:
            return SALE
        if "kind" not in self.at:
            return RETURN
        return "\x1f".join(
            (RETURN, *(self._cell(name, cells) for name in ("placed_at", "external_id", "reason", "note")))
        )


class ExportReader(LineReader):
    """Reads our own export: orders and lines by their ids, texts without the apostrophe that guards formulas."""

    def read(self, row: int, cells: list[str], text: str) -> Read:
        """The line of a row, or its faults."""
        return super().read(row, [unguarded(cell) for cell in cells], text)

    def head(self, cells: list[str], kind: str) -> Head:
        """What a row says of the whole sale or return."""
        return super().head([unguarded(cell) for cell in cells], kind)

    def _origin(self, cells: list[str]) -> tuple[int | None, int | None]:
        order_id, entered = self._cell("order_id", cells), self.times[self._cell("entered_at", cells)]
        known = order_id.isascii() and order_id.isdigit() and len(order_id) < 19
        return int(order_id) if known else None, None if isinstance(entered, Wrong) else entered

    def _customer(self, text: str) -> str | None:
        code = values.customer_code(text)
        return f"customer-{code}"[: values.CODE] if code else None


class UciReader(LineReader):
    """Reads UCI Online Retail: invoices of digits are sales, `C` invoices are returns of their own day, the rest is
    neither. Source: Daqing Chen, Online Retail, 2015, doi 10.24432/C5BW33."""

    def __init__(self, mapping: Any, columns: list[str], shop: Belongs) -> None:
        super().__init__(mapping, columns, shop)
        self._places = tuple(self.at[name] for name in ("external_id", "sku", "name", "quantity", "placed_at", "price"))
        self.kinds = Known(_uci_kind)

    def read(self, row: int, cells: list[str], text: str) -> Read:
        """The line of a row, or its faults."""
        at_invoice, at_sku, at_name, at_quantity, at_time, at_price = self._places
        invoice = cells[at_invoice]
        kind, quantity, price = self.kinds[invoice], self.quantities[cells[at_quantity]], self.amounts[cells[at_price]]
        sku = self.codes[cells[at_sku]]
        if (
            kind is None
            or type(quantity) is not int
            or type(price) is not int
            or price <= 0
            or (quantity <= 0 if kind is SALE else quantity >= 0)
            or type(sku) is not str
            or type(self.times[cells[at_time]]) is not int
            or "\0" in text
        ):
            return self._faults(cells, text)
        line = (row, text, sku, self.names[cells[at_name]], abs(quantity), price, 0, None, None, None)
        return invoice, kind, line

    def _faults(self, cells: list[str], text: str) -> list[Fault]:
        """Why the row is no line: what it is by nature comes before what is written wrongly."""
        at_invoice, at_sku, _, at_quantity, at_time, at_price = self._places
        kind = self.kinds[cells[at_invoice]]
        if kind is None:
            bad_debt = cells[at_invoice].strip()[:1] in ("A", "a")
            reason = "is a correction of bad debt, not a sale" if bad_debt else "is neither a sale nor a cancellation"
            return [Fault(self.columns[at_invoice], reason, cells[at_invoice])]
        if self.amounts[cells[at_price]] == 0:
            return [Fault(self.columns[at_price], "is zero: a row without a price is no sale", cells[at_price])]
        found = [
            Fault(self.columns[place], wrong.detail, cells[place])
            for place, known in (
                (at_sku, self.codes),
                (at_quantity, self.quantities),
                (at_time, self.times),
                (at_price, self.amounts),
            )
            if isinstance(wrong := known[cells[place]], Wrong)
        ]
        if "\0" in text:
            found.append(Fault(_nul_column(self.columns, cells), "The row has a NUL character.", ""))
        if found:
            return found
        if self.amounts[cells[at_price]] < 0:
            return [Fault(self.columns[at_price], "is negative", cells[at_price])]
        wanted = "is not positive in a sale" if kind is SALE else "is not negative in a cancellation"
        return [Fault(self.columns[at_quantity], wanted, cells[at_quantity])]


def _nul_column(columns: list[str], cells: list[str]) -> str:
    """The column that holds a NUL; the first one where it stands between the cells."""
    return next((column for column, cell in zip(columns, cells, strict=False) if "\0" in cell), columns[0])


def _uci_kind(invoice: str) -> str | None:
    invoice = invoice.strip()
    if invoice.isascii() and invoice.isdigit():
        return SALE
    return RETURN if invoice[:1] in ("C", "c") and invoice[1:].isdigit() else None


def reader_for(mapping: Any, columns: list[str], shop: Belongs) -> LineReader:
    """The reader of a mapping's rows."""
    kinds: dict[str, Callable[..., LineReader]] = {"uci": UciReader, "export": ExportReader}
    return kinds.get(mapping.source, LineReader)(mapping, columns, shop)


def total_of(line: Line) -> int:
    """What a line comes to, in minor units."""
    return int(line[4] * line[5] - line[6]) if line[7] is None else int(line[7])
