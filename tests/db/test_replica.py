"""Heavy reads on a streaming replica: whatever was acknowledged is read back, and the primary stands behind it.

In this process, with its own commits; `test_replica_served.py` has the web processes.
"""

import os
import signal
import threading

import pytest

from tests.servers import postgres, processes
from webapp import cli, config
from webapp.config import ConfigError
from webapp.db import reading, standby, store, writer
from webapp.jobs import queue

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def primary():
    server = postgres.Postgres().start()
    yield server
    server.remove()


@pytest.fixture(scope="module")
def replica(primary):
    server = primary.replica(max_standby_streaming_delay="0")
    yield server
    server.remove()


@pytest.fixture
def named(primary, replica, tmp_path):
    """The settings of a new shop with its replica, which has caught up with it."""
    address = primary.database()
    name = address.split("@/")[1].split("?")[0]
    said = {
        "TAKINGS_DATABASE": address, "TAKINGS_REPLICA": replica.address(name), "TAKINGS_FOLDER": str(tmp_path),
        "TAKINGS_LOG": "text",
    }  # fmt: skip
    store.open(config.load(said, dotenv=None))  # its first rows
    replica.catch_up()
    yield said
    replica.resume()
    writer.close()
    reading.close()
    primary.drop(address)


@pytest.fixture
def far(named):
    """The replica as this process sees it, found to be well."""
    until(lambda: reading.replica().reason is None)
    return reading.replica()


def until(condition, seconds=30):
    """Wait until it is so. Raises TimeoutError."""
    tick = threading.Event()
    for _ in range(seconds * 100):
        if condition():
            return
        tick.wait(0.01)
    raise TimeoutError


def change():
    """One change of the shop; its position."""
    return writer.do(lambda tx, items: [queue.add(tx, "work") for _ in items], None) and reading.position()


def ask(tx):
    """Whether a replica answers, and the last change that it knows."""
    return bool(tx.execute("select pg_is_in_recovery()").fetchone()[0]), reading.seq(tx)


def test_a_heavy_read_goes_to_the_replica_and_any_other_to_the_primary(far):
    until(lambda: reading.heavy(ask)[0])

    with reading.reading() as tx:
        assert ask(tx) == (False, reading.position())


def test_each_change_is_read_back_at_once(far):
    answers = []
    for _ in range(50):
        answers.append((change(), reading.heavy(ask)[1]))

    assert all(found >= made for made, found in answers)


def test_while_the_replay_stands_still_the_primary_answers_and_afterwards_the_replica_again(far, replica):
    replica.pause()
    made = change()

    assert [reading.heavy(ask) for _ in range(3)] == [(False, made)] * 3
    until(lambda: far.reason == "lagging" and far.behind_s > 0)

    replica.resume()
    until(lambda: reading.heavy(ask) == (True, made))
    assert far.behind_s == 0


def test_what_has_no_number_is_waited_for_too(far, replica, primary):
    replica.pause()
    before = reading.position()
    primary.ask("update setting set value = 'Another' where name = 'name'", store.path().name)

    answer = reading.heavy(
        lambda tx: (*ask(tx), tx.execute("select value from setting where name = 'name'").fetchone()[0])
    )

    assert answer == (False, before, "Another")


def test_a_replica_that_ended_is_left_alone_and_tried_again(far, replica):
    until(lambda: reading.heavy(ask)[0])
    replica.stop()

    assert not reading.heavy(ask)[0]
    assert far.reason == "away"

    replica.start()
    until(lambda: reading.heavy(ask)[0])


def test_a_replica_that_stands_still_holds_nobody_up_for_long(far, replica):
    until(lambda: reading.heavy(ask)[0])
    family = processes.tree(replica.pid)
    for pid in family:
        os.kill(pid, signal.SIGSTOP)

    try:
        assert not reading.heavy(ask)[0]  # returns at all: nothing of the replica runs
        assert far.reason == "away"
        assert not reading.heavy(ask)[0]
    finally:
        for pid in reversed(family):
            os.kill(pid, signal.SIGCONT)
    until(lambda: reading.heavy(ask)[0])


def test_what_the_replay_ends_is_read_once_more_on_the_primary(far, primary):
    seen = []

    def read(tx):
        seen.append(ask(tx)[0])
        if seen == [
            True
        ]:  # a snapshot that needs rows which are taken away now, and a replay that does not wait for it
            name = store.path().name
            primary.ask("delete from setting where name = 'locale'", name)
            primary.ask("vacuum setting", name)
            for _ in range(500):
                tx.execute("select pg_sleep(0.02)")
        return seen

    assert reading.heavy(read) == [True, False]
    assert far.reason is None


def test_a_refusal_is_no_failure_of_the_replica(far):
    until(lambda: reading.heavy(ask)[0])

    def refuse(tx):
        raise LookupError(ask(tx)[0])

    with pytest.raises(LookupError, match="True"):
        reading.heavy(refuse)
    assert reading.heavy(ask)[0]


def test_a_restored_ledger_is_another_history(far, primary, replica):
    replica.pause()
    primary.ask("update epoch set value = 'other'", store.path().name)

    assert not reading.heavy(ask)[0]

    replica.resume()
    until(lambda: reading.heavy(ask)[0])


def test_a_promoted_replica_is_read_from_no_more_and_refused_at_the_next_start(named, primary, capsys, monkeypatch):
    other = primary.replica()
    try:
        name = store.path().name
        monkeypatch.setenv("TAKINGS_DATABASE", named["TAKINGS_DATABASE"])
        monkeypatch.setenv("TAKINGS_REPLICA", other.address(name))
        settings = config.load(dotenv=None)
        store.open(settings)
        reading.close()
        until(lambda: reading.heavy(ask)[0])
        assert cli.main(["config"]) == 0
        assert "now: heavy reads go to it" in capsys.readouterr().out

        other.promote()

        assert not reading.heavy(ask)[0]
        until(lambda: reading.replica().reason == "primary")
        with pytest.raises(ConfigError, match="TAKINGS_REPLICA: it is no standby"):
            standby.check(settings)
        assert cli.main(["config"]) == 0
        assert "now: refused, it is no standby" in capsys.readouterr().out
        assert cli.main(["serve"]) == 2
        assert "TAKINGS_REPLICA: it is no standby" in capsys.readouterr().err
        finding = settings.replace(replica=f"{settings.replica}&target_session_attrs=prefer-standby")
        assert standby.check(finding) == "primary"  # it is told, and keeps nobody from starting
    finally:
        reading.close()
        other.remove()


def test_after_a_failover_a_standby_of_the_old_primary_is_left_alone_until_it_follows_the_new_one(tmp_path):
    old = postgres.Postgres().start()
    address = old.database()
    name = address.split("@/")[1].split("?")[0]
    new, standing = old.replica(), old.replica()
    said = {"TAKINGS_FOLDER": str(tmp_path), "TAKINGS_REPLICA": standing.address(name), "TAKINGS_LOG": "text"}
    try:
        store.open(config.load({**said, "TAKINGS_DATABASE": address}, dotenv=None))
        change()
        new.catch_up()
        standing.catch_up()
        writer.close()
        reading.close()
        old.stop()
        new.promote()

        store.open(config.load({**said, "TAKINGS_DATABASE": new.address(name)}, dotenv=None))
        until(lambda: reading.replica().reason == "history")
        made = change()
        assert reading.heavy(ask) == (False, made)

        standing.follow(new)
        until(lambda: reading.heavy(ask) == (True, made))
    finally:
        writer.close()
        reading.close()
        for server in (standing, new, old):
            server.remove()


def test_a_standby_of_another_server_is_refused(named, tmp_path):
    stranger = postgres.Postgres().start()
    try:
        address = stranger.database()
        settings = config.load({**named, "TAKINGS_REPLICA": address}, dotenv=None)

        with pytest.raises(ConfigError, match="standby of another server"):
            standby.check(settings)
    finally:
        stranger.remove()


def test_one_that_does_not_answer_keeps_nobody_from_starting(named, tmp_path):
    settings = config.load({**named, "TAKINGS_REPLICA": f"postgresql:///shop?host={tmp_path}"}, dotenv=None)

    assert standby.check(settings) == "away"


def test_a_ledger_in_a_file_has_no_replica(tmp_path):
    said = {"TAKINGS_DATABASE": str(tmp_path / "shop.db"), "TAKINGS_REPLICA": "postgresql://db/shop"}

    with pytest.raises(ConfigError, match="TAKINGS_REPLICA: only a ledger on PostgreSQL has one"):
        store.open(config.load(said, dotenv=None))
