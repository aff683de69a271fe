"""Taking away and erasing: on a real store, with the files searched by other means than our own."""

import contextlib
import csv
import io
import json
import sqlite3
import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest

from coach import privacy
from coach.critique import critique
from coach.errors import NotFoundError
from coach.privacy import TraceKind
from coach.schemas import (
    Answer,
    ChatTurn,
    Citation,
    ContactCard,
    Debrief,
    Direction,
    Exchange,
    ExchangeChannel,
    Message,
    Persona,
    PracticeSession,
    PracticeTurn,
    Relation,
    Sender,
    Stance,
    TurnReview,
)
from coach.settings import Settings
from coach.store import Revision, Store
from coach.store.mentions import ERASED, Mentions, Trait, names_of
from coach.store.merging import Imported, ImportedContact, ImportedExchange, fingerprint

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = ["Anna Neri", "Nicolò D'Amico", "María José Però Muñoz", "Dott. Ugo Blù, PhD", "Zoë-Lù Öst"]


@pytest.fixture
def settings(tmp_path):
    home = tmp_path / "stato"
    home.mkdir()
    return Settings(home=home, models=tmp_path / "models")


@pytest.fixture
def store(settings):
    with contextlib.closing(Store.open(settings.database)) as opened:
        yield opened


def person(name="Anna Neri", **fields):
    slug = "-".join(name.split())
    given = {
        "url": f"https://www.linkedin.com/in/{slug}",
        "email": "a.neri+lavoro@esempio.it",
        "phone": "+39 340 765 4321",
        "role": "vivaista",
        "notes": ("ama i narcisi",),
        **fields,
    }
    return ContactCard(id="", name=name, **given)


def said(contact_id, text, days=0):
    return Exchange(
        id="",
        contact_id=contact_id,
        at=NOW + timedelta(days=days),
        direction=Direction.SENT,
        text=text,
        gives=(text,),
        asks=(),
    )


def turn(text):
    citation = Citation(n=1, title=f"Scheda di {text}", passage=text)
    return ChatTurn(at=NOW, question=text, answer=Answer(text=text, citations=(citation,)))


def practice(identifier, text, contact_id="", name="Carla"):
    played = PracticeTurn(
        learner=text, reply=text, stance_before=Stance.COLD, stance_after=Stance.WARY
    )
    return PracticeSession(
        id=identifier,
        persona=Persona(id="p", name=name, role="x", contact_id=contact_id),
        started=NOW,
        turns=(played,),
        redraft=text,
    )


def spellings(card):
    """What gives a person away, as bytes that somebody might look for."""
    texts = {card.name, card.name.upper(), card.name.lower(), card.url, card.email, card.phone}
    texts |= {unicodedata.normalize("NFD", text) for text in texts}
    texts |= {json.dumps(text)[1:-1] for text in texts}
    texts |= {text.replace("'", "’") for text in texts}
    return {text.encode() for text in texts if text}


def grep(folder, needles):
    """Files that hold any of these bytes, upper and lower case alike where they are ASCII."""
    return {
        (path.name, needle)
        for path in folder.rglob("*")
        if path.is_file()
        for needle in needles
        if needle.lower() in path.read_bytes().lower()
    }


def everywhere(store, card):
    """Have a person in every place of the store; gives the one who stays."""
    name = card.name
    texts = f"Ciao {name}!", f"vedi {card.url} o {card.email}", "x " * 9000 + name
    for days, text in enumerate(texts):
        store.add_exchange(said(card.id, text, days))
    store.save_draft("a" * 20, card.id, json.dumps({"text": name, "to_name": name}))
    titled = f"Dott. {name.upper()}"
    store.save_draft("b" * 20, None, json.dumps({"text": "Ciao"}), recipient=titled)
    store.add_revision("a" * 20, Revision(at=NOW, text=f"Ciao {name}"))
    store.add_turn(card.id, turn(f"Che cosa offro a {name}?"))
    store.save_session(practice("s1", name, contact_id=card.id, name=name))
    stays = store.add_contact(
        ContactCard(
            id="",
            name="Bruno Verdi",
            role=f"socio di {name}",
            notes=(f"me l'ha presentato {name}", "alto", f"scrive a {card.email.upper()}."),
        )
    )
    store.add_exchange(said(stays.id, f"Ho sentito {name.lower()}\nieri, al {card.phone}."))
    store.save_draft(
        "c" * 20, stays.id, json.dumps({"text": f"come dice «{name}»", "to_name": "Bruno Verdi"})
    )
    store.add_turn(stays.id, turn(f"Bruno conosce {name}?"))
    store.add_turn(None, turn(f"{name} ({card.url}) non risponde"))
    store.save_session(practice("s2", f"Mi manda {name}"))
    store.save_profile(Sender(name="Luca Blu", about=f"ho lavorato con {name}", can_offer=(name,)))
    return stays


# --- erasing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_nobody_is_left_anywhere(store, settings, name):
    other = Store.open(settings.database)
    card = store.add_contact(person(name))
    stays = everywhere(store, card)
    assert other.contact(card.id).name == name
    assert grep(settings.home, spellings(card)) != set()
    steps = []
    proof = privacy.forget(store, settings, card.id, lambda *step: steps.append(step))
    assert grep(settings.home, spellings(card)) == set()
    assert proof.clean
    assert proof.traces == ()
    erased = proof.erased
    assert (erased.exchanges, erased.drafts, erased.turns, erased.sessions) == (3, 2, 1, 1)
    assert erased.mentions == 7
    assert proof.files >= 1
    assert proof.bytes >= (settings.home / "coach.sqlite").stat().st_size
    assert steps[-1][1] == steps[-1][2]
    # Whoever stays is as before, but for the mentions.
    for each in (store, other):
        with pytest.raises(NotFoundError):
            each.contact(card.id)
        kept = each.contact(stays.id)
        assert kept.role == f"socio di {ERASED}"
        assert kept.notes == (f"me l'ha presentato {ERASED}", "alto", f"scrive a {ERASED}.")
        (exchange,) = each.exchanges(stays.id)
        assert exchange.text == f"Ho sentito {ERASED}\nieri, al {ERASED}."
        assert exchange.gives == (exchange.text,)
        assert each.turns(stays.id) == [turn(f"Bruno conosce {ERASED}?")]
        assert each.turns(None) == [turn(f"{ERASED} ({ERASED}) non risponde")]
        assert each.session("s2") == practice("s2", f"Mi manda {ERASED}")
        assert [draft.id[0] for draft in each.drafts()] == ["c"]
        assert json.loads(each.drafts()[0].data)["text"] == f"come dice «{ERASED}»"
        assert each.profile() == Sender(
            name="Luca Blu", about=f"ho lavorato con {ERASED}", can_offer=(ERASED,)
        )
        assert [row.card.id for row in each.contacts("persona cancellata")] == [stays.id]
        assert each.contacts("narcisi") == []
    other.close()
    store.close()
    assert grep(settings.home, spellings(card)) == set()


def test_a_page_still_open_does_not_bring_them_back(store, settings):
    card = store.add_contact(person())
    store.save_draft("a" * 20, card.id, "{}", recipient=card.name)
    privacy.forget(store, settings, card.id)
    for write in (
        lambda: store.save_draft("a" * 20, None, card.name, recipient=card.name),
        lambda: store.save_draft("b" * 20, card.id, card.name),
        lambda: store.add_turn(card.id, turn(card.name)),
        lambda: store.save_session(practice("s1", card.name, contact_id=card.id)),
        lambda: store.add_exchange(said(card.id, card.name)),
        lambda: store.add_note(card.id, card.name),
    ):
        with pytest.raises(NotFoundError):
            write()
    assert grep(settings.home, spellings(card)) == set()


def test_right_after_an_import_of_many(store, settings):
    people = [
        ImportedContact(f"Tizio{i} Caio", url=f"linkedin.com/in/t{i}", origin="linkedin")
        for i in range(2000)
    ]
    target = ImportedContact(
        "Niccolò Però", url="https://it.linkedin.com/in/Niccol%C3%B2-Per%C3%B2", origin="linkedin"
    )
    messages = [
        ImportedExchange(
            who.name,
            who.url,
            NOW,
            Direction.RECEIVED,
            ExchangeChannel.LINKEDIN,
            f"Sono {who.name}, {who.url}, e tu? " * 3,
            "linkedin",
            fingerprint(who.url, str(i)),
        )
        for i in range(3)
        for who in (*people, target)
    ]
    store.merge(Imported("linkedin", (*people, target), tuple(messages)))
    card = store.contact("Niccolò Però")
    proof = privacy.forget(store, settings, card.id)
    assert (proof.clean, proof.erased.exchanges) == (True, 3)
    needles = {*spellings(card), target.url.encode(), b"niccol%c3%b2"}
    assert grep(settings.home, needles) == set()
    assert store.count_contacts() == 2000


def test_a_namesake_stays_and_so_does_the_name(store, settings):
    gone = store.add_contact(person("Marco Rossi", email="uno@esempio.it"))
    stays = store.add_contact(
        ContactCard(id="", name="Rossi Marco", company="Altra", phone=gone.phone)
    )
    third = store.add_contact(
        ContactCard(id="", name="Zoe", notes=(f"amica di Marco Rossi, {gone.email}",))
    )
    store.save_draft("a" * 20, None, "{}", recipient="Marco Rossi")
    proof = privacy.forget(store, settings, gone.id)
    assert store.contact(stays.id) == stays
    assert store.contact(third.id).notes == (f"amica di Marco Rossi, {ERASED}",)
    assert store.count_drafts() == 1
    assert proof.erased.namesakes == (stays,)
    assert set(proof.erased.shared) == {Trait.NAME, Trait.PHONE}
    assert {trace.kind for trace in proof.traces} == {TraceKind.NAMESAKE}
    assert proof.clean
    assert f"Rossi Marco ({stays.id})" in privacy.told(proof)
    assert grep(settings.home, {gone.email.encode(), gone.url.encode()}) == set()


def test_a_longer_name_is_somebody_else(store, settings):
    gone = store.add_contact(person("Marco Rossi", phone=""))
    stays = store.add_contact(
        ContactCard(
            id="",
            name="Marco Rossini",
            role="CEO",
            url=f"{gone.url}-2",
            email=f"x{gone.email}",
            notes=("Gianmarco Rossi",),
        )
    )
    proof = privacy.forget(store, settings, gone.id)
    assert store.contact(stays.id) == stays
    assert proof.clean
    assert {trace.kind for trace in proof.traces} == {TraceKind.LONGER}
    assert "«marco rossini»" in privacy.told(proof)


def test_the_writers_own_name_stays(store, settings):
    store.save_profile(Sender(name="Anna Neri"))
    gone = store.add_contact(person())
    proof = privacy.forget(store, settings, gone.id)
    assert store.profile().name == "Anna Neri"
    assert proof.clean
    assert "anche tuo" in privacy.told(proof)


def test_past_critiques_lose_the_marks_that_would_lie_elsewhere(store, settings, analyser, rubric):
    text = "Salve Anna Neri, puoi girare il mio CV? Urgente!"
    message = Message(text=text)
    judged = critique(message, analyser.analyse(message), rubric)
    assert judged.violations
    gone = store.add_contact(person())
    session = practice("s", text).model_copy(
        update={
            "debrief": Debrief(score=1, reviews=(TurnReview(turn=0, critique=judged, moved="x"),))
        }
    )
    store.save_session(session)
    store.add_turn(None, ChatTurn(at=NOW, question=text, answer=Answer(text="", critique=judged)))
    store.save_draft("a", None, "{}")
    store.add_revision("a", Revision(at=NOW, text=text, critique=judged))
    store.add_revision("a", Revision(at=NOW, text="x", critique=None))
    assert privacy.forget(store, settings, gone.id).clean
    for kept in (
        store.session("s").debrief.reviews[0].critique,
        store.turns(None)[0].answer.critique,
        store.revisions("a")[0].critique,
    ):
        assert (kept.violations, kept.virtues) == ((), ())
        assert (kept.score, kept.checks) == (judged.score, judged.checks)


def test_drafts_in_old_files_are_erased_too(store, settings):
    folder = settings.home / "drafts"
    folder.mkdir()
    for name, text in (("a", "Anna Neri"), ("b", "Ugo")):
        (folder / f"{name * 20}.json").write_text(
            json.dumps({"text": f"Ciao Anna Neri, {text}", "to_name": text}), "utf-8"
        )
    gone = store.add_contact(person())
    assert privacy.forget(store, settings, gone.id).clean
    assert not folder.exists()
    assert [draft.recipient for draft in store.drafts()] == ["Ugo"]


def test_what_can_be_made_again_is_removed_and_the_rest_is_told(store, settings):
    gone = store.add_contact(person("Nicolò D'Amico"))
    escaped = json.dumps({"q": "Nicolò D'Amico"})
    for where, text in (
        ("cache/x/risposte.json", escaped),
        ("sources/libro-1.txt", "Scritto da NICOLO' D’AMICO, " + "x " * 5000 + "Nicolò\nD'Amico"),
        ("sources/libro-1.json", "{}"),
        ("library/indice.json", escaped),
        ("log.txt", "niente"),
        ("appunti.txt", "x\n" * ((1 << 19) - 3) + "D'Amico Nicolò" + " y" * (1 << 19)),
    ):
        path = settings.home / where
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    store.backup(settings.home / "copia.bak")
    proof = privacy.forget(store, settings, gone.id)
    assert not proof.clean
    found = {(trace.file, trace.trait): trace for trace in proof.traces}
    assert {file for file, _ in found} == {
        "sources/libro-1.txt", "library/indice.json", "appunti.txt", "copia.bak",
    }  # fmt: skip
    source = found["sources/libro-1.txt", Trait.NAME]
    assert (source.kind, source.times) == (TraceKind.SOURCE, 2)
    assert "coach knowledge remove libro-1" in source.remedy
    assert found["library/indice.json", Trait.NAME].kind is TraceKind.SOURCE
    assert found["appunti.txt", Trait.NAME].times == 1
    assert "copia del database" in found["copia.bak", Trait.EMAIL].why
    told = privacy.told(proof)
    assert "Qualcosa resta" in told
    assert all(file in told for file, _ in found)
    assert not (settings.home / "cache" / "x" / "risposte.json").exists()


def test_an_index_of_texts_that_are_gone_is_told(store, settings):
    gone = store.add_contact(person())
    (settings.home / "library").mkdir()
    with contextlib.closing(sqlite3.connect(settings.home / "library" / "chroma.sqlite3")) as base:
        base.execute("CREATE TABLE texts (a TEXT, b TEXT)")
        base.execute("INSERT INTO texts VALUES ('Anna Neri', 'Dopo')")
        base.commit()
    proof = privacy.forget(store, settings, gone.id)
    assert [(t.kind, t.file) for t in proof.traces] == [(TraceKind.LEFT, "library/chroma.sqlite3")]
    assert "rebuild" in proof.traces[0].remedy


class SettingsWithNotes(Settings):
    """The settings, with notes of the test's own."""

    @property
    def notes(self):
        return self.home.parent / "notes"


def test_who_is_in_the_programs_own_notes_stays_there(store, settings, tmp_path):
    gone = store.add_contact(person("Adamo Grandi"))
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "dare.md").write_text("Come dice Adamo Grandi.", "utf-8")
    (settings.home / "library").mkdir()
    (settings.home / "library" / "indice.bin").write_bytes(b"\x00Come dice Adamo Grandi.\xff")
    known = SettingsWithNotes(home=settings.home, models=settings.models)
    proof = privacy.forget(store, known, gone.id)
    assert [(t.kind, t.file) for t in proof.traces] == [(TraceKind.PRODUCT, "library/indice.bin")]
    assert proof.clean
    assert "Di questa persona non resta niente." in privacy.told(proof)


def test_a_short_name_in_the_figures_of_an_index_is_chance(store, settings):
    gone = store.add_contact(person("Ida", url="", email="", phone=""))
    (settings.home / "library").mkdir()
    (settings.home / "library" / "data.bin").write_bytes(b"\xff\x01Ida\x02\xfe guida")
    assert privacy.forget(store, settings, gone.id).clean


def test_a_reader_that_holds_the_log_is_told(store, settings, monkeypatch):
    monkeypatch.setattr("coach.store.database.PATIENCE", 0.2)
    gone = store.add_contact(person())
    with contextlib.closing(sqlite3.connect(settings.home / "coach.sqlite")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM contacts").fetchall()
        proof = privacy.forget(store, settings, gone.id)
        assert not proof.clean
        assert {t.kind for t in proof.traces} == {TraceKind.LEFT}
        assert "finestre" in proof.traces[0].remedy
    store.close()
    assert grep(settings.home, spellings(gone)) == set()


def test_a_file_that_cannot_be_read_is_told(store, settings, monkeypatch):
    gone = store.add_contact(person())
    odd = settings.home / "strano.bin"
    odd.write_bytes(b"x")
    real = type(odd).open

    def refuse(self, *arguments, **options):
        if self == odd:
            raise PermissionError(13, "no")
        return real(self, *arguments, **options)

    monkeypatch.setattr(type(odd), "open", refuse)
    proof = privacy.forget(store, settings, gone.id)
    assert (proof.unread, proof.clean) == (("strano.bin",), False)
    assert "strano.bin: non riesco a leggerlo" in privacy.told(proof)


def test_a_database_elsewhere_is_searched_too(settings, tmp_path):
    elsewhere = tmp_path / "altrove"
    with contextlib.closing(Store.open(f"sqlite:///{elsewhere}/dati.sqlite")) as store:
        gone = store.add_contact(person())
        proof = privacy.forget(store, settings, gone.id)
        assert proof.clean
        assert proof.bytes >= (elsewhere / "dati.sqlite").stat().st_size
    assert grep(elsewhere, spellings(gone)) == set()


def test_the_proof_in_words(store, settings):
    gone = store.add_contact(person())
    store.add_exchange(said(gone.id, "x"))
    told = privacy.told(privacy.forget(store, settings, gone.id))
    assert "Ho cancellato Anna Neri: la scheda e 1 scambio." in told
    assert "Non ne resta niente." in told
    assert "«a.neri+lavoro@esempio.it»" in told
    with pytest.raises(NotFoundError):
        privacy.forget(store, settings, gone.id)


# --- mentions -------------------------------------------------------------------------------------

CARD = ContactCard(
    id="x",
    name="Dott. Nicolò D'Amico, PhD",
    url="https://www.linkedin.com/in/nicolò-damico",
    email="Nico.D@esempio.it",
    phone="+39 340 123.4567",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ho visto Nicolò D’Amico.", f"Ho visto {ERASED}."),
        ("nicolo' d'amico", ERASED),
        ("Dott. Nicolò D'Amico, PhD", f"{ERASED}"),
        ("dott. NICOLÒ D'AMICO!", f"dott. {ERASED}!"),
        ("D'Amico Nicolò e D'Amico, Nicolò", f"{ERASED} e {ERASED}"),
        ("_Nicolo\u0300\n D'Amico_", f"_{ERASED}_"),
        ("Ｎicolò D'Amico", ERASED),
        ("Nicolò D'Amicone", "Nicolò D'Amicone"),
        ("Nicolò e D'Amico", "Nicolò e D'Amico"),
        ("https://it.linkedin.com/in/Nicol%c3%b2-damico/ sì", f"{ERASED} sì"),
        ("linkedin.com/in/nicolò-damico-2", "linkedin.com/in/nicolò-damico-2"),
        ("A nico.d@ESEMPIO.it.", f"A {ERASED}."),
        ("unico.d@esempio.it", "unico.d@esempio.it"),
        ("340 1234567, +39340-123-4567", f"{ERASED}, {ERASED}"),
        ("93401234567", "93401234567"),
        ("", ""),
    ],
)
def test_mentions_in_any_spelling(text, expected):
    mentions = Mentions(CARD)
    assert mentions.redacted(text) == expected
    assert [m for m in mentions.find(mentions.redacted(text)) if m.whole] == []


def test_what_is_shared_is_no_mention():
    mentions = Mentions(CARD, frozenset({Trait.NAME}))
    text = "Nicolò D'Amico, nico.d@esempio.it"
    assert mentions.redacted(text) == f"Nicolò D'Amico, {ERASED}"


def test_names_in_full():
    assert names_of("Ing. Anna Maria Però | CEO") == (
        "ing. anna maria pero | ceo",
        "anna maria pero",
        "maria pero anna",
        "maria pero, anna",
        "pero anna maria",
        "pero, anna maria",
        "ing. anna maria pero' | ceo",
        "anna maria pero'",
        "maria pero' anna",
        "maria pero', anna",
        "pero' anna maria",
        "pero', anna maria",
    )
    assert names_of("Ugo") == ("ugo",)


# --- taking away ----------------------------------------------------------------------------------


def test_all_of_one_contact_as_json(store):
    card = store.add_contact(person("Nicolò D'Amico", connected_on=date(2024, 1, 2)))
    everywhere(store, card)
    told = json.loads(privacy.export_contact(store, card.id).json())
    (one,) = told["contacts"]
    assert "profile" not in told
    assert ContactCard(**{name: one[name] for name in ContactCard.model_fields}) == card
    assert one["exchanges"][0]["text"] == f"Ciao {card.name}!"
    assert one["drafts"][0]["draft"] == {"text": card.name, "to_name": card.name}
    assert one["conversation"][0]["question"] == f"Che cosa offro a {card.name}?"
    assert PracticeSession.model_validate(one["practice"][0]) == store.session("s1")
    assert "Bruno" not in json.dumps(told)
    with pytest.raises(NotFoundError):
        privacy.export_contact(store, "nessuno")


def test_everything_as_json(store):
    everywhere(store, store.add_contact(person()))
    told = json.loads(privacy.export_all(store).json())
    assert Sender.model_validate(told["profile"]) == store.profile()
    assert [one["name"] for one in told["contacts"]] == ["Anna Neri", "Bruno Verdi"]
    assert [len(one["exchanges"]) for one in told["contacts"]] == [3, 1]
    rest = told["of_nobody_in_particular"]
    assert (len(rest["drafts"]), len(rest["conversation"]), len(rest["practice"])) == (1, 1, 1)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula(store, start):
    text = f'{start}HYPERLINK("http://esempio.it";"è")'
    card = store.add_contact(
        ContactCard(id="", name="@Anna", notes=("-1", text), relation=Relation.MET)
    )
    store.add_exchange(said(card.id, text))
    rows = list(csv.DictReader(io.StringIO(privacy.export_all(store).csv(), newline="")))
    assert [row["tipo"] for row in rows] == ["contatto", "scambio"]
    assert rows[0]["nome"] == "'@Anna"
    assert (rows[1]["testo"], rows[1]["offre"]) == (f"'{text}", f"'{text}")
    assert rows[0]["testo"].startswith("'-1\n")
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_every_kind_of_record_is_a_row(store):
    everywhere(store, store.add_contact(person()))
    rows = list(csv.DictReader(io.StringIO(privacy.export_all(store).csv(), newline="")))
    kinds = {row["tipo"] for row in rows}
    assert kinds == {
        "contatto", "scambio", "bozza", "domanda", "risposta", "pratica", "pratica, risposta",
    }  # fmt: skip
    assert {row["nome"] for row in rows if row["tipo"] == "contatto"} == {
        "Anna Neri", "Bruno Verdi",
    }  # fmt: skip
    assert {row["profilo"] for row in rows} >= {"https://www.linkedin.com/in/anna-neri"}
