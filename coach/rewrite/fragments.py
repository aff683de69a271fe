"""Notes as people jot them down, and what each of them is.

"conosciuta alla fiera di ieri", "ogni tanto cerca executive coach", "intervista a Linea Verde":
a fragment is told by the form of its first words, never by a list of known answers, and carries the
part that a sentence can be built on. What cannot be told, or is nobody's business in a message
(health, family, gossip), is `UNUSED` and says why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from coach.analysis import lexicon
from coach.analysis.text import clean, listed
from coach.rewrite import morphology
from coach.rewrite.bonds import bond_in
from coach.rewrite.discretion import unsaid
from coach.rewrite.jotting import joined, tidy, written_out
from coach.rewrite.nouns import (
    ACHIEVEMENTS,
    BURDENS,
    CITIES,
    COMMON_GROUPS,
    COMMON_HOMES,
    COMMON_SCHOOLS,
    DURATIVE,
    EITHER,
    EVENTS,
    NEED_NOUNS,
    PLACES,
    WORKS,
)
from coach.rewrite.offers import understand_offer as understand_offer
from coach.schemas import Relation


class Kind(StrEnum):
    """What a note says."""

    MET = "met"  # body: where or when ("alla fiera di ieri")
    INTRODUCED = "introduced"  # body: by whom
    TALKED = "talked"  # body: about what or where ("di bandi", "al bar")
    EVENT = "event"  # body: a noun phrase ("escursione al rifugio")
    WAS_THERE = "was_there"  # body: a clause ("era al mio tavolo")
    HEARD = "heard"  # body: where the contact was heard ("alla radio")
    EXPERIENCED = "experienced"  # verb: participle; body: its object ("il suo articolo")
    FOLLOWED = "followed"  # body: a clause in the first person ("seguo il suo blog")
    WORK = "work"  # body: a noun phrase, something the contact made or did in public
    ACHIEVEMENT = "achievement"  # body: a noun phrase to congratulate on
    DONE = "done"  # body: a clause ("ha vinto il premio")
    NEED = "need"  # body: a clause ("cerca un socio")
    NEED_NOUN = "need_noun"  # body: a noun phrase ("difficoltà con i fornitori")
    TOLD = "told"  # body: a clause ("mi ha parlato dei mal di schiena")
    ACTIVITY = "activity"  # body: a clause ("dirige il coro")
    QUALITY = "quality"  # body: a predicate ("appassionata di funghi")
    COMMON = "common"  # body: a clause or a noun phrase
    JOINT = "joint"  # body: a clause with *noi*
    PAST_GIFT = "past_gift"  # body: a clause ("gli ho passato due clienti")
    RECEIVED = "received"  # body: infinitive phrase ("avermi passato un cliente")
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Fragment:
    """A note understood.

    Attributes:
        text: the note as written.
        kind: what it says.
        body: the part a sentence is built on, in the third person as written.
        verb: the participle of an `EXPERIENCED` fragment, masculine ("letto"); of a `WORK`,
            "either" when it may not be the contact's own, "forthcoming" when it is not out yet,
            "praise" when the note praises it; of an `ACTIVITY`, "others" when its subject is
            somebody else ("i ragazzi fanno lampade"), "liked" when the contact liked something; of
            a `MET`, "again" when they knew each other; of an `INTRODUCED`, "named" when somebody
            only spoke of the contact; of a `JOINT`, "lessons" when the contact taught the writer.
        positive: whether a thing done deserves congratulations.
    """

    text: str
    kind: Kind
    body: str = ""
    verb: str = ""
    positive: bool = False


# --- words --------------------------------------------------------------------------------------

_POSITIVE = listed(
    "vinto ricevuto pubblicato aperto inaugurato fondato ottenuto lanciato completato organizzato "
    "festeggiato raggiunto conquistato creato restaurato realizzato scritto salvato superato "
    "laureato diplomato avviato costruito riaperto rilanciato recuperato guadagnato esposto "
    "premiato promosso nominato eletto diretto curato concluso finito terminato presentato "
    "regalato assunto ripulito donato accolto aiutato piantato portato compiuto diventato tradotto "
    "illustrato progettato"
)
_NEED_OPENINGS = re.compile(
    r"^(?:(?:ogni tanto|a volte|spesso|sempre|da tempo|al momento|adesso|ora|in questo periodo|"
    r"quest'anno|forse|anche|ancora|da poco|di solito|da mesi|da anni|prossimamente|presto|"
    r"in autunno|in primavera|a \w+|non)\s+)*"
    r"(?:cerca\w*|sta cercando|è alla ricerca|è in cerca|è a caccia|vuole|vorrebbe|voleva|"
    r"ha (?:sempre |tanto |molto )?bisogno|avrebbe bisogno|aveva bisogno|"
    r"(?:le|gli) (?:fa male|fanno male|serv\w+|manc\w+|occorr\w+|piacerebbe\w*|interess\w+|"
    r"farebbe comodo|"
    r"farebbero comodo|pesa\w*)|non (?:trova|riesce|ha ancora|sa (?:come|dove|a chi|quale))|fatica|"
    r"stenta|lamenta|deve|dovrà|dovrebbe|"
    r"non ha (?:ancora )?(?:un|una|uno|il|la|lo|i|gli|le|più|nessun\w*|tempo|abbastanza|molto|"
    r"molti|molte)|"
    r"ha (?:il|lo|la|i|gli|le|un|una|l') ?\w+ (?:rott|allagat|guast|ferm|vuot|bloccat|scopert)\w*|"
    r"(?:le|gli) si (?:è|sono)|"
    r"(?:ha|hanno) (?:tant|molt|tropp|poch)\w+ .+ (?:che|da)|"
    r"ha (?:difficoltà|problemi|un problema|in mente|in programma|intenzione|poco|troppo|pochi|"
    r"troppi|poca)|"
    r"sta (?:pensando|valutando|meditando|aprendo|organizzando|preparando|scrivendo|allestendo|"
    r"costruendo|ristrutturando|lavorando|progettando|studiando|imparando|traslocando|avviando|"
    r"cambiando|passando|lanciando|per)|pensa (?:di|a)|medita|valuta|si lamenta\w*|spera|sogna|"
    r"cercano|vogliono|vorrebbero|"
    r"hanno bisogno|devono|non trovano|fanno fatica|stanno (?:cercando|pensando|aprendo)|"
    r"è (?:interessat|preoccupat|indecis|curios|alle prese|alla ricerca|in cerca|in difficoltà)\w*|"
    r"tra poco|si sta|chiede)\b",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"^(?:a|ad|al|allo|alla|ai|agli|alle|all'|in|nel|nello|nella|nei|negli|nelle|nell'|da|dal|"
    r"dallo|dalla|dai|dalle|dall'|su|sul|sullo|sulla|sui|sulle|sull'|durante|tramite|grazie|presso|"
    r"per|con|ieri|oggi|stamattina|stamani|stasera|sabato|domenica|lunedì|martedì|mercoledì|"
    r"giovedì|venerdì|l'altro|la settimana|lo scorso|l'anno|due|tre|qualche|un anno|una volta|"
    r"anni|tempo|di persona|davanti|dopo|prima|fuori|via|online|insieme|sotto|dietro|vicino|di "
    r"sfuggita|di passaggio|per caso|brevemente|"
    r"attraverso|mentre|quando|dove)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?<![\w/])(\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{1,2} (?:gennaio|febbraio|marzo|aprile|maggio|"
    r"giugno|"
    r"luglio|agosto|settembre|ottobre|novembre|dicembre))(?![\w/])"
)
_PARTICIPLE = re.compile(
    r"^(\w+(?:at|it|ut|att|ett|itt|ott|ist|ost|ert|ess|as|es|is|us|int|unt|ort|olt|ers|ars|ors|"
    r"ant|ont|"
    r"ans))[oaie]$"
)


# A full stop after an abbreviation ("ep. 12") ends nothing.
_BREAK = re.compile(
    r"\s*(?:;|\n|\s[-–—]\s|(?<!\bep)(?<!\bn)(?<!\bnr)(?<!\bart)(?<!\bcap)(?<!\bvol)(?<!\bpag)"
    r"(?<!\bs)(?<!\bv)(?<!\bdott)(?<!\bprof)(?<!\bing)(?<!\bavv)(?<!\bsig)"
    r"(?<![bcdfglmpqrstvz])\.\s|:\s)\s*",
    re.IGNORECASE,
)


def pieces(note: str) -> tuple[str, ...]:
    """The separate statements of a note ("conosciuta in fiera, cerca un socio" holds two)."""
    out: list[str] = []
    for part in _BREAK.split(joined(written_out(clean(note).text))):
        start = 0
        for match in re.finditer(r",\s*(?:e\s+|ma\s+)?|\s+e\s+|\s+ma\s+", part):
            rest = part[match.end() :]
            if not match[0].strip().startswith(",") and not _is_event_like(
                part[start : match.start()]
            ):
                continue
            if _opens_statement(rest):
                out.append(part[start : match.start()])
                start = match.end()
        out.append(part[start:])
    return tuple(tidied for piece in out if (tidied := tidy(piece)))


# A clause with its own subject: "il risotto era suo".
_CLAUSE = re.compile(
    r"(?:(?:il|lo|la|i|gli|le)\s|l')\w+(?: \w+)? "
    r"(?:non \w|(?:era|erano|è|sono|ha|hanno|fa|fanno)\b)",
    re.IGNORECASE,
)
_THEIRS = re.compile(
    r"^(?:(?:il|lo|la|i|gli|le)\s+|l')?(?P<what>.+?) (?:era|erano|è|sono) (?:suo|sua|suoi|sue)$",
    re.IGNORECASE,
)


def _is_event_like(text: str) -> bool:
    return bool(
        re.match(r"\W*(?:conosciut|incontrat|vist|presentat|sentit|lett)[oaie]\b", text.lower())
    )


def _opens_statement(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+'?", text.lower())[:3]
    if not words:
        return False
    if (
        words[0] in ("mi", "ci", "le", "gli", "l'", "si", "ha", "è", "sta", "non")
        and len(words) > 1
    ):
        return (
            words[0] in ("ha", "è", "sta")
            or words[1] in ("ha", "hanno", "è", "siamo", "sta")
            or words[1] not in lexicon.lemmas(words[1])
        )
    if words[0] in ("anche", "ora", "ogni", "spesso", "poi", "stesso", "stessa"):
        return True
    if _CLAUSE.match(text) or _SPENT.match(text):
        return True
    if morphology.has_determiner(text) and len(words) > 2 and _is_their_verb(words, 2):
        return True
    if words[0] in ("era", "faceva", "aveva", "parlava") and len(words) > 1:
        return True
    if len(words) > 1 and words[1] == "insieme" and _PARTICIPLE.match(words[0]):
        return True
    if re.match(r"(?:conosciut|incontrat|lett|vist|sentit|parlat)[oaie]$", words[0]):
        return True
    if words[0] in EVENTS and len(words) > 1 and words[0] not in DURATIVE - {"visita"}:
        return True
    if (
        words[0] in (WORKS | {"annuncio"}) - {"stand", "vetrina", "negozio"}
        and len(words) > 1
        and _PREPOSITION.match(words[1])
    ):
        return True
    after = words[1] if len(words) > 1 else ""
    return morphology.is_contact_verb(words[0], after) and words[0] not in EVENTS | WORKS


def understand(note: str, relation: Relation, subject: str = "") -> tuple[Fragment, ...]:
    """Say what each statement of a note is.

    Args:
        note: the note as written.
        relation: a bare event is where one met somebody `met`, and something public of a stranger.
        subject: the contact's name, dropped when it opens the note.
    """
    return tuple(
        _understood(piece, morphology.with_articles(_without_subject(piece, subject)), relation)
        for piece in pieces(note)
    )


_BEFORE_THEIR_VERB = listed("si mi ci le gli non ora anche sta ogni da s'")


def _has_subject(text: str, parts: list[str]) -> bool:
    """Whether a note opens with the contact's name and goes on with a verb, or with a comma."""
    article = r"(?:(?:il|lo|la|i|gli|le)\s+|l')?"
    named = re.match(rf"{article}(?:(?:{'|'.join(parts)})\b[ ,:]*)+", text, re.IGNORECASE)
    words = re.findall(r"[^\W\d_]+'?", text[named.end() :].lower())[:2] if named else []
    if not words:
        return False
    after = words[1] if len(words) > 1 else ""
    return (
        words[0] in _BEFORE_THEIR_VERB
        or morphology.second_plural(words[0]) is not None
        or morphology.is_contact_verb(words[0], after)
        or lexicon.is_third_person(words[0])
        or re.match(r"(?:conosciut|incontrat|vist|presentat|sentit)[oaie]$", words[0]) is not None
    )


def _without_subject(text: str, name: str) -> str:
    parts = [re.escape(part) for part in name.split() if len(part) > 1]
    if parts and _has_subject(text, parts):
        article = r"(?:(?:il|lo|la|i|gli|le)\s+|l')?"
        text = re.sub(rf"^{article}(?:(?:{'|'.join(parts)})\s+)+(?=\S)", "", text, flags=re.I)
    text = re.sub(r"^a (?:lui|lei) (?=serv|piac|manc|interess|occorr)", "le ", text, flags=re.I)
    return re.sub(r"^(?:lei|lui|loro|questa|costui)\s+(?=\w)", "", text, flags=re.IGNORECASE)


def _understood(note: str, text: str, relation: Relation) -> Fragment:
    if not text or len(text) > 220:
        return Fragment(note, Kind.UNUSED)
    if unsaid(text):
        return Fragment(note, Kind.UNUSED)
    for reader in (_bond, _meeting, _common, _first_person, _to_me, _statement, _noun_phrase):
        found = reader(note, text, relation)
        if found is not None:
            return found
    return Fragment(note, Kind.UNUSED)


def _bond(note: str, text: str, relation: Relation) -> Fragment | None:
    found = bond_in(text, stranger=relation is Relation.STRANGER)
    if found is None:
        return None
    kind, body = found
    if kind == "lessons":
        return Fragment(note, Kind.JOINT, body, verb="lessons")
    if kind == "named":
        return Fragment(note, Kind.INTRODUCED, body, verb="named")
    return Fragment(note, Kind(kind), body)


_MEETING = re.compile(
    r"^(?:(?:ci siamo|ci eravamo|l'ho|lo ho|la ho|ti ho|la avevo|l'avevo|ci|ho|io e lei ci siamo|"
    r"io e lui ci siamo)\s*)?(?:già\s+|poi\s+|appena\s+)?"
    r"(?P<verb>conosciut|incontrat|incrociat|rivist|vist|intravist|sentit|ascoltat|presentat|"
    r"trovat|ritrovat|rincontrat)[oaie]\b\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_SPENT = re.compile(
    r"^(?:un'ora|mezz'ora|(?:due|tre) ore|tutta la (?:sera|serata|cena)) a "
    r"(?:parlare|chiacchierare|discutere)\b\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"^(?:abbiamo |ho |ci siamo )?(?:parlat[oi]|chiacchierat[oi]|chiacchierata|discusso|conversato|"
    r"(?:bella |piacevole |lunga |breve )chiacchierata|due chiacchiere|scambiato (?:due|quattro) "
    r"(?:parole|chiacchiere))\b\s*"
    r"(?:insieme\s+|a lungo\s+|con (?:lei|lui)\s+)*(?P<rest>.*)$",
    re.IGNORECASE,
)
_NEIGHBOUR = re.compile(
    r"^(?:era (?:il |la )?(?:mi[oa] )?)?(?P<who>vicin|compagn)[oa] (?P<what>di .+|al .+|allo .+)$",
    re.IGNORECASE,
)


def _meeting(note: str, text: str, relation: Relation) -> Fragment | None:
    match = _MEETING.match(text)
    if match:
        verb, rest = match["verb"].lower(), _without_contact(match["rest"])
        if verb == "presentat":
            by = re.match(r"da(?:ll'|lla|llo|l)?\s*(?P<who>.+)$", rest, re.IGNORECASE)
            if by and rest.lower().startswith(("da ", "dal", "dall")):
                who = by["who"]
                article = re.match(r"da(l|lla|ll'|llo)\b", rest.lower())
                if article:
                    who = {"l": "il ", "lla": "la ", "ll'": "l'", "llo": "lo "}[article[1]] + who
                return Fragment(note, Kind.INTRODUCED, who)
            return Fragment(note, Kind.MET, rest) if _PREPOSITION.match(rest) else None
        doing = re.match(r"(?P<what>\w+)\b", rest)
        if verb == "vist" and doing and morphology.infinitive_of(doing["what"]):
            return Fragment(note, Kind.HEARD, _dated(_ASIDE.sub("", rest)), verb="visto")
        if verb in ("sentit", "ascoltat"):
            of_them = re.match(r"parlare (?P<how>\w+ )?di (?:lei|lui|loro)\b(?P<rest>.*)$", rest)
            if of_them:
                of = f"ho sentito parlare {of_them['how'] or ''}di lei{of_them['rest']}"
                return Fragment(note, Kind.FOLLOWED, of, verb="said")
            speaking = re.match(r"^(?P<where>.+?) (?P<what>parlare (?:di|del).+)$", rest)
            if speaking and _PREPOSITION.match(rest):
                rest = f"{speaking['what']} {speaking['where']}"
                return Fragment(note, Kind.HEARD, rest)
            if _PREPOSITION.match(rest) or rest.lower().startswith("parlare "):
                return Fragment(note, Kind.HEARD, _dated(rest))
            return None
        if not rest:
            return Fragment(note, Kind.UNUSED)
        if re.match(r"insieme (?:il|lo|la|i|gli|le|un|una|l')\b", rest):
            return Fragment(note, Kind.JOINT, f"abbiamo {verb}o {rest}")
        if _PREPOSITION.match(rest) and not (verb == "trovat" and "ci siamo" not in text.lower()):
            if verb in ("vist", "intravist") and relation is Relation.STRANGER:
                return Fragment(note, Kind.HEARD, _dated(rest), verb="visto")
            again = "again" if _is_again(verb, rest) else ""
            return Fragment(note, Kind.MET, _dated(_ASIDE.sub("", rest)), verb=again)
        if verb in ("conosciut", "incontrat", "incrociat"):
            event = event_place(rest)
            return Fragment(note, Kind.MET, event) if event else None
        return None
    talk = _TALK.match(text)
    if talk and re.match(
        r"(?:\d+|un po'?|poco|due|tre|cinque|dieci|per \d+) ?(?:minut\w+|or[ae])?$",
        talk["rest"].lower(),
    ):
        # How long one talked says nothing.
        return Fragment(note, Kind.UNUSED)
    if talk and talk["rest"] and not talk["rest"].lower().startswith("che "):
        return Fragment(note, Kind.TALKED, _dated(talk["rest"]))
    spent = _SPENT.match(text)
    if spent and spent["rest"]:
        return Fragment(note, Kind.TALKED, spent["rest"])
    by_chance = re.match(
        r"^(?:conoscenza(?: fatta)?|incontro(?: casuale| fortuito| veloce| breve)?) (?P<rest>.+)$",
        text,
        re.IGNORECASE,
    )
    # "Incontro sulla ciclabile" is a meeting about it.
    if by_chance and _PREPOSITION.match(by_chance["rest"]) and by_chance["rest"][:2] != "su":
        return Fragment(note, Kind.MET, _dated(by_chance["rest"]))
    seated = re.match(
        r"^(?P<how>sedut|ospit)(?P<end>[oaie]) (?:a|ad|al|alla|accanto|vicin\w|da|in|nel|con|di)\b",
        text,
        re.IGNORECASE,
    )
    if seated and relation is not Relation.STRANGER:
        verb = "eravamo" if seated["end"] in "ie" and seated["how"] == "sedut" else "era"
        return Fragment(note, Kind.WAS_THERE, f"{verb} {text}")
    neighbour = _NEIGHBOUR.match(text)
    if neighbour and re.match(
        r"di (?:casa|negozio|bottega|ufficio|orto|paese)\b", neighbour["what"]
    ):
        return Fragment(note, Kind.JOINT, f"siamo vicini {neighbour['what']}")
    if neighbour:
        return Fragment(
            note, Kind.WAS_THERE, f"eravamo {neighbour['who'].lower()}i {neighbour['what']}"
        )
    introduced = re.match(
        r"^(?:ci|me l'|me lo |me la )\s?ha(?:nno)? (?:presentat[oaie]|fatto conoscere|"
        r"messo? in contatto|mess[oi] in "
        r"contatto)\s+(?P<who>.+)$",
        text,
        re.IGNORECASE,
    )
    if introduced:
        return Fragment(note, Kind.INTRODUCED, introduced["who"])
    card = re.match(
        r"^(?:biglietto|biglietti) da visita\b.*?\s(?P<rest>(?:al|alla|all'|allo|a|in|nel)\b.+)$",
        text,
    )
    if card:
        return Fragment(note, Kind.MET, card["rest"])
    return None


def _is_again(verb: str, rest: str) -> bool:
    """Whether the two had known each other ("ritrovati alla cena di classe")."""
    if verb in ("rivist", "ritrovat", "rincontrat"):
        return True
    return bool(
        re.search(
            r"\b(?:dopo (?:tanti|\d+|molti|dieci|venti|trenta|anni)|cena di classe|rimpatriata|"
            r"raduno (?:degli )?ex|reunion|di nuovo)\b",
            rest.lower(),
        )
    )


def _without_contact(rest: str) -> str:
    return re.sub(r"\bcon (?:lei|lui)\b\s*", "", rest, flags=re.IGNORECASE).strip()


def event_place(phrase: str) -> str | None:
    """Turn "fiera di ieri" into "alla fiera di ieri"; None when the phrase names no event."""
    phrase = _dated(_with_city(phrase))
    bare = re.sub(r"^(?:(?:il|lo|la)\s+|l')", "", phrase)
    head = morphology.head_noun(bare).lower()
    if head not in EVENTS:
        if phrase[:1].isupper():
            return f"a {phrase}"
        return None
    article = morphology.with_definite(bare)
    if article is None:
        return None
    if head in DURATIVE:
        return f"durante {article}"
    return morphology.with_preposition("su" if head in ("treno", "volo", "aereo") else "a", article)


_AT = {
    "stand": "allo stand", "padiglione": "al padiglione", "tavolo": "al tavolo",
    "banco": "al banco", "sala": "in sala", "corsia": "in corsia",
}  # fmt: skip
# What an event is of, jotted down without its preposition ("assemblea condominio").
_EVENT_OF = re.compile(
    r"^(?P<event>[a-zàèéìòù]+(?: rotonda)?) (?P<of>condominio|quartiere|classe|genitori|soci|"
    r"calcetto|yoga|inglese|ceramica|cucina|fotografia|formazione|startup|ex alunni|ex colleghi|"
    r"primo soccorso|"
    r"scuola|paese|reparto|istituto|vicinato|laurea|Natale|lettura|teatro|danza|cucito)(?![\w-])"
)


def _with_city(phrase: str) -> str:
    """Turn "fiera Verona" into "fiera di Verona", "cena ex colleghi" into "cena di ex colleghi"."""
    of = _EVENT_OF.match(phrase)
    if of and of["event"].split()[0] in EVENTS:
        phrase = f"{of['event']} di {phrase[of.start('of') :]}"
    # "fiera di Foggia, stand macchine agricole"
    phrase = re.sub(
        r"(?<=\w), (?P<at>stand|padiglione|tavolo|banco|sala|corsia)\b",
        lambda at: f", {_AT[at['at']]}",
        phrase,
    )
    city = re.search(r" [A-Z]\w+(?= (?P<city>[A-Z][a-zì]+)(?=$|[ ,]))", phrase)
    if city and city["city"] in CITIES and " di" not in phrase[: city.start()]:
        # "tavola rotonda CNA Forlì", "fiera Anuga Colonia".
        return f"{phrase[: city.end()]} di{phrase[city.end() :]}"
    words = phrase.split()
    if len(words) > 1 and words[1] in CITIES and words[0].lower() in EVENTS:
        return " ".join([words[0], "di", *words[1:]])
    return phrase


def _dated(phrase: str) -> str:
    """Give a bare date or day at the end its preposition ("convegno 12/5", "fiera ieri")."""
    match = _DATE.search(phrase)
    if match and match.start():
        before = phrase[: match.start()].rstrip(" ,")
        if not re.search(r"(?:\b(?:del|dell'|il|al|dal|di|l')|')$", before):
            of = "dell'" if re.match(r"(?:8|11)(?!\d)", match[0]) else "del "
            phrase = f"{before} {of}{phrase[match.start() :]}"
    match = re.search(
        r"(?<=\w)\s+(ieri|oggi|stamattina|stasera|sabato|domenica|lunedì|martedì|mercoledì|giovedì|"
        r"venerdì)(?: scors[oa])?$",
        phrase,
    )
    if match and not re.search(
        r"\b(?:di|a|da|il|la|del|dal|al|ogni|questo|quel|te|Lei|lo scorso|l'altro|per)$",
        phrase[: match.start()],
    ):
        phrase = f"{phrase[: match.start()]} di{phrase[match.start() :]}"
    return re.sub(r"\s+", " ", phrase)


# What two people who met once were in together ("stessa barca").
_SAME_PLACE = {
    "banco": "a", "barca": "su", "treno": "su", "volo": "su", "pullman": "su", "tavolo": "a",
    "stanza": "in", "camera": "in", "fila": "in", "equipaggio": "in", "cordata": "in",
    "scompartimento": "in", "hotel": "in", "albergo": "in", "corsia": "in", "girone": "in",
}  # fmt: skip


def _common(note: str, text: str, relation: Relation) -> Fragment | None:
    low = text.lower()
    same = re.match(r"^(?:(?:il|lo|la|l'|gli|le|i)\s*)?stess[oaie] (?P<what>.+)$", low)
    if same:
        what = text[same.start("what") :]
        article = {"o": "lo stesso", "a": "la stessa", "i": "gli stessi", "e": "le stesse"}[
            low[same.start("what") - 2]
        ]
        head = morphology.head_noun(what).lower()
        if head in _SAME_PLACE and relation is not Relation.STRANGER:
            where = morphology.with_preposition(_SAME_PLACE[head], f"{article} {what}")
            kind = Kind.WAS_THERE if relation is Relation.MET else Kind.JOINT
            return Fragment(note, kind, f"eravamo {where}")
        if head in COMMON_SCHOOLS:
            body = f"veniamo {morphology.with_preposition('da', f'{article} {what}')}"
        elif head in COMMON_HOMES:
            where = morphology.with_preposition(COMMON_HOMES[head], f"{article} {what}")
            body = f"abitiamo {where}"
        elif head in COMMON_GROUPS:
            body = f"facciamo parte {morphology.with_preposition('di', f'{article} {what}')}"
        elif head in ("passione", "passioni", "interesse", "interessi", "idea", "idee", "maestro"):
            body = f"abbiamo {article} {what}"
        else:
            if morphology.noun_form(head) is None:
                return Fragment(note, Kind.UNUSED)
            body = f"abbiamo {article} {what}"
        return Fragment(note, Kind.COMMON, body)
    both = re.match(r"^(?:tutti e due|tutte e due|entramb[ie]|in comune)\s*:?\s+(?P<what>.+)$", low)
    if both:
        what = text[both.start("what") :]
        verb = re.match(r"[^\W\d_]+", what)
        if verb and verb[0].endswith("iamo"):
            return Fragment(note, Kind.COMMON, what)
        phrase = morphology.with_definite(what) if not re.match(r"(?:di|a|da|in)\b", what) else None
        if low.startswith("in comune") and phrase:
            return Fragment(note, Kind.COMMON, f"abbiamo in comune {phrase}")
        if re.match(r"(?:di|a|da|in)\b", what):
            return Fragment(note, Kind.COMMON, f"siamo entrambi {what}")
        return None
    also = re.match(r"^(?:anche|pure) (?:lei|lui) (?P<rest>.+)$", low)
    if also:
        rest = text[also.start("rest") :]
        words = re.findall(r"[^\W\d_]+'?", rest.lower())
        after = words[1] if len(words) > 1 else ""
        if words and (morphology.is_contact_verb(words[0], after) or words[0] in ("si", "mi")):
            return Fragment(note, Kind.COMMON, f"anche lei {rest}")
        return Fragment(note, Kind.COMMON, f"anche lei è {rest}")
    like_me = re.search(r",? (?P<how>come me|con me|insieme a me)$", low)
    if like_me:
        found = _statement(note, text[: like_me.start()], relation)
        if found:
            comma = "," if like_me["how"] == "come me" else ""
            return Fragment(note, Kind.COMMON, f"{found.body}{comma} {like_me['how']}")
    if re.match(r"^siamo (?:tutt[ie] e due|entramb[ie]) ", low):
        return Fragment(note, Kind.COMMON, text)
    friend = re.match(
        r"^(?:amic[oa]|conoscente|collega|ex collega) (?P<of>d(?:i|el|ella|ell') ?.+)$", low
    )
    if friend and relation is not Relation.STRANGER:
        return Fragment(note, Kind.UNUSED)
    if friend and friend["of"][:1]:
        return Fragment(note, Kind.QUALITY, text)
    return None


def _first_person(note: str, text: str, relation: Relation) -> Fragment | None:
    low = text.lower()
    words = re.findall(r"[^\W\d_]+'?", low)
    if not words or _OWED.match(text):
        return None
    if _PARTICIPLE.match(words[0]) and "insieme" in words and words[0].endswith("o"):
        return Fragment(note, Kind.JOINT, f"abbiamo {text}")
    if re.match(r"sono (?:il|la) su[oa] \w+ (?:da|dal|dall') ?\w", low):
        return Fragment(note, Kind.JOINT, text) if relation is Relation.ESTABLISHED else None
    if re.match(r"(?:noi )?(?:(?:ci|ne|lo|la|li|non|spesso) )*\w+(?:iamo|vamo)\b", low):
        shared = re.search(r"\b(?:tutt[ie] e due|entramb[ie])\b", low)
        if relation is Relation.STRANGER or shared:
            return Fragment(note, Kind.COMMON, re.sub(r"^noi ", "", text))
        kind = (
            Kind.WAS_THERE if words[0].endswith("vamo") and relation is Relation.MET else Kind.JOINT
        )
        return Fragment(note, kind, re.sub(r"^noi ", "", text))
    gift = re.match(
        r"^(?:(?:gli|le|l')\s*(?:ho|avevo)|(?:ho|avevo) (?:già )?\w+(?:to|so)(?:gli|"
        r"le))\s?(?P<what>.+)$",
        low,
    )
    if gift:
        if re.search(
            r"\b(?:fatto da|chiesto|scritto|mandato (?:una mail|il cv)|inviato il cv|telefonato|"
            r"(?:lasciato|dato) (?:il |un |i )?(?:mi[oe]i? )?(?:biglietto|bigliettino|numero|"
            r"contatt|"
            r"recapit|mail|cv|curriculum)\w*)\b",
            low,
        ):
            return Fragment(note, Kind.UNUSED)
        return Fragment(note, Kind.PAST_GIFT, text)
    experienced = re.match(
        r"^(?:ho |abbiamo )?(?:appena |già |da poco |anche )?(?P<verb>\w+)\s+(?P<object>.+)$", low
    )
    if experienced and experienced["verb"] in _EXPERIENCES:
        verb = _EXPERIENCES[experienced["verb"]]
        if verb and not _PREPOSITION.match(experienced["object"]):
            thing = text[experienced.start("object") :]
            thing = re.split(r"\s+e\s+(?=l'|lo |la |li |le ho|mi |ne |ho )|[,:]\s", thing)[0]
            return Fragment(note, Kind.EXPERIENCED, thing, verb=verb)
    guest = re.match(
        r"^(?:ho )?(?P<did>dormito|mangiato|cenato|pranzato|soggiornato|alloggiato|festeggiato|"
        r"fatto (?:lo |uno |un |il )?(?:stage|tirocinio|corso|volontariato)) "
        r"(?P<where>(?:da|dal|nel|nella|al|alla|in|presso|lì|là|qui) .+|(?:dall|nell|all)'.+|lì|"
        r"là)$",
        low,
    )
    if guest:
        rest = _ASIDE.sub("", text[guest.start("did") :])
        rest = re.sub(r" (?:lì|là|qui)\b", " da lei", rest)
        return Fragment(note, Kind.WAS_THERE, f"ho {rest}", verb="guest")
    if low.startswith(("ho ", "abbiamo ")):
        return None
    regular = re.match(
        r"^(?P<when>ogni \w+|tutti gli anni|sempre|spesso) (?P<rest>(?:le|gli) .+)$", low
    )
    if regular:
        text = f"{text[regular.start('rest') :]} {regular['when']}"
        words = re.findall(r"[^\W\d_]+'?", text.lower())
    if words[0] in ("le", "gli") and len(words) > 2 and lexicon.is_first_person(words[1]):
        form = morphology.noun_form(words[1])
        if form is None or form.number == "s":
            # "le porto il pesce": no feminine plural follows, so it is the pronoun.
            return Fragment(note, Kind.JOINT, text)
    found = re.match(
        r"(?:l'|lo |la |li |le )ho (?:scopert|conosciut|trovat)[oaie] (?P<how>.+)$", low
    )
    if found and relation is Relation.STRANGER:
        how = text[found.start("how") :]
        return Fragment(note, Kind.FOLLOWED, f"ho scoperto il suo lavoro {how}", verb="said")
    serving = re.match(r"(?P<verb>\w+) .*\b(?:per|con) (?:lei|lui|loro)\b", low)
    if (
        serving
        and relation is Relation.ESTABLISHED
        and lexicon.is_first_person(serving["verb"])
        and serving["verb"] not in FOLLOWING | {"ho", "sono"} | EVENTS | WORKS
    ):
        return Fragment(note, Kind.JOINT, text)
    if (
        words[0] in ("lo", "la", "li")
        and len(words) > 1
        and words[1] != "ho"
        and lexicon.is_first_person(words[1])
    ):
        return Fragment(note, Kind.FOLLOWED, re.sub(r"^li\b", "la", text, flags=re.IGNORECASE))
    if words[0] in FOLLOWING:
        return Fragment(note, Kind.FOLLOWED, text)
    if re.match(
        r"^(?:mi (?:piace|piacciono|è piaciut|sono piaciut|ha colpito|hanno colpito|ha aiutat)|"
        r"adoro|amo)\w* (?:molto |tanto |moltissimo )?(?:il|la|i|gli|le|lo|l'|come) ?\w",
        low,
    ):
        return Fragment(note, Kind.FOLLOWED, text, verb="said")
    return None


FOLLOWING = listed(
    "seguo leggo uso ascolto apprezzo ammiro guardo frequento compro consulto studio"
)


def _experiences() -> dict[str, str]:
    stems = [
        "lett",
        "vist",
        "ascoltat",
        "seguit",
        "sentit",
        "studiat",
        "comprat",
        "assaggiat",
        "provat",
        "visitat",
        "usat",
        "apprezzat",
        "ammirat",
        "scopert",
        "trovat",
        "gustat",
        "sfogliat",
        "guardat",
        "riletto",
        "rilett",
        "gradit",
        "acquistat",
        "consultat",
        "assistit",
        "mangiat",
        "bevut",
        "degustat",
        "scaricat",
        "notat",
    ]
    return {stem + ending: stem + "o" for stem in stems for ending in "oaie"}


_EXPERIENCES = _experiences()


# "grazie della passeggiata", "ringraziare per il passaggio": what one is grateful for.
_OWED = re.compile(
    r"^(?:grazie(?: ancora| mille)?|(?:da )?ringraziar\w*|(?:la|lo|li|le) ringrazio(?: ancora|"
    r" molto)?) "
    r"(?P<of>per |di |del |dello |della |dell'|dei |degli |delle )(?P<what>\S.+)$",
    re.IGNORECASE,
)


def _to_me(note: str, text: str, relation: Relation) -> Fragment | None:
    """What the contact told, gave or did for the writer."""
    when = re.match(
        r"^(?P<when>ieri|oggi|l'altro ieri|la settimana scorsa|l'anno scorso|di recente|"
        r"quest'anno|una volta|a \w+|in \w+) (?=(?:mi|ci) ha)",
        text,
        re.IGNORECASE,
    )
    if when:
        text = f"{text[when.end() :]} {when['when'][0].lower()}{when['when'][1:]}"
    season = re.match(
        r"^(?P<when>a [A-Z]\w+|ogni \w+|d'estate|d'inverno|in \w+) (?=(?:mi|ci) )", text
    )
    if season and relation is Relation.ESTABLISHED:
        text = f"{text[season.end() :]} {season['when']}"
    low = text.lower()
    owed = _OWED.match(text)
    if owed:
        return Fragment(note, Kind.RECEIVED, _without_di(owed["of"] + owed["what"]))
    told = re.match(
        r"^(?:mi|ci) (?:ha|hanno|aveva) (?:appena |anche |spesso |già )?"
        r"(?:parlato|detto|raccontato|accennato|confidato|spiegato|mostrato|chiesto|mi parlava) \w",
        low,
    )
    explained = re.match(
        r"^(?:mi|ci) (?:ha|hanno) (?:spiegato|mostrato|insegnato) (?!che\b|di\b|de|perché)", low
    )
    if (told and not explained) or re.match(r"^mi (?:parlava|diceva|raccontava|accennava)\b", low):
        return Fragment(note, Kind.TOLD, text)
    bare = re.match(r"^(?P<verb>parlav|dicev|raccontav|accennav)a (?P<rest>.+)$", low)
    if bare:
        return Fragment(note, Kind.TOLD, text)
    if re.match(r"^(?:mi|ci) (?:ha|aveva) (?:detto|raccontato|parlato|spiegato|accennato)$", low):
        return Fragment(note, Kind.UNUSED)
    if re.match(
        r"^(?:mi|ci) (?:ha|hanno|aveva|avevano) (?:promess|delus|ignorat|rimandat|negat)", low
    ):
        # What was promised and not done is nothing to thank for.
        return Fragment(note, Kind.UNUSED)
    got = re.match(
        r"^(?P<whom>mi|ci) (?P<aux>ha|hanno|aveva|avevano) (?P<rest>\w+(?:to|ta|so|sa|ti|te)\b.*)$",
        low,
    )
    if got:
        return Fragment(note, Kind.RECEIVED, f"aver{got['whom']} {text[got.start('rest') :]}")
    habit = re.match(
        r"^(?:mi|ci) (?:(?P<verb>[^\W\d_]+) (?:.*\b)?(?:sempre|spesso|da \w+|dal \d+|"
        r"tutt[ie] [ilg]\w* \w+|ogni (?!tanto)\w+)\b|"
        r"(?P<favour>tiene|segue|aiuta|cura|presta|porta|manda|regala|passa) )",
        low,
    )
    if (
        habit
        and relation is Relation.ESTABLISHED
        and morphology.second_person(habit["verb"] or habit["favour"])
        and habit["verb"] not in ("serve", "manca", "piace", "interessa", "deve", "sa", "pare")
    ):
        return Fragment(note, Kind.RECEIVED, text, verb="habit")
    at_ours = re.match(
        r"^(?:ha )?(?P<rest>(?:presentato|suonato|parlato|esposto|cantato|recitato|cucinato|letto|"
        r"tenuto|ballato|insegnato) .*\b(?:da|con|per) (?:noi|me)\b.*)$",
        low,
    )
    if at_ours and relation is not Relation.STRANGER:
        return Fragment(note, Kind.RECEIVED, f"aver {text[at_ours.start('rest') :]}")
    beside = re.match(
        r"^ha \w+to (?:subito )?(?:dopo|prima|accanto|vicino|insieme) (?:di |a )?(?:me|noi)\b", low
    )
    if beside and relation is Relation.MET:
        return Fragment(note, Kind.WAS_THERE, text)
    mine = re.match(
        r"^(?:segue|cura|tiene|aiuta|gestisce|stampa|pulisce|rilegge|corregge|ripara|accorda|porta|"
        r"ospita|sostiene|recensisce|promuove|vende|compra|condivide|legge) "
        r"(?:il mio|la mia|i miei|le mie|il nostro|la nostra|i nostri|le nostre)\b.*$",
        low,
    )
    if mine and relation is Relation.ESTABLISHED:
        return Fragment(note, Kind.RECEIVED, text, verb="habit")
    accepted = re.match(
        r"^(?:ha )?(?P<rest>(?:accettat|commentat|condivis|apprezzat|letto)\w* .*\b(?:mi[oae]|miei|"
        r"mie)\b.*)$",
        low,
    )
    if accepted:
        return Fragment(note, Kind.RECEIVED, f"aver {text[accepted.start('rest') :]}")
    came = re.match(
        r"^è (?P<rest>(?:venut|passat|stat)[oa] .*\b(?:mi[oae]|miei|mie|me|noi|nostr[oae])\b.*|"
        r"venut[oa] (?:a (?!parlare|sapere)|al|alla|all'|allo|in|per) ?.+)$",
        low,
    )
    if came:
        return Fragment(note, Kind.RECEIVED, f"essere {text[came.start('rest') :]}")
    return None


# What befalls a thing, which comes after its verb ("salta sempre la luce").
_HAPPENS = re.compile(
    r"^(?:(?:gli|le) )?(?:si )?(?:salta|cade|crolla|scoppia|gocciola|si spegne|allaga|blocca|"
    r"stacca|"
    r"spegne|surriscalda) (?:sempre |spesso |ogni tanto )?(?:il|lo|la|i|gli|le|un|una|l')"
)


def _statement(note: str, text: str, relation: Relation) -> Fragment | None:
    """A clause whose subject is the contact."""
    low = text.lower()
    words = re.findall(r"[^\W\d_]+'?|\d+", low)
    if not words:
        return None
    if words[0] == "era" and len(words) == 2:
        return Fragment(note, Kind.ACTIVITY, text)
    if re.match(
        r"^(?:era pien|c'era(?:no)? (?:molt|tant|poc|gente)|faceva (?:cald|fredd)|pioveva)", low
    ):
        return Fragment(note, Kind.UNUSED)
    if relation is not Relation.STRANGER and re.match(
        r"^(?:era|sedeva|stava|c'era) (?!ragazz|bambin|giovane)", low
    ):
        return Fragment(note, Kind.WAS_THERE, text)
    if re.match(r"^(?:le|gli) hanno \w+(?:to|ti|so|si|tt[oi])\b", low):
        return Fragment(note, Kind.ACTIVITY, text, verb="others")
    burden = re.match(
        r"^(?:si lamenta(?:va)?(?: sempre| spesso)?|si è (?:un po' )?lamentat[oa]|"
        r"si era lamentat[oa]|"
        r"lamentava) (?:di|del|dello|della|dell'|dei|degli|delle) ?(?P<what>.+)$",
        low,
    )
    if burden:
        # Nobody likes to be told that they complained.
        what = re.sub(
            r"^(?:si lamenta(?:va)?|si (?:è|era) (?:un po' )?lamentat[oa]|lamentava)"
            r"(?: sempre| spesso)? ",
            "",
            text,
            flags=re.IGNORECASE,
        )
        body = f"le difficoltà con {_without_di(what)}"
        return Fragment(note, Kind.NEED_NOUN, body)
    if _HAPPENS.match(low):
        return Fragment(note, Kind.ACTIVITY, text, verb="others")
    if _NEED_OPENINGS.match(low):
        return Fragment(note, Kind.NEED, text)
    if relation is not Relation.STRANGER and re.match(
        r"^ha (?:detto|raccontato|accennato|confidato|spiegato|parlato) (?:che|di|del|dello|"
        r"della|dei|"
        r"delle|a)\b",
        low,
    ):
        return Fragment(note, Kind.TOLD, f"mi {text}")
    if re.match(r"^(?:dice|ripete|sostiene|racconta) (?:che|di) ", low):
        if re.search(r"\b(?:la|lo) (?:fa|fanno|mette|mettono|manda|aiuta|tiene)\b", low):
            return Fragment(note, Kind.UNUSED)
        return Fragment(note, Kind.TOLD, f"mi diceva {text.split(' ', 1)[1]}")
    if (
        re.match(
            r"^(?:(?:le|gli) (?:(?:è|sono|era|erano) piaciut[oaie]|piacev\w+ (?:il|la|i|le|lo) "
            r"(?:mi|nostr)\w+)|ha (?:molto )?(?:apprezzato|"
            r"gradito|lodato))\b",
            low,
        )
        and relation is not Relation.STRANGER
    ):
        return Fragment(note, Kind.ACTIVITY, text, verb="liked")
    if re.match(r"^(?:le|gli) (?:piac\w+|sta a cuore|stanno a cuore)\b", low):
        return Fragment(note, Kind.ACTIVITY, text)
    done = re.match(
        r"^(?:(?:da poco|appena|già|di recente|recentemente|quest'anno|ieri) )?(?:si è|ha|è|è "
        r"stat[oa]|"
        r"ha appena|ha da poco|è appena|è da poco|ha già)\s+(?:appena |da poco |anche |già )?"
        r"(?:stat[oa] )?(?P<participle>\w+)",
        low,
    )
    if done and _PARTICIPLE.match(done["participle"]) and done["participle"] not in _QUANTITIES:
        stem = done["participle"][:-1] + "o"
        mine = re.search(
            r"\b(?:mi[oae]|miei|mie|me)\b(?! (?:vicin|colleg|cap[oa]|amic|client|soci))|"
            r"\b\w+[rl]mi\b",
            low,
        )
        if mine and not low.startswith("si è stat"):
            return Fragment(note, Kind.RECEIVED, _infinitive_clause(text))
        if low.startswith(("è ", "è stat")) and stem in (
            "appassionato",
            "esperto",
            "laureato",
            "nato",
            "iscritto",
            "specializzato",
        ):
            return Fragment(note, Kind.ACTIVITY, text)
        return Fragment(note, Kind.DONE, text, positive=stem in _POSITIVE)
    if words[0] == "presente" and len(words) > 2 and _PREPOSITION.match(words[1]):
        return Fragment(note, Kind.DONE, f"era {text}")
    if words[0][:-1] + "o" in _OF_ONESELF and len(words) > 1:
        return Fragment(note, Kind.DONE, f"si è {text}", positive=True)
    if words[0][:-1] + "o" in _PASSIVE and len(words) > 1 and words[0][-1] in "oa":
        return Fragment(note, Kind.DONE, f"è stat{words[0][-1]} {text}", positive=True)
    own = not re.search(r"\b(?:loro|su[oa]|suoi|sue)\b", low)
    if (
        own
        and words[0] in _POSITIVE
        and len(words) > 1
        and words[0].endswith("o")
        and text[:1].islower()
    ):
        # "vinto il premio Sirmione": the auxiliary is left out.
        thing = text.split(" ", 1)[1]
        determined = morphology.with_definite(thing) if thing[:1].islower() else thing
        return Fragment(note, Kind.DONE, f"ha {words[0]} {determined or thing}", positive=True)
    if morphology.second_plural(words[0]) and words[0] not in EVENTS | WORKS:
        if words[0] == "hanno" and len(words) > 1 and _PARTICIPLE.match(words[1]):
            return Fragment(note, Kind.DONE, text, positive=words[1][:-1] + "o" in _POSITIVE)
        return Fragment(note, Kind.ACTIVITY, text)
    lead = 0
    while lead < len(words) and words[lead] in _LEAD:
        lead += 1
    if lead < len(words):
        verb = words[lead]
        after = words[lead + 1] if lead + 1 < len(words) else ""
        noun = (verb in EVENTS | WORKS | ACHIEVEMENTS | NEED_NOUNS | PLACES) and after not in (
            "il", "lo", "la", "i", "gli", "le", "l'", "un", "una", "uno", "un'",
        )  # fmt: skip
        if not noun and (verb in _VERBS_FIRST or morphology.is_contact_verb(verb, after)):
            return Fragment(note, Kind.ACTIVITY, text)
    return None


def _without_di(phrase: str) -> str:
    """Turn "delle imprese" into "le imprese"."""
    match = re.match(r"(?P<of>dello|della|delle|degli|dell'|del|dei|di|per)(?:(?<=') ?| )", phrase)
    if match is None:
        return phrase
    article = {"del": "il ", "dello": "lo ", "della": "la ", "dell'": "l'", "dei": "i ",
               "degli": "gli ", "delle": "le "}.get(match["of"], "")  # fmt: skip
    return article + phrase[match.end() :]


# Forms that are nouns too, but open a note as verbs even without an article after them.
_VERBS_FIRST = listed("insegna firma cura stampa pratica allena")
_QUANTITIES = listed(
    "tanto tanta tanti tante molto tutta tutto tutti tutte altrettanti parecchi quanti quante "
    "diritto merito gusto talento contatti clienti pazienti studenti"
)
_OF_ONESELF = listed("laureato diplomato specializzato")
_PASSIVE = listed(
    "premiato nominato eletto promosso citato intervistato invitato candidato selezionato scelto "
    "ospitato menzionato"
)


def _infinitive_clause(text: str) -> str:
    """Turn "ha visto il mio stand e ha preso" into "aver visto il mio stand e preso"."""
    text = re.sub(r" e (?:ha|è) (?=\w+[oaie]\b)", " e ", text)
    for finite, infinitive in (("si è ", "essersi "), ("ha ", "aver "), ("è ", "essere ")):
        if text.lower().startswith(finite):
            return infinitive + text[len(finite) :]
    return text


_USUAL = re.compile(
    r"\b(?:ogni (?!tanto)\w+|tutt[ie] (?:i|gli|le) \w+|(?:una|due) volt[ae] (?:al|alla|all'|"
    r"a) ?\w+)$"
)
# What follows a comma after an event, unless it says where or when ("…, secondi classificati").
_ASIDE = re.compile(
    r",\s*(?!\s|\d|(?:a|al|allo|alla|ai|agli|alle|in|nel|nella|il|lo|la|stand|padiglione|sala)\s|"
    r"(?:all|nell|l)'|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|ieri|oggi|\w+ \d|"
    r"[A-Z])[^,]*$"
)


def _is_their_verb(words: list[str], at: int) -> bool:
    """Whether a word after a noun is its verb ("suo strumento fischia"), not a second noun."""
    word, before = words[at], words[at - 1]
    after = words[at + 1] if at + 1 < len(words) else ""
    return (
        morphology.second_person(word) is not None
        and word not in lexicon.lemmas(word)
        and word not in WORKS | EVENTS | EITHER | NEED_NOUNS | PLACES | {"cura", "pratica", "firma"}
        and morphology.noun_form(before) is not None
        and not _PREPOSITION.match(before)
        and before not in ("suo", "sua", "suoi", "sue", "di", "del", "della", "delle", "dei")
        and after not in ("di", "del", "della", "dell'", "dei", "delle", "d'")
    )


_LEAD = listed(
    "ogni tanto spesso sempre anche ora adesso da a di solito tempo anni poco non si volte in "
    "oggi prima molto quest' anno"
)


# "lancio andato benissimo": congratulations say as much.
_GONE_WELL = re.compile(
    r",? (?:(?:è )?andat|riuscit|venut|finit)[oaie] (?:molto |davvero )?(?:ben\w*|alla grande)$|"
    r",? (?:strameritat|meritat|meritatissim)[oaie]$"
)


def _is_newcomer(phrase: str, head: str) -> bool:
    """Whether what is new is a person ("nuova direttrice"), or does not even agree."""
    fresh = re.search(r"\bnuov(?P<end>[oaie])\b", phrase.lower())
    form = morphology.noun_form(head)
    if fresh is None:
        return False
    ends = {"ms": "o", "fs": "a", "mp": "i", "fp": "e"}
    if form is not None and ends[form.gender + form.number] != fresh["end"]:
        return True
    return head.endswith(("tore", "trice", "tori")) and head not in ("settore", "motore")


# What may be about somebody rather than by them.
_BY_OTHERS = listed("articolo articoli servizio restauro recensione recensioni")
# How one is enthusiastic to oneself: said otherwise to the person.
_SLANG = re.compile(
    r",? (?:da (?:urlo|paura|sogno|dieci|favola|applausi|brivido|leccarsi .+)|top|super|wow|"
    r"spazial[ei]|genial[ei]|bomba)!*$|(?<=\w),? (?:pazzesc|fighissim|mitic|spazialissim)\w+!*"
)


def _noun_phrase(note: str, text: str, relation: Relation) -> Fragment | None:
    """A fragment without a verb."""
    theirs = _THEIRS.match(text)
    if theirs:
        return Fragment(note, Kind.WORK, theirs["what"])
    clause = _CLAUSE.match(text)
    if clause:
        verbs = [word for word in re.findall(r"[^\W\d_]+", text.lower())[1:5] if word != "non"]
        if relation is Relation.STRANGER and not any(map(morphology.second_plural, verbs)):
            return Fragment(note, Kind.UNUSED)
        if not re.match(r"(?:il|lo|la|l') ?\w+ (?:era|è) (?:suo|sua)$", text.lower()):
            return Fragment(note, Kind.ACTIVITY, text, verb="others")
    full = text
    text = _SLANG.sub("", text)
    text = re.sub(
        r"^(?:il|la|i|le|lo|gli|l')\s*(?=suo|sua|suoi|sue)", "", text, flags=re.IGNORECASE
    )
    bare = re.sub(
        r"^(?:(?:il|lo|la|i|gli|le)\s+|l'|(?:un|una|uno)\s+|un')", "", text, flags=re.IGNORECASE
    )
    if re.match(
        r"^(?:il|la|i|gli|le) (?:suo|sua|suoi|sue) .+ (?:è|sono|era|erano) (?:molto |davvero |"
        r"proprio )?"
        r"(?:bell|splendid|genial|interessant|util|ottim|bravissim|fantastic|meraviglios|divertent|"
        r"commovent|chiar|ricch|buon|prezios)\w*$|"
        r"^(?:il|la|i|gli|le) (?:suo|sua|suoi|sue) .+ mi (?:ha|hanno) (?:fatto (?:piangere|ridere|"
        r"sorridere|pensare|riflettere|venire|bene|compagnia)|colpit|commoss|emozionat|aiutat|"
        r"ispirat|divertit|aperto|insegnat|incuriosit|dato)\w*\b.*$",
        full.lower(),
    ):
        return Fragment(note, Kind.FOLLOWED, full, verb="said")
    whose = full if re.match(r"(?:il|la|i|le) su", full, re.IGNORECASE) else text
    words = re.findall(r"[^\W\d_]+'?", text.lower())
    if morphology.has_determiner(whose) and (
        any(
            morphology.second_plural(word) or word in ("ha", "è", "fa", "va", "sta", "vuole")
            for word in words[1:4]
        )
        or any(_is_their_verb(words, at) for at in range(2, min(5, len(words))))
    ):
        return Fragment(note, Kind.ACTIVITY, whose, verb="others")
    own = re.match(r"^(?:suo|sua|suoi|sue)\s+(?P<what>.+)$", bare, re.IGNORECASE)
    theirs = re.match(r"^(?P<head>[^\W\d_]+) (?:suo|sua|suoi|sue)\b(?P<rest>.*)$", bare)
    if theirs and theirs["head"].lower() in WORKS | EITHER:
        return Fragment(note, Kind.WORK, _ASIDE.sub("", theirs["head"] + theirs["rest"]))
    loved = re.sub(r"^su(?:o|a|oi|e) ", "", bare)
    if _SLANG.search(full) and "," not in full and morphology.noun_form(loved.split(" ")[0]):
        return Fragment(note, Kind.WORK, re.sub(r" su(?:o|a|oi|e)$", "", loved))
    praise = re.match(
        r"^(?P<what>[^,]+?),? (?:molto |davvero |troppo |super )?(?P<how>bellissim|bell|splendid|"
        r"stupend|meraviglios|fantastic|magnific|buonissim|ottim|interessantissim|interessant|"
        r"original|curatissim|favolos|spettacolar|eccezional|straordinari|deliziose?|elegant|"
        r"raffinat|perfett|chiarissim|utilissim|commovent|divertent)(?P<end>[oaie])!*"
        r"(?P<where> (?:(?:in|nel|nella|nei|nelle|sul|sulla|sulle|di|del|della|a|al|alla|su|per) |"
        r"(?:nell|sull|dell|all)').+)?$",
        bare,
    )
    if praise and len(praise["what"].split()) < 5:
        form = morphology.noun_form(morphology.head_noun(praise["what"]))
        if form is not None and not morphology.has_determiner(praise["what"]):
            whole = praise["what"] + (praise["where"] or "")
            if morphology.head_noun(praise["what"]).lower() in _BY_OTHERS:
                return Fragment(note, Kind.WORK, whole, verb="either")
            return Fragment(praise[0][: praise.end("end")], Kind.WORK, whole, verb="praise")
    head = morphology.head_noun(own["what"] if own else bare).lower()
    if re.match(r"^(?:grazie|saluti|ok|boh|n\.?d\.?)\b", head):
        return Fragment(note, Kind.UNUSED)
    if head in WORKS and re.search(r"\b(?:mi[oa]|mie|miei)\b", bare.lower()):
        return Fragment(note, Kind.UNUSED)
    coming = re.search(
        r"\b(?:in uscita|in arrivo|in preparazione|in cantiere|in lavorazione|in stampa|"
        r"prossim\w+)\b",
        bare,
    )
    if coming and head in WORKS:
        what = own["what"] if own else bare
        return Fragment(note, Kind.WORK, _ASIDE.sub("", what), verb="forthcoming")
    if own:
        return Fragment(_ASIDE.sub("", note), Kind.WORK, _ASIDE.sub("", own["what"]))
    if re.match(
        r"^(?:preoccupat[oa]|indecis[oa]|curios[oa]|alle prese|alla ricerca|in cerca|a caccia|"
        r"in difficoltà|sempre in cerca)\b",
        bare.lower(),
    ):
        return Fragment(note, Kind.NEED, f"è {bare}")
    if head in BURDENS and relation is not Relation.STRANGER:
        return Fragment(note, Kind.NEED, f"ha {bare}")
    fellow = re.match(r"^(?:soc[io]|membr[io]|iscritt[oaie]|"
                      r"volontar[ioae]) (?P<of>d\w+ stess[oa] .+)$",
                      bare, re.IGNORECASE)  # fmt: skip
    if fellow:
        return Fragment(note, Kind.COMMON, f"facciamo parte {fellow['of']}")
    bond = re.match(
        r"^(?:amic[io]|amiche|collegh[ie]|vicin[ie]|soci|compagn[ie]|coinquilin[ie])\b ?",
        bare.lower(),
    )
    if bond and head[-1:] in "ie" and relation is not Relation.STRANGER:
        return Fragment(note, Kind.JOINT, f"siamo {bare}")
    finalist = re.match(r"^(?P<what>(?:semi)?finalista|in finale) (?P<rest>.+)$", bare)
    if finalist:
        at = finalist["rest"]
        at = f"al {at}" if re.match(r"(?:premio|concorso|torneo|campionato|bando)\b", at) else at
        return Fragment(note, Kind.DONE, f"è {finalist['what']} {at}", positive=True)
    if re.match(r"^(?:prim|second|terz)[oa] (?:posto|premio|classificat[oa])\b", bare.lower()):
        return Fragment(note, Kind.ACHIEVEMENT, bare)
    research = head == "ricerca" and not re.match(r"ricerca d[ie']", bare.lower())
    if head in NEED_NOUNS and len(bare.split()) > 1 and not research:
        return Fragment(note, Kind.NEED_NOUN, bare)
    recital = re.match(r"saggio\b.*\b(?:fine anno|danza|allievi|scuola|teatro)\b", bare.lower())
    if recital and relation is Relation.MET:
        return Fragment(note, Kind.MET, f"al {_dated(_ASIDE.sub('', bare))}")
    at_it = head in EITHER and relation is Relation.MET
    if (head in EITHER and relation is Relation.STRANGER) or (head in WORKS and not at_it):
        # An article in a paper may be about them rather than by them.
        unsure = head not in WORKS or head in _BY_OTHERS
        bare = re.sub(
            r"^(post|thread|video|articolo) (?=LinkedIn|Facebook|Instagram|YouTube)",
            r"\1 su ",
            bare,
        )
        body = _dated(_ASIDE.sub("", bare))
        said = _ASIDE.sub("", note)
        return Fragment(said, Kind.WORK, body, verb="either" if unsure else "")
    if head in ACHIEVEMENTS and head in EVENTS and relation is Relation.MET:
        return Fragment(note, Kind.EVENT, _dated(_with_city(_ASIDE.sub("", bare))))
    later = re.search(
        r"\b(?:in (?:autunno|primavera|estate|inverno)|a (?:gennaio|febbraio|marzo|aprile|maggio|"
        r"giugno|"
        r"luglio|agosto|settembre|ottobre|novembre|dicembre)|prossim\w+|tra poco|presto)$",
        bare,
    )
    if later and re.match(r"^(?:nuov[oaie]|[^\W\d_]+ nuov[oaie])\b", bare.lower()):
        return Fragment(note, Kind.WORK, bare, verb="forthcoming")
    fresh = re.match(r"^(?:nuov[oaie]|[^\W\d_]+ nuov[oaie])\b", bare.lower())
    if fresh and _is_newcomer(bare, head):
        return Fragment(note, Kind.UNUSED)
    if head in ACHIEVEMENTS or fresh:
        return Fragment(note, Kind.ACHIEVEMENT, _dated(_GONE_WELL.sub("", bare)))
    pending = re.search(r" da [^\W\d_]+(?:are|ere|ire)\b", bare)
    owned = morphology.with_indefinite(bare) if pending and head not in WORKS | EVENTS else None
    if owned:
        return Fragment(note, Kind.NEED, f"ha {owned}")
    together = re.match(
        r"^(?P<what>[^\W\d_]+) insieme (?!(?:il|lo|la|i|gli|le)\b)(?P<rest>.+)$", bare
    )
    phrase = morphology.with_indefinite(together["what"]) if together else None
    if together and phrase and relation is not Relation.STRANGER:
        return Fragment(note, Kind.JOINT, f"abbiamo fatto {phrase} insieme {together['rest']}")
    habit = re.match(
        r"^(?:ogni|tutti i|tutte le) \w+ (?:al|allo|alla|all'|ai|a|in|nel|nella)\b", bare
    )
    if habit and relation is Relation.ESTABLISHED:
        return Fragment(note, Kind.JOINT, f"ci vediamo {bare}")
    if head in EVENTS:
        bare = re.sub(r" il (?=(?:8|11)\b)", " dell'", bare)
        bare = re.sub(r" il (?=\d)", " del ", bare) if relation is Relation.STRANGER else bare
    if head in ("fila", "coda") and relation is not Relation.STRANGER:
        return Fragment(note, Kind.MET, f"in {_ASIDE.sub('', bare)}")
    place = morphology.with_definite(_dated(_ASIDE.sub("", bare))) if head in PLACES else None
    if place and relation is Relation.MET:
        into = "in" if head in ("sala", "corsia", "stanza") else "a"
        return Fragment(note, Kind.MET, morphology.with_preposition(into, place))
    scene = re.search(
        r" (?:(?:al|alla|allo|all'|ai|agli|alle|nel|nella|nell'|nei|nelle|sul|sulla|in) ?\w|"
        r"a [A-ZÀ-Ý])",
        bare,
    )
    form = morphology.noun_form(head)
    moment = scene and form and form.number == "s" and bare[:1].islower() and head not in EVENTS
    moment = moment and not _PARTICIPLE.match(head)
    if moment and relation is Relation.MET and head not in ("passione", "interesse"):
        # What else than the moment they met would one jot down of somebody just met?
        return Fragment(note, Kind.MET, f"durante {morphology.with_definite(bare)}")
    usual = morphology.with_definite(bare) if _USUAL.search(bare) else None
    if usual and relation is Relation.ESTABLISHED:
        return Fragment(note, Kind.JOINT, usual, verb="habit")
    day = re.search(r"\b(?:il|del|dell') ?\d|\b\d{1,2}/\d", bare)
    if head in EVENTS and relation is Relation.ESTABLISHED and day:
        # "Serata di beneficenza il 5/12" may be still to come.
        return Fragment(note, Kind.UNUSED)
    if head in EVENTS or at_it:
        return Fragment(note, Kind.EVENT, _dated(_with_city(_ASIDE.sub("", bare))))
    if head in ("passione", "interesse"):
        return Fragment(note, Kind.WORK, bare)
    if re.match(
        r"^(?:appassionat|espert|interessat|laureat|specializzat|nat|iscritt|fan|amant|attiv|tifos|"
        r"volontari|referent|membr|soci|fondat|presidente|ex |docent|titolar|responsabil|original|"
        r"diplomat|innamorat|collezionist)\w*",
        bare.lower(),
    ) and not ((form := morphology.noun_form(head)) and form.number == "p"):
        return Fragment(note, Kind.QUALITY, bare)
    city = re.match(r"^(?:di|da|a) (?P<city>[A-ZÀÈ]\w+(?: [A-Z]\w+)?)$", bare)
    if city and bare.startswith("di "):
        return Fragment(note, Kind.QUALITY, bare)
    at_event = _PREPOSITION.match(bare) and set(re.findall(r"\w+", bare.lower())) & EVENTS
    if at_event and relation is not Relation.STRANGER:
        return Fragment(note, Kind.MET, _dated(bare))
    if relation is Relation.MET and re.match(
        r"^[A-Z]\w+ (?:\w+ )*?(?:in (?:fiera|festa|piazza)|Expo|Fest|Day|Days|Week|Show|"
        r"Festival)\b",
        bare,
    ):
        return Fragment(note, Kind.MET, f"a {bare}")
    stand = re.match(
        r"^(?P<name>[A-Z]\w+(?: [A-Z]\w+)*),? (?P<where>(?:stand|padiglione|pad\.|banco|sala) .+)$",
        bare,
    )
    if stand and relation is not Relation.STRANGER:
        at = morphology.with_definite(stand["where"])
        where = f", {morphology.with_preposition('a', at)}" if at else ""
        return Fragment(note, Kind.MET, f"a {stand['name']}{where}")
    dated = re.match(
        r"^(?P<name>[A-ZÀ-Ý][\w'’]+(?: [A-ZÀ-Ý][\w'’]+)*)"
        r"(?P<when>,? (?:a|ad|nel|di|del) \w+|,? (?:nell'|dell')\w+|"
        r",? \d{1,2}/\d.*)(?P<year> \d{4})?$",
        bare,
    )
    if dated and relation is Relation.MET and not lexicon.known(dated["name"].split()[0].lower()):
        return Fragment(note, Kind.MET, _dated(f"a {bare}"))
    edition = re.match(
        r"^(?P<name>[A-Z]\w+(?: [A-Z]\w+)* \d{4}|[A-Z]{3,}(?: [A-Z][a-z]+)?)(?:,|$)", bare
    )
    if edition and relation is not Relation.STRANGER:
        # "Vinitaly 2024"
        table = re.search(r", (?P<where>(?:stand|padiglione|banco|tavolo) .+)$", bare)
        at = morphology.with_definite(table["where"]) if table else None
        where = f", {morphology.with_preposition('a', at)}" if at else ""
        return Fragment(note, Kind.MET, f"a {edition['name']}{where}")
    if _PREPOSITION.match(bare) and re.match(r"(?:nel|nella|nell'|in|al|alla)\b", bare.lower()):
        return Fragment(note, Kind.QUALITY, bare)
    if (
        head.endswith(("trice", "tore"))
        and len(bare.split()) > 1
        and head not in ("settore", "motore")
        and not bare.lower().startswith("nuov")
    ):
        past = "è stata" if head.endswith("trice") else "è stato"
        return Fragment(note, Kind.DONE, f"{past} {bare}")
    # "casa sull'albero" is no participle, "aperta il giovedì" and "letto sul giornale" are.
    verbal = head in _EXPERIENCES or any(lemma.endswith("re") for lemma in lexicon.lemmas(head))
    verbal = (
        verbal
        or re.match(r"\w+ (?:il|lo|la|i|gli|le|l'|sempre|solo|tutt\w|ogni)\b", bare) is not None
    )
    nominal = not (_PARTICIPLE.match(head) and verbal) and not _PREPOSITION.match(bare)
    nominal = nominal and len(bare.split()) > 1 and bare[:1].islower()
    bare = _dated(bare) if relation is Relation.STRANGER else bare
    nominal = nominal and " che " not in bare
    nominal = nominal and len(bare.split()) > 2 and head not in ("gruppo", "chat", "community")
    # Of somebody one has met such a fragment says nothing that can be retold.
    nominal = nominal and relation is Relation.STRANGER
    if nominal and morphology.with_definite(bare) is not None:
        return Fragment(note, Kind.WORK, bare, verb="either")
    return None
