"""What each sentence does to its reader: asks, offers, says how they met, sells and so on.

Three looks at each sentence, whose logits are put together:

* its turns of phrase: one logistic regression an act over the n-grams and cues of
  `coach.analysis.features`, under a millisecond a sentence;
* its meaning: `coach.analysis.encoder`, a few milliseconds a sentence, which knows also words that
  none of our sentences holds;
* its surroundings: what the two made of its neighbours and of the rest of the message. Whether "me
  la può leggere?" asks for a favour or for free work, the sentence before it tells.

All are trained by `coach.analysis.training` on our own labelled sentences.
"""

from __future__ import annotations

import json
import math
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from coach.analysis.encoder import SentenceEncoder
from coach.analysis.features import CUE_PREFIXES, features
from coach.analysis.text import Offsets, clauses
from coach.schemas import Act

Floats = NDArray[np.float32]

WEIGHTS = Path(__file__).parent / "data" / "acts.npz"

#: Share of the weightiest clause's weight from which a clause is part of what is quoted.
TELLING = 0.3
#: Sentences remembered: their turns of phrase, and the larger vectors of their meaning.
CACHE_SIZE, VECTORS_KEPT = 20_000, 2_000
#: Weight of a cue beside n-grams of unit length; by cross-validation.
CUE_WEIGHT = 0.4
#: Weight of the meaning's logits beside those of the turns of phrase, which are less sure of
#: themselves; by the drafts set aside.
MEANING = 0.6
#: A logit beyond the first says no more to the second look; the other stands where there is no
#: sentence, as that of an act that is not there.
LARGEST_LOGIT, NO_SENTENCE = 9.0, -6.0


@dataclass(frozen=True)
class ActWeights:
    """The trained classifier.

    Attributes:
        acts: the acts, in the order of the columns.
        vocabulary: row of each feature name.
        idf: inverse document frequency of each feature, shape `(features,)`.
        sparse: weights of the features, shape `(features, acts)`.
        bias: shape `(acts,)`.
        around: weights of the surroundings, shape `(4 * acts, acts)`: see `surroundings`.
        around_bias: its bias, shape `(acts,)`.
        thresholds: probability from which an act is reported, shape `(acts,)`.
    """

    acts: tuple[Act, ...]
    vocabulary: Mapping[str, int]
    idf: Floats
    sparse: Floats
    bias: Floats
    around: Floats
    around_bias: Floats
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
                    for name in ("idf", "sparse", "bias", "around", "around_bias", "thresholds")
                },
            )

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
            bias=self.bias,
            around=self.around,
            around_bias=self.around_bias,
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
        weights: the trained weights; those that come with the product when None.
        encoder: reads the meaning of sentences; the product's when None.

    Raises:
        ConfigurationError: the installed base model is not the one the encoder was trained on.
    """

    def __init__(
        self, weights: ActWeights | None = None, encoder: SentenceEncoder | None = None
    ) -> None:
        self.weights = weights or ActWeights.load()
        self._encoder = encoder or SentenceEncoder()
        self._seen: _Recent[_Key, Floats] = _Recent(CACHE_SIZE)
        self._vectors_seen: _Recent[str, Floats] = _Recent(VECTORS_KEPT)

    def probabilities(self, sentences: Sequence[str]) -> Floats:
        """How probable each act is in each sentence of one message.

        Args:
            sentences: normalised sentences, in order.

        Returns:
            Shape `(len(sentences), len(weights.acts))`, 0..1.
        """
        weights = self.weights
        if not sentences:
            return np.zeros((0, len(weights.acts)), dtype=np.float32)
        last = len(sentences) - 1
        phrases = np.stack(
            [
                self._logits((sentence, sentences[i - 1] if i else "", i == 0, i == last))
                for i, sentence in enumerate(sentences)
            ]
        )
        seen = first_look(phrases, self._encoder.logits(self._vectors(sentences)))
        return both_looks(seen, surroundings(seen) @ weights.around + weights.around_bias)

    def _vectors(self, sentences: Sequence[str]) -> Floats:
        """The meaning of each sentence, worked out for those not known yet."""
        known = {sentence: self._vectors_seen.find(sentence) for sentence in sentences}
        new = [sentence for sentence, vector in known.items() if vector is None]
        if new:
            for sentence, vector in zip(new, self._encoder.vectors(new), strict=True):
                known[sentence] = vector
                self._vectors_seen.put(sentence, vector)
        return np.stack([vector for s in sentences if (vector := known[s]) is not None])

    def _logits(self, key: _Key) -> Floats:
        """What the turns of phrase of a sentence say."""
        if (known := self._seen.find(key)) is not None:
            return known
        sentence, before, first, last = key
        weights = self.weights
        found = features(sentence, first=first, last=last, before=before)
        weighted = weigh(found, weights.vocabulary, weights.idf)
        logits = weighted.values @ weights.sparse[weighted.rows] + weights.bias
        self._seen.put(key, logits)
        return logits

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
        """What the features of a clause alone add to an act."""
        logits = self._logits((clause, "", False, False))
        return float(logits[column] - self.weights.bias[column])


def first_look(phrases: Floats, meaning: Floats) -> Floats:
    """Logits of sentences by themselves, from those of their turns of phrase and their meaning."""
    return np.asarray((phrases + MEANING * meaning) / (1 + MEANING), dtype=np.float32)


def surroundings(logits: Floats) -> Floats:
    """What the second look sees of each sentence of one message.

    Args:
        logits: of the first look, shape `(sentences, acts)`.

    Returns:
        Shape `(sentences, 4 * acts)`: the sentence's own logits, the highest of the others', those
        of the one before and those of the one after.
    """
    count, acts = logits.shape
    logits = np.clip(logits, -LARGEST_LOGIT, LARGEST_LOGIT)
    seen = np.full((count, 4 * acts), NO_SENTENCE, dtype=np.float32)
    seen[:, :acts] = logits
    if count > 1:
        for i in range(count):
            seen[i, acts : 2 * acts] = np.delete(logits, i, axis=0).max(axis=0)
    seen[1:, 2 * acts : 3 * acts] = logits[:-1]
    seen[:-1, 3 * acts :] = logits[1:]
    return seen


def both_looks(alone: Floats, around: Floats) -> Floats:
    """The probabilities that the logits of the two looks give together."""
    return np.asarray(1 / (1 + np.exp(-(alone + around) / 2)), dtype=np.float32)


#: Words that only greet, by name or title ("Gentile dottoressa Melis,").
GREETING = re.compile(
    r"(?i:ciao|salve|ehi|buon ?giorno|buona ?sera|buon pomeriggio|gentil\w+|egregi\w+|car[oaie]|"
    r"spett\S*|stimat\w+)(?: (?:(?i:dott\S*|prof\S*|signor\w*|sig\S*|avv\S*|ing\S*|arch\S*|"
    r"maestr\w+|direttor\w+|direttrice|president\w+|collega|a tutti|a tutte)"
    r"|[A-ZÀ-Ý]\S*)){0,4}[,.!:]?"
)
#: What ties a clause to the one before it and is not part of what it says.
_CONJUNCTION = re.compile(r"(?:e|ed|o|ma|quindi|perciò)\s+", re.IGNORECASE)
