from __future__ import annotations

import pytest

from coach.rewrite.bonds import BONDS, Bond, bond_in


@pytest.mark.parametrize("bond", BONDS, ids=lambda bond: bond.example)
def test_each_row_says_its_example(bond: Bond) -> None:
    assert bond_in(bond.example, stranger=False) == (bond.kind, bond.said)


@pytest.mark.parametrize("bond", BONDS, ids=lambda bond: bond.example)
def test_only_some_are_said_to_a_stranger(bond: Bond) -> None:
    assert (bond_in(bond.example, stranger=True) is not None) is bond.stranger


@pytest.mark.parametrize(
    "note", ["conosce bene Excel", "cerca un socio", "amica del mare", "cliente difficile"]
)
def test_other_notes_are_no_bond(note: str) -> None:
    assert bond_in(note, stranger=False) is None
