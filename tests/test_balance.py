from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest

from coach.balance import balance, calendar, form_of_address, read_exchange, reminders
from coach.schemas import ContactCard, Direction, Exchange, ExchangeChannel, Register, Relation

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SENT, RECEIVED = Direction.SENT, Direction.RECEIVED


def card(**fields):
    return ContactCard(**{"id": "c1", "name": "Marco Riva", **fields})


def exchange(direction, day=0, gives=(), asks=(), text="…", channel=ExchangeChannel.LINKEDIN):
    return Exchange(
        id=f"{direction}{day}{gives}{asks}",
        contact_id="c1",
        at=NOW + timedelta(days=day),
        direction=direction,
        channel=channel,
        text=text,
        gives=gives,
        asks=asks,
    )


@pytest.mark.parametrize(
    ("text", "gives", "asks"),
    [
        ("Ciao Marco, ti mando volentieri la guida ai bandi che ho scritto.", 1, 0),
        ("Puoi inoltrare il mio curriculum al tuo responsabile?", 0, 1),
        ("Ho letto il tuo articolo sui resi: bellissimo lavoro.", 0, 0),
        ("https://example.org/una-pagina", 0, 0),
        ("👍", 0, 0),
    ],
)
def test_an_exchange_is_read_like_a_draft(analyser, text, gives, asks):
    found = read_exchange(exchange(SENT, text=text), analyser)
    assert tuple(map(len, found)) == (gives, asks)
    assert all(words in text for side in found for words in side)


def test_a_jotted_gift_counts(analyser):
    told = exchange(SENT, text="gli ho passato due clienti")
    assert read_exchange(told, analyser)[0] == ("gli ho passato due clienti",)
    heard = exchange(RECEIVED, text="mi ha presentato il suo commercialista")
    assert read_exchange(heard, analyser)[0] == ("mi ha presentato il suo commercialista",)
    written = told.model_copy(update={"origin": "linkedin"})
    assert read_exchange(written, analyser)[0] == ()


def test_the_form_of_address_is_the_last_that_was_used(analyser):
    formal = exchange(RECEIVED, 1, text="La ringrazio, Le scriverò presto.")
    friendly = exchange(SENT, 2, text="Ti mando la guida, fammi sapere se ti serve altro.")
    neutral = exchange(RECEIVED, 3, text="Grazie mille!")
    assert form_of_address(card(), [formal, friendly, neutral], analyser) is Register.TU
    assert form_of_address(card(), [formal], analyser) is Register.LEI
    assert form_of_address(card(), [neutral], analyser) is Register.NONE
    noted = card(register_used=Register.LEI)
    assert form_of_address(noted, [friendly], analyser) is Register.LEI


def test_a_long_exchange_is_read(analyser):
    read_exchange(exchange(SENT, text="Le scrivo per un saluto. " * 4000), analyser)


def test_who_gives_is_who_wrote():
    found = balance(
        card(notes=("gli ho passato due clienti", "mi ha presentato il suo commercialista")),
        [
            exchange(SENT, 1, gives=("ti mando la guida",), asks=("mi leggi il testo?",)),
            exchange(RECEIVED, 2, gives=("ti giro i dati",), asks=("hai un contatto?",)),
        ],
    )
    assert found.given == ("gli ho passato due clienti", "ti mando la guida")
    assert found.asked == ("mi leggi il testo?",)
    assert found.received == ("mi ha presentato il suo commercialista", "ti giro i dati")
    assert found.requested == ("hai un contatto?",)
    assert found.last == NOW + timedelta(days=2)
    assert found.relation is Relation.ESTABLISHED


@pytest.mark.parametrize(
    ("fields", "exchanges", "relation", "reason"),
    [
        ({}, [], Relation.STRANGER, "Non vi siete ancora sentiti"),
        ({"connected_on": date(2025, 1, 2)}, [], Relation.STRANGER, "Siete collegati"),
        ({}, [exchange(SENT)], Relation.STRANGER, "solo tu"),
        ({}, [exchange(SENT), exchange(RECEIVED, 1)], Relation.MET, "risposto una volta"),
        ({"notes": ("conosciuto alla fiera di Bari",)}, [], Relation.MET, "fiera di Bari"),
        ({}, [exchange(SENT, channel=ExchangeChannel.IN_PERSON)], Relation.MET, "01/03/2026"),
        ({}, [exchange(SENT, channel=ExchangeChannel.PHONE)], Relation.MET, "telefono"),
        (
            {},
            [exchange(SENT, gives=("a",)), exchange(RECEIVED, 1, gives=("b",))],
            Relation.ESTABLISHED,
            "a vicenda",
        ),
        ({}, [exchange(RECEIVED, day) for day in range(4)], Relation.ESTABLISHED, "4 volte"),
        # All in one day is one conversation.
        ({}, [exchange(RECEIVED, 0, gives=(str(n),)) for n in range(9)], Relation.MET, "9 volte"),
        (
            {"relation": Relation.STRANGER},
            [exchange(RECEIVED, day) for day in range(9)],
            Relation.STRANGER,
            "indicato tu",
        ),
    ],
)
def test_the_stage_has_its_reason(fields, exchanges, relation, reason):
    found = balance(card(**fields), exchanges)
    assert found.relation is relation
    assert reason in found.reason


@pytest.mark.parametrize(
    ("fields", "exchanges", "may_ask", "words"),
    [
        ({}, [], False, "niente di offerto, niente di chiesto: prima offri"),
        ({}, [exchange(SENT, asks=("a",))], False, "1 cosa chiesta: aspetta una risposta"),
        ({}, [exchange(SENT, gives=("a",))], False, "1 cosa offerta, niente di chiesto: aspetta"),
        (
            {},
            [exchange(SENT, gives=("a", "b")), exchange(RECEIVED, 1)],
            True,
            "2 cose offerte, niente di chiesto: puoi chiedere, con garbo",
        ),
        (
            {"relation": Relation.ESTABLISHED},
            [exchange(SENT, asks=("a",)), exchange(RECEIVED, 1)],
            True,
            "puoi chiedere",
        ),
        (
            {"relation": Relation.ESTABLISHED},
            [exchange(SENT, asks=("a", "b")), exchange(RECEIVED, 1)],
            False,
            "ora tocca a te offrire",
        ),
        (
            {"relation": Relation.MET},
            [exchange(SENT, gives=("a",), asks=("b",)), exchange(RECEIVED, 1)],
            False,
            "1 cosa offerta, 1 chiesta: hai già chiesto",
        ),
    ],
)
def test_when_to_ask_is_said_plainly(fields, exchanges, may_ask, words):
    found = balance(card(**fields), exchanges)
    assert found.may_ask is may_ask
    assert found.sentence.startswith("Con Marco Riva: ")
    assert words in found.sentence


def test_what_is_not_analysed_counts_for_nothing():
    assert balance(card(), [exchange(SENT, gives=None, asks=None)]).given == ()


@dataclass
class Row:
    card: ContactCard
    last: datetime | None


def test_reminders_have_a_reason_from_the_notes():
    today = date(2026, 7, 1)
    rows = [
        Row(card(id="c1", name="Anna Sala", notes=("cerca un socio",)), NOW),
        Row(card(id="c2", name="Ugo Neri", company="Neri srl"), NOW - timedelta(days=900)),
        Row(card(id="c3", name="Ida Pace"), NOW + timedelta(days=100)),
        Row(card(id="c4", name="Leo Mai"), None),
    ]
    found = reminders(rows, today)
    assert [reminder.name for reminder in found] == ["Ugo Neri", "Anna Sala"]
    assert "2 anni" in found[0].text
    assert "Neri srl" in found[0].text
    assert "4 mesi" in found[1].text
    assert "«cerca un socio»" in found[1].text


def test_an_established_relation_is_kept_up_sooner():
    rows = [Row(card(relation=relation), NOW) for relation in Relation]
    after = {days: len(reminders(rows, (NOW + timedelta(days=days)).date())) for days in (89, 100)}
    assert after == {89: 0, 100: 1}


def test_the_calendar_can_be_read_back_and_doubles_nothing():
    rows = [Row(card(name="Niccolò D'Amico", notes=("cerca un socio; con calma, però",)), NOW)]
    found = reminders(rows, date(2026, 9, 1))
    first, second = (
        icalendar.Calendar.from_ical(calendar(found, datetime(2026, 9, day, tzinfo=UTC)))
        for day in (1, 2)
    )
    event = first.events[0]
    assert event["summary"] == "Riscrivere a Niccolò D'Amico"
    assert "cerca un socio" in event["description"]
    assert event["dtstart"].dt == date(2026, 9, 1)
    assert event["uid"] == second.events[0]["uid"]
