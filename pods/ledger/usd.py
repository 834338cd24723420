"""A sum of money as people and files write it. What is no plain sum is refused: an unread limit must never be none."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Final

from pydantic import BeforeValidator

_WANTED: Final = "must be an amount in USD of 0 or more, such as 250 or 12.50"
#: Nobody's budget, balance or price; a sum above it is a slip of the hand.
MOST: Final = Decimal(1_000_000_000)


def usd(value: object) -> Decimal:
    """The sum, or ValueError: blank, nan, inf, negative, and what is no number at all."""
    text = str(value).strip()
    if isinstance(value, bool) or "_" in text:
        raise ValueError(_WANTED)
    try:
        amount = Decimal(text.removeprefix("$"))
    except InvalidOperation as error:
        raise ValueError(_WANTED) from error
    if not is_sum(amount):
        raise ValueError(_WANTED)
    return amount


def is_sum(amount: Decimal | None) -> bool:
    """Whether this can be reckoned with: finite, not negative, not absurd."""
    return amount is not None and amount.is_finite() and 0 <= amount <= MOST


#: USD, 0 or more.
Usd = Annotated[Decimal, BeforeValidator(usd)]
