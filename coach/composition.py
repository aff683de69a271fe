"""The composition root: builds the parts, once each and only when asked for.

The use cases receive their parts as arguments; the command line and the page take them from here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from threading import Lock, RLock
from typing import TYPE_CHECKING, TypeVar, cast

from coach.errors import CoachError
from coach.schemas import Contact, Critique, Message, Rewrite, RewriteRequest, Sender
from coach.settings import NO_MODEL, Settings

if TYPE_CHECKING:
    from coach.analysis import Analyser
    from coach.embeddings import E5Embeddings
    from coach.library import Library
    from coach.llm import ChatModel
    from coach.rewrite import RewriteEvent
    from coach.rubric import Rubric

T = TypeVar("T")

#: Told, in Italian, what is going on, how much is done and of how much.
Progress = Callable[[str, int, int], None]


class Coach:
    """The parts of the product for one configuration; safe to share between threads.

    Args:
        settings: what was configured.
        progress: told of long work (the library being built).
    """

    def __init__(self, settings: Settings, progress: Progress | None = None) -> None:
        self.settings = settings
        self._progress = progress
        self._parts: dict[str, object] = {}
        # One a part, so that a critique does not wait for the library to be built.
        self._locks: defaultdict[str, RLock] = defaultdict(RLock)
        self._lock = Lock()

    def _once(self, name: str, build: Callable[[], T]) -> T:
        with self._lock:
            lock = self._locks[name]
        with lock:
            if name not in self._parts:
                self._parts[name] = build()
            return cast(T, self._parts[name])

    @property
    def embeddings(self) -> E5Embeddings:
        """The embedded multilingual model."""
        from coach.embeddings import E5Embeddings

        return self._once("embeddings", E5Embeddings)

    @property
    def rubric(self) -> Rubric:
        """The principles, with the passages they rest on.

        Raises:
            KnowledgeError: a principle or a note is not valid.
        """
        from coach import rubric

        return self._once(
            "rubric", lambda: rubric.load(self.settings.principles, self.settings.notes)
        )

    @property
    def analyser(self) -> Analyser:
        """What tells acts, slips and register."""
        from coach.analysis import Analyser

        return self._once("analyser", lambda: Analyser(self.embeddings.queries))

    @property
    def library(self) -> Library:
        """The knowledge base, built or mended first if need be.

        Raises:
            LibraryError: it cannot be built or opened.
        """
        from coach.library import Library

        return self._once(
            "library", lambda: Library.open(self.settings, self.embeddings, self._progress)
        )

    @property
    def model(self) -> ChatModel | None:
        """The configured chat model; None when none is wanted.

        Raises:
            ConfigurationError: the endpoint's address or key is missing or cannot be used.
            ModelUnavailable: the embedded model is not installed.
        """
        if self.settings.model == NO_MODEL:
            return None
        from coach.llm import open_model

        return self._once("model", lambda: open_model(self.settings))

    @property
    def model_problem(self) -> CoachError | None:
        """Why the configured model cannot be used, or None."""
        try:
            _ = self.model
        except CoachError as error:
            return error
        return None

    def warm(self) -> None:
        """Start the configured model and have it read the fixed beginning of its prompts.

        Worth its seconds before the first rewrite, whose time is limited; does nothing where there
        is no usable model or no gain.

        Raises:
            ModelError: the embedded model does not start, or does not read it in time.
        """
        if self.model_problem is not None or self.model is None:
            return
        from coach import prompts
        from coach.rewrite.polish import SENTENCE_PROMPT

        self.model.warm(prompts.load(SENTENCE_PROMPT, self.settings.prompts).prefix())

    def critique(
        self, message: Message, contact: Contact | None = None, sender: Sender | None = None
    ) -> Critique:
        """Analyse and judge a draft.

        Raises:
            MessageError: the text is empty, too large, binary or holds no word.
        """
        from coach.critique import critique

        analysis = self.analyser.analyse(message, known_names(contact, sender))
        return critique(message, analysis, self.rubric)

    def rewrite(
        self,
        request: RewriteRequest,
        *,
        use_model: bool = True,
        variants: int = 0,
        on_progress: Callable[[RewriteEvent], None] | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> Rewrite:
        """Rewrite a draft; without a usable model the composed message stands.

        Args:
            request: the draft and what is known of both people.
            use_model: whether the configured model may polish.
            variants: how many further manners to add, 0 to 3.
            on_progress: told of each step.
            cancel: asked now and then; True ends the polishing.

        Raises:
            MessageError: the draft is empty, too large, binary or holds no word.
        """
        from coach.rewrite import rewrite

        usable = use_model and self.model_problem is None
        return rewrite(
            request,
            analyser=self.analyser,
            rubric=self.rubric,
            model=self.model if usable else None,
            prompts_folder=self.settings.prompts,
            variants=variants,
            on_progress=on_progress,
            cancel=cancel,
        )


def known_names(contact: Contact | None, sender: Sender | None) -> frozenset[str]:
    """The words of the names of people and companies, which no dictionary need hold."""
    texts = (
        *((contact.name, contact.company) if contact else ()),
        *((sender.name,) if sender else ()),
    )
    return frozenset(word for text in texts for word in text.split())
