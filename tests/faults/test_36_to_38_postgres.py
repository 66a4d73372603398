"""Faults 36 to 38: PostgreSQL is restarted at once under load, a replica takes over, a node is cut off from its database.

What was acknowledged stays, once; who watches is told all of it or to start anew; no work is done twice.
"""

import signal
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from tests.nodes import machines
from tests.nodes.account import SOLD, WATCHED, WORKED, Account
from tests.nodes.tills import Tills, tell
from tests.nodes.watchers import watch
from tests.servers import postgres
from tests.servers.takings import Server

pytestmark = [
    pytest.mark.postgres, pytest.mark.skipif(not postgres.is_installed(), reason="PostgreSQL's server is not installed"), pytest.mark.slow,
    pytest.mark.timeout(900),
]  # fmt: skip
SOME = 25
KEY = {"TAKINGS_SECRET_KEY": "k" * 40}
TEA = {"sku": "TEA", "name": "Tea", "price": 2.40, "stock": 0, "oversell": True}


@contextmanager
def open_shop(folder, address, build):
    """The real server over this database, with tills that sell and programs that watch."""
    server = Server(folder, broken=build, TAKINGS_DATABASE=address, **KEY)
    server.start()
    watchers = []
    try:
        tell(server, "/products", TEA)
        account, watchers = Account(address), watch([server], each=4)
        tills = Tills([server]).start()
        tills.sold(SOME)
        yield SimpleNamespace(server=server, account=account, watchers=watchers, tills=tills)
        tills.end()
    finally:
        server.stop()
        for watcher in watchers:
            watcher.stop()


# ---- 36: immediate restarts ----


def restart_under_load(folder, times, build="counting_jobs"):
    """The shop's accounts after so many restarts without a last checkpoint."""
    base = postgres.Postgres(safe=True, wal_writer_delay="10s").start()
    try:
        with open_shop(folder, base.database(), build) as shop:
            for _ in range(times):
                base.stop(signal.SIGQUIT)
                base.start()
                shop.tills.sold(SOME)
            shop.tills.stop()
            shop.sales = shop.account.sales(shop.tills)
            shop.watched = shop.account.watching(shop.watchers)
            shop.worked = shop.account.work()
            shop.verified = shop.server.run("verify").returncode
        return shop
    finally:
        base.remove()


@pytest.mark.parametrize("times", [3, pytest.param(20, marks=pytest.mark.long)])
def test_fault_36_immediate_restarts_of_postgresql_lose_and_double_nothing(tmp_path, figures, times):
    shop = restart_under_load(tmp_path, times)

    assert (shop.sales, shop.watched, shop.worked, shop.verified) == (SOLD, WATCHED, WORKED, 0)
    figures(
        36, restarts=times, acknowledged=shop.tills.count(), lost=0, doubled=0, sent_again=shop.tills.resent,
        longest_gap_s=f"{shop.tills.longest_gap_s():.1f}",
    )  # fmt: skip


def test_fault_36_the_control_a_build_that_confirms_before_the_disk_does_loses_orders(tmp_path):
    assert restart_under_load(tmp_path, 2, build="confirm_early").sales["lost"]


@pytest.mark.long
def test_fault_36_the_control_a_build_that_forgets_keys_doubles_orders(tmp_path):
    assert restart_under_load(tmp_path, 2, build="forget_keys").sales != SOLD


# ---- 37: a replica takes over ----


def take_over(folder, synchronous, build="counting_jobs"):
    """The shop's accounts after its server was killed and the replica promoted.

    Without synchronous replication the replica is some sales behind. One watcher is away meanwhile and comes back late.
    """
    first = postgres.Postgres(safe=True).start()
    name = first.database().split("@/")[1].split("?")[0]
    second = first.replica()
    try:
        if synchronous:
            first.say(f"alter system set synchronous_standby_names = '{second.name}'", "select pg_reload_conf()")
        address = (
            f"postgresql://{postgres.USER}@/{name}?host={first.folder},{second.folder}&target_session_attrs=read-write"
        )
        with open_shop(folder, address, build) as shop:
            second.catch_up()
            if not synchronous:
                second.say("alter system set primary_conninfo = ''", "select pg_reload_conf()")
                shop.server.wait_for(lambda: second.ask("select count(*) from pg_stat_wal_receiver") == 0)
                shop.tills.sold(SOME)
            late = shop.watchers[0]
            late.stop()
            machines.kill_server(first)
            second.promote()
            shop.tills.sold(4 * SOME)
            late.again()
            shop.tills.stop()
            shop.sales = shop.account.sales(shop.tills)
            shop.watched = shop.account.watching(shop.watchers)
            shop.verified = shop.server.run("verify").returncode
        return shop
    finally:
        second.remove()
        first.remove()


def test_fault_37_a_synchronous_replica_takes_over_without_a_loss(tmp_path, figures):
    shop = take_over(tmp_path, synchronous=True)

    assert (shop.sales, shop.watched["wrong"], shop.verified) == (SOLD, 0, 0)
    assert all(len(watcher.epochs) == 2 for watcher in shop.watchers)
    figures(37, synchronous=f"0 lost of {shop.tills.count()}, gap {shop.tills.longest_gap_s():.1f} s")


def test_fault_37_one_that_is_behind_loses_what_it_had_not_heard_of_and_no_watcher_is_told_otherwise(tmp_path, figures):
    shop = take_over(tmp_path, synchronous=False)

    lost, again = shop.sales["lost"], shop.sales["unlike"]  # a lost order that was sent again is a new one
    assert lost >= SOME and shop.sales == {**SOLD, "lost": lost, "unlike": again, "doubled": again}
    assert (shop.watched["wrong"], shop.verified) == (0, 0)
    assert all("restored" in watcher.resets for watcher in shop.watchers)
    figures(37, behind=f"{lost} lost of {shop.tills.count()}, gap {shop.tills.longest_gap_s():.1f} s")


@pytest.mark.long
def test_fault_37_the_control_a_build_that_keeps_the_history_tells_a_late_watcher_wrong(tmp_path):
    assert take_over(tmp_path, synchronous=False, build="keep_the_history").watched["wrong"]


# ---- 38: a node is cut off from its database ----


def cut_off(folder, build="counting_jobs"):
    """The shop's accounts after the node that does a job was cut off until another one had gone on with it."""
    with machines.network() as made:
        pair = machines.Pair(made, folder, build=build)
        worker = machines.Node(
            made, "work", machines._folder(folder / "work"), pair.base.by_line(), command="work", broken=build
        )
        one, two = pair.nodes
        two.command = "serve --web-only"
        watchers = []
        try:
            pair.start()
            tell(one, "/products", TEA)
            account, watchers = Account(pair.base.address(machines.SHOP)), watch(pair.nodes)
            tills = Tills(pair.nodes).start()
            tills.sold(SOME)
            job = queue_count(pair)
            one.wait_for(lambda: steps(pair, job) >= 2, 60)
            made.cut("one")
            before = tills.count(by=1)
            worker.start()
            one.wait_for(lambda: pair.rows(f"select fence from job where id = {job}")[0][0] >= 2, 60)
            stood = steps(pair, job)
            one.wait_for(lambda: steps(pair, job) > stood, 60)
            sold = tills.count(by=1) - before
            made.heal("one")
            one.wait_for(
                lambda: "was taken over by somebody else" in one.log.read_text() or account.work()["twice"], 120
            )
            one.wait_for(lambda: pair.rows(f"select state from job where id = {job}")[0][0] == "done", 60)
            tills.sold(SOME, by=0)
            tills.stop()
            return SimpleNamespace(
                sales=account.sales(tills), watched=account.watching(watchers), worked=account.work(), tills=tills,
                steps=steps(pair, job), sold_meanwhile=sold, verified=two.run("verify").returncode,
            )  # fmt: skip
        finally:
            if worker._process is not None:
                worker.kill()
            pair.end()
            for watcher in watchers:
                watcher.stop()


def queue_count(pair):
    """The id of a job of forty steps, queued as any program would."""
    return pair.rows(
        "with locked as materialized (select pg_advisory_xact_lock(hashtext('takings writing ' || current_schema()))), "
        "number as (update counter set value = value + 1 from locked where name = 'job' returning value) "
        "insert into job (id, kind, argument, state, run_after_ms, created_ms) "
        "select value, 'count', '{}', 'queued', 0, 0 from number returning id"
    )[0][0]


def steps(pair, job):
    """How many steps of the job stand in the ledger."""
    return pair.rows(f"select count(*) from stock_move where note like 'step {job} %'")[0][0]


def test_fault_38_a_node_that_is_cut_off_from_its_database_does_nothing_twice(tmp_path, figures):
    shop = cut_off(tmp_path)

    assert (shop.sales, shop.watched, shop.worked, shop.verified) == (SOLD, WATCHED, WORKED, 0)
    assert (shop.steps, shop.sold_meanwhile > 0) == (40, True)
    figures(
        38, acknowledged=shop.tills.count(), lost=0, doubled=0, steps_of_a_job=shop.steps, taken_twice=0,
        longest_gap_s=f"{shop.tills.longest_gap_s():.1f}",
    )  # fmt: skip


@pytest.mark.long
def test_fault_38_the_control_a_build_without_a_fence_takes_steps_twice(tmp_path):
    assert cut_off(tmp_path, build="work_without_a_fence").worked["twice"]
