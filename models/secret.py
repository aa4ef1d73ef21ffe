"""A secret value that never shows itself: in print, log, traceback or JSON its form is ``***``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema, core_schema

MASK = "***"
RESOLVER = "resolve_secret"
"""Key in pydantic's validation context; the value turns a reference into a :class:`Secret` (``robot/secrets.py``)."""


class Secret:
    """A password, token or key. :meth:`reveal` is the only way to the value, so every use can be found by searching.

    The value may be fetched lazily (``Secret(lambda: …)``): a command that never needs it runs where it cannot be read.
    As the type of a field in a pydantic model it takes a reference (``{ variabel | fil | credential = "…" }``) and
    refuses a literal.
    """

    __slots__ = ("_fetch",)

    def __init__(self, value: str | Callable[[], str]) -> None:
        self._fetch: Callable[[], str] = value if callable(value) else (lambda: value)

    def reveal(self) -> str:
        """The value itself.

        Raises:
            ConfigError: a lazy reference that cannot be fetched here.
        """
        return self._fetch()

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never serialised")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        # Imported here: models import nothing heavy, and only settings models ever come this way.
        from pydantic_core import core_schema

        return core_schema.with_info_plain_validator_function(
            _from_config, serialization=core_schema.plain_serializer_function_ser_schema(lambda _: MASK)
        )


def _from_config(value: object, info: core_schema.ValidationInfo[Any]) -> Secret:
    if isinstance(value, Secret):
        return value
    resolve = (info.context or {}).get(RESOLVER)
    if resolve is None:
        raise ValueError("hemmeligheten kan bare leses gjennom oppsettfilen")
    secret: Secret = resolve(value)
    return secret
