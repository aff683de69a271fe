"""Checks that a reply must pass before the learner sees it, whoever wrote it.

A reply is good when it is short, correct Italian, in the persona's own voice and form of address;
when it does what its plan says and nothing that the plan refuses; when it says nothing that neither
the conversation nor the persona's card holds; and when it neither coaches, nor takes the learner's
part, nor speaks of models and exercises. Strict on purpose: there is always a written reply that
can stand in its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from coach.analysis import language, lexicon, register, spelling
from coach.analysis.text import clean, listed, looks_italian, sentences
from coach.rewrite.verify import Known, inventions, known_words
from coach.roleplay.bank import MAX_SENTENCES, MAX_WORDS, Bank, Scene, plain
from coach.roleplay.planning import ReplyPlan
from coach.schemas import Register, RegisterMark, Relation, RewriteRequest, Stance

#: Two replies are the same from this likeness on (0..1, of their letters).
SAME = 0.8
#: Words in a row that a reply may have in common with the learner's message.
MOST_ECHOED = 6


def problem(text: str, scene: Scene, bank: Bank) -> str:
    """Why a reply may not be shown: the name of the check and the words at fault; "" if it may.

    Args:
        text: the whole reply.
        scene: what it is written for.
        bank: the written replies; their words may be said by anybody.
    """
    text = text.strip()
    checks: tuple[tuple[str, Callable[[str, Scene], str]], ...] = (
        ("form", _form),
        ("repeated", _repeated),
        ("meta", _meta),
        ("coach", _coach),
        ("role", _role),
        ("plan", _plan),
        ("stance", _stance),
        ("gender", _gender),
        ("claim", _claim),
        ("language", _language),
    )
    for name, check in checks:
        wrong = check(text, scene)
        if wrong:
            return f"{name}: {wrong}"
    other = _register(text, scene, bank)
    if other:
        return f"register: {other}"
    invented = inventions(text, _known(scene, bank.vocabulary))
    return f"invention: {', '.join(invented)}" if invented else ""


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[0].strip() if match else ""


# --- form ---------------------------------------------------------------------------------------

_FOREIGN_SIGNS = re.compile(r"[^\w\s.,;:!?'’()–—-]|_|\n|\d\s?%|\.{2}|https?:|www\.")


def _form(text: str, scene: Scene) -> str:
    if not text or not text[0].isupper():
        return "inizio"
    if text[-1] not in ".!?":
        return "non finisce"
    sign = _FOREIGN_SIGNS.search(text)
    if sign:
        return f"segno {sign[0]!r}"
    if len(sentences(text)) > MAX_SENTENCES or len(re.findall(r"[.!?](?=\s|$)", text)) > (
        MAX_SENTENCES
    ):
        return "troppe frasi"
    if len(text.split()) > MAX_WORDS:
        return "troppe parole"
    if re.search(r"[.!?,;:][.!?,;:]|\s[.,;:!?]|\(|\)", text):
        return "punteggiatura"
    parts = [plain(part) for part in re.split(r"(?<=[.!?])\s+", text)]
    return "frase ripetuta" if len(set(parts)) < len(parts) else ""


def _repeated(text: str, scene: Scene) -> str:
    own = plain(text)
    mine = {part for part in map(plain, re.split(r"[.!?:]\s*", text)) if len(part.split()) >= 4}
    for earlier in scene.said:
        if SequenceMatcher(None, own, plain(earlier), autojunk=False).ratio() >= SAME:
            return earlier
        again = mine & set(map(plain, re.split(r"[.!?:]\s*", earlier)))
        if again:
            return min(again)
    echoed = _runs(own) & _runs(plain(scene.message))
    return " ".join(min(echoed)) if echoed else ""


def _runs(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    size = MOST_ECHOED + 1
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}


# --- who speaks ---------------------------------------------------------------------------------

_MACHINE = re.compile(
    r"\b(?:IA|AI|GPT|LLM)\b|(?i:\bintelligenz\w+ artificial\w+|\bmodell\w+ (?:linguistic|di lingu)|"
    r"\bchat ?bot\b|\bbot\b|\bchatgpt\b|\bopenai\b|\bqwen\b|\balibaba\b|\brobot\w*|\bautoma\b|"
    r"\bassistent\w+ (?:virtual|digital|vocal|automatic)|\b(?:sono|come) (?:un|uno|una|un'|l')? ?"
    r"assistent\w+|\b(?:un|il) programma\b|\bprogrammat[oaie]\b|\balgoritm\w+|\bsoftware che\b|"
    r"\baddestra\w+|\bsimula\w+|\bgioco di ruolo\b|\bpersonagg\w+|\brecit\w+|\bfinzion\w+|"
    r"\bistruzion\w+|\bprompt\b|\bmacchina\b|\bcomputer\b|\brispost[ae] automatic|"
    r"\b(?:persona|umano|umana) (?:vera|reale|vero|in carne)|\bin carne e ossa\b|"
    r"\bessere umano\b|\b(?:sono|non sono) (?:un |una )?uman[oa]\b|\besercizi\w*|\ballenament\w+|"
    r"\bcompit[oi]\b|(?<!mi )\bdai del (?:tu|lei)\b|"
    r"\bpratica guidata\b|\binterpret\w+|\bruolo\b|\bnon posso (?:uscire|rivelare)\b)"
)


def _meta(text: str, scene: Scene) -> str:
    return _found(_MACHINE, text)


_ADVICE = _pattern(
    r"\b(?:ti|le|vi) (?:consiglio|suggerisco|raccomando|propongo di|invito a|consiglierei|"
    r"suggerirei)\b",
    r"\b(?:dovresti|dovrebbe|devi|potresti|puoi|faresti|conviene|converrebbe) (?:più \w+ )?"
    r"(?:essere|fare|avere)\b",
    r"\b(?:dovresti|dovrebbe|devi|deve|potresti|potrebbe|puoi|può|faresti|farebbe|conviene|"
    r"converrebbe) (?:prima |magari |anche |meglio |invece |pensare a |cercare di |"
    r"provare a |iniziare |cominciare )*(?:a |di )?(?:offrir|scriver(?!mi)|chieder|presentar|"
    r"personalizz|spiegar|dar|evitar|miglior|riscriver|riformul|aggiunger|toglier|"
    r"accorci|citar|menzion|usar|mostrar|ringrazi|iniziar|cominciar|rilegger|dimostr|racconta|"
    r"dire\b)\w*",
    r"\b(?:prova|provi|cerca|cerchi|evita|eviti|ricorda|ricordi|inizia|inizi|comincia|cominci) "
    r"(?:a|di|con)\b",
    r"\bla prossima volta\b",
    r"\bsarebbe (?:meglio|bene|utile|opportuno)\b|\bmeglio se\b|\bandrebbe (?:meglio|riscritt|"
    r"accorciat|personalizzat)\w*",
    r"\b(?:il|nel|del) (?:tuo|suo) (?:messaggio|testo|approccio|tono) (?:è|non è|sarebbe|manca|"
    r"funzion|risult|dovrebbe|può|andrebbe|sembra efficace)\w*",
    r"\bprima di chiedere\b|\boffri prima\b|\bprima offr\w+|\bmessaggio (?:efficace|più|migliore|"
    r"ben scritto|scritto bene|perfetto|giusto)\b|\bbozza\b|\bpunteggi\w*|\briscriv\w+|"
    r"\bcome coach\b|\bcoaching\b|\becco (?:il|un|una|la|come)\b|\boggetto:|"
    r"\b(?:bel|ottimo|buon) (?:messaggio|approccio|inizio|esempio)\b|\bper ottenere (?:una )?"
    r"rispost\w+|\bun consiglio:",
)


def _coach(text: str, scene: Scene) -> str:
    return _found(_ADVICE, text)


_GIVES = (
    r"(?:mand|invi|gir|pass|present|inoltr|offr|propon|alleg|condivid|prepar|spieg|mostr|aiut|"
    r"segnal|regal|procur|forni|dedic|assicur|garanti|promett|insegn|raccont|port|ospit)"
    r"(?:o|io|erò|herò|irò|iamo|hiamo|erei|herei|irei)\b"
)
_LEARNERS_PART = _pattern(
    r"\b(?:ti|le|vi) scrivo (?:perché|per|dopo|in merito|a proposito|a nome)\b",
    r"\b(?:mi presento|mi chiamo|il mio nome è)\b",
    r"\b(?:cerco|sto cercando|in cerca di) (?:un |una )?(?:lavoro|impiego|stage|posizione|"
    r"collaborazion\w+|client\w+|opportunità)\b",
    r"\b(?:il mio|allego il|in allegato|allego) (?:curriculum|cv|portfolio)\b|\bin allegato\b",
    r"\bho (?:visto|letto|trovato|guardato) (?:il|la|i|le) (?:tu|su)[oaie]i? (?:profilo|sito|post)",
    r"\bcomplimenti per (?:il|la|i|le|l')",
    r"\b(?:vorrei|volevo|posso|potrei) (?:chiederti|chiederle|proporti|proporle|presentarmi|"
    r"presentarti|presentarle|farti conoscere|farle conoscere|sottopor\w+)\b",
    r"\b(?:mi|ci) (?:aiuti|aiuteresti|aiuterebbe|aiuta|presenti|presenteresti|presenterebbe|"
    r"consigli|consiglieresti|segnali|raccomandi|inoltri|assumi|assuma)\b",
    r"\b(?:potresti|potrebbe|puoi|può) (?:aiutarmi|presentarmi|consigliarmi|segnalarmi|"
    r"raccomandarmi|darmi un|farmi un|inoltrar\w+|leggere il mio|dare un'occhiata)\b",
    r"\bavrei bisogno (?:di|che)\b|\bho bisogno (?:del tuo|del suo|di te|di lei|che)\b",
    r"\bse (?:ti|le) (?:fa comodo|interessa|interessasse|serve|è utile|può servire|fa piacere)\b",
    r"\b(?:la nostra|il nostro|i nostri|le nostre) (?:offert|prodott|serviz|soluzion|piattaform|"
    r"softwar|promozion|listin)\w*",
    r"\bmi candido\b|\bla mia candidatura\b|\bla mia offerta\b|\bla mia proposta\b",
    r"\b(?:ti|le|vi) (?:va|andrebbe|farebbe piacere) (?:di )?(?:un caffè|incontrarci|sentirci)\b",
)
_GIVEN = re.compile(
    rf"\b(?:ti|le|vi|te l[oaie]|gliel[oaie]|l[oaie])\s+{_GIVES}"
    r"|\b(?:mand|invi|gir|pass|present|inoltr|propor|condivid|mostr|aiut|segnal|regal|procur)"
    r"\w*r(?:ti|le|tel[oaie]|gliel[oaie]|vi)\b|\boffrir(?:ti|le)\b"
    r"|\bti (?:do|darò|faccio avere|faccio conoscere)\b"
    r"|\ble (?:do|darò|faccio avere|faccio conoscere)\b"
    r"|\b(?:inoltro|inoltrerò|segnalerò|presenterò|manderò|invierò|passerò|girerò|aiuterò)\b"
    r"|\bpuoi contare\b|\bpuò contare\b|\bconta (?:pure )?su di me\b|\bci penso io\b"
    r"|\bme ne occupo\b|\bposso (?:aiutar|dare una mano|esser\w* (?:utile|d'aiuto))\w*",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:non|nessun\w*|nemmeno|neanche|senza|mai|né)\b(?:\s+[\w']+){0,4}\s*$", re.IGNORECASE
)


def _affirmed(pattern: re.Pattern[str], text: str) -> str:
    """The first match that is not denied by what stands before it in its clause."""
    for match in pattern.finditer(text):
        clause = re.split(r"[.!?;:,]", text[: match.start()])[-1]
        if not _DENIED.search(clause):
            return match[0].strip()
    return ""


def _role(text: str, scene: Scene) -> str:
    swapped = _affirmed(_LEARNERS_PART, text)
    if swapped:
        return swapped
    if scene.plan is ReplyPlan.GRANT_ASK:
        return ""
    return _affirmed(_GIVEN, text)


# --- what the plan says -------------------------------------------------------------------------

_GRANT = _pattern(
    r"\baccett(?:o|erei|erò|iamo)\b",
    r"\bci sto\b|\bd'accordo\b|\bva (?:bene|benissimo)\b|\bper me va\b|\bperché no\b",
    r"\b(?:molto |ben )?volentieri\b|\bcon (?:vero |grande |molto )?piacere\b",
    r"(?<!un )\bcerto\b(?! periodo)|\bcertamente\b|\bsenz'altro\b|\bassolutamente sì\b|\bsì\b|"
    r"\bok\b",
    r"\bci vediamo\b|\bincontriamoci\b|\bsentiamoci\b|\bfissiamo\b|\btroviamoci\b|\bti aspetto\b|"
    r"\bla aspetto\b|\bpassi pure\b|\bpassa pure\b|\bvieni pure\b|\bvenga pure\b|\bmi va\b",
    r"\b(?:mandami|mi mandi|inviami|mi invii|manda|mandi|invia|invii|girami|mi giri) (?:pure|tutto|"
    r"il|la|i|le|l')",
    r"\b(?:si può fare|lo faccio|farò|vedo che cosa posso fare|posso farlo|un momento lo trovo|"
    r"il tempo si trova|ci sono)\b",
    r"\b(?:non vedo l'ora|quando vuoi|quando vuole|disponibil[ei])\b",
)
# Where those words grant nothing.
_NO_GRANT = _pattern(
    r"\b(?:letto|leggere|legge) (?:con (?:molto |vero )?piacere|volentieri)",
    r"\b(?:lo|la|li|le|l')? ?ho letto con piacere",
    r"\bsi legge volentieri\b|\bparlo volentieri\b|\brispondo volentieri\b|\bsaluto con piacere\b",
    r"\bse per (?:te|lei) va bene\b|\bse (?:ti|le) va\b|\bdico di sì\b(?=$)",
    r"\bdire (?:né )?(?:di )?sì\b|\bma a certe condizioni\b|\beh sì\b|\bva bene il tu\b",
)
_REFUSAL = _pattern(
    r"\b(?:no|non|né|nessun\w*|niente|nulla|nemmeno|neanche|mai)\b",
    r"\bpasso, almeno\b|\btropp\w+\b|\bcose come stanno\b|\blascio perdere\b|\bmi dispiace\b|"
    r"\bpurtroppo\b|\brifiut\w+|\bfinisce qui\b|\bchiudo qui\b|"
    r"\bsolo (?:quando|tra|se|per)\b",
    r"\bbisognerebbe conoscersi\b|\bchiede tempo\b|\brichiede tempo\b|\btroppe cose\b|\bsaltarla\b",
)
_BLUNT = _pattern(
    r"\bnon (?:mi|ci) (?:interess|serv)\w+|\bpurtroppo\b|\bmi dispiace\b|\bno, grazie\b",
    r"\bnon (?:posso|riesco|me la sento|credo|voglio|accetto|vorrei|ho tempo|ho bisogno)\b",
    r"\bpreferisco di no\b|\bdico di no\b",
)
_REJECTION = _pattern(r"\brifiut\w+", r"\bdeclino\b")
_TIME = (
    r"\b(?:adesso|ora|oggi|settiman\w+|mes[ei]|period\w+|moment\w+|calma|tempo|poi|sospeso|"
    r"vedr\w+|subito|giornate|più avanti|dopo|tra (?:un po'|poco|qualche))\b"
)

#: What a reply of each plan must say, when not only by a question.
_NEEDED: dict[ReplyPlan, re.Pattern[str]] = {
    ReplyPlan.DECLINE: _REFUSAL,
    ReplyPlan.REFUSE_ASK: _REFUSAL,
    ReplyPlan.OBJECT_SALE: _pattern(
        r"\b(?:vend\w+|commercial\w+|compr\w+|pubblicit\w+|scont\w+|listin\w+|fornitor\w+|"
        r"prodott\w+|propost\w+|programmi|acquist\w+|prezz\w+|offert\w+|promozion\w+)\b"
    ),
    ReplyPlan.OBJECT_PRESSURE: _pattern(
        r"\b(?:frett\w+|insist\w+|sollecit\w+|urgen\w+|ultimatum|scaden\w+|calma|pression\w+|"
        r"tono|rispos\w+|rispond\w+|giornata|subito)\b"
    ),
    ReplyPlan.OBJECT_TONE: _pattern(
        r"\b(?:tono|sarcasm\w+|ironi\w+|parole|modo|battut\w+|educazione|gentilezza|garbo|"
        r"rispond\w+)\b"
    ),
    ReplyPlan.OBJECT_REGISTER: _pattern(
        r"\b(?:del|al|il|dal|niente) (?:lei|tu)\b|\bconfidenza\b|\bformalità\b|\bvecchi amici\b"
    ),
    ReplyPlan.OBJECT_INSULT: _pattern(
        r"\b(?:tono|insult\w+|offes\w+|offend\w+|parole|rispetto|modo di (?:scriver|parlar)e|"
        r"maleducat\w+|chiudo|finisce)\b"
    ),
    ReplyPlan.ASK_WHO: _pattern(
        r"\b(?:chi|come|dove|conosc\w+|nome|incontrat\w+|occup\w+|present\w+|qualcosa di|"
        r"due parole di|visti|porta a scrivere|parlo|conto)\b"
    ),
    ReplyPlan.ASK_PURPOSE: _pattern(
        r"\b(?:cosa|perché|motivo|ragione|tratta|scopo|riferi\w+|riguarda|quale|qual|tema)\b"
    ),
    ReplyPlan.ASK_OFFER: _pattern(r"\?$"),
    ReplyPlan.ASK_TIME: _pattern(
        r"\b(?:quando|giorn\w+|mattin\w+|pomerigg\w+|settiman\w+|orar\w+|ora|or[ae]|pranzo|sera|"
        r"lunedì|martedì|mercoledì|giovedì|venerdì|sabato|impegni)\b"
    ),
    ReplyPlan.THANK: _pattern(r"\b(?:grazie|ringrazi\w+|piacere|apprezz\w+|gentil\w+)\b"),
    ReplyPlan.RECEIVE: _pattern(r"\b(?:grazie|ringrazi\w+)\b"),
    ReplyPlan.CONSIDER: _pattern(r"\b(?:penso|pensarci|capito|chiaro|valuto|rifletto|vedrò)\b"),
    ReplyPlan.ACCEPT_OFFER: _pattern(_GRANT.pattern, r"\bserv\w+|\bcomodo\b|\bnon lo rifiuto\b"),
    ReplyPlan.ACCEPT_MEETING: _pattern(_GRANT.pattern, r"\bsi fanno sempre\b"),
    ReplyPlan.GRANT_ASK: _pattern(
        _GRANT.pattern,
        r"\b(?:ci penso|me ne occupo|contare|posso|leggo)\b",
        r"\bmetto in contatto\b|\bcon chi se ne occupa\b",
    ),
    ReplyPlan.DEFER: _pattern(_TIME),
    ReplyPlan.STAY_IN_ROLE: _pattern(
        r"\b(?:non|stran[oa]|scherzo|sbagliat\w+|perpless\w+|tutt'altro|senza parole|confus\w+|"
        r"chi lo manda)\b"
    ),
    ReplyPlan.ASK_ITALIAN: _pattern(r"\bitaliano\b"),
    ReplyPlan.GOODBYE: _pattern(r"\b(?:buon\w*|salut[oi]|presto|ciao|arrivederci|prossima)\b"),
}  # fmt: skip
_ASKING = frozenset(
    (ReplyPlan.ASK_WHO, ReplyPlan.ASK_PURPOSE, ReplyPlan.ASK_OFFER, ReplyPlan.ASK_TIME)
)
_MAY_ASK = _ASKING | {ReplyPlan.ASK_ITALIAN, ReplyPlan.STAY_IN_ROLE, ReplyPlan.SMALL_TALK}
_GRANTING = frozenset(
    (ReplyPlan.ACCEPT_OFFER, ReplyPlan.ACCEPT_MEETING, ReplyPlan.GRANT_ASK, ReplyPlan.ASK_TIME)
)
_REFUSING = frozenset((ReplyPlan.DECLINE, ReplyPlan.REFUSE_ASK, ReplyPlan.OBJECT_SALE))


def _plan(text: str, scene: Scene) -> str:
    plan = scene.plan
    if plan is ReplyPlan.SILENCE:
        return "silenzio"
    if plan in _ASKING and not text.endswith("?"):
        return "manca la domanda"
    if plan not in _MAY_ASK and "?" in text:
        return "domanda"
    if plan not in _GRANTING:
        granted = _affirmed(_GRANT, _NO_GRANT.sub("…", text))
        if granted:
            return f"concede: {granted}"
    else:
        refused = _found(_BLUNT, text) or _affirmed(_REJECTION, text)
        if refused:
            return f"rifiuta: {refused}"
    if plan in _REFUSING and not _REFUSAL.search(text):
        return "manca il rifiuto"
    needed = _NEEDED.get(plan)
    return "manca quello che deve dire" if needed and not needed.search(text) else ""


_EFFUSIVE = _pattern(
    r"\bche (?:bell|piacere|gioia|meraviglia)\w*|\bdi cuore\b|\bmolto volentieri\b|\bcarissim\w+",
    r"\babbracci\w+|\bnon vedo l'ora\b|\bmi ha fatto sorridere\b|\bti adoro\b|\bfantastic\w+",
    r"\bmeraviglios\w+|\bentusiast\w+",
)
_HARSH = _pattern(
    r"\bchiudo qui\b|\bnon scrivermi\b|\bnon mi scriva\b|\bnon insistere\b|\blasci(?:a|ami|mi) "
    r"(?:in pace|perdere)\b|\blascio perdere\b|\bnon mi interessa\b|\bnon ho tempo\b|\baddio\b"
)
_OBJECTING = frozenset(
    (
        ReplyPlan.OBJECT_SALE,
        ReplyPlan.OBJECT_PRESSURE,
        ReplyPlan.OBJECT_TONE,
        ReplyPlan.OBJECT_INSULT,
        ReplyPlan.OBJECT_REGISTER,
        ReplyPlan.STAY_IN_ROLE,
    )
)


def _stance(text: str, scene: Scene) -> str:
    if scene.stance in (Stance.COLD, Stance.WARY):
        return _found(_EFFUSIVE, text)
    return "" if scene.plan in _OBJECTING else _found(_HARSH, text)


# --- language -----------------------------------------------------------------------------------

_OWN_GENDER = re.compile(
    r"\b(?:sono|sarei|sarò|ero|resto|rimango|mi sento|sei|è|sarai|sarà|essere|sia)\s+"
    r"(?:\w+mente |molto |davvero |proprio |un po' |già |ancora |così |troppo |sempre |stat[oa] )*"
    r"(?:content|liet|impegnat|interessat|dispost|occupat|curios|sicur|pront|convint|spiacent|"
    r"dispiaciut|onorat|lusingat|grat|stanc|sorpres|colpit|benvenut|entusiast|tenut|obbligat|"
    r"abituat|stuf|costrett|brav|gentilissim|carissim)[oa]\b"
    r"|\b(?:sono|sei|sarei|saresti) (?:già |appena |stat[oa] )*(?:arrivat|rimast|venut|pres|nat|"
    r"stat|sol|andat|tornat)[oa]\b"
    r"|\bbenvenut[oa]\b|\bcar[oa] (?:amic[oa]|collega|signor\w*)\b",
    re.IGNORECASE,
)


def _gender(text: str, scene: Scene) -> str:
    """Words that would tell the sex of either person, which nobody knows."""
    return _found(_OWN_GENDER, text)


_SHARED_PAST = _pattern(
    r"\bci (?:siamo|eravamo) (?:già |appena )?(?:conosciut|vist|incontrat|sentit|parlat|scritt)\w*",
    r"\b(?:mi )?ricordo (?:di te|di lei|il nostro|la nostra|bene|quando)\b",
    r"\bcome (?:ti|le) (?:ho|avevo|dicevo) ?(?:detto|scritto)?\b|\bcome promesso\b",
    r"\b(?:mi|ci) (?:hai|ha|avevi|aveva) (?:già )?(?:detto|raccontato|scritto|parlato|promesso|"
    r"mandato|inviato)\b",
    r"\bda (?:anni|mesi|tempo) (?:ti|la|che)\b|\bil nostro (?:amico|incontro|progetto|accordo)\b",
)


def _claim(text: str, scene: Scene) -> str:
    """A common past that nobody told of; a question about one claims nothing."""
    for match in _SHARED_PAST.finditer(text):
        sentence_end = re.search(r"[.!?]", text[match.end() :])
        if sentence_end and sentence_end[0] == "?":
            continue
        known = plain(" ".join((scene.message, *scene.learner_said)))
        if scene.relation is Relation.STRANGER and plain(match[0]) not in known:
            return match[0]
    return ""


def _language(text: str, scene: Scene) -> str:
    source = clean(text)
    if not looks_italian(source.text):
        return "non è italiano"
    names = _names(scene)
    slips = language.slips(source, sentences(source.text), names)
    if slips:
        return str(slips[0].quote)
    heard = {word.lower() for word in re.findall(r"[^\W\d_]+", _heard(scene))}
    for word in re.findall(r"[^\W\d_]+'?", source.text):
        low = word.lower()
        if low in heard or word[:-1] in heard or low in names:
            continue
        courteous = word[-2:] in ("La", "Le") and len(word) > 4
        if not (spelling.is_accepted(low) or courteous) or _is_english(low):
            return str(word)
    return ""


@lru_cache(maxsize=5_000)
def _is_english(word: str) -> bool:
    return len(word) > 3 and lexicon.known_english(word) and not lexicon.known(word)


_PLURAL_YOU = re.compile(r"\b(?:voi|vostr[oaei]|vi (?:ringrazio|scrivo|saluto|dico))\b", re.I)


def _register(text: str, scene: Scene, bank: Bank) -> str:
    """Words of the other form of address.

    A weak mark (*può*, *scusa*) is let be where the written replies of this form have it too,
    between the same words.
    """
    if _PLURAL_YOU.search(text):
        return _found(_PLURAL_YOU, text)
    source = clean(text)
    # "il tu" and "del Lei" name the forms: they use neither.
    bare = re.sub(
        r"\b(?:del|al|il|dal|niente|tra il|con il|troppo) (?:tu|Lei)\b",
        lambda match: "." * len(match[0]),
        source.text,
        flags=re.IGNORECASE,
    )
    source = clean(bare)
    used, marks = register.detect(source, sentences(source.text), _names(scene))
    if used in (Register.NONE, scene.register):
        return _lowered_courtesy(text) if scene.register is Register.LEI else ""
    known = bank.pairs[scene.register]
    wrong = [
        mark.quote
        for mark in marks
        if mark.register_used is not scene.register
        and not _is_of_a_thing(mark, bare)
        and (mark.quote in _ADDRESSES or not _around(bare, mark.start, mark.end) <= known)
    ]
    return ", ".join(wrong)


# Verbs said to the person written to, after "la" or "le".
_SAID_TO = re.compile(
    r"\W+(?:ringrazi|salut|preg|disturb|aspett|augur|dic|chied|scriv|rispond|interess|serv|piac|v[ao]\b|"
    r"andrebbe|farebbe|sembra|dispiac)"
)


_ARTICLES = listed(
    "la le lo il i gli l una un uno della delle dello del dei degli dell alla alle allo al ai agli "
    "all sulla sulle sullo sul sui sugli sull nella nelle nello nel nei negli nell questa questo"
)


def _is_of_a_thing(mark: RegisterMark, text: str) -> bool:
    """Whether a mark is a noun after its article, or *la* that stands for a thing ("la leggo")."""
    before = plain(text[: mark.start]).split()[-1:]
    if before and before[0] in _ARTICLES and mark.quote.islower():
        return True
    return mark.quote in ("la", "le") and not _SAID_TO.match(text[mark.end :])


def _around(text: str, start: int, end: int) -> set[tuple[str, str]]:
    """The pairs that a word makes with the one before and the one after it in its clause."""
    before = re.split(r"[.!?,;:]", text[:start])[-1]
    after = re.split(r"[.!?,;:]", text[end:])[0]
    first, last = plain(before).split()[-1:], plain(after).split()[:1]
    return set(pairwise([*(first or [""]), *plain(text[start:end]).split(), *(last or [""])]))


#: Pronouns that are never weak marks.
_ADDRESSES = listed(
    "tu te ti tuo tua tuoi tue Tu Te Ti Tuo Tua Tuoi Tue lei Lei La Le Suo Sua Suoi Sue "
    "suo sua suoi sue"
)
# The courtesy pronoun in lower case before a verb said to the recipient.
_LOWER_COURTESY = re.compile(
    r"\b(?:la (?:ringrazio|saluto|prego|disturbo|aspetto)|le (?:auguro|dico|chiedo|scrivo|"
    r"rispondo|va\b|farebbe)|(?:da parte |del )sua?\b|(?:per|a|con|di) lei\b)"
)


def _lowered_courtesy(text: str) -> str:
    return _found(_LOWER_COURTESY, text)


# --- what is known ------------------------------------------------------------------------------


def _names(scene: Scene) -> frozenset[str]:
    named = (scene.persona.name, scene.persona.company)
    return frozenset(word.lower() for text in named for word in re.findall(r"[^\W\d_]+", text))


def _heard(scene: Scene) -> str:
    """All that was said so far, and the persona's card."""
    return " ".join((scene.message, *scene.learner_said, *scene.said, *_card(scene)))


def _card(scene: Scene) -> Iterator[str]:
    persona = scene.persona
    yield from (persona.name, persona.role, persona.company, persona.sector, persona.region)
    yield from (*persona.cares_about, *persona.annoyed_by, *persona.would_help)


_DAYS = "lunedì martedì mercoledì giovedì venerdì sabato mattina pomeriggio sera pranzo settimana"


def _known(scene: Scene, vocabulary: str) -> Known:
    """What a reply may name: the conversation, the card, and what is in everybody's mouth."""
    days = _DAYS if scene.plan in (ReplyPlan.ASK_TIME, ReplyPlan.ACCEPT_MEETING) else ""
    common = _common_words(vocabulary)
    own = _own_words(f"{_heard(scene)} {days}")
    return Known(stems=own.stems | common.stems, tokens=own.tokens | common.tokens)


@lru_cache(maxsize=64)
def _own_words(heard: str) -> Known:
    return known_words(RewriteRequest(draft=heard))


@lru_cache(maxsize=4)
def _common_words(vocabulary: str) -> Known:
    known = known_words(RewriteRequest(draft=vocabulary.lower()))
    dated = listed(_DAYS)
    return Known(stems=known.stems, tokens=frozenset(t for t in known.tokens if t not in dated))
