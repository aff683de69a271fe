"""What the store tells beyond the nouns of `coach.schemas`: records, with dates and counts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from coach.schemas import ContactCard, Critique, Model, Rewrite
from coach.store.mentions import Trait


class ContactOrder(StrEnum):
    """How a list of contacts is sorted."""

    RECENT = "recent"
    NAME = "name"


class ContactRow(Model):
    """A contact in a list.

    Attributes:
        last: when the two last spoke, in UTC; None when no exchange is kept.
        exchanges: how many are kept.
    """

    card: ContactCard
    last: datetime | None = None
    exchanges: int = 0


class SavedDraft(Model):
    """A draft of the page.

    Attributes:
        id: random and long: it stands in the page's address.
        contact_id: whom it is for; None when they are not among the contacts.
        recipient: the name it is for, as typed.
        data: what the page keeps of it, as JSON; the store does not look inside.
        saved_at: in UTC.
    """

    id: str
    contact_id: str | None = None
    recipient: str = ""
    data: str
    saved_at: datetime


class Revision(Model):
    """What the coach said of a draft at one moment.

    Attributes:
        at: in UTC.
        text: the draft as it was then.
        model: the model that polished the rewrite; empty when none did.
        prompt_version: `Prompt.version` of what it was asked with; empty when none was.
    """

    at: datetime
    text: str
    critique: Critique | None = None
    rewrite: Rewrite | None = None
    model: str = ""
    prompt_version: str = ""


class Erased(Model):
    """What `Store.erase` took away.

    Attributes:
        card: the person's; kept nowhere any more.
        exchanges: of the person.
        drafts: made for them.
        turns: of the conversation about them.
        sessions: of practice with them.
        mentions: records of others in which they were named and are not any more.
        namesakes: the cards that stay and have something in common with them.
        shared: what that is. It is left standing in the records of others: it may be meant of
            those who stay.
    """

    card: ContactCard
    exchanges: int = 0
    drafts: int = 0
    turns: int = 0
    sessions: int = 0
    mentions: int = 0
    namesakes: tuple[ContactCard, ...] = ()
    shared: tuple[Trait, ...] = ()
