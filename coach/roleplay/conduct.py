"""How the learner behaves toward the person played, beyond what each sentence asks or offers.

Insults, attempts to make them step out of the part, chat about something else, apologies, thanks:
families of turns of phrase kept as data in `data/conduct.yaml`, each with examples that must and
must not be found; `coach.roleplay.manner` finds more of the gravest ones in words that nobody
listed. A message in another language and one that says nothing are told here too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator

from coach.analysis.lexicon import known, known_english
from coach.analysis.text import looks_italian, sentences, words
from coach.marked_yaml import MarkedYaml, read_text
from coach.roleplay import manner
from coach.schemas import Model, Span

CONDUCT = Path(__file__).parent / "data" / "conduct.yaml"

#: Digits and signs that stand for a letter in a disguised word.
_DISGUISES = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s",
     "’": "'", "‘": "'", "ʼ": "'", "`": "'"}
)  # fmt: skip
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'"})
_MIXED_TOKEN = re.compile(r"(?=\S*[^\W\d_])(?=\S*[0134570@$])[^\s]+")
#: A title of a book or a film, or somebody else's words, is not said to the reader.
_QUOTED = re.compile(r"«[^»]{0,200}»|\"[^\"]{0,200}\"|“[^”]{0,200}”")
#: Share of words the dictionaries must know for a text to say something.
_KNOWN_SHARE = 0.34
#: Fewest words of English that tell a short text of that language.
LEAST_ENGLISH = 2


class Family(Model):
    """Turns of phrase that do the same thing.

    Attributes:
        patterns: regular expressions, read without case.
        matches: messages in which the family must be found.
        near_misses: messages in which it must not.
    """

    patterns: Annotated[tuple[str, ...], Field(min_length=1)]
    matches: Annotated[tuple[str, ...], Field(min_length=1)]
    near_misses: Annotated[tuple[str, ...], Field(min_length=1)]

    @field_validator("patterns")
    @classmethod
    def _compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern.replace("{name}", "x").replace("{vulgar}", "x"))
            except re.error as error:
                raise ValueError(f"espressione non valida ({error}): {pattern}") from error
        return patterns


class _ConductFile(Model):
    names: tuple[str, ...]
    vulgar: tuple[str, ...]
    families: dict[str, Family]


def families() -> dict[str, Family]:
    """The families by name, as the file has them.

    Raises:
        KnowledgeError: the file is not valid; the message names the line.
    """
    return _read().families


@cache
def _read() -> _ConductFile:
    return MarkedYaml(read_text(CONDUCT), CONDUCT).validate(_ConductFile)


@cache
def _patterns() -> dict[str, tuple[re.Pattern[str], ...]]:
    data = _read()
    name = "|".join(_disguisable(word) for word in data.names)
    vulgar = "|".join(_disguisable(word) for word in data.vulgar)
    return {
        family: tuple(
            re.compile(
                pattern.replace("{name}", f"(?:{name})").replace("{vulgar}", f"(?:{vulgar})"),
                re.IGNORECASE,
            )
            for pattern in rules.patterns
        )
        for family, rules in data.families.items()
    }


def _disguisable(word: str) -> str:
    """A pattern that finds a word through drawn-out letters, dots and asterisks."""
    parts = re.findall(r"\[[^\]]+\]\+?|\s|.", word)
    between = r"[.\-_*]?"
    found = []
    for place, part in enumerate(parts):
        if part == " ":
            found.append(r"\s+")
            continue
        letter = part.removesuffix("+")
        hidden = letter[1:-1] if letter.startswith("[") else re.escape(letter)
        # The first letter is never hidden: `*` alone would match emphasis.
        group = f"[{hidden}*#]" if place > 0 else f"[{hidden}]"
        last = place == len(parts) - 1 or parts[place + 1] == " "
        found.append(group + "{1,12}" + ("" if last else between))
    return "".join(found)


def find(text: str) -> dict[str, tuple[Span, ...]]:
    """What a message does to its reader as a person.

    Args:
        text: the message as given.

    Returns:
        The stretches of each family that is found, at most one a sentence, by the family's name.
        `insult` hides `coarse` and `rude`, `role_break` hides `off_topic`; `foreign_greeting`
        stands only where the whole message is one.
    """
    folded = _folded(text)
    pieces = sentences(folded) or [(0, len(folded))]
    found: dict[str, tuple[Span, ...]] = {}
    for family, patterns in _patterns().items():
        parts = [(0, len(folded))] if family == "foreign_greeting" else pieces
        spans = tuple(
            span
            for start, end in parts
            if (span := _first(family, patterns, text, folded, start, end))
        )
        if spans:
            found[family] = spans
    _add_by_manner(found, text, folded, pieces)
    hidden = (("insult", "coarse"), ("insult", "rude"), ("role_break", "off_topic"))
    for graver, lesser in hidden:
        if graver in found:
            found.pop(lesser, None)
    return found


def _first(
    family: str,
    patterns: tuple[re.Pattern[str], ...],
    text: str,
    folded: str,
    start: int,
    end: int,
) -> Span | None:
    """The first stretch of a family between two offsets."""
    hits = (hit for pattern in patterns for hit in pattern.finditer(folded[start:end]))
    match = next((hit for hit in hits if not _is_a_name(family, hit)), None)
    if match is None or not match.group().strip(" ,"):
        return None
    first, last = _trimmed(folded, start + match.start(), start + match.end())
    return Span(start=first, end=last, quote=text[first:last])


def _add_by_manner(
    found: dict[str, tuple[Span, ...]], text: str, folded: str, pieces: Sequence[tuple[int, int]]
) -> None:
    """Add what the classifier tells of the sentences in which no turn of phrase was found."""
    known = [span for family in (*manner.FAMILIES, "coarse") for span in found.get(family, ())]
    for start, end in pieces:
        sentence = folded[start:end]
        if any(start <= span.start < end for span in known):
            continue
        if not looks_italian(sentence) or in_english(sentence) or says_nothing(sentence):
            continue  # the classifier was trained on Italian
        family = manner.told(sentence)
        if family:
            first, last = _trimmed(folded, start, end)
            span = Span(start=first, end=last, quote=text[first:last])
            others = (*found.get(family, ()), span)
            found[family] = tuple(sorted(others, key=lambda each: each.start))


def says_nothing(text: str) -> bool:
    """Whether a message holds no word that a dictionary knows (`asdf qwer`)."""
    found = [word for _, _, word in words(text) if len(word) > 1]
    if not found:
        return True
    understood = sum(
        1
        for word in found
        # A name, an acronym: not in a dictionary, yet it says something.
        if known(word)
        or known(word.lower())
        or known_english(word.lower())
        or (word[:1].isupper() and word[1:].islower() and len(found) > 1)
    )
    return understood < len(found) * _KNOWN_SHARE


def in_english(text: str) -> bool:
    """Whether a text too short to tell its language by is English, with no word of Italian."""
    found = [word.lower() for _, _, word in words(text) if len(word) > 1 and not word.istitle()]
    english = [word for word in found if known_english(word) and not known(word)]
    italian = [word for word in found if known(word) and not known_english(word)]
    return len(english) >= LEAST_ENGLISH and not italian


def _folded(text: str) -> str:
    """The text for matching, character for character: apostrophes straight, disguises undone."""
    letters = list(text.translate(_APOSTROPHES))
    for match in _MIXED_TOKEN.finditer(text):
        letters[match.start() : match.end()] = match.group().translate(_DISGUISES)
    folded = "".join(letters)
    return _QUOTED.sub(lambda match: " " * len(match.group()), folded)


def _is_a_name(family: str, match: re.Match[str]) -> bool:
    """Whether a coarse word is the surname Bastardi or the city of Troy."""
    word = match.group()
    return family == "coarse" and match.start() > 0 and word[:1].isupper() and not word.isupper()


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " ,;:\n\t":
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
