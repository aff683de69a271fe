import json
from pathlib import Path

import pytest

from coach.analysis.register import detect
from coach.analysis.text import clean, sentences
from coach.schemas import Register

SETS = Path(__file__).parent / "evals" / "language"


def told(text):
    normal = clean(text)
    return detect(normal, sentences(normal.text))


def rows(name):
    with (SETS / f"register_{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ciao Ida, hai visto la mostra?", Register.TU),
        ("Gentile dottoressa, La ringrazio per averLa potuta ascoltare.", Register.LEI),
        ("Ciao dottore, La disturbo un attimo: fammi sapere.", Register.MIXED),
        ("Gentile Ada, ti ringrazio e Le auguro buon lavoro.", Register.MIXED),
        ("Ciao a tutti, avete posti liberi per i concerti?", Register.NONE),
        ("Mia sorella ti saluta: le ho parlato di te.", Register.TU),
        ("Sul muro della scuola c'era «ti voglio bene».", Register.NONE),
        ("La Spezia e Le Mans sono gemellate da sei anni.", Register.NONE),
        ("Buongiorno, mi faccia sapere.", Register.LEI),
        ("Spero di conoscerti presto.", Register.TU),
        ("", Register.NONE),
    ],
)
def test_form_of_address(text, expected):
    assert told(text)[0] is expected


def test_marks_quote_the_original():
    text = "Gentile Ada, l’e\u0301lite\u200b è qui: La\u00a0ringrazio e t’aspetto, fammi sapere."
    register, marks = told(text)
    assert register is Register.MIXED
    assert {mark.quote for mark in marks} >= {"La", "fammi"}
    assert all(text[mark.start : mark.end] == mark.quote for mark in marks)
    assert {mark.register_used for mark in marks} == {Register.TU, Register.LEI}


@pytest.mark.parametrize(("name", "least"), [("dev", 0.93), ("test", 0.9)])
def test_own_sets(name, least):
    judged = [(row["register"], str(told(row["text"])[0])) for row in rows(name)]
    right = sum(wanted == got for wanted, got in judged)
    assert right / len(judged) >= least
    false_mixed = sum(wanted != "mixed" == got for wanted, got in judged)
    assert false_mixed / len(judged) <= 0.02


@pytest.mark.shared
def test_public_pairs():
    path = Path(__file__).parents[2] / "shared/evals/public/register/cocoa_mt_it_train.jsonl"
    if not path.exists():
        pytest.skip("the public sets are not beside the checkout")
    right = false = pairs = neutral = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["formal"] == row["informal"]:
            neutral += 1
            false += told(row["formal"])[0] is not Register.NONE
        else:
            pairs += 2
            right += told(row["formal"])[0] is Register.LEI
            right += told(row["informal"])[0] is Register.TU
    assert right / pairs >= 0.92
    assert false / neutral <= 0.1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ciao Anna, come va?", Register.NONE),
        ("Ciao Anna, va bene per tutti?", Register.NONE),
        ("Buongiorno Anna, come va?", Register.NONE),
        # A verb that may be of *Lei* does not outweigh the greeting.
        ("Ciao Anna, mi gira il CV?", Register.NONE),
        ("Ciao Anna, La ringrazio molto.", Register.MIXED),
        ("Buongiorno Anna, mi gira il CV?", Register.LEI),
    ],
)
def test_a_familiar_greeting_and_set_phrases(text, expected):
    assert told(text)[0] is expected
