"""What the person can do about what is known of somebody: take it away with them, or erase it.

`forget` erases a contact and proves it: it searches every file of the state folder for their name,
profile, e-mail and number.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import computed_field

from coach.schemas import ChatTurn, ContactCard, Exchange, Model, PracticeSession, Sender
from coach.settings import Settings
from coach.store import Erased, SavedDraft, Store, old_drafts
from coach.store.mentions import ERASED, Mention, Mentions, Trait

#: Told, in Italian, what is going on, how much is done and of how much.
Progress = Callable[[str, int, int], None]

#: A cell that begins so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_COLUMNS = (
    "tipo", "id", "nome", "ruolo", "azienda", "email", "profilo", "telefono", "rapporto",
    "collegati dal", "quando", "verso", "dove", "testo", "offre", "chiede",
)  # fmt: skip

#: Bytes of a file looked at together, and how many of them again with the next.
_CHUNK = 1 << 20
_OVERLAP = 1 << 12
#: Letters below which a name is met by chance among the figures of an index.
_FEWEST_LETTERS = 6
#: Longer words that are named as examples.
_NAMED = 3
_SQLITE = b"SQLite format 3\x00"


# --- taking away ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """What is kept of somebody, or of nobody in particular when there is no card."""

    card: ContactCard | None
    exchanges: Sequence[Exchange] = ()
    drafts: Sequence[SavedDraft] = ()
    conversation: Sequence[ChatTurn] = ()
    practice: Sequence[PracticeSession] = ()


@dataclass(frozen=True)
class Exported:
    """What was asked for, to be written as one or the other.

    Attributes:
        profile: the person's own, when all was asked for.
    """

    people: Sequence[Kept]
    profile: Sender | None = None

    def json(self) -> str:
        """Everything, as indented JSON."""
        told: dict[str, Any] = {"exported_at": datetime.now(UTC).isoformat(timespec="seconds")}
        if self.profile is not None:
            told["profile"] = self.profile.model_dump(mode="json")
        told["contacts"] = [_object(kept) for kept in self.people if kept.card is not None]
        rest = [_object(kept) for kept in self.people if kept.card is None]
        if rest:
            told["of_nobody_in_particular"] = rest[0]
        return json.dumps(told, ensure_ascii=False, indent=2) + "\n"

    def csv(self) -> str:
        """One record a row, in a form in which no spreadsheet takes a text for a formula."""
        out = io.StringIO()
        writer = csv.DictWriter(out, _COLUMNS, restval="")
        writer.writeheader()
        for kept in self.people:
            for row in _rows(kept):
                writer.writerow({name: inert(value) for name, value in row.items()})
        return out.getvalue()


def export_contact(store: Store, contact_id: str) -> Exported:
    """All that is kept of a contact.

    Raises:
        NotFoundError: there is no such contact.
        StoreError: the store cannot be read.
    """
    card = store.contact(contact_id)
    kept = Kept(
        card,
        store.exchanges(card.id),
        store.drafts(card.id),
        store.turns(card.id, store.count_turns(card.id)),
        store.sessions(card.id),
    )
    return Exported([kept])


def export_all(store: Store) -> Exported:
    """All that is kept, the person's own profile included.

    Raises:
        StoreError: the store cannot be read.
    """
    exchanges: dict[str, list[Exchange]] = {}
    for exchange in store.every_exchange():
        exchanges.setdefault(exchange.contact_id, []).append(exchange)
    drafts: dict[str | None, list[SavedDraft]] = {}
    for draft in store.drafts():
        drafts.setdefault(draft.contact_id, []).append(draft)
    practice: dict[str | None, list[PracticeSession]] = {}
    for session in store.sessions():
        practice.setdefault(session.persona.contact_id or None, []).append(session)
    talks = store.conversations()
    cards = [row.card for row in store.contacts(order="name", limit=None)]
    people = [
        Kept(
            card,
            exchanges.get(card.id, ()),
            drafts.get(card.id, ()),
            talks.get(card.id, ()),
            practice.get(card.id, ()),
        )
        for card in cards
    ]
    people.append(Kept(None, (), drafts.get(None, ()), talks.get(None, ()), practice.get(None, ())))
    return Exported(people, store.profile())


def _object(kept: Kept) -> dict[str, Any]:
    told: dict[str, Any] = kept.card.model_dump(mode="json") if kept.card else {}
    if kept.card:
        told["exchanges"] = [
            each.model_dump(mode="json", exclude={"contact_id"}) for each in kept.exchanges
        ]
    told["drafts"] = [
        {
            "id": draft.id,
            "recipient": draft.recipient,
            "saved_at": draft.saved_at.isoformat(),
            "draft": _decoded(draft.data),
        }
        for draft in kept.drafts
    ]
    told["conversation"] = [turn.model_dump(mode="json") for turn in kept.conversation]
    told["practice"] = [session.model_dump(mode="json") for session in kept.practice]
    return told


def _decoded(data: str) -> Any:  # noqa: ANN401 - whatever the page keeps
    try:
        return json.loads(data)
    except ValueError:
        return data


def _rows(kept: Kept) -> Iterator[dict[str, str]]:
    card = kept.card
    who = {"id": card.id, "nome": card.name} if card else {}
    if card:
        yield {
            "tipo": "contatto",
            **who,
            "ruolo": card.role,
            "azienda": card.company,
            "email": card.email,
            "profilo": card.url,
            "telefono": card.phone,
            "rapporto": card.relation.value if card.relation else "",
            "collegati dal": card.connected_on.isoformat() if card.connected_on else "",
            "testo": "\n".join(card.notes),
        }
    for exchange in kept.exchanges:
        yield {
            "tipo": "scambio",
            **who,
            "quando": exchange.at.isoformat(),
            "verso": exchange.direction.value,
            "dove": exchange.channel.value,
            "testo": exchange.text,
            "offre": "\n".join(exchange.gives or ()),
            "chiede": "\n".join(exchange.asks or ()),
        }
    for draft in kept.drafts:
        data = _decoded(draft.data)
        text = data.get("text", "") if isinstance(data, dict) else draft.data
        yield {
            "tipo": "bozza",
            **(who or {"nome": draft.recipient}),
            "quando": draft.saved_at.isoformat(),
            "testo": str(text),
        }
    for turn in kept.conversation:
        when = turn.at.isoformat()
        yield {"tipo": "domanda", **who, "quando": when, "testo": turn.question}
        yield {"tipo": "risposta", **who, "quando": when, "testo": turn.answer.text}
    for session in kept.practice:
        name = who or {"nome": session.persona.name}
        when = session.started.isoformat()
        for played in session.turns:
            yield {"tipo": "pratica", **name, "quando": when, "testo": played.learner}
            yield {"tipo": "pratica, risposta", **name, "quando": when, "testo": played.reply}


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows as CSV under the headings of the first one, every cell inert."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows({name: inert(str(value)) for name, value in row.items()} for row in rows)
    return out.getvalue()


def inert(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before what would begin one."""
    return f"'{text}" if text.startswith(_FORMULA) else text


# --- erasing --------------------------------------------------------------------------------------


class TraceKind(StrEnum):
    """Why something that gives a person away still stands in a file."""

    LEFT = "left"
    SOURCE = "source"
    NAMESAKE = "namesake"
    LONGER = "longer"
    PRODUCT = "product"


class Trace(Model):
    """What was found in a file after the erasure.

    Attributes:
        file: within the state folder, or whole when it is elsewhere.
        times: how often.
        why: in Italian.
        remedy: what the person can do about it, in Italian; empty when there is nothing to do.
    """

    file: str
    trait: Trait
    kind: TraceKind
    times: int
    why: str
    remedy: str = ""


class Proof(Model):
    """What was erased, what was searched, what was found.

    Attributes:
        erased: what was taken out of the store.
        folder: the state folder.
        searched_for: what was looked for, as the card had it.
        files: how many were searched.
        bytes: how many.
        traces: what was found.
        unread: files that could not be searched.
        on_server: whether the database is no file of ours: its rows were searched, not its files.
    """

    erased: Erased
    folder: str
    searched_for: tuple[str, ...]
    files: int
    bytes: int
    traces: tuple[Trace, ...] = ()
    unread: tuple[str, ...] = ()
    on_server: bool = False

    @computed_field  # type: ignore[prop-decorator]
    @property
    def clean(self) -> bool:
        """Whether nothing is left: only what is another's or was never the person's."""
        return not self.unread and not any(
            trace.kind in (TraceKind.LEFT, TraceKind.SOURCE) for trace in self.traces
        )


def forget(
    store: Store, settings: Settings, contact_id: str, progress: Progress | None = None
) -> Proof:
    """Erase a person from everything kept, then search every file for them.

    The texts that the person added to the library are searched and not changed. What was copied
    outside of the state folder (backups, exports, the imported files) is out of reach, and an
    import of an old export brings the person back.

    Args:
        store: holds the contact.
        settings: say where the state is.
        contact_id: the contact's identifier, or what `Store.contact` takes for it.
        progress: told what is going on.

    Raises:
        NotFoundError: there is no such contact.
        StoreError: the store cannot be written.
    """
    tell = progress or (lambda text, done, total: None)
    tell("Cancello dal database", 0, 0)
    old_drafts.take_in(store, settings.home / "drafts")
    erased = store.erase(contact_id)
    return _Search(store, settings, erased).proof(tell)


def told(proof: Proof) -> str:
    """The proof in words, for the person."""
    erased = proof.erased
    gone = _listed(
        "la scheda",
        _counted(erased.exchanges, "scambio", "scambi"),
        _counted(erased.drafts, "bozza", "bozze"),
        _counted(erased.turns, "domanda al coach", "domande al coach"),
        _counted(erased.sessions, "pratica", "pratiche"),
    )
    lines = [f"Ho cancellato {erased.card.name}: {gone}."]
    if erased.mentions:
        where = _counted(erased.mentions, "altro testo", "altri testi")
        lines.append(f"In {where} al suo posto ora si legge «{ERASED}».")
    size = f"{proof.bytes / 1e6:.1f}".replace(".", ",")
    places = (
        f"{proof.files} file ({size} MB) di {proof.folder}",
        "tutti i testi del database" if proof.on_server else "",
    )
    lines.append(
        f"Prova: ho cercato {_listed(*(f'«{text}»' for text in proof.searched_for))} in "
        f"{_listed(*places)}."
    )
    if proof.on_server:
        lines.append("Delle copie e dei registri del server si occupa chi lo gestisce.")
    if not proof.traces and not proof.unread:
        lines.append("Non ne resta niente.")
    for trace in proof.traces:
        times = _counted(trace.times, "volta", "volte")
        lines.append(f"- {trace.file}: {trace.trait.value}, {times}. {trace.why} {trace.remedy}")
    lines += [f"- {file}: non riesco a leggerlo." for file in proof.unread]
    if proof.clean and proof.traces:
        lines.append("Di questa persona non resta niente.")
    elif not proof.clean:
        lines.append("Qualcosa resta: qui sopra c'è scritto dove.")
    return "\n".join(line.rstrip() for line in lines)


class _Search:
    """The search that proves an erasure.

    Everything of the person is looked for, even what others share: the proof says why it stays.
    """

    def __init__(self, store: Store, settings: Settings, erased: Erased) -> None:
        self._store = store
        self._settings = settings
        self._erased = erased
        self._mentions = Mentions(erased.card)
        self._bytes = 0
        self._unread: list[str] = []

    def proof(self, tell: Progress) -> Proof:
        """Search everything."""
        card = self._erased.card
        found: dict[Path, Counter[Mention]] = {}
        files = sorted(self._files())
        for place, path in enumerate(files):
            tell("Cerco nei file", place, len(files))
            mentions = self._in_file(path)
            if mentions and self._settings.cache in path.parents:
                # It can be made again: better gone.
                path.unlink(missing_ok=True)
            elif mentions:
                found[path] = mentions
        tell("Cerco nei file", len(files), len(files))
        searched = self._bytes
        return Proof(
            erased=self._erased,
            folder=str(self._settings.home),
            searched_for=tuple(filter(None, (card.name, card.url, card.email, card.phone))),
            files=len(files),
            bytes=searched,
            traces=tuple(self._traces(found)),
            unread=tuple(self._unread),
            on_server=self._store.file is None,
        )

    def _files(self) -> Iterator[Path]:
        """The files that may hold something of the person: not the downloaded model."""
        settings, database = self._settings, self._store.file
        for path in settings.home.rglob("*"):
            if path.is_file() and not path.is_symlink() and settings.models not in path.parents:
                yield path
        if database is not None and settings.home not in database.parents:
            yield from filter(Path.is_file, database.parent.glob(f"{database.name}*"))

    def _in_file(self, path: Path) -> Counter[Mention]:
        found: Counter[Mention] = Counter()
        try:
            with path.open("rb") as file:
                chunk = file.read(_CHUNK)
                while chunk:
                    self._bytes += len(chunk)
                    found.update(self._mentions.find(chunk.decode("utf-8", "replace")))
                    # What lies across two chunks is seen with the next; what lies before, once.
                    again = chunk[-_OVERLAP:]
                    if chunk := file.read(_CHUNK):
                        found.subtract(self._mentions.find(again.decode("utf-8", "replace")))
                        self._bytes -= len(again)
                        chunk = again + chunk
        except FileNotFoundError:
            # A write-ahead log goes with its last connection.
            pass
        except OSError:
            self._unread.append(self._named(path))
        return +found

    def _named(self, path: Path) -> str:
        home = self._settings.home
        return str(path.relative_to(home) if home in path.parents else path)

    def _traces(self, found: dict[Path, Counter[Mention]]) -> Iterator[Trace]:
        if not found and self._store.file is not None:
            return
        rows: Counter[Mention] = Counter()
        for text in self._store.texts():
            rows.update(self._mentions.find(text))
        notes: Counter[Mention] = Counter()
        if any(self._settings.library in path.parents for path in found):
            for path in self._settings.notes.glob("*.md"):
                notes.update(self._in_file(path))
        added = [found[path] for path in found if self._settings.sources in path.parents]
        # In a database, what one cell says touches what the next one says: there, a longer word is
        # something else only if a text that stays has it.
        texts = [rows, notes, *(found[path] for path in found if not self._is_packed(path))]
        longer = {m.word for mentions in texts for m in mentions if not m.whole}
        explain = _Explanation(
            self._settings,
            self._erased,
            longer,
            in_added={mention.trait for mentions in added for mention in mentions},
            in_notes={mention.trait for mention in notes},
        )
        places = dict(found)
        if self._store.file is None and rows:
            places[Path("database")] = rows
        told: Counter[tuple[str, Trait, TraceKind, str, str]] = Counter()
        for path, mentions in places.items():
            for mention, times in mentions.items():
                because = explain(path, mention, is_database=self._is_database(path))
                if because is not None:
                    told[self._named(path), mention.trait, *because] += times
        for (file, trait, kind, why, remedy), times in told.items():
            yield Trace(file=file, trait=trait, kind=kind, times=times, why=why, remedy=remedy)

    def _is_database(self, path: Path) -> bool:
        database = self._store.file
        suffixes = ("", "-wal", "-shm", "-journal")
        return database is not None and path.parent == database.parent and (
            path.name in {f"{database.name}{suffix}" for suffix in suffixes}
        )  # fmt: skip

    def _is_packed(self, path: Path) -> bool:
        return (
            self._is_database(path)
            or self._settings.library in path.parents
            or _begins_with(path, _SQLITE)
        )


@dataclass(frozen=True)
class _Explanation:
    """Tells why a mention is still where it is.

    Attributes:
        longer: words of texts that stay of which the person's name or address is a part.
        in_added: what of the person the texts have that were added to the library.
        in_notes: the same of the notes that come with the program.
    """

    settings: Settings
    erased: Erased
    longer: set[str]
    in_added: set[Trait]
    in_notes: set[Trait]

    def __call__(
        self, path: Path, mention: Mention, *, is_database: bool
    ) -> tuple[TraceKind, str, str] | None:
        """Kind, reason and remedy; None for what is there by chance."""
        settings = self.settings
        if not mention.whole and any(word in mention.word for word in self.longer):
            some = [f"«{word}»" for word in sorted(self.longer)[:_NAMED]]
            return TraceKind.LONGER, f"Fa parte di altre parole: per esempio {_listed(*some)}.", ""
        if settings.sources in path.parents:
            return (
                TraceKind.SOURCE,
                "È in un testo che hai aggiunto alla biblioteca: non lo tocco senza chiederti.",
                f"Per toglierlo: `coach knowledge remove {path.stem}`.",
            )
        if mention.trait in self.erased.shared:
            others = [f"{card.name} ({card.id})" for card in self.erased.namesakes]
            whose = f"di {_listed(*others)}" if others else "tuo"
            return TraceKind.NAMESAKE, f"Resta perché è anche {whose}.", ""
        if settings.library in path.parents:
            if mention.trait in self.in_added:
                return (
                    TraceKind.SOURCE,
                    "È nell'indice dei testi che hai aggiunto.",
                    "Va via togliendo il testo.",
                )
            if mention.trait in self.in_notes:
                return TraceKind.PRODUCT, "È nelle note che accompagnano il programma.", ""
            if mention.trait is Trait.NAME and len(mention.word) < _FEWEST_LETTERS:
                return None
            return (
                TraceKind.LEFT,
                "È nell'indice della biblioteca, da un testo che non c'è più.",
                "Rifallo: `coach knowledge rebuild`.",
            )
        if is_database:
            return (
                TraceKind.LEFT,
                "È ancora nel database: un altro programma lo tiene occupato.",
                "Chiudi le altre finestre del coach: chiudendosi lo tolgono.",
            )
        if _begins_with(path, _SQLITE):
            return (
                TraceKind.LEFT,
                "È in una copia del database fatta prima.",
                "Cancella la copia e fanne una nuova.",
            )
        return TraceKind.LEFT, "È in un file che non è dell'archivio.", "Cancellalo, se vuoi."


def _begins_with(path: Path, magic: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(magic)) == magic
    except OSError:
        return False


def _counted(number: int, one: str, many: str) -> str:
    """`3 scambi`; empty for none."""
    return f"{number} {one if number == 1 else many}" if number else ""


def _listed(*parts: str) -> str:
    """Parts, but the empty ones, as an Italian list."""
    given = [part for part in parts if part]
    return " e ".join(filter(None, (", ".join(given[:-1]), given[-1]))) if given else ""
