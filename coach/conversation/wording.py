"""Letting a model word an answer, and taking its words only when they hold.

The composed answer is right by construction and is shown at once. The embedded model may say it in
fewer words, from one passage; a stronger one may word it whole. Whatever they write passes the
checks of `verify`, or the composed answer stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from coach import prompts, tokens
from coach.conversation.asking import names_in
from coach.conversation.context import Context
from coach.conversation.from_library import HELD_WEIGHT
from coach.conversation.intents import Intent
from coach.conversation.sources import split_sentences
from coach.conversation.verify import unsupported
from coach.errors import ModelError
from coach.library.lexical import terms
from coach.llm import EmbeddedModel
from coach.schemas import Answer, ChatMessage, ChatTurn, CitationKind

if TYPE_CHECKING:
    from coach.llm import ChatModel

BRIEF_PROMPT, WORDING_PROMPT = "answer_brief", "answer_wording"
#: Candidates asked of the embedded model and of others.
BRIEF_CANDIDATES, CANDIDATES = 1, 2
#: Longest wait for a wording, in seconds.
BRIEF_SECONDS, SECONDS = 6.0, 20.0
#: Tokens of the conversation that go with a question, and of one answer in it.
HISTORY_TOKENS, TURN_TOKENS = 600, 120

#: Share of the words of the sentence that answers best which a brief wording must keep.
LEAST_KEPT = 0.3

#: Answers that are prose: the others hold a message or a list that stands as it is.
_PROSE = (
    Intent.OPEN, Intent.OFFER, Intent.TIMING, Intent.RECONNECT, Intent.FACT, Intent.BALANCE,
    Intent.RUDE,
)  # fmt: skip


def worded(
    composed: Answer, context: Context, history: Sequence[ChatTurn], *, model: ChatModel | None
) -> Answer:
    """The answer in a model's words where they pass every check, else as composed.

    Args:
        composed: a structured answer.
        context: what it was made from.
        history: the turns before.
        model: words it; None leaves it as it is. It must be one that may see the answer.
    """
    if model is None or (context.cancel is not None and context.cancel()):
        return composed
    brief = isinstance(model, EmbeddedModel)
    messages = messages_for(composed, context, history, brief=brief)
    if not messages:
        return composed
    prompt = prompts.load(BRIEF_PROMPT if brief else WORDING_PROMPT, context.prompts_folder)
    try:
        candidates = model.complete(
            messages,
            n=BRIEF_CANDIDATES if brief else CANDIDATES,
            max_tokens=prompt.max_tokens or 300,
            temperature=prompt.temperature or 0.3,
            stop=prompt.stop,
            timeout=BRIEF_SECONDS if brief else SECONDS,
        )
    except ModelError:
        return composed
    for candidate in candidates:
        text = _finished(candidate, composed) if brief else candidate.strip()
        if unsupported(text, composed, context.question):
            continue
        if not brief or _keeps_the_point(text, composed, context):
            if context.on_text is not None:
                context.on_text(text)
            return composed.model_copy(update={"text": text, "origin": "model"})
    return composed


def messages_for(
    composed: Answer, context: Context, history: Sequence[ChatTurn], *, brief: bool
) -> tuple[ChatMessage, ...]:
    """What a model is sent to word an answer; nothing for one that it does not word."""
    if not composed.grounded or composed.intent not in _PROSE or not composed.citations:
        return ()
    if brief:
        passages = [c for c in composed.citations if c.kind is CitationKind.PASSAGE]
        if composed.intent != Intent.OPEN or len(composed.citations) != 1 or not passages:
            return ()
        return prompts.load(BRIEF_PROMPT, context.prompts_folder).render(
            question=context.question, passage=_without_marks(composed.text)
        )
    sources = [
        f"[{citation.n}] {citation.title}: {citation.passage}" for citation in composed.citations
    ]
    return prompts.load(WORDING_PROMPT, context.prompts_folder).render(
        history=recap(history),
        question=context.question,
        sources="\n".join(sources),
        answer=composed.text,
    )


def recap(history: Sequence[ChatTurn]) -> str:
    """The conversation so far in few tokens: the last turns, then the older questions alone."""
    kept: list[str] = []
    older: list[str] = []
    left = HISTORY_TOKENS
    for turn in reversed(history):
        said = tokens.trim(_without_marks(turn.answer.text), TURN_TOKENS)
        told = f"Prima hai chiesto: {tokens.trim(turn.question, TURN_TOKENS)}\nRisposta: {said}"
        cost = tokens.count(told)
        if not older and cost <= left:
            kept.append(told)
            left -= cost
            continue
        question = tokens.trim(" ".join(turn.question.split()), 30)
        left -= tokens.count(question)
        if left < 0:
            break
        older.append(question)
    summary = [f"Prima ancora: {'; '.join(reversed(older))}"] if older else []
    return "\n".join([*summary, *reversed(kept)])


def open_part(question: str, names: Sequence[str]) -> str:
    """A question without the names of people in it, for a model that may not know them."""
    for name in sorted({*names, *names_in(question)}, key=len, reverse=True):
        question = re.sub(rf"\b{re.escape(name)}\b", "questa persona", question)
    return question


def _keeps_the_point(text: str, composed: Answer, context: Context) -> bool:
    """Whether a brief wording holds the sentence of the answer that is nearest to the question."""
    parts = split_sentences(_without_marks(composed.text))
    vectors = context.library.vectors([context.question, *parts])
    asked = set(terms(context.question))
    near = vectors[1:] @ vectors[0]
    fits = [
        float(cosine) + HELD_WEIGHT * len(asked & set(terms(part))) / max(1, len(asked))
        for part, cosine in zip(parts, near, strict=True)
    ]
    point = parts[fits.index(max(fits))]
    own, kept = set(terms(point)), set(terms(text))
    return len(own & kept) >= LEAST_KEPT * len(own)


def _finished(candidate: str, composed: Answer) -> str:
    """A brief wording with the number of the only passage it rests on in each sentence."""
    text = " ".join(candidate.split()).strip('«»"“” ')
    if not re.search(r"[.!?]$", text):
        return ""
    return re.sub(r"([.!?])(?=\s+[A-ZÀ-Ý]|$)", rf" [{composed.citations[0].n}]\1", text)


def _without_marks(text: str) -> str:
    return re.sub(r" ?\[\d+\]", "", text)
