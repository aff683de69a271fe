"""Whether the library answers a question.

The cosine of the best passage does not tell. A logistic regression over several signals does: how
near the question is to those that the passage is known to answer, which of its words, weighted by
rarity, the passage holds, whether meaning and words agree, by how much the passage is ahead of the
next, and whether the question is about the library's subject at all. Texts that the person added
answer no known question and may be about anything: for them the passage alone counts, and more is
asked of it.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from coach.conversation.intents import Floats, QuestionWeights, Reading
from coach.conversation.kinds import holds_kind
from coach.library import Evidence, Library, Weighing
from coach.schemas import Passage

#: Passages weighed for a question.
CANDIDATES = 5
#: Ranks beyond this are all the same.
FAR = 10


@dataclass(frozen=True)
class Coverage:
    """What the library holds for a question.

    Attributes:
        covered: whether it answers.
        probability: of that, 0..1.
        passages: those to answer from, best first; empty when it does not.
        nearest: what comes nearest, whether or not it answers.
    """

    covered: bool
    probability: float
    passages: tuple[Evidence, ...]
    nearest: Passage | None = None


def cover(
    question: str,
    reading: Reading,
    *,
    library: Library,
    weights: QuestionWeights,
    shipped: Collection[str],
) -> Coverage:
    """Tell whether the library answers a question, and with what.

    Args:
        question: as it was asked.
        reading: what the classifier makes of it.
        library: what is searched.
        weights: the trained ones.
        shipped: ids of the sources that come with the product.
    """
    weighing = library.weigh(question, CANDIDATES)
    if not weighing.found:
        return Coverage(False, 0.0, ())
    ours = [each for each in weighing.found if _is_ours(each, shipped)]
    theirs = [each for each in weighing.found if not _is_ours(each, shipped)]
    options: list[tuple[float, float, list[Evidence]]] = []
    for found, coefficients, threshold, signals in (
        (ours, weights.coverage, weights.thresholds[0], note_signals),
        (theirs, weights.added_coverage, weights.thresholds[1], added_signals),
    ):
        if found:
            probability = _probability(coefficients, signals(weighing, found, reading))
            options.append((probability, float(threshold), found))
    probability, threshold, found = max(options, key=lambda each: each[0] - each[1])
    if probability < threshold or not holds_kind(question, found[0].passage.text):
        return Coverage(False, probability, (), found[0].passage)
    return Coverage(True, probability, tuple(found), found[0].passage)


def _is_ours(evidence: Evidence, shipped: Collection[str]) -> bool:
    """Whether known questions speak for a passage: a section of ours, or a text it tells again."""
    return evidence.passage.source_id in shipped or evidence.asked > -1.0


def note_signals(weighing: Weighing, found: list[Evidence], reading: Reading) -> Floats:
    """What speaks for and against the best of the passages that answer known questions."""
    best = found[0]
    return np.array(
        [
            best.asked,
            max(each.asked for each in found),
            weighing.nearest[0],
            weighing.nearest[4],
            best.told,
            best.whole,
            best.words,
            max(each.words for each in found),
            best.own_words,
            best.bm25,
            weighing.unknown,
            min(best.dense_rank, FAR) / FAR,
            min(best.lexical_rank, FAR) / FAR,
            reading.about_library,
            best.passage.score,
            best.passage.score - found[1].passage.score if len(found) > 1 else 0.0,
            math.log1p(weighing.terms),
        ],
        dtype=np.float32,
    )


def added_signals(weighing: Weighing, found: list[Evidence], reading: Reading) -> Floats:
    """What speaks for and against the best passage of a text about anything."""
    del reading  # trained on the notes' subject, of another it knows nothing
    best = found[0]
    return np.array(
        [
            best.told,
            best.whole,
            best.own_words,
            max(each.own_words for each in found),
            best.bm25,
            weighing.unknown,
            min(best.dense_rank, FAR) / FAR,
            min(best.lexical_rank, FAR) / FAR,
        ],
        dtype=np.float32,
    )


def _probability(coefficients: Floats, signals: Floats) -> float:
    return 1 / (1 + math.exp(-float(signals @ coefficients[:-1] + coefficients[-1])))
