import re

import pytest

from webapp.web.security import CSP

OWN, FOREIGN = "http://localhost", "https://evil.example"


def test_every_answer_carries_the_headers(client):
    for said in (client.get("/things"), client.get("/nothing"), client.get("/broken"), client.options("/things"),
                 client.get("/things", headers={"Host": "evil.example"}), client.post("/things", json={})):  # fmt: skip
        assert said.headers.getlist("Content-Security-Policy") == [CSP]
        assert said.headers["X-Content-Type-Options"] == "nosniff"
        assert said.headers["Referrer-Policy"] == "same-origin"
        assert said.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "geolocation=()" in said.headers["Permissions-Policy"]
        assert said.headers["X-Request-Id"]
        assert "Strict-Transport-Security" not in said.headers


def test_the_policy_allows_nothing_inline_and_no_other_host():
    assert "unsafe" not in CSP and "*" not in CSP and "http" not in CSP
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in CSP.split("; ")


def test_https_is_kept_for_a_year(client):
    said = client.get("/things", base_url="https://localhost")
    assert said.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


# ---- Request ids ----


@pytest.mark.parametrize("sent", ["a", "A-z_0.9", "x" * 64])
def test_a_good_request_id_is_kept(client, sent):
    assert client.get("/things", headers={"X-Request-Id": sent}).headers["X-Request-Id"] == sent


@pytest.mark.parametrize("sent", ["", "x" * 65, "a b", "a/b", "é", 'a"', None])
def test_any_other_gets_one_of_ours(client, sent):
    headers = {} if sent is None else {"X-Request-Id": sent}
    ids = [client.get("/things", headers=headers).headers["X-Request-Id"] for _ in range(2)]
    assert ids[0] != ids[1] and all(re.fullmatch(r"[0-9a-f]{12}-[0-9a-f]+", one) for one in ids)


# ---- Under which name ----


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:5000", "[::1]:8000", "localhost."])
def test_local_names_are_ours(client, host):
    assert client.get("/things", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "evil@localhost", "localhost:x", "localhost:123456", "", "a b", "[::1",
     "127.0.0.1.nip.io", "localhost/x", "[::2]", "\u00e9"],
)  # fmt: skip
def test_any_other_host_is_400_and_not_said_again(client, host):
    said = client.get("/things", headers={"Host": host})
    assert said.status_code == 400 and said.json["code"] == "host"
    assert "evil" not in said.text


def test_the_public_name_is_ours(guarded):
    client = guarded(public_url="https://shop.example")
    assert client.get("/things", headers={"Host": "shop.example"}).status_code == 200
    assert client.get("/things", headers={"Host": "other.example"}).status_code == 400


def test_an_address_to_listen_on_everywhere_is_no_name(guarded):
    client = guarded(host="0.0.0.0")
    assert client.get("/things", headers={"Host": "0.0.0.0:8000"}).status_code == 400
    assert guarded(host="192.168.1.5").get("/things", headers={"Host": "192.168.1.5:8000"}).status_code == 200


# ---- From which page ----


@pytest.mark.parametrize(
    "headers, status",
    [
        ({}, 201), ({"Sec-Fetch-Site": "same-origin"}, 201), ({"Sec-Fetch-Site": "none"}, 201), ({"Origin": OWN}, 201),
        ({"Origin": OWN + ":80"}, 201), ({"Origin": "HTTP://LocalHost"}, 201),
        ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": FOREIGN}, 403), ({"Origin": FOREIGN}, 403),
        ({"Origin": "null"}, 403), ({"Origin": ""}, 403),
        ({"Origin": OWN + ":81"}, 403), ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "https://localhost"}, 403), ({"Origin": "http://[::1"}, 403), ({"Origin": "localhost"}, 403),
        ({"Origin": "http://localhost:99999"}, 403), ({"Sec-Fetch-Site": "cross-site", "Origin": OWN}, 201),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 201), ({"Sec-Fetch-Site": "nonsense"}, 403),
    ],
)  # fmt: skip
def test_what_changes_something_comes_from_our_own_pages(client, headers, status):
    said = client.post("/things", json={"name": "x"}, headers=headers)
    assert said.status_code == status
    if status == 403:
        assert said.json["code"] == "cross_site"


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE", "TRACE", "NONSENSE"])
def test_every_method_that_is_not_a_read_is_looked_at(client, method):
    assert client.open("/things/1", method=method, headers={"Origin": FOREIGN}).status_code == 403


def test_a_read_may_come_from_anywhere_but_a_handshake_may_not(client):
    assert client.get("/things", headers={"Origin": FOREIGN}).status_code == 200
    shake = {"Upgrade": "websocket", "Connection": "Upgrade"}
    assert client.get("/things", headers={**shake, "Origin": FOREIGN}).status_code == 403
    assert (
        client.get("/things", headers={**shake, "Origin": "null", "Sec-Fetch-Site": "same-origin"}).status_code == 403
    )
    assert client.get("/things", headers={**shake, "Origin": OWN}).status_code != 403
    assert client.get("/things", headers=shake).status_code != 403


def test_behind_a_proxy_the_public_origin_is_ours(guarded):
    client = guarded(public_url="https://shop.example")
    headers = {"Host": "shop.example"}
    assert (
        client.post("/things", json={"name": "x"}, headers={**headers, "Origin": "https://shop.example"}).status_code
        == 201
    )
    assert (
        client.post("/things", json={"name": "x"}, headers={**headers, "Origin": "http://shop.example"}).status_code
        == 403
    )


def test_a_refused_page_is_told_in_html(client):
    said = client.post("/things", json={}, headers={"Origin": FOREIGN, "Accept": "text/html"})
    assert said.status_code == 403 and said.mimetype == "text/html"


# ---- Who ----


def status(client, peer, **headers):
    return client.get("/things", environ_base={"REMOTE_ADDR": peer}, headers=headers).status_code


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", ""])
def test_this_machine_is_answered(guarded, peer):
    assert status(guarded(), peer) == 200


@pytest.mark.parametrize("peer", ["192.168.1.5", "10.0.0.1", "8.8.8.8", "fe80::1%eth0", "::ffff:8.8.8.8", "nonsense"])
def test_anybody_else_is_told_why_not(guarded, peer):
    said = guarded().get("/things", environ_base={"REMOTE_ADDR": peer})
    assert said.status_code == 403 and "TAKINGS_TRUSTED_PROXIES" in said.json["detail"]


def test_a_trusted_proxy_is_answered_and_believed(guarded):
    client = guarded(trusted_proxies=["10.0.0.0/8"], public_url="https://shop.example")
    assert status(client, "10.1.2.3") == 200 and status(client, "11.0.0.1") == 403

    said = client.get(
        "/things", environ_base={"REMOTE_ADDR": "10.1.2.3"},
        headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "shop.example"},
    )  # fmt: skip
    assert said.status_code == 200 and "Strict-Transport-Security" in said.headers


def test_nobody_else_is_believed(guarded):
    client = guarded(trusted_proxies=["10.0.0.0/8"])
    said = client.get("/things", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "8.8.8.8"})
    assert said.status_code == 200 and "Strict-Transport-Security" not in said.headers
    assert client.get("/things", headers={"X-Forwarded-Host": "evil.example"}).status_code == 200
    assert status(client, "8.8.8.8", **{"X-Forwarded-For": "127.0.0.1"}) == 403


def test_the_demo_shop_trusts_no_proxy(guarded):
    client = guarded(mode="demo", trusted_proxies=["10.0.0.0/8"])
    assert status(client, "10.1.2.3") == 403 and status(client, "127.0.0.1") == 200
