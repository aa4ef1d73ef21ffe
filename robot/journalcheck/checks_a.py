"""Family A in code: numbers in places that no text detector looks at. The rest of A are rules over ``funn``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from robot.journalcheck.look import Look, Noted
from rules import numbers


def a11_identity_as_class(look: Look) -> Iterator[Noted]:
    """A class of a person-number classification (PNR): never published (noark5.md section 5, KID)."""
    case = look.entry.case
    if case is None or case.klasse is None:
        return
    digits = re.sub(r"[ .-]", "", case.klasse.klasse_id)
    if len(digits) == 11 and digits.isdigit() and numbers.identity(digits) is not None:
        yield Noted(check="PJ-A11", field="klasse", masked="###########", value=digits)


CHECKS = (a11_identity_as_class,)
