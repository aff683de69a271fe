from __future__ import annotations

import pytest

from coach.rewrite.discretion import unsaid
from coach.rewrite.fragments import pieces
from coach.rewrite.jotting import tidy, written_out


@pytest.mark.parametrize(
    ("note", "read"),
    [
        ("fermo di 3 gg", "fermo di 3 giorni"),
        ("foto x il sito", "foto per il sito"),
        ("nov. 2023", "novembre 2023"),
        ("banchetto, sab 9 nov", "banchetto, 9 novembre"),
        ("analisi di 2 pag", "analisi di 2 pagine"),
        ("rifare l'isee", "rifare l'ISEE"),
        ("ci si è visti a Pisa", "ci siamo visti a Pisa"),
    ],
)
def test_abbreviations_are_written_out(note: str, read: str) -> None:
    assert written_out(note) == read


@pytest.mark.parametrize(
    ("note", "read"),
    [
        ("workshop di ceramica (stesso tavolo)", "workshop di ceramica"),
        ("progetto aperto (Polars)", "progetto aperto (Polars)"),
        ("post su pasta bio", "post sulla pasta bio"),
        ("stampe su carta", "stampe su carta"),
        ("CERCA ARTIGIANI AFFIDABILI", "cerca artigiani affidabili"),
        ("Cioè conosciuti al mercato", "conosciuti al mercato"),
    ],
)
def test_notes_are_tidied(note: str, read: str) -> None:
    assert tidy(note) == read


@pytest.mark.parametrize(
    ("note", "read"),
    [
        ("post LinkedIn: fermo forno", ("post LinkedIn sul fermo forno",)),
        ("App Bookly - la uso da 2 anni", ("uso l'app Bookly da 2 anni",)),
        ("lampada Onda, vista al Fuorisalone", ("visto la lampada Onda al Fuorisalone",)),
        ("BookCity, panel sulla traduzione", ("panel sulla traduzione a BookCity",)),
        ('"Respiro" (documentario)', ('documentario "Respiro"',)),
        ("articolo: l'organo non suona", ("articolo", "l'organo non suona")),
        ("masterclass a Siena, giugno", ("masterclass a Siena, a giugno",)),
        ("festa, agosto 2023", ("festa nell'agosto 2023",)),
        ("stesso liceo: Parini", ("stesso liceo, Parini",)),
        ("catalogo che seguo da anni", ("seguo da anni il suo catalogo",)),
        ("Neuroni e vino, il suo podcast", ('il suo podcast "Neuroni e vino"',)),
    ],
)
def test_two_halves_make_one_statement(note: str, read: tuple[str, ...]) -> None:
    assert pieces(note) == read


@pytest.mark.parametrize(
    "note",
    [
        "divorziata",
        "guadagna molto",
        "parla poco italiano",
        "paga sempre in ritardo",
        "molto timida",
        "mail del 3 marzo senza risposta",
        "ci siamo scambiati i numeri",
        "mi ha detto di mandargli il cv",
        "pubblicaz. sullo stress idrico",
        "posizione aperta da data analyst",
        "dorme male",
        "sito pieno di refusi",
        "copertine un po' datate",
        "etichetta bella ma si legge male",
        "il suo pane non lievita bene",
        "abita al terzo piano",
    ],
)
def test_what_is_kept_to_oneself(note: str) -> None:
    assert unsaid(note)


@pytest.mark.parametrize(
    "note", ["cerca un socio", "parla di bandi alla radio", "dirige il coro", "webinar. cerca soci",
             "conferenza sull'insonnia", "menu vegano", "ci ha presentati mia suocera",
             "ha un cane che zoppica"],
)  # fmt: skip
def test_what_can_be_said(note: str) -> None:
    assert not unsaid(note)
