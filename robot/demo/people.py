"""Invented people, and identity numbers that no living person has."""

from __future__ import annotations

import random
from dataclasses import dataclass

_FIRST = ("Anne", "Bjørn", "Camilla", "Dag", "Eli", "Frode", "Guro", "Håkon", "Ingrid", "Jørn", "Kåre", "Liv", "Marit")
_LAST = (
    "Bakkeli",
    "Dalsgård",
    "Elvevoll",
    "Fjelltun",
    "Granmo",
    "Haugstad",
    "Kvernberg",
    "Lillebø",
    "Myrstad",
    "Åsheim",
)
_FOLD = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "Å": "a"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An invented person at ``borger.example``."""

    name: str
    address: str

    @property
    def mailbox(self) -> str:
        """Name and address as a header has them."""
        return f"{self.name} <{self.address}>"


class People:
    """Draws people, never the same name twice; the same seed gives the same people."""

    def __init__(self, seed: int) -> None:
        self._names = [f"{first} {last}" for first in _FIRST for last in _LAST]
        random.Random(seed).shuffle(self._names)  # noqa: S311 - not for secrets

    def draw(self) -> Person:
        """The next person."""
        name = self._names.pop()
        return Person(name=name, address=name.lower().replace(" ", ".").translate(_FOLD) + "@borger.example")


def synthetic_fnr(seed: int) -> str:
    """A fødselsnummer of Skatteetaten's synthetic kind: month + 80 and valid check digits (mod 11, two digits)."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    while True:
        born = f"{chance.randint(1, 28):02d}{chance.randint(1, 12) + 80:02d}{chance.randint(60, 95):02d}"
        nine = f"{born}{chance.randint(0, 499):03d}"
        first = _control(nine, (3, 7, 6, 1, 8, 9, 4, 5, 2))
        # A control digit of 10 means that the number is never issued.
        if first == 10:
            continue
        second = _control(f"{nine}{first}", (5, 4, 3, 2, 7, 6, 5, 4, 3, 2))
        if second < 10:
            return f"{nine}{first}{second}"


def account_number(seed: int) -> str:
    """A Norwegian account number with a valid check digit, in a bank that does not exist (0000)."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    while True:
        ten = f"0000{chance.randint(0, 999_999):06d}"
        control = _control(ten, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2))
        if control < 10:
            digits = f"{ten}{control}"
            return f"{digits[:4]}.{digits[4:6]}.{digits[6:]}"


def _control(digits: str, weights: tuple[int, ...]) -> int:
    rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    return 0 if rest == 0 else 11 - rest
