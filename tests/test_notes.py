"""Notes are read section by section, and a broken one is refused with file and line."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

import pytest

from coach.errors import KnowledgeError
from coach.notes import NoteKind, read_note, read_notes
from coach.settings import PROJECT

SHIPPED = PROJECT / "knowledge" / "notes"
SEEDS = PROJECT.parent / "shared" / "seeds"

#: More words in a row than this, equal to the source's, would be a copy.
LONGEST_COMMON_RUN = 14
LONGEST_QUOTE = 12

FRONT = """---
id: prova
title: "Una prova: la nota"
author: Prima offri
date: 2012-03-30
kind: guide
locator: scritta per i test
language: it
---
"""


def write(tmp_path: Path, text: str, name: str = "prova.md") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def test_front_matter_and_sections_are_read(tmp_path):
    note = read_note(
        write(
            tmp_path,
            FRONT + "\n## Primo\n<!-- domande: Uno? | Due? -->\n\nTesto uno.\n\nTesto due.\n"
            "\n### Annidato\nTesto tre.\n",
        )
    )
    assert (note.id, note.date, note.kind) == ("prova", "2012-03-30", NoteKind.GUIDE)
    first, nested = note.sections
    assert first.heading == "Primo"
    assert first.text == "Testo uno.\n\nTesto due."
    assert first.questions == ("Uno?", "Due?")
    assert first.line == 11
    assert (nested.heading, nested.text, nested.questions) == ("Annidato", "Testo tre.", ())
    assert note.section("Annidato") == nested
    assert note.section("Assente") is None


def test_a_heading_may_only_group_deeper_ones(tmp_path):
    note = read_note(write(tmp_path, FRONT + "# Parte\n## Dentro\nTesto.\n"))
    assert [section.heading for section in note.sections] == ["Dentro"]


def test_windows_line_ends_and_byte_order_mark_do_not_matter(tmp_path):
    path = tmp_path / "prova.md"
    path.write_bytes(b"\xef\xbb\xbf" + (FRONT + "## A\nTesto.\n").replace("\n", "\r\n").encode())
    assert read_note(path).sections[0].text == "Testo."


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("## Senza frontespizio\nTesto.\n", 1, "manca il frontespizio"),
        ("---\nid: prova\n", 1, "non è chiuso"),
        (FRONT.replace('"Una prova: la nota"', "Una prova: la nota"), 3, "YAML non valido"),
        (FRONT.replace("locator: scritta per i test\n", ""), 2, "manca la chiave «locator»"),
        (FRONT.replace("language:", "lingua:"), 2, "manca la chiave «language»"),
        (FRONT.replace("language: it", "language: it\nlingua: it"), 9, "chiave sconosciuta"),
        (FRONT.replace("kind: guide", "kind: romanzo"), 6, "valore sconosciuto 'romanzo'"),
        (FRONT.replace("author: Prima offri", "author: [a, b]"), 4, "deve essere un testo"),
        (FRONT.replace("author: Prima offri", 'author: ""'), 4, "testo non vuoto"),
        (FRONT.replace("date:", "title:"), 5, "scritta due volte"),
        (FRONT.replace("id: prova", "id: altra"), 2, "diverso dal nome del file"),
        (FRONT + "Testo orfano.\n## A\nTesto.\n", 10, "prima del primo titolo"),
        (FRONT, 10, "non ha sezioni"),
        (FRONT + "## A\n\n## B\nTesto.\n", 10, "è vuota"),
        (FRONT + "## A\nTesto.\n## A\nTesto.\n", 12, "compare due volte"),
    ],
)
def test_a_broken_note_is_refused_with_file_and_line(tmp_path, text, line, says):
    with pytest.raises(KnowledgeError) as raised:
        read_note(write(tmp_path, text))
    assert f"prova.md, riga {line}: " in str(raised.value)
    assert says in str(raised.value)


def test_bytes_that_are_not_utf8_are_refused_with_their_line(tmp_path):
    path = tmp_path / "prova.md"
    path.write_bytes(b"---\nid: citt\xe0\n---\n")
    with pytest.raises(KnowledgeError, match=r"prova\.md, riga 2: .*UTF-8"):
        read_note(path)


def test_a_missing_file_and_a_missing_folder_are_told(tmp_path):
    with pytest.raises(KnowledgeError, match=r"assente\.md"):
        read_note(tmp_path / "assente.md")
    with pytest.raises(KnowledgeError, match="non c'è"):
        read_notes(tmp_path / "assente")


def test_a_folder_of_notes_holds_nothing_else(tmp_path):
    write(tmp_path, FRONT + "## A\nTesto.\n")
    write(tmp_path, "appunti", name=".nascosto")
    assert [note.id for note in read_notes(tmp_path)] == ["prova"]
    write(tmp_path, "appunti", name="appunti.txt")
    with pytest.raises(KnowledgeError, match=r"appunti\.txt"):
        read_notes(tmp_path)


# --- the notes that are shipped -----------------------------------------------------------------


def test_shipped_notes_cover_every_kind():
    assert {note.kind for note in read_notes(SHIPPED)} == set(NoteKind)


def test_shipped_sections_can_be_retrieved_alone():
    sections = [section for note in read_notes(SHIPPED) for section in note.sections]
    sizes = [len(section.text) for section in sections]
    assert statistics.median(sizes) <= 900
    assert max(sizes) <= 1000
    for section in sections:
        assert 6 <= len(section.questions) <= 20, section.heading
        assert len(set(section.questions)) == len(section.questions), section.heading
        assert "<!--" not in section.text


def test_shipped_quotations_are_short():
    for note in read_notes(SHIPPED):
        for section in note.sections:
            for quote in re.findall(r"«(.*?)»", section.text, re.DOTALL):
                assert len(words(quote)) <= LONGEST_QUOTE, quote


@pytest.mark.parametrize(
    ("note_id", "figure"),
    [
        ("abc_networking_linkedin", "90%"),
        ("abc_networking_linkedin", "8 anni"),
        ("abc_networking_linkedin", "il giorno stesso"),
        ("abc_networking_linkedin", "22 commenti"),
        ("commenti_lettori", "99%"),
        ("commenti_lettori", "ariete"),
        ("commenti_lettori", "Hide"),
        ("robot_networking_recensione", "figurine"),
        ("robot_networking_recensione", "7 Mosse"),
        ("cifre_risposte", "26,4%"),
    ],
)
def test_shipped_notes_hold_the_figures_of_the_sources(note_id, figure):
    note = read_note(SHIPPED / f"{note_id}.md")
    assert any(figure in section.text for section in note.sections)


@pytest.mark.shared
@pytest.mark.skipif(not SEEDS.is_dir(), reason=f"i testi di partenza non sono in {SEEDS}")
def test_notes_are_in_our_own_words():
    size = LONGEST_COMMON_RUN + 1
    runs = set()
    for seed in SEEDS.glob("*.txt"):
        source = words(seed.read_text(encoding="utf-8"))
        runs |= {tuple(source[n : n + size]) for n in range(len(source) - size + 1)}
    for path in SHIPPED.glob("*.md"):
        ours = words(path.read_text(encoding="utf-8"))
        for n in range(len(ours) - size + 1):
            assert tuple(ours[n : n + size]) not in runs, (path.name, ours[n : n + size])


@pytest.mark.shared
@pytest.mark.skipif(not SEEDS.is_dir(), reason=f"i testi di partenza non sono in {SEEDS}")
def test_what_the_notes_quote_is_in_the_sources():
    sources = " ".join(" ".join(words(p.read_text(encoding="utf-8"))) for p in SEEDS.glob("*.txt"))
    for note in read_notes(SHIPPED):
        if note.kind in (NoteKind.GUIDE, NoteKind.FIGURES):
            continue
        for section in note.sections:
            for quote in re.findall(r"«(.*?)»", section.text, re.DOTALL):
                assert " ".join(words(quote)) in sources, quote
