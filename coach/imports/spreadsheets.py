"""Any other table of people, saved as .csv: what its columns mean, guessed and then agreed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from coach.errors import ImportRefused
from coach.imports import dates, people
from coach.imports.tables import Table, in_lines
from coach.imports.text import one_line
from coach.store.merging import Imported, ImportedContact, Progress, Skipped, fold

#: Rows shown of a table, for the person to recognise its columns.
SAMPLE = 5


class Field(StrEnum):
    """What a column of a table may say of a person."""

    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    ROLE = "role"
    COMPANY = "company"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    CITY = "city"
    NOTES = "notes"
    CONNECTED_ON = "connected_on"


#: The fields as the person reads them.
LABELS = {
    Field.NAME: "nome e cognome",
    Field.FIRST_NAME: "nome",
    Field.LAST_NAME: "cognome",
    Field.ROLE: "ruolo",
    Field.COMPANY: "azienda",
    Field.EMAIL: "e-mail",
    Field.PHONE: "telefono",
    Field.URL: "profilo LinkedIn",
    Field.CITY: "città",
    Field.NOTES: "note",
    Field.CONNECTED_ON: "data del collegamento",
}

#: What columns are called in Italian and in English, folded and without punctuation, the surest
#: first; among them the names that Google, Outlook and LinkedIn give.
_NAMES = {
    Field.EMAIL: (
        "e mail", "email", "mail", "posta elettronica", "indirizzo e mail", "indirizzo email",
        "indirizzo di posta elettronica", "indirizzo posta elettronica", "email address",
        "e mail address", "e mail 1 value", "email 1 value",
    ),
    Field.PHONE: (
        "telefono", "cellulare", "cell", "tel", "mobile", "phone", "numero di telefono",
        "numero telefono", "telefono cellulare", "contatto telefonico", "recapito telefonico",
        "recapito", "mobile phone", "phone number", "phone 1 value", "business phone",
    ),
    Field.URL: (
        "profilo linkedin", "linkedin", "linkedin url", "url linkedin", "linkedin profile",
        "url profilo", "profile url", "profilo", "url", "link", "sito web", "sito", "website",
        "web page", "pagina web", "website 1 value",
    ),
    Field.COMPANY: (
        "azienda", "societa", "ditta", "impresa", "organizzazione", "ente", "datore di lavoro",
        "nome azienda", "ragione sociale", "company", "company name", "organization",
        "organisation", "organization name", "organization 1 name", "employer",
    ),
    Field.ROLE: (
        "ruolo", "posizione", "qualifica", "mansione", "incarico", "professione", "titolo",
        "posizione lavorativa", "position", "role", "job title", "title", "organization title",
        "organization 1 title", "occupation", "headline",
    ),
    Field.LAST_NAME: ("cognome", "last name", "surname", "family name", "lastname"),
    Field.FIRST_NAME: ("nome", "first name", "given name", "firstname", "nome di battesimo"),
    Field.NAME: (
        "nome completo", "nome e cognome", "cognome e nome", "nome cognome", "cognome nome",
        "nominativo", "contatto", "persona", "full name", "name", "display name",
        "nome visualizzato", "referente",
    ),
    Field.CITY: ("citta", "comune", "localita", "city", "town", "home city", "business city"),
    Field.NOTES: (
        "note", "notes", "annotazioni", "appunti", "commenti", "commento", "osservazioni",
        "comments",
    ),
    Field.CONNECTED_ON: (
        "connected on", "collegato il", "connesso il", "data collegamento",
        "data di collegamento", "data del collegamento",
    ),
}  # fmt: skip
#: Too general to be recognised inside a longer name (“Contatto telefonico”, “File name”), or to be
#: preferred to one that holds a surer word (“Profilo LinkedIn (URL)”).
_GENERAL = frozenset({
    "comune", "contatto", "ente", "link", "mail", "name", "pagina web", "persona", "profilo",
    "sito", "sito web", "title", "titolo", "url", "web page", "website", "website 1 value",
})  # fmt: skip
#: Columns that put the family name first.
_FAMILY_FIRST = frozenset({"cognome e nome", "cognome nome"})
_NOT_A_WORD = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class TableColumns:
    """A table as it is shown before it is read.

    Attributes:
        header: names of the columns; `Colonna 1`, `Colonna 2`… when the file gives none.
        sample: its first rows.
        mapping: the column taken for each field, by name; what `read` takes as `mapping`.
    """

    header: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    mapping: Mapping[str, str]


def columns_of(table: Table) -> TableColumns:
    """Look at a table without reading it all.

    Raises:
        ImportRefused: it stops being a table within the sample.
    """
    sample: list[tuple[str, ...]] = []
    for _, cells in table.rows():
        sample.append(tuple(map(one_line, cells)))
        if len(sample) == SAMPLE:
            break
    return TableColumns(table.header, tuple(sample), guess(table.header))


def guess(header: tuple[str, ...]) -> dict[str, str]:
    """The column of each field that can be told from its name; a column serves one field only.

    A name that is all of a column's is surer than one that is a part of it, and this than one that
    may mean many things.
    """
    words = {column: _words(column) for column in header}
    found: dict[str, str] = {}
    for general, whole in ((False, True), (False, False), (True, True)):
        for field, names in _NAMES.items():
            taken = set(found.values())
            whole_name = field is Field.NAME and {Field.FIRST_NAME, Field.LAST_NAME} <= set(found)
            if field in found or whole_name:
                continue
            matches = (
                column
                for name in names
                if (name in _GENERAL) is general
                for column, said in words.items()
                if column not in taken and (said == name or (not whole and _holds(said, name)))
            )
            if match := next(matches, ""):
                found[field] = match
    if Field.FIRST_NAME in found and not {Field.LAST_NAME, Field.NAME} & set(found):
        # “Nome” alone is the whole name.
        found[Field.NAME] = found.pop(Field.FIRST_NAME)
    return found


def read_table(
    table: Table, mapping: Mapping[str, str] | None = None, progress: Progress | None = None
) -> Imported:
    """The people of a table.

    Args:
        table: the file.
        mapping: the column of each field (`Field`), by name; guessed when None.
        progress: told now and then.

    Raises:
        ImportRefused: there is no column for the name, or the mapping names what is not there.
    """
    chosen = guess(table.header) if mapping is None else _checked(table, mapping)
    if not {Field.NAME, Field.FIRST_NAME, Field.LAST_NAME} & set(chosen):
        raise ImportRefused(
            f"{table.name}: non trovo la colonna del nome. Le colonne sono: {_listed(table)}.",
            "Indica tu qual è (da riga di comando con --column name=COLONNA), oppure chiamala "
            "«Nome e cognome».",
        )
    positions = {Field(field): table.header.index(column) for field, column in chosen.items()}

    skipped: list[Skipped] = []
    rows = list(table.rows(skipped, in_lines("Leggo le righe", progress)))
    family_first = _words(chosen.get(Field.NAME, "")) in _FAMILY_FIRST
    on = positions.get(Field.CONNECTED_ON)
    day_first = dates.day_first((c[on] for _, c in rows) if on is not None else (), undecided=True)
    contacts: list[ImportedContact] = []
    for line, cells in rows:
        said = {field: cells[position] for field, position in positions.items()}
        name = people.given_name_first(
            people.person_name(said.get(Field.NAME, "")), family_first
        ) or people.person_name(f"{said.get(Field.FIRST_NAME, '')} {said.get(Field.LAST_NAME, '')}")
        if not name:
            skipped.append(Skipped(f"{table.name}, riga {line}", "senza nome"))
            continue
        city = one_line(said.get(Field.CITY, ""))
        notes = people.notes(said.get(Field.NOTES, ""))
        contacts.append(
            ImportedContact(
                name=name,
                role=one_line(said.get(Field.ROLE, "")),
                company=one_line(said.get(Field.COMPANY, "")),
                email=people.email(said.get(Field.EMAIL, "")),
                url=people.profile(said.get(Field.URL, "")),
                phone=people.telephone(said.get(Field.PHONE, "")),
                notes=(*notes, f"Città: {city}") if city else notes,
                connected_on=dates.day(said.get(Field.CONNECTED_ON, ""), day_first),
                origin="csv",
            )
        )
    return Imported(kind="csv", contacts=tuple(contacts), skipped=tuple(skipped))


def _checked(table: Table, mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping without empty choices.

    Raises:
        ImportRefused: a field or a column in it does not exist.
    """
    chosen = {field: column for field, column in mapping.items() if column}
    for field, column in chosen.items():
        if field not in list(Field):
            raise ImportRefused(
                f"«{field}» non è un dato di un contatto.", f"Sono: {', '.join(Field)}."
            )
        if column not in table.header:
            raise ImportRefused(
                f"{table.name}: non c'è una colonna «{column}».",
                f"Le colonne sono: {_listed(table)}.",
            )
    return chosen


def _listed(table: Table) -> str:
    return ", ".join(f"«{column}»" for column in table.header[:20] if column)


def _holds(words: str, name: str) -> bool:
    return f" {name} " in f" {words} "


def _words(column: str) -> str:
    return _NOT_A_WORD.sub(" ", fold(column)).replace("_", " ").strip()
