"""The app's own way with addresses: who asks for one gets it, and a plain one is answered as the framework answers it."""

import pytest
from flask import Flask, Request, url_for
from werkzeug.test import Client, EnvironBuilder

from webapp import web
from webapp.web.direct import App, Asked


def made(kind):
    app = kind("x")
    web.init_app(app)
    app.add_url_rule("/things", "things", lambda: "all")
    app.add_url_rule("/things/<int:number>", "thing", lambda number: f"number {number}")
    return app


def test_an_address_is_built_for_whoever_asks():
    with made(App).test_request_context("/"):
        assert url_for("thing", number=7, tone="low & high") == "/things/7?tone=low+%26+high"
        assert url_for("things") == "/things"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/things"), ("GET", "/things/7"), ("GET", "/things/x"), ("POST", "/things"), ("HEAD", "/things")],
)
def test_plain_addresses_and_others_are_answered_as_by_the_framework(method, path):
    one, other = (Client(made(kind)).open(path, method=method, headers={"X-Request-Id": "1"}) for kind in (App, Flask))

    assert (one.status, one.data, one.headers) == (other.status, other.data, other.headers)


PARTS = (
    "method",
    "scheme",
    "server",
    "root_path",
    "path",
    "query_string",
    "remote_addr",
    "url",
    "args",
    "host",
    "full_path",
)


@pytest.mark.parametrize("first", PARTS)
def test_a_request_that_is_looked_at_late_says_what_the_frameworks_says(first):
    environ = EnvironBuilder(path="/a b/ü?x=1&x=2", method="PATCH", headers={"X-A": "1"}).get_environ()
    ours, theirs = Asked(dict(environ)), Request(dict(environ))

    for name in (first, *PARTS):
        assert getattr(ours, name) == getattr(theirs, name)
    assert list(ours.headers) == list(theirs.headers)
    assert ours.environ["werkzeug.request"] is ours
    assert not hasattr(Asked(dict(environ)), "something")
