"""How much memory each process holds, from its first minute to its last."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EACH_S = 5.0
SETTLED_S = 60.0  # what a process has after a minute is what it needs to begin with
JUDGED_S = 110.0  # younger ones say nothing about a slope
MB = 1024 * 1024
# What may come on top: SQLite's pages, which each connection keeps up to 32 MB of, and a reserve of the allocator.
MOST_MORE_MB, MOST_SHARE = 96, 0.5


@dataclass
class Kept:
    """What one process held: (seconds since it was seen first, bytes)."""

    what: str
    pid: int
    began: float
    samples: list[tuple[float, int]] = field(default_factory=list)


class Memory:
    """Samples all processes of a shop, each by its own share of what it shares with others (PSS).

    Of a database's server without shared memory: that has its size from the start and is filled as it is touched.
    """

    def __init__(self) -> None:
        self.kept: dict[int, Kept] = {}

    def sample(self, pids: dict[str, list[int]]) -> None:
        """One more look."""
        now = time.monotonic()
        for what, some in pids.items():
            # A server of a database has a process for each session, which come and go: it is one, by its first process.
            for pid, those in [(some[0], some)] if what == "database" and some else [(pid, [pid]) for pid in some]:
                look = own_bytes if what == "database" else pss_bytes
                if (held := sum(map(look, those))) > 0:
                    one = self.kept.setdefault(pid, Kept(what, pid, now))
                    one.samples.append((now - one.began, held))

    def rows(self) -> list[dict[str, Any]]:
        """For each process that lived long enough: MB after its first minute and at its end, MB an hour between."""
        return [row for row in map(row_of, self.kept.values()) if row is not None]

    def grown(self) -> list[dict[str, Any]]:
        """Those that hold much more at their end than when they had settled."""
        return [row for row in self.rows() if row["grown_mb"] > max(MOST_MORE_MB, MOST_SHARE * row["minute_1_mb"])]


def row_of(one: Kept) -> dict[str, Any] | None:
    """The figures of a process, or None where it did not live long enough.

    `grown_mb` is since its first minute; of a database's server since the middle of what came after it, for all its sessions
    may have been begun anew in that minute.
    """
    settled = [(at, held) for at, held in one.samples if at >= SETTLED_S]
    if not settled or one.samples[-1][0] < JUDGED_S:
        return None
    first, last = settled[0][1] / MB, one.samples[-1][1] / MB
    before = settled[len(settled) // 2][1] / MB if one.what == "database" else first
    return {
        "process": one.what, "pid": one.pid, "lived_s": round(one.samples[-1][0]), "minute_1_mb": round(first, 1),
        "last_mb": round(last, 1), "grown_mb": round(last - before, 1), "slope_mb_per_hour": round(slope(settled), 1),
    }  # fmt: skip


def slope(samples: list[tuple[float, int]]) -> float:
    """MB an hour, by least squares."""
    count = len(samples)
    middle_at, middle = sum(at for at, _ in samples) / count, sum(held for _, held in samples) / count
    spread = sum((at - middle_at) ** 2 for at, _ in samples)
    along = sum((at - middle_at) * (held - middle) for at, held in samples)
    return along / spread / MB * 3600 if spread else 0.0


def pss_bytes(pid: int) -> int:
    """The proportional memory of one process; 0 where it is gone."""
    return _rollup(pid).get("Pss:", 0)


def own_bytes(pid: int) -> int:
    """The same but for what it has in shared memory."""
    said = _rollup(pid)
    return said.get("Pss:", 0) - said.get("Pss_Shmem:", 0)


def _rollup(pid: int) -> dict[str, int]:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return {}
    return {line.split()[0]: int(line.split()[1]) * 1024 for line in lines}
