"""Loaded by every Python that a test starts with this folder on its path: makes the build broken in one named way.

A fault test that passes on such a build proves nothing; each has a control that runs it on one.
"""

import importlib.abc
import importlib.machinery
import os
import sys

import wire  # of this folder, which stands on the path
import work


def acknowledge_before_commit(module):
    """Answers are given before the transaction commits."""
    import gevent

    def run(self, requests):
        connection = self.connection()
        self._begin(connection)
        shop = module.store.shop()
        tx = module.Tx(connection, module.clock.now_ms(), shop.zone, shop.currency)
        module.group.run(tx, requests)
        for request in requests:
            if request.waiter is not None:
                waiter, request.waiter = request.waiter, None
                gevent.get_hub().loop.run_callback(waiter.switch, None)
        gevent.sleep(0.3)
        connection.execute("commit")

    module.Session._run = run


def forget_keys(module):
    """Idempotency keys are not looked up."""
    module._kept = lambda tx, requests: {}
    module._keep = lambda tx, request, kept, fresh: None


def reuse_keys(module):
    """A key answers for any content."""

    def replay(request, entry):
        request.results = [module._from_kept(result) for result in module.json.loads(entry[2])]
        request.key.replayed = True

    module._replay = replay


def sell_what_is_not_there(module):
    """Stock is not looked at before it is taken."""
    module._out_of_stock = lambda *_: None
    taken = module._take

    def take(draft, sale, shelf):
        levels = shelf.levels
        shelf.levels = dict.fromkeys(levels, 1 << 40)
        try:
            return taken(draft, sale, shelf)
        finally:
            shelf.levels = levels

    module._take = take


def wait_inside_sqlite(module):
    """A held lock is waited for inside SQLite, where no greenlet can run."""

    def begin(self, connection):
        connection.execute("pragma busy_timeout = 4000")
        connection.execute("begin immediate")

    module.Session._begin = begin


def wait_inside_the_client(module):
    """What PostgreSQL has not answered yet is waited for where no greenlet can run."""

    def sleep(descriptor, wanted):
        from gevent import monkey

        select = monkey.get_original("select", "select")
        select([descriptor] if wanted & module.READ else [], [descriptor] if wanted & module.WRITE else [], [])

    module._sleep = sleep


def believe_the_disk(module):
    """A commit that fails is taken for one that went well."""

    def run(self, requests):
        connection = self.connection()
        self._begin(connection)
        shop = module.store.shop()
        tx = module.Tx(connection, module.clock.now_ms(), shop.zone, shop.currency)
        module.group.run(tx, requests)
        try:
            connection.execute("commit")
        except module.sqlite3.Error:
            if connection.in_transaction:
                connection.execute("rollback")

    module.Session._run = run


def believe_the_server(module):
    """A commit that PostgreSQL did not answer is taken for one that went well."""
    end = module.ServerSession._end

    def believing(self, connection):
        try:
            end(self, connection)
        except module.sqlite3.Error:
            self._drop()

    module.ServerSession._end = believing


def know_no_words(module):
    """What PostgreSQL says of its disk is not understood."""
    module._NAMES.clear()


def sync_seldom(module):
    """Commits are not synced; only checkpoints are."""
    connect = module.connect

    def relaxed(path, *, write=False):
        connection = connect(path, write=write)
        connection.execute("pragma synchronous = normal")
        return connection

    module.connect = relaxed


def confirm_early(module):
    """PostgreSQL says that a commit is done before it is on disk."""
    settings = module._session_settings
    module._session_settings = lambda *given: f"{settings(*given)}; set synchronous_commit = off"


def keep_the_history(module):
    """A database server that took over goes on with the history of the one before it."""
    module.joined = lambda connection: connection


def commit_in_two(module):
    """The sale is committed first, and its rollups and events after it."""
    flush = module.Tx.flush

    def late(self):
        self.connection.execute("commit")
        self.connection.execute("begin immediate")
        flush(self)

    module.Tx.flush = late


def skip_checks(module):
    """Nothing is checked when the shop opens."""
    module.check_at_start = lambda: {"stopped": None, "found": []}


def die_of_memory(module):
    """A want of memory inside the writer ends it."""

    def commit(self, session):
        self.under_way = ()
        done = session.commit(self.gather)
        if any("memory" in str(request.error) for request in done):
            raise MemoryError
        return done

    module._Front.commit = commit


def keep_the_epoch(module):
    """A restored database goes on under the old name of its history."""
    rename = module._rename_history

    def keep(fresh):
        connection = module.sqlite3.connect(fresh)
        before = connection.execute("select value from epoch").fetchone()[0]
        seq, _ = rename(fresh)
        connection.execute("update epoch set value = ?", (before,))
        connection.commit()
        connection.close()
        return seq, before

    module._rename_history = keep


def keep_the_epoch_of_a_server(module):
    """The same where a schema of PostgreSQL was restored."""
    module.rename_history = lambda connection, epoch: (int(module.sql.find_seq.value(connection)), "")


def copy_the_file(module):
    """A backup is the file as it lies there, without its log."""
    import shutil

    def copy(source, target, tell):
        shutil.copyfile(source, target)
        connection = module.sqlite3.connect(target)
        connection.execute("pragma journal_mode = delete")
        connection.close()
        return 0

    module.copy = copy


def restore_without_migrating(module):
    """An old backup is put in place as it is."""
    module.migrations.migrate = lambda connection, now_ms: []
    module.backup.check = lambda fresh: None
    module._rename_history = lambda fresh: (0, "")


def restore_without_migrating_a_server(module):
    """The same where a schema of PostgreSQL is restored."""
    module.migrations.migrate = lambda connection, now_ms: []
    module._check = lambda connection: None


def migrate_by_statement(module):
    """Each statement of a migration is committed on its own."""

    def migrate(connection, now_ms):
        done = []
        for number, name, file in module.pending(connection):
            for statement in module.statements(file.read_text("utf-8")):
                connection.execute(statement)
            connection.execute("insert into schema_migration values (?, ?, ?)", (number, name, now_ms))
            done.append(file.stem)
        return done

    module.migrate = migrate


def believe_the_replica(module):
    """A replica is read from, however far it has come."""
    module.Replica._has = lambda self, connection, needed: True
    turn = module.Replica._turn
    module.Replica._turn = lambda self, reason, more="": turn(self, None if reason == "lagging" else reason, more)
    whole = module.Replica.take
    module.Replica.take = lambda self, needed: whole(self, needed._replace(seq=0))


def answer_any_host(module):
    """The Host header is not looked at."""
    module.Gate._look_at_host = lambda self, host: True


BUILDS = {
    **wire.BUILDS,
    **work.BUILDS,
    "acknowledge_before_commit": ("webapp.db.writer", acknowledge_before_commit),
    "forget_keys": ("webapp.db.group", forget_keys),
    "believe_the_disk": ("webapp.db.writer", believe_the_disk),
    "believe_the_server": ("webapp.db.onserver", believe_the_server),
    "know_no_words": ("webapp.db.postgres", know_no_words),
    "sync_seldom": ("webapp.db.sqlite", sync_seldom),
    "confirm_early": ("webapp.db.postgres", confirm_early),
    "keep_the_history": ("webapp.db.timelines", keep_the_history),
    "commit_in_two": ("webapp.db.tx", commit_in_two),
    "skip_checks": ("webapp.verify", skip_checks),
    "die_of_memory": ("webapp.db.fronts", die_of_memory),
    "keep_the_epoch_of_a_server": ("webapp.db.dumps", keep_the_epoch_of_a_server),
    "wait_inside_the_client": ("webapp.db.waiting", wait_inside_the_client),
    "keep_the_epoch": ("webapp.db.restore", keep_the_epoch),
    "copy_the_file": ("webapp.db.backup", copy_the_file),
    "restore_without_migrating": ("webapp.db.restore", restore_without_migrating),
    "restore_without_migrating_a_server": ("webapp.db.dumps", restore_without_migrating_a_server),
    "migrate_by_statement": ("webapp.db.migrations", migrate_by_statement),
    "believe_the_replica": ("webapp.db.replica", believe_the_replica),
    "answer_any_host": ("webapp.web.security", answer_any_host),
    "reuse_keys": ("webapp.db.group", reuse_keys),
    "sell_what_is_not_there": ("webapp.orders.rules", sell_what_is_not_there),
    "wait_inside_sqlite": ("webapp.db.writer", wait_inside_sqlite),
}


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, name, patch):
        self.name, self.patch, self.busy = name, patch, False

    def find_spec(self, fullname, path, target=None):
        if fullname != self.name or self.busy:
            return None
        self.busy = True
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            self.patch(module)

        spec.loader.exec_module = exec_module
        return spec


if os.environ.get("BROKEN_BUILD") in BUILDS:
    sys.meta_path.insert(0, _Finder(*BUILDS[os.environ["BROKEN_BUILD"]]))
