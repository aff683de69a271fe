"""A request that an established relation bears, as one asks it of somebody one cares for.

"Franco mandami il computo entro domani!!" is asked as "mi manderesti il computo?": without hurry,
reproach or nickname, in the conditional of the wanted form of address.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coach.analysis import lexicon
from coach.analysis.text import listed
from coach.schemas import Register

#: Most requests in one message.
MAX_FAVOURS = 2


@dataclass(frozen=True, slots=True)
class Favour:
    """Something asked.

    Attributes:
        text: a clause in lower case, without its final stop or question mark.
        question: whether it is asked rather than stated.
    """

    text: str
    question: bool

    @property
    def polite(self) -> bool:
        """Whether it needs no words of courtesy before it."""
        return _ASKED_POLITELY.match(self.text) is not None

    @property
    def timed(self) -> bool:
        """Whether it says itself when it would suit the reader."""
        return _TIMED.search(self.text) is not None


_ASKED_POLITELY = re.compile(
    r"(?:vo(?:levo|rrei|rremmo|levamo)|avre(?:i|mmo)|ti chiedo|Le chiedo|ti volevo|quando)\b"
)
_TIMED = re.compile(r"\bquando\b|\bse (?:hai|ha|riesci|riesce|puoi|può)\b")

_HURRY = re.compile(
    r"[,;]?\s*(?:\be\s+)?\b(?:"
    r"per (?:domani|stasera|oggi|ieri)(?: mattina| sera)?|"
    r"entro (?:e non oltre )?(?:domani|oggi|stasera|ieri|lunedì|martedì|mercoledì|giovedì|venerdì|"
    r"sabato|domenica|(?:fine|la fine|il|le|l') ?\w+|la settimana|\d+(?:/\d+)?)"
    r"(?: mattina| sera| pomeriggio| prossim\w| settimana| mese| anno| di \w+| alle \w+)*|"
    r"muoviti|sbrigati|si muova|si sbrighi|al più presto|il prima possibile|urgente\w*|subito|"
    r"immediatamente|rispondimi[^,.!?]*|mi risponda[^,.!?]*|fammi sapere[^,.!?]*|"
    r"(?:venga|vieni|passi|passa|corra|corri)(?: qui| su)? (?:oggi|adesso|ora|subito|domani)|"
    r"mi raccomando|(?<!mi )(?<!ci )dai(?: su)?|su dai|oggi stesso)(?=\W|$)",
    re.IGNORECASE,
)
_SOFTER = (
    (re.compile(r"^(mi|ci) serve\b"), r"\1 servirebbe"),
    (re.compile(r"^(mi|ci) servono\b"), r"\1 servirebbero"),
    (re.compile(r"^ho bisogno\b"), "avrei bisogno"),
    (re.compile(r"^voglio\b"), "vorrei"),
    (re.compile(r"^(mi |ci )?(?:dovrebbe|deve)\b"), r"\1potrebbe"),
    (re.compile(r"^(mi |ci )?(?:dovresti|devi)\b"), r"\1potresti"),
    (re.compile(r"(?<!\bse )\bpuoi\b"), "potresti"),
    (re.compile(r"(?<!\bse )\bpuò\b"), "potrebbe"),
)  # fmt: skip

_ENDEARMENT = re.compile(
    r"^(?:tesoro|car[oaie]|bell[oaie]|amore|cicci[oa]|amic[oaihe]+(?: mi\w+)?|"
    r"vecchi[oa] mi[oa]|bro|zio|fra|ragazz[ie]|raga|gente|tutt[ie])\b[ ,!]+",
    re.IGNORECASE,
)
_VOCATIVE_TITLE = re.compile(
    r"^(?:dottor\w*|dott\.?(?:ssa)?|professor\w*|prof\.?(?:ssa)?|avvocat[oa]|avv\.|ingegner\w*|"
    r"ing\.|architett[oa]|arch\.|sig\.?(?:ra)?|"
    r"geometra|ragionier\w*|signor[ae]?|maestr[oa]|don|capo|direttor\w*|direttrice|assessor[ea]|"
    r"sindac[oa]|presidente|suor|padre|notai[oa]|cavaliere|monsignore?|preside|colleg[ah]|comandante)"
    r"(?: [A-ZÀ-Ý]\w+)?"
    r"(?:\s*,\s*|\s+(?=(?:mi|ci|ti|le|può|puoi|potre\w+|avre\w+|vorrei|non)\b))",
    re.IGNORECASE,
)
# Neither "mi serve" nor "mi piace" is something the reader does.
_NOT_THEIRS = listed(
    "serve servono piace piacciono dispiace manca mancano interessa occorre occorrono pare sembra "
    "chiedo chiedevo scuso permetto servirebbe servirebbero"
)
_DOES_FOR_ME = re.compile(r"^(?P<to>(?:mi|ci|me l[oaie]|me ne|ce l[oaie]|ce ne) )(?P<verb>\w+)\b")
_ORDERED = re.compile(
    r"^(?P<verb>\w+?)(?P<to>mel[oaie]|mene|cel[oaie]|cene|m?mi|c?ci)\b(?= )", re.IGNORECASE
)
_STILL_OWED = re.compile(
    r"^(?:ma |e |però )?non (?:(?P<to>mi|ci) )?(?:hai|ha|avete) (?:(?:ancora|mai|più) )*"
    r"(?P<done>\w+) (?P<what>.+)$",
    re.IGNORECASE,
)


# A reproach that could not be turned, and a need of nothing in particular.
_NOTHING_ASKED = re.compile(
    r"^(?:ne (?:ho|avrei) bisogno\b|(?:ma |e |però )?non (?:mi |ci )?(?:hai|ha|avete)\b|(?:La|ti|"
    r"la|vi) preg(?:o|hiamo)\b|"
    r"mi serv\w+(?: (?:anche|proprio|davvero|molto|tanto|subito))*$)"
)
_COURTESY = ("Le", "La", "Lei", "Suo", "Sua", "Suoi", "Sue")


def favour(ask: str, name: str, register: Register) -> Favour | None:
    """A request without its hurry; None when nothing is left of it.

    Args:
        ask: a sentence of the draft.
        name: the recipient's, which may open it.
        register: the form of address it is asked in.
    """
    text = re.sub(
        r"[,.!\s]+(?:ciao+|grazie(?: mille| in anticipo)?|saluti|a presto)\W*$",
        "",
        ask,
        flags=re.IGNORECASE,
    ).strip()
    for word in name.split():
        text = re.sub(rf"^{re.escape(word)}\b\W*", "", text, flags=re.IGNORECASE)
    text = re.sub(
        r"^(?:[^\W\d_]+ ?){1,2},\s+(?=(?:mi|ci|puoi|può|potre\w+|ti|avrei|vorrei|avrebbe|"
        r"avresti)\b)",
        "",
        text,
    )
    text = re.sub(r"^[Zz](?:ì|io|ia)(?: [A-ZÀ-Ý]\w+)?,? ", "", text)
    text = re.sub(r"^spett\.?(?:le|li)? \w+,? ", "", text, flags=re.IGNORECASE)
    text = re.sub(
        r"^(?:domani|oggi|stasera|adesso|subito) (?=\w+(?:mi|ci)\b)", "", text, flags=re.I
    )
    text = re.sub(r"^mi dev[ei] [^:,]*[:,]\s*", "", text)
    text = re.sub(r"^(?:e|ed|poi|inoltre|anche|allora)\s+(?=\w)", "", text, flags=re.IGNORECASE)
    text = re.sub(r"^(?:poi|inoltre|anche)\s+(?=\w)", "", text, flags=re.IGNORECASE)
    text = _ENDEARMENT.sub("", text)
    text = _VOCATIVE_TITLE.sub("", _without_nickname(text, name))
    text = re.sub(
        r"^(?:[^\W\d_]+ )?(?:senti|ascolta|senta|scusa|scusi|allora|ehi|oh)\b(?: una cosa)?,?\s+",
        "",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(r"\s+(?:o no|gratis|gratuitamente)\b(?=[\s?.!]|$)", "", text)
    text = re.sub(r",? (?:ok|va bene|vero|eh|dai|d'accordo|grazie|per favore)(?=\?)", "", text)
    question = text.endswith("?")
    text = _HURRY.sub("", text).strip(" ,;.!?")
    if len(text.split()) < 2:
        return None
    first = text.split()[0]
    if first not in _COURTESY and lexicon.known(first.lower()):
        text = text[0].lower() + text[1:]
    text = _of_you(text, register)
    if register is Register.LEI:
        text = re.sub(r"\b(?<=[aeil] )su(?=(?:o|a|oi|e)\b)", "Su", text)
    for pattern, softer in _SOFTER:
        text = pattern.sub(softer, text)
    clauses = re.split(r" e (?=(?:mi|ci|me l[oaie]) [^\W\d_]+[aei]\b)", text)
    asked = " e ".join(_would_you(clause, register) for clause in clauses)
    if _NOTHING_ASKED.match(asked):
        return None
    question = question or asked != text
    question = question or re.match(r"(?:mi |ci )?potre(?:bbe|sti)\b", asked) is not None
    return Favour(asked, question)


def joined(favours: Sequence[Favour]) -> str:
    """One or two requests as they are said, in lower case, with their final marks."""
    first = favours[0]
    said = first.text + ("?" if first.question else "")
    for other in favours[1:]:
        if first.question and other.question and not other.polite:
            return f"{first.text} e {other.text}?"
        also = re.sub(
            r"^(vorrei|avrei bisogno|mi servirebbe(?:ro)?)\b(?! anche)", r"\1 anche", other.text
        )
        capital = also[0].upper() + also[1:]
        said = f"{said if first.question else said + '.'} {capital}" + "?" * other.question
    return said


def _without_nickname(text: str, name: str) -> str:
    """A request without the nickname that opens it with no comma ("Orny mi tieni il gatto?")."""
    called = re.match(
        r"(?P<who>[A-ZÀ-Ý][a-zà-ÿ]+) (?=(?:mi|ci|me|puoi|può|potre\w+|hai|av\w+|riesc\w+|non)\b)",
        text,
    )
    if called is None:
        return text
    short = called["who"].lower()
    if lexicon.known(short) and not name.lower().startswith(short[:3]):
        return text
    return text[called.end() :]


def _of_you(text: str, register: Register) -> str:
    """Turn "mi servi per un trasloco" into "avrei bisogno di te per un trasloco"."""
    you = "Lei" if register is Register.LEI else "te"
    return re.sub(r"^mi serv(?:e|i) (?=per (?:un|una|uno|il|la|lo|i|le)\b)",
                  f"avrei bisogno di {you} ", text)  # fmt: skip


def _would_you(text: str, register: Register) -> str:
    """A request in the conditional: "mi presti", "prestami", "non mi hai ancora prestato"."""
    owed = _STILL_OWED.match(text)
    if owed:
        infinitive = _infinitive_of_participle(owed["done"].lower())
        if infinitive and not owed["to"]:
            could = "potrebbe" if register is Register.LEI else "potresti"
            return f"{could} {infinitive} {owed['what']}"
        verb = _conditional(infinitive, register)
        return f"{owed['to'].lower()} {verb} {owed['what']}" if verb else text
    does = _DOES_FOR_ME.match(text)
    if does and does["verb"] not in _NOT_THEIRS:
        many = does["verb"].endswith(("ate", "ete", "ite"))
        infinitive = f"{does['verb'][:-2]}re" if many else _infinitive(does["verb"])
        known = lexicon.known(infinitive) or not many
        verb = _conditional(infinitive, register, many=many) if known else ""
        return does["to"] + verb + text[does.end() :] if verb else text
    ordered = _ORDERED.match(text)
    if ordered and lexicon.is_second_imperative(ordered[0].lower()):
        verb = _conditional(_infinitive(ordered["verb"].lower()), register)
        to = ordered["to"].lower()
        to = f"{to[:2]} {to[2:]}" if to[-2:] in ("lo", "la", "li", "le", "ne") else to[-2:]
        return f"{to} {verb}{text[ordered.end() :]}" if verb else text
    return text


# Forms whose infinitive their ending does not show.
_INFINITIVES = {
    form: infinitive
    for infinitive, forms in {
        "fare": "fa fai faccia", "dare": "da dai dà dia", "dire": "di dici dice dica",
        "tenere": "tieni tiene tenga", "venire": "vieni viene venga", "andare": "va vai vada",
        "sapere": "sa sai sappia", "stare": "sta stai stia", "scegliere": "scegli scelga",
        "togliere": "togli toglie tolga", "raccogliere": "raccogli raccolga",
        "tradurre": "traduci traduce traduca", "proporre": "proponi propone proponga",
        "uscire": "esci esce esca", "sedere": "siedi siede", "bere": "bevi beve beva",
    }.items()
    for form in forms.split()
}  # fmt: skip
_CONDITIONAL_STEMS = {
    "fare": "far", "dare": "dar", "stare": "star", "tenere": "terr", "venire": "verr",
    "andare": "andr", "sapere": "sapr", "vedere": "vedr", "potere": "potr", "avere": "avr",
    "dovere": "dovr", "rimanere": "rimarr", "bere": "berr", "tradurre": "tradurr",
    "proporre": "proporr",
}  # fmt: skip


def _infinitive(form: str) -> str:
    """The infinitive of a form in the second or third person; "" when it is not known."""
    if form in _INFINITIVES:
        return _INFINITIVES[form]
    stem = form[:-1]
    if form.endswith("i") and (found := lexicon.are_infinitive(form)):
        return found
    if form.endswith("a") and lexicon.known(form + "re") and lexicon.known(form + "ndo"):
        return form + "re"
    if form.endswith(("isci", "isce", "isca")) and lexicon.known(form[:-4] + "ire"):
        return form[:-4] + "ire"
    if form.endswith(("i", "e", "a")) and lexicon.known(stem + "endo"):
        return next((stem + e for e in ("ere", "ire") if lexicon.known(stem + e)), "")
    return ""


def _infinitive_of_participle(form: str) -> str:
    """Turn "mandato" into "mandare"; "" when it is not known."""
    if form[:-1] == "fatt":
        return "fare"
    infinitive = f"{form[:-3]}are"
    return infinitive if re.search(r"at[oaie]$", form) and lexicon.known(infinitive) else ""


def _conditional(infinitive: str, register: Register, *, many: bool = False) -> str:
    """Turn "prestare" into "presteresti", "presterebbe" or, of many, "prestereste"; "" of ""."""
    if not infinitive:
        return ""
    again = "ri" if infinitive.startswith("ri") else ""
    stem = _CONDITIONAL_STEMS.get(infinitive, "")
    if not stem and again and infinitive[2:] in _CONDITIONAL_STEMS:
        stem = again + _CONDITIONAL_STEMS[infinitive[2:]]
    if not stem and infinitive.endswith("are"):
        root = infinitive[:-3]
        if root.endswith(("c", "g")):
            root += "h"
        elif root.endswith(("ci", "gi")):
            root = root[:-1]
        stem = f"{root}er"
    stem = stem or infinitive[:-1]
    return stem + ("este" if many else "ebbe" if register is Register.LEI else "esti")
