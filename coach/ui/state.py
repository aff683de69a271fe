"""Drafts in the store, so that a refresh of the page loses nothing.

A draft's identifier stands in the page's address. It is random and long: who does not know it does
not find the draft.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from coach import prompts
from coach.rewrite.polish import SENTENCE_PROMPT
from coach.schemas import (
    Channel,
    Contact,
    Critique,
    Message,
    Model,
    Register,
    Relation,
    Rewrite,
    RewriteRequest,
    Sender,
)
from coach.store import Revision, Store

_ID = re.compile(r"[a-z0-9]{20}")


class Draft(Model):
    """What a person has written on the page, and the rewrite they got for it.

    Attributes:
        register_wanted: of the rewrite; `NONE` leaves it to the draft.
        notes: of the contact card, as typed: one a line.
        offers: what the sender can offer, as typed: one a line.
        contact_id: whom it is for; empty when they are not among the contacts.
        rewrite: the polished rewrite last got, whatever it was got for.
        rewritten: `request_key` of what `rewrite` was got for.
    """

    text: str = ""
    channel: Channel = Channel.LINKEDIN_MESSAGE
    relation: Relation = Relation.STRANGER
    register_wanted: Register = Register.NONE
    contact_id: str = ""
    to_name: str = ""
    to_role: str = ""
    to_company: str = ""
    notes: str = ""
    my_name: str = ""
    my_about: str = ""
    offers: str = ""
    rewrite: Rewrite | None = None
    rewritten: str = ""

    @property
    def contact(self) -> Contact:
        """Who is written to."""
        return Contact(
            name=self.to_name.strip(),
            role=self.to_role.strip(),
            company=self.to_company.strip(),
            notes=_lines(self.notes),
        )

    @property
    def sender(self) -> Sender:
        """Who writes."""
        return Sender(
            name=self.my_name.strip(), about=self.my_about.strip(), can_offer=_lines(self.offers)
        )

    @property
    def message(self) -> Message:
        """The draft as the critique wants it."""
        return Message(text=self.text, channel=self.channel, relation=self.relation)

    @property
    def request(self) -> RewriteRequest:
        """The draft as the rewrite wants it."""
        return RewriteRequest(
            draft=self.text,
            channel=self.channel,
            relation=self.relation,
            register_wanted=None if self.register_wanted is Register.NONE else self.register_wanted,
            sender=self.sender,
            contact=self.contact,
        )

    @property
    def request_key(self) -> str:
        """Tells one request from another."""
        return self.request.model_dump_json()


#: What the person fills in; the page's widgets have these names.
FIELDS = tuple(name for name in Draft.model_fields if name not in ("rewrite", "rewritten"))
#: Those of several lines, in which one goes on typing.
LONG_FIELDS = ("text", "notes", "offers")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def new_id() -> str:
    """An identifier that nobody guesses."""
    return secrets.token_hex(10)


def is_id(text: str) -> bool:
    """Whether a text has the form of an identifier of ours."""
    return _ID.fullmatch(text) is not None


class Drafts:
    """The drafts of the page, in the store.

    Args:
        store: where they are kept.
        prompts_folder: whose prompts polish rewrites; their version is noted beside each.
    """

    def __init__(self, store: Store, prompts_folder: Path) -> None:
        self._store = store
        self._prompts = prompts_folder

    def load(self, draft_id: str) -> Draft | None:
        """The draft of that identifier; None when there is none or it cannot be read.

        Raises:
            StoreError: the store cannot be read.
        """
        saved = self._store.draft(draft_id) if is_id(draft_id) else None
        return None if saved is None else _read(saved.data)

    def save(self, draft_id: str, draft: Draft) -> None:
        """Keep a draft.

        Raises:
            NotFoundError: the contact it is for was erased, or the draft with them.
            StoreError: the store cannot be written.
            ValueError: the identifier is not one of ours.
        """
        if not is_id(draft_id):
            raise ValueError("not the identifier of a draft")
        self._store.save_draft(
            draft_id,
            draft.contact_id or None,
            draft.model_dump_json(),
            recipient=draft.to_name.strip(),
        )

    def keep(self, draft_id: str, text: str, critique: Critique, rewrite: Rewrite) -> None:
        """Keep what was said of a draft, unless the last that was kept is the same.

        Raises:
            NotFoundError: there is no such draft.
            StoreError: the store cannot be written.
        """
        last = self._store.revisions(draft_id)[-1:]
        if last and (last[0].text, last[0].rewrite) == (text, rewrite):
            return
        version = prompts.load(SENTENCE_PROMPT, self._prompts).version if rewrite.model else ""
        revision = Revision(
            at=datetime.now(UTC),
            text=text,
            critique=critique,
            rewrite=rewrite,
            model=rewrite.model or "",
            prompt_version=version,
        )
        self._store.add_revision(draft_id, revision)

    def count(self) -> int:
        """How many drafts there are."""
        return self._store.count_drafts()

    def clear(self) -> int:
        """Erase every draft; says how many there were."""
        return self._store.clear_drafts()


def _read(data: str) -> Draft | None:
    """A draft from its JSON; None when it is of another version or damaged."""
    try:
        return Draft.model_validate_json(data)
    except ValidationError:
        # Better a blank page than one that does not open.
        return None
