"""`coach practice`: in the terminal, from a script, and its history."""

import csv
import json
import os
import subprocess
import sys

import pytest

from coach.settings import PROJECT

GOOD = (
    "Buongiorno, l'ho ascoltata al convegno di Trento e il suo esempio sui turni mi ha chiarito "
    "molte cose. Ho raccolto in due pagine come lo fanno tre reparti simili: gliele mando?"
)
RUDE = "Salve, sono in cerca di lavoro: mi può girare il mio CV al suo direttore entro domani?"


@pytest.fixture
def persona(coach):
    return coach("practice", "--list", "--json").rows[0]


def test_there_are_people_to_practise_with(coach):
    rows = coach("practice", "--list", "--json").rows
    assert len(rows) >= 12
    assert len({row["name"] for row in rows}) == len(rows)
    assert rows[0]["name"] in coach("practice", "--list").out


def test_a_practice_is_played_and_debriefed(coach, persona):
    ran = coach(
        "practice", "--persona", persona["name"], "--no-llm",
        stdin=f"{RUDE}\n\n{GOOD}\n\n/fine\n{GOOD}\n\n",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "freddo]" in ran.out
    assert "Riepilogo" in ran.out
    assert "adesso" in ran.out
    assert "Traceback" not in ran.err


def test_a_hint_is_given_on_request_only(coach, persona):
    played = ("practice", "--persona", persona["name"], "--no-llm")
    assert "Suggerimento" in coach(*played, stdin=f"/aiuto\n{RUDE}\n\n/fine\n").err
    assert "Suggerimento" not in coach(*played, stdin=f"{RUDE}\n\n/fine\n").err


def test_what_was_written_before_the_end_is_sent(coach, persona):
    played = ("practice", "--persona", persona["name"], "--no-llm", "--json")
    row = coach(*played, stdin=f"{RUDE}\n/fine\n{GOOD}\n\n").row
    assert [turn["learner"] for turn in row["turns"]] == [RUDE]


def test_an_unknown_command_is_no_message(coach, persona):
    played = ("practice", "--persona", persona["name"], "--no-llm", "--json")
    ran = coach(*played, stdin=f"/help\n{RUDE}\n\n/FINE\n")
    assert "/aiuto" in ran.err.split("Non conosco /help")[1]
    assert [turn["learner"] for turn in ran.row["turns"]] == [RUDE]


def test_a_practice_as_long_as_can_be_is_reviewed(coach, persona):
    played = ("practice", "--persona", persona["name"], "--no-llm", "--json")
    ran = coach(*played, stdin="".join(f"Buongiorno, ecco il numero {n}.\n\n" for n in range(40)))
    assert ran.code == 0
    assert len(ran.row["turns"]) == 30


def test_a_redraft_without_a_word_is_asked_again(coach, persona):
    ran = coach(
        "practice", "--persona", persona["name"], "--no-llm",
        stdin=f"{RUDE}\n\n/fine\n...\n\n{GOOD}\n\n",
    )  # fmt: skip
    assert ran.code == 0
    assert "nessuna parola" in ran.err
    assert "adesso" in ran.out


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_message_pasted_in_paragraphs_is_one(coach_home):
    import pty

    pasted = f"Gentile dottoressa,\n\n{GOOD}\n\nUn saluto,\nAda\n\n"
    keyboard, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "coach", "practice", "--persona", "Elena Bassi", "--json"],
        cwd=PROJECT, env={**os.environ, "COACH_MODEL": "none"}, stdin=terminal,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(terminal)
    try:
        for wanted, typed in ((b"Tu:", pasted), (b"Tu:", "/fine\n")):
            while wanted not in process.stderr.readline():
                assert process.poll() is None
            os.write(keyboard, typed.encode())
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        os.close(keyboard)
    (turn,) = json.loads(out)["turns"]
    assert turn["learner"] == pasted.strip()


def test_nothing_said_is_nothing_to_review(coach, persona):
    ran = coach("practice", "--persona", persona["name"], "--no-llm", stdin="/fine\n")
    assert (ran.code, ran.out) == (0, "")


def test_a_contact_can_be_practised_with(coach):
    coach("contacts", "add", "Anna Sala", "--role", "enologa")
    ran = coach(
        "practice", "--contact", "Anna Sala", "--no-llm", "--json", stdin=f"{GOOD}\n\n/fine\n"
    )
    assert ran.code == 0, ran.err
    assert ran.row["turns"][0]["learner"] == GOOD


@pytest.mark.parametrize("words", [("--persona", "Nessuno"), ("--contact", "Nessuno")])
def test_nobody_is_said_to_be_nobody(coach, words):
    ran = coach("practice", *words)
    assert ran.code == 2
    assert "Nessuno" in ran.err


def test_a_script_follows_the_contract(coach, batch):
    file = batch(
        {"id": "p1", "turns": [GOOD, RUDE], "difficulty": "facile"},
        {"id": "p2", "turns": []},
        b"{rotta",
        {"id": "p4", "turns": ["Ciao"], "difficulty": "impossibile"},
        {"id": "p5", "turns": [RUDE], "relation": "met", "channel": "email"},
        {"id": 6, "turns": [RUDE], "relation": None, "persona": None, "difficulty": None},
        {"id": "p7", "turns": [None]},
        {"id": "p8", "turns": "Ciao", "persona": 42},
        {"id": "p9", "turns": ["Ciao"] * 31},
        {"id": "p10", "turns": ["Ciao, come va? " * 10_000]},
    )
    ran = coach("practice", "--script", file, "--json")
    assert ran.code == 1
    ids = ["p1", "p2", None, "p4", "p5", 6, "p7", "p8", "p9", "p10"]
    assert [row["id"] for row in ran.rows] == ids
    failed = [row for row in ran.rows if "error" in row]
    assert [row["id"] for row in failed] == ["p2", None, "p4", "p7", "p8", "p9", "p10"]
    assert all(set(row) == {"id", "error"} for row in failed)
    first = ran.rows[0]
    assert [turn["learner"] for turn in first["turns"]] == [GOOD, RUDE]
    stances = {"freddo", "cauto", "curioso", "disponibile"}
    for turn in first["turns"]:
        assert {turn["stance_before"], turn["stance_after"]} <= stances
        assert turn["reply"]
        assert turn["origin"] in ("model", "fallback")
    assert "early_ask" in first["turns"][1]["findings"]
    assert set(first["debrief"]) >= {"score", "did_well", "to_improve", "next_draft_hint"}


def test_the_history_comes_out_as_a_table(coach, persona, tmp_path):
    none = coach("practice", "--history", tmp_path / "h.csv")
    assert none.code == 2
    coach("practice", "--persona", persona["name"], "--no-llm", stdin=f"{RUDE}\n\n/fine\n")
    assert coach("practice", "--history", tmp_path / "h.csv").code == 0
    with (tmp_path / "h.csv").open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) >= 1
    assert persona["name"] in rows[0].values()
