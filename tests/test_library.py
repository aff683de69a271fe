import json
import shutil
import statistics
import subprocess
import sys
import textwrap
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from coach.embeddings import CachedEmbeddings, E5Embeddings
from coach.errors import InputError, KnowledgeError, LibraryError, RowError
from coach.library import (
    Library,
    Mode,
    alignment,
    entries,
    lexical,
    reading,
    retrieval,
    snapshot,
    splitting,
    vector_index,
)
from coach.settings import PROJECT, Settings

NOTE = """\
---
id: {id}
title: {title}
author: prova
date: 2024-01-01
kind: guide
locator: prova
language: it
---

"""
COFFEE = NOTE.format(id="caffe", title="Il caffè della moka") + (
    "## L'acqua nella caldaia\n<!-- domande: Quanto devo riempire il serbatoio? -->\n\n"
    "L'acqua arriva fino alla valvola, mai oltre. Meglio se poco calcarea.\n\n"
    "## La fiamma\n\nIl fuoco resta basso, così l'estrazione è lenta e non brucia.\n"
)
GARDEN = NOTE.format(id="orto", title="L'orto sul balcone") + (
    "## I pomodori\n\nI pomodori vogliono sei ore di sole e un vaso profondo.\n\n"
    "## Le zanzare\n\nBasilico e gerani tengono lontane le zanzare dal balcone.\n"
)
ARTICLE = """\
Come si tiene una bicicletta

La catena va pulita con uno straccio e oliata ogni trecento chilometri. Senza olio si consuma.

Controlli prima di partire
- la pressione delle gomme, con un manometro;
- i freni, tirando le leve da fermi;
- le luci, davanti e dietro.

Chi la lascia fuori sotto la pioggia se ne pente in primavera, quando la ruggine ha preso tutto.

3 comments
Piera Gallo
3 Marzo 2020 at 10:15Io la tengo in cantina appesa a un gancio: in casa non c'è posto.
Sul balcone prendeva umidità e il telaio si macchiava: da quando faccio così non ho più cambiato \
una catena, e in primavera parto subito.
Ugo
4 Marzo 2020 at 9:00Grazie!
Pingback:
Nadia
5 Marzo 2020 at 21:30Bello.
"""


@dataclass(frozen=True)
class SmallSettings(Settings):
    """The settings with notes of the test's own."""

    @property
    def notes(self) -> Path:
        return self.home / "notes"


@pytest.fixture(scope="session")
def embeddings(tmp_path_factory):
    """The real embedder; texts that several tests share are embedded once."""
    return CachedEmbeddings(E5Embeddings(), tmp_path_factory.mktemp("vectors") / "cache.sqlite")


@pytest.fixture
def settings(tmp_path):
    home = tmp_path / "home"
    (home / "notes").mkdir(parents=True)
    (home / "notes" / "caffe.md").write_text(COFFEE, "utf-8")
    (home / "notes" / "orto.md").write_text(GARDEN, "utf-8")
    return SmallSettings(home=home, models=home)


@pytest.fixture
def library(settings, embeddings):
    with Library.open(settings, embeddings) as opened:
        yield opened


@pytest.fixture
def article(tmp_path):
    file = tmp_path / "bicicletta.txt"
    file.write_text(ARTICLE, "utf-8")
    return file


def snapshot_folder(settings) -> Path:
    (folder,) = (settings.library / "snapshots").iterdir()
    return folder


# Splitting


def test_a_raw_article_is_split_with_its_headings_lists_and_comments():
    chunks = splitting.split(ARTICLE, splitting.title_of(ARTICLE, "?"))
    assert splitting.title_of(ARTICLE, "?") == "Come si tiene una bicicletta"
    by_heading = {chunk.heading: chunk.text for chunk in chunks}
    assert "i freni, tirando le leve da fermi" in by_heading["Controlli prima di partire"]
    assert "ruggine" not in by_heading["Controlli prima di partire"]
    comments = by_heading["Commento di Piera Gallo, Ugo, Nadia"]
    assert comments.startswith("Piera Gallo: Io la tengo in cantina")
    assert comments.endswith("\nUgo: Grazie!\nNadia: Bello.")
    assert not any("2020" in text or "Pingback" in text for text in by_heading.values())


def test_every_word_of_a_text_is_in_a_passage():
    words = [f"parola{n}" for n in range(4000)]
    text = ". ".join(" ".join(words[n : n + 12]).capitalize() for n in range(0, 4000, 12)) + "."
    chunks = splitting.split(text)
    assert [w.lower().strip(".") for c in chunks for w in c.text.split()] == words
    assert statistics.median(len(chunk.text) for chunk in chunks) <= splitting.LONGEST


def test_a_text_without_any_break_is_still_divided():
    assert all(len(c.text) <= splitting.LONGEST for c in splitting.split("a" * 5000))


def test_markdown_headings_hold_until_the_next():
    chunks = splitting.split(
        "# Titolo\n\n## Uno\n\n- a\n\nTesto primo.\n\n## Due\n\nSecondo.", "Titolo"
    )
    assert [(c.heading, c.text) for c in chunks] == [
        ("Uno", "a\nTesto primo."),
        ("Due", "Secondo."),
    ]


def test_front_matter_gives_the_title_and_is_not_text():
    text = "---\ntitle: 'Il pane'\ndate: 2024\n---\n\nLa pasta madre va rinfrescata."
    assert splitting.title_of(text, "?") == "Il pane"
    assert [c.text for c in splitting.split(text)] == ["La pasta madre va rinfrescata."]
    assert splitting.title_of("---\nfuori", "nome del file") == "nome del file"


def test_the_line_that_opens_a_list_goes_with_it():
    filler = "Una frase qualunque che riempie. " * 15
    items = [f"- voce {n}: {'qualcosa da dire sulla voce ' * 10}" for n in range(4)]
    chunks = splitting.split(f"{filler}\n\nEcco le regole:\n" + "\n".join(items))
    opened = next(chunk for chunk in chunks if "Ecco le regole:" in chunk.text)
    assert "voce 0" in opened.text
    assert all("Ecco le regole:" in c.text + c.context for c in chunks if "voce" in c.text)


def test_hard_wrapped_paragraphs_are_joined():
    wrapped = textwrap.fill("Una frase lunga che va a capo da sola e continua ancora, " * 8, 70)
    chunks = splitting.split(f"{wrapped}\n\n{wrapped}\n")
    assert "\n" not in chunks[0].text


def test_comments_announced_by_a_verb():
    text = (
        "Il testo.\n\nMaria ha scritto: "
        + "Sono d'accordo su tutto. " * 8
        + "\n\nPino dice: Anche io."
    )
    headings = [chunk.heading for chunk in splitting.split(text)]
    assert headings == ["", "Commento di Maria, Pino"]


def test_a_long_comment_begins_a_passage_and_short_ones_follow_it():
    long = "Qui si ragiona a lungo e con calma su tutto quello che è stato detto. " * 4
    said = [("Anna", long), ("Berto", "Grazie!"), ("Carla", long), ("Dino", "Bello.")]
    text = "Il testo.\n" + "\n".join(f"{name} ha scritto: {words}" for name, words in said)
    headings = [chunk.heading for chunk in splitting.split(text)]
    assert headings == ["", "Commento di Anna, Berto", "Commento di Carla, Dino"]


def test_a_short_end_is_not_left_alone():
    item = "- voce con parecchie cose da dire e da ricordare " * 6
    text = f"Ecco le regole:\n{item}\n{item}\n- l'ultima, breve."
    assert splitting.split(text)[-1].text.endswith("\nl'ultima, breve.")
    assert len(splitting.split(text)[-1].text) > 200


@pytest.mark.parametrize("text", ["", "\n\n", "---", "- ", "Solo un titolo"])
def test_degenerate_texts_split_without_error(text):
    assert len(splitting.split(text)) <= 1


# Reading


@pytest.mark.parametrize(
    ("name", "content", "error", "words"),
    [
        ("a.exe", b"MZ", InputError, "formato"),
        ("a", b"testo", InputError, "formato"),
        ("vuoto.txt", b"", KnowledgeError, "non contiene testo"),
        ("spazi.txt", b" \n ", KnowledgeError, "non contiene testo"),
        ("binario.txt", b"\x00\x01\x02" * 99, KnowledgeError, "binari"),
        ("rumore.txt", bytes(range(1, 32)) * 9, KnowledgeError, "codifica"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(tmp_path, name, content, error, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=words) as caught:
        reading.read(tmp_path / name)
    assert name in str(caught.value)


def test_a_huge_file_is_refused_unread(tmp_path):
    with (tmp_path / "grande.txt").open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(InputError, match="troppo grande"):
        reading.read(tmp_path / "grande.txt")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_italian_encodings_are_recognised(tmp_path, encoding):
    text = "Perché così è più facile: città, “caffè” e l’università."
    (tmp_path / "t.txt").write_bytes(text.encode(encoding))
    assert reading.read(tmp_path / "t.txt") == text


def test_accents_are_composed_and_line_ends_plain(tmp_path):
    (tmp_path / "t.md").write_bytes("perche\u0301\r\nno".encode())
    assert reading.read(tmp_path / "t.md") == "perché\nno"


# Words


def test_inflected_and_accented_forms_meet():
    assert lexical.terms("I Perchè delle città") == lexical.terms("il perché della citta'") or (
        set(lexical.terms("Chiedevano favori")) & set(lexical.terms("chiedere un favore"))
    )
    index = lexical.LexicalIndex.build(["Chiedere un favore.", "Il gatto dorme."])
    scores = index.scores("chi chiedeva favori?")
    assert scores[0] > 0 == scores[1]


def test_an_index_survives_saving(tmp_path):
    built = lexical.LexicalIndex.build(["Chiedere un favore.", "Il gatto dorme."])
    built.save(tmp_path / "lexical")
    loaded = lexical.LexicalIndex.load(tmp_path / "lexical", 2)
    assert loaded.scores("gatto").tolist() == built.scores("gatto").tolist()


@pytest.mark.parametrize("texts", [[], [""], ["di a da in", "!!!"]])
def test_texts_without_words_can_be_indexed(tmp_path, texts):
    index = lexical.LexicalIndex.build(texts)
    index.save(tmp_path / "lexical")
    loaded = lexical.LexicalIndex.load(tmp_path / "lexical", len(texts))
    assert loaded.scores("gatto").tolist() == [0] * len(texts)


# Fusion


def test_fusion_keeps_what_both_prefer_first():
    dense, words = np.array([0.9, 0.8, 0.1]), np.array([5.0, 1.0, 0.0])
    assert np.argmax(retrieval.fuse(dense, words)) == 0


def test_words_that_tell_nothing_apart_count_nothing():
    dense = np.array([0.2, 0.9, 0.5])
    fused = retrieval.fuse(dense, np.zeros(3))
    assert np.argsort(fused).tolist() == np.argsort(dense).tolist()
    assert len(retrieval.fuse(np.array([]), np.array([]))) == 0


# Search


@pytest.mark.parametrize("mode", list(Mode))
def test_each_mode_finds_the_passage(library, mode):
    best = library.search("quanto sole vogliono i pomodori?", 2, mode)[0]
    assert (best.source_id, best.heading) == ("orto", "I pomodori")
    assert best.text == "I pomodori vogliono sei ore di sole e un vaso profondo."


def test_the_questions_of_a_note_help_and_are_not_shown(library):
    best = library.search("Quanto riempio il serbatoio?", 1)[0]
    assert best.heading == "L'acqua nella caldaia"
    assert "domande" not in best.text
    assert "serbatoio" not in best.text


def test_scores_fall_and_no_passage_comes_twice(library):
    passages = library.search("come faccio il caffè sul fuoco", 10)
    scores = [passage.score for passage in passages]
    assert scores == sorted(scores, reverse=True)
    assert len({passage.heading for passage in passages}) == len(passages) == 4


@pytest.mark.parametrize("query", ["", "   ", "\n\t"])
def test_an_empty_query_finds_nothing(library, query):
    assert library.search(query) == []


@pytest.mark.parametrize(
    "query", ["di a da in con su per", "🙂🔥", "!!!", "xyzkw " * 2000, "\0", "\ud800", "日本語"]
)
def test_odd_queries_do_not_fail(library, query):
    assert library.search(query, 3, Mode.LEXICAL) == []
    for mode in (Mode.HYBRID, Mode.DENSE):
        assert len(library.search(query, 3, mode)) == 3


def test_many_queries_answer_like_one_at_a_time(library):
    queries = ["pomodori", "", "caffè"]
    assert library.search_many(queries, 2) == [library.search(query, 2) for query in queries]


def test_invalid_requests_are_told(library):
    with pytest.raises(InputError):
        library.search("ciao", 0)
    with pytest.raises(InputError, match="hybrid"):
        library.search("ciao", 3, "magico")


def test_threads_may_share_a_library(library):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(library.search("pomodori", 1)[0].heading))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["I pomodori"] * 8


# Added texts that the notes tell again

MOKA = """\
La moka della nonna

Mia nonna riempiva d'acqua la caldaia fino alla valvola e mai oltre, perché poi trabocca. \
Prendeva l'acqua poco calcarea della fontana.

I pomodori li metteva sul balcone in un vaso, ma la sua passione erano i gatti del cortile.
"""


def test_a_text_answers_in_place_of_the_section_that_tells_it_again(library, tmp_path):
    question = "Quanto devo riempire il serbatoio?"
    assert library.search(question, 1)[0].source_id == "caffe"
    (tmp_path / "nonna.txt").write_text(MOKA, "utf-8")
    (card,) = library.add([tmp_path / "nonna.txt"]).added
    for mode in Mode:
        found = library.search(question, 10, mode)
        assert found[0].source_id == card.id
        assert found[0].text.startswith("Mia nonna riempiva d'acqua")
        assert all(passage.heading != "L'acqua nella caldaia" for passage in found)
    library.remove(card.id)
    assert library.search(question, 1)[0].heading == "L'acqua nella caldaia"


def test_only_what_shares_many_words_is_aligned():
    sections = [
        entries.Entry(text="L'acqua arriva fino alla valvola della caldaia, fredda e pulita."),
        entries.Entry(text="I pomodori vogliono sei ore di sole e un vaso profondo di terracotta."),
    ]
    texts = [
        "Nel vaso profondo di terracotta i pomodori stanno bene, con sei ore di sole.",
        "La valvola e la caldaia.",
        "Il treno per Ancona parte alle sei di mattina dal binario profondo.",
        "",
    ]
    aligned = alignment.align(sections, [entries.Entry(text=text) for text in texts])
    assert [entry.told_by for entry in aligned] == [(1,), (), (), ()]
    assert [entry.text for entry in aligned] == texts
    assert alignment.align([], aligned[:1])[0].told_by == ()


def test_a_text_on_something_else_leaves_the_notes_their_place(library, article):
    library.add([article])
    assert {p.heading for p in library.search("pomodori e caffè", 20)} >= {
        "L'acqua nella caldaia",
        "La fiamma",
        "I pomodori",
        "Le zanzare",
    }


# The person's own texts


def test_an_added_text_is_found_with_who_said_it(library, article):
    addition = library.add([article])
    (card,) = addition.added
    assert card.title == "Come si tiene una bicicletta"
    best = library.search("chi appende la bicicletta a un gancio?", 1)[0]
    assert (best.source_id, best.heading) == (card.id, "Commento di Piera Gallo, Ugo, Nadia")
    assert "in cantina appesa a un gancio" in best.text


def test_the_same_content_is_one_source(library, article, tmp_path):
    first = library.add([article]).added
    copy = tmp_path / "altro nome.md"
    copy.write_text(ARTICLE.replace("\n", "\r\n"), "utf-8")
    again = library.add([article, copy, tmp_path / "altro nome.md"])
    assert again.added == ()
    assert again.known == first
    assert [card.id for card in library.sources()] == ["caffe", "orto", first[0].id]


def test_a_folder_is_read_to_the_bottom_and_twice_changes_nothing(library, article, tmp_path):
    folder = tmp_path / "testi"
    (folder / "dentro").mkdir(parents=True)
    shutil.copy(article, folder / "dentro" / "b.txt")
    (folder / "c.md").write_text(
        "# Il pane\n\nLa pasta madre si rinfresca ogni settimana.", "utf-8"
    )
    (folder / "foto.jpg").write_bytes(b"\xff\xd8")
    (folder / "rotto.txt").write_bytes(b"\0\0")
    (folder / ".nascosto.txt").write_text("segreto")
    first = library.add([folder, tmp_path / "manca.txt"])
    assert len(first.added) == 2
    assert {path.name for path, _ in first.refused} == {"foto.jpg", "rotto.txt", "manca.txt"}
    before = [card.id for card in library.sources()]
    assert library.add([folder]).added == ()
    assert [card.id for card in library.sources()] == before


def test_a_removed_text_leaves_no_trace(library, settings, article):
    (card,) = library.add([article]).added
    library.search("gancio in cantina")
    library.remove(card.id)
    assert [source.id for source in library.sources()] == ["caffe", "orto"]
    assert all(p.source_id != card.id for p in library.search("gancio in cantina", 10))
    for path in settings.home.rglob("*"):
        assert not (path.is_file() and b"gancio" in path.read_bytes()), path
    assert len(np.load(snapshot_folder(settings) / "vectors.npy")) == 7


def test_what_cannot_be_removed_is_told(library):
    with pytest.raises(InputError, match="fa parte del prodotto"):
        library.remove("caffe")
    for unknown in ("mai-visto", "../caffe", ""):
        with pytest.raises(InputError, match="Non c'è una fonte"):
            library.remove(unknown)


def test_adding_embeds_only_what_is_new(library, article):
    asked = []
    embed = library._embeddings.passages

    class Spy:
        version = library._embeddings.version
        queries = staticmethod(library._embeddings.queries)

        @staticmethod
        def passages(texts, progress=None):
            asked.extend(texts)
            return embed(texts, progress)

    library._embeddings = Spy()
    library.add([article])
    assert asked
    assert not any("pomodori" in text for text in asked)
    asked.clear()
    library.rebuild()
    assert any("pomodori" in text for text in asked)


def test_a_damaged_text_is_reported_and_does_not_shut_out_the_others(
    library, settings, embeddings, article
):
    (card,) = library.add([article]).added
    (settings.sources / f"{card.id}.txt").write_text("altro", "utf-8")
    with Library.open(settings, embeddings) as opened:
        assert opened.search("pomodori", 1)[0].source_id == "orto"
        (part,) = [part for part in opened.check() if part.name == "testi aggiunti"]
        assert not part.sound
        assert card.id in part.detail
        opened.remove(card.id)
        assert all(part.sound for part in opened.check())


def test_a_changed_note_is_indexed_at_the_next_opening(library, settings, embeddings):
    file = settings.notes / "orto.md"
    file.write_text(GARDEN.replace("Basilico e gerani", "Lavanda e citronella"), "utf-8")
    assert not all(part.sound for part in library.check())
    with Library.open(settings, embeddings) as opened:
        assert "Lavanda" in opened.search("zanzare", 1)[0].text


# Damage


def _delete_sqlite(folder):
    (folder / "chroma" / "chroma.sqlite3").unlink()


def _delete_hnsw(folder):
    for path in (folder / "chroma").iterdir():
        if path.is_dir():
            shutil.rmtree(path)


def _garble_sqlite(folder):
    file = folder / "chroma" / "chroma.sqlite3"
    data = bytearray(file.read_bytes())
    data[4096:12288] = b"\xde\xad" * 4096
    file.write_bytes(data)


def _garble_hnsw(folder):
    (file,) = (folder / "chroma").rglob("data_level0.bin")
    file.write_bytes(b"\xff" * file.stat().st_size)


def _truncate_passages(folder):
    file = folder / "passages.jsonl"
    file.write_text("".join(file.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")


def _garble_vectors(folder):
    (folder / "vectors.npy").write_bytes(b"garbage")


def _delete_lexical(folder):
    shutil.rmtree(folder / "lexical")


def _claim_more_passages(folder):
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text("utf-8"))
    manifest["passages"] += 5
    manifest["vectors"] += 5
    file.write_text(json.dumps(manifest), "utf-8")


def _delete_manifest(folder):
    (folder / "manifest.json").unlink()


def _delete_all(folder):
    shutil.rmtree(folder)


def _delete_pointer(folder):
    (folder.parent.parent / "current").unlink()


def _garble_pointer(folder):
    (folder.parent.parent / "current").write_bytes(b"\xff\xfe\x00")


DAMAGE = [
    _delete_sqlite,
    _delete_hnsw,
    _garble_sqlite,
    _garble_hnsw,
    _truncate_passages,
    _garble_vectors,
    _delete_lexical,
    _claim_more_passages,
    _delete_manifest,
    _delete_all,
    _delete_pointer,
    _garble_pointer,
]


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__.strip("_"))
def test_damage_is_noticed_and_mended_at_opening(settings, embeddings, damage):
    with Library.open(settings, embeddings) as library:
        expected = library.search("come tengo lontane le zanzare", 4)
        damage(snapshot_folder(settings))
        (part,) = [part for part in library.check() if part.name == "indice"]
        assert not part.sound
    with Library.open(settings, embeddings) as library:
        assert library.search("come tengo lontane le zanzare", 4) == expected
        assert all(part.sound for part in library.check())


@pytest.mark.parametrize("kept", [0, 3])
def test_a_collection_with_fewer_vectors_than_told_is_refused(tmp_path, kept):
    vectors = np.eye(8, dtype=np.float32)
    vector_index.build(tmp_path / "chroma", vectors[:kept], lambda done, total: None)
    index = vector_index.VectorIndex(tmp_path / "chroma", tmp_path / "copies")
    with pytest.raises(LibraryError, match=f"{kept} vettori invece di 8"):
        index.probe(vectors)
    index.close()


def test_a_collection_of_other_vectors_is_refused(tmp_path):
    vectors = np.eye(8, dtype=np.float32)
    vector_index.build(tmp_path / "chroma", vectors[:4], lambda done, total: None)
    index = vector_index.VectorIndex(tmp_path / "chroma", tmp_path / "copies")
    with pytest.raises(LibraryError, match="non ritrova"):
        index.probe(vectors[4:])
    index.close()


def test_searching_leaves_the_stored_index_as_it_was(library, settings):
    def contents():
        folder = snapshot_folder(settings)
        return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    before = contents()
    library.search("pomodori")
    library.search_many(["caffè"] * 3)
    assert contents() == before


def test_an_interrupted_build_leaves_the_old_state_in_force(library, settings, embeddings, article):
    class Interrupted:
        version = embeddings.version
        queries = staticmethod(embeddings.queries)

        @staticmethod
        def passages(texts, progress=None):
            raise KeyboardInterrupt

    sound = library._embeddings
    library._embeddings = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        library.add([article])
    library._embeddings = sound
    assert library.search("pomodori", 1)[0].source_id == "orto"
    assert len(list((settings.library / "snapshots").iterdir())) == 1
    with Library.open(settings, embeddings) as opened:  # the text is there: it is indexed now
        assert (
            opened.search("catena della bicicletta", 1)[0].title == "Come si tiene una bicicletta"
        )


def test_copies_of_killed_processes_are_swept(library, settings, article):
    child = run_child(settings, "import os; os.kill(os.getpid(), 9)")
    child.communicate(timeout=120)

    def copies():
        return sum(path.is_dir() for path in (settings.library / "copies").iterdir())

    assert copies() == 2
    library.add([article])
    assert copies() == 1
    library.close()
    assert list((settings.library / "copies").iterdir()) == []


def test_a_closed_library_says_so(settings, embeddings):
    library = Library.open(settings, embeddings)
    library.close()
    library.close()
    with pytest.raises(LibraryError, match="chiusa"):
        library.search("ciao")


# Several processes


def run_child(settings, body):
    """A process of its own on the same home; `library` is open in `body`."""
    script = f"""
from dataclasses import dataclass
from pathlib import Path
from coach.library import Library
from coach.settings import Settings

@dataclass(frozen=True)
class SmallSettings(Settings):
    @property
    def notes(self):
        return self.home / "notes"

home = Path({str(settings.home)!r})
with Library.open(SmallSettings(home=home, models=home)) as library:
{textwrap.indent(textwrap.dedent(body), "    ")}
"""
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(child):
    out, err = child.communicate(timeout=120)
    assert child.returncode == 0, err
    return out.strip()


def test_a_reader_sees_what_another_process_adds_and_removes(library, settings, article):
    added = finish(run_child(settings, f"print(library.add([Path({str(article)!r})]).added[0].id)"))
    assert library.search("catena della bicicletta", 1)[0].source_id == added
    finish(run_child(settings, f"library.remove({added!r})"))
    assert library.search("catena della bicicletta", 1)[0].source_id != added


def test_processes_read_and_write_at_once(library, settings, tmp_path):
    files = []
    for number, about in enumerate(("Il pane si cuoce nel forno.", "La barca ha due vele.")):
        files.append(tmp_path / f"{number}.txt")
        files[-1].write_text(about, "utf-8")
    writers = [run_child(settings, f"library.add([Path({str(file)!r})])") for file in files]
    reader = run_child(
        settings,
        """
        for _ in range(40):
            assert library.search("pomodori", 1)[0].source_id == "orto"
        print("fine")
        """,
    )
    while any(child.poll() is None for child in writers):
        assert library.search("pomodori", 1)[0].source_id == "orto"
    for writer in writers:
        finish(writer)
    assert finish(reader) == "fine"
    assert len(library.sources()) == 4
    assert library.search("barca a vela", 1)[0].text == "La barca ha due vele."
    assert all(part.sound for part in library.check())


def test_a_new_home_may_be_built_by_two_processes(settings, embeddings):
    child = run_child(settings, "print(library.search('pomodori', 1)[0].source_id)")
    with Library.open(settings, embeddings) as library:
        assert library.search("pomodori", 1)[0].source_id == "orto"
    assert finish(child) == "orto"


def test_a_writer_that_waits_too_long_says_why(tmp_path):
    first = snapshot.SnapshotFolder(tmp_path)
    second = snapshot.SnapshotFolder(tmp_path, lock_timeout=0.1)
    caught, told = [], []

    def wait():
        try:
            with second.writing(lambda *stage: told.append(stage)):
                pass
        except LibraryError as error:
            caught.append(str(error))

    with first.writing(lambda *stage: None):
        thread = threading.Thread(target=wait)
        thread.start()
        thread.join()
    assert "Un altro programma sta aggiornando la libreria" in caught[0]
    assert told == [("Attesa di un altro programma che aggiorna la libreria", 0, 1)]


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("non una cartella")
    with (
        pytest.raises(LibraryError, match="Non riesco a scrivere la libreria"),
        snapshot.SnapshotFolder(tmp_path / "file" / "library").writing(print),
    ):
        pass


# Corpora


def test_a_corpus_is_searched_by_its_identifiers(tmp_path, embeddings):
    rows = [
        {"pid": "a", "text": "Il Po nasce dal Monviso."},
        {"pid": "b", "text": "Dante nacque a Firenze. Morì a Ravenna."},
        {"pid": "c", "text": ""},
    ]
    told = []
    with Library.from_corpus(
        rows, tmp_path / "corpus", embeddings, lambda *stage: told.append(stage)
    ) as library:
        for mode in Mode:
            assert library.search("Dove nasce il Po?", 1, mode)[0].pid == "a"
        assert [p[0].pid for p in library.search_many(["Monviso", "Dante"], 1)] == ["a", "b"]
        with pytest.raises(LibraryError, match="temporanea"):
            library.add([tmp_path])
    assert ("Indice dei significati", 3, 3) in told


def test_an_empty_corpus_finds_nothing(tmp_path, embeddings):
    with Library.from_corpus([], tmp_path / "corpus", embeddings) as library:
        for mode in Mode:
            assert library.search("ciao", 3, mode) == []


@pytest.mark.parametrize(
    "rows",
    [
        [{"text": "senza"}],
        [{"pid": "a"}],
        [{"pid": 1, "text": "x"}],
        [{"pid": "a", "text": "x"}, {"pid": "a", "text": "y"}],
    ],
)
def test_a_bad_row_is_named(tmp_path, embeddings, rows):
    with pytest.raises(RowError, match=f"Riga {len(rows)}"):
        Library.from_corpus(rows, tmp_path / "corpus", embeddings)
