"""What goes wrong as an answer: problem+json (RFC 9457), an error page, or the form again with what was typed."""

import logging
from typing import Any

from flask import Flask, Response, g, has_request_context, render_template, request
from jinja2 import TemplateNotFound
from markupsafe import Markup
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from webapp import counters
from webapp.errors import FieldError, Problem, TooLarge
from webapp.web import answers, forms, jsonio, negotiate
from webapp.web.answers import Answer, Finished

log = logging.getLogger("takings.web")
# Refusals after which the form is shown again; others have a page of their own.
_OF_FORMS = (409, 412, 422)
_TITLES = {
    400: ("malformed", "The request cannot be read"),
    401: ("unauthorized", "Sign in first"),
    403: ("forbidden", "This is not allowed"),
    404: ("not_found", "There is no such thing"),
    405: ("method_not_allowed", "This address does not take that method"),
    408: ("too_slow", "The request took too long"),
    411: ("length_required", "The length of the body is missing"),
    413: ("too_large", "This is too large"),
    414: ("too_long", "The address is too long"),
    415: ("unsupported", "This kind of content is not read here"),
    416: ("range", "There is no such range"),
    429: ("too_many", "Too many requests"),
    431: ("too_large", "The headers are too large"),
    503: ("unavailable", "This is not possible right now"),
}
_PLAIN = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title></head>'
    '<body><main><h1>{title}</h1><p>{detail}</p><p>Error {status}, request {request_id}</p>'
    '<p><a href="/">Back to the start</a></p></main></body></html>'
)  # fmt: skip


def register(app: Flask) -> None:
    """Every refusal and every failure of the app is answered here."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def answer(problem: Problem) -> Response:
    """The problem as the client wants to see it."""
    if problem.status >= 500:
        log.error("%s: %s", problem.code, problem.detail)
    failure = forms.failure()
    if problem.status in _OF_FORMS and failure is not None and negotiate.wants_page():
        try:
            return _form_again(problem, failure)
        except Problem as gone:  # what the form was about is not there
            return _answer(gone, [])
    return _answer(problem, [])


def _answer(problem: Problem, headers: list[tuple[str, str]]) -> Answer:
    counters.REFUSALS.add(1, problem.code)
    if problem.retry_after is not None:
        headers.append(("Retry-After", str(problem.retry_after)))
    if problem.location is not None:
        headers.append(("Location", problem.location))
    if negotiate.error_face() == "html":
        finished = Finished(page(problem), answers.HTML)
    else:
        finished = Finished(jsonio.to_bytes(as_json(problem, request.path)), answers.PROBLEM)
    return answers.send(finished, problem.status, headers, secret=True)


def as_json(problem: Problem, instance: str) -> dict[str, Any]:
    """The problem's members with those that the request knows."""
    return {**problem.as_json(), "instance": instance, "request_id": request_id()}


def request_id() -> str:
    """The X-Request-Id of this request; empty outside of one."""
    return str(request.environ.get("takings.request_id", "")) if has_request_context() else ""


def page(problem: Problem) -> bytes:
    """The error page; a bare one where the page itself cannot be made."""
    known = {"problem": problem, "request_id": request_id()}
    try:
        text = render_template("error.html", **known)
    except Exception as error:
        if not isinstance(error, TemplateNotFound):
            log.exception("the error page could not be made")
        text = _PLAIN.format(
            title=problem.title, detail=problem.detail, status=problem.status, request_id=request_id()
        )  # fmt: skip
    return text.encode("utf-8", "replace")


def _form_again(problem: Problem, failure: forms.Failure) -> Response:
    counters.REFUSALS.add(1, problem.code)
    form = failure.form or getattr(g, "form_sent", None) or forms.Form({})
    context = failure.context() if callable(failure.context) else failure.context
    known: dict[str, Any] = {
        **context,
        "typed": {name: texts[-1] for name, texts in form.typed.items()},
        "typed_all": form.typed,
        "errors": _by_field(problem, form),
        "problem": problem,
    }
    body = render_template(failure.template, **known).encode("utf-8", "replace")
    return answers.send(Finished(body, answers.HTML), 422, secret=True)


def _by_field(problem: Problem, form: forms.Form) -> list[FieldError]:
    if not problem.errors:
        return [FieldError("", problem.code, problem.detail)]
    return [
        FieldError(f"/{form.name_of(error.pointer)}", error.code, error.detail) if error.pointer else error
        for error in problem.errors
    ]


class _Http(Problem):
    """A refusal of the framework in our words."""

    def __init__(self, status: int, detail: str) -> None:
        code, title = _TITLES.get(status, ("failed", "This did not work"))
        self.status, self.title = status, title  # type: ignore[misc]
        super().__init__(detail or title, code=code)


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if isinstance(error, RequestEntityTooLarge):
        return answer(TooLarge())
    headers = []
    allowed = getattr(error, "valid_methods", None)
    if status == 405 and allowed:
        headers.append(("Allow", ", ".join(sorted(allowed))))
    return _answer(_Http(status, _detail(status)), headers)


def _detail(status: int) -> str:
    if status == 404:
        return "There is nothing at this address."
    if status == 405:
        return f"{request.method} is not taken at this address."
    return ""


def _unexpected(error: Exception) -> Answer:
    log.error("a request failed", exc_info=error)
    return _answer(_Http(500, "Something went wrong here. It was written down with the number of this request."), [])
