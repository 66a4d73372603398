"""OpenAPI 3.1 from the models that validate: routes register what they take and give, `document()` says it.

    @pages.get("/orders")
    @api("GET", "/orders", summary="List orders, newest first", response=OrderList, faces=LIST,
         query=[*FILTERS, *PERIODS, *PAGING, "status", "q"], errors=[422])
    def index(): ...

What is registered also tells which query names an address knows: JSON and CSV refuse any other.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

Route = TypeVar("Route", bound=Callable[..., Any])
Content = type[BaseModel] | Mapping[str, Any] | None
REF = "#/components/schemas/{model}"
READ, LIST = ("json", "html"), ("json", "html", "csv", "xlsx")
SHEET = LIST  # a figure answers as a list does
_TYPES = {
    "json": "application/json", "html": "text/html", "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
_RULE = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
_PHRASES = {
    101: "The connection is a socket from now on", 200: "The answer", 201: "Made",
    202: "Accepted, goes on in the background", 204: "Done", 303: "Done; see Location",
    304: "Unchanged", 400: "Not readable", 401: "Sign in first", 403: "Not allowed", 404: "No such thing",
    409: "Conflict", 412: "Changed meanwhile", 413: "Too large", 415: "Another kind of content", 422: "Refused",
    429: "Too many requests", 503: "Not possible right now",
}  # fmt: skip


@dataclass(frozen=True)
class Query:
    """A query parameter. kind: a type of `fields`, a Python type, or a JSON schema. many: it may be repeated."""

    name: str
    about: str = ""
    kind: Any = str
    many: bool = False


FILTERS = [
    Query("channel", "Id or code of a channel", many=True), Query("location", "Id or code of a location", many=True),
    Query("region", "ISO 3166-2, or a country for all of it", many=True),
    Query("category", "Id, name or path; holds its subcategories", many=True),
    Query("brand", "Id or name", many=True), Query("vendor", "Id or name", many=True),
    Query("product", "Id or SKU", many=True), Query("price_tier", "Id or name", many=True),
    Query("weekday", "1 Monday to 7", {"type": "integer", "minimum": 1, "maximum": 7}, True),
    Query("hour", "0 to 23", {"type": "integer", "minimum": 0, "maximum": 23}, True),
]  # fmt: skip
_NAMED = ["today", "yesterday", "7d", "28d", "90d", "wtd", "mtd", "qtd", "ytd", "12m", "all"]
PERIODS = [
    Query("period", "A named period", {"type": "string", "enum": _NAMED}),
    Query("from", "A date (included) or a date-time (included)"),
    Query("to", "A date (included) or a date-time (excluded)"),
]
COMPARE = [Query("compare", "", {"type": "string", "enum": ["previous", "weekday", "last_year", "none"]})]
PAGING = [
    Query("cursor", "Opaque, from `next`"),
    Query("limit", "", {"type": "integer", "minimum": 1, "maximum": 500, "default": 50}),
]


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    method: str
    rule: str
    summary: str
    about: str = ""
    request: Content = None
    form: bool = False
    response: Content = None
    status: int = 200
    query: Sequence[Query] = ()
    errors: Sequence[int] = ()
    faces: Sequence[str] = ("json",)
    tag: str = ""
    names: frozenset[str] = field(default_factory=frozenset)
    bare: bool = False


class Registry:
    """What the routes registered."""

    def __init__(self) -> None:
        self.operations: dict[tuple[str, str], Operation] = {}

    def add(self, operation: Operation) -> None:
        """Keep it; a second one of the same method and rule takes the place of the first."""
        self.operations[operation.method, operation.rule] = operation

    def find(self, method: str, rule: str) -> Operation | None:
        """The operation of a method and a rule; HEAD is GET."""
        return self.operations.get(("GET" if method == "HEAD" else method, rule))

    def document(self, version: str = "1.0.0") -> dict[str, Any]:
        """The whole as OpenAPI 3.1."""
        refs, schemas = self._schemas()
        paths: dict[str, dict[str, Any]] = {}
        for operation in sorted(self.operations.values(), key=lambda one: (one.rule, one.method)):
            address = _RULE.sub(r"{\2}", operation.rule)
            paths.setdefault(address, {})[operation.method.lower()] = _described(operation, refs)
        return {
            "openapi": "3.1.0",
            "info": {"title": "Takings", "version": version, "description": "A shop's live ledger of sales."},
            "servers": [{"url": "/"}],
            "paths": paths,
            "components": {"schemas": {**schemas, "Problem": PROBLEM}, "responses": {"Problem": _PROBLEM_ANSWER}},
        }

    def _schemas(self) -> tuple[dict[Any, Any], dict[str, Any]]:
        wanted: dict[Any, None] = {}
        for operation in self.operations.values():
            for content, mode in ((operation.request, "validation"), (operation.response, "serialization")):
                for model in content.values() if isinstance(content, Mapping) else (content,):
                    if isinstance(model, type) and issubclass(model, BaseModel):
                        wanted[model, mode] = None
        refs, whole = models_json_schema(list(wanted), ref_template=REF)
        return dict(refs), dict(whole.get("$defs", {}))


registry = Registry()


def api(
    method: str,
    rule: str,
    *,
    summary: str,
    about: str = "",
    request: Content = None,
    form: bool = False,
    response: Content = None,
    status: int = 200,
    query: Sequence[Query | str] = (),
    errors: Sequence[int] = (),
    faces: Sequence[str] = ("json",),
    tag: str = "",
    bare: bool = False,
    into: Registry = registry,
) -> Callable[[Route], Route]:
    """Register what a route takes and gives; the route itself stays as it is.

    rule: as Flask has it, "/orders/<int:id>". request, response: a model, or models or JSON schemas by content type.
    form: the same model is read from a form, too.
    bare: no body at all is taken as well. query: names, or `Query`. faces: what a read can be answered with.
    """
    names = [Query(one) if isinstance(one, str) else one for one in query]
    known = frozenset(one.name for one in names) | {"format"}
    operation = Operation(
        method, rule, summary, about, request, form, response, status, names, errors, faces, tag, known, bare
    )  # fmt: skip

    def keep(route: Route) -> Route:
        into.add(operation)
        return route

    return keep


def document(version: str = "1.0.0") -> dict[str, Any]:
    """The OpenAPI document of all that is registered."""
    return registry.document(version)


# ---- How an operation is said ----

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id", "errors"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string"}, "instance": {"type": "string"}, "code": {"type": "string"},
        "request_id": {"type": "string"}, "id": {"type": "integer"},
        "errors": {"type": "array", "items": {
            "type": "object", "required": ["code", "detail"],
            "properties": {"pointer": {"type": "string"}, "parameter": {"type": "string"},
                           "code": {"type": "string"}, "detail": {"type": "string"}},
        }},
    },
}  # fmt: skip
_PROBLEM_ANSWER = {
    "description": "A refusal",
    "content": {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        "text/html": {"schema": {"type": "string"}},  # a page, or the form again, for who asked for pages
    },
}
_KEY = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": "The same content sent again under it gives the same answer, and is done once.",
}  # fmt: skip


def _described(operation: Operation, refs: Mapping[Any, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": _operation_id(operation),
        "summary": operation.summary,
        "tags": [operation.tag or operation.rule.split("/")[1].split(".")[0] or "pages"],
        "responses": _responses(operation, refs),
    }
    if operation.about:
        said["description"] = operation.about
    parameters = [*_path_parameters(operation.rule), *(_parameter(one) for one in operation.query)]
    if operation.method == "POST":
        parameters.append(_KEY)
    if len(operation.faces) > 1:
        parameters.append(_parameter(Query("format", "Overrides Accept", {"enum": sorted(operation.faces)})))
    if parameters:
        said["parameters"] = parameters
    if operation.request is not None:
        said["requestBody"] = {"required": not operation.bare, "content": _request(operation, refs)}
    return said


def _operation_id(operation: Operation) -> str:
    words = re.findall(r"\w+", _RULE.sub(r"by_\2", operation.rule)) or ["home"]
    return "_".join([operation.method.lower(), *words])


def _path_parameters(rule: str) -> list[dict[str, Any]]:
    kinds = {"int": {"type": "integer", "minimum": 0}}
    return [
        {"name": name, "in": "path", "required": True, "schema": kinds.get(kind, {"type": "string"})}
        for kind, name in _RULE.findall(rule)
    ]


def _parameter(query: Query) -> dict[str, Any]:
    schema = query.kind if isinstance(query.kind, dict) else TypeAdapter(query.kind).json_schema(ref_template=REF)
    if "enum" in schema and query.name != "format":  # a form sends what was left empty, too
        schema = {**schema, "enum": [*schema["enum"], ""]}
    said = {
        "name": query.name, "in": "query", "required": False,
        "schema": {"type": "array", "items": schema} if query.many else schema,
    }  # fmt: skip
    return {**said, "description": query.about} if query.about else said


def _request(operation: Operation, refs: Mapping[Any, Any]) -> dict[str, Any]:
    content = operation.request
    if not isinstance(content, Mapping):
        content = {"application/json": content}
        if operation.form:
            content = {**content, "application/x-www-form-urlencoded": operation.request}
    return {kind: {"schema": _schema(model, "validation", refs)} for kind, model in content.items()}


def _responses(operation: Operation, refs: Mapping[Any, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": _PHRASES.get(operation.status, "The answer")}
    if operation.status != 204:
        answer["content"] = _answers(operation, refs)
    said = {str(operation.status): answer}
    if operation.form:
        said["303"] = {"description": _PHRASES[303]}
    for status in operation.errors:
        said[str(status)] = {**_PROBLEM_ANSWER, "description": _PHRASES.get(status, "A refusal")}
    said["default"] = {"$ref": "#/components/responses/Problem"}
    return said


def _answers(operation: Operation, refs: Mapping[Any, Any]) -> dict[str, Any]:
    if isinstance(operation.response, Mapping):
        return {kind: {"schema": _schema(one, "serialization", refs)} for kind, one in operation.response.items()}
    said: dict[str, Any] = {}
    for face in operation.faces:
        schema = _schema(operation.response, "serialization", refs) if face == "json" else {"type": "string"}
        said[_TYPES[face]] = {"schema": schema}
    return said


def _schema(model: Any, mode: str, refs: Mapping[Any, Any]) -> dict[str, Any]:
    if model is None:
        return {}
    if isinstance(model, Mapping):
        return dict(model)
    return dict(refs[model, mode])
