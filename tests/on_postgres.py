"""Runs what touches the database once more, on a PostgreSQL server that the tests start themselves; says so where there is none."""

import os
import sys

import pytest

from tests.servers import postgres

FOLDERS = (
    "tests/db", "tests/orders", "tests/stock", "tests/products", "tests/customers", "tests/jobs", "tests/live/test_tail.py",
    "tests/analytics", "tests/search", "tests/sell", "tests/shop", "tests/weather", "tests/recommendations", "tests/imports",
    "tests/test_verify.py", "tests/test_export.py", "tests/web/test_prometheus.py", "tests/web/test_notice.py",
)  # fmt: skip


def main() -> int:
    """Run them; pytest's exit status."""
    if not postgres.is_installed():
        print("PostgreSQL's server is not installed here: nothing was tested on it.", file=sys.stderr)
        return 0
    os.environ["TEST_DATABASE"] = "postgres"
    print("Now on PostgreSQL: what touches the database.", flush=True)
    return int(pytest.main(["-n", "3", "--dist", "loadfile", "-m", "not (long or slow)", *FOLDERS, *sys.argv[1:]]))


if __name__ == "__main__":
    sys.exit(main())
