"""Letting the model word the message anew, sentence by sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coach.rewrite.compose import Composition, Part
from coach.rewrite.plan import Plan

if TYPE_CHECKING:
    from coach.llm import ChatModel


@dataclass(frozen=True, slots=True)
class Polished:
    """What the model made of a composition."""

    composition: Composition
    rounds: int = 0
    rejected: int = 0


def polish(
    composition: Composition,
    plan: Plan,
    *,
    model: ChatModel,
    prompts_folder: Path,
    accepts: Callable[[Composition, Part, str], str],
    deadline: float,
    cancel: Callable[[], bool],
) -> Polished:
    """To be written."""
    return Polished(composition)
