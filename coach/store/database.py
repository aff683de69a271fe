"""One database: opened, migrated, read and written, copied and restored.

Everything that only SQLite needs or understands is here.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.schema import Table

from coach.errors import CopyRefused, StoreError, reason
from coach.store.migrating import HEAD, migrate

#: How long a writer waits for another to end, in seconds.
PATIENCE = 30.0
#: How much of the database a connection keeps in memory, so that an import of 100,000 messages
#: does not read its indices again and again.
CACHE_KB = 32 << 10
#: The write-ahead log is cut back to this many bytes once it is copied into the database.
MAX_LOG_BYTES = 4 << 20

_VERSION = text("SELECT version_num FROM alembic_version")
_DAMAGED = ("malformed", "not a database", "disk i/o error")


class Database:
    """A connection pool over one database at the newest version; safe to share between threads.

    Args:
        engine: as `open` makes it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    @classmethod
    def open(cls, url: str | URL) -> Self:
        """Open a database, made or migrated first if need be.

        Args:
            url: as SQLAlchemy writes it: `sqlite:////path/to/file` or `postgresql+psycopg://…`.

        Raises:
            StoreError: the address is not valid, the folder cannot be written, the file is damaged
                or another program's, or a newer version of this program made it. The file is left
                as it is.
        """
        engine = _engine(url)
        try:
            with _translated(engine), engine.connect() as connection:
                version = _version(connection)
            _log_ahead(engine)
            if version != HEAD:
                with _translated(engine), engine.execution_options(writes=True).begin() as writer:
                    # Asked again now that nobody else writes: another process may have done it.
                    if _version(writer) != HEAD:
                        migrate(writer)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        """Close every connection; the store can be used again, which opens new ones."""
        self._engine.dispose()

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database; None for a server's."""
        return _file(self._engine)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A connection to read by: it sees one state of the database all along."""
        with _translated(self._engine), self._engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A connection to write by: once left, what was written is on the disk; or nothing is."""
        with _translated(self._engine), self._writer.begin() as connection:
            yield connection

    def _upsert(self, table: Table, **values: object) -> Insert:
        """An insertion that replaces the row of the same primary key."""
        keys = {column.name for column in table.primary_key}
        changed = {name: value for name, value in values.items() if name not in keys}
        if self._engine.dialect.name == "postgresql":
            return (
                postgresql.insert(table)
                .values(**values)
                .on_conflict_do_update(index_elements=list(keys), set_=changed)
            )
        return (
            sqlite.insert(table)
            .values(**values)
            .on_conflict_do_update(index_elements=list(keys), set_=changed)
        )

    # --- copies -----------------------------------------------------------------------------------

    def backup(self, file: Path) -> None:
        """Copy the whole database into one file, while others go on using it.

        Args:
            file: written whole or not at all; what stood there is replaced.

        Raises:
            StoreError: it cannot be written, or the database is a server's, which has its own way.
        """
        source = self.file
        if source is None:
            raise StoreError(
                "La copia di un database su server non si fa da qui.", "Usa `pg_dump`."
            )
        if file.exists() and file.samefile(source):
            raise StoreError("La copia non può prendere il posto del database.")
        partial = file.with_name(f".{file.name}.{secrets.token_hex(4)}.partial")
        try:
            with _translated(self._engine, file):
                _copy(source, partial)
                partial.replace(file)
        finally:
            partial.unlink(missing_ok=True)

    def restore(self, file: Path) -> None:
        """Put a copy in the place of all that the database holds.

        Other connections, of this process and of others, see the restored state from their next
        transaction on. Killed midway, it leaves the state before.

        Args:
            file: made by `backup`, by this version or an older one; it is not changed.

        Raises:
            StoreError: it is not one of our copies, is damaged or newer; nothing was changed.
        """
        target = self.file
        if target is None:
            raise StoreError(
                "Il ripristino di un database su server non si fa da qui.", "Usa `pg_restore`."
            )
        with _checked_copy(file, target.parent) as checked, _translated(self._engine):
            _copy(checked, target)

    # --- erasure ----------------------------------------------------------------------------------

    def compact(self) -> bool:
        """Write the database anew without what was erased, and empty its write-ahead log.

        Returns:
            Whether the log could be emptied: not while somebody reads an older state.

        Raises:
            StoreError: somebody else holds the database, or the disk is full.
        """
        if self.file is None:
            return True
        with _translated(self._engine):
            raw = self._engine.raw_connection()
            try:
                cursor = raw.cursor()
                # Its temporary copy must not lie in a folder of the system.
                cursor.execute("PRAGMA temp_store = MEMORY")
                cursor.execute("VACUUM")
                deadline = time.monotonic() + PATIENCE
                while True:
                    busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                    if not busy or time.monotonic() > deadline:
                        break
                    time.sleep(0.1)
                cursor.execute("PRAGMA temp_store = DEFAULT")
                return not busy
            finally:
                raw.close()


def restore(url: str, file: Path) -> None:
    """Put a copy in the place of a database, even one that does not open any more.

    A damaged database is not thrown away: it is set aside under the name `….danneggiato-N`.

    Raises:
        StoreError: as `Database.restore`; or the database is in use, or newer than this program.
    """
    engine = _engine(url)
    target = _file(engine)
    engine.dispose()
    try:
        database = Database.open(url)
    except StoreError:
        if target is None or not target.is_file() or not _is_damaged(target):
            raise
    else:
        try:
            database.restore(file)
        finally:
            database.close()
        return
    with _checked_copy(file, target.parent) as checked, _translated(engine):
        aside = _free_name(target)
        for suffix in ("", "-wal", "-shm"):
            part = target.with_name(target.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        checked.rename(target)


# --- opening --------------------------------------------------------------------------------------


def _engine(url: str | URL) -> Engine:
    try:
        address = make_url(url)
        on_disk = address.get_backend_name() == "sqlite"
        if on_disk and address.database in (None, "", ":memory:"):
            raise StoreError("Un database in memoria perderebbe tutto: indica un file.")
        options: dict[str, Any] = {"connect_args": {"timeout": PATIENCE}} if on_disk else {}
        engine = create_engine(address, max_overflow=20, **options)
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError(
            "L'indirizzo del database non è valido.",
            "Controlla COACH_DATABASE_URL: per esempio `sqlite:////cartella/coach.sqlite`.",
        ) from error
    except ModuleNotFoundError as error:
        raise StoreError(
            f"Manca il modulo Python per parlare con questo database ({error.name}).",
            f"Installalo con `pip install {error.name}`.",
        ) from error
    file = _file(engine)
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StoreError(
                f"Non riesco a creare la cartella {file.parent} ({reason(problem)}).",
                "Indica una cartella scrivibile in COACH_HOME.",
            ) from problem
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return engine


def _file(engine: Engine) -> Path | None:
    name = engine.url.database
    return Path(name).absolute() if engine.dialect.name == "sqlite" and name else None


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    """Set up a new SQLite connection."""
    # Transactions are begun by `_begin`, so that writers take their place before they read.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {int(PATIENCE * 1000)}",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        f"cache_size = -{CACHE_KB}",
        f"journal_size_limit = {MAX_LOG_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _log_ahead(engine: Engine) -> None:
    """Have SQLite keep a write-ahead log, so that readers and a writer do not wait for each other.

    The file remembers it. Not before it is known to be ours: it changes the file.
    """
    if _file(engine) is not None:
        with _translated(engine), contextlib.closing(engine.raw_connection()) as raw:
            raw.cursor().execute("PRAGMA journal_mode = WAL")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _version(connection: Connection) -> str | None:
    """The step a database is at; None for an empty one.

    Raises:
        StoreError: another program's, or newer than this one knows.
    """
    names = inspect(connection).get_table_names()
    if not names:
        return None
    found = (
        connection.execute(_VERSION).scalar()
        if {"alembic_version", "contacts"} <= set(names)
        else None
    )
    where = _file(connection.engine) or "Il database indicato"
    if found is None:
        raise StoreError(
            f"{where} non è un database di questo programma.",
            "Non l'ho toccato: controlla COACH_HOME e COACH_DATABASE_URL.",
        )
    if not found.isdigit() or found > HEAD:
        raise StoreError(
            f"{where} è stato scritto da una versione più nuova di questo programma.",
            "Non l'ho toccato: aggiorna il programma, poi riprova.",
        )
    return str(found)


# --- what went wrong ------------------------------------------------------------------------------


@contextlib.contextmanager
def _translated(engine: Engine, other: Path | None = None) -> Iterator[None]:
    """Turn what a database or the system refuses into words for the person.

    Args:
        engine: of the database.
        other: the file that is being written or read instead of the database's own.
    """
    where = other or _file(engine) or "su server"
    try:
        yield
    except (DBAPIError, sqlite3.DatabaseError) as error:
        cause = str(getattr(error, "orig", None) or error)
        raise _explained(cause, str(where)) from error
    except PoolTimeout as error:
        raise _explained("locked", str(where)) from error
    except OSError as error:
        raise StoreError(f"Non riesco a scrivere {where} ({reason(error)}).") from error


def _explained(cause: str, where: str) -> StoreError:
    known = cause.lower()
    if any(words in known for words in _DAMAGED):
        return StoreError(
            f"Il database {where} è danneggiato o non si legge ({cause}).",
            "Non l'ho toccato: ripristina l'ultima copia con `coach restore FILE`.",
        )
    if "locked" in known or "busy" in known:
        return StoreError(
            "Un altro programma sta usando il database.",
            "Chiudi le altre finestre del coach e riprova tra qualche secondo.",
        )
    if "full" in known:
        return StoreError(
            "Il disco è pieno: l'ultima modifica non è stata salvata.", "Libera spazio e riprova."
        )
    if "readonly" in known or "read-only" in known or "unable to open" in known:
        return StoreError(
            f"Non riesco a scrivere il database {where}.",
            "Controlla i permessi della cartella, o indicane un'altra in COACH_HOME.",
        )
    return StoreError(f"Il database {where} ha rifiutato l'operazione ({cause}).")


# --- SQLite files ---------------------------------------------------------------------------------

_COPYING = threading.Lock()


def _copy(source: Path, target: Path) -> None:
    """SQLite's online backup: one transaction on the target, whoever else reads or writes."""
    with (
        _COPYING,
        contextlib.closing(sqlite3.connect(source, timeout=PATIENCE)) as read,
        contextlib.closing(sqlite3.connect(target, timeout=PATIENCE)) as written,
    ):
        written.execute("PRAGMA synchronous = FULL")
        read.backup(written)


@contextlib.contextmanager
def _checked_copy(file: Path, folder: Path) -> Iterator[Path]:
    """A migrated copy of a backup, beside the database, gone at the end unless it was moved.

    Raises:
        CopyRefused: the file is not one of our backups.
    """
    if not file.is_file():
        raise CopyRefused(f"Non trovo la copia {file}.")
    checked = folder / f".restore-{secrets.token_hex(4)}.partial"
    try:
        try:
            shutil.copyfile(file, checked)
        except OSError as error:
            raise CopyRefused(f"Non riesco a leggere {file} ({reason(error)}).") from error
        if checked.stat().st_size == 0 or _is_damaged(checked):
            raise CopyRefused(
                f"{file} non è una copia del database, o è danneggiata.", "Non ho cambiato nulla."
            )
        try:
            copy = Database.open(URL.create("sqlite", database=str(checked)))
        except StoreError as error:
            raise CopyRefused(
                error.message.replace(str(checked), str(file)), "Non ho cambiato nulla."
            ) from error
        # Into one file, so that moving it moves all.
        with contextlib.closing(copy._engine.raw_connection()) as raw:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        copy.close()
        yield checked
    finally:
        for suffix in ("", "-wal", "-shm"):
            checked.with_name(checked.name + suffix).unlink(missing_ok=True)


def _is_damaged(file: Path) -> bool:
    """Whether SQLite finds a file not to be a sound database."""
    try:
        with contextlib.closing(
            sqlite3.connect(f"file:{_quoted(file)}?mode=ro", uri=True, timeout=PATIENCE)
        ) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok")
    except sqlite3.OperationalError:
        # Busy, or not to be opened for reading: that is not damage.
        return False
    except sqlite3.DatabaseError:
        return True


def _quoted(file: Path) -> str:
    return file.absolute().as_uri().removeprefix("file://")


def _free_name(file: Path) -> Path:
    number = 1
    while (aside := file.with_name(f"{file.name}.danneggiato-{number}")).exists():
        number += 1
    return aside
