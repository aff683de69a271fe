from __future__ import annotations

import pytest

from coach.rewrite.readdress import readdressed
from coach.schemas import Register


@pytest.mark.parametrize(
    ("tu", "lei"),
    [
        (
            "Ho letto il tuo articolo e mi ha colpito come racconti la montagna.",
            "Ho letto il Suo articolo e mi ha colpito come racconta la montagna.",
        ),
        ("Ti ho visto al parco e sei stata brava.", "L'ho vista al parco e è stata brava."),
        ("Ti ho scritto ieri.", "Le ho scritto ieri."),
        (
            "Ti seguo da anni e ammiro quello che fai per il quartiere.",
            "La seguo da anni e ammiro quello che fa per il quartiere.",
        ),
        (
            "So che lavori con i ragazzi e ti occupi di teatro.",
            "So che lavora con i ragazzi e si occupa di teatro.",
        ),
        (
            "Se ti va, beviamo un caffè quando ti è comodo.",
            "Se Le va, beviamo un caffè quando Le è comodo.",
        ),
        (
            "Mi piacerebbe conoscerti e mostrarti il laboratorio.",
            "Mi piacerebbe conoscerLa e mostrarLe il laboratorio.",
        ),
    ],
)
def test_tu_becomes_lei(tu: str, lei: str) -> None:
    assert readdressed(tu, Register.LEI) == lei


@pytest.mark.parametrize(
    "sentence", ["Ti abbiamo visto alla fiera.", "Sono felice di averti conosciuto."]
)
def test_what_would_have_to_agree_is_not_turned(sentence: str) -> None:
    assert readdressed(sentence, Register.LEI) == ""


@pytest.mark.parametrize(
    ("lei", "tu"),
    [
        ("Ho letto il Suo articolo con piacere.", "Ho letto il tuo articolo con piacere."),
        ("L'ho vista al convegno di Pisa.", "ti ho visto al convegno di Pisa."),
        ("Se vuole Le giro le foto.", "Se vuoi ti giro le foto."),
        ("È stato bello parlare con Lei alla fiera.", "È stato bello parlare con te alla fiera."),
        ("Mi piacerebbe mostrarLe il laboratorio.", "Mi piacerebbe mostrarti il laboratorio."),
    ],
)
def test_lei_becomes_tu(lei: str, tu: str) -> None:
    assert readdressed(lei, Register.TU) == tu


def test_a_verb_whose_subject_cannot_be_told_is_not_turned() -> None:
    assert readdressed("Lei lavora bene.", Register.TU) == ""
