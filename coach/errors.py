"""The errors a person may meet, as one small tree.

::

    CoachError                  anything the person should be told; `str(error)` is Italian
    ├── InputError              what was given cannot be used (exit 2)
    │   ├── MessageError        the draft: empty, too large, binary, no words
    │   ├── RowError            one row of a batch
    │   ├── NotFoundError       no contact, exchange or session of that name
    │   └── ImportRefused       a file of contacts that cannot be read; nothing was written
    ├── KnowledgeError          a principle, a note or an added source is not valid (file and line)
    ├── PromptError             a prompt lacks a variable or has an unknown one
    ├── ConfigurationError      a setting is missing or cannot be used
    ├── LibraryError            the index of passages cannot be built or read
    ├── StoreError              the database cannot be opened, read or written
    │   └── CopyRefused         a file that is not one of our copies; nothing was changed
    └── ModelError              the chat model
        ├── ModelUnavailable    not installed, not started, not reachable
        └── ModelFailure        reached, but it timed out, stopped midway or answered garbage

The command line and the page catch `CoachError` only: any other exception is a defect and stays
loud.
"""

from __future__ import annotations

import errno

_REASONS = {
    errno.ENOENT: "non esiste",
    errno.EACCES: "manca il permesso",
    errno.EPERM: "manca il permesso",
    errno.EROFS: "il disco è in sola lettura",
    errno.EEXIST: "esiste già e non è una cartella",
    errno.ENOTDIR: "il percorso passa per un file",
    errno.EISDIR: "è una cartella",
    errno.ENOSPC: "il disco è pieno",
    errno.ENAMETOOLONG: "il nome è troppo lungo",
}


def reason(error: OSError) -> str:
    """Why the system refused a file, in Italian; its own words for the rarer causes."""
    return _REASONS.get(error.errno or 0) or error.strerror or type(error).__name__


class CoachError(Exception):
    """Base class. The message is in Italian and meant for the person.

    Args:
        message: what happened, in Italian.
        remedy: what the person can do about it, in Italian, or an empty string.
    """

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class InputError(CoachError):
    """What the person gave cannot be used as it is."""

    exit_code = 2


class MessageError(InputError):
    """The draft is empty, too large, binary or holds no words."""


class RowError(InputError):
    """One row of a batch cannot be used."""


class NotFoundError(InputError):
    """There is no contact, exchange or session of that name, or there are several."""


class ImportRefused(InputError):
    """A file of contacts cannot be read; nothing of it was written."""


class KnowledgeError(CoachError):
    """A principle, a note or an added source is not valid; the message names file and line."""

    exit_code = 2


class PromptError(CoachError):
    """A prompt file is missing, lacks a variable it needs or has one that is unknown."""


class ConfigurationError(CoachError):
    """A setting is missing or has a value that cannot be used."""

    exit_code = 2


class LibraryError(CoachError):
    """The index of passages cannot be built, opened or read."""


class StoreError(CoachError):
    """The database cannot be opened, read or written."""


class CopyRefused(StoreError):
    """A file to be put back is not one of our copies, or is damaged; nothing was changed."""

    exit_code = 2


class ModelError(CoachError):
    """The chat model cannot be used now."""


class ModelUnavailable(ModelError):
    """The model is not installed, does not start or cannot be reached."""


class ModelFailure(ModelError):
    """The model was reached, but timed out, stopped midway or answered garbage."""
