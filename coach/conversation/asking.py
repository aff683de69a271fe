"""A question as it was typed: its own words, the text pasted with it, what it follows up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from coach.analysis.text import clean, listed
from coach.conversation.intents import Intent
from coach.library.lexical import fold
from coach.schemas import ChatTurn

#: Words that a pasted text has at least.
LEAST_PASTED = 4
#: Words of a question that may lean on the turn before it, at most.
SHORT = 9


@dataclass(frozen=True)
class Asked:
    """A question taken apart.

    Attributes:
        question: its own words.
        pasted: a draft or a message that came with it, or "".
    """

    question: str
    pasted: str = ""


# What announces that a text follows.
_ANNOUNCES = re.compile(
    r"\b(?:rived|rived\w+|rvedi|correg\w+|rilegg\w+|legg[io]\w*|valut\w+|giudic\w+|critic\w+|"
    r"controll\w+|miglior\w+|sistem\w+|guarda\w*|bozza|testo|messaggio|mesaggio|mail|email|e-mail|"
    r"invito|rispo\w+|replic\w+|scritto|scrive|mand\w+|invi\w+|ricevuto|arrivat\w+|pensi|dici|sembra|pare|"
    r"va bene|cosi|questo|questa)\b"
)
_TO_COACH = re.compile(
    r"^(?:e )?(?:come|cosa|che|quando|posso|devo|dovrei|va bene|secondo te|mi |lo |la )\b"
    r"[^.!\n]*\?$"
)
_QUOTED = re.compile(r"«([^»]{12,})»|“([^”]{12,})”|\"([^\"]{12,})\"", re.DOTALL)
_GREETING = re.compile(
    r"^(?:ciao|salve|gentil\w+|egregi\w+|buon ?giorno|buona ?sera|buon pomeriggio|car[oaie]|"
    r"spett\w*|stimat\w+|hey|ehi|dott\w*)\b",
    re.IGNORECASE,
)


# What is written short in a chat, word by word.
_SHORT_FORMS = {
    "nn": "non", "xke": "perché", "xké": "perché", "xkè": "perché", "xche": "perché",
    "xché": "perché", "xchè": "perché", "xk": "perché", "perke": "perché", "perkè": "perché",
    "x": "per", "cmq": "comunque", "qlc": "qualcosa", "qlcs": "qualcosa", "qlcn": "qualcuno",
    "qnd": "quando", "qnt": "quanto", "dv": "dove", "sn": "sono", "msg": "messaggio",
    "msgg": "messaggio", "ke": "che", "ki": "chi", "cs": "cosa", "cn": "con",
    "tt": "tutto", "grz": "grazie", "qst": "questo", "anke": "anche", "tnt": "tanto",
}  # fmt: skip
# Said for emphasis, or a demonstrative cut short: nothing is asked with them.
_EMPHASIS = re.compile(
    r"\b(?:(?:quest[ieao]|'?st[ie]|ste) )?(?:benedett|maledett|dannat|stramaledett|cavol)[oiae]\b|"
    r"\b(?:'sto|'sta|'sti|'ste|ste|sti)\b(?= \w)|\b(?:diamine|diavolo|accidenti|caspita|"
    r"mannaggia|santo cielo)\b",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"(?<![\w.@/])[a-zèé]{1,5}(?![\w@/])")


def written_out(question: str) -> str:
    """A question with the short forms of chats written out and the words of emphasis left out."""
    told = _TOKEN.sub(lambda match: _SHORT_FORMS.get(match[0], match[0]), question)
    return re.sub(r" {2,}", " ", _EMPHASIS.sub(" ", told)).strip() or question


def take_apart(text: str) -> Asked:
    """Part a question from the text pasted with it."""
    text = text.strip()
    for at in (match.end() for match in re.finditer(r":\s+|:(?=[«\"“])|\n+", text)):
        head, tail = text[:at], text[at:].strip()
        if _ANNOUNCES.search(fold(head)) and len(head.split()) <= 25 and _is_pasted(tail):
            return Asked(head.strip().rstrip(":").strip(), _unquoted(tail))
    quoted = _QUOTED.search(text)
    if quoted is not None:
        inside = next(group for group in quoted.groups() if group)
        outside = f"{text[: quoted.start()]} {text[quoted.end() :]}".strip()
        if _ANNOUNCES.search(fold(outside)) and _is_pasted(inside):
            return Asked(" ".join(outside.split()), inside.strip())
    if _GREETING.match(text) and len(text.split()) > 2 * SHORT:
        # A draft without a word on what to do with it.
        return Asked("rivedi questo messaggio", text)
    return Asked(text)


def _is_pasted(tail: str) -> bool:
    return len(tail.split()) >= LEAST_PASTED and not _TO_COACH.match(fold(clean(tail).text))


def _unquoted(text: str) -> str:
    match = re.fullmatch(r"[«\"“'](.*)[»\"”']\.?", text, re.DOTALL)
    return match[1].strip() if match else text


class FollowUp(StrEnum):
    """What a short question asks of the answer before it."""

    WHY = "why"
    MORE = "more"
    AGAIN = "again"
    PASTE = "paste"


_WHY = re.compile(
    r"^(?:e |ma )?(?:perche|come mai|per quale (?:motivo|ragione)|chi lo dice|da dove (?:viene|lo)|"
    r"quale fonte|qual e la fonte|in che senso|spiega\w*|cioe|ne sei sicur\w|sei sicur\w|davvero)"
    r"(?: (?:no|si|mai|meglio|lo dici|dici cosi|questo|cosi))?\W*$"
)
_MORE = re.compile(
    r"^(?:e |ma )?(?:poi|dopo|altro|ancora|dimmi (?:di piu|altro)|di piu|continua|vai avanti|"
    r"c'e altro|qualcos'altro|altre idee|altri consigli|nient'altro|e basta|tutto qui)\W*$"
)
_AGAIN = re.compile(
    r"\b(?:piu (?:breve|corto|formale|caldo|cordiale|lungo|informale)|accorcia\w*|formale|"
    r"informale|con il lei|con il tu|del lei|del tu|un altro|un'altra|altra versione|rifallo|"
    r"riprova|riscrivilo|come (?:e-?mail|mail|invito))\b"
)


def follow_up(question: str, history: Sequence[ChatTurn]) -> FollowUp | None:
    """What a question asks of the turn before it; None when it stands alone."""
    if not history:
        return None
    last = history[-1].answer
    asked = " ".join(fold(clean(question).text).split())
    if _WHY.match(asked):
        return FollowUp.WHY
    if _MORE.match(asked):
        return FollowUp.MORE
    if last.intent == Intent.WRITE and len(asked.split()) <= SHORT and _AGAIN.search(asked):
        return FollowUp.AGAIN
    waiting = last.intent in (Intent.REVIEW, Intent.REPLY) and last.critique is None
    if waiting and not last.citations and len(asked.split()) > SHORT:
        return FollowUp.PASTE
    return None


_NAME = re.compile(
    r"(?<=[^\W\d_] )[A-ZÀ-Ý][a-zà-ÿ]+|(?<=[,;'] )[A-ZÀ-Ý][a-zà-ÿ]+|(?<=')[A-ZÀ-Ý][a-zà-ÿ]+"
)
_NOT_NAMES = listed("Lei Suo Sua La Le Linked CV HR")


def names_in(question: str) -> tuple[str, ...]:
    """The capitalised words of a question after its first, less those of courtesy."""
    found = dict.fromkeys(_NAME.findall(clean(question).text))
    return tuple(word for word in found if word not in _NOT_NAMES)
