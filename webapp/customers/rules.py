"""How personal fields are sealed and found again; nothing here reads a database or a clock."""

import hashlib
import hmac
import json
import os
import re
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FIELDS = ("email", "phone", "name")
_ID, _NONCE = 4, 12


class Seal:
    """Seals and opens personal fields with keys derived from the shop's secret.

    A sealed blob is key id (4 bytes), nonce (12 bytes) and AES-256-GCM of the JSON; what it belongs to (table, column,
    row) is authenticated with it, so that a blob moved to another row does not open.
    """

    def __init__(self, secret: bytes) -> None:
        key = _derived(secret, b"takings customer seal")
        self._cipher = AESGCM(key)
        self._index = _derived(secret, b"takings customer index")
        self.key_id = hashlib.sha256(key).digest()[:_ID]

    def close(self, customer_id: int, fields: dict[str, str]) -> bytes:
        """The sealed form of the fields of one customer."""
        nonce = os.urandom(_NONCE)
        text = json.dumps(fields, ensure_ascii=False, sort_keys=True).encode()
        return self.key_id + nonce + self._cipher.encrypt(nonce, text, _belongs(customer_id))

    def open(self, customer_id: int, sealed: bytes | None) -> dict[str, str]:
        """The fields of one customer. Raises ValueError when another key sealed them or they were tampered with."""
        if sealed is None:
            return {}
        if sealed[:_ID] != self.key_id:
            raise ValueError("these fields were sealed with another key")
        nonce, body = sealed[_ID : _ID + _NONCE], sealed[_ID + _NONCE :]
        try:
            fields: dict[str, str] = json.loads(self._cipher.decrypt(nonce, body, _belongs(customer_id)))
        except InvalidTag:
            raise ValueError("these fields do not belong to this customer, or were changed") from None
        return fields

    def index(self, column: str, value: str | None) -> bytes | None:
        """A keyed hash by which a value is found and from which it cannot be told."""
        if value is None:
            return None
        return hmac.new(self._index, f"{column}\0{value}".encode(), hashlib.sha256).digest()


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)


def _belongs(customer_id: int) -> bytes:
    return b"customer/sealed/%d" % customer_id


def email_key(email: str | None) -> str | None:
    """The form in which an address is compared: without space at its ends, in lower case."""
    return email.strip().lower() if email and email.strip() else None


def phone_key(phone: str | None) -> str | None:
    """The form in which a number is compared: its digits, with a plus where it had one (00 is one)."""
    digits = re.sub(r"[^0-9]", "", phone or "")
    if not digits:
        return None
    if (phone or "").strip().startswith("+"):
        return "+" + digits
    return "+" + digits[2:] if digits.startswith("00") else digits


def merged(old: dict[str, str], new: dict[str, Any]) -> dict[str, str]:
    """What is known of a customer after an order: what was missing is filled in, nothing is overwritten."""
    return {name: old.get(name) or new[name] for name in FIELDS if old.get(name) or new.get(name)}
