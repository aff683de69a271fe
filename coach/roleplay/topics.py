"""What a message speaks of, as noun phrases that a reply can take up.

Only what can be told for sure is taken: a noun with its article, both agreeing, and at most one
complement ("le schede sulla turnistica"). Possessives are left out, because *mio* of the one is
*tuo* of the other; what is new gets the definite article, because now it is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from coach.analysis import lexicon
from coach.analysis.text import clean, listed
from coach.rewrite import morphology
from coach.rewrite.morphology import NounForm
from coach.schemas import Act, Analysis

#: Most topics taken from one message.
MOST = 3
#: Confidence from which a sentence is taken to praise or to share something.
LIKELY = 0.5

#: Gender and number that a determiner shows; "dei" is left out, which may be "of the" too.
_GENDER = {
    "il": "ms", "un": "ms", "uno": "ms", "una": "fs", "un'": "fs", "i": "mp", "alcuni": "mp",
    "alcune": "fp",
}  # fmt: skip
#: The same of a preposition with its article, before a complement.
_LINK_GENDER = {
    "del": "ms", "dello": "ms", "della": "fs", "dei": "mp", "degli": "mp", "delle": "fp",
    "sul": "ms", "sullo": "ms", "sulla": "fs", "sui": "mp", "sugli": "mp", "sulle": "fp",
}  # fmt: skip
_NUMBERS = listed("due tre quattro cinque sei sette otto nove dieci")
#: Articles that are pronouns too: "la mando", "le serve".
_PRONOUNS = listed("lo la l' gli le")
#: Nouns that the dictionary derives from their verbs.
_ALSO_VERBS = listed(
    "scheda schede mostra mostre lista liste guida guide visita visite raccolta ricerca ricerche "
    "mappa mappe traccia tracce intervista interviste opera opere cura nota note prova prove"
)
_POSSESSIVES = listed(
    "mio mia miei mie tuo tua tuoi tue suo sua suoi sue nostro nostra nostri nostre "
    "vostro vostra vostri vostre"
)
_OWN = listed("mio mia miei mie nostro nostra nostri nostre")
_LINKS = listed("di del dello della dell' dei degli delle su sul sullo sulla sull' sui sugli sulle")
#: Words after which a noun phrase is known to be over.
_CLOSERS = listed(
    "che e ed o se ma per in con così poi ti le mi ci vi te ve lo la è era glielo gliele "
    "gliela glieli ha hai sono erano mando a al alla da dal dalla nel nella non mi dove quando"
)
#: A preposition with its article looks like an adjective ("la scheda della cantina").
_ARTICULATED = re.compile(r"(?:da|de|ne|su|a|co)(?:l|ll[aeo]|i|gli)|quest[aeio]|quell[aeio]")
#: Nouns that say nothing of what a message is about.
_EMPTY = listed(
    "cosa cose volta volte modo modi giorno giorni momento momenti piacere tempo messaggio "
    "persona persone favore anno anni settimana settimane mese mesi fine parte caso nome mano "
    "minuto minuti grazie complimenti tipo saluto saluti bisogno fatto posto punto paio gente "
    "vita resto cuore disturbo attimo attesa occasione serie casa motivo parola parole pena via "
    "sera mattina pomeriggio profilo linkedin risposta riga righe collega collegamento contatto "
    "rete interesse amico amica amici amiche colleghi colleghe famiglia sorella fratello cugino "
    "cugina nonno nonna paura voglia attenzione vista luce proposito base fondo scorso scorsa "
    "numero indirizzo recapito modello modelli domanda seconda terza quarta quinta secondo terzo "
    "quarto quinto soluzione idea idee problema problemi questione storia mestiere capacità "
    "prossimo prossima primo prima ultimo ultima grande bella bello buon buona certo certa solo "
    "sola stesso stessa"
)
_TOKEN = re.compile(r"[^\W\d_]+'|[^\W\d_]+|[^\w\s]")
#: Words of an offer of help: what it names is what the help is for, and is the reader's own.
_HELP = listed(
    "mano aiuto aiutare aiutarti aiutarla ore ora mezz rivedere rileggere leggere tradurre curare "
    "venire fare scrivere preparare seguire sistemare montare"
)
#: A verb that gives, in the first person, with what may stand before its object.
_GIVES = re.compile(
    r"\b(?:mand|invi|gir|pass|regal|offr|prest|port|lasci|alleg|condivid|spedisc|prepar|present)"
    r"(?:o|iamo|erei|erò|herei|herò|irei|irò)\b"
    r"(?:\s+(?:volentieri|gratis|anche|pure|intanto|io|subito|con piacere))*\s+",
    re.IGNORECASE,
)
#: "te la giro", "glieli mando": what was named before is given.
_GIVES_IT = re.compile(r"\b(?:te|ve|glie)\s?(l[oaie])\s+\w{3,}(?:o|ò|iamo|erei)\b", re.IGNORECASE)
#: The definite articles that go with each of those pronouns.
_ARTICLES = {
    "lo": re.compile(r"(?:il |lo |l')"),
    "la": re.compile(r"(?:la |l')"),
    "li": re.compile(r"(?:i|gli) "),
    "le": re.compile(r"le "),
}
#: A noun after one of these is a complement of something else.
_PREPOSITIONS = listed("a ad con da di in per su tra fra come tipo alla al allo ai agli alle")


def offered(analysis: Analysis) -> tuple[str, ...]:
    """What is offered, with its definite article; empty when it cannot be told for sure."""
    sentences = (
        analysis.sentences[index].quote
        for index in dict.fromkeys(span.sentence for span in analysis.spans(Act.OFFER))
    )
    return tuple(
        dict.fromkeys(
            thing
            for sentence in sentences
            if not set(re.findall(r"\w+", sentence.lower())) & _HELP
            for thing in islice(things_given(sentence), 1)
        )
    )[:MOST]


def things_given(sentence: str) -> Iterator[str]:
    """What a sentence gives: the object of its verb, or what the pronoun of it stands for."""
    text = clean(sentence).text
    for match in _GIVES.finditer(text):
        rest = text[match.end() :]
        if _noun(_TOKEN.findall(rest), 0) is not None:
            yield from islice(noun_phrases(rest), 1)
    for match in _GIVES_IT.finditer(text):
        before = list(noun_phrases(text[: match.start()], whole=True))
        agreeing = [phrase for phrase in before if _ARTICLES[match[1].lower()].match(phrase)]
        yield from agreeing[-1:]


def spoken_of(analysis: Analysis) -> tuple[str, ...]:
    """What is appreciated or shared, with its definite article."""
    spans = [
        span
        for span in analysis.spans(Act.APPRECIATION, Act.COMMON_GROUND)
        if span.confidence >= LIKELY
    ]
    found: dict[str, None] = {}
    for index in dict.fromkeys(span.sentence for span in spans):
        # The first: what follows belongs to it ("la checklist per i colloqui").
        found |= dict.fromkeys(islice(noun_phrases(analysis.sentences[index].quote, whole=True), 1))
    return tuple(found)[:MOST]


def noun_phrases(sentence: str, *, whole: bool = False) -> Iterator[str]:
    """The noun phrases of a sentence that can be told for sure, as the reader would say them.

    Args:
        sentence: as it was written.
        whole: leave out those of which the end cannot be told: what is offered is known by its
            noun alone ("i bandi [regionali]"), what is praised is not ("il pesce [crudo]").
    """
    tokens = _TOKEN.findall(clean(sentence).text)
    place = 0
    while place < len(tokens):
        after_preposition = place > 0 and tokens[place - 1].lower() in _PREPOSITIONS
        # "La mia terza" is the writer's: it can be offered, and is not what is praised.
        own = whole and place + 1 < len(tokens) and tokens[place + 1].lower() in _OWN
        head = None if after_preposition or own else _noun(tokens, place)
        if head is None:
            place += 1
            continue
        phrase, place, form = head
        if place < len(tokens) and _is_adjective(tokens[place], form):
            phrase, place = f"{phrase} {tokens[place]}", place + 1
        tail = _complement(tokens, place)
        if tail is not None:
            phrase, place = f"{phrase} {tail[0]}", tail[1]
        elif whole and not (_is_over(tokens, place) or tokens[place].lower() in _LINKS):
            continue
        yield phrase


def _is_adjective(word: str, form: NounForm) -> bool:
    """Whether a word is surely an adjective of a noun of this form ("pesce povero")."""
    ending = {"ms": "o", "fs": "a", "mp": "i", "fp": "e"}[form.gender + form.number]
    return (
        word.islower()
        and len(word) > 4
        and not _ARTICULATED.fullmatch(word)
        and word.endswith(ending)
        and word not in _CLOSERS
        and word not in _EMPTY
        and not _is_verb(word)
        and all(lexicon.known(word[:-1] + other) for other in "oa")
        and not lexicon.is_first_person(word)
        and not lexicon.is_third_person(word)
    )


def _is_over(tokens: list[str], place: int) -> bool:
    """Whether a noun phrase is known to end before `place`."""
    after = tokens[place].lower() if place < len(tokens) else "."
    return not after[0].isalpha() or after in _CLOSERS


def _noun(tokens: list[str], place: int) -> tuple[str, int, NounForm] | None:
    """The noun phrase that begins with the determiner at `place`, where it ends, and its form."""
    determiner = tokens[place].lower()
    number = determiner if determiner in _NUMBERS else ""
    if not number and determiner not in _GENDER and determiner not in _PRONOUNS:
        return None
    place += 1
    while place < len(tokens) and tokens[place].lower() in (_POSSESSIVES | _NUMBERS):
        number = tokens[place].lower() if tokens[place].lower() in _NUMBERS else number
        place += 1
    noun = _plain_noun(tokens, place)
    if noun is None or not _suits(determiner, *noun):
        return None
    word, form = noun
    if number:
        article = "le" if form.gender == "f" else "i"
        return f"{article} {number} {word}", place + 1, form
    return morphology.join_article(morphology.definite(word, form), word), place + 1, form


def _suits(determiner: str, word: str, form: NounForm) -> bool:
    """Whether a determiner goes with a noun; one that may be a pronoun, with no verb either."""
    if determiner in _NUMBERS:
        return form.number == "p"
    if determiner in _PRONOUNS:
        return morphology.definite(word, form) == determiner and (
            word in _ALSO_VERBS or not _is_verb(word)
        )
    return _GENDER[determiner] == form.gender + form.number


def _is_verb(word: str) -> bool:
    lemmas = lexicon.lemmas(word)
    return bool(lemmas) and all(lemma.endswith(("are", "ere", "ire", "rre")) for lemma in lemmas)


def _complement(tokens: list[str], place: int) -> tuple[str, int] | None:
    """The complement that a preposition at `place` opens ("sulla turnistica"), and its end."""
    link = tokens[place].lower() if place < len(tokens) else ""
    if link not in _LINKS:
        return None
    noun = _plain_noun(tokens, place + 1)
    if noun is None:
        return None
    word, form = noun
    if _LINK_GENDER.get(link, form.gender + form.number) != form.gender + form.number:
        return None
    if link.endswith("'") and form.number != "s":
        return None
    if not _is_over(tokens, place + 2):
        return None  # "l'intervento sulle liste d'attesa" is not about lists
    return morphology.join_article(link, word), place + 2


def _plain_noun(tokens: list[str], place: int) -> tuple[str, NounForm] | None:
    """A common noun in lower case that is no verb and says something."""
    if place >= len(tokens):
        return None
    word = tokens[place]
    if len(word) < 4 or not word.islower() or word in _EMPTY or not word.isalpha():
        return None
    form = morphology.noun_form(word)
    if form is None or not (lexicon.known(word) or lexicon.known_english(word)):
        return None
    return word, form
