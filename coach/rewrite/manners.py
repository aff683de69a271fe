"""The manners of the variants: the same facts said more warmly or more formally.

Each manner rewords the composer's own frames, never the facts inside them, and like the rest agrees
with the gender of neither writer nor reader.
"""

from __future__ import annotations

import re

from coach.schemas import Register, Relation

BRIEF, WARM, FORMAL = "breve", "calda", "formale"
#: Manners of the variants, in the order they are made.
MANNERS = (BRIEF, WARM, FORMAL)

_Rules = tuple[tuple[re.Pattern[str], str], ...]

_WARM: _Rules = (
    (re.compile(r"^(?:mi ha fatto (?:davvero )?piacere|è stato un piacere) (?=\w+(?:ti|La)\b)"),
     "è stato davvero bello "),
    (re.compile(r"^mi ha fatto (?:davvero )?piacere parlare"), "è stato davvero bello parlare"),
    (re.compile(r"^grazie (?:ancora )?per\b"), "grazie di cuore per"),
    (re.compile(r"^complimenti per\b"), "complimenti di cuore per"),
    (re.compile(r": complimenti(?=!?$)"), ": complimenti di cuore"),
    (re.compile(r"^ho (letto|visto|ascoltato|seguito) (?:con vero interesse|con piacere)\b"),
     r"ho \1 con grande piacere"),
    (re.compile(r"\bmi ha colpito\b"), "mi ha davvero colpito"),
    (re.compile(r"\bmi ha incuriosito\b"), "mi ha incuriosito molto"),
)  # fmt: skip
_FORMAL: _Rules = (
    (re.compile(r"^(?:mi ha fatto (?:davvero )?piacere|è stato un piacere) (?=\w+(?:ti|La)\b)"),
     "ho avuto il piacere di "),
    (re.compile(r"^(?:mi ha fatto (?:davvero )?piacere|è stato un piacere) parlare"),
     "ho avuto il piacere di parlare"),
    (re.compile(r"^sono (?=[A-Z])"), "mi presento: sono "),
    (re.compile(r"\b(?:se|Se) (ti|Le) (?:fa comodo|torna utile|è utile|serve),"),
     r"qualora \1 fosse utile,"),
    (re.compile(r"\b(ti|Le) mando volentieri\b"), r"\1 invio volentieri"),
    (re.compile(r"\b(ti|Le) passo volentieri\b"), r"\1 trasmetto volentieri"),
    (re.compile(r"!$"), ""),
)  # fmt: skip
_RULES = {WARM: _WARM, FORMAL: _FORMAL}
_INFINITIVE_ENDINGS = {"mand": "ar", "pass": "ar", "prest": "ar", "offr": "ir"}
#: An offer as the composer words it.
GIVEN = re.compile(r"\b(?P<you>ti|Le) (?P<verb>mand|pass|offr|prest)o volentieri\b")
_THANKED = re.compile(r"^grazie (?:ancora )?per\b")


def reworded(sentence: str, manner: str, register: Register) -> str:
    """One of the composer's sentences in a manner; as it is where the manner has no other way."""
    if manner == FORMAL:
        you = "ringraziarLa" if register is Register.LEI else "ringraziarti"
        sentence = _THANKED.sub(f"desidero {you} per", sentence)
    if manner == WARM:
        sentence = GIVEN.sub(_gladly, sentence)
    for pattern, words in _RULES.get(manner, ()):
        sentence = pattern.sub(words, sentence)
    return sentence


def _gladly(found: re.Match[str]) -> str:
    """Turn "ti mando volentieri" into "sarei felice di mandarti"."""
    return f"sarei felice di {infinitive_of_giving(found)}"


def infinitive_of_giving(found: re.Match[str]) -> str:
    """The infinitive of a match of `GIVEN`: "mandarti" of "ti mando volentieri"."""
    return f"{found['verb']}{_INFINITIVE_ENDINGS[found['verb']]}{found['you']}"


def next_step(
    manner: str, register: Register, relation: Relation, *, short: bool, offered: bool
) -> str:
    """A light next step in a manner; "" where the usual one will do.

    Args:
        manner: of the variant.
        register: the form of address.
        relation: a stranger is not asked for a coffee.
        short: for an invitation to connect.
        offered: whether there is something to talk about.
    """
    lei = register is Register.LEI
    if short:
        you = "Lei" if lei else "te"
        return f"mi farebbe davvero piacere restare in contatto con {you}" if manner == WARM else ""
    if manner == FORMAL:
        when = "quando Le è comodo" if lei else "quando ti è comodo"
        about = "per parlarne" if offered else "per un confronto"
        return f"resto a disposizione {about}, {when}"
    if manner == WARM and relation is Relation.STRANGER:
        you = "con Lei, quando preferisce" if lei else "con te, quando preferisci"
        return f"mi farebbe davvero piacere scambiare due parole {you}, senza impegno"
    if manner == WARM:
        you, when = ("rivederLa", "Le è comodo") if lei else ("rivederti", "ti è comodo")
        return f"mi farebbe davvero piacere {you}, magari davanti a un caffè, quando {when}"
    return ""


def closing(manner: str, register: Register, relation: Relation) -> str:
    """The closing formula."""
    if manner == FORMAL:
        return "Cordiali saluti,"
    if register is Register.LEI:
        return "Un caro saluto," if manner == WARM else "Un cordiale saluto,"
    if manner == WARM:
        return "Un abbraccio," if relation is Relation.ESTABLISHED else "Un caro saluto,"
    return "Un caro saluto," if relation is Relation.ESTABLISHED else "A presto,"
