"""The bodies that orders and returns come in as, and the drafts they ask for."""

from typing import Annotated, Any

from pydantic import Field, RootModel, ValidationInfo, field_validator

from webapp.clock import Zone
from webapp.orders.shapes.drafts import BookedReturn, LineDraft, OrderDraft, ReturnDraft, ReturnLineDraft
from webapp.web.fields import (
    BusinessDay,
    Choice,
    Code,
    Flag,
    Id,
    Input,
    Moment,
    MomentOrDate,
    Money,
    Name,
    Note,
    Quantity,
    Reference,
    Text,
    refuse,
)

MOST_LINES = 1000  # of an order


class LineIn(Input):
    """One line of the long form."""

    product_id: Reference
    quantity: Quantity
    price: Money | None = None
    discount: Money | None = None
    lot: Code | None = None


class CustomerIn(Input):
    """Who buys; sealed at once, shown as an id alone."""

    email: Text(200) | None = None  # type: ignore[valid-type]
    name: Name | None = None
    phone: Code | None = None


class _Common(Input):
    channel: Reference | None = None
    location: Reference | None = None
    region: Code | None = None
    customer: CustomerIn | None = None
    external_id: Code | None = None
    payment: Choice("cash", "card", "other") | None = None  # type: ignore[valid-type]
    date: MomentOrDate | None = None
    placed_at: MomentOrDate | None = None
    note: Note | None = None

    @field_validator("placed_at")
    @classmethod
    def _once(cls, at: Any, info: ValidationInfo) -> Any:
        if at is not None and info.data.get("date") is not None:
            raise refuse("duplicate", "Give either date or placed_at.")
        return at


class ShortOrderIn(_Common, json_schema_extra={"examples": [{"product_id": "TEA-ICED-330", "quantity": 2}]}):
    """An order of one line, its members at the top."""

    product_id: Reference
    quantity: Quantity
    price: Money | None = None
    discount: Money | None = None
    lot: Code | None = None


_LONG = {
    "lines": [{"product_id": "TEA-ICED-330", "quantity": 2, "discount": 0.5}],
    "channel": "store",
    "payment": "card",
}


class OrderIn(_Common, json_schema_extra={"examples": [_LONG]}):
    """An order of 1 to 1,000 lines."""

    lines: Annotated[list[LineIn], Field(min_length=1, max_length=MOST_LINES)]


class ReturnLineIn(Input):
    """Goods of one line that come back."""

    line_id: Id
    quantity: Quantity
    restock: Flag = True


class ReturnIn(
    Input, json_schema_extra={"examples": [{"lines": [{"line_id": 1, "quantity": 1}], "reason": "Damaged"}]}
):
    """A return of a known order."""

    lines: Annotated[list[ReturnLineIn], Field(min_length=1, max_length=1000)]
    reason: Name | None = None
    returned_at: Moment | None = None
    note: Note | None = None


class BookedLineIn(Input):
    """Goods that come back without a known sale; `price` is given back per unit."""

    product_id: Reference
    quantity: Quantity
    price: Money | None = None
    restock: Flag = True
    lot: Code | None = None


class BookedReturnIn(
    Input, json_schema_extra={"examples": [{"lines": [{"product_id": "TEA-ICED-330", "quantity": 1}]}]}
):
    """A return whose sale is not known."""

    lines: Annotated[list[BookedLineIn], Field(min_length=1, max_length=1000)]
    channel: Reference | None = None
    location: Reference | None = None
    region: Code | None = None
    customer: CustomerIn | None = None
    external_id: Code | None = None
    reason: Name | None = None
    returned_at: Moment | None = None
    note: Note | None = None


class AnyOrderIn(RootModel[OrderIn | ShortOrderIn]):
    """Either form of an order."""


def order_model(data: object) -> type[OrderIn] | type[ShortOrderIn]:
    """The model that a body has to fit: the long form when it has lines."""
    return OrderIn if isinstance(data, dict) and "lines" in data else ShortOrderIn


def order_draft(model: OrderIn | ShortOrderIn, now_ms: int, zone: Zone) -> OrderDraft:
    """The draft that a checked body asks for."""
    at = moment_of(model.placed_at if model.placed_at is not None else model.date, now_ms, zone)
    short = isinstance(model, ShortOrderIn)
    lines = [model] if isinstance(model, ShortOrderIn) else model.lines
    return OrderDraft(
        [LineDraft(line.product_id, line.quantity, line.price, line.discount or 0, line.lot) for line in lines],
        at, model.channel, model.location, model.region, _who(model.customer), model.external_id, model.payment,
        model.note, short, "/date" if model.date is not None else "/placed_at",
    )  # fmt: skip


def moment_of(at: int | BusinessDay | None, now_ms: int, zone: Zone) -> int | None:
    """When that was: a bare date means its noon, today's means now (None)."""
    if not isinstance(at, BusinessDay):
        return at
    return None if at.day == zone.day_of(now_ms) else zone.noon(at.day)


def _who(customer: CustomerIn | None) -> dict[str, str] | None:
    return customer.model_dump(exclude_none=True) or None if customer is not None else None


def return_draft(order_id: int, model: ReturnIn) -> ReturnDraft:
    """The draft that a checked body asks for."""
    lines = [ReturnLineDraft(line.line_id, line.quantity, line.restock) for line in model.lines]
    return ReturnDraft(order_id, lines, model.reason, model.returned_at, model.note)


def booked_draft(model: BookedReturnIn) -> BookedReturn:
    """The draft that a checked body asks for."""
    lines = [LineDraft(line.product_id, line.quantity, line.price, 0, line.lot) for line in model.lines]
    return BookedReturn(
        lines, model.channel, model.location, model.region, _who(model.customer), model.external_id, model.reason,
        model.returned_at, model.note, [line.restock for line in model.lines],
    )  # fmt: skip
