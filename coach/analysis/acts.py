"""What each sentence does to its reader: asks, offers, says how they met, sells and so on.

A linear classifier (one logistic regression an act) over two views of a sentence: the n-grams of
`coach.analysis.features` and the sentence's multilingual-e5 vector. Rules alone miss what is said
in other words, vectors alone miss who gives and who takes; together they beat either, as
`make evals` shows. It is trained by `coach.analysis.training` on our own labelled sentences.

A vector costs 15 to 35 ms, n-grams less than one: only the sentence of a message on which the
n-grams are in most doubt gets a vector.
"""

from __future__ import annotations

import json
import math
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from coach.analysis.features import CUE_PREFIXES, features
from coach.analysis.text import Offsets, clauses
from coach.schemas import Act

Floats = NDArray[np.float32]

#: Gives the unit vectors of sentences, shape `(len(sentences), 384)`.
Embed = Callable[[Sequence[str]], Floats]

WEIGHTS = Path(__file__).parent / "data" / "acts.npz"

#: The n-grams alone are sure of a sentence when each act is less probable than the first figure or
#: more than the second.
SURELY_NOT, SURELY = 0.2, 0.65
#: Most vectors made for one message, for the sentences in most doubt. More gain nothing in F1 over
#: all the labelled sets together (`make evals`) and cost 15 to 35 ms each.
MOST_VECTORS = 1
#: Share of the weightiest clause's weight from which a clause is part of what is quoted.
TELLING = 0.4
#: Sentences remembered.
CACHE_SIZE = 20_000
#: Weight of a cue beside n-grams of unit length; by cross-validation.
CUE_WEIGHT = 0.5


@dataclass(frozen=True)
class ActWeights:
    """The trained classifier.

    Attributes:
        acts: the acts, in the order of the columns.
        vocabulary: row of each feature name.
        idf: inverse document frequency of each feature, shape `(features,)`.
        sparse: weights of the features, shape `(features, acts)`.
        dense: weights of the vector, shape `(384, acts)`.
        bias: shape `(acts,)`.
        gate_sparse: weights of the features in the classifier that sees n-grams only.
        gate_bias: its bias.
        thresholds: probability from which an act is reported, shape `(acts,)`.
    """

    acts: tuple[Act, ...]
    vocabulary: Mapping[str, int]
    idf: Floats
    sparse: Floats
    dense: Floats
    bias: Floats
    gate_sparse: Floats
    gate_bias: Floats
    thresholds: Floats

    @classmethod
    def load(cls, file: Path = WEIGHTS) -> ActWeights:
        """Read the weights that `training` wrote."""
        with np.load(file) as data:
            header = json.loads(bytes(data["header"]).decode())
            names = bytes(data["vocabulary"]).decode().split("\n")
            return cls(
                acts=tuple(Act(name) for name in header["acts"]),
                vocabulary={name: row for row, name in enumerate(names)},
                **{
                    name: data[name].astype(np.float32)
                    for name in (
                        "idf", "sparse", "dense", "bias", "gate_sparse", "gate_bias", "thresholds",
                    )
                },
            )  # fmt: skip

    def save(self, file: Path = WEIGHTS) -> None:
        """Write the weights, in half precision where it costs nothing."""
        names = sorted(self.vocabulary, key=self.vocabulary.__getitem__)
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            file,
            header=np.frombuffer(json.dumps({"acts": list(self.acts)}).encode(), dtype=np.uint8),
            vocabulary=np.frombuffer("\n".join(names).encode(), dtype=np.uint8),
            idf=self.idf.astype(np.float16),
            sparse=self.sparse.astype(np.float16),
            dense=self.dense.astype(np.float16),
            bias=self.bias,
            gate_sparse=self.gate_sparse.astype(np.float16),
            gate_bias=self.gate_bias,
            thresholds=self.thresholds,
        )


@dataclass(frozen=True)
class Weighted:
    """A sentence's known features: their rows and TF-IDF weights of unit length."""

    rows: NDArray[np.intp]
    values: Floats


def weigh(names: Mapping[str, int], vocabulary: Mapping[str, int], idf: Floats) -> Weighted:
    """Weight feature counts.

    N-grams by TF-IDF, (1 + ln count) · idf, scaled to unit length; a cue that is there weighs
    `CUE_WEIGHT`.
    """
    known = [(vocabulary[name], name, count) for name, count in names.items() if name in vocabulary]
    rows = np.array([row for row, _, _ in known], dtype=np.intp)
    values = np.array([1 + math.log(count) for _, _, count in known], dtype=np.float32) * idf[rows]
    cue = np.array([name.startswith(CUE_PREFIXES) for _, name, _ in known], dtype=bool)
    norm = float(np.linalg.norm(values[~cue])) or 1.0
    return Weighted(rows, np.where(cue, np.float32(CUE_WEIGHT), values / np.float32(norm)))


#: A sentence, the one before it, and whether it is the first and the last of its message.
_Key = tuple[str, str, bool, bool]


_K = TypeVar("_K")
_V = TypeVar("_V")


class _Recent(Generic[_K, _V]):
    """A bounded memory of what was computed last, shared between threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: OrderedDict[_K, _V] = OrderedDict()
        self._lock = Lock()

    def find(self, key: _K) -> _V | None:
        """What is known of `key`, or None."""
        with self._lock:
            return self._known.get(key)

    def put(self, key: _K, value: _V) -> None:
        """Remember `value`; the oldest is forgotten when there is no room."""
        with self._lock:
            self._known[key] = value
            self._known.move_to_end(key)
            while len(self._known) > self._size:
                self._known.popitem(last=False)


class ActClassifier:
    """Tells the acts of sentences; safe to share between threads.

    Args:
        embed: gives the vectors of sentences.
        weights: the trained weights; those that come with the product when None.
    """

    def __init__(self, embed: Embed, weights: ActWeights | None = None) -> None:
        self._embed = embed
        self.weights = weights or ActWeights.load()
        self._seen: _Recent[_Key, tuple[Weighted, Floats]] = _Recent(CACHE_SIZE)
        self._vectors: _Recent[str, Floats] = _Recent(CACHE_SIZE)

    def probabilities(self, sentences: Sequence[str]) -> Floats:
        """How probable each act is in each sentence of one message.

        Args:
            sentences: normalised sentences, in order.

        Returns:
            Shape `(len(sentences), len(weights.acts))`, 0..1.
        """
        if not sentences:
            return np.zeros((0, len(self.weights.acts)), dtype=np.float32)
        last = len(sentences) - 1
        seen = [
            self._see((sentence, sentences[i - 1] if i else "", i == 0, i == last))
            for i, sentence in enumerate(sentences)
        ]
        rows = [row for _, row in seen]
        doubts = sorted((-_doubt(row), i) for i, row in enumerate(rows))
        unsure = [i for doubt, i in doubts[:MOST_VECTORS] if doubt]
        vectors = self._vectors_of([sentences[i] for i in unsure])
        for i, vector in zip(unsure, vectors, strict=True):
            rows[i] = self._with_vector(seen[i][0], vector)
        return np.stack(rows)

    def _see(self, key: _Key) -> tuple[Weighted, Floats]:
        """A sentence's features and what they alone say of it."""
        if known := self._seen.find(key):
            return known
        sentence, before, first, last = key
        weights = self.weights
        found = features(sentence, first=first, last=last, before=before)
        weighted = weigh(found, weights.vocabulary, weights.idf)
        logits = weighted.values @ weights.gate_sparse[weighted.rows] + weights.gate_bias
        seen = weighted, _sigmoid(logits)
        self._seen.put(key, seen)
        return seen

    def _with_vector(self, weighted: Weighted, vector: Floats) -> Floats:
        weights = self.weights
        logits = weighted.values @ weights.sparse[weighted.rows] + vector @ weights.dense
        return _sigmoid(logits + weights.bias)

    def _vectors_of(self, sentences: Sequence[str]) -> list[Floats]:
        known = {sentence: self._vectors.find(sentence) for sentence in sentences}
        missing = [sentence for sentence, vector in known.items() if vector is None]
        for sentence, vector in zip(missing, self._embed(missing) if missing else (), strict=True):
            self._vectors.put(sentence, vector)
            known[sentence] = vector
        return [vector for sentence in sentences if (vector := known[sentence]) is not None]

    def focus(self, text: str, start: int, end: int, act: Act) -> Offsets:
        """The clauses of `text[start:end]` that speak for `act`.

        From the first to the last clause whose n-grams weigh at least `TELLING` of what those of
        the weightiest do; the whole sentence when none speaks for it alone.
        """
        parts = [(a, b) for a, b in clauses(text, start, end) if not GREETING.fullmatch(text, a, b)]
        column = self.weights.acts.index(act)
        logits = [self._logit(text[a:b], column) for a, b in parts]
        best = max(logits, default=0.0)
        if best <= 0:
            return start, end
        telling = [i for i, logit in enumerate(logits) if logit >= TELLING * best]
        first, last = parts[telling[0]][0], parts[telling[-1]][1]
        opening = _CONJUNCTION.match(text, first, last) if telling[0] else None
        return opening.end() if opening else first, last

    def _logit(self, clause: str, column: int) -> float:
        seen, _ = self._see((clause, "", False, False))
        return float(seen.values @ self.weights.sparse[seen.rows, column])


def _doubt(row: Floats) -> float:
    """How far the n-grams are from being sure of a sentence; 0 when they are."""
    between = row[(row >= SURELY_NOT) & (row <= SURELY)]
    return float((1 - np.abs(between - 0.4)).max()) if between.size else 0.0


#: Words that only greet, by name or title ("Gentile dottoressa Melis,").
GREETING = re.compile(
    r"(?i:ciao|salve|ehi|buon ?giorno|buona ?sera|buon pomeriggio|gentil\w+|egregi\w+|car[oaie]|"
    r"spett\S*|stimat\w+)(?: (?:(?i:dott\S*|prof\S*|signor\w*|sig\S*|avv\S*|ing\S*|arch\S*|"
    r"maestr\w+|direttor\w+|direttrice|president\w+|collega|a tutti|a tutte)"
    r"|[A-ZÀ-Ý]\S*)){0,4}[,.!:]?"
)
#: What ties a clause to the one before it and is not part of what it says.
_CONJUNCTION = re.compile(r"(?:e|ed|o|ma|quindi|perciò)\s+", re.IGNORECASE)


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float32)
