"""The people to practise with: invented ones (`knowledge/personas/`), or one's own contacts."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from coach.errors import KnowledgeError, NotFoundError
from coach.marked_yaml import MarkedYaml, read_text
from coach.notes import NonEmpty
from coach.rewrite.fragments import Kind, understand
from coach.schemas import Balance, ContactCard, Model, Persona, Register

_Phrases = Annotated[tuple[NonEmpty, ...], Field(min_length=1)]


class _PersonaFile(Model):
    """A persona as its file tells it: everything said, nothing left to a default."""

    id: NonEmpty
    name: NonEmpty
    role: NonEmpty
    company: NonEmpty
    sector: NonEmpty
    region: NonEmpty
    register_expected: Register
    cares_about: _Phrases
    annoyed_by: _Phrases
    would_help: _Phrases
    busy: Literal[1, 2, 3]

    @field_validator("register_expected")
    @classmethod
    def _is_one_of_two(cls, register: Register) -> Register:
        if register not in (Register.TU, Register.LEI):
            raise ValueError("una persona si aspetta il «tu» o il «Lei».")
        return register


def load(folder: Path) -> tuple[Persona, ...]:
    """Read the personas, in the order of their names.

    Args:
        folder: of `<id>.yaml` files.

    Raises:
        KnowledgeError: a file is not valid; the message, in Italian, names file and line.
    """
    if not folder.is_dir():
        raise KnowledgeError(f"{folder.name}: la cartella delle persone non c'è.")
    names: dict[str, Path] = {}
    personas = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.suffix != ".yaml":
            raise KnowledgeError(
                f"{path.name}, riga 1: nella cartella delle persone stanno solo file .yaml."
            )
        yaml = MarkedYaml(read_text(path), path)
        file = yaml.validate(_PersonaFile)
        if file.id != path.stem:
            raise yaml.error(("id",), f"l'id «{file.id}» è diverso dal nome del file.")
        other = names.setdefault(_plain(file.name), path)
        if other != path:
            raise yaml.error(("name",), f"«{file.name}» è già in {other.name}.")
        personas.append(Persona(**file.model_dump()))
    if not personas:
        raise KnowledgeError(f"{folder.name}: non c'è nessuna persona.")
    return tuple(sorted(personas, key=lambda persona: _plain(persona.name)))


def find(name: str, personas: Sequence[Persona]) -> Persona:
    """The persona of that id or name, or the only one with that first name or surname.

    Accents, capitals, and whether spaces or underscores part the words do not matter.

    Raises:
        NotFoundError: there is none, or there are several.
    """
    wanted = _plain(name)
    for persona in personas:
        if wanted in (_plain(persona.id), _plain(persona.name)):
            return persona
    found = [each for each in personas if wanted and _holds(_plain(each.name), wanted)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(persona.name for persona in found or personas)
    if found:
        raise NotFoundError(f"«{name}» può essere più di una persona: {listed}.")
    raise NotFoundError(f"Nessuna persona si chiama «{name}».", f"Ci sono: {listed}.")


def from_contact(card: ContactCard, balance: Balance) -> Persona:
    """The contact as somebody to practise with; nothing is said that the card does not say.

    Args:
        card: of the contact; the needs told in its notes become `would_help`, as written.
        balance: where the person stands with the contact.

    Returns:
        A persona whose `register_expected` is `NONE` when the card does not say the form used.
    """
    needs = tuple(
        note
        for note in card.notes
        if any(
            fragment.kind in (Kind.NEED, Kind.NEED_NOUN)
            for fragment in understand(note, balance.relation, card.name)
        )
    )
    known = card.register_used in (Register.TU, Register.LEI)
    return Persona(
        id=f"contact-{card.id}",
        name=card.name,
        role=card.role,
        company=card.company,
        register_expected=card.register_used if known else Register.NONE,
        would_help=needs,
        contact_id=card.id,
    )


def _plain(name: str) -> str:
    """A name without accents, capitals and underscores."""
    letters = unicodedata.normalize("NFKD", name.replace("_", " ").replace("’", "'").casefold())
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


def _holds(name: str, wanted: str) -> bool:
    """Whether the words wanted stand in the name, in a row."""
    return f" {wanted} " in f" {name} "
