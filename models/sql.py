"""Statements of the hot paths, compiled once and run by the database driver itself.

SQLAlchemy writes the SQL and knows the types; what costs is its way from a statement to the driver and back: measured,
80 µs a statement against 10, and a post takes some 180 of them. What is rare goes through SQLAlchemy as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, exc
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

_NOTHING: Mapping[str, object] = {}
Convert = Callable[[Any], Any]
Row = Mapping[Any, Any]
"""A row by column name."""


class Prepared:
    """A statement to be run by :meth:`Link.execute`. Made once, at import; compiled at first use.

    Parameters are given by name, always with the same names for the same meaning: each new set of names is compiled
    anew. Lists in ``IN`` are fixed when the statement is made; ``bindparam(expanding=True)`` is not for this class.
    """

    __slots__ = ("_compiled", "_statement")

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def for_driver(self, dialect: Dialect, names: Sequence[str]) -> _Compiled:
        """The statement as the driver takes it, for parameters of these names."""
        key = (dialect.name, *names)
        found = self._compiled.get(key)
        if found is None:
            found = self._compiled[key] = _compile(self._statement, dialect, names)
        return found


@dataclass(slots=True)
class _Compiled:
    """``order``: the names in the order of the driver's question marks, or None where it takes names."""

    sql: str
    order: tuple[str, ...] | None
    fixed: Mapping[str, object]
    into: tuple[tuple[str, Convert], ...]
    columns: tuple[str, ...]
    types: tuple[TypeEngine[Any], ...]
    out: tuple[Convert | None, ...] | None = None

    def values(self, given: Mapping[str, object]) -> Any:
        """The parameters as the driver takes them."""
        if self.fixed:
            given = {**self.fixed, **given}
        if self.into:
            given = {**given, **{name: convert(given[name]) for name, convert in self.into}}
        return given if self.order is None else [given[name] for name in self.order]

    def rows(self, raw: list[Any], described: Sequence[Any], dialect: Dialect) -> list[Any]:
        """The driver's rows as tuples of Python values."""
        if self.out is None:  # the driver's own word for each type is known only once it has answered
            types = zip(self.types, described, strict=True)
            self.out = tuple(t.dialect_impl(dialect).result_processor(dialect, column[1]) for t, column in types)
        if not any(self.out):
            return raw
        return [tuple(v if f is None else f(v) for f, v in zip(self.out, row, strict=True)) for row in raw]


def _compile(statement: Executable, dialect: Dialect, names: Sequence[str]) -> _Compiled:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))  # type: ignore[attr-defined]
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(f"not a statement with parameters: {statement!r}")
    # Lists in IN become one parameter a value here; what they are converted with comes along.
    ready = compiled.construct_expanded_state(dict.fromkeys(names))
    columns = list(getattr(statement, "exported_columns", ()))
    return _Compiled(
        sql=ready.statement,
        order=tuple(ready.positiontup) if ready.positiontup is not None else None,
        fixed={name: value for name, value in ready.parameters.items() if name not in names},
        into=tuple((name, convert) for name, convert in ready.processors.items() if callable(convert)),
        columns=tuple(str(column.key) for column in columns),
        types=tuple(column.type for column in columns),
    )


class Answer:
    """What a prepared statement gave, all of it; reads as SQLAlchemy's result does, as far as we use it."""

    __slots__ = ("_columns", "_rows", "rowcount")

    def __init__(self, rows: list[Any], columns: tuple[str, ...], rowcount: int) -> None:
        self._rows = rows
        self._columns = columns
        self.rowcount = rowcount

    def mappings(self) -> Answer:
        """The rows by column name."""
        names = self._columns
        return Answer([dict(zip(names, row, strict=True)) for row in self._rows], names, self.rowcount)

    def scalars(self) -> Answer:
        """The first column of each row."""
        return Answer([row[0] for row in self._rows], self._columns[:1], self.rowcount)

    def all(self) -> list[Any]:
        """Every row."""
        return self._rows

    def first(self) -> Any:
        """The first row, or None."""
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """The only row.

        Raises:
            sqlalchemy.exc.NoResultFound, sqlalchemy.exc.MultipleResultsFound: there is none, or more than one.
        """
        if len(self._rows) == 1:
            return self._rows[0]
        raise (exc.MultipleResultsFound if self._rows else exc.NoResultFound)(f"{len(self._rows)} rows, not one")

    def scalar(self) -> Any:
        """The first column of the first row, or None."""
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        """The only column of the only row; raises as :meth:`one` does."""
        return self.one()[0]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)


class Link:
    """A connection in a transaction. Prepared statements go straight to the driver, all others through SQLAlchemy."""

    __slots__ = ("_driver", "sqlalchemy")

    def __init__(self, connection: Connection) -> None:
        self.sqlalchemy = connection
        self._driver: Any = connection.connection.driver_connection

    def execute(self, statement: Any, parameters: Any = None) -> Answer | CursorResult[*tuple[Any, ...]]:
        """Runs a statement with the parameters of one row (a mapping), or of several (a sequence of mappings).

        Raises:
            sqlalchemy.exc.DBAPIError: as SQLAlchemy's own (``OperationalError``, ``IntegrityError`` …).
        """
        if not isinstance(statement, Prepared):
            return self.sqlalchemy.execute(statement, parameters)
        dialect = self.sqlalchemy.dialect
        many = parameters is not None and not isinstance(parameters, Mapping)
        if many and not parameters:
            return Answer([], (), 0)
        given = parameters[0] if many else parameters or _NOTHING
        ready = statement.for_driver(dialect, tuple(given))
        cursor = self._driver.cursor()
        try:
            if many:
                cursor.executemany(ready.sql, [ready.values(row) for row in parameters])
            else:
                cursor.execute(ready.sql, ready.values(given))
            rows = ready.rows(cursor.fetchall(), cursor.description, dialect) if ready.columns else []
            return Answer(rows, ready.columns, cursor.rowcount)
        except dialect.loaded_dbapi.Error as error:
            raise self._meaning(ready.sql, error, cursor) from error
        finally:
            cursor.close()

    def _meaning(self, sql: str, error: Exception, cursor: Any) -> BaseException:
        """The driver's error as SQLAlchemy's; a connection that broke is not given back to the pool."""
        dialect = self.sqlalchemy.dialect
        broken = dialect.is_disconnect(error, self._driver, cursor)  # type: ignore[arg-type]
        if broken:
            self.sqlalchemy.invalidate(error)
        return exc.DBAPIError.instance(
            sql, None, error, dialect.loaded_dbapi.Error, connection_invalidated=broken, dialect=dialect
        )
