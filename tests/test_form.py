import pytest

from coach.analysis.form import measure
from coach.schemas import Channel


def test_measures_a_message():
    length = measure("Ciao Marta. Come stai oggi?", Channel.LINKEDIN_INVITE)
    assert (length.chars, length.limit, length.words, length.sentences) == (27, 300, 5, 2)
    # 89 + (300·2 − 10·21) / 5 = 167, clipped.
    assert length.gulpease == 100.0


def test_gulpease_of_a_long_sentence():
    text = "L'amministrazione condominiale straordinaria necessita approvazione assembleare."
    length = measure(text, Channel.EMAIL)
    letters = sum(c.isalpha() for c in text)
    assert length.words == 7
    assert length.gulpease == pytest.approx(max(0, 89 + (300 - 10 * letters) / 7), abs=0.05)


def test_without_words_there_is_no_index():
    assert measure("😊", Channel.FOLLOW_UP).gulpease is None


@pytest.mark.parametrize("channel", list(Channel))
def test_every_channel_has_a_limit(channel):
    assert measure("Ciao", channel).limit > 0
