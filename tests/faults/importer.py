"""Imports a file in small batches and is killed at one of its commits.

python -m tests.faults.importer DATABASE FILE WHEN NUMBER [BUILD]: WHEN is `before` or `after` that commit (0: never).
BUILD breaks it in one named way. Its last line is the counts as JSON, if it lives to see its end.
"""

import json
import os
import signal
import sys
from pathlib import Path

from tests.faults.seller import settings_of
from webapp.db import group, store, writer
from webapp.imports import dao, jobs
from webapp.imports.jobs import entering


def position_first():
    """The position of a batch is committed before its rows are."""
    enter = entering._Entering._enter

    def early(self, entries, weight):
        def move(tx, items):
            tx.execute(
                "update import set position = ? where id = ?", (json.dumps({"row": entries[-1][0]}), self.import_id)
            )
            return [None for _ in items]

        writer.do(move, None)
        enter(self, entries, weight)

    entering._Entering._enter = early


def forget_the_position():
    """An import that is gone on with begins at the first row again."""
    entering._row_of = lambda position: 0
    dao.find_same = lambda *_: []


BUILDS = {"": lambda: None, "position_first": position_first, "forget_the_position": forget_the_position}


def die_at(when, number):
    """This process is killed right before or after so many commits."""
    done = []

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    def committed():
        done.append(1)
        if when == "after" and len(done) == number:
            die()

    def run(tx, requests, whole=group.run):
        whole(tx, requests)
        if when == "before" and len(done) + 1 == number:
            die()

    writer.on_commit(committed)
    group.run = run


def main(database, file, when, number, build=""):
    """Import the file, or die on the way."""
    entering.FIRST_WEIGHT = entering.LEAST_WEIGHT = entering.MOST_WEIGHT = 40.0
    entering.WEIGHT_OF_ENTRY, entering.MOST_WAIT = 0, 100
    BUILDS[build]()
    store.open(settings_of(database))
    die_at(when, int(number))
    print(json.dumps(jobs.import_file(Path(file))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
