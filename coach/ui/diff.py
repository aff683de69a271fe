"""Two texts compared word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

#: Words, runs of spaces and punctuation marks: joined again they give the text back.
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
#: Above this many words the comparison would take seconds; texts so long are not compared.
MAX_WORDS = 4_000
#: Fewest words in a row that stand as kept between two changes.
LEAST_KEPT = 3


class Change(StrEnum):
    """What happened to a stretch."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Stretch:
    """A run of words with one fate."""

    change: Change
    text: str


def compare(before: str, after: str) -> list[Stretch]:
    """What was kept, removed and added, in reading order.

    Fewer than `LEAST_KEPT` words kept between two changes belong to them, so that a rewritten
    phrase reads as one change and not as a mosaic. The stretches that are not removed give
    `after`, those that are not added give `before`; the whole texts, one removed and one added,
    when either has over `MAX_WORDS` words.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if max(len(old), len(new)) > 2 * MAX_WORDS:
        return [Stretch(Change.REMOVED, before), Stretch(Change.ADDED, after)]
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    found: list[Stretch] = []
    removed = added = ""
    for place, (tag, i, j, k, m) in enumerate(steps):
        inner = 0 < place < len(steps) - 1
        if tag == "equal" and not (inner and _words(new[k:m]) < LEAST_KEPT):
            found.extend(_changed(removed, added))
            found.append(Stretch(Change.SAME, "".join(new[k:m])))
            removed = added = ""
        else:
            removed += "".join(old[i:j])
            added += "".join(new[k:m])
    found.extend(_changed(removed, added))
    return found


def _words(tokens: list[str]) -> int:
    return sum(token[0].isalnum() for token in tokens)


def _changed(removed: str, added: str) -> list[Stretch]:
    both = (Stretch(Change.REMOVED, removed), Stretch(Change.ADDED, added))
    return [stretch for stretch in both if stretch.text]
