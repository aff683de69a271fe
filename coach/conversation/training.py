"""Trains the classifiers of questions: `python -m coach.conversation.training`.

Reads `tests/evals/intents.jsonl`, its `train` part, the development part of
`tests/evals/retrieval_questions.jsonl` and the questions of our notes; writes
`data/questions.npz`. It takes about two minutes; `python -m tests.evals conversation` measures what
came of it on the parts not seen here.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from coach.conversation.coverage import CANDIDATES, added_signals, note_signals
from coach.conversation.intents import (
    ROWS,
    VECTOR_SCALE,
    WEIGHTS,
    Floats,
    Intent,
    QuestionWeights,
    Reading,
    grams,
)
from coach.embeddings import CachedEmbeddings, E5Embeddings
from coach.library import Library
from coach.library.entries import Entry, of_note
from coach.library.evidence import weigh
from coach.library.lexical import fold
from coach.library.snapshot import Snapshot, SnapshotFolder
from coach.notes import read_notes
from coach.settings import PROJECT, Settings

QUESTIONS = PROJECT / "tests" / "evals" / "intents.jsonl"
NOTES = PROJECT / "knowledge" / "notes"
SEARCHES = PROJECT / "tests" / "evals" / "retrieval_questions.jsonl"

#: Inverse regularisation of the intents, of the library's subject and of the coverage; by
#: cross-validation.
INTENT_C, SUBJECT_C, COVERAGE_C = 10.0, 1.0, 0.3
FOLDS = 10
#: Share of the questions not covered that must be refused, out of fold.
LEAST_REFUSED, LEAST_REFUSED_ADDED = 0.94, 0.85

#: Words of the labelled questions that name a contact.
_NAME = re.compile(r"(?<=\s)[A-Z][a-z]+(?=[\s?.,:]|$)")
_NOT_NAMES = frozenset(("Mi", "Lei", "LinkedIn", "Linkedin"))


@dataclass(frozen=True)
class Labelled:
    """A question, what it is after, and the words in it that name a contact."""

    text: str
    intent: Intent
    names: frozenset[str] = frozenset()


def labelled(split: str, file: Path = QUESTIONS) -> list[Labelled]:
    """The labelled questions of a split."""
    found = []
    for line in file.read_text("utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        if row["split"] != split:
            continue
        intent = Intent(row["intent"])
        about_someone = intent not in (Intent.OPEN, Intent.UNCOVERED, Intent.CHAT)
        names = set(_NAME.findall(row["question"])) - _NOT_NAMES if about_someone else set()
        found.append(Labelled(row["question"], intent, frozenset(map(fold, names))))
    return found


def searched(split: str, file: Path = SEARCHES) -> list[Labelled]:
    """The questions written for the search, all of them covered."""
    rows = (json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip())
    return [Labelled(row["question"], Intent.OPEN) for row in rows if row["split"] == split]


def train(folder: Path) -> QuestionWeights:
    """Train on what is in the repository.

    Args:
        folder: an empty folder, for an index.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    embeddings = CachedEmbeddings(E5Embeddings(), PROJECT / ".cache" / "vectors.sqlite")
    asked = [*labelled("train"), *searched("dev")]
    told = [
        Labelled(question, Intent.OPEN)
        for note in read_notes(NOTES)
        for section in note.sections
        for question in section.questions
    ]
    everything = [*asked, *told]
    vectors = embeddings.queries([each.text for each in everything])
    mean = vectors.mean(axis=0)
    matrix = _matrix(everything, vectors, mean)

    labels = np.array([each.intent for each in everything])
    intents = tuple(intent for intent in Intent if intent in set(labels))
    # The notes' own questions would drown the others.
    weights = np.where(np.arange(len(everything)) < len(asked), 1.0, 0.2)
    chooser = LogisticRegression(C=INTENT_C, max_iter=3000, class_weight="balanced")
    chooser.fit(matrix, labels, sample_weight=weights)
    order = [list(chooser.classes_).index(intent) for intent in intents]

    about = np.array([each.intent in (Intent.OPEN, Intent.UNCOVERED) for each in everything])
    covered = labels[about] == Intent.OPEN
    subject = LogisticRegression(C=SUBJECT_C, max_iter=3000, class_weight="balanced")
    out_of_fold = cross_val_predict(
        subject, matrix[about], covered, cv=FOLDS, method="decision_function"
    )
    subject.fit(matrix[about], covered)

    columns = np.vstack([chooser.coef_[order], subject.coef_]).T
    placed = [each for each, chosen in zip(everything, about, strict=True) if chosen]
    readings = [Reading({}, float(value)) for value in out_of_fold]
    usable = [number for number, each in enumerate(placed) if each not in told]
    coverage, threshold = _coverage(
        [placed[n] for n in usable], [readings[n] for n in usable], embeddings, folder / "notes"
    )
    added, added_threshold = _added_coverage(
        [placed[n] for n in usable], embeddings, folder / "added"
    )
    return QuestionWeights(
        intents=intents,
        grams=columns[:ROWS].astype(np.float32),
        vector=columns[ROWS:].astype(np.float32),
        bias=np.append(chooser.intercept_[order], subject.intercept_).astype(np.float32),
        mean=mean,
        coverage=coverage,
        added_coverage=added,
        thresholds=np.array([threshold, added_threshold], dtype=np.float32),
    )


def _matrix(questions: Sequence[Labelled], vectors: Floats, mean: Floats) -> Any:  # noqa: ANN401
    """N-grams and scaled vectors side by side, as SciPy's sparse rows (it has no types)."""
    from scipy.sparse import csr_matrix, hstack

    rows, columns, values = [], [], []
    for number, each in enumerate(questions):
        for column, value in grams(each.text, each.names).items():
            rows.append(number)
            columns.append(column)
            values.append(value)
    sparse = csr_matrix((values, (rows, columns)), shape=(len(questions), ROWS))
    return hstack([sparse, csr_matrix(VECTOR_SCALE * (vectors - mean))]).tocsr()


def _coverage(
    questions: Sequence[Labelled],
    readings: Sequence[Reading],
    embeddings: CachedEmbeddings,
    folder: Path,
) -> tuple[Floats, float]:
    """Weights of the signals of coverage by our notes, and the threshold."""
    with Library.open(_settings(folder), embeddings) as library:
        signals = []
        for each, reading in zip(questions, readings, strict=True):
            weighing = library.weigh(each.text, CANDIDATES)
            signals.append(note_signals(weighing, list(weighing.found), reading))
    covered = np.array([each.intent is Intent.OPEN for each in questions])
    return _fitted(np.array(signals), covered, LEAST_REFUSED)


def _added_coverage(
    questions: Sequence[Labelled], embeddings: CachedEmbeddings, folder: Path
) -> tuple[Floats, float]:
    """The same for added texts: our notes stand in for one, without the questions they answer."""
    sections = [entry for note in read_notes(NOTES) for entry in of_note(note)]
    with_questions = _snapshot(sections, embeddings, folder / "asked")
    bare = _snapshot(
        [replace(each, questions=()) for each in sections], embeddings, folder / "bare"
    )
    # Added texts stand beside the notes, whose means are taken from every vector.
    centre = with_questions.centre
    centred = centre.take_from(bare.vectors.astype(np.float32), is_question=False)
    snapshot = replace(bare, centre=centre, vectors=centred.astype(np.float16))
    vectors = embeddings.queries([each.text for each in questions])
    signals = []
    for each, vector in zip(questions, vectors, strict=True):
        weighing = weigh(snapshot, each.text, vector, CANDIDATES)
        signals.append(added_signals(weighing, list(weighing.found), Reading({}, 0.0)))
    bare.dense.close()
    with_questions.dense.close()
    covered = np.array([each.intent is Intent.OPEN for each in questions])
    return _fitted(np.array(signals), covered, LEAST_REFUSED_ADDED)


def _snapshot(entries: Sequence[Entry], embeddings: CachedEmbeddings, folder: Path) -> Snapshot:
    snapshots = SnapshotFolder(folder)
    with snapshots.writing(_silent):
        return snapshots.write(folder.name, entries, embeddings, _silent)


def _silent(stage: str, done: int, total: int) -> None:
    """No one is told."""


def _settings(home: Path) -> Settings:
    return Settings(home=home, models=home)


def _fitted(signals: Floats, covered: Any, least_refused: float) -> tuple[Floats, float]:  # noqa: ANN401
    """Coefficients with the bias last, and the threshold at which enough is refused."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(
        StandardScaler(), LogisticRegression(C=COVERAGE_C, max_iter=3000, class_weight="balanced")
    )
    seen = cross_val_predict(model, signals, covered, cv=FOLDS, method="predict_proba")[:, 1]
    refused = np.sort(seen[~covered])
    threshold = float(refused[min(len(refused) - 1, int(least_refused * len(refused)))])
    model.fit(signals, covered)
    scaler, regression = model[0], model[1]
    slopes = regression.coef_[0] / scaler.scale_
    bias = regression.intercept_[0] - float(slopes @ scaler.mean_)
    return np.append(slopes, bias).astype(np.float32), threshold


def main() -> None:
    """Train and write the weights."""
    with tempfile.TemporaryDirectory() as folder:
        train(Path(folder)).save(WEIGHTS)


if __name__ == "__main__":
    main()
