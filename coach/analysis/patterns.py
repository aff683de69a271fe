"""Labelled sentences drawn from patterns, turns of phrase with alternatives, for training.

A file holds lists (`name = one|other`) and patterns (`label: text`), one a line; `#` opens a
comment. In a pattern `(one|other)` is a choice and `{name}` a member of a list.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

_LIST = re.compile(r"(?P<name>\w+) = (?P<members>.+)")
_PATTERN = re.compile(r"(?P<label>[a-z_ ]+|-): (?P<text>.+)")
_CHOICE = re.compile(r"\(([^()]*)\)")
_MEMBER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Drawn:
    """A sentence drawn from a pattern.

    Attributes:
        label: what stands before the colon.
        pattern: the whole line.
        number: of the line, from 1.
    """

    text: str
    label: str
    pattern: str
    number: int


def draw(text: str, times: int) -> Iterator[Drawn]:
    """Draw sentences from patterns; always the same ones.

    Args:
        text: the lists and patterns.
        times: how many sentences a pattern gives.

    Raises:
        ValueError: a line is neither a list nor a pattern, or names a list that does not exist.
    """
    lists: dict[str, list[str]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        if named := _LIST.fullmatch(line):
            lists[named["name"]] = named["members"].split("|")
            continue
        pattern = _PATTERN.fullmatch(line)
        if not pattern:
            raise ValueError(f"line {number}: neither a list nor a pattern: {line}")
        # One generator a line: a pattern added does not change what the others give.
        chance = random.Random(line)
        for _ in range(times):
            sentence = _sentence(pattern["text"], lists, chance, number)
            yield Drawn(sentence, pattern["label"], line, number)


def _sentence(pattern: str, lists: dict[str, list[str]], chance: random.Random, number: int) -> str:
    def member(match: re.Match[str]) -> str:
        if match[1] not in lists:
            raise ValueError(f"line {number}: no list named {match[1]}")
        return chance.choice(lists[match[1]])

    text, replaced = pattern, 1
    while replaced:
        text, members = _MEMBER.subn(member, text)
        text, choices = _CHOICE.subn(lambda match: chance.choice(match[1].split("|")), text)
        replaced = members + choices
    text = re.sub(r"\s+([,.:?!])", r"\1", " ".join(text.split()))
    return text[0].upper() + text[1:] + ("" if text[-1] in ".?!" else ".")
