import gzip
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.web import answers, negotiate, respond

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    "accept, kind",
    [
        (None, "application/json"), ("", "application/json"), ("*/*", "application/json"),
        (BROWSER, "text/html"), ("text/html", "text/html"), ("text/csv", "text/csv"),
        ("application/json", "application/json"), ("text/html, application/json", "application/json"),
        ("text/html;q=0.5, application/json;q=0.4", "text/html"), ("text/html;q=0.5, text/csv", "text/csv"),
        ("application/*", "application/json"), ("text/*", "application/json"), ("image/png", "application/json"),
        ("text/html;q=0", "application/json"), ("text/html;q=0, */*", "application/json"),
        ("text/*, text/csv;q=0.1", "text/html"), ("*/*;q=0.1, text/csv;q=0.2", "text/csv"),
        ("TEXT/HTML", "text/html"), ("text/html;q=x", "application/json"), (";;,,q=", "application/json"),
        ("text/html;level=1", "text/html"), ("text/html;q=2", "application/json"),
    ],
)  # fmt: skip
def test_the_best_match_of_accept_answers(client, accept, kind):
    said = client.get("/things", headers={} if accept is None else {"Accept": accept})
    assert said.status_code == 200 and said.mimetype == kind
    assert said.headers["Vary"] == "Accept, HX-Request, Accept-Encoding"


@given(st.text(max_size=80))
def test_no_accept_is_ever_too_strange(header):
    assert negotiate.match(header, ("json", "html", "csv"))[0] in ("json", "html", "csv")


@pytest.mark.parametrize("format, kind", [("html", "text/html"), ("json", "application/json"), ("csv", "text/csv")])
def test_format_overrides_accept(client, format, kind):
    assert client.get(f"/things?format={format}", headers={"Accept": "text/css"}).mimetype == kind


@pytest.mark.parametrize("path", ["/things?format=pdf", "/things?format=", "/things/1?format=csv"])
def test_a_format_that_is_not_there_is_422(client, path):
    said = client.get(path)
    assert said.status_code == 422 and said.json["errors"][0] | {"detail": ""} == {
        "parameter": "format", "code": "unknown", "detail": "",
    }  # fmt: skip


def test_an_address_with_one_face_never_says_406(client):
    assert client.get("/secret", headers={"Accept": "text/html"}).mimetype == "application/json"
    assert client.get("/page", headers={"Accept": "application/json"}).mimetype == "text/html"


def test_the_fragment_alone_is_answered_when_asked_for(client):
    headers = {"Accept": "text/html", "HX-Request": "true"}
    assert client.get("/things", headers=headers).text == "<h1>Things</h1>"
    assert client.get("/things", headers={**headers, "HX-Request-Type": "full"}).text == "<h1>Things</h1>"
    assert client.get("/things", headers={**headers, "HX-Request-Type": "partial"}).text == "<b>Things</b>"


# ---- Validators, compression, HEAD, OPTIONS ----


def test_a_read_is_answered_with_304_while_it_is_the_same(client):
    first = client.get("/things")
    etag = first.headers["ETag"]
    assert etag.startswith('W/"') and first.headers["Cache-Control"] == "private, no-cache"

    for known in (etag, etag[2:], f'"other", {etag}', "*"):
        again = client.get("/things", headers={"If-None-Match": known})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == etag and again.headers["Vary"] == first.headers["Vary"]
    assert client.get("/things", headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_each_face_has_its_own_validator(client):
    etags = {client.get(f"/things?format={face}").headers.get("ETag") for face in ("html", "json")}
    assert len(etags) == 2


def test_a_secret_is_kept_by_nobody(client):
    said = client.get("/secret")
    assert said.headers["Cache-Control"] == "no-store" and "ETag" not in said.headers


def test_a_read_is_packed_where_that_is_asked_for(client):
    plain = client.get("/long")
    packed = client.get("/long", headers={"Accept-Encoding": "br, gzip"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip" and gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] == plain.headers["ETag"] and int(packed.headers["Content-Length"]) == len(packed.data)


@pytest.mark.parametrize("coding", ["identity", "gzip;q=0", "br", "*;q=0", ""])
def test_a_read_is_plain_where_packing_is_refused(client, coding):
    assert "Content-Encoding" not in client.get("/long", headers={"Accept-Encoding": coding}).headers


@pytest.mark.parametrize("path", ["/things", "/things?format=csv", "/things?format=html", "/long", "/things/404"])
def test_head_is_get_without_its_body(client, path):
    get, head = client.get(path), client.head(path)
    assert head.status_code == get.status_code and head.data == b""
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    assert head.headers.get("ETag") == get.headers.get("ETag")


def test_options_says_what_is_allowed_and_nothing_to_other_origins(client):
    said = client.options("/things", headers={"Origin": "https://elsewhere.example"})
    assert (said.status_code, said.data) == (204, b"")
    assert said.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert not [name for name in said.headers.keys() if name.lower().startswith("access-control")]  # noqa: SIM118


# ---- What was made ----


def test_what_was_made_says_where_it_is(client):
    said = client.post("/things", json={"name": "x"})
    assert (said.status_code, said.headers["Location"]) == (201, "/things/7")
    assert "Idempotent-Replayed" not in said.headers and "ETag" not in said.headers


def test_a_replayed_answer_says_so(app):
    key = respond.Key("", "k", "POST /things", b"", replayed=True)
    with app.test_request_context("/things", method="POST"):
        assert respond.made({}, location="/x", key=key).headers["Idempotent-Replayed"] == "true"
        assert respond.nothing(key=key).headers["Idempotent-Replayed"] == "true"


def test_if_match_is_honoured(client):
    etag = client.get("/things/7").headers["ETag"]
    assert client.patch("/things/7", json={}, headers={"If-Match": etag}).status_code == 200
    assert client.patch("/things/7", json={}, headers={"If-Match": "*"}).status_code == 200
    assert client.patch("/things/7", json={}, headers={"If-Match": 'W/"stale"'}).status_code == 412


def test_an_address_goes_into_a_header_escaped():
    assert respond.local("/products/a b\r\nX: 1") == "/products/a%20b%0D%0AX:%201"
    assert respond.local("/orders?cursor=a&b=%20") == "/orders?cursor=a&b=%20"
    for foreign in ("https://x.example/", "//x.example", "/\\x.example", "x"):
        with pytest.raises(ValueError):
            respond.local(foreign)


# ---- Unknown query names ----


def test_an_unknown_query_name_is_422_for_programs_and_ignored_by_pages(client):
    said = client.get("/things?qq=1&limit=5&from=2")
    assert said.status_code == 422
    assert [(error["parameter"], error["code"]) for error in said.json["errors"]] == [
        ("qq", "unknown_field"), ("from", "unknown_field"),
    ]  # fmt: skip
    assert client.get("/things?qq=1&format=csv").status_code == 422
    assert client.head("/things?qq=1").status_code == 422
    assert client.get("/things?qq=1", headers={"Accept": BROWSER}).status_code == 200
    assert client.get("/things?q=1").status_code == 200


# ---- CSV ----


def test_a_table_is_streamed_for_spreadsheets(client):
    said = client.get("/things?format=csv")
    assert said.data == b"sku,n\r\n'=1+1,-2.50\r\n"
    assert said.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert said.headers["Content-Disposition"] == 'attachment; filename="things.csv"'


def test_finished_bytes_are_packed_once():
    finished = answers.Finished(b"x" * 1000, answers.HTML)
    assert finished.packed is finished.packed and gzip.decompress(finished.packed) == finished.body
    assert answers.pack(b"a") == answers.pack(b"a")


def test_json_may_be_ready_bytes(app):
    with app.test_request_context("/"):
        assert respond.respond(b'{"a":1}').data == b'{"a":1}'
        assert respond.respond({"a": Decimal("1.50")}).data == b'{"a":1.50}'
