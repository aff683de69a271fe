"""The Chroma collection: search by meaning. The only importer of chromadb.

Chroma is derived and disposable. What was seen to go wrong with a folder of it, and what is done:

* opening a folder rewrites its files, two processes in one folder lose vectors or hang, and a
  second one reads stale answers: a stored folder is never opened in place. Who builds it closes it
  before it is sealed, and who searches opens a private copy, removed at the end;
* a missing HNSW folder gives silently wrong answers and a damaged file can kill the process: the
  seal (`snapshot.py`) is checked before the copy is opened, and the copy must then hold as many
  vectors as the snapshot says and find some of them again;
* `add` ignores known ids: `upsert`; large batches are refused: `BATCH`; errors may be
  `PanicException`, which is no `Exception`: `_guarded`.

chromadb is used directly, not through langchain-chroma, because vectors are made once and kept
beside the passages: only ids and vectors go in, several vectors may stand for one passage, and a
batch of questions is one call. None of it passes through the wrapper.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

from coach.embeddings import Vectors
from coach.errors import LibraryError

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection
    from chromadb.api.types import QueryResult

T = TypeVar("T")

#: Vectors a call takes; Chroma refuses more than 5,461.
BATCH = 2_000

#: Vectors looked up again by `probe`.
PROBES = 5

_COLLECTION = "passages"
#: Wide enough for the approximate search to agree with the exact one on libraries of this size.
_HNSW: CreateHNSWConfiguration = {
    "space": "cosine",
    "ef_construction": 128,
    "ef_search": 256,
    "max_neighbors": 24,
}


def build(folder: Path, vectors: Vectors, progress: Callable[[int, int], None]) -> None:
    """Write a collection of `vectors`, known by their row, into an empty folder, and close it.

    Raises:
        LibraryError: Chroma failed.
    """

    def write() -> None:
        client = _client(folder)
        try:
            collection = client.create_collection(
                _COLLECTION, embedding_function=None, configuration={"hnsw": _HNSW}
            )
            for start in range(0, len(vectors), BATCH):
                rows = vectors[start : start + BATCH]
                collection.upsert(
                    ids=[str(start + offset) for offset in range(len(rows))], embeddings=rows
                )
                progress(start + len(rows), len(vectors))
        finally:
            client.close()

    _guarded(write)


class VectorIndex:
    """A collection opened for reading, on a private copy of the stored folder.

    The copy is held by a lock for as long as its process lives, so that `sweep` can tell the
    copies of processes that were killed.

    Args:
        folder: a folder written by `build`, and unchanged since.
        copies: where the copy goes.

    Raises:
        LibraryError: it cannot be opened.
    """

    def __init__(self, folder: Path, copies: Path) -> None:
        from filelock import FileLock

        self._copy = copies / uuid.uuid4().hex[:12]
        try:
            copies.mkdir(parents=True, exist_ok=True)
            # A page opens in one thread and may close in another.
            self._lock = FileLock(_lock_of(self._copy), thread_local=False)
            self._lock.acquire()
        except OSError as error:
            raise LibraryError("L'indice delle fonti non si apre.") from error
        try:
            shutil.copytree(folder, self._copy)
            self._client: Client = _guarded(lambda: _client(self._copy))
            self._collection: Collection = _guarded(
                lambda: self._client.get_collection(_COLLECTION, embedding_function=None)
            )
        except (LibraryError, OSError) as error:
            self._discard()
            raise LibraryError("L'indice delle fonti non si apre.") from error

    def probe(self, vectors: Vectors) -> None:
        """Check that the collection holds these vectors: their number, and a few of them.

        Raises:
            LibraryError: it does not.
        """
        count = _guarded(self._collection.count)
        if count != len(vectors):
            raise LibraryError(
                f"L'indice delle fonti tiene {count} vettori invece di {len(vectors)}."
            )
        if not count:
            return
        rows = sorted({int(row) for row in np.linspace(0, count - 1, PROBES)})
        for row, (_, similarities) in zip(rows, self.nearest(vectors[rows], 1), strict=True):
            # Equal texts have equal vectors: what counts is the likeness, not which row came.
            if not len(similarities) or similarities[0] < 0.999:
                raise LibraryError(f"L'indice delle fonti non ritrova il vettore {row}.")

    def nearest(self, queries: Vectors, k: int) -> list[tuple[list[int], list[float]]]:
        """Rows of the nearest vectors and their cosine similarity, best first, for each query."""
        wanted = min(k, _guarded(self._collection.count))
        if not wanted or not len(queries):
            return [([], []) for _ in queries]
        answers: list[tuple[list[int], list[float]]] = []
        for start in range(0, len(queries), BATCH):
            batch = queries[start : start + BATCH]

            found = _guarded(partial(self._query, batch, wanted))
            answers.extend(
                ([int(row) for row in ids], [1.0 - distance for distance in distances])
                for ids, distances in zip(found["ids"], found["distances"] or [], strict=True)
            )
        return answers

    def _query(self, batch: Vectors, k: int) -> QueryResult:
        return self._collection.query(query_embeddings=batch, n_results=k, include=["distances"])

    def close(self) -> None:
        """Close the collection and remove the copy."""
        try:
            _guarded(self._client.close)
        finally:
            self._discard()

    def _discard(self) -> None:
        shutil.rmtree(self._copy, ignore_errors=True)
        self._lock.release()
        _lock_of(self._copy).unlink(missing_ok=True)


def sweep(copies: Path) -> None:
    """Remove the copies left by processes that were killed: they hold vectors of erased texts."""
    from filelock import FileLock, Timeout

    for copy in (path for path in copies.glob("*") if path.is_dir()):
        lock = FileLock(_lock_of(copy), timeout=0)
        try:
            lock.acquire()
        except Timeout:
            continue  # its process lives, and opens a new one at its next search
        shutil.rmtree(copy, ignore_errors=True)
        lock.release()
        _lock_of(copy).unlink(missing_ok=True)


def _lock_of(copy: Path) -> Path:
    return copy.with_name(f"{copy.name}.lock")


def _client(folder: Path) -> Client:
    import chromadb
    from chromadb.config import Settings

    folder.mkdir(parents=True, exist_ok=True)
    client = chromadb.PersistentClient(
        path=str(folder), settings=Settings(anonymized_telemetry=False)
    )
    return cast("Client", client)  # it is one, and only it can be closed


def _guarded(call: Callable[[], T]) -> T:
    """Run a call of Chroma; any failure, Rust panics included, is a `LibraryError`."""
    try:
        return call()
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a panic of the Rust core derives from BaseException
        raise LibraryError(f"L'indice delle fonti ha dato un errore ({error}).") from error
