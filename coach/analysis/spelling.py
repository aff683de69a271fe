"""Misspelt words.

A dictionary alone raises too many false alarms: it lacks loan words, dialects, trades, names. So an
unknown word is called a slip only where there is evidence for it: it is a known misspelling, it
becomes a word by one of the mistakes Italians make (a consonant doubled or not, *cie* for *ce*, a
final accent left out), or it is one letter away from a frequent word. All the rest is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from coach.analysis import lexicon
from coach.analysis.text import listed

#: Zipf frequency from which a word counts as frequent (about once in a million words).
FREQUENT = 3.0
_VERY_FREQUENT = 4.3
#: Longer runs of letters are no words ("precipitevolissimevolmente" has 26 letters).
LONGEST = 30

_CONSONANTS = "bcdfglmnprstvz"
_LETTERS = "abcdefghilmnopqrstuvzàèéìòù"
_OTHER_ACCENT = {"è": "é", "é": "è", "á": "à", "í": "ì", "ó": "ò", "ú": "ù"}
_ACCENTED = {"a": "à", "e": "éè", "i": "ì", "o": "ò", "u": "ù"}
_PREFIXES = [
    "ri",
    "re",
    "anti",
    "micro",
    "mini",
    "maxi",
    "multi",
    "tele",
    "super",
    "auto",
    "co",
    "bio",
    "eco",
    "neo",
    "pre",
    "post",
    "sotto",
    "sovra",
    "inter",
    "iper",
    "ultra",
    "extra",
    "para",
    "semi",
    "video",
    "foto",
    "psico",
    "socio",
    "euro",
    "geo",
    "idro",
    "termo",
    "elettro",
    "aero",
    "agro",
    "mono",
    "tri",
    "pluri",
    "poli",
    "cripto",
    "nano",
    "macro",
    "meta",
    "info",
    "tecno",
    "trans",
    "intra",
    "infra",
    "fisio",
    "neuro",
    "cardio",
    "musico",
    "arte",
    "ciclo",
    "moto",
    "radio",
    "audio",
    "contro",
    "sopra",
    "oltre",
    "stra",
    "dis",
    "de",
    "s",
    "in",
    "im",
    "non",
    "vice",
    "cyber",
]
_SUFFIXES = [
    "ino",
    "ina",
    "ini",
    "ine",
    "etto",
    "etta",
    "etti",
    "ette",
    "ello",
    "ella",
    "elli",
    "elle",
    "one",
    "ona",
    "oni",
    "uccio",
    "uccia",
    "ucci",
    "ucce",
    "accio",
    "accia",
    "acci",
    "acce",
    "issimo",
    "issima",
    "issimi",
    "issime",
    "mente",
    "ista",
    "isti",
    "iste",
    "ismo",
    "ismi",
    "izzare",
    "izzato",
    "izzata",
    "izzazione",
    "abile",
    "abili",
    "ibile",
    "ibili",
    "ese",
    "esi",
    "ano",
    "ana",
    "ani",
    "ane",
    "iano",
    "iana",
    "iani",
    "iane",
    "tore",
    "trice",
    "tori",
    "trici",
    "eria",
    "erie",
    "aio",
    "aia",
    "aioli",
    "aiolo",
    "ologo",
    "ologa",
    "ologi",
    "ologia",
    "otto",
    "otta",
]
_PRONOUNS = ("la", "le", "li", "lo", "ti", "mi", "ci", "vi", "ne", "gli")
# First parts of two words written as one: "glialtri", "perora".
_GLUED = ("gli", "dei", "del", "non", "una", "sui", "che", "ogni")
_ACCEPTED_SHORT = listed(
    "ah eh oh uh uhm mah boh beh ehi uhi bah mmm hmm ahah haha ahaha ehehe ops"
)


@lru_cache(maxsize=1)
def _allowed() -> frozenset[str]:
    lines = _data("allowed_words.txt").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@lru_cache(maxsize=1)
def misspellings() -> dict[str, str]:
    """Frequent misspellings with their corrections."""
    pairs = (
        line.split(" = ", 1) for line in _data("misspellings.txt").splitlines() if " = " in line
    )
    return {wrong.strip(): right.strip() for wrong, right in pairs}


def _data(name: str) -> str:
    return (files("coach.analysis") / "data" / name).read_text(encoding="utf-8")


@lru_cache(maxsize=20_000)
def _zipf(word: str) -> float:
    from wordfreq import zipf_frequency

    return float(zipf_frequency(word, "it", wordlist="small"))


def _stem_zipf(word: str) -> float:
    """Frequency of a word, or of the infinitive it is built on with a pronoun."""
    if _has_pronoun(word):
        return max(_zipf(word), *(_zipf(lemma) for lemma in lexicon.lemmas(word)), 0.0)
    return _zipf(word)


def _has_pronoun(word: str) -> bool:
    return len(word) > 8 and word.endswith(_PRONOUNS)


def is_accepted(word: str) -> bool:
    """Whether a lower-case word is right: known, allowed, or built from known parts."""
    if not 3 <= len(word) <= LONGEST or word in _ACCEPTED_SHORT:
        return True
    if lexicon.known(word) or word in _allowed() or lexicon.known(word.capitalize()):
        return True
    # Truncated: "direttor Palumbo", "ragionier Bosio", "voler dire".
    if word[-1] in "lr" and len(word) >= 5 and lexicon.known(word + "e"):
        return True
    # Elided: "dell'", "trent'", "sant'".
    if word.endswith("'"):
        stem = word[:-1]
        return len(stem) <= 6 or any(lexicon.known(stem + vowel) for vowel in "aeio")
    return False


def _is_built(word: str) -> bool:
    """Prefixed, altered or inflected from a word that is known."""
    for prefix in _PREFIXES:
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) >= 5 and (lexicon.known(rest) or rest in _allowed()):
            return len(prefix) > 2 or prefix in ("ri", "co")
    for suffix in _SUFFIXES:
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) >= 4 and any(lexicon.known(stem + v) for v in "aeio"):
            return True
    if len(word) >= 7 and word[-1] in "aeio":
        return any(lexicon.known(word[:-1] + vowel) for vowel in "aeio" if vowel != word[-1])
    return False


def correction(word: str, *, capitalised: bool = False) -> tuple[str, str] | None:
    """What is wrong with a lower-case word.

    Args:
        word: the word, lower case.
        capitalised: written with a capital where a sentence starts, so that it may be a name: only
            what is very near a very frequent word is called a slip.

    Returns:
        The kind of slip (`spelling`, `accent`) and the corrected word, or None if it is right or
        cannot be told.
    """
    return _correction(word, capitalised)


@lru_cache(maxsize=20_000)
def _correction(word: str, capitalised: bool) -> tuple[str, str] | None:
    listed_right = misspellings().get(word)
    if listed_right is not None:
        accented = len(word) <= 4 and word[-1] in "àèéìòù"
        return ("accent" if accented else "spelling"), listed_right
    if is_accepted(word) or any(not char.isalpha() and char != "-" for char in word):
        return None
    if "-" in word:
        return None
    accent = _accent_correction(word)
    if accent and (not capitalised or _zipf(accent) >= FREQUENT):
        return "accent", accent
    if lexicon.known(_without_accents(word)):
        # "condomìni", "sùbito": an accent inside the word helps the reader and is allowed.
        return None
    if word.startswith("ex") and lexicon.known(word[2:]) and len(word) > 6:
        return "spelling", "ex " + word[2:]
    frequency = _zipf(word)
    if lexicon.known_english(word) or frequency >= FREQUENT + 0.5:
        return None
    # A name at the start of a sentence is short or rare; a slip there is near a frequent word.
    if capitalised and len(word) < 6:
        return None
    typical = _italian_mistakes(word)
    if typical and (_stem_zipf(typical[0]) >= FREQUENT + 0.5):
        return "spelling", typical[0]
    if _is_built(word):
        return None
    # A dialect word may lie near a word so rare that nobody meant it: "tonnaroti".
    if typical and not capitalised and _stem_zipf(typical[0]) > 0:
        return "spelling", typical[0]
    for first in _GLUED:
        rest = word.removeprefix(first)
        if rest != word and len(rest) >= 5 and _zipf(rest) >= FREQUENT and not capitalised:
            return "spelling", f"{first} {rest}"
    if len(word) < 5 or frequency >= FREQUENT:
        return None
    near = [(_stem_zipf(candidate), candidate) for candidate in _one_letter_away(word)]
    if near:
        best, candidate = max(near)
        # Short words have many neighbours: these must be very frequent.
        if best >= (_VERY_FREQUENT if capitalised or len(word) == 5 else FREQUENT):
            return "spelling", candidate
    return None


def _without_accents(word: str) -> str:
    return word[:-1].translate(str.maketrans("àèéìòù", "aeeiou")) + word[-1]


def _accent_correction(word: str) -> str | None:
    """The same letters with another accent: *perchè*, *citta*, *pèrche*."""
    last = word[-1]
    for accented in _ACCENTED.get(last, ""):
        right = word[:-1] + accented
        # "ingegnera" is not a slip for "ingegnerà": a rare word is no evidence.
        if len(word) > 2 and lexicon.known(right) and (right.endswith("tà") or _zipf(right) > 0):
            return right
    swapped = word[:-1] + {"è": "é", "é": "è", "á": "à", "í": "ì", "ó": "ò", "ú": "ù"}.get(
        last, last
    )
    if swapped != word and lexicon.known(swapped):
        return swapped
    plain = word[:-1] + {"à": "a", "è": "e", "é": "e", "ì": "i", "ò": "o", "ù": "u"}.get(last, last)
    # A final accent too many ("lavorò" is known and never comes here), names of feasts apart.
    if plain != word and lexicon.known(plain) and _zipf(plain) >= _VERY_FREQUENT and len(word) > 4:
        return plain
    return None


def _italian_mistakes(word: str) -> list[str]:
    """Known words from which `word` differs by one or two typical mistakes, one first."""
    first = list(_typical_edits(word))
    found = [edit for edit in first if lexicon.known(edit)]
    if found or len(word) < 7:
        return sorted(found, key=_zipf, reverse=True)
    second = {edit for once in first for edit in _typical_edits(once)}
    found = [edit for edit in second if edit != word and lexicon.known(edit)]
    return sorted((edit for edit in found if _zipf(edit) >= FREQUENT), key=_zipf, reverse=True)


def _typical_edits(word: str) -> Iterator[str]:
    for index, char in enumerate(word):
        if char in _CONSONANTS or char == "q":
            doubled = index + 1 < len(word) and word[index + 1] == char
            if doubled:
                yield word[:index] + word[index + 1 :]
            elif index and word[index - 1] != char:
                yield word[:index] + char + word[index:]
    for wrong, right in _CONFUSED:
        start = word.find(wrong)
        while start >= 0:
            yield word[:start] + right + word[start + len(wrong) :]
            start = word.find(wrong, start + 1)
    if word.startswith("h"):
        yield word[1:]


# Spellings that sound alike to an Italian ear.
_CONFUSED = (
    ("cie", "ce"), ("gie", "ge"), ("ce", "cie"), ("gnie", "gne"), ("gnia", "gna"), ("gnio", "gno"),
    ("gniu", "gnu"), ("scie", "sce"), ("sce", "scie"), ("qu", "cqu"), ("cqu", "qu"), ("qqu", "cqu"),
    ("cu", "qu"), ("qu", "cu"), ("ccu", "cqu"), ("np", "mp"), ("nb", "mb"), ("ctione", "zione"),
    ("tione", "zione"), ("ctioni", "zioni"), ("li", "gli"), ("gli", "li"), ("ni", "gn"),
    ("gn", "ni"), ("gle", "glie"), ("gla", "glia"), ("glo", "glio"),
    ("ch", "c"), ("c", "ch"), ("gh", "g"), ("g", "gh"), ("cc", "cch"), ("k", "ch"), ("ph", "f"),
    ("y", "i"), ("x", "s"), ("w", "v"), ("z", "s"), ("s", "z"), ("j", "i"),
)  # fmt: skip


def _one_letter_away(word: str) -> Iterator[str]:
    """Known words one letter away; a word's last letter, which inflects it, is not touched."""
    seen = {word}
    # The first letter is seldom mistyped, and "timona" is not "simona".
    for index in range(0 if len(word) > 8 else 1, len(word)):
        head, tail = word[:index], word[index:]
        edits = [head + tail[1:]] if index < len(word) - 1 else []
        if len(tail) - 1 > 0:
            edits.append(head + tail[1] + tail[0] + tail[2:])
        if index < len(word) - 1:
            edits += [head + letter + tail[1:] for letter in _LETTERS]
        edits += [head + letter + tail for letter in _LETTERS]
        for edit in edits:
            if edit not in seen:
                seen.add(edit)
                # The frequency is the cheaper question, and most of some hundred edits have none.
                if (_zipf(edit) > 0 or _has_pronoun(edit)) and lexicon.known(edit):
                    yield edit
