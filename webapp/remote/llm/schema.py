"""Does a value have the shape that was asked for? The part of JSON Schema that strict structured output knows."""

from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "number": (int, float),
    "boolean": (bool,), "null": (type(None),),
}  # fmt: skip


def mismatch(value: Any, schema: dict[str, Any], where: str = "the answer") -> str | None:
    """What is wrong in one plain line, None when the value fits. Members that nobody asked for are no mismatch.

    Knows `type` (one or a list), `enum`, `properties` with `required`, and `items`; a bool is no integer.
    """
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(_is(value, name) for name in types):
        return f"{where} is not {' or '.join(types)}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{where} is none of {', '.join(map(str, schema['enum']))}"
    if isinstance(value, dict):
        return _members(value, schema, where)
    if isinstance(value, list):
        parts = (mismatch(one, schema["items"], f"{where}[{number}]") for number, one in enumerate(value))
        return next((part for part in parts if part), None)
    return None


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name])


def _members(value: dict[str, Any], schema: dict[str, Any], where: str) -> str | None:
    for name in schema.get("required", ()):
        if name not in value:
            return f"{where} has no {name}"
    known = schema.get("properties", {})
    parts = (mismatch(value[name], known[name], f"{where}.{name}") for name in known if name in value)
    return next((part for part in parts if part), None)


def trimmed(value: Any, schema: dict[str, Any]) -> Any:
    """The value without the members that its schema does not know; it must fit otherwise."""
    if isinstance(value, dict):
        known = schema.get("properties", {})
        return {name: trimmed(one, known[name]) for name, one in value.items() if name in known}
    if isinstance(value, list):
        return [trimmed(one, schema["items"]) for one in value]
    return value
