"""What comes in with advice: decisions, the settings that it keeps to, and how long somebody is ready to wait."""

import re
from typing import Any

from pydantic import Field

from webapp.recommendations.shapes import STATES
from webapp.web.fields import Choice, Coming, Flag, Id, Input, Money, Note, Number, Output, Reference, Whole

LONGEST_WAIT_S = 30
_WAIT = re.compile(r"wait\s*=\s*\"?([0-9]{1,9})\"?", re.ASCII | re.IGNORECASE)


class AcceptIn(Input, json_schema_extra={"examples": [{"price": 2.6, "confirm": True}]}):
    """How a suggestion is followed: another price within its bounds, from when and until when; a rise needs `confirm`."""

    price: Money | None = None
    starts_at: Coming | None = None
    ends_at: Coming | None = None
    confirm: Flag = False


class DismissIn(Input, json_schema_extra={"examples": [{"reason": "We are closed that day"}]}):
    """Why a suggestion is not wanted."""

    reason: Note | None = None


class EndIn(Input):
    """An accepted suggestion is taken back: there is nothing to say with it."""


class RefreshIn(Input):
    """New advice is wanted: there is nothing to say with it."""


class TraitIn(Input):
    """How a product is served, and whether its price may rise; what is left out stays."""

    product_id: Reference
    served: Choice("", "hot", "cold", "rain", "none") | None = None  # type: ignore[valid-type]
    never_rises: Flag | None = None


class TraitsIn(Input, json_schema_extra={"examples": [{"traits": [{"product_id": 17, "served": "cold"}]}]}):
    """What several products are."""

    traits: list[TraitIn] = Field(min_length=1, max_length=500)


class GuardrailIn(Input, json_schema_extra={"examples": [{"most_step_percent": 10, "never_rises": False}]}):
    """What the prices of a category, or of the whole shop (`category_id` left out), may do; percent."""

    category_id: Id | None = None
    least_margin_percent: Number(0, 1000, 2, "least margin") = 20  # type: ignore[valid-type]
    most_step_percent: Number(0, 50, 2, "step") = 10  # type: ignore[valid-type]
    most_90d_percent: Number(0, 90, 2, "change") = 20  # type: ignore[valid-type]
    cool_down_days: Whole(0, 365, "number of days") = 14  # type: ignore[valid-type]
    never_rises: Flag = False


class TraitOut(Output):
    """A product as advice sees it; `guessed` until a person has said it."""

    product_id: int
    sku: str
    name: str
    category: str | None
    served: str
    guessed: bool
    never_rises: bool


class TraitsOut(Output):
    """A page of products as advice sees them."""

    items: list[TraitOut]
    next: str | None


class GuardrailOut(Output):
    """The limits of a category, or of the whole shop; percent."""

    category_id: int | None
    category: str | None
    least_margin_percent: float
    most_step_percent: float
    most_90d_percent: float
    cool_down_days: int
    never_rises: bool
    own: bool


class GuardrailsOut(Output):
    """The limits that hold, the shop's first."""

    items: list[GuardrailOut]


def wait_s(header: str | None) -> int:
    """The seconds of `Prefer: wait=N`, at most 30; 0 where nothing of the kind is said."""
    found = _WAIT.search(header or "")
    return min(int(found[1]), LONGEST_WAIT_S) if found else 0


STATE_QUERY: dict[str, Any] = {"type": "string", "enum": list(STATES)}
