"""All sixteen goals: runs their programs in the time given and prints the table.

    python -m bench [--minutes M] [--write] [PROGRAM | NUMBER ...]

Rounds are as many as fit into the time, three at least (with less, a figure would be an accident: the time is exceeded
then, and that is said). What the programs print is kept in var/bench; `--write` puts the table into docs/performance.md,
between its marks. With names or numbers, these alone are run, and the rest is taken from what is kept. Exit status 1: a
floor was missed or a program failed.
"""

import argparse
import json
import subprocess
import sys
import time
from typing import Any

from bench import load
from bench.goals import GOALS, PROGRAMS, Goal, Program

MINUTES, MOST_ROUNDS = 25.0, 9
KEPT, PAGE = load.ROOT / "var" / "bench", load.ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- goals: begin -->", "<!-- goals: end -->"


def main(arguments: list[str]) -> int:
    """Run, print the table, say whether all floors are reached."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("which", nargs="*", help="programs or numbers of goals; all if none is named")
    given = parser.parse_args(arguments)
    chosen = _chosen(given.which)
    rounds = _rounds(chosen, given.minutes * 60)
    KEPT.mkdir(parents=True, exist_ok=True)
    failed = [name for name in chosen if not _run(name, rounds)]
    table = _table()
    print(table)
    if given.write:
        _write(table)
    missed = [goal.number for goal, figures in _measured() if goal.verdict(figures) == "missed"]
    return 1 if failed or missed else 0


def _chosen(which: list[str]) -> list[str]:
    known = set(PROGRAMS) | {str(goal.number) for goal in GOALS}
    if unknown := set(which) - known:
        raise SystemExit(f"no such program or goal: {', '.join(sorted(unknown))}")
    asked = {goal.program for goal in GOALS if str(goal.number) in which or goal.program in which}
    return [name for name in PROGRAMS if not which or name in asked]


def _rounds(chosen: list[str], seconds: float) -> dict[str, int]:
    """As many rounds as fit, the same share of the time for all."""
    programs = [PROGRAMS[name] for name in chosen]
    least = sum(one.set_up_s + one.round_s * one.at_least for one in programs)
    if least > seconds:
        print(f"{seconds / 60:.0f} minutes are short: about {least / 60:.0f} are needed", file=sys.stderr)
    times = max(
        1.0, (seconds - sum(one.set_up_s for one in programs)) / sum(one.round_s * one.at_least for one in programs)
    )
    return {name: min(int(PROGRAMS[name].at_least * times), MOST_ROUNDS) for name in chosen}


def _run(name: str, rounds: dict[str, int]) -> bool:
    """Run a program and keep what it prints; whether it ended well."""
    began = time.monotonic()
    said = subprocess.run(_command(PROGRAMS[name], rounds[name]), cwd=load.ROOT, stdout=subprocess.PIPE, text=True)
    took = time.monotonic() - began
    try:
        figures = json.loads(said.stdout)
    except ValueError:
        print(f"{name}: failed after {took:.0f} s\n{said.stdout}", file=sys.stderr)
        (KEPT / f"{name}.json").unlink(missing_ok=True)
        return False
    print(
        f"{name}: {took:.0f} s{'' if said.returncode == 0 else ', exit status ' + str(said.returncode)}",
        file=sys.stderr,
    )
    figures["machine"] = figures.get("machine", load.machine())
    (KEPT / f"{name}.json").write_text(json.dumps(figures, indent=2), "utf-8")
    return said.returncode == 0


def _command(program: Program, rounds: int) -> list[str]:
    counted = [] if program.flag is None else [program.flag, str(rounds)] if program.flag else [str(rounds)]
    return [sys.executable, "-m", program.module, *program.arguments, *counted]


def _kept(name: str) -> dict[str, Any]:
    path = KEPT / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def _measured() -> list[tuple[Goal, dict[str, Any]]]:
    figures = {name: _kept(name) for name in PROGRAMS}
    return [(goal, figures[goal.program]) for goal in GOALS]


def _table() -> str:
    lines = [
        "| goal | | floor | moonshot | measured | reached | by |",
        "| ---: | --- | ---: | ---: | ---: | --- | --- |",
    ]
    for goal, figures in _measured():
        sign = "≤" if goal.at_most else "≥"
        lines.append(
            f"| {goal.number} | {goal.what} | {sign} {_say(goal.floor)} | {sign} {_say(goal.moonshot)} "
            f"| {_said(goal, figures)} | {goal.verdict(figures)} | `bench.{goal.program}` |"
        )
    return "\n".join(lines)


def _said(goal: Goal, figures: dict[str, Any]) -> str:
    by_cpu = goal.by_cpu(figures)
    return _say(goal.find(figures)) + (f", by CPU {_say(by_cpu)}" if by_cpu is not None else "")


def _say(value: float | None) -> str:
    """A ratio for people: below a half as a fraction of one, as the goals are written."""
    if value is None:
        return "—"
    if 0 < value < 0.34:
        return f"1/{1 / value:.3g}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _write(table: str) -> None:
    before, rest = PAGE.read_text("utf-8").split(BEGIN, 1)
    machine = next((found["machine"] for name in PROGRAMS if (found := _kept(name))), load.machine())
    told = ", ".join(f"{name} {value}" for name, value in machine.items())
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n\nTaken with {told}.\n{END}{rest.split(END, 1)[1]}", "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
