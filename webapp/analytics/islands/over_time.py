"""The axis of time that the charts of Explore share."""

from collections.abc import Sequence

from webapp.analytics.rules import buckets, words
from webapp.charts import Axis, Tick
from webapp.text import Formatter


def time_axis(times: Sequence[int], grain: str, said: Formatter) -> Axis:
    """The axis of buckets: one step each, named below where something changes."""
    count = len(times)
    ticks = [
        Tick(i, text, buckets.tick(time, grain, said, 0, count))
        for i, time in enumerate(times)
        if (text := buckets.tick(time, grain, said, i, count))
    ]
    named = [buckets.row(time, grain, said) for time in times]
    return Axis(range(count), named, ticks, words.BUCKETS[grain])
