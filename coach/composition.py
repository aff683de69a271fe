"""The composition root: builds the parts, once each and only when asked for.

The use cases receive their parts as arguments; the command line and the page take them from here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from threading import Lock, RLock
from typing import TYPE_CHECKING, TypeVar, cast

from coach.errors import CoachError
from coach.schemas import (
    Answer,
    Balance,
    Channel,
    ChatMessage,
    ChatTurn,
    Contact,
    ContactCard,
    Critique,
    Difficulty,
    Message,
    Persona,
    PracticeSession,
    Register,
    Relation,
    Rewrite,
    RewriteRequest,
    Sender,
)
from coach.settings import NO_MODEL, Settings

if TYPE_CHECKING:
    from coach.analysis import Analyser
    from coach.conversation.answering import Known
    from coach.conversation.whom import Whom
    from coach.embeddings import E5Embeddings
    from coach.library import Library
    from coach.llm import ChatModel
    from coach.rewrite import RewriteEvent
    from coach.roleplay.bank import Bank
    from coach.rubric import Rubric
    from coach.store import Store

T = TypeVar("T")

#: Turns of a conversation that are read again before an answer; what is too much is trimmed there.
MEMORY = 40
#: Exchanges analysed in one go, and how many are done without a word of progress.
BATCH, FEW = 100, 20

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

        return self._once("analyser", Analyser)

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
    def store(self) -> Store:
        """Contacts, exchanges, drafts, conversations and practice.

        Raises:
            StoreError: the database cannot be opened or brought up to date.
        """
        from coach.store import Store

        return self._once("store", lambda: Store.open(self.settings.database))

    @property
    def personas(self) -> tuple[Persona, ...]:
        """The people to practise with that come with the product.

        Raises:
            KnowledgeError: one of them is not valid.
        """
        from coach.roleplay import personas

        return self._once("personas", lambda: personas.load(self.settings.personas))

    @property
    def replies(self) -> Bank:
        """The written replies of the people to practise with.

        Raises:
            KnowledgeError: a file of theirs is not valid.
        """
        from coach.roleplay import bank

        return self._once("replies", lambda: bank.load(self.settings.replies))

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
        """Start the configured model and have it read the fixed beginning of the rewrite's prompt.

        Worth its seconds before the first rewrite, whose time is limited; does nothing where there
        is no usable model or no gain.

        Raises:
            ModelError: the embedded model does not start, or does not read it in time.
        """
        from coach.rewrite.polish import SENTENCE_PROMPT

        self._warm(SENTENCE_PROMPT)

    def warm_practice(self) -> None:
        """`warm`, for the answers of the people one practises with.

        Raises:
            ModelError: as `warm`.
        """
        from coach.roleplay.voice import WITHIN_PROMPT

        self._warm(WITHIN_PROMPT)

    def _warm(self, prompt: str) -> None:
        if self.model_problem is not None or self.model is None:
            return
        from coach import prompts

        self.model.warm(prompts.load(prompt, self.settings.prompts).prefix())

    def balance(self, contact_id: str) -> Balance:
        """Where the person stands with a contact, once every exchange with them is analysed.

        Raises:
            NotFoundError: there is no such contact.
            StoreError: the database cannot be read or written.
        """
        from coach.balance import balance

        self.analyse_exchanges(contact_id)
        return balance(self.store.contact(contact_id), self.store.exchanges(contact_id))

    def form_of_address(self, contact_id: str) -> Register:
        """The form used with a contact, `NONE` when nothing tells it.

        Raises:
            NotFoundError: there is no such contact.
        """
        from coach.balance import form_of_address

        card = self.store.contact(contact_id)
        return form_of_address(card, self.store.exchanges(card.id), self.analyser)

    def analyse_exchanges(
        self, contact_id: str | None = None, cancel: Callable[[], bool] | None = None
    ) -> int:
        """Tell what the exchanges not yet analysed give and ask, and keep it.

        Args:
            contact_id: of whom; of everybody when None.
            cancel: asked before each; True ends the work, which can be taken up again: what was
                read so far is kept.

        Returns:
            How many were analysed.
        """
        from coach.balance import read_exchange

        done, stopped = 0, False
        while not stopped and (waiting := self.store.unanalysed(BATCH, contact_id)):
            found = []
            for exchange in waiting:
                stopped = cancel is not None and cancel()
                if stopped:
                    break
                found.append((exchange.id, *read_exchange(exchange, self.analyser)))
                if self._progress is not None and len(waiting) > FEW:
                    self._progress("Leggo gli scambi", len(found), len(waiting))
            # Together: each on its own would wait for the disk.
            self.store.set_analyses(found)
            done += len(found)
        return done

    def critique(
        self, message: Message, contact: Contact | None = None, sender: Sender | None = None
    ) -> Critique:
        """Analyse and judge a draft.

        Raises:
            MessageError: the text is empty, too large, binary or holds no word.
        """
        from coach.analysis.names import card_names
        from coach.critique import critique

        analysis = self.analyser.analyse(message, card_names(contact, sender))
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

    def ask(
        self,
        question: str,
        contact_id: str | None = None,
        *,
        use_model: bool = True,
        share_contact: bool = False,
        remember: bool = True,
        on_text: Callable[[str], None] | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> Answer:
        """Answer a question, about a contact or about reaching out in general.

        Args:
            question: in Italian.
            contact_id: whom it is about; None for an open question, which may name a contact.
            use_model: whether the configured model may word the answer.
            share_contact: whether a remote model may be told about the contact.
            remember: whether the conversation so far is read, and this turn added to it.
            on_text: told the answer so far, as it comes.
            cancel: asked now and then; True ends the model's part.

        Raises:
            MessageError: the question is empty, too long or holds no word.
            NotFoundError: there is no such contact.
        """
        from coach.conversation import answer

        contact_id = self.store.contact(contact_id).id if contact_id else None
        named = None if contact_id else self._named(question)
        if named and named.card is None:
            made = named.unsettled()
        else:
            made = answer(
                question,
                **self._known(contact_id, named, remember),
                model=self.model if use_model and self.model_problem is None else None,
                share_contact=share_contact,
                on_text=on_text,
                cancel=cancel,
            )
            made = named.said_of(made) if named else made
        if remember:
            turn = ChatTurn(at=datetime.now(UTC), question=question, answer=made)
            self.store.add_turn(contact_id, turn)
        return made

    def outgoing(
        self, question: str, contact_id: str | None = None, *, share_contact: bool = False
    ) -> tuple[ChatMessage, ...]:
        """What a remote model would be sent for a question; empty when nothing would leave.

        Raises:
            MessageError: the question is empty, too long or holds no word.
            NotFoundError: there is no such contact.
        """
        from coach.conversation import outgoing

        named = None if contact_id else self._named(question)
        if named and named.card is None:
            return ()
        known = self._known(contact_id, named, True)
        return outgoing(question, **known, share_contact=share_contact)

    def _named(self, question: str) -> Whom | None:
        """Whom a question names, looked up among the contacts."""
        from coach.conversation.whom import whom

        def look_up(words: str) -> Iterable[ContactCard]:
            return (row.card for row in self.store.contacts(words, order="name", limit=None))

        return whom(question, look_up=look_up, library=self.library)

    def _known(self, contact_id: str | None, named: Whom | None, remember: bool) -> Known:
        """What an answer rests on: the contact, the conversation so far, the sources.

        Of a contact only named in the question the card is read, and the conversation stays the
        general one.
        """
        card = self.store.contact(contact_id) if contact_id else named.card if named else None
        conversation = card.id if card and contact_id else None
        return {
            "card": card,
            "exchanges": self.store.exchanges(card.id) if card else [],
            "balance": self.balance(card.id) if card else None,
            "history": self.store.turns(conversation, MEMORY) if remember else [],
            "profile": self.store.profile(),
            "library": self.library,
            "analyser": self.analyser,
            "rubric": self.rubric,
            "prompts_folder": self.settings.prompts,
            "today": date.today(),
        }

    def start_practice(
        self,
        *,
        contact_id: str | None = None,
        persona: str | Persona = "",
        relation: Relation | None = None,
        channel: Channel = Channel.LINKEDIN_MESSAGE,
        difficulty: Difficulty = Difficulty.MEDIUM,
    ) -> PracticeSession:
        """Begin to practise with a contact, or with one of the people that come with the product.

        Args:
            contact_id: a contact; its relation is that of the balance when none is given.
            persona: when there is no contact, somebody, or the name of one of `personas`.
            relation: how well they know the learner.
            channel: where the first message is sent.
            difficulty: how patient the person is.

        Raises:
            NotFoundError: there is no such contact or person.
        """
        from coach.roleplay import personas
        from coach.roleplay.practice import start

        if contact_id:
            card = self.store.contact(contact_id)
            standing = self.balance(card.id)
            who = personas.from_contact(card, standing)
            relation = relation or standing.relation
        elif isinstance(persona, Persona):
            who = persona
        else:
            who = personas.find(persona, self.personas)
        return start(
            who, relation=relation or Relation.STRANGER, channel=channel, difficulty=difficulty
        )

    def play(
        self,
        session: PracticeSession,
        message: str,
        *,
        use_model: bool = True,
        share_contact: bool = False,
        on_text: Callable[[str], None] | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> PracticeSession:
        """Send a message to the person played, get the answer, and keep both.

        Args:
            session: the practice so far.
            message: what the learner writes.
            use_model: whether the configured model may speak.
            share_contact: whether a remote model may be told about a contact who is played.
            on_text: told the answer so far, as it comes.
            cancel: asked now and then; True leaves the answer to the written replies.

        Raises:
            MessageError: the message is too large or binary.
            InputError: the practice is as long as one can be.
        """
        from coach.roleplay.practice import play

        played = play(
            session,
            message,
            analyser=self.analyser,
            rubric=self.rubric,
            bank=self.replies,
            model=self.model if use_model and self.model_problem is None else None,
            prompts_folder=self.settings.prompts,
            share_contact=share_contact,
            on_text=on_text,
            cancel=cancel,
        )
        self.store.save_session(played)
        return played

    def debrief(self, session: PracticeSession) -> PracticeSession:
        """Tell what a practice taught, and keep it.

        Raises:
            InputError: nothing was said yet.
        """
        from coach.roleplay.debrief import debrief

        contact_id = session.persona.contact_id
        told = debrief(
            session,
            analyser=self.analyser,
            rubric=self.rubric,
            sender=self.store.profile(),
            contact=self.store.contact(contact_id).contact if contact_id else None,
        )
        self.store.save_session(told)
        return told

    def score_redraft(self, session: PracticeSession, text: str) -> PracticeSession:
        """Score the first message written again, alone, and keep it.

        Raises:
            MessageError: the text is empty, too large, binary or holds no word.
        """
        from coach.roleplay.debrief import score_redraft

        scored = score_redraft(session, text, analyser=self.analyser, rubric=self.rubric)
        self.store.save_session(scored)
        return scored
