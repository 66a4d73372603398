"""A tiny app of its own: each face of an answer, each kind of body, nothing of the shop."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from flask import Flask
from hypothesis import settings as examples
from jinja2 import DictLoader

from webapp import web
from webapp.clock import Zone, parse_time
from webapp.errors import Conflict, Invalid, NotFound, Unavailable, invalid
from webapp.web import body, fields, forms, openapi, paging, respond

examples.register_profile("takings", deadline=None)
examples.load_profile("takings")
NOW = parse_time("2026-11-21T10:15:00Z")
ZONE = Zone("Europe/London")
TEMPLATES = {
    "thing.html": "<h1>{{ name }}</h1>",
    "_thing.html": "<b>{{ name }}</b>",
    "new.html": (
        "<form>{{ extra }}<input name=name value='{{ typed.name }}'><input name=lines-0-quantity "
        "value='{{ typed['lines-0-quantity'] }}'>"
        "{% for e in errors %}<p>{{ e.pointer }} {{ e.code }}</p>{% endfor %}</form>"
    ),
}


class Line(fields.Input):
    """A line of a thing."""

    product_id: fields.Reference
    quantity: fields.Quantity
    price: fields.Money | None = None


class Thing(fields.Input):
    """A thing with one field of each kind."""

    name: fields.Name
    note: fields.Note | None = None
    price: fields.Money | None = None
    at: fields.Moment | None = None
    date: fields.MomentOrDate | None = None
    pay: fields.Choice("cash", "card") | None = None
    flag: fields.Flag = False
    latitude: fields.Number(-90, 90, 6) | None = None
    tags: list[fields.Code] = []
    lines: list[Line] = []


def checked(sent):
    return sent.model(Thing, currency="GBP", now_ms=NOW, zone=ZONE)


def make_app(settings=None) -> Flask:
    app = Flask("tiny", static_folder=None)
    app.jinja_loader = DictLoader(TEMPLATES)
    web.init_app(app, settings)
    things = {"items": [1, 2], "price": Decimal("12.50")}

    @app.get("/things")
    @openapi.api("GET", "/things", summary="Things", query=["q", *openapi.PAGING], faces=openapi.LIST)
    def index():
        return respond.respond(
            lambda: things,
            page=lambda: ("thing.html", {"name": "Things"}),
            partial=lambda: ("_thing.html", {"name": "Things"}),
            csv=lambda: (["sku", "n"], [["=1+1", Decimal("-2.50")]]),
            filename="things.csv",
        )

    @app.get("/secret")
    def secret():
        return respond.respond({"token": "x"}, secret=True)

    @app.get("/page")
    def page():
        return respond.respond(page=("thing.html", {"name": "Only a page"}))

    @app.get("/long")
    def long():
        return respond.respond({"text": "x" * 5000})

    @app.post("/things")
    @openapi.api("POST", "/things", summary="Make", request=Thing, form=True, response=Thing, status=201, errors=[422])
    def create():
        forms.on_failure("new.html", lambda: {"extra": "new thing"})
        sent = body.read()
        thing = checked(sent)
        key = sent.key(thing)
        said = thing.model_dump(mode="json")
        return respond.made({**said, "key": key.content.hex() if key else None}, location="/things/7", key=key)

    @app.patch("/things/<int:thing_id>")
    def change(thing_id):
        respond.require_match({"id": thing_id})
        return respond.made({"id": thing_id, "data": body.read().data}, status=200, location=f"/things/{thing_id}")

    @app.get("/things/<int:thing_id>")
    def show(thing_id):
        if thing_id == 404:
            raise NotFound(f"There is no thing {thing_id}.")
        return respond.respond({"id": thing_id}, page=("thing.html", {"name": str(thing_id)}))

    @app.delete("/things/<int:thing_id>")
    def remove(thing_id):
        return respond.nothing(see="/things")

    @app.post("/batch")
    def batch():
        items = body.read_batch()
        return respond.made({"count": len(items), "kinds": [type(item).__name__ for item in items]}, status=200)

    @app.post("/upload")
    def upload():
        file, form = body.upload()
        return respond.made({"name": file.filename, "size": len(file.read()), "more": form.data}, status=202, see="/up")

    @app.get("/paged")
    def paged():
        asked = paging.ask()
        rows = [row for row in range(100) if asked.after is None or row > asked.after[0]][: asked.limit + 1]
        items, following = asked.cut(rows, lambda row: [row])
        return respond.respond({"items": items, "next": following, "q": asked.args.get("q")}, next=following)

    @app.get("/broken")
    def broken():
        raise RuntimeError("the secret inside")

    @app.get("/conflict")
    def conflict():
        raise Conflict("It exists.", code="duplicate", id=7, location="/things/7")

    @app.get("/busy")
    def busy():
        raise Unavailable("The disk is full.")

    @app.get("/many")
    def many():
        raise Invalid("", *invalid("/a", "missing", "A.").errors, *invalid("/b/0", "too_long", "B.").errors)

    described = openapi.registry.operations
    app.config["DESCRIBED"] = {key: described[key] for key in described if key[1] == "/things"}
    return app


@pytest.fixture(scope="session")
def app():
    return make_app()


@pytest.fixture(autouse=True, scope="package")
def described(app):
    """What the tiny app described of itself is known while its tests run, and to those of no other package."""
    openapi.registry.operations.update(app.config["DESCRIBED"])
    yield
    for key in app.config["DESCRIBED"]:
        del openapi.registry.operations[key]


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def guarded():
    """A function that makes a client behind a gate with these settings."""

    def make(**settings):
        said = {"mode": "production", "host": "127.0.0.1", "public_url": None, "trusted_proxies": []} | settings
        app = make_app()
        app.wsgi_app.__init__(app.wsgi_app.app, SimpleNamespace(**said))
        return app.test_client()

    return make
