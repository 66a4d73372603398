"""Problems carry their code, their fields and what else the answer gains."""

from webapp.errors import Conflict, FieldError, Invalid, NotFound, Problem, Unavailable, invalid, invalid_parameter


def test_one_field_at_fault_names_the_problem():
    problem = Invalid("", FieldError("/sku", "too_long", "The SKU is too long."))

    assert problem.code == "too_long"
    assert problem.detail == "The SKU is too long."


def test_several_fields_at_fault_are_invalid_unless_all_are_so_in_the_same_way():
    problem = Invalid("", FieldError("/sku", "missing", "a"), FieldError("/name", "too_long", "b"))
    alike = Invalid("", FieldError("/sku", "missing", "a"), FieldError("/name", "missing", "b"))

    assert problem.code == "invalid" and alike.code == "missing"
    assert [error["pointer"] for error in problem.as_json()["errors"]] == ["/sku", "/name"]


def test_a_parameter_stands_in_place_of_a_pointer():
    problem = invalid_parameter("from", "not_a_time", "This is no date.")

    assert problem.as_json()["errors"] == [{"parameter": "from", "code": "not_a_time", "detail": "This is no date."}]


def test_a_body_at_fault_as_a_whole_has_an_empty_pointer():
    assert invalid("", "missing", "x").as_json()["errors"] == [{"pointer": "", "code": "missing", "detail": "x"}]


def test_a_conflict_shows_what_is_in_the_way():
    problem = Conflict("Taken.", code="duplicate", location="/products/7", id=7)

    shown = problem.as_json()

    assert (shown["type"], shown["status"], shown["id"]) == ("/errors/duplicate", 409, 7)
    assert problem.location == "/products/7"


def test_a_kept_refusal_comes_back_as_it_was():
    problem = Conflict("Taken.", FieldError("/sku", "duplicate", "x"), location="/products/7", id=7)

    again = Problem.from_kept(problem.as_kept())

    assert type(again) is Conflict
    assert again.as_json() == problem.as_json()
    assert again.location == problem.location


def test_unavailable_says_when_to_come_back():
    assert Unavailable("Busy.").retry_after == 1
    assert Unavailable("Busy.", retry_after=5).retry_after == 5


def test_a_problem_says_something_even_when_nothing_was_said():
    assert str(NotFound()) == "There is no such thing"
