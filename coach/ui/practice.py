"""Pratica: the first outreach, tried on somebody who answers, then the debrief that teaches."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import NoReturn

import streamlit as st

from coach.errors import CoachError, NotFoundError
from coach.roleplay.hints import hint
from coach.roleplay.practice import current_stance, rewind
from coach.schemas import (
    Channel,
    Debrief,
    Difficulty,
    Persona,
    PracticeSession,
    Register,
    Relation,
    TurnReview,
)
from coach.ui import filling, markup, practice_markup, session, wording
from coach.ui.jobs import Job, Phase
from coach.ui.state import Draft

#: How often the page asks whether the answer has come, in seconds.
POLL = 0.4
#: Names in the page's address: the practice, and that its debrief is being read.
PRACTICE, VIEW, DEBRIEF = "pratica", "vista", "riepilogo"
#: Practices listed to be taken up again.
LISTED = 6
#: Contacts offered for what is being typed.
OFFERED = 20

_OURS, _MINE = "Una persona della casa", "Un mio contatto"
_DIFFICULTIES = {
    Difficulty.EASY: ("Facile", "Ha pazienza: perdona un passo falso."),
    Difficulty.MEDIUM: ("Medio", "Come la maggior parte delle persone che non ti conoscono."),
    Difficulty.HARD: ("Difficile", "Ha poca pazienza: un errore può bastare perché non risponda."),
}


def page() -> None:
    """Show the page."""
    played = _asked_for()
    if played is None:
        _choice()
    elif st.query_params.get(VIEW) == DEBRIEF and played.debrief is not None:
        _debrief(played, played.debrief)
    else:
        _conversation(played)


def open_with(draft: Draft) -> NoReturn:
    """Open a practice whose first message is a draft, with whoever it is for.

    Raises:
        CoachError: the practice cannot be kept.
    """
    started = session.coach().start_practice(
        contact_id=draft.contact_id or None,
        persona=_recipient(draft),
        relation=draft.relation,
        channel=draft.channel,
    )
    session.coach().store.save_session(started)
    _send(started, draft.text)
    session.open_page(session.PRACTICE, pratica=started.id)


def open_contact(contact_id: str) -> NoReturn:
    """Open a practice with a contact.

    Raises:
        CoachError: the practice cannot be kept.
    """
    started = session.coach().start_practice(contact_id=contact_id)
    session.coach().store.save_session(started)
    session.open_page(session.PRACTICE, pratica=started.id)


def _recipient(draft: Draft) -> Persona:
    """Whoever a draft is for, as far as it says; any form of address suits them."""
    return Persona(
        id="described",
        name=draft.contact.name or "Chi legge",
        role=draft.contact.role,
        company=draft.contact.company,
        register_expected=Register.NONE,
    )


def _asked_for() -> PracticeSession | None:
    identifier = st.query_params.get(PRACTICE, "")
    if not identifier:
        return None
    try:
        return session.coach().store.session(identifier)
    except NotFoundError:
        st.info("Quella pratica non c'è più: comincine una nuova.", icon=":material/info:")
    return None


def _show(identifier: str, view: str = "") -> None:
    st.query_params[PRACTICE] = identifier
    if view:
        st.query_params[VIEW] = view
    else:
        st.query_params.pop(VIEW, None)


def _leave() -> None:
    for name in (PRACTICE, VIEW):
        st.query_params.pop(name, None)


# --- with whom ------------------------------------------------------------------------------------


def _choice() -> None:
    st.header("Fai pratica", anchor=False)
    st.markdown(
        "Scrivi a qualcuno che risponde come farebbe davvero: può incuriosirsi, tagliare corto o "
        "non rispondere. Alla fine ti dico che cosa ha funzionato, e riscrivi da solo il primo "
        "messaggio."
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        kind = st.segmented_control(
            "Con chi?", [_OURS, _MINE], default=_OURS, key="practice_kind", required=True
        )
        chosen = _contact() if kind == _MINE else _persona()
        difficulty = st.segmented_control(
            "Quanta pazienza ha",
            list(_DIFFICULTIES),
            default=Difficulty.MEDIUM,
            format_func=lambda each: _DIFFICULTIES[each][0],
            key="practice_difficulty",
            required=True,
        )
        st.caption(_DIFFICULTIES[difficulty or Difficulty.MEDIUM][1])
        channel = st.segmented_control(
            "Dove gli o le scrivi",
            [each for each in wording.CHANNELS if each is not Channel.FOLLOW_UP],
            default=Channel.LINKEDIN_MESSAGE,
            format_func=wording.CHANNELS.__getitem__,
            key="practice_channel",
            required=True,
        )
        relation = None
        if kind != _MINE:
            relation = st.segmented_control(
                "Vi conoscete?",
                list(wording.RELATIONS),
                default=Relation.STRANGER,
                format_func=wording.RELATIONS.__getitem__,
                key="practice_relation",
                required=True,
            )
        if chosen is not None and st.button(
            f"Scrivi a {chosen.name}", type="primary", icon=":material/forum:"
        ):
            _start(chosen, relation, channel, difficulty)
    with right:
        _earlier()


def _persona() -> Persona | None:
    people = {persona.id: persona for persona in session.coach().personas}
    chosen = st.selectbox(
        "Persona",
        list(people),
        format_func=lambda each: f"{people[each].name}, {people[each].role}",
        key="practice_persona",
    )
    if chosen is None:
        return None
    st.html(practice_markup.persona_card(people[chosen]))
    return people[chosen]


def _contact() -> Persona | None:
    from coach.roleplay import personas

    store = session.coach().store
    if not store.count_contacts():
        st.info("Non hai ancora contatti.", icon=":material/group:")
        session.page_link(session.CONTACTS, "Vai ai contatti", icon=":material/arrow_forward:")
        return None
    typed = st.text_input("Cerca un contatto", key="practice_search", placeholder="Anna, Sala…")
    cards = {row.card.id: row.card for row in store.contacts(typed, limit=OFFERED)}
    if not cards:
        st.caption("Nessuno, con questo nome.")
        return None
    chosen = st.selectbox(
        "Contatto",
        list(cards),
        format_func=lambda each: ", ".join(
            part for part in (cards[each].name, cards[each].company) if part
        ),
        key="practice_contact",
    )
    if chosen is None:
        return None
    found = personas.from_contact(cards[chosen], session.standing(cards[chosen]))
    st.html(practice_markup.persona_card(found))
    return found


def _start(
    who: Persona, relation: Relation | None, channel: Channel | None, difficulty: Difficulty | None
) -> None:
    coach = session.coach()
    try:
        started = coach.start_practice(
            contact_id=who.contact_id or None,
            persona=who.id,
            relation=relation,
            channel=channel or Channel.LINKEDIN_MESSAGE,
            difficulty=difficulty or Difficulty.MEDIUM,
        )
        coach.store.save_session(started)
    except CoachError as error:
        session.show_error(error)
        return
    _show(started.id)
    st.rerun()


def _earlier() -> None:
    """The last practices, to be taken up or read again."""
    kept = [each for each in session.coach().store.sessions() if each.turns][-LISTED:]
    if not kept:
        st.html(
            '<div class="po-lesson"><p><b>Perché fare pratica?</b></p><p>Chi prova e riceve subito '
            "un riscontro migliora; chi prova e basta, no. Per questo alla fine c'è sempre il "
            "riepilogo.</p></div>"
        )
        return
    st.markdown("**Le ultime**")
    for each in reversed(kept):
        done = each.debrief is not None
        mark = f"{each.debrief.score}/100" if each.debrief else "da finire"
        st.button(
            f"{markup.plain(each.persona.name)} · {each.started:%d/%m} · {mark}",
            key=f"earlier_{each.id}",
            icon=":material/fact_check:" if done else ":material/forum:",
            type="tertiary",
            on_click=_show,
            args=(each.id, DEBRIEF if done else ""),
        )


# --- the conversation -----------------------------------------------------------------------------


def _warm(job: Job) -> None:
    session.coach().warm_practice()


def _conversation(played: PracticeSession) -> None:
    # Read, if possible, before the first message is written.
    session.practice_queue().submit("warm", "practice", _warm)
    who = played.persona
    st.button("Un'altra persona", icon=":material/arrow_back:", type="tertiary", on_click=_leave)
    left, right = st.columns([3, 2], gap="medium")
    job = session.practice_queue().of(_owner(played))
    working = job is not None and not job.ended
    with right:
        st.html(practice_markup.persona_card(who))
        st.html(practice_markup.meter(current_stance(played)))
        if played.turns:
            st.markdown("**Perché**")
            st.html(practice_markup.moves(played.turns[-1].moves))
        _help(played)
        if played.turns and not working:
            st.button(
                "Finisci e leggi il riepilogo",
                type="primary",
                icon=":material/fact_check:",
                on_click=_finish,
                args=(played,),
            )
    with left:
        if not played.turns and not working:
            st.caption(
                f"Scrivi qui sotto il primo messaggio a {who.name}. Se vuoi, chiedi prima un "
                "suggerimento."
            )
        for place, turn in enumerate(played.turns):
            st.html(practice_markup.learner(turn.learner))
            st.html(practice_markup.reply(turn, who.name))
            if not working:
                st.button(
                    "Riprova da qui",
                    key=f"again_{place}",
                    icon=":material/replay:",
                    type="tertiary",
                    help="Quello che viene dopo si cancella.",
                    on_click=_again,
                    args=(played, place),
                )
        if job is not None:
            _under_way(job, played)
        written = st.chat_input(
            f"Scrivi a {who.name}", key=f"practice_{played.id}", disabled=working
        )
    if written and written.strip():
        _send(played, written.strip())
        st.rerun()


def _owner(played: PracticeSession) -> str:
    return f"practice-{played.id}"


def _send(played: PracticeSession, message: str) -> None:
    """Have the message answered in the background."""
    coach = session.coach()

    def work(job: Job) -> PracticeSession:
        return coach.play(played, message, on_text=job.tell, cancel=lambda: job.cancelled)

    key = f"{secrets.token_hex(4)} {message}"
    session.practice_queue().submit(_owner(played), key, work)


def _under_way(job: Job, played: PracticeSession) -> None:
    message = job.key.partition(" ")[2]
    if not job.ended:
        st.html(practice_markup.learner(message))
        st.fragment(_waiting, run_every=POLL)(job, played.persona.name)
    elif job.phase is Phase.FAILED and job.error is not None:
        st.html(practice_markup.learner(message))
        session.show_error(job.error)
        st.button("Riprova", icon=":material/refresh:", on_click=_send, args=(played, message))


def _waiting(job: Job, name: str) -> None:
    if job.ended:
        st.rerun()
    st.html(practice_markup.writing(name, str(job.progress or "")))


def _again(played: PracticeSession, place: int) -> None:
    session.coach().store.save_session(rewind(played, place))
    st.toast("Ripartiamo da qui.")


def _help(played: PracticeSession) -> None:
    """A hint, only for whoever asks."""
    key = f"hint_{played.id}_{len(played.turns)}"
    if st.session_state.get(key):
        st.info(hint(played, session.coach().rubric), icon=":material/lightbulb:")
        return
    st.button(
        "Dammi un suggerimento",
        icon=":material/lightbulb:",
        on_click=st.session_state.__setitem__,
        args=(key, True),
    )


def _finish(played: PracticeSession) -> None:
    try:
        session.coach().debrief(played)
    except CoachError as error:
        session.show_error(error)
        return
    _show(played.id, DEBRIEF)


# --- the debrief ----------------------------------------------------------------------------------


def _debrief(played: PracticeSession, found: Debrief) -> None:
    with st.container(horizontal=True):
        st.button(
            "Torna alla conversazione",
            icon=":material/arrow_back:",
            type="tertiary",
            on_click=_show,
            args=(played.id,),
        )
        st.button("Un'altra pratica", icon=":material/add:", type="tertiary", on_click=_leave)
    st.header(f"Com'è andata con {markup.plain(played.persona.name)}", anchor=False)
    st.html(practice_markup.score("in tutto", found.score))
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Che cosa ha funzionato", anchor=False)
        st.html(_told(found.did_well, "Niente di particolare, per questa volta."))
    with right:
        st.subheader("Su che cosa lavorare", anchor=False)
        st.html(_told(found.to_improve, "Niente da togliere."))
    st.subheader("Messaggio per messaggio", anchor=False)
    for review in found.reviews:
        _review(played, review)
    _redraft(played, found)


def _told(lines: Sequence[str], otherwise: str) -> str:
    return markup.listing(lines) if lines else f'<p class="po-quiet">{otherwise}</p>'


def _review(played: PracticeSession, review: TurnReview) -> None:
    turn = played.turns[review.turn]
    label = f"{review.turn + 1}. {turn.stance_before} → {turn.stance_after}"
    with st.expander(label, expanded=review.turn == 0, key=f"review_{review.turn}"):
        entries = markup.remarks(review.critique, turn.learner, session.coach().rubric)
        st.html(markup.draft(turn.learner, entries))
        st.html(practice_markup.moves(turn.moves))
        st.html(markup.source(review.source))
        if entries:
            st.html(markup.remark_list(entries))
        if review.better:
            st.markdown("**Un modo migliore di dirlo**")
            st.html(markup.message(review.better))
        st.button(
            "Riprova da qui",
            key=f"retry_{review.turn}",
            icon=":material/replay:",
            on_click=_retry,
            args=(played, review.turn),
        )


def _retry(played: PracticeSession, place: int) -> None:
    _again(played, place)
    _show(played.id)


def _redraft(played: PracticeSession, found: Debrief) -> None:
    """The first message written again alone, and what changed."""
    st.subheader("Ora da solo", anchor=False)
    st.markdown(
        "Riscrivi il primo messaggio senza guardare sopra, poi confronta: è il modo in cui quello "
        "che hai visto diventa tuo."
    )
    if found.next_draft_hint:
        st.caption(found.next_draft_hint)
    text = st.text_area(
        "Il nuovo primo messaggio", value=played.redraft, key=f"redraft_{played.id}", height=170
    )
    if st.button("Valuta", type="primary", icon=":material/fact_check:"):
        try:
            played = session.coach().score_redraft(played, text)
        except CoachError as error:
            session.show_error(error)
            return
    if played.redraft_score is None:
        return
    st.html(practice_markup.change(played.turns[0].score, played.redraft_score))
    with st.container(horizontal=True):
        if st.button("Porta nella bozza", icon=":material/edit_note:"):
            _to_draft(played)
        st.button(
            "Ricomincia con questa persona",
            icon=":material/replay:",
            on_click=_once_more,
            args=(played,),
        )


def _to_draft(played: PracticeSession) -> NoReturn:
    who = played.persona
    if who.contact_id:
        filling.prepare(who.contact_id, played.redraft)
    filling.open_draft(
        filling.blank().model_copy(
            update={
                "text": played.redraft,
                "channel": played.channel,
                "relation": played.relation,
                "to_name": who.name,
                "to_role": who.role,
                "to_company": who.company,
            }
        )
    )


def _once_more(played: PracticeSession) -> None:
    coach = session.coach()
    started = coach.start_practice(
        contact_id=played.persona.contact_id or None,
        persona=played.persona,
        relation=played.relation,
        channel=played.channel,
        difficulty=played.difficulty,
    )
    coach.store.save_session(started)
    _show(started.id)
