import json
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.conftest import Thing
from webapp.web import body

MIB = 1 << 20
NAMES = {*Thing.model_fields, "product_id", "quantity"}


def post(client, data, kind="application/json", path="/things", **headers):
    return client.post(path, data=data, content_type=kind, headers=headers)


@pytest.mark.parametrize(
    "kind",
    ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8", "application/x+json"],
)
def test_json_is_read(client, kind):
    assert post(client, b'{"name": "x"}', kind).status_code == 201


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "",
        "application/json; charset=utf-16",
        "application/jsonx",
        "text/json;q",
        "json",
    ],
)
def test_another_kind_of_content_is_415(client, kind):
    said = post(client, b'{"name": "x"}', kind)
    assert said.status_code == 415 and said.json["code"] == "unsupported"


def test_json_sent_as_a_form_is_told_so(client):
    said = post(client, b'{"name": "x"}', "application/x-www-form-urlencoded", Accept="application/json")
    assert said.status_code == 415 and "Content-Type" in said.json["detail"]


def test_a_packed_body_is_415(client):
    assert post(client, b"{}", **{"Content-Encoding": "gzip"}).status_code == 415


@pytest.mark.parametrize("sent", [b"", b"{", b"NaN", b'{"a":1,"a":1}', b"\xff", b"[" * 5000])
def test_what_is_no_json_is_400(client, sent):
    said = post(client, sent)
    assert said.status_code == 400 and said.json["code"] == "malformed"


def test_a_body_of_a_mebibyte_is_read_and_one_more_byte_is_413(client):
    sent = json.dumps({"name": "x", "note": ""}).encode()
    assert post(client, sent + b" " * (MIB - len(sent))).status_code == 201
    assert post(client, sent + b" " * (MIB - len(sent) + 1)).status_code == 413


def test_a_body_without_a_length_is_bounded_too(app):
    with app.test_request_context(
        "/things", method="POST", input_stream=BytesIO(b"x" * (MIB + 1)), environ_base={"wsgi.input_terminated": True}
    ):
        with pytest.raises(body.TooLarge):
            body.read_bytes(MIB)


def test_a_body_that_was_cut_off_is_400(app):
    sent = {"input_stream": BytesIO(b"{}"), "environ_overrides": {"CONTENT_LENGTH": "10"}}
    with app.test_request_context("/", method="POST", **sent):
        with pytest.raises(body.Malformed):
            body.read_bytes(MIB)


def test_a_form_of_more_than_a_mebibyte_is_413(client):
    assert post(client, b"name=" + b"x" * MIB, "application/x-www-form-urlencoded").status_code == 413
    assert client.post("/things", data={"name": "x" * MIB}, content_type="multipart/form-data").status_code == 413


@given(
    data=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters(), max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(sorted(NAMES)) | st.text(alphabet=st.characters(), max_size=3), inner, max_size=5
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_is_a_failure_of_ours(app, data):
    said = app.test_client().post("/things", data=json.dumps(data), content_type="application/json")

    assert said.status_code in (201, 400, 422)
    if said.status_code == 422:
        assert said.json["errors"] and all(error["code"] and "pointer" in error for error in said.json["errors"])


@given(sent=st.binary(max_size=120), kind=st.sampled_from(["application/json", "application/x-www-form-urlencoded"]))
def test_no_bytes_are_a_failure_of_ours(app, sent, kind):
    said = app.test_client().post("/things", data=sent, content_type=kind, headers={"Accept": "application/json"})
    assert said.status_code in (201, 400, 415, 422)


def test_an_upload_without_a_length_is_bounded_too(app, monkeypatch):
    monkeypatch.setattr(body, "UPLOAD", 1000)
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + b"x" * 5000 + b"\r\n--x--\r\n"
    said = app.test_client().post(
        "/upload", input_stream=BytesIO(part), content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "", "wsgi.input_terminated": True},
    )  # fmt: skip
    assert said.status_code == 413


# ---- Batches ----


def test_a_batch_is_lines_or_an_array(client):
    lines = post(client, b'{"a":1}\n\n{"a":\n[]\n', "application/x-ndjson", "/batch")
    assert lines.json == {"count": 3, "kinds": ["dict", "Malformed", "list"]}
    assert post(client, b"[1, {}]", path="/batch").json == {"count": 2, "kinds": ["int", "dict"]}


def test_a_batch_has_bounds(client):
    assert post(client, b"1\n" * 10_000, "application/x-ndjson", "/batch").json["count"] == 10_000
    assert post(client, b"1\n" * 10_001, "application/x-ndjson", "/batch").status_code == 413
    assert post(client, b"[" + b"1," * 10_000 + b"1]", path="/batch").status_code == 413
    assert post(client, b" " * (16 * MIB + 1), "application/x-ndjson", "/batch").status_code == 413


def test_a_batch_that_is_no_list_is_refused(client):
    assert post(client, b"{}", path="/batch").status_code == 422
    assert post(client, b"[", path="/batch").status_code == 400
    assert post(client, b"a=1", "application/x-www-form-urlencoded", "/batch").status_code == 415


def test_each_item_of_a_batch_is_checked_by_itself():
    def check(item):
        if item == 2:
            raise body.Invalid("No.")
        return item * 10

    done, refused, broken = body.items([1, 2, body.Malformed("x")], check)

    assert done == 10 and refused.status == 422 and broken.status == 400


# ---- Uploads ----


def test_a_file_is_read_with_its_fields(client):
    said = client.post("/upload", data={"file": (BytesIO(b"a,b\r\n"), "sales.csv"), "mapping": "{}"})
    assert said.status_code == 202 and said.json == {"name": "sales.csv", "size": 5, "more": {"mapping": "{}"}}


def test_a_page_is_sent_on_after_an_upload(client):
    said = client.post("/upload", data={"file": (BytesIO(b"x"), "x.csv")}, headers={"Accept": "text/html"})
    assert (said.status_code, said.headers["Location"]) == (303, "/up")


def test_a_missing_or_huge_file_is_refused(client, monkeypatch):
    assert client.post("/upload", data={"file": "text"}, content_type="multipart/form-data").status_code == 422
    assert client.post("/upload", json={}).status_code == 415
    monkeypatch.setattr(body, "UPLOAD", 1000)
    assert client.post("/upload", data={"file": (BytesIO(b"x" * 2000), "x.csv")}).status_code == 413


# ---- Idempotency-Key ----


def key_of(client, sent, path="/things", kind="application/json", key="k-1", **headers):
    said = client.post(path, data=sent, content_type=kind, headers={"Idempotency-Key": key, **headers})
    assert said.status_code == 201, said.text
    return said.json["key"]


def test_the_same_content_is_the_same_however_it_is_written(client):
    line = '{"product_id": 1, "quantity": 2, "price": %s}'
    first = key_of(client, '{"name": "x", "lines": [%s]}' % (line % "2.40"))

    for sent in (
        '{"lines":[%s],"name":"x"}' % (line % "2.4"),
        ' {"name" : "x", "lines": [%s]} ' % (line % '"2.40"'),
        '{"name": "\\u0078", "lines": [%s]}' % (line % "24e-1"),
    ):
        assert key_of(client, sent) == first


@pytest.mark.parametrize(
    "sent",
    [
        '{"name": "y"}', '{"name": "x", "price": 1}', '{"name": "x", "tags": ["a"]}', '{"name": "x", "flag": true}',
        '{"name": "x", "at": "2026-11-20T00:00:00Z"}', '{"name": "x", "date": "2026-11-20"}',
    ],
)  # fmt: skip
def test_other_content_is_another(client, sent):
    assert key_of(client, sent) != key_of(client, '{"name": "x"}')


def test_method_path_and_query_belong_to_the_content():
    digests = {
        body.digest(where, query, {"a": 1})
        for where, query in (("POST /a", ""), ("POST /b", ""), ("PATCH /a", ""), ("POST /a", "atomic=1"))
    }
    assert len(digests) == 4


def test_items_of_a_batch_are_the_same_whatever_their_spelling():
    one = [{"price": "2.40", "lines": [{"price": 2, "sku": "17"}]}, body.Malformed("x")]
    other = [{"lines": [{"sku": "17", "price": "2.00"}], "price": body.Decimal("2.4")}, body.Malformed("x")]
    assert body.digest("POST /a", "", one) == body.digest("POST /a", "", other)
    assert body.digest("POST /a", "", [{"sku": "17"}]) != body.digest("POST /a", "", [{"sku": 17}])


def test_an_amount_as_text_is_the_same_wherever_it_stands_in_a_batch():
    def sent(price):
        return [{"sku": "A", "price": body.Decimal("2.4")}] * 600 + [{"sku": "B", "price": price}]

    assert body.digest("POST /a", "", sent("2.40")) == body.digest("POST /a", "", sent(body.Decimal("2.400")))
    assert body.digest("POST /a", "", sent("2.40")) != body.digest("POST /a", "", sent("2.41"))


@pytest.mark.parametrize("key", ["x", "!~" * 127, "0123-abc_{}"])
def test_a_key_of_visible_ascii_is_taken(client, key):
    assert key_of(client, '{"name": "x"}', key=key)


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "caf\u00e9", "a\tb"])
def test_any_other_key_is_422(client, key):
    said = client.post("/things", json={"name": "x"}, headers={"Idempotency-Key": key})
    assert said.status_code == 422 and said.json["errors"][0]["parameter"] == "Idempotency-Key"


def test_a_form_carries_its_key_in_a_hidden_field(client):
    sent = {"name": "x", "idempotency_key": "k-1"}
    said = client.post("/things", data=sent, headers={"Accept": "application/json"})
    assert said.json["key"] == key_of(client, '{"name": "x"}')


def test_no_key_is_none(client):
    assert client.post("/things", json={"name": "x"}).json["key"] is None
