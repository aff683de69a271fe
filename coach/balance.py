"""The balance of giving and asking with one contact, and what follows from it.

An exchange is read by the same analysis as a draft: what it offers is a gift of whoever wrote it,
what it asks is a request. The stage of the relation is told from what passed, and each stage says
its reason; what the person set by hand always stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from coach.analysis.names import card_names
from coach.errors import MessageError
from coach.rewrite.fragments import Fragment, Kind, understand
from coach.schemas import (
    Act,
    Balance,
    Channel,
    ContactCard,
    Direction,
    Exchange,
    ExchangeChannel,
    Message,
    Register,
    Relation,
    Reminder,
)

if TYPE_CHECKING:
    from coach.analysis import Analyser

#: A steady correspondence: so many answers of theirs, on so many different days.
STEADY_ANSWERS, STEADY_DAYS = 4, 3
#: Requests beyond what was given that an established relation bears.
CREDIT = 1
#: Days of silence after which a contact is worth hearing again, by stage of the relation.
SILENCE = {Relation.STRANGER: 180, Relation.MET: 120, Relation.ESTABLISHED: 90}
#: Longest text of an exchange that is read; longer ones are read up to here.
MAX_READ = 6_000
#: Exchanges looked at, from the last, for the form of address.
LAST_READ = 10

_MEETINGS = {Kind.MET, Kind.TALKED, Kind.WAS_THERE, Kind.INTRODUCED}
_IN_PERSON = {ExchangeChannel.IN_PERSON, ExchangeChannel.PHONE}
_NEEDS = {Kind.NEED, Kind.NEED_NOUN}
_NEWS = {Kind.DONE, Kind.ACHIEVEMENT, Kind.WORK}


# --- what an exchange does ------------------------------------------------------------------------


def read_exchange(
    exchange: Exchange, analyser: Analyser
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell what an exchange gives and what it asks.

    Returns:
        The words that give and those that ask, as they stand in the exchange's text.
    """
    text = exchange.text[:MAX_READ]
    try:
        analysis = analyser.analyse(Message(text=text, channel=Channel.EMAIL))
    except MessageError:
        # A picture, a link, an emoji: nothing to read.
        return (), ()
    gives = tuple(dict.fromkeys(span.quote for span in analysis.spans(Act.OFFER)))
    if not gives and exchange.origin == "typed":
        # What a person jots down tells of a gift: "le ho mandato la guida".
        told = Kind.PAST_GIFT if exchange.direction is Direction.SENT else Kind.RECEIVED
        gives = _noted(understand(text, Relation.MET), told)
    asks = analysis.spans(Act.ASK, Act.INTRO_REQUEST, Act.FREE_SERVICE)
    return gives, tuple(dict.fromkeys(span.quote for span in asks))


def form_of_address(
    card: ContactCard, exchanges: Sequence[Exchange], analyser: Analyser
) -> Register:
    """The form used with a contact: the card's, else that of the last exchange that has one.

    Args:
        card: the contact.
        exchanges: all that passed, oldest first; only the last `LAST_READ` are looked at.
        analyser: tells the form of a text.
    """
    if card.register_used in (Register.TU, Register.LEI):
        return card.register_used
    for exchange in reversed(exchanges[-LAST_READ:]):
        try:
            message = Message(text=exchange.text[:MAX_READ], channel=Channel.EMAIL)
            used = analyser.form_of_address(message, card_names(card.contact, None))
        except MessageError:
            continue
        if used in (Register.TU, Register.LEI):
            return used
    return Register.NONE


# --- where one stands -----------------------------------------------------------------------------


def balance(card: ContactCard, exchanges: Sequence[Exchange]) -> Balance:
    """Where the person stands with a contact.

    Args:
        card: the contact; its notes count too ("gli ho passato due clienti").
        exchanges: all that passed, in any order; those not yet analysed give and ask nothing.
    """
    ordered = sorted(exchanges, key=lambda exchange: exchange.at)
    noted = [
        fragment for note in card.notes for fragment in understand(note, Relation.MET, card.name)
    ]
    sent = [exchange for exchange in ordered if exchange.direction is Direction.SENT]
    heard = [exchange for exchange in ordered if exchange.direction is Direction.RECEIVED]
    given = (*_noted(noted, Kind.PAST_GIFT), *_gifts(sent))
    asked = _requests(sent)
    received = (*_noted(noted, Kind.RECEIVED), *_gifts(heard))
    met = next((fragment.text for fragment in noted if fragment.kind in _MEETINGS), "")
    relation, reason = _stage(card, ordered, heard, bool(given), bool(received), met)
    may_ask, advice = _request(relation, sent, heard, len(given), len(asked), len(received), met)
    return Balance(
        given=given,
        asked=asked,
        received=received,
        requested=_requests(heard),
        relation=relation,
        reason=reason,
        may_ask=may_ask,
        sentence=f"Con {card.name}: {_told(len(given), len(asked))}: {advice}.",
        last=ordered[-1].at if ordered else None,
    )


def _noted(fragments: Iterable[Fragment], kind: Kind) -> tuple[str, ...]:
    return tuple(fragment.text for fragment in fragments if fragment.kind is kind)


def _gifts(exchanges: Iterable[Exchange]) -> tuple[str, ...]:
    return tuple(words for exchange in exchanges for words in exchange.gives or ())


def _requests(exchanges: Iterable[Exchange]) -> tuple[str, ...]:
    return tuple(words for exchange in exchanges for words in exchange.asks or ())


def _stage(
    card: ContactCard,
    ordered: Sequence[Exchange],
    heard: Sequence[Exchange],
    gave: bool,
    received: bool,
    met: str,
) -> tuple[Relation, str]:
    """The stage of the relation and its reason."""
    if card.relation is not None:
        return card.relation, "L'hai indicato tu."
    in_person = next((exchange for exchange in ordered if exchange.channel in _IN_PERSON), None)
    days = {exchange.at.date() for exchange in heard}
    known = bool(heard or in_person or met)
    if gave and received and known:
        return Relation.ESTABLISHED, "Vi siete già aiutati a vicenda."
    if len(heard) >= STEADY_ANSWERS and len(days) >= STEADY_DAYS:
        return (
            Relation.ESTABLISHED,
            f"Ti ha scritto {len(heard)} volte in {len(days)} giorni diversi.",
        )
    if met:
        return Relation.MET, f"Dai tuoi appunti: «{met}»."
    if in_person is not None:
        how = "parlati al telefono" if in_person.channel is ExchangeChannel.PHONE else "visti"
        return Relation.MET, f"Vi siete {how} il {in_person.at:%d/%m/%Y}."
    if heard:
        times = "una volta" if len(heard) == 1 else f"{len(heard)} volte"
        return Relation.MET, f"Ti ha risposto {times}."
    if ordered:
        return Relation.STRANGER, "Finora hai scritto solo tu."
    if card.connected_on is not None:
        return Relation.STRANGER, "Siete collegati, ma non vi siete ancora scritti."
    return Relation.STRANGER, "Non vi siete ancora sentiti."


def _request(
    relation: Relation,
    sent: Sequence[Exchange],
    heard: Sequence[Exchange],
    given: int,
    asked: int,
    received: int,
    met: str,
) -> tuple[bool, str]:
    """Whether a request can be made now, and the advice that says so."""
    last_ask = max((exchange.at for exchange in sent if exchange.asks), default=None)
    if last_ask is not None and not any(exchange.at > last_ask for exchange in heard):
        return False, "aspetta una risposta prima di chiedere altro"
    if relation is Relation.ESTABLISHED:
        if max(asked, received) > given + CREDIT:
            return False, "hai avuto più di quanto hai dato, ora tocca a te offrire"
        return True, "puoi chiedere, con garbo"
    if not given:
        return False, "prima offri qualcosa, poi potrai chiedere"
    if asked >= given:
        return False, "hai già chiesto quanto hai dato, offri ancora qualcosa"
    if not heard and not met:
        return False, "aspetta un segno di interesse prima di chiedere"
    return True, "puoi chiedere, con garbo"


def _told(given: int, asked: int) -> str:
    gifts = {0: "niente di offerto", 1: "1 cosa offerta"}.get(given, f"{given} cose offerte")
    requests = {0: "niente di chiesto", 1: "1 chiesta"}.get(asked, f"{asked} chieste")
    if not given:
        requests = {0: "niente di chiesto", 1: "1 cosa chiesta"}.get(asked, f"{asked} cose chieste")
    return f"{gifts}, {requests}"


# --- keeping relations up -------------------------------------------------------------------------


class Heard(Protocol):
    """A contact and when the two last spoke (a row of the store's list)."""

    @property
    def card(self) -> ContactCard:
        """The contact."""

    @property
    def last(self) -> datetime | None:
        """When the two last spoke, in UTC."""


def reminders(people: Iterable[Heard], today: date) -> list[Reminder]:
    """Whom to write to again and why, the most overdue first.

    Args:
        people: the contacts; those never heard are passed over.
        today: the day it is asked.
    """
    found: list[Reminder] = []
    for person in people:
        if person.last is None:
            continue
        card, last = person.card, person.last.date()
        due = last + timedelta(days=SILENCE[card.relation or Relation.MET])
        if due <= today:
            text = f"Non senti {card.name} da {_ago((today - last).days)}: {_motive(card)}."
            found.append(Reminder(contact_id=card.id, name=card.name, due=due, text=text))
    return sorted(found, key=lambda reminder: (reminder.due, reminder.name))


def _ago(days: int) -> str:
    months = round(days / 30.4)
    if months < 24:
        return f"{months} mesi"
    return f"{days // 365} anni"


def _motive(card: ContactCard) -> str:
    """A reason to write, from the notes alone; the plainest of all when they hold none."""
    fragments = [f for note in card.notes for f in understand(note, Relation.MET, card.name)]
    for kinds, words in (
        (_NEEDS, "dai tuoi appunti risulta «{}», chiedi come va e se puoi dare una mano"),
        ({Kind.RECEIVED}, "hai annotato «{}», racconta com'è andata e ringrazia"),
        (_NEWS, "hai annotato «{}», chiedi come prosegue"),
        ({Kind.COMMON, Kind.JOINT}, "hai annotato «{}», è un buon motivo per farti vivo"),
    ):
        for fragment in fragments:
            if fragment.kind in kinds:
                return words.format(fragment.text)
    if card.company:
        return f"cerca una notizia su {card.company} che meriti due righe, senza chiedere niente"
    return "manda due righe senza chiedere niente, per sapere come sta"


def calendar(found: Iterable[Reminder], now: datetime) -> str:
    """The reminders as an iCalendar file (RFC 5545), one whole-day event each.

    Args:
        found: the reminders.
        now: when the file is made, in UTC.
    """
    from icalendar import Calendar, Event

    made = Calendar()
    made.add("prodid", "-//Prima offri//promemoria//IT")
    made.add("version", "2.0")
    for reminder in found:
        event = Event()
        # The same reminder keeps its identifier, so that a second file does not double it.
        key = f"{reminder.contact_id} {reminder.due.isoformat()}"
        event.add("uid", f"{sha256(key.encode()).hexdigest()[:24]}@prima-offri")
        event.add("dtstamp", now)
        event.add("dtstart", max(reminder.due, now.date()))
        event.add("summary", f"Riscrivere a {reminder.name}")
        event.add("description", reminder.text)
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    return str(made.to_ical(), "utf-8")
