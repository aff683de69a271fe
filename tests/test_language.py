import json
from itertools import pairwise
from pathlib import Path

import pytest

from coach.analysis.language import TYPOGRAPHY, slips, suggestions
from coach.analysis.text import clean, sentences

HERE = Path(__file__).parent
SETS = HERE / "evals" / "language"


def found(text, names=()):
    normal = clean(text)
    return slips(normal, sentences(normal.text), names)


def errors(text, names=()):
    return [slip for slip in found(text, names) if slip.kind != TYPOGRAPHY]


def rows(name):
    with (SETS / f"slips_{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.parametrize("name", ["dev", "test"])
def test_own_sets(name):
    """Clean sentences are left alone; most slips are found."""
    clean_rows = [row for row in rows(name) if not row["slips"]]
    wrong_rows = [row for row in rows(name) if row["slips"]]
    assert len(clean_rows) >= 150
    alarms = [row["text"] for row in clean_rows if errors(row["text"])]
    assert len(alarms) / len(clean_rows) <= 0.01, alarms
    hit = sum(
        any(slip.quote in wrong or wrong in slip.quote for slip in errors(row["text"]))
        for row in wrong_rows
        for wrong in row["slips"][:1]
    )
    assert hit / len(wrong_rows) >= 0.9


def test_labelled_drafts():
    """A draft labelled free of errors has none; one with errors has one at least."""
    alarms = misses = right = wrong = 0
    for path in sorted((HERE / "evals" / "drafts").glob("train_*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            text = " ".join(sentence["text"] for sentence in row["sentences"])
            if "language_errors" in row["violations"]:
                wrong += 1
                misses += not errors(text)
            elif "language_errors" not in row.get("optional", []):
                right += 1
                alarms += bool(errors(text))
    if not right:
        pytest.skip("no labelled drafts")
    assert alarms / right <= 0.01
    assert misses / wrong <= 0.1


@pytest.mark.parametrize(
    ("text", "quote", "kind", "to"),
    [
        ("Non so qual’è il libro.", "qual’è", "apostrophe", "qual è"),
        ("Mi a fatto piacere.", "a", "have", "ha"),
        ("Se avrei tempo verrei.", "avrei", "mood", "avessi"),
        ("Conosco un amica di Bari.", "un amica", "apostrophe", "un'amica"),
        ("Ti scrivo perche\u0300 ci tengo.", "perche\u0300", "accent", "perché"),
        ("Perche' mi scrivi?", "Perche'", TYPOGRAPHY, "Perché"),
        ("Ho visto i altri soci.", "i altri", "article", "gli altri"),
        ("A quel prezzo è un'affare.", "un'affare", "apostrophe", "un affare"),
        ("Ti agiungo volentieri.", "agiungo", "spelling", "aggiungo"),
    ],
)
def test_each_slip_quotes_the_text_and_says_how_to_mend_it(text, quote, kind, to):
    slip = found(text)[0]
    assert (slip.quote, slip.kind, slip.suggestions) == (quote, kind, (to,))
    assert text[slip.start : slip.end] == slip.quote
    assert slip.message


def test_slips_do_not_overlap():
    text = "Ciao,o visto un amica quì :e stato bello !! se avrei un pò di tempo c'è ne parlo."
    spans = [(slip.start, slip.end) for slip in found(text)]
    assert spans == sorted(spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_names_quotations_and_addresses_are_left_alone():
    assert not errors("Zorzettigh mi ha parlato di te.", ["Bepi Zorzettigh"])
    assert not errors("Il libro «Qual'è la strada» è tuo?")
    assert not errors("Scrivi a perche.gia@posta.it o su www.piucosi.it, #cosi")
    assert not errors("Gentile direttor Bosio, il ragionier Pini fa voler bene a tutti.")
    assert not errors("Un glossario dei tonnaroti di Favignana.")
    assert not errors("The workshop was great and very useful. Ne parliamo?")


def test_typography_is_kept_apart():
    kinds = {slip.kind for slip in found("Ciao,come stai?? tutto bene. ti aspetto")}
    assert kinds == {TYPOGRAPHY}


def test_suggestions_are_asked_apart():
    assert suggestions("agiungo")[0] == "aggiungo"
    assert len(suggestions("gionata", limit=3)) <= 3


def test_an_empty_text_has_no_slips():
    assert found("") == []
