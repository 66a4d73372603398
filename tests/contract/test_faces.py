"""Section 2 of the contract, and the gate of section 8: faces, headers, forms, lists, CSV."""

import csv
import gzip
import io
import re

import pytest

from tests.contract.conftest import exact, pairs, problem

READS = ["/orders", "/products", "/orders/1", "/products/1", "/analytics", "/settings", "/"]
LISTS = ["/orders", "/products", "/returns", "/channels", "/locations", "/categories", "/brands", "/vendors",
         "/products/1/prices", "/products/2/stock"]  # fmt: skip
COLUMNS = [
    "kind", "order_id", "external_id", "placed_at", "entered_at", "channel", "location", "region", "customer_id",
    "line_id", "sku", "name", "category", "brand", "vendor", "price_tier", "lot", "quantity", "price", "discount",
    "total", "cost", "currency", "restock", "reason", "note",
]  # fmt: skip
HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def sold(api):
    """Seven orders, the first with a return."""
    for number in range(7):
        api.order(1 + number % 3, date=f"2026-11-2{number % 2}T0{number}:00:00Z", note=f"n{number}")
    api.post("/orders/1/returns", {"lines": [{"line_id": 1, "quantity": 1}], "reason": "torn"})
    return api


# ---- Faces ----


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [(None, "application/json"), ("*/*", "application/json"), ("application/json", "application/json"),
     (HTML, "text/html"), ("text/csv", "text/csv"), ("text/html, application/json", "application/json"),
     ("application/json;q=0.5, text/html;q=0.6", "text/html"), ("image/png", "application/json"),
     ("text/csv;q=0.9, text/html;q=0.8", "text/csv"), ("garbage;;q=x", "application/json")],
)  # fmt: skip
def test_the_best_match_of_accept_is_answered_and_never_406(sold, accept, mimetype):
    answer = sold.get("/orders", **({"Accept": accept} if accept else {}))

    assert answer.status_code == 200 and answer.mimetype == mimetype


@pytest.mark.parametrize(
    ("face", "mimetype"), [("html", "text/html"), ("json", "application/json"), ("csv", "text/csv")]
)
def test_format_overrides_accept(sold, face, mimetype):
    assert sold.get(f"/orders?format={face}", Accept="text/csv;q=0.1, text/html").mimetype == mimetype
    assert sold.get(f"/analytics?format={face}", Accept=HTML).mimetype == mimetype


def test_a_face_that_is_not_there_is_refused(sold):
    assert pairs(sold.get("/orders?format=xml")) == [("format", "unknown")]


def test_errors_of_a_csv_request_are_problems(sold):
    problem(sold.get("/orders?limit=0", Accept="text/csv"), 422)
    problem(sold.get("/orders?format=csv&from=x"), 422)
    problem(sold.get("/orders/99", Accept="text/csv"), 404)


def test_errors_of_a_page_are_a_page(sold):
    answer = sold.get("/orders/99", Accept=HTML)

    assert answer.status_code == 404 and answer.mimetype == "text/html" and "There is no order 99" in answer.text


@pytest.mark.parametrize("path", LISTS)
def test_every_list_is_a_page_too(sold, path):
    answer = sold.get(f"{path}?limit=1&utm_source=x", Accept=HTML)

    assert answer.status_code == 200 and answer.mimetype == "text/html" and "<h1>" in answer.text


@pytest.mark.parametrize("path", [*READS, *LISTS, "/sell", "/search?q=tea", "/products/new", "/orders/99"])
def test_the_fragment_alone_is_answered_where_a_part_is_asked_for(sold, path):
    whole = sold.get(path, Accept=HTML, HX_Request="true", HX_Request_Type="full").text
    part = sold.get(path, Accept=HTML, HX_Request="true", HX_Request_Type="partial").text

    assert "<html" in whole and ('class="rail"' in whole or path == "/sell")
    assert "<html" not in part and 'class="rail"' not in part and 20 < len(part) < len(whole)
    assert "<html" in sold.get(path, Accept=HTML).text


@pytest.mark.parametrize(
    ("path", "taken"),
    [("/categories", "Drinks/Cold"), ("/brands", "Bo & Co"), ("/vendors", "Vi"), ("/channels", "pier")],
)
def test_a_name_is_added_by_a_form_and_shown_on_the_page_that_it_leads_to(sold, path, taken):
    sent = {"name": taken, **({"code": "pier", "kind": "store"} if path == "/channels" else {})}
    done = sold.form(path, sent)
    again = sold.form(path, sent)

    assert done.status_code == 303 and again.status_code == 422
    page = sold.get(done.headers["Location"], Accept=HTML)
    assert page.mimetype == "text/html" and taken.replace("&", "&amp;") in page.text
    assert 'value="' + taken.replace("&", "&amp;") + '"' in again.text and "<form" in again.text


# ---- Headers of reads ----


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("accept", ["application/json", HTML])
def test_a_read_carries_its_headers(sold, at, path, accept):
    answer = sold.get(path, Accept=accept)

    assert answer.status_code == 200, answer.text
    assert re.fullmatch(r'W/"[^"]+"', answer.headers["ETag"])
    assert answer.headers["Cache-Control"] == "private, no-cache"
    named = {name.strip() for name in answer.headers["Vary"].split(",")}
    assert named == {"Accept", "HX-Request", "Accept-Encoding"}
    again = sold.get(path, Accept=accept, If_None_Match=answer.headers["ETag"])
    if "new_key" not in path and 'name="idempotency_key"' not in answer.text:
        assert again.status_code == 304 and again.data == b""
        assert again.headers["ETag"] == answer.headers["ETag"] and "Vary" in again.headers


def test_another_state_has_another_etag(sold):
    before = sold.get("/orders").headers["ETag"]
    sold.order()

    answer = sold.get("/orders", If_None_Match=before)
    assert answer.status_code == 200 and answer.headers["ETag"] != before


@pytest.mark.parametrize("path", [*READS, *LISTS])
def test_head_is_get_without_a_body(sold, path):
    head, read = sold.client.head(path), sold.get(path)

    assert head.status_code == read.status_code == 200 and head.data == b""
    assert head.headers["Content-Type"] == read.headers["Content-Type"]
    assert head.headers["Content-Length"] == read.headers["Content-Length"]


@pytest.mark.parametrize("path", ["/orders", "/orders/1", "/products/TEA", "/analytics", "/healthz", "/openapi.json"])
def test_options_is_204_with_what_is_allowed_and_without_cors(sold, path):
    answer = sold.send("OPTIONS", path, "", Origin="https://evil.example", Access_Control_Request_Method="POST")

    assert answer.status_code == 204 and answer.data == b""
    assert {"GET", "HEAD", "OPTIONS"} <= set(answer.headers["Allow"].split(", "))
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("path", ["/analytics", "/orders", "/", "/openapi.json", "/orders?format=csv"])
def test_gzip_is_sent_where_it_is_asked_for(sold, path):
    plain, packed = sold.get(path), sold.get(path, Accept_Encoding="gzip, br")

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Content-Encoding" not in sold.get(path, Accept_Encoding="gzip;q=0").headers


# ---- Request ids ----


@pytest.mark.parametrize("path", ["/orders", "/nothing", "/orders?x=1", "/healthz", "/"])
def test_every_answer_has_a_request_id(api, path):
    first, second = api.get(path), api.get(path)

    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", first.headers["X-Request-Id"])
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


@pytest.mark.parametrize("sent", ["a", "A.b_c-9", "x" * 64])
def test_the_clients_own_request_id_is_kept(api, sent):
    assert api.get("/orders", X_Request_Id=sent).headers["X-Request-Id"] == sent
    assert problem(api.get("/nothing", X_Request_Id=sent), 404)["request_id"] == sent


@pytest.mark.parametrize("sent", ["x" * 65, "a b", "ä", "a/b", ""])
def test_another_request_id_is_replaced(api, sent):
    assert api.get("/orders", X_Request_Id=sent).headers["X-Request-Id"] != sent


# ---- Unknown names ----


def test_unknown_query_names_are_refused_for_programs(sold):
    for accept in ("application/json", "text/csv"):
        assert pairs(sold.get("/orders?form=2026-01-01&x=1", Accept=accept)) == [
            ("form", "unknown_field"), ("x", "unknown_field"),
        ]  # fmt: skip
    assert pairs(sold.get("/analytics?form=2026-01-01")) == [("form", "unknown_field")]
    assert pairs(sold.get("/orders/1?verbose=1")) == [("verbose", "unknown_field")]
    assert pairs(sold.send("POST", "/orders?dry=1", {"product_id": 1, "quantity": 1})) == [("dry", "unknown_field")]


@pytest.mark.parametrize("address", ["/orders?", "/orders?format=csv&", "/returns?"])
def test_an_unknown_query_name_is_named_beside_all_else_that_is_wrong(sold, address):
    said = pairs(sold.get(f"{address}channel=moon&limit=0&utm=x&hour=24"))

    assert {("utm", "unknown_field"), ("channel", "unknown"), ("hour", "unknown")} <= set(said) and len(said) >= 3
    assert pairs(sold.get("/products/nothing/prices?utm=x")) == [("utm", "unknown_field")]


def test_pages_ignore_unknown_query_names(sold):
    for path in ("/orders?utm_source=x", "/?utm_source=x", "/products?x=1", "/orders/1?x=1", "/settings?x=1"):
        assert sold.get(path, Accept=HTML).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["channel=moon", "location=moon", "region=XX", "category=None+Such", "brand=x", "vendor=x", "product=x",
     "price_tier=x", "weekday=0", "weekday=8", "weekday=x", "hour=24", "hour=-1"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/orders", "/analytics", "/explore"])
def test_unknown_filter_values_are_unknown(sold, path, query):
    assert pairs(sold.get(f"{path}?{query}")) == [(query.split("=")[0], "unknown")]
    assert sold.get(f"{path}?{query}", Accept=HTML).status_code == 422 or path == "/explore"


def test_values_of_one_name_are_joined_by_or_and_names_by_and(sold):
    assert len(_items(sold, "/orders?product=1&product=2")) == 5
    assert len(_items(sold, "/orders?product=1&product=2&hour=0")) == 1
    assert len(_items(sold, "/orders?weekday=5")) == 4 and len(_items(sold, "/orders?weekday=6")) == 3


def test_a_category_holds_its_subcategories_and_a_country_its_regions(api):
    api.post("/products", {"sku": "COLA", "name": "Cola", "price": 1, "category": "Drinks/Cold", "brand": "B"})
    cola = api.order("COLA", region="GB-BNH")["id"]
    api.order("TEA", region="FR")

    for query in ("category=Drinks", "category=Drinks/Cold", "category=Cold", "region=GB", "region=GB-BNH", "brand=B"):
        assert [item["id"] for item in _items(api, f"/orders?{query}")] == [cola], query


def test_filters_match_what_the_line_kept(api):
    api.post("/products", {"sku": "COLA", "name": "Cola", "price": 1, "category": "Drinks"})
    cola = api.order("COLA")["id"]
    assert api.send("PATCH", "/products/COLA", {"category": "Snacks"}).status_code == 200
    crisps = api.order("COLA")["id"]

    assert [item["id"] for item in _items(api, "/orders?category=Drinks")] == [cola]
    assert [item["id"] for item in _items(api, "/orders?category=Snacks")] == [crisps]


def _items(api, path):
    return exact(api.get(path))["items"]


# ---- Lists ----


@pytest.mark.parametrize("path", ["/orders", "/orders?sort=total", "/orders?sort=-total", "/orders?sort=placed_at",
                                  "/products", "/products?sort=-price", "/channels", "/returns"])  # fmt: skip
@pytest.mark.parametrize("limit", [1, 2, 500])
def test_a_list_is_walked_by_its_cursor(sold, path, limit):
    whole = [item["id"] for item in _items(sold, path)]
    sign = "&" if "?" in path else "?"

    found, following = [], f"{path}{sign}limit={limit}"
    while following:
        answer = sold.get(following)
        said = exact(answer)
        found += [item["id"] for item in said["items"]]
        assert len(said["items"]) <= limit
        if said["next"]:
            assert answer.headers["Link"] == f'<{said["next"]}>; rel="next"'
            assert said["next"].startswith(path.partition("?")[0] + "?cursor=")
        else:
            assert "Link" not in answer.headers
        following = said["next"]

    assert found == whole and len(set(found)) == len(found)


def test_a_cursor_carries_the_filters_and_the_order(sold):
    said = exact(sold.get("/orders?product=1&sort=placed_at&limit=1"))
    cursor = re.search(r"cursor=([^&]+)", said["next"])[1]

    rest = exact(sold.get(f"/orders?cursor={cursor}"))["items"]
    assert [item["id"] for item in said["items"] + rest] == [1, 7, 4]


def test_a_new_order_moves_no_page(sold):
    first = exact(sold.get("/orders?limit=2"))
    before = [item["id"] for item in _items(sold, first["next"])]
    sold.order()

    assert [item["id"] for item in _items(sold, first["next"])] == before


def test_a_broken_cursor_is_refused(sold):
    cursor = re.search(r"cursor=([^&]+)", exact(sold.get("/orders?limit=1"))["next"])[1]

    for wrong in (
        "x",
        "",
        cursor[:-2],
        cursor + "AAAA",
        cursor[:5] + ("A" if cursor[5] != "A" else "B") + cursor[6:],
        "%00",
    ):
        assert pairs(sold.get(f"/orders?cursor={wrong}")) == [("cursor", "unknown")]
    assert pairs(sold.get(f"/products?cursor={cursor}")) == [("cursor", "unknown")]


@pytest.mark.parametrize("limit", ["0", "501", "x", "1.5", "-1", ""])
@pytest.mark.parametrize("path", LISTS)
def test_a_limit_is_one_to_five_hundred(sold, path, limit):
    assert [where for where, _ in pairs(sold.get(f"{path}?limit={limit}"))] == ["limit"]


@pytest.mark.parametrize("path", LISTS)
def test_every_list_has_items_and_next(sold, path):
    said = exact(sold.get(f"{path}?limit=500"))

    assert set(said) >= {"items", "next"} and said["next"] is None and isinstance(said["items"], list)


def test_fifty_are_shown_if_nothing_is_said(api):
    api.post("/orders/batch", [{"product_id": 1, "quantity": 1}] * 60)

    assert len(_items(api, "/orders")) == 50


# ---- CSV ----


def test_csv_is_the_whole_list_with_crlf_and_without_a_mark(sold):
    answer = sold.get("/orders?format=csv&limit=2")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))

    assert answer.headers["Content-Type"].startswith("text/csv") and "utf-8" in answer.headers["Content-Type"].lower()
    assert not answer.data.startswith(b"\xef\xbb\xbf") and answer.data.count(b"\n") == answer.data.count(b"\r\n") == 9
    assert [row["kind"] for row in rows] == ["sale"] * 7 + ["return"]
    assert list(rows[0]) == COLUMNS
    assert rows[0]["price"] in ("2.40", "12.50", "10.00") and rows[-1]["reason"] == "torn"


def test_csv_runs_no_formula(api):
    for number, note in enumerate(("=1+1", "+1", "-1", "@x", "\tx", "\rx")):
        api.order(note=note, external_id=f"={number}")
    rows = list(csv.DictReader(io.StringIO(api.get("/orders?format=csv").text, newline="")))

    assert sorted(row["note"] for row in rows) == sorted(
        "'" + note for note in ("=1+1", "+1", "-1", "@x", "\tx", "\rx")
    )
    assert all(row["external_id"].startswith("'=") for row in rows)
    assert all(not row["total"].startswith("'") for row in rows)


def test_csv_is_streamed(api):
    api.post("/orders/batch", [{"product_id": 1, "quantity": 1, "note": "n" * 500}] * 400)

    answer = api.client.get("/orders?format=csv", buffered=False)
    assert "Content-Length" not in answer.headers
    assert len(list(answer.response)) > 2


@pytest.mark.parametrize("path", ["/products", "/channels", "/locations", "/analytics", "/categories"])
def test_other_lists_and_figures_have_csv_too(sold, path):
    answer = sold.get(path, Accept="text/csv")

    assert answer.status_code == 200 and answer.mimetype == "text/csv" and b"\r\n" in answer.data


# ---- Forms ----


def test_a_form_that_was_taken_leads_to_the_thing(api):
    answer = api.form("/orders", {"product_id": "TEA", "quantity": "2", "price": "", "note": " hello "})

    assert answer.status_code == 303 and answer.headers["Location"] == "/orders/1"
    placed = exact(api.get("/orders/1"))
    assert placed["note"] == "hello" and placed["lines"][0]["quantity"] == 2
    made = api.form("/products", {"sku": "NEW", "name": "New", "price": "1.50", "tags": "a, b", "oversell": "on"})
    assert made.status_code == 303 and made.headers["Location"] == "/products/4"
    assert exact(api.get("/products/4"))["tags"] == ["a", "b"]


def test_a_multipart_form_is_a_form_as_well(api):
    for accept in (HTML, "*/*"):
        answer = api.client.post(
            "/orders", data={"product_id": "TEA", "quantity": "2"}, content_type="multipart/form-data",
            headers={"Accept": accept},
        )  # fmt: skip
        assert answer.status_code == 303, accept


@pytest.mark.parametrize(
    "path", ["/orders/new", "/products/new", "/products/1/edit", "/channels/new", "/locations/new"]
)
def test_each_form_has_a_page_with_a_key_of_its_own(api, path):
    first, second = (api.get(path, Accept=HTML) for _ in range(2))

    assert first.status_code == 200 and "<form" in first.text
    keys = [re.search(r'name="idempotency_key" value="([^"]+)"', page.text) for page in (first, second)]
    assert path.endswith("edit") or keys[0][1] != keys[1][1]


def test_a_program_may_send_a_form_and_read_json(api):
    answer = api.form("/orders", {"product_id": "TEA", "quantity": "2"}, Accept="application/json")

    assert exact(answer, 201)["id"] == 1


@pytest.mark.parametrize(
    ("path", "data", "typed"),
    [("/orders", {"product_id": "NOPE", "quantity": "0", "note": "typed & kept"}, "typed &amp; kept"),
     ("/products", {"sku": "X<b>", "name": "", "price": "abc"}, "X&lt;b&gt;"),
     ("/products", {"sku": "TEA", "name": "Typed here", "price": "1"}, "Typed here"),
     ("/channels", {"code": "online", "name": "Typed here", "kind": "store"}, "Typed here"),
     ("/locations", {"code": "pier", "name": "Typed here", "latitude": "91"}, "Typed here"),
     ("/products/2/stock", {"change": "-99", "note": "Typed here"}, "Typed here"),
     ("/products/1", {"_method": "PATCH", "name": "Typed here", "price": "-1"}, "Typed here"),
     ("/settings", {"_method": "PATCH", "name": "Typed here", "locale": "xx_XX"}, "Typed here")],
)  # fmt: skip
def test_a_refused_form_is_the_page_with_what_was_typed(api, path, data, typed):
    answer = api.form(path, data)

    assert answer.status_code == 422 and answer.mimetype == "text/html"
    assert typed in answer.text and "<form" in answer.text and 'role="alert"' in answer.text


def test_a_refused_return_keeps_its_lines_its_errors_and_the_rest_of_the_page(api):
    placed = exact(api.post("/orders", {"lines": [{"product_id": one, "quantity": 2} for one in (1, 2, 3)]}), 201)
    ids = [line["id"] for line in placed["lines"]]
    data = {"reason": "torn"}
    for row, quantity in enumerate(("", "0", "9")):
        data |= {f"lines-{row}-line_id": ids[row], f"lines-{row}-quantity": quantity}

    answer = api.form("/orders/1/returns", data)

    assert answer.status_code == 422 and 'value="torn"' in answer.text
    assert 'id="f-lines-2-err"' in answer.text and "f-lines-0-err" not in answer.text
    taken = api.form("/orders/1/returns", {**data, "lines-2-quantity": "2"})
    assert taken.status_code == 303 and taken.headers["Location"] == "/orders/1"
    assert exact(api.get("/orders/1"))["lines"][2]["returned"] == 2


@pytest.mark.parametrize("data", [{"lines": "x"}, {"lines-0": "x"}, {"lines-0-quantity": "x"}, {}, {"lines-0-0": "1"}])
def test_a_strange_form_is_refused_and_no_failure(api, data):
    api.order()

    assert api.form("/orders/1/returns", data).status_code == 422
    assert api.form("/orders", data).status_code == 422


def test_the_hidden_method_stands_for_the_method(api):
    changed = api.form("/products/TEA", {"_method": "PATCH", "name": "Renamed"})
    assert changed.status_code == 303 and changed.headers["Location"] == "/products/1"
    assert exact(api.get("/products/1"))["name"] == "Renamed"

    gone = api.form("/products/TEA", {"_method": "DELETE"})
    assert gone.status_code == 303 and exact(api.get("/products/1"))["archived"] is True


def test_the_hidden_key_stands_for_the_header(api):
    data = {"product_id": "TEA", "quantity": "2", "idempotency_key": "form-1"}
    first, second = api.form("/orders", data), api.form("/orders", data)

    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    assert second.headers["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first.headers
    assert api.form("/orders", {**data, "quantity": "3"}).status_code == 422


def test_the_fragment_alone_is_answered_when_asked_for(sold):
    whole = sold.get("/analytics/figures?period=today", Accept=HTML)
    part = sold.get("/analytics/figures?period=today", Accept=HTML, HX_Request="true", HX_Request_Type="partial")

    assert part.status_code == 200 and "<html" not in part.text and "data-island" in part.text
    assert whole.status_code == 200


# ---- If-Match ----


def test_if_match_is_honoured_on_a_patch(api):
    seen = api.get("/products/TEA").headers["ETag"]
    assert api.send("PATCH", "/products/TEA", {"name": "One"}, If_Match=seen).status_code == 200

    problem(api.send("PATCH", "/products/TEA", {"name": "Two"}, If_Match=seen), 412)
    assert exact(api.get("/products/TEA"))["name"] == "One"
    assert api.send("PATCH", "/products/TEA", {"name": "Three"}, If_Match="*").status_code == 200
    packed = api.get("/products/TEA", Accept_Encoding="gzip").headers["ETag"]
    assert api.send("PATCH", "/products/TEA", {"name": "Four"}, If_Match=packed).status_code == 200
    problem(api.send("PATCH", "/settings", {"name": "X"}, If_Match='W/"nothing"'), 412)


# ---- The gate ----


def test_security_headers_stand_on_every_answer(api):
    for path in ("/", "/orders", "/nothing", "/healthz", "/orders/99"):
        for accept in (HTML, "application/json"):
            headers = api.get(path, Accept=accept).headers
            policy = headers["Content-Security-Policy"]
            assert "unsafe-inline" not in policy and "default-src 'none'" in policy and "frame-ancestors" in policy
            assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"]


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "a b", "[::1"]
)
def test_another_host_is_400(api, host):
    for path in ("/", "/orders", "/healthz"):
        answer = api.client.get(path, headers={"Host": host}, environ_overrides={"HTTP_HOST": host})
        assert answer.status_code == 400 and (not host or host not in answer.text)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:80", "LOCALHOST"])
def test_the_own_names_are_answered(api, host):
    assert api.get("/orders", Host=host).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:9", "https://localhost", "x"])
def test_a_foreign_origin_writes_nothing(api, origin):
    for sent in (api.post("/orders", {"product_id": 1, "quantity": 1}, Origin=origin),
                 api.form("/orders", {"product_id": "1", "quantity": "1"}, Origin=origin)):  # fmt: skip
        assert sent.status_code == 403
    assert api.send("PATCH", "/products/1", {"name": "x"}, Origin=origin).status_code == 403
    assert api.send("DELETE", "/products/1", Origin=origin).status_code == 403
    assert _items(api, "/orders") == [] and exact(api.get("/products/1"))["archived"] is False


def test_the_own_origin_and_none_may_write(api):
    assert api.post("/orders", {"product_id": 1, "quantity": 1}, Origin="http://localhost").status_code == 201
    assert api.post("/orders", {"product_id": 1, "quantity": 1}).status_code == 201
    assert api.get("/orders", Origin="https://evil.example").status_code == 200


def test_only_this_machine_is_answered_and_told_why(api):
    for peer in ("192.168.1.7", "10.0.0.1", "8.8.8.8", "2001:db8::1"):
        answer = api.client.get("/orders", environ_overrides={"REMOTE_ADDR": peer})
        assert answer.status_code == 403 and "TAKINGS_TRUSTED_PROXIES" in answer.text
    for peer in ("127.0.0.1", "::1", "127.9.9.9"):
        assert api.client.get("/orders", environ_overrides={"REMOTE_ADDR": peer}).status_code == 200
    forged = {"X-Forwarded-For": "127.0.0.1"}
    assert api.client.get("/orders", headers=forged, environ_overrides={"REMOTE_ADDR": "8.8.8.8"}).status_code == 403


def test_what_cannot_be_written_right_now_says_when_to_come_back(api, monkeypatch):
    import sqlite3

    from webapp.db import group

    def fails(*_):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(group, "run", fails)
    answer = api.post("/orders", {"product_id": 1, "quantity": 1})

    problem(answer, 503)
    assert int(answer.headers["Retry-After"]) >= 1
    monkeypatch.undo()
    assert _items(api, "/orders") == []
