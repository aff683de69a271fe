"""Every example of every principle holds: what must be found is, a near-miss is not."""

import pytest

from coach import rubric as rubrics
from coach.critique import critique
from coach.settings import PROJECT

PRINCIPLES = tuple(
    rubrics.load(PROJECT / "knowledge" / "principles", PROJECT / "knowledge" / "notes")
)
FLAGGED = [
    pytest.param(principle.id, example, id=f"{principle.id}-{number}")
    for principle in PRINCIPLES
    for number, example in enumerate(principle.examples.flagged, start=1)
]
CLEAN = [
    pytest.param(principle.id, example, id=f"{principle.id}-{number}")
    for principle in PRINCIPLES
    for number, example in enumerate(principle.examples.clean, start=1)
]
MENDED = [case for case in FLAGGED if case.values[1].better is not None]


def found(message, analyser, rubric):
    """What the critique marks, by principle."""
    judged = critique(message, analyser.analyse(message), rubric)
    marks = {}
    for mark in (*judged.violations, *judged.virtues):
        marks.setdefault(mark.id, []).append(mark)
    return marks


@pytest.mark.parametrize(("principle", "example"), FLAGGED)
def test_what_must_be_found_is_found_where_it_is(principle, example, analyser, rubric):
    marks = found(example.message, analyser, rubric)
    assert principle in marks, example.text
    start = example.text.index(example.match)
    end = start + len(example.match)
    assert any(mark.start < end and start < mark.end for mark in marks[principle]), (
        [mark.quote for mark in marks[principle]],
        example.match,
    )


@pytest.mark.parametrize(("principle", "example"), CLEAN)
def test_a_near_miss_is_not_found(principle, example, analyser, rubric):
    marks = found(example.message, analyser, rubric)
    assert [mark.quote for mark in marks.get(principle, ())] == [], example.text


@pytest.mark.parametrize(("principle", "example"), MENDED)
def test_what_we_say_is_better_no_longer_breaks_the_principle(principle, example, analyser, rubric):
    better = example.message.model_copy(update={"text": example.better})
    marks = found(better, analyser, rubric)
    assert [mark.quote for mark in marks.get(principle, ())] == [], example.better
