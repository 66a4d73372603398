"""Whatever the description of the API allows is answered as it says, and whatever it forbids is refused; never a 500.

Schemathesis makes the requests, from a fixed seed, for a bounded time, against the real server.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = os.environ.get("SCHEMATHESIS_SECONDS", "20")
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance", "negative_data_rejection", "use_after_free",
)  # fmt: skip
# What never ends is asked by tests of its own.
STREAMS = ("/events", "/live")


@pytest.fixture(scope="module")
def filled(server):
    """The server with a product, an order and a return, so that small ids are not all unknown."""
    with server.client() as client:
        client.post("/products", json={"sku": "TEA-ICED-330", "name": "Iced tea", "price": 2.40, "stock": 500})
        order = client.post("/orders", json={"product_id": "TEA-ICED-330", "quantity": 3}).json()
        lines = [{"line_id": order["lines"][0]["id"], "quantity": 1}]
        client.post(f"/orders/{order['id']}/returns", json={"lines": lines})
    return server


def examined(url: str, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """A run of schemathesis over a description."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/openapi.json", "--seed", "20261121",
        "--max-time", str(SECONDS), "--phases", "examples,coverage,fuzzing", "--workers", "1", "--continue-on-failure",
        "--checks", ",".join(CHECKS), "--request-timeout", "20", "--no-color", "--warnings", "off",
        *(f"--exclude-path={path}" for path in STREAMS), *more,
    ]  # fmt: skip
    environ = {**os.environ, "NO_PROXY": "127.0.0.1", "SCHEMATHESIS_HOOKS": ""}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=240)


def test_the_api_does_what_its_description_says(filled, tmp_path):
    done = examined(filled.url, tmp_path)

    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
    assert not [line for line in filled.lines if "Traceback" in line or "a request failed" in line]


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "BREW"])
def test_other_methods_are_405_and_say_which_are_taken(filled, method):
    with filled.client() as client:
        paths = client.get("/openapi.json").json()["paths"]
        for path in paths:
            address = path.replace("{reference}", "TEA-ICED-330")
            answer = client.request(method, re.sub(r"\{\w+\}", "1", address), headers={"X-Mirror": "seen"})

            assert answer.status_code == 405, (method, path, answer.status_code)
            taken = {*answer.headers["Allow"].split(", ")}
            assert {one.upper() for one in paths[path]} <= taken and method not in taken
            assert "seen" not in answer.text
