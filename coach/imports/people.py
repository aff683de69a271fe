"""How files write people: names with decoration, profiles, e-mail addresses, telephones."""

from __future__ import annotations

import re
import unicodedata

from coach.imports.remembering import remembered
from coach.imports.text import one_line
from coach.store.merging import fold, normalised_url

#: Written after a name and never a surname in this spelling.
_DEGREE = re.compile(
    r"(?:\s*,\s*|\s+)\(?(?:Ph\.?\s?D\.?|PHD|M\.?B\.?A\.?|EMBA|M\.?Sc\.?|B\.?Sc\.?|PMP|CFA|CPA|ACCA|"
    r"PCC|ACC|CSM|PSM|SHRM-S?CP)[®™]?\)?$"
)
_PRONOUNS = re.compile(r"\s*\((?:she|he|they|lei|lui)(?:\s*/\s*\w+)*\)", re.IGNORECASE)
_MATHEMATICAL = re.compile("[\U0001d400-\U0001d7ff]")
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_DANGLING = " ,;|–—•·-"
#: First words of family names of several, folded.
_PARTICLES = frozenset(
    (
        "da",
        "dal",
        "dalla",
        "de",
        "degli",
        "dei",
        "del",
        "della",
        "delle",
        "di",
        "la",
        "le",
        "li",
        "lo",
    )
)

_PROFILE = re.compile(r"(?:[\w-]+\.)*linkedin\.com/(?:in|pub)/[^\s<>\"']+", re.IGNORECASE)
#: As most addresses already are; `normalised_url` would take most of the time of reading.
_NORMALISED = re.compile(r"https://www\.linkedin\.com/in/[a-z0-9-]+")
_PERSON = re.compile(r"https://www\.linkedin\.com/in/[^/]+")
_LOCALE = re.compile(r"/[a-z]{2}(?:-[a-z]{2})?$")
_EMAIL = re.compile(r"[^\s<>,;:\"'()\[\]@]+@[^\s<>,;:\"'()\[\]@]+\.[^\s<>,;:\"'()\[\]@.]+")
_TELEPHONE = re.compile(r"\+?\(?\d[\d ./()-]{1,28}\d")

_LINKEDIN = re.compile(r"(?:the |il )?(?:team (?:di )?)?linkedin\b")
#: What LinkedIn writes, folded, for an account that was closed or may not be seen.
_NOBODY = frozenset(
    {
        "linkedin member",
        "linkedin user",
        "membro di linkedin",
        "membro linkedin",
        "utente di linkedin",
        "utente linkedin",
    }
)


@remembered
def person_name(text: str) -> str:
    """The name without what is surely decoration; empty when there is no letter in it.

    Taken away: emoji and other pictographs, letters of the mathematical alphabets (made plain),
    pronouns in brackets, and a few degrees at the end when two words are left and the name is not
    all in capitals. Everything else, capitals included, stays as it is.
    """
    name = one_line(text)
    if not name.isascii():
        if _MATHEMATICAL.search(name):
            name = unicodedata.normalize("NFKC", name)
        name = "".join(" " if _is_pictograph(char) else char for char in name)
    name = _undangled(_PRONOUNS.sub("", name) if "(" in name else name)
    while not name.isupper() and (found := _DEGREE.search(name)):
        shorter = _undangled(name[: found.start()])
        if len(shorter.split()) < 2:
            break
        name = shorter
    if "@" in name or not any(map(str.isalpha, name)):
        return ""
    return name


def given_name_first(name: str, family_first: bool) -> str:
    """`Mario Rossi` out of `Rossi, Mario`, and out of `Rossi Mario` where the column says so.

    Left as it is where it cannot be told which words are the family name.
    """
    family, comma, given = name.partition(", ")
    words = name.replace(",", "").split()
    particle = fold(words[0]) in _PARTICLES if words else False
    if comma and len(family.split()) <= 1 + particle and "," not in given:
        return f"{given} {family}"
    if family_first and len(words) == 2 + particle:
        return " ".join([*words[1 + particle :], *words[: 1 + particle]])
    return name


@remembered
def is_nobody(name: str) -> bool:
    """Whether the name stands for a closed or hidden account."""
    return fold(name) in _NOBODY


@remembered
def is_linkedin(name: str) -> bool:
    """Whether the name is LinkedIn's own, as in `LinkedIn Premium`."""
    folded = fold(name)
    return _LINKEDIN.match(folded) is not None and folded not in _NOBODY


@remembered
def profile(text: str) -> str:
    """The LinkedIn profile that the text holds, normalised; empty when there is none.

    A company's page or any other site is not a profile: colleagues share it, and cards are merged
    by this address.
    """
    if _NORMALISED.fullmatch(text):
        return text
    found = _PROFILE.search(text)
    if not found:
        return ""
    url = normalised_url(found[0].rstrip(".,;)"))
    person = _PERSON.match(url)
    # `/in/anna-bianchi/it` is her page in Italian; `/pub/anna-bianchi/1/2/3` is all her address.
    return person[0] if person else _LOCALE.sub("", url)


def email(text: str) -> str:
    """The first e-mail address in the text, in lower case; empty when there is none."""
    found = _EMAIL.search(text)
    return found[0].rstrip(".").lower() if found else ""


def telephone(text: str) -> str:
    """The first telephone number in the text, spaced as it was; empty when there is none."""
    found = _TELEPHONE.search(text.replace("\N{NO-BREAK SPACE}", " "))
    return one_line(found[0]) if found else ""


def notes(text: str) -> tuple[str, ...]:
    """Notes as fragments, one a line, without repeats."""
    lines = (one_line(line).strip("•*- ") for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def _undangled(name: str) -> str:
    return " ".join(name.split()).strip(_DANGLING)


def _is_pictograph(char: str) -> bool:
    return (
        unicodedata.category(char) in ("So", "Co", "Cn")
        or ord(char) in _SKIN_TONES
        or char in "\u200d\ufe0e\ufe0f\u20e3"
    )
