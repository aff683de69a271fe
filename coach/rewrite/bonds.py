"""What two people are to each other, as it is jotted down: "mio ex capo", "cliente dal 2019".

A bond is said of the two of them ("abbiamo lavorato insieme"), so that the message neither labels
its reader nor puts one of them above the other. The table is data: each row has an example, and the
tests run them all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bond:
    """A kind of note about the two people.

    Attributes:
        kind: the value of the `fragments.Kind` it becomes.
        pattern: what the note looks like, in lower case; its groups fill `body`.
        body: the clause, with the pattern's groups in braces.
        example: a note it holds for.
        said: what `example` becomes.
        stranger: whether it can be said to somebody one has never met.
    """

    kind: str
    pattern: str
    body: str
    example: str
    said: str
    stranger: bool = False


# Where or since when: "in Fiat", "dal 2019", "alla Bocconi".
_WHERE = (
    r"(?P<where>(?: (?:in|a|ad|al|allo|alla|ai|alle|nel|nella|presso|da|dal|dalla|per) .+|"
    r" (?:all|nell|dall)'.+)?)"
)
_MINE = r"(?:(?:il |la |lo )?(?:mi[oa]|nostr[oa]) )?"
_EX = r"(?:ex|vecchi[oa]|precedente|storic[oa])[ -]"
_AT_WORK = (
    r"(?:capo|capa|responsabile|boss|direttore|direttrice|titolare|tutor(?: aziendale)?|"
    r"supervisore|manager|stagista|collaborator[ei]|collaboratrice|dipendente|assistente|"
    r"colleg[ah]|soci[oa]|cliente|fornitor[ei]|fornitrice|committente|compagn[oa] di lavoro)"
)
_TEACHERS = (
    r"(?:prof|prof\.|professore|professoressa|insegnante|docente|maestr[oa]|"
    r"istrut(?:tore|trice)|allenatore|allenatrice|coach)"
)

BONDS: tuple[Bond, ...] = (
    Bond("joint", rf"{_MINE}{_EX}{_AT_WORK}{_WHERE}", "abbiamo lavorato insieme{where}",
         "mio ex capo in Fiat", "abbiamo lavorato insieme in Fiat"),
    Bond("joint", rf"(?:era|è stat[oa]) (?:il |la )?(?:mi[oa]|nostr[oa]) {_AT_WORK}{_WHERE}",
         "abbiamo lavorato insieme{where}",
         "era la mia capa alla Coop", "abbiamo lavorato insieme alla Coop"),
    Bond("joint", rf"{_MINE}(?:cliente|fornitor[ei]|fornitrice|partner|soci[oa]|committente)"
         r"(?: stor\w+| fedel\w+| abituale)? (?P<when>(?:dal|da) .+)",
         "lavoriamo insieme {when}", "cliente dal 2019", "lavoriamo insieme dal 2019"),
    Bond("joint", r"(?:ci )?lavor(?:o|iamo) (?:insieme|con (?:lei|lui))(?P<rest>(?: .+)?)",
         "lavoriamo insieme{rest}", "lavoro con lei da 5 anni", "lavoriamo insieme da 5 anni"),
    Bond("joint", r"(?:lavora|collabora) (?:per|con) (?:noi|me) (?P<when>(?:dal|dall'|da) ?.+)",
         "lavoriamo insieme {when}",
         "lavora per noi da 12 anni", "lavoriamo insieme da 12 anni"),
    Bond("joint", r"(?:un )?amico d'infanzia|(?:un')?amica d'infanzia",
         "ci conosciamo dall'infanzia", "amica d'infanzia", "ci conosciamo dall'infanzia"),
    Bond("joint", r"(?:un )?amic[oa] (?P<when>da (?:sempre|una vita|tanti anni|molti anni))",
         "ci conosciamo {when}", "amico da una vita", "ci conosciamo da una vita"),
    Bond("joint", r"(?:lo|la|li|le) conosco (?:bene )?(?P<when>(?:dal|dall'|da|dai) ?.+)",
         "ci conosciamo {when}", "la conosco da una vita", "ci conosciamo da una vita"),
    Bond("joint", r"(?:è )?(?:mi[oa] |nostr[oa] )(?:cliente|fornitor[ei]|fornitrice|committente)"
         r"(?: stor\w+| fedel\w+| abituale)?",
         "lavoriamo insieme", "nostra cliente storica", "lavoriamo insieme"),
    Bond("joint", r"ha (?P<done>lavorato|collaborato|studiato|suonato|cantato|insegnato|giocato|"
         r"recitato|viaggiato) (?:con|insieme a) (?:me|noi)(?P<rest>(?: .+)?)",
         "abbiamo {done} insieme{rest}",
         "ha lavorato con me in Eni", "abbiamo lavorato insieme in Eni"),
    Bond("joint", r"(?P<done>lavorato|collaborato|studiato|suonato|cantato|insegnato|giocato) "
         r"(?:con (?:lei|lui)|insieme)(?P<rest>(?: .+)?)",
         "abbiamo {done} insieme{rest}",
         "lavorato con lei al catasto", "abbiamo lavorato insieme al catasto"),
    Bond("joint", r"(?:(?:un )?progett[oi]|lavor[oi]) (?:fatt[oi] )?insieme(?P<rest>(?: .+)?)",
         "abbiamo lavorato insieme{rest}",
         "progetto insieme nel 2022", "abbiamo lavorato insieme nel 2022"),
    Bond("joint", rf"{_MINE}(?:ex )?compagn[oa] d[i'] ?"
         r"(?P<of>scuola|classe|liceo|corso|università|studi|master|squadra|coro)"
         r"(?P<rest>(?: .+)?)",
         "eravamo insieme {of}{rest}",
         "ex compagna di corso a Pavia", "eravamo insieme al corso a Pavia"),
    Bond("lessons", rf"{_MINE}(?:{_EX})?{_TEACHERS}(?P<of>(?: (?:di|d'|del|dell'|della) ?[^,]+?)?)"
         r"(?P<where>(?: (?:a|al|alla|in) .+| all'.+)?)",
         "lezioni{of}{where}",
         "mio ex prof di latino al liceo", "lezioni di latino al liceo"),
    Bond("common", r"(?:è )?(?:(?:un |una )?(?:car[oa] )?amic[oa]|conoscente|ex collega|collega) "
         r"d(?:i|el|ella|ell') ?(?P<who>(?-i:[A-ZÀ-Ý])[\w'’]+(?: (?-i:[A-ZÀ-Ý])[\w'’]+)?)",
         "conosciamo entrambi {who}",
         "amica di Paola Neri", "conosciamo entrambi Paola Neri", stranger=True),
    Bond("common", r"(?:amic[oaie]|conoscenz[ae]|contatt[oi]|colleg[ah]i?) (?:in comune|comun[ei])"
         r"\s*[:,(]?\s*(?:con )?(?P<who>(?-i:[A-ZÀ-Ý])[\w'’]+(?: (?-i:[A-ZÀ-Ý])[\w'’]+)?)\)?",
         "conosciamo entrambi {who}",
         "amici in comune: Luca Bo", "conosciamo entrambi Luca Bo", stranger=True),
    Bond("common", r"(?:(?:anche (?:lei|lui) conosce|conosce anche) (?=[^ ]+$)|conosce (?:anche )?)"
         r"(?P<who>(?-i:[A-ZÀ-Ý])[\w'’]+(?: (?-i:[A-ZÀ-Ý])[\w'’]+|$))",
         "conosciamo entrambi {who}",
         "conosce anche Rita Sala", "conosciamo entrambi Rita Sala", stranger=True),
    Bond("named", r"(?:ne ho |ho |ne avevo )?(?:sentit[oaie] parlare|sentito dire|sentito)"
         r"(?: \w+)? (?:di|su) (?:lei|lui|loro|voi|te)(?: \w+)? "
         r"da(?P<art>l|lla|ll'|llo)? ?(?P<who>(?:(?:(?:dott|prof|ing|avv|arch)\.(?:ssa)?|"
         r"maestr[oa]|"
         r"professor\w*|dottor\w*|signor\w*|avvocat[oa]|ingegner\w*|sindac[oa]|don) )?"
         r"(?:(?:mi[oa]|nostr[oa]) [^\W\d_]+|(?-i:[A-ZÀ-Ý])[\w'’.]+)"
         r"(?: (?-i:[A-ZÀ-Ý])[\w'’]+)?(?: e (?-i:[A-ZÀ-Ý])[\w'’]+)?"
         r"(?: (?:di|del|della|dell') ?(?-i:[A-ZÀ-Ý])[\w'’]+)?)",
         "{art}{who}", "sentito parlare bene di lui dalla mia socia", "la mia socia",
         stranger=True),
    Bond("named", r"(?:contatto (?:avuto |ricevuto )?(?:da|tramite)|nome (?:avuto |ricevuto )?da|"
         r"(?:me l[o'a] ha |me l'ha )?(?:consigliat|suggerit|segnalat|raccomandat|indicat)[oa] da|"
         r"me l'ha(?:nno)? (?:consigliat|suggerit|segnalat|raccomandat|indicat)[oa]|tramite|"
         r"me ne ha(?:nno)? parlato(?: bene| benissimo| molto bene)?|mi ha parlato di (?:lei|lui)|"
         r"su consiglio di|su suggerimento di|via|"
         r"mi ha (?:consigliato|suggerito|detto) di (?:scriver|contattar|sentir|cercar)\w*) "
         r"(?P<who>(?:(?:il |la )?(?:dott|prof|ing|avv|arch)\.(?:ssa)? \w+|(?:il |la )?(?:mi[oa]|"
         r"nostr[oa]) \w+|(?:la |il )?(?-i:[A-ZÀ-Ý])[\w'’.]+)"
         r"(?: (?-i:[A-ZÀ-Ý])[\w'’]+)?(?:,? (?:di|del|della|dell') ?(?-i:[A-ZÀ-Ý])[\w'’]+)?)",
         "{who}", "me l'ha consigliata Paola Neri", "Paola Neri", stranger=True),
)  # fmt: skip

# Where companions of something were together: gender does not show, as in "siamo stati compagni".
_TOGETHER = {
    "scuola": "a scuola", "classe": "in classe", "liceo": "al liceo", "corso": "al corso",
    "università": "all'università", "studi": "all'università", "master": "al master",
    "squadra": "in squadra", "coro": "nel coro",
}  # fmt: skip

# What is left of an article after "da".
_CONTRACTED_WITH = {"l": "il ", "lla": "la ", "ll'": "l'", "llo": "lo "}

_COMPILED = tuple((bond, re.compile(rf"^(?:{bond.pattern})$", re.IGNORECASE)) for bond in BONDS)


def bond_in(note: str, *, stranger: bool) -> tuple[str, str] | None:
    """The kind and the clause of a note about the two people; None where it is of another sort.

    Args:
        note: one statement, tidied.
        stranger: whether the two have never met.
    """
    for bond, pattern in _COMPILED:
        match = pattern.match(note)
        if match and (bond.stranger or not stranger):
            found = {name: words or "" for name, words in match.groupdict().items()}
            if "art" in found:
                found["art"] = _CONTRACTED_WITH.get(found["art"].lower(), "")
            if "of" in found:
                found["of"] = _TOGETHER.get(found["of"].lower(), found["of"])
            return bond.kind, bond.body.format(**found)
    return None
