"""How one screen looks is kept in a cookie, and drawn by the server, so that nothing flashes."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp.web import appearance


@pytest.fixture
def client() -> FlaskClient:
    app = Flask("looks")
    appearance.register(app)
    app.add_url_rule("/", "shown", lambda: appearance.read().as_text())
    return app.test_client()


def test_a_screen_that_chose_nothing_follows_its_system(client: FlaskClient) -> None:
    assert client.get("/").text == "system.keys"


def test_a_choice_is_kept_and_leads_back_to_its_page(client: FlaskClient) -> None:
    answer = client.post("/appearance", data={"theme": "dark", "back": "/orders?q=tea&sort=-total"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/orders?q=tea&sort=-total")
    assert client.get("/").text == "dark.keys"
    assert "HttpOnly" in answer.headers["Set-Cookie"] and "SameSite=Lax" in answer.headers["Set-Cookie"]


def test_switching_the_keys_off_leaves_the_colours(client: FlaskClient) -> None:
    client.post("/appearance", data={"theme": "light"})
    client.post("/appearance", data={"keys": "off"})

    assert client.get("/").text == "light.nokeys"

    client.post("/appearance", data={"keys": "on"})
    assert client.get("/").text == "light.keys"


@pytest.mark.parametrize("theme", ["", "pink", "dark.nokeys", "<script>"])
def test_what_is_no_choice_changes_nothing(client: FlaskClient, theme: str) -> None:
    client.post("/appearance", data={"theme": "dark"})
    client.post("/appearance", data={"theme": theme})

    assert client.get("/").text == "dark.keys"


@pytest.mark.parametrize(
    "back", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "orders", "", "////x"]
)
def test_it_leads_to_no_other_place(client: FlaskClient, back: str) -> None:
    assert client.post("/appearance", data={"theme": "dark", "back": back}).headers["Location"] == "/"


def test_a_cookie_of_nonsense_is_no_cookie(client: FlaskClient) -> None:
    client.set_cookie(appearance.COOKIE, "pink.maybe")

    assert client.get("/").text == "system.keys"
