"""A real ledger for the tests of jobs, on the database that the tests run on."""

import os

import pytest

from webapp.db import reading, store, writer
from webapp.jobs import registry


@pytest.fixture
def ledger(settings):
    yield store.open(settings)
    writer.close()
    reading.close()


@pytest.fixture
def environ(ledger, database):
    """The environment of another process over the same ledger."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TAKINGS_")}
    return {**plain, **database, "TAKINGS_LOG": "text"}


@pytest.fixture(autouse=True)
def _own_registry():
    kept = dict(registry.handlers), dict(registry.timetable)
    registry.handlers.clear()
    registry.timetable.clear()
    yield
    registry.handlers.clear()
    registry.timetable.clear()
    registry.handlers.update(kept[0])
    registry.timetable.update(kept[1])
