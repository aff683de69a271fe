"""vCards, 2.1 to 4.0, one card at a time: a broken one costs itself only."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from coach.imports import people
from coach.imports.files import Source, TextSource, text_of
from coach.imports.text import one_line
from coach.store.merging import Imported, ImportedContact, Progress, Skipped

_BEGIN = re.compile(r"\s*BEGIN\s*:\s*VCARD\s*", re.IGNORECASE)
_END = re.compile(r"\s*END\s*:\s*VCARD\s*", re.IGNORECASE)
#: Pictures and keys: most of a file's bytes, and nothing for us.
_HEAVY = re.compile(r"(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:]", re.IGNORECASE)
#: Quoted-printable of nobody knows which letters: vobject takes it for UTF-8.
_UNNAMED_LETTERS = re.compile(
    r"^((?:(?!CHARSET=)[^:\n])*QUOTED-PRINTABLE(?:(?!CHARSET=)[^:\n])*):", re.IGNORECASE | re.M
)
#: A line whose value is words, and a comma in it that is not escaped.
_WORDS = re.compile(
    r'((?:[\w-]+\.)?(?:FN|NOTE|ORG|ROLE|TITLE)(?:;(?:"[^"]*"|[^":])*)?:)(.*)', re.IGNORECASE
)
_COMMA = re.compile(r"(?<!\\),")
#: How often progress is told, in cards.
_STEP = 100


@dataclass(frozen=True, slots=True)
class _Card:
    """The text of a card; `whole` when it was closed."""

    number: int
    line: int
    text: str
    whole: bool


def is_vcard(source: Source) -> bool:
    """Whether the file is named, or begins, as one of cards."""
    if source.name.casefold().endswith((".vcf", ".vcard")):
        return True
    head = source.head(400).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")
    return head[:11].upper() == b"BEGIN:VCARD"


def read_vcards(source: Source, progress: Progress | None = None) -> Imported:
    """The people of a file of cards; a card of an organisation has the organisation's name.

    Args:
        source: the file.
        progress: told now and then.

    Raises:
        ImportRefused: the file is not a text.
    """
    text = text_of(source)
    contacts: list[ImportedContact] = []
    skipped: list[Skipped] = []
    for card in _cards(text):
        if progress and card.number % _STEP == 1:
            progress("Leggo le schede", card.line, text.lines)
        found = _contact(card)
        if isinstance(found, str):
            skipped.append(
                Skipped(f"{source.name}, scheda {card.number} (riga {card.line})", found)
            )
        else:
            contacts.append(found)
    if progress:
        progress("Leggo le schede", text.lines, text.lines)
    return Imported(kind="vcard", contacts=tuple(contacts), skipped=tuple(skipped))


def _cards(text: TextSource) -> Iterator[_Card]:
    """The cards of a file, without their pictures; what is between them is left out."""
    number, begun = 0, 0
    lines: list[str] = []
    heavy = False
    with text.open() as stream:
        for position, line in enumerate(_lines(stream.read()), start=1):
            if _BEGIN.fullmatch(line):
                if lines:
                    yield _Card(number, begun, "", False)
                number, begun, lines = number + 1, position, []
            elif not lines:
                continue
            heavy = line[:1] in (" ", "\t") if heavy else bool(_HEAVY.match(line))
            if not heavy:
                lines.append(line)
            if _END.fullmatch(line):
                yield _Card(number, begun, "\n".join(map(_escaped, _unfolded(lines))) + "\n", True)
                lines = []
    if lines:
        yield _Card(number, begun, "", False)


def _unfolded(lines: list[str]) -> list[str]:
    """The lines of a card, each whole."""
    whole: list[str] = []
    soft = False
    for line in lines:
        if soft:
            whole[-1] = whole[-1][:-1] + line
        elif line[:1] in (" ", "\t") and whole:
            whole[-1] += line[1:]
        else:
            whole.append(line)
        quoted = "QUOTED-PRINTABLE" in whole[-1].partition(":")[0].upper()
        soft = quoted and whole[-1].endswith("=")
    return whole


def _escaped(line: str) -> str:
    """The line with its commas escaped, as few programs write them: vobject ends a text at one."""
    words = _WORDS.fullmatch(line)
    return words[1] + _COMMA.sub(r"\\,", words[2]) if words else line


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _contact(card: _Card) -> ImportedContact | str:
    """The person of a card, or why there is none, in Italian."""
    if not card.whole:
        return "scheda incompleta: manca la riga END:VCARD"
    try:
        contents = _parsed(card.text)
    except Exception:  # what vobject raises on a broken card is of every kind
        return "scheda danneggiata"
    kinds = (*contents.get("kind", ()), *contents.get("x-addressbookserver-kind", ()))
    if any(_text(line).casefold() == "group" for line in kinds):
        return "è un gruppo, non una persona"
    organisation = _first(_organisation(line) for line in contents.get("org", ()))
    name = (
        _first(_full_name(line) for line in contents.get("fn", ()))
        or _first(_name(line.value) for line in contents.get("n", ()))
        or people.person_name(organisation)
    )
    if not name:
        return "senza nome"
    return ImportedContact(
        name=name,
        role=_first(
            one_line(_text(line)) for key in ("title", "role") for line in contents.get(key, ())
        ),
        company=organisation,
        email=_first(people.email(_text(line)) for line in _preferred(contents.get("email", ()))),
        url=_first(
            people.profile(_text(line))
            for key in ("url", "x-socialprofile", "socialprofile", "impp")
            for line in contents.get(key, ())
        ),
        phone=_first(people.telephone(_text(line)) for line in _preferred(contents.get("tel", ()))),
        notes=tuple(
            dict.fromkeys(
                note for line in contents.get("note", ()) for note in people.notes(_text(line))
            )
        ),
        origin="vcard",
    )


def _parsed(text: str) -> dict[str, list[Any]]:
    """The lines of a card by their name, as vobject has them."""
    import vobject

    # It reports each line that it cannot read, with its words, to standard error.
    logging.getLogger("vobject.base").setLevel(logging.CRITICAL)
    try:
        card = vobject.readOne(text, ignoreUnreadable=True, allowQP=True)
    except UnicodeDecodeError:
        named = _UNNAMED_LETTERS.sub(r"\1;CHARSET=windows-1252:", text)
        card = vobject.readOne(named, ignoreUnreadable=True, allowQP=True)
    contents: dict[str, list[Any]] = card.contents
    return contents


def _text(line: Any) -> str:  # noqa: ANN401 - vobject has no types
    return line.value if isinstance(line.value, str) else ""


def _full_name(line: Any) -> str:  # noqa: ANN401 - the same
    return people.given_name_first(people.person_name(_text(line)), family_first=False)


def _name(name: Any) -> str:  # noqa: ANN401 - the same
    """Given names, then family name, out of `N`."""
    parts = (name.given, name.additional, name.family)
    words = (" ".join(part) if isinstance(part, list) else str(part) for part in parts)
    return people.person_name(" ".join(words))


def _organisation(line: Any) -> str:  # noqa: ANN401 - the same
    """The organisation, without its department."""
    parts = line.value if isinstance(line.value, list) else [line.value]
    return one_line(parts[0]) if parts and isinstance(parts[0], str) else ""


def _preferred(lines: list[Any] | tuple[Any, ...]) -> list[Any]:
    """The preferred one first, then mobiles, a fax last, and otherwise in the order of the card."""

    def rank(line: Any) -> int:  # noqa: ANN401 - the same
        kinds = {
            kind
            for value in (*line.params.get("TYPE", ()), *line.singletonparams)
            for kind in value.casefold().split(",")
        }
        if "fax" in kinds:
            return 3
        if "pref" in kinds or line.params.get("PREF"):
            return 0
        return 1 if {"cell", "mobile", "iphone"} & kinds else 2

    return sorted(lines, key=rank)


def _first(values: Iterator[str]) -> str:
    return next((value for value in values if value), "")
