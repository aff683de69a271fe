"""Trains the classifier of manners: `python -m coach.roleplay.training`.

Reads `tests/evals/conduct/patterns.txt`, the examples of `data/conduct.yaml`, and, as what is none
of the families, the sentences of the drafts `tests/evals/drafts/train_*.jsonl`; writes
`data/manner.npz`. It takes half a minute. Thresholds come from what was said of lines of patterns
and of files of drafts by classifiers that had not seen them. `python -m tests.evals.roleplay`
measures what came of it on sentences that are not seen here.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coach.analysis import patterns
from coach.analysis.text import clean, sentences
from coach.roleplay import conduct
from coach.roleplay.manner import (
    FAMILIES,
    ROWS,
    WEIGHTS,
    Floats,
    MannerWeights,
    grams,
    tells_enough,
)
from coach.settings import PROJECT

PATTERNS = PROJECT / "tests" / "evals" / "conduct" / "patterns.txt"
DRAFTS = PROJECT / "tests" / "evals" / "drafts"
#: Sentences drawn from each pattern.
DRAWN = 14
#: Inverse regularisation.
INVERSE_REGULARISATION = 10.0
#: Parts for cross-validation.
FOLDS = 4
#: Share of the drafts' innocent sentences that may be taken for a family, out of fold: a message
#: taken for an offence or for an order to a machine counts for nothing, so it must hardly happen.
MOST_FALSE = 0.001
#: No threshold is lower.
LOWEST = 0.4
#: Acts of a sentence that its reader takes badly anyway.
_UNWELCOME = frozenset(("ask", "sale", "pressure"))


@dataclass(frozen=True)
class Example:
    """A labelled sentence.

    Attributes:
        text: the sentence.
        family: the family it is of; "-" for none.
        group: what it was drawn from; sentences of one group stay together.
        innocent: whether it was taken from a draft, is long enough to be judged, and neither asks,
            nor sells, nor hurries.
    """

    text: str
    family: str
    group: str
    innocent: bool = False


def read_examples() -> list[Example]:
    """Every labelled sentence."""
    found = list(drawn(PATTERNS.read_text(encoding="utf-8")))
    for name, family in conduct.families().items():
        if name in FAMILIES:
            for texts, label in ((family.matches, name), (family.near_misses, "-")):
                for text in texts:
                    found += [Example(part, label, text) for part in _parts(text)]
    for file in sorted(DRAFTS.glob("train_*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            for row in json.loads(line)["sentences"]:
                innocent = tells_enough(row["text"]) and _UNWELCOME.isdisjoint(row["acts"])
                found.append(Example(row["text"], "-", file.stem, innocent))
    return found


def drawn(text: str) -> Iterator[Example]:
    """Sentences drawn from patterns, whose labels are families; `-` for none.

    Raises:
        ValueError: as `patterns.draw`, or a family that does not exist.
    """
    for sentence in patterns.draw(text, DRAWN):
        if sentence.label not in (*FAMILIES, "-"):
            raise ValueError(f"line {sentence.number}: no family named {sentence.label}")
        for part in _parts(sentence.text):
            yield Example(part, sentence.label, sentence.pattern)


def _parts(text: str) -> list[str]:
    source = clean(text).text
    return [source[start:end] for start, end in sentences(source)] or [source]


def train(examples: Sequence[Example]) -> MannerWeights:
    """Train on every example; the thresholds by cross-validation."""
    matrix = _matrix([example.text for example in examples])
    labels = np.array([[e.family == family for family in FAMILIES] for e in examples])
    groups = sorted({example.group for example in examples})
    random.Random(0).shuffle(groups)
    fold_of = {group: place % FOLDS for place, group in enumerate(groups)}
    folds = np.array([fold_of[example.group] for example in examples])
    unseen = np.zeros(labels.shape, dtype=np.float32)
    for fold in range(FOLDS):
        weights, bias = _fitted(matrix[folds != fold], labels[folds != fold])
        unseen[folds == fold] = matrix[folds == fold] @ weights + bias
    unseen = np.asarray(1 / (1 + np.exp(-unseen)), dtype=np.float32)
    innocent = np.array([example.innocent for example in examples])
    thresholds = np.array(
        [_threshold(unseen[:, column], innocent) for column in range(len(FAMILIES))]
    )
    weights, bias = _fitted(matrix, labels)
    return MannerWeights(weights, bias, thresholds.astype(np.float32))


def _threshold(seen: Floats, innocent: NDArray[np.bool_]) -> float:
    """The lowest threshold that takes few enough innocent sentences for the family."""
    return max(LOWEST, float(np.quantile(seen[innocent], 1 - MOST_FALSE)))


def _matrix(texts: Sequence[str]) -> Any:  # noqa: ANN401 -- scipy publishes no types
    from scipy.sparse import csr_matrix

    weighed = [grams(text) for text in texts]
    return csr_matrix(
        (
            np.concatenate([list(each.values()) for each in weighed]),
            np.concatenate([list(each) for each in weighed]).astype(np.intp),
            np.concatenate([[0], np.cumsum([len(each) for each in weighed])]),
        ),
        shape=(len(texts), ROWS),
    )


def _fitted(
    matrix: Any,  # noqa: ANN401 -- as above
    labels: NDArray[np.bool_],
) -> tuple[Floats, Floats]:
    """Weights and biases, one column a family."""
    from sklearn.linear_model import LogisticRegression

    models = [
        LogisticRegression(C=INVERSE_REGULARISATION, solver="liblinear", max_iter=500).fit(
            matrix, column
        )
        for column in labels.T
    ]
    weights = np.vstack([model.coef_[0] for model in models]).T.astype(np.float32)
    return weights, np.array([model.intercept_[0] for model in models], dtype=np.float32)


def main() -> None:
    """Train and write the weights."""
    train(read_examples()).save(WEIGHTS)


if __name__ == "__main__":
    main()
