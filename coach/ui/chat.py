"""The chat with the coach: about one contact, or open questions on reaching out."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import streamlit as st

from coach.schemas import Answer, ChatTurn, ContactCard, Rewrite
from coach.ui import browser, filling, markup, session, wording
from coach.ui.jobs import Job, Phase

#: How often the page asks for what has been written so far, in seconds.
POLL = 0.3
#: Turns shown at first, and at each request for older ones.
SHOWN = 20
#: After so many seconds without a word the page says why it may take long.
PATIENCE = 4.0
#: Whose job the opening of the library is: nobody's in particular.
_OPENING = "chat"
#: What an empty conversation suggests.
ABOUT_CONTACT = (
    "Che cosa posso offrire?",
    "È il momento di chiedere?",
    "Scrivimi il primo messaggio",
    "Riassumi che cosa ne so",
    "Come rispondo se mi scrive male?",
)
OPEN = (
    "Come comincio con chi non conosco?",
    "Quando posso chiedere un favore?",
    "Che cosa offro se sono all'inizio?",
    "Come reagisco a chi mi scrive male?",
)


def about(identifier: str) -> None:
    """Show the conversation about a contact.

    Raises:
        NotFoundError: there is no such contact.
    """
    known = session.coach().store.contact(identifier)
    session.page_link(
        session.CONTACTS,
        f"La scheda di {markup.plain(known.name)}",
        icon=":material/arrow_back:",
        contatto=known.id,
    )
    st.header(f"Parliamo di {markup.plain(known.name)}", anchor=False)
    what = markup.about(known.role, known.company)
    st.html(markup.contact_row(what, [session.standing(known).sentence]))
    _conversation(known)


def open_questions() -> None:
    """Show the conversation about nobody in particular."""
    session.page_link(session.CONTACTS, "Tutti i contatti", icon=":material/arrow_back:")
    st.header("Chiedi al coach", anchor=False)
    st.markdown(
        "Come presentarsi, quando chiedere, che cosa offrire: rispondo con quello che dicono le "
        "fonti della biblioteca, e se non lo dicono te lo dico."
    )
    _conversation(None)


def _conversation(known: ContactCard | None) -> None:
    # Ready, if possible, before the first question is written.
    session.library_queue().submit(_OPENING, "open", _open_library)
    contact_id = known.id if known else None
    store = session.coach().store
    shown = int(st.session_state.get("turns_shown", SHOWN))
    total = store.count_turns(contact_id)
    if total > shown:
        st.button(
            "Mostra le domande precedenti",
            icon=":material/expand_less:",
            on_click=st.session_state.__setitem__,
            args=("turns_shown", shown + SHOWN),
        )
    for turn in store.turns(contact_id, shown):
        _turn(turn, contact_id)
    job = session.chat_queue().of(_owner(contact_id))
    working = job is not None and not job.ended
    if job is not None:
        _under_way(job, contact_id)
    if not total and not working:
        _suggestions(contact_id, ABOUT_CONTACT if known else OPEN)
    _sharing(known)
    if total and not working:
        _clearing(contact_id)
    asked = st.chat_input(
        "Scrivi la tua domanda", key=f"ask_{contact_id or 'open'}", disabled=working
    )
    if asked and asked.strip():
        _ask(contact_id, asked.strip())
        st.rerun()


def _owner(contact_id: str | None) -> str:
    """Of the conversation, not of the visitor: a refresh finds the answer under way."""
    return f"chat-{contact_id or ''}"


# --- what was said -------------------------------------------------------------------------------


def _turn(turn: ChatTurn, contact_id: str | None) -> None:
    _question(turn.question)
    # The same at every run, and another for every turn, whatever is shown before it.
    place = f"{turn.at:%Y%m%d%H%M%S%f}"
    with st.chat_message("Coach", avatar=":material/lightbulb:"):
        _answer(turn.answer, contact_id, place)
        if turn.answer.critique is not None:
            st.html(markup.verdict(turn.answer.critique, jump=False))
        if turn.answer.citations:
            st.html(markup.citations(turn.answer.citations, place))
        if not turn.answer.grounded:
            st.caption("Né le fonti né la scheda lo dicono: per questo non lo affermo.")


def _question(question: str) -> None:
    with st.chat_message("Tu", avatar=":material/person:"):
        st.markdown(markup.plain(question).replace("\n", "  \n"))


def _answer(answer: Answer, contact_id: str | None, place: str) -> None:
    """The words of the coach; a message among them stands out and can be taken away."""
    text = answer.text
    if answer.rewrite is not None:
        # Where the answer does not hold the message as it is, the message follows it.
        before, _, text = text.partition(answer.rewrite.text)
        if before.strip():
            st.html(markup.answer(before, answer.citations, place))
        _message(answer.rewrite, contact_id, place)
    if text.strip():
        st.html(markup.answer(text, answer.citations, place))


def _message(rewrite: Rewrite, contact_id: str | None, place: str) -> None:
    """A message made in the conversation, with what it was checked for."""
    st.html(markup.message(rewrite.text))
    if rewrite.placeholders:
        st.caption("Le parole fra parentesi quadre aspettano te: completale prima di inviare.")
    with st.container(horizontal=True, vertical_alignment="center"):
        browser.copy_button(rewrite.text, key=f"copy_{place}")
        if st.button("Portala nella bozza", icon=":material/edit_note:", key=f"to_draft_{place}"):
            if contact_id:
                filling.prepare(contact_id, rewrite.text)
            filling.open_draft(filling.blank().model_copy(update={"text": rewrite.text}))
    with st.expander("Che cosa ho controllato", key=f"proof_{place}"):
        st.html(markup.proof(rewrite) + markup.facts(rewrite))


# --- an answer under way -------------------------------------------------------------------------


def _ask(contact_id: str | None, question: str) -> None:
    """Have a question answered in the background."""
    coach = session.coach()
    shared = bool(st.session_state.get(_share_key(contact_id), False))

    def work(job: Job) -> Answer:
        return coach.ask(
            question,
            contact_id,
            share_contact=shared,
            on_text=job.tell,
            cancel=lambda: job.cancelled,
        )

    # The same question may be asked again: its key is its own.
    session.chat_queue().submit(_owner(contact_id), f"{secrets.token_hex(4)} {question}", work)


def _asked(job: Job) -> str:
    return job.key.partition(" ")[2]


def _under_way(job: Job, contact_id: str | None) -> None:
    if not job.ended:
        _question(_asked(job))
        with st.chat_message("Coach", avatar=":material/lightbulb:"):
            st.fragment(_writing, run_every=POLL)(job)
    elif job.phase is Phase.FAILED:
        _question(_asked(job))
        if job.error is not None:
            session.show_error(job.error)
        st.button(
            "Riprova", icon=":material/refresh:", on_click=_ask, args=(contact_id, _asked(job))
        )


def _writing(job: Job) -> None:
    """The answer so far; asks the background now and then."""
    if job.ended:
        st.rerun()
    if job.progress:
        st.html(markup.answer(job.progress))
    else:
        st.html(markup.working(_doing(job)))
    st.button("Ferma", icon=":material/stop_circle:", key="stop_answer", on_click=job.cancel)


def _doing(job: Job) -> str:
    if job.phase is Phase.WAITING:
        return "Aspetto il mio turno…"
    preparing = session.library_queue().of(_OPENING)
    if preparing is not None and not preparing.ended and job.lasted > PATIENCE:
        stage = session.library_stage()
        far = f": {stage.done} di {stage.total}" if stage.total else ""
        return f"La prima volta preparo la biblioteca{far}…"
    return "Guardo la scheda e le fonti…"


def _open_library(job: Job) -> None:
    _ = session.coach().library


# --- around it -----------------------------------------------------------------------------------


def _suggestions(contact_id: str | None, questions: Sequence[str]) -> None:
    key = f"suggested_{contact_id or 'open'}"
    st.pills(
        "Per cominciare",
        list(questions),
        key=key,
        on_change=_take_suggestion,
        args=(contact_id, key),
    )


def _take_suggestion(contact_id: str | None, key: str) -> None:
    question = st.session_state[key]
    st.session_state[key] = None
    if question:
        _ask(contact_id, question)


def _share_key(contact_id: str | None) -> str:
    return f"share_{contact_id or 'open'}"


def _sharing(known: ContactCard | None) -> None:
    """With a remote model: what it is told, and whether it may be told of the contact."""
    coach = session.coach()
    model = None if coach.model_problem is not None else coach.model
    if model is None or not model.remote:
        return
    shared = False
    if known is None:
        st.caption(
            f"Le domande che fai qui le legge anche {markup.plain(model.name)}, un modello remoto; "
            "dei tuoi contatti non sa niente."
        )
    else:
        shared = st.toggle(
            f"Lascia che {markup.plain(model.name)}, un modello remoto, legga la scheda e gli "
            f"scambi di {markup.plain(known.name)}",
            key=_share_key(known.id),
            persist_state="session",
            help="Spento: della scheda e degli scambi non parte niente; di una domanda generale "
            "parte al più il testo, senza nomi.",
        )
    with st.expander("Che cosa partirebbe da questo computer", key="outgoing"):
        _outgoing(known, shared)


def _outgoing(known: ContactCard | None, shared: bool) -> None:
    """Exactly what the remote model would be sent for a question, with the toggle as it is."""
    question = st.text_input(
        "Per questa domanda",
        value=(ABOUT_CONTACT if known else OPEN)[0],
        key="outgoing_question",
    )
    if not st.button("Mostramelo", icon=":material/visibility:") or not question.strip():
        return
    opening = session.library_queue().of(_OPENING)
    if opening is not None and not opening.ended:
        st.caption("Sto ancora preparando la biblioteca: riprova fra poco.")
        return
    with st.spinner("Preparo quello che partirebbe…"):
        messages = session.coach().outgoing(
            question, known.id if known else None, share_contact=shared
        )
    if not messages:
        st.markdown("Niente: per questa domanda non parte una parola.")
    for message in messages:
        st.caption(wording.ROLES.get(message.role, message.role))
        st.code(message.content, language=None, wrap_lines=True)


def _clearing(contact_id: str | None) -> None:
    if st.session_state.get("clearing_turns") != _owner(contact_id):
        st.button(
            "Cancella la conversazione",
            type="tertiary",
            icon=":material/delete:",
            on_click=st.session_state.__setitem__,
            args=("clearing_turns", _owner(contact_id)),
        )
        return
    st.warning("La conversazione non si recupera più.", icon=":material/warning:")
    with st.container(horizontal=True):
        st.button("Sì, cancella", type="primary", on_click=_clear, args=(contact_id,))
        st.button("Annulla", on_click=st.session_state.pop, args=("clearing_turns",))


def _clear(contact_id: str | None) -> None:
    session.coach().store.clear_turns(contact_id)
    st.session_state.pop("clearing_turns", None)
