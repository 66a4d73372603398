"""The weather over HTTP: how it stands, the days as they were, and days that are given."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, request

from webapp import clock
from webapp.clock import Zone, format_time
from webapp.db import reading, store, writer
from webapp.errors import FieldError, Invalid, invalid_parameter
from webapp.live import islands
from webapp.shop import dao as shop
from webapp.weather import actions, dao, shapes, shapes_given, shapes_page
from webapp.weather.shapes import NewDay, NewDays
from webapp.weather.shapes_fields import CONDITIONS
from webapp.web import body as bodies
from webapp.web import forms, respond, validate
from webapp.web.fields import named
from webapp.web.openapi import LIST, Query, api
from webapp.web.paging import every

blueprint = Blueprint("weather", __name__)
SHOWN_DAYS, SLICE, ALWAYS = 31, 500, 2**31
QUERY = [
    Query("location", "Id or code of a location", many=True), Query("from", "The first day as it was"),
    Query("to", "The last day as it was"),
]  # fmt: skip
GIVEN = {
    "application/json": NewDays,
    "text/csv": {"type": "string", "description": f"Columns {', '.join(shapes_given.FIELDS)}; day and a temperature are needed"},
    "multipart/form-data": {"type": "object", "properties": {
        "file": {"type": "string", "format": "binary"}, "location": {"type": "string"},
    }},
}  # fmt: skip


# ---- How it stands, and the days as they were ----


@blueprint.get("/weather")
@api("GET", "/weather", summary="The weather at the shop's locations", response=shapes.WeatherOut, query=QUERY,
     faces=LIST, errors=[422], tag="weather")  # fmt: skip
def index() -> Response:
    """Now, the days ahead and the last 31 days that are known; `from` and `to` ask for other days, and CSV has them all."""
    face = respond.wanted("json", "html", "csv", "xlsx")
    if face == "html":
        return respond.respond(page=lambda: ("weather/index.html", _page()))
    first, last, chosen = _day("from"), _day("to"), _chosen()
    if first is not None and last is not None and first > last:
        raise invalid_parameter("from", "too_large", "The first day is after the last.")
    if face == "json":
        return respond.respond(lambda: _answer(chosen, first, last))
    rows = lambda: (shapes.COLUMNS, _every_day(chosen, first or 0, last or ALWAYS))  # noqa: E731
    return respond.respond(csv=rows, filename="weather.csv")


def _day(name: str) -> int | None:
    text = request.args.get(name)
    try:
        return clock.parse_date(text) if text else None
    except clock.TimeError as error:
        raise invalid_parameter(name, error.code, error.detail) from None


def _chosen() -> dict[int, Any]:
    """The locations that are asked for, by id; all where none is named."""
    with reading.reading() as tx:
        known = shop.locations(tx)
    asked = [named(text) for text in request.args.getlist("location") if text]
    if any(name not in known for name in asked):
        raise invalid_parameter("location", "unknown", "There is no such location.")
    return {known[name]["id"]: known[name] for name in (asked or known)}


def _answer(chosen: dict[int, Any], first: int | None, last: int | None) -> dict[str, Any]:
    now_ms = clock.now_ms()

    def find(tx: Any) -> dict[str, Any]:
        standing = [one for one in dao.standing(tx, now_ms) if one.location_id in chosen]
        until = ALWAYS if last is None else last
        since = min(tx.zone.day_of(now_ms), until) - SHOWN_DAYS if first is None else first
        days: dict[int, list[Any]] = {number: [] for number in chosen}
        for row in dao.history(tx, chosen, since, until):
            days[row["location_id"]].append(row)
        return {
            "as_of": format_time(now_ms), "seq": reading.seq(tx), **shapes.weather_out(standing),
            "locations": [shapes.full_out(one, days[one.location_id]) for one in standing],
            "sources": [dict(row) for row in dao.find_sources(tx).values()],
        }  # fmt: skip

    return reading.in_thread(find)


def _every_day(chosen: dict[int, Any], first: int, last: int) -> Iterator[list[Any]]:
    for location_id in sorted(chosen):

        def find(after: int | None, of: int = location_id) -> tuple[list[Any], int | None]:
            with reading.reading() as tx:
                rows = dao.find_page(tx, of, first - 1 if after is None else after, last, SLICE)
            return rows, rows[-1]["day"] if len(rows) == SLICE else None

        yield from (shapes.cells(row) for row in every(find))


def _page() -> dict[str, Any]:
    now_ms = clock.now_ms()
    with reading.reading() as tx, islands.page(tx, now_ms):
        places = shop.find_locations(tx)
        chosen = {str(row["code"]) for row in places} & set(request.args.getlist("location"))
        found = shapes_page.places(places, dao.count_days(tx), dao.find_sources(tx), chosen)
        return {
            **found,
            "now": islands.known.place("/weather/now?full=1"),
            "charts": [islands.known.place(address) for address in found["addresses"]],
            "service": store.settings().weather,
            "conditions": CONDITIONS,
        }


# ---- Days that are given ----


@blueprint.post("/weather")
@api("POST", "/weather", summary="Give days as they were", request=GIVEN, form=True, response=shapes.KeptOut, status=201,
     query=["location"], errors=[400, 413, 415, 422], tag="weather")  # fmt: skip
def give() -> Response:
    """The days are known from now on, before whatever a service says of them; the same day again replaces the first."""
    forms.on_failure("weather/index.html", _page)
    with reading.reading() as tx:
        places = shop.locations(tx)
    days, key = _given(places)
    kept = writer.do(actions.give_days, days, key)
    codes = [places[number]["code"] for number in kept["location_ids"]]
    answer = {"kept": kept["kept"], "locations": codes}
    return respond.made(answer, location="/weather", see="/weather", key=key)


def _given(places: Mapping[int | str, Any]) -> tuple[list[shapes_given.Given], Any]:
    now_ms, shop_zone = clock.now_ms(), store.shop().zone

    def today(location: Any) -> int:
        zone = Zone(location["time_zone"]) if location["time_zone"] else shop_zone
        return zone.day_of(now_ms)

    if request.mimetype == "text/csv":
        sent = bodies.read_bytes(bodies.BATCH)
        return _from_file(sent, request.args.get("location") or None, places, today), bodies.key(_digest(sent))
    body = bodies.read(bodies.BATCH)
    if body.form is None:
        model = body.model(NewDays, currency=store.shop().currency, now_ms=now_ms)
        return shapes_given.given(model.days, places, today), body.key(body.data)
    if body.files and "file" in body.files:
        sent = body.files["file"].stream.read()
        return _from_file(sent, body.data.get("location") or None, places, today), body.key(_digest(sent))
    if body.data.keys() <= {"location"}:
        raise Invalid("", FieldError("/file", "missing", "Choose a file, or fill in a day."))
    return _from_form(body, places, today)


def _digest(sent: bytes) -> dict[str, str]:
    return {"sha256": bodies.digest("", "", sent.decode("latin-1")).hex()}


def _from_form(
    body: bodies.Body, places: Mapping[int | str, Any], today: Callable[[Any], int]
) -> tuple[list[shapes_given.Given], Any]:
    one = body.model(NewDay, currency=store.shop().currency, now_ms=clock.now_ms())
    try:
        return shapes_given.given([one], places, today), body.key(body.data)
    except Invalid as problem:
        problem.errors = [
            FieldError((error.pointer or "").removeprefix("/days/0"), error.code, error.detail)
            for error in problem.errors
        ]
        raise


def _from_file(
    sent: bytes, location: str | None, places: Mapping[int | str, Any], today: Callable[[Any], int]
) -> list[shapes_given.Given]:
    rows, lines = shapes_given.read_csv(sent, location)
    currency, now_ms = store.shop().currency, clock.now_ms()

    def check(model: type[NewDays], data: Any) -> NewDays:
        time.sleep(0)  # under gevent others are answered between the slices
        return validate.validate(model, data, currency=currency, now_ms=now_ms, form=True)

    return shapes_given.from_rows(rows, lines, check, places, today)
