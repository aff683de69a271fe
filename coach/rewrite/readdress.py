"""A sentence of the draft in the other form of address.

"Ti ho seguito, lavori bene" and "Le scrivo per il Suo libro" say *tu* and *Lei* in the verb, in the
pronoun and in the possessive at once. What cannot be turned surely is not turned at all: the answer
is then "", and the sentence is left out.
"""

from __future__ import annotations

import re

from coach.analysis import lexicon
from coach.analysis.text import listed
from coach.rewrite.morphology import PERSON_OBJECT, infinitive_of, second_person
from coach.schemas import Register

_TO_LEI = {
    "tu": "Lei", "te": "Lei", "tuo": "Suo", "tua": "Sua", "tuoi": "Suoi", "tue": "Sue",
    "hai": "ha", "sei": "è", "vai": "va", "fai": "fa", "dai": "dà", "stai": "sta", "sai": "sa",
    "puoi": "può", "vuoi": "vuole", "devi": "deve", "vieni": "viene", "tieni": "tiene",
    "dici": "dice", "riesci": "riesce", "scegli": "sceglie", "eri": "era", "sarai": "sarà",
    "avrai": "avrà", "saresti": "sarebbe", "avresti": "avrebbe", "avevi": "aveva", "stavi": "stava",
    "facevi": "faceva", "potresti": "potrebbe", "vorresti": "vorrebbe", "dicevi": "diceva",
    "proponi": "propone", "produci": "produce", "conduci": "conduce",
    "fossi": "fosse", "avessi": "avesse", "volessi": "volesse", "preferisci": "preferisce",
}  # fmt: skip
# Second persons that are mostly something else ("corsi", "temi", "punti").
_NOUNS = listed(
    "corsi temi punti modi tempi servizi premi studi libri articoli dati fatti anni giri"
)
_FIRST_AUX = listed("ho avevo avrei")
# Verbs of the first person whose object is the person spoken to.
_PERSON_FIRST = listed(
    "seguo leggo ammiro stimo ringrazio invito aiuto ascolto conosco ricordo saluto incontro "
    "vedo sento ospito accompagno aspetto metto chiamo coinvolgo presento"
)


def readdressed(sentence: str, register: Register) -> str:
    """A sentence turned into `register`; "" when it cannot be turned surely.

    Args:
        sentence: in the other form of address throughout.
        register: `tu` or `Lei`.
    """
    return _to_lei(sentence) if register is Register.LEI else _to_tu(sentence)


def _to_lei(sentence: str) -> str:
    tokens = re.findall(r"[^\W\d_]+'?|[^\w\s]|\d+|\s+", sentence)
    words = [n for n, token in enumerate(tokens) if token[0].isalpha()]
    for place, n in enumerate(words):
        low = tokens[n].lower()
        after = tokens[words[place + 1]].lower() if place + 1 < len(words) else ""
        before = tokens[words[place - 1]].lower() if place else ""
        if low == "ti" and after in _FIRST_AUX:
            done = words[place + 2] if place + 2 < len(words) else None
            turned = _turned_participle(tokens[done].lower()) if done is not None else ""
            if done is None or not turned:
                return ""
            # "Le ho scritto", but "L'ho vista".
            tokens[n : n + 2] = ["", "L'"] if turned in _SEEN else ["Le", " "]
            tokens[done] = turned
        elif low == "ti":
            you = _object(after)
            if you is None:
                return ""
            tokens[n] = you
        elif low in _TO_LEI:
            tokens[n] = _TO_LEI[low]
        elif low == "t'":
            return ""
        elif len(low) > 4 and low.endswith("rti"):
            split = infinitive_of(low)
            if split is None or split[0] in ("avere", "essere"):
                return ""
            tokens[n] = tokens[n][:-2] + ("La" if split[0] in PERSON_OBJECT else "Le")
        elif _is_second(low, before):
            third = _third(low)
            if not third:
                return ""
            tokens[n] = third
    return "".join(tokens)


# After these a form in "-i" is a verb ("che lavori"), after a determiner a noun ("i lavori").
_BEFORE_VERB = listed(
    "che come quanto quando dove se non ti si tu mentre cosa perché e ci lo la li le"
)
_DETERMINERS = listed("i gli dei degli ai nei sui tuoi suoi miei due tre di a da in con per")


def _is_second(word: str, before: str) -> bool:
    """Whether a form is a verb in the second person, given the word before it."""
    if word in _NOUNS or before in _DETERMINERS:
        return False
    if lexicon.is_second_person(word):
        return True
    return before in _BEFORE_VERB and lexicon.may_be_second_person(word)


def _object(verb: str) -> str | None:
    """What "ti" is before a verb; None when it cannot be told or an ending would have to agree."""
    if verb in ("abbiamo", "avevamo"):
        return None
    if verb in _PERSON_FIRST:
        return "La"
    if verb in _TO_LEI or _is_second(verb, "ti"):
        return "si"
    return "Le"


# Participles whose object is the person seen, and those said to the person.
_SEEN = listed(
    "visto vista sentito sentita ascoltato ascoltata conosciuto conosciuta incontrato incontrata "
    "letto letta seguito seguita notato notata trovato trovata ammirato ammirata apprezzato "
    "apprezzata rivisto rivista intravisto intravista ringraziato ringraziata invitato invitata "
    "incrociato incrociata chiamato chiamata cercato cercata contattato contattata"
)
_SAID = listed(
    "scritto mandato inviato detto parlato chiesto portato lasciato dato passato girato mostrato "
    "fatto raccontato telefonato promesso prestato preparato"
)


def _turned_participle(form: str) -> str:
    """The participle after "L'ho" (feminine, as courtesy wants) or "Le ho"; "" when unsure."""
    if form in _SEEN:
        return f"{form[:-1]}a"
    return form if form in _SAID else ""


def _third(word: str) -> str:
    """Turn "lavori" into "lavora"; "" when no such verb is known."""
    endings = [("rai", "rà"), ("resti", "rebbe"), ("avi", "ava"), ("evi", "eva"), ("ivi", "iva"),
               ("chi", "ca"), ("ghi", "ga"), ("i", "a"), ("i", "e"), ("i", "ia")]  # fmt: skip
    for second, third in endings:
        if word.endswith(second):
            candidate = word.removesuffix(second) + third
            if second_person(candidate) == word:
                return candidate
    return ""


def _to_tu(sentence: str) -> str:
    """Only pronouns and possessives: whose a verb in the third person is cannot be told."""
    text = _SEEN_BY_ME.sub(_seen, sentence)
    text = re.sub(r"\b[Ss]u(?=(?:o|a|oi|e)\b)", "tu", text)
    text = re.sub(r"\b(?:Le|La|le|la)(?= (?:\w+o)\b)", _if_first, text)
    text = re.sub(
        r"\b\w{3,}r(?:La|Le|la|le)\b",
        lambda found: found[0][:-2] + "ti" if infinitive_of(found[0]) else found[0],
        text,
    )
    text = re.sub(r"\b(?P<to>con|a|per|di|da|su) Lei\b", r"\g<to> te", text)
    text = _THEIR_VERB.sub(_second, text)
    return "" if re.search(r"\b(?:Lei|L'|La|Le)\b|\br(?:La|Le)\b", text) else text


_SEEN_BY_ME = re.compile(r"\b[Ll]'(?P<have>ho|avevo) (?P<done>\w+[oa])\b")


def _seen(found: re.Match[str]) -> str:
    """Turn "L'ho vista" into "ti ho visto", which is right of anybody."""
    if found["done"] not in _SEEN:
        return found[0]
    return f"ti {found['have']} {found['done'][:-1]}o"


# Where a verb in the third person has nobody but the reader for its subject.
_THEIR_VERB = re.compile(
    r"\b(?P<before>(?:[Ss]e|quando|come) (?=(?:vuole|preferisce|desidera|può|crede|gradisce)\b)|"
    r"(?:visto|so|saputo|letto|ricordo|sapere|sentito|scoperto) che (?:non )?)(?P<verb>\w+)\b"
)


def _second(found: re.Match[str]) -> str:
    return found["before"] + (second_person(found["verb"]) or found["verb"])


def _if_first(found: re.Match[str]) -> str:
    after = re.match(r" (\w+)", found.string[found.end() :])
    return "ti" if after and lexicon.is_first_person(after[1].lower()) else found[0]
