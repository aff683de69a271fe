from __future__ import annotations

from coach.analysis.names import card_names
from coach.schemas import Contact, Sender


def test_names_come_from_both_cards():
    contact = Contact(name="Ida D'Amico", company="Zeta srl", notes=("vista al Vinitaly", "ama i"))
    sender = Sender(name="Ugo Neri", can_offer=("una guida di Slow Food",))
    found = card_names(contact, sender)
    assert found == ("Ida", "D", "Amico", "Zeta", "Vinitaly", "Ugo", "Neri", "Slow", "Food")


def test_no_card_no_name():
    assert card_names(None, None) == ()
