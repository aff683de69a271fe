"""How notes are jotted down: abbreviations, brackets, capital letters, two halves of a sentence.

Nothing is understood here: a note comes out as somebody with more time would have written it.
"""

from __future__ import annotations

import re

from coach.analysis import lexicon
from coach.analysis.text import clean, listed
from coach.rewrite import morphology
from coach.rewrite.nouns import CITIES, EVENTS, WORKS

_ABBREVIATIONS = (
    (re.compile(r"\bx\b"), "per"), (re.compile(r"\bc/o\b"), "presso"),
    (re.compile(r"\bnn\b"), "non"), (re.compile(r"\bcmq\b"), "comunque"),
    (re.compile(r"\bxk[éeè]\b"), "perché"), (re.compile(r"\bconf\.\s"), "conferenza "),
    (re.compile(r"\bsett\.\s"), "settimana "), (re.compile(r"\bass\.\s"), "associazione "),
    (re.compile(r"\bperche'"), "perché"), (re.compile(r"\be'(?=\s)"), "è"),
    (re.compile(r"\bE'(?=\s)"), "è"), (re.compile(r"\bcitta'"), "città"),
    (re.compile(r"\bpiu'"), "più"), (re.compile(r"\bresp\.\s"), "responsabile "),
    (re.compile(r"\binterv\.\s"), "intervista "), (re.compile(r"\bart\.\s(?=su)"), "articolo "),
    (re.compile(r"(?<=\d) ?gg\b"), " giorni"), (re.compile(r"(?<=\d) ?min\b\.?"), " minuti"),
    (re.compile(r"(?<=\d) ?sett\b"), " settimane"), (re.compile(r"\bqlcn\b|\bqcn\b"), "qualcuno"),
    (re.compile(r"\bqlcs\b|\bqcs\b"), "qualcosa"), (re.compile(r"\bxch[éeè]\b"), "perché"),
    (re.compile(r"\buniv\.\s"), "università "),
    # "dir. nuova" is a woman.
    (re.compile(r"\bdir\.\s(?!\w+a\b)"), "direttore "),
    (re.compile(r"\bcong\.\s"), "congresso "), (re.compile(r"\bconv\.\s"), "convegno "),
    (re.compile(r"(?<=\d) ?(?:pag\b\.?|pagg\b\.?|pp\.)"), " pagine"),
    (re.compile(r"(?<=\d) ?h\b"), " ore"),
    (re.compile(r"\bdocu\b"), "documentario"), (re.compile(r"\bpresentaz\.\s"), "presentazione "),
)  # fmt: skip
# Acronyms that a hasty hand writes small.
ACRONYMS = listed(
    "isee iva imu tfr pec spid cud inps inail durc dvr gdpr asl rsa cpia pnrr ici tari"
)
_SMALL_ACRONYM = re.compile(rf"(?<![\w@.-])(?:{'|'.join(sorted(ACRONYMS))})(?![\w@-])")
_MONTHS = {
    "gen": "gennaio", "feb": "febbraio", "mar": "marzo", "apr": "aprile", "mag": "maggio",
    "giu": "giugno", "lug": "luglio", "ago": "agosto", "set": "settembre", "sett": "settembre",
    "ott": "ottobre", "nov": "novembre", "dic": "dicembre",
}  # fmt: skip
_SHORT_MONTH = re.compile(
    rf"(?<![\w'])(?P<month>{'|'.join(_MONTHS)})\b\.?"
    r"(?:(?= (?:\d{4}|'\d\d)\b)|(?<=\d (?:[a-z]{3}))(?![\w'])|(?<=\d (?:[a-z]{3})\.))",
    re.IGNORECASE,
)


# The day of the week before a date adds nothing ("lun 3 giugno").
_WEEKDAY = re.compile(
    r"\b(?:lun|mar|mer|gio|ven|sab|dom)(?:edì|tedì|coledì|vedì|erdì|ato|enica)?\.? "
    r"(?=\d{1,2}(?:/\d| (?:gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic)))",
    re.IGNORECASE,
)


def written_out(text: str) -> str:
    """A text with its abbreviations written in full ("x sabato", "3 gg")."""
    for pattern, full in _ABBREVIATIONS:
        text = pattern.sub(full, text)
    text = re.sub(r"\bci si (?:è|era) (?=\w+t[ie]\b)", "ci siamo ", text)
    text = _WEEKDAY.sub("", text)
    text = _SMALL_ACRONYM.sub(lambda found: found[0].upper(), text)
    return _SHORT_MONTH.sub(lambda found: _MONTHS[found["month"].lower()], text)


# "masterclass a Siena, giugno": when, without its preposition.
_IN_MONTH = re.compile(
    rf"(?<=[\w\"”»)]),? (?P<month>{'|'.join(dict.fromkeys(_MONTHS.values()))})"
    r"(?P<year> (?:\d{4}|'\d\d))?(?=$|[,;.])"
)
_BEFORE_MONTH = re.compile(
    r"(?:\b(?:a|ad|di|da|in|nel|nell'|dell'|dall'|del|dal|al|per|entro|verso|fino a|fine|metà|"
    r"inizio|e|lo scorso|"
    r"questo|ogni|tra|fra|il|\d{1,2})|\d|[°º])$"
)


def _in_month(found: re.Match[str]) -> str:
    """Give a month that closes a phrase its preposition."""
    before = found.string[: found.start()].lower()
    if _BEFORE_MONTH.search(before) and not found[0].startswith(","):
        return found[0]
    if found["year"]:
        whole = f"{found['month']}{found['year']}"
        return f" nell'{whole}" if whole[0] == "a" else f" nel {whole}"
    placed = re.search(r"\b(?:a|ad|al|allo|alla|in|nel|nella)\b|\b(?:all|nell)'", before)
    return f"{',' if placed else ''} {'ad' if found['month'][0] == 'a' else 'a'} {found['month']}"


def tidy(note: str) -> str:
    """A note without list marks, abbreviations and final stop, with plain apostrophes."""
    text = re.sub(r"\s+", " ", clean(note).text).strip(" -•*–—>\t").rstrip(" .;,!…")
    text = written_out(text)
    if text.isupper() and " " in text:
        text = " ".join(_quietened(word) for word in text.split())
    text = re.sub(
        r"(?<=\w), (?:molto |davvero )?(?:simpatic|gentil|cordial|carin|disponibil|alla man)\w+$",
        "",
        text,
    )
    text = _without_asides(re.sub(r"^\((.*)\)$", r"\1", text))
    text = re.sub(
        r"^(?:poi|e poi|inoltre|e|cioè|anzi|o meglio|nb:?|ps:?|p\.s\.|nota:)\s+",
        "",
        text,
        flags=re.IGNORECASE,
    )
    text = _ABOUT.sub(_about_the, text)
    first = re.match(r"[A-ZÀÈÉÌÒÙ][a-zàèéìòù]+(?![A-Z])", text)
    # "Salone del Libro" is a name, "Conosciuta alla fiera di Bra" is not.
    proper = (
        first is not None
        and first[0].lower() in EVENTS
        and re.search(r"\s[A-Z]", text[first.end() :]) is not None
    )
    if first and not proper and lexicon.known(first[0].lower()) and first[0] not in CITIES:
        text = text[0].lower() + text[1:]
    return text


# "post su pasta bio": what a work or a talk is about, without its article.
_ABOUT = re.compile(
    r"(?P<work>\b[^\W\d_]+(?: [^\W\d_]+)?) su (?P<what>[a-zàèéìòù]{3,})(?! e )(?=\s|$)"
)
_SET_PHRASES = listed("misura richiesta carta tela appuntamento base come cosa chi due tre questo "
                      "questa quel quella cui legno rotaia strada ordinazione invito")  # fmt: skip


def _about_the(match: re.Match[str]) -> str:
    """Turn "post su pasta bio" into "post sulla pasta bio"."""
    what = match["what"]
    words = match["work"].lower().split()
    form = morphology.noun_form(what)
    if (
        form is None
        or not lexicon.known(what)
        or what in _SET_PHRASES
        or (WORKS.isdisjoint(words) and EVENTS.isdisjoint(words))
    ):
        return match[0]
    whole = morphology.join_article(morphology.definite(what, form), what)
    return f"{match['work']} {morphology.with_preposition('su', whole)}"


def _without_asides(text: str) -> str:
    """The text without what is in brackets, unless it is a name or says where or when."""

    def kept(match: re.Match[str]) -> str:
        inside = match["inside"].strip()
        if inside in CITIES:
            return f" a {inside}" if text[: match.start()].rstrip()[-1:].isalpha() else ""
        if re.match(
            r"(?:(?:a|al|alla|in|nel|nella|di|del|della|dal|da) |(?:all|nell|dell)')\w", inside
        ):
            return f" {inside}"
        if re.fullmatch(r"[A-Z]\w+(?:,? [A-Z]\w+)*", inside) and not lexicon.known(inside.lower()):
            return f" ({inside})"
        return ""

    return re.sub(r"\s*\((?P<inside>[^()]*)\)", kept, text).strip()


def _quietened(word: str) -> str:
    """A word of a note shouted in capitals; acronyms stay as they are."""
    if word.capitalize() in CITIES:
        return word.capitalize()
    return word.lower() if lexicon.known(word.lower()) else word


# "App Bookly - la uso da 2 anni": the thing, and then what the writer does with it.
_THING_THEN_USE = re.compile(
    r"^(?P<thing>(?!.*\b(?:ha|è|cerca)\b)[^;:,.]{3,60}?)\s*(?:\s[-–—]\s|[,:;]\s*|\.\s+)"
    r"(?P<it>la|lo|li|le) (?P<verb>uso|leggo|seguo|ascolto|guardo|consulto|compro|bevo|mangio|"
    r"cucino|frequento)\b(?P<rest>[^,;.]*)",
    re.IGNORECASE,
)
# "ha assaggiato il mio aglianico e le è piaciuto molto"
_TRIED_AND_LIKED = re.compile(
    r"^ha (?:assaggiato|letto|visto|provato|ascoltato|bevuto|mangiato|sentito) "
    r"(?P<thing>(?:il mio|la mia|i miei|le mie|il nostro|la nostra) .+?),? e "
    r"(?P<liked>(?:le|gli) (?:è|sono) piaciut[oaie](?: (?:molto|tanto|tantissimo|moltissimo))?)"
)
# "lampada Onda, vista al Fuorisalone"
_THING_SEEN = re.compile(
    r"^(?P<thing>(?!ha |hanno |è |sta |era |cerca )[a-zàèéìòù]+(?: [^,;:]+)?), (?P<verb>vist|"
    r"lett|ascoltat|sentit|provat|assaggiat)"
    r"[oaie] (?P<where>(?:con|insieme a|a|al|alla|in|nel|nella|su|sul|sulla|da) [^,;]+|(?:all|"
    r"nell|sull)'[^,;]+)"
)
# "post LinkedIn: il fermo forno": a work, and what it is about.
_WORK_THEN_TOPIC = re.compile(
    r"^(?P<work>(?:suo |sua |il suo |la sua )?(?P<head>[^\W\d_]+)(?: [^:,;]{1,40})?):\s+"
    r"(?P<topic>[^:;,.]+)",
)


# "BookCity, panel sulla traduzione": the greater event, and what was met at.
_NAME_THEN_EVENT = re.compile(
    r"^(?P<name>[A-Z]\w+(?: [A-Z]\w+)*(?: \d{4})?)\s*(?:,|:|\s-)\s+"
    r"(?P<event>(?P<head>[a-zàèéìòù]+)\b[^,;:.()]*)",
)


# "catalogo che seguo da anni"
_THING_FOLLOWED = re.compile(
    r"^(?:il |la |i |le |lo |l'|gli )?(?P<own>su(?:o|a|oi|"
    r"e) )?(?P<thing>[a-zàèéìòù]+(?: [^,;:]+?)?) "
    r"che (?P<verb>seguo|leggo|ascolto|guardo|uso|consulto|frequento)\b(?P<rest>[^,;:]*)"
)


_QUOTES = "\"«»“”' "


def joined(note: str) -> str:
    """A note whose two halves are one statement, made into one sentence."""
    note = _IN_MONTH.sub(_in_month, note)
    same = re.match(r"^(?P<what>stess[oa] [^\W\d_]+): (?P<which>[A-ZÀ-Ý].*)$", note)
    if same:
        return f"{same['what']}, {same['which']}"
    titled = re.match(r"^(?P<title>[\"«“][^\"»”]+[\"»”])\s*\((?P<what>[a-z]+)\)", note)
    if titled and titled["what"] in WORKS:
        return f"{titled['what']} {titled['title']}" + note[titled.end() :]
    liked = _TRIED_AND_LIKED.match(note)
    if liked:
        return f"{liked['liked']} {liked['thing']}" + note[liked.end() :]
    seen = _THING_SEEN.match(note)
    if seen:
        thing = seen["thing"]
        own = thing.split(" ", 1)[0].lower() in WORKS
        whole = thing if own else morphology.with_definite(thing[0].lower() + thing[1:]) or thing
        return f"{seen['verb']}o {whole} {seen['where']}" + note[seen.end() :]
    titled_work = re.match(
        r"^(?P<title>[^,;:]{3,60}), (?P<work>(?:il|la) su[oa] (?P<head>[a-z]+))$", note
    )
    if titled_work and titled_work["head"] in WORKS:
        return f'{titled_work["work"]} "{titled_work["title"].strip(_QUOTES)}"'
    followed = _THING_FOLLOWED.match(note)
    if followed:
        thing = followed["thing"]
        form = morphology.phrase_form(thing)
        theirs_too = followed["own"] or thing.split(" ", 1)[0] in WORKS
        if theirs_too and form is not None:
            theirs = {"ms": "il suo", "fs": "la sua", "mp": "i suoi", "fp": "le sue"}
            whole = f"{theirs[form.gender + form.number]} {thing}"
            return f"{followed['verb']}{followed['rest']} {whole}" + note[followed.end() :]
    used = _THING_THEN_USE.match(note)
    if used:
        thing = morphology.with_definite(used["thing"][0].lower() + used["thing"][1:])
        if thing:
            return f"{used['verb']} {thing}{used['rest']}" + note[used.end() :]
    at = _NAME_THEN_EVENT.match(note)
    if at and at["head"].lower() in EVENTS | {"fila", "coda"}:
        return f"{at['event']} a {at['name']}" + note[at.end() :]
    about = _WORK_THEN_TOPIC.match(note)
    if about and about["head"].lower() in WORKS:
        work, topic = about["work"], about["topic"].strip()
        if topic[:1] in '"«“':
            return f"{work} {topic}" + note[about.end() :]
        words = re.findall(r"[^\W\d_]+", topic.lower())
        told = any(
            morphology.second_plural(word)
            or word in ("non", "ha", "è", "vuole")
            or morphology.is_contact_verb(word, after)
            for word, after in zip(words, [*words[1:], ""], strict=True)
        )
        if told:
            return note
        if morphology.noun_form(morphology.head_noun(topic)):
            topic = (
                topic[0].lower() + topic[1:] if lexicon.known(topic.split()[0].lower()) else topic
            )
            whole = morphology.with_definite(topic) or topic
            return f"{work} {morphology.with_preposition('su', whole)}" + note[about.end() :]
        return work + note[about.end() :]
    return note
