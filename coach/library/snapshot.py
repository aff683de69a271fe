"""A state of the library on disk: written once, sealed, never changed.

::

    library/
        current             name of the snapshot in force and digest of its manifest
        writer.lock         held by who writes the next one
        snapshots/<name>/   manifest.json  passages.jsonl  vectors.npy  lexical/  chroma/
        copies/             of chroma/, one for each process that searches

A change writes a new snapshot beside the old one, checks it, puts its name in `current` and
erases the others, so that a removed text is really gone. Readers take no lock: what they read
never changes, and what they are left with when it is erased is in memory or in their own copy.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coach.embeddings import TextEmbedder, Vectors
from coach.errors import LibraryError
from coach.library import vector_index
from coach.library.entries import Entry, View
from coach.library.lexical import LexicalIndex
from coach.library.vector_index import VectorIndex

#: Told the stage, in Italian, and how much of it is done.
Progress = Callable[[str, int, int], None]

#: Changes whenever the same texts would give another snapshot: splitting, views, lemmas, layout.
RECIPE = "2"

#: Seconds a writer waits for another one: a first build on a busy machine takes a few minutes.
LOCK_TIMEOUT = 600.0

HalfVectors = NDArray[np.float16]

#: Questions of the notes needed to know where questions lie.
ENOUGH_QUESTIONS = 50


@dataclass(frozen=True)
class Centre:
    """The mean vectors of passages and of questions.

    The vectors of e5 lie in a narrow cone, and some passages are near to every question.
    Taking the means away removes what they have in common (66 questions on notes and two raw
    texts, whole passages alone: R@5 .61 before, .70 after). The means are those of the notes and
    of the questions they answer, so that adding a text does not move them; without notes (a
    corpus) nothing is taken away: there the gain was nil (nDCG@10 .817 before, .814 after).
    """

    passages: Vectors | None
    questions: Vectors | None

    @classmethod
    def of(cls, entries: Sequence[Entry], views: Sequence[View], vectors: Vectors) -> Centre:
        """The means of the entries that carry questions; none when they are too few."""
        asked = np.array([view.is_question for view in views], dtype=bool)
        if asked.sum() < ENOUGH_QUESTIONS:
            return cls(None, None)
        starts = np.cumsum([0, *(len(entry.views) for entry in entries)])[:-1]
        whole = [start for start, entry in zip(starts, entries, strict=True) if entry.questions]
        return cls(vectors[whole].mean(axis=0), vectors[asked].mean(axis=0))

    def take_from(self, vectors: Vectors, is_question: bool) -> Vectors:
        """The vectors without their mean, of unit length again."""
        mean = self.questions if is_question else self.passages
        if mean is None:
            return vectors
        centred = vectors - mean
        lengths = np.linalg.norm(centred, axis=1, keepdims=True)
        result: Vectors = centred / np.maximum(lengths, 1e-6)
        return result


@dataclass(frozen=True)
class Snapshot:
    """A state of the library, opened for reading.

    Attributes:
        name: of its folder.
        state: digest of what it was made from.
        entries: the passages.
        vectors: centred unit vectors, shape `(views, dimension)`, in half precision.
        owner: for each vector the position of its passage, ascending; the first vector of a
            passage stands for the whole of it.
        centre: what was taken from the vectors, and is to be taken from those of questions.
        retold: pairs of a note section and a passage that it tells again, positions of entries,
            shape `(pairs, 2)`.
    """

    name: str
    state: str
    embedder: str
    entries: tuple[Entry, ...]
    vectors: HalfVectors
    owner: NDArray[np.int64]
    centre: Centre
    retold: NDArray[np.int64]
    lexical: LexicalIndex
    dense: VectorIndex


class SnapshotFolder:
    """The folder of snapshots.

    Args:
        folder: made when something is written.
        lock_timeout: seconds a writer waits for another.
    """

    def __init__(self, folder: Path, lock_timeout: float = LOCK_TIMEOUT) -> None:
        self._folder = folder
        self._lock_timeout = lock_timeout

    @contextmanager
    def writing(self, progress: Progress) -> Iterator[None]:
        """Be the only writer, in this process and among all.

        Args:
            progress: told when another writer must be waited for.

        Raises:
            LibraryError: another writer does not finish in time.
        """
        from filelock import FileLock, Timeout

        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._folder / "writer.lock")
            try:
                lock.acquire(timeout=0)
            except Timeout:
                progress("Attesa di un altro programma che aggiorna la libreria", 0, 1)
                lock.acquire(timeout=self._lock_timeout)
        except Timeout as error:
            raise LibraryError(
                "Un altro programma sta aggiornando la libreria e non ha ancora finito.",
                "Aspetta che termini, o chiudilo, e riprova.",
            ) from error
        except OSError as error:
            raise _not_written(error) from error
        try:
            yield
        finally:
            lock.release()

    def current_name(self) -> str | None:
        """The name of the snapshot in force; None when there is none. Cheap."""
        try:
            return (self._folder / "current").read_text("utf-8").split()[0]
        except (OSError, ValueError, IndexError):
            return None

    def open_current(self) -> Snapshot | None:
        """Open the snapshot in force; None when nothing was ever written.

        Raises:
            LibraryError: it is damaged: a file is missing, changed or not what its seal says, or
                Chroma does not find again what it was given.
        """
        while name := self.current_name():
            try:
                return self._open(name)
            except LibraryError:
                if self.current_name() == name:
                    raise
                # Another process put a new one in force meanwhile: read that.
        return None

    def write(
        self,
        state: str,
        entries: Sequence[Entry],
        embedder: TextEmbedder,
        progress: Progress,
        *,
        reuse: bool = True,
    ) -> Snapshot:
        """Write a snapshot, check it, put it in force and erase the others.

        Call it inside `writing`.

        Args:
            state: digest of what the snapshot is made from.
            entries: the passages.
            embedder: embeds them.
            progress: told the stage.
            reuse: take vectors of texts that the snapshot in force already holds from it.

        Raises:
            LibraryError: it cannot be written, or does not pass its check.
        """
        name = uuid.uuid4().hex[:12]
        place = self._snapshots / name
        try:
            place.mkdir(parents=True)
            known = self._known_vectors(embedder.version) if reuse else {}
            self._fill(place, state, entries, embedder, progress, known)
            snapshot = self._open(name, self._manifest_digest(place))
            _replace(self._folder / "current", f"{name} {self._manifest_digest(place)}\n")
        except BaseException as error:
            shutil.rmtree(place, ignore_errors=True)
            if isinstance(error, OSError):
                raise _not_written(error) from error
            raise
        for other in self._snapshots.iterdir():
            if other.name != name:
                # Where open files cannot be removed, the next writer tries again.
                shutil.rmtree(other, ignore_errors=True)
        vector_index.sweep(self._copies)
        return snapshot

    @property
    def _snapshots(self) -> Path:
        return self._folder / "snapshots"

    @property
    def _copies(self) -> Path:
        return self._folder / "copies"

    def _fill(
        self,
        place: Path,
        state: str,
        entries: Sequence[Entry],
        embedder: TextEmbedder,
        progress: Progress,
        known: dict[str, HalfVectors],
    ) -> None:
        views = [view for entry in entries for view in entry.views]
        vectors = _embed(views, embedder, progress, known).astype(np.float16)
        with (place / "passages.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(
                json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in entries
            )
        np.save(place / "vectors.npy", vectors)
        progress("Indice delle parole", 0, 1)
        LexicalIndex.build([entry.words for entry in entries]).save(place / "lexical")
        progress("Indice delle parole", 1, 1)
        _, centred = _centred(entries, vectors)
        vector_index.build(
            place / "chroma",
            centred,
            lambda done, total: progress("Indice dei significati", done, total),
        )
        manifest = {
            "recipe": RECIPE,
            "state": state,
            "embedder": embedder.version,
            "passages": len(entries),
            "vectors": len(views),
            "seal": {
                str(path.relative_to(place).as_posix()): _file_digest(path)
                for path in sorted(place.rglob("*"))
                if path.is_file()
            },
        }
        _replace(place / "manifest.json", json.dumps(manifest, indent=1))

    def _known_vectors(self, embedder: str) -> dict[str, HalfVectors]:
        """Vectors by the digest of their text; none when the snapshot in force is no use.

        Chroma is left out of it: a library whose index broke is rebuilt without embedding anew.
        """
        name = self.current_name()
        if name is None:
            return {}
        try:
            manifest = self._manifest(name)
            if manifest["embedder"] != embedder:
                return {}
            entries, vectors = self._passages(name, manifest)
        except LibraryError:
            return {}
        views = (view for entry in entries for view in entry.views)
        return {view.key: vector for view, vector in zip(views, vectors, strict=True)}

    def _open(self, name: str, manifest_digest: str | None = None) -> Snapshot:
        manifest = self._manifest(name, manifest_digest)
        entries, vectors = self._passages(name, manifest)
        place = self._snapshots / name
        self._check_seal(place, manifest, ("lexical/", "chroma/"))
        owner = np.repeat(np.arange(len(entries)), [len(entry.views) for entry in entries])
        centre, centred = _centred(entries, vectors)
        dense = VectorIndex(place / "chroma", self._copies)
        try:
            dense.probe(centred)
            lexical = LexicalIndex.load(place / "lexical", len(entries))
        except BaseException:
            dense.close()
            raise
        return Snapshot(
            name=name,
            state=manifest["state"],
            embedder=manifest["embedder"],
            entries=entries,
            vectors=centred.astype(np.float16),
            owner=owner,
            centre=centre,
            retold=_retold(entries),
            lexical=lexical,
            dense=dense,
        )

    def _manifest(self, name: str, expected: str | None = None) -> dict[str, Any]:
        """The manifest, if it is the one that was written."""
        place = self._snapshots / name
        try:
            if expected is None:
                expected = (self._folder / "current").read_text("utf-8").split()[1]
            if self._manifest_digest(place) != expected:
                raise _damaged("il manifesto è cambiato")
            manifest: dict[str, Any] = json.loads((place / "manifest.json").read_text("utf-8"))
        except (OSError, ValueError, IndexError) as error:
            raise _damaged("il manifesto non si legge") from error
        if manifest["recipe"] != RECIPE:
            raise _damaged("è stata scritta da un'altra versione del programma")
        return manifest

    def _manifest_digest(self, place: Path) -> str:
        return _file_digest(place / "manifest.json")

    def _passages(
        self, name: str, manifest: dict[str, Any]
    ) -> tuple[tuple[Entry, ...], HalfVectors]:
        place = self._snapshots / name
        self._check_seal(place, manifest, ("passages.jsonl", "vectors.npy"))
        try:
            with (place / "passages.jsonl").open(encoding="utf-8") as file:
                rows = [json.loads(line) for line in file]
            vectors: HalfVectors = np.load(place / "vectors.npy", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise _damaged("i passi non si leggono") from error
        entries = tuple(
            Entry(**row | {"questions": tuple(row["questions"]), "told_by": tuple(row["told_by"])})
            for row in rows
        )
        if (len(entries), len(vectors)) != (manifest["passages"], manifest["vectors"]):
            raise _damaged("passi e vettori non sono quanti dovrebbero")
        return entries, vectors

    def _check_seal(self, place: Path, manifest: dict[str, Any], parts: tuple[str, ...]) -> None:
        """Check that the sealed files under these names are as they were written.

        Digests are computed each time: 40 MB, a library of 20,000 passages, take 0.1 s.
        """
        for name, expected in manifest["seal"].items():
            if not name.startswith(parts):
                continue
            try:
                found = _file_digest(place / name)
            except OSError as error:
                raise _damaged(f"manca {name}") from error
            if found != expected:
                raise _damaged(f"{name} è cambiato")


def _embed(
    views: Sequence[View],
    embedder: TextEmbedder,
    progress: Progress,
    known: Mapping[str, HalfVectors],
) -> Vectors:
    """Vectors of the views, shape `(len(views), dimension)`; those known are not made again."""
    missing = {view.key: view for view in views if view.key not in known}
    found: dict[str, NDArray[np.floating]] = dict(known)
    done = 0

    def told(part: int, _: int) -> None:
        progress("Lettura delle fonti", done + part, len(missing))

    for is_question, embed in ((False, embedder.passages), (True, embedder.queries)):
        texts = {key: v.text for key, v in missing.items() if v.is_question == is_question}
        found.update(zip(texts, embed(list(texts.values()), told), strict=True))
        done += len(texts)
    if not views:
        return embedder.passages([])
    return np.stack([found[view.key] for view in views]).astype(np.float32)


def _centred(entries: Sequence[Entry], vectors: HalfVectors) -> tuple[Centre, Vectors]:
    """The centre of a snapshot and its vectors without it.

    Computed from the stored half precision, so that it comes out the same at each opening.
    """
    views = [view for entry in entries for view in entry.views]
    full = vectors.astype(np.float32)
    centre = Centre.of(entries, views, full)
    asked = np.array([view.is_question for view in views], dtype=bool)
    full[asked] = centre.take_from(full[asked], is_question=True)
    full[~asked] = centre.take_from(full[~asked], is_question=False)
    return centre, full


def _retold(entries: Sequence[Entry]) -> NDArray[np.int64]:
    pairs = [(section, place) for place, entry in enumerate(entries) for section in entry.told_by]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _replace(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, "utf-8")
    partial.replace(path)


def _not_written(error: OSError) -> LibraryError:
    return LibraryError(
        f"Non riesco a scrivere la libreria ({error.strerror}).",
        "Controlla lo spazio libero e i permessi della cartella dei dati.",
    )


def _damaged(what: str) -> LibraryError:
    return LibraryError(
        f"La libreria è danneggiata: {what}.", "Per rifarla: coach knowledge rebuild."
    )
