"""What an order says of its buyer."""

from typing import Annotated, Any

from pydantic import AfterValidator, model_validator

from webapp.web.fields import Input, Name, Text, refuse


def _email(text: str) -> str:
    local, at, host = text.strip().rpartition("@")
    if not at or not local or not host or any(sign.isspace() for sign in text.strip()):
        raise refuse("unknown", "This is no mail address.")
    return text.strip()


def _phone(text: str) -> str:
    if not any(sign.isdigit() for sign in text):
        raise refuse("unknown", "This is no telephone number.")
    return text.strip()


class Buyer(Input):
    """A buyer: at least one of the three."""

    email: Annotated[Text(254, blank=False, what="address"), AfterValidator(_email)] | None = None
    name: Name | None = None
    phone: Annotated[Text(40, blank=False, what="number"), AfterValidator(_phone)] | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Any:
        if self.email is None and self.name is None and self.phone is None:
            raise refuse("missing", "A customer has an address, a number or a name.")
        return self
