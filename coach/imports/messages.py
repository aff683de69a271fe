"""LinkedIn's `messages.csv`: what passed between the owner of the export and each person.

A message in a group counts as one to each person in it, because each of them reads what is offered
or asked; above `LARGEST_GROUP` people it speaks to a room, and counts for nobody.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from coach.imports import dates, people
from coach.imports.owner import Person
from coach.imports.remembering import remembered
from coach.imports.tables import LineProgress, Table
from coach.imports.text import from_html, one_line, paragraphs
from coach.schemas import Direction, ExchangeChannel
from coach.store.merging import ImportedExchange, Skipped, fingerprint, fold

HEADER = ("conversation id", "from", "date", "content")
_COLUMNS = (
    "conversation id",
    "from",
    "sender profile url",
    "to",
    "recipient profile urls",
    "date",
    "subject",
    "content",
    "folder",
    "attachments",
    "is message draft",
)

#: People in a conversation beside the owner.
LARGEST_GROUP = 5

_YES = frozenset({"true", "yes", "si", "1"})
_ORGANISATION = re.compile(r"linkedin\.com/(?:company|school|showcase|edu)/", re.IGNORECASE)
#: Class of the paragraphs of a message that somebody paid LinkedIn to deliver.
_SPONSORED = "spinmail"
_SEPARATOR = re.compile(r"[\s,;]+")


@dataclass(slots=True)
class Message:
    """A message that was sent.

    Attributes:
        line: where it begins in the file.
        at: in UTC; None when the file's date cannot be read.
        written: the date as written.
        text: without markup; empty when there is only an attachment.
    """

    line: int
    conversation: str
    sender: Person
    recipients: tuple[Person, ...]
    at: datetime | None
    written: str
    subject: str
    text: str
    attached: bool


@dataclass(frozen=True)
class Messages:
    """The messages of a file.

    Attributes:
        file: its name.
        sent: those between people, in the order of the file.
        participants: each conversation with each of those who take part in it.
    """

    file: str
    sent: tuple[Message, ...]
    participants: tuple[tuple[str, Person], ...]


def read_messages(
    table: Table, skipped: list[Skipped], progress: LineProgress | None = None
) -> Messages:
    """The messages of a file between people.

    Args:
        table: the file.
        skipped: gets drafts, advertising, LinkedIn's own messages and the like, with the reason.
        progress: told now and then.
    """
    messages: list[Message] = []
    for line, cells in table.select(_COLUMNS, skipped, progress):
        conversation, sender, sender_url, to, to_urls, date, subject, text, *marks = cells
        folder, attachments, draft = marks
        if why := _not_between_people(sender, sender_url, text, folder, draft):
            skipped.append(Skipped(f"{table.name}, riga {line}", why))
            continue
        messages.append(
            Message(
                line,
                sys.intern(conversation),
                _person(sender, sender_url),
                _recipients(to, to_urls),
                None,
                date,
                one_line(from_html(subject)) if subject else "",
                paragraphs(from_html(text)),
                bool(attachments),
            )
        )
    # With commas the file is as LinkedIn, or an English spreadsheet, wrote it.
    day_first = dates.day_first((m.written for m in messages), undecided=table.delimiter != ",")
    for message in messages:
        message.at = dates.instant(message.written, day_first)
    return Messages(table.name, tuple(messages), _participants(messages))


def _participants(messages: Iterable[Message]) -> tuple[tuple[str, Person], ...]:
    everybody = (
        (message.conversation, person)
        for message in messages
        for person in (message.sender, *message.recipients)
    )
    # Messages are many, and repeat the same people.
    return tuple(p for p in dict.fromkeys(everybody) if not people.is_nobody(p[1].name))


def exchanges(
    messages: Messages,
    owner: Person,
    skipped: list[Skipped],
    names: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[ImportedExchange]:
    """What each message is between the owner and one person; several for a group.

    Args:
        messages: of one file.
        owner: whose export it is.
        skipped: gets the messages that are none, with the reason.
        names: of people by their profile, as other files of the export have them.
    """
    talks = _Conversations(messages, owner, names)
    seen: set[str] = set()
    for message in messages.sent:
        sent = message.sender.is_same(owner)
        direction = Direction.SENT if sent else Direction.RECEIVED
        others = talks.others(message, sent)
        group = talks.size(message)
        text = message.text or ("[allegato]" if message.attached else "")
        if why := _no_exchange(message, text, others, group):
            skipped.append(Skipped(f"{messages.file}, riga {message.line}", why))
            continue
        assert message.at is not None
        said = (message.conversation, message.at, direction, text)
        mark = fingerprint(*said)
        if mark in seen:
            skipped.append(Skipped(f"{messages.file}, riga {message.line}", "messaggio ripetuto"))
            continue
        seen.add(mark)
        for person in others:
            yield ImportedExchange(
                name=person.name,
                url=person.url,
                at=message.at,
                direction=direction,
                channel=ExchangeChannel.LINKEDIN,
                text=f"{message.subject}\n\n{text}" if message.subject else text,
                origin="linkedin",
                # A conversation tells who the other is; a group does not.
                fingerprint=fingerprint(*said, person.key) if group > 1 else mark,
            )


class _Conversations:
    """Who takes part in each conversation beside the owner, with all that the file says of them."""

    def __init__(self, messages: Messages, owner: Person, names: Mapping[str, str]) -> None:
        self._owner = owner
        self._names = dict(names)
        self._profiles: dict[tuple[str, str], str] = {}
        self._people: dict[str, dict[str, Person]] = defaultdict(dict)
        self._others: dict[tuple[str, tuple[Person, ...]], tuple[Person, ...]] = {}
        for conversation, person in messages.participants:
            if person.is_same(owner):
                continue
            name = fold(person.name)
            if person.name and person.url:
                self._names.setdefault(person.url, person.name)
                self._profiles.setdefault((conversation, name), person.url)
            self._people[conversation].setdefault(name or person.url, person)

    def size(self, message: Message) -> int:
        """People in the conversation beside the owner."""
        return len(self._people.get(message.conversation, ()))

    def others(self, message: Message, sent: bool) -> tuple[Person, ...]:
        """Whom the message is to, or from; without those who closed or hid their profile."""
        named = message.recipients if sent else (message.sender,)
        known = self._others.get((message.conversation, named))
        if known is None:
            others = [person for person in named if not person.is_same(self._owner)]
            if not others and self.size(message) == 1:
                others = list(self._people[message.conversation].values())
            whole = (self._whole(person, message.conversation) for person in others)
            known = tuple(p for p in whole if p.name and not people.is_nobody(p.name))
            self._others[message.conversation, named] = known
        return known

    def _whole(self, person: Person, conversation: str) -> Person:
        url = person.url or self._profiles.get((conversation, fold(person.name)), "")
        return Person(person.name or self._names.get(url, ""), url)


def _not_between_people(sender: str, url: str, content: str, folder: str, draft: str) -> str:
    """Why a row is no message between people, in Italian; empty when it is one."""
    if draft and fold(draft) in _YES:
        return "bozza: non è stata inviata"
    if _SPONSORED in content:
        return "messaggio sponsorizzato"
    if not _is_person(sender, url):
        return "messaggio di LinkedIn o di un'azienda, non di una persona"
    if folder.strip().casefold() == "spam":
        return "è nella cartella dello spam"
    return ""


def _no_exchange(message: Message, text: str, others: tuple[Person, ...], group: int) -> str:
    """Why a message is no exchange with anybody, in Italian; empty when it is one."""
    if not text:
        return "messaggio senza testo"
    if message.at is None:
        return f"data «{message.written}» non riconosciuta"
    if not others:
        return "l'altra persona non è indicata, o ha chiuso o nascosto il profilo"
    if group > LARGEST_GROUP:
        return f"conversazione di gruppo con {group} persone"
    return ""


@remembered
def _is_person(name: str, url: str) -> bool:
    return not (people.is_linkedin(name) or _ORGANISATION.search(url))


@remembered
def _person(name: str, url: str) -> Person:
    return Person(people.person_name(name), people.profile(url))


@remembered
def _recipients(names: str, urls: str) -> tuple[Person, ...]:
    """The people of `TO` and `RECIPIENT PROFILE URLS`: commas in both, or spaces in the second."""
    profiles = [found for part in _SEPARATOR.split(urls) if (found := people.profile(part))]
    whole = people.person_name(names)
    if len(profiles) == 1:
        return (Person(whole, profiles[0]),)
    separate = [name for part in names.split(",") if (name := people.person_name(part))]
    if profiles and len(profiles) != len(separate):
        # A comma inside a name: who is who is known from their own messages, if at all.
        return tuple(Person("", url) for url in profiles)
    if profiles:
        return tuple(map(Person, separate, profiles))
    if "," not in whole:
        return (Person(whole, ""),)
    return tuple(Person(name, "") for name in separate)
