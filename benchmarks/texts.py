"""Realistic drafts of about 150 words, made of whole labelled drafts joined together.

Two kinds, because the classifier of acts is surest, and so fastest, on what it was trained on:
`trained` joins drafts of its training set, `unseen` those that it never saw.
"""

from __future__ import annotations

import itertools
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from coach.analysis.register import detect
from coach.analysis.text import clean, sentences
from coach.schemas import Channel, Message, Register, Relation
from coach.settings import PROJECT

DRAFTS = PROJECT / "tests" / "evals" / "drafts"
SHORTEST, LONGEST = 140, 160


def trained(count: int) -> list[Message]:
    """Messages of 140 to 160 words out of the training drafts, no sentence in two of them."""
    return _first(count, _joined(_training_drafts()))


def unseen(count: int) -> list[Message]:
    """The same out of drafts that are not in the training set."""
    return _first(count, _joined(_texts(DRAFTS / "heldout_1.jsonl")))


def one_sentence_changed(message: Message, sentence: str) -> Message:
    """The message with the sentence in its middle replaced."""
    source = clean(message.text)
    cuts = sentences(source.text)
    start, end = source.original_span(*cuts[len(cuts) // 2])
    return message.model_copy(update={"text": message.text[:start] + sentence + message.text[end:]})


def _first(count: int, messages: Iterator[Message]) -> list[Message]:
    return list(itertools.islice(messages, count))


def _training_drafts() -> Iterator[str]:
    for file in sorted(DRAFTS.glob("train_*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield " ".join(sentence["text"] for sentence in json.loads(line)["sentences"])


def _texts(file: Path) -> Iterator[str]:
    for line in file.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)["text"]


def _joined(drafts: Iterable[str]) -> Iterator[Message]:
    """Paragraphs of one form of address, in the same order at every run."""
    by_register: dict[Register, list[str]] = defaultdict(list)
    for draft in drafts:
        source = clean(draft)
        used, _ = detect(source, sentences(source.text))
        # What addresses nobody goes with either; with Lei, here.
        by_register[Register.TU if used is Register.TU else Register.LEI].append(draft)
    dealer = random.Random(150)
    for pool in by_register.values():
        dealer.shuffle(pool)
    while by_register:
        for register in list(by_register):
            text = _paragraphs(by_register[register])
            if text is None:
                del by_register[register]
            else:
                yield Message(text=text, channel=Channel.EMAIL, relation=Relation.STRANGER)


def _paragraphs(pool: list[str]) -> str | None:
    """Take drafts out of the pool that make 140 to 160 words together; None when none do."""
    chosen: list[str] = []
    words = 0
    for draft in list(pool):
        length = len(draft.split())
        if words + length <= LONGEST:
            chosen.append(draft)
            words += length
            if words >= SHORTEST:
                for used in chosen:
                    pool.remove(used)
                return "\n\n".join(chosen)
    return None
