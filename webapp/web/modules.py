"""ES modules as they lie in static/js, served as few files: each entry with all that it imports folded into it.

An entry is app.js, which every page loads, and each module that no other one imports (till.js, ...). What an entry
imports from a part of app.js comes out of app.js itself, so that each module exists once on a page.

A module imports by `import { a, b } from "./other.js";` or `import "./other.js";`, and exports `export function`,
`export class` or `export const`; all of them at the beginning of a line.
"""

import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

ENTRY = "app.js"
_APP = "m__app"
_IMPORT = re.compile(
    r'^import\s+(?:\{(?P<names>[^}]*)\}\s+from\s+)?"\./(?P<module>[\w.-]+\.js)";[ \t]*\n?', re.MULTILINE
)
_EXPORT = re.compile(r"^export\s+(?P<what>(?:async\s+)?function\*?|class|const)\s+(?P<name>\w+)", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*\*?(?:(?!\*/)[^`])*\*/)[ \t]*\n", re.MULTILINE)
_UNKNOWN = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


class ModuleError(Exception):
    """A module that this house cannot serve; the text names it and says why."""


def bundle(folder: Path, url: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of app.js, then of the other entries.

    url: the address of an entry that was yielded before. Raises ModuleError for circles, doubles and unknown syntax.
    """
    texts = {path.name: path.read_text() for path in sorted(folder.glob("*.js"))}
    if ENTRY not in texts:
        return
    shared = _in_order(ENTRY, texts)
    yield ENTRY, _joined(shared, texts)
    imported = {found["module"] for text in texts.values() for found in _IMPORT.finditer(text)}
    for name in texts:
        if name not in imported and name not in shared:
            own = [one for one in _in_order(name, texts) if one not in shared]
            yield name, f'import * as {_APP} from "{url(ENTRY)}";\n{_joined(own, texts, shared)}'


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


def _joined(order: list[str], texts: dict[str, str], shared: Collection[str] = ()) -> str:
    owner: dict[str, str] = {}
    parts = []
    for name in order:
        exports = [found["name"] for found in _EXPORT.finditer(texts[name])]
        for export in exports:
            if owner.setdefault(export, name) != name:
                raise ModuleError(f"{export} is exported by {owner[export]} and by {name}")
        parts.append(_wrapped(name, texts[name], exports, shared))
    parts += [f"export const {name} = {_variable(owner[name])}.{name};" for name in sorted(owner)]
    return "\n".join(parts) + "\n"


def _wrapped(name: str, text: str, exports: list[str], shared: Collection[str]) -> str:
    def taken(found: re.Match[str]) -> str:
        source = _APP if found["module"] in shared else _variable(found["module"])
        return f"const {{{found['names'].replace(' as ', ': ')}}} = {source};\n" if found["names"] else ""

    body = _EXPORT.sub(r"\g<what> \g<name>", _IMPORT.sub(taken, text))
    body = _flat(_COMMENT.sub("", body))
    if left := _UNKNOWN.search(body):
        raise ModuleError(f"static/js/{name} has a line that is not understood: {left[0]}")
    return f"const {_variable(name)} = (() => {{\n{body}\nreturn {{ {', '.join(exports)} }};\n}})();"


def _flat(text: str) -> str:
    """The text without indents and empty lines, but for those inside of template strings."""
    lines, quoted = [], False
    for line in text.splitlines():
        if quoted or line.strip():
            lines.append(line if quoted else line.strip())
        quoted ^= line.count("`") % 2 == 1
    return "\n".join(lines)


def _variable(name: str) -> str:
    return "m_" + re.sub(r"\W", "_", name.removesuffix(".js"))
