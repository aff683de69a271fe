"""Italian morphology for composing: articles, contractions, persons of the verb, pronouns.

Notes are jotted down in the third person ("cerca un socio", "il suo articolo"); a message speaks to
its reader. `addressed` turns one into the other for *tu* and for *Lei*. What cannot be told from
the form of a word is not guessed: the functions answer None and the caller words it otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from coach.analysis import lexicon
from coach.analysis.text import listed
from coach.schemas import Register

_VOWELS = "aeiouàèéìòùAEIOUÀÈÉÌÒÙ"
# An h is silent ("l'hotel").
_ELIDING = _VOWELS + "hH"

# --- nouns ---------------------------------------------------------------------------------------

_FEMININE = listed(
    "arte parte gente mente notte morte sede rete fede classe frase base chiave neve nave pelle "
    "valle torre voce croce pace luce legge febbre fame carne estate mano radio foto moto auto "
    "mail e-mail email app call newsletter brochure community startup survey password news fiction "
    "tesi analisi crisi sintesi ipotesi diagnosi oasi serie specie superficie moglie madre badante "
    "canzone coop granfondo patente sorgente corrente lente tangente polvere colonna opzione "
    "chat slide review intro onlus ong parete salute palude lode brace fornace quiete sete cenere "
    "gomma "
    "slides privacy "
    "partnership leadership membership performance reception jeep band task-force policy routine "
    "playlist checklist spa console card masterclass class release pipeline roadmap session jam "
    "audience compagine immagine origine indagine pagine vertigine dote corte fonte ponte-radio "
    "tigre lepre vite falce siepe consorte capanna eco biro dinamo turbo-lenta start-up "
    "mailing-list circolare summer school finale semifinale lectio"
)
_MASCULINE = listed(
    "programma problema tema sistema clima schema poema diploma panorama dilemma dramma pianeta "
    "poeta atleta cinema vaglia collega enigma teorema stemma dogma aroma idioma delta mese paese "
    "ponte monte conte fiume mare cuore fiore latte pesce pane sale sole nome cane piede dente "
    "codice indice giudice vertice apice pollice calice vortice orefice pontefice carnefice "
    "brindisi caffè tè menù papà sofà karaoke papà video euro stage dossier report team coach "
    "software hardware workshop webinar meetup festival hackathon podcast post blog sito link file "
    "libro open day brunch check-up check-in coworking marketing design test budget export "
    "romanzo reading bar gin film rock jazz store show talk tour weekend fine-settimana menu "
    "mestiere quartiere bicchiere piacere potere dovere ricevere sapere parere dispiacere "
    "volantino "
    "orto-giardino rene seme sangue costume legume volume lume esame rame letame salame tegame "
    "bestiame certame reame catrame limite interesse termine margine carattere genere mestiere "
    "tiramisù firmacopie pedibus cratere fulmine pettine elefante studente"
)
_AMBIGUOUS_NOUN = listed(
    "fine capitale fronte radio-amatore ordine carcere turista giornalista fotoreporter cliente "
    "collega artista referente insegnante cantante dirigente presidente assistente interprete "
    "docente musicista dentista barista regista"
)


@dataclass(frozen=True, slots=True)
class NounForm:
    """Gender and number of a noun form: `m` or `f`, `s` or `p`."""

    gender: str
    number: str


@lru_cache(maxsize=5_000)
def noun_form(word: str) -> NounForm | None:
    """Gender and number of a noun by its ending and a list of exceptions; None when unsure."""
    form = word.lower()
    if form in _FEMININE:
        return NounForm("f", "s")
    if form in _MASCULINE:
        return NounForm("m", "s")
    if form in _AMBIGUOUS_NOUN or len(form) < 3:
        return None
    if form[-1] not in _VOWELS:
        # A loan word: masculine unless listed, one form for both numbers.
        return NounForm("m", "s") if form.isalpha() and not form.endswith("s") else None
    if form.endswith(("tà", "tù")):
        return NounForm("f", "s")
    if lexicon.known_english(form) and not lexicon.known(form):
        return NounForm("m", "s") if not form.endswith("s") else None
    if form.endswith("age"):
        # French loan words: "vernissage", "garage".
        return NounForm("m", "s")
    if form.endswith(("zioni", "sioni", "gioni", "nioni")) and lexicon.known(form[:-1] + "e"):
        return NounForm("f", "p")
    if form.endswith("i"):
        return _plural_in_i(form)
    if form.endswith("e"):
        return _form_in_e(form)
    if form.endswith("a"):
        # "uova", "paia": plurals of masculine nouns, feminine in the plural.
        if form in ("uova", "paia", "dita", "braccia", "ginocchia", "lenzuola", "centinaia"):
            return NounForm("f", "p")
        listed_f = ("intervista", "vista", "lista", "pista", "conquista", "rivista", "provvista")
        if form.endswith("ista") and form not in listed_f:
            return None
        return NounForm("f", "s")
    if form.endswith("o"):
        return NounForm("m", "s")
    return None


def _plural_in_i(form: str) -> NounForm | None:
    if lexicon.known(form[:-1] + "o") or lexicon.known(form + "o"):
        return NounForm("m", "p")
    if form[:-1] + "a" in _MASCULINE and form.endswith(("mi", "ti", "ni", "mmi", "emmi")):
        # "problemi", "programmi".
        return NounForm("m", "p")
    single = _form_in_e(form[:-1] + "e") if lexicon.known(form[:-1] + "e") else None
    if single and single.number == "s":
        return NounForm(single.gender, "p")
    if form.endswith("isti"):
        return NounForm("m", "p")
    return None


def _form_in_e(form: str) -> NounForm | None:
    singular = form[:-1] + "a"
    if form.endswith("ese") and form not in _MASCULINE and lexicon.known(singular):
        return NounForm("f", "p")
    if form.endswith(("che", "ghe")):
        singular = form[:-2] + "a"
    if form.endswith(
        (
            "zione",
            "sione",
            "gione",
            "nione",
            "stione",
            "tudine",
            "trice",
            "aggine",
            "igine",
            "ggine",
        )
    ):
        return NounForm("f", "s")
    if form in _FEMININE:
        return NounForm("f", "s")
    if form in _MASCULINE or (
        len(form) > 4 and form.endswith(("ore", "iere", "one", "ame", "ume", "ile"))
    ):
        return NounForm("m", "s")
    if lexicon.known(singular) and not lexicon.known(form[:-1] + "i"):
        return NounForm("f", "p")
    if lexicon.known(singular) and singular in lexicon.lemmas(form):
        return NounForm("f", "p")
    if form.endswith(("nte", "ale", "ese", "are", "ere")):
        return None if form in _AMBIGUOUS_NOUN else NounForm("m", "s")
    if form.endswith(("ie", "ne")) and lexicon.known(singular):
        return NounForm("f", "p")
    if lexicon.known(singular) and len(form) > 4:
        return NounForm("f", "p")
    return None


def _impure(word: str) -> bool:
    """Whether a word takes *lo*, *uno*, *gli*: z, s + consonant, gn, ps, pn, x, y, i + vowel."""
    form = word.lower()
    return bool(re.match(r"z|x|y|gn|ps|pn|s[^aeiouàèéìòùh\W]|i[aeou]", form))


def definite(word: str, form: NounForm) -> str:
    """The definite article for a following word, elided ones with their apostrophe."""
    vowel = word[:1] in _ELIDING and not _impure(word)
    if form.gender == "f":
        if form.number == "p":
            return "le"
        return "l'" if vowel else "la"
    if form.number == "p":
        return "gli" if vowel or _impure(word) else "i"
    if vowel:
        return "l'"
    return "lo" if _impure(word) else "il"


def indefinite(word: str, form: NounForm) -> str:
    """The indefinite article; the partitive in the plural."""
    vowel = word[:1] in _ELIDING and not _impure(word)
    if form.number == "p":
        article = definite(word, form)
        return {"i": "dei", "gli": "degli", "le": "delle"}[article]
    if form.gender == "f":
        return "un'" if vowel else "una"
    return "uno" if _impure(word) else "un"


def join_article(article: str, phrase: str) -> str:
    """Article and phrase, without a space after an elision."""
    return article + phrase if article.endswith("'") else f"{article} {phrase}"


_CONTRACTED = {
    "a": {
        "il": "al", "lo": "allo", "l'": "all'", "la": "alla", "i": "ai", "gli": "agli",
        "le": "alle",
    },
    "da": {
        "il": "dal", "lo": "dallo", "l'": "dall'", "la": "dalla", "i": "dai", "gli": "dagli",
        "le": "dalle",
    },
    "di": {
        "il": "del", "lo": "dello", "l'": "dell'", "la": "della", "i": "dei", "gli": "degli",
        "le": "delle",
    },
    "in": {
        "il": "nel", "lo": "nello", "l'": "nell'", "la": "nella", "i": "nei", "gli": "negli",
        "le": "nelle",
    },
    "su": {
        "il": "sul", "lo": "sullo", "l'": "sull'", "la": "sulla", "i": "sui", "gli": "sugli",
        "le": "sulle",
    },
}  # fmt: skip


def with_preposition(preposition: str, phrase: str) -> str:
    """Preposition and noun phrase, contracted with the article that opens the phrase.

    "a" + "il convegno" is "al convegno"; "di" + "un corso" stays "di un corso".
    """
    match = re.match(r"(il|lo|la|i|gli|le)\s+|(l')", phrase, re.IGNORECASE)
    contracted = _CONTRACTED.get(preposition)
    if not match or contracted is None:
        if preposition == "a" and phrase[:1] in "aA":
            return f"ad {phrase}"
        return f"{preposition} {phrase}"
    article = (match[1] or match[2]).lower()
    return join_article(contracted[article], phrase[match.end() :])


_DETERMINER = re.compile(
    r"(?:(?:il|lo|la|i|gli|le|un|uno|una|dei|degli|delle|del|dello|della|qualche|alcun[ie]|ogni|"
    r"due|tre|quattro|cinque|sei|sette|otto|nove|dieci|dodici|quindici|venti|trenta|cinquanta|"
    r"cento|mille|duecento|quest[oaie]|quel\w*|tutt[oaie]|"
    r"mi[oa]|mie|miei|tu[oa]|tue|tuoi|su[oa]|sue|suoi|nostr[oaie]|\d+)\s|l'|un'|dell'|\d)",
    re.IGNORECASE,
)


def has_determiner(phrase: str) -> bool:
    """Whether a noun phrase opens with an article, a numeral or another determiner."""
    return bool(_DETERMINER.match(phrase))


_PRENOMINAL = listed(
    "nuovo nuova nuovi nuove grande gran piccolo piccola primo prima secondo seconda terzo terza "
    "ultimo ultima bel bella bello buon buona buono buoni buone vecchio vecchia breve lungo lunga "
    "mezza mezzo doppio doppia prossimo prossima recente giovane ex mini"
)


# "video lezioni": the second noun rules.
_MEDIUM = re.compile(
    r"^(?:video|audio|foto|web|radio) "
    r"(?=(?:lezion|cors|guid|intervist|ricett|raccont|conferenz)[aeio]\b)",
    re.IGNORECASE,
)


def _is_loan(word: str) -> bool:
    return lexicon.known_english(word) and not lexicon.known(word)


_ENGLISH_HEADS = listed("tour day school session conference week night room lab jam party trip")


def head_noun(phrase: str) -> str:
    """The noun that rules a bare phrase: its first word that is not an adjective before it.

    Of two English words the second rules ("code review").
    """
    phrase = _MEDIUM.sub("", phrase)
    english = re.match(r"(?P<first>[a-z]+)[ -](?P<second>[a-z]+)\b", phrase)
    if (
        english
        and _is_loan(english["second"])
        and lexicon.known_english(english["first"])
        and lexicon.known(english["first"])
        and english["first"] not in _MASCULINE | _FEMININE
        and english["second"] not in ("for", "of", "to", "on", "and", "the")
    ):
        return english["second"]
    if english and english["second"] in _ENGLISH_HEADS and _is_loan(english["first"]):
        # "press tour"
        return english["second"]
    for match in re.finditer(r"[^\W_][\w'-]*", phrase):
        if match[0].lower() not in _PRENOMINAL:
            return match[0]
    return phrase.split(" ", 1)[0]


def phrase_form(phrase: str) -> NounForm | None:
    """Gender and number of a noun phrase: its noun's, or what an adjective after it shows."""
    head = head_noun(phrase)
    form = noun_form(head)
    if form is not None or not head.endswith("e"):
        return form
    after = re.match(rf"(?:.*\b)?{re.escape(head)} (?P<adjective>[a-zàèéìòù]{{4,}}[oa])\b", phrase)
    if after is None:
        return None
    stem, end = after["adjective"][:-1], after["adjective"][-1]
    if lexicon.known(stem + "o") and lexicon.known(stem + "a") and lexicon.known(stem + "e"):
        return NounForm("f" if end == "a" else "m", "s")
    return None


def with_definite(phrase: str) -> str | None:
    """The phrase with its definite article; None when its gender is not known."""
    if has_determiner(phrase):
        return phrase
    form = phrase_form(phrase)
    if form is None:
        return None
    first = phrase.split(" ", 1)[0]
    return join_article(definite(first, form), phrase)


def with_indefinite(phrase: str) -> str | None:
    """The phrase with its indefinite article or partitive; None when its gender is not known."""
    if has_determiner(phrase):
        return phrase
    form = phrase_form(phrase)
    if form is None:
        return None
    first = phrase.split(" ", 1)[0]
    return join_article(indefinite(first, form), phrase)


# Verbs after which a single thing is jotted down without its article ("cerca fotografo").
_TAKES_ARTICLE = re.compile(
    r"\b(?P<verb>segue|gestisce|dirige|conduce|cura|cerca|cercava|sta cercando|cercano|"
    r"alla ricerca di|(?:ha|avrebbe|aveva) bisogno di|"
    r"(?:gli|le) serve|(?:gli|le) manca|"
    r"ha (?:appena |da poco )?[a-z]+(?:ato|uto|ito|tto|rto|sto|so)|"
    r"(?:vuole|vorrebbe|sta per|pensa di) (?:aprire|assumere|comprare|prendere|trovare|fare|"
    r"lanciare|avviare|organizzare|affittare)|sta (?:aprendo|organizzando|scrivendo|assumendo))"
    r" (?P<noun>[a-zàèéìòù]+)(?=\s|$)",
    re.IGNORECASE,
)
_COUNTED = listed(
    "socio socia fotografo fotografa cuoco cuoca commercialista avvocato avvocata geometra grafico "
    "grafica stagista apprendista copy coach mentor dev sviluppatore cameriere cameriera idraulico "
    "elettricista muratore falegname partner agente tecnico tecnica investitore developer designer "
    "negozio magazzino capannone ufficio sala furgone sito locale laboratorio bar ristorante corso "
    "libro articolo talk webinar podcast blog workshop cantina bottega agenzia consulente "
    "interprete "
    "distributore fornitore importatore rivenditore manager freelance hotel agriturismo studio "
    "segretaria segretario contabile impiegato impiegata assistente traduttore traduttrice "
    "giardiniere autista magazziniere imbianchino progettista architetto ingegnere veterinario "
    "medico infermiere infermiera badante babysitter insegnante ripetitore tutor editore tipografo "
    "mostra rassegna festival documentario spettacolo premio bando borsa casting album disco "
    "pagina coro banda squadra associazione cooperativa galleria scuola agriturismo blog canale "
    "stampatore terreno garage appartamento sede post intervento seminario convegno evento"
)


def with_articles(clause: str) -> str:
    """A clause with the indefinite articles that a hasty hand leaves out.

    "cerca fotografo per il sito" is "cerca un fotografo per il sito"; what may be had or sought
    without an article ("cerca casa", "cerca personale") stays.
    """

    def with_one(match: re.Match[str]) -> str:
        noun = match["noun"]
        if noun.lower() not in _COUNTED:
            return match[0]
        # Of nouns with one form for both genders the masculine means either.
        form = noun_form(noun) or NounForm("m", "s")
        rest = clause[match.end() :]
        which = re.match(r"(?: \w+)? (?:del|della|dello|dei|degli|delle|dell')\b", rest)
        article = definite(noun, form) if which else indefinite(noun, form)
        return f"{match['verb']} " + join_article(article, noun)

    return _TAKES_ARTICLE.sub(with_one, clause)


def possessive(register: Register, form: NounForm) -> str:
    """The second person's possessive that agrees with a noun, capitalised for *Lei*."""
    index = {"ms": 0, "fs": 1, "mp": 2, "fp": 3}[form.gender + form.number]
    if register is Register.LEI:
        return ("Suo", "Sua", "Suoi", "Sue")[index]
    return ("tuo", "tua", "tuoi", "tue")[index]


def possessed(register: Register, phrase: str) -> str | None:
    """Turn "articolo sulle api" into "il tuo articolo sulle api"; None for an unsure gender."""
    form = phrase_form(phrase)
    if form is None:
        return None
    article = {"ms": "il", "fs": "la", "mp": "i", "fp": "le"}[form.gender + form.number]
    return f"{article} {possessive(register, form)} {phrase}"


# --- verbs ---------------------------------------------------------------------------------------

_SECOND = {
    "ha": "hai", "è": "sei", "va": "vai", "fa": "fai", "dà": "dai", "sta": "stai", "sa": "sai",
    "può": "puoi", "vuole": "vuoi", "deve": "devi", "viene": "vieni", "tiene": "tieni",
    "esce": "esci", "dice": "dici", "riesce": "riesci", "rimane": "rimani", "sceglie": "scegli",
    "toglie": "togli", "coglie": "cogli", "raccoglie": "raccogli", "accoglie": "accogli",
    "scioglie": "sciogli", "siede": "siedi", "possiede": "possiedi", "muore": "muori",
    "vale": "vali", "sale": "sali", "beve": "bevi", "traduce": "traduci", "produce": "produci",
    "conduce": "conduci", "riduce": "riduci", "introduce": "introduci", "trae": "trai",
    "pone": "poni", "propone": "proponi", "compone": "componi", "dispone": "disponi",
    "espone": "esponi", "impone": "imponi", "era": "eri", "appare": "appari", "rifà": "rifai",
}  # fmt: skip
_COMPOUND_SECOND = ("tiene", "viene", "pone", "duce", "dice", "trae", "coglie", "esce")


def _is_imperfect(word: str) -> bool:
    """Whether a form is an imperfect in the third person ("voleva", for "volevamo" is a word)."""
    return word.endswith(("ava", "eva", "iva")) and lexicon.known(word + "mo")


@lru_cache(maxsize=5_000)
def second_person(verb: str) -> str | None:
    """The second person singular of a verb in the third ("cerca" -> "cerchi"); None when unsure."""
    if verb in _SECOND:
        return _SECOND[verb]
    if _is_imperfect(verb):
        return verb[:-1] + "i"
    if verb.endswith(("tiene", "viene", "trae")):
        return verb[:-1] + "i"
    if not lexicon.is_third_person(verb):
        return None
    if verb.endswith("rebbe"):
        return verb[:-4] + "esti"
    if verb.endswith("rà"):
        return verb[:-1] + "ai"
    if verb.endswith(_COMPOUND_SECOND):
        return verb[:-1] + "i"
    if verb.endswith("a"):
        stem = verb[:-1]
        if stem.endswith(("c", "g")):
            return stem + "hi"
        return stem if stem.endswith("i") and not lexicon.known(stem + "i") else stem + "i"
    if verb.endswith("e"):
        stem = verb[:-1]
        return stem if stem.endswith("i") else stem + "i"
    return None


_SECOND_PLURAL = {
    "hanno": "avete", "fanno": "fate", "vanno": "andate", "stanno": "state", "danno": "date",
    "vogliono": "volete", "possono": "potete", "devono": "dovete", "vengono": "venite",
    "tengono": "tenete", "sanno": "sapete", "escono": "uscite", "dicono": "dite",
    "producono": "producete", "propongono": "proponete", "vorrebbero": "vorreste",
    "scelgono": "scegliete", "raccolgono": "raccogliete",
}  # fmt: skip


@lru_cache(maxsize=2_000)
def second_plural(verb: str) -> str | None:
    """Turn "cercano" into "cercate": said of the contact's house rather than of the contact."""
    if verb in _SECOND_PLURAL:
        return _SECOND_PLURAL[verb]
    if (
        verb.endswith("ano")
        and lexicon.known(verb[:-2] + "re")
        and lexicon.known(verb[:-2] + "ndo")
    ):
        return verb[:-2] + "te"
    if verb.endswith("iscono") and lexicon.known(verb[:-6] + "ire"):
        return verb[:-6] + "ite"
    if verb.endswith("ono") and len(verb) > 5:
        stem = verb[:-3]
        if lexicon.known(stem + "ere") and lexicon.known(stem + "endo"):
            return stem + "ete"
        if lexicon.known(stem + "ire") and lexicon.known(stem + "endo"):
            return stem + "ite"
    return None


_FIRST_OF_INFINITIVE = {
    "andare": "vado", "fare": "faccio", "dare": "do", "stare": "sto", "dire": "dico",
    "venire": "vengo", "tenere": "tengo", "uscire": "esco", "scegliere": "scelgo",
    "togliere": "tolgo", "raccogliere": "raccolgo", "accogliere": "accolgo", "tradurre": "traduco",
    "proporre": "propongo", "comporre": "compongo", "esporre": "espongo", "produrre": "produco",
    "condurre": "conduco", "introdurre": "introduco", "mantenere": "mantengo",
    "sostenere": "sostengo", "rifare": "rifaccio", "predisporre": "predispongo", "bere": "bevo",
    "sedere": "siedo", "rimanere": "rimango", "cucire": "cucio", "riuscire": "riesco",
    "intervenire": "intervengo", "essere": "sono", "avere": "ho", "potere": "posso",
}  # fmt: skip
_PLAIN_IRE = listed(
    "aprire coprire offrire soffrire servire partire dormire sentire vestire seguire bollire "
    "scoprire avvertire divertire investire inseguire eseguire proseguire consentire ricoprire "
    "riaprire invertire convertire"
)


@lru_cache(maxsize=2_000)
def first_of_infinitive(infinitive: str) -> str | None:
    """The first person singular present of an infinitive ("rileggere" -> "rileggo")."""
    if infinitive in _FIRST_OF_INFINITIVE:
        return _FIRST_OF_INFINITIVE[infinitive]
    if infinitive.endswith(("are", "ere")) or infinitive in _PLAIN_IRE:
        first = infinitive[:-3] + "o"
    elif infinitive.endswith("ire"):
        first = infinitive[:-3] + "isco"
    else:
        return None
    return first if lexicon.known(first) else None


def infinitive_of(word: str) -> tuple[str, str] | None:
    """Split a word into an infinitive and its enclitic ("presentarle" -> "presentare", "le")."""
    form = word.lower()
    if form.endswith(("are", "ere", "ire", "rre")) and lexicon.known(form):
        if form in _MASCULINE or not _is_infinitive(form):
            return None
        return form, ""
    for clitic in (
        "glielo", "gliela", "glieli", "gliele", "gliene", "telo", "tela", "teli", "tele",
        "gli", "mi", "ti", "ci", "vi", "si", "la", "lo", "le", "li", "ne",
    ):  # fmt: skip
        base = form.removesuffix(clitic)
        if base == form or (len(base) < 4 and base not in ("far", "dar", "dir", "star")):
            continue
        for infinitive in (base + "e", base + "re"):
            if base.endswith("r") and lexicon.known(infinitive) and _is_infinitive(infinitive):
                return infinitive, clitic
    return None


def _is_infinitive(form: str) -> bool:
    if form.endswith("fare") and lexicon.known(form):
        return True
    if form in ("dare", "stare", "dire", "andare", "bere", "cedere"):
        return True
    if form.endswith("rre"):
        return True
    if form.endswith("are"):
        return lexicon.known(form[:-3] + "ando") or lexicon.known(form[:-3] + "ato")
    return lexicon.known(form[:-3] + "endo")


# --- addressing ----------------------------------------------------------------------------------

_POSSESSIVES = {
    "suo": ("tuo", "Suo"), "sua": ("tua", "Sua"), "suoi": ("tuoi", "Suoi"), "sue": ("tue", "Sue"),
    "tuo": ("tuo", "Suo"), "tua": ("tua", "Sua"), "tuoi": ("tuoi", "Suoi"), "tue": ("tue", "Sue"),
}  # fmt: skip
_REPORTING = listed(
    "dice detto diceva pensa crede spera sostiene racconta raccontato ripete ripeteva spiegato "
    "scritto scrive saputo"
)
_CLITICS = listed("mi ti ci vi ne lo la li le gli si l' m' t' s' c'")
_IMPERSONAL = listed(
    "serve servono piace piacciono manca mancano interessa interessano interesserebbe occorre "
    "occorrono servirebbe servirebbero piacerebbe piacerebbero farebbe fa capita tocca pesa "
    "preme dispiace basta bastano è sono serviva mancava piaceva sta stanno"
)


def addressed(text: str, register: Register, *, subject: bool = True, nominal: bool = False) -> str:
    """Turn a statement about a third person into one said to them.

    Verbs in the third person with the contact as their subject, possessives and pronouns change;
    a verb after a relative *che* keeps its own subject. The first verb is taken to be the contact's
    unless an object pronoun with another subject stands before it ("le serve").

    Args:
        text: a clause such as "cerca un socio per la sua bottega".
        register: `tu` or `Lei`.
        subject: whether the contact is the subject of the first verb.
        nominal: whether it is a noun phrase, in which no clause has the contact for its subject
            ("un corto, libera da diritti").
    """
    tokens = re.findall(r"[^\W\d_]+'|[^\W_]+|[^\w\s]|\s+", text)
    words = [token.lower() for token in tokens if not token.isspace()]
    out: list[str] = []
    n, opening, house, coordinated = -1, True, False, False
    for token in tokens:
        if token.isspace():
            out.append(token)
            continue
        n += 1
        low = words[n]
        before = words[n - 1] if n else ""
        after = words[n + 1] if n + 1 < len(words) else ""
        if low in ("e", "ed", "ma", "perché", "quando", "però", ",", ";") and n:
            subject = not nominal and _opens_clause(words[n + 1 : n + 5])
        elif low == "che" and n:
            subject = before in _REPORTING
        elif low in ("le", "gli") and after == "si":
            # "le si è rotto il timone": the subject comes after.
            subject = False
        # "stanno bene" says nothing of the contact, "stanno rifacendo il sito" does.
        progressive = low in ("sta", "stanno") and after.endswith("ndo")
        others = (low in _IMPERSONAL and not progressive) or before in ("le", "gli")
        plural = None
        if not others and ((subject and opening) or coordinated):
            plural = second_plural(low)
        coordinated = low in ("e", "ed") and house
        house = house or plural is not None
        own = subject and n == 0 and lexicon.is_third_person(low) and low not in _NEVER_VERB
        if own and register is not Register.LEI and plural is None:
            # A statement opens with its verb, though it may be a noun too ("insegna", "cura").
            plural = second_person(low)
        out.append(plural or _addressed_word(token, before, after, subject, register))
        # A plural verb is the contact's house's only where no noun stands before it.
        opening = (opening or (low == "che" and subject)) and (
            low in _CLITICS or low in _BEFORE_VERB or low == "che"
        )
        if (
            (low in _IMPERSONAL and before in ("le", "gli"))
            or second_plural(low) is not None
            or own
            or (before not in _ARTICLES and is_contact_verb(low, after))
            or (lexicon.is_first_person(low) and low not in lexicon.lemmas(low))
        ):
            subject = False
    return "".join(out)


_NEVER_VERB = listed(
    "ora sopra contro fuori prima dopo spesso tanto ogni anche sempre mentre come dove quando "
    "presente assente assieme oltre contro nostra vostra sua tua mia propria una altra tutta "
    "molta poca alcuna nessuna sola stessa"
)
_AFTER_VERB = listed(
    "il lo la i gli le l' un uno una un' anche molto bene sempre spesso solo due tre quattro "
    "ogni tutto tutti tutte dei delle degli da non sue suoi sua suo"
)


def is_contact_verb(word: str, after: str) -> bool:
    """Whether a word is a verb in the third person, given the word that follows it.

    A form that is also a noun ("mostra", "cura") counts only where an object follows.
    """
    if word in _SECOND:
        return True
    if word in _NEVER_VERB:
        return False
    if _is_imperfect(word):
        return True
    if word.endswith(("tiene", "viene", "trae")) and after in _AFTER_VERB:
        return True
    if not lexicon.is_third_person(word):
        return False
    if word.endswith(("rebbe", "rà", "ava", "eva", "iva")) or word not in lexicon.lemmas(word):
        return True
    if word in ("fatica", "prova", "conta", "tende") and after == "a":
        return True
    # "programma 2025" is a noun with its year.
    return after in _AFTER_VERB or (after.isdigit() and len(after) < 4)


def _opens_clause(following: list[str]) -> bool:
    """Whether what follows a conjunction is a verb without a subject of its own."""
    for n, word in enumerate(following):
        if word in _CLITICS or word in ("non", "anche", "ora", "poi", "spesso", "adesso", "sempre"):
            continue
        return is_contact_verb(word, following[n + 1] if n + 1 < len(following) else "")
    return False


# First persons whose object may be the contact ("la seguo", but "lo studio" is a noun).
_FIRST_TO_PERSONS = listed(
    "vedo sento conosco incontro seguo leggo ammiro stimo ringrazio aiuto ospito accompagno invito "
    "contatto chiamo aspetto apprezzo ascolto frequento saluto"
)
# Verbs whose object is always a person ("la preoccupa").
_MOVES = listed(
    "preoccupa preoccupano spaventa spaventano interessa incuriosisce riguarda riguardano "
    "appassiona "
    "adorano amano stimano apprezzano ammirano rispettano ascoltano conoscono cercano aspettano "
    "appassionano affascina affascinano stressa stanca diverte divertono preoccupava spaventava"
)
_BEFORE_VERB = listed("non anche ora adesso spesso sempre già ancora poi e ed ma")
_PREPOSITIONS = listed("con a ad per di da su tra fra secondo come verso")
_ARTICLES = listed("il lo i un una uno del della al alla nel nella sul sulla dal dalla")


# "la loro sede" is the contact's house's: "la vostra sede"; what ends the article says which.
_THEIRS = {"l": "o", "o": "o", "n": "o", "a": "a", "i": "i", "e": "e"}
_BEFORE_THEIRS = listed(
    "il lo la i gli le un una del della dei delle al alla ai alle dal dalla dai dalle nel nella "
    "nei "
    "nelle sul sulla sui sulle"
)


def _addressed_word(token: str, before: str, after: str, subject: bool, register: Register) -> str:
    """One word of `addressed`."""
    lei = register is Register.LEI
    low = token.lower()
    if low in _POSSESSIVES:
        return _POSSESSIVES[low][lei]
    if low == "loro" and before in _PREPOSITIONS:
        return "voi"
    if low == "loro" and before[-1:] in _THEIRS:
        return f"vostr{_THEIRS[before[-1]]}" if before in _BEFORE_THEIRS else token
    if low in ("lui", "lei"):
        return "Lei" if lei else "te" if before in _PREPOSITIONS else "tu"
    if low in ("la", "lo") and after in _MOVES:
        return "La" if lei else "ti"
    if low in ("gli", "le") and re.fullmatch(r"\w+(?:ato|uto|ito|tto|rto|sto|eso)", before):
        # "donato le tende": an object with its article.
        return token
    if low in ("gli", "le") and (after == "si" or _is_verb(after) or _is_odd_noun(after)):
        return "Le" if lei else "ti"
    if low in ("lo", "la", "l'") and (
        after in ("ho", "avevo") or (low != "l'" and after in _FIRST_TO_PERSONS)
    ):
        if low == "l'":
            return "L'" if lei else "ti "
        return "La" if lei else "ti"
    if (
        low in ("si", "s'")
        and before not in ("le", "gli")
        and subject
        and not lei
        and _is_verb(after)
    ):
        return "ti" if low == "si" else "t'"
    verb = subject and before not in _ARTICLES | {"gli", "le"} and is_contact_verb(low, after)
    if verb and not lei:
        return second_person(low) or token
    return _with_enclitic(token, lei)


def _with_enclitic(token: str, lei: bool) -> str:
    """An infinitive whose pronoun means the contact: "scrivergli" -> "scriverti"."""
    split = infinitive_of(token)
    if split is None or split[1] not in ("la", "lo", "le", "gli", "si"):
        return token
    infinitive, clitic = split
    stem = token[: -len(clitic)]
    if clitic == "si":
        return token if lei else stem + "ti"
    if clitic in ("la", "lo") and infinitive not in PERSON_OBJECT:
        return token
    if lei:
        return stem + ("Le" if clitic in ("le", "gli") else "La")
    return stem + "ti"


def _is_odd_noun(word: str) -> bool:
    """Whether a first person cannot be a noun in the plural ("le porto", not "le carte")."""
    form = noun_form(word) if lexicon.is_first_person(word) else None
    return form is not None and form.number == "s"


def _is_only_first(word: str) -> bool:
    """Whether a form is a first person and no noun ("archivio" is also "io archivio")."""
    if word in ("vedo", "sento", "conosco", "ho"):
        return True
    return (
        lexicon.is_first_person(word)
        and word not in lexicon.lemmas(word)
        and not (word.endswith("io") and not word.endswith(("ggio", "chio")))
    )


def _is_verb(word: str) -> bool:
    if word in _SECOND or word in _IMPERSONAL or word in ("ho", "hanno", "avevo", "sono"):
        return True
    return (lexicon.is_third_person(word) and word not in lexicon.lemmas(word)) or _is_only_first(
        word
    )


# Verbs whose object pronoun is a person: "aiutarla", but "provarla" is a thing.
PERSON_OBJECT = listed(
    "aiutare accompagnare ospitare invitare affiancare consigliare ringraziare incontrare sentire "
    "vedere chiamare conoscere mettere portare coinvolgere avvisare aggiornare assistere formare "
    "guidare intervistare segnalare raccomandare seguire sostenere informare"
)
