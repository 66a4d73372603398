"""The live pieces of Today: totals, courses over time, and lists. `page_context` is what the page needs."""

from . import courses, lists, totals
from .totals import page_context

__all__ = ["courses", "lists", "page_context", "totals"]
