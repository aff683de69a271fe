from __future__ import annotations

import pytest

from coach.rewrite.names import Named, is_organisation, is_plural, read_name
from coach.schemas import Contact


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("dott. Aldo Mori", Named("Aldo Mori", "dott.")),
        ("il dottor Cattaneo", Named("Cattaneo", "dottor")),
        ("la sig.ra Dora del bar", Named("Dora", "sig.ra")),
        ("M° Clara Fusco", Named("Clara Fusco")),
        ("Gent.ma Dott.ssa Ilaria Preti", Named("Ilaria Preti", "dott.ssa")),
        ("Dott.ssa Paola Ricci - Fondazione Lavoro", Named("Paola Ricci", "dott.ssa")),
        ("hotel Bellavista (sig. Guido)", Named("Guido", "sig.")),
        ("Questura Dott. Salvi", Named("Salvi", "dott.")),
        ("il Rota Arredi", Named("Rota Arredi", house=True)),
        ("i Molini SpA", Named("Molini SpA", house=True)),
        ("l'Antica Drogheria Salvi", Named("Antica Drogheria Salvi", house=True)),
        ("quelli del GAS Lambrate", Named("GAS Lambrate", house=True)),
        ("Spett.le Condominio Aurora", Named("Condominio Aurora", house=True)),
        ("ist. comp. Manzoni", Named("istituto comprensivo Manzoni", house=True)),
        ("Orto sociale di via Padova", Named("Orto sociale di via Padova", house=True)),
        ("le sorelle Piras", Named("sorelle Piras")),
        ("Sindaca di Bagnoregio", Named("Sindaca di Bagnoregio")),
        ("Anna De Luca", Named("Anna De Luca")),
    ],
)
def test_a_name_is_taken_apart(name: str, read: Named) -> None:
    assert read_name(Contact(name=name)) == read


@pytest.mark.parametrize(
    ("role", "read"),
    [
        ("stilista", Named("Paolo Melis")),
        ("sarto", Named("Stilista Paolo Melis")),
    ],
)
def test_a_role_before_a_name_is_dropped(role: str, read: Named) -> None:
    assert read_name(Contact(name="Stilista Paolo Melis", role=role)) == read


def test_a_body_keeps_the_word_that_says_what_it_is() -> None:
    contact = Contact(name="Ottica Lumière", role="ottica")
    assert read_name(contact) == Named("Ottica Lumière", house=True)


def test_a_body_is_told_by_its_role_unless_it_has_a_persons_name() -> None:
    assert read_name(Contact(name="Gli Scarafaggi", role="cover band")).house
    assert not read_name(Contact(name="Gaetano Ruo", role="direttore banda")).house
    assert not read_name(Contact(name="Rita Sala", role="farmacia")).house


def test_a_name_that_is_the_firms_is_the_firm() -> None:
    assert read_name(Contact(name="Lenzi Fiori", company="Lenzi Fiori")).house
    assert not read_name(Contact(name="Paolo Bric", company="Paolo Bric")).house


@pytest.mark.parametrize("name", ["Comune di Bra", "Alba onlus", "Ciclofficina Pedalò", "ASD Voga"])
def test_bodies(name: str) -> None:
    assert is_organisation(name)


@pytest.mark.parametrize("name", ["Tommi & Nico", "Arch. Monti e Ing. Sala", "fratelli Bo"])
def test_several_people(name: str) -> None:
    assert is_plural(name)
    assert not is_plural("Elena Mori")
