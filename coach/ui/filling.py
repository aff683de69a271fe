"""A draft filled in from a contact: who it is for, how well you know each other, who you are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NoReturn

import streamlit as st

from coach.schemas import Balance, Channel, ContactCard, Register, Sender
from coach.ui import session, state
from coach.ui.state import Draft

#: An exchange so recent makes the next message a follow-up.
RECENT = timedelta(days=60)


def addressed(draft: Draft, card: ContactCard, standing: Balance, register: Register) -> Draft:
    """The draft, addressed to a contact.

    Args:
        draft: what is not about the recipient stays as it is.
        card: the contact.
        standing: where the person stands with them; it gives the relation.
        register: the form of address used with them (`Coach.form_of_address`).
    """
    return draft.model_copy(
        update={
            "contact_id": card.id,
            "relation": standing.relation,
            "register_wanted": register,
            "to_name": card.name,
            "to_role": card.role,
            "to_company": card.company,
            "notes": "\n".join(card.notes),
        }
    )


def channel(card: ContactCard, standing: Balance, now: datetime) -> Channel:
    """Where one would write to a contact; `now` is in UTC and tells a follow-up from a start."""
    if standing.last is not None and now - standing.last < RECENT:
        return Channel.FOLLOW_UP
    if card.email and not card.url:
        return Channel.EMAIL
    if card.url and card.connected_on is None and standing.last is None:
        return Channel.LINKEDIN_INVITE
    return Channel.LINKEDIN_MESSAGE


def signed(draft: Draft, profile: Sender) -> Draft:
    """The draft, with what the person says of themselves wherever it says nothing."""
    return draft.model_copy(
        update={
            "my_name": draft.my_name or profile.name,
            "my_about": draft.my_about or profile.about,
            "offers": draft.offers or "\n".join(profile.can_offer),
        }
    )


def blank() -> Draft:
    """A new draft, signed."""
    return signed(Draft(), session.coach().store.profile())


def prepare(contact_id: str, text: str = "") -> NoReturn:
    """Open the draft page on a new draft for a contact; the draft before it is kept."""
    card = session.coach().store.contact(contact_id)
    standing = session.standing(card)
    made = addressed(blank(), card, standing, session.coach().form_of_address(card.id))
    where = channel(card, standing, datetime.now(UTC))
    open_draft(made.model_copy(update={"text": text, "channel": where}))


def open_draft(draft: Draft) -> NoReturn:
    """Open the draft page on a new draft; the one before it is kept.

    Raises:
        CoachError: the draft cannot be written down.
    """
    identifier = state.new_id()
    session.drafts().save(identifier, draft)
    st.session_state["previous_id"] = session.draft_id()
    session.use_draft(identifier)
    session.open_page(session.DRAFT, bozza=identifier)
