"""What a question is after.

A linear classifier over two views of a question, hashed n-grams of its words and letters (they
stand typing errors) and its multilingual-e5 vector, tells the intent; it is trained by
`coach.conversation.training` on our own labelled questions.
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coach.analysis.text import clean
from coach.library.lexical import fold

Floats = NDArray[np.float32]

WEIGHTS = Path(__file__).parent / "data" / "questions.npz"

#: Rows that n-grams are hashed into.
ROWS = 1 << 13
#: Scale of the vector beside n-grams of unit length; by cross-validation.
VECTOR_SCALE = 4.0
#: Letters of a question that are read.
LONGEST = 600


class Intent(StrEnum):
    """What a question is after."""

    OFFER = "offer"
    TIMING = "timing"
    WRITE = "write"
    REVIEW = "review"
    SUMMARY = "summary"
    REPLY = "reply"
    RUDE = "rude"
    RECONNECT = "reconnect"
    FACT = "fact"
    BALANCE = "balance"
    OPEN = "open"
    CHAT = "chat"
    UNCOVERED = "uncovered"


@dataclass(frozen=True)
class QuestionWeights:
    """The trained classifiers of questions.

    Attributes:
        intents: in the order of the columns.
        grams: weights of the n-grams, shape `(ROWS, intents + 1)`; the last column tells whether a
            question is about what the library is about.
        vector: weights of the vector, shape `(384, intents + 1)`.
        bias: shape `(intents + 1,)`.
        mean: mean vector of questions, taken away before weighing, shape `(384,)`.
        coverage: weights of the signals that a question is covered by our notes; the last is the
            bias (`coach.conversation.coverage`).
        added_coverage: the same for a text that the person added.
        thresholds: probabilities from which each of the two counts as covered.
    """

    intents: tuple[Intent, ...]
    grams: Floats
    vector: Floats
    bias: Floats
    mean: Floats
    coverage: Floats
    added_coverage: Floats
    thresholds: Floats

    @classmethod
    def load(cls, file: Path = WEIGHTS) -> QuestionWeights:
        """Read the weights that `training` wrote."""
        with np.load(file) as data:
            names = bytes(data["intents"]).decode().split()
            arrays = {
                name: data[name].astype(np.float32) for name in data.files if name != "intents"
            }
        return cls(intents=tuple(Intent(name) for name in names), **arrays)

    def save(self, file: Path = WEIGHTS) -> None:
        """Write the weights, the large ones in half precision."""
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            file,
            intents=np.frombuffer(" ".join(self.intents).encode(), dtype=np.uint8),
            grams=self.grams.astype(np.float16),
            vector=self.vector.astype(np.float16),
            bias=self.bias,
            mean=self.mean,
            coverage=self.coverage,
            added_coverage=self.added_coverage,
            thresholds=self.thresholds,
        )

    def read(self, question: str, vector: Floats, names: Collection[str] = ()) -> Reading:
        """Tell what a question is after.

        Args:
            question: without the text that it may carry.
            vector: its unit vector, shape `(384,)`.
            names: words that name the contact; they are all the same to the classifier.
        """
        weighed = grams(question, names)
        rows = np.array(list(weighed), dtype=np.intp)
        values = np.array(list(weighed.values()), dtype=np.float32)
        logits = values @ self.grams[rows] if len(rows) else np.zeros_like(self.bias)
        logits = logits + VECTOR_SCALE * (vector - self.mean) @ self.vector + self.bias
        odds = np.exp(logits[:-1] - logits[:-1].max())
        shares = odds / odds.sum()
        probabilities = dict(zip(self.intents, map(float, shares), strict=True))
        return Reading(probabilities, about_library=float(logits[-1]))


@dataclass(frozen=True)
class Reading:
    """What the classifier makes of a question.

    Attributes:
        probabilities: of each intent.
        about_library: log-odds that the question is about what the library is about.
    """

    probabilities: Mapping[Intent, float]
    about_library: float

    @property
    def intent(self) -> Intent:
        """The most probable intent."""
        return max(self.probabilities, key=lambda intent: self.probabilities[intent])


@lru_cache(maxsize=1)
def shipped_weights() -> QuestionWeights:
    """The weights that come with the product, read once."""
    return QuestionWeights.load()


_WORD = re.compile(r"[^\W_]+|\?")


def grams(question: str, names: Collection[str] = ()) -> dict[int, float]:
    """The hashed n-grams of a question with their weights, of unit length.

    Words, pairs of words, and runs of three to five letters within a word; each weighs
    `1 + ln(count)`.
    """
    counts = Counter(zlib.crc32(gram.encode()) % ROWS for gram in _grams(question[:LONGEST], names))
    weighed = {row: 1 + math.log(count) for row, count in counts.items()}
    length = math.sqrt(sum(value * value for value in weighed.values())) or 1.0
    return {row: value / length for row, value in weighed.items()}


def _grams(question: str, names: Collection[str]) -> Iterator[str]:
    words = [
        "nome" if word in names else "0" if word.isdigit() else word
        for word in _WORD.findall(fold(clean(question).text))
    ]
    for before, word in zip(["^", *words], [*words, "$"], strict=True):
        yield f"{before} {word}"
    for word in words:
        yield f"={word}"
        marked = f"#{word}#"
        for size in (3, 4, 5):
            for start in range(len(marked) - size + 1):
                yield marked[start : start + size]
