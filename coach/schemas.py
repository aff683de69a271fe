"""The nouns of the product: what is said between its rooms.

All offsets are in Unicode code points of the text as the person gave it, end exclusive, so that
``text[start:end] == quote`` always holds.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Channel(StrEnum):
    """Where the message is sent; it sets the limit of length."""

    LINKEDIN_INVITE = "linkedin_invite"
    LINKEDIN_MESSAGE = "linkedin_message"
    EMAIL = "email"
    FOLLOW_UP = "follow_up"


#: Highest number of characters by channel (rubric `too_long`).
CHANNEL_LIMITS: dict[Channel, int] = {
    Channel.LINKEDIN_INVITE: 300,
    Channel.LINKEDIN_MESSAGE: 1900,
    Channel.FOLLOW_UP: 1900,
    Channel.EMAIL: 2500,
}


class Relation(StrEnum):
    """How well sender and recipient know each other."""

    STRANGER = "stranger"
    MET = "met"
    ESTABLISHED = "established"


class Register(StrEnum):
    """The form of address a text uses for its recipient."""

    TU = "tu"
    LEI = "Lei"
    MIXED = "mixed"
    NONE = "none"


class Severity(StrEnum):
    """How much a violation matters."""

    ERROR = "error"
    WARNING = "warning"
    SUGGESTION = "suggestion"


class Verdict(StrEnum):
    """What the critique says in two words."""

    READY = "ready"
    REVISE = "revise"
    DO_NOT_SEND = "do_not_send"


class Act(StrEnum):
    """What a sentence does to its reader (a speech act), as `knowledge/principles` names them."""

    ASK = "ask"
    INTRO_REQUEST = "intro_request"
    FREE_SERVICE = "free_service"
    SALE = "sale"
    PRESSURE = "pressure"
    FAMILIARITY = "familiarity"
    SELF_STORY = "self_story"
    HOW_MET = "how_met"
    APPRECIATION = "appreciation"
    OFFER = "offer"
    COMMON_GROUND = "common_ground"
    LIGHT_NEXT_STEP = "light_next_step"
    PERSONAL = "personal"


class Model(BaseModel):
    """Base of the nouns: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Message(Model):
    """A draft to be judged."""

    text: str
    channel: Channel = Channel.LINKEDIN_MESSAGE
    relation: Relation = Relation.STRANGER


class Sender(Model):
    """The person who writes, as they describe themselves."""

    name: str = ""
    about: str = ""
    can_offer: tuple[str, ...] = ()


class Contact(Model):
    """The person written to; `notes` are fragments as people jot them down."""

    name: str = ""
    role: str = ""
    company: str = ""
    notes: tuple[str, ...] = ()


class Span(Model):
    """A stretch of the text as given."""

    start: int
    end: int
    quote: str


class ActSpan(Span):
    """A stretch that performs an act.

    Attributes:
        act: what it does.
        sentence: index of its sentence in `Analysis.sentences`.
        confidence: 0..1, of the detector; 1 for a rule.
    """

    act: Act
    sentence: int
    confidence: float = 1.0


class Slip(Span):
    """A spelling or grammar slip.

    Attributes:
        kind: `spelling`, `apostrophe`, `accent`, `have` (h), `agreement`, `mood`, `typography`…
        message: why it is wrong, in Italian.
        suggestions: repaired forms, best first; may be empty.
    """

    kind: str
    message: str
    suggestions: tuple[str, ...] = ()


class RegisterMark(Span):
    """A word that shows the form of address."""

    register_used: Register


class Length(Model):
    """Size of the text; `gulpease` is 0..100 or None when there is no word."""

    chars: int
    limit: int
    words: int
    sentences: int
    gulpease: float | None


class Analysis(Model):
    """All that is known of a message without a model and without judging it."""

    text: str
    sentences: tuple[Span, ...]
    acts: tuple[ActSpan, ...]
    slips: tuple[Slip, ...]
    register_used: Register
    register_marks: tuple[RegisterMark, ...]
    length: Length
    italian: bool = True

    def spans(self, *acts: Act) -> tuple[ActSpan, ...]:
        """The stretches that perform any of `acts`, in the order of the text."""
        return tuple(span for span in self.acts if span.act in acts)

    def has(self, *acts: Act) -> bool:
        """Whether any sentence performs any of `acts`."""
        return any(span.act in acts for span in self.acts)


class Source(Model):
    """Where a piece of advice comes from: a note of the library and one of its passages."""

    title: str
    passage: str
    source_id: str = ""
    heading: str = ""


class Finding(Span):
    """A violation found in the draft.

    Attributes:
        id: the principle, as in `knowledge/principles` (rubric ids).
        message: what is wrong and why, in Italian.
        suggestion: a better way, in Italian.
        source: the passage that says so, or None.
    """

    id: str
    severity: Severity
    message: str
    suggestion: str
    source: Source | None = None


class VirtueMark(Span):
    """Something the draft does well."""

    id: str
    source: Source | None = None


class Check(Model):
    """A yes/no question put to the draft; the score is the weighted share of those passed."""

    id: str
    passed: bool
    weight: int
    label: str = ""


class Critique(Model):
    """The judgement of a message."""

    score: int
    verdict: Verdict
    missing: tuple[str, ...]
    register_used: Register
    violations: tuple[Finding, ...]
    virtues: tuple[VirtueMark, ...]
    checks: tuple[Check, ...]
    length: Length
    summary: str = ""


class FactOrigin(StrEnum):
    """Who said a fact."""

    DRAFT = "draft"
    CONTACT = "contact"
    SENDER = "sender"


class FactRole(StrEnum):
    """What a fact is for in the message that is composed."""

    RECIPIENT = "recipient"
    HOW_MET = "how_met"
    APPRECIATION = "appreciation"
    NEED = "need"
    COMMON_GROUND = "common_ground"
    OFFER = "offer"
    PAST_GIFT = "past_gift"
    THANKS = "thanks"
    NEXT_STEP = "next_step"
    REQUEST = "request"
    SELF = "self"
    SIGNATURE = "signature"


class Fact(Model):
    """One thing that is known, as it was written, with its origin."""

    text: str
    origin: FactOrigin
    role: FactRole


class RewriteRequest(Model):
    """What a rewrite starts from; only `draft` is required."""

    draft: str
    channel: Channel = Channel.LINKEDIN_MESSAGE
    relation: Relation = Relation.STRANGER
    register_wanted: Register | None = None
    sender: Sender = Sender()
    contact: Contact = Contact()


class Question(Model):
    """Something the writer is asked because it is not known.

    Attributes:
        id: the slot it fills (`how_met`, `offer`, `appreciation`, `recipient`…).
        text: the question, in Italian.
        placeholder: what stands in the message meanwhile, square brackets included.
    """

    id: str
    text: str
    placeholder: str


class VerificationCheck(Model):
    """One property a rewrite was checked for."""

    id: str
    passed: bool
    detail: str = ""


class Variant(Model):
    """The same message in another manner: `breve`, `calda` or `formale`."""

    label: str
    text: str


class ScoreAndVerdict(Model):
    """A critique in brief, for before and after."""

    score: int
    verdict: Verdict


class Rewrite(Model):
    """A verified rewrite with its proof.

    Attributes:
        origin: `model` when a polished candidate passed every check, else `composer`.
        rounds: rounds of candidates asked of the model.
        rejected: candidates that failed a check.
        advice: what the person is told beside the text (for instance when to make the request that
            was left out), in Italian.
    """

    text: str
    origin: str
    model: str | None = None
    rounds: int = 0
    seconds: float = 0.0
    facts: tuple[Fact, ...] = ()
    placeholders: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    verification: tuple[VerificationCheck, ...] = ()
    rejected: int = 0
    before: ScoreAndVerdict
    after: ScoreAndVerdict
    variants: tuple[Variant, ...] = ()
    advice: tuple[str, ...] = ()


class Passage(Model):
    """A retrieved stretch of the library.

    Attributes:
        score: how well it answers, the highest first; comparable within one answer only.
        pid: identifier given by the corpus, for benchmarks.
    """

    text: str
    title: str
    source_id: str
    heading: str
    score: float
    pid: str | None = None


class ChatMessage(Model):
    """One message of a conversation with a chat model: role `system`, `user` or `assistant`."""

    role: str
    content: str


# --- people and what passed between them ----------------------------------------------------------


class ContactCard(Model):
    """A contact as the store keeps it; `notes` and `relation` are the person's own words.

    Attributes:
        id: given by the store; short enough to type.
        url: the public profile's address, normalised (lower case, no trailing slash).
        relation: as the person set it; None leaves it to the exchanges (`coach.balance`).
        register_used: the form of address used with this contact; `NONE` when not said.
        connected_on: when the two connected on LinkedIn.
        origin: where the card comes from: `typed`, `linkedin`, `vcard`, `csv`.
    """

    id: str
    name: str
    role: str = ""
    company: str = ""
    email: str = ""
    url: str = ""
    phone: str = ""
    notes: tuple[str, ...] = ()
    relation: Relation | None = None
    register_used: Register = Register.NONE
    connected_on: date | None = None
    origin: str = "typed"

    @property
    def contact(self) -> Contact:
        """What the critique and the rewrite know of this person."""
        return Contact(name=self.name, role=self.role, company=self.company, notes=self.notes)


class Direction(StrEnum):
    """Who spoke to whom."""

    SENT = "sent"
    RECEIVED = "received"


class ExchangeChannel(StrEnum):
    """Where an exchange took place."""

    LINKEDIN = "linkedin"
    EMAIL = "email"
    PHONE = "phone"
    IN_PERSON = "in_person"
    OTHER = "other"


class Exchange(Model):
    """Something that passed between the person and a contact.

    Attributes:
        at: when, in UTC.
        text: the message, or what the person noted of it.
        gives: what it gives to the other side, in its own words; None until it is analysed.
        asks: what it asks of the other side; None until it is analysed.
        corrected: whether the person set `gives` and `asks`; an analysis never overwrites those.
        origin: `typed`, `linkedin`, `practice`…
    """

    id: str
    contact_id: str
    at: datetime
    direction: Direction
    channel: ExchangeChannel = ExchangeChannel.OTHER
    text: str
    gives: tuple[str, ...] | None = None
    asks: tuple[str, ...] | None = None
    corrected: bool = False
    origin: str = "typed"


class Balance(Model):
    """Where the person stands with a contact.

    Attributes:
        given: what the person gave, oldest first.
        asked: what the person asked.
        received: what the contact gave.
        requested: what the contact asked.
        relation: the stage of the relation.
        reason: why it is that one, in Italian.
        may_ask: whether a request can be made now.
        sentence: the balance in a plain Italian sentence.
        last: when the two last spoke, in UTC; None when they never did.
    """

    given: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    received: tuple[str, ...] = ()
    requested: tuple[str, ...] = ()
    relation: Relation = Relation.STRANGER
    reason: str = ""
    may_ask: bool = False
    sentence: str = ""
    last: datetime | None = None


class Reminder(Model):
    """A contact not heard from for a while, and a reason to write.

    Attributes:
        due: the day from which it holds.
        text: the reminder with its reason, in Italian.
    """

    contact_id: str
    name: str
    due: date
    text: str


# --- chat about one contact -----------------------------------------------------------------------


class CitationKind(StrEnum):
    """What a citation points at."""

    PASSAGE = "passage"
    CARD = "card"
    EXCHANGE = "exchange"
    PROFILE = "profile"


class Citation(Model):
    """A numbered source of an answer, `[n]` in its text.

    Attributes:
        title: of the text it comes from, or "Scheda di Anna", "Messaggio del 3 marzo 2026"…
        passage: the words it rests on, as they stand there.
    """

    n: int
    title: str
    passage: str
    kind: CitationKind = CitationKind.PASSAGE
    source_id: str = ""
    heading: str = ""


class Answer(Model):
    """What the coach answers in chat.

    Attributes:
        grounded: whether the sources or the card hold the answer; when not, the text says so and
            there is no citation.
        intent: what the question was taken for (`coach.conversation`).
        origin: `model` when a model worded it and the wording was verified, else `composer`.
        rewrite: the verified message, when one was asked for.
        critique: the critique, when a draft was to be looked at.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    grounded: bool = True
    intent: str = ""
    origin: str = "composer"
    rewrite: Rewrite | None = None
    critique: Critique | None = None


class ChatTurn(Model):
    """A question of the person and what the coach answered."""

    at: datetime
    question: str
    answer: Answer


# --- practice -------------------------------------------------------------------------------------


class Stance(StrEnum):
    """How the person played is disposed to the learner, from cold to open."""

    COLD = "freddo"
    WARY = "cauto"
    CURIOUS = "curioso"
    OPEN = "disponibile"


class Difficulty(StrEnum):
    """How patient the person played is."""

    EASY = "facile"
    MEDIUM = "medio"
    HARD = "difficile"


class Persona(Model):
    """Somebody to practise with, made by us (`knowledge/personas/`) or drawn from a contact.

    Attributes:
        register_expected: the form of address this person expects from a stranger.
        cares_about: what matters to them, as noun phrases.
        annoyed_by: what puts them off.
        would_help: what would be useful to them, as noun phrases.
        busy: 1 (has time) to 3 (answers three words between two meetings).
    """

    id: str
    name: str
    role: str
    company: str = ""
    sector: str = ""
    region: str = ""
    register_expected: Register = Register.LEI
    cares_about: tuple[str, ...] = ()
    annoyed_by: tuple[str, ...] = ()
    would_help: tuple[str, ...] = ()
    busy: int = 2
    contact_id: str = ""


class StanceMove(Model):
    """Why the stance moved, or did not.

    Attributes:
        id: what did it: a principle's id, or a reason of the state machine's own.
        steps: how much it warms (positive) or cools (negative), with difficulty and history
            reckoned in: the moves of a turn add up to its change.
        reason: in Italian, with the learner's words where there are some.
        quote: those words.
    """

    id: str
    steps: float
    reason: str
    quote: str = ""


class PracticeTurn(Model):
    """One message of the learner and what came of it.

    Attributes:
        reply: what the person played answered; empty when they read and did not answer.
        plan: what the reply was to do (`coach.roleplay`).
        origin: `model`, or `fallback` for a written reply of the bank.
        findings: ids of the violations in the learner's message.
        virtues: ids of what it did well.
    """

    learner: str
    stance_before: Stance
    stance_after: Stance
    moves: tuple[StanceMove, ...] = ()
    reply: str = ""
    plan: str = ""
    origin: str = "fallback"
    findings: tuple[str, ...] = ()
    virtues: tuple[str, ...] = ()
    score: int = 0


class TurnReview(Model):
    """What the debrief says of one turn."""

    turn: int
    critique: Critique
    moved: str
    source: Source | None = None
    better: str = ""


class Debrief(Model):
    """What a practice session taught.

    Attributes:
        score: 0..100, of the whole session.
        focus: id of the principle to work on next; empty when there is none.
        next_draft_hint: what to try in the unaided redraft, in Italian.
    """

    score: int
    reviews: tuple[TurnReview, ...] = ()
    did_well: tuple[str, ...] = ()
    to_improve: tuple[str, ...] = ()
    focus: str = ""
    next_draft_hint: str = ""


class PracticeSession(Model):
    """A whole practice, as it is kept.

    Attributes:
        redraft: the first message written again alone after the debrief.
        redraft_score: its score, to be compared with the first turn's; None before it is written.
    """

    id: str
    persona: Persona
    started: datetime
    channel: Channel = Channel.LINKEDIN_MESSAGE
    relation: Relation = Relation.STRANGER
    difficulty: Difficulty = Difficulty.MEDIUM
    turns: tuple[PracticeTurn, ...] = ()
    debrief: Debrief | None = None
    redraft: str = ""
    redraft_score: int | None = None
