"""The persona's voice: words for what a reply has been planned to do.

A small model writes poor Italian, but is able to choose what suits a message. So the embedded model
speaks within a grammar made of the written replies that fit the scene: an opening is shown at once,
then the model says the rest, choosing among attested bodies, with what the learner spoke of in
them. Each of these replies has passed `coach.roleplay.verify` before the model is
asked, so what all those still possible have in common is shown as it speaks; where it is too slow
or fails, the reply ends with words of the bank. A model at a distant endpoint, which is stronger,
is asked for words of its own, which are verified once it has said them all.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from coach import prompts
from coach.analysis.text import sentences
from coach.errors import ModelError
from coach.roleplay import topics
from coach.roleplay.bank import Bank, Parts, Scene, go_together
from coach.roleplay.past import GIFTS
from coach.roleplay.planning import ReplyPlan
from coach.roleplay.verify import problem
from coach.schemas import (
    Analysis,
    ChatMessage,
    Message,
    Persona,
    PracticeTurn,
    Register,
    Relation,
    Stance,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from coach.llm import ChatModel

#: The prompt of the model that speaks within a grammar.
WITHIN_PROMPT = "persona_reply"
#: The prompt of a model that speaks freely.
FREE_PROMPT = "persona_reply_free"
#: Candidates asked of a model that speaks freely.
FREE_CANDIDATES = 3
#: Bodies the grammar offers.
OFFERED_BODIES = 7
#: Longest wait for the model while somebody looks on, in seconds; and, where no opening is shown,
#: from the moment that words are looked for.
TIMEOUT = 5.5
FIRST_WORD_TIMEOUT = 1.35
#: Characters of the learner's message that the embedded model reads (75 tokens a second).
READ_LOCALLY = 90
#: The same for a distant model.
READ_AFAR = 1500

_TOPICAL = {
    ReplyPlan.ASK_OFFER: topics.offered,
    ReplyPlan.ACCEPT_OFFER: topics.offered,
    ReplyPlan.THANK: topics.spoken_of,
    ReplyPlan.SMALL_TALK: topics.spoken_of,
}
_STANCES = {
    Stance.COLD: "poca voglia di rispondere",
    Stance.WARY: "prudenza",
    Stance.CURIOUS: "curiosità",
    Stance.OPEN: "disponibilità",
}


class Analyser(Protocol):
    """What is used of `coach.analysis.Analyser`."""

    def analyse(self, message: Message, known_names: Collection[str] = ()) -> Analysis:
        """Tell what a message does and how it is written."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the persona answers.

    Attributes:
        text: empty when they read and do not answer.
        origin: `model`, or `fallback` for a written reply.
    """

    text: str
    origin: Literal["model", "fallback"]


def speak(
    plan: ReplyPlan,
    *,
    persona: Persona,
    stance: Stance,
    turns: Sequence[PracticeTurn],
    message: str,
    register: Register,
    analyser: Analyser,
    model: ChatModel | None,
    prompts_folder: Path,
    bank: Bank,
    relation: Relation = Relation.STRANGER,
    share_contact: bool = False,
    timeout: float = TIMEOUT,
    cancel: Callable[[], bool] | None = None,
    on_text: Callable[[str], None] | None = None,
) -> Reply:
    """Find the words of a reply.

    Args:
        plan: what it does.
        persona: who replies.
        stance: how they are disposed after reading the message.
        turns: the conversation before this message.
        message: what the learner wrote.
        register: the form of address; anything but `TU` is taken for `LEI`.
        analyser: tells what the message offers or praises, so that a reply may name it.
        model: speaks, when there is one.
        prompts_folder: holds the two prompts.
        bank: the written replies.
        relation: how well the two know each other; strangers say so.
        share_contact: whether a distant model may read of a real contact.
        timeout: longest wait for the model, in seconds.
        cancel: True keeps the model from being asked.
        on_text: given the reply so far, each time more of it is sure: none is ever taken back.

    Returns:
        A reply that was not said before in this conversation; without words for `SILENCE`, or when
        everything that could be said was.

    Raises:
        MessageError: the message is too large or binary.
        PromptError: a prompt is missing or not well formed.
    """
    begun = time.monotonic()
    show = on_text or (lambda so_far: None)
    if plan is ReplyPlan.SILENCE:
        return Reply("", "fallback")
    find_topics = _TOPICAL.get(plan)
    # What an offer is of, its first message says; the next ones only add to it.
    given = any(move.id in GIFTS for turn in turns for move in turn.moves)
    known = given and plan in (ReplyPlan.ASK_OFFER, ReplyPlan.ACCEPT_OFFER)
    scene = Scene(
        plan=plan,
        register=Register.TU if register is Register.TU else Register.LEI,
        stance=stance,
        persona=persona,
        message=message,
        said=tuple(turn.reply for turn in turns if turn.reply),
        learner_said=tuple(turn.learner for turn in turns),
        relation=relation,
        topics=(
            find_topics(analyser.analyse(Message(text=message)))
            if find_topics and not known and any(letter.isalpha() for letter in message)
            else ()
        ),
    )
    asked = model is not None and not (cancel is not None and cancel())
    if model is not None and asked and model.remote:
        if share_contact or not persona.contact_id:
            text = _said_freely(scene, model, prompts_folder, bank, timeout)
            if text:
                show(text)
                return Reply(text, "model")
        asked = False
    parts = bank.parts(scene)
    opening = bank.opening(scene, parts)
    written = bank.rest(scene, parts, opening)
    if not written and opening:
        opening, written = "", bank.rest(scene, parts, "")
    if not written:
        return Reply("", "fallback")
    if opening:
        show(opening)
    if model is not None and asked:
        texts = permitted(scene, parts, opening, bank)
        if on_text is not None and not opening:
            timeout = min(timeout, FIRST_WORD_TIMEOUT - (time.monotonic() - begun))
        said = _said_within(
            texts,
            opening,
            _asked_within(scene, opening, prompts_folder, bank),
            model,
            timeout=max(timeout, 0.1),
            cancel=cancel,
            show=show,
        )
        if said is not None:
            return said
    text = f"{opening} {written}".strip()
    show(text)
    return Reply(text, "fallback")


# --- the embedded model -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Request:
    """What the embedded model is asked."""

    messages: tuple[ChatMessage, ...]
    max_tokens: int
    temperature: float
    stop: tuple[str, ...]


def _asked_within(scene: Scene, opening: str, folder: Path, bank: Bank) -> _Request:
    prompt = prompts.load(WITHIN_PROMPT, folder)
    messages = prompt.render(
        message=_gist(scene.message, READ_LOCALLY),
        task=bank.task(scene.plan, scene.register),
        register=scene.register,
    )
    begun = (ChatMessage(role="assistant", content=opening),) if opening else ()
    return _Request(
        messages=(*messages, *begun),
        max_tokens=prompt.max_tokens or 60,
        temperature=prompt.temperature or 0.9,
        stop=tuple(prompt.stop),
    )


def permitted(scene: Scene, parts: Parts, opening: str, bank: Bank) -> tuple[str, ...]:
    """The replies that may follow an opening, whole, each one verified; one for each body.

    Their beginnings differ, so that a few letters of the model's tell which one it is.
    """
    bodies = [body for body in parts.bodies if go_together(opening, body)][:OFFERED_BODIES]
    texts = (bank.ended(scene, parts, opening, body) for body in bodies)
    return tuple(text for text in dict.fromkeys(texts) if not problem(text, scene, bank))


def _said_within(
    texts: Sequence[str],
    opening: str,
    request: _Request,
    model: ChatModel,
    *,
    timeout: float,
    cancel: Callable[[], bool] | None,
    show: Callable[[str], None],
) -> Reply | None:
    """Have the model choose one of the replies permitted, showing it as it is decided.

    Returns:
        The reply, all of it shown; None, and nothing shown, when the model said nothing of use.
    """
    if not texts:
        return None
    said = shown = opening
    left, chosen = list(texts), False
    try:
        pieces = model.stream(
            request.messages,
            max_tokens=request.max_tokens,
            temperature=request.temperature,
            stop=request.stop,
            grammar=grammar(texts, opening),
            timeout=timeout,
        )
        with contextlib.closing(pieces):  # type: ignore[type-var]
            for piece in pieces:
                following = [text for text in left if text.startswith(said + piece)]
                if not following or (cancel is not None and cancel()):
                    break
                said, left = said + piece, following
                sure = _sure(left)
                if len(sure) > len(shown):
                    show(sure)
                    shown = sure
                if chosen := len(left) == 1:
                    break
            else:
                chosen = said in left
                left = [said] if chosen else left
    except ModelError:
        pass  # what was shown goes on below, in words that are permitted too
    if said == opening:
        return None
    if shown != left[0]:
        show(left[0])
    return Reply(left[0], "model" if chosen else "fallback")


def _sure(texts: Sequence[str]) -> str:
    """What the texts begin with, all alike, up to the end of a word."""
    first, last = min(texts), max(texts)  # what these two share, all share
    pairs = enumerate(zip(first, last, strict=False))
    common = first[: next((at for at, (one, other) in pairs if one != other), len(first))]
    if all(text == common or text[len(common)].isspace() for text in texts):
        return common
    return common[: common.rfind(" ") + 1].rstrip()


def grammar(texts: Sequence[str], opening: str) -> str:
    """What may follow an opening, in GBNF: the rest of any of these replies."""
    rests = " | ".join(_literal(text[len(opening) :]) for text in texts)
    return f"root ::= {rests}\n"


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _gist(message: str, limit: int) -> str:
    """As much of the end of a message as may be read, in whole sentences: the point comes last."""
    text = " ".join(message.split())
    kept = ""
    for start, end in reversed(sentences(text)):
        longer = f"{text[start:end]} {kept}".strip()
        if kept and len(longer) > limit:
            break
        kept = longer
    return kept[:limit]


# --- a distant model ----------------------------------------------------------------------------


def _said_freely(scene: Scene, model: ChatModel, folder: Path, bank: Bank, timeout: float) -> str:
    """A reply in the model's own words; "" when none is good."""
    prompt = prompts.load(FREE_PROMPT, folder)
    messages = prompt.render(
        persona=_described(scene.persona),
        stance=_STANCES[scene.stance],
        said=" / ".join(scene.said) or "nessuna",
        message=_gist(scene.message, READ_AFAR),
        task=bank.task(scene.plan, scene.register),
        register=scene.register,
    )
    try:
        answers = model.complete(
            messages,
            n=FREE_CANDIDATES,
            max_tokens=prompt.max_tokens or 120,
            temperature=prompt.temperature or 0.8,
            stop=prompt.stop,
            timeout=timeout,
        )
    except ModelError:
        return ""
    return _best(answers, scene, bank)


def _described(persona: Persona) -> str:
    """The persona in a line, as a distant model is told of them."""
    who = ", ".join(filter(None, (persona.role, persona.sector, persona.region)))
    facts = [
        f"{label} {'; '.join(phrases)}"
        for label, phrases in (
            ("ha a cuore", persona.cares_about),
            ("non sopporta", persona.annoyed_by),
            ("farebbe comodo", persona.would_help),
        )
        if phrases
    ]
    return ". ".join([who or "persona che lavora", *facts])


# --- choosing -----------------------------------------------------------------------------------


def _best(candidates: Sequence[str], scene: Scene, bank: Bank) -> str:
    """The good candidate that takes up most of what the message speaks of; "" if there is none."""
    good = []
    for candidate in dict.fromkeys(text.strip().strip('"«»“”').strip() for text in candidates):
        if not problem(candidate, scene, bank):
            good.append(candidate)
    spoken = _stems(scene.message)
    return max(good, key=lambda text: len(_stems(text) & spoken), default="")


def _stems(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"[^\W\d_]{5,}", text.lower())}
