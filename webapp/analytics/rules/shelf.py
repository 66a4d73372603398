"""The level of a shelf over time, walked back from how it stands now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BACK = ("sale", "return")


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved at an instant: by how much, and why (sale, return, delivery, count, waste, transfer)."""

    at_ms: int
    change: int
    reason: str


@dataclass(frozen=True, slots=True)
class Stand:
    """A bucket from its begin on: what came in, what was sold (less returns), what else moved, the level at its end."""

    at_ms: int
    received: int
    sold: int
    other: int
    level: int


def course(level: int, moves: Iterable[Moved], edges: Sequence[int]) -> list[Stand]:
    """Return how the level stood at the end of each bucket between two edges (instants in order).

    level: as it stands now, after all the moves; what moved after the last edge is walked back first.
    """
    received, sold, other = [0] * (len(edges) - 1), [0] * (len(edges) - 1), [0] * (len(edges) - 1)
    bucket, ordered = len(edges) - 2, sorted(moves, key=lambda one: -one.at_ms)
    for one in ordered:
        if one.at_ms >= edges[-1]:
            level -= one.change
            continue
        while bucket >= 0 and one.at_ms < edges[bucket]:
            bucket -= 1
        if bucket < 0:
            break
        kind = received if one.reason == "delivery" else sold if one.reason in BACK else other
        kind[bucket] += one.change
    stands = []
    for i in range(len(edges) - 2, -1, -1):
        stands.append(Stand(edges[i], received[i], -sold[i], other[i], level))
        level -= received[i] + sold[i] + other[i]
    return stands[::-1]
