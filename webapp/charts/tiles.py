"""The tile map: a list of equal tiles on a grid, each about where its place lies, coloured in five steps.

The order of the tiles is that of the grid, so that reading, the Tab key and the drawing agree. A schematic: neighbours
stay about where they are, distances do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import ceil, sqrt

from markupsafe import Markup

from webapp.charts.heat import STEPS
from webapp.charts.parts import join, tag

MOST_COLUMNS, MOST_TILES = 6, 48
_ROOM = 1.5  # cells for each tile, so that gaps can show where nothing is

Place = tuple[float, float]  # east and south, in any unit
Cell = tuple[int, int]  # column and row, from 1


@dataclass(frozen=True, slots=True)
class Tile:
    """A place: its name, its value and how people read it, where it leads, and where it lies (None: not known)."""

    key: str
    name: str
    value: float
    figure: str
    href: str
    at: Place | None = None


def tile_map(key: str, tiles: Sequence[Tile], steps: Sequence[int], *, label: str) -> Markup:
    """Return the tiles as a list on a grid of at most six columns, each in its step's colour.

    steps: from `fifths`, one a tile. label: what the list is called. Up to 48 tiles; more raise ValueError.
    """
    if len(tiles) > MOST_TILES:
        raise ValueError(f"at most {MOST_TILES} tiles have room")
    cells = grid([tile.at for tile in tiles])
    placed = sorted(zip(cells, tiles, steps, strict=True), key=lambda one: (one[0][1], one[0][0]))
    drawn = (_tile(key, tile, cell, step) for cell, tile, step in placed)
    return tag("ul", join(drawn), class_="tiles", id=key, aria_label=label)


def _tile(key: str, tile: Tile, cell: Cell, step: int) -> Markup:
    words = tag("span", tile.name, class_="cut") + tag("span", tile.figure, class_="fig")
    link = tag("a", words, href=tile.href, title=f"{tile.name}, {tile.figure}")
    return tag("li", link, class_=f"x{cell[0]} y{cell[1]} q{step}", data_key=f"{key}-{tile.key}")


def fifths(values: Sequence[float]) -> list[int]:
    """Return the step of each value, 0 to 4: in which fifth of all that are above zero it stands; 4 for the largest.

    Equal values have equal steps; what is not above zero has the lowest.
    """
    above = [value for value in values if value > 0]
    return [_fifth(value, above) if value > 0 else 0 for value in values]


def _fifth(value: float, above: Sequence[float]) -> int:
    reached = sum(other <= value for other in above)
    return max(0, ceil(STEPS * reached / len(above)) - 1)


def legend(least: str, most: str) -> Markup:
    """Return the key of the colours: five swatches between two words."""
    swatches = join(tag("i", class_=f"q{step}") for step in range(STEPS))
    return tag("p", tag("span", least) + tag("span", swatches, class_="steps") + tag("span", most), class_="key")


def grid(places: Sequence[Place | None]) -> list[Cell]:
    """Return a cell of its own for each place, none empty in between a whole row or column; those not known come last.

    Depends on the places alone, so that a map does not move when its figures do.
    """
    return list(_grid(tuple(places)))


@lru_cache(maxsize=128)
def _grid(places: tuple[Place | None, ...]) -> list[Cell]:
    known = [place for place in places if place is not None]
    columns = min(MOST_COLUMNS, max(1, ceil(sqrt(len(known)))))
    cells = _compact(_settled(known, columns, ceil(_ROOM * len(known) / columns)))
    used, first = iter(cells), max((row for _, row in cells), default=0) + 1
    wide = max(columns, min(MOST_COLUMNS, len(places) - len(known)))
    found, extra = [], 0
    for place in places:
        if place is not None:
            found.append(next(used))
        else:
            found.append((extra % wide + 1, first + extra // wide))
            extra += 1
    return found


def _settled(places: Sequence[Place], columns: int, rows: int) -> list[Cell]:
    """Each place near to where it lies: those furthest out choose first, then two change cells while that is nearer."""
    across, down = _spread([x for x, _ in places]), _spread([y for _, y in places])
    wanted = [(x * columns - 0.5, y * rows - 0.5) for x, y in zip(across, down, strict=True)]
    free = {(column, row) for column in range(columns) for row in range(rows)}
    found: dict[int, Cell] = {}
    outward = sorted(range(len(places)), key=lambda i: (-max(abs(down[i] - 0.5), abs(across[i] - 0.5)), places[i]))
    for i in outward:
        found[i] = min(free, key=lambda cell: (_apart(wanted[i], cell), cell[1], cell[0]))
        free.discard(found[i])
    cells = [found[i] for i in range(len(places))]
    while _changed(cells, wanted, outward):
        pass
    return cells


def _apart(wanted: tuple[float, float], cell: Cell) -> float:
    return (cell[0] - wanted[0]) ** 2 + (cell[1] - wanted[1]) ** 2


def _changed(cells: list[Cell], wanted: Sequence[tuple[float, float]], order: Sequence[int]) -> bool:
    """Let every two change cells where both together come nearer by that; whether any did."""
    any_did = False
    for i, j in combinations(order, 2):
        now = _apart(wanted[i], cells[i]) + _apart(wanted[j], cells[j])
        then = _apart(wanted[i], cells[j]) + _apart(wanted[j], cells[i])
        if then < now - 1e-9:
            cells[i], cells[j], any_did = cells[j], cells[i], True
    return any_did


def _spread(values: Sequence[float]) -> list[float]:
    """Where each value lies from 0 to 1: half by its size, half by its rank, so that crowds come apart."""
    least, most, count = min(values, default=0.0), max(values, default=0.0), len(values)
    size = (most - least) or 1.0
    ranks = {value: (sum(v < value for v in values) + sum(v <= value for v in values)) / 2 / count for value in values}
    return [((value - least) / size + ranks[value]) / 2 for value in values]


def _compact(cells: Sequence[Cell]) -> list[Cell]:
    """The cells without empty rows and columns between them, counted from 1."""
    columns, rows = sorted({column for column, _ in cells}), sorted({row for _, row in cells})
    return [(columns.index(column) + 1, rows.index(row) + 1) for column, row in cells]
