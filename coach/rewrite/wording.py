"""How each kind of fact is said, in *tu* and in *Lei*.

Every function gives alternatives, all of them correct; `compose` picks one by the request so that
two messages do not sound alike. Sentences open in lower case and have no final stop. Nothing here
agrees with the gender of writer or reader: neither is known.
"""

from __future__ import annotations

import re

from coach.analysis import lexicon
from coach.analysis.text import listed
from coach.rewrite import morphology
from coach.rewrite.fragments import Fragment, Kind, event_place
from coach.rewrite.morphology import addressed
from coach.rewrite.names import is_organisation
from coach.rewrite.nouns import WORKS
from coach.rewrite.offers import Offer, OfferKind
from coach.schemas import Register, Relation


def sentences_for(fragment: Fragment, register: Register, relation: Relation) -> tuple[str, ...]:
    """Ways to say a note; empty when it cannot be said safely."""
    lei = register is Register.LEI
    body = fragment.body
    kind = fragment.kind
    if kind is Kind.MET:
        where = addressed(body, register, subject=False)
        return _met(where, lei, relation, again=fragment.verb == "again")
    if kind is Kind.EVENT:
        place = event_place(addressed(body, register, subject=False, nominal=True))
        if place is None:
            return ()
        if relation is Relation.ESTABLISHED:
            return _remembered(addressed(body, register, subject=False, nominal=True))
        if relation is Relation.STRANGER:
            phrase = morphology.with_definite(body)
            thought = morphology.with_preposition("a", phrase or "")
            if phrase is None:
                return ()
            curious = (
                "mi hanno incuriosito"
                if re.match(r"(?:i|gli|le) ", phrase)
                else "mi ha incuriosito"
            )
            thinking = f"{'Le' if lei else 'ti'} scrivo pensando {thought}"
            return (thinking,) if _FESTIVE.search(phrase) else (thinking, f"{curious} {phrase}")
        return _met(place, lei, relation)
    if kind is Kind.INTRODUCED and fragment.verb == "named":
        you = "Lei" if lei else "te"
        spoke = "mi hanno parlato" if " e " in body else "mi ha parlato"
        well = " bene" if re.search(r"\bben(?:e|issimo)\b", fragment.text.lower()) else ""
        return (f"{spoke}{well} di {you} {body}",)
    if kind is Kind.INTRODUCED:
        who, place = _introducer(body)
        by = morphology.with_preposition("a", who)
        you = ("conoscerLa" if lei else "conoscerti") + (f" {place}," if place else "")
        return (f"è stato un piacere {you} grazie {by}", f"mi ha fatto piacere {you} grazie {by}")
    if kind is Kind.TALKED:
        you = "Lei" if lei else "te"
        rest = addressed(body, register, subject=False)
        return (
            f"mi ha fatto piacere parlare con {you} {rest}",
            f"è stato un piacere parlare con {you} {rest}",
        )
    if kind is Kind.WAS_THERE and fragment.verb == "guest":
        clause = addressed(body, register, subject=False)
        return (f"{clause} e ne ho un bel ricordo", f"{clause}, e lo ricordo con piacere")
    if kind is Kind.WAS_THERE:
        you = "conoscerLa" if lei else "conoscerti"
        clause = addressed(body, register)
        return (f"{clause}: mi ha fatto piacere {you}", f"{clause}, ed è stato un piacere {you}")
    if kind is Kind.HEARD:
        verb = "veder" if fragment.verb == "visto" else "ascoltar"
        you = verb + ("La" if lei else "ti")
        return (f"mi ha fatto piacere {you} {body}", f"è stato un piacere {you} {body}")
    if kind is Kind.EXPERIENCED:
        return _experienced(fragment, register)
    if kind is Kind.FOLLOWED and fragment.verb == "said":
        return (addressed(body, register, subject=False),)
    if kind is Kind.FOLLOWED:
        return _followed(addressed(body, register, subject=False))
    if kind is Kind.WORK:
        return _work(fragment, register)
    if kind is Kind.ACHIEVEMENT:
        phrase = morphology.with_definite(body)
        return (f"complimenti per {phrase}",) if phrase else ()
    if kind is Kind.DONE:
        return _done(fragment, register, relation)
    if kind in (Kind.NEED, Kind.TOLD, Kind.NEED_NOUN):
        return _need(fragment, register, relation)
    if kind is Kind.ACTIVITY:
        return _activity(fragment, register, relation)
    if kind is Kind.QUALITY:
        return (f"so che {'è' if lei else 'sei'} {addressed(body, register, subject=False)}",)
    if kind is Kind.COMMON:
        return _common(fragment, register, relation)
    if kind is Kind.JOINT and fragment.verb == "lessons":
        lessons = f"le {'Sue' if lei else 'tue'} {body}"
        return (f"ricordo con piacere {lessons}", f"ripenso spesso con piacere alle{lessons[2:]}")
    if kind is Kind.JOINT and fragment.verb == "habit":
        form = morphology.noun_form(morphology.head_noun(re.sub(r"^(?:\w+ |l')", "", body)))
        pleasure = "sono" if form is not None and form.number == "p" else "è"
        usual = addressed(body, register, subject=False)
        return (f"{usual} {pleasure} sempre un piacere",)
    if kind is Kind.JOINT:
        return _joint(addressed(body, register, subject=False), lei)
    if kind is Kind.PAST_GIFT:
        clause = addressed(body, register, subject=False)
        lent = _LENT.search(clause)
        if lent:
            many = lent["article"] in ("i ", "gli ", "le ", "due ", "tre ", "dei ", "delle ")
            serve = "tornino utili" if many else "torni utile"
            return (f"{clause}: spero che {'Le' if lei else 'ti'} {serve}",)
        return (
            f"{clause}: spero che sia andato tutto bene",
            f"{clause} e spero che stia andando tutto bene",
        )
    if kind is Kind.RECEIVED and fragment.verb == "habit":
        clause, thank = addressed(body, register), f"e {'La' if lei else 'ti'} ringrazio"
        since = re.match(
            r"(?P<what>.+?) (?P<when>(?:da|dal|dall'|ogni|tutti i|tutte le) ?.+)$", clause
        )
        # "Mi porti" at the head of a sentence may be taken for an order.
        turned = (f"{since['when']} {since['what']}, {thank}",) if since else ()
        return (f"{clause}, {thank}", *turned)
    if kind is Kind.RECEIVED:
        rest = addressed(body, register, subject=False)
        if register is Register.TU:
            rest = re.sub(r"^essersi\b", "esserti", rest)
        return (f"grazie ancora per {rest}", f"grazie per {rest}")
    return ()


# What was given to be used: its usefulness is what one hopes for.
_LENT = re.compile(
    r"\b(?:mandat|inviat|girat|prestat|condivis|regalat|spedit)[oaie] "
    r"(?P<article>(?:il|lo|la|i|gli|le|un|una|uno|due|tre|dei|delle) |l'|un')"
    r"(?!(?:client|contatt|nom|numer|person|collegh|amic|pazient|lavor|commess)\w)"
)


def _met(place: str, lei: bool, relation: Relation, *, again: bool = False) -> tuple[str, ...]:
    know = "conoscerLa" if lei else "conoscerti"
    meet = "incontrarLa" if lei else "incontrarti"
    place = f" {place}" if place else ""
    if "incontro" in place:
        meet = know
    if relation is Relation.ESTABLISHED:
        return (f"ricordo con piacere il nostro incontro{place}",)
    if again:
        anew = "rivederLa" if lei else "rivederti"
        return (f"mi ha fatto piacere {anew}{place}", f"è stato un piacere {anew}{place}")
    return (
        f"mi ha fatto piacere {know}{place}",
        f"è stato un piacere {know}{place}",
        f"mi ha fatto davvero piacere {meet}{place}",
        f"è stato un piacere {meet}{place}",
    )


# What one takes part in rather than is curious about.
_FESTIVE = re.compile(r"\b(?:matrimonio|cena|pranzo|festa|colazione|battesimo|gita|vacanza)\b")


def _remembered(event: str) -> tuple[str, ...]:
    """An event of two people who know each other: "il viaggio in Giappone", "il nostro viaggio"."""
    shared = re.sub(r" insieme\b", "", event)
    form = morphology.phrase_form(shared)
    phrase = morphology.with_definite(shared)
    if shared != event and form is not None and not morphology.has_determiner(shared):
        ours = {"ms": "il nostro", "fs": "la nostra", "mp": "i nostri", "fp": "le nostre"}
        phrase = f"{ours[form.gender + form.number]} {shared}"
    if phrase is None:
        return ()
    thought = morphology.with_preposition("a", phrase)
    return (f"ricordo con piacere {phrase}", f"ripenso con piacere {thought}")


def _introducer(body: str) -> tuple[str, str]:
    """Who introduced the two, and where ("mio cognato", "alla cena del Rotary")."""
    match = re.match(
        r"^(?P<who>.+?) (?P<place>"
        r"(?:a|al|allo|alla|ai|agli|alle|in|nel|nella|durante|su|sul|sulla) .+|(?:all|nell)'.+)$",
        body,
    )
    return (match["who"], match["place"]) if match else (body, "")


def _experienced(fragment: Fragment, register: Register) -> tuple[str, ...]:
    verb = fragment.verb
    thing = _thing(fragment.body, register)
    if thing is None:
        return ()
    if verb in ("letto", "riletto", "visto", "ascoltato", "seguito", "studiato", "guardato",
                "consultato", "visitato", "sfogliato", "sentito"):  # fmt: skip
        return (
            f"ho {verb} con vero interesse {thing}",
            f"ho {verb} e apprezzato molto {thing}",
            f"ho {verb} con piacere {thing}",
        )
    if verb in ("apprezzato", "ammirato", "gradito"):
        return (f"ho {verb} molto {thing}",)
    if verb == "notato":
        return (f"ho notato con interesse {thing}",)
    return (f"ho {verb} {thing} ed è stato un vero piacere", f"ho {verb} con piacere {thing}")


def _thing(body: str, register: Register) -> str | None:
    """An object: with its article, and said to be the reader's when it is their work."""
    if morphology.has_determiner(body) and not re.match(r"su[oaei]", body):
        return addressed(body, register, subject=False)
    own = re.match(r"(?:suo|sua|suoi|sue|tuo|tua|tuoi|tue)\s+(?P<what>.+)$", body, re.IGNORECASE)
    what = own["what"] if own else body
    what = addressed(what, register, subject=False)
    head = morphology.head_noun(what).lower()
    if own or (head in WORKS and not re.search(r"\b(?:di|del|della) [A-Z]", what)):
        return morphology.possessed(register, what)
    return morphology.with_definite(what) if what[:1].islower() else what


def _followed(clause: str) -> tuple[str, ...]:
    words = clause.split(" ", 1)
    if len(words) < 2:
        return ()
    if words[0] in ("la", "lo", "li", "le") or (
        words[0] == "La" and not lexicon.is_first_person(words[1].split(" ", 1)[0])
    ):
        # A thing that was named elsewhere.
        return ()
    if words[0] in ("ti", "La", "Le"):
        second = words[1].split(" ", 1)
        rest = f" {second[1]}" if len(second) > 1 else ""
        return (f"{words[0]} {second[0]} con piacere{rest}",)
    return (f"{words[0]} con interesse {words[1]}", f"{words[0]} con piacere {words[1]}")


# What gives food for thought.
_THOUGHTFUL = listed(
    "intervista articolo libro post podcast intervento relazione saggio discorso tesi ricerca "
    "studio blog newsletter rubrica documentario film lettera editoriale reportage puntata talk "
    "keynote interventi articoli libri interviste conferenza lezione racconto romanzo"
)


def is_thoughtful(phrase: str) -> bool:
    """Whether a noun phrase with its article names something that gives food for thought."""
    words = re.findall(r"[^\W\d_]+", phrase.lower())
    return not _THOUGHTFUL.isdisjoint(words[:3])


def _work(fragment: Fragment, register: Register) -> tuple[str, ...]:
    body = addressed(fragment.body, register, subject=False)
    if fragment.verb == "praise":
        return _praised(fragment.text, body, register)
    if fragment.verb == "either":
        thing = morphology.with_definite(body)
    else:
        thing = morphology.possessed(register, body)
    if thing is None:
        return ()
    if fragment.verb == "forthcoming":
        return (f"aspetto con curiosità {thing}", f"attendo con vero interesse {thing}")
    form = morphology.noun_form(morphology.head_noun(body))
    plural = form is not None and form.number == "p"
    struck = "mi hanno colpito" if plural else "mi ha colpito"
    if fragment.verb == "either":
        curious = "mi hanno incuriosito" if plural else "mi ha incuriosito"
        return (f"{curious} {thing}", f"{struck} {thing}")
    if not is_thoughtful(thing):
        return (f"{struck} {thing}", f"ho apprezzato molto {thing}")
    thought = "mi hanno dato da pensare" if plural else "mi ha dato da pensare"
    return (f"{struck} {thing}", f"{thing} {thought}", f"ho apprezzato molto {thing}")


# One form for both numbers: whatever goes with it says which.
_INVARIABLE = listed("foto video film serie radio auto moto bar slide post reel podcast menu menù "
                     "show design")  # fmt: skip


def _praised(note: str, body: str, register: Register) -> tuple[str, ...]:
    """Turn "etichette bellissime" into "ho trovato bellissime le tue etichette"."""
    thing = morphology.possessed(register, body)
    how = re.search(r"(?P<how>(?:molto |davvero )?\w+)\W*$", note)
    if thing is None or how is None:
        return ()
    noun = body.split(" ", 1)[0].lower()
    form = morphology.noun_form(noun)
    many = re.search(r"i$|(?:issim|bell|splendid|stupend|magnific)e$", how["how"])
    if form is not None and form.number == "s" and many and noun in _INVARIABLE:
        plural = morphology.NounForm(form.gender, "p")
        article = "le" if form.gender == "f" else "i"
        thing = f"{article} {morphology.possessive(register, plural)} {body}"
    return (f"ho trovato {how['how'].lower()} {thing}",)


_LOSSES = re.compile(
    r"^(?:ha|hanno|si è|è)\s+(?:appena |da poco )?(?:pers|chius|rinunciat|smess|rott|lasciat|"
    r"rimast|"
    r"mancat|"
    r"fermat|interrott|dovut|subit|cambiat|cominciat|iniziat|trasferit|spostat)\w+"
)
_NEUTRAL = re.compile(
    r"^(?:ha)\s+(?:appena |da poco )?(?:annunciat|propost|spiegat|scelt|decis|introdott|adottat|"
    r"firmat|"
    r"promoss|raccontat|parlat|mess|difes|sostenut|illustrat|lavorat|collaborat|insegnat|"
    r"condivis)\w+"
)


# Only what somebody made or began makes others curious.
_MADE = re.compile(
    r"^(?:ha|hanno|è stat[oa])\s+(?:appena |da poco )?(?:piantat|costruit|rilasciat|pubblicat|"
    r"inventat|"
    r"disegnat|dipint|girat|scritt|fotografat|compost|prodott|coltivat|scopert|tradott|ideat|"
    r"sviluppat|brevettat|adattat|recitat|suonat|relat|ospit|curat|allevat|prefa|sperimentat)\w*"
)


def _done(fragment: Fragment, register: Register, relation: Relation) -> tuple[str, ...]:
    clause = addressed(fragment.body, register)
    if fragment.positive:
        mark = "" if register is Register.LEI else "!"
        return (
            f"ho saputo che {clause}: complimenti{mark}",
            f"ho visto che {clause}: complimenti{mark}",
            f"complimenti, ho visto che {clause}",
            f"ho visto con piacere che {clause}",
        )
    if _LOSSES.match(fragment.body.lower()):
        return (f"so che {clause}",)
    if _NEUTRAL.match(fragment.body.lower()):
        return (
            f"ho saputo con piacere che {clause}",
            f"ho saputo che {clause} e mi ha fatto piacere",
        )
    if _MADE.match(fragment.body.lower()):
        return (
            f"ho visto che {clause} e mi ha incuriosito",
            f"ho saputo che {clause} e mi ha incuriosito",
        )
    seen = (f"ho visto che {clause}",)
    return seen if relation is Relation.ESTABLISHED else (f"ho saputo che {clause}", *seen)


def _need(fragment: Fragment, register: Register, relation: Relation) -> tuple[str, ...]:
    body = fragment.body
    if fragment.kind is Kind.NEED_NOUN:
        phrase = morphology.with_definite(body)
        if phrase is None:
            return ()
        phrase = addressed(phrase, register, subject=False)
        return (f"ho ripensato {morphology.with_preposition('a', phrase)}",)
    clause = addressed(body, register)
    if fragment.kind is Kind.TOLD:
        if not re.match(r"(?:mi|ci)\b", clause):
            clause = f"mi {clause}"
        if not re.match(r"(?:mi|ci) (?:ha|hai|aveva|avevi)\b", clause):
            return (clause,)
        return (clause, f"ricordo che {clause}")
    if relation is Relation.STRANGER:
        return (f"so che {clause}", f"ho saputo che {clause}")
    if re.match(r"(?:ti|Le) (?:serv|manc|occorr|interess)|stai |sta ", clause):
        return (f"so che {clause}",)
    return (f"so che {clause}", f"ricordo che {clause}")


# What people do for a living or for love; of anything else one is not said to be curious.
_CRAFT = re.compile(
    r"^(?:.{0,30}?\b)?(?:dirig|organizz|insegn|cura|cur[ai]n|allesti|coltiv|produc|produ|allev|"
    r"scriv|suon|canta|dipin|restaur|gesti|condu|conduc|lavora|studia|collezion|fotograf|pubblic|"
    r"form|fa |fann|costru|progett|disegn|cuc|ripar|raccogli|raccolg|stamp|incid|racconta|guida|"
    r"allen|tien|tradu|balla|recit|debutt|espon|ricerc|accompagn|ospita|firma|crea|realizz|salv|"
    r"recuper)\w*"
)


_EMPLOYED = re.compile(
    r"^lavora (?:fino|molto|tanto|troppo|sempre|spesso|tutt[oi]|in|a|al|allo|alla|"
    r"ai|nel|nella|da|dal|presso|per|come)\b"
)


def leads_to_offer(fragment: Fragment) -> bool:
    """Whether a bare circumstance may be why something is offered ("ha clienti celiaci")."""
    if fragment.kind is Kind.ACTIVITY and fragment.verb == "others":
        return True
    if fragment.kind is Kind.DONE and not fragment.positive:
        return re.match(r"(?:ha|hanno|si è|le si è|gli si è) (?:pers|rott|subit|dovut)\w+",
                        fragment.body.lower()) is not None  # fmt: skip
    return (
        fragment.kind is Kind.ACTIVITY
        and is_bare_circumstance(fragment)
        and not _EMPLOYED.match(fragment.body.lower())
        and not re.match(
            r"(?:parla|viene|abita|era|\w+(?:ava|eva|iva))\b(?<!serviva)(?<!mancava)",
            fragment.body.lower(),
        )
    )


def is_bare_circumstance(fragment: Fragment) -> bool:
    """Whether a note says something true of the contact that leads nowhere by itself."""
    if fragment.kind is Kind.QUALITY:
        return True
    if fragment.kind is Kind.ACTIVITY and re.match(r"(?:le|gli) hanno\b", fragment.body):
        return True
    if fragment.kind is not Kind.ACTIVITY or fragment.verb:
        return False
    return _CRAFT.match(fragment.body.lower()) is None or bool(
        _EMPLOYED.match(fragment.body.lower())
    )


def _activity(fragment: Fragment, register: Register, relation: Relation) -> tuple[str, ...]:
    clause = addressed(fragment.body, register, subject=fragment.verb != "others")
    if fragment.verb == "liked":
        return (f"mi ha fatto piacere sapere che {clause}",)
    if fragment.body.startswith("era "):
        return (f"ricordo che {clause}",)
    if is_bare_circumstance(fragment) or not _CRAFT.match(fragment.body.lower()):
        known = (f"so che {clause}",)
        return (*known, f"ho saputo che {clause}") if relation is Relation.STRANGER else known
    return (
        f"so che {clause}, e mi farebbe piacere saperne di più",
        f"ho visto che {clause} e mi ha incuriosito",
    )


def _common(fragment: Fragment, register: Register, relation: Relation) -> tuple[str, ...]:
    ours = re.match(r"\w+iamo\b", fragment.body) is not None
    clause = addressed(fragment.body, register, subject=not ours)
    if clause.startswith("abbiamo ") and relation is not Relation.STRANGER:
        return (clause,)
    if clause.startswith("conosciamo "):
        return (f"mi fa piacere che {clause}", f"vedo con piacere che {clause}")
    if re.match(r"(?:veniamo|facciamo|abbiamo|siamo|\w+iamo)\b", clause):
        if relation is Relation.STRANGER:
            return (f"ho visto che {clause}", f"vedo con piacere che {clause}")
        return (f"{clause}, e mi fa piacere ricordarlo", f"{clause}, e mi fa sempre piacere")
    return (f"vedo con piacere che {clause}", f"mi fa piacere sapere che {clause}")


def _joint(clause: str, lei: bool) -> tuple[str, ...]:
    you = "Lei" if lei else "te"
    if clause.startswith("ci conosciamo"):
        write = "scriverLe" if lei else "scriverti"
        return (f"{clause} ed è sempre un piacere {write}",)
    if re.match(r"siamo (?:amic|compagn|collegh|vicin|cugin|soci|coinquilin)", clause):
        write = "scriverLe" if lei else "scriverti"
        return (f"{clause}, e mi fa sempre piacere {write}",)
    given = re.match(r"(?:ti|Le) (?P<verb>[^\W\d_]+)\b", clause)
    if given and lexicon.is_first_person(given["verb"]):
        # "le mando sempre i miei pazienti": something given again and again.
        always = "" if re.search(r"\bsempre\b", clause) else "sempre "
        return (f"{clause}, e mi fa {always}piacere",)
    working = re.match(r"(?:collaboriamo|lavoriamo|siamo colleg|siamo soc)", clause)
    if working and not re.search(r"\bcon (?:voi|te|Lei)\b", clause):
        return (
            f"{clause} ed è sempre un piacere lavorare con {you}",
            f"{clause}, e con {you} si lavora sempre bene",
        )
    if re.match(r"ci siamo (?:scritt|sentit|parlat|vist|incontrat)\w", clause):
        return (f"{clause} e mi ha fatto piacere",)
    if re.match(r"(?:abbiamo|eravamo|siamo stat\w|siamo andat\w|facevamo|ci siamo)\b", clause):
        return (f"{clause} e lo ricordo con piacere",)
    if re.search(r"\bsempre\b", clause):
        return (f"{clause}, e mi fa piacere",)
    return (f"{clause} ed è sempre un piacere", f"{clause}: è sempre un piacere")


# --- offers -------------------------------------------------------------------------------------

_GIVING: dict[OfferKind, tuple[str, str]] = {
    OfferKind.DOCUMENT: ("ti mando volentieri", "Le mando volentieri"),
    OfferKind.CONTACT: ("ti passo volentieri", "Le passo volentieri"),
    OfferKind.PEOPLE: (
        "ti metto volentieri in contatto con",
        "La metto volentieri in contatto con",
    ),
    OfferKind.THING: ("ti offro volentieri", "Le offro volentieri"),
    OfferKind.HELP: ("ti offro volentieri", "Le offro volentieri"),
    OfferKind.SPACE: (
        "metto volentieri a tua disposizione",
        "metto volentieri a Sua disposizione",
    ),
    OfferKind.OTHER: ("posso offrirti", "posso offrirLe"),
}


def offer_clause(offer: Offer, register: Register) -> str:
    """The offer as a clause that can stand alone or follow "se ti fa comodo,"."""
    lei = register is Register.LEI
    if offer.kind is OfferKind.SENTENCE:
        return addressed(offer.body, register, subject=False)
    body = addressed(offer.body, register, subject=False, nominal=True)
    if offer.kind is OfferKind.INFINITIVE:
        return _infinitive_offer(offer.body, register)
    if offer.kind is OfferKind.PEOPLE:
        return f"{_GIVING[offer.kind][lei]} {body}"
    return f"{_GIVING[offer.kind][lei]} {body}"


# What the reader would do, at the writer's: "partecipare al nostro corso".
_AS_GUEST = re.compile(
    r"^(?:partecipare|assistere|iscriversi|entrare|accedere|provare|venire|visitare|seguire|"
    r"intervenire|usare|utilizzare|testare|assaggiare)\b.*\b(?:nostr[oaie]|mi[oae]|miei|noi|me)\b",
    re.IGNORECASE,
)


def _infinitive_offer(body: str, register: Register) -> str:
    lei = register is Register.LEI
    if _AS_GUEST.match(body):
        come = addressed(body, register, subject=False)
        return f"{'La' if lei else 'ti'} invito volentieri a {come}"
    first, _, rest = body.partition(" ")
    # "accorciare le tende": after an infinitive it is the article.
    article = re.match(r"(?:le|gli) ", rest)
    start = article.end() if article else 0
    rest = rest[:start] + addressed(rest[start:], register, subject=False)
    split = morphology.infinitive_of(first)
    conjugated = morphology.first_of_infinitive(split[0]) if split else None
    if split is None or conjugated is None or conjugated == "posso":
        return f"posso {addressed(body, register, subject=False)}"
    clitic = split[1]
    if clitic == "vi":
        return f"vi {conjugated} volentieri {rest}"
    if clitic in ("le", "gli", "ti", "la", "lo"):
        dative = clitic in ("le", "gli") or (clitic == "ti" and split[0] not in _ACCUSATIVE)
        pronoun = ("Le " if dative else "La ") if lei else "ti "
    elif clitic:
        return f"posso {addressed(body, register, subject=False)}"
    else:
        pronoun = ("Le " if lei else "ti ") if _is_for_them(split[0], rest) else ""
    return f"{pronoun}{conjugated} volentieri {rest}".strip()


_ACCUSATIVE = morphology.PERSON_OBJECT
# What one does for somebody: "montare un video" is "ti monto un video".
_DONE_FOR = listed(
    "rileggere rivedere tradurre montare correggere preparare fare scrivere disegnare cucire "
    "riparare sistemare controllare impaginare stampare migrare installare configurare impostare "
    "costruire tagliare potare pulire prestare portare mandare inviare passare girare presentare "
    "segnalare mostrare spiegare insegnare cercare trovare recuperare cucinare aggiustare regalare "
    "dare accordare restaurare trascrivere digitalizzare revisionare registrare creare realizzare "
    "ridisegnare rifare verificare calcolare stimare analizzare fotografare dipingere verniciare "
    "imbiancare stirare rammendare tenere custodire innaffiare annaffiare guardare curare "
    "accorciare allungare revisionare mixare ottimizzare riscrivere tarare lucidare aggiornare "
    "organizzare confezionare "
    "consigliare procurare reperire condividere fornire offrire lasciare"
)


def _is_for_them(infinitive: str, rest: str) -> bool:
    """Whether what is offered is done for the reader, nobody else being named."""
    return (
        infinitive in _DONE_FOR
        and re.search(r"\b(?:con (?:te|Lei)|tu[oa]|tuoi|tue|Su[oa]|Suoi|Sue)\b", rest) is None
        and morphology.has_determiner(rest)
        and re.search(r"\b(?:a|ad|al|allo|alla|ai|agli|alle)\b (?!mano|casa|domicilio|voce)|\ball'",
                      rest) is None
    )  # fmt: skip


def offer_lead(register: Register) -> tuple[str, ...]:
    """What may precede an offer that stands alone."""
    if register is Register.LEI:
        return ("se Le torna utile,", "se Le fa comodo,", "se Le è utile,")
    return ("se ti fa comodo,", "se ti torna utile,", "se ti è utile,")


def offer_placeholder(register: Register, placeholder: str) -> str:
    """The sentence that waits for an offer."""
    if register is Register.LEI:
        return f"se Le torna utile, posso offrirLe volentieri {placeholder}"
    return f"se ti torna utile, posso offrirti volentieri {placeholder}"


# --- the rest -----------------------------------------------------------------------------------


def met_placeholder(register: Register, placeholder: str) -> str:
    """The sentence that waits for how they met."""
    you = "conoscerLa" if register is Register.LEI else "conoscerti"
    return f"mi ha fatto piacere {you} {placeholder}"


def shared_placeholder(placeholder: str) -> str:
    """The sentence that waits for something the two have shared."""
    return f"ripenso con piacere a {placeholder}"


def appreciation_placeholder(register: Register, placeholder: str) -> str:
    """The sentence that waits for something to appreciate."""
    you = "Le" if register is Register.LEI else "ti"
    return f"{you} scrivo perché ho apprezzato {placeholder}"


# Plurals that are people ("volontari", "progettisti"), not what they do ("corsi").
_PEOPLE = re.compile(
    r"(?:isti|iste|tori|trici|ari|arie|etti|ette|enti|anti|ini|ine|iani|iane|ieri|iere|oni|ici|"
    r"iche|"
    r"ologi|grafi|soci|ragazzi|donne|persone|giovani|medici|avvocati|allievi)$"
)
_OWN_TITLE = re.compile(
    r"^(?:dott\.?(?:ssa)?|dr\.?(?:ssa)?|ing\.?|avv\.?|arch\.?|geom\.?|rag\.?|prof\.?(?:ssa)?|"
    r"sig\.?(?:ra)?|cav\.?)\s+(?=[A-Z])",
    re.IGNORECASE,
)


# How the names of what people do end, and those that end otherwise: nobody *is* one.
_ACTIVITIES = ("zione", "sione", "enza", "mento", "ggio", "logia", "ura", "ismo", "grafia",
               "nomia", "keting", "stica")  # fmt: skip
_FIELDS = listed(
    "restauro edilizia catering vendita vendite noleggio moda musica teatro informatica finanza "
    "export eventi software turismo marketing design sartoria meccanica pulizie traslochi servizi "
    "corsi trasporti impianti serramenti risorse acquisti qualità sicurezza grafica editoria "
    "ricerca welfare sostenibilità energia"
)
# "export area manager" is somebody who does.
_DOER = re.compile(
    r"\b(?:manager|specialist|director|advisor|analyst|engineer|officer|lead|leader|consultant|"
    r"developer|designer|assistant|coach|trainer|planner|buyer|owner|editor|maker|writer|"
    r"expert|strategist)$",
    re.IGNORECASE,
)


def self_introduction(name: str, about: str, register: Register) -> str:
    """The sender in a few words; empty when nothing short and safe can be said."""
    about = about.strip().rstrip(".")
    # "Sono Sonia Vitale": nobody calls themselves engineer.
    name = _OWN_TITLE.sub("", name)
    if not name or not about or len(about) > 70:
        return ""
    first = re.split(r"[ ',]", about, maxsplit=1)[0]
    if about[:1].isupper() and lexicon.known(first.lower()):
        about = about[0].lower() + about[1:]
        first = first.lower()
    if first == "sono":
        return f"sono {name}: {about}"
    if first == "mi" or _is_calling(about):
        return f"sono {name} e {about}"
    head = morphology.head_noun(about).lower()
    trade = (head.endswith(_ACTIVITIES) or head in _FIELDS) and (
        not morphology.has_determiner(about)
        and not is_organisation(about)
        and head not in ("agenzia", "figura")
        and _DOER.search(about) is None
    )
    if trade and not is_organisation(name):
        return f"sono {name} e mi occupo di {about}"
    if trade:
        you = "Le" if register is Register.LEI else "ti"
        house = morphology.with_preposition("di", with_article(name))
        return f"{you} scrivo a nome {house}: ci occupiamo di {about}"
    if is_organisation(name):
        you = "Le" if register is Register.LEI else "ti"
        form = morphology.noun_form(morphology.head_noun(about))
        if form is not None and form.number == "p" and not morphology.has_determiner(about):
            are = "siamo" if _PEOPLE.search(head) else "ci occupiamo di"
            house = morphology.with_preposition("di", with_article(name))
            return f"{you} scrivo a nome {house}: {are} {about}"
        house = morphology.with_preposition("di", with_article(name))
        one = morphology.with_indefinite(about) if is_organisation(f"{about} di X") else None
        if one and not morphology.has_determiner(about):
            return f"{you} scrivo a nome {house}: siamo {one}"
        return f"{you} scrivo a nome {house}, {about}"
    return f"sono {name}, {about}"


# First persons that are nouns too, and say what somebody does.
_CALLINGS = listed(
    "lavoro coltivo cucino disegno canto ballo suono insegno vendo produco allevo faccio gestisco "
    "dirigo scrivo organizzo seguo curo mi costruisco fotografo riparo formo accompagno traduco"
)
_OPENS_OBJECT = re.compile(
    r"(?:il|lo|la|i|gli|le|un|una|uno|in|a|al|alla|con|per|da|di|che|nel|nella|su|sui|tra|"
    r"come)\b|l'"
)


def _is_calling(about: str) -> bool:
    """Whether somebody says in the first person what they do ("insegno yoga")."""
    first, _, rest = about.partition(" ")
    if not lexicon.is_first_person(first) or _is_trade(first):
        return False
    return first in _CALLINGS or _OPENS_OBJECT.match(rest) is not None


_TRADES = listed("studio cuoco sarto arbitro notaio medico sindaco critico radio")


def _is_trade(word: str) -> bool:
    """Whether a form that may be a first person is rather a noun ("libraio", "studio legale")."""
    return word in _TRADES or word.endswith(("aio", "ario", "logo", "grafo", "metra", "iere"))


def with_article(name: str) -> str:
    """An organisation's name with its article ("la Pro Loco di Bra")."""
    if name.lower().startswith("pro loco"):
        return f"la {name}"
    return morphology.with_definite(name) or name


def next_steps(
    register: Register, relation: Relation, *, short: bool, offered: bool
) -> tuple[str, ...]:
    """Light next steps, with nothing to answer to.

    Args:
        register: the form of address.
        relation: a stranger is not asked for a coffee.
        short: for an invitation to connect.
        offered: whether there is something to talk about.
    """
    lei = register is Register.LEI
    if short:
        return (
            f"mi farebbe piacere restare in contatto con {'Lei' if lei else 'te'}",
            f"sarei felice di restare in contatto con {'Lei' if lei else 'te'}",
        )
    if not offered and relation is Relation.STRANGER:
        return (
            f"mi farebbe piacere restare in contatto con {'Lei' if lei else 'te'}, senza impegno",
            f"mi farebbe piacere sentirci, quando {'preferisce' if lei else 'preferisci'}, "
            "senza impegno",
        )
    if not offered:
        if lei:
            return (
                "mi farebbe piacere risentirLa davanti a un caffè, quando Le è comodo",
                "se Le va, ci vediamo per un caffè, quando preferisce",
            )
        return (
            "se ti va, ci vediamo per un caffè, quando ti è comodo",
            "mi farebbe piacere rivederci per un caffè, quando preferisci",
        )
    if relation is Relation.STRANGER:
        if lei:
            return (
                "se Le fa piacere, ne parliamo quando preferisce, senza impegno",
                "se Le va, possiamo sentirci quando Le è comodo, senza impegno",
            )
        return (
            "se ti va, ne parliamo quando ti è comodo, senza impegno",
            "se ti fa piacere, ci sentiamo quando preferisci, senza impegno",
        )
    if lei:
        return (
            "se Le fa piacere, ne parliamo davanti a un caffè, quando Le è comodo",
            "se Le va, possiamo sentirci con calma, quando preferisce",
        )
    return (
        "se ti va, ne parliamo davanti a un caffè, quando ti è comodo",
        "se ti fa piacere, ci sentiamo con calma, quando preferisci",
    )


def request_lead(register: Register, *, also: bool, many: bool = False, timed: bool = False) -> str:
    """What precedes a request that the relation bears.

    Args:
        register: the form of address.
        also: whether something was given before it.
        many: whether more than one thing is asked.
        timed: whether the request says itself when it would suit the reader.
    """
    favour = f"{'anche ' if also else ''}{'due favori' if many else 'un favore'}"
    lei = register is Register.LEI
    when = "" if timed else ", quando Le è comodo" if lei else ", quando ti è comodo"
    return f"avrei {favour} da {'chiederLe' if lei else 'chiederti'}{when}"


def thanks(what: str) -> tuple[str, ...]:
    """Thanks for something the recipient did."""
    return (f"grazie per {what}", f"grazie ancora per {what}")
