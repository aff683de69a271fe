"""The page: its pure parts, its state and its jobs, and its pages through Streamlit's AppTest."""

import re
import threading
import time
from html import unescape

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from coach import prompts, rubric, settings
from coach.errors import CoachError, ModelFailure, NotFoundError
from coach.rewrite.polish import SENTENCE_PROMPT
from coach.schemas import (
    Check,
    ContactCard,
    Critique,
    Finding,
    Length,
    Passage,
    Register,
    Rewrite,
    ScoreAndVerdict,
    Severity,
    Source,
    Verdict,
    VirtueMark,
)
from coach.settings import PROJECT
from coach.store import Store
from coach.ui import diff, draft, jobs, markup, session, state, wording
from coach.ui.browser import ASSETS
from coach.ui.diff import Change, Stretch
from coach.ui.jobs import Phase, Queue
from coach.ui.state import Draft, Drafts

BAD = "Salve, sono in cerca di lavoro. Puoi girare il mio CV a chi conosci? La ringrazio."


@pytest.fixture(scope="module")
def principles():
    known = settings.load({"COACH_HOME": str(PROJECT)})
    return rubric.load(known.principles, known.notes)


def finding(text, quote, principle="early_ask", severity=Severity.ERROR, message="Perché no."):
    start = text.index(quote)
    return Finding(
        start=start,
        end=start + len(quote),
        quote=quote,
        id=principle,
        severity=severity,
        message=message,
        suggestion="Così è meglio.",
        source=Source(title="Titolo <b>", passage="Un *passo*.\n\nAltro.", heading="Capo"),
    )


def critique(text, *violations, virtues=()):
    return Critique(
        score=40,
        verdict=Verdict.DO_NOT_SEND,
        missing=(),
        register_used=Register.TU,
        violations=violations,
        virtues=virtues,
        checks=(Check(id="a", passed=True, weight=4, label="Bene"),
                Check(id="b", passed=False, weight=6, label="Male")),
        length=Length(chars=len(text), limit=300, words=9, sentences=1, gulpease=55.2),
        summary="Chiedi subito.",
    )  # fmt: skip


def visible(html):
    """What is read of some HTML: tips and numbers left out, entities resolved."""
    html = re.sub(r'<span class="po-tip".*?</span></span>', "", html)
    html = re.sub(r"<sup.*?</sup>", "", html)
    return unescape(re.sub(r"<[^>]+>", "", html))


# --- markup ---------------------------------------------------------------------------------------


def test_the_marked_draft_is_the_draft(principles):
    text = 'Ciao <script>alert("1")</script> & co,\nmi aiuti?  Grazie 🙂 «sì».'
    entries = markup.remarks(
        critique(text, finding(text, "mi aiuti?"), finding(text, "<script>", "hard_sell")),
        text,
        principles,
    )
    html = markup.draft(text, entries)
    assert visible(html) == text
    assert "<script" not in html


def test_every_mark_is_numbered_named_and_reachable_by_keyboard(principles):
    text = "Ciao, mi aiuti?"
    html = markup.draft(
        text, markup.remarks(critique(text, finding(text, "mi aiuti?")), text, principles)
    )
    assert 'tabindex="0"' in html
    assert 'aria-describedby="po-tip-6"' in html
    assert 'id="po-tip-6"' in html
    assert "po-error" in html
    assert "1. Chiedi subito" in html


def test_overlapping_marks_are_split_and_say_all(principles):
    text = "uno due tre quattro"
    entries = markup.remarks(
        critique(
            text,
            finding(text, "due tre", "language_errors", Severity.WARNING),
            finding(text, "tre quattro"),
        ),
        text,
        principles,
    )
    html = markup.draft(text, entries)
    assert visible(html) == text
    pieces = re.findall(r'<span class="po-mark po-(\w+)"[^>]*>([^<]*)', html)
    assert pieces == [("warning", "due "), ("error", "tre"), ("error", " quattro")]
    both = html[html.index(">tre") : html.index("> quattro")]
    assert "1. Errori di lingua" in both
    assert "2. Chiedi subito" in both


def test_what_is_about_the_whole_message_marks_nothing_and_comes_last(principles):
    text = "Ciao, mi aiuti?"
    whole = finding(text, text, "generic", Severity.WARNING)
    entries = markup.remarks(critique(text, whole, finding(text, "mi aiuti?")), text, principles)
    assert [entry.title for entry in entries] == ["Chiedi subito", "Messaggio generico"]
    assert markup.draft(text, entries).count("po-mark") == 1
    assert "Tutto il messaggio" in markup.remark_list(entries)


def test_findings_that_say_the_same_share_a_number(principles):
    text = "mi aiuti? e poi mi aiuti?"
    first = finding(text, "mi aiuti?")
    second = first.model_copy(update={"start": 16, "end": 25})
    entries = markup.remarks(critique(text, first, second), text, principles)
    assert [(entry.number, len(entry.spans)) for entry in entries] == [(1, 2)]


def test_the_list_says_what_why_how_and_opens_the_source(principles):
    text = "Ciao, mi aiuti? Ti mando una guida."
    message = "Chiedi subito. chi legge si chiude."
    entries = markup.remarks(
        critique(
            text,
            finding(text, "mi aiuti?", message=message),
            virtues=(VirtueMark(start=16, end=35, quote=text[16:35], id="offer"),),
        ),
        text,
        principles,
    )
    html = markup.remark_list(entries)
    assert "«mi aiuti?»" in html
    assert "<p>Chi legge si chiude.</p>" in html
    assert "Così è meglio." in html
    assert "Titolo &lt;b&gt; › Capo</summary><blockquote><p>Un <em>passo</em>.</p>" in html
    assert "Cosa funziona già" in html
    assert "«Ti mando una guida.»" in html


def test_the_verdict_shows_its_checks():
    html = markup.verdict(critique("x"))
    assert "Non inviare ancora</p><p>Chiedi subito.</p>" in html
    assert "40 su 100 · 1 controlli superati su 2" in html
    assert "Male" in html


def test_placeholders_stand_out_in_a_message():
    html = markup.message("Ciao [nome], <b> [x]")
    assert '<mark class="po-gap">[nome]</mark>, &lt;b&gt; [x]' in html


def test_passages_are_escaped():
    found = [Passage(text="<i>a</i>", title="T<", source_id="s", heading="H&", score=1.0)]
    html = markup.passages(found)
    assert "&lt;i&gt;a&lt;/i&gt;" in html
    assert "T&lt;" in html
    assert "H&amp;" in html


def test_markdown_marks_in_a_name_stay_letters():
    assert markup.plain("*a* [b](c) `coach`") == r"\*a\* \[b\](c) `coach`"


def test_every_noun_has_its_italian_name():
    assert set(wording.CHANNELS) == set(type(next(iter(wording.CHANNELS))))
    assert set(wording.RELATIONS) == set(type(next(iter(wording.RELATIONS))))
    assert set(wording.VERDICTS) == set(Verdict)
    assert set(wording.REGISTERS_FOUND) == set(Register)
    assert set(wording.SEVERITIES) == set(Severity)


def luminance(colour):
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_pair_of_colours_can_be_read(scheme):
    css = (ASSETS / "page.css").read_text("utf-8")
    found = re.findall(r"--po-([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", css)
    colours = {name: pair[scheme] for name, *pair in found}
    marks = ("error", "warning", "suggestion", "virtue")
    pairs = [(name, f"{name}-bg") for name in marks]
    pairs += [(name, "card") for name in (*marks, "text", "quiet", "accent")]
    for front, back in pairs:
        dark, light = sorted((luminance(colours[front]), luminance(colours[back])))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (front, back)


# --- comparison -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [("", ""), ("a", ""), ("", "b c"), ("Ciao Anna, come stai?", "Gentile Anna, come sta?"),
     ("uno  due\ntre", "uno due\n\ntre!"), ("è così", "e' così")],
)  # fmt: skip
def test_a_comparison_gives_both_texts_back(before, after):
    found = diff.compare(before, after)
    assert "".join(s.text for s in found if s.change is not Change.REMOVED) == after
    assert "".join(s.text for s in found if s.change is not Change.ADDED) == before


def test_a_rewritten_phrase_is_one_change():
    found = diff.compare("ciao cara Anna", "salve gentile Anna")
    assert found == [
        Stretch(Change.REMOVED, "ciao cara"),
        Stretch(Change.ADDED, "salve gentile"),
        Stretch(Change.SAME, " Anna"),
    ]
    kept = " mi fa molto piacere "
    found = diff.compare(f"uno{kept}due", f"tre{kept}sei")
    assert [s.text for s in found if s.change is Change.SAME] == [kept]


def test_changes_are_escaped():
    html = markup.changes([Stretch(Change.ADDED, "<b>"), Stretch(Change.REMOVED, "&")])
    assert "<ins>&lt;b&gt;</ins><del>&amp;</del>" in html


# --- drafts in the store --------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path):
    opened = Store.open(f"sqlite:///{tmp_path / 'coach.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture
def drafts(store):
    return Drafts(store, PROJECT / "prompts")


def test_a_draft_comes_back(drafts):
    kept = Draft(text="Ciao\n<b>è</b>", notes="uno\n\n due ", register_wanted=Register.LEI)
    name = state.new_id()
    drafts.save(name, kept)
    assert drafts.load(name) == kept
    assert drafts.load(state.new_id()) is None
    assert kept.contact.notes == ("uno", "due")
    assert kept.request.register_wanted is Register.LEI
    assert Draft().request.register_wanted is None
    assert (drafts.count(), drafts.clear(), drafts.count()) == (1, 1, 0)


@pytest.mark.parametrize("name", ["../etc/passwd", "", "A" * 20, "a" * 19, "a" * 20 + "\n"])
def test_only_our_identifiers_reach_the_store(drafts, name):
    assert drafts.load(name) is None
    with pytest.raises(ValueError, match="identifier"):
        drafts.save(name, Draft())


def test_a_damaged_draft_is_a_blank_one(drafts, store):
    name = state.new_id()
    store.save_draft(name, None, '{"text": 3')
    assert drafts.load(name) is None
    drafts.save(name, Draft(text="da capo"))
    assert drafts.load(name).text == "da capo"


def test_a_draft_goes_with_its_contact(drafts, store):
    card = store.add_contact(ContactCard(id="", name="Anna Neri"))
    name = state.new_id()
    made = Draft(text="Ciao", to_name=" Anna ", contact_id=card.id)
    drafts.save(name, made)
    assert (store.draft(name).contact_id, store.draft(name).recipient) == (card.id, "Anna")
    store.erase(card.id)
    assert drafts.load(name) is None
    with pytest.raises(NotFoundError):
        drafts.save(name, made.model_copy(update={"contact_id": ""}))


def test_each_new_rewrite_is_noted_with_model_and_prompt(drafts, store):
    brief = ScoreAndVerdict(score=80, verdict=Verdict.READY)
    one = Rewrite(text="Ciao.", origin="model", model="qwen", before=brief, after=brief)
    two = one.model_copy(update={"text": "Ciao!", "model": None, "origin": "composer"})
    name = state.new_id()
    drafts.save(name, Draft(text="ab"))
    judged = critique("a")
    for text, rewrite in (("a", one), ("a", one), ("ab", two)):
        drafts.keep(name, text, judged, rewrite)
    first, second = store.revisions(name)
    assert first.critique == judged
    version = prompts.load(SENTENCE_PROMPT, PROJECT / "prompts").version
    assert (first.text, first.rewrite, first.model) == ("a", one, "qwen")
    assert (first.prompt_version, second.prompt_version) == (version, "")
    assert (second.text, second.rewrite) == ("ab", two)


# --- jobs -----------------------------------------------------------------------------------------


@pytest.fixture
def queue():
    made = Queue("test")
    yield made
    made.close()


def ended(job):
    """The job, once it has ended."""
    for _ in range(1_000):
        if job.ended:
            return job
        time.sleep(0.01)
    raise AssertionError(job.phase)


def test_a_job_gives_its_result_and_tells_how_far_it_is(queue):
    def work(job):
        job.tell("a metà")
        return 3

    job = ended(queue.submit("anna", "k", work))
    assert (job.phase, job.result, job.progress) == (Phase.DONE, 3, "a metà")
    assert queue.submit("anna", "k", work) is job
    assert queue.of("anna") is job
    assert queue.of("ugo") is None


def test_jobs_run_one_at_a_time_in_order(queue):
    going, seen = threading.Event(), []

    def first(job):
        going.wait(10)
        seen.append("first")

    one = queue.submit("anna", "a", first)
    while one.phase is not Phase.RUNNING:
        time.sleep(0.01)
    two = queue.submit("ugo", "b", lambda job: seen.append("second"))
    assert (two.phase, queue.ahead(two)) == (Phase.WAITING, 1)
    going.set()
    ended(two)
    assert seen == ["first", "second"]


def test_a_newer_job_of_the_same_owner_replaces_the_older(queue):
    def endless(job):
        while not job.cancelled:
            time.sleep(0.01)

    old = queue.submit("anna", "a", endless)
    new = queue.submit("anna", "b", lambda job: "fatto")
    assert ended(new).result == "fatto"
    assert ended(old).phase is Phase.CANCELLED


def test_a_waiting_job_can_be_cancelled(queue):
    job = queue.submit("anna", "a", lambda job: "mai", pause=60)
    job.cancel()
    assert ended(job).phase is Phase.CANCELLED
    assert job.result is None


def test_a_failure_is_told_and_a_defect_is_loud(queue, caplog):
    def known(job):
        raise ModelFailure("Il modello non risponde.")

    def defect(job):
        raise ZeroDivisionError

    assert str(ended(queue.submit("anna", "a", known)).error) == "Il modello non risponde."
    assert caplog.records == []
    job = ended(queue.submit("anna", "b", defect))
    assert isinstance(job.error, CoachError)
    assert "ZeroDivisionError" in caplog.text
    # A failed job is tried again.
    assert queue.submit("anna", "b", defect) is not job


def test_too_many_jobs_are_refused(queue, monkeypatch):
    monkeypatch.setattr(jobs, "MAX_WAITING", 1)
    going = threading.Event()
    queue.submit("anna", "a", lambda job: going.wait(10))
    refused = queue.submit("ugo", "b", lambda job: None)
    going.set()
    assert refused.phase is Phase.FAILED


# --- pages ----------------------------------------------------------------------------------------


@pytest.fixture
def app(tmp_path, monkeypatch):
    monkeypatch.setenv("COACH_HOME", str(tmp_path))
    monkeypatch.setenv("COACH_MODEL", "none")
    st.cache_resource.clear()
    made = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120).run()
    assert not made.exception
    yield made
    st.cache_resource.clear()


def html(app):
    bodies = (element.proto.body for element in app.get("html"))
    return "\n".join(body for body in bodies if not body.startswith("<style"))


def write(app, text):
    return app.text_area(key="text").set_value(text).run()


def click(app, label):
    return next(button for button in app.button if button.label == label).click().run()


def test_a_store_that_cannot_be_opened_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("COACH_HOME", str(tmp_path))
    monkeypatch.setenv("COACH_MODEL", "none")
    (tmp_path / "coach.sqlite").write_text("rotto " * 1000)
    st.cache_resource.clear()
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120).run()
    st.cache_resource.clear()
    assert not app.exception
    assert "danneggiato" in app.error[0].value
    assert "coach restore" in app.error[0].value


def test_a_page_open_on_somebody_who_is_erased_begins_anew(app):
    store = session.coach().store
    card = store.add_contact(ContactCard(id="", name="Anna Neri"))
    app.session_state["contact_id"] = card.id
    app.session_state["to_name"] = card.name
    write(app, "Ciao Anna Neri")
    identifier = app.session_state["draft_id"]
    assert store.draft(identifier).contact_id == card.id
    store.erase(card.id)
    write(app, "Ciao Anna Neri, come va?")
    assert not app.exception
    assert len(app.toast) == 1
    assert app.session_state["draft_id"] != identifier
    assert app.text_area(key="text").value == ""
    assert not any("Neri" in kept.data for kept in store.drafts())


def test_a_draft_gets_verdict_remarks_and_rewrite(app):
    write(app, BAD)
    assert not app.exception
    shown = html(app)
    assert "Non inviare ancora" in shown
    assert "Chiedi subito" in shown
    assert "po-message" in shown
    assert "caratteri" in shown


def test_the_cards_feed_the_rewrite(app):
    write(app, BAD)
    app.text_input(key="to_name").set_value("Marta Rinaldi")
    app.text_area(key="offers").set_value("una guida ai bandi regionali").run()
    message = re.search(r'<div class="po-message".*?</div>', html(app), re.DOTALL).group()
    assert "Marta" in message
    assert "guida ai bandi regionali" in message
    assert "da ciò che hai detto di te" in html(app)


def test_an_answer_goes_to_the_cards_and_the_rewrite_is_made_again(app):
    write(app, BAD)
    asked = [field for field in app.text_input if str(field.key).startswith("answer_")]
    assert asked
    for field in asked:
        field.set_value({"answer_name": "Marta", "answer_offer": "una guida ai bandi"}.get(
            field.key, "il suo articolo sui resi"))  # fmt: skip
    click(app, "Riscrivi con le risposte")
    assert not app.exception
    assert "una guida ai bandi" in app.text_area(key="offers").value
    message = re.search(r'<div class="po-message".*?</div>', html(app), re.DOTALL).group()
    assert "guida ai bandi" in message


@pytest.mark.parametrize("text", ["12345 !!", "parola " * 20_000, "ciao\x00\x01\x02 mondo"])
def test_what_cannot_be_judged_is_said_and_kept(app, text):
    write(app, text)
    assert not app.exception
    assert len(app.error) == 1
    assert app.text_area(key="text").value == text
    assert "po-verdict" not in html(app)


def test_markup_in_a_draft_is_text(app):
    write(app, "Ciao <script>alert(1)</script> <img src=x onerror=alert(1)>, mi aiuti?")
    assert not app.exception
    assert "<script>" not in html(app)
    assert "<img" not in html(app)


def test_an_empty_page_teaches_with_an_example(app):
    assert "po-verdict" not in html(app)
    click(app, "Prova con un esempio")
    assert not app.exception
    assert app.text_area(key="text").value == draft.EXAMPLE.text
    assert app.segmented_control(key="relation").value == draft.EXAMPLE.relation
    assert "Non inviare ancora" in html(app)
    assert "mappa dei mercatini" in html(app)


def test_a_refresh_brings_everything_back(app):
    write(app, BAD)
    app.text_input(key="to_name").set_value("Marta Rinaldi").run()
    again = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120)
    again.query_params["bozza"] = app.query_params["bozza"]
    again.run()
    assert again.text_area(key="text").value == BAD
    assert again.text_input(key="to_name").value == "Marta Rinaldi"
    assert "Non inviare ancora" in html(again)


def test_another_visitor_starts_blank(app):
    write(app, BAD)
    other = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120).run()
    assert other.query_params["bozza"] != app.query_params["bozza"]
    assert other.text_area(key="text").value == ""


def test_a_new_draft_can_be_undone(app):
    write(app, BAD)
    app.text_input(key="my_name").set_value("Luca").run()
    click(app, "Nuova bozza")
    assert app.text_area(key="text").value == ""
    assert app.text_input(key="my_name").value == "Luca"
    click(app, "Riprendi la bozza di prima")
    assert app.text_area(key="text").value == BAD


def test_nothing_goes_to_a_remote_model_unasked(app, monkeypatch):
    monkeypatch.setenv("COACH_MODEL", "un-modello")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://modelli.example/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "chiave")
    st.cache_resource.clear()
    again = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120).run()
    write(again, BAD)
    assert not again.exception
    assert "Fai rifinire" in [button.label for button in again.button]
    assert any("https://modelli.example/v1" in caption.value for caption in again.caption)
    assert session.model_queue().of(again.query_params["bozza"]) is None


def test_a_missing_model_is_said_and_mended_in_the_settings(app, monkeypatch, tmp_path):
    monkeypatch.setenv("COACH_MODEL", "embedded")
    monkeypatch.setenv("COACH_MODELS", str(tmp_path / "empty"))
    st.cache_resource.clear()
    again = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120).run()
    write(again, BAD)
    assert not again.exception
    assert "po-message" in html(again)
    assert any("senza modello" in caption.value for caption in again.caption)
    known = "from coach.ui import session, settings\nsession.begin()\nsettings.page()"
    told = AppTest.from_string(known, default_timeout=120).run()
    assert "coach model pull" in told.warning[0].value


def settled(app):
    """The page once its background work is over."""
    for _ in range(600):
        app.run()
        assert not app.exception
        if app.get("progress") or "po-working" in html(app):
            time.sleep(0.1)
            continue
        return app
    raise AssertionError("still working")


def opened(page):
    """A page alone: AppTest does not switch to pages that are functions."""
    script = f"from coach.ui import session, {page}\nsession.begin()\n{page}.page()"
    return settled(AppTest.from_string(script, default_timeout=120))


@pytest.mark.slow
@pytest.mark.usefixtures("app")
def test_the_library_is_searched_and_the_settings_say_what_works():
    # One test, because both need the library, which takes long to build.
    app = opened("library")
    app.text_input(key="question").set_value("quando posso chiedere un favore?").run()
    assert not app.exception
    assert html(app).count("po-passage") == 5
    app = opened("settings")
    assert "COACH_MODEL=none" in app.info[0].value
    assert "principi" in html(app)
    assert "po-no" not in html(app)
