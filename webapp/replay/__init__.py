"""A file's days played again as live orders over HTTP: the door behind `python -m webapp replay FILE`."""

import json
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from webapp import config
from webapp.errors import Problem

if TYPE_CHECKING:
    from webapp.replay.playing import Progress

INTERRUPTED = 130


def main(path: Path, speed: float, url: str | None, again: bool, progress: "Progress") -> int:
    """Play the file and print the counts as the last line of JSON. Exit status 0 at its end, 1 failed, 130 stopped.

    speed: seconds of the file in one second. again: do not go on where an earlier run was stopped.
    """
    import httpx

    from webapp.replay.playing import Place, Player, Refused, ask_shop
    from webapp.replay.reading import Played

    if not path.is_file():
        print(f"There is no file {path}.", file=sys.stderr)
        return 1
    address = url or _own_url()
    stop = threading.Event()
    try:
        with httpx.Client(base_url=address, timeout=30, trust_env=False) as http:
            played = Played(path, ask_shop(http))
            place = Place(path, played.digest, address)
            if again:
                place.begin_anew()
            _say(path, address, len(played.events), place.done)
            _stop_on_signals(stop)
            player = Player(http, played, place, speed, stop)
            ended = player.run(progress)
    except (Problem, Refused, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        print(f"{path} was not played: {error or type(error).__name__}", file=sys.stderr)
        return 1
    counts = {name: player.counts[name] for name in ("orders", "returns", "refused", "products")}
    print(json.dumps({"played": place.done, "of": len(played.events), **counts, "skipped": played.refused}), flush=True)
    return 0 if ended else INTERRUPTED


def _own_url() -> str:
    settings = config.load()
    return str(settings.public_url or settings.own_url())


def _say(path: Path, address: str, events: int, done: int) -> None:
    if done:
        print(f"{path.name} goes on at {done + 1:,} of {events:,}, into {address}.", flush=True)
    else:
        print(f"{path.name}: {events:,} sales and returns go into {address}. Ctrl-C stops.", flush=True)


def _stop_on_signals(stop: threading.Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
