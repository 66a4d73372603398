"""Sales laid out for the ledger before a lock is taken: all of their rows and figures but the numbers that they will get."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from webapp.metrics import rollups
from webapp.orders import dao
from webapp.orders.shapes import Sale

NEVER = 1 << 62  # later than all that can be


class Laid:
    """Sales with all that can be made of them before their numbers are known: rows of lines, and what they add to the figures.

    It serves one transaction. sort_later: its figures of products are sorted in after the commit (`rollups.sort_later`).
    """

    __slots__ = ("figures", "lines", "newest_ms", "sales", "staged")

    def __init__(self, sales: Sequence[Sale], oldest_ms: int = NEVER, sort_later: bool = False) -> None:
        self.sales = sales
        self.lines = [line for sale in sales for line in sale.lines]
        self.staged: Any = None
        self.newest_ms = max([sale.placed_ms for sale in sales], default=0)
        self.figures = rollups.Buffer()
        self.figures.later = sort_later
        self.figures.add_sales(_facts(sales), oldest_ms)

    def versions(self) -> set[int]:
        """The product versions that were sold."""
        return self.figures.versions()

    def count(self, known: Mapping[int, Any]) -> None:
        """The figures are ready to be written. known: where each of the versions stands."""
        self.figures.count(known)
        self.figures.lay_out()

    def stage(self, connection: Any) -> None:
        """Lines and, if they were counted, figures lie beside the ledger until the transaction takes them from there."""
        owners = [place for place, sale in enumerate(self.sales) for _ in sale.lines]
        self.staged = dao.stage_lines(connection, owners, self.lines)
        self.figures.stage(connection)


def _facts(sales: Sequence[Sale]) -> Iterator[rollups.SaleFact]:
    for sale in sales:
        lines = []
        for _, version_id, quantity, _, _, total, cost, _ in sale.lines:
            lines.append((version_id, quantity, total, None if cost is None else cost * quantity))
        place = (sale.channel_id, sale.location_id, sale.region)
        yield rollups.SaleFact(0, sale.placed_ms, sale.day, sale.hour_ms, sale.hour, *place, lines)
