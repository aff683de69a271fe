"""Answers on what is written of a contact: a fact, a summary, the balance."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from coach.analysis.text import listed
from coach.conversation.advice import tell_balance, whole
from coach.conversation.contact import (
    Dossier,
    Known,
    answers,
    asked_words,
    fields,
    find,
    replied,
    requests,
)
from coach.conversation.context import Context
from coach.conversation.messages import LAST_READ, form_in, used_with
from coach.conversation.signs import FORM
from coach.conversation.sources import (
    AnswerDraft,
    beginning,
    capitalised,
    dated,
    day,
    first_name,
    shortened,
    split_sentences,
    told_of,
)
from coach.library.lexical import fold
from coach.schemas import Answer, Balance, Direction, Exchange, ExchangeChannel, Register

#: Most facts of a summary.
MOST_FACTS = 9
#: Exchanges looked at for how the two met.
FIRST_EXCHANGES = 3


# --- one fact -------------------------------------------------------------------------------------


def fact(context: Context, draft: AnswerDraft) -> Answer:
    """Answer a question on the contact from the card or the exchanges, or say they do not tell."""
    about = context.about
    assert about is not None
    names = {fold(word) for word in about.card.name.split()}
    parts = PARTS.split(context.question)
    subject = asked_words(parts[0], names)
    told = [_one_fact(part, subject, replace(context, question=part), draft) for part in parts]
    if len(parts) == 1:
        return told[0] or missing(context, draft)
    if not any(each is not None and each.grounded for each in told):
        return missing(context, draft.anew())
    if None in told:
        draft.say("Il resto non lo trovo né sulla scheda né nei vostri scambi.")
    return draft.answer()


# Where a question goes on to another: "quanti figli ha e come si chiamano?"
PARTS = re.compile(
    r"(?:\s+e|\?(?:\s+e)?)\s+"
    r"(?=(?:come|quant[oie]|quando|dove|chi|che|cosa|qual[ei]?|di (?:che|cosa))\b)",
    re.IGNORECASE,
)


# Verbs of a part that leans on the first: "quale corso gli ho segnalato? e dove si tiene?"
_LEANING = frozenset(
    listed("tenere svolgere trovare durare costare iniziare cominciare finire succedere uscire")
)
# Asks what the person did, not the contact.
_MINE = re.compile(r"\b(?:gli|le|l'|ci) ?(?:ho|avevo|abbiamo)\b")


def _one_fact(
    part: str, subject: Sequence[str], context: Context, draft: AnswerDraft
) -> Answer | None:
    """Answer a part of a question; None when nothing tells.

    Args:
        part: a question of its own, or one that leans on the first.
        subject: what the first part is about.
        context: that of the part.
        draft: what is said goes there.
    """
    about = context.about
    assert about is not None
    asked = fold(part)
    for pattern, reply in _REPLIES:
        if pattern.search(asked):
            told = reply(about, context, draft)
            if told is not None:
                return told
    names = {fold(word) for word in about.card.name.split()}
    own = asked_words(part, names)
    found = find(about, subject if _LEANING.issuperset(own) else own)
    fitting: list[Known] = []
    for known in (*found, *(replied(about, known) for known in found)):
        theirs = known.exchange in about.received or known.words.rstrip().endswith("?")
        if _MINE.search(asked) and known.exchange is not None and theirs:
            continue
        if answers(part, known) and known not in fitting:
            fitting.append(known)
    return _quote(fitting, about, draft) if fitting else None


def has_reply(question: str) -> bool:
    """Whether a question asks for a field, a date or a count, which a card may hold or lack."""
    asked = fold(question)
    return any(pattern.search(asked) for pattern, _ in _REPLIES)


def missing(context: Context, draft: AnswerDraft) -> Answer:
    """Say that the card does not tell."""
    about = context.about
    assert about is not None
    name = first_name(about.card)
    what = _subject(context.question)
    also = ", e non risulta dai vostri scambi" if about.exchanges else ""
    draft.say(f"Nella scheda di {name} non c'è scritto {what}{also}.")
    draft.say("Se lo scopri, aggiungilo agli appunti: lo ritroverò.")
    return draft.answer(grounded=False)


def _subject(question: str) -> str:
    """What is missing, named after the question."""
    asked = fold(question)
    for pattern, words in _MISSING:
        if re.search(pattern, asked):
            return words
    return "niente su questo"


_MISSING = (
    (r"e-?mail|posta", "un indirizzo e-mail"),
    (r"telefon|cellular|numero", "un numero di telefono"),
    (r"profilo|linkedin|link\b|\burl\b", "l'indirizzo del profilo"),
    (r"conosciut|incontrat|presentat", "come vi siete conosciuti"),
    (r"lavora|azienda|ditta|societa|mestiere|ruolo|professione|occupa", "dove o come lavora"),
    (r"figli|bambin", "se ha figli"),
    (r"\banni\b|eta\b|nat[oa]\b|compleann", "l'età o la data di nascita"),
    (r"abita|vive|citta|residen", "dove vive"),
    (r"studi|laure|universit", "che studi ha fatto"),
    (r"\bquando\b", "quando"),
)


def _quote(found: list[Known], about: Dossier, draft: AnswerDraft) -> Answer:
    notes = [known for known in found if known.exchange is None]
    said = [known for known in found if known.exchange is not None]
    theirs = [known for known in said if known.exchange in about.received]
    # What the person wrote tells of the contact only where nothing else does.
    said = theirs if notes or theirs else said
    name = first_name(about.card)
    opened = draft.text
    for known in notes[:2]:
        if f"«{known.words.strip()}»" in draft.text:
            continue
        number = draft.card(about.card, known.words, known.label)
        opening = f"Nei tuoi appunti su {name} c'è" if draft.text == opened else "C'è anche"
        draft.say(f"{opening}: «{known.words.strip()}».", number)
    for known in said[: 2 if not notes else 1]:
        assert known.exchange is not None
        if f"«{known.words.strip()}»" in draft.text:
            continue
        draft.say(
            f"{_said_by(known.exchange, name)}: «{known.words.strip()}».",
            draft.exchange(known.exchange, known.words),
        )
    return draft.answer()


def _said_by(exchange: Exchange, name: str) -> str:
    if exchange.direction is Direction.RECEIVED:
        return f"{capitalised(dated(exchange.at))} {name} ti ha scritto"
    return f"{capitalised(dated(exchange.at))} hai scritto tu"


# Replies to the questions that a field or a date answers; None when the question goes on to the
# notes. Each pattern is matched on the folded question.
_Reply = Callable[[Dossier, Context, AnswerDraft], Answer | None]


def _field(label: str, told: str) -> _Reply:
    def reply(about: Dossier, context: Context, draft: AnswerDraft) -> Answer | None:
        known = next((each for each in fields(about.card) if each.label == label), None)
        if known is None:
            return None
        words = told.format(name=first_name(about.card), value=known.words)
        draft.say(words, draft.card(about.card, known.words, label))
        return draft.answer()

    return reply


def _work(about: Dossier, context: Context, draft: AnswerDraft) -> Answer | None:
    card, name = about.card, first_name(about.card)
    asked = fold(context.question)
    place = re.search(r"\b(?:dove|azienda|ditta|societa|impresa|chi lavora|dv)\b", asked)
    if (place and not card.company) or not (card.role or card.company):
        return None
    if re.search(r"\b(?:ruolo|mestiere|professione)\b", asked) and not card.role:
        return None
    if card.role and card.company:
        # A comma stands for any preposition and article the two might want.
        draft.say(
            f"Dalla scheda, {name} è {card.role} "
            f"[{draft.card(card, card.role, 'ruolo')}], {card.company}.",
            draft.card(card, card.company, "azienda"),
        )
    elif card.company:
        draft.say(
            f"Sulla scheda l'azienda di {name} è {card.company}.",
            draft.card(card, card.company, "azienda"),
        )
    else:
        draft.say(
            f"Dalla scheda, {name} è {card.role}; l'azienda non è indicata.",
            draft.card(card, card.role, "ruolo"),
        )
    return draft.answer()


def _met(about: Dossier, context: Context, draft: AnswerDraft) -> Answer | None:
    card, name = about.card, first_name(about.card)
    for known in about.meetings[:2]:
        number = draft.card(card, known.words, known.label)
        opening = "Hai annotato" if not draft.text else "E anche"
        draft.say(f"{opening}: «{known.words}».", number)
    if draft.text:
        return draft.answer()
    told = _first_meeting(about)
    if told is not None:
        exchange, words = told
        draft.say(f"{told_of(exchange)}: «{words}».", draft.exchange(exchange, words))
        return draft.answer()
    if card.connected_on is not None:
        draft.say(
            f"Come vi siete conosciuti non è scritto; {name} è fra i tuoi collegamenti LinkedIn "
            f"{dated(card.connected_on, 'dal')}.",
            draft.card(card, day(card.connected_on), "collegamento"),
        )
        return draft.answer()
    return missing(context, draft)


def _met_when(about: Dossier, context: Context, draft: AnswerDraft) -> Answer | None:
    """When they met: a meeting among the exchanges, a note with its day, or a note without one."""
    if any(exchange.channel is ExchangeChannel.IN_PERSON for exchange in about.exchanges):
        return _last_heard(about, context, draft)
    dated_notes = [known for known in about.meetings if answers(context.question, known)]
    if dated_notes:
        return _quote(dated_notes, about, draft)
    if not about.meetings:
        return None
    known = about.meetings[0]
    draft.say(
        f"Il giorno non è scritto; hai annotato: «{known.words}».",
        draft.card(about.card, known.words, known.label),
    )
    return draft.answer()


# "Piacere di conoscerti" tells of no meeting.
_MEETING_WORDS = re.compile(
    r"\b(?:conosciut\w+|incontrat\w+|incrociat\w+|presentat\w+)\b", re.IGNORECASE
)


def _first_meeting(about: Dossier) -> tuple[Exchange, str] | None:
    """What the first exchanges say of how the two met: a meeting, or words on one."""
    for exchange in about.exchanges[:FIRST_EXCHANGES]:
        if exchange.channel is ExchangeChannel.IN_PERSON:
            return exchange, beginning(exchange.text)
        for sentence in split_sentences(exchange.text):
            if _MEETING_WORDS.search(sentence) and not sentence.endswith("?"):
                return exchange, sentence.rstrip(".")
    return None


# Whether the other has answered.
_REPLIED = re.compile(r"\bha (?:gia |mai )?risposto\b")
_SEEN = re.compile(r"\b(?:ci siamo|l'ho|ci eravamo) (?:vist|incontrat|incrociat)")


def _last_heard(about: Dossier, context: Context, draft: AnswerDraft) -> Answer | None:
    asked = fold(context.question)
    theirs = re.search(
        r"\b(?:mi (?:ha|aveva) (?:scritto|risposto|detto|mandato)|suo ultimo)", asked
    )
    mine = re.search(
        r"\b(?:(?:gli|le|l') ?(?:ho|avevo) (?:gia |mai )*(?:scritto|mandato|risposto)|mio ultimo|"
        r"ho (?:gia|mai) (?:scritto|mandato|risposto))",
        asked,
    )
    last_of_all = about.exchanges[-1] if about.exchanges else None
    if _REPLIED.search(asked) and last_of_all and last_of_all.direction is Direction.SENT:
        draft.say(
            f"Non risulta: l'ultimo messaggio è tuo, {dated(last_of_all.at, 'del')}: "
            f"«{beginning(last_of_all.text)}».",
            draft.exchange(last_of_all),
        )
        return draft.answer()
    options = about.received if theirs else about.sent if mine else about.exchanges
    if _SEEN.search(asked):
        options = tuple(x for x in about.exchanges if x.channel is ExchangeChannel.IN_PERSON)
        if not options:
            return None
    if not options:
        if theirs or mine or not about.exchanges:
            draft.say(f"Non ho scambi di questo tipo con {first_name(about.card)}.")
            return draft.answer(grounded=False)
        return None
    last = options[-1]
    draft.say(f"{_said_when(last, first_name(about.card))}: «{beginning(last.text)}».",
              draft.exchange(last))  # fmt: skip
    return draft.answer()


def _said_when(exchange: Exchange, name: str) -> str:
    if exchange.direction is Direction.RECEIVED:
        return f"L'ultima volta è stata {dated(exchange.at)}, quando {name} ti ha scritto"
    return f"L'ultima volta è stata {dated(exchange.at)}, quando hai scritto tu"


def _has_asked(about: Dossier, context: Context, draft: AnswerDraft) -> Answer | None:
    name = first_name(about.card)
    found = [(words, each) for each in about.received for words in requests(each)]
    if not found:
        draft.say(f"Negli scambi che ho con {name} non risulta nessuna sua richiesta.")
        return draft.answer(grounded=False)
    only_last = re.search(r"\bultim[ao]\b", fold(context.question))
    for words, exchange in found[-1:] if only_last else found[-3:]:
        draft.say(f"{capitalised(dated(exchange.at))} {name} ti ha chiesto: «{words.strip()}».",
                  draft.exchange(exchange, words if words in exchange.text else ""))  # fmt: skip
    return draft.answer()


def _address(about: Dossier, context: Context, draft: AnswerDraft) -> Answer | None:
    used = about.card.register_used
    if used not in (Register.TU, Register.LEI):
        for exchange in reversed(about.exchanges[-LAST_READ:]):
            form = form_in(exchange, context)
            if form in (Register.TU, Register.LEI):
                draft.say(f"Nei vostri messaggi usate il {form}.", draft.exchange(exchange))
                return draft.answer()
        return None
    draft.say(
        f"Nella scheda hai indicato che con {first_name(about.card)} usi il {used}.",
        draft.card(about.card, str(used), "forma di cortesia"),
    )
    return draft.answer()


_TOLD_BY = re.compile(
    r"\b(?:parla\w+|segnalat\w|consigliat\w|presentat\w|nominat\w|suggerit\w)\b.*"
    r"\b(?:da|dal|dallo|dalla|dai)\b|\btramite\b|\bgrazie a\b|\bme n?e? ?(?:lo|la|l'|ne) ?ha\b",
    re.IGNORECASE,
)


def _who_told(about: Dossier, context: Context, draft: AnswerDraft) -> Answer | None:
    told = [known for known in about.notes if _TOLD_BY.search(known.words)]
    return _quote(told, about, draft) if told else None


def _connected(about: Dossier, context: Context, draft: AnswerDraft) -> Answer | None:
    if about.card.connected_on is None:
        return None
    when = day(about.card.connected_on)
    draft.say(
        f"Siete collegati su LinkedIn {dated(about.card.connected_on, 'dal')}.",
        draft.card(about.card, when, "collegamento"),
    )
    return draft.answer()


def _how_many(about: Dossier, context: Context, draft: AnswerDraft) -> Answer | None:
    if not about.exchanges:
        draft.say(f"Non ho ancora scambi con {first_name(about.card)}.")
        return draft.answer(grounded=False)
    sent, received = len(about.sent), len(about.received)
    draft.say(
        f"Con {first_name(about.card)} risultano {sent} messaggi tuoi e {received} suoi, l'ultimo "
        f"{dated(about.exchanges[-1].at, 'del')}.",
        draft.exchange(about.exchanges[-1]),
    )
    return draft.answer()


def _surname(about: Dossier, context: Context, draft: AnswerDraft) -> Answer | None:
    draft.say(
        f"Sulla scheda il nome è {about.card.name}.",
        draft.card(about.card, about.card.name, "nome"),
    )
    return draft.answer()


def form_known(context: Context) -> bool:
    """Whether the card or an exchange tells the form of address used with the contact."""
    return used_with(context.about, context) is not None


_REPLIES: tuple[tuple[re.Pattern[str], _Reply], ...] = tuple(
    (re.compile(pattern), reply)
    for pattern, reply in (
        (FORM, _address),
        (r"\bchi (?:me ne|mi|me l'|me lo|me la) ?(?:ha|aveva|hanno) ?"
         r"(?:parlat|segnalat|consigliat|nominat|suggerit|indicat|fatt)", _who_told),
        (r"\bquant[ie] (?:messaggi|mail|e-?mail|volte|scambi)\b", _how_many),
        (r"(?:cosa|che|richiest\w*).{0,20}\bmi (?:ha|aveva) chiest|"
         r"(?:vuole|voleva|vorrebbe)(?: \w+)? da me",
         _has_asked),
        (r"\bquando (?:ci siamo |l'ho |ci eravamo )(?:vist|incontrat|incrociat|conosciut)\w*"
         r"(?! .*\bultima\b)", _met_when),
        (r"\bultim[oai]\w* (?:volta|messaggio|mail|e-?mail|scambio|contatto)|"
         r"quando .{0,30}\b(?:sentit|scritt|rispost|parlat)|quando (?:mi|gli|le) (?:ha|ho)|"
         r"\b(?:gli|le|ci) (?:ho|avevo) (?:gia |mai )*(?:scritt|rispost)\w*\W*$|"
         r"\bho (?:gia|mai) (?:scritt|rispost|mandat)|"
         r"\bha (?:gia |mai )?risposto\b|"
         r"(?:cosa|che) mi (?:ha|aveva) (?:scritto|risposto|detto)\??$|"
         r"di (?:che )?cosa abbiamo parlato", _last_heard),
        (r"\b(?:e-?mail|mail|posta elettronica|indirizzo di posta)\b"
         r"(?!.*\b(?:scritt|mandat|rispost))",
         _field("e-mail", "L'indirizzo di {name} è {value}.")),
        (r"\b(?:telefono|cellulare|numero di tel\w*|recapito|"
         r"(?:il|che|quale|suo) (?:suo )?numero)\b",
         _field("telefono", "Il numero di {name} è {value}.")),
        (r"\b(?:collegat|conness|collegamento|connession)", _connected),
        (r"\b(?:profilo|link|url|pagina linkedin)\b",
         _field("profilo", "Il profilo di {name} è {value}.")),
        (r"^(?!.*\b(?:gli|le) (?:ho|avevo|abbiamo)\b)"
         r".*\b(?:conosciut|incontrat|incrociat|presentat|visti la prima|primo incontro|"
         r"(?:chi|come).{0,20}(?:presentat|fatt[oa] conoscere)|dove .{0,12}vist[oaie])", _met),
        (r"\bcognome\b(?! (?:del|di|da|su))|"
         r"^\W*(?:e |ma )*come si chiama(?: (?:lui|lei|di (?:nome|cognome)|per intero))?\W*$",
         _surname),
        (r"\b(?:lavora|lavori|azienda|ditta|societa|mestiere|professione|ruolo|si occupa|"
         r"impiegat\w|lavoro (?:fa|svolge)|fa (?:nella vita|di (?:lavoro|mestiere))|"
         r"posizione|qualifica|impresa)\b"
         r"(?!.*\bprima\b)", _work),
    )
)  # fmt: skip


# --- all that is known ----------------------------------------------------------------------------


def summary(context: Context, draft: AnswerDraft) -> Answer:
    """Answer "riassumi cosa so": the card and the exchanges, each fact cited."""
    about = context.about
    assert about is not None
    card, name = about.card, first_name(about.card)
    work = " presso ".join(part for part in (card.role, card.company) if part)
    facts = 0
    if work:
        marks = [
            draft.card(card, value, label)
            for value, label in ((card.role, "ruolo"), (card.company, "azienda"))
            if value
        ]
        draft.say(f"{card.name}: {work}.", *marks)
        facts += 1
    elif about.notes or about.exchanges:
        draft.say(f"Ecco che cosa risulta di {card.name}.")
    for known in about.notes[: MOST_FACTS - facts]:
        draft.item(known.words, draft.card(card, known.words, known.label))
        facts += 1
    if card.connected_on is not None:
        when = day(card.connected_on)
        draft.item(
            f"collegati su LinkedIn {dated(card.connected_on, 'dal')}",
            draft.card(card, when, "collegamento"),
        )
        facts += 1
    if about.exchanges:
        last = about.exchanges[-1]
        who = f"{name} ti ha scritto" if last.direction is Direction.RECEIVED else "hai scritto tu"
        draft.item(f"ultimo scambio {dated(last.at)}: {who}", draft.exchange(last))
        facts += 1
    balance = context.balance or Balance()
    for words, things in (("hai dato", balance.given), ("hai chiesto", balance.asked)):
        if things:
            _balance_item(words, things[-1], about, draft)
            facts += 1
    if not facts:
        draft.say(
            f"Della scheda di {name} c'è solo il nome: aggiungi un appunto su come vi siete "
            "conosciuti o su che cosa cerca."
        )
        return draft.answer(grounded=False)
    return draft.answer()


def _balance_item(words: str, thing: str, about: Dossier, draft: AnswerDraft) -> None:
    for exchange in about.exchanges:
        if thing in (*(exchange.gives or ()), *(exchange.asks or ())):
            told = whole(thing, about)
            quote = told if told in exchange.text else ""
            draft.item(f"{words}: «{shortened(told)}»", draft.exchange(exchange, quote))
            return


def balance_reply(context: Context, draft: AnswerDraft) -> Answer:
    """Answer "a che punto siamo": what was given and asked, and the stage of the relation."""
    about, balance = context.about, context.balance or Balance()
    assert about is not None
    if balance.sentence:
        draft.say(balance.sentence)
    tell_balance(balance, about, first_name(about.card), draft)
    if balance.reason:
        told = next((note for note in about.card.notes if f"«{note}»" in balance.reason), "")
        numbers = (draft.card(about.card, told, "appunto"),) if told else ()
        draft.say(f"{_STAGES[balance.relation]} {balance.reason}", *numbers)
    return draft.answer()


_STAGES = {
    "stranger": "Per ora siete estranei.",
    "met": "Vi siete conosciuti, ma non c'è ancora uno scambio vero.",
    "established": "Fra voi c'è già una relazione.",
}
