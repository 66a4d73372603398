import logging

import pytest

from webapp.web import problems


def test_a_refusal_is_a_problem_with_all_its_members(client):
    said = client.get("/many", headers={"X-Request-Id": "abc"})

    assert said.status_code == 422 and said.content_type == "application/problem+json"
    assert said.json == {
        "type": "/errors/invalid", "title": "Some values are refused", "status": 422, "code": "invalid",
        "detail": "Some values are refused", "instance": "/many", "request_id": "abc",
        "errors": [
            {"pointer": "/a", "code": "missing", "detail": "A."},
            {"pointer": "/b/0", "code": "too_long", "detail": "B."},
        ],
    }  # fmt: skip


def test_a_conflict_names_the_thing_that_is_there(client):
    said = client.get("/conflict")
    assert said.status_code == 409 and said.json["id"] == 7 and said.json["type"] == "/errors/duplicate"
    assert said.headers["Location"] == "/things/7"


def test_what_is_not_possible_now_says_when_to_come_back(client):
    said = client.get("/busy")
    assert said.status_code == 503 and said.headers["Retry-After"] == "1"


@pytest.mark.parametrize("accept", ["text/csv", "application/json", "*/*", "text/csv, text/html;q=0.1"])
def test_errors_of_a_csv_request_are_problems(client, accept):
    expected = "text/html" if "html" in accept else "application/problem+json"
    assert client.get("/things/404", headers={"Accept": accept}).mimetype == expected
    assert client.get("/many?format=csv", headers={"Accept": "text/html"}).mimetype == "application/problem+json"


def test_a_browser_gets_a_page_even_where_there_is_no_template(client):
    said = client.get("/things/404", headers={"Accept": "text/html", "X-Request-Id": "abc"})
    assert said.status_code == 404 and said.mimetype == "text/html"
    assert "There is no thing 404." in said.text and "abc" in said.text


def test_what_is_typed_into_an_address_is_never_markup(client):
    said = client.get("/%3Cscript%3E", headers={"Accept": "text/html"})
    assert said.status_code == 404 and "<script>" not in said.text


def test_an_unknown_address_is_404_and_a_wrong_method_405_with_allow(client):
    assert client.get("/nothing").json["code"] == "not_found"
    said = client.delete("/things")
    assert (said.status_code, said.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    assert said.json["code"] == "method_not_allowed" and said.json["instance"] == "/things"


@pytest.mark.parametrize("number", ["9" * 19, "9" * 5000])
def test_an_id_that_no_database_holds_is_404(client, number):
    assert client.get(f"/things/{number}").status_code == 404


def test_a_failure_shows_no_trace_and_is_written_down(client, caplog):
    with caplog.at_level(logging.ERROR):
        said = client.get("/broken")

    assert said.status_code == 500 and said.json["code"] == "failed" and said.json["request_id"]
    assert "secret inside" not in said.text and "Traceback" not in said.text
    assert "the secret inside" in caplog.text


def test_a_failing_error_page_does_not_make_it_worse(app, client, monkeypatch):
    monkeypatch.setattr(problems, "render_template", lambda *_, **__: 1 / 0)
    said = client.get("/broken", headers={"Accept": "text/html"})
    assert said.status_code == 500 and "<h1>" in said.text


@pytest.mark.parametrize("path", ["/things/404", "/broken", "/nothing", "/many"])
def test_errors_are_kept_by_nobody(client, path):
    assert client.get(path).headers["Cache-Control"] == "no-store"
