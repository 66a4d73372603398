"""What the browser is sent besides pages: small, kept for good, from this house alone, without inline code."""

import gzip
import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp.web import assets, modules

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
KB = 1024


@pytest.fixture(scope="module")
def every() -> assets.Assets:
    return assets.Assets()


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    app = Flask("assets", static_folder=None)
    assets.register(app)
    yield app.test_client()


def packed(asset: assets.Asset) -> int:
    return len(asset.packed or asset.body)


def named(paths: list[Path]) -> dict[str, object]:
    return {"argvalues": paths, "ids": [str(path.relative_to(ROOT)) for path in paths]}


# ---- Budgets ----


def test_the_stylesheet_is_under_fourteen_kilobytes(every: assets.Assets) -> None:
    assert packed(every.files["app.css"]) <= 14 * KB


def test_the_scripts_of_any_page_are_under_thirty_kilobytes(every: assets.Assets) -> None:
    everywhere = packed(every.files["js/app.js"]) + packed(every.files["vendor/htmx.min.js"])
    own = {name: packed(one) for name, one in every.files.items() if name.startswith("js/") and name != "js/app.js"}

    assert everywhere + max(own.values(), default=0) <= 30 * KB, own


def test_the_font_is_under_fifty_kilobytes(every: assets.Assets) -> None:
    assert packed(every.files["font/archivo-takings.woff2"]) <= 50 * KB


def test_a_first_view_leaves_room_for_its_page(every: assets.Assets) -> None:
    names = ("app.css", "font/archivo-takings.woff2", "vendor/htmx.min.js", "js/app.js", "js/desk.js", "icon.svg")
    everything = sum(packed(every.files[name]) for name in names if name in every.files)

    assert everything <= 100 * KB
    assert len(names) <= 7  # and the page itself


# ---- What is not there ----


@pytest.mark.parametrize("path", **named(TEMPLATES))
def test_a_template_has_no_inline_style_or_script(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)

    assert not re.search(r"<style\b", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"\bhx-(on|vals\s*=\s*[\"']js:)|javascript:", text)


@pytest.mark.parametrize("path", **named(TEMPLATES + STYLES + SCRIPTS))
def test_nothing_is_loaded_from_another_host(path: Path) -> None:
    text = re.sub(r"https?://www\.w3\.org/\S+", "", path.read_text())

    assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}", text, re.IGNORECASE)


@pytest.mark.parametrize("path", **named(STYLES))
def test_a_stylesheet_takes_colours_from_the_tokens_and_text_is_never_under_twelve_pixels(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    small = [float(size) for size in re.findall(r"font-size:\s*(0?\.\d+)rem", text)]

    assert path.stem == "tokens" or not re.search(r"#[0-9a-f]{3,8}\b(?=[^{}]*;)", text, re.IGNORECASE)
    assert all(size >= 0.75 for size in small)
    assert "text-transform: uppercase" not in text


# ---- Scripts ----


@pytest.mark.skipif(shutil.which("node") is None, reason="node, which reads the scripts, is not installed")
def test_every_bundle_is_a_module_that_can_be_read(every: assets.Assets) -> None:
    for name, one in every.files.items():
        if name.startswith("js/"):
            read = subprocess.run(
                ["node", "--check", "--input-type=module"], input=one.body, capture_output=True, check=False
            )
            assert read.returncode == 0, (name, read.stderr.decode()[:500])


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.js").write_text(text)
    return folder


def test_a_module_is_folded_into_the_one_that_imports_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        app='import { one } from "./one.js";\nconsole.log(one());\n',
        one="// One.\nexport function one() {\n  return 1;\n}\n",
        till='import { one as first } from "./one.js";\nimport { two } from "./two.js";\nfirst(two);\n',
        two="export const two = 2;\n",
    )

    found = dict(modules.bundle(tmp_path, lambda name: f"/static/js/{name}"))

    assert list(found) == ["app.js", "till.js"]
    assert "const { one } = m_one;" in found["app.js"] and "export const one = m_one.one;" in found["app.js"]
    assert found["till.js"].startswith('import * as m__app from "/static/js/app.js";')
    assert "const { one: first } = m__app;" in found["till.js"] and "const { two } = m_two;" in found["till.js"]
    assert "// One." not in found["app.js"]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"app": 'import "./a.js";\n', "a": 'import "./app.js";\n'}, "circle"),
        ({"app": 'import "./none.js";\n'}, "not in static/js"),
        ({"app": 'import x from "./a.js";\n', "a": ""}, "not understood"),
        ({"app": "export default 1;\n"}, "not understood"),
        ({"app": 'import "./a.js";\nexport const x = 1;\n', "a": "export const x = 2;\n"}, "exported by"),
    ],
)
def test_what_cannot_be_folded_stops_the_start(tmp_path: Path, texts: dict[str, str], said: str) -> None:
    write(tmp_path, **texts)

    with pytest.raises(modules.ModuleError, match=said):
        list(modules.bundle(tmp_path, str))


# ---- Serving ----


def test_a_name_with_its_hash_is_kept_for_good(client: FlaskClient) -> None:
    answer = client.get(assets.asset("app.css"), headers={"Accept-Encoding": "gzip"})

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert gzip.GzipFile(fileobj=BytesIO(answer.data)).read() == assets.all_assets().files["app.css"].body


def test_without_gzip_the_plain_file_is_sent(client: FlaskClient) -> None:
    answer = client.get(assets.asset("js/app.js"))

    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.data == assets.all_assets().files["js/app.js"].body


def test_an_older_name_gets_the_present_file_which_is_not_kept(client: FlaskClient) -> None:
    answer = client.get("/static/app.000000000000.css")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


def test_a_file_that_is_known_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/static/icon.svg")
    again = client.get("/static/icon.svg", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.data == b""


@pytest.mark.parametrize("name", ["none.css", "../wsgi.py", "css/../../wsgi.py", "js/morph.js"])
def test_what_is_not_an_asset_is_not_there(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_the_stylesheet_has_its_parts_in_their_order_and_the_address_of_the_font(every: assets.Assets) -> None:
    text = every.files["app.css"].body.decode()

    assert text.startswith("@layer reset,tokens,base,layout,components,pages,utilities;")
    assert text.index("--paper:") < text.index(".rail{") < text.index("@page")
    assert every.url("font/archivo-takings.woff2") in text
    assert "../" not in text


def test_lightening_leaves_strings_and_sums_as_they_are() -> None:
    css = (
        'a::before {\n  content: "a : b ;  c"; /* note */\n  inset: calc(1px + 2px) ;\n}\na :hover , b { color: red; }'
    )

    assert assets.lighten(css) == (
        'a::before{content: "a : b ;  c";inset:calc(1px + 2px)}a :hover,b{color:red}'
    )  # fmt: skip


def test_what_came_from_elsewhere_is_as_it_was_taken() -> None:
    notes = (ROOT / "static" / "vendor" / "README.md").read_text()
    found = dict(re.findall(r"`([\w./-]+)`[^\n]*\n\s*sha256 ([0-9a-f]{64})", notes))

    assert {"htmx.min.js"} <= set(found)
    for name, expected in found.items():
        body = (ROOT / "static" / "vendor" / name).read_bytes()
        assert hashlib.sha256(body).hexdigest() == expected
    assert (ROOT / "static" / "font" / "OFL.txt").exists()
