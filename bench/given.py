"""The data that a bench program is given: a folder, or one file; and the JSON that it ends with."""

import argparse
import csv
import json
import lzma
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

DATA = Path(os.environ.get("TEST_DATA_FOLDER", Path(__file__).resolve().parents[2] / "shared" / "data"))


def arguments(description: str | None, given: list[str] | None = None, *, draws: int) -> argparse.Namespace:
    """--data (a folder or a file; the shared data if not said), --seed and --draws."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="a folder with the files, or the file itself")
    parser.add_argument("--seed", type=int, default=1, help="of the dice")
    parser.add_argument("--draws", type=int, default=draws, help=f"how many cases are drawn ({draws})")
    return parser.parse_args(given)


def file(data: Path, name: str) -> Path:
    """The file that was given, or `name`.csv.xz or `name`.csv of the folder that was. Raises SystemExit without one."""
    found = data if data.is_file() else beside(data, name)
    if found is None:
        raise SystemExit(f"There is no {name}.csv or {name}.csv.xz in {data}.")
    return found


def beside(data: Path, name: str) -> Path | None:
    """`name`.csv.xz or `name`.csv of a folder, or of the folder of a file; None where neither is there."""
    folder = data.parent if data.is_file() else data
    return next((path for path in (folder / f"{name}.csv.xz", folder / f"{name}.csv") if path.is_file()), None)


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV file, plain or .xz."""
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)


def end(figures: Mapping[str, object], bars: Mapping[str, bool]) -> int:
    """Print the figures a line each, then all of them as one line of JSON. Returns 0 where every bar is reached, else 1."""
    for name, value in figures.items():
        print(f"{name}: {json.dumps(value)}")
    print(json.dumps({**figures, "bars": dict(bars), "ok": all(bars.values())}))
    return 0 if all(bars.values()) else 1


def share(seen: Iterable[bool]) -> float:
    """How many of them are true, of 1, to four places."""
    held = list(seen)
    return round(sum(held) / len(held), 4) if held else 0.0
