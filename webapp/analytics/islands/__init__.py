"""The live pieces: totals, courses over time and lists of Today, the answer of Explore. `page_context` is Today's."""

from . import answer, courses, lists, totals
from .totals import page_context

__all__ = ["answer", "courses", "lists", "page_context", "totals"]
