"""Answers to open questions, made of sentences of the library quoted as they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from coach.conversation.context import Context
from coach.conversation.coverage import Coverage
from coach.conversation.sources import AnswerDraft, first_name
from coach.library import Evidence
from coach.library.lexical import terms
from coach.schemas import Answer, Passage

#: Longest stretch quoted of a passage, in characters, and sentences of it at most.
LONGEST_STRETCH, MOST_SENTENCES = 420, 3
#: Passages quoted in an answer.
MOST_PASSAGES = 2
#: A second passage is quoted when it is about as near as the first, and both are short.
NEAR_FIRST, LONGEST_ANSWER = 0.05, 600
#: Evidence from which the first passage is the right one more often than not (two times in three
#: above, fewer than half below, on 135 questions); under it the answer says that it is not sure.
SURE = 0.9
#: Probability from which what does not answer a question is still worth naming.
NEAR = 0.4
#: What the words of the question in a stretch weigh beside a cosine, and each further sentence.
HELD_WEIGHT, LONGER_WEIGHT = 0.2, 0.04
#: What it weighs that a stretch opens its passage: there it says who speaks, and of what.
OPENING_WEIGHT = 0.08
#: A stretch with fewer characters leaves the reader asking for more; what that costs it.
SHORT_STRETCH, SHORT_COST = 160, 0.1
#: What it costs a stretch that it does not name whoever speaks in it.
UNNAMED_COST = 0.15


def open_question(context: Context, coverage: Coverage, draft: AnswerDraft) -> Answer:
    """Answer an open question with the stretches that answer it best."""
    first, *others = coverage.passages
    stretch = best_stretch(context.question, first)
    # Of a text that was added no question is known: coverage asked more of it already.
    unsure = 0 <= first.asked < SURE - first.told - first.words
    told = [(stretch, first)]
    for other in others[: MOST_PASSAGES - 1]:
        also = best_stretch(context.question, other)
        as_near = other.asked >= first.asked - NEAR_FIRST and other.told >= first.told - NEAR_FIRST
        fitting = unsure or (as_near and other.words >= first.words)
        if fitting and len(stretch) + len(also) <= LONGEST_ANSWER:
            told.append((also, other))
    if unsure:
        draft.say(_NEAREST[len(told) > 1])
    for words, evidence in told:
        draft.say(words, draft.passage(evidence.passage))
    return draft.answer()


_NEAREST = (
    "La cosa più vicina che trovo nelle fonti è questa.",
    "Le cose più vicine che trovo nelle fonti sono due.",
)


def best_stretch(question: str, evidence: Evidence) -> str:
    """The run of whole sentences of a passage that answers best.

    A run is as near to a question as its sentences are by meaning, and the more of the question's
    words it holds the better. A sentence that leans on the one before it opens none.
    """
    text = evidence.passage.text
    parts = _parts(evidence)
    words = set(terms(question))
    speaker = _speaker(evidence.passage)
    runs = []
    for first, opening in enumerate(parts):
        if first and _LEANING.match(text[opening.start : opening.end]):
            continue
        for last in range(first, min(len(parts), first + MOST_SENTENCES)):
            stretch = text[opening.start : parts[last].end]
            before = parts[last - 1].end - opening.start if last > first else 0
            if before >= SHORT_STRETCH and len(stretch) > LONGEST_STRETCH:
                break
            near = max(part.cosine for part in parts[first : last + 1])
            held = len(words & set(terms(stretch))) / max(1, len(words))
            fit = near + HELD_WEIGHT * held + LONGER_WEIGHT * (last - first)
            fit += OPENING_WEIGHT if first == 0 else 0.0
            if len(stretch) < SHORT_STRETCH and last + 1 < len(parts):
                fit -= SHORT_COST
            fit -= UNNAMED_COST if speaker and speaker not in stretch else 0.0
            runs.append((fit, " ".join(stretch.split())))
    return max(runs)[1]


def _speaker(passage: Passage) -> str:
    """Who speaks in a passage that is headed by a name ("Paolo Gerin: chi insiste…"), or ""."""
    name, colon, _ = passage.heading.partition(":")
    return name if colon and name in passage.text else ""


@dataclass(frozen=True)
class _Part:
    """A sentence of a passage: where it stands and how near it is to the question."""

    start: int
    end: int
    cosine: float


def _parts(evidence: Evidence) -> list[_Part]:
    """The sentences of a passage; what goes on in lower case belongs to the one before."""
    text = evidence.passage.text
    parts: list[_Part] = []
    for sentence, cosine in evidence.sentences:
        start = text.index(sentence, parts[-1].end if parts else 0)
        end = start + len(sentence)
        if not parts and sentence[0].islower():
            start = 0  # the words before it were too few to be indexed
        if parts and sentence[0].islower():
            before = parts.pop()
            start, cosine = before.start, max(before.cosine, cosine)
        parts.append(_Part(start, end, cosine))
    return parts


# A sentence that begins so says nothing without the one before it.
_LEANING = re.compile(
    r"(?:E|Ma|È|Anche|Quindi|Perciò|Il motivo|La risposta|Però|Infatti|Così|Lei|Lui|Il commento|"
    r"Il giudizio|Il paragone|Il risultato|Chiude|Conferma|Ammette|Aggiunge|Poi|Ringrazia|Allora|"
    r"La condizione|Le stesse|Va da|La differenza|Mette però|Dice|Questo|Questa|Se insiste|"
    r"Il mittente|Arriva|Spiega|Da lì|Mentre|Lo stesso|L'invito è|L'alternativa|Sono|Non lo|"
    r"La lezione|Chi scrive|È quest\w|Vanno|Quello che|Suggerisce|Fingere)\b"
)


def not_covered(context: Context, draft: AnswerDraft, coverage: Coverage | None = None) -> Answer:
    """Say plainly that the sources do not tell, and what can be asked."""
    about = context.about
    where = "Le fonti che ho non"
    if about is not None:
        where = f"Né le fonti né la scheda di {first_name(about.card)}"
    if coverage is not None and coverage.nearest is not None and coverage.probability >= NEAR:
        # It may be there: what is not sure is only not quoted.
        draft.say(
            "Non trovo nelle fonti una risposta sicura, e preferisco non rispondere a caso. Se può "
            f"servirti, la cosa più vicina è «{coverage.nearest.heading}»: prova a chiedermi di "
            "quella."
        )
    else:
        draft.say(f"{where} ne parlano, e preferisco non rispondere a caso.")
    if context.about is not None:
        name = first_name(context.about.card)
        draft.say(
            f"Posso dirti che cosa offrire a {name}, se è il momento di chiedere, o prepararti un "
            "messaggio.".replace("a A", "ad A")
        )
    else:
        draft.say(
            "Posso aiutarti a scrivere a chi non conosci ancora: che cosa offrire, quando "
            "chiedere, come cominciare un messaggio o rivederne uno."
        )
    return draft.answer(grounded=False)


def which_contact(context: Context, draft: AnswerDraft) -> Answer:
    """Ask whom a question on a contact is about."""
    draft.say("Non so di chi parli: apri la scheda della persona e chiedimelo da lì.")
    return draft.answer(grounded=False)


def chat(context: Context, draft: AnswerDraft) -> Answer:
    """Answer a greeting, a thank-you or "cosa sai fare"; nothing is claimed, nothing is cited."""
    asked = context.question.lower()
    if re.search(r"\b(?:grazie|ringrazi\w+|perfetto|ottimo|brav\w+|ok|va bene|ricevuto)\b", asked):
        draft.say("Di niente. Quando vuoi, sono qui.")
    elif re.search(r"\b(?:arrivederci|a dopo|buona (?:serata|giornata|notte)|ciao ciao)\b", asked):
        draft.say("A presto, e ricorda: prima offri.")
    else:
        if re.search(r"\b(?:ciao|buon\w+|salve|hey|ehi)\b", asked):
            draft.say("Ciao!")
        draft.say(
            "Ti aiuto a scrivere a persone che non conosci ancora, offrendo prima di chiedere."
        )
        if context.about is not None:
            name = first_name(context.about.card)
            draft.say(
                f"Di {name} puoi chiedermi che cosa offrire, se è il momento di chiedere, quando "
                "risentirsi, o di scrivere un messaggio."
            )
        else:
            draft.say(
                "Puoi chiedermi di rivedere una bozza, di prepararti un messaggio, o che cosa "
                "dicono le fonti sul fare rete."
            )
    return draft.answer()
