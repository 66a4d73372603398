"""The speed of the sample shop's customers: a switch on every page, and what the little client asks."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response

from webapp import clock
from webapp.db import reading, store, writer
from webapp.db.tx import Tx
from webapp.demo import dao, plan
from webapp.errors import invalid
from webapp.web import body as bodies
from webapp.web import respond
from webapp.web.fields import Input, Text, Whole

blueprint = Blueprint("demo", __name__)
SPEEDS = (
    (1, "1×", "As in a real shop of this size"),
    (10, "10×", "Ten times as fast"),
    (60, "60×", "An hour in a minute"),
    (0, "Pause", "Nobody comes"),
)
DEFAULT_SPEED = 10


class SpeedIn(Input):
    """How many times as fast as in a real shop; back: the page on which the switch was pressed."""

    speed: Whole(0, 60, "speed")  # type: ignore[valid-type]
    back: Text(2000) = ""  # type: ignore[valid-type]


def speed() -> int:
    """How fast customers come now: 0, 1, 10 or 60 times as in a real shop."""
    with reading.reading() as tx:
        kept = dao.find_setting(tx, dao.SPEED)
    return DEFAULT_SPEED if kept is None else int(kept)


@blueprint.app_context_processor
def surroundings() -> dict[str, Any]:
    """What the bar above every page shows."""
    return {"demo_speeds": SPEEDS, "demo_speed": speed()}


@blueprint.get("/demo/speed")
def show() -> Response:
    """The speed, and what the client has to know to behave like this shop's customers."""
    with reading.reading() as tx:
        first_day = dao.find_setting(tx, dao.FIRST_DAY)
    answer = {"speed": speed(), "first_day": int(first_day or 0), "time_zone": store.shop().time_zone}
    return respond.respond({**answer, "now_ms": clock.now_ms(), "default_location": plan.WAREHOUSE})


@blueprint.post("/demo/speed")
def change() -> Response:
    """Customers come at another speed from now on."""
    body = bodies.read()
    asked = body.model(SpeedIn, currency=store.shop().currency, now_ms=clock.now_ms())
    if asked.speed not in [one for one, _, _ in SPEEDS]:
        raise invalid("/speed", "unknown", "The speeds are 0, 1, 10 and 60.")
    writer.do(keep_speed, asked.speed)
    back = asked.back if asked.back.startswith("/") and not asked.back.startswith(("//", "/\\")) else "/"
    return respond.made({"speed": asked.speed}, status=200, see=back)


def keep_speed(tx: Tx, speeds: Sequence[int]) -> list[dict[str, int]]:
    """The speed is kept; it is no fact of the shop and takes no number of its history."""
    for each in speeds:
        dao.keep_setting(tx, dao.SPEED, str(each))
    return [{"speed": each} for each in speeds]
