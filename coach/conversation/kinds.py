"""What kind of thing a question asks for, and whether a text holds one.

Words about the right subject are no answer to "how much does it cost" when no price is among them.
"""

from __future__ import annotations

import re

from coach.analysis.text import clean
from coach.library.lexical import fold

_NUMBER = (
    r"\d|\b(?:un[oa]?|due|tre|quattro|cinque|sei|sette|otto|nove|dieci|venti|trenta|cento|mille|"
    r"molt\w+|poch\w+|poco|tant\w+|quas[ie]|gemell\w+|figli[oa]|mezz\w+|nessun\w*|serie|maggior)\b"
)
_DAY = (
    r"\b(?:lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|gennaio|febbraio|marzo|aprile|"
    r"maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre|ieri|oggi|domani|primavera|"
    r"estate|autunno|inverno|natale|pasqua|mattin\w*|sera|pomeriggio|weekend)\b|\b(?:19|20)\d\d\b|"
    r"\d{1,2}[/:]\d"
)
_SPAN = (
    r"\b(?:\w*or[ae]|minut\w+|giorn\w+|settiman\w+|mes[ei]|ann[oi]|stess[ao]|subito|presto|sera|"
    r"quarto)\b"
)
_PLACE = (
    r"(?:\b(?:a|ad|in|al|alla|di|da|tra|fra|presso|via)\b|') ?[A-ZÀ-Ù][a-zà-ù]+|\bpresso\b|\bvia\b"
)
_NAMED = r"(?<=[^\W\d_] )[A-ZÀ-Ý][a-zà-ÿ]+"

#: What is asked, on the folded question, and what a text must hold to answer it.
_KINDS = tuple(
    (re.compile(asked), re.compile(held, 0 if held in (_PLACE, _NAMED) else re.IGNORECASE))
    for asked, held in (
        (r"\bquanto (?:mi |ti |si |ci |ha |le |gli )*(?:cost\w+|pag\w+|prend\w+|guadagn\w+|"
         r"spend\w+|vale)|\bprezz[oi]\b|\btariff\w+|\bstipendi\w+|\bcosta\b", r"€|\beuro\b"),
        (r"\bcome si chiam\w+", _NAMED),
        (r"\bquant[ie]\b|\bpercentual\w+", _NUMBER),
        (r"\bquanto tempo\b|\bquanto dura\b|\bin quanto\b|\b(?:dopo|tra|fra|da|ogni) quant\w+",
         rf"{_SPAN}|{_DAY}"),
        (r"\bche ore\b|\bche ora\b|\borari\w*|\b(?:che|quale) (?:giorno|mese|anno)\b|"
         r"\b(?:giorno|ora|orario|mese) (?:migliore|giust\w)|momento migliore della|"
         r"\bquando (?:e |sono )?(?:nat|usci|apr|chiud|inizi|part|scad|compi)", _DAY),
        (r"\b(?:che|quale) (?:citta|paese|nazione|regione)\b|\bdi dov'?e\b|"
         r"\bdove (?:abita|vive|vivono|e nat|si trova|sta di casa)", _PLACE),
        (r"\b(?:qual|quale) (?:e )?(?:l'|il |la |suo |sua )*(?:e-?mail|mail|sito|telefono|"
         r"numero di|cellulare|indirizzo)", r"@|www|https?|\d{5,}|\.(?:it|com)\b"),
    )
)  # fmt: skip


def holds_kind(question: str, text: str) -> bool:
    """Whether a text holds the kind of thing a question asks for.

    Args:
        question: as it was asked.
        text: what may answer it.
    """
    asked = " ".join(fold(clean(question).text).split())
    return all(held.search(text) for kind, held in _KINDS if kind.search(asked))
