"""`python -m webapp COMMAND`. Exit status: 0 done, 1 failed or a check found something, 2 wrong usage."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from webapp import config
from webapp.config import ConfigError, Settings
from webapp.db.migrations import NewerSchema

LATER = ("export", "replay", "backup", "restore", "user", "token")


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.command in LATER:
        print(f"`{given.command}` is not part of this version of Takings yet.", file=sys.stderr)
        return 2
    try:
        return COMMANDS[given.command](given)
    except (ConfigError, NewerSchema) as error:
        print(f"Takings cannot start: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m webapp", description="Takings, a shop's live ledger of sales.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("demo", help="make the sample shop, bring it up to now, and run everything")
    serve = commands.add_parser("serve", help="run the web processes and the worker")
    serve.add_argument("--web-only", action="store_true", help="without the worker")
    commands.add_parser("work", help="run the worker alone")
    load = commands.add_parser("import", help="read a file of sales into the ledger")
    load.add_argument("file", type=Path)
    load.add_argument("--channel", default=None, help="the channel of its sales")
    commands.add_parser("migrate", help="move the database's schema forward")
    commands.add_parser("rebuild", help="make the rollups anew from the ledger")
    commands.add_parser("verify", help="check every invariant of the ledger")
    commands.add_parser("config", help="show every setting and where its value comes from")
    for name in LATER:
        commands.add_parser(name, help="comes with a later version").add_argument("rest", nargs=argparse.REMAINDER)
    return parser


def _demo(given: argparse.Namespace) -> int:
    from webapp.demo import keeping

    environ = {**os.environ, "TAKINGS_MODE": "demo"}
    settings = config.load(environ)
    os.environ["TAKINGS_MODE"] = "demo"
    from webapp.db import store

    store.open(settings)
    began = time.perf_counter()
    made = keeping.keep(progress=_progress)
    if made:
        print(f"The sample shop has {made:,} new orders, made in {time.perf_counter() - began:.1f} s.", flush=True)
    from webapp import supervisor

    return supervisor.run(settings, worker=True, client=True)


def _serve(given: argparse.Namespace) -> int:
    from webapp import supervisor
    from webapp.db import store

    settings = config.load()
    store.open(settings)
    return supervisor.run(settings, worker=not given.web_only, client=False)


def _work(given: argparse.Namespace) -> int:
    from webapp import schedule
    from webapp.db import store

    settings = config.load()
    store.open(settings)
    return schedule.work(settings)


def _import(given: argparse.Namespace) -> int:
    from webapp.db import store, writer
    from webapp.imports import jobs as imports

    if not given.file.is_file():
        print(f"There is no file {given.file}.", file=sys.stderr)
        return 1
    store.open(config.load())
    try:
        counts = imports.import_file(given.file, channel=given.channel, progress=_progress)
    except Exception as error:
        if not hasattr(error, "detail"):
            raise
        print(f"{given.file} was not imported: {error}", file=sys.stderr)
        return 1
    finally:
        writer.close()
    print(json.dumps(counts), flush=True)
    return 0


def _migrate(given: argparse.Namespace) -> int:
    from contextlib import closing

    from webapp import clock
    from webapp.db import migrations, sqlite, store
    from webapp.db.lock import FileLock

    settings = config.load()
    path = Path(settings.database).absolute()
    if not path.exists():
        store.open(settings)
        print("A new database was made.")
        return 0
    with closing(FileLock(path)) as lock, lock, closing(sqlite.connect(path, write=True)) as connection:
        done = migrations.migrate(connection, clock.now_ms())
    print("\n".join(f"applied {name}" for name in done) or "The schema is up to date.")
    return 0


def _rebuild(given: argparse.Namespace) -> int:
    from webapp import verify
    from webapp.db import store, writer

    store.open(config.load())
    verify.rebuild()
    writer.close()
    print("The rollups were made anew.")
    return 0


def _verify(given: argparse.Namespace) -> int:
    from webapp import verify
    from webapp.db import store

    store.open(config.load())
    wrong = 0
    for name, differences in verify.run():
        print(f"{'ok  ' if not differences else 'WRONG'} {name}", flush=True)
        for line in differences:
            print(f"      {line}", flush=True)
        wrong += bool(differences)
    return 1 if wrong else 0


def _config(given: argparse.Namespace) -> int:
    settings: Settings = config.load()
    for row in config.describe(settings):
        print(f"{row.name} = {row.value}  ({row.origin})\n    {row.help}")
    return 0


def _progress(done: int, total: int | None, what: str) -> None:
    """A line that is written over, on a terminal alone."""
    if sys.stderr.isatty():
        share = f" {done / total:4.0%}" if total else ""
        end = "\n" if total is not None and done >= total else ""
        print(f"\r{what}{share} {done:,}", end=end, file=sys.stderr, flush=True)


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "demo": _demo, "serve": _serve, "work": _work, "import": _import, "migrate": _migrate,
    "rebuild": _rebuild, "verify": _verify, "config": _config,
}  # fmt: skip
