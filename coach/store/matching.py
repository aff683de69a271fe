"""Who is who when a file of contacts is taken in. Pure: what to write, decided before writing.

A person is the same by the address of their profile, else by e-mail, else by name and company;
never by name alone. A site or a mailbox that several may share counts with the name only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from coach.store.merging import (
    Imported,
    ImportedContact,
    ImportedExchange,
    ImportSummary,
    Skipped,
    fingerprint,
    fold,
    normalised_url,
)

LINKEDIN = "linkedin"

#: Mailboxes that several people read: alone, they do not say who somebody is.
SHARED_MAILBOXES = frozenset({
    "amministrazione", "assistenza", "commerciale", "contact", "contatti", "direzione", "hello",
    "hr", "info", "job", "jobs", "lavoro", "mail", "marketing", "office", "ordini", "posta",
    "press", "redazione", "sales", "segreteria", "selezione", "staff", "stampa", "studio",
    "support", "team", "ufficio", "vendite",
})  # fmt: skip
_PROFILES = ("https://www.linkedin.com/in/", "https://www.linkedin.com/pub/")
#: What LinkedIn's newer exports overrule in a card that came from LinkedIn.
_REFRESHED = ("role", "company", "connected_on")
_FILLED = ("name", "role", "company", "email", "url", "phone", "connected_on")


@dataclass(slots=True, eq=False)
class Person:
    """A contact while a file is being taken in.

    Attributes:
        edited: fields that the person changed by hand: no import touches them.
        import_key: see `coach.store.tables.contacts`.
        seen: whether this file already spoke of them: what comes first in a file stands.
        new_exchanges: how many of the file's messages are theirs and new.
        last: when the newest of those was.
    """

    id: str
    name: str
    role: str
    company: str
    email: str
    url: str
    phone: str
    notes: tuple[str, ...]
    connected_on: date | None
    origin: str
    edited: tuple[str, ...] = ()
    import_key: str | None = None
    is_new: bool = False
    is_changed: bool = False
    seen: bool = False
    new_exchanges: int = 0
    last: datetime | None = None


@dataclass(slots=True)
class Plan:
    """What is to be written.

    Attributes:
        people: everybody the file speaks of, with a flag for the new and the changed.
        messages: the messages that were not there, each with its person.
    """

    people: list[Person] = field(default_factory=list)
    messages: list[tuple[Person, ImportedExchange]] = field(default_factory=list)
    summary: ImportSummary = field(default_factory=ImportSummary)


class KnownPeople:
    """Everybody known, found by what identifies them.

    Args:
        known: the contacts kept.
        new_id: gives an identifier that nobody has.
    """

    def __init__(self, known: Iterable[Person], new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._ids: set[str] = set()
        self._by_url: dict[str, Person] = {}
        self._by_email: dict[str, Person] = {}
        self._by_company: defaultdict[tuple[str, str], list[Person]] = defaultdict(list)
        self._names: set[str] = set()
        self._names_without_profile: set[str] = set()
        self._by_key: defaultdict[str, list[Person]] = defaultdict(list)
        self._urls: dict[str, str] = {}
        for person in known:
            self._enter(person)

    def url(self, text: str) -> str:
        """`normalised_url`, remembered: an export repeats the same addresses many times."""
        known = self._urls.get(text)
        if known is None:
            known = self._urls[text] = normalised_url(text)
        return known

    def by_url(self, url: str) -> Person | None:
        """Who has this profile."""
        return self._by_url.get(url) if _is_profile(url) else None

    def find(self, given: ImportedContact, url: str) -> Person | None:
        """Who is already known as the person given; None for somebody new."""
        name, company, email = fold(given.name), fold(given.company), fold(given.email)
        if url and (known := self._by_url.get(_url_key(url, name))):
            return known
        if email and (known := self._by_email.get(_email_key(email, name))):
            return known
        if name and company:
            for known in self._by_company.get((name, company), ()):
                if not (_is_profile(url) and _is_profile(known.url) and known.url != url):
                    return known
        if not (url or email or company):
            # Nothing but a name: the same only if it is the same row of the same file, and a file
            # may hold two such rows for two people.
            for known in self._by_key.get(key_of(given), ()):
                if not known.seen:
                    return known
        return None

    def has_namesake(self, given: ImportedContact, url: str) -> bool:
        """Whether somebody of the same name is known and nothing says that it is another."""
        names = self._names_without_profile if _is_profile(url) else self._names
        return fold(given.name) in names

    def add(self, given: ImportedContact, url: str) -> Person:
        """Enter somebody new."""
        while (identifier := self._new_id()) in self._ids:
            pass
        person = Person(
            id=identifier,
            name=given.name,
            role=given.role,
            company=given.company,
            email=given.email,
            url=url,
            phone=given.phone,
            notes=given.notes,
            connected_on=given.connected_on,
            origin=given.origin,
            import_key=None if url or given.email or given.company else key_of(given),
            is_new=True,
            seen=True,
        )
        self._enter(person)
        return person

    def also(self, person: Person, url: str) -> None:
        """Let somebody be found by this profile too, and by all that their card says now."""
        self._enter(person)
        if url:
            self._by_url.setdefault(_url_key(url, fold(person.name)), person)

    def _enter(self, person: Person) -> None:
        self._ids.add(person.id)
        name, company, email = fold(person.name), fold(person.company), fold(person.email)
        if person.url:
            self._by_url.setdefault(_url_key(person.url, name), person)
        if email:
            self._by_email.setdefault(_email_key(email, name), person)
        self._names.add(name)
        if not _is_profile(person.url):
            self._names_without_profile.add(name)
        if company:
            _list(self._by_company[name, company], person)
        if person.import_key:
            _list(self._by_key[person.import_key], person)


def plan(
    imported: Imported,
    who: KnownPeople,
    known_messages: set[str],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Plan:
    """Decide what a file adds to what is known.

    Args:
        imported: what the file holds.
        who: everybody known; enters the new.
        known_messages: identifiers of the exchanges kept; enters the new.
        progress: told how many rows are done, of how many.
    """
    made = Plan()
    people: dict[str, Person] = {}
    skipped = list(imported.skipped)
    owner = who.url(imported.owner.url) if imported.owner else ""
    total = len(imported.contacts) + len(imported.exchanges)
    ambiguous = 0

    def take(given: ImportedContact, url: str) -> Person:
        nonlocal ambiguous
        person = who.find(given, url)
        if person is None:
            ambiguous += who.has_namesake(given, url)
            person = who.add(given, url)
        else:
            person.is_changed |= _brought_up_to_date(person, given, url) and not person.is_new
            person.seen = True
            who.also(person, url)
        people.setdefault(person.id, person)
        return person

    for place, given in enumerate(imported.contacts):
        if not place % 1000:
            progress(place, total)
        url = who.url(given.url)
        if url and url == owner:
            continue
        if not given.name.strip():
            skipped.append(Skipped(given.email or given.url or given.phone, "manca il nome"))
            continue
        take(given, url)

    nowhere: defaultdict[str, int] = defaultdict(int)
    known = new = 0
    for place, message in enumerate(imported.exchanges, len(imported.contacts)):
        if not place % 1000:
            progress(place, total)
        if message.fingerprint in known_messages:
            known += 1
            continue
        url = who.url(message.url)
        if not url or url == owner:
            nowhere[message.name] += 1
            continue
        person = who.by_url(url) or take(
            ImportedContact(
                name=message.name.strip() or url.rpartition("/")[2],
                url=url,
                origin=message.origin,
            ),
            url,
        )
        known_messages.add(message.fingerprint)
        new += 1
        person.new_exchanges += 1
        if person.last is None or message.at > person.last:
            person.last = message.at
        people.setdefault(person.id, person)
        made.messages.append((person, message))
    skipped += [
        Skipped(
            f"messaggi con {name or 'qualcuno senza nome'} ({count})",
            "manca l'indirizzo del profilo: il nome da solo non basta a dire chi è",
        )
        for name, count in nowhere.items()
    ]
    progress(total, total)
    made.people = list(people.values())
    spoken_of = [p for p in made.people if p.seen]
    made.summary = ImportSummary(
        new=sum(p.is_new for p in spoken_of),
        updated=sum(p.is_changed for p in spoken_of),
        unchanged=sum(not p.is_new and not p.is_changed for p in spoken_of),
        exchanges_new=new,
        exchanges_known=known,
        skipped=tuple(skipped),
        ambiguous=ambiguous,
    )
    return made


def _is_profile(url: str) -> bool:
    """Whether an address is one person's for certain; a card may also give a company's site."""
    return url.startswith(_PROFILES)


def _url_key(url: str, name: str) -> str:
    return url if _is_profile(url) else f"{url} {name}"


def _email_key(email: str, name: str) -> str:
    return f"{email} {name}" if email.partition("@")[0] in SHARED_MAILBOXES else email


def _list(people: list[Person], person: Person) -> None:
    if person not in people:
        people.append(person)


def key_of(given: ImportedContact) -> str:
    """What tells the row of somebody whom only a name identifies."""
    return fingerprint(
        given.origin, fold(given.name), fold(given.role), given.phone, str(given.connected_on)
    )


def _brought_up_to_date(person: Person, given: ImportedContact, url: str) -> bool:
    """Fill in and refresh a card; says whether anything changed."""
    from_linkedin = given.origin == LINKEDIN == person.origin and not person.seen
    changed = False
    for name in _FILLED:
        said = url if name == "url" else getattr(given, name)
        held = getattr(person, name)
        if not said or said == held or name in person.edited:
            continue
        if not held or (from_linkedin and name in _REFRESHED):
            setattr(person, name, said)
            changed = True
    held_notes = {fold(note) for note in person.notes}
    added = tuple(note for note in given.notes if fold(note) not in held_notes)
    if added:
        person.notes += added
        changed = True
    return changed
