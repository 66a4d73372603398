"""What comes in and goes out of the orders feature."""

from webapp.orders.shapes.drafts import (
    BookedReturn,
    GoodsBack,
    GoodsReturn,
    LineDraft,
    OrderDraft,
    ReturnDraft,
    ReturnLineDraft,
    Sale,
    SaleLine,
    SoldLine,
)
from webapp.orders.shapes.plain import PlainLine, PlainOrder

Draft = OrderDraft | PlainOrder  # either asks for an order
DraftLine = LineDraft | PlainLine

__all__ = [
    "BookedReturn",
    "Draft",
    "DraftLine",
    "GoodsBack",
    "GoodsReturn",
    "LineDraft",
    "OrderDraft",
    "ReturnDraft",
    "ReturnLineDraft",
    "Sale",
    "SaleLine",
    "SoldLine",
]
