"""Pratica and Progressi through Streamlit's AppTest, and their HTML."""

import csv
import io
import time

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from coach.privacy import table
from coach.roleplay.progress import rows
from coach.schemas import ContactCard, Persona, PracticeTurn, Register, Stance, StanceMove
from coach.settings import PROJECT
from coach.ui import practice_markup, session

ASKING = "Buongiorno, cerco lavoro: può girare il mio CV al suo direttore entro domani?"
BETTER = (
    "Buongiorno, l'ho ascoltata al convegno di Trento e il suo esempio sui turni mi è rimasto. "
    "Ho raccolto in due pagine come fanno altri tre reparti: gliele mando volentieri. Luca"
)


# --- markup ---------------------------------------------------------------------------------------


def turn(**fields):
    return PracticeTurn(
        **{
            "learner": "Ciao <b>",
            "stance_before": Stance.COLD,
            "stance_after": Stance.WARY,
            "reply": "Chi è <i>?",
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Anna Sala", "AS"), ("Anna Maria De Rossi", "AR"), ("Ugo", "U"), ("", ""), ("3M", "")],
)
def test_initials(name, letters):
    assert practice_markup.initials(name) == letters


def test_what_is_written_is_never_html():
    who = Persona(id="p", name="<script>", role="<b>", company="&", region="<i>")
    parts = (
        practice_markup.persona_card(who),
        practice_markup.learner("<script>"),
        practice_markup.reply(turn(), "<script>"),
        practice_markup.moves([StanceMove(id="x", steps=1.0, reason="<script>")]),
        practice_markup.writing("<script> x"),
    )
    assert "<script>" not in "".join(parts)
    assert "<i>?" not in "".join(parts)


def test_silence_is_said():
    assert "nessuna risposta" in practice_markup.reply(turn(reply=""), "Anna")


@pytest.mark.parametrize("stance", list(Stance))
def test_the_meter_is_read_without_colour(stance):
    shown = practice_markup.meter(stance)
    assert f"<b>Disposizione:</b> {stance}" in shown
    assert f"({list(Stance).index(stance) + 1} di 4)" in shown


def test_moves_have_a_sign():
    steps = [StanceMove(id="x", steps=value, reason="perché") for value in (1.0, -1.0, 0.0)]
    shown = practice_markup.moves(steps)
    assert [shown.count(sign) for sign in "▲▼＝"] == [1, 1, 1]
    assert "Niente" in practice_markup.moves([])


def test_a_change_says_the_gain():
    assert "+60 punti" in practice_markup.change(28, 88)
    assert "come prima" in practice_markup.change(50, 50)


# --- the pages ------------------------------------------------------------------------------------


@pytest.fixture
def app(coach_home, monkeypatch, small_library):
    monkeypatch.setenv("COACH_MODEL", "none")
    # A page run by itself has no others to lead to.
    monkeypatch.setattr(session, "page_link", lambda *_, **__: None)
    st.cache_resource.clear()
    made = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120).run()
    yield made
    session.practice_queue().close()
    st.cache_resource.clear()


def html(app):
    return "\n".join(
        element.proto.body for element in app.get("html") if "<style" not in element.proto.body
    )


def click(app, label):
    next(button for button in app.button if button.label == label).click()
    return app.run()


def opened(app, page):
    """The page's script, run by itself: AppTest knows nothing of pages made of functions."""
    script = (
        "import streamlit as st\n"
        f"from coach.ui import {page}, session\n"
        "session.begin()\n"
        "st.session_state['pages'] = {}\n"
        f"{page}.page()\n"
    )
    made = AppTest.from_string(script, default_timeout=120).run()
    assert not made.exception
    return made


def say(app, text):
    app.chat_input[0].set_value(text).run()
    for _ in range(400):
        if any(button.label.startswith("Finisci") for button in app.button):
            return app
        time.sleep(0.05)
        app.run()
    raise AssertionError("no answer came")


def test_a_whole_practice(app):
    page = opened(app, "practice")
    assert not page.chat_input
    start = next(button for button in page.button if button.label.startswith("Scrivi a"))
    start.click().run()
    assert page.chat_input
    assert "freddo" in html(page)
    click(page, "Dammi un suggerimento")
    assert page.info
    say(page, ASKING)
    assert ASKING in html(page)
    assert "Perché" in " ".join(element.value for element in page.markdown)
    say(page, BETTER)
    click(page, "Finisci e leggi il riepilogo")
    assert "Chiedi subito" in html(page)
    assert any(element.value == "Ora da solo" for element in page.subheader)
    area = next(area for area in page.text_area if area.label == "Il nuovo primo messaggio")
    area.set_value(BETTER).run()
    click(page, "Valuta")
    assert "punti" in html(page)
    (kept,) = session.coach().store.sessions()
    assert kept.redraft == BETTER
    assert kept.redraft_score > kept.turns[0].score


def test_a_refresh_keeps_the_conversation(app):
    page = opened(app, "practice")
    next(button for button in page.button if button.label.startswith("Scrivi a")).click().run()
    say(page, ASKING)
    again = opened(app, "practice")
    assert any("da finire" in button.label for button in again.button)
    other = AppTest.from_string(
        "from coach.ui import practice, session\nsession.begin()\npractice.page()\n",
        default_timeout=120,
    )
    other.query_params["pratica"] = page.query_params["pratica"]
    other.run()
    assert ASKING in html(other)


def test_a_turn_is_tried_again(app):
    page = opened(app, "practice")
    next(button for button in page.button if button.label.startswith("Scrivi a")).click().run()
    say(page, ASKING)
    click(page, "Riprova da qui")
    assert ASKING not in html(page)
    (kept,) = session.coach().store.sessions()
    assert kept.turns == ()


def test_an_empty_redraft_is_told(app):
    page = opened(app, "practice")
    next(button for button in page.button if button.label.startswith("Scrivi a")).click().run()
    say(page, ASKING)
    click(page, "Finisci e leggi il riepilogo")
    click(page, "Valuta")
    assert page.error
    assert not page.exception


def test_a_practice_that_is_gone_is_said_to_be(app):
    page = AppTest.from_string(
        "from coach.ui import practice, session\nsession.begin()\npractice.page()\n",
        default_timeout=120,
    )
    page.query_params["pratica"] = "zzz"
    page.run()
    assert not page.exception
    assert "non c'è più" in page.info[0].value


def test_one_can_practise_with_a_contact(app):
    session.coach().store.add_contact(
        ContactCard(id="", name="Anna Sala", role="enologa", register_used=Register.LEI)
    )
    page = opened(app, "practice")
    page.session_state["practice_kind"] = "Un mio contatto"
    page.run()
    assert "Anna Sala" in html(page)
    click(page, "Scrivi a Anna Sala")
    say(page, BETTER)
    (kept,) = session.coach().store.sessions()
    assert kept.persona.contact_id


def test_progress_teaches_when_there_is_none(app):
    page = opened(app, "progress")
    assert any("Comincia da una pratica" in element.value for element in page.markdown)


def test_progress_shows_figures_an_exercise_and_a_table(app):
    coach = session.coach()
    for message in (ASKING, BETTER):
        started = coach.start_practice(persona=coach.personas[0].name)
        coach.debrief(coach.play(started, message))
    page = opened(app, "progress")
    assert [metric.value for metric in page.metric] == ["2", "1", "1"]
    assert any(element.value == "Il punto più difficile" for element in page.subheader)
    click(page, "Elimina")
    assert page.metric[0].value == "1"
    click(page, "Annulla")
    assert page.metric[0].value == "2"


def test_the_table_is_inert(app):
    coach = session.coach()
    coach.play(coach.start_practice(persona=coach.personas[0].name), "=HYPERLINK(1) ciao a tutti")
    (row,) = csv.DictReader(io.StringIO(table(rows(coach.store.sessions()))))
    assert row["messaggio"].startswith("'=")
