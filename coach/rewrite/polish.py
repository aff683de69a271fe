"""Letting the model word the message anew.

A small model writes one good sentence in two and cannot tell which. So it is given the beginning of
a sentence with the fact in it, word for word, and writes the rest, several times at once; what it
writes is adopted only in an attested frame: each run of three words around the fact occurs among
the composer's phrasings or in `data/frames.txt`. A model at an endpoint, which is stronger, is
first asked for the whole message. Either way the verifier has the last word.
"""

from __future__ import annotations

import itertools
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from coach import prompts
from coach.errors import ModelError
from coach.rewrite.compose import Anchor, Composition, Part, Slot, finished
from coach.rewrite.fragments import Kind
from coach.rewrite.morphology import infinitive_of
from coach.rewrite.wording import is_thoughtful
from coach.schemas import CHANNEL_LIMITS, ChatMessage, Register

if TYPE_CHECKING:
    from coach.llm import ChatModel

FRAMES = Path(__file__).parent / "data" / "frames.txt"
#: The prompt that words one sentence.
SENTENCE_PROMPT = "polish_sentence"
#: Candidates asked for each sentence, decoded together.
CANDIDATES = 4
#: Candidates asked for a whole message.
WHOLE_CANDIDATES = 3
#: Most sentences worded anew in one message.
MAX_SENTENCES = 3
#: A request is not begun with less time than this left, in seconds.
LEAST_SECONDS = 2.0

#: Why a text may not be sent; "" when it may.
Verdict = Callable[[str], str]
#: The same, of the message with a sentence in a part's place.
Accepts = Callable[[Composition, Part, str], str]


@dataclass(frozen=True, slots=True)
class Polished:
    """What the model made of a composition.

    Attributes:
        composition: with the adopted sentences.
        text: a whole message that was adopted instead, or "".
        rounds: requests made.
        rejected: candidates that were not good enough.
    """

    composition: Composition
    text: str = ""
    rounds: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """How far the polishing is.

    Attributes:
        composition: the message so far.
        number, total: which sentence, from 1, and of how many.
        adopted: False when the sentence is about to be tried, True when another was put in its
            place.
    """

    composition: Composition
    number: int
    total: int
    adopted: bool = False


def polish_whole(
    composition: Composition,
    *,
    model: ChatModel,
    prompts_folder: Path,
    accepts: Verdict,
    deadline: float,
) -> Polished:
    """Ask a strong model for the whole message and take the first candidate that passes.

    Args:
        composition: a composed message that passes every check.
        model: writes the candidates.
        prompts_folder: holds `polish_message.md`.
        accepts: judges a message.
        deadline: `time.monotonic()` at which to stop.

    Raises:
        ModelError: the request failed.
        PromptError: the prompt is missing or not well formed.
    """
    prompt = prompts.load("polish_message", prompts_folder)
    facts = [fact.text for part in composition.parts for fact in part.facts]
    messages = prompt.render(
        register="Lei" if composition.register is Register.LEI else "tu",
        limit=str(CHANNEL_LIMITS[composition.channel]),
        facts="\n".join(f"- {fact}" for fact in facts) or "- nessuno",
        message=composition.text,
    )
    candidates = model.complete(
        messages,
        n=WHOLE_CANDIDATES,
        max_tokens=prompt.max_tokens or 500,
        temperature=prompt.temperature or 0.7,
        stop=prompt.stop,
        timeout=max(LEAST_SECONDS, deadline - time.monotonic()),
    )
    for tried, candidate in enumerate(candidates):
        text = candidate.strip()
        if text != composition.text and not accepts(text):
            return Polished(composition, text, rounds=1, rejected=tried)
    return Polished(composition, rounds=1, rejected=len(candidates))


def polish(
    composition: Composition,
    *,
    model: ChatModel,
    prompts_folder: Path,
    accepts: Accepts,
    deadline: float,
    cancel: Callable[[], bool],
    on_step: Callable[[Step], None],
) -> Polished:
    """Word sentences anew, those that matter most first, until the time is up.

    Args:
        composition: a composed message that passes every check.
        model: writes the candidates.
        prompts_folder: holds `polish_sentence.md`.
        accepts: judges the message with a candidate in a part's place.
        deadline: `time.monotonic()` at which to stop.
        cancel: True ends the polishing; what was adopted so far stands.
        on_step: told of each sentence before it is tried and after it is adopted.

    Raises:
        ModelError: the first request already failed.
        PromptError: the prompt is missing or not well formed.
    """
    prompt = prompts.load(SENTENCE_PROMPT, prompts_folder)
    register = "Lei" if composition.register is Register.LEI else "tu"
    rounds = rejected = 0
    longest = LEAST_SECONDS
    chosen = _worth_wording(composition)
    for number, index in enumerate(chosen, 1):
        started = time.monotonic()
        if cancel() or deadline - started < longest:
            break
        on_step(Step(composition, number, len(chosen)))
        part = composition.parts[index]
        opening = _opening(part, composition)
        messages = [
            *prompt.render(register=register, sentence=finished(part.text)),
            ChatMessage(role="assistant", content=opening),
        ]
        try:
            answers = model.complete(
                messages,
                n=CANDIDATES,
                max_tokens=prompt.max_tokens or 28,
                temperature=prompt.temperature or 0.7,
                stop=prompt.stop,
                timeout=deadline - started,
            )
        except ModelError:
            if not rounds:
                raise
            break
        rounds += 1
        longest = max(LEAST_SECONDS, time.monotonic() - started)
        candidates = [_whole(answer, opening) for answer in answers]
        good = list(_good(candidates, part, composition))
        rejected += len(candidates) - len(good)
        for sentence in good:
            if not accepts(composition, part, sentence):
                composition = composition.with_text(part, sentence)
                on_step(Step(composition, number, len(chosen), adopted=True))
                break
            rejected += 1
    return Polished(composition, rounds=rounds, rejected=rejected)


def _whole(answer: str, opening: str) -> str:
    """A sentence with its opening, whether or not the model repeats it."""
    if answer.lstrip().lower().startswith(opening.lower()[:12]):
        return answer
    return opening + answer if answer[:1] in " ,.!:" else answer


# --- openings -----------------------------------------------------------------------------------

# What a sentence may begin with, before the model goes on; {} is the fact.
_OPENINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "P": (("Conoscerti {}", "Incontrarti {}"), ("ConoscerLa {}", "IncontrarLa {}")),
    "N": (("{}", "{} mi ha"), ("{}", "{} mi ha")),
    "O": (
        ("Mi farebbe piacere mandarti {}, se", "Sarei felice di mandarti {}, se",
         "Mi farebbe molto piacere mandarti {}, se", "Ti mando volentieri {}, se"),
        ("Mi farebbe piacere mandarLe {}, se", "Sarei felice di mandarLe {}, se",
         "Mi farebbe molto piacere mandarLe {}, se", "Le mando volentieri {}, se"),
    ),
    "H": (
        ("Mi farebbe piacere offrirti {}, se", "Sarei felice di offrirti {}, se",
         "Mi farebbe molto piacere offrirti {}, se", "Ti offro volentieri {}, se"),
        ("Mi farebbe piacere offrirLe {}, se", "Sarei felice di offrirLe {}, se",
         "Mi farebbe molto piacere offrirLe {}, se", "Le offro volentieri {}, se"),
    ),
    "V": (("{}, se",), ("{}, se",)),
    "C": (
        ("Mi ha fatto piacere sapere {}", "Mi ha fatto davvero piacere sapere {}"),
        ("Mi ha fatto piacere sapere {}", "Mi ha fatto davvero piacere sapere {}"),
    ),
    "J": (("{}", "{} e"), ("{}", "{} e")),
    "T": (("Grazie di cuore {}", "Grazie davvero {}"), ("Grazie davvero {}", "Grazie ancora {}")),
}  # fmt: skip


def _opening(part: Part, composition: Composition) -> str:
    """The beginning of the sentence, chosen by the message so that not all sound alike."""
    anchor = part.anchors[0]
    options = _OPENINGS[anchor.kind][composition.register is Register.LEI]
    if anchor.kind == "N" and _is_plural(anchor):
        options = ("{}",)
    said = composition.text.lower()
    fresh = [option for option in options if " ".join(option.lower().split()[:2]) not in said]
    options = tuple(fresh) if fresh and "{}" not in options else options
    turn = sha256(composition.text.encode()).digest()[0] % len(options)
    text = options[turn].format(anchor.text)
    return text[0].upper() + text[1:]


def _can_open(part: Part) -> bool:
    """Whether the model can be given the beginning of this sentence."""
    if part.question is not None or len(part.anchors) != 1:
        return False
    kind = part.fragment.kind if part.fragment else None
    if part.anchors[0].kind == "P":
        return kind in (Kind.MET, Kind.EVENT) and part.text.split()[0] != "ricordo"
    if part.anchors[0].kind == "C":
        # News are a pleasure to hear, needs are not.
        return kind is Kind.DONE and part.fragment is not None and part.fragment.positive
    return part.anchors[0].kind in _OPENINGS


_ORDER = (
    Slot.HOW_MET, Slot.APPRECIATION, Slot.OFFER, Slot.NEED, Slot.COMMON, Slot.THANKS,
)  # fmt: skip


def _worth_wording(composition: Composition) -> list[int]:
    """Indices of the parts to word anew: one of each slot, the most telling first."""
    chosen: dict[Slot, int] = {}
    for index, part in enumerate(composition.parts):
        if part.slot in _ORDER and _can_open(part):
            chosen.setdefault(part.slot, index)
    ranked = sorted(chosen.values(), key=lambda index: _ORDER.index(composition.parts[index].slot))
    return ranked[:MAX_SENTENCES]


def _good(candidates: Sequence[str], part: Part, composition: Composition) -> Iterator[str]:
    """The candidates in an attested frame that differ from the composer's, best first."""
    seen: Counter[str] = Counter()
    for candidate in candidates:
        sentence = tidied(candidate, composition.register)
        new = sentence and same_words(sentence) != same_words(finished(part.text))
        if new and attested(sentence, part.anchors, (part.text, *part.options)):
            seen[sentence] += 1
    # What the model says more often it is surer of.
    yield from (sentence for sentence, _ in seen.most_common())


def same_words(sentence: str) -> str:
    """A sentence less its punctuation and capitals, to tell whether two are the same."""
    return " ".join(re.findall(r"\w+", sentence.lower()))


def tidied(candidate: str, register: Register) -> str:
    """A candidate as one sentence: quotes and trailing sentences off, courtesy capitals on."""
    text = candidate.strip().strip('"«»“” ').split("\n")[0].strip()
    if not text or not re.search(r"[.!?]$", text):
        return ""
    if register is Register.LEI:
        text = re.sub(r"\b(se|che|quando) le (?=[a-zè])", r"\1 Le ", text)
        text = re.sub(r"\b(\w+r)(la|le)\b", _courtesy_enclitic, text)
        text = re.sub(r"\b([Cc]on|[Aa]|[Pp]er|[Dd]i) lei\b", r"\1 Lei", text)
    return text


def _courtesy_enclitic(match: re.Match[str]) -> str:
    """Turn "conoscerla" into "conoscerLa", when it is an infinitive with its pronoun."""
    split = infinitive_of(match[0])
    if split is None or split[1] not in ("la", "le"):
        return match[0]
    return match[1] + match[2].capitalize()


# Stands for a fact while the words around it are looked at; no text holds it.
_MARK = "\x01"

# --- frames -------------------------------------------------------------------------------------


def attested(sentence: str, anchors: Sequence[Anchor], phrasings: Sequence[str]) -> bool:
    """Whether a sentence holds its facts word for word in a frame made of attested runs.

    Args:
        sentence: a candidate.
        anchors: the facts, as the composer said them, in their order.
        phrasings: the composer's own ways to say this part.
    """
    frame = frame_of(sentence, anchors)
    if frame is None or not _agrees(frame, anchors[0]):
        return False
    known = _attested_runs() | {
        run
        for phrasing in phrasings
        if (other := frame_of(phrasing, anchors)) is not None
        for run in _runs(other)
    }
    return all(run in known for run in _runs(frame))


_INSIGHT = frozenset(("spunti", "spunto", "pensare", "riflettere", "idea", "mondo"))
_YOURS = re.compile(r"\b(?:tu[oa]|tuoi|tue|Su[oa]|Suoi|Sue)\b")
_MASCULINE_ONLY = frozenset(("piaciuto", "rimasto", "impresso"))


def _is_plural(anchor: Anchor) -> bool:
    return re.match(r"(?:i|gli|le|due|tre|\d+)\s", anchor.text) is not None


def _agrees(frame: Sequence[str], anchor: Anchor) -> bool:
    """Whether the verbs around a noun phrase agree with it in number and gender."""
    if anchor.kind == "P" and {"complimenti", "spunti", "riflettere", "pensare"} & set(frame):
        # Having met somebody is nothing to congratulate them on, nor food for thought.
        return False
    if "sorpresa" in frame and "bella" not in frame:
        return False
    if anchor.kind == "P" and tuple(frame[-5:]) == ("P", "mi", "ha", "fatto", "piacere"):
        # Paler than what the composer says.
        return False
    if anchor.kind == "N" and _INSIGHT & set(frame) and not is_thoughtful(anchor.text):
        # A dish gives pleasure, not food for thought.
        return False
    if anchor.kind == "N" and re.match(r"N è stat[oa] ", " ".join(frame)):
        return False
    if anchor.kind == "N" and "complimenti" in frame and not _YOURS.search(anchor.text):
        # It may be another's: an article about them, a concert.
        return False
    if anchor.kind in "OH":
        many = re.match(r"(?:i|gli|le|dei|degli|delle|due|tre|\d+)\s", anchor.text) is not None
        return not (many and {"serve", "interessa"} & set(frame))
    if anchor.kind != "N":
        return True
    if frame[0] == "N" and "fatto" in frame and "piacere" in frame:
        # Things are admired; it is news and people that please.
        return False
    plural = _is_plural(anchor)
    if "hanno" in frame and not plural:
        return False
    pairs = set(itertools.pairwise(frame))
    own_subject = "fatto" in frame and frame[-1] == anchor.kind
    if plural and not own_subject and pairs & {("mi", "ha"), ("mi", "è"), (anchor.kind, "è")}:
        return False
    masculine = re.match(r"(?:il|lo|un|uno)\s", anchor.text) is not None
    return masculine or not _MASCULINE_ONLY & set(frame)


def frame_of(sentence: str, anchors: Sequence[Anchor]) -> tuple[str, ...] | None:
    """The words around the facts, each fact standing as its letter; None when one is missing."""
    text = sentence.strip().rstrip(".!?…")
    kinds = iter([anchor.kind for anchor in anchors])
    for anchor in anchors:
        at = text.lower().find(anchor.text.lower())
        # Capitals inside a fact are its own: only its first letter may differ.
        if at < 0 or text[at + 1 : at + len(anchor.text)] != anchor.text[1:]:
            return None
        text = f"{text[:at]} {_MARK} {text[at + len(anchor.text) :]}"
    words = re.findall(rf"{_MARK}|[^\W_]+'?|[,:;]", text)
    if words and words[0] not in ("Le", "La", _MARK):
        words[0] = words[0][0].lower() + words[0][1:]
    return tuple(next(kinds) if word == _MARK else word for word in words)


def _runs(frame: Sequence[str]) -> Iterator[tuple[str, ...]]:
    padded = ["^", *frame, "$"]
    for start in range(len(padded) - 2):
        yield tuple(padded[start : start + 3])


@lru_cache(maxsize=1)
def _attested_runs() -> frozenset[tuple[str, ...]]:
    lines = FRAMES.read_text(encoding="utf-8").splitlines()
    return frozenset(
        run
        for line in lines
        if line.strip() and not line.startswith("#")
        for run in _runs(line.split())
    )
