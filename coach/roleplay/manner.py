"""How a sentence treats its reader: offends, is rude, wanders, or speaks to a machine.

A linear classifier over hashed n-grams of words and letters, one logistic regression a family. It
finds what the turns of phrase of `data/conduct.yaml` have no words for; it is trained by
`coach.roleplay.training` on sentences of our own, with those of all the labelled drafts as what
must not be taken for any of them.
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coach.analysis.text import clean

Floats = NDArray[np.float32]

WEIGHTS = Path(__file__).parent / "data" / "manner.npz"
#: The families told apart, in the order of the columns.
FAMILIES = ("role_break", "insult", "rude", "off_topic")

#: Rows that n-grams are hashed into.
ROWS = 1 << 15
#: Most words of an n-gram, and lengths of the runs of letters within a word.
WORDS, LETTERS = 3, (3, 4, 5)
#: Letters of a sentence that are read.
LONGEST = 400
#: Fewest words of a sentence that is judged: in a few words one weighs too much.
LEAST_WORDS = 4

_TOKEN = re.compile(r"[^\W\d_]+'?|\d+|[?!*\[\]<>#/]")


@dataclass(frozen=True)
class MannerWeights:
    """The trained classifier.

    Attributes:
        grams: weights of the n-grams, shape `(ROWS, families)`.
        bias: shape `(families,)`.
        thresholds: probability from which a family is told, shape `(families,)`.
    """

    grams: Floats
    bias: Floats
    thresholds: Floats

    @classmethod
    def load(cls, file: Path = WEIGHTS) -> MannerWeights:
        """Read the weights that `training` wrote."""
        with np.load(file) as data:
            return cls(**{name: data[name].astype(np.float32) for name in data.files})

    def save(self, file: Path = WEIGHTS) -> None:
        """Write the weights, the large ones in half precision."""
        np.savez_compressed(
            file,
            grams=self.grams.astype(np.float16),
            bias=self.bias,
            thresholds=self.thresholds,
        )

    def probabilities(self, sentence: str) -> Floats:
        """How probable each family is, shape `(families,)`, 0..1."""
        weighed = grams(sentence)
        rows = np.array(list(weighed), dtype=np.intp)
        values = np.array(list(weighed.values()), dtype=np.float32)
        logits = self.bias + (values @ self.grams[rows] if len(rows) else 0)
        return np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float32)


@cache
def shipped_weights() -> MannerWeights:
    """The weights that come with the product, read once."""
    return MannerWeights.load()


@lru_cache(maxsize=2_000)
def told(sentence: str) -> str:
    """The family of a sentence; "" for none, and for one that is too short to tell."""
    if not tells_enough(sentence):
        return ""
    weights = shipped_weights()
    over = weights.probabilities(sentence) - weights.thresholds
    best = int(over.argmax())
    return FAMILIES[best] if over[best] >= 0 else ""


def tells_enough(sentence: str) -> bool:
    """Whether a sentence is long enough to be judged."""
    return len(sentence.split()) >= LEAST_WORDS


def grams(sentence: str) -> Mapping[int, float]:
    """The hashed n-grams of a sentence with their weights, of unit length.

    One to three words in a row, and runs of three to five letters within a word; each weighs
    `1 + ln(count)`.
    """
    counts = Counter(zlib.crc32(gram.encode()) % ROWS for gram in _grams(sentence))
    weighed = {row: 1 + math.log(count) for row, count in counts.items()}
    length = math.sqrt(sum(value * value for value in weighed.values())) or 1.0
    return {row: value / length for row, value in weighed.items()}


def _grams(sentence: str) -> Iterator[str]:
    tokens = _TOKEN.findall(clean(sentence[:LONGEST]).text.lower())
    words = ["^", *("0" if token.isdigit() else token for token in tokens), "$"]
    for size in range(1, WORDS + 1):
        for start in range(len(words) - size + 1):
            yield f"{size} {' '.join(words[start : start + size])}"
    for word in words[1:-1]:
        marked = f"#{word}#"
        for size in LETTERS:
            for start in range(len(marked) - size + 1):
                yield marked[start : start + size]
