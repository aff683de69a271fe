"""Where people, exchanges and the person's work are kept (the only importer of SQLAlchemy).

::

    store.py          Store: what everybody else uses
    contacts.py       contacts and the person's own profile
    exchanges.py      what passed between the person and a contact
    bulk.py           a whole file of contacts, merged
    matching.py       who is who in such a file (pure)
    merging.py        what such a file holds (nouns)
    drafts.py         drafts of the page and their revisions
    conversations.py  questions to the coach and answers
    practice.py       practice sessions
    erasing.py        a person taken out of everything kept
    mentions.py       where a text gives a person away (pure)
    old_drafts.py     drafts of versions that kept them in files
    records.py        the nouns that only the store tells
    database.py       opening, transactions, backup; all that is SQLite's own
    tables.py         the tables
    migrating.py      brings them to the newest version
    migrations/       the steps: numbered, append-only
"""

from coach.store.database import restore
from coach.store.records import ContactOrder, ContactRow, Erased, Revision, SavedDraft
from coach.store.store import Store

__all__ = [
    "ContactOrder",
    "ContactRow",
    "Erased",
    "Revision",
    "SavedDraft",
    "Store",
    "restore",
]
