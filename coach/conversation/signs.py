"""Words that decide what a question is after, or that it must hold to be after something.

The classifier weighs words; these tables know a few of them. A question that opens like an order
("scrivimi un messaggio") is one whatever else it holds, and one without a trace of a message does
not ask for one however much it looks like it ("scrivimi una poesia").
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from coach.analysis.text import clean
from coach.conversation.intents import Intent
from coach.library.lexical import fold

_MESSAGE = r"(?:mess?ag\w+|e-?mail|mail|invito|nota|bozza|testo|righe|seguito|follow|lettera)"

#: Asks which form of address to use; matched on the folded question.
FORM = (
    r"\b(?:tu|lei) (?:o|oppure) (?:con |del |di |il |col |al |la )*(?:tu|lei)\b|"
    r"\b(?:do|dare|diamo|dargli|darle|dato|date) del (?:tu|lei)\b|\bche forma di cortesia\b"
)
#: Asks the coach to leave its part, or for what it was told; matched on the folded question.
OUT_OF_PART = re.compile(
    r"\b(?:ignor|dimentic|scord|disattiv|aggir|trascur)\w* (?:\w+ ){0,4}(?:istruzion\w+|regol\w+|"
    r"filtr\w+|limit\w+|vincol\w+|prompt|indicazion\w+|ti (?:hanno|e stato) det\w+)\b|"
    r"\b(?:il tuo|tuo|system|il) prompt\b|\bprompt (?:di sistema|iniziale)\b|"
    r"\b(?:tue|tuoi) (?:istruzion\w+|regol\w+|comandi)\b|\bmessaggio di sistema\b|"
    r"\bistruzion\w+ (?:che (?:hai|ti)|segrete|ricevut\w+|precedent\w+)\b"
)
#: What opens a question and says nothing of what it is after.
_OPENING = re.compile(
    r"^(?:ciao|salve|buon ?giorno|buona ?sera|scusa|senti|per favore|hey|ehi)(?: coach)?"
    r"[,!.: ]+(?=\w+ \w+)"
)
#: The first that is found decides.
_SURE = tuple(
    (intent, re.compile(pattern))
    for intent, pattern in (
        (Intent.CHAT, r"^\W*(?:ciao|salve|buon ?giorno|buona ?sera|buon pomeriggio|hey|ehi)"
                      r"(?: ciao)?(?:[ ,]+(?:coach|a te|come va|come stai))?\W*$"),
        (Intent.CHAT, r"^\W*(?:ok|perfetto|ottimo|va bene|bene|bravo|brava)?[ ,]*"
                      r"(?:(?:molte|mille|tante) )?(?:grazie|ti ringrazio)\b(?:\W+\w+){0,3}\W*$"),
        (Intent.CHAT, r"^\W*(?:(?:che )?cosa|che) (?:sai|puoi) fare(?: per me)?\W*$"),
        (Intent.CHAT, r"^\W*(?:dimmi )?(?:in )?(?:che )?(?:cosa|modo|come) (?:mi )?(?:puoi|sai) "
                      r"(?:aiutar\w+|essere utile|essermi utile)\W*$"),
        (Intent.CHAT, r"^\W*(?:tu )?(?:chi (?:sei|saresti)|come (?:funzioni|ti chiami)|"
                      r"a (?:che )?cosa servi|come (?:stai|va|funziona))\W*$"),
        (Intent.CHAT, r"^\W*sei (?:un[ao']? ?)?(?:robot|bot|persona|macchina|ia|"
                      r"intelligenza artificiale|vero|vera|reale|umano|umana)\W*$"),
        (Intent.CHAT, r"^\W*che domande (?:ti )?posso far"),
        (Intent.OPEN, r"\bse (?:\w+ ){0,2}non (?:mi )?rispond"),
        (Intent.RUDE, r"maleduc|scortes|sgarbat|offens|insult|aggressiv|arrogan|"
                      r"\bscriv\w+ (?:cosi )?(?:in malo modo|male|malissimo)\b"),
        (Intent.REPLY, r"\b(?:cosa|che|come) (?:(?:gli|le|ci|devo|dovrei|posso|potrei) )*"
                       r"rispond(?:o|ere|ergli|erle)\b"
                       r"(?! (?:a|ad|con garbo a) (?:chi|uno|una|un|tutti)\b)"),
        (Intent.REPLY, r"\b(?:come|cosa|che) r?rispo?nd\w* (?:a|al|alla|all') ?(?:questo|questa|"
                       r"suo|sua|ultim\w|mess?ag\w+|mail|e-?mail)"),
        (Intent.REPLY, r"\b(?:prepar\w+|scriv\w+|fammi|bozza di|aiut\w+(?: a| con)?)"
                       r"(?: \w+){0,2} (?:rispost\w+|rispondere|rispondergli|risponderle)\b"),
        (Intent.REVIEW, r"\b(?:r?i?ved\w+|corregg\w+|correggi\w*|rilegg\w+|valut\w+|giudic\w+|"
                        r"critic\w+|controll\w+|miglior\w+)\b(?: \w+){0,3}[: ]+"
                        r"(?:quest\w|bozza|mess?ag\w+|testo|mail|e-?mail|invito)\b"),
        (Intent.REVIEW, r"\bcosa non va in quest|\b(?:mandarl|inviarl)\w cosi\b"),
        (Intent.WRITE, rf"^\W*(?:mi |puoi |potresti |per favore |mi puoi )*"
                       rf"(?:scriv|prepar|compon|redig|butt|gener|fai|fam|fac|dam|crea|abbozz)\w* "
                       rf"(?:\w+ ){{0,4}}{_MESSAGE}\b"),
        (Intent.WRITE, r"\b(?:che )?(?:cosa|come|che) (?:gli|le) scrivo\b(?! se)"),
        (Intent.WRITE, r"^\W*scriv(?:i|imi|igli|ile) (?:il |un |il prossimo |il primo )?mess?ag"),
        (Intent.SUMMARY, r"\b(?:cosa|che|tutto quello che|quello che) (?:so|sappiamo) "
                         r"(?:di|su|del|della|dello|sul|sulla|dell'|sull')(?:\b|(?<='))"),
        (Intent.SUMMARY, r"^\W*(?:ria?ss?um\w+|riepilog\w+|rinfresc\w+)\b(?! .*\b(?:articolo|libro|"
                         r"commenti|recensione|fonti)\b)"),
        (Intent.RECONNECT, r"\b(?:quando|tra quanto|fra quanto|dopo quanto|ogni quanto)\b.*\b"
                           r"(?:risent|r?i?contatt|riscriv|rifaccio viv|rifarmi viv|richiam|"
                           r"farmi (?:sentire|viv))"),
        (Intent.BALANCE, r"\bcome (?:siamo|stiamo) (?:messi|messe|combinati)\b|"
                         r"\b(?:bilancio|a che punto (?:sono|siamo)|chi deve a chi|siamo (?:in )?"
                         r"pari|dare e (?:avere|chiedere))\b"),
        (Intent.FACT, r"\bmi (?:ha|aveva) (?:chiesto|detto|raccontato)\b|"
                      r"\bcome (?:ci siamo|l'ho|lo ho|la ho) (?:conosciut|incontrat)|"
                      r"\bchi (?:ci ha presentat|me l'ha fatt)"),
    )
)  # fmt: skip

#: The same, of questions asked on a contact's card.
_SURE_ON_CONTACT = tuple(
    (intent, re.compile(pattern))
    for intent, pattern in (
        (Intent.RECONNECT,
         r"\bnon (?:mi |ci )?(?:ha |sta )?(?:piu |ancora |mai )?rispo(?:nde|sto|ndendo)\b.*"
         r"\b(?:facci\w+|fare|fai|devo|dovrei|muov\w+|riscriv\w+|insist\w+|posso)\b|"
         r"\b(?:e sparit[oa]|non si (?:fa|e) (?:piu )?(?:fatt\w )?(?:piu )?"
         r"(?:sentire|vivo|viva))\b"),
        (Intent.FACT, FORM),
        (Intent.FACT, r"^\W*(?:ma )?(?:gli |le |ci )?(?:ho|avevo) (?:gia|mai) "
                      r"(?:scritt|mandat|rispost|sentit)|"
                      r"^\W*(?:ma )?(?:mi )?ha (?:gia |mai )?risposto"),
        (Intent.FACT,
         r"\b(?:dammi|mi dai|qual e|hai|dimmi|mi serve|trovami) (?:il |la |l'|un )(?:su[oa] )?"
         r"(?:numero|telefono|cellulare|e-?mail|mail|recapito|indirizzo)\b|"
            r"\bche cognome\b|\bdi cognome\b|\b(?:suo|il) cognome\b"),
        (Intent.TIMING, r"\b(?:posso|potrei|dovrei|conviene|rischio|momento|ora|presto|caso|"
                        r"opportuno)\b.*\b(?:chied\w+|domand\w+)\b"),
        (Intent.FACT, r"^(?!.*\b(?:faccio|fare|reagi\w+|comport\w+|rispondo|rispondere|risposta|"
                      r"dico|dire)\b).*(?:\bmi (?:ha|aveva|hanno) (?!da|fatt|aiut|offert|pass)|"
                      r"\b(?:le|gli) (?:ho|avevo)(?: gia| mai)? (?:scritt|mandat|promess|dett|"
                      r"rispost|inviat|raccontat)|\bquant[ie] (?:volte|messaggi|e-?mail|mail)\b)"),
        (Intent.OFFER, r"\b(?:cosa|che|come|quale|idee|modo)\b.*\b(?:offrir\w*|offro|"
                       r"(?:essere|essergli|esserle) utile|aiutar(?:lo|la|e)|"
                       r"dar(?:gli|le)|regalar(?:gli|le))\b"),
    )
)  # fmt: skip

#: What a question must hold to be after something, and what it must not.
_NEEDED = {
    Intent.OFFER: r"offr|offert|ofrir|\bda[rt]|\bdo\b|utile|aiut|serv|bisogn|propo|regal|interess|"
                  r"comodo|fare (?:qualcosa )?per|port|passar|dono|contribu|mano\b|metto|mandar",
    Intent.TIMING: r"chied|chiest|domand|richiest|favore|momento|presto|abbastanza|permett|spinger|"
                   r"azzard|fuori luogo",
    Intent.WRITE: rf"scriv|scritt|{_MESSAGE}|auguri|\bmand|prepar|ringrazi",
    Intent.REVIEW: rf"{_MESSAGE}|scritt|rived|r?i?ved|corregg|rilegg|legg|errori|cosi\b|\binvio\b|"
                   r"\bmando\b",
    Intent.REPLY: r"rispo|replic|ribatt|rispn|dico\b|vuole da me|dire di no|dico di no",
    Intent.RUDE: r"\bmal[ei]?\b|malissimo|maleduc|scortes|sgarbat|offens|offes|insult|aggress|"
                 r"insist|generic|a caso|pretend|vend[eio]|chied|chies|scocciat|goff|maldestr|"
                 r"amici|invit|ignor|blocc|sgradev|arrogan|infastid|estrane|sconosciut|tempest|usarmi|"
                 r"uguali|malo modo|tratta",
    Intent.RECONNECT: r"sent|contatt|scriv|viv[oae]\b|richiam|salut|seguito|rispo|sollecit|aspett|"
                      r"insist|promemoria|ricord|riprov|passo",
    Intent.BALANCE: r"bilanc|\bdare\b|\bdat[oi]\b|chiest|chies|ricev|debit|\bdev[eo]\b|rapport|"
                    r"relazion|punto|stadio|fase|pari\b|favor|scambi|offert|offrir|estrane|conosc|"
                    r"aiutat|livello|preso|conto|mess[io]\b|fatto\b|credit",
    Intent.CHAT: r"ciao|salve|buon|grazie|ringraz|aiut|\bok\b|perfett|ottimo|brav|hey|ehi|sei\b|"
                 r"funzioni|sai fare|puoi|servi\b|arrivederci|dopo|domande|bene|ricevuto|fai\b",
}  # fmt: skip
_EXCLUDED = {
    Intent.WRITE: r"^(?:perche|come mai|quando|devo|posso|dovrei|conviene)\b|"
                  r"\blo (?:scrivo|dico|metto)\b|\bscrivo \w+ o(?:ppure)? \w+|"
                  r"^(?:dimmi|spiegami) (?:come|cosa|che|le|i|quali)\b|"
                  r"^(?:che |cosa |come |quale |con che |con quale ).*\b(?:chius\w+|finale|saluto|"
                  r"oggetto|apertura|conclu\w+|frase)\b|"
                  r"poesi|script|codice|romanz|canzon|raccont|barzellett|filastroc|dimission|"
                  r"referenz|curricul|\bcv\b|contratt|annunci|articol|\bpost\b|\btesi\b|discors|"
                  r"haiku|business|newsletter|python|traduc|ricett|esempio di mess|reclam|disdett|"
                  r"lettera di|\bbio\b|slogan|riuscit",
    Intent.REVIEW: r"traduc|curricul|\bcv\b|\btesi\b|romanz",
    Intent.REPLY: r"annunci|colloqui|curricul|solo con|\bcv\b",
    Intent.OFFER: r"\bnon (?:devo|dovrei|posso|gli|le|va|mangia|bev)\b",
    Intent.TIMING: r"stipend|aument|mutuo|prestit|rimbors",
    Intent.CHAT: r"cos'e|che cos'|chi e\b|quant|traduc",
    Intent.RUDE: r"socio|collega|capo\b|moglie|marito|fidanzat|vicin[oa] di casa",
}  # fmt: skip
_NEEDS = {intent: re.compile(pattern) for intent, pattern in _NEEDED.items()}
_EXCLUDES = {intent: re.compile(pattern) for intent, pattern in _EXCLUDED.items()}


def intent_of(
    question: str,
    probabilities: Mapping[Intent, float],
    *,
    pasted: bool,
    on_contact: bool = False,
) -> Intent:
    """What a question is after, by its signs and by the classifier.

    Args:
        question: without the text pasted with it.
        probabilities: the classifier's.
        pasted: whether a draft or a message came with it.
        on_contact: whether it is asked on a contact's card.
    """
    asked = _OPENING.sub("", " ".join(fold(clean(question).text).split()))
    if pasted:
        on_text = (Intent.REVIEW, Intent.REPLY, Intent.RUDE)
        sure = next((i for i, pattern in _SURE if i in on_text and pattern.search(asked)), None)
        return sure or max(on_text, key=lambda intent: probabilities.get(intent, 0.0))
    for intent, pattern in (*_SURE, *(_SURE_ON_CONTACT if on_contact else ())):
        if pattern.search(asked) and not _excluded(intent, asked):
            return intent
    ranked = sorted(probabilities, key=lambda intent: -probabilities[intent])
    return next(
        (intent for intent in ranked if _may_be(intent, asked)),
        Intent.UNCOVERED,
    )


def _may_be(intent: Intent, asked: str) -> bool:
    needs = _NEEDS.get(intent)
    return (needs is None or bool(needs.search(asked))) and not _excluded(intent, asked)


def _excluded(intent: Intent, asked: str) -> bool:
    excludes = _EXCLUDES.get(intent)
    return excludes is not None and bool(excludes.search(asked))
