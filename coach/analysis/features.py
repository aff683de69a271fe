"""What the classifier of acts sees of a sentence: names of features, each with a count.

Six views of the same words, so that a turn of phrase is known under other words too:

* `w:` word n-grams, with names and figures blanked (`presenti a <name>`);
* `l:` lemma n-grams (`presentare a <name>`), by simplemma;
* `s:` the skeleton: verbs reduced to their person (`mi V2 <name> ?`), the rest to function words,
  because who gives and who takes is said by persons and pronouns;
* `h:` runs of letters within the words that bear meaning, so that a form not seen before, or one
  misspelt, is known by its kin;
* `c:` cues, turns of phrase listed in `data/cues.txt`; `b:` those of the sentence before;
* `p:` where the sentence stands, how long it is and what mark ends it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

from coach.analysis.text import listed

#: Longest n-gram.
N_GRAM = 3
#: Lengths of the runs of letters.
RUNS = (4, 5)
#: Prefixes of the cues, which are there or not whatever the sentence's length.
CUE_PREFIXES = ("c:", "b:")

CUES = Path(__file__).parent / "data" / "cues.txt"

_TOKEN = re.compile(r"[^\W\d_]+(?:'(?=\w)|(?<=[^\W\d_])')?|\d+|[?!:;,.«»\"%€]")
_COURTESY = frozenset({"lei", "la", "le", "suo", "sua", "suoi", "sue", "l'", "ella"})
_FUNCTION_WORDS = listed(
    "io tu lui lei noi voi loro mi ti si ci vi lo la li le gli ne me te se ce ve glielo "
    "gliela glieli gliele gliene il un uno una l' un' di a da in con su per tra fra e o ma "
    "che chi cui come quando dove perché non anche pure già ancora più mai sempre mio mia "
    "miei mie tuo tua tuoi tue suo sua suoi sue nostro nostra nostri nostre vostro vostra "
    "vostri vostre qualche ogni nessun nessuna senza entro grazie volentieri subito prima "
    "dopo poi del della dei delle al alla ai alle dal dalla nel nella sul sulla quel questa "
    "questo quello c' d' m' t' s'"
)
#: Endings that tell the person, the longest first; `C` conditional, `F` future, `I` imperfect.
_PERSON_ENDINGS = (
    ("eresti", "C2"), ("iresti", "C2"), ("resti", "C2"), ("rebbe", "C3"), ("rebbero", "C6"),
    ("rei", "C1"), ("remmo", "C4"), ("reste", "C5"), ("rò", "F1"), ("rai", "F2"), ("rà", "F3"),
    ("remo", "F4"), ("rete", "F5"), ("ranno", "F6"), ("avo", "I1"), ("evo", "I1"), ("ivo", "I1"),
    ("avi", "I2"), ("evi", "I2"), ("ivi", "I2"), ("ava", "I3"), ("eva", "I3"), ("iva", "I3"),
    ("iamo", "V4"), ("ate", "V5"), ("ete", "V5"), ("ite", "V5"), ("ano", "V6"), ("ono", "V6"),
    ("ato", "PP"), ("ata", "PP"), ("ati", "PP"), ("uto", "PP"), ("uta", "PP"), ("ito", "PP"),
    ("ita", "PP"), ("ando", "GE"), ("endo", "GE"), ("are", "INF"), ("ere", "INF"), ("ire", "INF"),
    ("o", "V1"), ("i", "V2"), ("a", "V3"), ("e", "V3"),
)  # fmt: skip
_IRREGULAR = {
    "ho": "H1", "hai": "H2", "ha": "H3", "abbiamo": "H4", "avete": "H5", "hanno": "H6",
    "sono": "E1", "sei": "E2", "è": "E3", "siamo": "E4", "siete": "E5", "può": "M3",
    "puoi": "M2", "posso": "M1", "possiamo": "M4", "potete": "M5", "vuole": "M3", "vuoi": "M2",
    "voglio": "M1", "deve": "M3", "devi": "M2", "devo": "M1", "fai": "V2", "fa": "V3", "dai": "V2",
    "dà": "V3", "sai": "V2", "sa": "V3", "so": "V1", "faccio": "V1", "do": "V1", "vado": "V1",
    "vai": "V2", "va": "V3", "stai": "V2", "sta": "V3", "sto": "V1",
}  # fmt: skip
_ENCLITIC = re.compile(
    r"(?:(?:ar|er|ir|or|ur)(?P<inf>mi|ti|ci|vi|la|le|lo|gli|ne|li|glie\w+|me\w{2}|te\w{2}|ce\w{2})"
    r"|(?:am|im|em|um|om|ndo)(?P<imp>mi|ti|ci|le|la|lo|me\w{2}))$"
)


@cache
def _cues() -> tuple[tuple[str, re.Pattern[str]], ...]:
    lines = CUES.read_text(encoding="utf-8").splitlines()
    pairs = (line.split(": ", 1) for line in lines if line and not line.startswith("#"))
    return tuple((name, re.compile(pattern)) for name, pattern in pairs)


@lru_cache(maxsize=5_000)
def cues(sentence: str) -> tuple[str, ...]:
    """Names of the cues in a normalised sentence."""
    lower = sentence.lower()
    return tuple(name for name, pattern in _cues() if pattern.search(lower))


def features(
    sentence: str, *, first: bool = False, last: bool = False, before: str = ""
) -> Counter[str]:
    """Count the features of a sentence.

    Args:
        sentence: normalised text (`coach.analysis.text.clean`).
        first: whether it opens the message.
        last: whether it closes it.
        before: the sentence before it, or an empty string.
    """
    tokens = tuple(_TOKEN.findall(sentence))
    found: Counter[str] = Counter()
    for prefix, view in (
        ("w", _blanked(tokens)),
        ("l", _lemmas(tokens)),
        ("s", _skeleton(tokens)),
    ):
        found.update(_n_grams(prefix, view))
    found.update(_runs(_blanked(tokens)))
    found.update(_place(sentence, tokens, first, last))
    found.update(f"c:{name}" for name in cues(sentence))
    found.update(f"b:{name}" for name in cues(before))
    return found


def _n_grams(prefix: str, view: Sequence[str]) -> list[str]:
    bounded = ("<s>", *view, "</s>")
    return [
        f"{prefix}:{' '.join(bounded[i : i + n])}"
        for n in range(1, N_GRAM + 1)
        for i in range(len(bounded) - n + 1)
    ]


def _runs(view: Sequence[str]) -> list[str]:
    words = [f"^{word}$" for word in view if word[0].isalpha() and word not in _FUNCTION_WORDS]
    return [
        f"h:{word[i : i + n]}" for word in words for n in RUNS for i in range(len(word) - n + 1)
    ]


def _is_name(token: str, position: int) -> bool:
    return position > 0 and token[0].isupper() and token.lower() not in _COURTESY


def _blanked(tokens: Sequence[str]) -> list[str]:
    return [
        "<num>" if token[0].isdigit() else "<name>" if _is_name(token, i) else token.lower()
        for i, token in enumerate(tokens)
    ]


def _lemmas(tokens: Sequence[str]) -> list[str]:
    return [
        token if token.startswith("<") or not token[0].isalpha() else lemma(token)
        for token in _blanked(tokens)
    ]


def _skeleton(tokens: Sequence[str]) -> list[str]:
    view: list[str] = []
    for token in _blanked(tokens):
        if token.startswith("<") or not token[0].isalpha() or token in _FUNCTION_WORDS:
            view.append(token)
        elif (shape := _shape(token)) != "N" or not view or view[-1] != "N":
            view.append(shape)
    return view


def _place(sentence: str, tokens: Sequence[str], first: bool, last: bool) -> list[str]:
    found = ["p:first"] if first else []
    if last:
        found.append("p:last")
    if sentence.rstrip('"» )').endswith("?"):
        found.append("p:?")
    found.append(f"p:length{min(len(tokens) // 8, 5)}")
    return found


@lru_cache(maxsize=50_000)
def lemma(word: str) -> str:
    """The Italian lemma of a lower-case word, by simplemma."""
    import simplemma

    return simplemma.lemmatize(word, lang="it").lower()


@lru_cache(maxsize=50_000)
def _shape(word: str) -> str:
    """The person of a verb form, its enclitic pronoun, or `N` for any other word."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    enclitic = _ENCLITIC.search(word)
    if enclitic and len(word) > 5:
        pronoun = enclitic["inf"] or enclitic["imp"]
        return ("INF-" if enclitic["inf"] else "IMP-") + pronoun[:3]
    if not lemma(word).endswith(("are", "ere", "ire", "rre")):
        return "N"
    for ending, person in _PERSON_ENDINGS:
        if word.endswith(ending):
            return person
    return "N"
