"""Contatti: the people one writes to, found quickly however many they are.

The address says what is open: nothing (the list), `contatto` (a card) and `vista` (`chat` about
that contact; without a contact `coach`, open questions, or `importa`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import streamlit as st

from coach.errors import CoachError
from coach.schemas import ContactCard, Relation, Reminder
from coach.store import ContactRow
from coach.ui import chat, contact, importing, markup, reading, session, wording
from coach.ui.jobs import Job, Phase
from coach.ui.profile import lines
from coach.ui.wording import count, thousands

#: Names in the address.
CONTACT, VIEW = "contatto", "vista"
#: Contacts on one page of the list.
PAGE = 25
#: Width of a name in the list, in pixels.
NAME = 240
#: How often the page asks whether the reminders are ready, in seconds.
POLL = 0.4
#: Reminders shown and put in the calendar: nobody writes to more in a season.
MAX_REMINDERS = 100
#: Contacts asked of the store in one go, while looking for whom to hear again.
BATCH = 1_000
_ALL, _SILENT = "tutti", "risentire"
#: What the list may show: everybody, who is silent, those the person set at a stage.
_LISTS = {_ALL: "Tutti", _SILENT: "Da risentire"} | {
    str(relation): name for relation, name in wording.STAGES.items()
}


def page() -> None:
    """Show what the address says is open."""
    identifier = st.query_params.get(CONTACT, "")
    view = st.query_params.get(VIEW, "")
    try:
        if identifier and view == "chat":
            chat.about(identifier)
        elif identifier:
            contact.card(identifier)
        elif view == "coach":
            chat.open_questions()
        elif view == "importa":
            importing.steps()
        else:
            _list()
    except CoachError as error:
        session.show_error(error)
        session.page_link(session.CONTACTS, "Tutti i contatti", icon=":material/arrow_back:")


# --- the list ------------------------------------------------------------------------------------


def _list() -> None:
    everybody = session.coach().store.count_contacts()
    st.header("Contatti", anchor=False)
    if not everybody:
        _lesson()
        _add(opened=True)
        return
    with st.container(horizontal=True):
        session.page_link(
            session.CONTACTS, "Importa", icon=":material/upload_file:", vista="importa"
        )
        session.page_link(
            session.CONTACTS, "Chiedi al coach", icon=":material/forum:", vista="coach"
        )
    _add(opened=False)
    reading.start()
    reading.status()
    chosen = st.segmented_control(
        "Mostra",
        list(_LISTS),
        format_func=_LISTS.__getitem__,
        default=_ALL,
        key="contacts_list",
        required=True,
        persist_state="session",
        on_change=_turn,
        args=(0,),
        help="Le ultime tre voci valgono per chi hai indicato così, a mano, nella scheda.",
    )
    if chosen == _SILENT:
        _silent()
    else:
        _found(everybody, None if chosen in (None, _ALL) else Relation(chosen))


def _lesson() -> None:
    with st.container(border=True):
        st.markdown(
            "#### Le persone a cui scrivi\n"
            "Di ognuna bastano il nome e un appunto, scritto come viene:"
        )
        st.html(
            markup.contact_row(
                "Marta Ferraris, responsabile acquisti, Cooperativa Il Filo",
                ["conosciuta alla fiera di Bologna", "cerca dati sui mercatini dell'usato"],
            )
        )
        st.markdown(
            "Da lì il coach sa che cosa puoi offrirle, se è il momento di chiedere e come "
            "cominciare il messaggio. Se vi siete già scritti, tiene il conto di che cosa hai dato "
            "e che cosa hai chiesto."
        )
        session.page_link(
            session.CONTACTS,
            "Importa da LinkedIn, dalla rubrica o da un CSV",
            icon=":material/upload_file:",
            vista="importa",
        )
        session.page_link(
            session.CONTACTS,
            "Prima fai una domanda al coach",
            icon=":material/forum:",
            vista="coach",
        )
        st.caption("Tutto resta su questo computer.")


def _found(everybody: int, relation: Relation | None) -> None:
    search = (
        st.text_input(
            "Cerca un contatto",
            key="contacts_search",
            type="search",
            live=True,
            persist_state="session",
            on_change=_turn,
            args=(0,),
            placeholder="Nome, azienda, mestiere o una parola degli appunti",
        )
        or ""
    ).strip()
    store = session.coach().store
    found = store.count_contacts(search, relation=relation) if search or relation else everybody
    if not found:
        st.info("Nessuno, con questi filtri: prova altre lettere.", icon=":material/search_off:")
        return
    last = (found - 1) // PAGE
    place = min(int(st.session_state.get("contacts_page", 0)), last)
    rows = store.contacts(search, relation=relation, limit=PAGE, offset=place * PAGE)
    for row in rows:
        _row(row)
    first = place * PAGE + 1
    shown = f"{thousands(first)}-{thousands(first + len(rows) - 1)} di {thousands(found)}"
    with st.container(horizontal=True, vertical_alignment="center"):
        if last:
            st.button(
                "Indietro",
                icon=":material/chevron_left:",
                disabled=place == 0,
                on_click=_turn,
                args=(place - 1,),
            )
            st.button(
                "Avanti",
                icon=":material/chevron_right:",
                disabled=place == last,
                on_click=_turn,
                args=(place + 1,),
            )
        st.caption(shown)


def _turn(place: int) -> None:
    st.session_state["contacts_page"] = place


def _row(row: ContactRow) -> None:
    card = row.card
    facts = [wording.STAGES[card.relation]] if card.relation else []
    if row.last is not None:
        facts.append(f"ultimo scambio {wording.day(row.last)}")
        facts.append(count(row.exchanges, "scambio", "scambi"))
    elif card.connected_on is not None:
        facts.append(f"collegati dal {wording.day(card.connected_on)}")
    what = markup.about(card.role, card.company)
    _line(card.id, card.name, markup.contact_row(what, facts) if what or facts else "")


def _line(contact_id: str, name: str, beside: str) -> None:
    """A line of the list: a name that leads to the card, and what stands beside it."""
    with st.container(key=f"row_{contact_id}", horizontal=True, gap="small"):
        session.page_link(session.CONTACTS, markup.plain(name), width=NAME, contatto=contact_id)
        if beside:
            st.html(beside)


# --- adding by hand ------------------------------------------------------------------------------


def _add(*, opened: bool) -> None:
    with (
        st.expander("Aggiungi una persona", icon=":material/person_add:", expanded=opened),
        st.form("add_contact", border=False),
    ):
        st.text_input("Nome e cognome", key="new_name")
        left, right = st.columns(2)
        left.text_input("Che cosa fa", key="new_role")
        right.text_input("Dove lavora", key="new_company")
        st.text_area(
            "Appunti, uno per riga",
            key="new_notes",
            placeholder="conosciuta alla fiera di Bologna\ncerca un fornitore di imballaggi",
        )
        if st.form_submit_button("Aggiungi", icon=":material/add:", type="primary"):
            _added()


def _added() -> None:
    fields = st.session_state
    name = " ".join(fields["new_name"].split())
    if not name:
        st.error("Serve almeno il nome.", icon=":material/error:")
        return
    made = session.coach().store.add_contact(
        ContactCard(
            id="",
            name=name,
            role=fields["new_role"].strip(),
            company=fields["new_company"].strip(),
            notes=lines(fields["new_notes"]),
        )
    )
    session.open_page(session.CONTACTS, contatto=made.id)


# --- whom to hear again --------------------------------------------------------------------------


def _silent() -> None:
    """The reminders, worked out in the background: with many contacts it takes a moment."""
    owner = f"reminders-{session.draft_id()}"
    # Whoever is touched comes first in the list: a change there is what makes them out of date.
    newest = session.coach().store.contacts(limit=1)
    job = session.people_queue().submit(owner, f"{date.today()} {newest}", _remind)
    if not job.ended:
        st.fragment(_waiting, run_every=POLL)(owner)
        return
    if job.phase is Phase.FAILED:
        assert job.error is not None
        session.show_error(job.error)
        return
    found: list[Reminder] = job.result
    if not found:
        st.info(
            "Nessuno da risentire, per ora. Chi non senti da qualche mese compare qui, con un "
            "motivo per scrivergli senza chiedere niente.",
            icon=":material/check_circle:",
        )
        return
    from coach.balance import calendar

    st.download_button(
        "Scarica i promemoria per il calendario (.ics)",
        calendar(found, datetime.now(UTC)),
        file_name="da-risentire.ics",
        mime="text/calendar",
        icon=":material/event:",
        on_click="ignore",
    )
    for reminder in found:
        _line(reminder.contact_id, reminder.name, markup.contact_row(reminder.text, []))
    if len(found) == MAX_REMINDERS:
        st.caption(f"Sono i {MAX_REMINDERS} silenzi più recenti: i più facili da rompere.")


def _remind(job: Job) -> list[Reminder]:
    from coach.balance import reminders

    store, today = session.coach().store, date.today()
    found: list[Reminder] = []
    offset = 0
    while rows := store.contacts(limit=BATCH, offset=offset):
        if job.cancelled:
            break
        found.extend(reminders(rows, today))
        offset += BATCH
    # Who went silent last comes first: that relation is the easiest to take up again.
    return sorted(found, key=lambda one: (one.due, one.name), reverse=True)[:MAX_REMINDERS]


def _waiting(owner: str) -> None:
    job = session.people_queue().of(owner)
    if job is None or job.ended:
        st.rerun()
    st.html(markup.working("Guardo chi non senti da un po'…"))
