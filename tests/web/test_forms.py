from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.errors import FieldError, Invalid, Malformed
from webapp.web import forms


def data(*pairs, patch=False):
    return forms.from_pairs(pairs, patch).data


def test_names_are_pointers_with_dashes():
    assert data(
        ("name", " Tea "), ("lines-0-product_id", "17"), ("lines-0-quantity", "2"), ("customer-email", "a@b.c")
    ) == {"name": "Tea", "lines": [{"product_id": "17", "quantity": "2"}], "customer": {"email": "a@b.c"}}


def test_slashes_do_as_well():
    assert data(("lines/0/quantity", "2")) == {"lines": [{"quantity": "2"}]}


def test_rows_close_up_and_errors_still_find_their_field():
    form = forms.from_pairs([("lines-0-quantity", ""), ("lines-2-quantity", "1"), ("lines-10-quantity", "x")])

    assert form.data == {"lines": [{"quantity": "1"}, {"quantity": "x"}]}
    assert form.name_of("/lines/1/quantity") == "lines-10-quantity"
    assert form.name_of("/lines/1/product_id") == "lines-10-product_id"
    assert form.errors_by_name([FieldError("/lines/1/quantity", "x", "No."), FieldError("", "y", "All.")]) == {
        "lines-10-quantity": "No.", "": "All.",
    }  # fmt: skip


def test_rows_that_are_not_kept_move_no_error_to_another_field():
    form = forms.from_pairs([(f"lines-{row}-quantity", text) for row, text in enumerate(("0", "x", "", "y"))])
    form.keep_rows("lines", lambda line: line.get("quantity", "0") != "0")

    assert form.data == {"lines": [{"quantity": "x"}, {"quantity": "y"}]}
    assert form.name_of("/lines/0/quantity") == "lines-1-quantity"
    assert form.name_of("/lines/1/quantity") == "lines-3-quantity"
    assert form.name_of("/lines/1/line_id") == "lines-3-line_id"


def test_rows_of_something_that_is_no_list_are_left_alone():
    form = forms.from_pairs([("lines", "x"), ("name", "y")])
    form.keep_rows("lines", lambda line: False)

    assert form.data == {"lines": "x", "name": "y"} and form.name_of("/name") == "name"


def test_an_empty_text_is_left_out_and_null_in_a_patch():
    assert data(("brand", " "), ("name", "x")) == {"name": "x"}
    assert data(("brand", ""), ("name", "x"), patch=True) == {"brand": None, "name": "x"}


def test_of_a_name_sent_twice_the_last_counts_and_brackets_make_a_list():
    assert data(("oversell", "false"), ("oversell", "true")) == {"oversell": "true"}
    assert data(("tags[]", "a"), ("tags[]", " "), ("tags[]", "b")) == {"tags": ["a", "b"]}
    assert data(("tags[]", "")) == {"tags": []}


def test_the_hidden_fields_are_no_members():
    form = forms.from_pairs([("_method", "PATCH"), ("idempotency_key", "k"), ("name", "x")])
    assert form.data == {"name": "x"} and form.typed["idempotency_key"] == ["k"]


@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "1"), ("a-b", "2")], [("a-b", "1"), ("a", "2")], [("a-b-c-d-e-f-g-h-i", "1")],
        [(f"lines-{n}-quantity", "1") for n in range(1002)], [(f"n{n}", "1") for n in range(20_001)],
    ],
)  # fmt: skip
def test_names_that_contradict_each_other_or_are_too_many_are_refused(pairs):
    with pytest.raises(Invalid):
        forms.from_pairs(pairs)


def test_what_is_no_utf_8_is_malformed():
    with pytest.raises(Malformed):
        forms.urlencoded(b"name=%ff")
    with pytest.raises(Malformed):
        forms.urlencoded(b"\xff")


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=5)), max_size=8))
def test_any_form_is_a_dict_or_a_refusal(pairs):
    try:
        assert isinstance(forms.from_pairs(pairs).data, dict)
    except Invalid as problem:
        assert problem.status == 422


def test_a_form_may_be_a_patch_or_a_delete(client):
    assert client.post("/things/7", data={"_method": "DELETE"}).headers["Location"] == "/things"
    assert client.post("/things/7", data={"_method": "delete", "x": "1"}).status_code == 303
    sent = client.post("/things/7", data={"_method": "PATCH", "name": ""}, headers={"Accept": "application/json"})
    assert sent.json == {"id": 7, "data": {"name": None}}


def test_a_multipart_form_may_be_a_delete(client):
    said = client.post("/things/7", data={"_method": "DELETE"}, content_type="multipart/form-data")
    assert said.status_code == 204


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "CONNECT", "nonsense", ""])
def test_no_other_method_hides_in_a_form(client, method):
    assert client.post("/things/7", data={"_method": method}).status_code == 405


def test_json_hides_no_method(client):
    assert client.post("/things/7", json={"_method": "DELETE"}).status_code == 405


def test_a_form_that_was_taken_leads_to_the_thing(client):
    said = client.post("/things", data={"name": "Tea", "price": "2.40"})
    assert (said.status_code, said.headers["Location"]) == (303, "/things/7")


def test_a_form_that_asks_for_json_gets_it(client):
    said = client.post("/things", data={"name": "Tea", "price": "2.40"}, headers={"Accept": "application/json"})
    assert said.status_code == 201 and said.json["price"] == 240


def test_a_form_that_failed_is_shown_again_with_what_was_typed(client):
    said = client.post("/things", data={"name": "<b>", "lines-3-quantity": "two", "lines-3-product_id": "1"})

    assert said.status_code == 422 and said.mimetype == "text/html"
    assert "value='&lt;b&gt;'" in said.text and "new thing" in said.text
    assert "<p>/lines-3-quantity not_a_number</p>" in said.text
    assert said.headers["Cache-Control"] == "no-store"


def test_a_multipart_form_with_a_file_is_a_programs_unless_it_likes_pages(client):
    def sent(name, **more):
        with_file = {"name": name, "file": (BytesIO(b"x"), "x.csv")}
        return client.post("/things", data=with_file, content_type="multipart/form-data", **more)

    assert sent("x").status_code == 201
    assert sent("").mimetype == "application/problem+json"
    page = {"headers": {"Accept": "text/html"}}
    assert sent("x", **page).status_code == 303
    assert sent("", **page).mimetype == "text/html"


def test_a_multipart_form_without_a_file_is_one_as_any_other(client):
    kind = {"content_type": "multipart/form-data"}
    assert client.post("/things", data={"name": "x"}, **kind).status_code == 303
    assert client.post("/things", data={"name": ""}, **kind).mimetype == "text/html"
