"""The morph in a real browser: what differs changes, what a person holds stays."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

STATIC = Path(__file__).parents[2] / "static"
Morph = Callable[..., None]

pytestmark = pytest.mark.browser


@pytest.fixture
def morph(page: Page) -> Morph:
    """A function that makes the page hold `before` in #box and then morphs it into `after`."""

    def answer(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        if name.endswith(".js"):
            return route.fulfill(body=(STATIC / "js" / name).read_text(), content_type="text/javascript")
        return route.fulfill(
            body="<!doctype html><title>Morph</title><body></body>", content_type="text/html; charset=utf-8"
        )

    page.route("http://morph.test/**", answer)
    page.goto("http://morph.test/")

    def into(after: str, **options: object) -> None:
        page.evaluate(
            """async ([after, options]) => {
              const { morph } = await import("/morph.js");
              const box = document.createElement("template");
              box.innerHTML = `<div id="box">${after}</div>`;
              globalThis.news = [];
              morph(document.getElementById("box"), box.content.firstElementChild,
                    {...options, added: (node) => globalThis.news.push(node.outerHTML)});
            }""",
            [after, options],
        )

    return into


def put(page: Page, inner: str) -> None:
    page.evaluate("(inner) => { document.body.innerHTML = `<div id='box'>${inner}</div>` }", inner)


def inner(page: Page) -> str:
    return str(page.evaluate("document.getElementById('box').innerHTML"))


def mark(page: Page, selector: str) -> None:
    page.evaluate("(selector) => { document.querySelector(selector).marked = true }", selector)


def is_marked(page: Page, selector: str) -> bool:
    return bool(page.evaluate("(selector) => document.querySelector(selector).marked === true", selector))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "<p>one</p>"),
        ("<p>one</p>", ""),
        ("<p>one</p><p>two</p>", "<p>two</p>"),
        ("<p>a</p>text<b>c</b>", "text<b>c</b><p>a</p>"),
        (
            '<i data-key="1">1</i><i data-key="2">2</i>',
            '<i data-key="2">2</i><i data-key="3">3</i><i data-key="1">x</i>',
        ),
        ('<p class="a" title="t">x</p>', '<p lang="en">x</p>'),
        (
            "<table><tbody><tr><td>1</td></tr></tbody></table>",
            "<table><tbody><tr><td>2</td><td>3</td></tr></tbody></table>",
        ),
        ("<svg><rect width='1'></rect></svg>", '<svg><rect width="9"></rect><circle r="2"></circle></svg>'),
        ("<!-- one --><p>x</p>", "<p>x</p><!-- two -->"),
        ('<p id="a">x</p><p>y</p>', '<p>y</p><p id="b">x</p>'),
    ],
)
def test_the_result_is_what_was_sent(page: Page, morph: Morph, before: str, after: str) -> None:
    put(page, before)

    morph(after)

    assert inner(page) == after


def test_any_order_of_rows_becomes_any_other(page: Page, morph: Morph) -> None:
    orders = ["abcdef", "fedcba", "cab", "xaybzc", "", "bdfhj", "jhfdb", "abcdefgh", "hgab"]
    put(page, "")

    for order in orders:
        rows = "".join(f'<li data-key="{key}">{key}</li>' for key in order)
        morph(f"<ul>{rows}</ul>")
        assert inner(page) == f"<ul>{rows}</ul>"


def test_a_row_keeps_its_element_when_another_comes_above_it(page: Page, morph: Morph) -> None:
    put(page, '<ol><li data-key="2">two</li><li data-key="1">one</li></ol>')
    mark(page, '[data-key="1"]')

    morph('<ol><li data-key="3">three</li><li data-key="2">two</li><li data-key="1">one!</li></ol>')

    assert is_marked(page, '[data-key="1"]')
    assert page.evaluate("news") == ['<li data-key="3">three</li>']


def test_the_focus_stays_on_a_link_that_moves(page: Page, morph: Morph) -> None:
    put(page, '<p data-key="a"><a href="#1">a</a></p><p data-key="b"><a href="#2">b</a></p>')
    page.focus('[href="#2"]')

    morph('<p data-key="b"><a href="#2">b now</a></p><p data-key="c">c</p><p data-key="a"><a href="#1">a</a></p>')

    assert page.evaluate("document.activeElement.textContent") == "b now"


def test_what_was_typed_stays_and_what_was_not_follows(page: Page, morph: Morph) -> None:
    put(
        page,
        '<input id="a" value="1"><input id="b" value="1"><input id="c" type="checkbox"><textarea id="d">x</textarea>',
    )
    page.fill("#a", "typing")
    page.check("#c")
    page.fill("#d", "more")

    morph('<input id="a" value="2"><input id="b" value="2"><input id="c" type="checkbox"><textarea id="d">y</textarea>')

    assert page.input_value("#a") == "typing"
    assert page.input_value("#b") == "2"
    assert page.is_checked("#c")
    assert page.input_value("#d") == "more"


def test_the_answer_to_a_submit_clears_what_was_typed(page: Page, morph: Morph) -> None:
    put(page, '<form><input id="a" value=""><select id="s"><option>1</option><option>2</option></select></form>')
    page.fill("#a", "sent")
    page.select_option("#s", "2")

    morph(
        '<form><input id="a" value=""><select id="s"><option>1</option><option>2</option></select></form>', typed=False
    )

    assert page.input_value("#a") == ""
    assert page.input_value("#s") == "1"


def test_a_chosen_option_stays(page: Page, morph: Morph) -> None:
    put(page, '<select id="s"><option selected>1</option><option>2</option></select>')
    page.select_option("#s", "2")

    morph('<select id="s"><option selected>1</option><option>2</option><option>3</option></select>')

    assert page.input_value("#s") == "2"


def test_the_place_of_the_caret_and_of_the_scroll_stay(page: Page, morph: Morph) -> None:
    tall = "".join(f"<p>{number}</p>" for number in range(100))
    put(page, f'<input id="a" value="abcdef"><div id="s" hidden>{tall}</div>')
    page.evaluate(
        """() => { const s = document.getElementById("s"); s.hidden = false;
        Object.assign(s.style, {height: "50px", overflow: "auto"}); s.scrollTop = 70;
        s.dataset.keepAttrs = "style hidden";
        const a = document.getElementById("a"); a.focus(); a.setSelectionRange(2, 4); }"""
    )

    morph(f'<input id="a" value="abcdef"><div id="s" data-keep-attrs="style hidden"><p>new</p>{tall}</div>')

    caret = page.evaluate("[a.selectionStart, a.selectionEnd, document.activeElement.id]")
    assert (caret, page.evaluate("s.scrollTop")) == ([2, 4, "a"], 70)


def test_an_open_menu_and_an_open_dialog_stay_open(page: Page, morph: Morph) -> None:
    put(page, "<details><summary>m</summary>1</details><dialog id='d'>1</dialog>")
    page.evaluate("() => { document.querySelector('details').open = true; d.show() }")

    morph("<details><summary>m</summary>2</details><dialog id='d'>2</dialog>")

    assert page.evaluate("[document.querySelector('details').open, d.open, d.textContent]") == [True, True, "2"]


def test_what_is_kept_is_left_alone(page: Page, morph: Morph) -> None:
    put(page, '<p data-keep id="k">mine</p><p data-keep-attrs="data-i" data-i="3" title="a">x</p>')

    morph('<p data-keep id="k">theirs</p><p data-keep-attrs="data-i" title="b">y</p>')

    assert page.text_content("#k") == "mine"
    assert page.get_attribute('[title="b"]', "data-i") == "3"


def test_a_wash_that_runs_is_not_cut_off(page: Page, morph: Morph) -> None:
    put(page, '<li data-key="1" class="fresh">1</li>')

    morph('<li data-key="1" class="row">2</li>')

    assert page.get_attribute('[data-key="1"]', "class") == "row fresh"


def test_a_bar_keeps_its_element_so_that_it_can_grow(page: Page, morph: Morph) -> None:
    put(page, '<svg><rect class="fill" width="10%"></rect></svg>')
    mark(page, "rect")

    morph('<svg><rect class="fill" width="60%"></rect></svg>')

    assert is_marked(page, "rect")
    assert page.get_attribute("rect", "width") == "60%"


def test_only_what_differs_is_touched(page: Page, morph: Morph) -> None:
    rows = "".join(f'<li data-key="{number}"><b>{number}</b> <i>x</i></li>' for number in range(50))
    put(page, f"<ol>{rows}</ol><p>1</p>")
    page.evaluate(
        """() => { globalThis.changes = 0; const watcher = new MutationObserver((found) => (changes += found.length));
        watcher.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true}) }"""
    )

    morph(f"<ol>{rows}</ol><p>2</p>")

    assert page.evaluate("new Promise((done) => setTimeout(() => done(changes)))") == 1
