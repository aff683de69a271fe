"""What a file of contacts holds, between its reader (`coach.imports`) and the store.

Plain slotted dataclasses rather than models: an export has 100,000 messages, and what is checked
one by one is checked by the reader.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import unquote, urlsplit

from coach.schemas import Direction, ExchangeChannel

#: Told, in Italian, what is going on, how much is done and of how much.
Progress = Callable[[str, int, int], None]

_ACCENTS = re.compile(
    "[\\u0300-\\u036f\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f]"
)
_APOSTROPHES = re.compile("[’‘ʼ`´]")
_HYPHENS = re.compile("[‐‑–]")
_LINKEDIN = re.compile(r"(?:[a-z]{2,3}\.|www\.)?linkedin\.com")
_NORMALISED = re.compile(r"https://www\.linkedin\.com/in/[a-z0-9-]+")
_NOT_IN_ADDRESS = re.compile(r"[\s\x00-\x1f\x7f?#%]")


@dataclass(frozen=True, slots=True)
class ImportedContact:
    """A person as a file names them; what the file does not say is empty.

    Attributes:
        name: given name, then family name.
        url: the public profile's address, in any spelling: the store normalises it.
        notes: what the file says of the person, one fragment each.
        origin: `linkedin`, `vcard` or `csv`.
    """

    name: str
    role: str = ""
    company: str = ""
    email: str = ""
    url: str = ""
    phone: str = ""
    notes: tuple[str, ...] = ()
    connected_on: date | None = None
    origin: str = "csv"


@dataclass(frozen=True, slots=True)
class ImportedExchange:
    """A message as a file holds it, of or to the one person named.

    Attributes:
        name: the other person's name, as the file gives it.
        url: the other person's profile, in any spelling; what ties the message to a contact.
        at: when, with a time zone.
        origin: `linkedin`…
        fingerprint: what tells this message from any other, the same at every import of it, as
            `fingerprint` makes it; becomes the exchange's identifier.
    """

    name: str
    url: str
    at: datetime
    direction: Direction
    channel: ExchangeChannel
    text: str
    origin: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something of a file that is not taken in.

    Attributes:
        where: file and line, or card: `Connections.csv, riga 12`.
        why: in Italian.
    """

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    """All that a file of contacts holds; reading it wrote nothing.

    Attributes:
        kind: what the file was taken for: `linkedin`, `vcard` or `csv`.
        owner: the person whose export it is, when the file says so; never becomes a contact.
    """

    kind: str
    contacts: tuple[ImportedContact, ...] = ()
    exchanges: tuple[ImportedExchange, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    owner: ImportedContact | None = None


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import did, or would do.

    Attributes:
        new: contacts added, those known only from a message included.
        updated: cards that something was filled in or brought up to date in.
        unchanged: cards that already said all this.
        exchanges_new: messages added.
        exchanges_known: messages that were there already.
        skipped: what was left out and why.
        ambiguous: people added as new though a card of the same name exists, because nothing else
            says that they are the same.
    """

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    exchanges_new: int = 0
    exchanges_known: int = 0
    skipped: tuple[Skipped, ...] = ()
    ambiguous: int = 0


def fold(text: str) -> str:
    """The text as it is compared and searched: no case, no accents, one kind of apostrophe."""
    if not text.isascii():
        plain = unicodedata.normalize(
            "NFKD", _HYPHENS.sub("-", _APOSTROPHES.sub("'", text.casefold()))
        )
        text = _ACCENTS.sub("", plain)
    return " ".join(text.lower().split())


def normalised_url(url: str) -> str:
    """One spelling for a profile's address: `https://www.linkedin.com/in/nicolò-rossi`.

    Lower case, no query, fragment or trailing slash, one host for LinkedIn's national ones, and
    letters rather than percent signs where these spell letters. Empty for what is no web address.
    """
    text = unicodedata.normalize("NFC", url.strip())
    if not text or _NORMALISED.fullmatch(text):
        return text
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").removeprefix("m.")
    except ValueError:
        return ""
    web = parts.scheme.lower() in ("http", "https") and "." in host
    if not web or " " in host or parts.username is not None:
        return ""
    if _LINKEDIN.fullmatch(host):
        host = "www.linkedin.com"
    path = _decoded(parts.path).rstrip("/")
    return f"https://{host}{path}".lower()


def _decoded(path: str) -> str:
    """The path with its letters spelt out; as it is where that would change its meaning."""
    try:
        plain = unquote(path, errors="strict")
    except UnicodeDecodeError:
        return path
    plain = unicodedata.normalize("NFC", plain)
    return path if _NOT_IN_ADDRESS.search(plain) else plain


def fingerprint(*parts: str | datetime) -> str:
    """What tells a message from any other, from what the file says of it.

    Give it the conversation's identifier if there is one, the sender's and the recipient's
    profiles, the instant and the text. 64 bits of BLAKE2b, in hexadecimal: among 100,000
    messages, two are taken for one with a probability of 3 in 10^10.
    """
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        text = part.astimezone(UTC).isoformat() if isinstance(part, datetime) else part
        digest.update(text.encode("utf-8", "surrogatepass"))
        digest.update(b"\x1f")
    return digest.hexdigest()
