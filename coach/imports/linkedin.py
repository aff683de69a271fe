"""LinkedIn's export: which of its files say something of people, and what they say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from coach.errors import ImportRefused
from coach.imports import connections, invitations, messages, people
from coach.imports.invitations import Invitation
from coach.imports.messages import Messages
from coach.imports.owner import Person, find_owner
from coach.imports.tables import Table, in_lines
from coach.imports.text import one_line
from coach.store.merging import (
    Imported,
    ImportedContact,
    ImportedExchange,
    Progress,
    Skipped,
    fold,
)

#: What tells the owner's own data, by the file they are in: name and headline.
PROFILE_HEADER = ("first name", "last name", "maiden name")
#: Files that name the owner as if a contact, by the columns that give them away.
_OWN_DATA = (PROFILE_HEADER, ("first name", "last name", "invoice number"))

#: Headers of the files read, by the name that LinkedIn gives each.
HEADERS = {
    "connections.csv": connections.HEADER,
    "messages.csv": messages.HEADER,
    "invitations.csv": invitations.HEADER,
    "profile.csv": PROFILE_HEADER,
}

#: Files with the same columns as `messages.csv`, and why they are left out.
_ASSISTANTS = frozenset(
    {
        "coach_messages.csv",
        "guide_messages.csv",
        "learning_coach_messages.csv",
        "learning_role_play_messages.csv",
    }
)
NOT_WITH_PEOPLE = "conversazioni con gli assistenti di LinkedIn, non con persone"


def is_export(table: Table) -> bool:
    """Whether the table is a file of the export, by its columns."""
    return any(map(table.has, (*HEADERS.values(), *_OWN_DATA)))


def talks_with_assistants(name: str) -> bool:
    """Whether it is one of the files of conversations with LinkedIn's assistants."""
    return name.casefold() in _ASSISTANTS


def read_tables(
    tables: Sequence[Table], *, owner: str = "", progress: Progress | None = None
) -> Imported:
    """All that the files of one export say of the people in it.

    Args:
        tables: files for which `is_export` holds.
        owner: name or profile of the person whose export it is, where it does not tell.
        progress: told now and then.

    Raises:
        ImportRefused: one of the files cannot be read to its end, or holds the owner's data alone.
        OwnerUnknown: the export does not tell whose it is.
    """
    _refuse_own_data_alone(tables)
    skipped: list[Skipped] = []
    contacts: list[ImportedContact] = []
    written: list[Messages] = []
    invited: list[tuple[str, list[Invitation]]] = []
    own: list[ImportedContact] = []
    for table in tables:
        if table.has(messages.HEADER):
            stage = in_lines("Leggo i messaggi", progress)
            written.append(messages.read_messages(table, skipped, stage))
        elif table.has(connections.HEADER):
            stage = in_lines("Leggo i collegamenti", progress)
            contacts += connections.read_connections(table, skipped, stage)
        elif table.has(invitations.HEADER):
            stage = in_lines("Leggo gli inviti", progress)
            invited.append((table.name, invitations.read_invitations(table, skipped, stage)))
        elif table.has(PROFILE_HEADER):
            own += _own_profile(table)

    keys = {contact.url or fold(contact.name) for contact in contacts}
    whose = find_owner(
        _conversations(written, invited),
        wanted=owner,
        known=[*_inviters(invited), *(Person(person.name, person.url) for person in own)],
        connections=keys,
    )
    exchanges: list[ImportedExchange] = []
    if whose is not None:
        names = {contact.url: contact.name for contact in contacts if contact.url}
        for found in written:
            exchanges += messages.exchanges(found, whose, skipped, names)
        said = {_said(exchange) for exchange in exchanges} if invited else set()
        for file, sent in invited:
            contacts += _people(sent, whose, keys, file, skipped)
            for exchange in invitations.exchanges(sent, whose, file, skipped):
                # LinkedIn opens the conversation with the words of an invitation it accepted.
                if _said(exchange) not in said:
                    exchanges.append(exchange)
    headline = own[0].role if own else ""
    return Imported(
        kind="linkedin",
        contacts=tuple(contacts),
        exchanges=tuple(exchanges),
        skipped=tuple(skipped),
        owner=ImportedContact(whose.name, headline, url=whose.url, origin="linkedin")
        if whose
        else None,
    )


def _refuse_own_data_alone(tables: Sequence[Table]) -> None:
    read = (connections.HEADER, messages.HEADER, invitations.HEADER)
    if not any(table.has(header) for table in tables for header in read):
        raise ImportRefused(
            f"{tables[0].name}: contiene i tuoi dati, non i tuoi contatti.",
            "Dell'esportazione di LinkedIn servono Connections.csv, messages.csv e "
            "Invitations.csv, oppure lo .zip intero.",
        )


def _own_profile(table: Table) -> Iterator[ImportedContact]:
    for _, (first, last, headline) in table.select(("first name", "last name", "headline"), []):
        yield ImportedContact(people.person_name(f"{first} {last}"), one_line(headline))


def _conversations(
    written: Sequence[Messages], invited: Sequence[tuple[str, list[Invitation]]]
) -> Iterator[tuple[str, Person]]:
    """Who takes part in what; each invitation is a conversation of two."""
    for found in written:
        yield from found.participants
    for file, sent in invited:
        for invitation in sent:
            for person in (invitation.sender, invitation.recipient):
                if person.name or person.url:
                    yield f"{file} {invitation.line}", person


def _inviters(invited: Sequence[tuple[str, list[Invitation]]]) -> list[Person]:
    """Who the invitations say the owner is, most often first."""
    found = Counter(i.owner for _, sent in invited for i in sent if i.owner and i.owner.name)
    return [person for person, _ in found.most_common()]


def _people(
    sent: Sequence[Invitation],
    owner: Person,
    keys: set[str],
    file: str,
    skipped: list[Skipped],
) -> Iterator[ImportedContact]:
    """The other side of each invitation, unless it is among the connections or came before."""
    for invitation in sent:
        other = invitation.other(owner)
        if not other.name or people.is_nobody(other.name):
            where = f"{file}, riga {invitation.line}"
            skipped.append(Skipped(where, "l'altra persona non ha nome"))
        elif other.key not in keys:
            keys.add(other.key)
            yield ImportedContact(other.name, url=other.url, origin="linkedin")


def _said(exchange: ImportedExchange) -> tuple[str, str, str]:
    whose = exchange.url or fold(exchange.name)
    return whose, exchange.direction, " ".join(exchange.text.split())
