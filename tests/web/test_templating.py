"""The filters and macros that every page is written with."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask, render_template_string

from webapp.errors import FieldError
from webapp.web import templating

Render = Callable[..., str]


@pytest.fixture
def render(shop: Any) -> Iterator[Render]:
    """Render a text as a template inside of a request for /orders?channel=online&sort=total."""
    app = Flask(
        "pages", root_path=str(templating.assets.STATIC.parent), template_folder="templates", static_folder=None
    )
    templating.register(app)
    app.add_url_rule("/orders", "orders", lambda: "")

    def text(template: str, **context: Any) -> str:
        with app.test_request_context("/orders?channel=online&channel=store&sort=total&cursor=abc"):
            return render_template_string(template, **context).strip()

    yield text


@pytest.mark.parametrize(
    ("template", "value", "shown"),
    [
        ("{{ value|money }}", 482740, "£4,827.40"),
        ("{{ value|money }}", Decimal("4827.40"), "£4,827.40"),
        ("{{ value|money }}", None, "—"),
        ("{{ nothing|money }}", 1, "—"),
        ("{{ value|signed_money }}", Decimal("-3.10"), "−£3.10"),
        ("{{ value|plain_money }}", Decimal("12.50"), "12.50"),
        ("{{ value|plain_money }}", None, ""),
        ("{{ value|ratio }}", Decimal("0.093"), "+9.3%"),
        ("{{ value|ratio }}", 0, "0.0%"),
        ("{{ value|time }}", "2026-07-21T10:15:00.000Z", "11:15"),
        ("{{ value|datetime }}", 1795256123000, "21 Nov 2026, 10:15"),
        ("{{ value|long_date }}", "2026-11-21", "Saturday 21 November 2026"),
        ("{{ value|rfc3339 }}", 1795256123000, "2026-11-21T10:15:23.000Z"),
        ("{{ value|signed }}", -4, "−4"),
        ("{{ value|signed }}", 13, "+13"),
        ("{{ value|plural('order', 'orders') }}", 1, "1 order"),
        ("{{ value|from_json|join(',') }}", '["a", "b"]', "a,b"),
        ("{{ value|from_json|join(',') }}", "no json", "no json"),
    ],
)
def test_a_filter_takes_both_forms_of_a_value(render: Render, template: str, value: object, shown: str) -> None:
    assert render(template, value=value) == shown


def test_a_change_has_an_arrow_a_sign_and_a_judgement(render: Render) -> None:
    delta = '{% from "macros.html" import delta %}{{ delta(value, kind, good, few) }}'

    def shown(value: object, kind: str = "ratio", good: int = 1, few: bool = False) -> str:
        return render(delta, value=value, kind=kind, good=good, few=few)

    assert 'class="delta gain"' in shown(Decimal("0.1")) and "+10.0%" in shown(Decimal("0.1"))
    assert 'class="delta loss"' in shown(Decimal("-0.1")) and "−10.0%" in shown(Decimal("-0.1"))
    assert 'class="delta loss"' in shown(500, "signed_money", good=-1) and "+£5.00" in shown(
        500, "signed_money", good=-1
    )
    assert 'class="delta flat"' in shown(500, "signed_money", good=0)
    assert "level" in shown(Decimal("0.0004")) and "level" in shown(0)
    assert "level" in shown(Decimal("0.0004"), "points") and "+0.1" in shown(Decimal("0.0006"), "points")
    assert "—" in shown(None) and "too few to compare" in shown(Decimal(3), few=True)


def test_the_big_figure_has_its_cents_apart(render: Render) -> None:
    assert "£4,827<small>.40</small>" in render('{% from "macros.html" import sum %}{{ sum(482740) }}')


def test_an_error_stands_beside_its_field_and_in_the_summary(render: Render) -> None:
    errors = [FieldError("/lines-0-quantity", "too_small", "Enter 1 or more"), FieldError("", "conflict", "Look again")]
    page = render(
        '{% from "macros.html" import field, problems %}{{ problems(errors) }}'
        '{{ field("lines-0-quantity", "How many", "<0>", errors) }}',
        errors=errors,
    )

    assert '<a href="#f-lines-0-quantity">Enter 1 or more</a>' in page
    assert "<li>Look again</li>" in page
    assert 'id="f-lines-0-quantity" name="lines-0-quantity" type="text" value="&lt;0&gt;"' in page
    assert 'aria-describedby="f-lines-0-quantity-err" aria-invalid="true"' in page
    assert '<p class="err" id="f-lines-0-quantity-err">Enter 1 or more</p>' in page


def test_a_sorted_column_says_so_and_its_link_turns_it_round(render: Render) -> None:
    page = render(
        '{% from "macros.html" import table with context %}{% call table("Orders", columns, "total") %}{% endcall %}',
        columns=[
            {"title": "Sum", "sort": "total", "num": True},
            {"title": "Time", "sort": "placed_at", "down_first": True},
        ],
    )

    assert 'aria-sort="ascending"' in page
    assert "?channel=online&amp;channel=store&amp;sort=-total" in page
    assert "sort=-placed_at" in page
    assert "cursor" not in page


def test_the_address_of_a_page_changes_name_by_name(render: Render) -> None:
    assert render("{{ query(channel=none) }}") == "?sort=total"
    assert render("{{ query(sort=none, channel=['a', 'b c'])|safe }}") == "?channel=a&channel=b+c"
    assert render("{{ path_with('/x?a=1', b=2, c=none)|safe }}") == "/x?a=1&b=2"


def test_the_frame_of_a_page_shows_only_pages_that_exist(render: Render) -> None:
    page = render('{% extends "base.html" %}{% set here = "orders" %}{% block title %}Orders{% endblock %}')

    assert '<a href="/orders" data-go="o" aria-current="page">Orders</a>' in page
    assert 'href="/sell"' not in page
    assert "<title>Orders · Takings</title>" in page
    assert "Sample data" not in page
    assert 'data-zone="Europe/London"' in page
