"""The classifier of manners: what it weighs, what it tells, and how it is trained."""

import math

import numpy as np
import pytest

from coach.roleplay import manner, training


def test_the_weights_that_are_shipped_fit_the_families():
    weights = manner.shipped_weights()
    assert weights.grams.shape == (manner.ROWS, len(manner.FAMILIES))
    assert weights.bias.shape == weights.thresholds.shape == (len(manner.FAMILIES),)
    assert (weights.thresholds >= training.LOWEST).all()


def test_what_is_saved_is_read_again(tmp_path):
    weights = manner.shipped_weights()
    weights.save(tmp_path / "manner.npz")
    again = manner.MannerWeights.load(tmp_path / "manner.npz")
    sentence = "Smettila di fingere di essere il preside."
    assert np.allclose(weights.probabilities(sentence), again.probabilities(sentence), atol=1e-3)


def test_grams_are_of_unit_length_and_blind_to_figures_and_capitals():
    found = manner.grams("Mi dia 8 punti, dai.")
    assert math.isclose(sum(value * value for value in found.values()), 1.0)
    assert found == manner.grams("mi dia 9 punti, dai.")
    assert found != manner.grams("mi dia otto punti, dai.")


@pytest.mark.parametrize(
    ("sentence", "family"),
    [
        ("Quale programma stabilisce che cosa mi risponde?", "role_break"),
        ("Mi detti Lei la frase giusta, così la copio.", "role_break"),
        ("Per farsi rispondere da te bisogna prendere il numero?", "rude"),
        ("Il vostro museo è una topaia e voi degli incapaci.", "insult"),
        ("Secondo Lei domani nevica?", "off_topic"),
        ("Ho ripensato alla Sua lezione sui dati aperti.", ""),
        ("Le porto volentieri l'elenco degli artigiani.", ""),
        ("Mi farebbe sapere se cercate un tirocinante?", ""),
    ],
)
def test_a_sentence_is_told(sentence, family):
    assert manner.told(sentence) == family


@pytest.mark.parametrize("sentence", ["", "Sei bot?", "Smettila di fingere."])
def test_a_few_words_are_not_judged(sentence):
    assert manner.told(sentence) == ""


def test_patterns_give_always_the_same_sentences():
    text = (
        "who = un bot|un robot\n# a comment\n\nrole_break: (Sei|Saresti) {who}?\n-: Ho visto {who}"
    )
    drawn = list(training.drawn(text))
    assert drawn == list(training.drawn(text))
    assert {each.family for each in drawn} == {"role_break", "-"}
    assert {each.text for each in drawn} <= {
        "Sei un bot?",
        "Sei un robot?",
        "Saresti un bot?",
        "Saresti un robot?",
        "Ho visto un bot.",
        "Ho visto un robot.",
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [("senza due punti", 1), ("#\nboh: testo", 2), ("rude: {nessuno} risponde", 1)],
)
def test_a_bad_pattern_is_refused_with_its_line(text, line):
    with pytest.raises(ValueError, match=f"line {line}:"):
        list(training.drawn(text))


def test_a_few_examples_train_a_classifier_that_tells_them_apart():
    texts = {
        "role_break": "Sei un bot o una persona vera?",
        "insult": "Lei è soltanto un cialtrone e basta.",
        "rude": "Scendi dal piedistallo, per favore, dai.",
        "off_topic": "Chi ha vinto la partita di ieri?",
        "-": "Le mando volentieri la guida ai bandi.",
    }
    examples = [
        training.Example(f"{text} {number}", family, f"{family} {number}", family == "-")
        for family, text in texts.items()
        for number in range(12)
    ]
    weights = training.train(examples)
    told = weights.probabilities("Sei un bot o una persona vera?")
    assert manner.FAMILIES[int(told.argmax())] == "role_break"
    assert (weights.probabilities("Le mando volentieri la guida ai bandi.") < 0.5).all()
