"""Loaded by every Python that a test starts with this folder on its path: makes the build broken in one named way.

A fault test that passes on such a build proves nothing; each has a control that runs it on one.
"""

import importlib.abc
import importlib.machinery
import os
import sys


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
        gevent.sleep(0.05)
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


BUILDS = {
    "acknowledge_before_commit": ("webapp.db.writer", acknowledge_before_commit),
    "forget_keys": ("webapp.db.group", forget_keys),
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
