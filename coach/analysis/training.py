"""Trains the classifier of acts on our labelled sentences: `make train`.

Reads `tests/evals/drafts/train_*.jsonl` (whole drafts, labelled by sentence), `sentences_*.jsonl`
(single sentences in contrasting families) and the examples of the principles, so that an example
added there is learnt; never the held-out files. Thresholds are chosen by cross-validation over
drafts, so that a draft's sentences are never on both sides.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from coach import rubric
from coach.analysis.acts import SURELY, SURELY_NOT, WEIGHTS, ActWeights, Floats, weigh
from coach.analysis.features import features
from coach.analysis.text import clean, sentences
from coach.embeddings import CachedEmbeddings, E5Embeddings
from coach.rubric import Detector, FlaggedExample, Rubric
from coach.schemas import Act
from coach.settings import PROJECT

DRAFTS = PROJECT / "tests" / "evals" / "drafts"
ACTS = tuple(Act)
#: N-grams seen in fewer sentences are left out.
MIN_SENTENCES = 8
#: Scale of the vector beside the unit-length n-grams, and inverse regularisation; both by
#: cross-validation.
DENSE_SCALE = 3.0
INVERSE_REGULARISATION = 10.0
FOLDS = 4
#: No threshold leaves this range: a few drafts must not decide one alone. For what counts against a
#: message the range begins higher, because a false alarm costs more trust than a miss.
LOWEST, LOWEST_AGAINST, HIGHEST = 0.3, 0.4, 0.5
AGAINST = frozenset(
    {Act.ASK, Act.INTRO_REQUEST, Act.FREE_SERVICE, Act.SALE, Act.PRESSURE, Act.FAMILIARITY}
)


@dataclass(frozen=True)
class Example:
    """A labelled sentence: its text, its acts, its place, and the draft it belongs to.

    Attributes:
        judged: the acts it is labelled for; of the others nothing is known.
    """

    text: str
    acts: frozenset[Act]
    first: bool
    last: bool
    before: str
    group: int
    in_draft: bool
    judged: frozenset[Act] = frozenset(Act)


def read_examples(folder: Path = DRAFTS) -> list[Example]:
    """Read every labelled training sentence."""
    found: list[Example] = []
    group = 0
    for file in sorted(folder.glob("train_*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            before = ""
            rows = json.loads(line)["sentences"]
            for place, row in enumerate(rows):
                text = clean(row["text"]).text
                found.append(
                    Example(
                        text=text,
                        acts=frozenset(Act(act) for act in row["acts"]),
                        first=place == 0,
                        last=place == len(rows) - 1,
                        before=before,
                        group=group,
                        in_draft=True,
                    )
                )
                before = text
            group += 1
    for file in sorted(folder.glob("sentences_*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
            # Families of contrasting sentences stand together and must not be split by a fold.
            group += number % 6 == 0
            row = json.loads(line)
            acts = frozenset(Act(act) for act in row["acts"])
            found.append(Example(clean(row["text"]).text, acts, False, False, "", group, False))
    return found


def principle_examples(rubric: Rubric, group: int) -> list[Example]:
    """The sentences of the principles' examples, each labelled for its principle's acts only.

    Args:
        rubric: the principles.
        group: number of the first group that is free.
    """
    found: list[Example] = []
    for principle in rubric:
        # The broader acts of a principle are those of other principles too: only its own is meant.
        acts = frozenset(principle.acts[:1])
        if principle.detector is not Detector.ACTS:
            continue
        for example in (*principle.examples.flagged, *principle.examples.clean):
            match = example.match if isinstance(example, FlaggedExample) else ""
            group += 1
            found.extend(_example_sentences(example.text, match, acts, group))
    return found


def _example_sentences(
    text: str, match: str, acts: frozenset[Act], group: int
) -> Iterator[Example]:
    source = clean(text).text
    wanted = clean(match).text
    at = source.find(wanted) if wanted else -1
    cut = sentences(source)
    before = ""
    for place, (start, end) in enumerate(cut):
        performs = at >= 0 and start < at + len(wanted) and at < end
        if performs or at < 0:
            yield Example(
                text=source[start:end],
                acts=acts if performs else frozenset(),
                first=place == 0,
                last=place == len(cut) - 1,
                before=before,
                group=group,
                in_draft=False,
                judged=acts,
            )
        before = source[start:end]


class TrainingSet:
    """The labelled sentences as matrices: TF-IDF features, vectors and labels."""

    def __init__(self, examples: Sequence[Example], vectors: Floats) -> None:
        self.examples = examples
        self.vectors = vectors
        counts = [features(e.text, first=e.first, last=e.last, before=e.before) for e in examples]
        seen = Counter(name for count in counts for name in count)
        names = sorted(
            name for name, n in seen.items() if n >= MIN_SENTENCES or name.startswith("c:")
        )
        self.vocabulary = {name: row for row, name in enumerate(names)}
        total = len(examples)
        self.idf = np.array(
            [np.log((1 + total) / (1 + seen[name])) + 1 for name in names], dtype=np.float32
        )
        self.weighted = [weigh(count, self.vocabulary, self.idf) for count in counts]
        self.labels = np.array([[act in e.acts for act in ACTS] for e in examples])
        self.judged = np.array([[act in e.judged for act in ACTS] for e in examples])
        self.groups = np.array([e.group for e in examples])

    def matrix(self, dense: bool) -> Any:  # noqa: ANN401  # SciPy has no types
        """The feature matrix, with the scaled vectors beside it when `dense`."""
        from scipy.sparse import csr_matrix, hstack

        lengths = [len(w.rows) for w in self.weighted]
        sparse = csr_matrix(
            (
                np.concatenate([w.values for w in self.weighted]),
                np.concatenate([w.rows for w in self.weighted]),
                np.concatenate([[0], np.cumsum(lengths)]),
            ),
            shape=(len(self.examples), len(self.vocabulary)),
        )
        if not dense:
            return sparse
        return hstack([sparse, csr_matrix(self.vectors * DENSE_SCALE)]).tocsr()


def cross_validated(data: TrainingSet, dense: bool) -> Floats:
    """Probability of each act in each sentence, by classifiers that never saw its draft."""
    from sklearn.model_selection import GroupKFold

    matrix = data.matrix(dense)
    out = np.zeros(data.labels.shape, dtype=np.float32)
    folds = GroupKFold(FOLDS, shuffle=True, random_state=7)
    for train, test in folds.split(data.labels, groups=data.groups):
        for column in range(len(ACTS)):
            known = train[data.judged[train, column]]
            model = _fit(matrix[known], data.labels[known, column])
            out[test, column] = model.predict_proba(matrix[test])[:, 1]
    return out


def _fit(matrix: Any, labels: Any) -> Any:  # noqa: ANN401  # scikit-learn has no types
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=INVERSE_REGULARISATION, solver="liblinear", max_iter=500).fit(
        matrix, labels
    )


def _fit_all(data: TrainingSet, dense: bool) -> list[Any]:
    matrix = data.matrix(dense)
    return [
        _fit(matrix[data.judged[:, c]], data.labels[data.judged[:, c], c]) for c in range(len(ACTS))
    ]


def train(examples: Sequence[Example], vectors: Floats) -> ActWeights:
    """Train on every example; thresholds by cross-validation."""
    data = TrainingSet(examples, vectors)
    print(f"{len(examples)} sentences, {len(data.vocabulary)} features", file=sys.stderr)
    gate_seen = cross_validated(data, dense=False)
    full_seen = cross_validated(data, dense=True)
    unsure: Any = ((gate_seen >= SURELY_NOT) & (gate_seen <= SURELY)).any(axis=1)
    seen = np.where(unsure[:, None], full_seen, gate_seen)
    print(f"sentences that need a vector: {unsure.mean():.0%}", file=sys.stderr)
    thresholds = np.array([_best_threshold(seen, data, c) for c in range(len(ACTS))])
    gate_models = _fit_all(data, dense=False)
    full_models = _fit_all(data, dense=True)
    full = np.vstack([m.coef_[0] for m in full_models]).T
    n = len(data.vocabulary)
    return ActWeights(
        acts=ACTS,
        vocabulary=data.vocabulary,
        idf=data.idf,
        sparse=full[:n].astype(np.float32),
        dense=(full[n:] * DENSE_SCALE).astype(np.float32),
        bias=np.array([m.intercept_[0] for m in full_models], dtype=np.float32),
        gate_sparse=np.vstack([m.coef_[0] for m in gate_models]).T.astype(np.float32),
        gate_bias=np.array([m.intercept_[0] for m in gate_models], dtype=np.float32),
        thresholds=thresholds.astype(np.float32),
    )


def _best_threshold(seen: Floats, data: TrainingSet, column: int) -> float:
    """The threshold of highest F1 over drafts (an act counts once a draft)."""
    drafts: dict[int, list[int]] = {}
    for i, example in enumerate(data.examples):
        if example.in_draft:
            drafts.setdefault(example.group, []).append(i)
    gold: Any = np.array([data.labels[rows, column].any() for rows in drafts.values()])
    top: Any = np.array([seen[rows, column].max() for rows in drafts.values()])
    best, at = 0.0, 0.5
    lowest = LOWEST_AGAINST if ACTS[column] in AGAINST else LOWEST
    for threshold in np.arange(lowest, HIGHEST + 0.01, 0.025):
        got = top >= threshold
        f1 = 2 * (gold & got).sum() / max(1, gold.sum() + got.sum())
        if f1 > best:
            best, at = f1, float(threshold)
    print(f"  {ACTS[column]:16s} F1 {best:.3f} at {at:.2f} ({gold.sum()} drafts)", file=sys.stderr)
    return at


def main() -> None:
    """Train and write the weights."""
    examples = read_examples()
    known = rubric.load(PROJECT / "knowledge" / "principles", PROJECT / "knowledge" / "notes")
    examples += principle_examples(known, group=examples[-1].group + 1)
    embeddings = CachedEmbeddings(E5Embeddings(), PROJECT / ".cache" / "vectors.sqlite")
    vectors = embeddings.queries([e.text for e in examples])
    train(examples, vectors).save(WEIGHTS)
    print(f"{WEIGHTS}: {WEIGHTS.stat().st_size / 1e3:.0f} kB", file=sys.stderr)


if __name__ == "__main__":
    main()
