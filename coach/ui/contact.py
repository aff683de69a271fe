"""The card of one contact: what is known, what passed, where you stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import partial

import streamlit as st

from coach.errors import CoachError
from coach.schemas import (
    Balance,
    ContactCard,
    Direction,
    Exchange,
    ExchangeChannel,
    Relation,
)
from coach.ui import filling, markup, practice, reading, session, state, wording
from coach.ui.jobs import Job, Phase
from coach.ui.profile import lines

#: Exchanges of the timeline shown at first, and at each request for more.
TIMELINE = 10
#: How often the page asks how far the reading is, in seconds.
POLL = 0.5

_STAGES: dict[Relation | None, str] = {None: "Come dicono gli scambi"} | dict(wording.STAGES)


def card(identifier: str) -> None:
    """Show the card of the contact of that identifier.

    Raises:
        NotFoundError: there is none.
    """
    if _forgotten(identifier):
        return
    store = session.coach().store
    known = store.contact(identifier)
    exchanges = store.exchanges(known.id)
    session.page_link(session.CONTACTS, "Tutti i contatti", icon=":material/arrow_back:")
    st.header(markup.plain(known.name), anchor=False)
    what = markup.about(known.role, known.company)
    if what:
        st.markdown(markup.plain(what))
    session.undo_bar(known.id)
    _actions(known)
    left, right = st.columns(2, gap="large")
    with left:
        _standing(known, exchanges)
        _notes(known)
        _details(known)
    with right:
        _timeline(known, exchanges)
    _leaving(known)


def _actions(known: ContactCard) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Prepara un messaggio", type="primary", icon=":material/edit_note:", key="prepare"
        ):
            filling.prepare(known.id)
        if st.button("Fai pratica", icon=":material/theater_comedy:", key="practise"):
            practice.open_contact(known.id)
        session.page_link(
            session.CONTACTS,
            "Parlane con il coach",
            icon=":material/forum:",
            contatto=known.id,
            vista="chat",
        )


# --- what is known -------------------------------------------------------------------------------


def _notes(known: ContactCard) -> None:
    st.subheader("Appunti", anchor=False)
    if not known.notes:
        st.caption(
            "Ancora nessuno. Per esempio: «conosciuta alla fiera di Bologna», «cerca un fornitore "
            "di imballaggi»."
        )
    for place, note in enumerate(known.notes):
        with st.container(
            horizontal=True, wrap=False, vertical_alignment="center", key=f"note_{place}"
        ):
            st.markdown(markup.plain(note), width="stretch")
            st.button(
                "Togli",
                key=f"remove_note_{place}",
                type="tertiary",
                icon=":material/close:",
                on_click=_remove_note,
                args=(known, place),
            )
    with st.form("add_note", clear_on_submit=True, border=False):
        st.text_input(
            "Aggiungi un appunto",
            key="new_note",
            placeholder="cerca un grafico per il catalogo di primavera",
        )
        st.form_submit_button("Annota", icon=":material/add:", on_click=_add_note, args=(known.id,))


def _add_note(contact_id: str) -> None:
    note = " ".join(st.session_state["new_note"].split())
    if note:
        _changed()
        session.coach().store.add_note(contact_id, note)


def _remove_note(known: ContactCard, place: int) -> None:
    store = session.coach().store
    store.remove_note(known.id, place)
    session.offer_undo(
        known.id, "Appunto tolto.", partial(_renote, known.id, known.notes[place], place)
    )


def _renote(contact_id: str, note: str, place: int) -> None:
    """Put a note back where it was."""
    store = session.coach().store
    now = store.contact(contact_id)
    notes = (*now.notes[:place], note, *now.notes[place:])
    store.update_contact(now.model_copy(update={"notes": notes}))


def _details(known: ContactCard) -> None:
    facts = [known.email, known.phone, known.url.removeprefix("https://www.")]
    if known.connected_on is not None:
        facts.append(f"collegati dal {wording.day(known.connected_on)}")
    if any(facts):
        st.html(markup.chips(filter(None, facts)))
    with (
        st.expander("Modifica la scheda", icon=":material/edit:", key="details"),
        st.form("edit_contact", border=False),
    ):
        fields = {
            "name": st.text_input("Nome e cognome", value=known.name, key=f"name_{known.id}"),
            "role": st.text_input("Che cosa fa", value=known.role, key=f"role_{known.id}"),
            "company": st.text_input("Dove lavora", value=known.company, key=f"firm_{known.id}"),
            "email": st.text_input("E-mail", value=known.email, key=f"email_{known.id}"),
            "url": st.text_input("Profilo LinkedIn", value=known.url, key=f"url_{known.id}"),
            "phone": st.text_input("Telefono", value=known.phone, key=f"phone_{known.id}"),
        }
        if st.form_submit_button("Salva la scheda", icon=":material/save:"):
            _save(known, fields)
    st.segmented_control(
        "Vi date del",
        list(wording.REGISTERS_NOTED),
        format_func=wording.REGISTERS_NOTED.__getitem__,
        default=known.register_used,
        key=f"register_{known.id}",
        required=True,
        on_change=_set_register,
        args=(known.id,),
    )


def _save(known: ContactCard, fields: dict[str, str]) -> None:
    try:
        session.coach().store.update_contact(known.model_copy(update=fields))
    except CoachError as error:
        session.show_error(error)
        return
    session.offer_undo(
        known.id, "Scheda salvata.", partial(session.coach().store.update_contact, known)
    )
    st.rerun()


def _set_register(contact_id: str) -> None:
    _changed()
    store = session.coach().store
    chosen = st.session_state[f"register_{contact_id}"]
    store.update_contact(store.contact(contact_id).model_copy(update={"register_used": chosen}))


def _changed() -> None:
    """Something else was done: what was done before is no longer the thing to undo."""
    st.session_state.pop("undo", None)


# --- where you stand -----------------------------------------------------------------------------


def _standing(known: ContactCard, exchanges: Sequence[Exchange]) -> None:
    st.subheader("A che punto siete", anchor=False)
    found = _balance(known, exchanges)
    st.html(markup.stage(wording.STAGES[found.relation], found.reason))
    st.html(markup.balance(found, known.name))
    key = f"relation_{known.id}"
    st.selectbox(
        "Come la vedi tu",
        list(_STAGES),
        index=list(_STAGES).index(known.relation),
        format_func=_STAGES.__getitem__,
        key=key,
        on_change=_set_relation,
        args=(known.id, key),
        filter_mode=None,
        placeholder="Scegli",
    )


def _balance(known: ContactCard, exchanges: Sequence[Exchange]) -> Balance:
    """The balance; of what has been read so far while many exchanges are still to be read."""
    unread = sum(exchange.gives is None for exchange in exchanges)
    if unread <= session.FEW:
        return session.standing(known)
    owner = f"exchanges-{known.id}"

    def work(job: Job) -> int:
        return session.coach().analyse_exchanges(known.id, cancel=lambda: job.cancelled)

    job = session.people_queue().of(owner)
    if job is None or job.phase is Phase.DONE or (job.ended and job.cancelled):
        if job is not None:
            job.cancel()  # so that the same key is worked on anew
        job = session.people_queue().submit(owner, "read", work)
    if job.phase is Phase.FAILED:
        assert job.error is not None
        session.show_error(job.error)
        st.button("Riprova", icon=":material/refresh:", key="read_again", on_click=job.cancel)
    else:
        st.fragment(_reading, run_every=POLL)(owner, known.id)
    return session.standing(known)


def _reading(owner: str, contact_id: str) -> None:
    job = session.people_queue().of(owner)
    if job is None or job.ended:
        st.rerun()
    left = sum(one.gives is None for one in session.coach().store.exchanges(contact_id))
    st.html(
        markup.working(
            f"Leggo che cosa vi siete scritti: ne {'manca' if left == 1 else 'mancano'} {left}"
        )
    )


def _set_relation(contact_id: str, key: str) -> None:
    _changed()
    store = session.coach().store
    chosen = st.session_state[key]
    store.update_contact(store.contact(contact_id).model_copy(update={"relation": chosen}))


# --- what passed ---------------------------------------------------------------------------------


def _timeline(known: ContactCard, exchanges: Sequence[Exchange]) -> None:
    st.subheader(f"Scambi ({len(exchanges)})" if exchanges else "Scambi", anchor=False)
    _add_exchange(known)
    if not exchanges:
        st.caption(
            "Ancora nessuno. Segna qui una telefonata, un caffè, un messaggio: che cosa hai dato e "
            "che cosa hai chiesto lo capisco dal testo, e tu puoi correggermi."
        )
        return
    key = f"shown_{known.id}"
    shown = int(st.session_state.get(key, TIMELINE))
    for place, exchange in enumerate(list(reversed(exchanges))[:shown]):
        # Read while the page was drawn: the balance above did that.
        if exchange.gives is None:
            exchange = session.coach().store.exchange(exchange.id)
        _exchange(known, exchange, newest=place == 0)
    if shown < len(exchanges):
        st.button(
            f"Mostra altri {min(TIMELINE, len(exchanges) - shown)}",
            icon=":material/expand_more:",
            on_click=st.session_state.__setitem__,
            args=(key, shown + TIMELINE),
        )


def _exchange(known: ContactCard, exchange: Exchange, *, newest: bool) -> None:
    correcting = st.session_state.get("correcting") == exchange.id
    with st.container(key=f"exchange_{exchange.id}", gap=None):
        st.html(markup.exchange(exchange, known.name, whole=newest or correcting))
        if correcting:
            _correction(exchange)
            return
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Correggi",
                key=f"correct_{exchange.id}",
                type="tertiary",
                icon=":material/edit:",
                on_click=st.session_state.__setitem__,
                args=("correcting", exchange.id),
            )
            st.button(
                "Togli",
                key=f"remove_{exchange.id}",
                type="tertiary",
                icon=":material/close:",
                on_click=_remove_exchange,
                args=(exchange,),
            )


def _correction(exchange: Exchange) -> None:
    other = exchange.direction is Direction.RECEIVED
    with st.form(f"correct_form_{exchange.id}"):
        st.text_area(
            "Che cosa ti offre, una cosa per riga" if other else "Che cosa offri, una per riga",
            value="\n".join(exchange.gives or ()),
            key="corrected_gives",
        )
        st.text_area(
            "Che cosa ti chiede, una cosa per riga" if other else "Che cosa chiedi, una per riga",
            value="\n".join(exchange.asks or ()),
            key="corrected_asks",
        )
        with st.container(horizontal=True):
            st.form_submit_button(
                "Salva la correzione", type="primary", on_click=_correct, args=(exchange,)
            )
            st.form_submit_button("Annulla", on_click=st.session_state.pop, args=("correcting",))


def _correct(exchange: Exchange) -> None:
    fields = st.session_state
    _changed()
    session.coach().store.correct_exchange(
        exchange.id, lines(fields["corrected_gives"]), lines(fields["corrected_asks"])
    )
    fields.pop("correcting", None)


def _remove_exchange(exchange: Exchange) -> None:
    store = session.coach().store
    store.remove_exchange(exchange.id)
    session.offer_undo(exchange.contact_id, "Scambio tolto.", partial(store.add_exchange, exchange))


def _add_exchange(known: ContactCard) -> None:
    with (
        st.expander("Aggiungi uno scambio", icon=":material/add_comment:", key="add_exchange"),
        st.form("new_exchange", clear_on_submit=True, border=False),
    ):
        st.segmented_control(
            "Chi ha parlato",
            list(Direction),
            format_func=lambda who: "Tu" if who is Direction.SENT else markup.plain(known.name),
            default=Direction.SENT,
            key="exchange_direction",
            required=True,
        )
        st.segmented_control(
            "Dove",
            list(wording.EXCHANGE_CHANNELS),
            format_func=wording.EXCHANGE_CHANNELS.__getitem__,
            default=ExchangeChannel.LINKEDIN,
            key="exchange_channel",
            required=True,
        )
        st.date_input(
            "Quando",
            value="today",
            max_value="today",
            format="DD/MM/YYYY",
            key="exchange_day",
        )
        st.text_area(
            "Il testo, o che cosa vi siete detti",
            key="exchange_text",
            placeholder="Le ho mandato la guida ai bandi e le ho chiesto se conosce un vivaista.",
        )
        if st.form_submit_button("Aggiungi lo scambio", icon=":material/add:", type="primary"):
            _added(known)


def _added(known: ContactCard) -> None:
    fields = st.session_state
    text = fields["exchange_text"].strip()
    if not text:
        st.error("Scrivi almeno due parole di quello che vi siete detti.", icon=":material/error:")
        return
    _changed()
    session.coach().store.add_exchange(
        Exchange(
            id="",
            contact_id=known.id,
            at=_instant(fields["exchange_day"], datetime.now(UTC)),
            direction=fields["exchange_direction"],
            channel=fields["exchange_channel"],
            text=text,
        )
    )
    st.rerun()


def _instant(day: date, now: datetime) -> datetime:
    """The instant kept for a day that was typed: now if it is today, else its noon here."""
    if day == now.astimezone().date():
        return now
    return datetime.combine(day, time(12)).astimezone(UTC)


# --- taking out ----------------------------------------------------------------------------------


def _leaving(known: ContactCard) -> None:
    with st.expander("Scarica o dimentica", icon=":material/shield_person:", key="leaving"):
        st.markdown(f"Tutto quello che so di {markup.plain(known.name)}, in un file:")
        with st.container(horizontal=True):
            _download(known, "JSON", "json", "application/json")
            _download(known, "CSV", "csv", "text/csv")
        st.divider()
        _forget(known)


def _download(known: ContactCard, label: str, kind: str, mime: str) -> None:
    st.download_button(
        f"Scarica {label}",
        partial(_exported, known.id, kind),
        file_name=f"{known.id}.{kind}",
        mime=mime,
        icon=":material/download:",
        key=f"download_{kind}",
        on_click="ignore",
    )


def _exported(contact_id: str, kind: str) -> str:
    """Made only when the file is asked for."""
    from coach import privacy

    exported = privacy.export_contact(session.coach().store, contact_id)
    return exported.json() if kind == "json" else exported.csv()


def _forget(known: ContactCard) -> None:
    st.markdown(
        "Dimenticare cancella la scheda, gli scambi, le bozze, le conversazioni e le prove con "
        "questa persona, e poi lo dimostra cercandone le tracce in tutti i file. Non si torna "
        "indietro; importare di nuovo un file in cui c'è la farebbe tornare."
    )
    if st.session_state.get("forgetting") != known.id:
        st.button(
            "Dimentica questa persona",
            icon=":material/delete_forever:",
            on_click=st.session_state.__setitem__,
            args=("forgetting", known.id),
        )
        return
    st.warning(f"Cancello {markup.plain(known.name)} da tutto?", icon=":material/warning:")
    with st.container(horizontal=True):
        st.button("Sì, dimentica", type="primary", on_click=_start_forgetting, args=(known,))
        st.button("Annulla", on_click=st.session_state.pop, args=("forgetting",))


def _start_forgetting(known: ContactCard) -> None:
    from coach import privacy

    coach = session.coach()

    def work(job: Job) -> str:
        def told(text: str, done: int, total: int) -> None:
            job.tell(text)

        reading.pause()
        try:
            return privacy.told(privacy.forget(coach.store, coach.settings, known.id, told))
        finally:
            reading.resume()

    st.session_state.pop("forgetting", None)
    _changed()
    if st.session_state.get("contact_id") == known.id:
        # The draft at hand was for them: it must not be written down again.
        session.use_draft(state.new_id())
    session.people_queue().submit(f"forget-{known.id}", "forget", work)


def _forgotten(identifier: str) -> bool:
    """Show how far the erasure of this contact is, or its proof; whether there is one."""
    job = session.people_queue().of(f"forget-{identifier}")
    if job is None:
        return False
    if not job.ended:
        st.fragment(_forgetting, run_every=POLL)(job)
        return True
    if job.phase is Phase.FAILED:
        assert job.error is not None
        session.show_error(job.error)
        return False
    st.header("Questa persona è dimenticata", anchor=False)
    st.code(job.result, language=None, wrap_lines=True)
    session.page_link(session.CONTACTS, "Tutti i contatti", icon=":material/arrow_back:")
    return True


def _forgetting(job: Job) -> None:
    if job.ended:
        st.rerun()
    st.html(markup.working(f"{job.progress or 'Cancello'}…"))
