"""ES modules as they lie in static/js, served as few files: app.js holds all that it imports, a page's own stand alone.

A module imports by `import { a, b } from "./other.js";` or `import "./other.js";`, each on lines of its own, and
exports `export function`, `export class` or `export const`. What a page's module imports from a part of app.js comes
out of app.js itself, so that each module exists once on a page.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

ENTRY = "app.js"
_IMPORT = re.compile(
    r'^import\s+(?:\{(?P<names>[^}]*)\}\s+from\s+)?"\./(?P<module>[\w.-]+\.js)";[ \t]*\n?', re.MULTILINE
)
_EXPORT = re.compile(r"^export\s+(?P<what>(?:async\s+)?function\*?|class|const)\s+(?P<name>\w+)", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*\*?(?:(?!\*/)[^`])*\*/)[ \t]*\n", re.MULTILINE)
_UNKNOWN = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


class ModuleError(Exception):
    """A module that this house cannot serve; the text names it and says why."""


def bundle(folder: Path, url: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of app.js, then of every other page's module with the addresses of what it imports.

    url: the address of a module that was yielded before. Raises ModuleError for circles, doubles and unknown syntax.
    """
    texts = {path.name: path.read_text() for path in sorted(folder.glob("*.js"))}
    if ENTRY not in texts:
        return
    shared = _in_order(ENTRY, texts)
    yield ENTRY, _joined(shared, texts)
    done = set(shared)
    for name in texts:
        for one in _in_order(name, texts):
            if one not in done:
                done.add(one)
                yield one, _COMMENT.sub("", _with_addresses(texts[one], set(shared), url))


def _in_order(entry: str, texts: dict[str, str], above: tuple[str, ...] = ()) -> list[str]:
    """The module and all that it imports, each after what it imports itself."""
    if entry in above:
        raise ModuleError(f"{' > '.join((*above, entry))} is a circle of imports")
    if entry not in texts:
        raise ModuleError(f"{above[-1] if above else ''} imports {entry}, which is not in static/js")
    order: list[str] = []
    for found in _IMPORT.finditer(texts[entry]):
        for name in _in_order(found["module"], texts, (*above, entry)):
            if name not in order:
                order.append(name)
    return [*order, entry]


def _joined(order: list[str], texts: dict[str, str]) -> str:
    owner: dict[str, str] = {}
    parts = []
    for name in order:
        exports = [found["name"] for found in _EXPORT.finditer(texts[name])]
        for export in exports:
            if owner.setdefault(export, name) != name:
                raise ModuleError(f"{export} is exported by {owner[export]} and by {name}")
        parts.append(_wrapped(name, texts[name], exports))
    parts += [f"export const {name} = {_variable(owner[name])}.{name};" for name in sorted(owner)]
    return "\n".join(parts) + "\n"


def _wrapped(name: str, text: str, exports: list[str]) -> str:
    body = _IMPORT.sub(lambda found: _taken(found["names"], _variable(found["module"])), text)
    body = _COMMENT.sub("", _EXPORT.sub(r"\g<what> \g<name>", body))
    if left := _UNKNOWN.search(body):
        raise ModuleError(f"static/js/{name} has a line that is not understood: {left[0]}")
    return f"const {_variable(name)} = (() => {{\n{body}return {{ {', '.join(exports)} }};\n}})();"


def _taken(names: str | None, variable: str) -> str:
    return f"const {{{names.replace(' as ', ': ')}}} = {variable};\n" if names else ""


def _variable(name: str) -> str:
    return "m_" + re.sub(r"\W", "_", name.removesuffix(".js"))


def _with_addresses(text: str, shared: set[str], url: Callable[[str], str]) -> str:
    def address(found: re.Match[str]) -> str:
        target = url(ENTRY if found["module"] in shared else found["module"])
        names = f"{{{found['names']}}} from " if found["names"] else ""
        return f'import {names}"{target}";\n'

    return _IMPORT.sub(address, text)
