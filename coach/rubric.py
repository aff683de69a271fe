"""The rubric: what a message is judged by, read from `knowledge/principles/`.

One principle, one file. Each file says what the principle means and why, which detector finds it,
which check of the score it decides, the passage of `knowledge/notes/` that it rests on, and
examples that must and must not fire. A file that is not as it should be is refused, with file and
line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, StrictInt, ValidationInfo, field_validator

from coach.errors import KnowledgeError
from coach.marked_yaml import MarkedYaml, read_text
from coach.notes import NonEmpty, Note, read_notes
from coach.schemas import Act, Channel, Check, Message, Model, Relation, Severity, Source


class PrincipleKind(StrEnum):
    """Whether a principle is broken or honoured by what it finds."""

    VIOLATION = "violation"
    VIRTUE = "virtue"


class Detector(StrEnum):
    """The part of `coach.analysis` that finds a principle at work."""

    ACTS = "acts"
    LANGUAGE = "language"
    REGISTER = "register"
    FORM = "form"
    GENERIC = "generic"


class _Example(Model):
    text: NonEmpty
    channel: Channel = Channel.LINKEDIN_MESSAGE
    relation: Relation = Relation.STRANGER

    @property
    def message(self) -> Message:
        """The example as a draft to be judged."""
        return Message(text=self.text, channel=self.channel, relation=self.relation)


class FlaggedExample(_Example):
    """A message in which the principle must be found.

    Attributes:
        match: the words at fault, or those that carry the virtue; a stretch of `text`.
        better: the message or phrase repaired; only for a violation.
    """

    match: NonEmpty
    better: NonEmpty | None = None

    @field_validator("match")
    @classmethod
    def _is_in_the_text(cls, match: str, info: ValidationInfo) -> str:
        if match not in info.data.get("text", match):
            raise ValueError("le parole indicate non sono nel testo dell'esempio.")
        return match


class CleanExample(_Example):
    """A near-miss: a message in which the principle must not be found, and why not."""

    why: NonEmpty


class Examples(Model):
    """The messages that hold a principle to its meaning."""

    flagged: Annotated[tuple[FlaggedExample, ...], Field(min_length=1)]
    clean: Annotated[tuple[CleanExample, ...], Field(min_length=1)]


class CheckItem(Model):
    """A yes/no question of the score, and how much it weighs.

    Principles may share one: violations that share it all must be absent, virtues that share it
    need only one of them present.
    """

    id: NonEmpty
    label: NonEmpty
    weight: Annotated[StrictInt, Field(ge=1)]


class _SourceReference(Model):
    note: NonEmpty
    heading: NonEmpty


class _PrincipleText(Model):
    """What a principle and its file have in common."""

    id: NonEmpty
    kind: PrincipleKind
    name: NonEmpty
    meaning: NonEmpty
    why: NonEmpty
    advice: NonEmpty
    severity: Annotated[Severity | None, Field(validate_default=True)] = None
    check: CheckItem
    detector: Detector
    acts: Annotated[tuple[Act, ...], Field(validate_default=True)] = ()
    relations: tuple[Relation, ...] = ()
    examples: Examples

    @field_validator("severity")
    @classmethod
    def _only_violations_weigh(cls, severity: Severity | None, info: ValidationInfo) -> object:
        kind = info.data.get("kind")
        if kind is PrincipleKind.VIOLATION and severity is None:
            raise ValueError("una violazione deve avere una gravità.")
        if kind is PrincipleKind.VIRTUE and severity is not None:
            raise ValueError("una virtù non ha gravità.")
        return severity

    @field_validator("acts")
    @classmethod
    def _go_with_their_detector(cls, acts: tuple[Act, ...], info: ValidationInfo) -> object:
        detector = info.data.get("detector")
        if detector is Detector.ACTS and not acts:
            raise ValueError("il rilevatore «acts» vuole almeno un atto.")
        if detector in (Detector.LANGUAGE, Detector.REGISTER, Detector.GENERIC) and acts:
            raise ValueError(f"il rilevatore «{detector}» non guarda gli atti.")
        return acts

    @field_validator("examples")
    @classmethod
    def _only_violations_are_mended(cls, examples: Examples, info: ValidationInfo) -> Examples:
        kind = info.data.get("kind")
        for number, example in enumerate(examples.flagged, start=1):
            if kind is PrincipleKind.VIOLATION and example.better is None:
                raise ValueError(f"all'esempio {number} di «flagged» manca «better».")
            if kind is PrincipleKind.VIRTUE and example.better is not None:
                raise ValueError(f"l'esempio {number} di «flagged» è una virtù: niente «better».")
        return examples


class _PrincipleFile(_PrincipleText):
    source: _SourceReference


class Principle(_PrincipleText):
    """One thing a message is judged by.

    Attributes:
        id: the rubric's id; the name of its file.
        name: as the page says it, in Italian.
        meaning: when it holds, in Italian.
        why: why it matters, in Italian.
        advice: how to do better, in Italian, addressed with *tu*.
        severity: of a violation; None for a virtue.
        check: the question of the score that it decides.
        detector: what finds it.
        acts: the acts that fire it, for the detectors that look at acts.
        relations: the relations it is judged in; all of them when empty.
        source: the passage it rests on.
    """

    source: Source

    @property
    def is_violation(self) -> bool:
        """Whether finding it counts against the message."""
        return self.kind is PrincipleKind.VIOLATION


@dataclass(frozen=True)
class Rubric:
    """All the principles: violations from the gravest, then virtues from the weightiest."""

    principles: tuple[Principle, ...]

    def __getitem__(self, principle_id: str) -> Principle:
        """The principle of that id; KeyError when there is none."""
        return self._by_id[principle_id]

    def __contains__(self, principle_id: object) -> bool:
        return principle_id in self._by_id

    def __iter__(self) -> Iterator[Principle]:
        return iter(self.principles)

    def __len__(self) -> int:
        return len(self.principles)

    @cached_property
    def _by_id(self) -> dict[str, Principle]:
        return {principle.id: principle for principle in self.principles}

    @cached_property
    def violations(self) -> tuple[Principle, ...]:
        """What a message should not do, gravest first."""
        return tuple(principle for principle in self.principles if principle.is_violation)

    @cached_property
    def virtues(self) -> tuple[Principle, ...]:
        """What a message does well, weightiest first."""
        return tuple(principle for principle in self.principles if not principle.is_violation)

    @cached_property
    def checks(self) -> tuple[CheckItem, ...]:
        """The questions of the score, each once, heaviest first."""
        items = {principle.check.id: principle.check for principle in self.principles}
        return tuple(sorted(items.values(), key=lambda item: -item.weight))

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal digits that change when a principle or its passage does."""
        digest = hashlib.sha256()
        for principle in self.principles:
            digest.update(principle.model_dump_json().encode())
        return digest.hexdigest()[:12]

    def answer(self, found: Collection[str]) -> tuple[Check, ...]:
        """Answer every question of the score.

        Args:
            found: ids of the principles found in a message, violations and virtues alike.

        Returns:
            One check for each of `checks`, in that order: passed when no violation that decides
            it was found and, if virtues decide it, at least one of them was.
        """
        answers = []
        for item in self.checks:
            deciding = [principle for principle in self.principles if principle.check == item]
            broken = any(p.is_violation and p.id in found for p in deciding)
            virtues = [p for p in deciding if not p.is_violation]
            honoured = not virtues or any(p.id in found for p in virtues)
            answers.append(
                Check(
                    id=item.id,
                    passed=honoured and not broken,
                    weight=item.weight,
                    label=item.label,
                )
            )
        return tuple(answers)


def load(principles: Path, notes: Path) -> Rubric:
    """Read the principles and the passages they rest on.

    Args:
        principles: folder of `<id>.yaml` files.
        notes: folder of the notes they cite.

    Raises:
        KnowledgeError: a file is not valid; the message, in Italian, names file and line.
    """
    if not principles.is_dir():
        raise KnowledgeError(f"{principles.name}: la cartella dei principi non c'è.")
    library = {note.id: note for note in read_notes(notes)}
    paths = sorted(path for path in principles.iterdir() if not path.name.startswith("."))
    found: dict[str, Path] = {}
    checks: dict[str, tuple[CheckItem, Path]] = {}
    loaded: list[Principle] = []
    for path in paths:
        if path.suffix != ".yaml":
            raise KnowledgeError(
                f"{path.name}, riga 1: nella cartella dei principi stanno solo file .yaml."
            )
        yaml = MarkedYaml(read_text(path), path)
        principle = _resolve(yaml.validate(_PrincipleFile), yaml, library)
        if principle.id in found:
            other = found[principle.id].name
            raise yaml.error(("id",), f"l'id «{principle.id}» è già usato da {other}.")
        if principle.id != path.stem:
            raise yaml.error(("id",), f"l'id «{principle.id}» è diverso dal nome del file.")
        found[principle.id] = path
        check, first = checks.setdefault(principle.check.id, (principle.check, path))
        if check != principle.check:
            raise yaml.error(
                ("check",),
                f"il controllo «{check.id}» ha un'altra etichetta o un altro peso in {first.name}.",
            )
        loaded.append(principle)
    if not loaded:
        raise KnowledgeError(f"{principles.name}: non c'è nessun principio.")
    return Rubric(principles=tuple(sorted(loaded, key=_rank)))


def _resolve(file: _PrincipleFile, yaml: MarkedYaml, library: dict[str, Note]) -> Principle:
    """The principle with the passage that its file only names."""
    note = library.get(file.source.note)
    if note is None:
        raise yaml.error(("source", "note"), f"la nota «{file.source.note}» non c'è.")
    section = note.section(file.source.heading)
    if section is None:
        raise yaml.error(
            ("source", "heading"),
            f"la nota «{note.id}» non ha una sezione «{file.source.heading}».",
        )
    source = Source(
        title=note.title, passage=section.text, source_id=note.id, heading=section.heading
    )
    fields = {name: getattr(file, name) for name in _PrincipleText.model_fields}
    return Principle(**fields, source=source)


def _rank(principle: Principle) -> tuple[int, int, str]:
    """Violations by gravity, then virtues; within each, the weightier check first."""
    order = list(Severity)
    gravity = len(order) if principle.severity is None else order.index(principle.severity)
    return (gravity, -principle.check.weight, principle.id)
