"""`coach contacts`, `coach profile`, `coach ask`, and `--contact` on a draft."""

import csv
import io
import json

import pytest

CONNECTIONS = """First Name,Last Name,URL,Email Address,Company,Position,Connected On
Anna,Sala,https://www.linkedin.com/in/anna-sala,anna@sala.example,Sala Vini,Titolare,12 Mar 2024
Ugo,Neri,https://www.linkedin.com/in/ugo-neri,,Neri srl,Responsabile acquisti,01 gen 2025
,,,,,,
"""


@pytest.fixture
def anna(coach):
    added = coach(
        "contacts", "add", "Anna Sala", "--company", "Sala Vini", "--note", "cerca un socio"
    )
    return added.out.split("\t")[0]


def test_a_contact_is_added_listed_and_shown(coach, anna):
    assert coach("contacts", "list").out == f"{anna}\tAnna Sala\tSala Vini\n"
    row = coach("contacts", "list", "--json").row
    assert (row["id"], row["name"], row["company"]) == (anna, "Anna Sala", "Sala Vini")
    assert (row["notes"], row["exchanges"], row["last"]) == (["cerca un socio"], 0, None)
    shown = coach("contacts", "show", anna)
    assert "Anna Sala" in shown.out
    assert "- cerca un socio" in shown.out
    assert coach("contacts", "show", anna, "--json").row["balance"]["relation"] == "stranger"


def test_a_contact_can_be_named_instead_of_numbered(coach, anna):
    assert coach("contacts", "show", "anna sala").code == 0
    assert coach("contacts", "note", "Anna Sala", "ama la montagna").code == 0
    assert "ama la montagna" in coach("contacts", "show", anna).out


@pytest.mark.parametrize(
    "words",
    [
        ("show", "nessuno"),
        ("note", "nessuno", "x"),
        ("gave", "nessuno", "x"),
        ("balance", "nessuno"),
        ("forget", "nessuno", "--yes"),
        ("export", "nessuno", "x.json"),
        ("edit", "nessuno", "--role", "x"),
    ],
)
def test_an_unknown_contact_is_said_to_be_so(coach, anna, words):
    ran = coach("contacts", *words)
    assert ran.code == 2
    assert "nessuno" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ("add", " "),
        ("edit", "Anna Sala"),
        ("note", "Anna Sala", "  "),
        ("gave", "Anna Sala", ""),
        ("show", ""),
        ("export", "x.pdf"),
        ("import", "non-esiste.csv"),
        ("import", "x.csv", "--column", "name"),
        ("import", "x.csv", "--column", "name=A", "--column", "name=B"),
        ("import", "x" * 300),
        ("import", "."),
    ],
)
def test_bad_input_is_told_and_changes_nothing(coach, anna, words):
    before = coach("contacts", "list", "--json").out
    ran = coach("contacts", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("coach: ")
    assert coach("contacts", "list", "--json").out == before


def test_a_part_of_a_name_is_told_whose_it_may_be(coach, anna):
    coach("contacts", "add", "Ugo Dell’Acqua")
    ran = coach("contacts", "forget", "anna", "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert f"Forse cerchi {anna} (Anna Sala, Sala Vini)." in ran.err
    assert "Ugo Dell’Acqua" in coach("contacts", "show", "dell'acqua").err
    assert len(coach("contacts", "list", "--json").rows) == 2


def test_a_card_takes_a_line_of_the_list_whatever_was_typed(coach, anna):
    coach("contacts", "edit", anna, "--role", "socia\ne\ttitolare", "--company", " Sala\n Vini ")
    assert coach("contacts", "list").out == f"{anna}\tAnna Sala\tsocia e titolare, Sala Vini\n"


def test_nobody_in_the_list_is_told(coach, anna):
    none = coach("contacts", "list", "zzz")
    assert (none.code, none.out, none.err) == (0, "", "Nessun contatto con queste parole.\n")
    assert coach("contacts", "list", "zzz", "--json").out == ""


def test_a_card_is_edited(coach, anna):
    coach("contacts", "edit", anna, "--role", "enologa", "--relation", "met", "--register", "Lei")
    row = coach("contacts", "show", anna, "--json").row
    assert row["register_used"] == "Lei"
    assert (row["role"], row["company"], row["relation"]) == ("enologa", "Sala Vini", "met")
    assert row["balance"]["reason"] == "L'hai indicato tu."


def test_the_balance_follows_what_is_noted(coach, anna):
    assert "prima offri" in coach("contacts", "balance", anna).out
    assert "1 cosa offerta" in coach("contacts", "gave", anna, "una guida ai bandi").out
    assert "1 chiesta" in coach("contacts", "asked", anna, "un parere sul sito").out
    row = coach("contacts", "balance", anna, "--json").row
    assert (row["given"], row["asked"]) == (["una guida ai bandi"], ["un parere sul sito"])
    assert row["may_ask"] is False


def test_an_export_of_linkedin_comes_in_once(coach, tmp_path):
    file = tmp_path / "Connections.csv"
    file.write_text(CONNECTIONS, encoding="utf-8")
    tried = coach("contacts", "import", file, "--dry-run", "--json").row
    assert tried["new"] == 2
    assert coach("contacts", "list").out == ""
    done = coach("contacts", "import", file)
    assert "Contatti: 2 nuovi, 0 aggiornati" in done.out
    again = coach("contacts", "import", file, "--json").row
    assert (again["new"], again["unchanged"]) == (0, 2)
    assert [row["name"] for row in coach("contacts", "list", "--json").rows] == [
        "Anna Sala",
        "Ugo Neri",
    ]
    assert [row["name"] for row in coach("contacts", "list", "neri", "--json").rows] == ["Ugo Neri"]


def test_a_table_needs_to_know_its_columns(coach, tmp_path):
    file = tmp_path / "clienti.csv"
    file.write_text("Chi;Ditta\nPia Conti;Conti snc\n", encoding="utf-8")
    refused = coach("contacts", "import", file)
    assert refused.code == 2
    assert coach("contacts", "list").out == ""
    coach("contacts", "import", file, "--column", "name=Chi", "--column", "company=Ditta")
    assert coach("contacts", "list", "--json").row["company"] == "Conti snc"


def test_everything_can_be_taken_out(coach, anna, tmp_path):
    coach("contacts", "gave", anna, "=HYPERLINK(1)")
    coach("contacts", "export", tmp_path / "tutto.json")
    assert "Anna Sala" in (tmp_path / "tutto.json").read_text("utf-8")
    json.loads((tmp_path / "tutto.json").read_text("utf-8"))
    coach("contacts", "export", anna, tmp_path / "anna.csv")
    cells = [c for row in csv.reader(io.StringIO((tmp_path / "anna.csv").read_text("utf-8")))
             for c in row]  # fmt: skip
    assert any("HYPERLINK" in cell for cell in cells)
    assert not any(cell.startswith("=") for cell in cells)


def test_a_forgotten_person_is_nowhere(coach, anna, coach_home):
    coach("contacts", "add", "Ugo Neri", "--note", "amico di Anna Sala")
    refused = coach("contacts", "forget", anna)
    assert refused.code == 2  # nobody is there to confirm
    assert coach("contacts", "show", anna).code == 0
    proof = coach("contacts", "forget", anna, "--yes")
    assert proof.code == 0, proof.err
    assert coach("contacts", "show", anna).code == 2
    left = [p for p in coach_home.rglob("*") if p.is_file() and b"Anna Sala" in p.read_bytes()]
    assert left == []
    assert coach("contacts", "list", "--json").row["name"] == "Ugo Neri"


def test_the_beginning_of_an_identifier_forgets_nobody_unasked(coach, anna):
    assert coach("contacts", "show", anna[:3]).code == 0
    ran = coach("contacts", "forget", anna[:3], "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert anna in ran.err
    assert coach("contacts", "forget", "anna  SALA", "--yes").code == 0
    assert coach("contacts", "list").out == ""


def test_a_copy_is_put_back(coach, anna, tmp_path):
    copy = tmp_path / "copia.sqlite"
    assert coach("backup", copy).code == 0
    coach("contacts", "forget", anna, "--yes")
    assert coach("contacts", "list").out == ""
    assert coach("restore", copy, "--yes").code == 0
    assert "Anna Sala" in coach("contacts", "list").out
    for nowhere in (tmp_path, tmp_path / "nessuna" / "copia.sqlite", "."):
        assert coach("backup", nowhere).code == 2
    (tmp_path / "finta.sqlite").write_bytes(b"non una copia")
    assert coach("restore", tmp_path / "finta.sqlite", "--yes").code == 2
    assert "Anna Sala" in coach("contacts", "list").out


def test_reminders_become_a_calendar(coach, anna, tmp_path):
    assert "Nessuno" in coach("contacts", "reminders").out
    assert coach("contacts", "reminders", "--ics", tmp_path / "p.ics").code == 0
    assert (tmp_path / "p.ics").read_text().startswith("BEGIN:VCALENDAR")


def test_the_profile_is_kept(coach):
    coach("profile", "--name", "Luca Bo", "--offer", "una guida", "--offer", "due contatti")
    coach("profile", "--about", "grafico")
    row = coach("profile", "--json").row
    assert row == {
        "name": "Luca Bo",
        "about": "grafico",
        "can_offer": ["una guida", "due contatti"],
    }
    row = coach("profile", "--name", " Luca\n Bo ", "--offer", "", "--json").row
    assert (row["name"], row["can_offer"]) == ("Luca Bo", [])


def test_a_draft_for_a_contact_knows_the_relation(coach, anna):
    ask = "Ciao Anna, mi gireresti il contatto del tuo commercialista?"
    first = coach("critique", "--contact", anna, "--json", stdin=ask).row
    assert "early_ask" in [found["id"] for found in first["violations"]]
    coach("contacts", "edit", anna, "--relation", "established")
    then = coach("critique", "--contact", anna, "--json", stdin=ask).row
    assert "early_ask" not in [found["id"] for found in then["violations"]]
    told = coach("critique", "--contact", anna, "--relation", "stranger", "--json", stdin=ask).row
    assert "early_ask" in [found["id"] for found in told["violations"]]


def test_a_rewrite_for_a_contact_uses_card_and_profile(coach, anna):
    coach("profile", "--name", "Luca Bo", "--offer", "una guida ai contratti fra soci")
    row = coach("rewrite", "--contact", anna, "--no-llm", "--json", stdin="Ciao, come va?").row
    assert "Anna" in row["text"]
    assert "guida ai contratti" in row["text"]


def test_a_contact_and_a_batch_do_not_go_together(coach, anna, batch):
    ran = coach("critique", "--contact", anna, "--batch", batch({"id": 1, "text": "Ciao"}))
    assert ran.code == 2


@pytest.mark.parametrize("question", ["", "  ", "?!", "🙂"])
def test_an_empty_question_is_not_answered(coach, question):
    ran = coach("ask", question, "--json")
    assert (ran.code, ran.out) == (2, "")
    assert "domanda" in ran.err


@pytest.mark.parametrize("words", [("ask", "quando chiedo?"), ("critique",), ("rewrite",)])
def test_a_contact_left_blank_is_not_everybody(coach, words):
    ran = coach(*words, "--contact", "", stdin="Ciao Anna, come va?")
    assert (ran.code, ran.out) == (2, "")


def test_an_answer_follows_the_contract(coach, anna, small_library):
    row = coach("ask", "è il momento di chiedere?", "--contact", anna, "--json").row
    assert set(row) >= {"answer", "citations", "grounded"}
    assert row["answer"]
    assert all(set(cited) == {"n", "title", "passage"} for cited in row["citations"])
    unknown = coach("ask", "quando compie gli anni?", "--contact", anna, "--json").row
    assert (unknown["grounded"], unknown["citations"]) == (False, [])


@pytest.mark.parametrize(
    "words", [("rewrite",), ("critique", "--llm")], ids=["rewrite", "critique"]
)
def test_a_remote_model_reads_of_a_contact_only_when_told_so(coach, anna, words, monkeypatch):
    monkeypatch.setenv("COACH_MODEL", "un-modello")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://modelli.example.org/v1")
    # The tests' guard of the network stops whoever tries to speak to it.
    ran = coach(*words, "--contact", anna, "--json", stdin="Ciao Anna, come va?")
    assert ran.code == 0
    written = ran.row if words == ("rewrite",) else ran.row["rewrite"]
    assert written["origin"] == "composer"
    assert "--share-contact" in ran.err
    with pytest.raises(BaseException, match=r"modelli\.example\.org"):
        coach(*words, "--contact", anna, "--share-contact", stdin="Ciao Anna, come va?")
