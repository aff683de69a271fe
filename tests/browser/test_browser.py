"""The page as a person meets it, in a real browser."""

import re

import pytest

from coach import settings
from coach.local_model import is_installed

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BAD = "Salve, sono in cerca di lavoro. Puoi girare il mio CV a chi conosci? La ringrazio."
#: Words of Streamlit's own that no Italian page shows.
ENGLISH = re.compile(
    r"\b(?:press|enter|apply|running|stop|deploy|settings|rerun|drag|drop|browse|upload|file per|"
    r"limit|sidebar|pages|close|clear|expand|collapse|made with)\b",
    re.IGNORECASE,
)


def paste(page, text):
    box = page.get_by_label("Il tuo messaggio")
    box.fill(text)
    return box


def shown_words(page):
    """All that is read or heard of a page: its texts and its labels."""
    labels = page.evaluate(
        """() => [...document.querySelectorAll("*")].flatMap((element) =>
             ["aria-label", "title", "placeholder", "alt"].map((a) => element.getAttribute(a)))
             .filter(Boolean)"""
    )
    texts = page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter((element) =>
             element.checkVisibility() && !element.closest("[data-testid=stIconMaterial]"))
             .flatMap((element) => [...element.childNodes])
             .filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.nodeValue)"""
    )
    return [*labels, *texts]


def test_a_pasted_draft_is_judged_rewritten_and_survives_a_refresh(visitor, address):
    page = visitor(address)
    box = paste(page, BAD)
    # Nothing else is touched: the page follows the typing.
    page.locator(".po-verdict-word", has_text="Non inviare ancora").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.locator(".po-message").wait_for()
    assert page.locator(".po-mark").count() >= 1
    box.press("End")
    box.press_sequentially(" Davvero.")
    page.locator(".po-draft", has_text="Davvero.").wait_for()
    page.reload()
    page.locator(".po-verdict-word", has_text="Non inviare ancora").wait_for()
    page.locator(".po-message").wait_for()
    # The box is filled a moment after it is drawn.
    page.wait_for_function(
        "text => document.querySelector('.st-key-text textarea')?.value === text",
        arg=f"{BAD} Davvero.",
    )


def test_a_mark_says_why_on_focus_and_the_source_opens_on_the_passage(visitor, address):
    page = visitor(address)
    paste(page, BAD)
    mark = page.locator(".po-mark").first
    mark.wait_for()
    tip = mark.locator(".po-tip")
    assert not tip.is_visible()
    mark.focus()
    assert tip.is_visible()
    assert "Chiedi subito" in tip.inner_text()
    entry = page.locator(".po-entry").first
    entry.locator(".po-source summary").click()
    assert entry.locator("blockquote").is_visible()


def test_the_rewrite_is_copied(visitor, address):
    page = visitor(address, permissions=["clipboard-read", "clipboard-write"])
    paste(page, BAD)
    page.get_by_role("button", name="Copia").click()
    page.get_by_text("Copiato").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.split() == page.locator(".po-message").inner_text().split()


def test_markup_in_a_draft_is_shown_and_not_run(visitor, address):
    page = visitor(address)
    page.evaluate("window.hit = false")
    paste(page, "Ciao <img src=x onerror='window.hit=true'><script>window.hit=true</script> aiuto")
    page.locator(".po-draft", has_text="<script>window.hit=true</script>").wait_for()
    assert page.evaluate("window.hit") is False
    assert page.locator(".po-draft img").count() == 0


@pytest.mark.parametrize("width", [390, 1400])
def test_nothing_is_cut_off_or_in_english(visitor, address, width):
    page = visitor(address, viewport={"width": width, "height": 900})
    page.get_by_role("button", name="Prova con un esempio").click()
    page.locator(".po-message").wait_for()
    assert page.evaluate("document.documentElement.lang") == "it"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [words for words in shown_words(page) if ENGLISH.search(words)] == []


def test_a_text_is_added_found_and_removed(visitor, address):
    page = visitor(address)
    page.get_by_role("link", name="Biblioteca").click()
    text = "# Le mie talee\n\nQuando scrivo a un vivaista porto in dono una talea di rosmarino."
    page.locator("input[type=file]").set_input_files(
        {"name": "talee.md", "mimeType": "text/markdown", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Togli talee.md").wait_for()
    assert [words for words in shown_words(page) if ENGLISH.search(words)] == []
    page.get_by_role("button", name="Aggiungi alla biblioteca").click()
    page.get_by_text("Ho aggiunto").wait_for()
    page.get_by_label("Cerca nella biblioteca").fill("che cosa porto a un vivaista?")
    page.keyboard.press("Enter")
    page.locator(".po-passage", has_text="una talea di rosmarino").first.wait_for()
    page.get_by_role("button", name="Rimuovi").click()
    page.get_by_role("button", name="Sì, rimuovi").click()
    page.get_by_text("Ancora nessuno").wait_for()


@pytest.mark.model
def test_the_model_polishes_while_others_are_served(visitor, serve):
    if not is_installed(settings.load().models):
        pytest.skip("the embedded model is not installed")
    url = serve("embedded")
    page = visitor(url)
    page.get_by_role("button", name="Prova con un esempio").click()
    page.locator(".po-message").wait_for()
    page.get_by_role("button", name="Ferma").wait_for()
    other = visitor(url)
    paste(other, BAD)
    other.locator(".po-message").wait_for()
    done = page.get_by_text(re.compile("Rifinita da|non ha trovato parole migliori"))
    done.wait_for()
    assert page.get_by_role("button", name="Ferma").count() == 0
    page.reload()
    page.locator(".po-message").wait_for()
    done.wait_for()
    # Kept, not made again.
    assert page.get_by_role("button", name="Ferma").count() == 0
