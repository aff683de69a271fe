"""The use case: from a question to an answer that rests on its sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from coach.analysis.text import check_text
from coach.conversation import about_contact, advice, from_library, messages, replying
from coach.conversation.asking import FollowUp, follow_up, names_in, take_apart, written_out
from coach.conversation.contact import Dossier, answers, asked_words, find, replied
from coach.conversation.context import (
    KEPT_ALIVE,
    NEVER_AT_ONCE,
    RIGHT_MOMENT,
    WITHOUT_HURRY,
    Cancelled,
    Context,
    Told,
)
from coach.conversation.coverage import Coverage, cover
from coach.conversation.intents import Intent, shipped_weights
from coach.conversation.messages import messages_of
from coach.conversation.signs import FORM, OUT_OF_PART, intent_of
from coach.conversation.sources import AnswerDraft, first_name, split_sentences
from coach.conversation.verify import Origins
from coach.conversation.wording import messages_for, open_part, worded
from coach.library.lexical import fold, terms
from coach.schemas import (
    Answer,
    Balance,
    ChatMessage,
    ChatTurn,
    CitationKind,
    ContactCard,
    Exchange,
    Passage,
    Sender,
)

if TYPE_CHECKING:
    from coach.analysis import Analyser
    from coach.library import Library
    from coach.llm import ChatModel
    from coach.rubric import Rubric

#: Words of a question that may lean on the one before it, at most.
SHORT_QUESTION = 6
#: Probability of a question on a fact from which one word that the card holds is enough.
LIKELY_FACT = 0.1

#: Replies on a contact, by intent.
_ON_CONTACT: dict[Intent, Callable[[Context, AnswerDraft], Answer]] = {
    Intent.OFFER: advice.what_to_offer,
    Intent.TIMING: advice.time_to_ask,
    Intent.RECONNECT: advice.when_again,
    Intent.SUMMARY: about_contact.summary,
    Intent.FACT: about_contact.fact,
    Intent.BALANCE: about_contact.balance_reply,
}
#: Replies that need no contact.
_ON_TEXT: dict[Intent, Callable[[Context, AnswerDraft], Answer]] = {
    Intent.WRITE: messages.write,
    Intent.REVIEW: messages.review,
    Intent.REPLY: replying.reply,
    Intent.RUDE: messages.rude,
    Intent.CHAT: from_library.chat,
}


class Known(TypedDict):
    """What an answer rests on.

    Attributes:
        card: the contact it is about; None for an open question.
        exchanges: all that passed with the contact, analysed.
        balance: where the two stand; None without a contact.
        history: the turns before, oldest first.
        profile: the person who asks.
        library: the sources.
        analyser: analyses messages.
        rubric: the principles.
        prompts_folder: where the prompts are.
        today: the day it is asked.
    """

    card: ContactCard | None
    exchanges: Sequence[Exchange]
    balance: Balance | None
    history: Sequence[ChatTurn]
    profile: Sender
    library: Library
    analyser: Analyser
    rubric: Rubric
    prompts_folder: Path
    today: date


def answer(
    question: str,
    *,
    model: ChatModel | None,
    share_contact: bool = False,
    on_text: Told | None = None,
    cancel: Cancelled | None = None,
    **known: Unpack[Known],
) -> Answer:
    """Answer a question of the person, about one contact or about getting to know people.

    Whatever is said rests on the library, the card, the exchanges or the profile, and is cited;
    what none of them holds is not said. A model only words what was found,
    and its wording is verified.

    Args:
        question: as it was typed, perhaps with a draft or a message pasted in it.
        model: words answers; None for the composed ones alone.
        share_contact: whether a remote model may be sent what is known of the contact.
        on_text: told the text so far; what is returned stands instead of it.
        cancel: asked now and then; True ends the model's work.
        known: what the answer rests on.

    Raises:
        MessageError: the question is empty, too large, binary or holds no word.
        LibraryError: the index failed.
    """
    # A message is made of the contact's card: a remote model sees it only when told so.
    private = _is_private(model, share_contact)
    writer = None if private else model
    context, follows = _prepare(question, known, model=writer, on_text=on_text, cancel=cancel)
    history = known["history"]
    composed = _sound(_composed(context, follows, history), context)
    shown, turns = _shown(composed, context, history, private)
    return worded(composed, shown, turns, model=model) if shown is not None else composed


def outgoing(
    question: str, *, share_contact: bool = False, **known: Unpack[Known]
) -> tuple[ChatMessage, ...]:
    """What a remote model would be sent for this question; empty when nothing would leave.

    Args: as for `answer`. Of a message to be written, which takes a request of its own, it is what
    that request is made of.

    Raises:
        MessageError: the question is empty, too large, binary or holds no word.
        LibraryError: the index failed.
    """
    context, follows = _prepare(question, known)
    history = known["history"]
    composed = _composed(context, follows, history)
    if composed.rewrite is not None:
        return messages_of(composed.rewrite, context) if share_contact else ()
    shown, turns = _shown(composed, context, history, not share_contact)
    return messages_for(composed, shown, turns, brief=False) if shown is not None else ()


def _is_private(model: ChatModel | None, share_contact: bool) -> bool:
    """Whether a model may not be sent what is known of the contact."""
    return model is not None and model.remote and not share_contact


def _shown(
    composed: Answer, context: Context, history: Sequence[ChatTurn], private: bool
) -> tuple[Context | None, Sequence[ChatTurn]]:
    """What of a question and of the turns before a model may see; None for nothing.

    When the contact is private, an open question alone, without the names in it: the turns before
    may speak of the contact.
    """
    if not private:
        return context, history
    if composed.intent != Intent.OPEN:
        return None, ()
    names = context.about.card.name.split() if context.about else []
    return replace(context, question=open_part(context.question, names)), ()


def _prepare(
    question: str,
    known: Known,
    *,
    model: ChatModel | None = None,
    on_text: Told | None = None,
    cancel: Cancelled | None = None,
) -> tuple[Context, FollowUp | None]:
    """Take a question apart and gather what its answer may use."""
    check_text(question)
    card, history, library = known["card"], known["history"], known["library"]
    asked = take_apart(question)
    asked = replace(asked, question=written_out(asked.question))
    follows = follow_up(question, history)
    if follows is FollowUp.PASTE:
        asked = replace(asked, question=history[-1].question, pasted=question.strip())
    elif follows is FollowUp.AGAIN:
        asked = replace(asked, question=f"{history[-1].question} {question}")
    about = None
    if card is not None:
        ordered = sorted(known["exchanges"], key=lambda exchange: exchange.at)
        about = Dossier(card, tuple(ordered))
    weights = shipped_weights()
    names = frozenset(fold(word) for word in card.name.split()) if card else frozenset()
    context = Context(
        question=asked.question,
        pasted=asked.pasted,
        about=about,
        balance=known["balance"],
        profile=known["profile"],
        library=library,
        analyser=known["analyser"],
        rubric=known["rubric"],
        model=model,
        prompts_folder=known["prompts_folder"],
        weights=weights,
        reading=weights.read(asked.question, library.vectors([asked.question])[0], names),
        today=known["today"],
        on_text=on_text,
        cancel=cancel,
    )
    return context, follows


def _composed(context: Context, follows: FollowUp | None, history: Sequence[ChatTurn]) -> Answer:
    """The answer made of what is written, without a model's words."""
    if follows in (FollowUp.WHY, FollowUp.MORE):
        return _followed(follows, history[-1], context)
    if OUT_OF_PART.search(fold(context.question)):
        return from_library.not_covered(context, AnswerDraft(Intent.UNCOVERED, context.on_text))
    intent = Intent.WRITE if follows is FollowUp.AGAIN else _intent(context)
    if intent is Intent.OPEN:
        return _open(context, history)
    replied = _reply(intent, context)
    if intent is Intent.FACT and not replied.grounded and _goes_on(context, history):
        # "E dove si tiene?" is about what the answer before it told.
        whole = replace(
            context, question=f"{history[-1].question.rstrip('?. ')}? {context.question}"
        )
        again = _reply(intent, whole)
        return again if again.grounded else replied
    return replied


def _goes_on(context: Context, history: Sequence[ChatTurn]) -> bool:
    """Whether a question on a fact may lean on the one before it."""
    if not history or history[-1].answer.intent != Intent.FACT:
        return False
    return history[-1].answer.grounded and len(context.question.split()) <= SHORT_QUESTION


def _sound(composed: Answer, context: Context) -> Answer:
    """The answer, or a plain refusal when a citation is not where it says.

    What is composed is right by construction; a card that changed meanwhile must not make it lie.
    """
    about = context.about
    origins = Origins(
        library=context.library,
        rubric=context.rubric,
        card=about.card if about else None,
        exchanges=about.exchanges if about else (),
        profile=context.profile,
        spoken=f"{context.question}\n{context.pasted}",
    )
    if all(origins.hold(citation) for citation in composed.citations):
        return composed
    return from_library.not_covered(context, AnswerDraft(Intent.UNCOVERED, context.on_text))


def _intent(context: Context) -> Intent:
    """What the question is after; `OPEN` also for what the library may not cover."""
    intent = intent_of(
        context.question,
        context.reading.probabilities,
        pasted=bool(context.pasted),
        on_contact=context.about is not None,
    )
    if intent is Intent.FACT and re.search(FORM, fold(context.question)):
        intent = Intent.FACT if about_contact.form_known(context) else Intent.OPEN
    about = context.about
    if intent is Intent.REPLY and not context.pasted and about is not None and not about.received:
        # With nothing received there is nothing to answer: "che gli dico per rompere il ghiaccio?"
        intent = intent if _ANSWERS.search(fold(context.question)) else Intent.WRITE
    elsewhere = about is None or _names_source(context)
    if intent is Intent.UNCOVERED or (intent in _ON_CONTACT and elsewhere):
        return Intent.OPEN
    return intent


_ANSWERS = re.compile(r"\b(?:rispo|repli|ribatt)\w*")


def _names_source(context: Context) -> bool:
    """Whether the question names somebody of the library who has no part in the contact's card."""
    return any(
        all(context.library.knows(term) for term in terms(word)) and terms(word)
        for word in _strangers(context)
    )


def _strangers(context: Context) -> tuple[str, ...]:
    """Names in the question that neither card, nor exchanges, nor profile hold."""
    about = context.about
    if about is None:
        return names_in(context.question)
    card = about.card
    written = " ".join(
        (card.name, card.role, card.company, *card.notes, context.profile.name,
         context.profile.about, *context.profile.can_offer, *(x.text for x in about.exchanges))
    ).lower()  # fmt: skip
    return tuple(word for word in names_in(context.question) if word.lower() not in written)


def _reply(intent: Intent, context: Context) -> Answer:
    draft = AnswerDraft(intent, context.on_text)
    if intent in _ON_TEXT:
        return _ON_TEXT[intent](context, draft)
    if context.about is None:
        return from_library.which_contact(context, draft)
    strangers = _strangers(context)
    if strangers and intent in (Intent.FACT, Intent.SUMMARY, Intent.BALANCE):
        name = first_name(context.about.card)
        draft.say(f"Nella scheda di {name} e nei vostri scambi non c'è niente su {strangers[0]}.")
        return draft.answer(grounded=False)
    return _ON_CONTACT[intent](context, draft)


def _open(context: Context, history: Sequence[ChatTurn]) -> Answer:
    """Answer from the library, else from the card, else say that it is not covered."""
    coverage = _coverage(_unnamed(context), context)
    if not coverage.covered and history and len(context.question.split()) <= SHORT_QUESTION:
        # "E con un cliente?" says what it is about only after the question before it.
        whole = f"{history[-1].question} {context.question}"
        coverage = _coverage(whole, context)
    if coverage.covered:
        draft = AnswerDraft(Intent.OPEN, context.on_text)
        return from_library.open_question(context, coverage, draft)
    if context.about is not None and not _strangers(context):
        found = _on_card(context)
        if found is not None:
            return found
        if about_contact.has_reply(context.question) and names_in(context.question):
            # "Dove lavora l'Orlandi": whoever is named can only be the contact.
            return _reply(Intent.FACT, context)
    intent = intent_of(context.question, context.reading.probabilities, pasted=False)
    asked = fold(context.question)
    if context.about is None and _OF_ANYBODY.search(asked):
        if _ASKS_LEAVE.search(asked) and context.reading.about_library > 0:
            return advice.asking_in_general(context, AnswerDraft(Intent.OPEN, context.on_text))
    elif context.about is None and intent in _ON_CONTACT:
        return from_library.which_contact(context, AnswerDraft(intent, context.on_text))
    draft = AnswerDraft(Intent.UNCOVERED, context.on_text)
    return from_library.not_covered(context, draft, coverage)


# Whether something may be asked of somebody.
_ASKS_LEAVE = re.compile(
    r"\b(?:posso|potrei|si puo|dovrei|conviene|va bene|e (?:brutto|sbagliato|lecito|giusto|"
    r"scortese|maleducato))\b.*\b(?:chied\w+|domand\w+)\b"
)
# Of no one in particular: no card can tell.
_OF_ANYBODY = re.compile(
    r"\b(?:un|uno|una|qualcuno|chi|chiunque|persone|gente|sconosciut\w+|estrane\w+|altri|tutti)\b|"
    r"\bun'"
)


def _unnamed(context: Context) -> str:
    """The question without the contact's name, of which the library knows nothing."""
    if context.about is None or _strangers(context):
        return context.question
    names = "|".join(re.escape(word) for word in context.about.card.name.split())
    return re.sub(rf"\b(?:{names})\b", " ", context.question)


def _on_card(context: Context) -> Answer | None:
    """A fact of the card that a question asks in words that it holds."""
    assert context.about is not None
    names = {fold(word) for word in context.about.card.name.split()}
    words = asked_words(context.question, names)
    found = find(context.about, words)
    told = (*found, *(replied(context.about, known) for known in found))
    likely = context.reading.probabilities.get(Intent.FACT, 0.0) >= LIKELY_FACT
    if len(words) < (1 if likely else 2):
        return None
    if not any(
        answers(part, known)
        for part in about_contact.PARTS.split(context.question)
        for known in told
    ):
        return None
    return _reply(Intent.FACT, context)


def _coverage(question: str, context: Context) -> Coverage:
    reading = context.reading
    if question != context.question:
        vector = context.library.vectors([question])[0]
        reading = context.weights.read(question, vector)
    shipped = {source.id for source in context.library.sources() if source.shipped}
    return cover(
        question, reading, library=context.library, weights=context.weights, shipped=shipped
    )


# --- what follows up ------------------------------------------------------------------------------

#: Where the talk goes after an answer, by its intent.
_NEXT = {
    Intent.WRITE: WITHOUT_HURRY,
    Intent.OFFER: RIGHT_MOMENT,
    Intent.TIMING: RIGHT_MOMENT,
    Intent.REVIEW: WITHOUT_HURRY,
    Intent.REPLY: KEPT_ALIVE,
    Intent.RECONNECT: KEPT_ALIVE,
}


def _followed(follows: FollowUp, last: ChatTurn, context: Context) -> Answer:
    """Go on from the answer before: its reasons, or what it left out."""
    intent = last.answer.intent or Intent.OPEN
    draft = AnswerDraft(intent, context.on_text)
    if not last.answer.grounded:
        draft.say("Perché né le fonti né le schede lo dicono, e non voglio inventare.")
        return draft.answer(grounded=False)
    places = [
        (citation.source_id, citation.heading)
        for citation in last.answer.citations
        if citation.kind is CitationKind.PASSAGE
    ]
    if follows is FollowUp.MORE and intent in _NEXT:
        places = [_NEXT[Intent(intent)], *places]
    if follows is FollowUp.WHY and intent in (Intent.TIMING, Intent.OFFER, Intent.WRITE):
        places = [*places, NEVER_AT_ONCE]
    for place in places:
        passage = context.section(place)
        stretch = _unsaid(passage, last.answer.text) if passage else ""
        if passage is not None and stretch:
            draft.say(stretch, draft.passage(passage))
            return draft.answer()
    draft.say("Su questo non ho altro: le fonti si fermano qui.")
    return draft.answer(grounded=False)


def _unsaid(passage: Passage, said: str) -> str:
    """The first sentences of a passage that were not said yet."""
    fresh: list[str] = []
    for sentence in split_sentences(passage.text):
        told = " ".join(sentence.split()).rstrip(".") in said
        if told and fresh:
            break
        if not told:
            fresh.append(" ".join(sentence.split()))
        if len(fresh) == from_library.MOST_SENTENCES:
            break
    return " ".join(fresh)
