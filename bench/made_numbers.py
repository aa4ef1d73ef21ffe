"""Made-up numbers for labelled lines: ``{FNR}`` and its like become one that holds (or does not), by the generator handed in.

Identity numbers have month + 80 and belong to nobody.
"""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Callable

from rules import numbers

_PLACE = re.compile(r"\{(N|[A-MO-ZÆØÅ][A-ZÆØÅ]*[0-9]?)([^}]*)\}")


def fill(text: str, rng: random.Random) -> str:
    """The line with every place filled."""
    return _PLACE.sub(lambda match: _FORMS[match[1]](rng, match[2]), text)


def _nine(rng: random.Random, d: bool) -> str:
    day = rng.randint(1, 28) + (40 if d else 0)
    year = rng.randint(0, 99)
    individual = rng.randint(0, 499) if year > 39 else rng.randint(500, 999)
    return f"{day:02}{rng.randint(81, 92)}{year:02}{individual:03}"


def fnr(rng: random.Random, *, d: bool = False) -> str:
    """A synthetic identity number (month + 80), a D-number with ``d``."""
    while True:
        whole = numbers.complete(_nine(rng, d))
        if whole:
            return whole


def _written(digits: str, how: str) -> str:
    date, last = digits[:6], digits[6:]
    return {
        "": digits,
        " ": f"{date} {last}",
        "-": f"{date}-{last}",
        "6 5": f"{date} {last}",
        "6-5": f"{date}-{last}",
        "/": f"{date}/{last}",
        ".": f"{date[:2]}.{date[2:4]}.{date[4:]} {last}",
        "nbsp": f"{date}\u00a0{last}",
        "tynn": f"{date}\u2009{last}",
        "boks": " ".join(digits),
        "ocr": digits.replace("0", "O").replace("1", "l").replace("5", "S", 1),
        "ocrS": digits.replace("5", "S").replace("8", "B", 1),
    }[how]


def _fnr(rng: random.Random, how: str) -> str:
    if how.startswith("ocr"):
        while True:
            digits = fnr(rng)
            written = _written(digits, how)
            if written != digits and sum(c.isdigit() for c in written) >= 7:
                return written
    return _written(fnr(rng), how)


def _typo(rng: random.Random, how: str) -> str:
    while True:
        digits = list(fnr(rng))
        at = rng.randrange(6, 11)
        digits[at] = str((int(digits[at]) + rng.randint(1, 9)) % 10)
        if numbers.identity("".join(digits), allow_relaxed=True) is None:
            return _written("".join(digits), how)


def _relaxed(rng: random.Random, how: str) -> str:
    while True:
        digits = f"{_nine(rng, False)}{rng.randrange(100):02}"
        if numbers.identity(digits) is None and numbers.identity(digits, allow_relaxed=True):
            return _written(digits, how)


def account(rng: random.Random) -> str:
    """An account number that holds and is no identity number."""
    while True:
        digits = f"{rng.randrange(10**9, 10**10)}{rng.randrange(10)}"
        if numbers.account(digits) and numbers.identity(digits, allow_relaxed=True) is None:
            return digits


def _account(rng: random.Random, how: str) -> str:
    digits = account(rng)
    if how == "ocr":
        while not set("015") & set(digits):
            digits = account(rng)
        return digits.replace("0", "O", 2).replace("1", "l", 1)
    return {
        "": digits,
        ".": f"{digits[:4]}.{digits[4:6]}.{digits[6:]}",
        " ": f"{digits[:4]} {digits[4:6]} {digits[6:]}",
    }[how]


def _iban(rng: random.Random, how: str) -> str:
    digits = account(rng)
    whole = f"NO{98 - int(f'{digits}232400') % 97:02}{digits}"
    return " ".join(whole[n : n + 4] for n in range(0, len(whole), 4)) if how == " " else whole


def _luhn(body: str) -> str:
    total = 0
    for place, char in enumerate(reversed(body)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def _card(rng: random.Random, how: str) -> str:
    prefix = rng.choice(("4", "51", "53", "55", "2223"))
    digits = _luhn(prefix + "".join(str(rng.randrange(10)) for _ in range(15 - len(prefix))))
    return " ".join(digits[n : n + 4] for n in range(0, 16, 4)) if how == " " else digits


def _digits(rng: random.Random, first: str, count: int) -> str:
    return first + "".join(str(rng.randrange(10)) for _ in range(count - len(first)))


def _mobile(rng: random.Random, how: str) -> str:
    digits = _digits(rng, rng.choice("49"), 8)
    pairs = f"{digits[:2]} {digits[2:4]} {digits[4:6]} {digits[6:]}"
    return {"": digits, " ": pairs, "3": f"{digits[:3]} {digits[3:5]} {digits[5:]}"}[how]


def _land(rng: random.Random, how: str) -> str:
    digits = _digits(rng, rng.choice(("22", "51", "55", "57", "69", "73")), 8)
    return f"{digits[:2]} {digits[2:4]} {digits[4:6]} {digits[6:]}" if how == " " else digits


def _plate(rng: random.Random, how: str) -> str:
    letters = rng.choice(("EK", "DR", "BT", "SV", "ZT", "AA", "VH"))
    return f"{letters}{' ' if how == ' ' else ''}{rng.randrange(10000, 99999)}"


def _orgnr(rng: random.Random, how: str) -> str:
    while True:
        digits = _digits(rng, rng.choice("89"), 9)
        if numbers.orgnr(digits):
            return f"{digits[:3]} {digits[3:6]} {digits[6:]}" if how == " " else digits


def _ean(rng: random.Random, first: str, count: int) -> str:
    body = _digits(rng, first, count - 1)
    total = sum(int(c) * (3 if n % 2 else 1) for n, c in enumerate(reversed(body), start=1))
    return body + str(-total % 10)


_FORMS: dict[str, Callable[[random.Random, str], str]] = {
    "FNR": _fnr,
    "FNR6": lambda rng, how: _fnr(rng, f"6{how}"),
    "DNR": lambda rng, how: _written(fnr(rng, d=True), how),
    "DNR6": lambda rng, how: _written(fnr(rng, d=True), f"6{how}"),
    "TYPO": _typo,
    "TYPO6": lambda rng, how: _typo(rng, f"6{how}"),
    "RELAXED": _relaxed,
    "P5": lambda rng, how: _digits(rng, "", 5),
    "DUF": lambda rng, how: f"{rng.randint(2009, 2025)}{_digits(rng, '', 8)}",
    "KONTO": _account,
    "IBAN": _iban,
    "CARD": _card,
    "PASS": lambda rng, how: "".join(rng.choice("CEGH") for _ in range(2)) + _digits(rng, "", 7),
    "PASS8": lambda rng, how: _digits(rng, "2", 8),
    "MOBIL": _mobile,
    "MOBIL3": lambda rng, how: _mobile(rng, "3"),
    "FAST": _land,
    "SKILT": _plate,
    "KID": lambda rng, how: _luhn(_digits(rng, "", rng.choice((7, 10, 15, 20)))),
    "VANN": lambda rng, how: _digits(rng, rng.choice("149"), 8),
    "MÅLEPUNKT": lambda rng, how: _ean(rng, "70705750", 18),
    "ORGNR": _orgnr,
    "ISBN": lambda rng, how: "-".join((lambda d: (d[:3], d[3:5], d[5:7], d[7:12], d[12:]))(_ean(rng, "97882", 13))),
    "EAN": lambda rng, how: _ean(rng, "70", 13),
    "IMEI": lambda rng, how: _luhn(_digits(rng, "35", 14)),
    "GUID": lambda rng, how: str(uuid.UUID(int=rng.getrandbits(128))),
    "N": lambda rng, how: _digits(rng, rng.choice("123456789"), int(how or "6")),
}
"""By the name of the place; what follows the name in the braces is how it is written."""
