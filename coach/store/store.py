"""The store: all of its nouns over one database."""

from __future__ import annotations

from coach.store.bulk import Imports
from coach.store.contacts import Contacts
from coach.store.conversations import Conversations
from coach.store.drafts import Drafts
from coach.store.erasing import Erasing
from coach.store.exchanges import Exchanges
from coach.store.practice import Practice


class Store(Contacts, Exchanges, Imports, Drafts, Conversations, Practice, Erasing):
    """People, what passed between them and the person, and what the person works on.

    Made by `Store.open(url)`; safe to share between threads, and several processes may have the
    same database open. What a method was given is on the disk once it returns. Every method raises
    `StoreError` when the database cannot be read or written.
    """
