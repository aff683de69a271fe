"""The people of the page as a person meets them, in a real browser."""

import pytest
from test_browser import ENGLISH, shown_words

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CONNECTIONS = """First Name,Last Name,URL,Email Address,Company,Position,Connected On
Anna,Bianchi,https://www.linkedin.com/in/anna-b,,Il Filo,Responsabile acquisti,03 Mar 2024
Ugo,Neri,https://www.linkedin.com/in/ugo-n,ugo@example.com,Vivai Neri,Vivaista,05 Mar 2024
"""


def sound(page, width):
    """What holds of every page: no English, nothing cut off."""
    page.locator('[data-test-script-state="notRunning"]').wait_for()
    assert [words for words in shown_words(page) if ENGLISH.search(words)] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


#: Longest wait for the library to be built on a busy machine, in milliseconds.
BUILDING = 500_000


@pytest.mark.parametrize("width", [390, 1400])
def test_from_an_export_to_a_message(visitor, serve, width):
    size = {"width": width, "height": 900}
    page = visitor(serve("none"), viewport=size, locale="it-IT")

    def menu(name):
        if width < 700:
            page.get_by_role("button", name="Apri il menu").click()
        page.get_by_role("link", name=name).click()

    # Import.
    menu("Contatti")
    page.get_by_role("link", name="Importa da LinkedIn, dalla rubrica o da un CSV").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "Connections.csv", "mimeType": "text/csv", "buffer": CONNECTIONS.encode()}
    )
    page.get_by_text("2 persone nuove").wait_for()
    sound(page, width)
    page.get_by_role("button", name="Importa", exact=True).click()
    page.get_by_role("button", name="Vai ai contatti").click()
    # The list, and one of it.
    page.get_by_label("Cerca un contatto").fill("acquisti")
    page.get_by_text("1-1 di 1").wait_for()
    sound(page, width)
    page.get_by_role("link", name="Anna Bianchi").click()
    page.get_by_role("heading", name="Anna Bianchi").wait_for()
    note = page.get_by_label("Aggiungi un appunto")
    note.fill("conosciuta alla fiera di Bologna, cerca un fornitore di imballaggi")
    note.press("Enter")
    page.get_by_text("Dai tuoi appunti").wait_for()
    sound(page, width)
    page.reload()
    page.get_by_role("heading", name="Anna Bianchi").wait_for()
    # The chat.
    page.get_by_role("link", name="Parlane con il coach").click()
    question = page.get_by_test_id("stChatInputTextArea")
    question.wait_for()
    sound(page, width)
    if width > 1000:  # once: the first answer waits for the library to be built
        question.fill("Che cosa posso offrire?")
        page.keyboard.press("Enter")
        cited = page.locator(".po-cited").first
        cited.wait_for(timeout=BUILDING)
        page.get_by_role("button", name="Ferma").wait_for(state="detached")
        passage = page.locator(".po-citations blockquote").first
        assert not passage.is_visible()
        cited.click()
        passage.wait_for(state="visible")
        sound(page, width)
        page.reload()
        page.locator(".po-cited").first.wait_for()
    # The message.
    page.get_by_role("link", name="La scheda di Anna Bianchi").click()
    page.get_by_role("button", name="Prepara un messaggio").click()
    page.get_by_role("button", name="Scrivi tu la prima versione").click()
    page.locator(".po-verdict-word").wait_for()
    page.get_by_role("link", name="Per Anna Bianchi").wait_for()
    assert "Anna" in page.get_by_label("Il tuo messaggio").input_value()
    assert "contatti" not in page.url
    sound(page, width)
