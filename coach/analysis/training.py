"""Trains the classifier of acts on our labelled sentences: `make train` (about an hour).

Reads, from `tests/evals/drafts`, `train_*.jsonl` (whole drafts, labelled by sentence),
`sentences_*.jsonl` (single sentences in contrasting families) and `patterns.txt` (turns of phrase
with alternatives), and the examples of the principles, so that an example added there is learnt;
never the held-out files. The look at the surroundings and the thresholds are learnt from what the
others say of the drafts of every third file when they were trained on the rest: each file has its
author's habits, and sentences of the habits one knows are too easy.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from coach import rubric
from coach.analysis import patterns
from coach.analysis.acts import (
    WEIGHTS,
    ActWeights,
    Floats,
    both_looks,
    first_look,
    surroundings,
    weigh,
)
from coach.analysis.encoder import WEIGHTS as ENCODER_WEIGHTS
from coach.analysis.features import features
from coach.analysis.text import clean, sentences
from coach.rubric import Detector, FlaggedExample, Rubric
from coach.schemas import Act
from coach.settings import PROJECT

if TYPE_CHECKING:
    from coach.analysis.encoder_training import EncoderTraining

DRAFTS = PROJECT / "tests" / "evals" / "drafts"
ACTS = tuple(Act)
#: N-grams seen in fewer sentences are left out.
MIN_SENTENCES = 8
#: Inverse regularisation of the turns of phrase and of the surroundings, by cross-validation.
INVERSE_REGULARISATION, INVERSE_REGULARISATION_AROUND = 20.0, 0.1
#: Of so many files of drafts one teaches the surroundings and the thresholds.
SET_ASIDE = 3
#: Sentences drawn from each pattern; by cross-validation, more add nothing.
DRAWN = 12
#: No threshold leaves this range: a few drafts must not decide one alone. For what counts against a
#: message the range begins higher, because a false alarm costs more trust than a miss.
LOWEST, LOWEST_AGAINST, HIGHEST = 0.35, 0.45, 0.5
#: Of what is personal it is the absence that is told (`generic`), so the least sign of it will do.
LEAST_SIGN = 0.3
#: Not the kinds of asking: they are found where something is asked anyway.
AGAINST = frozenset({Act.ASK, Act.SALE, Act.PRESSURE, Act.FAMILIARITY})


@dataclass(frozen=True)
class Example:
    """A labelled sentence: its text, its acts, its place, and the draft it belongs to.

    Attributes:
        draft: file and line of the draft it belongs to; None for a single sentence.
        judged: the acts it is labelled for; of the others nothing is known.
    """

    text: str
    acts: frozenset[Act]
    first: bool = False
    last: bool = False
    before: str = ""
    draft: tuple[str, int] | None = None
    judged: frozenset[Act] = frozenset(Act)


def read_examples(folder: Path = DRAFTS) -> list[Example]:
    """Read every labelled training sentence: drafts, single sentences, patterns."""
    found: list[Example] = []
    for file in sorted(folder.glob("train_*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
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
                        draft=(file.stem, number),
                    )
                )
                before = text
    for file in sorted(folder.glob("sentences_*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            acts = frozenset(Act(act) for act in row["acts"])
            found.append(Example(clean(row["text"]).text, acts))
    for file in sorted(folder.glob("patterns*.txt")):
        found.extend(pattern_examples(file.read_text(encoding="utf-8")))
    return found


def pattern_examples(text: str, drawn: int = DRAWN) -> Iterator[Example]:
    """Draw sentences from patterns, whose labels are acts parted by spaces; `-` for none.

    Args:
        text: see `coach.analysis.patterns`.
        drawn: how many sentences a pattern gives.

    Raises:
        ValueError: as `patterns.draw`, or an act that does not exist.
    """
    # Whether a turn of phrase speaks of the recipient is not said beside it.
    judged = frozenset(Act) - {Act.PERSONAL}
    for sentence in patterns.draw(text, drawn):
        acts = frozenset(Act(name) for name in sentence.label.split() if name != "-")
        yield Example(clean(sentence.text).text, acts, judged=judged)


def principle_examples(rubric: Rubric) -> list[Example]:
    """The sentences of the principles' examples, each labelled for its principle's acts only."""
    found: list[Example] = []
    for principle in rubric:
        # The broader acts of a principle are those of other principles too: only its own is meant.
        acts = frozenset(principle.acts[:1])
        if principle.detector is not Detector.ACTS:
            continue
        for example in (*principle.examples.flagged, *principle.examples.clean):
            match = example.match if isinstance(example, FlaggedExample) else ""
            found.extend(_example_sentences(example.text, match, acts))
    return found


def _example_sentences(text: str, match: str, acts: frozenset[Act]) -> Iterator[Example]:
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
                judged=acts,
            )
        before = source[start:end]


class TrainingSet:
    """The labelled sentences as matrices: TF-IDF features and labels."""

    def __init__(self, examples: Sequence[Example]) -> None:
        from scipy.sparse import csr_matrix

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
        weighted = [weigh(count, self.vocabulary, self.idf) for count in counts]
        self.matrix = csr_matrix(
            (
                np.concatenate([w.values for w in weighted]),
                np.concatenate([w.rows for w in weighted]),
                np.concatenate([[0], np.cumsum([len(w.rows) for w in weighted])]),
            ),
            shape=(total, len(names)),
        )
        self.labels = np.array([[act in e.acts for act in ACTS] for e in examples])
        self.judged = np.array([[act in e.judged for act in ACTS] for e in examples])
        drafts: dict[tuple[str, int], list[int]] = {}
        for i, example in enumerate(examples):
            if example.draft:
                drafts.setdefault(example.draft, []).append(i)
        #: The sentences of each draft, in order.
        self.drafts = list(drafts.values())
        #: The drafts, then each single sentence as a message of its own.
        self.messages = self.drafts + [[i] for i, e in enumerate(examples) if not e.draft]
        files = sorted({file for file, _ in drafts})
        #: The drafts set aside, by file.
        self.aside: dict[str, list[int]] = {file: [] for file in files[::SET_ASIDE]}
        for number, (file, _) in enumerate(drafts):
            if file in self.aside:
                self.aside[file].append(number)

    @property
    def set_aside(self) -> list[int]:
        """The drafts set aside."""
        return [draft for drafts in self.aside.values() for draft in drafts]

    def sentences_of(self, drafts: Iterable[int]) -> NDArray[np.intp]:
        """The sentences of the drafts chosen, in their order."""
        return np.array([row for draft in drafts for row in self.drafts[draft]], dtype=np.intp)


def train(data: TrainingSet, meaning: Floats) -> ActWeights:
    """Train on every example; the surroundings and the thresholds on the drafts set aside.

    Args:
        data: the labelled sentences.
        meaning: logits of the sentences of the drafts set aside, by an encoder that saw none of
            them, shape `(sentences, acts)`; no other row is read.
    """
    held = data.sentences_of(data.set_aside)
    every = np.arange(len(data.labels))
    models = _fitted(data, np.setdiff1d(every, held))
    phrases = np.zeros(data.labels.shape, dtype=np.float32)
    phrases[held] = data.matrix[held] @ _coefficients(models) + _intercepts(models)
    seen = first_look(phrases, meaning)
    around = _fitted_around(_around(data, seen)[held], data.labels[held])
    unseen = _unseen_both_looks(data, seen)
    thresholds = np.array([_best_threshold(unseen, data, c) for c in range(len(ACTS))])
    models = _fitted(data, every)
    return ActWeights(
        acts=ACTS,
        vocabulary=data.vocabulary,
        idf=data.idf,
        sparse=_coefficients(models),
        bias=_intercepts(models),
        around=_coefficients(around),
        around_bias=_intercepts(around),
        thresholds=thresholds.astype(np.float32),
    )


def unseen_meaning(data: TrainingSet, encoders: EncoderTraining) -> Floats:
    """Logits of the sentences of the drafts set aside, by an encoder that saw none of them."""
    aside = data.set_aside
    network = encoders.fit(sorted({*range(len(data.messages))} - {*aside}))
    out = np.zeros(data.labels.shape, dtype=np.float32)
    out[data.sentences_of(aside)] = encoders.logits(network, aside)
    return out


def _unseen_both_looks(data: TrainingSet, seen: Floats) -> Floats:
    """Probabilities of the drafts set aside, each file by surroundings trained on the others."""
    out = np.zeros(data.labels.shape, dtype=np.float32)
    inputs = _around(data, seen)
    for file, drafts in data.aside.items():
        held = data.sentences_of(drafts)
        others = data.sentences_of(d for f, ds in data.aside.items() if f != file for d in ds)
        models = _fitted_around(inputs[others], data.labels[others])
        out[held] = both_looks(
            seen[held], inputs[held] @ _coefficients(models) + _intercepts(models)
        )
    return out


def _around(data: TrainingSet, seen: Floats) -> Floats:
    """The surroundings of each sentence of the drafts set aside."""
    out = np.zeros((len(seen), 4 * len(ACTS)), dtype=np.float32)
    for draft in data.set_aside:
        rows = data.drafts[draft]
        out[rows] = surroundings(seen[rows])
    return out


def _fitted(data: TrainingSet, rows: NDArray[np.intp]) -> list[Any]:
    """The models of the turns of phrase, one an act, trained on some of the examples."""
    from sklearn.linear_model import LogisticRegression

    models = []
    for column in range(len(ACTS)):
        known = rows[data.judged[rows, column]]
        model = LogisticRegression(C=INVERSE_REGULARISATION, solver="liblinear", max_iter=500)
        models.append(model.fit(data.matrix[known], data.labels[known, column]))
    return models


def _fitted_around(inputs: Floats, labels: NDArray[np.bool_]) -> list[Any]:
    """The models of the surroundings, one an act."""
    from sklearn.linear_model import LogisticRegression

    return [
        LogisticRegression(C=INVERSE_REGULARISATION_AROUND, max_iter=500).fit(inputs, column)
        for column in labels.T
    ]


def _coefficients(models: Sequence[Any]) -> Floats:
    return np.vstack([model.coef_[0] for model in models]).T.astype(np.float32)


def _intercepts(models: Sequence[Any]) -> Floats:
    return np.array([model.intercept_[0] for model in models], dtype=np.float32)


def _best_threshold(seen: Floats, data: TrainingSet, column: int) -> float:
    """The threshold of highest F1 over drafts (an act counts once a draft).

    Of those as good, the highest: what is not said is never a false alarm.
    """
    if ACTS[column] is Act.PERSONAL:
        return LEAST_SIGN
    drafts = [data.drafts[draft] for draft in data.set_aside]
    gold: Any = np.array([data.labels[rows, column].any() for rows in drafts])
    top: Any = np.array([seen[rows, column].max() for rows in drafts])
    lowest = LOWEST_AGAINST if ACTS[column] in AGAINST else LOWEST
    f1 = {}
    for threshold in np.arange(lowest, HIGHEST + 0.01, 0.025):
        got = top >= threshold
        f1[float(threshold)] = 2 * (gold & got).sum() / max(1, gold.sum() + got.sum())
    at = max(f1, key=lambda threshold: (f1[threshold], threshold))
    print(
        f"  {ACTS[column]:16s} F1 {f1[at]:.3f} at {at:.2f} ({gold.sum()} drafts)", file=sys.stderr
    )
    return at


def main() -> None:
    """Train and write the weights."""
    from coach.analysis.encoder_training import EncoderTraining

    examples = read_examples()
    known = rubric.load(PROJECT / "knowledge" / "principles", PROJECT / "knowledge" / "notes")
    examples += principle_examples(known)
    data = TrainingSet(examples)
    print(f"{len(examples)} sentences, {len(data.vocabulary)} features", file=sys.stderr)
    encoders = EncoderTraining(
        [example.text for example in examples], data.labels, data.judged, data.messages
    )
    train(data, unseen_meaning(data, encoders)).save(WEIGHTS)
    encoders.weights(encoders.fit(range(len(data.messages)))).save(ENCODER_WEIGHTS)
    for file in (WEIGHTS, ENCODER_WEIGHTS):
        print(f"{file}: {file.stat().st_size / 1e3:.0f} kB", file=sys.stderr)


if __name__ == "__main__":
    main()
