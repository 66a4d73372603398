"""Fault 35 on PostgreSQL: a migration that is killed before any of its statements leaves a whole version, or nothing of it."""

import signal

import pytest

from tests.faults import older, seller
from tests.faults.clusters import cluster
from tests.faults.injection import python

pytestmark = [pytest.mark.postgres, pytest.mark.long]  # make faults runs it


def migrate_and_kill(points, build=""):
    """(kills, those that left a schema between two versions)."""
    kills = between = 0
    whole = older.whole()
    with cluster() as server:
        for point in points:
            database = server.database(empty=True)
            words = ("-m", "tests.faults.migrator")
            done = python(*words, str(point), *([build] if build else []), **seller.environ_of(database))
            if done.returncode == 0:
                break
            assert done.returncode == -signal.SIGKILL, done.stderr
            kills += 1
            between += older.schema_of(database) not in whole
            if not build:
                assert python(*words, "0", **seller.environ_of(database)).returncode == 0
                assert older.schema_of(database) == whole[-1]
                assert seller.orders_of(database) == ([], [])
            server.drop(database)
    return kills, between


def test_fault_35_a_migration_killed_before_its_statements_is_whole_or_not_there(figures):
    kills, between = migrate_and_kill(range(2, 600, 11))

    assert kills > 10
    assert between == 0
    figures(35, kills=kills, between=between)


def test_fault_35_the_control_a_migration_by_statement_is_left_half_done():
    _, between = migrate_and_kill((20, 31), build="by_statement")

    assert between > 0
