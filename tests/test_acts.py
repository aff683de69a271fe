"""The classifier of acts: what it sees, what it remembers, where it points, how it is trained."""

import json
import threading
from dataclasses import replace

import numpy as np
import pytest

from coach.analysis import training
from coach.analysis.acts import WEIGHTS, ActClassifier, ActWeights, weigh
from coach.analysis.features import N_GRAM, cues, features, lemma
from coach.analysis.text import clean, sentences
from coach.schemas import Act, Message

SENTENCES = [
    "Ciao Piera, ci siamo viste alla fiera di Cesena.",
    "Mi gireresti il numero del tuo capo?",
    "Se ti serve, ti mando volentieri la nostra tabella.",
    "A presto.",
]
THREE = SENTENCES[:3]
ODD = [
    "", " ", "a", "?", "…", "🙂", "€ 30%", "«", "'", "l'", "a'b'c'", "1", "1.000,00", "\n\n",
    "x" * 20_000, "ciao " * 5_000, "ßẞİı", "你好", "Привет", "\ud800", "a\u0301\u0302", "-—–",
    "<name>",
]  # fmt: skip


class CountingEmbedder:
    """The real embedder, remembering what it was asked."""

    def __init__(self, embeddings):
        self._embeddings = embeddings
        self.asked = []

    def __call__(self, sentences):
        self.asked.extend(sentences)
        return self._embeddings.queries(sentences)


@pytest.fixture(scope="module")
def weights():
    return ActWeights.load()


@pytest.fixture
def counting(embeddings):
    return CountingEmbedder(embeddings)


@pytest.fixture
def classifier(counting, weights):
    return ActClassifier(counting, weights)


@pytest.fixture(scope="module")
def unsure_weights(weights):
    """Weights whose n-grams alone are sure of nothing, so that every sentence wants a vector."""
    return replace(
        weights,
        gate_sparse=np.zeros_like(weights.gate_sparse),
        gate_bias=np.zeros_like(weights.gate_bias),
    )


@pytest.fixture
def doubtful(counting, unsure_weights, monkeypatch):
    monkeypatch.setattr("coach.analysis.acts.MOST_VECTORS", len(THREE))
    return ActClassifier(counting, unsure_weights)


# --- the classifier ------------------------------------------------------------------------------


def test_every_sentence_has_a_probability_for_every_act(classifier, weights):
    seen = classifier.probabilities(SENTENCES)
    assert seen.shape == (len(SENTENCES), len(weights.acts))
    assert seen.dtype == np.float32
    assert ((seen >= 0) & (seen <= 1)).all()
    assert set(weights.acts) == set(Act)


def test_no_sentence_has_none(classifier, counting, weights):
    assert classifier.probabilities([]).shape == (0, len(weights.acts))
    assert counting.asked == []


def test_what_is_known_is_not_asked_again(doubtful, counting):
    first = doubtful.probabilities(THREE)
    assert sorted(counting.asked) == sorted(THREE)
    counting.asked.clear()
    assert np.array_equal(doubtful.probabilities(THREE), first)
    assert counting.asked == []


def test_a_changed_sentence_is_the_only_one_embedded(doubtful, counting, unsure_weights):
    doubtful.probabilities(THREE)
    counting.asked.clear()
    changed = [THREE[0], "Mi passeresti il numero del tuo capo?", THREE[2]]
    seen = doubtful.probabilities(changed)
    assert counting.asked == [changed[1]]
    alone = ActClassifier(counting, unsure_weights).probabilities(changed)
    np.testing.assert_allclose(seen, alone, atol=1e-4)


def test_a_long_message_gets_few_vectors(doubtful, counting):
    sentences = [f"Frase numero {number} del messaggio." for number in "abcdefgh"]
    assert doubtful.probabilities(sentences).shape[0] == len(sentences)
    assert len(counting.asked) == len(THREE)


def test_company_does_not_change_a_sentence(embeddings, weights):
    """The same text must get the same score whatever was analysed before it."""
    alone = ActClassifier(embeddings.queries, weights)
    one_by_one = ActClassifier(lambda s: np.vstack([embeddings.queries([t]) for t in s]), weights)
    # Not bit for bit: a batch is multiplied in another order.
    np.testing.assert_allclose(
        alone.probabilities(SENTENCES), one_by_one.probabilities(SENTENCES), atol=1e-4
    )


def test_sure_sentences_get_no_vector(weights):
    def never(sentences):
        raise AssertionError(sentences)

    assert ActClassifier(never, weights).probabilities(["Buongiorno."]).max() < 0.5


def test_what_is_remembered_is_bounded(monkeypatch, counting, unsure_weights):
    monkeypatch.setattr("coach.analysis.acts.MOST_VECTORS", len(THREE))
    monkeypatch.setattr("coach.analysis.acts.CACHE_SIZE", 2)
    forgetful = ActClassifier(counting, unsure_weights)
    first = forgetful.probabilities(THREE)
    counting.asked.clear()
    again = forgetful.probabilities(THREE)
    assert counting.asked
    np.testing.assert_allclose(again, first, atol=1e-4)


def test_threads_agree(embeddings, weights):
    shared = ActClassifier(embeddings.queries, weights)
    drafts = [SENTENCES, SENTENCES[::-1], SENTENCES[1:], [*SENTENCES, *SENTENCES]]
    expected = [ActClassifier(embeddings.queries, weights).probabilities(d) for d in drafts]
    wrong = []

    def work(offset):
        for step in range(8):
            place = (offset + step) % len(drafts)
            if not np.allclose(shared.probabilities(drafts[place]), expected[place], atol=1e-4):
                wrong.append(place)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    "sentence", [*SENTENCES, "Se vuoi, e se ti serve, ti mando la tabella, poi mi dici."]
)
@pytest.mark.parametrize("act", [Act.ASK, Act.OFFER, Act.HOW_MET])
def test_focus_stays_inside_the_sentence(sentence, act, classifier):
    text = f"Prima. {sentence} Dopo."
    start = text.index(sentence)
    first, last = classifier.focus(text, start, start + len(sentence), act)
    assert start <= first < last <= start + len(sentence)
    assert text[first:last].strip() == text[first:last]


def test_focus_points_at_the_clause_that_does_it(classifier):
    text = "Ieri pioveva molto su Rimini, ma se vuoi ti mando la mappa dei sentieri."
    first, last = classifier.focus(text, 0, len(text), Act.OFFER)
    assert "ti mando la mappa" in text[first:last]
    assert "pioveva" not in text[first:last]


@pytest.mark.parametrize("text", ["", "…", "?!", "12"])
def test_focus_of_what_has_no_clause_is_all_of_it(text, classifier):
    first, last = classifier.focus(text, 0, len(text), Act.ASK)
    assert 0 <= first <= last <= len(text)


@pytest.mark.parametrize("name", ["Piero", "Marta", "Bea", "Ottavio", "Guendalina", "Kevin"])
@pytest.mark.parametrize("greeting", ["Ciao {}.", "Buongiorno {},", "Gentile {},", "Salve {}!"])
def test_a_greeting_alone_does_nothing(greeting, name, analyser):
    assert analyser.analyse(Message(text=greeting.format(name))).acts == ()


def test_the_analyser_adds_the_acts_that_others_imply(analyser):
    text = "Buongiorno Ada. Mi potresti presentare al direttore della tua banca?"
    found = analyser.analyse(Message(text=text))
    assert {Act.INTRO_REQUEST, Act.ASK} <= {span.act for span in found.acts}
    for span in found.acts:
        sentence = found.sentences[span.sentence]
        assert sentence.start <= span.start < span.end <= sentence.end
        assert text[span.start : span.end] == span.quote


# --- the weights ---------------------------------------------------------------------------------


def test_weights_come_with_the_product(weights):
    assert WEIGHTS.stat().st_size < 5_000_000
    count, acts = len(weights.vocabulary), len(weights.acts)
    assert sorted(weights.vocabulary.values()) == list(range(count))
    assert weights.idf.shape == (count,)
    assert weights.sparse.shape == weights.gate_sparse.shape == (count, acts)
    assert weights.dense.shape == (384, acts)
    assert weights.bias.shape == weights.gate_bias.shape == weights.thresholds.shape == (acts,)
    for array in (weights.idf, weights.sparse, weights.dense, weights.bias, weights.gate_sparse):
        assert np.isfinite(array).all()
    assert ((weights.thresholds > 0) & (weights.thresholds < 1)).all()


def test_weights_are_saved_and_read_back(weights, tmp_path):
    file = tmp_path / "new" / "acts.npz"
    weights.save(file)
    again = ActWeights.load(file)
    assert again.acts == weights.acts
    assert again.vocabulary == weights.vocabulary
    for name in ("idf", "sparse", "dense", "bias", "gate_sparse", "gate_bias", "thresholds"):
        assert np.array_equal(getattr(again, name), getattr(weights, name)), name


# --- the features --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_texts_have_features(text, classifier):
    cleaned = clean(text).text
    assert all(count > 0 for count in features(cleaned, first=True, before=cleaned).values())
    assert np.isfinite(classifier.probabilities([cleaned])).all()


def test_names_and_figures_are_blanked():
    one = features("Ti presento a Ilaria il 12 marzo.")
    other = features("Ti presento a Gaspare il 27 marzo.")
    assert one == other
    assert not any("ilaria" in name.lower() or "12" in name for name in one)


def test_who_gives_and_who_takes_is_seen():
    asking, giving = features("Mi mandi il listino?"), features("Ti mando il listino?")
    skeletons = [{name for name in seen if name.startswith("s:")} for seen in (asking, giving)]
    assert skeletons[0] != skeletons[1]


def test_place_and_length_are_seen():
    assert "p:first" in features("Ciao.", first=True)
    assert "p:first" not in features("Ciao.")
    assert "p:last" in features("Ciao.", last=True)
    assert "p:?" in features('Vieni anche tu?"')


def test_n_grams_are_no_longer_than_said():
    grams = [name[2:] for name in features("Uno due tre quattro cinque.") if name[0] in "wls"]
    assert max(len(gram.split()) for gram in grams) == N_GRAM


def test_cues_of_the_sentence_before_are_seen():
    asking = "Mi daresti una mano con il trasloco?"
    assert cues(asking)
    assert {f"b:{name}" for name in cues(asking)} <= set(features("Grazie.", before=asking))


def test_lemmas_are_italian():
    assert (lemma("mandate"), lemma("scuole")) == ("mandare", "scuola")


def test_n_grams_weigh_a_unit_together():
    vocabulary = {"w:ciao": 0, "w:mondo": 1, "c:cue": 2}
    idf = np.array([1.0, 2.0, 5.0], dtype=np.float32)
    seen = weigh({"w:ciao": 2, "w:mondo": 1, "w:ignoto": 3, "c:cue": 1}, vocabulary, idf)
    weight = dict(zip(seen.rows.tolist(), seen.values.tolist(), strict=True))
    assert weight[0] ** 2 + weight[1] ** 2 == pytest.approx(1)
    # A cue weighs the same however often and however rare.
    alone = weigh({"c:cue": 4}, vocabulary, idf)
    assert weight[2] == pytest.approx(alone.values[0])
    assert len(weigh({}, vocabulary, idf).rows) == 0


# --- the training --------------------------------------------------------------------------------


def rows(*sentences):
    return {"sentences": [{"text": text, "acts": acts} for text, acts in sentences]}


def test_examples_know_their_place(tmp_path):
    draft = rows(("Ciao Ada.", []), ("Mi aiuti?", ["ask"]), ("Grazie.", []))
    (tmp_path / "train_a.jsonl").write_text(json.dumps(draft) + "\n" + json.dumps(draft), "utf-8")
    single = {"text": "Ti mando la mappa.", "acts": ["offer"]}
    (tmp_path / "sentences_a.jsonl").write_text(
        "\n".join(json.dumps(single) for _ in range(7)), "utf-8"
    )
    (tmp_path / "heldout_1.jsonl").write_text(json.dumps(draft), "utf-8")
    examples = training.read_examples(tmp_path)
    assert len(examples) == 3 + 3 + 7
    first, asking, last = examples[:3]
    assert (first.first, first.last, first.before) == (True, False, "")
    assert (asking.acts, asking.before) == (frozenset({Act.ASK}), "Ciao Ada.")
    assert (last.first, last.last, last.before) == (False, True, "Mi aiuti?")
    assert examples[0].group != examples[3].group
    singles = examples[6:]
    assert not any(example.in_draft for example in singles)
    assert len({example.group for example in singles}) == 2
    assert not {e.group for e in singles} & {e.group for e in examples[:6]}


def test_held_out_drafts_are_not_trained_on():
    trained = {example.text for example in training.read_examples()}
    drafts = [
        clean(json.loads(line)["text"]).text
        for file in training.DRAFTS.glob("heldout_*.jsonl")
        for line in file.read_text("utf-8").splitlines()
    ]
    held_out = {draft[start:end] for draft in drafts for start, end in sentences(draft)}
    assert held_out
    assert {text for text in held_out & trained if len(text.split()) > 6} == set()


def test_training_learns_what_it_is_shown(tmp_path):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    things = ["oche", "pini", "sassi", "navi", "funghi", "cavoli", "lupi", "gatti", "ponti"]
    words = dict(zip(Act, [*things, "rane", "lune", "topi", "mari"], strict=True))
    fillers = ["ecco", "qui", "oggi", "sempre", "spesso", "certo", "forse", "tanto"]
    examples = [
        training.Example(f"{filler} {word} ovunque", frozenset({act}), True, True, "", group, True)
        for group, filler in enumerate(fillers)
        for act, word in words.items()
    ]
    made = training.train(examples, np.zeros((len(examples), 384), dtype=np.float32))
    made.save(tmp_path / "acts.npz")
    classifier = ActClassifier(
        lambda sentences: np.zeros((len(sentences), 384), dtype=np.float32),
        ActWeights.load(tmp_path / "acts.npz"),
    )
    for act, word in words.items():
        seen = classifier.probabilities([f"mai {word} ovunque"])[0]
        assert made.acts[int(seen.argmax())] is act
