"""The name on a contact's card: what stands before it, its title, and whether it is a body's.

"dott. Aldo Mori", "Spett.le Condominio Aurora", "i Molini SpA", "Stilista Paolo Melis": a greeting
wants the bare name, the title, and to know whether it speaks to a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from coach.analysis import lexicon
from coach.analysis.text import listed
from coach.schemas import Contact


@dataclass(frozen=True, slots=True)
class Named:
    """A name taken apart.

    Attributes:
        name: without title, courtesy and article.
        title: in lower case, or "".
        house: whether it is a body's rather than a person's.
    """

    name: str
    title: str = ""
    house: bool = False


_TITLES = re.compile(
    r"^(?P<title>(?:dott\.?ssa|dott\.?|dr\.?ssa|dr\.?|prof\.?ssa|prof\.?|ing\.?|avv\.?|arch\.?|"
    r"geom\.?|rag\.?|signora|signor|"
    r"sig\.?ra|sig\.?na|sig\.?|don|suor|padre|fra|zi[oa]|nonn[oa]|assessor[ea]|chef|com\.te|comandante|cav\.?|on\.|"
    r"monsignore?|mons\.?|rev\.?|maestro|maestra|dottoressa|dottor|professoressa|professor|"
    r"ingegnere|avvocata|avvocato|architetta|architetto|preside|march(?:ese|esa)|"
    r"cont(?:e|essa)|baron(?:e|essa)|notai[oa]|sindac[oa]|presidente|dj|mister|coach)(?=\s))\s+",
    re.IGNORECASE,
)
# "Questura Dott. Salvi": the office, and whoever sits in it.
_WITHIN = re.compile(
    r"^.+? (?P<person>(?:dott|dr|ing|avv|prof|arch|geom|rag|sig)\.?\s?(?:ssa|ra)? "
    r"(?-i:[A-ZÀ-Ý])\S+.*)$",
    re.IGNORECASE,
)
# How an envelope is addressed, and a title whose gender does not show ("M° Clara Fusco").
_ENVELOPE = re.compile(
    r"^(?:spett\.?\s?(?:le|li)\.?|spettabile|egr\.|egregi[oa]|gent\.?\s?(?:m[oa]|le)\.?|"
    r"gentile|gentilissim[oa]|ill\.?m[oa]|alla c\.a\.(?: di)?|c\.a\.|s\.\s?em?\.|m°|m\.o|"
    r"cugin[oa]|amic[oa])\s+",
    re.IGNORECASE,
)
# "il Rota Arredi": as a house is spoken of, not as it is written to.
_ARTICLE = re.compile(r"^(?:(?:il|lo|la|i|gli|le) (?=[A-ZÀ-Ý])|l'(?=[A-ZÀ-Ý]))")
_THOSE_OF = re.compile(
    r"^(?:quelli|quelle|i ragazzi|le ragazze|gli amici|le amiche|tutti quelli|gli uffici|"
    r"l'ufficio|lo staff|il team|la segreteria|la redazione) "
    r"(?:di |del |della |dell'|dello |dei |degli |delle )(?=[A-ZÀ-Ý])"
)
_BEFORE_TITLE = re.compile(r"^(?:(?:[Ii]l|[Ll]o|[Ll]a) |[Ll]')(?=[A-Za-zà-ÿ.]+ [A-ZÀ-Ý])")
_RANK = re.compile(r"(?<=[a-z.] )(?:emerit[oa]|ordinari[oa]|associat[oa]) (?=[A-ZÀ-Ý])")
_WRITTEN_OUT = tuple(
    (re.compile(rf"^{short}\s*(?=\S)", re.IGNORECASE), full)
    for short, full in (
        (r"(?:ist\.\s*comp\.|i\.\s?c\.)", "istituto comprensivo "), (r"ist\.", "istituto "),
        (r"(?:ass|assoc)\.", "associazione "), (r"coop\.", "cooperativa "),
        (r"az\.\s*agr\.", "azienda agricola "), (r"ed\.", "edizioni "),
        (r"fam\.", "famiglia "), (r"soc\.", "società "), (r"fond\.", "fondazione "),
    )
)  # fmt: skip


# Several people, who have one surname.
_SEVERAL = re.compile(r"(?:fratelli|sorelle|coniugi|signori|signore|cugini|cugine) [A-ZÀ-Ý]", re.I)


def is_plural(name: str) -> bool:
    """Whether a name is of several people ("sorelle Piras", "Tommi & Nico")."""
    return _SEVERAL.match(name) is not None or re.search(r" (?:e|&) (?=[A-ZÀ-Ý])", name) is not None


def read_name(contact: Contact) -> Named:
    """Take the name on a card apart."""
    text = _ENVELOPE.sub("", " ".join(contact.name.replace("’", "'").split()))
    text = _RANK.sub("", text)
    crowd = _THOSE_OF.match(text)
    if crowd:
        return Named(text[crowd.end() :], house=True)
    titled = _BEFORE_TITLE.sub("", text)
    if titled != text and _TITLES.match(titled):
        text = titled
    text = _spelt_out(_with_person(text), contact.role)
    bare = _ARTICLE.sub("", text)
    if bare != text or _SEVERAL.match(re.sub(r"^(?:i|gli|le) ", "", text)):
        return Named(re.sub(r"^(?:i|gli|le) ", "", bare), house=bare != text)
    match = _TITLES.match(text)
    within = None if match else _WITHIN.match(text)
    if within:
        text = within["person"]
        match = _TITLES.match(text)
    if match and is_plural(text):
        return Named(text)
    if match and not text[match.end() : match.end() + 1].isupper():
        # "Sindaca di Bagnoregio" has no name.
        match = None
    if match:
        # "la sig.ra Dora del bar"
        name = re.sub(r" (?:del|della|dell'|di) ?[a-zà-ÿ]+$", "", text[match.end() :])
        if not is_organisation(name):
            return Named(name, match["title"].lower())
    first, _, rest = text.partition(" ")
    if text.startswith("famiglia "):
        return Named(text)
    if (
        is_organisation(text)
        or _is_own_firm(text, contact.company)
        or _is_described(text)
        or _is_house_by_role(text, contact.role)
    ):
        return Named(text, house=True)
    if rest[:1].isupper() and first.lower() == contact.role.strip().lower():
        # "Stilista Paolo Melis", who is a "stilista".
        return Named(rest)
    return Named(text)


_PARTICLES = listed("de di da del della dei degli dal dalla la lo le von van")


def _is_described(name: str) -> bool:
    """Whether a name has common words in it ("Orto sociale di via Padova")."""
    words = name.split()
    return any(
        word.islower() and len(word) > 3 and word not in _PARTICLES and lexicon.known(word)
        for word in words[1:]
    ) and not _OFFICES.match(name)


_OFFICES = re.compile(
    r"(?:direttore|direttrice|dirigente|responsabile|presidente|sindac[oa]|assessor[ea]|preside|"
    r"segretari[oa]|amministrat(?:ore|rice)|coordinat(?:ore|rice)|titolare)\b",
    re.IGNORECASE,
)


def _with_person(text: str) -> str:
    """Of a name and an office written together, the one with a title, else the first."""
    parts = re.split(r" [-–—|] |, | \(", text.rstrip(")"))
    return next((part for part in parts if _TITLES.match(part)), parts[0])


def _spelt_out(text: str, role: str) -> str:
    """A name without abbreviations: "ass. Neri", an "assessora", is no "associazione"."""
    short = re.match(r"ass\.\s+", text, re.IGNORECASE)
    if short and role.lower().startswith("assess"):
        return f"{role.split()[0]} {text[short.end() :]}"
    for pattern, full in _WRITTEN_OUT:
        if pattern.match(text):
            return pattern.sub(full, text)
    return text


_ARTICLES = re.compile(r"(?:Il|Lo|La|I|Gli|Le) |L'")


def _is_house_by_role(name: str, role: str) -> bool:
    """Whether what stands for a role is a kind of body, and the name is none of a person."""
    words, kind = name.split(), role.lower().split()
    if not kind or any(word.endswith(".") for word in words):
        return False
    # "cover band", but "direttore banda".
    what = kind[-1] if lexicon.known_english(kind[0]) else kind[0]
    unlike = len(words) != 2 or _ARTICLES.match(name) or any(word.isupper() for word in words)
    return bool(unlike) and is_organisation(f"{what} X")


def _is_own_firm(name: str, company: str) -> bool:
    """Whether a card is a firm's own: it has the firm's name, and that is none of a person."""
    return name.lower() == company.strip().lower() and any(
        lexicon.known(word.lower()) for word in name.split()[1:]
    )


_ORGANISATIONS = listed(
    "associazione cooperativa coop coop. cons. ass. comitato gruppo fondazione circolo libreria "
    "bottega cantina banda coro compagnia consorzio scuola istituto società azienda officina "
    "laboratorio proloco biblioteca teatro museo parrocchia rete osteria agriturismo fattoria "
    "tipografia panificio forno polisportiva studio collettivo pro ente comune provincia regione "
    "orchestra cineforum ditta distilleria cartiera pasticceria gelateria pizzeria trattoria "
    "ristorante hotel albergo falegnameria carrozzeria farmacia clinica ospedale liceo università "
    "festival galleria edizioni camera tenuta cascina frantoio salumificio pastificio torrefazione "
    "vivaio cinema ostello fabbrica redazione onlus ong odv aps emporio casa rifugio canile mensa "
    "banco centro lega croce avis oratorio caritas team agenzia cantine acli arci cai sezione "
    "sportello ist. ist comprensivo squadra club parco caseificio birrificio assoc. condominio "
    "ottica consultorio mulino acetificio oleificio lanificio macelleria bar orto radio web-radio "
    "pub band hospice comunità drogheria mobilificio ed. ed b&b bed residence campeggio "
    "stabilimento cantiere autofficina editrice"
)
# Wherever they stand in a name, it is not a person's.
_HOUSES = listed("club team asd group hotel lab center festival bar onlus odv aps society academy")
_LEGAL_FORMS = listed("onlus odv aps srl srls spa snc sas asd ets")


def is_organisation(name: str) -> bool:
    """Whether a name is a body's rather than a person's ("Comune di Bra", "Alba onlus")."""
    if not name.strip():
        return False
    words = [word.strip(",()").lower() for word in name.split()]
    if (
        re.search(r"(?:teca|eria|officina|ificio|club)$", words[0])
        and (lexicon.known(words[0]) or words[0].endswith(("officina", "club")))
        and len(words) > 1
    ):
        return True
    return (
        words[0] in _ORGANISATIONS | _HOUSES | _LEGAL_FORMS
        or not _HOUSES.isdisjoint(words[1:])
        or words[-1].replace(".", "") in _LEGAL_FORMS
    )
