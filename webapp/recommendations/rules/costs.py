"""What asking a model costs, in millionths of a US dollar, and how much of an answer a day's money still buys."""

from typing import NamedTuple

from webapp import money
from webapp.config.checks import Price

MILLION = 1_000_000


class Tokens(NamedTuple):
    """What a call reads and writes, thinking included."""

    read: int
    written: int


# A model that has never answered is taken to read a full brief and to write all that it may.
UNSEEN = Tokens(10_000, 4_000)


def cost(price: Price | None, tokens: Tokens) -> int | None:
    """What these tokens cost, in millionths of a US dollar, rounded half away from zero; None where no price is known."""
    return None if price is None else money.divide(_exact(price, tokens), MILLION)


def most_written(price: Price, limit_micros: int, spent_micros: int, expected: Tokens, most: int) -> int:
    """How many tokens the next answer may have, at most `most`; 0 where the call is expected to pass the limit.

    limit_micros, spent_micros: of a day, in millionths of a US dollar. expected: what the call is expected to read and write.
    """
    left = (limit_micros - spent_micros) * MILLION
    if _exact(price, expected) > left:
        return 0
    written = _micros_a_million(price)[1]
    return most if not written else min(most, (left - _exact(price, Tokens(expected.read, 0))) // written)


def _exact(price: Price, tokens: Tokens) -> int:
    """In millionths of a millionth of a dollar, where nothing has to be rounded."""
    read, written = _micros_a_million(price)
    return tokens.read * read + tokens.written * written


def _micros_a_million(price: Price) -> tuple[int, int]:
    return money.to_millionths(price.read), money.to_millionths(price.written)
