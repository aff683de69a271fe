"""What to offer a contact, whether it is time to ask, when to get back in touch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from coach.conversation.contact import Dossier, Known, requests
from coach.conversation.context import (
    KEPT_ALIVE,
    LONG_KNOWN,
    NEVER_AT_ONCE,
    NOTHING_TO_OFFER,
    RIGHT_MOMENT,
    WITHOUT_HURRY,
    Context,
)
from coach.conversation.sources import (
    AnswerDraft,
    capitalised,
    dated,
    enumerated,
    first_name,
    shortened,
    split_sentences,
    to_name,
)
from coach.rewrite.discretion import confidential
from coach.rewrite.offers import understand_offer
from coach.rewrite.plan import content_stems
from coach.schemas import Answer, Balance, Direction, Exchange, Relation

#: Most needs and most offers named in an answer.
MOST_NEEDS, MOST_OFFERS = 3, 3
#: Longest sentence quoted for a thing given or asked, in characters.
LONGEST_SENTENCE = 160
#: Words in common plus cosine with a need that an offer must reach to be said to suit it: of our
#: pairs the apt ones lie above, with no word in common, and the others below.
LEAST_FIT = 0.86
#: The same to answer a request with it unasked: a word in common at least.
SURE_FIT = 1.8
#: Days after which a message left without an answer may be followed by another, at least and at
#: most (note "Riscrivere senza mettere fretta").
FOLLOW_UP_AFTER = (7, 14)
#: Messages in a row without an answer after which silence is one.
ENOUGH_UNANSWERED = 2
#: Days of silence after which a relation needs care, by its stage.
SILENCE = {Relation.STRANGER: 180, Relation.MET: 120, Relation.ESTABLISHED: 90}


# --- what to offer --------------------------------------------------------------------------------


def what_to_offer(context: Context, draft: AnswerDraft) -> Answer:
    """Answer "cosa posso offrirgli": needs beside offers; what is not known is asked back."""
    about = context.about
    assert about is not None
    name = first_name(about.card)
    needs = about.needs[:MOST_NEEDS]
    offers = _offers(context)
    if needs:
        _tell_needs(needs, about, name, draft)
    else:
        draft.say(
            f"Nella scheda di {name} non c'è ancora scritto di che cosa abbia bisogno: "
            f"quando lo scopri, annotalo."
        )
    if needs and offers:
        _match(needs, offers, context, draft)
    elif offers:
        cited = [f"«{offer}» [{draft.profile(context.profile, offer)}]" for offer in offers]
        draft.say(
            f"Dal tuo profilo puoi dare {enumerated(cited)}: che cosa di questo sarebbe utile "
            f"proprio {to_name(name)}?"
        )
    idea = context.section(NOTHING_TO_OFFER)
    if not offers:
        draft.say("Nel tuo profilo non hai ancora scritto che cosa puoi dare.")
        if idea is not None:
            draft.say(
                "Non serve una cosa grande: può essere un documento, un nome che serve, un dato "
                "visto sul campo, un po' di tempo, un riscontro preciso.",
                draft.passage(idea),
            )
        draft.say("Che cosa di questo potresti dare tu?")
    elif idea is not None:
        draft.say(
            "Conta che sia utile a quella persona e che dopo non ci sia niente da comprare.",
            draft.passage(idea),
        )
    return draft.answer()


def _tell_needs(needs: Sequence[Known], about: Dossier, name: str, draft: AnswerDraft) -> None:
    noted = [need for need in needs if need.exchange is None]
    asked = [need for need in needs if need.exchange is not None]
    if noted:
        quoted = [f"«{n.words}» [{draft.card(about.card, n.words, n.label)}]" for n in noted]
        draft.say(f"Di {name} hai annotato {enumerated(quoted)}: parti da qui.")
    for need in asked:
        if need.exchange is not None:
            draft.say(
                f"{capitalised(dated(need.exchange.at))} ti ha chiesto: «{need.words.strip()}».",
                draft.exchange(need.exchange, need.words),
            )


def _offers(context: Context) -> tuple[str, ...]:
    """What the person can give, less what is a sale in disguise or was given already."""
    given: set[str] = set()
    for words in context.balance.given if context.balance else ():
        given |= content_stems(words)
    fresh = [
        offer
        for offer in context.profile.can_offer
        if offer.strip() and understand_offer(offer) is not None and not _SALE.search(offer)
    ]
    # What was already given goes last: a second time it is less of a gift.
    return tuple(sorted(fresh, key=lambda offer: content_stems(offer) <= given))


# What there is something to buy after.
_SALE = re.compile(
    r"\b(?:a pagamento|abbonament\w+|scont[oi]|promozion\w+|listin\w+|"
    r"prova gratuita|ore di prova|periodo di prova|demo|preventiv\w+)\b",
    re.IGNORECASE,
)


def _match(
    needs: Sequence[Known], offers: Sequence[str], context: Context, draft: AnswerDraft
) -> None:
    """Name the offer that comes nearest to a need."""
    fitness = _fitness([need.words for need in needs], offers, context)
    ranked = sorted(range(len(offers)), key=lambda place: -fitness[place])[:MOST_OFFERS]
    if fitness[ranked[0]] < LEAST_FIT:
        cited = [f"«{offers[n]}» [{draft.profile(context.profile, offers[n])}]" for n in ranked]
        one = len(cited) == 1
        draft.say(
            f"Nel tuo profilo hai {enumerated(cited)}: non vedo un legame sicuro con quello che "
            f"cerca, quindi proponi{'la' if one else 'ne una'} solo se pensi che serva davvero."
        )
        return
    best, rest = offers[ranked[0]], [offers[place] for place in ranked[1:]]
    draft.say(
        f"Fra le cose che puoi dare, quella che si avvicina di più mi sembra «{best}».",
        draft.profile(context.profile, best),
    )
    if rest:
        cited = [f"«{offer}» [{draft.profile(context.profile, offer)}]" for offer in rest]
        draft.say(f"Hai anche {enumerated(cited)}, se è più adatto.")


def _fitness(needs: Sequence[str], offers: Sequence[str], context: Context) -> list[float]:
    """How well each offer suits the need it is nearest to: words in common plus cosine."""
    vectors = context.library.vectors([*needs, *offers])
    near = vectors[: len(needs)] @ vectors[len(needs) :].T
    return [
        max(len(content_stems(offer) & content_stems(need)) for need in needs)
        + float(near[:, place].max())
        for place, offer in enumerate(offers)
    ]


def fitting_offer(needs: Sequence[str], context: Context) -> str:
    """What the person can give that answers one of some needs best; "" when nothing does."""
    offers = _offers(context)
    if not offers or not needs:
        return ""
    fitness = _fitness(needs, offers, context)
    best = max(range(len(offers)), key=lambda place: fitness[place])
    return offers[best] if fitness[best] >= SURE_FIT else ""


# --- whether to ask -------------------------------------------------------------------------------


def time_to_ask(context: Context, draft: AnswerDraft) -> Answer:
    """Answer "è il momento di chiedere": the balance, the stage, and what to do first."""
    about, balance = context.about, context.balance or Balance()
    assert about is not None
    name = first_name(about.card)
    draft.say("Sì." if balance.may_ask else "Non ancora.")
    if balance.sentence:
        draft.say(balance.sentence)
    tell_balance(balance, about, name, draft)
    waiting = about.exchanges[-1] if about.exchanges else None
    asked = requests(waiting) if waiting and waiting.direction is Direction.RECEIVED else ()
    if waiting is not None and asked:
        draft.say("L'ultima parola è sua e ti chiede qualcosa: prima rispondi a quella.",
                  draft.exchange(waiting, _in(waiting, whole(asked[0], about))))  # fmt: skip
    if balance.may_ask:
        close = balance.relation is Relation.ESTABLISHED
        passage = context.section(LONG_KNOWN if close else RIGHT_MOMENT)
        if passage is not None:
            draft.say(
                "Prima dai o ringrazia, poi fai una richiesta sola, chiara e facile da rifiutare."
                if close
                else "Chiedi una cosa sola, precisa e piccola, di' perché la chiedi proprio "
                f"{to_name(name)} e rendi facile il no.",
                draft.passage(passage),
            )
        return draft.answer()
    first = _first_gift(context)
    if first:
        draft.say(
            f"Prima puoi dare «{first}».",
            draft.profile(context.profile, first),
        )
    never = context.section(NEVER_AT_ONCE)
    if never is not None and not balance.given:
        draft.say(
            "Il principio è di non chiedere subito: prima si comincia la relazione, e la richiesta "
            "viene quando l'altro ha già ricevuto qualcosa.",
            draft.passage(never),
        )
    moment = context.section(RIGHT_MOMENT)
    if moment is not None:
        draft.say(
            "Il momento arriva quando vi siete scambiati qualcosa: una risposta, una cosa usata "
            "fra quelle che hai mandato, un messaggio di sua iniziativa, un incontro.",
            draft.passage(moment),
        )
    return draft.answer()


def asking_in_general(context: Context, draft: AnswerDraft) -> Answer:
    """Answer "posso chiedere a uno…": no to whom one does not know, yes where there is a give."""
    never, known = context.section(NEVER_AT_ONCE), context.section(LONG_KNOWN)
    if never is not None:
        draft.say(
            "A chi non ti conosce ancora, no: prima si comincia la relazione, e la richiesta viene "
            "quando l'altro ha già ricevuto qualcosa.",
            draft.passage(never),
        )
    if known is not None:
        draft.say(
            "A una persona con cui c'è già uno scambio sì: prima dai o ringrazia, poi fai una "
            "richiesta sola, chiara e facile da rifiutare.",
            draft.passage(known),
        )
    if not draft.citations:
        draft.say("Le fonti che ho non ne parlano, e preferisco non rispondere a caso.")
    return draft.answer(grounded=bool(draft.citations))


def _first_gift(context: Context) -> str:
    """The offer that suits the contact best, or ""."""
    offers = _offers(context)
    needs = context.about.needs if context.about else ()
    if not offers or not needs:
        return offers[0] if offers else ""
    wanted = {stem for need in needs for stem in content_stems(need.words)}
    return max(offers, key=lambda offer: len(content_stems(offer) & wanted))


def tell_balance(balance: Balance, about: Dossier, name: str, draft: AnswerDraft) -> None:
    """Say what was given and asked, each thing with the exchange or the note that holds it."""
    for words, things in (
        (f"{capitalised(to_name(name))} hai dato", balance.given),
        ("Hai chiesto", balance.asked),
        (f"Da {name} hai ricevuto", balance.received),
        (f"{name} ti ha chiesto", balance.requested or _requested(about)),
    ):
        cited = []
        for thing in things[-2:]:
            number = _where(thing, about, draft)
            if number:
                cited.append(f"«{shortened(whole(thing, about))}» [{number}]")
        if cited:
            more = len(things) - len(cited)
            others = (
                "" if more <= 0 else f" e altre {more} cose" if more > 1 else " e un'altra cosa"
            )
            draft.say(f"{words} {enumerated(cited)}{others}.")
    if balance.sentence:
        return
    if not balance.given and not balance.asked:
        draft.say(
            f"Dalla scheda e dagli scambi con {name} non risulta ancora niente di dato "
            "né di chiesto da te."
        )
    elif not balance.given:
        draft.say("Da te non risulta ancora niente di dato.")


def _requested(about: Dossier) -> tuple[str, ...]:
    """What the contact asked, oldest first."""
    return tuple(words for exchange in about.received for words in requests(exchange))


# "Ciao Anna, ti mando l'elenco": what greets is no part of what is given.
_GREETING = re.compile(
    r"^(?:(?:ciao|salve|buongiorno|buon giorno|buonasera|gentile|car[oa])\b[^,.!?]{0,40}|"
    r"(?-i:(?!Sì|No|Certo|Grazie)[A-ZÀ-Ý][a-zà-ÿ]+)),\s+(?=\w+ \w+)",
    re.IGNORECASE,
)


def whole(words: str, about: Dossier) -> str:
    """The sentence of an exchange that holds some words, when it is short; else the words."""
    for exchange in about.exchanges:
        if words in (*(exchange.gives or ()), *(exchange.asks or ())):
            for sentence in split_sentences(exchange.text):
                if words in sentence and len(sentence) <= LONGEST_SENTENCE:
                    return _GREETING.sub("", sentence).strip(" .;,")
    return words.strip(" .;,")


def _where(words: str, about: Dossier, draft: AnswerDraft) -> int:
    """The number of the citation of a thing given or asked; 0 when it is nowhere written."""
    for exchange in about.exchanges:
        if words in (*(exchange.gives or ()), *requests(exchange)):
            # What the person corrected by hand need not be in the text.
            return draft.exchange(exchange, _in(exchange, whole(words, about)))
    for note in about.card.notes:
        if words in note:
            return draft.card(about.card, note, "appunto")
    return 0


def _in(exchange: Exchange, words: str) -> str:
    """The words where the exchange holds them, else ""."""
    return words if words in exchange.text else ""


# --- when to get back in touch --------------------------------------------------------------------


# Asks for a date that was, not for one to come.
_SINCE = re.compile(r"\b(?:da quanto|da quando|ultima volta)\b", re.IGNORECASE)


def when_again(context: Context, draft: AnswerDraft) -> Answer:
    """Answer "quando risentirlo": from the dates of the exchanges."""
    about = context.about
    assert about is not None
    name = first_name(about.card)
    if not about.exchanges:
        draft.say(f"Non ho scambi con {name}: non so quando vi siete sentiti l'ultima volta.")
        advice = context.section(WITHOUT_HURRY)
        if advice is None or _SINCE.search(context.question):
            draft.say("Segna qui il primo contatto e potrò dirti quando farti vivo.")
            return draft.answer(grounded=False)
        draft.say(
            "In generale, se un messaggio resta senza risposta si riscrive una volta, dopo una o "
            "due settimane e con qualcosa di nuovo.",
            draft.passage(advice),
        )
        return draft.answer()
    last = about.exchanges[-1]
    gone = (context.today - last.at.date()).days
    draft.say(
        f"L'ultimo scambio con {name} è {dated(last.at, 'del')}, {_ago(gone)}.",
        draft.exchange(last),
    )
    if last.direction is Direction.RECEIVED:
        _answer_first(last, gone, name, context, draft)
    else:
        _after_silence(about, last, name, context, draft)
    return draft.answer()


def _answer_first(
    last: Exchange, gone: int, name: str, context: Context, draft: AnswerDraft
) -> None:
    due = last.at.date() + timedelta(days=_patience(context))
    if gone < FOLLOW_UP_AFTER[1] or requests(last):
        draft.say("L'ultima parola è sua: se non hai ancora risposto, tocca a te.")
        return
    if due <= context.today:
        draft.say("È un buon momento per farti vivo, senza chiedere niente.")
    else:
        start = dated(due, "dal")
        draft.say(f"Non c'è fretta: un saluto con qualcosa di utile può partire {start}.")
    _reason(context, draft)


def _after_silence(
    about: Dossier, last: Exchange, name: str, context: Context, draft: AnswerDraft
) -> None:
    unanswered = 0
    for exchange in reversed(about.exchanges):
        if exchange.direction is Direction.RECEIVED:
            break
        unanswered += 1
    advice = context.section(WITHOUT_HURRY)
    soonest, latest = (last.at.date() + timedelta(days=days) for days in FOLLOW_UP_AFTER)
    care = last.at.date() + timedelta(days=_patience(context))
    if unanswered >= ENOUGH_UNANSWERED:
        draft.say(f"Sono {unanswered} messaggi tuoi senza una risposta: per ora lascia stare.")
        if advice is not None:
            draft.say(
                "Se qualcuno tace anche dopo il secondo, il silenzio è una risposta.",
                draft.passage(advice),
            )
    elif context.today >= care:
        draft.say("È passato molto tempo: puoi riscrivere una volta, portando qualcosa di nuovo.")
        _reason(context, draft)
    elif advice is not None:
        draft.say(
            "Si riscrive una volta sola, dopo una o due settimane, e con qualcosa di nuovo.",
            draft.passage(advice),
        )
        if context.today < soonest:
            draft.say(f"Quindi aspetta: fra {dated(soonest)} e {dated(latest)} va bene.")
        else:
            draft.say("Quindi ora puoi, se hai qualcosa di nuovo da portare.")


def _reason(context: Context, draft: AnswerDraft) -> None:
    """A reason to write: a need, or whatever is noted."""
    about = context.about
    assert about is not None
    open_notes = [known for known in about.notes if not confidential(known.words)]
    known = next((k for k in (*about.needs, *open_notes) if k.exchange is None), None)
    if known is not None:
        draft.say(
            f"Un motivo per scrivere lo hai annotato: «{known.words}».",
            draft.card(about.card, known.words, known.label),
        )
    care = context.section(KEPT_ALIVE)
    if care is not None:
        draft.say(
            "Un rapporto va seguito e curato nel tempo, non solo quando serve qualcosa.",
            draft.passage(care),
        )


def _patience(context: Context) -> int:
    relation = context.balance.relation if context.balance else Relation.MET
    return SILENCE[relation]


def _ago(days: int) -> str:
    if days <= 0:
        return "oggi"
    if days == 1:
        return "ieri"
    if days < 60:
        return f"{days} giorni fa"
    return f"{round(days / 30.4)} mesi fa"
