"""The composition root: builds the parts, once each and only when asked for.

The use cases receive their parts as arguments; the command line and the page take them from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING

from coach.schemas import Contact, Critique, Message, Rewrite, RewriteRequest, Sender
from coach.settings import Settings

if TYPE_CHECKING:
    from coach.analysis import Analyser
    from coach.embeddings import E5Embeddings
    from coach.rubric import Rubric

#: Told what is going on, how much is done and of how much (0 when not known).
Progress = Callable[[str, int, int], None]


class Coach:
    """The parts of the product for one configuration; safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = RLock()

    @cached_property
    def embeddings(self) -> E5Embeddings:
        """The embedded multilingual model."""
        from coach.embeddings import E5Embeddings

        return E5Embeddings()

    @cached_property
    def rubric(self) -> Rubric:
        """The principles, with the passages they rest on."""
        from coach import rubric

        return rubric.load(self.settings.principles, self.settings.notes)

    @cached_property
    def analyser(self) -> Analyser:
        """What tells acts, slips and register."""
        from coach.analysis import Analyser

        return Analyser(self.embeddings.queries)

    def critique(
        self, message: Message, contact: Contact | None = None, sender: Sender | None = None
    ) -> Critique:
        """Analyse and judge a draft."""
        from coach.critique import critique

        with self._lock:
            analyser, rubric = self.analyser, self.rubric
        analysis = analyser.analyse(message, known_names(contact, sender))
        return critique(message, analysis, rubric)


def known_names(contact: Contact | None, sender: Sender | None) -> frozenset[str]:
    """The words of the names of people and companies, which no dictionary need hold."""
    texts: Iterable[str] = (
        *((contact.name, contact.company) if contact else ()),
        *((sender.name,) if sender else ()),
    )
    return frozenset(word for text in texts for word in text.split())
