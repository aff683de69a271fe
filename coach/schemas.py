"""The nouns of the product: what is said between its rooms.

All offsets are in Unicode code points of the text as the person gave it, end exclusive, so that
``text[start:end] == quote`` always holds.
"""

from __future__ import annotations

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
