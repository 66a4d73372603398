"""Reading a drawn chart: as a tree, as its coordinates, as its table."""

import re
from xml.etree import ElementTree

from markupsafe import Markup

SHAPES = ("svg", "rect", "line", "path", "text", "circle")


def tree(markup: Markup) -> ElementTree.Element:
    """The chart as elements; fails when it is not well-formed."""
    text = re.sub(r" (hidden|data-chart|data-heat)(?=[ />])", r' \1=""', str(markup))
    return ElementTree.fromstring(f"<root>{text}</root>".replace("<br>", "<br/>"))


def shapes(markup: Markup) -> list[ElementTree.Element]:
    return [element for element in tree(markup).iter() if element.tag in SHAPES]


def by_class(markup: Markup, class_: str) -> list[ElementTree.Element]:
    return [element for element in tree(markup).iter() if class_ in element.get("class", "").split()]


def by_id(markup: Markup, id_: str) -> ElementTree.Element:
    return next(element for element in tree(markup).iter() if element.get("id") == id_)


def points(element: ElementTree.Element) -> list[tuple[float, float]]:
    """The points of a path of M and L."""
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", element.get("d", ""))]


def rows(markup: Markup) -> list[list[str]]:
    """The cells of the table behind a chart."""
    return [["".join(cell.itertext()) for cell in row] for row in tree(markup).iter("tr")]


def numbers(markup: Markup) -> list[str]:
    """Every coordinate that is written."""
    written = " ".join(re.findall(r' (?:d|x|y|x1|x2|y1|y2|width|height|cx|cy)="([^"]*)"', markup))
    return re.findall(r"-?\d+\.\d+(?![\dem])", written.replace("h.01", ""))
