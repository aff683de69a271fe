from __future__ import annotations

import pytest

from coach.rewrite.fragments import Kind, understand
from coach.rewrite.offers import OfferKind, understand_offer
from coach.schemas import Relation

MET, STRANGER, ESTABLISHED = Relation.MET, Relation.STRANGER, Relation.ESTABLISHED


@pytest.mark.parametrize(
    ("relation", "note", "kind", "body"),
    [
        (MET, "Conosciuto alla sagra di Offida", Kind.MET, "alla sagra di Offida"),
        (MET, "fiera Verona 12/5", Kind.EVENT, "fiera di Verona del 12/5"),
        (
            MET,
            "Maker Faire 2023, stand del liceo",
            Kind.MET,
            "a Maker Faire 2023, allo stand del liceo",
        ),
        (MET, "vicina di stand al mercato", Kind.WAS_THERE, "eravamo vicini di stand al mercato"),
        (MET, "presentata da Marco Bassi", Kind.INTRODUCED, "Marco Bassi"),
        (MET, "parlato a lungo di concimi", Kind.TALKED, "di concimi"),
        (MET, "presentata dall'ing. Ferri", Kind.INTRODUCED, "l'ing. Ferri"),
        (MET, "vista giocare al torneo", Kind.HEARD, "giocare al torneo"),
        (MET, "stesso tavolo alla cena", Kind.WAS_THERE, "eravamo allo stesso tavolo alla cena"),
        (MET, "Ironman Cervia 11/9", Kind.MET, "a Ironman Cervia dell'11/9"),
        (MET, "press tour in Ogliastra", Kind.EVENT, "press tour in Ogliastra"),
        (MET, "viste insieme le slide", Kind.JOINT, "abbiamo visto insieme le slide"),
        (MET, "grazie della passeggiata", Kind.RECEIVED, "la passeggiata"),
        (MET, "mi ha spiegato tutto", Kind.RECEIVED, "avermi spiegato tutto"),
        (MET, "era stanchissima ma contenta", Kind.UNUSED, ""),
        (MET, "il pozzo è secco", Kind.ACTIVITY, "il pozzo è secco"),
        (MET, "salta sempre la luce", Kind.ACTIVITY, "salta sempre la luce"),
        (MET, "le ho lasciato il biglietto", Kind.UNUSED, ""),
        (STRANGER, "sentito parlare di lei da Anna Corsi", Kind.INTRODUCED, "Anna Corsi"),
        (STRANGER, "il suo strumento fischia", Kind.ACTIVITY, "il suo strumento fischia"),
        (STRANGER, "farine spettacolari", Kind.WORK, "farine"),
        (STRANGER, "cannoli da urlo", Kind.WORK, "cannoli"),
        (STRANGER, "nuova direttrice artistica", Kind.UNUSED, ""),
        (STRANGER, "dormito lì ad agosto", Kind.WAS_THERE, "ho dormito da lei ad agosto"),
        (
            ESTABLISHED,
            "colazione da lei ogni lunedì",
            Kind.JOINT,
            "la colazione da lei ogni lunedì",
        ),
        (ESTABLISHED, "segue la mia cantina", Kind.RECEIVED, "segue la mia cantina"),
        (ESTABLISHED, "faccio i conti per loro", Kind.JOINT, "faccio i conti per loro"),
        (MET, "incontro casuale in aeroporto", Kind.MET, "in aeroporto"),
        (STRANGER, "visto il suo intervento", Kind.EXPERIENCED, "il suo intervento"),
        (STRANGER, "seguo il suo blog", Kind.FOLLOWED, "seguo il suo blog"),
        (STRANGER, "la sua mostra a Bari", Kind.WORK, "mostra a Bari"),
        (STRANGER, "nuova sede a Bari", Kind.ACHIEVEMENT, "nuova sede a Bari"),
        (STRANGER, "vinto il palio", Kind.DONE, "ha vinto il palio"),
        (STRANGER, "citata in un podcast", Kind.DONE, "è stata citata in un podcast"),
        (STRANGER, "le servono semi", Kind.NEED, "le servono semi"),
        (STRANGER, "dirige il coro", Kind.ACTIVITY, "dirige il coro"),
        (STRANGER, "i ragazzi fanno lampade", Kind.ACTIVITY, "i ragazzi fanno lampade"),
        (STRANGER, "appassionata di funghi", Kind.QUALITY, "appassionata di funghi"),
        (STRANGER, "anche lui suona", Kind.COMMON, "anche lei suona"),
        (ESTABLISHED, "stesso liceo di Cuneo", Kind.COMMON, "veniamo dallo stesso liceo di Cuneo"),
        (MET, "ex collega in Barilla", Kind.JOINT, "abbiamo lavorato insieme in Barilla"),
        (ESTABLISHED, "collaboriamo da anni", Kind.JOINT, "collaboriamo da anni"),
        (ESTABLISHED, "gli ho prestato il furgone", Kind.PAST_GIFT, "gli ho prestato il furgone"),
        (ESTABLISHED, "mi ha passato un cliente", Kind.RECEIVED, "avermi passato un cliente"),
        (MET, "fila alle poste", Kind.MET, "in fila alle poste"),
        (MET, "rifugio Auronzo, polenta da urlo", Kind.MET, "al rifugio Auronzo"),
        (MET, "un'ora a parlare di boschi", Kind.TALKED, "di boschi"),
        (MET, "corso insieme gli ultimi 5 km", Kind.JOINT, "abbiamo corso insieme gli ultimi 5 km"),
        (STRANGER, "non ha un sito", Kind.NEED, "non ha un sito"),
        (ESTABLISHED, "stesso pianerottolo", Kind.COMMON, "abitiamo sullo stesso pianerottolo"),
        (ESTABLISHED, "amici da una vita", Kind.JOINT, "siamo amici da una vita"),
        (ESTABLISHED, "ieri mi ha riparato la bici", Kind.RECEIVED, "avermi riparato la bici ieri"),
        (MET, "mi ha parlato dei mal di testa", Kind.TOLD, "mi ha parlato dei mal di testa"),
        (MET, "fiera Anuga Colonia", Kind.EVENT, "fiera Anuga di Colonia"),
        (MET, "assemblea condominio", Kind.EVENT, "assemblea di condominio"),
        (MET, "Vinitaly, padiglione 7", Kind.MET, "a Vinitaly, al padiglione 7"),
        (MET, "sala d'attesa del dentista", Kind.MET, "nella sala d'attesa del dentista"),
        (MET, "mostra collettiva a Bari", Kind.EVENT, "mostra collettiva a Bari"),
        (MET, "si lamentava delle imprese", Kind.NEED_NOUN, "le difficoltà con le imprese"),
        (MET, "gli fa male la spalla", Kind.NEED, "gli fa male la spalla"),
        (MET, "ha detto che il sito è lento", Kind.TOLD, "mi ha detto che il sito è lento"),
        (STRANGER, "ha tenuto talk a IED", Kind.DONE, "ha tenuto un talk a IED"),
        (STRANGER, "cerca fotografo", Kind.NEED, "cerca un fotografo"),
        (STRANGER, "cerca casa", Kind.NEED, "cerca casa"),
        (STRANGER, "articolo suo su QualEnergia", Kind.WORK, "articolo su QualEnergia"),
        (
            STRANGER,
            "programma 2025 dedicato alle donne",
            Kind.WORK,
            "programma 2025 dedicato alle donne",
        ),
        (STRANGER, "finalista premio Andersen", Kind.DONE, "è finalista al premio Andersen"),
        (ESTABLISHED, "mio ex capo in Fiat", Kind.JOINT, "abbiamo lavorato insieme in Fiat"),
        (
            ESTABLISHED,
            "ogni anno gli faccio il presepe",
            Kind.JOINT,
            "gli faccio il presepe ogni anno",
        ),
    ],
)
def test_notes_are_told_by_their_form(relation: Relation, note: str, kind: Kind, body: str) -> None:
    found = understand(note, relation)
    assert [(fragment.kind, fragment.body) for fragment in found] == [(kind, body)]


@pytest.mark.parametrize(
    "note",
    [
        "si è separata da poco",
        "ha perso la nonna a gennaio",
        "compie 50 anni, compleanno a maggio",
        "vorrei che mi assumesse",
        "da richiamare lunedì",
        "mi deve un favore",
        "ok",
    ],
)
def test_what_is_nobodys_business_is_not_used(note: str) -> None:
    assert all(fragment.kind is Kind.UNUSED for fragment in understand(note, MET))


def test_a_note_with_two_statements_is_cut() -> None:
    found = understand("conosciuta alla fiera di Bra, cerca un grafico", MET)
    assert [fragment.kind for fragment in found] == [Kind.MET, Kind.NEED]


def test_the_name_at_the_beginning_is_dropped() -> None:
    assert understand("Ada Neri dirige il coro", STRANGER, "Ada Neri")[0].body == "dirige il coro"


@pytest.mark.parametrize(
    ("offer", "kind", "body"),
    [
        ("contatto di un buon fabbro", OfferKind.CONTACT, "il contatto di un buon fabbro"),
        ("consulenza gratuita sul bando", OfferKind.HELP, "una consulenza gratuita sul bando"),
        ("foto della serata", OfferKind.DOCUMENT, "le foto della serata"),
        ("presentarle due soci", OfferKind.INFINITIVE, "presentarle due soci"),
        ("ho un furgone libero", OfferKind.SENTENCE, "ho un furgone libero"),
        ("2 biglietti per la partita", OfferKind.THING, "2 biglietti per la partita"),
        ("contatti di due importatori", OfferKind.CONTACT, "i contatti di due importatori"),
        ("un mockup della loro home page", OfferKind.THING, "un mockup della vostra home page"),
        ("code review di un repo", OfferKind.THING, "una code review di un repo"),
        ("scansioni 3D dei reperti", OfferKind.DOCUMENT, "delle scansioni 3D dei reperti"),
        ("opuscolo scarpe e diabete", OfferKind.DOCUMENT, "un opuscolo su scarpe e diabete"),
        ("guida bandi", OfferKind.DOCUMENT, "una guida sui bandi"),
        ("guida pratica ai bandi", OfferKind.DOCUMENT, "una guida pratica ai bandi"),
        ("analisi sito 2 pagine", OfferKind.DOCUMENT, "un'analisi del sito di 2 pagine"),
        ("pasta madre del 1950", OfferKind.THING, "un po' di pasta madre del 1950"),
        ("laboratorio di pane", OfferKind.HELP, "un laboratorio di pane"),
        ("so riparare bici", OfferKind.INFINITIVE, "darle una mano a riparare bici"),
        ("elenco fiere in Polonia", OfferKind.DOCUMENT, "un elenco di fiere in Polonia"),
        ("mezz'ora di chiacchiere", OfferKind.HELP, "mezz'ora di chiacchiere"),
    ],
)
def test_offers_get_their_article(offer: str, kind: OfferKind, body: str) -> None:
    found = understand_offer(offer)
    assert found is not None
    assert (found.kind, found.body) == (kind, body)


@pytest.mark.parametrize(
    "offer", ["sconto 10%", "demo del prodotto", "listino", "corso a 90 euro", ""]
)
def test_a_sale_is_no_offer(offer: str) -> None:
    assert understand_offer(offer) is None
