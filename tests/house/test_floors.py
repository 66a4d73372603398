"""The floors and kinds of the house: imports point down, and each kind of file does its own work alone."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEBAPP = ROOT / "webapp"

GROUND = {"__version__", "counters", "config", "clock", "money", "errors", "text", "regions", "charts", "db", "remote"}
SHARED = {"web", "live", "jobs", "metrics"}
DOORS = {
    "app", "cli", "schedule", "verify", "demo", "processes", "serving", "safekeeping", "supervisor", "export", "replay", "__main__",
}  # fmt: skip
# Each feature may import those that stand behind it.
FEATURES = [
    "search", "imports", "sell", "analytics", "reports", "recommendations", "insights", "kpis", "alerts", "weather",
    "orders", "products", "stock", "customers", "shop", "accounts",
]  # fmt: skip
KINDS = {"routes", "islands", "jobs", "actions", "shapes", "rules", "dao"}
OPEN = {"__version__", "counters", "config", "clock", "money", "errors", "text", "regions"}
# What a kind may import besides the open ground: shared or ground modules, kinds of its own, kinds of lower features.
OF_LOWER = {"dao", "rules", "shapes"}
MAY = {
    "routes": ({"web", "db.writer", "db.reading", "db.store", "metrics", "jobs.queue", "live"}, KINDS, OF_LOWER),
    "islands": ({"live", "metrics", "charts", "web", "db.queries", "db.store"}, OF_LOWER, OF_LOWER),
    "jobs": ({"db", "remote", "metrics", "jobs"}, KINDS, {"actions", "dao", "shapes"}),
    "actions": ({"metrics", "live", "jobs.queue", "db.tx"}, OF_LOWER, {"actions", *OF_LOWER}),
    "shapes": ({"web", "metrics"}, {"shapes", "rules"}, {"shapes"}),
    "rules": (set(), {"shapes", "rules"}, {"shapes", "rules"}),
    "dao": ({"db.queries", "db.tx"}, {"shapes", "rules"}, {"dao"}),
}


def modules() -> list[Path]:
    """Every Python file of the program."""
    return sorted(WEBAPP.rglob("*.py"))


def imports(file: Path) -> set[str]:
    """The modules of webapp that a file imports, as dotted names without `webapp.`."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if node.module == "webapp" or (WEBAPP.parent / Path(*node.module.split("."))).is_dir():
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
            else:
                found.add(node.module)
    return {name.removeprefix("webapp.") for name in found if name.startswith("webapp.")}


def floor(top: str) -> int:
    """0 ground, 1 shared, 2 features, 3 doors."""
    for number, names in enumerate((GROUND, SHARED, set(FEATURES), DOORS)):
        if top in names:
            return number
    raise AssertionError(f"{top} stands on no floor: add it to the design first")


def place(file: Path) -> tuple[str, str]:
    """(top, kind) of a file: ("orders", "routes")."""
    parts = file.relative_to(WEBAPP).with_suffix("").parts
    return parts[0], parts[1].split("_")[0] if len(parts) > 1 else ""


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(WEBAPP)))
def test_imports_point_down(file):
    top, _ = place(file)
    if top == "__init__":
        return

    for name in imports(file):
        other = name.split(".")[0]
        if other == top:
            continue
        assert floor(other) <= floor(top), f"{file.name} of {top} imports {name} from a floor above"
        if top in FEATURES and other in FEATURES:
            assert FEATURES.index(other) > FEATURES.index(top), f"{top} may not import {name}"


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(WEBAPP)))
def test_each_kind_imports_only_what_it_may(file):
    top, kind = place(file)
    if top not in FEATURES or kind == "" or (file.name == "__init__.py" and kind not in KINDS):
        return
    assert kind in KINDS, f"{file} is of no kind; a feature has {sorted(KINDS)}"
    shared, own, lower = MAY[kind]

    for name in imports(file):
        parts = name.split(".")
        if parts[0] in OPEN:
            continue
        if parts[0] in FEATURES:
            allowed = {*own, kind} if parts[0] == top else lower
            assert parts[1].split("_")[0] in allowed, f"{kind} of {top} may not import {name}"
        else:
            known = {".".join(parts[:length]) for length in (1, 2)}
            assert known & shared, f"{kind} of {top} may not import {name}"


def test_only_routes_jobs_and_the_writer_ask_the_clock():
    asking = {
        str(file.relative_to(WEBAPP))
        for file in modules()
        if place(file)[0] in FEATURES
        and place(file)[1] not in ("routes", "jobs")
        and "clock.now_ms" in file.read_text("utf-8")
    }

    assert not asking


def test_the_control_a_wrong_import_is_seen(tmp_path):
    wrong = tmp_path / "x.py"
    wrong.write_text("from webapp.orders import actions\nimport webapp.cli\n")

    assert imports(wrong) == {"orders.actions", "cli"}


def test_no_file_of_the_program_is_longer_than_two_sittings():
    long = {file.name: lines for file in modules() if (lines := len(file.read_text("utf-8").splitlines())) > 350}

    assert not long
