"""The principles load, cite passages that exist, and a broken file is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from coach import rubric
from coach.errors import KnowledgeError
from coach.rubric import Detector, Rubric
from coach.schemas import CHANNEL_LIMITS, Act, Severity
from coach.settings import PROJECT

PRINCIPLES = PROJECT / "knowledge" / "principles"
NOTES = PROJECT / "knowledge" / "notes"

VIOLATIONS = {
    "early_ask",
    "intro_request",
    "free_service",
    "generic",
    "false_familiarity",
    "autobiography",
    "hard_sell",
    "pressure",
    "language_errors",
    "mixed_register",
    "too_long",
}
VIRTUES = {"how_met", "appreciation", "offer", "common_ground", "light_next_step"}

NOTE = """---
id: nota
title: La nota
author: Prima offri
date: "2026"
kind: guide
locator: scritta per i test
language: it
---
## Il titolo
<!-- domande: Una domanda? -->
Il passo citato.
"""

VIOLATION = """id: fretta
kind: violation
name: Fretta
meaning: Metti fretta.
why: Non serve.
advice: Lascia tempo.
severity: error
check: {id: calma, label: Con calma, weight: 3}
detector: acts
acts: [pressure]
source:
  note: nota
  heading: Il titolo
examples:
  flagged:
    - text: Rispondi subito.
      match: subito
      better: Rispondi con calma.
  clean:
    - text: Quando ti è comodo.
      relation: met
      why: Lascia tempo.
"""

VIRTUE = """id: dono
kind: virtue
name: Dono
meaning: Offri.
why: Serve.
advice: Offri.
check: {id: dono, label: Offre, weight: 2}
detector: acts
acts: [offer]
source: {note: nota, heading: Il titolo}
examples:
  flagged:
    - {text: Ti mando il libro., match: il libro}
  clean:
    - {text: Mi mandi il libro?, why: Chiede.}
"""


@pytest.fixture(scope="module")
def shipped() -> Rubric:
    return rubric.load(PRINCIPLES, NOTES)


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    for folder in ("principles", "notes"):
        (tmp_path / folder).mkdir()
    (tmp_path / "notes" / "nota.md").write_text(NOTE, encoding="utf-8")
    return tmp_path


def load(knowledge: Path, **files: str) -> Rubric:
    for stem, text in files.items():
        (knowledge / "principles" / f"{stem}.yaml").write_text(text, encoding="utf-8")
    return rubric.load(knowledge / "principles", knowledge / "notes")


# --- loading ------------------------------------------------------------------------------------


def test_a_principle_is_read_with_the_passage_it_cites(knowledge):
    loaded = load(knowledge, fretta=VIOLATION, dono=VIRTUE)
    principle = loaded["fretta"]
    assert principle.severity is Severity.ERROR
    assert principle.acts == (Act.PRESSURE,)
    assert principle.source.title == "La nota"
    assert principle.source.passage == "Il passo citato."
    assert (principle.source.source_id, principle.source.heading) == ("nota", "Il titolo")
    assert principle.examples.clean[0].message.relation == "met"
    assert [p.id for p in loaded] == ["fretta", "dono"]
    assert [p.id for p in loaded.violations] == ["fretta"]
    assert [p.id for p in loaded.virtues] == ["dono"]
    assert "dono" in loaded
    assert "altro" not in loaded
    with pytest.raises(KeyError):
        loaded["altro"]


def test_nothing_can_be_changed(knowledge):
    loaded = load(knowledge, fretta=VIOLATION)
    with pytest.raises(AttributeError):
        loaded.principles = ()
    with pytest.raises(ValidationError):
        loaded["fretta"].name = "Altro"


def test_the_version_follows_the_content(knowledge):
    first = load(knowledge, fretta=VIOLATION).version
    assert load(knowledge, fretta="# un commento\n" + VIOLATION).version == first
    assert load(knowledge, fretta=VIOLATION.replace("weight: 3", "weight: 4")).version != first
    (knowledge / "notes" / "nota.md").write_text(NOTE.replace("passo", "brano"), encoding="utf-8")
    assert load(knowledge, fretta=VIOLATION).version != first


def test_checks_are_shared_and_answered(knowledge):
    second = VIOLATION.replace("id: fretta", "id: colpa")
    gift = VIRTUE.replace("id: dono\n", "id: tempo\n")
    loaded = load(knowledge, fretta=VIOLATION, colpa=second, dono=VIRTUE, tempo=gift)
    assert [item.id for item in loaded.checks] == ["calma", "dono"]

    def passed(*found: str) -> dict[str, bool]:
        return {check.id: check.passed for check in loaded.answer(found)}

    assert passed() == {"calma": True, "dono": False}
    assert passed("colpa") == {"calma": False, "dono": False}
    assert passed("tempo") == {"calma": True, "dono": True}
    assert passed("fretta", "dono", "tempo") == {"calma": False, "dono": True}


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("name: Fretta", "nome: Fretta", 1, "manca la chiave «name»"),
        ("name: Fretta", "name: Fretta\nnome: F", 4, "chiave sconosciuta «nome»"),
        ("name: Fretta", "name: 3", 3, "deve essere un testo"),
        ("name: Fretta", "name: Fretta\nname: Ansia", 4, "scritta due volte"),
        ("name: Fretta", "name: [Fretta", 4, "YAML non valido"),
        ("kind: violation", "kind: vizio", 2, "valore sconosciuto 'vizio'"),
        ("severity: error", "severity: grave", 7, "valore sconosciuto 'grave'"),
        ("severity: error\n", "", 1, "deve avere una gravità"),
        ("kind: violation", "kind: virtue", 7, "una virtù non ha gravità"),
        ("weight: 3", "weight: molto", 8, "deve essere un numero intero"),
        ("weight: 3", "weight: 0", 8, "non inferiore a 1"),
        ("weight: 3", "weight: 3, peso: 3", 8, "chiave sconosciuta «check.peso»"),
        ("weight: 3}", "}", 8, "manca la chiave «check.weight»"),
        ("detector: acts", "detector: fiuto", 9, "valore sconosciuto 'fiuto'"),
        ("acts: [pressure]", "acts: [pressione]", 10, "valore sconosciuto 'pressione'"),
        ("acts: [pressure]", "acts: pressure", 10, "deve essere un elenco"),
        ("acts: [pressure]", "acts: []", 10, "almeno un atto"),
        ("detector: acts", "detector: language", 10, "non guarda gli atti"),
        ("note: nota", "note: altra", 12, "la nota «altra» non c'è"),
        ("heading: Il titolo", "heading: Un titolo", 13, "non ha una sezione «Un titolo»"),
        ("match: subito", "match: presto", 17, "non sono nel testo"),
        ("      better: Rispondi con calma.\n", "", 14, "manca «better»"),
        ("relation: met", "relation: amici", 21, "valore sconosciuto 'amici'"),
        ("      why: Lascia tempo.\n", "", 20, "manca la chiave «examples.clean.0.why»"),
        ("id: fretta", "id: furia", 1, "diverso dal nome del file"),
    ],
)
def test_a_broken_principle_is_refused_with_file_and_line(knowledge, old, new, line, says):
    assert old in VIOLATION
    with pytest.raises(KnowledgeError) as raised:
        load(knowledge, fretta=VIOLATION.replace(old, new, 1))
    assert f"fretta.yaml, riga {line}: " in str(raised.value)
    assert says in str(raised.value)


def test_examples_are_mandatory(knowledge):
    bare = VIOLATION[: VIOLATION.index("  clean:")] + "  clean: []\n"
    with pytest.raises(KnowledgeError, match=r"fretta\.yaml, riga 19: .*almeno 1 voci"):
        load(knowledge, fretta=bare)


def test_a_virtue_has_nothing_to_mend(knowledge):
    mended = VIRTUE.replace("match: il libro}", "match: il libro, better: un libro}")
    with pytest.raises(KnowledgeError, match=r"dono\.yaml, riga 11: .*niente «better»"):
        load(knowledge, dono=mended)


def test_an_id_used_twice_names_both_files(knowledge):
    with pytest.raises(KnowledgeError, match=r"furia\.yaml, riga 1: .*già usato da fretta\.yaml"):
        load(knowledge, fretta=VIOLATION, furia=VIOLATION)


def test_a_shared_check_must_agree(knowledge):
    heavier = VIOLATION.replace("id: fretta", "id: colpa").replace("weight: 3", "weight: 5")
    with pytest.raises(KnowledgeError, match=r"fretta\.yaml, riga 8: .*colpa\.yaml"):
        load(knowledge, fretta=VIOLATION, colpa=heavier)


def test_a_file_that_is_not_a_set_of_keys_is_refused(knowledge):
    for text in ("", "- una voce\n", "solo parole\n"):
        with pytest.raises(KnowledgeError, match=r"fretta\.yaml, riga 1: "):
            load(knowledge, fretta=text)


def test_a_folder_that_is_missing_empty_or_holds_something_else_is_refused(knowledge):
    with pytest.raises(KnowledgeError, match="non c'è nessun principio"):
        load(knowledge)
    with pytest.raises(KnowledgeError, match="non c'è"):
        rubric.load(knowledge / "assente", knowledge / "notes")
    (knowledge / "principles" / "fretta.yml").write_text(VIOLATION, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"fretta\.yml"):
        load(knowledge)


# --- the principles that are shipped ------------------------------------------------------------


def test_every_label_of_the_rubric_has_its_principle(shipped):
    assert {principle.id for principle in shipped.violations} == VIOLATIONS
    assert {principle.id for principle in shipped.virtues} == VIRTUES


def test_every_principle_has_examples_of_both_kinds(shipped):
    for principle in shipped:
        assert len(principle.examples.flagged) >= 6, principle.id
        assert len(principle.examples.clean) >= 6, principle.id


def test_no_example_is_given_twice(shipped):
    texts = [
        example.text
        for principle in shipped
        for example in (*principle.examples.flagged, *principle.examples.clean)
    ]
    assert len(texts) == len(set(texts))


def test_matches_are_in_their_texts_and_repairs_change_something(shipped):
    for principle in shipped:
        for example in principle.examples.flagged:
            assert example.match in example.text
            assert example.better != example.text
            assert (example.better is not None) == principle.is_violation


def test_only_the_too_long_examples_are_too_long(shipped):
    for principle in shipped:
        too_long = principle.id == "too_long"
        for example in principle.examples.flagged:
            limit = CHANNEL_LIMITS[example.channel]
            assert (len(example.text) > limit) == too_long, example.text
            assert example.better is None or len(example.better) <= limit
        for example in principle.examples.clean:
            assert len(example.text) <= CHANNEL_LIMITS[example.channel], example.text


def test_the_acts_that_matter_are_all_used(shipped):
    used = {act for principle in shipped for act in principle.acts}
    # `personal` is what the generic detector looks for by itself.
    assert used == set(Act) - {Act.PERSONAL}
    assert {principle.detector for principle in shipped} == set(Detector)


def test_the_score_runs_from_nothing_to_a_hundred(shipped):
    def score(*found: str) -> int:
        return sum(check.weight for check in shipped.answer(found) if check.passed)

    assert sum(item.weight for item in shipped.checks) == 100
    assert score(*VIOLATIONS) == 0
    assert score(*VIRTUES) == 100
    assert score("offer") >= 90
    assert score("early_ask", "generic") < 40
    assert score("hard_sell", "generic") < 50
    assert score("early_ask", "how_met") < score("how_met") < score("how_met", "offer")


def test_what_a_draft_may_miss_is_a_check(shipped):
    assert {"offer", "how_met", "personal"} <= {item.id for item in shipped.checks}
