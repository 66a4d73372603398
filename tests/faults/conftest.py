"""What the tests of faults share: figures that `make faults` writes into docs/faults.md."""

import json
import os
from pathlib import Path

import pytest

from tests.servers import postgres
from tests.servers.takings import ON_POSTGRES

DATABASE = "postgres" if ON_POSTGRES else "sqlite"


@pytest.fixture
def figures():
    """figures(3, cuts=10_000, lost=0): what this fault was seen to do; kept where FAULT_FIGURES names a file."""

    def tell(fault: int, **seen: object) -> None:
        file = os.environ.get("FAULT_FIGURES")
        if file:
            with Path(file).open("a", encoding="utf-8") as lines:
                lines.write(json.dumps({"fault": fault, "database": DATABASE, "seen": seen}) + "\n")

    return tell


@pytest.fixture(autouse=True, scope="module")
def room_again():
    """The databases that a file of tests made on the tests' own server are gone after it."""
    yield
    if ON_POSTGRES and postgres.shared.cache_info().currsize:
        server = postgres.shared()
        names = server.ask("select string_agg(datname, ' ') from pg_database where datname like 'shop%'") or ""
        for name in names.split():
            server.say(f"drop database {name} with (force)")
