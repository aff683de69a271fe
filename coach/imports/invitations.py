"""LinkedIn's `Invitations.csv`: whom the owner invited, and who invited the owner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from coach.imports import dates, people
from coach.imports.owner import Person
from coach.imports.tables import LineProgress, Table
from coach.imports.text import from_html, paragraphs
from coach.schemas import Direction, ExchangeChannel
from coach.store.merging import ImportedExchange, Skipped, fingerprint

HEADER = ("from", "to", "sent at")
_COLUMNS = (
    "from",
    "inviterprofileurl",
    "to",
    "inviteeprofileurl",
    "direction",
    "sent at",
    "message",
)

_DIRECTIONS = {"outgoing": Direction.SENT, "incoming": Direction.RECEIVED}


@dataclass(slots=True)
class Invitation:
    """An invitation to connect.

    Attributes:
        direction: seen from the owner; None when the file does not say it.
        at: in UTC; None when the file's date cannot be read.
        text: what was written with it; mostly empty.
    """

    line: int
    sender: Person
    recipient: Person
    direction: Direction | None
    at: datetime | None
    written: str
    text: str

    @property
    def owner(self) -> Person | None:
        """Whose export it is, when the direction says so."""
        if self.direction is None:
            return None
        return self.sender if self.direction is Direction.SENT else self.recipient

    def other(self, owner: Person | None) -> Person:
        """Whoever is not the owner."""
        if self.direction is not None:
            return self.recipient if self.direction is Direction.SENT else self.sender
        return self.recipient if owner and self.sender.is_same(owner) else self.sender


def read_invitations(
    table: Table, skipped: list[Skipped], progress: LineProgress | None = None
) -> list[Invitation]:
    """The invitations of a file.

    Args:
        table: the file.
        skipped: gets the rows that cannot be used, with the reason.
        progress: told now and then.
    """
    invitations: list[Invitation] = []
    for line, cells in table.select(_COLUMNS, skipped, progress):
        sender, sender_url, to, to_url, direction, written, text = cells
        invitations.append(
            Invitation(
                line,
                Person(people.person_name(sender), people.profile(sender_url)),
                Person(people.person_name(to), people.profile(to_url)),
                _DIRECTIONS.get(direction.strip().casefold()),
                None,
                written.strip(),
                paragraphs(from_html(text)),
            )
        )
    day_first = dates.day_first((i.written for i in invitations), table.delimiter != ",")
    for invitation in invitations:
        invitation.at = dates.instant(invitation.written, day_first)
    return invitations


def exchanges(
    invitations: Iterable[Invitation], owner: Person, file: str, skipped: list[Skipped]
) -> Iterator[ImportedExchange]:
    """What was written with each invitation; one without a word says nothing to anybody.

    Args:
        invitations: of one file, with `other` named.
        owner: whose export it is.
        file: its name.
        skipped: gets those whose date cannot be read.
    """
    for invitation in invitations:
        other = invitation.other(owner)
        if not invitation.text or not other.name or people.is_nobody(other.name):
            continue
        if invitation.at is None:
            why = f"data «{invitation.written}» non riconosciuta"
            skipped.append(Skipped(f"{file}, riga {invitation.line}", why))
            continue
        sent = other is invitation.recipient
        direction = Direction.SENT if sent else Direction.RECEIVED
        yield ImportedExchange(
            name=other.name,
            url=other.url,
            at=invitation.at,
            direction=direction,
            channel=ExchangeChannel.LINKEDIN,
            text=invitation.text,
            origin="linkedin",
            fingerprint=fingerprint(
                "invitation", other.key, invitation.at, direction, invitation.text
            ),
        )
