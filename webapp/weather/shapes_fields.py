"""The types of members that come in and go out."""

from decimal import Decimal
from typing import Annotated

from pydantic import WithJsonSchema

from webapp.web.fields import Choice, Number

CONDITIONS = ("clear", "clouds", "fog", "rain", "snow", "storm")
Degrees = Number(-90, 60, 2, "temperature")
Millimetres = Number(0, 2000, 2, "rain")
Condition = Choice(*CONDITIONS)
# Degrees and millimetres of answers.
Measure = Annotated[Decimal, WithJsonSchema({"type": "number"})]
