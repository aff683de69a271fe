"""Notes and offers as people jot them down, and what each of them is.

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
            "either" when it may not be the contact's own; of an `ACTIVITY`, "others" when its
            subject is somebody else ("i ragazzi fanno lampade").
        positive: whether a thing done deserves congratulations.
    """

    text: str
    kind: Kind
    body: str = ""
    verb: str = ""
    positive: bool = False


# --- what a message never mentions ----------------------------------------------------------------

_PRIVATE = re.compile(
    r"\b(?:malat\w+|malatti\w+|operat[oa] a|tumor\w+|cancro|chemio\w*|depress\w+|ricover\w+|"
    r"infart\w+|"
    r"divorzi\w+|separat[oa]|separazione|lutto|funeral\w+|mort[oae]|decedut\w+|incinta|gravidanza|"
    r"debiti|indebitat\w+|licenziat\w+|fallit\w+|fallimento|indagat\w+|condannat\w+|processat\w+|"
    r"amante|tradit\w+|litigat\w+|litig\w+|compleanno|onomastico|figli\w*|nipot\w+|marito|moglie|"
    r"ex moglie|ex marito|fidanzat\w+|suocer\w+|mamma|papà|padre|madre|fratell\w+|sorell\w+|"
    r"nonn[aoie]|zi[ao]|cugin[aoie]|cognat[aoie]|"
    r"religios\w+|vota\b|zodiac\w+|allergic\w+|pettegolezz\w+|pare che|si dice|guadagna\w*|"
    r"stipendi\w+|ricc[oa] sfondat\w+|tirchi\w+|antipatic\w+|permalos\w+|noios\w+|"
    r"beve troppo|fuma|single|gay|lesbica|disabil\w+|cassa integrazione|esaurit\w+|"
    r"mi deve|gli devo|le devo|vegan\w+|vegetarian\w+|celiac\w+)\b",
    re.IGNORECASE,
)
# Who introduced the two is no secret, nor whose birthday it was, nor what the contact's guests eat.
_OWN_RELATIVE = re.compile(
    r"\b(?:(?:da|di|grazie a|tramite) (?:mi[oa]|nostr[oa]) "
    r"(?:marito|moglie|fratello|sorella|zi[oa]|cugin[oa]|cognat[oa]|suocer[oa]|padre|madre|nipote|"
    r"figli[oa])|(?:al|cena di|festa di|festa per il|per il) compleanno d\w+|"
    r"(?:ai|al|alla|con|per) (?:i |il |la )?(?:mi\w+|nostr\w+) (?:figli\w*|nipot\w*|bambin\w+)|"
    r"(?:clienti|pazienti|ospiti|bambini|allievi|utenti|alunni|studenti) \w+)\b"
)
_TO_SELF = re.compile(
    r"^(?:vorrei|voglio|devo|spero|potrei|potrebbe|mi serve|mi servirebbe|mi interessa|mi "
    r"piacerebbe|"
    r"ricord\w+|attenzione|non (?:\w+(?:are|ere|ire)|\w+(?:ar|er|ir)(?:gli|le|la|lo))|"
    r"da (?:\w+(?:are|ere|ire))|richiam\w+|chiam\w+|sent(?:ire|irla|irlo)|todo|fare|vedere|"
    r"importante|forse (?:può|ci)|conosce (?:il|la|un|i|le|gli|molti|tanti)|amic[oa] del capo)\b",
    re.IGNORECASE,
)

# --- words --------------------------------------------------------------------------------------

EVENTS = listed(
    "fiera conferenza convegno corso cena pranzo colazione stage escursione workshop webinar "
    "meetup "
    "evento festival serata incontro riunione assemblea gita viaggio aperitivo mercato mercatino "
    "sagra salone congresso seminario lezione laboratorio mostra inaugurazione presentazione "
    "concerto torneo gara maratona raduno matrimonio festa degustazione hackathon open tavola "
    "camminata passeggiata visita trekking master summit forum brunch expo camp fiere ritiro "
    "vendemmia regata pedalata ciclotour reading spettacolo rassegna giornata premiazione "
    "cerimonia "
    "hackaton bootcamp barcamp networking buffet rinfresco vernissage concorso campionato "
    "simposio formazione happy trasferta treno volo aereo panel dibattito tirocinio volontariato "
    "campo educational cocktail ciaspolata nuotata veglia pigiatura mietitura assaggio "
    "audizioni prove raccolta brindisi apericena cerimonia inaugurazioni sfilata processione "
    "merenda battesimo comunione cresima pausa spuntino picnic grigliata spritz "
    "hangout call videochiamata campo vernissage granfondo collegio turno colletta trail "
    "sopralluogo colloquio corsa "
    "tavolata rimpatriata reunion finissage vendita "
    "proiezione prova conferenze audizione"
)
_DURATIVE = listed(
    "stage escursione corso gita viaggio trekking camminata passeggiata visita master ritiro "
    "vendemmia regata pedalata trasferta tirocinio volontariato bootcamp campo dibattito "
    "degustazione "
    "torneo ciclotour laboratorio"
)
WORKS = listed(
    "intervista articolo libro post podcast intervento relazione romanzo saggio video discorso "
    "tesi "
    "ricerca studio blog newsletter progetto rubrica documentario film disco album ricetta ricette "
    "collezione catalogo profilo sito canale rivista puntata lettera editoriale reportage guida "
    "commento recensione foto fotografie quadri opera opere scultura installazione restauro "
    "allestimento menu menù vetrina bottega negozio stand racconto poesia poesie articoli libri "
    "interventi campagna iniziativa piattaforma app applicazione software keynote talk scheda "
    "carriera lavoro spettacolo mostra manuale corso-online editoriali interviste brevetto"
)
_EITHER = listed(
    "conferenza lezione presentazione mostra spettacolo concerto webinar workshop corso"
)
_ACHIEVEMENTS = listed(
    "premio promozione nomina laurea anniversario apertura inaugurazione vittoria riconoscimento "
    "traguardo medaglia certificazione menzione candidatura stella borsa pubblicazione lancio "
    "trasloco trasferimento"
)
_NEED_NOUNS = listed(
    "difficoltà problema problemi ricerca bisogno necessità esigenza carenza mancanza dubbio dubbi "
    "preoccupazione mal mali guaio guai ritardo ritardi questione"
)
_BURDENS = listed("turni esami scadenze lavori consegne")
_PLACES = listed(
    "cantiere bar palestra stazione spiaggia piscina parco biblioteca ospedale aeroporto rifugio "
    "agriturismo albergo hotel ristorante osteria trattoria locanda campeggio ostello fila coda "
    "porto chiosco edicola caffetteria canile maneggio bottega mensa piazzetta circolo "
    "bocciofila pista palazzetto molo ambulatorio sportello "
    "lavanderia fermata"
)
_COMMON_HOMES = {"pianerottolo": "su", "palazzo": "in", "condominio": "in", "via": "in",
                 "strada": "in", "cortile": "su", "scala": "in", "vicolo": "in"}  # fmt: skip
_COMMON_SCHOOLS = listed(
    "liceo scuola università paese quartiere città facoltà collegio classe corso ateneo istituto "
    "master accademia provincia regione valle zona conservatorio elementari medie oratorio"
)
_COMMON_GROUPS = listed(
    "commissione giuria redazione squadra palestra associazione coro banda "
    "gruppo circolo club rete cooperativa ordine comitato "
    "compagnia orchestra consorzio società azienda"
)
_POSITIVE = listed(
    "vinto ricevuto pubblicato aperto inaugurato fondato ottenuto lanciato completato organizzato "
    "festeggiato raggiunto conquistato creato restaurato realizzato scritto salvato superato "
    "laureato diplomato avviato costruito riaperto rilanciato recuperato guadagnato esposto "
    "premiato promosso nominato eletto diretto curato concluso finito terminato presentato "
    "portato compiuto diventato tradotto illustrato progettato"
)
_NEED_OPENINGS = re.compile(
    r"^(?:(?:ogni tanto|a volte|spesso|sempre|da tempo|al momento|adesso|ora|in questo periodo|"
    r"quest'anno|forse|anche|ancora|da poco|di solito|da mesi|da anni|prossimamente|presto|"
    r"in autunno|in primavera|a \w+|non)\s+)*"
    r"(?:cerca\w*|sta cercando|è alla ricerca|è in cerca|è a caccia|vuole|vorrebbe|voleva|"
    r"ha (?:sempre |tanto |molto )?bisogno|avrebbe bisogno|aveva bisogno|"
    r"(?:le|gli) (?:serv\w+|manc\w+|occorr\w+|piacerebbe\w*|interess\w+|farebbe comodo|"
    r"farebbero comodo|pesa\w*)|non (?:trova|riesce|ha ancora|sa (?:come|dove|a chi|quale))|fatica|"
    r"stenta|lamenta|deve|dovrà|dovrebbe|"
    r"non ha (?:un|una|uno|il|la|lo|i|gli|le|più|nessun\w*|tempo|abbastanza|molto|molti|molte)|"
    r"ha (?:il|lo|la|i|gli|le|un|una|l') ?\w+ (?:rott|allagat|guast|ferm|vuot|bloccat|scopert)\w*|"
    r"(?:le|gli) si (?:è|sono)|"
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
_ABBREVIATIONS = (
    (re.compile(r"\bx\b"), "per"), (re.compile(r"\bc/o\b"), "presso"),
    (re.compile(r"\bnn\b"), "non"), (re.compile(r"\bcmq\b"), "comunque"),
    (re.compile(r"\bxk[éeè]\b"), "perché"), (re.compile(r"\bconf\.\s"), "conferenza "),
    (re.compile(r"\bsett\.\s"), "settimana "), (re.compile(r"\bass\.\s"), "associazione "),
    (re.compile(r"\bperche'"), "perché"), (re.compile(r"\be'(?=\s)"), "è"),
    (re.compile(r"\bE'(?=\s)"), "è"), (re.compile(r"\bcitta'"), "città"),
    (re.compile(r"\bpiu'"), "più"), (re.compile(r"\bresp\.\s"), "responsabile "),
)  # fmt: skip
_CITIES = listed(
    "Roma Milano Torino Napoli Palermo Genova Bologna Firenze Bari Catania Venezia Verona Messina "
    "Padova Trieste Brescia Parma Prato Modena Reggio Perugia Livorno Ravenna Cagliari Foggia "
    "Rimini Salerno Ferrara Sassari Latina Monza Siracusa Pescara Bergamo Forlì Trento Vicenza "
    "Terni Bolzano Novara Piacenza Ancona Andria Arezzo Udine Cesena Lecce Pesaro Alessandria "
    "Pisa Lucca Como Varese Cremona Mantova Pavia Asti Cuneo Bra Alba Ivrea Biella Lecco Lodi "
    "Sondrio Belluno Treviso Rovigo Gorizia Pordenone Siena Grosseto Carrara Spoleto Assisi "
    "Viterbo Rieti Frosinone Caserta Avellino Benevento Potenza Matera Cosenza Catanzaro Crotone "
    "Trapani Agrigento Ragusa Enna Nuoro Oristano Olbia Faenza Imola Carpi Sanremo Savona Imperia "
    "Aosta Ascoli Macerata Fermo Urbino Teramo Chieti Campobasso Isernia Brindisi Taranto Parigi "
    "Londra Berlino Madrid Barcellona Lione Lugano Vienna"
)
_DATE = re.compile(
    r"(?<![\w/])(\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{1,2} (?:gennaio|febbraio|marzo|aprile|maggio|"
    r"giugno|"
    r"luglio|agosto|settembre|ottobre|novembre|dicembre))(?![\w/])"
)
_PARTICIPLE = re.compile(
    r"^(\w+(?:at|it|ut|ett|itt|ott|ist|ost|ert|ess|as|es|is|us|int|unt|ort|olt|ers|ars|ors|ant|ont|"
    r"ans))[oaie]$"
)


def tidy(note: str) -> str:
    """A note without list marks, abbreviations and final stop, with plain apostrophes."""
    text = re.sub(r"\s+", " ", clean(note).text).strip(" -•*–—>\t").rstrip(" .;,!…")
    if text.isupper() and " " in text:
        text = " ".join(_quietened(word) for word in text.split())
    for pattern, full in _ABBREVIATIONS:
        text = pattern.sub(full, text)
    text = re.sub(r"^\((.*)\)$", r"\1", text)
    text = re.sub(r"^(?:poi|e poi|inoltre|e)\s+", "", text)
    first = re.match(r"[A-ZÀÈÉÌÒÙ][a-zàèéìòù]+", text)
    # "Salone del Libro" is a name, "Conosciuta alla fiera di Bra" is not.
    proper = (
        first is not None
        and first[0].lower() in EVENTS
        and re.search(r"\s[A-Z]", text[first.end() :]) is not None
    )
    if first and not proper and lexicon.known(first[0].lower()) and first[0] not in _CITIES:
        text = text[0].lower() + text[1:]
    return text


def _quietened(word: str) -> str:
    """A word of a note shouted in capitals; acronyms stay as they are."""
    if word.capitalize() in _CITIES:
        return word.capitalize()
    return word.lower() if lexicon.known(word.lower()) else word


# A full stop after an abbreviation ("ep. 12") ends nothing.
_BREAK = re.compile(
    r"\s*(?:;|\n|\s[-–—]\s|(?<!\bep)(?<!\bn)(?<!\bnr)(?<!\bart)(?<!\bcap)(?<!\bvol)(?<!\bpag)"
    r"(?<!\bs)(?<!\bv)(?<!\bdott)(?<!\bprof)(?<!\bing)(?<!\bavv)(?<!\bsig)\.\s|:\s)\s*",
    re.IGNORECASE,
)


def pieces(note: str) -> tuple[str, ...]:
    """The separate statements of a note ("conosciuta in fiera, cerca un socio" holds two)."""
    out: list[str] = []
    for part in _BREAK.split(clean(note).text):
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
    if words[0] in ("era", "faceva", "aveva", "parlava") and len(words) > 1:
        return True
    if len(words) > 1 and words[1] == "insieme" and _PARTICIPLE.match(words[0]):
        return True
    if re.match(r"(?:conosciut|incontrat|lett|vist|sentit|parlat)[oaie]$", words[0]):
        return True
    if words[0] in EVENTS and len(words) > 1 and words[0] not in _DURATIVE - {"visita"}:
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
        _understood(piece, _without_subject(piece, subject), relation) for piece in pieces(note)
    )


def _without_subject(text: str, name: str) -> str:
    parts = [re.escape(part) for part in name.split() if len(part) > 1]
    if parts:
        text = re.sub(rf"^(?:(?:{'|'.join(parts)})\s+)+(?=\S)", "", text, flags=re.IGNORECASE)
    return re.sub(r"^(?:lei|lui|questa|costui)\s+(?=\w)", "", text, flags=re.IGNORECASE)


def _understood(note: str, text: str, relation: Relation) -> Fragment:
    low = text.lower()
    if not text or len(text) > 220:
        return Fragment(note, Kind.UNUSED)
    if _PRIVATE.search(_OWN_RELATIVE.sub("", low)) or _TO_SELF.search(low):
        return Fragment(note, Kind.UNUSED)
    for reader in (_meeting, _common, _first_person, _to_me, _statement, _noun_phrase):
        found = reader(note, text, relation)
        if found is not None:
            return found
    return Fragment(note, Kind.UNUSED)


_MEETING = re.compile(
    r"^(?:(?:ci siamo|ci eravamo|l'ho|lo ho|la ho|ti ho|la avevo|l'avevo|ci|ho|io e lei ci siamo|"
    r"io e lui ci siamo)\s*)?(?:già\s+|poi\s+|appena\s+)?"
    r"(?P<verb>conosciut|incontrat|incrociat|rivist|vist|intravist|sentit|ascoltat|presentat|"
    r"trovat|ritrovat)[oaie]\b\s*(?P<rest>.*)$",
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
            by = re.match(r"da(?:l|lla|ll'|llo)?\s*(?P<who>.+)$", rest, re.IGNORECASE)
            if by and rest.lower().startswith(("da ", "dal", "dall")):
                who = by["who"]
                article = re.match(r"da(l|lla|ll'|llo)\b", rest.lower())
                if article:
                    who = {"l": "il ", "lla": "la ", "ll'": "l'", "llo": "lo "}[article[1]] + who
                return Fragment(note, Kind.INTRODUCED, who)
            return Fragment(note, Kind.MET, rest) if _PREPOSITION.match(rest) else None
        if verb in ("sentit", "ascoltat"):
            speaking = re.match(r"^(?P<where>.+?) (?P<what>parlare (?:di|del).+)$", rest)
            if speaking and _PREPOSITION.match(rest):
                rest = f"{speaking['what']} {speaking['where']}"
                return Fragment(note, Kind.HEARD, rest)
            if _PREPOSITION.match(rest) or rest.lower().startswith("parlare "):
                return Fragment(note, Kind.HEARD, _dated(rest))
            return None
        if not rest:
            return Fragment(note, Kind.MET, "") if verb != "vist" else None
        if _PREPOSITION.match(rest) and not (verb == "trovat" and "ci siamo" not in text.lower()):
            if verb in ("vist", "intravist") and relation is Relation.STRANGER:
                return Fragment(note, Kind.HEARD, _dated(rest), verb="visto")
            return Fragment(note, Kind.MET, _dated(_ASIDE.sub("", rest)))
        if verb in ("conosciut", "incontrat", "incrociat"):
            event = event_place(rest)
            return Fragment(note, Kind.MET, event) if event else None
        return None
    talk = _TALK.match(text)
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
    if by_chance and _PREPOSITION.match(by_chance["rest"]):
        return Fragment(note, Kind.MET, _dated(by_chance["rest"]))
    seated = re.match(r"^(?P<how>sedut|ospit)(?P<end>[oaie]) ", text, re.IGNORECASE)
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
        r"^ci ha(?:nno)? (?:presentat[oaie]|fatto conoscere|messo? in contatto|mess[oi] in "
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
    if head in _DURATIVE:
        return f"durante {article}"
    return morphology.with_preposition("su" if head in ("treno", "volo", "aereo") else "a", article)


def _with_city(phrase: str) -> str:
    """Turn "fiera Verona" into "fiera di Verona"."""
    words = phrase.split()
    if len(words) > 1 and words[1] in _CITIES and words[0].lower() in EVENTS:
        return " ".join([words[0], "di", *words[1:]])
    return phrase


def _dated(phrase: str) -> str:
    """Give a bare date or day at the end its preposition ("convegno 12/5", "fiera ieri")."""
    match = _DATE.search(phrase)
    if match and match.start():
        before = phrase[: match.start()].rstrip(" ,")
        if not re.search(r"(?:\b(?:del|dell'|il|al|dal|di|l')|')$", before):
            phrase = f"{before} del {phrase[match.start() :]}"
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


_EX_COLLEAGUE = re.compile(
    r"^(?:(?:il |la )?mi[oa] )?ex collega"
    r"(?P<where> (?:in|a|alla?|all'|allo|da|dalla?|dall') ?.+)?$",
    re.IGNORECASE,
)


def _common(note: str, text: str, relation: Relation) -> Fragment | None:
    low = text.lower()
    same = re.match(r"^(?:(?:il|lo|la|l'|gli|le|i)\s*)?stess[oaie] (?P<what>.+)$", low)
    if same:
        what = text[same.start("what") :]
        article = {"o": "lo stesso", "a": "la stessa", "i": "gli stessi", "e": "le stesse"}[
            low[same.start("what") - 2]
        ]
        head = morphology.head_noun(what).lower()
        if head in _COMMON_SCHOOLS:
            body = f"veniamo {morphology.with_preposition('da', f'{article} {what}')}"
        elif head in _COMMON_HOMES:
            where = morphology.with_preposition(_COMMON_HOMES[head], f"{article} {what}")
            body = f"abitiamo {where}"
        elif head in _COMMON_GROUPS:
            body = f"facciamo parte {morphology.with_preposition('di', f'{article} {what}')}"
        elif head in ("passione", "passioni", "interesse", "interessi", "idea", "idee", "maestro"):
            body = f"abbiamo {article} {what}"
        else:
            body = f"abbiamo in comune {article} {what}"
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
    if friend and friend["of"][:1]:
        return Fragment(note, Kind.QUALITY, text)
    once = _EX_COLLEAGUE.match(text)
    if once:
        return Fragment(note, Kind.JOINT, f"siamo stati colleghi{once['where'] or ''}")
    return None


def _first_person(note: str, text: str, relation: Relation) -> Fragment | None:
    low = text.lower()
    words = re.findall(r"[^\W\d_]+'?", low)
    if not words:
        return None
    if _PARTICIPLE.match(words[0]) and "insieme" in words and words[0].endswith("o"):
        return Fragment(note, Kind.JOINT, f"abbiamo {text}")
    if re.match(r"(?:noi )?(?:(?:ci|ne|lo|la|li|non|spesso) )*\w+(?:iamo|vamo)\b", low):
        if relation is Relation.STRANGER:
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
            r"\b(?:chiesto|scritto|mandato (?:una mail|il cv)|inviato il cv|telefonato)\b", low
        ):
            return Fragment(note, Kind.UNUSED)
        return Fragment(note, Kind.PAST_GIFT, text)
    experienced = re.match(
        r"^(?:ho |abbiamo )?(?:appena |già |da poco |anche )?(?P<verb>\w+)\s+(?P<object>.+)$", low
    )
    if experienced and experienced["verb"] in _EXPERIENCES:
        verb = _EXPERIENCES[experienced["verb"]]
        if verb:
            thing = text[experienced.start("object") :]
            thing = re.split(r"\s+e\s+(?=l'|lo |la |li |le ho|mi |ne |ho )|[,:]\s", thing)[0]
            return Fragment(note, Kind.EXPERIENCED, thing, verb=verb)
    if low.startswith(("ho ", "abbiamo ")):
        return None
    if words[0] in ("le", "gli") and len(words) > 2 and lexicon.is_first_person(words[1]):
        form = morphology.noun_form(words[1])
        if form is None or form.number == "s":
            # "le porto il pesce": no feminine plural follows, so it is the pronoun.
            return Fragment(note, Kind.JOINT, text)
    if words[0] in ("lo", "la") and len(words) > 1 and lexicon.is_first_person(words[1]):
        return Fragment(note, Kind.FOLLOWED, text)
    if words[0] in _FOLLOWING:
        return Fragment(note, Kind.FOLLOWED, text)
    return None


_FOLLOWING = listed(
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
    low = text.lower()
    told = re.match(
        r"^(?:mi|ci) (?:ha|aveva) (?:appena |anche |spesso |già )?"
        r"(?:parlato|detto|raccontato|accennato|confidato|spiegato|mostrato|chiesto|mi parlava)\b",
        low,
    )
    if told or re.match(r"^mi (?:parlava|diceva|raccontava|accennava)\b", low):
        return Fragment(note, Kind.TOLD, text)
    bare = re.match(r"^(?P<verb>parlav|dicev|raccontav|accennav)a (?P<rest>.+)$", low)
    if bare:
        return Fragment(note, Kind.TOLD, text)
    got = re.match(
        r"^(?P<whom>mi|ci) (?P<aux>ha|aveva) (?P<rest>\w+(?:to|ta|so|sa|ti|te)\b.*)$", low
    )
    if got:
        return Fragment(note, Kind.RECEIVED, f"aver{got['whom']} {text[got.start('rest') :]}")
    accepted = re.match(
        r"^(?:ha )?(?P<rest>(?:accettat|commentat|condivis|apprezzat|letto)\w* .*\b(?:mi[oae]|miei|"
        r"mie)\b.*)$",
        low,
    )
    if accepted:
        return Fragment(note, Kind.RECEIVED, f"aver {text[accepted.start('rest') :]}")
    came = re.match(
        r"^è (?P<rest>(?:venut|passat|stat)[oa] .*\b(?:mi[oae]|miei|mie|me|noi|nostr[oae])\b.*)$",
        low,
    )
    if came:
        return Fragment(note, Kind.RECEIVED, f"essere {text[came.start('rest') :]}")
    return None


def _statement(note: str, text: str, relation: Relation) -> Fragment | None:
    """A clause whose subject is the contact."""
    low = text.lower()
    words = re.findall(r"[^\W\d_]+'?|\d+", low)
    if not words:
        return None
    if words[0] == "era" and len(words) == 2:
        return Fragment(note, Kind.ACTIVITY, text)
    if relation is not Relation.STRANGER and re.match(
        r"^(?:era|sedeva|stava|c'era) (?!ragazz|bambin|giovane)", low
    ):
        return Fragment(note, Kind.WAS_THERE, text)
    if _NEED_OPENINGS.match(low):
        return Fragment(note, Kind.NEED, text)
    if re.match(r"^(?:dice|ripete|sostiene|racconta) (?:che|di) ", low):
        if re.search(r"\b(?:la|lo) (?:fa|fanno|mette|mettono|manda|aiuta|tiene)\b", low):
            return Fragment(note, Kind.UNUSED)
        return Fragment(note, Kind.TOLD, f"mi diceva {text.split(' ', 1)[1]}")
    if re.match(r"^(?:le|gli) (?:piac\w+|sta a cuore|stanno a cuore)\b", low):
        return Fragment(note, Kind.ACTIVITY, text)
    done = re.match(
        r"^(?:(?:da poco|appena|già|di recente|recentemente|quest'anno|ieri) )?(?:si è|ha|è|è "
        r"stat[oa]|"
        r"ha appena|ha da poco|è appena|è da poco|ha già)\s+(?:appena |da poco |anche |già )?"
        r"(?:stat[oa] )?(?P<participle>\w+)",
        low,
    )
    if done and _PARTICIPLE.match(done["participle"]):
        stem = done["participle"][:-1] + "o"
        mine = re.search(r"\b(?:mi[oae]|miei|mie|me)\b|\b\w+[rl]mi\b", low)
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
        noun = (verb in EVENTS | WORKS | _ACHIEVEMENTS | _NEED_NOUNS | _PLACES) and after not in (
            "il", "lo", "la", "i", "gli", "le", "l'", "un", "una", "uno", "un'",
        )  # fmt: skip
        if not noun and (verb in _VERBS_FIRST or morphology.is_contact_verb(verb, after)):
            return Fragment(note, Kind.ACTIVITY, text)
    return None


# Forms that are nouns too, but open a note as verbs even without an article after them.
_VERBS_FIRST = listed("insegna firma cura stampa pratica allena")
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


# What follows a comma after an event, unless it says where or when ("…, secondi classificati").
_ASIDE = re.compile(
    r",\s*(?!\s|\d|(?:a|al|allo|alla|ai|agli|alle|in|nel|nella|il|lo|la|stand|padiglione|sala)\s|"
    r"(?:all|nell|l)'|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|ieri|oggi|\w+ \d|"
    r"[A-Z])[^,]*$"
)
_LEAD = listed(
    "ogni tanto spesso sempre anche ora adesso da a di solito tempo anni poco non si volte in "
    "oggi prima molto quest' anno"
)


def _noun_phrase(note: str, text: str, relation: Relation) -> Fragment | None:
    """A fragment without a verb."""
    theirs = _THEIRS.match(text)
    if theirs:
        return Fragment(note, Kind.WORK, theirs["what"])
    if _CLAUSE.match(text) and not morphology.second_plural(text.split()[2]):
        return Fragment(note, Kind.UNUSED)
    text = re.sub(
        r"^(?:il|la|i|le|lo|gli|l')\s*(?=suo|sua|suoi|sue)", "", text, flags=re.IGNORECASE
    )
    bare = re.sub(
        r"^(?:(?:il|lo|la|i|gli|le)\s+|l'|(?:un|una|uno)\s+|un')", "", text, flags=re.IGNORECASE
    )
    words = re.findall(r"[^\W\d_]+'?", text.lower())
    if morphology.has_determiner(text) and any(
        morphology.second_plural(word) or word in ("ha", "è", "fa", "va", "sta", "vuole")
        for word in words[2:4]
    ):
        return Fragment(note, Kind.ACTIVITY, text, verb="others")
    own = re.match(r"^(?:suo|sua|suoi|sue)\s+(?P<what>.+)$", bare, re.IGNORECASE)
    head = morphology.head_noun(own["what"] if own else bare).lower()
    if re.match(r"^(?:grazie|saluti|ok|boh|n\.?d\.?)\b", head):
        return Fragment(note, Kind.UNUSED)
    if own:
        return Fragment(note, Kind.WORK, own["what"])
    if re.match(
        r"^(?:preoccupat[oa]|indecis[oa]|curios[oa]|alle prese|alla ricerca|in cerca|a caccia|"
        r"in difficoltà|sempre in cerca)\b",
        bare.lower(),
    ):
        return Fragment(note, Kind.NEED, f"è {bare}")
    if head in _BURDENS and relation is not Relation.STRANGER:
        return Fragment(note, Kind.NEED, f"ha {bare}")
    bond = re.match(
        r"^(?:amic[io]|amiche|collegh[ie]|vicin[ie]|soci|compagn[ie]|coinquilin[ie])\b ?",
        bare.lower(),
    )
    if bond and head[-1:] in "ie" and relation is not Relation.STRANGER:
        return Fragment(note, Kind.JOINT, f"siamo {bare}")
    if re.match(r"^(?:prim|second|terz)[oa] (?:posto|premio|classificat[oa])\b", bare.lower()):
        return Fragment(note, Kind.ACHIEVEMENT, bare)
    research = head == "ricerca" and not re.match(r"ricerca d[ie']", bare.lower())
    if head in _NEED_NOUNS and len(bare.split()) > 1 and not research:
        return Fragment(note, Kind.NEED_NOUN, bare)
    if (head in _EITHER and relation is Relation.STRANGER) or head in WORKS:
        # An article in a paper may be about them rather than by them.
        unsure = head not in WORKS or head in ("articolo", "articoli", "servizio", "restauro")
        return Fragment(note, Kind.WORK, _dated(bare), verb="either" if unsure else "")
    if head in _ACHIEVEMENTS or re.match(r"^nuov[oaie]\b", bare.lower()):
        return Fragment(note, Kind.ACHIEVEMENT, _dated(bare))
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
    if head in ("fila", "coda") and relation is not Relation.STRANGER:
        return Fragment(note, Kind.MET, f"in {_ASIDE.sub('', bare)}")
    place = morphology.with_definite(_ASIDE.sub("", bare)) if head in _PLACES else None
    if place and relation is Relation.MET:
        return Fragment(note, Kind.MET, morphology.with_preposition("a", place))
    scene = re.search(r" (?:al|alla|allo|all'|nel|nella|nell'|in) ?\w", bare)
    form = morphology.noun_form(head)
    moment = scene and form and form.number == "s" and bare[:1].islower() and head not in EVENTS
    if moment and relation is Relation.MET and head not in ("passione", "interesse"):
        # What else than the moment they met would one jot down of somebody just met?
        return Fragment(note, Kind.MET, f"durante {morphology.with_definite(bare)}")
    if head in EVENTS:
        return Fragment(note, Kind.EVENT, _dated(_with_city(_ASIDE.sub("", bare))))
    if head in ("passione", "interesse"):
        return Fragment(note, Kind.WORK, bare)
    if re.match(
        r"^(?:appassionat|espert|interessat|laureat|specializzat|nat|iscritt|fan|amant|attiv|tifos|"
        r"volontari|referent|membr|soci|fondat|presidente|ex |docent|titolar|responsabil|original|"
        r"diplomat|innamorat|collezionist)\w*",
        bare.lower(),
    ):
        return Fragment(note, Kind.QUALITY, bare)
    city = re.match(r"^(?:di|da|a) (?P<city>[A-ZÀÈ]\w+(?: [A-Z]\w+)?)$", bare)
    if city and bare.startswith("di "):
        return Fragment(note, Kind.QUALITY, bare)
    at_event = _PREPOSITION.match(bare) and set(re.findall(r"\w+", bare.lower())) & EVENTS
    if at_event and relation is not Relation.STRANGER:
        return Fragment(note, Kind.MET, _dated(bare))
    edition = re.match(
        r"^(?P<name>[A-Z]\w+(?: [A-Z]\w+)* \d{4}|[A-Z]{3,}(?: [A-Z][a-z]+)?)(?:,|$)", bare
    )
    if edition and relation is not Relation.STRANGER:
        # "Vinitaly 2024"
        stand = re.search(r", (?P<where>(?:stand|padiglione|banco|tavolo) .+)$", bare)
        at = morphology.with_definite(stand["where"]) if stand else None
        where = f", {morphology.with_preposition('a', at)}" if at else ""
        return Fragment(note, Kind.MET, f"a {edition['name']}{where}")
    if _PREPOSITION.match(bare) and re.match(r"(?:nel|nella|nell'|in|al|alla)\b", bare.lower()):
        return Fragment(note, Kind.QUALITY, bare)
    if (
        head.endswith(("trice", "tore"))
        and len(bare.split()) > 1
        and head not in ("settore", "motore")
    ):
        past = "è stata" if head.endswith("trice") else "è stato"
        return Fragment(note, Kind.DONE, f"{past} {bare}")
    nominal = not _PARTICIPLE.match(head) and not _PREPOSITION.match(bare)
    nominal = nominal and len(bare.split()) > 1 and bare[:1].islower()
    bare = _dated(bare) if relation is Relation.STRANGER else bare
    # Of somebody one has met such a fragment says nothing that can be retold.
    nominal = nominal and relation is Relation.STRANGER
    if nominal and morphology.with_definite(bare) is not None:
        return Fragment(note, Kind.WORK, bare, verb="either")
    return None


# --- offers -------------------------------------------------------------------------------------


class OfferKind(StrEnum):
    """How an offer is worded."""

    INFINITIVE = "infinitive"  # "rileggere il contratto"
    SENTENCE = "sentence"  # "posso aiutarla con il bando", "ho un furgone libero"
    DOCUMENT = "document"
    CONTACT = "contact"
    PEOPLE = "people"
    THING = "thing"
    HELP = "help"
    SPACE = "space"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Offer:
    """Something the sender can give.

    Attributes:
        text: as written.
        kind: how it is worded.
        body: ready to follow its verb (with its article), or the sentence.
    """

    text: str
    kind: OfferKind
    body: str


_SALE = re.compile(
    r"\b(?:sconti?|scontat\w+|listin\w+|preventiv\w+|demo\b|promozion\w+|offerta speciale|"
    r"abbonament\w+|"
    r"primo mese|trial|giorni gratis|mesi? gratis|upgrade|a partire da|prezz\w+|tariff\w+|"
    r"coupon|voucher|polizz\w+|catalogo prodotti|"
    r"prova gratuita del nostro|il nostro (?:software|prodotto|servizio)|i nostri (?:prodotti|"
    r"servizi)|"
    r"acquist\w+|vendere|vendita)\b|€|\b\d+ ?euro\b|\d\s?%",
    re.IGNORECASE,
)
# Somebody else's demo may be tried.
_TRIAL = re.compile(r"\b(?:testare|provare|testo|provo) (?:la|una|il) (?:sua |tua |vostra )?demo\b")
_DOCUMENTS = listed(
    "nota note dataset tutorial quaderno quaderni opuscolo pieghevole libretto volantino lettera "
    "diario censimento inventario mappe guide carta rapporto tesi tesina decalogo "
    "traccia raccolta copia scansione tavole dispense registro grafici capitolo bozze codice "
    "elenco lista scheda schede risultati risultato mappa guida articolo articoli report modello "
    "modelli dati appunti foto fotografie video registrazione registrazioni slide slides ricetta "
    "ricette programma tabella foglio dossier bozza traduzione manuale checklist template link "
    "materiale materiali documento documenti estratto statistiche ricerca studio calendario "
    "dispensa spartiti spartito bibliografia relazione analisi rassegna grafico grafici rilievi "
    "disegni planimetria cartina playlist indirizzario file pdf schema schemi verbale questionario "
    "sondaggio resoconto sintesi riassunto mappatura tracciato tracciati itinerario itinerari "
    "esempio esempi fac-simile glossario confronto campionario resoconti trascrizione bollettino"
)
_CONTACTS = listed(
    "contatto contatti nome nomi nominativo nominativi numero recapito recapiti indirizzo"
)
_PEOPLE = listed(
    "fornitore fornitori colleghi collega cliente clienti artigiano artigiani idraulico geometra "
    "commercialista avvocato avvocata fotografo fotografa giornalista amico amica amici persona "
    "persone candidato candidati apprendista apprendisti volontari esperto esperta esperti "
    "consulente traduttore traduttrice stagista grafico grafica imbianchino falegname produttore "
    "produttori distributore distributori stampatore tipografo ragazzi ragazze ragazzo ragazza "
    "giovani tirocinante tirocinanti studenti studentesse tecnico tecnica tecnici"
)
_HELP = listed(
    "ora ore mezz'ora mezza mezzora minuti aiuto mano supporto consulenza consiglio consigli "
    "parere "
    "sopralluogo visita lezione lezioni affiancamento revisione rilettura prova giornata mattinata "
    "pomeriggio tempo disponibilità assistenza occhiata feedback dritte passaggio ospitalità "
    "accompagnamento potatura piega taglio massaggio riparazione manutenzione pulizia montaggio "
    "riprese servizio braccia incontro seduta sessione turno chiacchierata traduzioni correzione "
    "giro "
    "esperienza competenza competenze"
)
_SPACES = listed(
    "sala spazio stanza magazzino furgone attrezzatura attrezzature banco posto tavolo laboratorio "
    "ufficio scrivania terreno capannone garage cucina forno studio proiettore impianto gazebo "
    "stand camera parete aula palco macchina camion carrello forni cortile giardino terrazza "
    "telaio tornio vetrina parcheggio muletto"
)
_FIRST_PERSON_OFFER = re.compile(
    r"^(?:io )?(?:(?:le|gli|ti|la|lo|vi) )?(?:posso|potrei|ho|conosco|offro|presto|mando|passo|"
    r"regalo|cedo|"
    r"metto|porto|organizzo|tengo|faccio|do|giro|invio|ospito|preparo|so|condivido|segnalo|"
    r"presento)\b",
    re.IGNORECASE,
)


def understand_offer(text: str) -> Offer | None:
    """Say how an offer can be worded; None when it is a sale in disguise or says nothing."""
    body = tidy(text)
    if not body or len(body) > 200 or _SALE.search(_TRIAL.sub("", body)):
        return None
    told = re.match(r"(?:le|gli|ti|vi|la|lo) (?P<verb>[^\W\d_]+)\b", body, re.IGNORECASE)
    if told and lexicon.is_first_person(told["verb"].lower()):
        return Offer(text, OfferKind.SENTENCE, body)
    if _FIRST_PERSON_OFFER.match(body) and body.split()[0].lower() not in ("presto",):
        return Offer(text, OfferKind.SENTENCE, re.sub(r"^io ", "", body))
    body = re.sub(
        r"^(?:di|a|la possibilità di|eventualmente|magari)\s+(?=\w+(?:re|rle|rla|rgli)\b)", "", body
    )
    first = body.split(" ", 1)[0]
    split = morphology.infinitive_of(first)
    if split and (" " in body or split[1]):
        return Offer(text, OfferKind.INFINITIVE, body)
    bare = re.sub(
        r"^(?:(?:il|lo|la|i|gli|le|un|una|uno|dei|delle|degli|alcun[ie]|qualche)\s+|l'|un')",
        "",
        body,
    )
    head = re.sub(r"^\d+\s+", "", bare)
    words = morphology.head_noun(head).lower()
    if words in ("due", "tre", "quattro", "cinque", "dieci", "qualche"):
        words = morphology.head_noun(head.split(" ", 1)[-1]).lower()
    kind = next(
        (
            kind
            for kind, nouns in (
                (OfferKind.DOCUMENT, _DOCUMENTS),
                (OfferKind.CONTACT, _CONTACTS),
                (OfferKind.PEOPLE, _PEOPLE),
                (OfferKind.HELP, _HELP),
                (OfferKind.SPACE, _SPACES),
            )
            if words in nouns
        ),
        OfferKind.THING if morphology.has_determiner(body) else OfferKind.OTHER,
    )
    phrase = _determined(body, kind)
    if phrase is None:
        return Offer(text, OfferKind.OTHER, body)
    if kind is OfferKind.OTHER:
        kind = OfferKind.THING
    return Offer(text, kind, phrase)


_MASS = listed(
    "aiuto supporto assistenza tempo ospitalità materiale disponibilità affiancamento feedback"
)


def _determined(body: str, kind: OfferKind) -> str | None:
    """An offer's noun phrase with an article that suits it; None when it cannot be told."""
    if morphology.has_determiner(body):
        return body
    head = morphology.head_noun(body)
    form = morphology.noun_form(head)
    if head.lower() in _MASS:
        return body
    if (form and form.number == "p") or head.lower() in ("foto", "slide", "slides"):
        if re.search(
            rf"^{re.escape(head)}\s+(?:del|della|dello|dell'|dei|degli|delle)\b", body, re.I
        ):
            plural = morphology.NounForm(form.gender if form else "f", "p")
            first = body.split(" ", 1)[0]
            return morphology.join_article(morphology.definite(first, plural), body)
        if head.lower() in ("foto", "slide", "slides"):
            return f"le {body}"
        return morphology.with_indefinite(body)
    if kind is OfferKind.CONTACT or re.search(
        rf"^{re.escape(head)}\s+(?:del|della|dello|dell'|dei|degli|delle)\b", body, re.IGNORECASE
    ):
        return morphology.with_definite(body)
    return morphology.with_indefinite(body)
