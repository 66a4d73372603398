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

__all__ = [
    "BookedReturn",
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
