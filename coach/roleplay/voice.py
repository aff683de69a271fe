"""The persona's voice: words for what a reply has been planned to do.

A small model writes poor Italian, but is able to choose what suits a message. So the embedded model
speaks within a grammar made of the written replies that fit the scene: an opening is shown at once,
then the model says the rest, choosing among attested bodies, with what the learner spoke of in
them, and closings. A model at a distant endpoint, which is stronger, is asked for words of its own.
Either way `coach.roleplay.verify` has the last word; what fails gives way to a written reply that
goes on from the same opening.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from coach import prompts
from coach.analysis.text import sentences
from coach.errors import ModelError
from coach.roleplay import topics
from coach.roleplay.bank import Bank, Parts, Scene, alternatives, fits, go_together, joined
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
#: Candidates asked of either.
WITHIN_CANDIDATES = 1
FREE_CANDIDATES = 3
#: Bodies and closings the grammar offers.
OFFERED_BODIES = 7
OFFERED_CLOSINGS = 3
#: Longest body of a reply without an opening, in words.
BRISK_WORDS = 9
#: Longest wait for the model while somebody looks on, in seconds.
TIMEOUT = 5.5
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
        on_text: given the reply in pieces, as soon as each is sure: none is ever taken back.

    Returns:
        A reply that was not said before in this conversation; without words for `SILENCE`, or when
        everything that could be said was.

    Raises:
        MessageError: the message is too large or binary.
        PromptError: a prompt is missing or not well formed.
    """
    show = on_text or (lambda piece: None)
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
        text = _said_within(scene, parts, opening, model, prompts_folder, bank, timeout)
        if text:
            show(text[len(opening) :])
            return Reply(text, "model")
    text = f"{opening} {written}".strip()
    show(text[len(opening) :])
    return Reply(text, "fallback")


# --- the embedded model -------------------------------------------------------------------------


def _said_within(
    scene: Scene,
    parts: Parts,
    opening: str,
    model: ChatModel,
    folder: Path,
    bank: Bank,
    timeout: float,
) -> str:
    """The reply that the model makes of the parts after an opening; "" when none is good."""
    prompt = prompts.load(WITHIN_PROMPT, folder)
    messages = list(
        prompt.render(
            message=_gist(scene.message, READ_LOCALLY),
            task=bank.task(scene.plan, scene.register),
            register=scene.register,
        )
    )
    if opening:
        messages.append(ChatMessage(role="assistant", content=opening))
    try:
        answers = model.complete(
            messages,
            n=WITHIN_CANDIDATES,
            max_tokens=prompt.max_tokens or 60,
            temperature=prompt.temperature or 0.9,
            stop=prompt.stop,
            grammar=grammar(scene, parts, opening),
            timeout=timeout,
        )
    except ModelError:
        return ""
    return _best([_whole(answer, opening) for answer in answers], scene, bank)


def grammar(scene: Scene, parts: Parts, opening: str) -> str:
    """What may follow an opening, in GBNF: one body, and perhaps a closing that goes with it."""
    lead = " " if opening else ""
    choices: list[str] = []
    bodies = [body for body in parts.bodies if go_together(opening, body)][:OFFERED_BODIES]
    closings = parts.closings[:OFFERED_CLOSINGS]
    if not opening:
        # A brisk reply: nothing was shown yet, so it must come soon.
        short = [body for body in bodies if len(body.split()) <= BRISK_WORDS]
        bodies, closings = short if len(short) > 1 else bodies, ()
    for body in bodies:
        said = joined(scene.register, opening, body)[len(opening) :].strip()
        fitting = [c for c in closings if fits(scene.register, opening, body, c)]
        tail = " | ".join(_rule(f" {closing}") for closing in fitting)
        choices.append(_rule(lead + said) + (f" ({tail})?" if tail else ""))
    rules = "\n".join(f"b{number} ::= {choice}" for number, choice in enumerate(choices))
    return f"root ::= {' | '.join(f'b{number}' for number in range(len(choices)))}\n{rules}\n"


def _rule(pattern: str) -> str:
    """A pattern of the bank as the right side of a rule."""
    return " ".join(
        "(" + " | ".join(map(_literal, texts)) + ")" if len(texts) > 1 else _literal(texts[0])
        for texts in alternatives(pattern)
    )


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _whole(answer: str, opening: str) -> str:
    """A reply with its opening, whether or not the model repeats it."""
    text = " ".join(answer.split())
    if not opening or text.lower().startswith(opening.lower()):
        return opening + text[len(opening) :]
    return f"{opening} {text}"


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
