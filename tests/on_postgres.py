"""Runs what touches the database once more, on a PostgreSQL server that the tests start themselves; says so where there is none."""

import os
import sys
from pathlib import Path

import pytest

from tests.servers import postgres

# Refused before a database is asked, or about sockets and services; `make faults` runs these, too.
ELSEWHERE = tuple(f"test_{number}_" for number in (20, 21, 25, 26, 27, 30, 51, 52, 60))
FOLDERS = (
    "tests/db", "tests/orders", "tests/stock", "tests/products", "tests/customers", "tests/jobs",
    "tests/live/test_bell.py", "tests/live/test_tail.py",
    "tests/analytics", "tests/search", "tests/sell", "tests/shop", "tests/weather", "tests/recommendations", "tests/imports",
    *(str(file) for file in sorted(Path("tests/faults").glob("test_*.py")) if not file.name.startswith(ELSEWHERE)),
    "tests/test_verify.py", "tests/test_export.py", "tests/web/test_prometheus.py", "tests/web/test_notice.py",
    "tests/simulation",
)  # fmt: skip


def main() -> int:
    """Run them; pytest's exit status."""
    if not postgres.is_installed():
        print("PostgreSQL's server is not installed here: nothing was tested on it.", file=sys.stderr)
        return 0
    os.environ["TEST_DATABASE"] = "postgres"
    print("Now on PostgreSQL: what touches the database.", flush=True)
    ways = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not (long or slow)"]
    apart = ["-o", "cache_dir=.pytest_cache/postgres"]  # what failed there is another list
    return int(pytest.main([*ways, *apart, *FOLDERS, *sys.argv[1:]]))


if __name__ == "__main__":
    sys.exit(main())
