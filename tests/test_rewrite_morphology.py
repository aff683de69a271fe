from __future__ import annotations

import pytest

from coach.rewrite import morphology
from coach.schemas import Register

TU, LEI = Register.TU, Register.LEI


@pytest.mark.parametrize(
    ("note", "tu", "lei"),
    [
        ("ogni tanto cerca tipografi", "ogni tanto cerchi tipografi", "ogni tanto cerca tipografi"),
        ("si occupa di lane", "ti occupi di lane", "si occupa di lane"),
        ("le serve un forno", "ti serve un forno", "Le serve un forno"),
        ("anche lei suona", "anche tu suoni", "anche Lei suona"),
        ("ha perso il suo garzone", "hai perso il tuo garzone", "ha perso il Suo garzone"),
        ("vuole vendere e cerca un socio", "vuoi vendere e cerchi un socio", None),
        ("ha un allievo che studia a Pisa", "hai un allievo che studia a Pisa", None),
        ("ha detto che cerca casa", "hai detto che cerchi casa", None),
        ("le ho prestato il tornio", "ti ho prestato il tornio", "Le ho prestato il tornio"),
        ("fatica a dormire", "fatichi a dormire", "fatica a dormire"),
        ("voleva un'insegna", "volevi un'insegna", "voleva un'insegna"),
        ("cercano semi e organizzano corsi", "cercate semi e organizzate corsi", None),
        ("mi ha detto che i bambini non mangiano", "mi hai detto che i bambini non mangiano", None),
        ("posso aiutarla in archivio", "posso aiutarti in archivio", "posso aiutarLa in archivio"),
        ("verificare l'impianto", "verificare l'impianto", "verificare l'impianto"),
    ],
)
def test_addressed(note: str, tu: str, lei: str | None) -> None:
    assert morphology.addressed(note, TU) == tu
    if lei is not None:
        assert morphology.addressed(note, LEI) == lei


@pytest.mark.parametrize(
    ("phrase", "definite", "indefinite"),
    [
        ("stage di cucito", "lo stage di cucito", "uno stage di cucito"),
        ("escursione al lago", "l'escursione al lago", "un'escursione al lago"),
        ("intervista alla radio", "l'intervista alla radio", "un'intervista alla radio"),
        ("biglietti per la gara", "i biglietti per la gara", "dei biglietti per la gara"),
        ("riprese della regata", "le riprese della regata", "delle riprese della regata"),
        ("playlist di canti", "la playlist di canti", "una playlist di canti"),
        ("ore di sartoria", "le ore di sartoria", "delle ore di sartoria"),
        ("il forno", "il forno", "il forno"),
    ],
)
def test_articles(phrase: str, definite: str, indefinite: str) -> None:
    assert morphology.with_definite(phrase) == definite
    assert morphology.with_indefinite(phrase) == indefinite


def test_no_article_is_guessed_for_an_ambiguous_noun() -> None:
    assert morphology.with_definite("cliente di Bari") is None


@pytest.mark.parametrize(
    ("preposition", "phrase", "expected"),
    [
        ("a", "il convegno", "al convegno"),
        ("di", "l'associazione", "dell'associazione"),
        ("di", "un corso", "di un corso"),
        ("a", "Anna", "ad Anna"),
    ],
)
def test_contractions(preposition: str, phrase: str, expected: str) -> None:
    assert morphology.with_preposition(preposition, phrase) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("presentarle", ("presentare", "le")),
        ("rileggere", ("rileggere", "")),
        ("corsi", None),
        ("versi", None),
        ("mare", None),
    ],
)
def test_infinitives(word: str, expected: tuple[str, str] | None) -> None:
    assert morphology.infinitive_of(word) == expected


def test_first_person_of_infinitives() -> None:
    pairs = {"rileggere": "rileggo", "spedire": "spedisco", "offrire": "offro", "dare": "do"}
    assert {verb: morphology.first_of_infinitive(verb) for verb in pairs} == pairs
