"""The embedded archive: a small but real Noark 5 archive in an SQLite file of its own.

It is reached through :class:`connectors.arkiv.archive.EmbeddedArchive`. Nothing is imported here, so that the command
line's help stays free of SQLAlchemy.

The rules of the standard (``obligatory``, ``shielding``, ``statuses``, ``journaling``) are pure; the writes (``opening``,
``changing``, ``moving``, ``closing``) use them on a :class:`connectors.arkiv.unit.Unit`, which is one transaction on
SQLite here and a dictionary in ``connectors.testing.memory_archive``.
"""
