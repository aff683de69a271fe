"""The knowledge base as the rest of the product sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from coach import notes
from coach.embeddings import E5Embeddings, TextEmbedder, Vectors
from coach.errors import CoachError, InputError, LibraryError, RowError
from coach.library import alignment, entries, retrieval
from coach.library.entries import Entry
from coach.library.evidence import Weighing, passage_of, passage_under, weigh
from coach.library.retrieval import Mode
from coach.library.snapshot import RECIPE, Progress, Snapshot, SnapshotFolder
from coach.library.sources import AddedTexts, Addition
from coach.schemas import Passage
from coach.settings import Settings


@dataclass(frozen=True)
class SourceCard:
    """A source of the library.

    Attributes:
        shipped: it comes with the product and cannot be removed.
        name: the file it came from.
        added: when the person added it, ISO 8601; empty when shipped.
        passages: how many passages it has.
    """

    id: str
    title: str
    shipped: bool
    name: str
    added: str
    passages: int


@dataclass(frozen=True)
class CheckedPart:
    """A part of the library and whether it is sound; `detail` is in Italian."""

    name: str
    sound: bool
    detail: str


class Library:
    """Sources, their passages and the search among them.

    Build one with `open` or `from_corpus`. It may be shared between threads, and other processes
    may read and change the same library: a change shows at the next search.
    """

    def __init__(
        self,
        folder: SnapshotFolder,
        embeddings: TextEmbedder,
        progress: Progress,
        *,
        note_folder: Path | None = None,
        added: AddedTexts | None = None,
    ) -> None:
        self._folder = folder
        self._embeddings = embeddings
        self._progress = progress
        self._note_folder = note_folder
        self._added = added
        self._lock = threading.RLock()
        self._snapshot: Snapshot | None = None

    @classmethod
    def open(
        cls,
        settings: Settings,
        embeddings: TextEmbedder | None = None,
        progress: Progress | None = None,
    ) -> Library:
        """Open the library of a person, building or mending what needs it.

        Args:
            settings: say where notes, added texts and the index are.
            embeddings: the embedder; the embedded model when None.
            progress: told the stage, in Italian, what is done and of how much.

        Raises:
            LibraryError: it cannot be built or another program does not finish writing it.
            KnowledgeError: a note is damaged. (A damaged text of the person's is left out, with a
                warning in the log, and `check` says which.)
        """
        library = cls(
            SnapshotFolder(settings.library),
            embeddings or E5Embeddings(),
            progress or _silent,
            note_folder=settings.notes,
            added=AddedTexts(settings.sources),
        )
        library._bring_up_to_date()
        return library

    @classmethod
    def from_corpus(
        cls,
        rows: Iterable[Mapping[str, Any]],
        folder: Path,
        embeddings: TextEmbedder | None = None,
        progress: Progress | None = None,
    ) -> Library:
        """Index the rows of a corpus, `{"pid", "text"}` and perhaps `"title"`, in a folder.

        Args:
            rows: one passage each, indexed whole.
            folder: an empty folder that the caller removes.
            embeddings: the embedder; the embedded model when None.
            progress: as in `open`.

        Raises:
            RowError: a row lacks its identifier or its text, or repeats an identifier.
            LibraryError: the index cannot be built.
        """
        passages = _corpus_entries(rows)
        library = cls(SnapshotFolder(folder), embeddings or E5Embeddings(), progress or _silent)
        with library._folder.writing(library._progress):
            library._snapshot = library._folder.write(
                "corpus", passages, library._embeddings, library._progress
            )
        return library

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index; the library cannot be searched afterwards."""
        with self._lock:
            self._put(None)

    def search(self, query: str, k: int = 5, mode: Mode | str = Mode.HYBRID) -> list[Passage]:
        """The passages that answer a question best, best first.

        Args:
            query: any text; one in an unknown alphabet is searched by meaning alone, an empty one
                finds nothing.
            k: how many at most.
            mode: which indexes are asked.

        Raises:
            InputError: `k` or `mode` is not valid.
            LibraryError: the index failed.
        """
        return self.search_many([query], k, mode)[0]

    def search_many(
        self, queries: Sequence[str], k: int = 5, mode: Mode | str = Mode.HYBRID
    ) -> list[list[Passage]]:
        """As `search`, for many questions at once; `progress` is told how many are embedded."""
        if k < 1:
            raise InputError("Il numero di passi da cercare deve essere almeno 1.")
        try:
            mode = Mode(mode)
        except ValueError as error:
            known = ", ".join(Mode)
            raise InputError(
                f"Modo di ricerca «{mode}» sconosciuto.", f"Scegli fra {known}."
            ) from error
        asked = [position for position, query in enumerate(queries) if query.strip()]
        texts = [queries[position] for position in asked]
        vectors = None
        if mode is not Mode.LEXICAL:
            vectors = self._embeddings.queries(texts, self._told_of_questions(len(texts)))
        with self._lock:
            snapshot = self._in_force()
            rankings = retrieval.rank(snapshot, texts, vectors, k, mode)
        found: list[list[Passage]] = [[] for _ in queries]
        for position, ranking in zip(asked, rankings, strict=True):
            found[position] = [
                passage_of(snapshot.entries[place], score) for place, score in ranking
            ]
        return found

    def _told_of_questions(self, count: int) -> Callable[[int, int], None] | None:
        """Progress for a batch; a single question takes milliseconds and is not worth telling."""
        if count == 1:
            return None
        return lambda done, total: self._progress("Lettura delle domande", done, total)

    def weigh(self, question: str, k: int = 5) -> Weighing:
        """How strongly the best passages speak of a question, and the library as a whole.

        Raises:
            LibraryError: the index failed.
        """
        vector = self._embeddings.queries([question])[0]
        with self._lock:
            return weigh(self._in_force(), question, vector, k)

    def vectors(self, questions: Sequence[str]) -> Vectors:
        """The unit vectors of questions, shape `(len(questions), dimension)`."""
        return self._embeddings.queries(questions)

    def knows(self, term: str) -> bool:
        """Whether any passage holds a term (`coach.library.lexical.terms`)."""
        with self._lock:
            return self._in_force().lexical.holds(term)

    def holds(self, source_id: str, words: str) -> bool:
        """Whether a passage of a source holds these words as they stand."""
        with self._lock:
            entries = self._in_force().entries
        return any(entry.source_id == source_id and words in entry.text for entry in entries)

    def passage(self, source_id: str, heading: str) -> Passage | None:
        """The passage of a source under a heading, or None when the library does not hold it."""
        with self._lock:
            return passage_under(self._in_force().entries, source_id, heading)

    def add(self, paths: Iterable[Path]) -> Addition:
        """Add files and folders (recursively) to the person's texts and index them.

        A file that cannot be taken is reported in the result and does not stop the others.

        Raises:
            LibraryError: another program does not finish writing the library.
        """
        added = self._own_texts()
        with self._folder.writing(self._progress):
            addition = added.add(paths)
            if addition.added:
                self._write()
        return addition

    def remove(self, source_id: str) -> None:
        """Erase a text that the person added: the copy, its passages and its vectors.

        Raises:
            InputError: there is no such text, or it comes with the product.
            LibraryError: another program does not finish writing the library.
        """
        added = self._own_texts()
        if any(note.id == source_id for note in self._notes()):
            raise InputError(f"«{source_id}» fa parte del prodotto e non si può rimuovere.")
        with self._folder.writing(self._progress):
            added.remove(source_id)
            self._write()

    def sources(self) -> list[SourceCard]:
        """The sources: those that come with the product, then those that the person added."""
        with self._lock:
            snapshot = self._in_force()
        passages: dict[str, int] = {}
        for entry in snapshot.entries:
            passages[entry.source_id] = passages.get(entry.source_id, 0) + 1
        shipped = [
            SourceCard(note.id, note.title, True, f"{note.id}.md", "", passages.get(note.id, 0))
            for note in self._notes()
        ]
        cards = self._added.read()[0] if self._added else {}
        return shipped + [
            SourceCard(card.id, card.title, False, card.name, card.added, passages.get(card.id, 0))
            for card in cards
        ]

    def rebuild(self) -> None:
        """Build the index anew, embedding every passage again.

        Raises:
            LibraryError: it cannot be built.
        """
        self._own_texts()
        with self._folder.writing(self._progress):
            self._write(reuse=False)

    def check(self) -> list[CheckedPart]:
        """Check every part: notes, added texts, the index on disk. Changes nothing."""
        parts = []
        for name, examine in (
            ("note", self._check_notes),
            ("testi aggiunti", self._check_added),
            ("indice", self._check_index),
        ):
            try:
                parts.append(CheckedPart(name, True, examine()))
            except CoachError as error:
                parts.append(CheckedPart(name, False, str(error)))
        return parts

    def _check_notes(self) -> str:
        return f"{len(self._notes())} note"

    def _check_added(self) -> str:
        cards, problems = self._own_texts().read()
        if problems:
            raise problems[0]
        return f"{len(cards)} testi"

    def _check_index(self) -> str:
        snapshot = self._folder.open_current()
        if snapshot is None:
            raise LibraryError("L'indice non c'è.", "Per farlo: coach knowledge rebuild.")
        snapshot.dense.close()
        if snapshot.state != self._state():
            raise LibraryError(
                "L'indice non è aggiornato.", "Per rifarlo: coach knowledge rebuild."
            )
        return f"{len(snapshot.entries)} passi, {len(snapshot.vectors)} vettori"

    def _own_texts(self) -> AddedTexts:
        if self._added is None:
            raise LibraryError("Questa libreria è temporanea e non si può cambiare.")
        return self._added

    def _notes(self) -> tuple[notes.Note, ...]:
        return notes.read_notes(self._note_folder) if self._note_folder else ()

    def _state(self) -> str:
        """What the index should be made from: notes, added texts, embedder, recipe."""
        cards = self._added.read()[0] if self._added else {}
        return entries.digest(
            [
                RECIPE,
                self._embeddings.version,
                *(note.model_dump_json() for note in self._notes()),
                *(f"{card.id} {card.title} {card.digest}" for card in cards),
            ]
        )

    def _entries(self) -> list[Entry]:
        sections = [entry for note in self._notes() for entry in entries.of_note(note)]
        texts = self._added.read()[0] if self._added else {}
        passages = [
            entry
            for card, text in texts.items()
            for entry in entries.of_text(text, card.title, card.id)
        ]
        return [*sections, *alignment.align(sections, passages)]

    def _bring_up_to_date(self) -> None:
        """Open the snapshot in force if it is sound and current; otherwise write another."""
        if self._open_if_current():
            return
        with self._folder.writing(self._progress):
            # Another process may have mended it while this one waited.
            if not self._open_if_current():
                self._write()

    def _open_if_current(self) -> bool:
        try:
            snapshot = self._folder.open_current()
        except LibraryError:
            return False
        if snapshot is None:
            return False
        if snapshot.state != self._state():
            snapshot.dense.close()
            return False
        with self._lock:
            self._put(snapshot)
        return True

    def _write(self, *, reuse: bool = True) -> None:
        """Write a snapshot of what there is now; call it inside `writing`."""
        snapshot = self._folder.write(
            self._state(), self._entries(), self._embeddings, self._progress, reuse=reuse
        )
        with self._lock:
            self._put(snapshot)

    def _in_force(self) -> Snapshot:
        """The snapshot in force, opened anew when another process has changed it."""
        if self._snapshot is None:
            raise LibraryError("La libreria è chiusa.")
        name = self._folder.current_name()
        if name and name != self._snapshot.name and (newer := self._folder.open_current()):
            self._put(newer)
        return self._snapshot

    def _put(self, snapshot: Snapshot | None) -> None:
        if self._snapshot is not None:
            self._snapshot.dense.close()
        self._snapshot = snapshot


def _corpus_entries(rows: Iterable[Mapping[str, Any]]) -> list[Entry]:
    found: dict[str, Entry] = {}
    for number, row in enumerate(rows, start=1):
        pid, text = row.get("pid"), row.get("text")
        if not isinstance(pid, str) or not pid or not isinstance(text, str):
            raise RowError(f"Riga {number}: servono «pid» e «text», entrambi testi.")
        if pid in found:
            raise RowError(f"Riga {number}: il pid «{pid}» c'è già.")
        title = row.get("title")
        found[pid] = Entry(
            text=text, title=title if isinstance(title, str) else "", source_id=pid, pid=pid
        )
    return list(found.values())


def _silent(stage: str, done: int, total: int) -> None:
    """No one is told."""
