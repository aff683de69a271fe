"""What an answer is made from: the question, the person it is about, and the parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from coach.conversation.contact import Dossier
from coach.conversation.intents import QuestionWeights, Reading
from coach.schemas import Balance, Passage, Sender

if TYPE_CHECKING:
    from coach.analysis import Analyser
    from coach.library import Library
    from coach.llm import ChatModel
    from coach.rubric import Rubric

Told = Callable[[str], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True)
class Context:
    """Everything a reply may use.

    Attributes:
        question: what was asked, without the text pasted with it.
        pasted: a draft or a message that came with the question, or "".
        about: the contact, with all that passed; None for an open question.
        reading: what the classifier makes of the question.
        on_text: told the text of the answer so far.
    """

    question: str
    pasted: str
    about: Dossier | None
    balance: Balance | None
    profile: Sender
    library: Library
    analyser: Analyser
    rubric: Rubric
    model: ChatModel | None
    prompts_folder: Path
    weights: QuestionWeights
    reading: Reading
    today: date
    on_text: Told | None = None
    cancel: Cancelled | None = None

    def section(self, place: tuple[str, str]) -> Passage | None:
        """A section of our notes, or None when the library does not hold it."""
        return self.library.passage(*place)


_ABC = "abc_networking_linkedin"
_GUIDE = "prima_offri_in_pratica"
_READERS = "commenti_lettori"
_REVIEW = "robot_networking_recensione"

#: Sections that advice rests on: source and heading.
NEVER_AT_ONCE = (_ABC, "Mai chiedere qualcosa subito")
OFFER_INSTEAD = (_ABC, "Offrire aiuto invece di chiederlo")
RIGHT_MOMENT = (_GUIDE, "Il momento giusto per chiedere")
LONG_KNOWN = (_GUIDE, "Chi conosci da tempo")
NOTHING_TO_OFFER = (_GUIDE, "Che cosa offrire quando credi di non avere niente")
WITHOUT_HURRY = (_GUIDE, "Riscrivere senza mettere fretta")
KEPT_ALIVE = (_REVIEW, "Il filo che le unisce: curare le relazioni nel tempo")
KINDLY = (_READERS, "Federico: rispondere con garbo a chi chiede male")
SILENCE_FOLLOWS = (_READERS, "Alberto Riva: il 99% tace quando gli si domanda perché")
INSISTENCE = (_READERS, "Paolo Gerin: chi insiste viene nascosto")
PEDLAR = (_REVIEW, "Il venditore porta a porta")
NOTHING_PERSONAL = (_GUIDE, "Se non sai che cosa dire di quella persona")
