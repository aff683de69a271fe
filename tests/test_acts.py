"""The classifier of acts: what it sees, what it remembers, where it points, how it is trained."""

import json
import threading
from dataclasses import replace

import numpy as np
import pytest

from coach.analysis import training
from coach.analysis.acts import (
    LARGEST_LOGIT,
    NO_SENTENCE,
    WEIGHTS,
    ActClassifier,
    ActWeights,
    surroundings,
    weigh,
)
from coach.analysis.encoder import SentenceEncoder
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


@pytest.fixture(scope="module")
def weights():
    return ActWeights.load()


@pytest.fixture
def classifier(weights):
    return ActClassifier(weights)


@pytest.fixture
def counted(monkeypatch):
    """The sentences whose features were worked out, in order."""
    seen = []

    def counting(sentence, **context):
        seen.append(sentence)
        return features(sentence, **context)

    monkeypatch.setattr("coach.analysis.acts.features", counting)
    return seen


# --- the classifier ------------------------------------------------------------------------------


def test_every_sentence_has_a_probability_for_every_act(classifier, weights):
    seen = classifier.probabilities(SENTENCES)
    assert seen.shape == (len(SENTENCES), len(weights.acts))
    assert seen.dtype == np.float32
    assert ((seen >= 0) & (seen <= 1)).all()
    assert set(weights.acts) == set(Act)


def test_no_sentence_has_none(classifier, weights):
    assert classifier.probabilities([]).shape == (0, len(weights.acts))


def test_what_is_known_is_not_worked_out_again(classifier, counted):
    first = classifier.probabilities(SENTENCES)
    assert counted == SENTENCES
    counted.clear()
    assert np.array_equal(classifier.probabilities(SENTENCES), first)
    assert counted == []


def test_the_meaning_of_what_is_known_is_not_worked_out_again(weights):
    encoder = SentenceEncoder()
    asked = []

    class Counting:
        def vectors(self, sentences):
            asked.extend(sentences)
            return encoder.vectors(sentences)

        def logits(self, vectors):
            return encoder.logits(vectors)

    classifier = ActClassifier(weights, Counting())
    classifier.probabilities([*SENTENCES, SENTENCES[0]])
    assert asked == SENTENCES
    changed = [SENTENCES[0], "Mi passeresti il numero del tuo capo?", *SENTENCES[2:]]
    classifier.probabilities(changed)
    assert asked[len(SENTENCES) :] == changed[1:2]


def test_a_changed_sentence_and_the_one_after_it_are_worked_out(classifier, counted):
    classifier.probabilities(SENTENCES)
    counted.clear()
    changed = [SENTENCES[0], "Mi passeresti il numero del tuo capo?", *SENTENCES[2:]]
    classifier.probabilities(changed)
    assert counted == changed[1:3]


def test_what_was_read_before_changes_nothing(weights, classifier):
    """The same text must get the same score whatever was analysed before it."""
    classifier.probabilities(SENTENCES[::-1])
    fresh = ActClassifier(weights).probabilities(SENTENCES)
    assert np.allclose(classifier.probabilities(SENTENCES), fresh, atol=1e-5)


def test_the_rest_of_the_message_has_its_say(weights):
    acts = len(weights.acts)
    offer, sale = weights.acts.index(Act.OFFER), weights.acts.index(Act.SALE)
    # All that the second look knows: a sale elsewhere in the message speaks against an offer.
    around = np.zeros_like(weights.around)
    around[acts + sale, offer] = -1
    classifier = ActClassifier(replace(weights, around=around))
    selling = ["Il nostro corso costa 90 euro.", SENTENCES[2]]
    seen = [classifier.probabilities(message)[1, offer] for message in (selling, SENTENCES[1:3])]
    assert seen[0] < seen[1]


def test_surroundings_are_those_of_the_message():
    logits = np.array([[1, 2], [3, -4], [20, 0]], dtype=np.float32)
    seen = surroundings(logits)
    none = [NO_SENTENCE] * 2
    assert seen[0].tolist() == [1, 2, LARGEST_LOGIT, 0, *none, 3, -4]
    assert seen[1].tolist() == [3, -4, LARGEST_LOGIT, 2, 1, 2, LARGEST_LOGIT, 0]
    assert seen[2].tolist() == [LARGEST_LOGIT, 0, 3, 2, 3, -4, *none]
    assert surroundings(logits[:1]).tolist() == [[1, 2, *none, *none, *none]]


def test_what_is_remembered_is_bounded(monkeypatch, counted, weights):
    monkeypatch.setattr("coach.analysis.acts.CACHE_SIZE", 2)
    monkeypatch.setattr("coach.analysis.acts.VECTORS_KEPT", 2)
    forgetful = ActClassifier(weights)
    first = forgetful.probabilities(THREE)
    counted.clear()
    assert np.allclose(forgetful.probabilities(THREE), first, atol=1e-5)
    assert counted


def test_threads_agree(weights):
    shared = ActClassifier(weights)
    drafts = [SENTENCES, SENTENCES[::-1], SENTENCES[1:], [*SENTENCES, *SENTENCES]]
    expected = [ActClassifier(weights).probabilities(d) for d in drafts]
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
    assert weights.sparse.shape == (count, acts)
    assert weights.around.shape == (4 * acts, acts)
    assert weights.bias.shape == weights.around_bias.shape == weights.thresholds.shape == (acts,)
    for array in (weights.idf, weights.sparse, weights.bias, weights.around, weights.around_bias):
        assert np.isfinite(array).all()
    assert ((weights.thresholds > 0) & (weights.thresholds < 1)).all()


def test_weights_are_saved_and_read_back(weights, tmp_path):
    file = tmp_path / "new" / "acts.npz"
    weights.save(file)
    again = ActWeights.load(file)
    assert again.acts == weights.acts
    assert again.vocabulary == weights.vocabulary
    for name in ("idf", "sparse", "bias", "around", "around_bias", "thresholds"):
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


class Silent:
    """An encoder that has nothing to say."""

    def vectors(self, sentences):
        return np.zeros((len(sentences), 1), dtype=np.float32)

    def logits(self, vectors):
        return np.zeros((len(vectors), len(Act)), dtype=np.float32)


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
    assert {example.draft for example in examples[:3]} == {("train_a", 0)}
    assert {example.draft for example in examples[3:6]} == {("train_a", 1)}
    assert {example.draft for example in examples[6:]} == {None}


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


def test_patterns_give_labelled_sentences():
    text = """
# a comment
who = Ada|Ugo

ask intro_request: (|Ciao {who}, )mi presenti (tuo (padre|zio)|{who})?
-: buona  giornata , {who}
"""
    drawn = list(training.pattern_examples(text, drawn=40))
    assert len(drawn) == 80
    asked = {example.text for example in drawn if example.acts}
    assert {"Mi presenti Ada?", "Mi presenti tuo zio?", "Ciao Ugo, mi presenti Ugo?"} <= asked
    assert {e.acts for e in drawn[:40]} == {frozenset({Act.ASK, Act.INTRO_REQUEST})}
    assert {e.text for e in drawn[40:]} == {"Buona giornata, Ada.", "Buona giornata, Ugo."}
    assert Act.PERSONAL not in drawn[0].judged
    assert list(training.pattern_examples(text, drawn=40)) == drawn
    # A pattern added before does not change what the others give.
    more = list(training.pattern_examples("-: ciao\n" + text, drawn=40))
    assert more[40:] == drawn


@pytest.mark.parametrize(
    "line", ["senza due punti", "asks: ciao", "ask: ciao {nessuno}", "Ask: ciao"]
)
def test_a_broken_pattern_is_refused(line):
    with pytest.raises(ValueError, match=r"line 2|asks"):
        list(training.pattern_examples("# first\n" + line))


def test_training_learns_what_it_is_shown(tmp_path):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    things = ["oche", "pini", "sassi", "navi", "funghi", "cavoli", "lupi", "gatti", "ponti"]
    words = dict(zip(Act, [*things, "rane", "lune", "topi", "mari"], strict=True))
    fillers = ["ecco", "qui", "oggi", "sempre", "spesso", "certo", "forse", "tanto"]
    examples = [
        training.Example(
            f"{filler} {word} ovunque", frozenset({act}), draft=(f"file{number}", draft)
        )
        for number, filler in enumerate(fillers)
        for draft, (act, word) in enumerate(words.items(), start=number * len(words))
    ]
    data = training.TrainingSet(examples)
    assert 0 < len(data.set_aside) < len(data.drafts)
    made = training.train(data, np.zeros(data.labels.shape, dtype=np.float32))
    made.save(tmp_path / "acts.npz")
    classifier = ActClassifier(ActWeights.load(tmp_path / "acts.npz"), Silent())
    for act, word in words.items():
        seen = classifier.probabilities([f"mai {word} ovunque"])[0]
        assert made.acts[int(seen.argmax())] is act
