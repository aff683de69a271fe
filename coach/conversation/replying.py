"""Answers on a message to reply to: what it asks and gives, and a reply ready but for its blanks.

A reply claims nothing that only the person knows: a blank in square brackets stands for it. Where
the person can give what is asked, the reply gives it; a sale gets a polite no, whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coach.conversation.advice import fitting_offer
from coach.conversation.context import INSISTENCE, KINDLY, PEDLAR, Context
from coach.conversation.messages import FORMS, judge, names_of, used_with
from coach.conversation.sources import (
    AnswerDraft,
    dated,
    enumerated,
    first_name,
    plain,
    polite_name,
)
from coach.errors import MessageError
from coach.library.lexical import fold
from coach.rewrite.offers import understand_offer
from coach.rewrite.wording import offer_clause
from coach.schemas import (
    Act,
    Analysis,
    Answer,
    Channel,
    Exchange,
    Message,
    Register,
    Relation,
    Severity,
)

#: Longest question that a blank repeats, in characters.
LONGEST_BLANK = 110

_ASKS = (Act.ASK, Act.INTRO_REQUEST, Act.FREE_SERVICE)

# The other side thanks for something that was given.
_THANKS = re.compile(
    r"\b(?:grazie|ringrazi\w+)\b(?! (?:in anticipo|anticipatamente|se|per l'atten))"
)
# They invite the person somewhere.
_INVITES = re.compile(
    r"\b(?:invit\w+|ci tengo che (?:tu )?ven\w+|vieni|venga|passa(?:re|te)? a trovar\w+|"
    r"(?:ti|la) aspett\w+|partecip\w+|sei dei nostri|cena|pranzo|inaugurazione)\b"
)
# They propose to talk or to meet.
_MEETS = re.compile(
    r"\b(?:caff[eè]|sentirci|sentiamo|vederci|vediamo|incontrar\w+|chiamata|call|telefonata|"
    r"chiacchierata)\b"
)


@dataclass(frozen=True)
class _Received:
    """A message to reply to, read.

    Attributes:
        asks: what it asks, as it stands; questions too.
        gives: what it offers.
        offer: what the person can give that answers it, or "".
    """

    analysis: Analysis
    asks: tuple[str, ...]
    gives: tuple[str, ...]
    offer: str

    @property
    def unwanted(self) -> bool:
        """Whether it sells or hurries."""
        return self.analysis.has(Act.SALE, Act.PRESSURE)

    @property
    def wants_favour(self) -> bool:
        """Whether it asks for something, not only for an answer."""
        return self.analysis.has(*_ASKS)

    def holds(self, pattern: re.Pattern[str]) -> bool:
        """Whether its words match, without case and accents."""
        return any(pattern.search(fold(span.quote)) for span in self.analysis.sentences)


def reply(context: Context, draft: AnswerDraft) -> Answer:
    """Answer "come rispondo": what the message asks and gives, and a sound reply."""
    text, exchange = _message(context)
    if not text:
        draft.say("Incollami il messaggio che hai ricevuto e vediamo insieme come rispondere.")
        return draft.answer()
    try:
        analysis = context.analyser.analyse(
            Message(text=text, channel=Channel.EMAIL), names_of(context)
        )
    except MessageError:
        draft.say("Nel messaggio che hai incollato non trovo parole a cui rispondere.")
        return draft.answer(grounded=False)
    received = _read(analysis, context)
    number = draft.exchange(exchange) if exchange else draft.pasted(text)
    _tell(received, exchange, number, context, draft)
    _principle(received, context, draft)
    for title, proposal in _proposals(received, context):
        judged = judge(proposal, context, Channel.FOLLOW_UP)
        if judged is None or any(f.severity is Severity.ERROR for f in judged.violations):
            continue
        draft.paragraph(title)
        draft.paragraph(proposal)
    return draft.answer()


def _message(context: Context) -> tuple[str, Exchange | None]:
    """The message to answer: the one pasted, else the last one received."""
    if context.pasted:
        return context.pasted, None
    if context.about is not None and context.about.received:
        last = context.about.received[-1]
        return last.text, last
    return "", None


def _read(analysis: Analysis, context: Context) -> _Received:
    asks = [plain(span.quote) for span in analysis.spans(*_ASKS)]
    asks += [q for q in _questions(analysis) if not any(q in ask or ask in q for ask in asks)]
    gives = [plain(span.quote) for span in analysis.spans(Act.OFFER)]
    unwanted = analysis.has(Act.SALE, Act.PRESSURE)
    return _Received(
        analysis=analysis,
        asks=tuple(dict.fromkeys(asks)),
        gives=tuple(dict.fromkeys(gives)),
        offer="" if unwanted else fitting_offer(asks, context),
    )


def _questions(analysis: Analysis) -> list[str]:
    return [plain(span.quote) for span in analysis.sentences if span.quote.rstrip().endswith("?")]


def _tell(
    received: _Received,
    exchange: Exchange | None,
    number: int,
    context: Context,
    draft: AnswerDraft,
) -> None:
    """Say what the message asks and gives, and with what it could be answered."""
    about = context.about
    if exchange is not None:
        draft.say(f"L'ultimo messaggio ricevuto è {dated(exchange.at, 'del')}.", number)
        after = [sent for sent in about.sent if sent.at > exchange.at] if about else []
        if after:
            draft.say(f"Dopo hai già scritto tu, {dated(after[-1].at)}.", draft.exchange(after[-1]))
    if received.asks:
        draft.say(f"Ti chiede: {_quoted(received.asks)}.", number)
    if received.gives:
        draft.say(f"Ti offre: {_quoted(received.gives)}.", number)
    if not received.asks and not received.gives:
        draft.say("Non ti chiede né ti offre niente di preciso: basta una risposta breve.", number)
    if received.offer:
        draft.say(
            f"Fra le cose che puoi dare c'è «{received.offer}»: risponde a quello che chiede.",
            draft.profile(context.profile, received.offer),
        )


def _quoted(parts: Sequence[str]) -> str:
    return enumerated([f"«{part}»" for part in parts[:2]])


def _principle(received: _Received, context: Context, draft: AnswerDraft) -> None:
    """What the sources say of a message of this kind."""
    if received.analysis.has(Act.SALE):
        _say_from(PEDLAR, "Parte subito con una vendita: non sei obbligato a proseguire.",
                  context, draft)  # fmt: skip
    elif received.analysis.has(Act.PRESSURE):
        _say_from(INSISTENCE, "Mette fretta: chi insiste, di solito, finisce nascosto.",
                  context, draft)  # fmt: skip
    elif received.wants_favour and not _knows(context):
        _say_from(
            KINDLY,
            "Chiede senza conoscerti: conviene rispondere in modo propositivo, perché spesso chi "
            "sbaglia maniera è in buona fede.",
            context,
            draft,
        )


def _knows(context: Context) -> bool:
    return context.balance is not None and context.balance.relation is not Relation.STRANGER


def _say_from(place: tuple[str, str], words: str, context: Context, draft: AnswerDraft) -> None:
    passage = context.section(place)
    if passage is not None:
        draft.say(words, draft.passage(passage))


# --- what to write back ---------------------------------------------------------------------------


def _proposals(received: _Received, context: Context) -> list[tuple[str, str]]:
    """Replies to choose from, each under what it is for; yes and no where both are possible."""
    lei = _register(received.analysis, context) is Register.LEI
    if received.unwanted:
        return [("Un no gentile:", _letter([_declined_sale(lei)], context, lei, again=False))]
    yes = _letter(_body(received, lei), context, lei)
    title = "Una risposta da completare:" if "[" in yes else "Una risposta pronta:"
    found = [(title, yes)]
    if received.wants_favour:
        found.append(
            ("Se invece non puoi o non vuoi:", _letter([_declined(received, lei)], context, lei))
        )
    return found


def _body(received: _Received, lei: bool) -> list[str]:
    """The sentences of a reply, each with the blank that only the person can fill in."""
    invited = received.holds(_INVITES)
    lines = []
    if received.holds(_THANKS):
        lines.append("grazie a Lei del messaggio." if lei else "grazie a te del messaggio.")
    else:
        lines.append("grazie del Suo messaggio." if lei else "grazie del tuo messaggio.")
    if invited:
        lines.append(
            "Grazie anche dell'invito: [vengo volentieri, oppure non riesco e mi dispiace]."
        )
    elif received.gives:
        lines.append("Grazie di avermelo proposto: [se ti interessa o no, in una riga].")
    offer = understand_offer(received.offer) if received.offer else None
    if offer is not None:
        clause = offer_clause(offer, Register.LEI if lei else Register.TU)
        lines.append(
            f"{'Per quello che mi chiede' if lei else 'Per quello che mi chiedi'}, {clause}."
        )
    for ask in received.asks[: 0 if offer is not None else 2]:
        lines.append(_blank(ask, received, lei, invited=invited))
    return lines


def _blank(ask: str, received: _Received, lei: bool, *, invited: bool) -> str:
    """The place of what the person answers to one thing that was asked."""
    is_question = ask.endswith("?")
    if received.holds(_MEETS) and not invited and _MEETS.search(fold(ask)):
        when = "quando preferisce" if lei else "quando preferisci"
        return f"Volentieri, {when}: io posso [un giorno e un'ora, o due fra cui scegliere]."
    if is_question and not (received.wants_favour and len(received.asks) == 1 and not invited):
        return (
            f"[la tua risposta a «{ask}»]." if len(ask) <= LONGEST_BLANK else "[la tua risposta]."
        )
    if is_question and len(ask) <= LONGEST_BLANK:
        return f"Volentieri: [che cosa puoi fare per «{ask}», e quando]."
    return "Volentieri: [che cosa puoi fare davvero, e quando]."


def _declined(received: _Received, lei: bool) -> str:
    if received.holds(_INVITES):
        return (
            "La ringrazio dell'invito: questa volta non riesco, e mi dispiace."
            if lei
            else "grazie dell'invito: questa volta non riesco, e mi dispiace."
        )
    if lei:
        return (
            "grazie di avermi scritto. In questo momento non posso esserLe d'aiuto come vorrebbe, "
            "e preferisco dirlo subito con sincerità."
        )
    return (
        "grazie di avermi scritto. In questo momento non posso aiutarti come vorresti, e "
        "preferisco dirlo subito con sincerità."
    )


def _declined_sale(lei: bool) -> str:
    if lei:
        return "La ringrazio della proposta, ma in questo momento non mi serve."
    return "grazie della proposta, ma in questo momento non mi serve."


def _letter(lines: Sequence[str], context: Context, lei: bool, *, again: bool = True) -> str:
    """A whole reply: greeting, sentences, a door left open, signature."""
    card = context.about.card if context.about else None
    name = (polite_name(card) if lei else first_name(card)) if card else ""
    greeting = ("Buongiorno" if lei else "Ciao") + (f" {name}," if name else ",")
    body = list(lines)
    if again:
        body.append(
            "Se Le fa piacere, restiamo in contatto."
            if lei
            else "Se ti fa piacere, restiamo in contatto."
        )
    signature = context.profile.name.split()[0] if context.profile.name.strip() else ""
    closing = ("Cordiali saluti" if lei else "A presto") + (f",\n{signature}" if signature else "")
    return f"{greeting}\n{' '.join(body)}\n{closing}"


def _register(analysis: Analysis, context: Context) -> Register:
    """The form the message uses, else the one used with the contact; the polite one in doubt."""
    if analysis.register_used in FORMS:
        return analysis.register_used
    return used_with(context.about, context) or Register.LEI
