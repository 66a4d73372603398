"""`python -m webapp COMMAND`. Exit status: 0 done, 1 failed or a check found something, 2 wrong usage."""

import argparse
import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from webapp import __version__, config, safekeeping
from webapp.config import ConfigError, Settings
from webapp.db import failures
from webapp.db.migrations import NewerSchema
from webapp.errors import Unavailable

LATER = ("user", "token")


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
    except (OSError, sqlite3.Error) as error:
        why = failures.at_start(error)
        if why is None:
            raise
        print(f"`{given.command}` cannot be done: {why}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m webapp", description="Takings, a shop's live ledger of sales.")
    parser.add_argument("--version", action="version", version=f"Takings {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("demo", help="make the sample shop, bring it up to now, and run everything")
    serve = commands.add_parser("serve", help="run the web processes and the worker")
    serve.add_argument("--web-only", action="store_true", help="without the worker")
    commands.add_parser("work", help="run the worker alone")
    load = commands.add_parser("import", help="read a file of sales into the ledger")
    load.add_argument("file", type=Path)
    load.add_argument("--channel", default=None, help="the channel of its sales")
    export = commands.add_parser("export", help="write every sale and return as CSV, which `import` reads back")
    export.add_argument(
        "file", type=Path, nargs="?", help="packed as its name ends: .gz, .xz; left out, standard output"
    )
    replay = commands.add_parser("replay", help="play a file's days as live orders over HTTP, in their own rhythm")
    replay.add_argument("file", type=Path, help="any file that `import` reads; Ctrl-C stops, the same command goes on")
    replay.add_argument("--speed", type=_speed, default=60.0, metavar="N", help="seconds of the file in one (60)")
    replay.add_argument("--url", default=None, help="the shop to play into; left out, the one of the settings")
    replay.add_argument("--again", action="store_true", help="from the beginning, although it was stopped on the way")
    commands.add_parser("migrate", help="move the database's schema forward")
    safekeeping.add_to(commands)
    commands.add_parser("config", help="show every setting and where its value comes from")
    for name in LATER:
        commands.add_parser(name, help="comes with a later version").add_argument("rest", nargs=argparse.REMAINDER)
    return parser


def _demo(given: argparse.Namespace) -> int:
    environ = {**os.environ, "TAKINGS_MODE": "demo"}
    settings = config.load(environ)
    os.environ["TAKINGS_MODE"] = "demo"
    from webapp import supervisor
    from webapp.db import reading, store
    from webapp.demo import dao

    store.open(settings)
    _look_at_replica(settings)
    with reading.reading() as tx:
        is_made = dao.find_setting(tx, dao.FIRST_DAY) is not None
    if not is_made:
        _keep_sample()
    # It is checked, and the gap since the last time filled, while the web processes load what they need.
    return supervisor.run(settings, worker=True, client=True, meanwhile=_keep_sample if is_made else None)


def _keep_sample() -> None:
    """The sample shop is sound, is there and goes up to now."""
    from webapp.demo import keeping

    _check_at_start()
    began = time.perf_counter()
    made = keeping.keep(progress=_progress)
    if made:
        print(f"The sample shop has {made:,} new orders, made in {time.perf_counter() - began:.1f} s.", flush=True)


def _serve(given: argparse.Namespace) -> int:
    from webapp import supervisor
    from webapp.db import store

    settings = config.load()
    store.open(settings)
    _look_at_replica(settings)
    _check_at_start()
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
    from webapp.live.bell import ringing

    if not given.file.is_file():
        print(f"There is no file {given.file}.", file=sys.stderr)
        return 1
    store.open(config.load())
    try:
        with ringing():
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


def _export(given: argparse.Namespace) -> int:
    from webapp import export

    if not safekeeping.opened(config.load()):
        return 1
    try:
        rows = export.write(given.file, _progress)
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"{given.file or 'standard output'} could not be written: {error.strerror}", file=sys.stderr)
        return 1
    if given.file is not None:
        print(json.dumps({"rows": rows}), flush=True)
    return 0


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed <= 1_000_000:
        raise argparse.ArgumentTypeError("a speed is above 0 and at most 1,000,000")
    return speed


def _replay(given: argparse.Namespace) -> int:
    from webapp import replay

    return replay.main(given.file, given.speed, given.url, given.again, _progress)


def _migrate(given: argparse.Namespace) -> int:
    from contextlib import closing

    from webapp import clock
    from webapp.db import engines, migrations, store

    settings = config.load()
    engine = engines.of_settings(settings)
    if not engines.is_server(engine.address) and not engine.path.exists():
        store.open(settings)
        print("A new database was made.")
        return 0
    with engine.alone(), closing(engine.connect(write=True)) as connection:
        done = migrations.migrate(connection, clock.now_ms())
    print("\n".join(f"applied {name}" for name in done) or "The schema is up to date.")
    return 0


def _config(given: argparse.Namespace) -> int:
    settings: Settings = config.load()
    for row in config.describe(settings):
        print(f"{row.name} = {row.value}  ({row.origin})\n    {row.help}")
        if row.name == "TAKINGS_REPLICA" and row.value:
            print(f"    now: {_about_replica(settings)}")
    print(
        "\nEach comes from the environment, else from .env, else is as left out; NAME_FILE names a file that holds it."
    )
    print("A change is taken up by `kill -HUP` of `serve`; host, port and workers by a new start.")
    return 0


def _about_replica(settings: Settings) -> str:
    from webapp.db import standby

    try:
        reason = standby.check(settings)
    except ConfigError as error:
        return f"refused, {error.why}"
    except (OSError, sqlite3.Error):
        return "not known, the ledger itself does not answer"
    return f"not read from, {standby.WORDS[reason]}" if reason else "heavy reads go to it"


def _look_at_replica(settings: Settings) -> None:
    """One that can never be read from stops the start; one that cannot now is tried again while the shop runs."""
    from webapp.db import standby

    reason = standby.check(settings)
    if reason is not None:
        print(f"The replica is not read from yet: {standby.WORDS[reason]}.", file=sys.stderr)


def _progress(done: int, total: int | None, what: str) -> None:
    """A line that is written over, on a terminal alone."""
    if sys.stderr.isatty():
        share = f" {done / total:4.0%}" if total else ""
        end = "\n" if total is not None and done >= total else ""
        print(f"\r{what}{share} {done:,}", end=end, file=sys.stderr, flush=True)


def _check_at_start() -> None:
    """The quick checks are made before anybody sells; what they find stops selling, not reading."""
    from webapp import verify
    from webapp.db import reading, writer

    try:
        found = verify.check_at_start()["found"]
    except Unavailable as error:  # a disk that takes nothing: the pages will say so
        print(f"The checks at the start could not be kept: {error}", file=sys.stderr)
        return
    finally:
        writer.close()
        reading.close()
    for line in found[:20]:
        print(f"The ledger does not verify: {line}", file=sys.stderr)
    if found:
        print("Selling is stopped until that is put right; every page says how.", file=sys.stderr)


def _safely(run: Callable[[argparse.Namespace, Any], int]) -> Callable[[argparse.Namespace], int]:
    return lambda given: run(given, _progress)


SAFE = {
    "backup": safekeeping.make_backup, "restore": safekeeping.restore_backup, "rebuild": safekeeping.rebuild,
    "verify": safekeeping.check, "move": safekeeping.move,
}  # fmt: skip
COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "demo": _demo, "serve": _serve, "work": _work, "import": _import, "export": _export, "replay": _replay, "migrate": _migrate,
    "config": _config, **{name: _safely(run) for name, run in SAFE.items()},
}  # fmt: skip
