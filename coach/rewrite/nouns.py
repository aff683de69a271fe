"""Nouns by what they say at the head of a note: where people meet, what they make or need.

Data: a note is told by its form first (`fragments`), and by these lists where a noun decides.
"""

from __future__ import annotations

from coach.analysis.text import listed

EVENTS = listed(
    "fiera conferenza convegno corso cena pranzo colazione stage escursione workshop webinar "
    "meetup "
    "evento festival serata incontro riunione assemblea gita viaggio aperitivo mercato mercatino "
    "sagra salone congresso seminario lezione laboratorio mostra inaugurazione presentazione "
    "concerto torneo gara maratona raduno matrimonio festa degustazione hackathon open tavola "
    "camminata passeggiata visita trekking master summit forum brunch expo camp fiere ritiro "
    "vendemmia regata pedalata ciclotour reading spettacolo rassegna giornata premiazione "
    "cerimonia "
    "hackaton bootcamp barcamp networking buffet rinfresco vernissage concorso campionato "
    "simposio formazione happy trasferta treno volo aereo panel dibattito tirocinio volontariato "
    "campo educational cocktail ciaspolata nuotata veglia pigiatura mietitura assaggio "
    "audizioni prove raccolta brindisi apericena cerimonia inaugurazioni sfilata processione "
    "merenda battesimo comunione cresima pausa spuntino picnic grigliata spritz "
    "hangout call videochiamata campo vernissage granfondo collegio turno colletta trail "
    "sopralluogo colloquio corsa "
    "tavolata rimpatriata reunion finissage vendita "
    "proiezione prova conferenze audizione consiglio pitch "
    "missione pedibus backstage "
    "masterclass letture lettura residenza tavolo career meeting kickoff kick- "
    "off panel "
    "hackday datathon finale semifinale partita derby allenamento amichevole lectio lotteria "
    "tombola asta manifestazione corteo fiaccolata gemellaggio recita "
    "palio "
    "tour school day session conference week night veglione carnevale firmacopie summer "
    "congresso volantinaggio biciclettata fuorisalone"
)
DURATIVE = listed(
    "stage escursione corso gita viaggio trekking camminata passeggiata visita master ritiro "
    "vendemmia regata pedalata trasferta tirocinio volontariato bootcamp campo dibattito "
    "degustazione missione residenza "
    "torneo ciclotour laboratorio"
)
WORKS = listed(
    "intervista articolo libro post podcast intervento relazione romanzo saggio video discorso "
    "tesi "
    "ricerca studio blog newsletter progetto rubrica documentario film disco album ricetta ricette "
    "collezione catalogo profilo sito canale rivista puntata lettera editoriale reportage guida "
    "commento recensione foto fotografie quadri opera opere scultura installazione restauro "
    "allestimento menu menù vetrina bottega negozio stand racconto poesia poesie articoli libri "
    "interventi campagna iniziativa piattaforma app applicazione software keynote talk scheda "
    "carriera lavoro spettacolo mostra manuale corso-online editoriali interviste brevetto thread "
    "corto cortometraggio ordinanza paper pubblicazione pubblicazioni brano canzone singolo "
    "programma cartellone stagione palinsesto portfolio dichiarazione dichiarazioni appello "
    "petizione bilancio tweet reel storia vlog "
    "webserie ritratti illustrazioni illustrazione disegni"
)
EITHER = listed(
    "conferenza lezione presentazione mostra spettacolo concerto webinar workshop corso"
)
ACHIEVEMENTS = listed(
    "premio promozione nomina laurea anniversario apertura inaugurazione vittoria riconoscimento "
    "traguardo medaglia certificazione menzione candidatura stella borsa pubblicazione lancio "
    "trasloco trasferimento argento bronzo podio titolo scudetto record qualificazione"
)
NEED_NOUNS = listed(
    "difficoltà problema problemi ricerca bisogno necessità esigenza carenza mancanza dubbio dubbi "
    "preoccupazione mal mali guaio guai ritardo ritardi questione"
)
BURDENS = listed("turni esami scadenze lavori consegne")
PLACES = listed(
    "cantiere bar palestra stazione spiaggia piscina parco biblioteca ospedale aeroporto rifugio "
    "agriturismo albergo hotel ristorante osteria trattoria locanda campeggio ostello fila coda "
    "porto chiosco edicola caffetteria canile maneggio bottega mensa piazzetta circolo "
    "sala area gruppo ciclofficina officina doposcuola orto bocciofila pista palazzetto molo "
    "ambulatorio sportello "
    "lavanderia fermata ormeggio posteggio bancarella piazzola ombrellone banchetto gazebo "
    "bancone spogliatoio"
)
COMMON_HOMES = {"pianerottolo": "su", "palazzo": "in", "condominio": "in", "via": "in",
                 "strada": "in", "cortile": "su", "scala": "in", "vicolo": "in"}  # fmt: skip
COMMON_SCHOOLS = listed(
    "liceo scuola università paese quartiere città facoltà collegio classe corso ateneo istituto "
    "master accademia provincia regione valle zona conservatorio elementari medie oratorio"
)
COMMON_GROUPS = listed(
    "team commissione giuria redazione squadra palestra associazione coro banda "
    "gruppo circolo club rete cooperativa ordine comitato "
    "compagnia orchestra consorzio società azienda"
)
CITIES = listed(
    "Roma Milano Torino Napoli Palermo Genova Bologna Firenze Bari Catania Venezia Verona Messina "
    "Padova Trieste Brescia Parma Prato Modena Reggio Perugia Livorno Ravenna Cagliari Foggia "
    "Rimini Salerno Ferrara Sassari Latina Monza Siracusa Pescara Bergamo Forlì Trento Vicenza "
    "Terni Bolzano Novara Piacenza Ancona Andria Arezzo Udine Cesena Lecce Pesaro Alessandria "
    "Pisa Lucca Como Varese Cremona Mantova Pavia Asti Cuneo Bra Alba Ivrea Biella Lecco Lodi "
    "Sondrio Belluno Treviso Rovigo Gorizia Pordenone Siena Grosseto Carrara Spoleto Assisi "
    "Viterbo Rieti Frosinone Caserta Avellino Benevento Potenza Matera Cosenza Catanzaro Crotone "
    "Trapani Agrigento Ragusa Enna Nuoro Oristano Olbia Faenza Imola Carpi Sanremo Savona Imperia "
    "Aosta Ascoli Macerata Fermo Urbino Teramo Chieti Campobasso Isernia Brindisi Taranto Parigi "
    "Londra Berlino Madrid Barcellona Lione Lugano Vienna Colonia Monaco Francoforte Amburgo "
    "Düsseldorf Zurigo Ginevra Bruxelles Lisbona Praga Dubai"
)
