"""Drafts on disk, so that a refresh of the page loses nothing.

One draft, one JSON file of `Settings.home / "drafts"`, named after an identifier that stands in
the page's address. The identifier is random and long: who does not know it does not find the
draft.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from pathlib import Path

from pydantic import ValidationError

from coach.schemas import (
    Channel,
    Contact,
    Message,
    Model,
    Register,
    Relation,
    Rewrite,
    RewriteRequest,
    Sender,
)

#: Most drafts kept; the ones untouched for longest go first.
MAX_DRAFTS = 200
#: Most bytes of drafts kept, so that pasted books do not fill the disk.
MAX_BYTES = 50 << 20

_ID = re.compile(r"[a-z0-9]{20}")


class Draft(Model):
    """What a person has written on the page, and the rewrite they got for it.

    Attributes:
        register_wanted: of the rewrite; `NONE` leaves it to the draft.
        notes: of the contact card, as typed: one a line.
        offers: what the sender can offer, as typed: one a line.
        rewrite: the polished rewrite last got, whatever it was got for.
        rewritten: `request_key` of what `rewrite` was got for.
    """

    text: str = ""
    channel: Channel = Channel.LINKEDIN_MESSAGE
    relation: Relation = Relation.STRANGER
    register_wanted: Register = Register.NONE
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


class DraftFolder:
    """The drafts of one `COACH_HOME`.

    Args:
        folder: where; made at the first save.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, draft_id: str) -> Draft | None:
        """The draft of that identifier; None when there is none or it cannot be read."""
        path = self._path(draft_id)
        if path is None:
            return None
        try:
            return Draft.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            # Of an older version or damaged: better a blank page than one that does not open.
            return None

    def save(self, draft_id: str, draft: Draft) -> None:
        """Write a draft whole or not at all, and let the oldest go.

        Raises:
            OSError: the disk is full or not writable.
            ValueError: the identifier is not one of ours.
        """
        path = self._path(draft_id)
        if path is None:
            raise ValueError("not the identifier of a draft")
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.partial")
        try:
            partial.write_text(draft.model_dump_json(), "utf-8")
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        self._prune()

    def count(self) -> int:
        """How many drafts there are."""
        return len(self._files())

    def clear(self) -> int:
        """Erase every draft; says how many there were."""
        files = self._files()
        for path in files:
            path.unlink(missing_ok=True)
        return len(files)

    def _path(self, draft_id: str) -> Path | None:
        return self._folder / f"{draft_id}.json" if is_id(draft_id) else None

    def _files(self) -> list[Path]:
        return list(self._folder.glob("*.json")) if self._folder.is_dir() else []

    def _prune(self) -> None:
        sized: list[tuple[int, int, Path]] = []
        for path in self._files():
            # Another visitor's save may have removed it meanwhile.
            with contextlib.suppress(OSError):
                stat = path.stat()
                sized.append((stat.st_mtime_ns, stat.st_size, path))
        total = 0
        for place, (_, size, path) in enumerate(sorted(sized, reverse=True)):
            total += size
            if place >= MAX_DRAFTS or (place and total > MAX_BYTES):
                path.unlink(missing_ok=True)
