"""What a soak is made of, and, marked long, that one of a minute keeps its promises and catches a broken build."""

import json
import mmap
import os
import subprocess
import sys
import time
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.servers import postgres
from tests.soak import crowd, database, logs, memory, promises
from tests.soak.faults import KINDS, ON_SERVER, Fault, Faults, Happened, round_of

ROOT = Path(__file__).resolve().parents[2]
FRAME = (
    b'[{"topic":"orders","seq":7,"at":"2026-11-21T10:15:03.004Z","event":"placed","data":{"id":4,"seq":7}},'
    b'{"topic":"orders","seq":9,"at":"2026-11-21T10:15:03.004Z","event":"returned","data":{"id":4,"seq":7}}]'
)


def ledger(*changes):
    """A ledger with these changes: (seq, event, order)."""
    made = promises.Ledger.__new__(promises.Ledger)
    made.changes = list(changes)
    made.orders = [int(order) for _, event, order in changes if event == b"placed"]
    made.returns, made.external = [1], []
    return made


TRUE = ledger((7, b"placed", b"4"), (9, b"returned", b"4"))


def told(*frames):
    """What a watcher that came at 3 has in its books after these frames."""
    one = crowd.Watcher(0, small=False)
    one.take(None, (b"ready", 3, b"k3f9"))
    for frame in frames:
        one.take(*crowd.read(frame))
    return {"accounts": [(one.begins, one.last, one.sum, one.twice)], "resets": one.resets}


def test_a_watcher_that_was_told_everything_once_has_the_account_of_the_ledger():
    assert promises.watchers_told(TRUE, told(FRAME), 1) == []


def test_the_control_an_event_too_few_too_many_or_in_another_order_is_noticed():
    first, second = FRAME[1:-1].split(b"},{")[0] + b"}", b"{" + FRAME[1:-1].split(b"},{")[1]

    assert promises.watchers_told(TRUE, told(second), 1)
    assert promises.watchers_told(TRUE, told(FRAME, second), 1)
    assert promises.watchers_told(TRUE, told(second, first), 1)
    assert promises.watchers_told(TRUE, told(), 1)


def test_a_frame_that_is_not_whole_is_waited_for():
    frame = bytes((0x81, 126)) + len(FRAME).to_bytes(2, "big") + FRAME

    assert [crowd.complete(frame[:cut]) for cut in (1, 3, 50)] == [None, None, None]
    assert crowd.complete(frame + b"more") == (crowd.TEXT, 4, len(frame))


def test_the_account_is_the_same_however_the_events_were_cut_into_frames():
    whole = crowd.read(FRAME)[0][2]
    parts = b"".join(crowd.account(*change) for change in TRUE.changes)

    assert zlib.crc32(whole) == zlib.crc32(parts) == TRUE.sum_after(3)


def test_an_order_that_is_gone_doubled_or_never_acknowledged_is_noticed():
    assert promises.orders_kept(TRUE, [[4]], set()) == []
    assert promises.orders_kept(TRUE, [[4], [5]], set())
    assert promises.orders_kept(TRUE, [[4], [4]], set())
    assert promises.orders_kept(TRUE, [], set())
    assert promises.orders_kept(TRUE, [[4]], {"F1-1"})
    assert promises.returns_kept(TRUE, [1]) == []
    assert promises.returns_kept(TRUE, [1, 2])
    assert promises.returns_kept(TRUE, [])


def line(message, level="warning", logger="takings.writer", **more):
    """A line of the log, of now."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return Path("serve.log"), json.dumps({"at": at, "level": level, "logger": logger, "message": message, **more})


def faults(*happened):
    """Faults that happened just now."""
    found = Faults(SimpleNamespace(), lambda *_: None)
    now = time.time()
    found.happened = [
        Happened(Fault(name, lambda _: "", lines, statuses), now, now) for name, lines, statuses in happened
    ]
    return found


def test_a_line_of_the_log_is_explained_by_a_fault_of_its_time_or_not_at_all():
    full = faults(("the disk is full", (r"disk is full",), (503,)))
    refused = line("", "info", "takings.access", method="POST", path="/orders/17/returns", status=503)

    assert not logs.unexplained([line("the database or disk is full"), refused], full)
    assert logs.unexplained([line("the database or disk is full")], faults())
    assert dict(logs.unexplained([refused], faults())) == {"POST /orders/#/returns was answered 503": 1}
    assert logs.unexplained([line("a request failed", "error")], full)
    assert logs.unexplained([(Path("serve.log"), "Traceback (most recent call last):")], full)
    assert not logs.unexplained(
        [(Path("serve.log"), "Takings listens on http://127.0.0.1:8000"), line("fine", "info")], full
    )


def kept(what, *megabytes):
    """A process that held so much, one look a minute."""
    return memory.Kept(what, 1, 0.0, [(60.0 * at, held * memory.MB) for at, held in enumerate(megabytes, 1)])


def test_memory_that_goes_on_growing_is_noticed_and_that_of_a_short_life_is_not_judged():
    flat, leaking = kept("web", 100, 101, 100, 102), kept("web", 100, 200, 300, 400)
    watched = memory.Memory()
    watched.kept = {1: flat, 2: leaking, 3: kept("worker", 50)}

    assert [row["grown_mb"] for row in watched.rows()] == [2.0, 300.0]
    assert [row["slope_mb_per_hour"] for row in watched.grown()] == [6000.0]


def test_a_server_whose_clients_all_came_anew_in_its_first_minute_has_not_grown():
    watched = memory.Memory()
    watched.kept = {1: kept("database", 50, 140, 150, 160, 162), 2: kept("database", 100, 200, 300, 400)}

    assert [row["last_mb"] for row in watched.grown()] == [400.0]


def test_shared_memory_that_is_filled_is_not_growth_and_ones_own_is():
    before = memory.own_bytes(os.getpid())
    with mmap.mmap(-1, 64 * memory.MB) as shared:
        shared.write(b"x" * len(shared))
        filled = memory.own_bytes(os.getpid())
    own = bytearray(b"x") * (64 * memory.MB)

    assert filled - before < 8 * memory.MB
    assert memory.own_bytes(os.getpid()) - before > 56 * memory.MB
    assert own


def test_a_server_of_many_processes_holds_what_all_of_them_hold():
    one, several = memory.Memory(), memory.Memory()

    one.sample({"web": [os.getpid()]})
    several.sample({"database": [os.getpid()] * 3})

    (_, held), (_, of_all) = one.kept[os.getpid()].samples[-1], several.kept[os.getpid()].samples[-1]
    assert 2 * held < of_all < 4 * held


def test_what_the_databases_server_says_of_errors_is_explained_by_a_fault_or_found(tmp_path):
    at = time.strftime("%Y-%m-%d %H:%M:%S.250", time.gmtime())
    server = database.Database.__new__(database.Database)
    server.folder = tmp_path
    (tmp_path / "log").write_text(
        f"{at} UTC [17] LOG:  checkpoint starting: time\n{at} UTC [18] ERROR:  deadlock detected\n"
        "\tProcess 17 waits.\n"
        f'{at} UTC [19] FATAL:  the database system is in recovery mode\n{at} UTC [18] STATEMENT:  update "ERROR:  not one"\n'
    )
    killed = faults(("the database is killed", (r"the database system is ",), ()))

    assert [said for _, said in server.complaints()] == [
        "ERROR deadlock detected",
        "FATAL the database system is in recovery mode",
    ]
    assert dict(logs.of_server(server.complaints(), killed)) == {"database: ERROR deadlock detected": 1}
    assert len(logs.of_server(server.complaints(), faults())) == 2


def test_in_a_round_each_kind_happens_and_a_server_is_killed_between_the_others():
    on_file, on_server = ([one.name for one in round_of(kind)] for kind in (False, True))

    assert len(on_file) == len(set(on_file)) == len(KINDS)
    assert [name for name in on_server if name != ON_SERVER.name] == on_file
    assert on_server.count(ON_SERVER.name) == 3


# ---- A short soak of the real thing ----


def run(database, *more):
    """A soak of a minute, ended."""
    words = ["--minutes", "1", "--rate", "60", "--watchers", "50", "--database", database, *more]
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak", *words], cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert done.stdout, done.stderr
    return done


def soak(*more):
    """The exit status and the report of a soak of a minute."""
    done = run(os.environ.get("TEST_DATABASE", "sqlite"), *more)
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


@pytest.mark.long
@pytest.mark.timeout(700)
def test_a_soak_of_a_minute_keeps_every_promise():
    status, report = soak("--every", "14")

    assert report["broken"] == {}
    assert status == 0
    assert len(report["faults"]) >= 3


@pytest.mark.long
@pytest.mark.timeout(700)
def test_the_control_a_build_that_leaves_out_each_thousandth_event_is_caught():
    status, report = soak("--every", "1000", "--broken", "leave_out_each_thousandth")

    assert "every watcher = ledger" in report["broken"]
    assert status == 1


@pytest.mark.long
@pytest.mark.timeout(700)
@pytest.mark.skipif(not postgres.is_installed(), reason="PostgreSQL's server is not installed here")
def test_both_databases_are_soaked_at_once_and_either_may_break_it():
    done = run("both", "--every", "1000", "--broken", "leave_out_each_thousandth")

    assert done.returncode == 1
    for kind in ("sqlite", "postgres"):
        assert [line for line in done.stdout.splitlines() if line.startswith(f"{kind}: broken: ")], done.stdout
