import os
import threading

import numpy as np
import pytest

from coach.embeddings import BATCH, LONGEST_TEXT, CachedEmbeddings, E5Embeddings


@pytest.fixture(scope="module")
def e5():
    return E5Embeddings()


def test_vectors_are_unit_and_of_the_declared_dimension(e5):
    vectors = e5.passages(["Un invito gentile.", "Il prezzo del petrolio."])
    assert vectors.shape == (2, e5.dimension)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-4)


def test_a_question_is_nearest_to_the_passage_that_answers_it(e5):
    passages = [
        "La capitale della Francia è Parigi.",
        "Prima di chiedere un favore conviene offrire qualcosa.",
        "Il gatto dorme sul divano.",
    ]
    question = e5.queries(["Quando posso domandare un piacere a qualcuno?"])[0]
    assert int(np.argmax(e5.passages(passages) @ question)) == 1


def test_questions_and_passages_are_embedded_differently(e5):
    text = "Offrire prima di chiedere"
    assert not np.allclose(e5.queries([text]), e5.passages([text]), atol=1e-3)


def test_langchain_interface_gives_the_same_vectors(e5):
    assert e5.embed_query("Ciao") == pytest.approx(e5.queries(["Ciao"])[0].tolist())
    assert np.allclose(e5.embed_documents(["Ciao", "Salve"]), e5.passages(["Ciao", "Salve"]))


def test_a_text_has_the_same_vector_alone_and_in_a_batch(e5):
    texts = [f"Messaggio numero {n} per una persona nuova." for n in range(BATCH + 3)]
    together = e5.passages(texts)
    assert np.allclose(together[-1], e5.passages([texts[-1]])[0], atol=1e-4)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\0nascosto",
        "\ud800 solo",
        "🙂🙂🙂",
        "parola " * 3000,
        "x" * (LONGEST_TEXT * 3),
        "日本語",
    ],
)
def test_odd_texts_have_a_finite_vector(e5, text):
    assert np.isfinite(e5.queries([text])).all()


def test_no_texts_no_vectors(e5):
    assert e5.passages([]).shape == (0, e5.dimension)


def test_progress_is_told_up_to_the_end(e5):
    told = []
    e5.passages(["ciao"] * (BATCH + 1), lambda done, total: told.append((done, total)))
    assert told == [(BATCH, BATCH + 1), (BATCH + 1, BATCH + 1)]


def test_idle_threads_of_the_engine_do_not_spin(e5):
    e5.queries(["ciao"])
    assert os.environ["OMP_WAIT_POLICY"].lower() == "passive"


def test_threads_get_the_vectors_of_their_own_texts(e5):
    texts = [f"Testo numero {n}" for n in range(8)]
    expected = e5.queries(texts)
    found = {}

    def embed(position):
        found[position] = e5.queries([texts[position]])[0]

    threads = [threading.Thread(target=embed, args=(n,)) for n in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.allclose(found[n], expected[n], atol=1e-4) for n in range(len(texts)))


class Counting:
    """Vectors made of the text's length, counting what it is asked."""

    version = "counting-1"

    def __init__(self):
        self.asked = []

    def passages(self, texts, progress=None):
        self.asked += texts
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32).reshape(-1, 2)

    queries = passages


def test_the_cache_asks_for_a_text_once(tmp_path):
    inner = Counting()
    cache = CachedEmbeddings(inner, tmp_path / "new" / "cache.sqlite")
    first = cache.passages(["a", "bb", "a"])
    again = CachedEmbeddings(inner, tmp_path / "new" / "cache.sqlite").passages(["bb", "ccc"])
    assert inner.asked == ["a", "bb", "ccc"]
    assert first.tolist() == [[1, 1], [2, 1], [1, 1]]
    assert again.tolist() == [[2, 1], [3, 1]]


def test_the_cache_keeps_questions_and_versions_apart(tmp_path):
    inner = Counting()
    cache = CachedEmbeddings(inner, tmp_path / "cache.sqlite")
    cache.passages(["a"])
    cache.queries(["a"])
    inner.version = "counting-2"
    cache.passages(["a"])
    assert inner.asked == ["a", "a", "a"]


def test_the_cache_drops_the_least_recently_used(tmp_path):
    inner = Counting()
    cache = CachedEmbeddings(inner, tmp_path / "cache.sqlite", limit=2)
    for text in ("a", "bb", "a", "ccc"):
        cache.passages([text])
    cache.passages(["a"])
    assert inner.asked == ["a", "bb", "ccc"]
    cache.passages(["bb"])
    assert inner.asked[-1] == "bb"


def test_a_damaged_cache_is_made_anew(tmp_path):
    file = tmp_path / "cache.sqlite"
    file.write_bytes(b"garbage" * 1000)
    inner = Counting()
    cache = CachedEmbeddings(inner, file)
    assert cache.passages(["a"]).tolist() == [[1, 1]]
    assert cache.passages(["a"]).tolist() == [[1, 1]]
    assert inner.asked == ["a"]


def test_an_empty_batch_needs_no_cache(tmp_path):
    assert len(CachedEmbeddings(Counting(), tmp_path / "cache.sqlite").passages([])) == 0
