"""How the person played is disposed to the learner, and what moves it.

The stance is the visible step of a warmth, a real number that each message raises or lowers::

    freddo  < 1 ≤  cauto  < 2 ≤  curioso  < 3 ≤  disponibile

- *Where it starts*: the relation sets the step (a stranger is met coldly, somebody met once
  warily, an acquaintance with curiosity); the difficulty sets how far the next one is.
- *What moves it*: `STEPS`. Difficulty multiplies what warms and what cools. A virtue warms less
  each time it is repeated, and less after something grave was said; in a message that also asks,
  sells, hurries or offends it hardly counts, so that such a message never warms.
- *What bounds it*: nobody opens up to a person they do not know before having been given something
  in an earlier message; one message alone does not make good a grave one; and rancour has a
  floor, deeper for insults.

All of it is plain arithmetic on the turns so far: the same conversation always takes the same path,
and the moves of a turn add up to the change of warmth within those bounds. The figures are ours,
set by judgement before they were tried on `tests/evals/conversations.jsonl`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coach.rewrite.plan import content_stems
from coach.roleplay.past import ASKS, GIFTS, GRAVE, Past
from coach.roleplay.planning import ReplyPlan
from coach.roleplay.reading import Reading
from coach.schemas import (
    Act,
    Analysis,
    Difficulty,
    Persona,
    PracticeTurn,
    Register,
    Relation,
    Span,
    Stance,
    StanceMove,
)

#: Warmth from which each stance holds, warmest first.
THRESHOLDS: tuple[tuple[float, Stance], ...] = (
    (3.0, Stance.OPEN),
    (2.0, Stance.CURIOUS),
    (1.0, Stance.WARY),
)
#: Warmth before the first message, by relation and difficulty.
STARTS: dict[Relation, dict[Difficulty, float]] = {
    Relation.STRANGER: {Difficulty.EASY: 0.8, Difficulty.MEDIUM: 0.4, Difficulty.HARD: 0.0},
    Relation.MET: {Difficulty.EASY: 1.7, Difficulty.MEDIUM: 1.4, Difficulty.HARD: 1.0},
    Relation.ESTABLISHED: {Difficulty.EASY: 2.8, Difficulty.MEDIUM: 2.6, Difficulty.HARD: 2.1},
}
#: What difficulty multiplies, what warms and what cools.
WARMING = {Difficulty.EASY: 1.2, Difficulty.MEDIUM: 1.0, Difficulty.HARD: 0.65}
COOLING = {Difficulty.EASY: 0.7, Difficulty.MEDIUM: 1.0, Difficulty.HARD: 1.4}
#: Lowest warmth; after an insult, `INSULTED`.
FLOORS = {Difficulty.EASY: -0.3, Difficulty.MEDIUM: -0.6, Difficulty.HARD: -1.0}
INSULTED = -2.0
HIGHEST = 3.5
#: Highest warmth of whoever does not know the learner and was not given anything before.
BEFORE_A_GIFT = 2.9
#: Highest warmth that one message gives back to whoever was left cold by something grave.
AFTER_A_CHILL = 1.9

#: Steps of each move, before difficulty and history. Principles by their id.
STEPS: dict[str, float] = {
    "how_met": 0.6,
    "appreciation": 0.7,
    "offer": 1.0,
    "common_ground": 0.5,
    "light_next_step": 0.25,
    "personal": 0.6,
    "useful": 0.4,
    "delivery": 1.0,
    "answer": 0.5,
    "apology": 0.6,
    "thanks": 0.2,
    "early_ask": -1.2,
    "intro_request": -1.3,
    "free_service": -1.3,
    "hard_sell": -1.2,
    "pressure": -1.0,
    "generic": -0.5,
    "false_familiarity": -0.6,
    "autobiography": -0.4,
    "too_long": -0.4,
    "mixed_register": -0.3,
    "language_errors": -0.15,
    "wrong_register": -0.5,
    "busy": -0.3,
    "chase": -0.4,
    "repeated": -0.6,
    "insult": -3.0,
    "rude": -1.2,
    "coarse": -0.6,
    "role_break": -0.5,
    "off_topic": -0.4,
    "foreign": -0.3,
    "unclear": -0.3,
    "placeholder": -0.5,
}
#: A request after something was offered that nobody has taken yet; and one made again.
HASTY_ASK, ANOTHER_ASK = -0.7, -0.8
#: Share of a virtue's steps at its first, second… time; the last one holds for the rest.
REPEATED = (1.0, 0.35, 0.0)
REPEATED_GIFT = (1.0, 0.9, 0.5, 0.25)
#: Share left of what warms, in a message that also does something grave.
SPOILT = 0.1
#: Share left of what warms, in the messages after something grave, by difficulty.
REGAINING = {Difficulty.EASY: 0.9, Difficulty.MEDIUM: 0.75, Difficulty.HARD: 0.6}
#: Share left of the chill of a message that could go to anyone, when it gives something.
GIVING_SHARE = 0.5
#: How much more a fault costs with whoever cannot stand it.
HATED = 1.25
#: Words of a persona's `annoyed_by` that speak of a fault.
_ANNOYANCES = {
    "generic": r"mandat\w+ a|a mille|automatic|copiat|copia|generic|circolar|senza aver letto",
    "early_ask": r"curriculum|condizioni di favore|che chiedono|chi chiede(?! analisi| un parere)",
    "free_service": r"gratis|gratuit|un parere",
    "intro_request": r"contatti|presentazioni a",
    "hard_sell": r"vend|sconti|pacchetti|promette|promesse|visibilità|mercati",
    "pressure": r"fretta|solleciti|per domani|insist",
    "chase": r"fretta|solleciti|insist",
    "false_familiarity": r"confidenza",
    "wrong_register": r"confidenza|il tu\b",
    "busy": r"lungh|giri di parole|papir",
    "too_long": r"lungh|giri di parole|papir",
    "autobiography": r"giri di parole|parla solo di sé|storie di vita",
    "language_errors": r"errori|sgrammatic",
}
#: Most slips that count.
MOST_SLIPS = 3
#: Words from which a message is long for somebody so busy.
LONG_FOR: dict[int, int] = {2: 200, 3: 110}
#: Fewest words that answer a question.
ANSWERING_WORDS = 6
#: Confidence from which what concerns the reader warms them. The analysis tells it from less,
#: because there it is the absence that counts; and a stranger must say it more plainly.
LIKELY = {Relation.STRANGER: 0.6, Relation.MET: 0.4, Relation.ESTABLISHED: 0.4}
_ASKING = (Act.ASK, Act.INTRO_REQUEST, Act.FREE_SERVICE)
#: Share of the steps left when the two have met: a first meeting softens some faults, and whoever
#: was there needs less to be told of it.
_MET_SHARE = {"generic": 0.5, "wrong_register": 0.6, "how_met": 0.6}
_VIRTUES = ("how_met", "appreciation", "offer", "common_ground", "light_next_step")
_QUESTIONS = (ReplyPlan.ASK_WHO, ReplyPlan.ASK_PURPOSE, ReplyPlan.ASK_OFFER, ReplyPlan.ASK_TIME)
#: Conducts of the learner that are moves by themselves.
_CONDUCTS = (
    "insult", "rude", "coarse", "role_break", "off_topic", "foreign", "unclear", "placeholder",
)  # fmt: skip

#: Why each move counts, for the learner. {who} is the person played, {quote} the words.
REASONS: dict[str, str] = {
    "how_met": "Dici da dove nasce il contatto{quote}: {who} capisce perché scrivi.",
    "appreciation": "Apprezzi una cosa precisa{quote}: si sente che hai guardato davvero.",
    "offer": "Offri qualcosa{quote} senza chiedere niente in cambio.",
    "common_ground": "Trovi un punto in comune{quote}.",
    "light_next_step": "Proponi un passo leggero{quote}, facile da accettare o rimandare.",
    "personal": "Nomini una cosa che riguarda proprio {who}{quote}.",
    "useful": "Tocchi qualcosa che a {who} serve davvero{quote}.",
    "delivery": "Mantieni quello che hai offerto{quote}: alle parole seguono i fatti.",
    "answer": "Rispondi a quello che {who} ti ha chiesto{quote}.",
    "apology": "Ti scusi{quote}: si può ripartire, con calma.",
    "thanks": "Ringrazi{quote}.",
    "early_ask": "Chiedi qualcosa per te{quote} e {who} non ha ancora ricevuto niente.",
    "intro_request": "Chiedi di farti presentare qualcuno{quote}: {who} ci metterebbe la faccia.",
    "free_service": "Chiedi lavoro o un parere gratis{quote}.",
    "hard_sell": "Vendi{quote}: {who} si sente un cliente, non una persona.",
    "pressure": "Metti fretta o fai pesare qualcosa{quote}.",
    "generic": "Il messaggio potrebbe arrivare uguale a chiunque: {who} non ci si riconosce.",
    "false_familiarity": "Ti prendi una confidenza che non c'è ancora{quote}.",
    "autobiography": "Parli soprattutto di te: per {who} resta poco.",
    "too_long": "È più lungo di quanto il canale regga.",
    "mixed_register": "Mescoli il tu e il Lei{quote}.",
    "language_errors": "C'è qualche errore di scrittura{quote}: dà l'idea di fretta.",
    "wrong_register": "{who} si aspetta il Lei da chi non conosce, e tu dai del tu{quote}.",
    "busy": "{who} ha poco tempo, e {words} parole sono tante.",
    "chase": "Insisti per avere una risposta{quote}.",
    "repeated": "Hai già scritto quasi le stesse parole.",
    "insult": "Offendi{quote}: dopo un insulto {who} chiude.",
    "rude": "Il tono è sgarbato{quote}.",
    "coarse": "Usi parole volgari{quote}.",
    "role_break": "Provi a parlare con qualcun altro che {who}{quote}: dall'altra parte stupisce.",
    "off_topic": "Parli d'altro{quote}: {who} non capisce che cosa c'entri.",
    "foreign": "Scrivi in un'altra lingua a chi parla italiano.",
    "placeholder": "Hai lasciato un segnaposto da riempire{quote}.",
    "unclear": "Dal messaggio non si capisce niente.",
    "earned_ask": "Chiedi{quote} quando è il momento: prima avete costruito qualcosa.",
    "hasty_ask": "Chiedi{quote} subito dopo avere offerto: sembra uno scambio.",
    "another_ask": "Chiedi di nuovo{quote}: una richiesta alla volta.",
    "not_yet": "Più di così, per ora, {who} non si apre: {why}.",
    "empty": "Non c'è scritto niente.",
    "nothing": "Il messaggio non dà e non toglie: tutto resta com'è.",
}
_HATED = " È proprio quello che {who} non sopporta."
_AGAIN = " Già detto: conta meno."
_SPOILT = " Ma nello stesso messaggio c'è anche altro, e conta poco."
_REGAINING = " Dopo l'inizio freddo, la fiducia torna piano."


@dataclass(frozen=True)
class Change:
    """What a message did to the stance.

    Attributes:
        before: the stance before it.
        after: the stance after it.
        moves: why; there is always at least one.
    """

    before: Stance
    after: Stance
    moves: tuple[StanceMove, ...]


def stance_at(warmth: float) -> Stance:
    """The stance that a warmth shows as."""
    return next((stance for least, stance in THRESHOLDS if warmth >= least), Stance.COLD)


def warmth_after(
    turns: Sequence[PracticeTurn], relation: Relation, difficulty: Difficulty
) -> float:
    """The warmth after these turns, from 0 for ice to `HIGHEST`; it may go below."""
    warmth = STARTS[relation][difficulty]
    insulted = False
    for turn in turns:
        insulted = insulted or any(move.id == "insult" for move in turn.moves)
        warmth = _moved(warmth, turn.moves, difficulty, insulted)
    return warmth


def react(
    reading: Reading,
    *,
    persona: Persona,
    relation: Relation,
    difficulty: Difficulty,
    past: Past,
) -> Change:
    """How a message moves the person played.

    Args:
        reading: the message.
        persona: who reads it.
        relation: how well they knew the learner before the conversation.
        difficulty: their patience.
        past: what was already said.
    """
    warmth = warmth_after(past.turns, relation, difficulty)
    before = stance_at(warmth)
    moves = _moves(reading, persona, relation, difficulty, past, before)
    insulted = past.count("insult") > 0 or any(move.id == "insult" for move in moves)
    after = _moved(warmth, moves, difficulty, insulted)
    if relation is not Relation.ESTABLISHED:
        reached = warmth + sum(move.steps for move in moves)
        bound, why = _bound(moves, before, past)
        if reached > bound:
            moves = (*moves, _move("not_yet", bound - reached, persona, why=why))
            after = bound
    return Change(before, stance_at(after), moves)


def _bound(moves: Sequence[StanceMove], before: Stance, past: Past) -> tuple[float, str]:
    """The highest warmth that a message can lead to, and why it is not higher."""
    if past.cooled and before is Stance.COLD:
        return AFTER_A_CHILL, "un messaggio solo non cancella quello di prima"
    only_words = not past.accepted and {m.id for m in moves if m.steps > 0} <= {"answer", "thanks"}
    if past.given and not only_words:
        return math.inf, ""
    if past.given or any(move.id in GIFTS for move in moves):
        return BEFORE_A_GIFT, "aspetta di vedere che cosa segue all'offerta"
    return BEFORE_A_GIFT, "non ha ancora ricevuto niente"


def _moved(
    warmth: float, moves: Sequence[StanceMove], difficulty: Difficulty, insulted: bool
) -> float:
    floor = min(warmth, INSULTED if insulted else FLOORS[difficulty])
    moved = warmth + sum(move.steps for move in moves)
    return round(min(HIGHEST, max(floor, moved)), 2)


def _moves(
    reading: Reading,
    persona: Persona,
    relation: Relation,
    difficulty: Difficulty,
    past: Past,
    stance: Stance,
) -> tuple[StanceMove, ...]:
    if "empty" in reading.conduct:
        return (_move("empty", 0.0, persona),)
    words = reading.analysis.length.words if reading.analysis else 0
    cold = []
    for move_id, steps, quote in _cooling(reading, persona, relation, past, stance):
        hated = _is_hated(move_id, persona)
        steps *= COOLING[difficulty] * (HATED if hated else 1.0)
        note = about(_HATED, persona) if hated else ""
        cold.append(_move(move_id, steps, persona, quote, note=note, words=words))
    spoilt = any(move.id in (*GRAVE, "hasty_ask", "role_break", "off_topic") for move in cold)
    unfit = any(move.id in ("foreign", "unclear") for move in cold)
    warm = []
    for move_id, share, quote in (
        [] if unfit else _warming(reading, persona, relation, past, spoilt)
    ):
        steps = STEPS[move_id] * share * WARMING[difficulty]
        if relation is Relation.MET:
            steps *= _MET_SHARE.get(move_id, 1.0)
        note = _AGAIN if share < 1 else ""
        if spoilt:
            steps, note = steps * SPOILT, _SPOILT
        elif past.cooled and move_id != "apology":
            steps, note = steps * REGAINING[difficulty], note or _REGAINING
        warm.append(_move(move_id, steps, persona, quote, note=note))
    asked = _asked(reading)
    if asked and past.may_ask(relation, stance) and not past.count("earned_ask"):
        warm.append(_move("earned_ask", 0.0, persona, asked.quote))
    return (*cold, *warm) or (_move("nothing", 0.0, persona),)


def _cooling(
    reading: Reading, persona: Persona, relation: Relation, past: Past, stance: Stance
) -> Iterator[tuple[str, float, str]]:
    """Moves that cool, as id, steps and words; the gravest first."""
    for family in _CONDUCTS:
        if family in reading.conduct:
            # Each time it happens again, patience is shorter.
            again = 1 + 0.5 * past.count(family) if family == "role_break" else 1.0
            yield family, STEPS[family] * again, reading.conduct[family].quote
    yield from _asking(reading, relation, past, stance)
    found: dict[str, list[str]] = {}
    for finding in reading.critique.violations if reading.critique else ():
        found.setdefault(finding.id, []).append(finding.quote)
    for principle_id, quotes in found.items():
        if principle_id in ASKS:
            continue
        steps = STEPS.get(principle_id, 0.0)
        if principle_id == "language_errors":
            steps *= min(len(quotes), MOST_SLIPS)
        if relation is Relation.MET:
            steps *= _MET_SHARE.get(principle_id, 1.0)
        if principle_id == "generic" and "offer" in reading.virtues:
            steps *= GIVING_SHARE
        whole = principle_id in ("generic", "autobiography", "too_long")
        yield principle_id, steps, "" if whole else quotes[0]
    if "chase" in reading.conduct and not past.first and "pressure" not in found:
        yield "chase", STEPS["chase"], reading.conduct["chase"].quote
    if past.repeats(reading.text):
        yield "repeated", STEPS["repeated"], ""
    analysis = reading.analysis
    if analysis is None:
        return
    if (
        persona.register_expected is Register.LEI
        and analysis.register_used is Register.TU
        and relation is not Relation.ESTABLISHED
        and stance in (Stance.COLD, Stance.WARY)
        and not past.count("wrong_register")
    ):
        marks = [m for m in analysis.register_marks if m.register_used is Register.TU]
        steps = STEPS["wrong_register"] * (
            _MET_SHARE["wrong_register"] if relation is Relation.MET else 1.0
        )
        yield "wrong_register", steps, marks[0].quote if marks else ""
    if analysis.length.words > LONG_FOR.get(persona.busy, 10_000) and "too_long" not in found:
        yield "busy", STEPS["busy"], ""


def _is_hated(move_id: str, persona: Persona) -> bool:
    """Whether a fault is among those that the person says they cannot stand."""
    words = _ANNOYANCES.get(move_id, "")
    return words != "" and any(re.search(words, phrase) for phrase in persona.annoyed_by)


def _asking(
    reading: Reading, relation: Relation, past: Past, stance: Stance
) -> Iterator[tuple[str, float, str]]:
    asked = _asked(reading)
    if asked is None:
        return
    if past.may_ask(relation, stance):
        if past.count("earned_ask"):
            yield "another_ask", ANOTHER_ASK, asked.quote
        return
    found = reading.findings
    name = next((name for name in ASKS if name in found), "early_ask")
    if past.given and not past.cooled:
        yield "hasty_ask", HASTY_ASK, asked.quote
    else:
        yield name, STEPS[name], asked.quote


def _asked(reading: Reading) -> Span | None:
    """What the message asks for the learner, or None."""
    if reading.analysis is None:
        return None
    return next(iter(reading.analysis.spans(*_ASKING)), None)


def _warming(
    reading: Reading, persona: Persona, relation: Relation, past: Past, spoilt: bool
) -> Iterator[tuple[str, float, str]]:
    """Moves that warm, as id, share of its steps and words."""
    analysis = reading.analysis
    if analysis is None or past.repeats(reading.text):
        return
    quotes = {str(span.act): span.quote for span in reversed(analysis.acts)}
    virtues = [name for name in _VIRTUES if name in quotes]
    delivered = reading.conduct.get("delivery") if past.given else None
    for name in virtues:
        if name == "how_met" and relation is Relation.ESTABLISHED:
            continue
        if name == "offer":
            share = _share(REPEATED_GIFT, past.count(*GIFTS))
            if delivered is not None and not past.count("delivery"):
                yield "delivery", 1.0, _sentence(analysis, delivered)
            else:
                yield "offer", share, quotes[name]
        else:
            yield name, _share(REPEATED, past.count(name)), quotes[name]
    if delivered is not None and "offer" not in virtues:
        share = _share(REPEATED_GIFT, past.count("delivery"))
        yield "delivery", share, _sentence(analysis, delivered)
    personal = _attention(analysis, relation)
    if personal and not {"how_met", "appreciation", "common_ground"} & set(virtues):
        yield "personal", _share(REPEATED, past.count("personal")), personal
    useful = _useful(analysis, persona)
    if useful and not past.count("useful"):
        yield "useful", 1.0, useful
    if spoilt:
        return
    if "apology" in reading.conduct and past.to_apologise and not past.count("apology"):
        yield "apology", 1.0, reading.conduct["apology"].quote
    if "thanks" in reading.conduct and not past.first:
        yield "thanks", _share(REPEATED, past.count("thanks")), reading.conduct["thanks"].quote
    # A virtue is an answer too, and has counted already.
    asked = not past.first and past.plans[-1] in _QUESTIONS and not (virtues or delivered)
    # "Era per ampliare la rete" could be said to anyone: it tells nothing of what was asked.
    empty = "networking" in reading.conduct and not personal
    helpful = not empty and {
        "apology", "farewell", "chase", "rude", "coarse", "foreign",
    }.isdisjoint(reading.conduct)  # fmt: skip
    if asked and helpful and analysis.length.words >= ANSWERING_WORDS:
        yield "answer", _share(REPEATED, past.count("answer")), ""


def _attention(analysis: Analysis, relation: Relation) -> str:
    """The words that surely concern the reader, and want nothing of them; "" for none.

    "Mi presti la sala?" names something of theirs too, to have it.
    """
    asking = {span.sentence for span in analysis.spans(*_ASKING)}
    spans = analysis.spans(Act.PERSONAL)
    sure = (s for s in spans if s.confidence >= LIKELY[relation] and s.sentence not in asking)
    return next((span.quote for span in sure), "")


def _sentence(analysis: Analysis, span: Span) -> str:
    """The sentence that holds a span."""
    held = (s.quote for s in analysis.sentences if s.start <= span.start < s.end)
    return next(held, span.quote)


def _share(shares: Sequence[float], times: int) -> float:
    return shares[min(times, len(shares) - 1)]


def _useful(analysis: Analysis, persona: Persona) -> str:
    """The sentence that offers what would help the person, or ""."""
    wanted = content_stems(" ".join(persona.would_help))
    offers = (analysis.sentences[span.sentence].quote for span in analysis.spans(Act.OFFER))
    return next((said for said in offers if len(content_stems(said) & wanted) >= 2), "")


def _move(
    move_id: str,
    steps: float,
    persona: Persona,
    quote: str = "",
    *,
    note: str = "",
    why: str = "",
    words: int = 0,
) -> StanceMove:
    short = shortened(quote)
    reason = about(
        REASONS[move_id], persona, quote=f" («{short}»)" if short else "", why=why, words=words
    )
    return StanceMove(id=move_id, steps=round(steps, 2), reason=reason + note, quote=quote)


def about(text: str, persona: Persona, **values: object) -> str:
    """A sentence with ``{who}`` filled with the person's name, and with the other values."""
    who = first_name(persona.name)
    filled = text.format(who=who, **values)
    # "a Amina" is said "ad Amina", "e Elena" "ed Elena".
    return re.sub(
        rf"\b([aeAE]) (?={re.escape(who)})",
        lambda match: f"{match[1]}d " if match[1].lower() == who[0].lower() else match[0],
        filled,
    )


def shortened(quote: str, longest: int = 90) -> str:
    """A quote fit for a sentence: one line, cut at a word."""
    line = " ".join(quote.split()).strip(" .,;:")
    return line if len(line) <= longest else line[:longest].rsplit(" ", 1)[0] + "…"


def first_name(name: str) -> str:
    """How the person is called in a sentence: the name without title and surname."""
    words = [w for w in name.split() if not re.fullmatch(r"(?i)\w{2,5}\.(?:\w{1,4}\.?)?", w)]
    return words[0] if words else name or "chi legge"
