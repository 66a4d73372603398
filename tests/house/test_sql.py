"""SQL stands in .sql files, one block a query, and each table is written by its owner alone."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SQL = ROOT / "sql"
MIGRATIONS = sorted((SQL / "migrations").glob("*.sql"))
OWNER = {
    "db": {"setting", "epoch", "counter", "idempotency", "schema_migration", "channel", "location"},
    "guard": {"guard", "epoch"},
    "moving": {"move_progress", "guard", "schema_migration"},
    "live": {"outbox"},
    "jobs": {"job", "heartbeat"},
    "metrics": {
        "sales_second",
        "sales_day",
        "sales_hour",
        "product_day",
        "product_month",
        "product_unsorted",
        "order_day",
    },
    "shop": {"channel", "location", "setting"},
    "customers": {"customer"},
    "products": {
        "category",
        "brand",
        "vendor",
        "price_tier",
        "product",
        "product_tag",
        "product_version",
        "price",
        "price_plan",
    },
    "stock": {"stock_level", "stock_move", "lot", "product"},
    "orders": {"orders", "order_line", "returns", "return_line", "note_word", "note_use", "note_sorted"},
    "analytics": {"saved_view"},
    "weather": {"weather_source", "weather_standing", "weather_reading", "weather_day", "weather_normal"},
    "imports": {
        "import",
        "import_error",
        "import_mapping",
        "import_rejected",
        "import_mended",
        "order_source",
        "return_source",
    },
    "recommendations": {"advice", "suggestion", "model_call", "trait", "guardrail", "measured", "learned"},
    "demo": {"setting"},
}
FLOORS = [
    "search",
    "imports",
    "sell",
    "analytics",
    "weather",
    "orders",
    "stock",
    "products",
    "customers",
    "shop",
    "metrics",
    "jobs",
    "live",
    "db",
]
_WRITES = re.compile(r"\b(?:insert(?: or \w+)? into|update|delete from)\s+([a-z_]+)", re.IGNORECASE)
_READS = re.compile(r"\b(?:from|join)\s+([a-z_]+)", re.IGNORECASE)
_BUILT = re.compile(r"""[fF]["']{1,3}\s*(?:select|insert|update|delete|with)\s""")


def feature_files() -> list[Path]:
    """The .sql files of features and shared rooms."""
    return sorted(SQL.glob("*.sql"))


def bare(text: str) -> str:
    """SQL without its comments."""
    return re.sub(r"--.*", "", text)


@pytest.mark.parametrize("file", feature_files(), ids=lambda file: file.name)
def test_a_table_is_written_by_its_owner_alone(file):
    written = {name for name in _WRITES.findall(bare(file.read_text("utf-8"))) if name not in ("set", "of", "skip")}

    assert written <= OWNER.get(file.stem, set())


@pytest.mark.parametrize("file", feature_files(), ids=lambda file: file.name)
def test_every_query_says_what_it_answers(file):
    for block in re.split(r"^-- (?:name|fragment): ", file.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        name, following = block.split("\n", 2)[:2]

        assert following.startswith("-- "), f"{file.name}: {name} has no sentence"


def test_every_table_has_a_one_line_comment():
    text = "".join(file.read_text("utf-8") for file in MIGRATIONS)
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("create table"):
            assert lines[number - 1].startswith("-- "), line


def test_every_table_has_an_owner():
    text = "".join(file.read_text("utf-8") for file in MIGRATIONS)
    tables = set(re.findall(r"create table (\w+)", text)) - set(re.findall(r"drop table (\w+)", text))

    assert tables <= set().union(*OWNER.values())


def test_money_is_never_a_binary_float_column():
    text = "".join(file.read_text("utf-8") for file in MIGRATIONS)

    assert not re.findall(r"\w*_minor real", text)
    assert not re.findall(r"create table (?!.*strict).*?;", text, re.DOTALL) or "strict" in text


def test_no_sql_is_built_from_strings_outside_the_metrics_layer():
    built = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "webapp").rglob("*.py")
        if "metrics" not in file.parts and _BUILT.search(file.read_text("utf-8"))
    ]

    assert not built


def test_the_control_a_built_query_is_seen():
    assert _BUILT.search('tx.execute(f"select * from {table}")')
