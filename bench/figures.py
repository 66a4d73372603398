"""How fast is GET /analytics over a million lines, beside Flask's empty answer and peers that add up the same lines?

    python -m bench.figures [--rounds N] [--seconds S] [--lines N] [--keep FOLDER]

Eight connections. The peers hold the same sales in their own tables and answer by ordinary sums over an index; before a
figure counts, the orders and units that they answer are compared with ours. `--keep` leaves our shop in a folder and finds it
there again (the same that bench.pages keeps). Each round runs one after the other. Prints JSON (goal 7).
"""

import json
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfile

from bench import contenders, load
from bench.contenders import PYTHON_PEERS, Contender

LINES, CONNECTIONS, SECONDS, ROUNDS = 1_000_000, 8, 3.0, 3
_SALES = """
    insert into product (id, sku, name, price_minor) select id, sku, name, price_minor from ours.product;
    insert into orders (id, placed_ms, total_minor) select id, placed_ms, total_minor from ours.orders;
    insert into order_line (id, order_id, product_id, quantity, price_minor, total_minor)
    select id, order_id, product_id, quantity, price_minor, total_minor from ours.order_line;
"""


def main(arguments: list[str]) -> int:
    """Make the shops, run the rounds and print."""
    parser = load.parser("bench.figures", rounds=ROUNDS, seconds=SECONDS, lines=LINES)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        copyfile(grown(given.keep or folder, given.lines), folder / "shop.db")

        def seed(db: sqlite3.Connection) -> None:
            db.execute("attach ? as ours", (str(folder / "shop.db"),))
            db.executescript(_SALES)

        ours = stack.enter_context(contenders.takings(folder, stock=False))
        running = [ours, stack.enter_context(contenders.flask("bench.hello:app", folder))]
        running += contenders.enter(stack, folder, (*PYTHON_PEERS, "fastify"), seed)
        answers = {one.name: _ask(one) for one in running if one.name != "hello"}
        if len({(answer["orders"], answer["units"]) for answer in answers.values()}) != 1:
            raise SystemExit(f"they do not say the same: {answers}")
        rounds = [_round(running, given.seconds) for _ in range(given.rounds)]
    load.say({
        "question": f"GET /analytics over {given.lines} lines", "rounds": len(rounds),
        **load.medians(rounds),
    })  # fmt: skip
    return 0


def grown(folder: Path, lines: int) -> Path:
    """A shop of so many lines in that folder; made if it is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"shop-{lines}.db"
    if not path.exists():
        command = [sys.executable, "-m", "bench.grow", str(path), str(lines)]
        subprocess.run(command, cwd=load.ROOT, check=True, stdout=2)
    with sqlite3.connect(path) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    db.close()
    return path


def _ask(one: Contender) -> dict[str, int]:
    with urllib.request.urlopen(f"http://127.0.0.1:{one.port}/analytics", timeout=60) as answer:
        found = json.load(answer)
    return {name: found[name] for name in ("orders", "units")}


def _round(running: list[Contender], seconds: float) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in running:
        path = "/orders" if one.name == "hello" else "/analytics"
        before = load.cpu_seconds(one.pid)
        result = load.drive(one.port, load.get(path), CONNECTIONS, seconds)
        if set(result.statuses) != {200}:
            raise SystemExit(f"{one.name} answered {result.statuses}")
        found |= {
            f"{one.name}_per_second": result.rate, f"{one.name}_p50_ms": result.percentile(0.5),
            f"{one.name}_cpu_us": (load.cpu_seconds(one.pid) - before) / len(result.latencies) * 1e6,
        }  # fmt: skip
    peers = [one.name for one in running if one.name not in ("takings", "hello")]
    found["ratio_rate_hello"] = found["takings_per_second"] / found["hello_per_second"]
    found["ratio_cpu_hello"] = found["takings_cpu_us"] / found["hello_cpu_us"]
    if peers:
        best = max(found[f"{name}_per_second"] for name in peers)
        found["ratio_rate_best_peer"] = found["takings_per_second"] / best
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
