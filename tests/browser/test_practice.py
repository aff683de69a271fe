"""A whole practice in a real browser, from the draft to the redraft and back."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASKING = "Buongiorno, cerco lavoro: può girare il mio CV al suo direttore entro domani?"
BETTER = (
    "Buongiorno, l'ho ascoltata al convegno di Trento e il suo esempio sui turni mi è rimasto. "
    "Ho raccolto in due pagine come fanno altri tre reparti: gliele mando volentieri. Luca"
)


def say(page, text, turns):
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(text)
    box.press("Enter")
    page.get_by_role("button", name="Riprova da qui").nth(turns - 1).wait_for()
    page.get_by_text(text).first.wait_for()


def test_from_persona_to_redraft_and_back_to_the_draft(visitor, address):
    page = visitor(address)
    page.get_by_role("link", name="Pratica").click()
    page.get_by_role("button", name="Scrivi a").click()
    page.get_by_text("Disposizione:").wait_for()
    say(page, ASKING, 1)
    say(page, BETTER, 2)
    page.reload()
    page.get_by_text(ASKING).first.wait_for()
    page.get_by_role("button", name="Finisci e leggi il riepilogo").click()
    page.get_by_text("Ora da solo").wait_for()
    page.get_by_label("Il nuovo primo messaggio").fill(BETTER)
    page.get_by_role("button", name="Valuta").click()
    page.get_by_role("button", name="Porta nella bozza").click()
    page.get_by_label("Il tuo messaggio").wait_for()
    page.wait_for_function(
        "wanted => [...document.querySelectorAll('textarea')].some(t => t.value === wanted)",
        arg=BETTER,
    )
    page.get_by_role("link", name="Progressi").click()
    page.get_by_text("I controlli, pratica per pratica").wait_for()
    page.get_by_text("Le tue pratiche").wait_for()


def test_a_draft_is_tried_on_its_reader(visitor, address):
    page = visitor(address)
    page.get_by_label("Il tuo messaggio").fill(ASKING)
    page.get_by_role("button", name="Provala con").click()
    page.get_by_role("button", name="Riprova da qui").first.wait_for()
    page.get_by_text(ASKING).first.wait_for()
