"""The shop's settings, channels and locations over HTTP."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response

from webapp import clock
from webapp.db import reading, store, writer
from webapp.shop import actions, dao, shapes
from webapp.web import body as bodies
from webapp.web import forms, respond
from webapp.web.fields import Input
from webapp.web.openapi import LIST, PAGING, READ, api
from webapp.web.paging import ask

blueprint = Blueprint("shop", __name__)


# ---- Settings ----


@blueprint.get("/settings")
@api("GET", "/settings", summary="The settings of the shop", response=shapes.Settings, faces=READ)
def settings() -> Response:
    """Name, currency, time zone and locale; the page shows channels and locations, too."""
    with reading.reading() as tx:
        shop = store.refresh(tx)
    return respond.respond(shapes.settings_json(shop), page=lambda: ("shop/settings.html", _page()))


def _page() -> dict[str, Any]:
    with reading.reading() as tx:
        return {
            "settings": shapes.settings_json(store.shop()),
            "channels": [shapes.channel_json(row) for row in dao.find_channels(tx)],
            "locations": [shapes.location_json(row) for row in dao.find_locations(tx)],
        }


@blueprint.patch("/settings")
@api("PATCH", "/settings", summary="Change the settings of the shop", request=shapes.ChangedSettings,
     response=shapes.Settings, form=True, errors=[412, 422])  # fmt: skip
def change_settings() -> Response:
    """The settings are as asked for; what is left out stays. `If-Match` is honoured."""
    forms.on_failure("shop/settings.html", _page)
    with reading.reading() as tx:  # another process may have changed them a moment ago
        respond.require_match(shapes.settings_json(store.refresh(tx)))
    body = bodies.read()
    to = body.model(shapes.ChangedSettings, currency=store.shop().currency, now_ms=clock.now_ms())
    writer.do(actions.change_settings, to)
    with reading.reading() as tx:
        shop = store.refresh(tx)
    return respond.made(shapes.settings_json(shop), status=200, see="/settings")


# ---- Channels and locations ----


@blueprint.get("/channels")
@api("GET", "/channels", summary="List channels", response=shapes.Channels, faces=LIST, query=PAGING)
def index_channels() -> Response:
    """Every channel in the order in which they were made."""
    return _list("channels", dao.find_channels, shapes.channel_json, tuple(shapes.Channel.model_fields))


@blueprint.get("/locations")
@api("GET", "/locations", summary="List locations", response=shapes.Locations, faces=LIST, query=PAGING)
def index_locations() -> Response:
    """Every location in the order in which they were made; the first is the default."""
    return _list("locations", dao.find_locations, shapes.location_json, tuple(shapes.Location.model_fields))


def _list(
    name: str, find: Callable[[Any], list[Any]], as_json: Callable[[Any], dict[str, Any]], columns: tuple[str, ...]
) -> Response:
    # The page of channels and locations is that of the settings, which has all of them.
    asked = ask()
    with reading.reading() as tx:
        items = [as_json(row) for row in find(tx)]
    after = int(asked.after[0]) if asked.after else 0
    shown, following = asked.cut(
        [item for item in items if item["id"] > after][: asked.limit + 1], lambda item: [item["id"]]
    )
    return respond.respond(
        {"items": shown, "next": following},
        page=lambda: ("shop/settings.html", _page()),
        csv=lambda: (columns, ([item[column] for column in columns] for item in items)),
        filename=f"{name}.csv",
        next=following,
    )


@blueprint.get("/channels/new")
def new_channel() -> Response:
    """The form for a new channel."""
    return respond.respond(page=("shop/new_channel.html", {}))


@blueprint.get("/locations/new")
def new_location() -> Response:
    """The form for a new location."""
    return respond.respond(page=("shop/new_location.html", {}))


@blueprint.post("/channels")
@api("POST", "/channels", summary="Add a channel", request=shapes.NewChannel, response=shapes.Channel, status=201,
     form=True, errors=[409, 422])  # fmt: skip
def create_channel() -> Response:
    """The channel exists and orders can name it."""
    forms.on_failure("shop/new_channel.html")
    return _create(actions.create_channels, shapes.NewChannel, "channels")


@blueprint.post("/locations")
@api("POST", "/locations", summary="Add a location", request=shapes.NewLocation, response=shapes.Location, status=201,
     form=True, errors=[409, 422])  # fmt: skip
def create_location() -> Response:
    """The location exists, orders can name it and stock can lie there."""
    forms.on_failure("shop/new_location.html")
    return _create(actions.create_locations, shapes.NewLocation, "locations")


def _create(action: Callable[[Any, list[Any]], list[Any]], shape: type[Input], name: str) -> Response:
    body = bodies.read()
    item = body.model(shape, currency=store.shop().currency, now_ms=clock.now_ms())
    key = body.key(item)
    return respond.made(writer.do(action, item, key), location=f"/{name}", see=f"/settings#{name}", key=key)
