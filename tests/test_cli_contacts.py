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
        ("export", "x.pdf"),
        ("import", "non-esiste.csv"),
        ("import", "x.csv", "--column", "name"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(coach, anna, words):
    before = coach("contacts", "list", "--json").out
    ran = coach("contacts", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("coach: ")
    assert coach("contacts", "list", "--json").out == before


def test_a_card_is_edited(coach, anna):
    coach("contacts", "edit", anna, "--role", "enologa", "--relation", "met")
    row = coach("contacts", "show", anna, "--json").row
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
    assert "2 nuovi" in done.out
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


def test_a_copy_is_put_back(coach, anna, tmp_path):
    copy = tmp_path / "copia.sqlite"
    assert coach("backup", copy).code == 0
    coach("contacts", "forget", anna, "--yes")
    assert coach("contacts", "list").out == ""
    assert coach("restore", copy, "--yes").code == 0
    assert "Anna Sala" in coach("contacts", "list").out
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
