"""The words that are names whatever they look like, because a card holds them."""

from __future__ import annotations

import re

from coach.schemas import Contact, Sender


def card_names(contact: Contact | None, sender: Sender | None) -> tuple[str, ...]:
    """Capitalised words of both people's cards: no dictionary need hold them."""
    texts = (
        *((contact.name, contact.company, *contact.notes) if contact else ()),
        *((sender.name, *sender.can_offer) if sender else ()),
    )
    words = (word for text in texts for word in re.findall(r"[^\W\d_]+", text))
    return tuple(dict.fromkeys(word for word in words if word[:1].isupper()))
