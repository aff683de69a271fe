"""What a message never mentions: private matters, judgements, notes to oneself.

A note that is kept to oneself is shown to the person as unused, never sent.
"""

from __future__ import annotations

import re

from coach.analysis import lexicon
from coach.analysis.text import clean, listed
from coach.rewrite.nouns import EVENTS, WORKS

_PRIVATE = re.compile(
    r"\b(?:malat\w+|malatti\w+|operat[oa] a|tumor\w+|cancro|chemio\w*|depress\w+|ricover\w+|"
    r"infart\w+|"
    r"infortun\w+|incident\w+|rapina|divorzi\w+|partorit\w+|separat[oa]|separazione|lutto|funeral\w+|mort[oae]|decedut\w+|"
    r"incinta|gravidanza|"
    r"debiti|indebitat\w+|licenziat\w+|fallit\w+|fallimento|indagat\w+|condannat\w+|processat\w+|"
    r"amante|tradit\w+|litigat\w+|litig\w+|compleanno|onomastico|figli\w*|nipot\w+|marito|moglie|"
    r"ex moglie|ex marito|fidanzat\w+|suocer\w+|mamma|papà|padre|madre|fratell\w+|sorell\w+|"
    r"nonn[aoie]|zi[ao]|cugin[aoie]|cognat[aoie]|"
    r"religios\w+|vota\b|zodiac\w+|allergic\w+|pettegolezz\w+|pare che|si dice|guadagna\w*|"
    r"stipendi\w+|ricc[oa] sfondat\w+|tirchi\w+|antipatic\w+|permalos\w+|noios\w+|"
    r"beve troppo|fuma|single|gay|lesbica|disabil\w+|cassa integrazione|esaurit\w+|"
    r"(?:abita|vive|sta) (?:di casa |proprio )?(?:sopra|sotto|al (?:\w+ )?piano)|"
    r"dorme (?:male|poco)|non dorme|insonn\w+|mangia (?:male|poco)|in terapia|psicofarmac\w+|"
    r"(?:pelle|capelli|denti) rovinat\w+|acne|brufol\w+|rughe|ingrassat\w+|dimagrit\w+|"
    r"sovrappeso|alito|calvizie|"
    r"dialisi|stampelle|gesso al\w*|"
    r"mi deve|gli devo|le devo|vegan\w+|vegetarian\w+|celiac\w+)\b",
    re.IGNORECASE,
)
# Who introduced the two is no secret, nor whose birthday it was, nor what the contact's guests eat.
_OWN_RELATIVE = re.compile(
    r"\b(?:(?:da|di|grazie a|tramite) (?:mi[oa]|nostr[oa]) "
    r"(?:marito|moglie|fratello|sorella|zi[oa]|cugin[oa]|cognat[oa]|suocer[oa]|padre|madre|nipote|"
    r"figli[oa])|"
    r"(?:presentat|consigliat|suggerit|segnalat|indicat|conoscere|parlat|contatto)\w*"
    r"(?: di (?:lei|lui))? (?:mi[oa]|nostr[oa]) [^\W\d_]+|(?:al|cena di|festa di|festa per il|"
    r"per il) compleanno d\w+|"
    r"(?:ai|al|alla|con|per) (?:i |il |la )?(?:mi\w+|nostr\w+) (?:figli\w*|nipot\w*|bambin\w+)|"
    r"(?:men[uù]|piatt\w|cucina|ricett\w|ristorante|locale|linea|prodott\w|vin\w|opzion\w|dolc\w)"
    r" (?:\w+ )?(?:vegan|vegetarian)\w+|"
    r"(?:clienti|pazienti|ospiti|bambini|allievi|utenti|alunni|studenti) \w+)\b"
)
_TO_SELF = re.compile(
    r"^(?:vorrei|voglio|devo|spero|potrei|potrebbe|mi serve|mi servirebbe|mi interessa|mi "
    r"piacerebbe|"
    r"ricord\w+|attenzione|non (?:\w+(?:are|ere|ire)|\w+(?:ar|er|ir)(?:gli|le|la|lo))|"
    r"da (?:\w+(?:are|ere|ire))|richiam\w+|chiam\w+|sent(?:ire|irla|irlo)|todo|fare|vedere|"
    r"(?:ci (?:diamo|siamo dat[ie])|dare|dà|usa|preferisce|vuole) (?:del|il|dare del) (?:tu|lei)\b|"
    r"mi ha (?:detto|chiesto) di (?:mandar|invia|richiam|risent|scriver|aspett|farmi|rifarmi)\w*|"
    r"(?:call|posizion[ei]|selezion[ei]|annunci[oa]?) (?:per |di |da )?.*\bapert[aei]\b|"
    r"posti liberi|"
    r"gara (?:per|d'appalto|pubblica|di appalto)|bando di gara|"
    r"importante|forse (?:può|ci)|conosce (?:il|la|un|i|le|gli|molti|tanti)|amic[oa] del capo)\b",
    re.IGNORECASE,
)

# What passes no judgement on anybody may be said; the rest is kept to oneself ("parla poco
# italiano", "un po' pignola"), as are the letters and calls that went before.
_JUDGEMENT = re.compile(
    r"^(?:parla (?:poco|tanto|troppo|male|solo)\b|"
    r"non (?:risponde|parla|legge|capisce|sopporta|si fida|ascolta|saluta|paga|mantiene|le piac|"
    r"gli piac|ama|usa|sa usare|mi)\b|"
    r"(?:è |era |sembra |sembrava |pare )?(?:sempre |stat[oa] |molto |un po' |un po |piuttosto |"
    r"abbastanza |troppo |"
    r"davvero )*"
    r"(?:timid|pignol|sever|diffident|esigent|impegnat|anzian|vecchi|giovan|lent|disordinat|"
    r"testard|chiacchieron|simpatic|gentil|carin|brav|fredd|nervos|stress|stanc|furb|arrogant|"
    r"presuntuos|cordial|disponibil|tirat|formal|pigr|puntual|ritardatari|loquac|riservat|seri|precis|puntigli|affidabil|"
    r"distratt|scorbutic|burber|sbrigativ)\w*(?: (?:e|ma|in|nei|nel|nelle|con|a|al) .+)?$|"
    r"(?:sito|logo|menu|menù|vetrina|pagina|profilo|catalogo|volantino) (?:\w+ )?(?:solo|senza|"
    r"vecchi\w|brutt\w|lent\w|mal|da rifare|sgranat\w|ferm\w|illeggibil\w)\b|"
    r"(?:si )?(?:dimentica|perde|sbaglia|ritarda|scorda)\b|"
    r"(?:arriva|risponde|consegna|paga|spedisce) (?:sempre |spesso )?(?:in ritardo|tardi|dopo|"
    r"male|poco)|"
    r"(?:sempre|spesso) (?:in ritardo|di corsa|di fretta|incasinat\w|occupat\w)|"
    r"(?:mail|e-?mail|messaggi?|telefonat\w|chiamat\w|sms|whatsapp|preventiv\w|fattur\w|richiest\w|"
    r"invit\w|lettera) (?:del|dell'|di|inviat\w|mandat\w|senza|non|già)\b|"
    r"ci siamo scambiat\w (?:i |il |le )?(?:numer|contatt|bigliett|mail|e-mail|indirizz|recapit|"
    r"linkedin)\w*|scambio (?:di )?bigliett\w+|ha (?:anche )?(?:\d+ figli|un cane|un gatto)$)",
    re.IGNORECASE,
)
# What is wrong with something of theirs: they know, or do not want to hear it from somebody new.
_FAULTS = re.compile(
    r"\b(?:(?:pien[oaie]|zepp[oaie]) di (?:refus|error|bug|buch|difett|polver)\w*|"
    r"(?:si (?:legge|vede|capisce|sente|trova|presenta)|fatt[oaie]|tenut[oaie]|scritt[oaie]|"
    r"espost[oaie]|conservat[oaie]|montat[oaie]|tradott[oaie]|stampat[oaie]|illuminat[oaie]|messi?|ridott[oaie]|funziona|gestit[oaie]|"
    r"organizzat[oaie]) (?:molto |proprio |un po' )?(?:male|malissimo|poco|a malapena)|"
    r"(?:il|la|i|gli|le) su(?:o|a|oi|e) .*\bnon \w+ (?:bene|molto)|da rifare|da buttare|puzza|"
    r"mai aggiornat[oaie]|(?:sito|app|pagina|shop)\b.*\bnon funziona|fuori moda|antiquat[oaie]|"
    r"(?:un po'?|troppo|già) (?:datat|vecchi|vecchiott|anonim|spent|piatt|trist|lent|spogli)\w*|"
    r"datat[oaie]|bruttin[oaie]|brutt[oaie]|bruttissim[oaie]|orribil[ei]|orrend[oaie]|illeggibil[ei]|sciatt[oaie]|"
    r"deludent[ei]|noios[oaie]|mediocr[ei]|confus[oaie]|caotic[oaie]|trascurat[oaie]|"
    r"pericolant[ei]|sgranat[oaie]|fatiscent[ei]|scadent[ei]|sgrammaticat[oaie]|"
    r"(?:parla|scrive|canta|cucina|guida|suona|insegna) male|male organizzat[oaie]|"
    r"(?:in|alla) (?:seconda|terza|quarta|ultima) pagina)\b",
    re.IGNORECASE,
)

# "cercano trad. dal gaelico": what may be a word cut short.
_CUT_SHORT = re.compile(r"(?<![\w.])(?P<word>[A-Za-z]{2,12}[bcdfglmnprstvz])\.(?=\s)")
_TITLES = listed("dott prof ing avv arch geom sig don dr ep art vol pag cap nr ist st az agr")


def _has_cut_word(text: str) -> bool:
    """Whether a word of the text is cut short and is none that everybody knows."""
    return any(
        match["word"].lower() not in _TITLES
        and not lexicon.known(match["word"].lower())
        and not lexicon.known_english(match["word"].lower())
        for match in _CUT_SHORT.finditer(text)
    )


_TOPIC = re.compile(r"\b(?:su|sul|sullo|sulla|sui|sugli|sulle) \w+|\bsull'\w+")
# What they say themselves of their own house, and what is theirs to mend.
_TOLD_BY_THEM = re.compile(
    r"(?:mi (?:ha|aveva|diceva|parlava|raccontava)|dice|ha detto|si (?:lamenta|è lamentat)|lamenta|"
    r"vuole|vorrebbe|cerca|deve|sta\b|non (?:riesce|trova))"
)


_QUOTED = re.compile(r"[\"«“][^\"»”]*[\"»”]")


def finds_fault(text: str) -> bool:
    """Whether a text says that something is badly made or kept."""
    return _FAULTS.search(text) is not None


def unsaid(note: str) -> bool:
    """Whether a note is nobody's business in a message, or says nothing that can be retold."""
    low = note.lower()
    bare = _OWN_RELATIVE.sub("", low)
    if not (EVENTS | WORKS).isdisjoint(re.findall(r"[^\W\d_]+", low)):
        # What a talk or a book is about is nobody's illness.
        bare = _TOPIC.sub("", bare)
    private = _PRIVATE.search(bare) or _TO_SELF.search(low)
    fault = not _TOLD_BY_THEM.match(low) and finds_fault(low)
    # What the writer is not sure of ("cercano un grafico?") is not told as a fact.
    doubt = re.search(r"\?|\b(?:boh|mah|credo|mi pare|da verificare)\b", _QUOTED.sub("", low))
    return bool(private or fault or doubt or _JUDGEMENT.match(low)) or _has_cut_word(note)


# How people mark what must not be repeated: a label before the note, or a word in it.
_CONFIDENTIAL = re.compile(
    r"^\W*(?:riservat[oaie]|privat[oaie]|segret[oaie]|confidenziale|tra (?:me e|noi)|personale)"
    r"(?: \w+)?\s*[:(–-]|"
    r"\([^)]*\b(?:riservat|privat|segret[oa]|confidenzial|personale|tra noi)[^)]*\)|"
    r"\b(?:in confidenza|in segreto|confidat[oa]|tra noi|a quattr'occhi|acqua in bocca|top secret|"
    r"off the record|da non (?:dire|ripetere|divulgare|citare))\b|"
    r"(?:^|[,;.:(–-] ?|\b(?:ma|e|però) )non (?:va |deve |lo |la |ne )?"
    r"(?:dir(?:e|lo|la)|parlar(?:e|ne)|ripeter\w*|"
    r"far(?:e|ne) parola|raccontar\w*|divulgar\w*|citar\w*|menzionar\w*|nominar\w*|"
    r"diffonder\w*)\b|"
    r"\bnon (?:lo )?(?:deve |devono )?sa(?:pere)? (?:ancora )?(?:nessuno|ancora)\b"
)


def confidential(note: str) -> bool:
    """Whether a whole note is marked as not to be repeated: advice and messages leave it out."""
    return _CONFIDENTIAL.search(clean(note).text.lower()) is not None
