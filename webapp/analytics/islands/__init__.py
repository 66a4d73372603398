"""The live pieces: totals, courses over time and lists of Today, the answer of Explore, the pages of figures, a product.

`page_context` is Today's.
"""

from . import answer, channels, courses, hours, lists, product, product_more, product_past, regions, seasons, totals
from .totals import page_context

__all__ = [
    "answer", "channels", "courses", "hours", "lists", "page_context", "product", "product_more", "product_past", "regions",
    "seasons", "totals",
]  # fmt: skip
