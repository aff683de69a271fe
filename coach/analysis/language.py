"""Slips of language in a message: spelling, grammar and typography, each with its exact words.

False alarms matter more than recall: a coach that corrects what is right is not believed when it
corrects what is wrong. Names, addresses, figures, what is quoted and what is in another language
are left alone.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Collection, Iterator, Sequence

from coach.analysis import grammar, lexicon, spelling
from coach.analysis.text import Normalised, Offsets, words
from coach.schemas import Slip

#: Kinds that are habits of typing rather than errors: they do not make `language_errors`.
TYPOGRAPHY = "typography"

_SKIPPED = re.compile(
    r"https?://\S{1,500}|www\.\S{1,500}|\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.\w{1,20})+"
    r"|[#@]\w[\w.-]{0,100}|<[^<>\n]{1,200}>|`[^`\n]{1,200}`"
    r"|\b[\w-]{1,60}\.(?:it|com|org|net|eu|io|pdf|docx?|xlsx?|pptx?|csv|md)\b(?:/\S*)?"
    r"|«[^»]{0,400}»|\"[^\"\n]{0,400}\"|(?<!\w)'[^'\n]{3,200}'(?!\w)",
    re.IGNORECASE,
)
_TRUNCATED = frozenset(
    [
        "po'",
        "mo'",
        "be'",
        "to'",
        "va'",
        "fa'",
        "da'",
        "di'",
        "sta'",
        "ve'",
        "te'",
        "ca'",
        "vo'",
        "de'",
        "ne'",
        "co'",
    ]
)


def slips(
    text: Normalised, sentences: Sequence[Offsets], known_names: Collection[str] = ()
) -> list[Slip]:
    """Find the slips of a message.

    Args:
        text: the message, normalised.
        sentences: offsets of its sentences in `text.text`.
        known_names: names that are right whatever they look like (contact, sender, company).

    Returns:
        The slips in the order of the text, with offsets in the original text; they do not overlap.
        Suggestions of spelling are those found at once; `suggestions` looks for more, slowly.
    """
    source = _without_skipped(text.text)
    names = {part.lower() for name in known_names for part in re.findall(r"[^\W\d_]+", name)}
    hits: list[grammar.Hit] = []
    for start, end in sentences:
        found = [
            grammar.Word(first, last, word, word.lower())
            for first, last, word in words(source, start, end)
        ]
        if not found:
            continue
        sentence = grammar.Sentence(source, found)
        if _is_foreign(sentence):
            continue
        hits.extend(_misspelt(sentence, names))
        hits.extend(hit for hit in grammar.hits(sentence) if not _in_names(sentence, hit, names))
    hits.extend(_typography(source, sentences))
    return [_slip(text, hit) for hit in _apart(hits)]


def suggestions(word: str, limit: int = 5) -> tuple[str, ...]:
    """Words like a misspelt one, best first; slow (about 0.3 s), so asked one at a time."""
    found = spelling.correction(word.lower())
    best = [found[1]] if found else []
    near = [near for near in lexicon.near_words(word.lower()) if near not in best]
    return tuple((best + near)[:limit])


def _without_skipped(text: str) -> str:
    """The text with what is not Italian prose turned into dots, offsets unchanged."""

    def dots(match: re.Match[str]) -> str:
        # A quotation that is most of the message is the message.
        if match[0][0] in "«\"'" and len(match[0]) > len(text) * 0.6:
            return match[0]
        return "." * len(match[0])

    return _SKIPPED.sub(dots, text)


def _is_foreign(sentence: grammar.Sentence) -> bool:
    """Whether most of a sentence's words are not Italian: English, or unknown to the dictionary."""
    plain = [word.low for word in sentence.words if word.low.isalpha() and len(word.low) > 1]
    if len(plain) < 3:
        return False
    unknown = [word for word in plain if not spelling.is_accepted(word)]
    english = sum(1 for word in unknown if lexicon.known_english(word))
    listed = sum(1 for word in unknown if word in spelling.misspellings())
    return english * 2 > len(plain) or (len(unknown) - listed) * 3 > len(plain) * 2


def _in_names(sentence: grammar.Sentence, hit: grammar.Hit, names: set[str]) -> bool:
    return any(
        hit.start <= word.start and word.end <= hit.end and word.low in names
        for word in sentence.words
    )


def _misspelt(sentence: grammar.Sentence, names: set[str]) -> Iterator[grammar.Hit]:
    titled = sum(1 for word in sentence.words if word.text[0].isupper()) > len(sentence) * 0.6
    for index, word in enumerate(sentence.words):
        low = word.low
        if low in names or any(char.isdigit() for char in low) or low in _TRUNCATED:
            continue
        if sentence.text[word.start - 1 : word.start] == "." and word.start:
            # The end of an abbreviation: "dott.ssa", "sig.ra".
            continue
        if low.endswith("'"):
            hit = _apostrophe_accent(sentence, index)
            if hit:
                yield hit
            continue
        capital = word.text[0].isupper()
        if capital and (index > 0 or (len(word.text) > 1 and word.text.isupper()) or titled):
            # A capital inside a sentence is a name or an acronym; "Lunedi" and the like are not.
            if low in _WEEK:
                yield _spelling_hit(word, "accent", low[:-1] + "ì")
            continue
        if any(char.isupper() for char in word.text[1:]) and not _COURTESY.fullmatch(word.text):
            continue  # "iPhone" is a brand
        wrong = spelling.correction(low, capitalised=capital)
        if wrong:
            yield _spelling_hit(word, *wrong)


# "ringraziarLa" is looked up with its pronoun in lower case.
_COURTESY = re.compile(r"[^\W\d_]+(?:L[aeoi]|Gliel[aeoi]|Ne)")
_WEEK = frozenset(("lunedi", "martedi", "mercoledi", "giovedi", "venerdi"))


def _spelling_hit(word: grammar.Word, kind: str, right: str) -> grammar.Hit:
    to = right[0].upper() + right[1:] if word.text[0].isupper() else right
    if kind == "accent":
        message = f"L'accento: si scrive «{to}»."
    else:
        message = f"«{word.text}» non è nel vocabolario: forse «{to}»."
    return grammar.Hit(word.start, word.end, kind, message, to)


def _apostrophe_accent(sentence: grammar.Sentence, index: int) -> grammar.Hit | None:
    """*perche'*, *e'*: an accent typed as an apostrophe, a habit of keyboards without accents."""
    word = sentence.words[index]
    stem = word.low[:-1]
    if not stem or stem[-1] not in "aeiou" or sentence.text[word.end : word.end + 1].isalpha():
        return None
    accented = {"a": "à", "e": "é", "i": "ì", "o": "ò", "u": "ù"}
    for last in (accented[stem[-1]], "è"):
        right = stem[:-1] + last
        if stem[-1] != "e" and last == "è":
            break
        if right in ("é", "cioé", "caffé"):
            continue
        if right == "è" or lexicon.known(right):
            message = f"Meglio l'accento che l'apostrofo: «{right}»."
            to = right[0].upper() + right[1:] if word.text[0].isupper() else right
            return grammar.Hit(word.start, word.end, TYPOGRAPHY, message, to)
    return None


_MISSING_SPACE = re.compile(
    r"(?<=[a-zà-ù]{2})(?:[,;:!?](?=[a-zà-ùA-ZÀ-Ù]{2})|\.(?=[A-ZÀ-Ù][a-zà-ù]))"
)
_SPACE_BEFORE = re.compile(r"(?<=[^\W\d_]) +[,;.!?](?= |$|\n)")
_REPEATED = re.compile(r"[?!]{2,}|(?<![.,;]),{2,}")


def _typography(text: str, sentences: Sequence[Offsets]) -> Iterator[grammar.Hit]:
    for match in _MISSING_SPACE.finditer(text):
        message = "Dopo il segno di punteggiatura ci vuole uno spazio."
        yield grammar.Hit(match.start(), match.end(), TYPOGRAPHY, message, match[0] + " ")
    for match in _SPACE_BEFORE.finditer(text):
        message = "Prima del segno di punteggiatura non va lo spazio."
        yield grammar.Hit(match.start(), match.end(), TYPOGRAPHY, message, match[0].strip())
    for match in _REPEATED.finditer(text):
        message = "Basta un solo segno."
        yield grammar.Hit(match.start(), match.end(), TYPOGRAPHY, message, match[0][-1])
    for number, (start, end) in enumerate(sentences):
        before = text[max(0, start - 9) : start].rstrip(" ")
        if number and before.endswith((".", "!", "?")) and text[start].islower():
            word = re.match(r"[^\W\d_]+", text[start:end])
            if word and not before.endswith("..."):
                message = "Dopo il punto si comincia con la maiuscola."
                to = word[0].capitalize()
                yield grammar.Hit(start, start + len(word[0]), TYPOGRAPHY, message, to)


def _apart(hits: list[grammar.Hit]) -> list[grammar.Hit]:
    """The hits in order without overlaps; of two that overlap, real errors and the longer first."""
    kept: list[grammar.Hit] = []
    for hit in sorted(hits, key=lambda h: (h.kind == TYPOGRAPHY, h.start - h.end, h.start)):
        place = bisect(kept, hit.start, key=lambda h: h.start)
        after_last = place == 0 or kept[place - 1].end <= hit.start
        if after_last and (place == len(kept) or hit.end <= kept[place].start):
            kept.insert(place, hit)
    return kept


def _slip(text: Normalised, hit: grammar.Hit) -> Slip:
    start, end = text.original_span(hit.start, hit.end)
    return Slip(
        start=start,
        end=end,
        quote=text.original[start:end],
        kind=hit.kind,
        message=hit.message,
        suggestions=(hit.suggestion,) if hit.suggestion else (),
    )
