"""Where a text names a person in full, or gives their profile's address, e-mail or number.

Letters count without case and accents, spaces and apostrophes in any form, an address with or
without its scheme, letters spelt out or behind the signs of JSON, HTML and addresses. Pure.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from urllib.parse import quote, unquote, urlsplit

from coach.schemas import ContactCard
from coach.store.merging import fold, normalised_url

#: What stands in the place of a mention.
ERASED = "[persona cancellata]"

#: Figures of a telephone number below which it is not looked for: it would be met by chance.
_FEWEST_FIGURES = 7
#: How far around a mention the letters that touch it are looked for.
_AROUND = 80

_TITLE = re.compile(
    r"(?:dott|dr|prof|ing|avv|arch|geom|rag|sig|egr|gent|mr|mrs|ms)(?:\.?(?:ssa|ra|na|mo|ma))?\.?"
)
_AFTER_NAME = re.compile(r"\s*[,(|/•·–—].*$|\s-\s.*$")
_FINAL_ACCENT = re.compile(r"[àèéìòù](?![^\W_]|')", re.IGNORECASE)
_PERCENTS = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_ESCAPED = re.compile(r"\\+u([0-9a-fA-F]{4})")
_ESCAPED_SPACE = re.compile(r"\\+[nrt]")
_MARKS = "[\u0300-\u036f]*"
_PREFIX = r"(?:(?:\+|00)39[\s./-]?)?"


class Trait(StrEnum):
    """What a mention gives away."""

    NAME = "nome"
    URL = "profilo"
    EMAIL = "e-mail"
    PHONE = "telefono"


#: The characters that, before or after a mention, make it a part of something longer.
_TOUCHING = {
    Trait.NAME: (r"[^\W_]", r"[^\W_]"),
    Trait.URL: (r"[\w@-]", r"[\w%-]"),
    Trait.EMAIL: (r"[\w.+-]", r"[\w-]"),
    Trait.PHONE: (r"\d", r"\d"),
}


@dataclass(frozen=True)
class Mention:
    """A mention in a text.

    Attributes:
        word: the mention, folded, with the letters that touch it.
        whole: whether none does; else it is a part of something longer (`marco rossini`).
    """

    trait: Trait
    word: str
    whole: bool


class Mentions:
    """What gives a person away.

    Args:
        card: the person.
        shared: what they have in common with somebody who stays: that is not looked for.
    """

    def __init__(self, card: ContactCard, shared: frozenset[Trait] = frozenset()) -> None:
        #: How it is written, how it is once folded, and a part of that, if it has a fixed one.
        written: list[tuple[Trait, str, str, str]] = []
        address = normalised_url(card.url) or card.url.strip()
        # First the longer: a name may be a part of an address.
        if address:
            written.append((Trait.URL, *_address(address)))
        if card.email.strip():
            email = fold(card.email)
            written.append((Trait.EMAIL, _loose(email), re.escape(email), email))
        figures = re.sub(r"^(?:00)?39(?=\d{8})", "", re.sub(r"\D", "", card.phone))
        if len(figures) >= _FEWEST_FIGURES:
            number = r"[\s./-]?".join(figures)
            written.append((Trait.PHONE, _PREFIX + number, number, ""))
        for name in names_of(card.name):
            written.append((Trait.NAME, _loose(name), re.escape(name), name))
        self._patterns = [
            (trait, _bounded(trait, original), re.compile(folded), part)
            for trait, original, folded, part in written
            if trait not in shared
        ]

    def find(self, text: str) -> Iterator[Mention]:
        """The mentions in a text, one after the other for each way of giving the person away."""
        plain = plainly(text)
        for trait, _, folded, part in self._patterns:
            if part not in plain:
                continue
            before, after = _TOUCHING[trait]
            for match in folded.finditer(plain):
                start, end = match.span()
                left = re.search(f"{before}*$", plain[max(0, start - _AROUND) : start])
                right = re.match(f"{after}*", plain[end : end + _AROUND])
                touching = (left[0] if left else "", right[0] if right else "")
                yield Mention(trait, touching[0] + match[0] + touching[1], not any(touching))

    def redacted(self, text: str) -> str:
        """The text with `ERASED` in the place of every whole mention; itself if there is none."""
        if not any(mention.whole for mention in self.find(text)):
            return text
        changed = self._replaced(text)
        if any(mention.whole for mention in self.find(changed)):
            # Spelt with letters that only folding makes ordinary ones of: better without accents
            # than with a name that should be gone.
            changed = self._replaced(plainly(text))
        return changed

    def _replaced(self, text: str) -> str:
        for _, original, _, _ in self._patterns:
            text = original.sub(ERASED, text)
        return text


def names_of(name: str) -> tuple[str, ...]:
    """The ways of writing a name in full: as it stands, without titles, family name first."""
    whole = fold(name)
    bare = _AFTER_NAME.sub("", whole).split()
    while len(bare) > 1 and _TITLE.fullmatch(bare[0]):
        bare = bare[1:]
    forms = [whole]
    if len(bare) > 1:
        for first in range(len(bare)):
            given, family = " ".join(bare[:first]), " ".join(bare[first:])
            forms += [f"{family} {given}".strip(), f"{family}, {given}" if given else ""]
    # As keyboards without accents have it: Nicolo' Rossi.
    typed = _FINAL_ACCENT.sub(r"\g<0>'", unicodedata.normalize("NFC", name))
    if typed != name and not name.endswith("'"):
        forms += [form for form in names_of(typed) if "'" in form]
    return tuple(dict.fromkeys(form for form in forms if form))


def plainly(text: str) -> str:
    """The text folded, with what JSON, HTML and addresses write in figures spelt out."""
    if "\\" in text:
        if "\\u" in text:
            text = _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text)
        text = _ESCAPED_SPACE.sub(" ", text)
    if "&" in text:
        text = html.unescape(text)
    if "%" in text:
        text = _PERCENTS.sub(lambda m: unquote(m[0]), text)
    return fold(text)


def _bounded(trait: Trait, pattern: str) -> re.Pattern[str]:
    before, after = _TOUCHING[trait]
    return re.compile(rf"(?<!{before}){pattern}(?!{after})", re.IGNORECASE)


def _address(url: str) -> tuple[str, str, str]:
    """How a profile's address may be written, how it is once folded, and its fixed part."""
    parts = urlsplit(url)
    host, path = (parts.hostname or "").removeprefix("www."), parts.path
    fixed = fold(host + path) or fold(url)
    if not host:
        return _loose(fixed), re.escape(fixed), fixed
    country = r"(?:[a-z]{1,3}\.)?"
    spelt = re.escape(host)
    if path:
        spelt += f"(?:{_loose(path)}|{re.escape(quote(path))})"
    return rf"(?:https?://)?{country}{spelt}/?", country + re.escape(fixed), fixed


def _loose(text: str) -> str:
    """A pattern that the text's spellings match: letters in any accent, spaces, apostrophes."""
    return "".join(_letter(character) for character in fold(text))


@cache
def _letter(character: str) -> str:
    if character == " ":
        return r"\s+"
    if character == "'":
        return "['’‘ʼ`´]"
    if character == "-":
        return "[-‐‑–]"
    if not character.isalpha():
        return re.escape(character)
    return f"[{character}{''.join(_accented()[character])}]{_MARKS}"


@cache
def _accented() -> dict[str, list[str]]:
    """For each letter, the same with accents."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        bare = unicodedata.normalize("NFD", chr(code).lower())[0]
        if bare != chr(code):
            found[bare].append(chr(code))
    return found
