"""Series to SVG: small pure functions that know nothing of sales.

They take numbers, positions and a `label` callable that writes a number for people, and return Markup: a figure with
a read-out line, the drawing, and the table behind it. The rules: the outer svg has no viewBox, so text never scales;
shapes lie in a nested svg of 1000 by 100 units that is stretched, with strokes that do not scale; sizes are
attributes, never inline style; ids begin with the key that the caller gives, so that a live page moves the same
elements; coordinates have one decimal; a chart stays under 200 nodes.
"""

from webapp.charts.band import Mark, band
from webapp.charts.columns import day_columns, hour_bars
from webapp.charts.heat import HeatRow, heat_map
from webapp.charts.lines import Axis, Line, line_chart, line_plots
from webapp.charts.multiples import Panel, multiples
from webapp.charts.parts import Column, Names
from webapp.charts.running import Course, running_chart
from webapp.charts.small import bar, sparkline
from webapp.charts.steps import Step, step_chart
from webapp.charts.ticks import Tick, nice_ticks, time_ticks
from webapp.charts.tiles import Tile, tile_map

__all__ = [
    "Axis",
    "Column",
    "Course",
    "HeatRow",
    "Line",
    "Mark",
    "Names",
    "Panel",
    "Step",
    "Tick",
    "Tile",
    "band",
    "bar",
    "day_columns",
    "heat_map",
    "hour_bars",
    "line_chart",
    "line_plots",
    "multiples",
    "nice_ticks",
    "running_chart",
    "sparkline",
    "step_chart",
    "tile_map",
    "time_ticks",
]
