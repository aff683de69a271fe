"""The store on real SQLite files: nouns, merges, migrations, copies, damage, and sudden death."""

import contextlib
import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, create_mock_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from benchmarks import durability
from coach.errors import InputError, NotFoundError, StoreError
from coach.schemas import (
    Answer,
    Channel,
    ChatTurn,
    Citation,
    ContactCard,
    Direction,
    Exchange,
    ExchangeChannel,
    Persona,
    PracticeSession,
    PracticeTurn,
    Register,
    Relation,
    Rewrite,
    ScoreAndVerdict,
    Sender,
    Stance,
    Verdict,
)
from coach.store import Revision, Store, drafts, old_drafts, restore, tables
from coach.store.database import Database
from coach.store.merging import (
    Imported,
    ImportedContact,
    ImportedExchange,
    ImportSummary,
    Skipped,
    fingerprint,
    fold,
    normalised_url,
)
from coach.store.migrating import HEAD, SCRIPTS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HERE = Path(__file__).parent


def url_of(file):
    return f"sqlite:///{file}"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "coach.sqlite"


@pytest.fixture
def store(file):
    with contextlib.closing(Store.open(url_of(file))) as opened:
        yield opened


def card(name="Anna Neri", **fields):
    return ContactCard(id="", name=name, **fields)


def exchange(contact_id, text="Ti mando la guida.", at=NOW, direction=Direction.SENT, **fields):
    return Exchange(id="", contact_id=contact_id, at=at, direction=direction, text=text, **fields)


def session(identifier="s1", contact_id="", **fields):
    persona = Persona(id="p", name="Carla", role="ceramista", contact_id=contact_id)
    return PracticeSession(id=identifier, persona=persona, started=NOW, **fields)


def turn(question="Che cosa le offro?"):
    answer = Answer(text="La guida [1].", citations=(Citation(n=1, title="Nota", passage="…"),))
    return ChatTurn(at=NOW, question=question, answer=answer)


# --- contacts -------------------------------------------------------------------------------------


def test_a_contact_comes_back_as_it_was(store):
    given = card(
        "  Nicolò   D'Amico ",
        role="vivaista",
        company="Però & figli",
        email="n@esempio.it",
        url="IT.linkedin.com/in/Nicol%C3%B2-DAmico/?trk=x",
        phone="+39 340",
        notes=("ama i narcisi", " ", "è di «Cuneo»"),
        relation=Relation.MET,
        register_used=Register.LEI,
        connected_on=date(2024, 2, 29),
        origin="linkedin",
    )
    kept = store.add_contact(given)
    assert kept == given.model_copy(
        update={
            "id": kept.id,
            "name": "Nicolò D'Amico",
            "url": "https://www.linkedin.com/in/nicolò-damico",
            "notes": ("ama i narcisi", "è di «Cuneo»"),
        }
    )
    assert store.contact(kept.id) == kept
    assert len(kept.id) <= 8


def test_a_contact_is_found_by_identifier_name_or_beginning(store):
    anna = store.add_contact(card("Anna Però"))
    ugo = store.add_contact(ContactCard(id="ugo234", name="Ugo Foscolo"))
    assert store.contact("anna pero") == store.contact(anna.id) == anna
    assert store.contact("UGO2") == store.contact(" ugo foscolo ") == ugo
    for unknown in ("", "u", "zeno", "%", "_", "ugo234567890"):
        with pytest.raises(NotFoundError, match="Non c'è un contatto"):
            store.contact(unknown)
    other = store.add_contact(card("ANNA PERO'", company="Verde"))
    second = store.add_contact(card("Anna Però", company="Blu"))
    with pytest.raises(NotFoundError) as raised:
        store.contact("Anna Però")
    assert f"{anna.id} (Anna Però)" in str(raised.value)
    assert f"{second.id} (Anna Però, Blu)" in str(raised.value)
    assert other.id not in str(raised.value)
    assert "identificativo" in raised.value.remedy


def test_what_cannot_be_a_contact_is_refused(store):
    with pytest.raises(InputError, match="nome"):
        store.add_contact(card("  "))
    kept = store.add_contact(card())
    with pytest.raises(InputError, match="già"):
        store.add_contact(kept)
    with pytest.raises(NotFoundError):
        store.update_contact(kept.model_copy(update={"id": "altro2"}))
    assert store.count_contacts() == 1


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "'; DROP TABLE contacts; --", "🦊\u202e"])
def test_any_text_can_be_kept(store, text):
    kept = store.add_contact(card(f"Anna {text}", role=text))
    assert store.contact(kept.id).role == text.replace("\x00", "�").replace("\ud800", "�")


def test_notes_are_added_and_taken_away(store):
    anna = store.add_contact(card(notes=("uno",)))
    store.add_note(anna.id, "  due ")
    assert store.add_note(anna.id, "tre").notes == ("uno", "due", "tre")
    assert store.remove_note(anna.id, 1).notes == ("uno", "tre") == store.contact(anna.id).notes
    assert [row.card.id for row in store.contacts("TRE")] == [anna.id]
    assert store.contacts("due") == []
    for index in (-1, 2):
        with pytest.raises(NotFoundError, match="nota"):
            store.remove_note(anna.id, index)
    with pytest.raises(InputError, match="vuota"):
        store.add_note(anna.id, " ")
    with pytest.raises(NotFoundError):
        store.add_note("nessuno", "x")


def test_search_knows_neither_case_nor_accents_nor_wildcards(store):
    store.add_contact(card("Niccolò Però", role="Resp. qualità", company="Citta' Verde S.p.A."))
    store.add_contact(card("Anna", notes=("vende 100% lino",), relation=Relation.MET))
    store.add_contact(card("Zoe", email="zoe_b@esempio.it"))

    def names(search, **wanted):
        found = [row.card.name for row in store.contacts(search, order="name", **wanted)]
        assert store.count_contacts(search, **wanted) == len(found)
        return found

    assert names("QUALITA nicc") == ["Niccolò Però"]
    assert names("città") == ["Niccolò Però"]
    assert names("citta’") == ["Niccolò Però"]
    assert names("100%") == names("lino") == ["Anna"]
    assert names("_") == ["Zoe"]
    assert names("%") == ["Anna"]
    assert names("  ") == ["Anna", "Niccolò Però", "Zoe"]
    assert names("", relation=Relation.MET) == ["Anna"]
    assert names("zoe", relation=Relation.MET) == []


def test_the_list_is_sorted_and_paged(store):
    kept = [store.add_contact(card(name)) for name in ("Zoe", "Élia", "anna")]
    assert [row.card.name for row in store.contacts(order="name")] == ["anna", "Élia", "Zoe"]
    store.add_exchange(exchange(kept[0].id, at=NOW + timedelta(days=900)))
    rows = store.contacts()
    assert [row.card.name for row in rows] == ["Zoe", "anna", "Élia"]
    assert (rows[0].last, rows[0].exchanges) == (NOW + timedelta(days=900), 1)
    assert (rows[1].last, rows[1].exchanges) == (None, 0)
    assert [r.card.name for r in store.contacts(order="name", limit=1, offset=1)] == ["Élia"]
    assert store.contacts(offset=3) == []
    assert len(store.contacts(limit=None)) == 3
    with pytest.raises(ValueError, match="sideways"):
        store.contacts(order="sideways")


def test_the_profile(store):
    assert store.profile() == Sender()
    for given in (Sender(name="Lucà"), Sender(name="Luca", about="grafico", can_offer=("è", '"'))):
        store.save_profile(given)
        assert store.profile() == given


# --- exchanges ------------------------------------------------------------------------------------


def test_exchanges_come_back_oldest_first_in_utc(store):
    anna = store.add_contact(card())
    rome = datetime.fromisoformat("2026-03-01T13:00:00+01:00")
    late = store.add_exchange(exchange(anna.id, at=NOW + timedelta(days=2), text="dopo"))
    first = store.add_exchange(exchange(anna.id, at=rome, channel=ExchangeChannel.PHONE))
    naive = store.add_exchange(exchange(anna.id, at=datetime(1833, 6, 5)))
    assert store.exchanges(anna.id) == [naive, first, late]
    assert (first.at, naive.at.tzinfo) == (NOW, UTC)
    assert store.exchange(first.id) == first
    assert list(store.every_exchange()) == [naive, first, late]
    row = store.contacts()[0]
    assert (row.last, row.exchanges) == (late.at, 3)
    store.remove_exchange(late.id)
    row = store.contacts()[0]
    assert (row.last, row.exchanges) == (NOW, 2)
    # As the page undoes it.
    assert store.add_exchange(late) == late
    with pytest.raises(InputError, match="già"):
        store.add_exchange(late)


def test_exchanges_of_nobody_are_refused(store):
    for use in (
        lambda: store.add_exchange(exchange("nessuno")),
        lambda: store.exchange("x"),
        lambda: store.remove_exchange("x"),
        lambda: store.correct_exchange("x", (), ()),
    ):
        with pytest.raises(NotFoundError):
            use()
    store.set_analyses([("x", ("a",), ())])
    assert store.exchanges("nessuno") == []


def test_an_analysis_never_undoes_a_correction(store):
    anna, ugo = store.add_contact(card()), store.add_contact(card("Ugo"))
    one, two = (store.add_exchange(exchange(who.id)) for who in (anna, ugo))
    later = store.add_exchange(exchange(anna.id, at=NOW + timedelta(days=1)))
    assert store.unanalysed(10)[0] == later
    assert store.unanalysed(1, anna.id) == [later]
    assert store.unanalysed(5, ugo.id) == [two]
    assert store.count_unanalysed() == 3
    store.set_analyses([(one.id, ["una guida"], [])])
    assert (store.exchange(one.id).gives, store.exchange(one.id).asks) == (("una guida",), ())
    assert not store.exchange(one.id).corrected
    right = store.correct_exchange(one.id, (), ("un «favore»",))
    assert (right.gives, right.asks, right.corrected) == ((), ("un «favore»",), True)
    store.set_analyses([(one.id, ["altro"], ["altro"]), (two.id, [], [])])
    assert store.exchange(one.id) == right
    assert store.exchange(two.id).gives == ()
    assert store.unanalysed(10) == [later]


# --- drafts, conversations, practice --------------------------------------------------------------


def test_drafts_come_back_the_last_saved_first(store):
    anna = store.add_contact(card())
    store.save_draft("a" * 20, None, '{"text": "è"}', recipient="Ugo")
    store.save_draft("b" * 20, anna.id, "{}")
    assert [draft.id[0] for draft in store.drafts()] == ["b", "a"]
    assert [draft.id[0] for draft in store.drafts(anna.id)] == ["b"]
    store.save_draft("a" * 20, anna.id, '{"text": "due"}')
    saved = store.draft("a" * 20)
    assert (saved.contact_id, saved.recipient, saved.data) == (anna.id, "", '{"text": "due"}')
    assert [draft.id[0] for draft in store.drafts()] == ["a", "b"]
    assert store.draft("c") is None
    with pytest.raises(NotFoundError):
        store.save_draft("c" * 20, "nessuno", "{}")
    assert (store.count_drafts(), store.clear_drafts(), store.drafts()) == (2, 2, [])


def test_the_oldest_drafts_go_but_never_the_one_just_saved(store, monkeypatch):
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 3)
    for name in "abcde":
        store.save_draft(name, None, name)
    assert [draft.id for draft in store.drafts()] == ["e", "d", "c"]
    monkeypatch.setattr(drafts, "MAX_BYTES", 4)
    store.save_draft("f", None, "èè")
    assert [draft.id for draft in store.drafts()] == ["f"]
    store.save_draft("g", None, "lungo")
    assert [draft.id for draft in store.drafts()] == ["g"]


def test_revisions_go_with_their_draft(store, monkeypatch, analyser, rubric):
    from coach.critique import critique
    from coach.schemas import Message

    message = Message(text="Salve, puoi girare il mio CV?", channel=Channel.EMAIL)
    judged = critique(message, analyser.analyse(message), rubric)
    brief = ScoreAndVerdict(score=judged.score, verdict=Verdict.REVISE)
    rewrite = Rewrite(text="Ciao!", origin="model", model="m", before=brief, after=brief)
    first = Revision(at=NOW, text=message.text, critique=judged)
    second = Revision(at=NOW, text="x", rewrite=rewrite, model="m", prompt_version="abc")
    with pytest.raises(NotFoundError):
        store.add_revision("a", first)
    store.save_draft("a", None, "{}")
    store.add_revision("a", first)
    store.add_revision("a", second)
    store.save_draft("a", None, "{ }")
    assert store.revisions("a") == [first, second]
    monkeypatch.setattr(drafts, "MAX_REVISIONS", 2)
    store.add_revision("a", second)
    assert store.revisions("a") == [second, second]
    store.clear_drafts()
    assert store.revisions("a") == []


def test_drafts_of_older_versions_move_in_once(store, tmp_path):
    folder = tmp_path / "drafts"
    folder.mkdir()
    for name, text in (("a", "vecchia"), ("b", "nuova")):
        path = folder / f"{name * 20}.json"
        path.write_text(json.dumps({"text": text, "to_name": f" {name} "}), "utf-8")
    os.utime(folder / f"{'a' * 20}.json", (1, 1))
    (folder / f"{'c' * 20}.json").write_text('{"text": 3', "utf-8")
    (folder / ".x.partial").write_text("{", "utf-8")
    store.save_draft("b" * 20, None, "già presa")
    assert old_drafts.take_in(store, folder) == 1
    assert {path.name for path in folder.iterdir()} == {f"{'c' * 20}.json"}
    assert store.draft("a" * 20).recipient == "a"
    assert store.draft("b" * 20).data == "già presa"
    (folder / f"{'c' * 20}.json").unlink()
    assert old_drafts.take_in(store, folder) == 0
    assert not folder.exists()
    assert old_drafts.take_in(store, folder) == 0


def test_conversations_are_one_a_contact_and_an_open_one(store):
    anna = store.add_contact(card())
    for place in range(5):
        store.add_turn(anna.id, turn(f"domanda {place}"))
    store.add_turn(None, turn("aperta"))
    assert [each.question for each in store.turns(anna.id, 2)] == ["domanda 3", "domanda 4"]
    assert store.turns(None) == [turn("aperta")]
    assert store.count_turns(anna.id) == 5
    assert {key: len(each) for key, each in store.conversations().items()} == {anna.id: 5, None: 1}
    with pytest.raises(NotFoundError):
        store.add_turn("nessuno", turn())
    assert store.clear_turns(anna.id) == 5
    assert (store.turns(anna.id), store.count_turns(None)) == ([], 1)


def test_practice_is_kept_and_replaced(store):
    anna = store.add_contact(card())
    later = session("s2", contact_id=anna.id).model_copy(
        update={"started": NOW + timedelta(hours=1)}
    )
    store.save_session(later)
    store.save_session(session())
    played = PracticeTurn(learner="Ciao", stance_before=Stance.COLD, stance_after=Stance.WARY)
    store.save_session(session(turns=(played,)))
    assert store.session("s1").turns == (played,)
    assert [each.id for each in store.sessions()] == ["s1", "s2"]
    assert [each.id for each in store.sessions(anna.id)] == ["s2"]
    store.remove_session("s1")
    for use in (
        lambda: store.session("s1"),
        lambda: store.remove_session("s1"),
        lambda: store.save_session(session(contact_id="nessuno")),
    ):
        with pytest.raises(NotFoundError):
            use()


# --- files of contacts ----------------------------------------------------------------------------


def person(name="Anna Neri", **fields):
    return ImportedContact(name, **{"origin": "linkedin", **fields})


def message(number, url="linkedin.com/in/anna", name="Anna Neri", at=NOW):
    return ImportedExchange(
        name,
        url,
        at,
        Direction.SENT,
        ExchangeChannel.LINKEDIN,
        f"testo {number}",
        "linkedin",
        fingerprint(str(number)),
    )


def of(*contacts, exchanges=(), **fields):
    return Imported("linkedin", tuple(contacts), tuple(exchanges), **fields)


def counts(summary):
    return (summary.new, summary.updated, summary.unchanged, summary.ambiguous)


FULL = person(
    role="vivaista",
    company="Verde",
    email="Anna@esempio.it",
    url="https://www.linkedin.com/in/Anna/",
    phone="+39 1",
    notes=("ama i narcisi",),
    connected_on=date(2025, 1, 2),
)


def test_a_file_is_taken_in_once(store):
    given = of(FULL, person("Ugo"), person("Ugo"), exchanges=[message(1), message(2), message(1)])
    expected = ImportSummary(new=3, exchanges_new=2, exchanges_known=1, ambiguous=1)
    assert store.merge(given, dry_run=True) == expected
    assert (store.count_contacts(), list(store.every_exchange())) == (0, [])
    assert store.merge(given) == expected
    before = store.contacts(order="name"), list(store.every_exchange())
    assert store.merge(given) == ImportSummary(unchanged=3, exchanges_known=3)
    assert (store.contacts(order="name"), list(store.every_exchange())) == before
    anna = store.contact("Anna Neri")
    assert anna == ContactCard(
        id=anna.id,
        name="Anna Neri",
        role="vivaista",
        company="Verde",
        email="Anna@esempio.it",
        url="https://www.linkedin.com/in/anna",
        phone="+39 1",
        notes=("ama i narcisi",),
        connected_on=date(2025, 1, 2),
        origin="linkedin",
    )
    assert [each.gives for each in store.exchanges(anna.id)] == [None, None]
    assert before[0][0].exchanges == 2
    assert before[0][0].last == NOW


@pytest.mark.parametrize(
    ("again", "same"),
    [
        (person(url="http://it.linkedin.com/in/ANNA?x=1", name="A. Verdi"), True),
        (person("Annina", email="anna@ESEMPIO.it"), True),
        (person("ANNA NERÌ", company="  verde "), True),
        (person(company="Verde", url="linkedin.com/in/altra"), False),
        (person(), False),
        (person(company="Blu"), False),
        (person("Anna Bianchi", company="Verde"), False),
    ],
    ids=["url", "email", "name and company", "another's url", "name", "company", "other name"],
)
def test_who_is_the_same(store, again, same):
    store.merge(of(FULL))
    assert counts(store.merge(of(again)))[0] == (not same)
    assert store.count_contacts() == 2 - same


@pytest.mark.parametrize("shared", [{"email": "INFO@verde.it"}, {"url": "https://www.verde.it/"}])
def test_what_several_share_does_not_make_them_one(store, shared):
    given = of(person("Anna Neri", **shared), person("Ugo", **shared))
    assert counts(store.merge(given)) == (2, 0, 0, 0)
    assert counts(store.merge(given)) == (0, 0, 2, 0)
    assert store.merge(of(person("ANNA NERI", **shared))).unchanged == 1


def test_same_name_is_told_unless_the_profiles_differ(store):
    store.merge(of(FULL))
    assert counts(store.merge(of(person(role="altro")))) == (1, 0, 0, 1)
    assert counts(store.merge(of(person(url="linkedin.com/in/anna-2")))) == (1, 0, 0, 1)
    store.merge(of(person("Ugo", url="linkedin.com/in/ugo")))
    assert counts(store.merge(of(person("Ugo", url="linkedin.com/in/ugo-2")))) == (1, 0, 0, 0)


def test_an_import_never_undoes_what_was_typed(store):
    typed = store.add_contact(card(role="direttrice", email="anna@esempio.it", notes=("mia nota",)))
    assert counts(store.merge(of(FULL))) == (0, 1, 0, 0)
    merged = store.contact(typed.id)
    assert (merged.role, merged.company, merged.origin) == ("direttrice", "Verde", "typed")
    assert merged.notes == ("mia nota", "ama i narcisi")
    assert merged.connected_on == date(2025, 1, 2)
    assert counts(store.merge(of(FULL))) == (0, 0, 1, 0)


def test_a_newer_export_brings_up_to_date_what_the_person_did_not_change(store):
    store.merge(of(FULL))
    anna = store.contact("Anna Neri")
    store.update_contact(anna.model_copy(update={"role": "socia", "phone": ""}))
    newer = person(
        role="capa", company="Blu", url=FULL.url, phone="+39 2", connected_on=date(2025, 2, 2)
    )
    assert counts(store.merge(of(newer))) == (0, 1, 0, 0)
    after = store.contact(anna.id)
    assert (after.role, after.company, after.phone) == ("socia", "Blu", "")
    assert after.connected_on == date(2025, 2, 2)
    assert [row.card.id for row in store.contacts("blu")] == [anna.id]
    # Another kind of file only fills in what is empty.
    vcard = ImportedContact("Anna Neri", company="Nero", email="Anna@esempio.it", origin="vcard")
    assert counts(store.merge(of(vcard))) == (0, 0, 1, 0)


def test_the_first_row_about_a_person_stands(store):
    twice = of(person(url=FULL.url, role="una"), person(url=FULL.url, role="due", company="Verde"))
    assert counts(store.merge(twice)) == (1, 0, 0, 0)
    assert (store.contact("Anna Neri").role, store.contact("Anna Neri").company) == ("una", "Verde")
    assert counts(store.merge(twice)) == (0, 0, 1, 0)


def test_a_message_makes_the_contact_it_names(store):
    given = of(exchanges=[message(1), message(2, at=NOW + timedelta(days=1)), message(3, url="")])
    summary = store.merge(given)
    assert (summary.new, summary.exchanges_new) == (1, 2)
    assert [skipped.where for skipped in summary.skipped] == ["messaggi con Anna Neri (1)"]
    row = store.contacts()[0]
    assert (row.card.url, row.exchanges) == ("https://www.linkedin.com/in/anna", 2)
    # Then the connections arrive.
    assert counts(store.merge(of(FULL))) == (0, 1, 0, 0)
    summary = store.merge(of(exchanges=[message(4, at=NOW - timedelta(days=9))]))
    assert (counts(summary), summary.exchanges_new) == ((0, 0, 0, 0), 1)
    row = store.contacts()[0]
    assert (row.exchanges, row.last) == (3, NOW + timedelta(days=1))


def test_the_owner_is_no_contact_but_the_profile(store):
    me = person("Luca Blu", role="grafico", url="linkedin.com/in/luca")
    given = of(me, FULL, exchanges=[message(1, url=me.url)], owner=me)
    assert store.merge(given).new == 1
    assert store.profile() == Sender(name="Luca Blu", about="grafico")
    store.save_profile(Sender(name="Luca"))
    store.merge(given)
    assert store.profile() == Sender(name="Luca")


def test_what_cannot_be_a_contact_is_skipped_with_a_reason(store):
    known = Skipped("Connections.csv, riga 3", "vuota")
    summary = store.merge(of(person(" ", email="x@y.it"), skipped=(known,)))
    assert summary.skipped == (known, Skipped("x@y.it", "manca il nome"))
    assert store.count_contacts() == 0


def test_a_merge_tells_how_far_it_is(store):
    told = []
    store.merge(of(FULL, exchanges=[message(1)]), progress=lambda *step: told.append(step))
    assert {words for words, _, _ in told} >= {"Salvo contatti e messaggi"}
    assert all(0 <= done <= total for _, done, total in told)
    assert told[-1][1] == told[-1][2]


def test_a_merge_that_fails_writes_nothing(store):
    before = of(person("Ugo"))
    store.merge(before)

    def interrupt(text, done, total):
        if text.startswith("Salvo"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.merge(of(FULL, exchanges=[message(1)]), progress=interrupt)
    assert [row.card.name for row in store.contacts()] == ["Ugo"]
    assert store.merge(of(FULL)).new == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("HTTPS://IT.LinkedIn.com/in/Nicol%C3%B2/?x#y", "https://www.linkedin.com/in/nicolò"),
        ("linkedin.com/in/nicolo\u0300", "https://www.linkedin.com/in/nicolò"),
        ("http://esempio.it/", "https://esempio.it"),
        ("https://esempio.it/a%20b%2Fc", "https://esempio.it/a%20b%2fc"),
        ("https://esempio.it/%ff", "https://esempio.it/%ff"),
        ("", ""),
        ("non so", ""),
        ("mailto:a@b.it", ""),
        ("ftp://esempio.it", ""),
        ("https://[", ""),
    ],
)
def test_addresses_have_one_spelling(given, expected):
    assert normalised_url(given) == expected
    assert normalised_url(expected) == expected


def test_fold():
    assert fold("  Nicolò\tD’AMICO  Straße ﬁn ") == "nicolo d'amico strasse fin"


# --- opening --------------------------------------------------------------------------------------


def test_the_newest_migration_is_what_the_tables_say(file, store):
    scripts = ScriptDirectory.from_config(_config())
    assert scripts.get_current_head() == HEAD
    assert [r.revision for r in scripts.walk_revisions()] == sorted(
        (r.revision for r in scripts.walk_revisions()), reverse=True
    )
    with store._engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, tables.metadata) == []


def _config():
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config


def old_database(file):
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.executescript((HERE / "data" / "store_0001.sql").read_text("utf-8"))


def test_an_old_database_keeps_everything(file):
    old_database(file)
    for _ in range(2):
        with contextlib.closing(Store.open(url_of(file))) as store:
            anna = store.contact("anna pero")
            assert (anna.notes, anna.relation) == (("ama i narcisi", "è di Cuneo"), Relation.MET)
            assert [each.corrected for each in store.exchanges(anna.id)] == [True, False]
            assert store.profile().can_offer == ("una mappa",)
            assert store.count_contacts() == 2
            store.add_turn(anna.id, turn())
            store.save_draft("a", anna.id, "{}")
            context = MigrationContext.configure(store._engine.connect())
            assert compare_metadata(context, tables.metadata) == []


def test_two_processes_may_open_an_old_database_at_once(file):
    old_database(file)
    code = f"from coach.store import Store; print(Store.open({url_of(file)!r}).count_contacts())"
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert [process.communicate()[0].strip() for process in started] == ["2"] * 3


def test_a_failed_migration_leaves_the_old_database(file, monkeypatch):
    old_database(file)

    def broken(connection):
        connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
        connection.exec_driver_sql("CREATE NONSENSE")

    with monkeypatch.context() as patch:
        patch.setattr("coach.store.database.migrate", broken)
        with pytest.raises(StoreError, match="NONSENSE"):
            Store.open(url_of(file))
    with contextlib.closing(sqlite3.connect(file)) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert "half" not in names
    with contextlib.closing(Store.open(url_of(file))) as store:
        assert store.count_contacts() == 2


def test_an_up_to_date_database_opens_without_alembic(file, store):
    code = (
        f"import sys; from coach.store import Store; Store.open({url_of(file)!r});"
        "print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_what_is_typed_is_fully_synchronous(store):
    with store._engine.connect() as connection:

        def pragma(name):
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

        assert pragma("journal_mode") == "wal"
        assert pragma("synchronous") == 2
        assert pragma("foreign_keys") == 1
        assert pragma("secure_delete") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Ciao, non sono un database. " * 100, "danneggiato"),
        (b"SQLite format 3\x00" + bytes(range(256)) * 20, "danneggiato"),
    ],
)
def test_a_damaged_file_is_told_and_left(file, content, message):
    file.write_bytes(content)
    with pytest.raises(StoreError, match=message) as raised:
        Store.open(url_of(file))
    assert "coach restore" in raised.value.remedy
    assert file.read_bytes() == content


def test_another_programs_database_is_left(file):
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE contacts (id)")
    content = file.read_bytes()
    with pytest.raises(StoreError, match="non è un database di questo programma"):
        Store.open(url_of(file))
    assert file.read_bytes() == content


def test_a_newer_database_is_left(file, store):
    store.close()
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(StoreError, match="più nuova") as raised:
        Store.open(url_of(file))
    assert "aggiorna" in raised.value.remedy


def test_nothing_here_is_sqlite_only():
    dialect = postgresql.dialect()
    for table in tables.metadata.sorted_tables:
        CreateTable(table).compile(dialect=dialect)
        for index in table.indexes:
            CreateIndex(index).compile(dialect=dialect)
    there = Database(create_mock_engine("postgresql+psycopg://", print))
    upsert = there._upsert(tables.drafts, id="a", data="b")
    assert "ON CONFLICT (id) DO UPDATE SET data" in str(upsert.compile(dialect=dialect))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite://", "memoria"),
        ("sqlite:///:memory:", "memoria"),
        ("boh", "non è valido"),
        ("nosuch://x/y", "non è valido"),
        ("", "non è valido"),
        pytest.param(
            "postgresql+psycopg://anna:segreta@esempio/x",
            r"Manca il modulo Python .*\(psycopg\)",
            marks=pytest.mark.skipif(find_spec("psycopg") is not None, reason="psycopg is here"),
        ),
    ],
)
def test_an_address_that_cannot_be_used_is_told(url, message):
    with pytest.raises(StoreError, match=message):
        Store.open(url)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match=r"cartella.*percorso passa per un file"):
        Store.open(url_of(tmp_path / "file" / "deep" / "coach.sqlite"))
    (tmp_path / "coach.sqlite").mkdir()
    with pytest.raises(StoreError, match="Non riesco a scrivere il database"):
        Store.open(url_of(tmp_path / "coach.sqlite"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_told(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(StoreError, match="Non riesco a scrivere"):
        Store.open(url_of(tmp_path / "coach.sqlite"))


def test_a_page_damaged_later_is_told(file, store):
    store.merge(of(*(person(f"Anna {i}", role="x" * 200) for i in range(500))))
    store.compact()
    store.close()
    content = bytearray(file.read_bytes())
    content[4096 * 8 : 4096 * 40] = b"\xff" * (4096 * 32)
    file.write_bytes(content)
    with pytest.raises(StoreError, match="danneggiato"):
        Store.open(url_of(file)).contacts("x", limit=None)


# --- copies ---------------------------------------------------------------------------------------


def test_a_copy_is_restored_for_everybody_who_has_it_open(store, file, tmp_path):
    other = Store.open(url_of(file))
    anna = store.add_contact(card())
    copy = tmp_path / "copia.sqlite"
    copy.write_text("di ieri")
    store.backup(copy)
    store.add_contact(card("Ugo"))
    assert other.count_contacts() == 2
    content = copy.read_bytes()
    store.restore(copy)
    assert [row.card for row in other.contacts()] == [anna]
    other.add_note(anna.id, "dopo")
    assert store.contact(anna.id).notes == ("dopo",)
    assert copy.read_bytes() == content
    assert {path.name for path in tmp_path.iterdir()} <= {
        "coach", "copia.sqlite", "coach.sqlite", "coach.sqlite-wal", "coach.sqlite-shm",
    }  # fmt: skip
    other.close()


def test_an_old_copy_is_migrated(store, tmp_path):
    old_database(tmp_path / "vecchia")
    store.restore(tmp_path / "vecchia")
    assert store.contact("anna pero").company == "Verde D'Oltre"
    store.save_draft("a", None, "{}")


def test_a_folder_may_have_any_name(tmp_path):
    folder = tmp_path / "a?b %20è#@'"
    store = Store.open(URL.create("sqlite", database=str(folder / "coach.sqlite")))
    store.add_contact(card())
    store.backup(folder / "copia?")
    store.add_contact(card("Ugo"))
    store.restore(folder / "copia?")
    assert store.count_contacts() == 1
    assert store.file == folder / "coach.sqlite"
    store.close()
    assert {path.name for path in folder.iterdir()} == {"coach.sqlite", "copia?"}


def test_what_is_not_a_copy_of_ours_changes_nothing(store, tmp_path):
    store.add_contact(card())
    newer, foreign = tmp_path / "nuova", tmp_path / "altrui"
    store.backup(newer)
    with contextlib.closing(sqlite3.connect(newer)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with contextlib.closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE songs (id)")
    (tmp_path / "testo").write_text("ciao")
    (tmp_path / "vuoto").touch()
    for name, message in (
        ("nuova", "nuova è stato scritto da una versione più nuova"),
        ("altrui", "altrui non è un database"),
        ("testo", "non è una copia"),
        ("vuoto", "non è una copia"),
        ("assente", "Non trovo"),
    ):
        with pytest.raises(StoreError, match=message):
            store.restore(tmp_path / name)
    assert store.count_contacts() == 1


def test_a_damaged_database_is_set_aside_for_the_copy(store, file, tmp_path):
    store.add_contact(card())
    copy = tmp_path / "copia"
    store.backup(copy)
    store.close()
    file.write_bytes(b"rotto " * 1000)
    restore(url_of(file), copy)
    with contextlib.closing(Store.open(url_of(file))) as opened:
        assert opened.count_contacts() == 1
        restore(url_of(file), copy)
    aside = tmp_path / "coach.sqlite.danneggiato-1"
    assert aside.read_bytes() == b"rotto " * 1000


def test_a_copy_cannot_go_where_it_must_not(store, file, tmp_path):
    with pytest.raises(StoreError, match="posto del database"):
        store.backup(file)
    with pytest.raises(StoreError, match="Non riesco a scrivere"):
        store.backup(tmp_path / "assente" / "copia")


# --- many at once ---------------------------------------------------------------------------------


def test_threads_and_stores_write_together(file, store):
    anna = store.add_contact(card())
    other = Store.open(url_of(file))
    failed = []

    def work(which, name):
        try:
            for place in range(20):
                which.add_note(anna.id, f"{name} {place}")
                which.add_exchange(exchange(anna.id, text=name))
                which.contacts("anna")
        except BaseException as error:
            failed.append(error)

    threads = [
        threading.Thread(target=work, args=(which, f"{name}{i}"))
        for i in range(3)
        for which, name in ((store, "uno"), (other, "due"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert failed == []
    assert len(store.contact(anna.id).notes) == 120
    assert store.contacts()[0].exchanges == 120


def test_readers_do_not_wait_for_a_writer(store):
    store.add_contact(card())
    with store._writing() as connection:
        connection.execute(tables.contacts.delete())
        assert store.count_contacts() == 1


# --- sudden death: `python -m benchmarks durability` does it 50 times -----------------------------


@pytest.mark.slow
@pytest.mark.parametrize("work", [durability.typing, durability.importing])
def test_killed_at_any_moment_nothing_acknowledged_is_lost(file, work):
    outcomes = [work(file, number, steps) for number, steps in enumerate((0, 3, 7, 30))]
    assert [outcome for outcome in outcomes if not outcome.good] == []
    assert outcomes[-1].acknowledged >= 30
