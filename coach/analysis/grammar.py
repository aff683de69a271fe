"""Grammar slips that can be told from a few words: *qual'è*, *un amica*, *o visto*, *se avrei*.

One rule, one function; a rule reads the words of one sentence and yields what it found. Each is
made to stay silent when in doubt: a rule that needs to understand the sentence is not here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from coach.analysis import lexicon
from coach.analysis.text import listed


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text with its offsets; `low` is lower case."""

    start: int
    end: int
    text: str
    low: str


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule found: offsets in the normalised text, the kind and what to say."""

    start: int
    end: int
    kind: str
    message: str
    suggestion: str


_NONE = Word(0, 0, "", "")


class Sentence:
    """The words of a sentence, and what stands between them."""

    def __init__(self, text: str, found: Sequence[Word]) -> None:
        self.text = text
        self.words = list(found)

    def __len__(self) -> int:
        return len(self.words)

    def at(self, index: int) -> Word:
        """The word at an index, or an empty one outside the sentence."""
        return self.words[index] if 0 <= index < len(self.words) else _NONE

    def low(self, index: int) -> str:
        """The lower-case word at an index, or an empty string."""
        return self.at(index).low

    def joined(self, index: int) -> bool:
        """Whether only a space stands between the word and the one before."""
        if not 0 < index < len(self.words):
            return False
        between = self.text[self.words[index - 1].end : self.words[index].start]
        return between == "" or between.isspace()

    def previous(self, index: int) -> str:
        """The word before, or an empty string if punctuation or nothing stands between."""
        return self.low(index - 1) if self.joined(index) else ""

    def following(self, index: int) -> str:
        """The word after, or an empty string if punctuation or nothing stands between."""
        return self.low(index + 1) if self.joined(index + 1) else ""


Rule = Callable[[Sentence, int], Iterator[Hit]]
_RULES: list[Rule] = []


def _rule(function: Rule) -> Rule:
    _RULES.append(function)
    return function


def hits(sentence: Sentence) -> list[Hit]:
    """All that the rules find in a sentence."""
    return [
        hit for index in range(len(sentence)) for rule in _RULES for hit in rule(sentence, index)
    ]


def _hit(sentence: Sentence, first: int, last: int, kind: str, message: str, to: str) -> Hit:
    start, end = sentence.words[first].start, sentence.words[last].end
    if sentence.text[start:end][:1].isupper() and to:
        to = to[0].upper() + to[1:]
    return Hit(start, end, kind, message, to)


# --- what words are ------------------------------------------------------------------------------

_IRREGULAR_PARTICIPLES = listed(
    "visto letto scritto fatto detto preso perso messo chiesto risposto aperto chiuso rimasto "
    "deciso offerto scoperto vinto speso tratto prodotto tradotto rivisto riletto corso condiviso "
    "raccolto accolto scelto tolto colto promesso permesso trasmesso compreso appreso ripreso "
    "sorpreso commosso mosso scosso discusso espresso concluso incluso sofferto coperto convinto "
    "dipinto spinto raggiunto aggiunto assunto proposto esposto composto disposto iscritto "
    "descritto trascorso percorso nato morto cotto rotto retto corretto diretto eletto ridotto "
    "condotto introdotto acceso inteso reso steso difeso riso sorriso stato bevuto vissuto"
)
# Regular in shape, but nouns or adjectives more often than not.
_NOT_PARTICIPLES = listed(
    "mercato stato privato candidato passato sabato lato fiato prato grato caldo impiegato "
    "avvocato "
    "sindacato comunicato certificato mandato risultato significato attestato comitato stato "
    "saluto aiuto minuto rifiuto istituto contenuto tributo statuto assoluto sito vestito appetito "
    "partito invito marito dito merito prestito infinito credito debito ambito compito subito "
    "solito "
    "gratuito spirito udito abito circuito tessuto abbonato dottorato apprendistato volontariato "
    "artigianato formato palato gelato bucato legato delegato allegato tracciato fatturato elevato "
    "adeguato determinato privilegiato contatto"
)


@lru_cache(maxsize=20_000)
def is_participle(word: str) -> bool:
    """Whether a word in ``-o`` is a past participle and nothing much more common."""
    if word in _IRREGULAR_PARTICIPLES:
        return True
    if word in _NOT_PARTICIPLES or not lexicon.known(word):
        return False
    stem = word[:-3]
    if word.endswith("ato"):
        return lexicon.known(stem + "are") and lexicon.known(stem + "ando")
    if word.endswith("uto"):
        return lexicon.known(stem + "ere") or lexicon.known(stem.removesuffix("i") + "ere")
    return word.endswith("ito") and lexicon.known(stem + "ire") and lexicon.known(stem + "endo")


def _any_participle(word: str) -> bool:
    """The same with the ending of any gender and number."""
    return len(word) > 3 and word[-1] in "oaie" and is_participle(word[:-1] + "o")


_VOWELS = "aeiouàèéìòù"
_CLITICS = listed("mi ti ci vi l' lo la li le gli ne me te ce ve se non m' t' c'")
_MASCULINE_E = ("ore", "ale", "one", "ile", "iere", "ente", "ante")
# Masculine nouns in "-a" that begin with a vowel.
_MASCULINE_A = listed(
    "artista atleta autista analista idiota omicida eremita acrobata autodidatta enigma "
    "emblema aroma "
    "idioma edema esteta assioma asma eczema ematoma anatema ecosistema asceta extra ultra "
    "alfa omega "
    "alpha agiografa infra"
)
_MASCULINE_A_ENDINGS = ("ista", "iatra", "auta", "cida", "gramma", "ema", "oma", "asma", "isma")
_FEMININE_O = listed("auto eco opinione ora")
_FEMININE_END = ("zione", "sione", "trice", "tudine", "tù")


def _is_feminine(word: str) -> bool:
    """Whether a noun is surely feminine singular, by its ending."""
    if word.endswith(_FEMININE_END) or word in _FEMININE_NOUNS:
        return True
    return word.endswith(("ità", "età", "ertà", "lità", "nità", "ietà", "oltà", "està"))


_FEMININE_NOUNS = listed(
    "persona cosa azienda ditta idea giornata settimana settimana strada scuola mostra domanda "
    "offerta ricerca risposta conferenza fiera festa lettera pagina parola storia vita volta zona "
    "esperienza impresa rivista candidatura rete carriera laurea squadra cena serata mattinata "
    "competenza professionalità passeggiata chiacchierata telefonata visita richiesta proposta "
    "bottega libreria cooperativa associazione gara cassetta dispensa piazza sala stanza"
)
_MASCULINE_NOUNS = listed(
    "lavoro progetto libro articolo corso incontro messaggio profilo contatto consiglio anno "
    "giorno "
    "mese mondo paese percorso piacere ruolo settore tempo problema programma sistema tema "
    "panorama "
    "diploma schema clima dramma telegramma saluto favore colloquio settore pomeriggio commento "
    "intervento gruppo negozio biglietto viaggio curriculum studio parere nome cognome"
)
_FEMININE_PLURALS = listed(
    "persone cose aziende ditte idee giornate settimane strade scuole mostre domande offerte "
    "ricerche risposte conferenze fiere feste lettere pagine parole storie volte zone esperienze "
    "imprese riviste candidature reti lauree squadre cene serate competenze passeggiate "
    "opportunità "
    "slide foto mani"
)
_MASCULINE_PLURALS = listed(
    "lavori progetti libri articoli corsi incontri messaggi profili contatti consigli anni giorni "
    "mesi paesi percorsi ruoli settori tempi problemi programmi sistemi temi panorami diplomi "
    "saluti favori colloqui commenti interventi gruppi negozi biglietti viaggi colleghi amici"
)


# --- apostrophes and articles --------------------------------------------------------------------


@_rule
def _qual_e(s: Sentence, i: int) -> Iterator[Hit]:
    if s.low(i) == "qual'" and s.low(i + 1)[:1] in ("è", "e", "é"):
        to = "qual è" if s.low(i + 1) in ("è", "e", "é", "e'") else f"qual {s.low(i + 1)}"
        yield _hit(s, i, i + 1, "apostrophe", f"Si scrive «{to}», senza apostrofo.", to)


@_rule
def _po(s: Sentence, i: int) -> Iterator[Hit]:
    if s.low(i) == "po" and s.previous(i) in ("un", "bel") and s.following(i) != "":
        yield _hit(s, i, i, "apostrophe", "Si scrive «po'», con l'apostrofo.", "po'")


# Masculine nouns with a vowel first that no ending tells.
_MASCULINE_VOWEL = listed(
    "affare essere esame animale ospedale interesse ente account ordine ambiente incidente abete "
    "utensile esemplare elefante album inconveniente ingrediente espediente accidente"
)


@_rule
def _un_apostrophe(s: Sentence, i: int) -> Iterator[Hit]:
    """*un'amico*, *un amica*."""
    noun = s.at(i + 1)
    if not noun.text or noun.text[0].isupper() or not s.joined(i + 1):
        return
    low = noun.low
    if low[0] not in _VOWELS or not lexicon.known(low.rstrip("'")):
        return
    if s.low(i) in ("un'", "nessun'", "qualcun'", "ciascun'", "alcun'", "buon'") and (
        (low.endswith("o") and low not in _FEMININE_O)
        or low.endswith(("ore", "iere", "mestre"))
        or low in _MASCULINE_VOWEL
    ):
        right = s.low(i)[:-1]
        message = f"Davanti a un nome maschile «{right}» non vuole l'apostrofo."
        yield _hit(s, i, i + 1, "apostrophe", message, f"{right} {low}")
    if s.low(i) in ("un", "nessun") and _is_feminine_with_vowel(low):
        message = f"«{low}» è femminile: «{s.low(i)}'» vuole l'apostrofo."
        yield _hit(s, i, i + 1, "apostrophe", message, f"{s.low(i)}'{low}")


@lru_cache(maxsize=5_000)
def _is_feminine_with_vowel(word: str) -> bool:
    if word.endswith("a") and len(word) > 2:
        return word not in _MASCULINE_A and not word.endswith(_MASCULINE_A_ENDINGS)
    if lexicon.known_english(word):
        return False
    return word.endswith((*_FEMININE_END, "tà")) or word in ("estate", "arte", "origine", "eco")


_ARTICULATED = listed("dell nell sull dall coll quell bell sant dov com")


@_rule
def _missing_apostrophe(s: Sentence, i: int) -> Iterator[Hit]:
    """*dell amica*, *dell gruppo*, *nel'ufficio*."""
    word = s.at(i)
    if word.text in _ARTICULATED and s.following(i):
        noun = s.low(i + 1)
        to = f"{word.low}'{noun}" if noun[0] in _VOWELS + "h" else f"{word.low[:-1]} {noun}"
        if word.low in ("sant", "dov", "com") and noun[0] not in _VOWELS:
            return
        yield _hit(s, i, i + 1, "apostrophe", f"Si scrive «{to}».", to)
    elif word.text == "all" and s.following(i) and _is_italian_noun(s.low(i + 1)):
        to = f"all'{s.low(i + 1)}"
        yield _hit(s, i, i + 1, "apostrophe", f"Si scrive «{to}», con l'apostrofo.", to)
    elif word.text == "l" and s.following(i)[:1] in tuple(_VOWELS):
        to = f"l'{s.low(i + 1)}"
        yield _hit(s, i, i + 1, "apostrophe", f"Si scrive «{to}», con l'apostrofo.", to)
    elif word.low in ("del'", "nel'", "al'", "sul'", "dal'", "quel'", "bel'") and s.low(i + 1):
        to = f"{word.low[:-1]}l'"
        yield _hit(s, i, i, "apostrophe", f"Davanti a vocale si scrive «{to}», con due elle.", to)


def _is_italian_noun(word: str) -> bool:
    return word[0] in _VOWELS and lexicon.known(word) and not lexicon.known_english(word)


_BEFORE_VOWEL = {
    "il": "l'", "del": "dell'", "al": "all'", "nel": "nell'", "sul": "sull'", "dal": "dall'",
    "quel": "quell'", "bel": "bell'", "i": "gli ", "dei": "degli ", "ai": "agli ", "nei": "negli ",
    "sui": "sugli ", "quei": "quegli ",
}  # fmt: skip
_BEFORE_Z = {
    "il": "lo ", "del": "dello ", "al": "allo ", "nel": "nello ", "sul": "sullo ", "dal": "dallo ",
    "un": "uno ", "i": "gli ", "dei": "degli ", "ai": "agli ", "nei": "negli ", "sui": "sugli ",
    "nessun": "nessuno ", "quel": "quello ", "quei": "quegli ", "bel": "bello ",
}  # fmt: skip
_S_IMPURE = re.compile(r"s[bcdfglmnpqrtv]|z|gn|ps|pn|xi|xe")


@_rule
def _article_form(s: Sentence, i: int) -> Iterator[Hit]:
    """*il amico*, *dei ausili*, *un studente*, *i studi*."""
    article, noun = s.at(i), s.at(i + 1)
    if not noun.text or not s.joined(i + 1) or not noun.text.islower() or len(noun.low) < 3:
        return
    if article.text.isupper() and len(article.text) > 1:
        return
    low = noun.low.rstrip("'")
    if article.low == "ai" and low.endswith("o"):
        return  # "ai usato" is a verb
    if not lexicon.known(low):
        return
    to = ""
    if low[0] in _VOWELS and article.low in _BEFORE_VOWEL:
        if low in ("io", "un", "uno", "una", "uni", "altresì", "ieri", "oggi", "euro"):
            return
        to = _BEFORE_VOWEL[article.low]
    elif _S_IMPURE.match(low) and article.low in _BEFORE_Z:
        if low.startswith("z") and article.low in ("i", "dei", "ai", "nei", "sui"):
            return
        if article.low in ("un", "nessun", "il") and low in ("sci", "zinco", "gnomo"):
            return
        to = _BEFORE_Z[article.low]
    if to:
        message = f"Davanti a «{low}» si usa «{to.strip()}»."
        yield _hit(s, i, i + 1, "article", message, to + noun.low)


_SPLIT_PREPOSITIONS = {
    "a": {"la": "alla", "il": "al", "lo": "allo", "gli": "agli", "le": "alle", "i": "ai"},
    "di": {"il": "del", "lo": "dello", "gli": "degli", "la": "della", "le": "delle", "i": "dei"},
    "in": {"il": "nel", "lo": "nello", "gli": "negli", "la": "nella", "le": "nelle", "i": "nei"},
    "da": {"il": "dal", "lo": "dallo", "la": "dalla", "le": "dalle", "gli": "dagli", "i": "dai"},
}


@_rule
def _split_preposition(s: Sentence, i: int) -> Iterator[Hit]:
    """*a la fiera*, *di il corso*."""
    if s.words[i].text not in _SPLIT_PREPOSITIONS or not s.following(i):
        return
    to = _SPLIT_PREPOSITIONS[s.low(i)].get(s.words[i + 1].text)
    if not to or not s.following(i + 1) or not s.words[i + 2].text.islower():
        return
    noun = s.low(i + 2)
    if s.words[i + 1].text in ("la", "il") and noun in ("carte", "page", "di", "da", "e", "del"):
        return
    place = s.low(i) != "a" and s.low(i + 1) in ("la", "i")
    if place and (not lexicon.known(noun) or noun in ("e", "dal", "dalla", "a", "non")):
        # "di la e di qua" is rather "di là": the accent rule's matter.
        return
    message = f"La preposizione e l'articolo si uniscono: «{to}»."
    yield _hit(s, i, i + 1, "article", message, to)


# --- agreement -----------------------------------------------------------------------------------

_MASCULINE_SINGULAR = listed(
    "il un del al nel dal sul col questo quel quello uno nessun alcun bel buon primo ultimo"
)
_FEMININE_SINGULAR = listed(
    "la una della alla nella dalla sulla questa quella nessuna alcuna bella buona prima ultima"
)
_MASCULINE_PLURAL = listed("i dei ai nei dai sui questi quei quegli degli agli gli alcuni molti")
_FEMININE_PLURAL = listed("le delle alle nelle dalle sulle queste quelle alcune molte tante")
_POSSESSIVE = {
    "mio": "ms", "tuo": "ms", "suo": "ms", "nostro": "ms", "vostro": "ms",
    "mia": "fs", "tua": "fs", "sua": "fs", "nostra": "fs", "vostra": "fs",
    "miei": "mp", "tuoi": "mp", "suoi": "mp", "nostri": "mp", "vostri": "mp",
    "mie": "fp", "tue": "fp", "sue": "fp", "nostre": "fp", "vostre": "fp",
}  # fmt: skip


def _number_gender(word: str) -> str:
    """`ms`, `fs`, `mp`, `fp` of a determiner, or an empty string."""
    for form, determiners in (
        ("ms", _MASCULINE_SINGULAR),
        ("fs", _FEMININE_SINGULAR),
        ("mp", _MASCULINE_PLURAL),
        ("fp", _FEMININE_PLURAL),
    ):
        if word in determiners:
            return form
    return ""


def _noun_form(word: str) -> str:
    if word in _MASCULINE_NOUNS:
        return "ms"
    if word in _FEMININE_PLURALS and word.endswith("e"):
        return "fp"
    if word in _MASCULINE_PLURALS:
        return "mp"
    return "fs" if _is_feminine(word) and not word.endswith(("à", "ù")) else ""


# "la", "le", "gli", "questo" are pronouns too: "la tua la prendo io".
_NEVER_PRONOUNS = listed(
    "il del al nel dal sul un una della alla nella dalla sulla i dei ai nei sui delle alle nelle "
    "sulle dalle"
)


@_rule
def _agreement(s: Sentence, i: int) -> Iterator[Hit]:
    """*i mie contatti*, *la mia problema*, *un relazione*, *alle fiera*."""
    word, following = s.low(i), s.following(i)
    if not following or not s.words[i + 1].text.islower():
        return
    left = _number_gender(word) or _POSSESSIVE.get(word, "")
    if not left:
        return
    if following in _POSSESSIVE:
        right = _POSSESSIVE[following]
        sure = word in _NEVER_PRONOUNS or (word, right) in (("la", "ms"), ("le", "mp"))
        if sure and left != right and s.following(i + 1):
            yield _disagreement(s, i)
        return
    right = _noun_form(following)
    if left == "ms" and _is_feminine(following) and word not in ("col", "un"):
        right = "fs"
    if (following.startswith("capo") and following != "capo") or following == "podestà":
        return
    if not right or left == right:
        return
    if word in (
        "la",
        "le",
        "gli",
        "uno",
        "quello",
        "quella",
        "primo",
        "prima",
        "ultimo",
        "dai",
    ) and (following not in ("persona", "problema", "problemi", "fiera", "azienda", "settimana")):
        # These are also pronouns or adverbs, before a noun that is also a verb ("le domanda").
        return
    if right == "fs" and left == "fp" and lexicon.is_third_person(following):
        return
    if following == "slide" or (s.following(i + 1) in ("e",) and left[1] == "p"):
        return
    if left == "ms" and right == "mp" and word in ("un", "del", "col"):
        return
    yield _disagreement(s, i)


def _disagreement(s: Sentence, i: int) -> Hit:
    pair = f"{s.low(i)} {s.low(i + 1)}"
    message = f"«{pair}»: le due parole non concordano nel genere o nel numero."
    return _hit(s, i, i + 1, "agreement", message, "")


# --- the verb avere ------------------------------------------------------------------------------

_STARTS_CLAUSE = listed("e ma che anche quando come se dove già poi invece infatti io ieri")


@_rule
def _have_first(s: Sentence, i: int) -> Iterator[Hit]:
    """*o visto* for *ho visto*, *non o tempo*."""
    if s.low(i) == "o" and s.following(i) and s.previous(i) in ("non", "mi", "ti", "l'", "ce"):
        yield _hit(s, i, i, "have", _HAVE.format("ho"), "ho")
        return
    if s.low(i) != "o" or not _is_object(s.following(i)) or not is_participle(s.following(i)):
        return
    before = s.previous(i)
    if i and not before and _any_participle(s.low(i - 1)):
        return  # "visto, o letto"
    if before and before not in _CLITICS and before not in _STARTS_CLAUSE:
        return
    yield _hit(s, i, i, "have", _HAVE.format("ho"), "ho")


def _is_object(word: str) -> bool:
    return word.endswith("o")


_HAVE_IDIOMS = listed("bisogno voglia piacere tempo ragione intenzione paura torto fretta sede")
_A_PARTICIPLES = listed(
    "fatto detto visto letto scritto perso avuto conosciuto parlato frequentato lavorato chiesto "
    "risposto trovato mandato ricevuto colpito aiutato saputo voluto potuto dovuto studiato "
    "incontrato ascoltato pubblicato vinto organizzato raccontato spiegato deciso iniziato finito "
    "cominciato insegnato partecipato accettato aggiunto condiviso commosso ispirato convinto "
    "comprato venduto creato aperto dato preso lasciato portato cambiato cercato pensato creduto "
    "servito suonato cantato dipinto costruito guidato seguito invitato presentato ringraziato"
)


# Of these, some follow "a" after a noun rightly: "rispetto a dato", "in base a fatto".
_AFTER_NOUN = _A_PARTICIPLES - listed("seguito invitato dato fatto preso")
_HAVE = "È il verbo avere: «{}», con l'acca."


@_rule
def _have_a(s: Sentence, i: int) -> Iterator[Hit]:
    """*mi a fatto*, *che a visto*, *mio marito a perso*, *se a piacere*."""
    if s.low(i) != "a":
        return
    before, after = s.previous(i), s.following(i)
    after_clitic = before in _BEFORE_HAVE and is_participle(after)
    after_subject = (
        before in ("non", "che", "lei", "lui", "chi", "si") and after in _A_PARTICIPLES
    ) or (after in _AFTER_NOUN and _is_plain_noun(before))
    if after_clitic or after_subject or (before == "se" and after in _HAVE_IDIOMS):
        yield _hit(s, i, i, "have", _HAVE.format("ha"), "ha")


_BEFORE_HAVE = listed("mi ti ci vi l' gli m' t' te me ce")


@_rule
def _have_ai(s: Sentence, i: int) -> Iterator[Hit]:
    """*mi ai dato*, *se ai bisogno*: after the article comes a plural."""
    after = s.following(i)
    if s.low(i) != "ai" or s.previous(i) in ("fino", "grazie", "davanti", "rispetto"):
        return
    participle = after.endswith("o") and is_participle(after) and after not in ("corso", "stato")
    if participle or after in ("bisogno", "voglia", "ragione", "intenzione"):
        yield _hit(s, i, i, "have", _HAVE.format("hai"), "hai")


@_rule
def _have_anno(s: Sentence, i: int) -> Iterator[Hit]:
    """*mi anno detto*."""
    subject = s.previous(i) in _BEFORE_HAVE | listed("che non lo la le li loro")
    if s.low(i) == "anno" and subject and is_participle(s.following(i)):
        yield _hit(s, i, i, "have", _HAVE.format("hanno"), "hanno")


def _is_plain_noun(word: str) -> bool:
    return (
        len(word) > 4
        and word[-1] in "oae"
        and lexicon.known(word)
        and not _any_participle(word)
        and not lexicon.is_first_person(word)
        and not lexicon.is_third_person(word)
        and word not in ("intorno", "davanti", "insieme", "oltre", "vicino", "dietro", "quanto")
        and word not in ("rispetto", "prima", "merito", "accanto", "riguardo", "grazie", "quello")
    )


_INFINITIVE_NOUNS = listed(
    "piacere potere dovere parere sapere avere volere essere valore sapore odore malessere "
    "benessere "
    "mare altare care rare militare popolare particolare regolare familiare esemplare titolare "
    "amare chiare vere intere mere volontere polvere genere cuore carattere ire"
)


@_rule
def _have_not(s: Sentence, i: int) -> Iterator[Hit]:
    """*ha lavorare*, a closing *ha presto*."""
    after = s.following(i)
    infinitive = (
        len(after) > 4
        and after.endswith(("are", "ere", "ire"))
        and after not in _INFINITIVE_NOUNS
        and (lexicon.known(after[:-3] + "ando") or lexicon.known(after[:-3] + "endo"))
    )
    if s.low(i) == "ha" and (infinitive or (after == "presto" and len(s) == 2)):
        yield _hit(s, i, i, "have", "È la preposizione: «a», senza acca.", "a")


@_rule
def _have_not_hai(s: Sentence, i: int) -> Iterator[Hit]:
    """*hai miei contatti*, *l'italiano hai ragazzi*."""
    after = s.following(i)
    own = after in ("miei", "suoi", "nostri", "vostri")
    noun = after in _MASCULINE_PLURALS or after in ("ragazzi", "bambini", "clienti", "colleghi")
    if s.low(i) == "hai" and (own or (noun and _is_plain_noun(s.previous(i)))):
        yield _hit(s, i, i, "have", "È la preposizione: «ai», senza acca.", "ai")


@_rule
def _lo_visto(s: Sentence, i: int) -> Iterator[Hit]:
    """*lo visto* for *l'ho visto*."""
    if s.low(i) not in ("lo", "la") or s.previous(i) not in ("", "e", "non", "ma", "te", "me"):
        return
    after = s.following(i)
    if not after or not _any_participle(after) or not after.endswith(("o", "a")):
        return
    if s.low(i) == "lo" and not _S_IMPURE.match(after) and after[0] not in _VOWELS:
        yield _hit(s, i, i, "have", _HAVE.format("l'ho"), "l'ho")


@_rule
def _ce(s: Sentence, i: int) -> Iterator[Hit]:
    """*c'è ne uno*, *ce un posto*, *c'è lo il diploma*, *non centra*."""
    word, after = s.low(i), s.following(i)
    if word == "c'" and s.low(i + 1) == "è" and s.joined(i + 2) and i + 2 < len(s):
        if s.low(i + 2) == "ne":
            yield _hit(s, i, i + 2, "spelling", "Si scrive «ce n'è» o «ce ne».", "ce ne")
        elif s.low(i + 2) in ("lo", "la", "li", "le", "l'") and s.following(i + 2) in (
            *("il", "ho", "hai", "ha", "un", "uno", "una", "faccio", "fai", "fa", "hanno"),
        ):
            to = "ce l'ho" if s.following(i + 2) in ("il", "un", "uno", "una") else "ce"
            yield _hit(s, i, i + 2, "spelling", f"Qui si scrive «{to}».", to)
    elif word == "ce" and after in (
        "un", "una", "uno", "il", "qualcuno", "qualcosa", "qualche", "bisogno", "stato", "posto",
        "stata", "sempre", "molto", "anche", "tanto", "un'",
    ):  # fmt: skip
        yield _hit(s, i, i, "apostrophe", "È il verbo essere: «c'è».", "c'è")
    elif word in ("centra", "centrano") and s.previous(i) in ("non", "che", "cosa"):
        if after in ("", "niente", "nulla", "con", "molto", "poco", "il", "la", "per"):
            if s.low(i + 2) in ("bersaglio", "punto", "obiettivo", "segno", "tema", "palla"):
                return
            to = "c'entra" if word == "centra" else "c'entrano"
            yield _hit(s, i, i, "apostrophe", f"Si scrive «{to}».", to)
    elif word == "ne" and after in ("valsa", "valso") and s.previous(i) in ("se", "non", "che"):
        yield _hit(s, i, i, "apostrophe", "Manca il verbo: «n'è».", "n'è")


# --- accents that make another word --------------------------------------------------------------

_E_PREDICATE = listed(
    "stato stata bello bella vero possibile importante necessario utile davvero proprio giusto "
    "difficile facile meglio successo piaciuto piaciuta opportuno"
)


@_rule
def _verb_e(s: Sentence, i: int) -> Iterator[Hit]:
    """*e stato un piacere*, *c'e*, *se e possibile*; *è l'ho letto*."""
    word, before, after = s.low(i), s.previous(i), s.following(i)
    if word in ("e", "é") and s.low(i - 1) in ("c'", "cos'", "dov'", "com'", "quand'", "n'", "v'"):
        yield _hit(s, i, i, "accent", "È il verbo essere: «è», con l'accento.", "è")
    elif word == "é":
        yield _hit(s, i, i, "accent", "È il verbo essere: «è», con l'accento grave.", "è")
    elif word == "e" and after:
        # "Maria, e stato bello": the greeting before the comma does not count.
        opening = i == 0 or (not before and i <= 4)
        state = after in ("stato", "stata") and (
            opening or before in ("mi", "ti", "ci", "che", "non", "se", "vi", "gli", "mi")
        )
        if (
            (state and s.following(i + 1) not in ("e", ""))
            or (
                opening and after in ("bello", "possibile", "importante", "vero") and _e_opens(s, i)
            )
            or (before in ("se", "non", "mi") and after in _E_PREDICATE)
            or (after in ("davvero", "molto", "proprio") and _lacks_verb(s, i))
        ):
            yield _hit(s, i, i, "accent", "È il verbo essere: «è», con l'accento.", "è")
    elif word == "è" and after:
        first = s.low(i + 2) if after == "l'" else after
        if first in ("ho", "vorrei", "spero", "volevo", "penso", "credo", "abbiamo", "sono") and (
            before and before not in ("cioè", "qual", "chi", "che", "quello", "com'", "dov'", "non")
        ):
            yield _hit(s, i, i, "accent", "È la congiunzione: «e», senza accento.", "e")


def _e_opens(s: Sentence, i: int) -> bool:
    """Whether an opening "e" is followed as a verb is: "e bello che…", "e bello avere…"."""
    after = s.following(i + 1)
    return after in ("che", "avere", "un", "essere", "poter", "averti", "averla", "sapere") or (
        after.endswith(("are", "ere", "ire", "arti", "erti", "irti", "arla", "erla", "irla"))
    )


def _lacks_verb(s: Sentence, i: int) -> bool:
    """Whether no word before "e", back to the sentence's start, may be a verb."""
    before = [s.low(k) for k in range(i)]
    tail = [s.low(k) for k in range(i + 2, min(i + 4, len(s)))]
    if len(before) < 3 or not tail or not tail[0].endswith(("o", "a", "e", "i")):
        return False
    return before[0] in ("l'", "il", "la", "le", "i", "gli") and not any(
        lexicon.is_third_person(word)
        or lexicon.is_first_person(word)
        or lexicon.is_second_person(word)
        or word.endswith(("iamo", "ete", "ate", "ite", "ano", "ono", "to", "ta", "ti", "te"))
        or word in ("è", "sono", "hanno", "che")
        for word in before
    )


@_rule
def _other_accents(s: Sentence, i: int) -> Iterator[Hit]:
    """*mi da*, *penso di si*, *da li*, *sara* and the like."""
    word, before, after = s.low(i), s.previous(i), s.following(i)
    if s.words[i].text[0].isupper() and i:
        return
    if word == "da" and before in ("mi", "ti", "ci", "vi", "gli") and after:
        yield _hit(s, i, i, "accent", "È il verbo dare: «dà», con l'accento.", "dà")
    elif word == "si" and before == "di" and not after:
        if s.low(i - 2) in ("penso", "credo", "spero", "dica", "dire", "detto", "direi", "dici"):
            yield _hit(s, i, i, "accent", "Per affermare si scrive «sì», con l'accento.", "sì")
    elif word == "si" and i == 0 and len(s) > 1 and not s.joined(1):
        yield _hit(s, i, i, "accent", "Per affermare si scrive «sì», con l'accento.", "sì")
    elif word == "li" and before in ("da", "fin", "sono", "ero", "eri") and not after:
        yield _hit(s, i, i, "accent", "Per il luogo si scrive «lì», con l'accento.", "lì")
    elif word == "la" and before in ("di", "in", "più") and not after:
        yield _hit(s, i, i, "accent", "Per il luogo si scrive «là», con l'accento.", "là")
    elif word == "pero" and before not in ("il", "un", "del", "dal", "sul", "al", "di"):
        yield _hit(s, i, i, "accent", "Si scrive «però», con l'accento.", "però")
    elif word == "tè" and before == "secondo":
        yield _hit(s, i, i, "accent", "Il pronome è «te», senza accento.", "te")
    elif word in _UNACCENTED and s.words[i].text.islower():
        to = _UNACCENTED[word]
        if before not in ("la", "le", "una", "di", "il", "i", "della"):
            yield _hit(s, i, i, "accent", f"Si scrive «{to}», con l'accento.", to)


# Words that exist without the accent too, but not in a message.
_UNACCENTED = {
    "sara": "sarà", "potra": "potrà", "dovra": "dovrà", "vorra": "vorrà", "verra": "verrà",
    "trovera": "troverà", "mandero": "manderò", "saro": "sarò", "potro": "potrò",
    "avro": "avrò", "verro": "verrò", "sentiro": "sentirò", "universita": "università",
}  # fmt: skip


# --- the rest ------------------------------------------------------------------------------------

_ASKING = re.compile(
    r"chied|domand|sape[rvt]|sapr|^so$|^sai$|^sa$|^dir(?:e|mi|ti|le|vi|ci|ei|ebbe|esti|ò|à)?$|dimmi|dica|dici|capi|ved[eo]|verific|valut|"
    r"dubb|curios|inform|conferm|far[mc]i|fammi|facci|faccia|scriv|rispo|pens|interess|consigl|"
    r"spieg|chissà|ignor|deci|sent[io]|guard|indic|proponi|immagin|valutare|controll"
)


@_rule
def _if_conditional(s: Sentence, i: int) -> Iterator[Hit]:
    """*se avrei tempo* for *se avessi tempo*; *mi chiedo se potrei* is right."""
    if s.low(i) != "se" or s.previous(i) in ("anche", "chissà", "mai"):
        return
    j = i + 1
    while s.low(j) in _CLITICS or s.low(j) in ("poi", "lei", "tu", "io", "mi", "si", "mai"):
        j += 1
    verb = s.low(j)
    if not verb or not _is_conditional(verb) or any(not s.joined(k) for k in range(i + 1, j + 1)):
        return
    if any(_ASKING.search(s.low(k)) for k in range(max(0, i - 9), i)):
        return
    to = _IMPERFECT_SUBJUNCTIVE.get(verb, "")
    message = "Dopo «se» che pone una condizione va il congiuntivo, non il condizionale"
    message += f": «se {to}»." if to else "."
    yield _hit(s, j, j, "mood", message, to)


def _is_conditional(verb: str) -> bool:
    if verb in _IMPERFECT_SUBJUNCTIVE:
        return True
    for ending, other in (
        ("rebbe", "rei"),
        ("rei", "rebbe"),
        ("resti", "rebbe"),
        ("rebbero", "rei"),
    ):
        if verb.endswith(ending):
            return lexicon.known(verb) and lexicon.known(verb.removesuffix(ending) + other)
    return verb.endswith("remmo") and lexicon.known(verb)


_IMPERFECT_SUBJUNCTIVE = {
    "avrei": "avessi", "avresti": "avessi", "avrebbe": "avesse", "potrei": "potessi",
    "potresti": "potessi", "potrebbe": "potesse", "sarei": "fossi", "saresti": "fossi",
    "sarebbe": "fosse", "vorrei": "volessi", "vorresti": "volessi", "vorrebbe": "volesse",
    "farei": "facessi", "faresti": "facessi", "farebbe": "facesse", "dovrei": "dovessi",
    "dovresti": "dovessi", "dovrebbe": "dovesse", "saprei": "sapessi", "sapresti": "sapessi",
    "saprebbe": "sapesse", "verrei": "venissi", "verresti": "venissi", "verrebbe": "venisse",
    "andrei": "andassi", "andrebbe": "andasse", "darei": "dessi", "daresti": "dessi",
    "darebbe": "desse", "avremmo": "avessimo", "potremmo": "potessimo", "avrebbero": "avessero",
    "vorebbe": "volesse", "piacerebbe": "piacesse",
}  # fmt: skip

_NEVER_TWICE = listed(
    "di a da in con per tra fra il lo i gli un una uno e o ma che non è ho ha mi ti ci come del "
    "della dei delle al alla ai nel nella sul sulla dal dalla questo questa mio mia tuo tua "
    "suo sua "
    "anche sono abbiamo vorrei se al alle hai le sei sarà era sulle nelle"
)


@_rule
def _twice(s: Sentence, i: int) -> Iterator[Hit]:
    """*di di*, *il il*."""
    word = s.low(i)
    if word in _NEVER_TWICE and s.previous(i) == word:
        between = s.text[s.words[i - 1].end : s.words[i].start]
        if between:
            yield _hit(s, i - 1, i, "repetition", f"«{word}» è ripetuto.", word)


_WORD_PAIRS = {
    ("siccome", "che"): ("siccome", "«Siccome che» è una ripetizione: basta «siccome»."),
    ("glie", "lo"): ("glielo", "Si scrive «glielo», unito."),
    ("glie", "la"): ("gliela", "Si scrive «gliela», unito."),
    ("glie", "li"): ("glieli", "Si scrive «glieli», unito."),
    ("glie", "le"): ("gliele", "Si scrive «gliele», unito."),
    ("glie", "ne"): ("gliene", "Si scrive «gliene», unito."),
    ("d'", "avvero"): ("davvero", "Si scrive «davvero», unito."),
    ("in", "fatti"): ("infatti", "Si scrive «infatti», unito."),
    ("tutto", "apposto"): ("tutto a posto", "Si scrive «a posto», in due parole."),
    ("sono", "apposto"): ("sono a posto", "Si scrive «a posto», in due parole."),
    ("è", "apposto"): ("è a posto", "Si scrive «a posto», in due parole."),
    ("siamo", "apposto"): ("siamo a posto", "Si scrive «a posto», in due parole."),
    ("affianco", "a"): ("a fianco a", "Si scrive «a fianco», in due parole."),
    ("affianco", "alla"): ("a fianco alla", "Si scrive «a fianco», in due parole."),
    ("affianco", "al"): ("a fianco al", "Si scrive «a fianco», in due parole."),
    ("a", "secondo"): ("a seconda", "Si dice «a seconda»."),
    ("apparte", "che"): ("a parte che", "Si scrive «a parte», in due parole."),
}


@_rule
def _pairs(s: Sentence, i: int) -> Iterator[Hit]:
    """Two words that are written otherwise."""
    to, message = _WORD_PAIRS.get((s.low(i), s.following(i)), ("", ""))
    if not to or (s.low(i) == "in" and s.previous(i) == "dati"):
        return
    if s.low(i) == "in" and s.following(i + 1) != "":
        # "in fatti concreti"
        return
    yield _hit(s, i, i + 1, "spelling", message, to)


# First persons taken for a participle after *avere*; none is a noun that may follow it.
_UNFINISHED = {
    word: f"{word[:-1]}ato"
    for word in ("accetto", "mando", "trovo", "parlo", "presento", "ringrazio", "segnalo", "mostro")
}
_HAVE_FORMS = listed(
    "aver avere avermi averti averla averle averlo averci avervi avendo avendomi ho hai ha abbiamo "
    "avete hanno avevo avevi aveva avrei avresti avrebbe abbia"
)


@_rule
def _unfinished_participle(s: Sentence, i: int) -> Iterator[Hit]:
    """*aver accetto il mio invito*."""
    to = _UNFINISHED.get(s.following(i))
    if to and s.low(i) in _HAVE_FORMS:
        yield _hit(s, i + 1, i + 1, "spelling", f"Dopo «{s.low(i)}» ci vuole «{to}».", to)


@_rule
def _avvolte(s: Sentence, i: int) -> Iterator[Hit]:
    """*avvolte* for *a volte*."""
    if s.low(i) != "avvolte" or s.following(i) in ("in", "nel", "nella", "nei", "da", "dal", "di"):
        return
    if s.previous(i) in ("erano", "sono", "state", "persone", "storie"):
        return
    yield _hit(s, i, i, "spelling", "Per dire «qualche volta» si scrive «a volte».", "a volte")


@_rule
def _a_me_mi(s: Sentence, i: int) -> Iterator[Hit]:
    """*a me mi piace*."""
    person = (s.following(i), s.following(i + 1))
    if s.low(i) == "a" and person in (("me", "mi"), ("te", "ti")):
        message = f"«{person[0]}» e «{person[1]}» dicono due volte la stessa cosa."
        yield _hit(s, i, i + 2, "repetition", message, f"a {person[0]}")
