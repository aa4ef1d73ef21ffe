"""A schema of a PostgreSQL database out and in, by PostgreSQL's own programs.

``pg_dump`` reads one snapshot, the very one the lists of files are made from. The password travels in the environment of the
child alone; it stands in no command line and in no file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import create_engine, text

from models.errors import OutOfReach, UsedWrongly
from models.store import StoreAddress


def dump(address: StoreAddress, snapshot: str, target: Path) -> None:
    """The organisation's schema as ``pg_dump``'s own format.

    Raises:
        UsedWrongly: the program is not here.
        OutOfReach: it failed; its own words tell why.
    """
    command = [
        *_program("pg_dump"),
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--schema={address.schema}",
        f"--snapshot={snapshot}",
        f"--file={target}",
        *_database(address),
    ]
    _run(command, address)


def load(address: StoreAddress, dumped: Path) -> None:
    """Puts a dump back; the schema must not be there, or be empty.

    Raises:
        UsedWrongly: the schema is in use, or the program is not here.
        OutOfReach: the database cannot be reached, or the program failed.
    """
    engine = create_engine(address.url)
    with engine.begin() as conn:
        query = text("SELECT count(*) FROM information_schema.tables WHERE table_schema = :schema")
        if conn.execute(query, {"schema": address.schema}).scalar():
            raise UsedWrongly(
                f"Skjemaet {address.schema} i databasen er i bruk. Gjenopprett til en tom database, eller fjern skjemaet først."
            )
        conn.execute(text(f'DROP SCHEMA IF EXISTS "{address.schema}"'))
    engine.dispose()
    command = [*_program("pg_restore"), "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    _run([*command, *_database(address), str(dumped)], address)


def readable(dumped: Path) -> str:
    """What is wrong with a dump as ``pg_restore`` sees it; empty when nothing is, or when the program is not here."""
    program = shutil.which("pg_restore")
    if program is None:
        return ""
    told = subprocess.run([program, "--list", str(dumped)], capture_output=True, text=True, check=False)
    return told.stderr.strip() if told.returncode else ""


def _program(name: str) -> list[str]:
    found = shutil.which(name)
    if found is None:
        raise UsedWrongly(
            f"Databasen er PostgreSQL, og programmet {name} finnes ikke her. Installer postgresql-client "
            "(samme eller nyere hovedutgave som tjeneren), og kjør igjen."
        )
    return [found]


def _database(address: StoreAddress) -> list[str]:
    url = address.url
    parts = [f"--host={url.host}" if url.host else "", f"--port={url.port}" if url.port else ""]
    parts += [f"--username={url.username}" if url.username else "", f"--dbname={url.database}"]
    return [*(part for part in parts if part), "--no-password"]


def _run(command: list[str], address: StoreAddress) -> None:
    kept = {
        name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "HOME", "PGSSLROOTCERT")
    }
    password = {"PGPASSWORD": str(address.url.password)} if address.url.password else {}
    done = subprocess.run(command, env={**kept, **password}, capture_output=True, text=True, check=False)
    if done.returncode:
        name = Path(command[0]).name
        raise OutOfReach(f"{name} klarte det ikke: {done.stderr.strip()[:500]}", connection="database")
