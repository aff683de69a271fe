"""Offers as people jot them down, and how each of them can be worded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from coach.analysis import lexicon
from coach.analysis.text import listed
from coach.rewrite import morphology
from coach.rewrite.jotting import tidy
from coach.rewrite.nouns import EVENTS


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
    r"\b(?:scont[oi]|scontat\w+|listin\w+|preventiv\w+|demo\b|promozion\w+|offerta speciale|"
    r"abbonament\w+|"
    r"primo mese|trial|giorni gratis|mesi? gratis|upgrade|a partire da|prezz\w+|tariff\w+|"
    r"a pagamento|coupon|voucher|polizz\w+|catalogo prodotti|"
    r"prova gratuita del nostro|il nostro (?:software|prodotto|servizio)|i nostri (?:prodotti|"
    r"servizi)|"
    r"acquist\w+|vendere|vendita)\b|€|\b\d+ ?euro\b|\d\s?%",
    re.IGNORECASE,
)
# Somebody else's demo may be tried.
_TRIAL = re.compile(
    r"\b(?:un demo|registra\w* (?:un[ao']? ?)?demo)\b|\b(?:testare|provare|testo|provo) (?:la|"
    r"una|il) (?:sua |tua |vostra )?demo\b"
)
_DOCUMENTS = listed(
    "nota note dataset tutorial quaderno quaderni opuscolo pieghevole libretto volantino lettera "
    "diario censimento inventario mappe guide carta rapporto tesi tesina decalogo "
    "traccia tracce raccolta copia scansione tavole dispense registro grafici capitolo bozze "
    "codice "
    "elenco lista scheda schede risultati risultato mappa guida articolo articoli report modello "
    "modelli dati appunti foto fotografie video registrazione registrazioni slide slides ricetta "
    "ricette programma tabella foglio dossier bozza traduzione manuale checklist template link "
    "materiale materiali documento documenti estratto statistiche ricerca studio calendario "
    "dispensa spartiti spartito bibliografia relazione analisi rassegna grafico grafici rilievi "
    "disegni planimetria cartina playlist indirizzario file pdf schema schemi verbale questionario "
    "sondaggio resoconto sintesi riassunto mappatura tracciato tracciati itinerario itinerari "
    "vademecum erbario check-list compendio prontuario ricettario ebook e-book notebook dispensa "
    "promemoria bilancio tabulato partitura partiture petizione logo condizioni "
    "ortofoto palette protocollo metodo esercizi scaletta format brano copione script rilievo "
    "tavola partitura podcast prospetto volume locandina brochure gpx "
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


def sells(text: str) -> bool:
    """Whether a text speaks of prices, discounts or things for sale."""
    return _SALE.search(_TRIAL.sub("", text)) is not None


def understand_offer(text: str) -> Offer | None:
    """Say how an offer can be worded; None when it is a sale in disguise or says nothing."""
    body = _about_things(_of_things(_to_house(tidy(text))))
    if not body or len(body) > 200 or sells(body):
        return None
    told = re.match(r"(?:le|gli|ti|vi|la|lo) (?P<verb>[^\W\d_]+)\b", body, re.IGNORECASE)
    if told and lexicon.is_first_person(told["verb"].lower()):
        return Offer(text, OfferKind.SENTENCE, body)
    able = re.match(r"(?:io )?so (?P<what>\w+(?:are|ere|ire|rre)\b.*)$", body)
    if able:
        # "so riparare bici": what one can do, one offers to do.
        return Offer(text, OfferKind.INFINITIVE, f"darle una mano a {able['what']}")
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
    head = re.sub(
        r"^(?:mi[oa]|miei|mie|tu[oa]|tuoi|tue|su[oa]|suoi|sue|[nv]ostr[oaie])\s+", "", head
    )
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
            if not nouns.isdisjoint((words, *lexicon.lemmas(words)))
        ),
        OfferKind.THING if morphology.has_determiner(body) else OfferKind.OTHER,
    )
    room = re.search(r"\b(?:mi[oa]|nostr[oa]|attrezzat[oa]|condivis[oa]|loro)\b", body)
    if kind is OfferKind.SPACE and words == "laboratorio" and room is None:
        # A workshop that is held, not a room.
        kind = OfferKind.HELP
    phrase = _determined(body, kind)
    if phrase is None:
        return Offer(text, OfferKind.OTHER, body)
    if kind is OfferKind.OTHER:
        kind = OfferKind.THING
    return Offer(text, kind, phrase)


_HOUSE = re.compile(
    r"\b(?P<article>(?:il|del|al|dal|nel|sul|un)|(?:la|della|alla|dalla|nella|sulla|una)|"
    r"(?:i|dei|ai|dai|nei|sui)|(?:le|delle|alle|dalle|nelle|sulle)) loro\b"
)


_LISTS = re.compile(
    r"^(?P<list>(?:un |una |il |la |l'|un')?(?:elenco|lista|mappa|calendario|raccolta|selezione|"
    r"archivio|tabella|database|rassegna|catalogo)) (?P<what>[a-zàèéìòù]+)\b",
    re.IGNORECASE,
)


def _of_things(offer: str) -> str:
    """Turn "elenco fiere in Polonia" into "elenco di fiere in Polonia"."""
    match = _LISTS.match(offer)
    form = morphology.noun_form(match["what"]) if match else None
    if match is None or match["what"] in ("dei", "delle"):
        return offer
    if match["what"] not in EVENTS and (form is None or form.number != "p"):
        return offer
    return f"{match['list']} di {offer[match.start('what') :]}"


# What says what it is about with "su", and what with "di": "opuscolo scarpe", "analisi sito".
_ABOUT = re.compile(
    r"^(?P<head>(?:un |una |uno |il |la |lo |l'|un')?(?P<noun>opuscol|guid|report|dispens|manual|"
    r"dossier|slide|vademecum|articol|studi|ricerc|quadern|libr|checklist|analis|revision|"
    r"traduzion|restyling|controll|check-up|verific|bozz|progett|stim|schizz)[a-z]*) "
    r"(?!(?:per|con|come|tra|fra|che|fatt[oaie]|(?:su|de|da|ne|a|co)(?:l|llo|lla|lle|i|gli|gl))"
    r"\b|(?:su|de|da|ne|a)ll')"
    r"(?P<what>[a-zàèéìòù]{3,})(?P<rest>.*)$"
)
_WITH_DI = listed("analis revision traduzion restyling controll check-up verific bozz progett stim "
                  "schizz")  # fmt: skip


def _about_things(offer: str) -> str:
    """Turn "opuscolo scarpe e diabete" into "opuscolo su scarpe e diabete"."""
    match = _ABOUT.match(offer)
    if match is None or morphology.has_determiner(f"{match['what']} "):
        return offer
    what = match["what"]
    form = morphology.noun_form(what)
    head = morphology.noun_form(match["head"].split()[-1].split("'")[-1])
    if form is None or not lexicon.known(what) or _is_adjective(what, agrees=form == head):
        return offer
    preposition = "di" if match["noun"] in _WITH_DI else "su"
    listed_things = re.match(r"(?:,| e )", match["rest"])
    thing = (
        what if listed_things else morphology.join_article(morphology.definite(what, form), what)
    )
    rest = re.sub(r"^ (?=\d+ )", " di ", match["rest"])
    head_phrase = morphology.with_indefinite(match["head"]) or match["head"]
    return f"{head_phrase} {morphology.with_preposition(preposition, thing)}{rest}"


def _is_adjective(word: str, *, agrees: bool) -> bool:
    """Whether a form after a noun is its adjective: by its suffix, or by its four endings.

    Args:
        word: the form.
        agrees: whether it has the noun's gender and number.
    """
    if word.endswith(("ale", "ali", "ile", "ili", "ivo", "iva", "ivi", "ive", "bile", "bili", "are",
                      "ante", "anti", "ente", "enti")):  # fmt: skip
        return True
    stem = word[:-1]
    soft = f"{stem}h" if stem.endswith(("c", "g")) else stem
    return (
        agrees
        and all(lexicon.known(form) for form in (f"{stem}o", f"{stem}a", f"{soft}e"))
        and (lexicon.known(f"{soft}i") or lexicon.known(f"{stem}i"))
    )


def _to_house(offer: str) -> str:
    """What is "loro" in an offer is the contact's house's: "la vostra app"."""

    def yours(match: re.Match[str]) -> str:
        article = match["article"]
        end = {"l": "o", "n": "o", "a": "a", "i": "i", "e": "e"}[article[-1]]
        return f"{article} vostr{end}"

    return _HOUSE.sub(yours, offer)


_MASS = listed(
    "aiuto supporto assistenza tempo ospitalità materiale disponibilità affiancamento feedback"
)


# What is given by the handful or by the glass.
_FOODSTUFFS = listed(
    "pasta miele olio vino pane farina lievito birra formaggio verdura frutta marmellata sale riso "
    "zafferano sidro grappa lana argilla legna compost terriccio caffè tè pesto aceto"
)


def _determined(body: str, kind: OfferKind) -> str | None:
    """An offer's noun phrase with an article that suits it; None when it cannot be told."""
    if re.match(r"mezz(?:'|a |o )", body):
        # "mezz'ora", "mezza giornata"
        return body
    if morphology.has_determiner(body):
        return body
    head = morphology.head_noun(body)
    form = morphology.noun_form(head)
    if head.lower() in _MASS:
        return body
    if head.lower() in _FOODSTUFFS:
        return f"un po' di {body}"
    if (form and form.number == "p") or head.lower() in ("foto", "slide", "slides"):
        if re.search(
            rf"^{re.escape(head)}\s+(?:(?:del|della|dello|dell'|dei|degli|delle)\b|"
            r".*\b(?:dei|delle|degli|del|della) (?:nostr|mi[oa]\b|miei|mie\b)|di (?:[A-Z]|\d|due|"
            r"tre|quattro|cinque|sei|dieci|quest|mi[oa]\b|nostr))",
            body,
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
