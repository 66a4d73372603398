"""The sixteen goals: what each asks, its floor and moonshot, the program that answers and where its figure stands."""

from typing import Any, NamedTuple

STRAYS = 0.25  # of a rate, between two minutes on a machine that is shared


class Program(NamedTuple):
    """A program of this folder. set_up_s and round_s: what it takes on two cores.

    flag: how it is told of rounds; empty: by the number alone; None: it has rounds of its own.
    """

    module: str
    arguments: tuple[str, ...]
    set_up_s: float
    round_s: float
    flag: str | None = "--rounds"
    at_least: int = 3


class Goal(NamedTuple):
    """One figure of a goal. at_most: smaller is better. path: where the figure stands in the program's JSON.

    rounds: how many the moonshot takes, where more are asked for than for the floor. cpu: of a rate, where the ratio of CPU for each
    stands, ours by theirs. Wall rates stray by a quarter between minutes: within that, CPU decides.
    """

    number: int
    what: str
    program: str
    path: tuple[str, ...]
    floor: float
    moonshot: float
    at_most: bool = True
    rounds: int = 0
    cpu: tuple[str, ...] = ()

    def verdict(self, figures: dict[str, Any]) -> str:
        """`moonshot`, `floor`, `floor, by CPU`, `missed`, or `not measured`, by what the program printed."""
        measured = self.find(figures)
        if measured is None:
            return "not measured"
        for bar, word in ((self.moonshot, "moonshot"), (self.floor, "floor")):
            if (measured <= bar if self.at_most else measured >= bar) and (
                word == "floor" or figures.get("rounds", 0) >= self.rounds
            ):
                return word
        by_cpu = self.by_cpu(figures)
        if by_cpu is not None and by_cpu >= self.floor and measured >= (1 - STRAYS) * self.floor:
            return "floor, by CPU"
        return "missed"

    def find(self, figures: dict[str, Any]) -> float | None:
        """The figure in what the program printed; None where it was left out."""
        return _at(figures, self.path)

    def by_cpu(self, figures: dict[str, Any]) -> float | None:
        """What the rate would be if CPU were all that decides; None where that is not asked."""
        found = _at(figures, self.cpu) if self.cpu else None
        return 1 / found if found else None


def _at(figures: dict[str, Any], path: tuple[str, ...]) -> float | None:
    found: Any = figures
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


KEEP = ("--keep", "var/bench")
PROGRAMS = {
    "orders": Program("bench.orders", ("--peers",), 25, 30),
    "batch": Program("bench.batch", (), 15, 15),
    "pages": Program("bench.pages", KEEP, 90, 60, flag=""),
    "figures": Program("bench.figures", KEEP, 60, 45),
    "live": Program("bench.live", ("--peers", "--watchers", "10000"), 90, 4),
    "mixed": Program("bench.mixed", ("--peers",), 25, 30),
    "overload": Program("bench.overload", (), 15, 20),
    "killed": Program("bench.killed", (), 15, 6),
    "import": Program("bench.import", (), 5, 40, flag=None),
    "dashboard": Program("bench.dashboard", (), 15, 9),
    "handshakes": Program("bench.handshakes", (), 15, 20),
}


def _ratio(name: str) -> tuple[str, ...]:
    return ("ratios", name)


GOALS = (
    Goal(1, "orders a second / Flask's empty POST", "orders", _ratio("rate_hello"), 0.75, 1.2, at_most=False,
         cpu=_ratio("cpu_hello")),
    Goal(2, "CPU an order / FastAPI + SQLAlchemy", "orders", _ratio("cpu_fastapi"), 1 / 5, 1 / 12),
    Goal(2, "CPU an order / Django + REST framework", "orders", _ratio("cpu_django"), 1 / 6, 1 / 14),
    Goal(2, "CPU an order / naive Flask", "orders", _ratio("cpu_naive"), 1 / 3, 1 / 7),
    Goal(3, "orders a second / fastify + better-sqlite3", "orders", _ratio("rate_fastify"), 1.3, 2.5, at_most=False,
         cpu=_ratio("cpu_fastify")),
    Goal(4, "p99 of an order / best Python peer", "orders", _ratio("p99_python"), 1 / 25, 1 / 70),
    Goal(5, "orders a second in batches / single ones", "batch", _ratio("rate_single"), 20, 40, at_most=False,
         cpu=_ratio("cpu_single")),
    Goal(5, "orders a second in batches / FastAPI's bulk", "batch", _ratio("rate_fastapi"), 2, 3, at_most=False,
         cpu=_ratio("cpu_fastapi")),
    Goal(
        6, "CPU of GET /analytics at 1 M / at 10 k lines", "pages",
        ("ratio", "analytics", "kept_1000000"), 1.15, 1.05,
    ),
    Goal(7, "GET /analytics a second / Flask's empty GET", "figures", _ratio("rate_hello"), 0.8, 1.0, at_most=False),
    Goal(
        7, "GET /analytics a second / best peer, 1 M lines", "figures", _ratio("rate_best_peer"), 500, 2_000, at_most=False
    ),
    Goal(8, "last of 10,000 screens / best peer", "live", _ratio("last_screen_best_peer"), 0.6, 0.4),
    Goal(9, "memory of a screen / Node's ws", "live", _ratio("memory_ws"), 1 / 10, 1 / 25),
    Goal(9, "memory of a screen / stock flask-sock", "live", _ratio("memory_sock"), 1 / 50, 1 / 150),
    Goal(10, "POST to 10,000 screens / Node's ws", "live", _ratio("post_ws"), 1 / 20, 1 / 80),
    Goal(11, "accepted of 1,000 orders a second, 500 screens", "mixed", _ratio("accepted"), 0.99, 1.0, at_most=False),
    Goal(11, "p99 order to screen / best plain peer", "mixed", _ratio("p99_best_plain"), 1 / 20, 1 / 80),
    Goal(12, "overload: p99 order to screen / sender in C", "overload", _ratio("p99_c_sender"), 1 / 2, 1 / 5),
    Goal(13, "kill -9 under load: acknowledged and lost (moonshot: in 100)", "killed", _ratio("lost"), 0, 0, rounds=100),
    Goal(13, "kill -9 under load: rollups less orders (moonshot: in 100)", "killed", _ratio("rollups_less_orders_minor"), 0, 0, rounds=100),
    Goal(14, "CPU of an imported row / csv + executemany", "import", ("ratio", "reader"), 12, 7),
    Goal(15, "CPU of the dashboard / Flask's empty GET", "dashboard", _ratio("cpu_hello"), 1.5, 1.1),
    Goal(16, "10,000 handshakes / Node's ws", "handshakes", _ratio("time_ws"), 3, 1.2),
)  # fmt: skip
