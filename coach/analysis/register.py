"""Which form of address a message uses for its recipient: *tu*, *Lei*, both or none.

Marks are of two strengths. A strong one can only be said to the recipient: *ti*, *hai visto*,
*scrivimi*; *La* before a verb inside a sentence, *conoscerLa*, *mi faccia sapere*. A weak one may
be about somebody else: *suo*, *conoscerla*, *può*. Both forms are present (`mixed`) only when each
has a strong mark; weak ones decide when nothing else does. What stands between quotation marks is
another voice and is not looked at; *voi* is neither form. An opening *Ciao*, unless a title follows
it, counts as *tu* beside a strong mark of *Lei*; alone it shows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from coach.analysis import lexicon
from coach.analysis.text import Normalised, Offsets, listed, words
from coach.schemas import Register, RegisterMark

_TU_WORDS = listed("tu te ti tuo tua tuoi tue t' tè")
_LEI_CAPITALS = listed("Lei La Le Suo Sua Suoi Sue Ella Glielo Gliela Glieli Gliele Gliene L'")
_QUOTATION = re.compile(r"«[^»]{0,400}»|\"[^\"]{0,400}\"|(?<!\w)'[^'\n]{3,200}'(?!\w)")
# Set phrases in which a pronoun is not said to the reader.
_SET_PHRASE = re.compile(
    r"\b(?:fai[ -]da[ -]te|a tu per tu|d(?:el|are del|iamoci del|arci del) (?:tu|lei)|"
    r"chi fa da sé|te deum|la mia lei|se ti va bene così|come va|va (?:bene|benissimo)|"
    r"(?:più|meno) di quanto (?:non )?sembri)\b",
    re.IGNORECASE,
)
# "Sei" as a number: what stands before or after it.
_SIX_AFTER = listed(
    "cui alle le i gli da dalle tra fra in ogni per di dei delle ore verso circa almeno oltre "
    "altri "
    "altre ultimi ultime prossimi prossime primi prime fino quasi nei negli nelle sui degli ai "
    "agli con abbiamo ha trenta venti quaranta cinquanta sessanta dopo soli sole"
)
_SIX_BEFORE = listed(
    "mesi anni giorni ore settimane persone mila euro milioni volte colleghi colleghe minuti "
    "figli nipoti o righe pagine posti tavoli incontri ragazzi ragazze bambini clienti aziende "
    "mensilità metri chilometri km punti domande sedute lezioni su per"
)
_NOT_COUNTED = listed(
    "quasi ieri oggi poi qui fuori mai ai nei dai sui così già tutti di vi li altresì"
)
# People who may be meant by a third person, so that "le", "suo", "può" are about them.
_PERSON = listed(
    "lui ella egli sorella fratello madre padre moglie marito figlia figlio cugina cugino zia zio "
    "nonna nonno nipote amica amico collega socia socio titolare responsabile direttrice direttore "
    "ragazza ragazzo signora presidente capo compagna compagno cliente studentessa studente "
    "allieva "
    "allievo persona candidata candidato insegnante vicina vicino mamma papà suocera cognata "
    "cognato coordinatrice coordinatore assistente referente segretaria fidanzata fidanzato donna "
    "uomo chi qualcuno qualcuna qualcun nessuno ognuno lo"
)
_GREETINGS = listed(
    "ciao gentile caro cara salve buongiorno buonasera buon buona egregio egregia gentilissimo "
    "gentilissima carissimo carissima dottoressa dottore stimato stimata ehi hey buondì"
)
_CIAO = re.compile(r"\W*(?P<ciao>ciao)\b\W*(?P<next>\w*)", re.IGNORECASE)
_TITLES = listed(
    "dottore dottoressa dottor dott dr professore professoressa professor prof avvocato avvocata "
    "architetto architetta ingegnere ingegner signora signor signore sig direttore direttrice "
    "presidente don maestro maestra"
)
_OPENERS = listed(
    "se quando come dove cosa che perché quanto quale chi e o ma così allora quindi siccome poiché "
    "visto quanta quanti quante magari appena finché mentre"
)
_CLITICS = listed("mi ci lo la li le ne vi si me ce gliel' l' m' c' non")
# A first person with "le" or "la" before it that is said to the recipient.
_ADDRESSING = listed(
    "ringrazio scrivo disturbo contatto porgo auguro chiedo invio mando allego propongo offro "
    "giro confermo assicuro segnalo anticipo ricordo presento lascio saluto seguo ascolto leggo "
    "invito aspetto attendo abbraccio stimo ammiro rubo riscrivo ricontatto conosco racconto "
    "sarei sarò ho avevo vorrei volevo devo posso potrei avrei dico faccio rinnovo prego passo "
    "aggiungo comunico inoltro vedo raggiungo sottopongo consiglio suggerisco do darei farei "
    "manderei presenterei racconterei lascerei chiederei manderò farò scriverò porterò porto vengo"
)
_ADDRESSING_PEOPLE = listed(
    "ringrazio disturbo contatto saluto ascolto invito aspetto abbraccio stimo ammiro prego "
    "ricontatto raggiungo aggiungo informo"
)
# What "le" means with these can only be felt by the person written to.
_FELT = listed(
    "va serve servono interessa interessano interessasse piace piacerebbe farebbe fa è fosse può "
    "piacciono piacevano possono potrebbe potrebbero dispiace andrebbe torna sembra pare "
    "occorre manca mancano andasse "
    "servisse avanzano basta sarebbe capita"
)
# Verbs whose third person, with no subject, is a courtesy form in a message.
_COURTESY_THIRD = listed(
    "può potrebbe vuole vuol vorrebbe sa saprebbe deve dovrebbe ha avrebbe avrà conosce capisce "
    "crede desidera preferisce ritiene pensa ricorda direbbe farebbe darebbe potrà vorrà saprà "
    "conoscerebbe aiuterebbe presenterebbe manderebbe accetterebbe troverebbe è era sarà cerca "
    "dice fa dà va vede trova aveva riesce presenta manda gira passa scrive legge torna lavora "
    "studia segue insegna vive abita tiene tratta scopre sceglie sente trascorre"
)
_IMPERSONAL = re.compile(
    r"\s(?:possibile|bello|bella|utile|un|una|il|la|lo|meglio|vero|giusto|stato|stata|importante|"
    r"difficile|facile|opportuno|piacere|molto|davvero|proprio|così|anche|che|da|successo|capitato|"
    r"nata|nato|sempre|arrivato|arrivata)\b"
)
_KNOWN_OF_READER = listed(
    "ha cerca lavora collabora insegna vive abita segue studia gestisce organizza conosce dirige "
    "espone scrive tiene guida coordina ama"
)
_SE_FORMULA = listed(
    "vuole crede desidera preferisce può ritiene riesce ha fosse avesse potesse volesse dovesse le "
    "vorrà gradisce passa torna cerca accetta"
)


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    register: Register
    strong: bool


def detect(
    text: Normalised, sentences: Sequence[Offsets], known_names: Collection[str] = ()
) -> tuple[Register, tuple[RegisterMark, ...]]:
    """Tell the form of address and the words that show it.

    Args:
        text: the message, normalised.
        sentences: offsets of its sentences in `text.text`.
        known_names: words that are names whatever they look like ("Mori", "Vieni").

    Returns:
        The form of address, and its marks with offsets in the original text: the strong ones where
        there are any, else the weak ones of the form that was told.
    """
    source = _blank(text.text)
    marks: list[_Mark] = []
    named = False
    for start, end in sentences:
        sentence = _Sentence(source, start, end, named)
        marks.extend(
            mark
            for mark in _sentence_marks(sentence)
            if text.text[mark.start : mark.end] not in known_names
        )
        named = named or sentence.names_somebody()
    register, kept = _decide(marks, _familiar_greeting(source))
    return register, tuple(
        RegisterMark(
            start=span[0],
            end=span[1],
            quote=text.original[span[0] : span[1]],
            register_used=mark.register,
        )
        for mark in kept
        for span in [text.original_span(mark.start, mark.end)]
    )


def _decide(marks: list[_Mark], greeting: _Mark | None) -> tuple[Register, list[_Mark]]:
    strong = [mark for mark in marks if mark.strong]
    used = {mark.register for mark in strong}
    if greeting and Register.LEI in used:
        # "Ciao Marta" is of *tu*; alone it shows nothing.
        strong = [greeting, *strong]
        used.add(Register.TU)
    if len(used) == 2:
        return Register.MIXED, strong
    if not used and greeting and any(mark.register is Register.LEI for mark in marks):
        # A verb that may be of *Lei* does not outweigh it.
        marks = [mark for mark in marks if mark.register is Register.TU]
    if not used:
        tu = sum(1 for mark in marks if mark.register is Register.TU)
        if not marks or tu * 2 == len(marks):
            return Register.NONE, []
        used = {Register.TU if tu * 2 > len(marks) else Register.LEI}
        strong = marks
    register = used.pop()
    return register, [mark for mark in strong if mark.register is register]


def _familiar_greeting(text: str) -> _Mark | None:
    """An opening *Ciao* that is not followed by a title ("Ciao dottoressa")."""
    match = _CIAO.match(text)
    if match is None or match["next"].lower() in _TITLES:
        return None
    return _Mark(match.start("ciao"), match.end("ciao"), Register.TU, strong=True)


def _blank(text: str) -> str:
    """The text with other voices and set phrases replaced by spaces, offsets unchanged."""
    for pattern in (_QUOTATION, _SET_PHRASE):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return text


class _Sentence:
    """The words of one sentence, with what stands around them."""

    def __init__(self, text: str, start: int, end: int, named_earlier: bool) -> None:
        self.named_earlier = named_earlier
        self.text = text[start:end]
        self.words = words(text, start, end)
        self.low = [word.lower() for _, _, word in self.words]
        self.question = self.text.rstrip("\"'») ").endswith("?")
        # Commas and colons before each word: where a clause opens.
        self.opens = [
            index == 0
            or (
                not text[self.words[index - 1][1] : first].isspace()
                and text[self.words[index - 1][1] : first] != ""
            )
            for index, (first, _, _) in enumerate(self.words)
        ]

    def word(self, index: int) -> str:
        return self.low[index] if 0 <= index < len(self.low) else ""

    def is_capital_inside(self, index: int) -> bool:
        """Title case where no sentence starts: not the first word, nor after a colon or bracket."""
        first = self.words[index][0]
        before = self.text[: first - self.words[0][0]].rstrip() if index else ""
        return index > 0 and not before.endswith((":", "(", "-", "–", "—", "*", "•", "…"))

    def name_just_before(self, index: int) -> bool:
        """Whether a name stands within three words before ("Anselmo e il suo trattore")."""
        if self.low[0] in _GREETINGS and self.clause_start(index) == 0:
            return False
        near = range(max(1, index - 3), index)
        return any(self.words[k][2][0].isupper() and not self.opens[k] for k in near)

    def third_person_before(self, index: int) -> bool:
        """Whether somebody else has been named in the sentence before the word."""
        first = next((k for k in range(1, len(self.low)) if self.opens[k]), len(self.low))
        skip = first if self.low[0] in _GREETINGS else 0
        if any(word in _PERSON for word in self.low[skip:index]):
            return True
        # "Teresa cerca lavoro e le ho parlato…": a name that is the subject of its sentence.
        return (
            index > 1
            and not skip
            and not self.opens[1]
            and self.words[0][2][0].isupper()
            and not lexicon.known(self.low[0])
            and lexicon.is_third_person(self.low[1])
        )

    def names_somebody(self) -> bool:
        """Whether the sentence may have brought in a third person."""
        skip = bool(self.words) and self.low[0] in _GREETINGS
        clause = 0
        for position, (_, _, word) in enumerate(self.words):
            clause += self.opens[position] and position > 0
            if word.lower() in _PERSON and not (skip and clause == 0):
                return True
        return False

    def somebody_named(self, index: int) -> bool:
        """Whether a capitalised word comes before, the addressee's name after a greeting apart."""
        first = self.clause_start(index)
        if first == 0 and self.words[0][2].lower() in _GREETINGS:
            return True
        return self.named_earlier or any(
            word[:1].isupper()
            for position, (_, _, word) in enumerate(self.words[first + 1 : index], first + 1)
            if not self.opens[position]
        )

    def clause_start(self, index: int) -> int:
        while index > 0 and not self.opens[index]:
            index -= 1
        return index


def _sentence_marks(sentence: _Sentence) -> list[_Mark]:
    marks: list[_Mark] = []
    for index, (first, last, word) in enumerate(sentence.words):
        strength = _tu_strength(sentence, index, word)
        if strength is not None:
            marks.append(_Mark(first, last, Register.TU, strength))
            continue
        strength = _lei_strength(sentence, index, word)
        if strength is not None:
            marks.append(_Mark(first, last, Register.LEI, strength))
    return marks


def _tu_strength(sentence: _Sentence, index: int, word: str) -> bool | None:
    """True for a strong mark of *tu*, False for a weak one, None for no mark."""
    low = sentence.low[index]
    previous, following = sentence.word(index - 1), sentence.word(index + 1)
    if low == "hai" and following in _PLURAL_OWNERS:
        # A slip for "ai": "benvenuta hai miei corsi".
        return None
    if low in _TU_WORDS:
        if low == "tè":
            # A slip for "te" where it cannot be the drink.
            return True if previous in ("secondo", "anche") else None
        return True
    if word[0].isupper() and index > 0 and not sentence.opens[index]:
        return None
    if low == "sei":
        number = (
            previous in _SIX_AFTER
            or previous.endswith(("ati", "ate", "uti", "ute", "iti", "ite"))
            or following in _SIX_BEFORE
            or following.isdigit()
            or (following.endswith("i") and following not in _NOT_COUNTED)
        )
        return None if number else True
    if low == "dai":
        return False if previous in ("mi", "ci", "non", "se") else None
    if low in _BARE_IMPERATIVES and sentence.word(index + 2) in ("sua", "suo", "suoi", "sue"):
        return None  # "accetta la Sua proposta": somebody else does
    if low in _BARE_IMPERATIVES and sentence.opens[index] and not sentence.question:
        return following in _AFTER_IMPERATIVE
    if low in _FORBIDDEN and previous == "non" and sentence.opens[index - 1]:
        return True
    if lexicon.is_second_person(low):
        return True if previous not in _ARTICLES else None
    if "'" not in low and lexicon.is_second_imperative(low):
        return True if previous not in _ARTICLES else None
    if lexicon.enclitic(low, "ti", "tela", "telo", "teli", "tele", "tene"):
        return True
    if low.endswith("i") and lexicon.may_be_second_person(low):
        return _ambiguous_second(sentence, index, following)
    return None


def _ambiguous_second(sentence: _Sentence, index: int, following: str) -> bool | None:
    """`parli`, `parti`: *tu* where the courtesy imperative and the noun are ruled out."""
    start = index
    while start > 0 and sentence.low[start - 1] in _CLITICS and not sentence.opens[start]:
        start -= 1
    before = sentence.word(start - 1)
    if before == "se" and sentence.word(index - 1) == "ne":
        return False  # "se ne parli con il responsabile" is courtesy too
    led = start < index
    if before == "che" and led and sentence.low[start] in ("la", "le", "lo", "li"):
        return None  # "vuole che La presenti": the writer does
    if before in ("se", "cosa", "perché") or (
        before in ("dove", "quando", "quanto", "chi", "come") and led
    ):
        return True
    article = following in ("il", "lo", "la", "i", "gli", "le", "un", "una", "l'", "con")
    if (before in ("dove", "quando", "quanto") and following != "di") or (
        before == "come" and article
    ):
        return True  # but "come quadri", "come regali" are nouns
    if before == "che" and sentence.word(start - 2) in _DECLARING:
        return True
    if sentence.question:
        if start < index and sentence.word(index - 1) in ("mi", "ci"):
            return True
        return False if sentence.opens[start] else None
    return None


# Imperatives that are also third persons: taken for the former at the start of a clause.
_BARE_IMPERATIVES = listed(
    "guarda clicca prenota accetta chiama scrivi scopri approfitta prova ascolta scusa senti pensa "
    "immagina tieni vieni ricorda contatta conta dai fai manda passa chiedi leggi visita aspetta"
)
_AFTER_IMPERATIVE = listed(
    "il la lo i gli le l' un una pure qui subito anche se quando su a me ora adesso cosa che con "
    "per questo questa quello sul dentro"
)
_FORBIDDEN = listed(
    "esitare perdere dimenticare mancare aspettare avere preoccuparti lasciare fare"
)
_PLURAL_OWNERS = listed("miei suoi nostri vostri loro ragazzi corsi colleghi")
_ARTICLES = listed("i dei degli ai agli dai dagli nei negli sui sugli quei quegli questi un il")
_DECLARING = listed(
    "so visto letto dicevi vedo sapevo saputo sentito scoperto capito notato dici dicevo ricordo "
    "scritto detto noto leggo"
)


def _lei_strength(sentence: _Sentence, index: int, word: str) -> bool | None:
    """True for a strong mark of *Lei*, False for a weak one, None for no mark."""
    low = sentence.low[index]
    following = sentence.word(index + 1)
    # "conoscerLa", "mandarLe": the capital inside a word is the form of courtesy itself.
    if re.fullmatch(r"[^\W\d_]+(?:L[ae]|Gliel[aeio])", word) and word[-3:-2].islower():
        return True
    if word in _LEI_CAPITALS and sentence.is_capital_inside(index):
        return _capital_strength(sentence, index, word)
    others = sentence.third_person_before(index)
    if low in ("le", "la", "l'"):
        return _clitic_strength(sentence, index, low, others or sentence.named_earlier)
    if low in ("lei", "suo", "sua", "suoi", "sue") and sentence.name_just_before(index):
        return None
    if low == "lei":
        return False
    if low in ("suo", "sua", "suoi", "sue"):
        return None if others else _own_strength(sentence, index)
    if low in _TO_PEOPLE and not others:
        return not sentence.named_earlier
    if low in ("poterla", "poterle", "averla") and not others:
        return following in _TO_PERSON_VERBS
    if lexicon.enclitic(low, "la", "le", "gliela", "glielo", "gliele", "glieli"):
        return None if others else False
    if _is_imperative(sentence, index, low):
        return not others
    if (
        low in _COURTESY_THIRD
        or low in _SE_FORMULA
        or low in _KNOWN_OF_READER
        or low.endswith(("rà", "rebbe"))
        or (sentence.question and sentence.opens[index] and lexicon.is_third_person(low))
    ):
        return _third_strength(sentence, index, low, others, following)
    return None


# Infinitives with "la" that are said of people only.
_TO_PEOPLE = listed(
    "ringraziarla disturbarla contattarla salutarla risentirla incontrarla invitarla agiungerla "
    "aggiungerla importunarla chiederle ringraziandola salutandola"
)
_TO_PERSON_VERBS = listed(
    "contattare conoscere incontrare ringraziare aiutare salutare ascoltare invitare seguire avere "
    "rivedere disturbare chiedere scrivere"
)
# What of the reader's a message speaks of.
_READERS_OWN = listed(
    "profilo post articolo intervento laboratorio libro nomina messaggio sito blog percorso "
    "curriculum commento discorso video podcast manuale saggio racconto corso lezione "
    "presentazione "
    "intervista relazione tesi opera testimonianza idea progetto esperienza promozione stand "
    "spettacolo mostra ristorante negozio bottega risposta invito richiesta conferenza webinar"
)


def _own_strength(sentence: _Sentence, index: int) -> bool:
    """*suo*: strong where it is the reader's and nobody has been named after the greeting."""
    if (
        sentence.word(index + 1) not in _READERS_OWN
        and sentence.word(index + 2) not in _READERS_OWN
    ):
        return False
    if sentence.word(sentence.clause_start(index)) in ("e", "con"):
        return False
    return not sentence.somebody_named(index)


def _capital_strength(sentence: _Sentence, index: int, word: str) -> bool | None:
    """*Lei*, *La*, *Suo*… written with a capital where no sentence starts."""
    following = sentence.words[index + 1][2] if index + 1 < len(sentence.words) else ""
    if word in ("La", "Le", "L'"):
        # "La Spezia", "Le Monde", "bar La Perla" are names.
        if not following or following[0].isupper():
            return None
        low = following.lower()
        is_verb = (
            low in _ADDRESSING
            or low in _FELT
            or low in _CLITICS
            or lexicon.is_first_person(low)
            or lexicon.is_third_person(low)
            or low in ("hanno", "abbia", "abbiano", "avranno", "abbiamo", "faccia", "dia", "possa")
            or low.endswith(("iamo", "emmo", "remo", "ranno", "vano"))
        )
        return True if is_verb else None
    return True


def _clitic_strength(sentence: _Sentence, index: int, low: str, others: bool) -> bool | None:
    """Lower-case *le*, *la*, *l'* and those that open a sentence: article, she, or courtesy."""
    following, after = sentence.word(index + 1), sentence.word(index + 2)
    if low == "le" and following in ("ho", "avevo", "avrei") and after.endswith(("te", "se")):
        return None  # "le ho fatte": the participle agrees with things
    opening = index == 0 or sentence.opens[index]
    previous = sentence.word(index - 1)
    if low == "l'":
        return False if following == "ho" and after in ("vista", "sentita", "ascoltata") else None
    if following in _ADDRESSING or (following in ("ho", "sarei", "avrei") and after):
        if low == "la" and following in ("ho", "avevo", "posso", "vorrei", "seguo", "do", "faccio"):
            # "La seguo" may be a thing; it takes a verb said to people.
            return None if others or not opening else False
        performative = following in (_ADDRESSING if low == "le" else _ADDRESSING_PEOPLE)
        return (performative and not others) if opening or previous in _CLAUSE_WORDS else False
    if low == "le" and following in _FELT:
        if following in ("è", "fa", "può", "farebbe", "fosse") and previous not in ("se", "quando"):
            return False
        return not others if previous in ("se", "quando", "che", "come", "") else False
    if low == "la" and following == "metto" and after == "in":
        return not others
    if low == "la" and following in ("contatto", "disturbo", "ringrazio"):
        return not others
    return None


_CLAUSE_WORDS = listed("e ma perché quindi così poi che non intanto volentieri")


_PLAIN_COURTESY = listed(
    "senta veda venga scriva legga prenda risponda chieda creda tenga metta scelga dica permetta "
    "attenda proceda aggiunga inserisca scenda accolga perda guardi"
)


def _is_imperative(sentence: _Sentence, index: int, low: str) -> bool:
    """Whether the word is a courtesy imperative: it opens a clause, and no *che* comes before."""
    start = index
    while start > 0 and sentence.low[start - 1] in _CLITICS and not sentence.opens[start]:
        start -= 1
    if not sentence.opens[start] and sentence.word(start - 1) not in ("e", "ma", "quindi", "poi"):
        return False
    led = start < index and sentence.word(index - 1) not in ("la", "le", "lo", "li", "l'")
    if start < index and not led:
        return False
    if not lexicon.is_courtesy_imperative(low):
        return False
    if low.endswith("i"):
        # "mi mandi" is courtesy; "mi mandi?" is tu; "lavori" alone may be a noun.
        if sentence.question:
            return False
        return (sentence.word(index - 1) in ("mi", "ci", "si") and sentence.opens[start]) or (
            low in ("guardi", "scusi", "ascolti", "eviti", "provi", "pensi", "perdoni", "immagini")
            and len(sentence.low) > 1
            and sentence.opens[index]
        )
    if not led and low not in _PLAIN_COURTESY:
        return False  # "sala", "parta" may be nouns or subordinate verbs
    before = sentence.low[:start]
    return not any(word in ("che", "affinché", "perché", "sebbene", "benché") for word in before)


def _third_strength(
    sentence: _Sentence, index: int, low: str, others: bool, following: str
) -> bool | None:
    """A third person with no subject of its own."""
    if others:
        return None
    start = index
    while start > 0 and sentence.low[start - 1] in _CLITICS and not sentence.opens[start]:
        start -= 1
    previous = sentence.word(start - 1)
    if not sentence.opens[start] and previous not in _OPENERS:
        return None
    if any(word in ("si", "c'", "ci") for word in sentence.low[start:index]):
        return None
    if low in ("piacerebbe", "sarebbe", "servirebbe", "andrebbe", "basterebbe", "sarà", "farebbe"):
        return None
    if previous == "che" and sentence.word(start - 2) in _DECLARING and low in _KNOWN_OF_READER:
        return not sentence.somebody_named(index)
    if following in ("ti", "te") and lexicon.is_third_person(sentence.word(index + 2)):
        return None  # "se vuole ti chiama": somebody else
    if previous == "se" and low in _SE_FORMULA and following not in ("possibile", "vero"):
        return not sentence.named_earlier
    if low in ("è", "era", "fosse", "avesse") or (
        low in _SE_FORMULA and low not in _COURTESY_THIRD
    ):
        return None
    tail = sentence.text[sentence.words[index][1] - sentence.words[0][0] :]
    if low in ("è", "era", "può", "fa", "va") and _IMPERSONAL.match(tail):
        return None
    return False
