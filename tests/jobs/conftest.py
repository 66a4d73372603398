"""A real ledger for the tests of jobs."""

import pytest

from webapp import config
from webapp.db import reading, store, writer
from webapp.jobs import registry


@pytest.fixture
def ledger(tmp_path):
    settings = config.load({"TAKINGS_DATABASE": str(tmp_path / "ledger.db")}, dotenv=None)
    yield store.open(settings)
    writer.close()
    reading.close()


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
