"""The project's words for what goes wrong; `web/` turns them into answers, the writer returns them as refusals."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one member of a body (`pointer`, RFC 6901) or one query parameter (`parameter`)."""

    pointer: str | None
    code: str
    detail: str
    parameter: str | None = None

    def as_json(self) -> dict[str, str]:
        """The error as the contract shows it, with `parameter` in place of `pointer` for a query parameter."""
        where = {"parameter": self.parameter} if self.parameter is not None else {"pointer": self.pointer or ""}
        return {**where, "code": self.code, "detail": self.detail}


class Problem(Exception):
    """A request, or one item of a batch, that was refused: status, code, words and the fields at fault (RFC 9457).

    code: given, or the one that all field errors have, or that of the class. extra: members that the answer gains, such as
    the `id` of the thing that is in the way. location: the address of that thing. retry_after: seconds.
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"
    default_code: ClassVar[str] = "failed"

    def __init__(
        self,
        detail: str = "",
        *errors: FieldError,
        code: str | None = None,
        location: str | None = None,
        retry_after: int | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.errors = list(errors)
        kinds = {error.code for error in errors}
        self.code = code or (kinds.pop() if len(kinds) == 1 else self.default_code)
        self.detail = detail or (errors[0].detail if len(errors) == 1 else self.title)
        self.location = location
        self.retry_after = retry_after
        self.extra = extra

    def __str__(self) -> str:
        return self.detail

    def as_json(self) -> dict[str, Any]:
        """The members of the problem but for those that only the request knows (`instance`, `request_id`)."""
        body: dict[str, Any] = {
            "type": f"/errors/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "errors": [error.as_json() for error in self.errors],
        }
        return {**body, **self.extra}

    def as_kept(self) -> dict[str, Any]:
        """The problem as JSON-able members, from which `from_kept` makes it anew."""
        errors = [[error.pointer, error.code, error.detail, error.parameter] for error in self.errors]
        more = {"code": self.code, "location": self.location, "retry_after": self.retry_after}
        return {"kind": type(self).__name__, "detail": self.detail, "errors": errors, "more": more, "extra": self.extra}

    @staticmethod
    def from_kept(kept: dict[str, Any]) -> "Problem":
        """The problem that `as_kept` wrote down."""
        kinds: dict[str, type[Problem]] = {kind.__name__: kind for kind in Problem.__subclasses__()}
        errors = [FieldError(*members) for members in kept["errors"]]
        more = kept.get("more") or {name: kept[name] for name in ("code", "location")}  # as it was written until 0.3.0
        return kinds.get(kept["kind"], Problem)(kept["detail"], *errors, **more, **kept["extra"])


class Malformed(Problem):
    """The body is not what it says it is: no JSON text, a key twice, not UTF-8."""

    status, title, default_code = 400, "The request cannot be read", "malformed"


class Unauthorized(Problem):
    """Nobody is signed in, and somebody has to be."""

    status, title, default_code = 401, "Sign in first", "unauthorized"


class Forbidden(Problem):
    """Who asks may not do this."""

    status, title, default_code = 403, "This is not allowed", "forbidden"


class TooSlow(Problem):
    """The body did not come in time."""

    status, title, default_code = 408, "The request took too long", "too_slow"


class NotFound(Problem):
    """There is no such thing."""

    status, title, default_code = 404, "There is no such thing", "not_found"


class Conflict(Problem):
    """The state of the shop forbids it: stock, a duplicate, what is left."""

    status, title, default_code = 409, "This conflicts with what is there", "conflict"


class PreconditionFailed(Problem):
    """The thing has changed since it was read (`If-Match`)."""

    status, title, default_code = 412, "It has changed meanwhile", "precondition_failed"


class TooLarge(Problem):
    """The body is larger than what is read."""

    status, title, default_code = 413, "This is too large", "too_large"


class Unsupported(Problem):
    """The body is of a kind that is not read here."""

    status, title, default_code = 415, "This kind of content is not read here", "unsupported"


class Invalid(Problem):
    """The content is read and refused; `errors` names all fields at fault."""

    status, title, default_code = 422, "Some values are refused", "invalid"


class TooMany(Problem):
    """More requests than are served; try again after `retry_after` seconds."""

    status, title, default_code = 429, "Too many requests", "too_many"


class Unavailable(Problem):
    """It cannot be done right now; try again after `retry_after` seconds."""

    status, title, default_code = 503, "This is not possible right now", "unavailable"

    def __init__(self, detail: str = "", *errors: FieldError, retry_after: int | None = 1, **more: Any) -> None:
        super().__init__(detail, *errors, retry_after=retry_after, **more)


def invalid(pointer: str, code: str, detail: str) -> Invalid:
    """A refusal of one member of a body."""
    return Invalid(detail, FieldError(pointer, code, detail))


def invalid_parameter(name: str, code: str, detail: str) -> Invalid:
    """A refusal of one query parameter."""
    return Invalid(detail, FieldError(None, code, detail, parameter=name))


def refusals(check: Callable[[], Any]) -> list[FieldError]:
    """The field errors that a check raises; none when it passes."""
    try:
        check()
    except Invalid as problem:
        return problem.errors
    return []


def all_of(*checks: Callable[[], Any]) -> list[Any]:
    """What the checks return. Raises one Invalid with the field errors of all that refuse."""
    found: list[Any] = []
    errors: list[FieldError] = []
    for check in checks:
        try:
            found.append(check())
        except Invalid as problem:
            errors += problem.errors
    if errors:
        raise Invalid("", *errors)
    return found


def with_prefix(problem: Problem, prefix: str) -> Problem:
    """The same problem with `prefix` before the pointer of each field error; the problem itself is changed."""
    problem.errors = [
        error if error.pointer is None else FieldError(prefix + error.pointer, error.code, error.detail)
        for error in problem.errors
    ]
    return problem
