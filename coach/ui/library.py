"""Biblioteca: the sources that the advice rests on, and the search among them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from coach.errors import CoachError
from coach.ui import markup, session
from coach.ui.jobs import Job, Phase
from coach.ui.wording import count

if TYPE_CHECKING:
    from coach.library import Addition, SourceCard

#: Passages shown for a question.
PASSAGES = 5
#: How often the page asks how far the library is, in seconds.
POLL = 0.5
#: What can be added: the suffixes, without the dot.
SUFFIXES = ["md", "txt"]


def page() -> None:
    """Show the page."""
    st.header("Biblioteca", anchor=False)
    st.markdown(
        "Da qui vengono i consigli. Cerca un passo, oppure aggiungi i tuoi testi: restano su "
        "questo computer."
    )
    owner = f"library-{session.draft_id()}"
    job = session.library_queue().of(owner)
    if job is None:
        # Building the library for the first time takes some seconds: in the background, too.
        job = session.library_queue().submit(owner, "open", _open)
    if not job.ended:
        st.fragment(_progress, run_every=POLL)(owner)
        return
    if job.phase is Phase.FAILED:
        assert job.error is not None
        session.show_error(job.error)
        if st.button("Riprova", icon=":material/refresh:"):
            session.library_queue().submit(owner, "open", _open)
            st.rerun()
        return
    _search()
    _add(owner, job)
    _sources(owner)


def _open(job: Job) -> None:
    _ = session.coach().library


def _progress(owner: str) -> None:
    job = session.library_queue().of(owner)
    if job is None or job.ended:
        st.rerun()
    stage = session.library_stage()
    far = f" {stage.done} di {stage.total}" if stage.total else ""
    st.progress(stage.share, text=f"{stage.text or 'Apro la biblioteca'}…{far}")


# --- search --------------------------------------------------------------------------------------


def _search() -> None:
    question = st.text_input(
        "Cerca nella biblioteca",
        key="question",
        persist_state="session",
        placeholder="Per esempio: quando posso chiedere un favore?",
    )
    if not question.strip():
        return
    try:
        found = session.coach().library.search(question, k=PASSAGES)
    except CoachError as error:
        session.show_error(error)
        return
    if found:
        st.html(markup.passages(found))
    else:
        st.info("Nessun passo trovato: prova con altre parole.", icon=":material/search_off:")


# --- sources -------------------------------------------------------------------------------------


def _add(owner: str, job: Job) -> None:
    st.subheader("Aggiungi un testo", anchor=False)
    with st.form("upload", clear_on_submit=True, border=False):
        files = st.file_uploader(
            "Testi da aggiungere", type=SUFFIXES, accept_multiple_files=True, key="files"
        )
        submitted = st.form_submit_button("Aggiungi alla biblioteca", icon=":material/library_add:")
    if submitted and files:
        texts = [(Path(file.name).name, file.getvalue()) for file in files]
        names = ", ".join(name for name, _ in texts)

        def work(job: Job) -> Addition:
            return _added(texts)

        session.library_queue().submit(owner, f"add {names} {id(texts)}", work)
        st.rerun()
    if job.result is not None:
        _outcome(job.result)


def _added(texts: list[tuple[str, bytes]]) -> Addition:
    """Add texts that came through the browser: the library reads files."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for place, (name, content) in enumerate(texts):
            # Each in its own folder: two files may have one name.
            path = Path(folder, str(place), name)
            path.parent.mkdir()
            path.write_bytes(content)
            paths.append(path)
        return session.coach().library.add(paths)


def _outcome(addition: Addition) -> None:
    if addition.added:
        titles = ", ".join(f"«{markup.plain(card.title)}»" for card in addition.added)
        st.success(f"Ho aggiunto {titles}.", icon=":material/check:")
    if addition.known:
        titles = ", ".join(f"«{markup.plain(card.title)}»" for card in addition.known)
        st.info(f"C'era già: {titles}.", icon=":material/info:")
    for _, error in addition.refused:
        session.show_error(error)


def _sources(owner: str) -> None:
    try:
        cards = session.coach().library.sources()
    except CoachError as error:
        session.show_error(error)
        return
    own = [card for card in cards if not card.shipped]
    st.subheader("I tuoi testi", anchor=False)
    if not own:
        st.caption("Ancora nessuno. Un articolo o i tuoi appunti su come scrivere vanno bene.")
    for card in own:
        _own_source(owner, card)
    st.subheader("I testi del coach", anchor=False)
    for card in cards:
        if card.shipped:
            st.markdown(f"- {card.title} ({count(card.passages, 'passo', 'passi')})")


def _own_source(owner: str, card: SourceCard) -> None:
    """A text of the person's, with a removal that is asked twice."""
    asked = st.session_state.get("removing") == card.id
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        passages = count(card.passages, "passo", "passi")
        st.markdown(f"{markup.plain(card.title)} ({passages}, {markup.plain(card.name)})")
        if not asked:
            st.button(
                "Rimuovi",
                key=f"remove_{card.id}",
                icon=":material/delete:",
                on_click=st.session_state.__setitem__,
                args=("removing", card.id),
            )
            return
        if st.button("Sì, rimuovi", key=f"sure_{card.id}", type="primary"):
            _remove(owner, card.id)
        st.button(
            "Annulla",
            key=f"keep_{card.id}",
            on_click=st.session_state.pop,
            args=("removing", None),
        )


def _remove(owner: str, source_id: str) -> None:
    def work(job: Job) -> None:
        session.coach().library.remove(source_id)

    st.session_state.pop("removing", None)
    session.library_queue().submit(owner, f"remove {source_id}", work)
    st.rerun()
