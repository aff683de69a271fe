"""LinkedIn's `Connections.csv`, with and without the notes that newer exports put above it."""

from __future__ import annotations

from coach.imports import dates, people
from coach.imports.tables import LineProgress, Table
from coach.imports.text import one_line
from coach.store.merging import ImportedContact, Skipped

HEADER = ("first name", "last name", "connected on")
_COLUMNS = (
    "first name",
    "last name",
    ("url", "profile url"),
    "email address",
    "company",
    "position",
    "connected on",
)


def read_connections(
    table: Table, skipped: list[Skipped], progress: LineProgress | None = None
) -> list[ImportedContact]:
    """The people of a file of connections.

    Args:
        table: the file.
        skipped: gets rows without a name, and dates that cannot be read, with the reason.
        progress: told now and then.
    """
    rows = list(table.select(_COLUMNS, skipped, progress))
    # With commas the file is as LinkedIn, or an English spreadsheet, wrote it.
    day_first = dates.day_first((cells[-1] for _, cells in rows), undecided=table.delimiter != ",")
    contacts: list[ImportedContact] = []
    for line, (first, last, url, email, company, position, connected) in rows:
        where = f"{table.name}, riga {line}"
        name = people.person_name(f"{first} {last}")
        if not name:
            skipped.append(Skipped(where, "senza nome"))
            continue
        connected_on = dates.day(connected, day_first)
        if connected.strip() and connected_on is None:
            why = f"{name}: data «{connected.strip()}» non riconosciuta, il contatto resta senza"
            skipped.append(Skipped(where, why))
        contacts.append(
            ImportedContact(
                name=name,
                role=one_line(position),
                company=one_line(company),
                email=people.email(email),
                url=people.profile(url),
                connected_on=connected_on,
                origin="linkedin",
            )
        )
    return contacts
