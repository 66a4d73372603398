import pytest
from hypothesis import given
from hypothesis import strategies as st


def test_a_list_goes_on_where_it_ended(client):
    seen, address, pages = [], "/paged?limit=30&q=tea", 0
    while address:
        said = client.get(address)
        link = said.headers.get("Link")
        assert link == (f'<{said.json["next"]}>; rel="next"' if said.json["next"] else None)
        seen += said.json["items"]
        assert said.json["q"] == "tea"
        address, pages = said.json["next"], pages + 1

    assert seen == list(range(100)) and pages == 4


def test_the_last_page_has_no_next(client):
    assert client.get("/paged?limit=100").json["next"] is None
    assert client.get("/paged?limit=99").json["next"] is not None
    assert len(client.get("/paged").json["items"]) == 50


@pytest.mark.parametrize(
    "limit, code",
    [("0", "too_small"), ("501", "too_large"), ("x", "not_a_number"), ("2.5", "not_whole"), ("", "not_a_number"),
     ("-1", "not_a_number"), ("٣", "not_a_number"), ("9" * 900, "too_large")],
)  # fmt: skip
def test_a_limit_is_1_to_500(client, limit, code):
    said = client.get("/paged", query_string={"limit": limit})
    assert said.status_code == 422 and said.json["errors"][0]["parameter"] == "limit"
    assert said.json["code"] == code


def cursor(client, query="limit=10&q=tea"):
    return client.get(f"/paged?{query}").json["next"].split("cursor=")[1].split("&")[0]


@pytest.mark.parametrize(
    "change", [lambda c: c[:-1], lambda c: c + "A", lambda c: "B" + c[1:], lambda c: "", lambda c: "é"]
)
def test_a_broken_cursor_is_422(client, change):
    said = client.get("/paged", query_string={"cursor": change(cursor(client))})
    assert said.status_code == 422 and said.json["errors"][0]["parameter"] == "cursor"


@given(text=st.text(max_size=40))
def test_any_text_is_a_broken_cursor(app, text):
    assert app.test_client().get("/paged", query_string={"cursor": text}).status_code == 422


def test_a_cursor_belongs_to_its_list_and_its_filters(client):
    assert client.get("/paged", query_string={"cursor": cursor(client), "q": "tea"}).status_code == 200
    assert client.get("/paged", query_string={"cursor": cursor(client), "q": "soap"}).status_code == 422


def test_a_format_stays_with_the_next_page(client):
    assert "format=json" in client.get("/paged?format=json").json["next"]
