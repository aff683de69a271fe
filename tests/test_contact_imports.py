"""Files of contacts: every layout that is about, what is left out and why, what is refused."""

import csv
import io
import json
import struct
import zipfile
from datetime import UTC, date, datetime

import pytest

from coach.errors import ImportRefused
from coach.imports import Field, OwnerUnknown, columns, dates, people, read, read_bytes
from coach.imports.messages import LARGEST_GROUP
from coach.imports.text import from_html, one_line, paragraphs
from coach.schemas import Direction
from coach.settings import PROJECT
from coach.store import Store

DATA = PROJECT / "tests" / "data" / "imports"

CONNECTIONS = "First Name,Last Name,URL,Email Address,Company,Position,Connected On"
OLD_CONNECTIONS = "First Name,Last Name,Email Address,Company,Position,Connected On"
PREAMBLE = (
    "When exporting your connection data, you may notice that some are missing, and more, "
    "see https://www.linkedin.com/help"
)
MESSAGES = (
    "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,"
    "SUBJECT,CONTENT,FOLDER,ATTACHMENTS,IS MESSAGE DRAFT"
)
INVITATIONS = "From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl"

SITE = "https://www.linkedin.com/in/"
ANNA = ("Anna Bianchi", f"{SITE}anna-bianchi")
MARCO = ("Marco Rossi", f"{SITE}marco-rossi")
GIULIA = ("Giulia Ferrari", f"{SITE}giulia-ferrari")
UGO = ("Ugo Fabbri", f"{SITE}ugo-fabbri")


def table(header, *rows, delimiter=",", end="\n"):
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=end)
    writer.writerow(header.split(",") if isinstance(header, str) else header)
    writer.writerows(rows)
    return stream.getvalue()


def said(sender, to, content="Ciao!", *, talk="", at="2026-03-02 09:00:00 UTC", **more):
    """A row of messages.csv; `to` is one person or several."""
    others = to if isinstance(to, list) else [to]
    return [
        talk or "-".join(sorted({sender[0], *(name for name, _ in others)})),
        "",
        *sender,
        ", ".join(name for name, _ in others),
        " ".join(url for _, url in others),
        at,
        more.get("subject", ""),
        content,
        more.get("folder", "INBOX"),
        more.get("attachments", ""),
        more.get("draft", ""),
    ]


def messages(*rows):
    return table(MESSAGES, *rows)


def zipped(**files):
    """A .zip; two underscores in a name stand for a folder."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return stream.getvalue()


def export(text, name="file.csv", **options):
    return read_bytes(name, text.encode() if isinstance(text, str) else text, **options)


def names(imported):
    return [contact.name for contact in imported.contacts]


def whys(imported):
    return [skipped.why for skipped in imported.skipped]


# --- dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 Mar 2024", date(2024, 3, 12)),
        ("01 gen 2024", date(2024, 1, 1)),
        ("1 gen. 2024", date(2024, 1, 1)),
        ("1° gennaio 2024", date(2024, 1, 1)),
        ("30 mag 2023", date(2023, 5, 30)),
        ("7-Feb-22", date(2022, 2, 7)),
        ("9-set-23", date(2023, 9, 9)),
        ("martedì 3 marzo 2026", date(2026, 3, 3)),
        ("31 dicembre 1999", date(1999, 12, 31)),
        ("05 Jun 1833", date(1833, 6, 5)),
        ("5 giu 70", date(1970, 6, 5)),
        ("03/15/2024", date(2024, 3, 15)),
        ("15/03/2024", date(2024, 3, 15)),
        ("15.03.2024", date(2024, 3, 15)),
        ("2024-06-15", date(2024, 6, 15)),
        ("2024-02-03", date(2024, 2, 3)),
    ],
)
@pytest.mark.parametrize("day_first", [True, False])
def test_days(text, expected, day_first):
    assert dates.day(text, day_first) == expected


ITALIAN = (
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
)
ENGLISH = "January February March April May June July August September October November December"


@pytest.mark.parametrize("names", [ITALIAN, ENGLISH], ids=["italian", "english"])
@pytest.mark.parametrize("letters", [3, None], ids=["short", "full"])
def test_every_month_full_and_short(names, letters):
    for number, month in enumerate(names.split(), start=1):
        assert dates.day(f"4 {month[:letters]} 2025", True) == date(2025, number, 4)
        assert dates.day(f"04-{month[:letters].upper()}-25", False) == date(2025, number, 4)


def test_moments_are_utc():
    assert dates.instant("2026-09-19 13:28:00 UTC", True) == datetime(
        2026, 9, 19, 13, 28, tzinfo=UTC
    )
    assert dates.instant("2024-06-15 10:30:00", True) == datetime(2024, 6, 15, 10, 30, tzinfo=UTC)
    assert dates.instant("2024-06-15T10:30:00+02:00", True) == datetime(
        2024, 6, 15, 8, 30, tzinfo=UTC
    )
    assert dates.instant("1/12/10, 9:14 AM", False) == datetime(2010, 1, 12, 9, 14, tzinfo=UTC)
    assert dates.instant("1/12/10, 9:14 PM", True) == datetime(2010, 12, 1, 21, 14, tzinfo=UTC)
    assert dates.instant("2 mar 2024 10:00 CET", True) == datetime(2024, 3, 2, 9, tzinfo=UTC)
    assert dates.instant("2 mar 2024 10:00 XYZ", True) == datetime(2024, 3, 2, 10, tzinfo=UTC)
    assert dates.instant("3 marzo 2026 alle 10:30", True) == datetime(
        2026, 3, 3, 10, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "12 mar 2024 10:00 +9900",
        "Jan 2020",
        "2024",
        "12",
        "10:30",
        "marzo",
        "31/02/2024",
        "Milano",
        "3 mele",
    ],
)
def test_what_is_no_whole_date_is_none(text):
    assert dates.instant(text, True) is None
    assert dates.day(text, False) is None


def test_the_whole_column_decides_day_or_month():
    assert dates.day_first(["04/05/2024", "15/03/2024"], undecided=False)
    assert not dates.day_first(["04/05/2024", "03/15/2024"], undecided=True)
    assert dates.day_first(["04/05/2024"], undecided=True)
    assert not dates.day_first(["04/05/2024"], undecided=False)
    # An ISO year is not a day.
    assert not dates.day_first(["2024-03-15", "20/20/2024"], undecided=False)


# --- people and text ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Marco Rossi", "Marco Rossi"),
        ("  Marco \u00a0 Rossi\u200b ", "Marco Rossi"),
        ("Marco Rossi PhD", "Marco Rossi"),
        ("Anna Rossi, Ph.D., MBA", "Anna Rossi"),
        ("Marco ⚡ Rossi 🚀", "Marco Rossi"),
        ("Marco Rossi 👩🏽‍💻", "Marco Rossi"),
        ("Marco Rossi ®", "Marco Rossi"),
        ("Anna Bianchi (She/Her)", "Anna Bianchi"),
        ("𝗠𝗮𝗿𝗰𝗼 𝗥𝗼𝘀𝘀𝗶", "Marco Rossi"),
        ("Marco Rossi |", "Marco Rossi"),
        # Not surely decoration.
        ("MARCO ROSSI", "MARCO ROSSI"),
        ("CARLO MBA", "CARLO MBA"),
        ("Paolo Mba", "Paolo Mba"),
        ("Cher", "Cher"),
        ("Ing. Luca Verdi", "Ing. Luca Verdi"),
        ("Nicolo' D’Angelo", "Nicolo' D’Angelo"),
        ("Anna-Maria Rossi", "Anna-Maria Rossi"),
        ("Nicolo\u0300 Rossi", "Nicolò Rossi"),
        # No name at all.
        ("🚀", ""),
        ("...", ""),
        ("marco@rossi.it", ""),
        ("", ""),
    ],
)
def test_names(written, name):
    assert people.person_name(written) == name


@pytest.mark.parametrize(
    ("written", "family_first", "name"),
    [
        ("Rossi, Mario", False, "Mario Rossi"),
        ("De Luca, Anna Maria", False, "Anna Maria De Luca"),
        ("Mario Rossi, notaio", False, "Mario Rossi, notaio"),
        ("Rossi Mario", False, "Rossi Mario"),
        ("Rossi Mario", True, "Mario Rossi"),
        ("De Luca Anna", True, "Anna De Luca"),
        ("Rossi Anna Maria", True, "Rossi Anna Maria"),
        ("", True, ""),
    ],
)
def test_the_given_name_comes_first(written, family_first, name):
    assert people.given_name_first(written, family_first) == name


@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/in/anna-bianchi",
        "HTTP://IT.LinkedIn.com/in/Anna-Bianchi/",
        "linkedin.com/in/anna-bianchi?trk=people",
        "https://www.linkedin.com/in/anna-bianchi/it",
        "https://www.linkedin.com/in/anna-bianchi/en-US/",
        "https://uk.linkedin.com/in/anna-bianchi#about",
        "LinkedIn: https://www.linkedin.com/in/anna-bianchi.",
    ],
)
def test_one_spelling_for_a_profile(url):
    assert people.profile(url) == ANNA[1]


def test_what_is_no_profile():
    assert people.profile("https://www.linkedin.com/in/Nicol%C3%B2/") == people.profile(
        f"{SITE}nicolò"
    )
    assert (
        people.profile("https://www.linkedin.com/pub/a/1/2/3/it")
        == "https://www.linkedin.com/pub/a/1/2/3"
    )
    for other in ("", "https://radicle.it", "https://www.linkedin.com/company/radicle", f"{SITE}"):
        assert people.profile(other) == ""


def test_addresses_and_telephones():
    assert people.email("mailto:Info@Comune.example") == "info@comune.example"
    assert people.email("Anna <a.b@x.co.it>; c@d.it") == "a.b@x.co.it"
    assert people.email("non c'è") == ""
    assert people.telephone("tel:+39-0471-997111;ext=12") == "+39-0471-997111"
    assert people.telephone("+39 347 555 0101 ::: 045 555") == "+39 347 555 0101"
    assert people.telephone("02/123456") == "02/123456"
    assert people.telephone("interno 9") == ""


def test_markup_becomes_text_and_typed_signs_stay():
    assert (
        from_html('<p class="x">Ciao &amp; <b>bene</b></p><p>a presto</p>')
        == "Ciao & bene\na presto\n"
    )
    assert (
        from_html("io <3 te, <nome> &egrave; ?a=1&copy=2 R&D")
        == "io <3 te, <nome> è ?a=1&copy=2 R&D"
    )
    assert (
        paragraphs("uno\r\n\r\n\r\n\r\ndue\u00a0 tre \u200b\n quattro ")
        == "uno\n\ndue tre\nquattro"
    )
    assert one_line("a\x00b\tc\n d") == "ab c d"


# --- Connections.csv ------------------------------------------------------------------------------

TWO = (
    [
        "Marco",
        "Rossi",
        MARCO[1],
        "marco@rossi.example",
        "Rossi, Figli & C.",
        'Capo "vero"',
        "12 Mar 2024",
    ],
    ["Giulia", "Ferrari", GIULIA[1], "", "Vela", "Progettista", "01 gen 2024"],
)


def without_url(rows):
    return [[*row[:2], *row[3:]] for row in rows]


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize(
    "preamble", ["", f'Notes:\n"{PREAMBLE}"\n\n', f'"Notes:"\n"{PREAMBLE}"\n\n']
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_connections_in_every_layout(old, preamble, end, encoding):
    rows = without_url(TWO) if old else TWO
    text = preamble + table(OLD_CONNECTIONS if old else CONNECTIONS, *rows)
    imported = export(text.replace("\n", end).encode(encoding))
    marco, giulia = imported.contacts
    assert (marco.name, marco.company, marco.role) == (
        "Marco Rossi",
        "Rossi, Figli & C.",
        'Capo "vero"',
    )
    assert (marco.email, marco.connected_on) == ("marco@rossi.example", date(2024, 3, 12))
    assert marco.url == ("" if old else MARCO[1])
    assert (giulia.name, giulia.connected_on) == ("Giulia Ferrari", date(2024, 1, 1))
    assert imported.kind == marco.origin == "linkedin"
    assert imported.skipped == ()


def test_connections_saved_again_by_an_italian_spreadsheet():
    rows = [
        ["Marco", "Rossi", "", "", "", "", "04/05/2024"],
        ["Ugo", "Fabbri", "", "", "", "", "05/06/23"],
    ]
    semicolons = export(table(CONNECTIONS, *rows, delimiter=";"))
    assert [c.connected_on for c in semicolons.contacts] == [date(2024, 5, 4), date(2023, 6, 5)]
    commas = export(table(CONNECTIONS, *rows))
    assert [c.connected_on for c in commas.contacts] == [date(2024, 4, 5), date(2023, 5, 6)]


def test_connections_with_odd_rows():
    text = table(
        CONNECTIONS,
        ["", "", "", "", "", "", ""],
        ["Cher", "", "", "", "", "", ""],
        ["", "", UGO[1], "", "", "", "12 Mar 2024"],
        ["Marco", "Rossi", "HTTPS://it.linkedin.com/in/Marco-Rossi/", "", "", "", "boh"],
        ["Marco", "Rossi", MARCO[1], "", "Vela", "", ""],
        ["Anna", "Verdi", "", "", "Verdi", " srl", "CEO", "12 Mar 2024"],
    )
    imported = export(text, "Connections.csv")
    assert names(imported) == ["Cher", "Marco Rossi", "Marco Rossi"]
    assert {contact.url for contact in imported.contacts} == {"", MARCO[1]}
    assert [(s.where, s.why) for s in imported.skipped] == [
        ("Connections.csv, riga 2", "riga vuota"),
        (
            "Connections.csv, riga 7",
            "ha 8 celle invece di 7: forse un testo con una virgola non è tra virgolette",
        ),
        ("Connections.csv, riga 4", "senza nome"),
        (
            "Connections.csv, riga 5",
            "Marco Rossi: data «boh» non riconosciuta, il contatto resta senza",
        ),
    ]


def test_quotes_left_open_do_not_swallow_people_in_silence():
    text = f'{CONNECTIONS}\nAnna,"Verdi,,,,,\nMarco,Rossi,,,,,\nUgo,Fabbri,,,,,\n'
    imported = export(text, "Connections.csv")
    assert imported.contacts == ()
    (skipped,) = imported.skipped
    assert skipped.where == "Connections.csv, righe 2–4"
    assert "le virgolette aperte qui non si chiudono" in skipped.why
    with pytest.raises(ImportRefused, match="dalla riga 2 in poi"):
        export(text + "Ugo,Fabbri,,,,,\n" * 20_000)


# --- messages.csv ---------------------------------------------------------------------------------


def test_messages_between_the_owner_and_each_person():
    imported = export(
        messages(
            said(ANNA, MARCO, "Ti mando la guida.\n\nA presto", subject="La guida"),
            said(MARCO, ANNA, "Grazie!", at="2026-03-02 10:00:00 UTC"),
            said(GIULIA, ANNA, "&quot;Ciao&quot;<br>Anna"),
        )
    )
    assert (imported.owner.name, imported.owner.url) == ANNA
    assert [(e.name, e.url, e.direction, e.text) for e in imported.exchanges] == [
        (*MARCO, Direction.SENT, "La guida\n\nTi mando la guida.\n\nA presto"),
        (*MARCO, Direction.RECEIVED, "Grazie!"),
        (*GIULIA, Direction.RECEIVED, '"Ciao"\nAnna'),
    ]
    assert imported.exchanges[1].at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert len({e.fingerprint for e in imported.exchanges}) == 3


OLD_MESSAGES = MESSAGES.partition(",RECIPIENT")[0] + ",DATE,SUBJECT,CONTENT"
MESSAGE_HEADERS = [
    MESSAGES,
    MESSAGES.partition(",ATTACHMENTS")[0],
    MESSAGES.partition(",IS MESSAGE")[0],
    MESSAGES.replace("ATTACHMENTS,", "") + ",IS CONVERSATION ARCHIVED",
    OLD_MESSAGES,
    OLD_MESSAGES.replace("SUBJECT,", ""),
]


def under(header, rows):
    """Rows of the newest header, as an export with another header has them."""
    newest = MESSAGES.split(",")
    return table(
        header,
        *(
            [dict(zip(newest, row, strict=True)).get(name, "No") for name in header.split(",")]
            for row in rows
        ),
    )


@pytest.mark.parametrize("header", MESSAGE_HEADERS)
def test_messages_under_every_header(header):
    rows = [
        said(ANNA, MARCO, "Uno", talk="a"),
        said(MARCO, ANNA, "Due", talk="a", at="2026-03-02 10:00:00 UTC"),
        said(ANNA, GIULIA, "Tre", talk="b"),
        said(UGO, ANNA, "Quattro", talk="c"),
    ]
    imported = export(under(header, rows))
    newest = export(under(MESSAGES, rows))
    assert (imported.owner.name, imported.owner.url) == ANNA
    assert [(e.name, e.text) for e in imported.exchanges] == [
        ("Marco Rossi", "Uno"),
        ("Marco Rossi", "Due"),
        ("Giulia Ferrari", "Tre"),
        ("Ugo Fabbri", "Quattro"),
    ]
    # Who wrote in a conversation is known there by profile; who never did only by name.
    known = [MARCO[1], MARCO[1], GIULIA[1] if "RECIPIENT" in header else "", UGO[1]]
    assert [e.url for e in imported.exchanges] == known
    assert [e.fingerprint for e in imported.exchanges] == [e.fingerprint for e in newest.exchanges]


@pytest.mark.parametrize("mark", ["true", "Yes", "TRUE"])
def test_drafts_do_not_count(mark):
    imported = export(
        messages(said(ANNA, MARCO, "Inviato"), said(ANNA, GIULIA, "Mai", draft=mark)),
        owner="Anna Bianchi",
    )
    assert [e.text for e in imported.exchanges] == ["Inviato"]
    assert whys(imported) == ["bozza: non è stata inviata"]


def test_what_is_no_message_between_people():
    company = ("Radicle", "https://www.linkedin.com/company/radicle")
    gone = ("LinkedIn Member", "")
    imported = export(
        messages(
            said(MARCO, ANNA, "Vero"),
            said(ANNA, GIULIA, "Vero anche questo"),
            said(UGO, ANNA, '<p class="spinmail-quill">Compra</p>'),
            said(("LinkedIn", ""), ANNA, "Novità"),
            said(company, ANNA, "Offerta"),
            said(gone, ANNA, "Addio"),
            said(ANNA, gone, "Ci sei?"),
            said(UGO, ANNA, "Guadagna", folder="SPAM"),
            said(UGO, ANNA, ""),
            said(UGO, ANNA, "", attachments="foto.jpg"),
            said(UGO, ANNA, "Quando?", at="ieri"),
            said(MARCO, ANNA, "Vero"),
        ),
        "messages.csv",
    )
    assert [e.text for e in imported.exchanges] == ["Vero", "Vero anche questo", "[allegato]"]
    assert [(s.where[len("messages.csv, ") :], s.why) for s in imported.skipped] == [
        ("riga 4", "messaggio sponsorizzato"),
        ("riga 5", "messaggio di LinkedIn o di un'azienda, non di una persona"),
        ("riga 6", "messaggio di LinkedIn o di un'azienda, non di una persona"),
        ("riga 9", "è nella cartella dello spam"),
        ("riga 7", "l'altra persona non è indicata, o ha chiuso o nascosto il profilo"),
        ("riga 8", "l'altra persona non è indicata, o ha chiuso o nascosto il profilo"),
        ("riga 10", "messaggio senza testo"),
        ("riga 12", "data «ieri» non riconosciuta"),
        ("riga 13", "messaggio ripetuto"),
    ]


def test_a_group_counts_for_each_and_a_crowd_for_nobody():
    crowd = [(f"Persona {letter}", f"{SITE}persona-{letter}") for letter in "abcdef"]
    assert len(crowd) > LARGEST_GROUP
    imported = export(
        messages(
            said(ANNA, [MARCO, GIULIA], "A voi due", talk="g"),
            said(MARCO, [ANNA, GIULIA], "Eccomi", talk="g"),
            said(ANNA, crowd, "A tutti", talk="folla"),
            said(crowd[0], [ANNA, *crowd[1:]], "Anch'io", talk="folla"),
            said(ANNA, UGO, "Solo a te"),
        )
    )
    assert [(e.name, e.text) for e in imported.exchanges] == [
        ("Marco Rossi", "A voi due"),
        ("Giulia Ferrari", "A voi due"),
        ("Marco Rossi", "Eccomi"),
        ("Ugo Fabbri", "Solo a te"),
    ]
    assert len({e.fingerprint for e in imported.exchanges}) == 4
    assert whys(imported) == ["conversazione di gruppo con 6 persone"] * 2


def test_recipients_with_commas_in_their_names():
    marco = ("Marco Rossi, notaio", MARCO[1])
    imported = export(
        messages(
            said(ANNA, marco, "Uno", talk="a"),
            said(GIULIA, [ANNA, marco], "Due", talk="g"),
            said(ANNA, [GIULIA, marco], "Tre", talk="g"),
            said(ANNA, ("Ugo Fabbri, PhD", ""), "Quattro", talk="b"),
        )
    )
    assert [(e.name, e.text) for e in imported.exchanges] == [
        ("Marco Rossi, notaio", "Uno"),
        ("Giulia Ferrari", "Due"),
        ("Giulia Ferrari", "Tre"),
        ("Marco Rossi, notaio", "Tre"),
        ("Ugo Fabbri", "Quattro"),
    ]


# --- whose export ---------------------------------------------------------------------------------


def test_the_owner_is_in_every_conversation():
    rows = [said(MARCO, ANNA), said(GIULIA, ANNA), said(ANNA, UGO)]
    assert export(messages(*rows)).owner.name == "Anna Bianchi"


def test_one_conversation_does_not_tell_whose_it_is():
    text = messages(said(MARCO, ANNA), said(ANNA, MARCO, "Ciao Marco"))
    with pytest.raises(OwnerUnknown, match=r"non si capisce chi sei: «.*» o «.*»") as refusal:
        export(text)
    assert set(refusal.value.candidates) == {"Anna Bianchi", "Marco Rossi"}
    for owner in ("anna bianchi", "https://it.linkedin.com/in/Anna-Bianchi/"):
        sent = [e.direction for e in export(text, owner=owner).exchanges]
        assert sent == [Direction.RECEIVED, Direction.SENT]
    with pytest.raises(OwnerUnknown, match="«Zoe» non compare"):
        export(text, owner="Zoe")


def test_other_files_of_the_export_tell_the_owner():
    talk = messages(said(MARCO, ANNA))
    connections = table(CONNECTIONS, *TWO)
    profile = "First Name,Last Name,Maiden Name,Headline\nAnna,Bianchi,,Coach\n"
    invitation = table(
        INVITATIONS, [ANNA[0], UGO[0], "1/12/10, 9:14 AM", "", "OUTGOING", ANNA[1], UGO[1]]
    )
    for other in (
        {"Connections.csv": connections},
        {"Profile.csv": profile},
        {"Invitations.csv": invitation},
    ):
        imported = export(zipped(**{"messages.csv": talk}, **other), "export.zip")
        assert (imported.owner.name, imported.owner.url) == ANNA
        assert imported.exchanges[0].direction is Direction.RECEIVED
    assert (
        export(zipped(**{"messages.csv": talk, "Profile.csv": profile}), "e.zip").owner.role
        == "Coach"
    )


def test_a_namesake_of_the_owner_is_somebody_else():
    namesake = (ANNA[0], f"{SITE}un-altra-anna")
    imported = export(
        messages(
            said(ANNA, MARCO, talk="a"),
            said(ANNA, GIULIA, talk="b"),
            said(namesake, ANNA, "Ciao omonima", talk="c"),
            said(ANNA, namesake, "Ciao a te", talk="c"),
        )
    )
    assert imported.owner.url == ANNA[1]
    assert [(e.url, e.direction) for e in imported.exchanges[2:]] == [
        (namesake[1], Direction.RECEIVED),
        (namesake[1], Direction.SENT),
    ]


def test_the_owners_profile_tells_namesakes_apart_even_when_the_other_writes_more():
    namesake = (ANNA[0], f"{SITE}un-altra-anna")
    text = messages(
        said(ANNA, namesake, talk="a"),
        said(namesake, [ANNA, MARCO], talk="b"),
        said(namesake, [ANNA, GIULIA], talk="c"),
    )
    imported = export(text, owner=ANNA[1])
    assert imported.owner.url == ANNA[1]
    assert [e.direction for e in imported.exchanges[:2]] == [Direction.SENT, Direction.RECEIVED]


# --- Invitations.csv ------------------------------------------------------------------------------


def test_invitations():
    text = table(
        INVITATIONS,
        [
            ANNA[0],
            MARCO[0],
            "1/12/10, 9:14 AM",
            "Ci siamo visti a Rimini.",
            "OUTGOING",
            ANNA[1],
            MARCO[1],
        ],
        [UGO[0], ANNA[0], "2010-03-01 10:00:00 UTC", "", "INCOMING", UGO[1], ANNA[1]],
        [GIULIA[0], ANNA[0], "mai", "Ciao", "INCOMING", GIULIA[1], ANNA[1]],
    )
    imported = export(text, "Invitations.csv")
    assert (imported.owner.name, imported.owner.url) == ANNA
    assert names(imported) == ["Marco Rossi", "Ugo Fabbri", "Giulia Ferrari"]
    (exchange,) = imported.exchanges
    assert (exchange.name, exchange.url, exchange.direction) == (*MARCO, Direction.SENT)
    assert exchange.at == datetime(2010, 1, 12, 9, 14, tzinfo=UTC)
    assert whys(imported) == ["data «mai» non riconosciuta"]


def test_an_invitation_of_a_closed_account_is_left_out():
    text = table(
        INVITATIONS,
        ["LinkedIn Member", ANNA[0], "2010-03-01 10:00:00 UTC", "Ciao", "INCOMING", "", ANNA[1]],
    )
    imported = export(text)
    assert (imported.contacts, imported.exchanges) == ((), ())
    assert whys(imported) == ["l'altra persona non ha nome"]


def test_the_words_of_an_invitation_count_once():
    invitation = table(
        INVITATIONS,
        [ANNA[0], MARCO[0], "3/1/26, 9:14 AM", "Piacere!", "OUTGOING", ANNA[1], MARCO[1]],
    )
    imported = export(
        zipped(
            **{
                "messages.csv": messages(said(ANNA, MARCO, "Piacere!")),
                "Invitations.csv": invitation,
            }
        ),
        "e.zip",
    )
    assert len(imported.exchanges) == 1


# --- the .zip and the folder ----------------------------------------------------------------------

WHOLE = {
    "Connections.csv": f'Notes:\n"{PREAMBLE}"\n\n' + table(CONNECTIONS, *TWO),
    "messages.csv": messages(said(ANNA, MARCO), said(UGO, ANNA)),
}


@pytest.mark.parametrize(
    "rename",
    [str, str.lower, str.upper, lambda name: f"Basic_Export_2026/{name}", str.capitalize],
)
def test_a_zip_with_its_files_anywhere(rename):
    files = {rename(name): text for name, text in WHOLE.items()}
    imported = export(
        zipped(**files, **{"Skills.csv": "Name\nPython\n", "__MACOSX/._Connections.csv": "\0\1"}),
        "Export.ZIP",
    )
    assert names(imported) == ["Marco Rossi", "Giulia Ferrari"]
    assert [e.name for e in imported.exchanges] == ["Marco Rossi", "Ugo Fabbri"]


def test_a_zip_unpacked_into_a_folder(tmp_path):
    for name, text in WHOLE.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert read(tmp_path) == export(zipped(**WHOLE), "export.zip")


def test_conversations_with_assistants_are_left_out_with_a_word():
    imported = export(zipped(**WHOLE, **{"guide_messages.csv": WHOLE["messages.csv"]}), "e.zip")
    assert len(imported.exchanges) == 2
    assert [(s.where, s.why) for s in imported.skipped] == [
        ("guide_messages.csv", "conversazioni con gli assistenti di LinkedIn, non con persone")
    ]
    with pytest.raises(ImportRefused, match="assistenti di LinkedIn"):
        export(WHOLE["messages.csv"], "learning_role_play_messages.csv")


def encrypted(data):
    """The same .zip with its parts marked as encrypted."""
    marked = bytearray(data)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = marked.find(signature)
        while at >= 0:
            marked[at + place] |= 1
            at = marked.find(signature, at + 1)
    return bytes(marked)


def corrupted(data):
    """The same .zip with a byte of its first part changed."""
    changed = bytearray(data)
    name, extra = struct.unpack_from("<HH", changed, 26)
    changed[30 + name + extra + 20] ^= 0xFF
    return bytes(changed)


def misplaced(data):
    """The same .zip with something taken from its middle."""
    return data[:40] + data[60:]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (zipped(**WHOLE)[:-40], "non è uno .zip, o è danneggiato"),
        (corrupted(zipped(**WHOLE)), "danneggiato"),
        (encrypted(zipped(**WHOLE)), "password"),
        (misplaced(zipped(**WHOLE)), "danneggiato"),
        (zipped(**{"messages.csv": "a" * 20_000_000}), "per prudenza"),
        (zipped(**{"Skills.csv": "Name\n", "altro.vcf": ""}), "ho trovato: Skills.csv, altro.vcf"),
        (zipped(**{"[Content_Types].xml": "", "xl__workbook.xml": ""}), "salvalo come .csv"),
        (zipped(**{"Connections.csv": "a,b\n1,2\n"}), "«first name», .*ci sono «a», «b»"),
        (zipped(**{"Profile.csv": "First Name,Last Name,Maiden Name\nA,B,\n"}), "i tuoi dati"),
        (zipped(), "non c'è nessun file"),
        (b"Nome;Ruolo\n", "non è uno .zip"),
    ],
)
def test_archives_refused(data, told):
    with pytest.raises(ImportRefused, match=told):
        export(data, "export.zip")


# --- vCard ----------------------------------------------------------------------------------------


def test_cards_of_every_version():
    imported = read(DATA / "rubrica.vcf")
    niccolo, sara, irene, ottavia, ultima = imported.contacts
    assert (niccolo.name, niccolo.company) == ("Niccolò Condò", "Società Idrica")
    assert niccolo.phone == "340 5550112"
    assert niccolo.notes == ("visto al convegno", "ha un figlio a Trento")
    assert sara.name == "Sara Nicolò"
    assert (irene.name, irene.role) == ("Irene Sartori", "Direttrice, stabilimento")
    assert irene.email == "irene.sartori@lavoro.example"
    assert irene.url == f"{SITE}irene-sartori"
    assert irene.notes == ("parla di recupero del calore ai corsi",)
    assert (ottavia.email, ottavia.phone) == ("ottavia@esempio.example", "+39-06-555-0113")
    assert ultima.name == "Ultima Intera"
    assert imported.kind == ultima.origin == "vcard"
    assert [(s.where, s.why) for s in imported.skipped] == [
        ("rubrica.vcf, scheda 5 (riga 36)", "senza nome"),
        ("rubrica.vcf, scheda 6 (riga 40)", "scheda incompleta: manca la riga END:VCARD"),
    ]


@pytest.mark.parametrize("quoted", ["", ";ENCODING=QUOTED-PRINTABLE"])
@pytest.mark.parametrize("version", ["2.1", "3.0", "4.0"])
def test_commas_that_nobody_escaped(version, quoted):
    soft = "=\n" if quoted else ""
    card = (
        f"BEGIN:VCARD\nVERSION:{version}\nFN:Rossi, Mario\nORG{quoted}:Rossi, Figli & C.;Vendite\n"
        f"TITLE:capo, socio\nNOTE{quoted}:visto a Rimini, {soft}cerca tappi\\, vetro; altro\n"
        "END:VCARD\n"
    )
    (mario,) = export(card, "rubrica.vcf").contacts
    assert (mario.name, mario.company) == ("Mario Rossi", "Rossi, Figli & C.")
    assert mario.role == "capo, socio"
    assert mario.notes == ("visto a Rimini, cerca tappi, vetro; altro",)


def test_a_broken_card_costs_itself_only(capfd):
    cards = [
        "BEGIN:VCARD\nVERSION:3.0\nFN:Prima\nquesta riga non vuol dire niente\nEND:VCARD\n",
        "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=MARZIANO;ENCODING=QUOTED-PRINTABLE:=F2;x\nEND:VCARD\n",
        "BEGIN:VCARD\nVERSION:3.0\nFN:Terza\nEND:VCARD\n",
    ]
    imported = export("".join(cards), "rubrica.vcf")
    assert names(imported) == ["Prima", "Terza"]
    assert whys(imported) == ["scheda danneggiata"]
    # Somebody's address book is not for the log.
    assert capfd.readouterr().err == ""


def test_a_group_of_cards_is_nobody():
    cards = (
        "BEGIN:VCARD\nVERSION:3.0\nFN:Famiglia\nX-ADDRESSBOOKSERVER-KIND:group\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Soci\nEND:VCARD\n"
    )
    imported = export(cards, "rubrica.vcf")
    assert imported.contacts == ()
    assert whys(imported) == ["è un gruppo, non una persona"] * 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_cards_are_known_by_their_first_line(encoding):
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Niccolò Però\r\nEND:VCARD\r\n"
    assert names(export(card.encode(encoding), "senza-estensione")) == ["Niccolò Però"]


# --- any other table ------------------------------------------------------------------------------


def test_an_italian_table_from_outlook():
    imported = read(DATA / "outlook_it.csv")
    agnes, ciro = imported.contacts
    assert (agnes.name, agnes.company) == ("Agnès D’Amico", "Società Agricola Però")
    assert (agnes.role, agnes.email) == ("Responsabile qualità", "agnes@pero.example")
    assert (agnes.phone, agnes.notes) == (
        "333/5550103",
        ("tiene un corso a maggio", "Città: Forlì"),
    )
    assert ciro.name == "Ciro Esposito"
    assert imported.kind == ciro.origin == "csv"


def test_a_table_from_google():
    imported = read(DATA / "google.csv")
    teresa, ugo = imported.contacts
    assert (teresa.name, teresa.role, teresa.company) == (
        "Teresa Marchetti",
        "Enologa",
        "Cantina Sorgente",
    )
    assert (teresa.phone, teresa.url) == ("+39 347 555 0101", "")
    assert teresa.notes == ("conosciuta alla fiera di Verona", "cerca un fornitore di tappi")
    assert ugo.url == UGO[1]
    assert [(s.where, s.why) for s in imported.skipped] == [("google.csv, riga 5", "senza nome")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_and_encodings(delimiter, encoding):
    text = table(
        ["Nome completo", "Società", "Note"],
        ["Nicolò Però", "Vela, Remo & C.; Trieste", "a, b; c"],
        ["Marco Rossi", "", "d, e"],
        delimiter=delimiter,
    )
    imported = export(text.encode(encoding))
    assert names(imported) == ["Nicolò Però", "Marco Rossi"]
    assert imported.contacts[0].company == "Vela, Remo & C.; Trieste"
    assert imported.contacts[1].notes == ("d, e",)


def test_one_stray_byte_costs_one_letter():
    text = "Nome;Note\nNicolò;è così, perché sì: già, però, più\n".encode() + b"Ugo;\xff\n"
    assert names(export(text)) == ["Nicolò", "Ugo"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Nome,Cognome,E-mail", {"first_name": "Nome", "last_name": "Cognome", "email": "E-mail"}),
        ("Nome,Telefono", {"name": "Nome", "phone": "Telefono"}),
        (
            "NOMINATIVO,Ruolo attuale,Società",
            {"name": "NOMINATIVO", "role": "Ruolo attuale", "company": "Società"},
        ),
        ("name,title,company", {"name": "name", "role": "title", "company": "company"}),
        ("Nome azienda,Referente", {"company": "Nome azienda", "name": "Referente"}),
        (
            "Profilo LinkedIn (URL),Full Name,URL",
            {"url": "Profilo LinkedIn (URL)", "name": "Full Name"},
        ),
        ("Contatto telefonico,File name", {"phone": "Contatto telefonico"}),
        (
            "Città,Annotazioni,Posizione",
            {"city": "Città", "notes": "Annotazioni", "role": "Posizione"},
        ),
        (
            "First Name,Middle Name,Last Name",
            {"first_name": "First Name", "last_name": "Last Name"},
        ),
    ],
)
def test_columns_guessed(header, expected):
    found = columns(("rubrica.csv", f"{header}\n".encode()))
    assert found.mapping == expected
    assert found.header == tuple(header.split(","))


def test_columns_shown_and_chosen():
    rows = ["Rossi Mario;Vela;15/03/2024", "De Luca, Anna;;04/05/2024", ";Remo;"]
    file = ("soci.csv", "\n".join(["Elenco soci;;", "Chi;Dove lavora;Data", *rows]).encode())
    found = columns(file)
    assert found.header == ("Chi", "Dove lavora", "Data")
    assert found.sample == (
        ("Rossi Mario", "Vela", "15/03/2024"),
        ("De Luca, Anna", "", "04/05/2024"),
        ("", "Remo", ""),
    )
    with pytest.raises(
        ImportRefused, match=r"non trovo la colonna del nome\. Le colonne sono: «Chi», «Dove"
    ):
        read(file)
    imported = read(
        file,
        mapping={Field.NAME: "Chi", "company": "Dove lavora", "connected_on": "Data", "role": ""},
    )
    assert [(c.name, c.company, c.connected_on) for c in imported.contacts] == [
        ("Rossi Mario", "Vela", date(2024, 3, 15)),
        ("Anna De Luca", "", date(2024, 5, 4)),
    ]
    assert imported.skipped[0].where == "soci.csv, riga 5"
    with pytest.raises(ImportRefused, match="non c'è una colonna «Nome»"):
        read(file, mapping={"name": "Nome"})
    with pytest.raises(ImportRefused, match="«età» non è un dato di un contatto"):
        read(file, mapping={"età": "Data"})


def test_a_table_without_a_header():
    file = ("elenco.csv", b"Mario Rossi,mario@rossi.example\nAnna Verdi,anna@verdi.example\n")
    assert columns(file).header == ("Colonna 1", "Colonna 2")
    imported = read(file, mapping={"name": "Colonna 1", "email": "Colonna 2"})
    assert names(imported) == ["Mario Rossi", "Anna Verdi"]


def test_family_name_first_and_excels_own_line():
    imported = export("sep=;\nCognome e nome;Email\nRossi Mario;m@r.example\nDe Luca Anna;\n")
    assert names(imported) == ["Mario Rossi", "Anna De Luca"]


def test_no_columns_to_choose_for_what_explains_itself():
    assert columns(DATA / "rubrica.vcf") is None
    assert columns(("Connections.csv", WHOLE["Connections.csv"].encode())) is None
    assert columns(("export.zip", zipped(**WHOLE))) is None


# --- refusals and progress ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("vuoto.csv", b"", "il file è vuoto"),
        ("spazi.csv", b"\n \n\n", "il file è vuoto"),
        ("foto.csv", bytes(range(256)) * 20, "non è un testo"),
        (
            "lettera.txt",
            b"Gentile dottoressa,\nLe scrivo per ringraziarLa.\n",
            "non trovo la colonna",
        ),
        ("solo.csv", b"Nome,Ruolo\n", "non c'è nessun contatto"),
        ("solo.vcf", b"niente", "non c'è nessun contatto"),
        (
            "Profile.csv",
            b"First Name,Last Name,Maiden Name\nA,B,\n",
            "i tuoi dati, non i tuoi contatti",
        ),
    ],
)
def test_files_refused(name, data, told):
    with pytest.raises(ImportRefused, match=told) as refusal:
        export(data, name)
    assert name in str(refusal.value)
    assert refusal.value.exit_code == 2


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(
        ImportRefused, match=r"manca\.csv: non riesco a leggere il file \(non esiste\)"
    ):
        read(tmp_path / "manca.csv")
    with pytest.raises(ImportRefused, match="non c'è nessun file"):
        read(tmp_path)


def test_progress_in_lines():
    told = []
    rows = [["Marco", f"Rossi {number}", "", "", "", "", ""] for number in range(5_000)]
    files = {"Connections.csv": table(CONNECTIONS, *rows), "messages.csv": WHOLE["messages.csv"]}
    export(zipped(**files), "e.zip", progress=lambda *step: told.append(step))
    connections = [(done, total) for stage, done, total in told if stage == "Leggo i collegamenti"]
    assert {stage for stage, *_ in told} == {"Leggo i collegamenti", "Leggo i messaggi"}
    assert connections[-1] == (5_002, 5_002)
    assert len(connections) > 3
    assert connections == sorted(connections)


def test_nothing_of_anybody_stays_behind_in_memory():
    assert export(zipped(**WHOLE), "e.zip").contacts
    with pytest.raises(ImportRefused):
        export(zipped(**{**WHOLE, "Invitations.csv": "a,b\n1,2\n"}), "e.zip")
    for cached in (people.person_name, people.profile, people.is_nobody):
        assert cached.cache_info().currsize == 0


# --- into the store -------------------------------------------------------------------------------


def test_from_a_zip_to_the_store_and_again(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path / 'coach.sqlite'}")
    try:
        imported = export(zipped(**WHOLE), "export.zip")
        first = store.merge(imported)
        # Marco and Giulia are connections, Ugo is known from his message.
        assert (first.new, first.exchanges_new) == (3, 2)
        assert {row.card.name for row in store.contacts()} == {
            "Marco Rossi",
            "Giulia Ferrari",
            "Ugo Fabbri",
        }
        again = store.merge(export(zipped(**WHOLE), "export.zip"))
        assert (again.new, again.updated, again.exchanges_new) == (0, 0, 0)
        assert again.exchanges_known == 2
        ugo = store.contact("Ugo Fabbri")
        assert [e.direction for e in store.exchanges(ugo.id)] == [Direction.RECEIVED]
    finally:
        store.close()


def test_the_same_person_twice_in_a_file_is_one_contact(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path / 'coach.sqlite'}")
    try:
        shouted = "HTTPS://IT.LINKEDIN.COM/in/Marco-Rossi/it?x=1"
        rows = [["Marco", "Rossi", MARCO[1], "", "Vela", "", ""]]
        rows += [["Marco", "Rossi PhD", shouted, "m@r.example", "", "", ""]]
        assert store.merge(export(table(CONNECTIONS, *rows))).new == 1
        assert store.contact("Marco Rossi").email == "m@r.example"
    finally:
        store.close()


@pytest.mark.parametrize("name", ["rubrica.vcf", "google.csv", "outlook_it.csv"])
def test_cards_and_tables_to_the_store_and_again(tmp_path, name):
    store = Store.open(f"sqlite:///{tmp_path / 'coach.sqlite'}")
    try:
        imported = read(DATA / name)
        assert store.merge(imported).new == len(imported.contacts)
        again = store.merge(read(DATA / name))
        assert (again.new, again.updated, again.unchanged) == (0, 0, len(imported.contacts))
    finally:
        store.close()


# --- the public set -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def public(shared_folder):
    return shared_folder / "evals" / "public" / "linkedin_export"


@pytest.fixture(scope="session")
def layouts(public):
    return json.loads((public / "export_format.json").read_text(encoding="utf-8"))


def rows_of(file, skip=0):
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(io.StringIO("".join(stream.readlines()[skip:]), newline="")))


@pytest.mark.shared
def test_public_connections_in_every_layout(public, layouts):
    sample = rows_of(public / "Connections_sample.csv", skip=3)
    expected = [f"{row['First Name']} {row['Last Name']}" for row in sample]
    assert names(read(public / "Connections_sample.csv")) == expected
    note = layouts["connections_preamble_real_text"]
    preambles = [
        f'Notes:\n"{note}"\n\n',
        f'\ufeffNotes:\r\n"{note}"\r\n\r\n',
        f'"Notes:"\n"{note}"\n\n',
        "",
    ]
    headers = [header.partition(" (")[0] for header in layouts["connections_header_variants"]]
    assert len(preambles) == len(layouts["connections_preamble_variants"])
    assert len(headers) == 2
    for preamble in preambles:
        for header in headers:
            end = "\r\n" if "\r\n" in preamble else "\n"
            rows = [[row[name] for name in header.split(",")] for row in sample]
            imported = export(preamble + table(header, *rows, end=end))
            assert names(imported) == expected
            assert imported.skipped == ()
            for contact, row in zip(imported.contacts, sample, strict=True):
                assert contact.url == (row["URL"] if "URL" in header else "")
                assert (contact.email, contact.company) == (row["Email Address"], row["Company"])
                assert contact.role == row["Position"]
                assert f"{contact.connected_on:%d %b %Y}".zfill(11) == row["Connected On"].zfill(11)


@pytest.mark.shared
def test_public_messages_under_every_header(public, layouts):
    sample = rows_of(public / "messages_sample.csv")
    sent = [row for row in sample if row["IS MESSAGE DRAFT"] == "false"]
    newest = read(public / "messages_sample.csv")
    owner = "Ada Byron-Lovelace"
    everybody = {name for row in sent for name in (row["FROM"], *row["TO"].split(", "))} - {owner}
    assert newest.owner.name == owner
    assert {e.name for e in newest.exchanges} == everybody
    assert whys(newest).count("bozza: non è stata inviata") == len(sample) - len(sent) > 0
    base = layouts["messages_header_variants"][0]
    headers = [
        header.partition(" (")[0].replace("...,FOLDER", base)
        for header in layouts["messages_header_variants"]
    ]
    assert [len(header.split(",")) for header in headers] == [10, 11, 12, 12, 8, 7]
    for header in headers:
        yes = {"true": "Yes", "false": "No"} if "ARCHIVED" in header else {}
        rows = [
            [yes.get(row.get(name, "No"), row.get(name, "No")) for name in header.split(",")]
            for row in (sample if "DRAFT" in header else sent)
        ]
        imported = export(table(header, *rows))
        assert imported.owner.name == owner
        assert len(imported.exchanges) == len(newest.exchanges)
        assert {e.name for e in imported.exchanges} == everybody
        for before, after in zip(newest.exchanges, imported.exchanges, strict=True):
            assert (before.name, before.direction, before.at) == (
                after.name,
                after.direction,
                after.at,
            )
            assert after.url in (before.url, "" if "RECIPIENT" not in header else before.url)


@pytest.mark.shared
def test_public_invitations(public):
    sample = rows_of(public / "Invitations_sample.csv")
    imported = read(public / "Invitations_sample.csv")
    sides = {
        ("To" if row["Direction"] == "OUTGOING" else "From", i) for i, row in enumerate(sample)
    }
    assert imported.owner.name == "Ada Byron-Lovelace"
    assert {c.name for c in imported.contacts} == {sample[i][side] for side, i in sides}
    written = [row for row in sample if row["Message"]]
    assert len(imported.exchanges) == len(written)
    assert sum(e.direction is Direction.SENT for e in imported.exchanges) == sum(
        row["Direction"] == "OUTGOING" for row in written
    )


@pytest.mark.shared
def test_public_cards(public):
    expected = json.loads((public / "vcards_expected.json").read_text(encoding="utf-8"))
    for file, said_of in expected.items():
        imported = read(public / file)
        assert names(imported) == said_of["expected"]
        assert len(imported.skipped) == said_of.get("unnamed_skipped", 0)
    second = read(public / "vcards_it_2.vcf").contacts
    assert second[0].notes[0] == "Comes on Fridays, never on Mondays; brings \\ tools"
    assert second[1].notes == ("Erste Zeile", "Zweite Zeile")
    assert second[2].email == "info@comune.example"


@pytest.mark.shared
def test_public_export_into_the_store_and_again(public, tmp_path):
    files = {
        f"{name}.csv": (public / f"{name}_sample.csv").read_text(encoding="utf-8")
        for name in ("Connections", "messages", "Invitations")
    }
    data = zipped(**files)
    store = Store.open(f"sqlite:///{tmp_path / 'coach.sqlite'}")
    try:
        imported = read_bytes("export.zip", data)
        urls = {x.url for x in (*imported.contacts, *imported.exchanges)}
        first = store.merge(imported)
        assert first.new == len(urls) == store.count_contacts()
        assert (
            first.exchanges_new
            == len(imported.exchanges)
            == len({e.fingerprint for e in imported.exchanges})
        )
        again = store.merge(read_bytes("export.zip", data))
        assert (again.new, again.updated, again.exchanges_new) == (0, 0, 0)
    finally:
        store.close()
