"""How strongly the library speaks of a question: what a ranking alone does not tell.

The best passage for a question is found whether or not it answers it, and its cosine tells nothing.
What tells is how near the question is to those that the passage is known to answer, which of its
words the passage holds, and whether meaning and words agree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coach.embeddings import Vectors
from coach.library import retrieval
from coach.library.entries import Entry
from coach.library.lexical import terms
from coach.library.retrieval import Mode
from coach.library.snapshot import Snapshot
from coach.schemas import Passage


@dataclass(frozen=True)
class Evidence:
    """A passage beside a question.

    Attributes:
        passage: what was found.
        asked: cosine with the nearest of the questions it answers; -1 when none is known.
        told: cosine with the nearest of its sentences.
        whole: cosine with the whole passage.
        words: share of the question's words, by rarity, that belong to the passage.
        own_words: the same, in the passage itself, without the questions it answers.
        bm25: its score for the question, over the most that words of that rarity could give.
        dense_rank: how many passages are nearer by meaning.
        lexical_rank: how many have more of its words.
        sentences: its sentences with the cosine of each; the whole passage when it is only one.
    """

    passage: Passage
    asked: float
    told: float
    whole: float
    words: float
    own_words: float
    bm25: float
    dense_rank: int
    lexical_rank: int
    sentences: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Weighing:
    """All that the library holds for a question.

    Attributes:
        found: the best passages, best first.
        unknown: share of the question's words, by rarity, that no passage holds.
        nearest: cosines with the five nearest known questions of the library, nearest first.
        terms: how many different words carry the question's meaning.
    """

    found: tuple[Evidence, ...]
    unknown: float
    nearest: tuple[float, ...]
    terms: int


def weigh(snapshot: Snapshot, question: str, vector: Vectors, k: int) -> Weighing:
    """Weigh the `k` best passages of a snapshot for a question.

    Args:
        snapshot: what is searched.
        question: any text.
        vector: its unit vector, shape `(dimension,)`.
        k: passages wanted.
    """
    count = len(snapshot.entries)
    asked_terms = tuple(dict.fromkeys(terms(question)))
    rarity = {term: _rarity(snapshot, term) for term in asked_terms}
    total = sum(rarity.values()) or 1.0
    unknown = sum(rarity[term] for term in asked_terms if not snapshot.lexical.holds(term)) / total
    ranking = retrieval.rank(snapshot, [question], vector[None], k, Mode.HYBRID)[0]

    similar = (
        snapshot.vectors.astype(np.float32)
        @ snapshot.centre.take_from(vector[None], is_question=True)[0]
    )
    is_question = np.array(
        [view.is_question for entry in snapshot.entries for view in entry.views], dtype=bool
    )
    asked = np.full(count, -1.0, dtype=np.float32)
    np.maximum.at(asked, snapshot.owner[is_question], similar[is_question])
    told = np.full(count, -1.0, dtype=np.float32)
    np.maximum.at(told, snapshot.owner[~is_question], similar[~is_question])
    whole = similar[np.searchsorted(snapshot.owner, np.arange(count))]
    words = snapshot.lexical.scores(question)
    nearest = np.sort(similar[is_question])[::-1][:5]

    found = []
    for place, score in ranking:
        # A passage that our notes tell again has the help of those sections.
        family = [place, *snapshot.entries[place].told_by]
        members = [snapshot.entries[member] for member in family]
        held = {term for member in members for term in terms(member.words)}
        own = set(terms(snapshot.entries[place].whole))
        meaning = float(told[family].max()) + float(whole[family].max())
        found.append(
            Evidence(
                passage=passage_of(snapshot.entries[place], score),
                asked=float(asked[family].max()),
                told=float(told[family].max()),
                whole=float(whole[family].max()),
                words=sum(rarity[term] for term in asked_terms if term in held) / total,
                own_words=sum(rarity[term] for term in asked_terms if term in own) / total,
                bm25=float(words[family].max()) / (total + 1),
                dense_rank=int((told + whole > meaning).sum()),
                lexical_rank=int((words > words[family].max()).sum()),
                sentences=_near_sentences(snapshot, place, similar),
            )
        )
    return Weighing(
        found=tuple(found),
        unknown=unknown,
        nearest=(*map(float, nearest), *(0.0,) * (5 - len(nearest))),
        terms=len(asked_terms),
    )


def _near_sentences(
    snapshot: Snapshot, place: int, similar: Vectors
) -> tuple[tuple[str, float], ...]:
    """The sentences of a passage beside their cosines, from the vectors of its views."""
    entry = snapshot.entries[place]
    start = int(np.searchsorted(snapshot.owner, place))
    if not entry.sentences:
        return ((entry.text, float(similar[start])),)
    return tuple(
        (sentence, float(similar[start + number]))
        for number, sentence in enumerate(entry.sentences, start=1)
    )


def _rarity(snapshot: Snapshot, term: str) -> float:
    """The inverse document frequency of a term, as BM25 counts it; highest for one never seen."""
    count, holding = len(snapshot.entries), snapshot.lexical.spread(term)
    return math.log(1 + (count - holding + 0.5) / (holding + 0.5))


def passage_of(entry: Entry, score: float) -> Passage:
    """An entry as a passage that was found, with its score."""
    return Passage(
        text=entry.text,
        title=entry.title,
        source_id=entry.source_id,
        heading=entry.heading,
        score=score,
        pid=entry.pid,
    )


def passage_under(entries: Sequence[Entry], source_id: str, heading: str) -> Passage | None:
    """The passage of a source under a heading, or None."""
    for entry in entries:
        if entry.source_id == source_id and entry.heading == heading:
            return passage_of(entry, 0.0)
    return None
