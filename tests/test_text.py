import unicodedata

import pytest

from coach.analysis.text import (
    MAX_CHARS,
    check_text,
    clauses,
    clean,
    looks_italian,
    sentences,
    words,
)
from coach.errors import MessageError


def cut(text):
    return [text[start:end] for start, end in sentences(text)]


def test_clean_unifies_quotes_spaces_and_accents():
    text = "Perche\u0301 l’amica\u00a0\u201cok\u201d\r\nqui\u200b e\u0300"
    assert clean(text).text == 'Perché l\'amica "ok"\nqui è'


def test_every_span_of_the_normalised_text_maps_back_exactly():
    text = "L’e\u0301lite\u200b di\u00a0𝗕𝗮𝗿𝗶 😊\u200d\r\ne «tu»… fine\rdavvero\u00ad"
    normal = clean(text)
    assert unicodedata.is_normalized("NFC", normal.text)
    for start in range(len(normal.text)):
        for end in range(start + 1, len(normal.text) + 1):
            first, last = normal.original_span(start, end)
            assert 0 <= first < last <= len(text)
            again = clean(text[first:last]).text
            assert again.replace("\n", "") == normal.text[start:end].replace("\n", "")


def test_clean_leaves_plain_text_as_it_is():
    text = "Ciao, come va? **bene** <b>sì</b>\n- uno\n"
    normal = clean(text)
    assert normal.text == text
    assert normal.original_span(0, len(text)) == (0, len(text))


def test_empty_span_and_span_outside():
    normal = clean("ab")
    assert normal.original_span(2, 2) == (2, 2)
    with pytest.raises(ValueError, match="outside"):
        normal.original_span(0, 3)


@pytest.mark.parametrize(
    "expected",
    [
        ["Il dott. Bianchi e la sig.ra Neri arrivano.", "Che bello!"],
        ["Vieni all'incontro n. 3 di via S. Pietro.", "Ti aspetto."],
        ["Ci vediamo alle 10.30 del 12.5.2024.", "Va bene?"],
        ["Scrivo a mario.rossi@example.com.", "Poi ti chiamo."],
        ["Lavoro in Rossi S.p.A.", "Da anni seguo Alfa."],
        ["Porto vino, pane, ecc.", "Tu porta l'olio."],
        ["Grazie mille 😊", "Ti va un caffè?"],
        ["Ciao!! 😊", "Come stai?"],
        ["Ho letto il post (davvero! Bello) di ieri.", "Complimenti."],
        ["Ha detto «non so» e via.", "Peccato."],
        ["Io… non saprei.", "E tu?"],
        ["Ci vediamo ven. 12 alle 9.", "A presto"],
    ],
)
def test_sentences(expected):
    assert cut(" ".join(expected)) == expected


def test_lines_bullets_and_greetings_stand_alone():
    text = (
        "Gentile dottoressa,\nho letto il Suo pezzo\nsul Sole.\n\n- uno\n- due\n"
        "1. Primo punto. Poi\nCordiali saluti,\nMario"
    )
    assert cut(text) == [
        "Gentile dottoressa,",
        "ho letto il Suo pezzo\nsul Sole.",
        "- uno",
        "- due",
        "1. Primo punto.",
        "Poi",
        "Cordiali saluti,",
        "Mario",
    ]


def test_a_missing_space_still_cuts_and_an_address_does_not():
    assert cut("va ok.Va bene.") == ["va ok.", "Va bene."]
    assert cut("Vedi https://a.it/X.y?z=1 e rossi.it ora") == [
        "Vedi https://a.it/X.y?z=1 e rossi.it ora"
    ]


def test_sentences_of_nothing():
    assert sentences("") == []
    assert sentences(" \n\n ") == []


def test_clauses():
    text = "Sono a Bari, ma torno lunedì: se ti va, ci vediamo e ti porto il libro da 1,5 kg."
    found = [text[start:end] for start, end in clauses(text, 0, len(text))]
    assert found == [
        "Sono a Bari",
        "ma torno lunedì",
        "se ti va",
        "ci vediamo",
        "e ti porto il libro da 1,5 kg.",
    ]


def test_clauses_keep_one_for_a_short_sentence_and_none_for_no_word():
    assert clauses("Ciao!", 0, 5) == [(0, 5)]
    assert clauses("...", 0, 3) == []


def test_words_keep_elisions_and_accents_typed_as_apostrophes():
    text = "L'azienda qual'è un po' perche' 'la bella' dell'ex-collega, anni '90. citta'."
    assert [word for _, _, word in words(text)] == [
        *("L'", "azienda", "qual'", "è", "un", "po'", "perche'", "la", "bella", "dell'"),
        *("ex-collega", "anni", "90", "citta'"),
    ]
    assert all(text[start:end] == word for start, end, word in words(text))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "vuoto"),
        (" \n\u00a0", "vuoto"),
        ("a" * (MAX_CHARS + 1), "troppo lungo"),
        ("ciao\x00mondo", "illeggibili"),
        ("\x01\x02\x03\x04 abc", "illeggibili"),
        ("\ufffd\ufffd\ufffd ciao", "illeggibili"),
        ("😊😊 123 !!", "nessuna parola"),
    ],
)
def test_what_cannot_be_a_message_is_refused_in_italian(text, says):
    with pytest.raises(MessageError, match=says):
        check_text(text)


@pytest.mark.parametrize("text", ["Ciao", "è\n\t", "Ok 😊", "a" * MAX_CHARS])
def test_what_can_be_a_message_is_accepted(text):
    check_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "Hi Marco, nice to meet you!",
        "Please find attached my CV.",
        "Bonjour Madame, je vous remercie pour votre message.",
        "Hola Marta, gracias por tu mensaje, me gustaría hablar contigo.",
        "Guten Tag Frau Rossi, ich habe Ihren Beitrag gelesen und würde mich freuen.",
        "Olá, obrigado pela sua mensagem, eu estou em Lisboa",
        "Привет, как дела",
    ],
)
def test_other_languages_are_told(text):
    assert not looks_italian(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ciao",
        "Ok",
        "Grazie!",
        "Head of Marketing presso Alfa, follow-up del meeting: le mando il deck e il business plan",
        "Ti mando il report «The state of the art and the future of work». Dimmi cosa ne pensi",
    ],
)
def test_italian_and_short_texts_pass(text):
    assert looks_italian(text)
