"""Importing contacts: choose a file, look at what would come of it, then let it in.

The steps are jobs of the background, so that a large export holds up nobody; what one ends with is
what the next needs. Nothing is written before the last.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from coach.imports import LABELS, Field, OwnerUnknown, TableColumns, columns, read
from coach.store.merging import Imported, ImportSummary, Skipped
from coach.ui import markup, reading, session
from coach.ui.jobs import Job, Phase
from coach.ui.wording import count, thousands

#: How often the page asks how far it is, in seconds.
POLL = 0.4
#: What can be imported: the suffixes, without the dot.
SUFFIXES = ["zip", "csv", "vcf"]
#: Largest file, in megabytes: 100,000 messages are some 60, and far fewer in the .zip.
MAX_SIZE = 200
#: Contacts shown before they are let in, and rows told one by one that are left out.
SHOWN, LEFT_OUT_SHOWN = 8, 100
#: Above so many rows left out the reasons are counted first.
FEW_LEFT_OUT = 5

_NO_COLUMN = ""
_FILE = tuple[str, bytes]


@dataclass(frozen=True)
class Columns:
    """A table whose columns the person is asked about."""

    file: _FILE
    found: TableColumns


@dataclass(frozen=True)
class Ownerless:
    """An export that does not tell whose it is."""

    file: _FILE
    error: OwnerUnknown


@dataclass(frozen=True)
class Preview:
    """What a file holds and what would come of it."""

    imported: Imported
    summary: ImportSummary


def steps() -> None:
    """Show the step the import is at."""
    session.page_link(session.CONTACTS, "Tutti i contatti", icon=":material/arrow_back:")
    st.header("Importa contatti", anchor=False)
    job = session.people_queue().of(_owner())
    if job is not None and not job.ended:
        st.fragment(_progress, run_every=POLL)(job)
        return
    result = None if job is None else job.result
    if isinstance(result, Columns):
        _mapping(result)
    elif isinstance(result, Ownerless):
        _whose(result)
    elif isinstance(result, Preview):
        _preview(result)
    elif isinstance(result, ImportSummary):
        _done(result)
    else:
        if job is not None and job.phase is Phase.FAILED and job.error is not None:
            session.show_error(job.error)
            st.caption("Non ho scritto niente.")
        _choose()


def _owner() -> str:
    return f"import-{session.draft_id()}"


def _progress(job: Job) -> None:
    if job.ended:
        st.rerun()
    text, done, total = job.progress or ("Leggo il file", 0, 0)
    far = f": {thousands(done)} di {thousands(total)}" if total else ""
    st.progress(min(1.0, done / total) if total else 0.0, text=f"{text}{far}…")
    if job.key.startswith("read"):
        st.button("Annulla", icon=":material/stop_circle:", key="stop_import", on_click=job.cancel)


# --- choosing a file -----------------------------------------------------------------------------


def _choose() -> None:
    st.markdown(
        "Va bene l'esportazione di **LinkedIn** (lo .zip intero, o i suoi Connections.csv, "
        "messages.csv e Invitations.csv), una **rubrica** .vcf o una **tabella** .csv. Prima ti "
        "mostro che cosa ne verrebbe; il file resta su questo computer."
    )
    st.file_uploader(
        "File dei contatti",
        type=SUFFIXES,
        max_upload_size=MAX_SIZE,
        key="import_file",
        on_change=_chosen,
    )
    with st.expander("Come si ottiene l'esportazione di LinkedIn"):
        st.markdown(
            "Su LinkedIn: **Impostazioni e privacy › Privacy dei dati › Ottieni una copia dei tuoi "
            "dati**. Scegli almeno Collegamenti e Messaggi; dopo qualche minuto (o un giorno, per "
            "l'archivio completo) LinkedIn ti manda un'e-mail con lo .zip da scaricare."
        )


def _chosen() -> None:
    uploaded = st.session_state["import_file"]
    if uploaded is not None:
        _read((uploaded.name, uploaded.getvalue()))


def _read(file: _FILE, mapping: Mapping[str, str] | None = None, owner: str = "") -> None:
    """Read a file in the background, as far as it can be without asking."""
    store = session.coach().store

    def work(job: Job) -> Columns | Ownerless | Preview | None:
        def told(text: str, done: int, total: int) -> None:
            job.tell((text, done, total))

        found = None if mapping is not None else columns(file)
        if found is not None:
            return Columns(file, found)
        try:
            imported = read(file, mapping=mapping, owner=owner, progress=told)
        except OwnerUnknown as error:
            return Ownerless(file, error)
        if job.cancelled:
            return None
        return Preview(imported, store.merge(imported, dry_run=True, progress=told))

    session.people_queue().submit(_owner(), f"read {secrets.token_hex(4)}", work)


def _anew() -> None:
    """Forget the step the import is at."""
    session.people_queue().submit(_owner(), f"anew {secrets.token_hex(4)}", lambda job: None)


# --- what the columns are, whose the export is ----------------------------------------------------


def _mapping(asked: Columns) -> None:
    name, _ = asked.file
    st.markdown(
        f"**{markup.plain(name)}**: che cosa c'è in ogni colonna? Ho provato a indovinare; "
        "correggi dove serve. Basta quella del nome."
    )
    st.html(markup.table(asked.found.header, asked.found.sample))
    options = (_NO_COLUMN, *asked.found.header)
    with st.form("import_columns"):
        chosen: dict[str, str] = {}
        fields = list(Field)
        for start in range(0, len(fields), 2):
            for place, field in zip(st.columns(2), fields[start : start + 2], strict=False):
                label = LABELS[field]
                chosen[field] = place.selectbox(
                    label[:1].upper() + label[1:],
                    options,
                    index=options.index(asked.found.mapping.get(field, _NO_COLUMN)),
                    format_func=lambda column: column or "(nessuna)",
                    key=f"column_{field}",
                    filter_mode=None,
                    placeholder="Scegli",
                )
        with st.container(horizontal=True):
            go_on = st.form_submit_button("Vai all'anteprima", type="primary")
            st.form_submit_button("Scegli un altro file", on_click=_anew)
    if go_on:
        _read(asked.file, {field: column for field, column in chosen.items() if column})
        st.rerun()


def _whose(asked: Ownerless) -> None:
    session.show_error(asked.error)
    names = asked.error.candidates
    with st.form("import_owner"):
        chosen = st.pills("Sei tu?", names) if names else None
        typed = st.text_input("Il tuo nome su LinkedIn, o l'indirizzo del tuo profilo")
        with st.container(horizontal=True):
            go_on = st.form_submit_button("Continua", type="primary")
            st.form_submit_button("Scegli un altro file", on_click=_anew)
    owner = typed.strip() or chosen
    if go_on and owner:
        _read(asked.file, owner=owner)
        st.rerun()


# --- looking, and letting in ---------------------------------------------------------------------


def _preview(found: Preview) -> None:
    summary = found.summary
    st.subheader("Ecco che cosa ne verrebbe", anchor=False)
    _figures(summary)
    if found.imported.owner is not None:
        st.caption(f"L'esportazione è di {markup.plain(found.imported.owner.name)}.")
    people = found.imported.contacts[:SHOWN]
    if people:
        st.html(
            markup.table(
                ("Nome", "Che cosa fa", "Dove lavora", "E-mail"),
                [(one.name, one.role, one.company, one.email) for one in people],
            )
        )
        others = len(found.imported.contacts) - len(people)
        if others:
            st.caption(f"… e {count(others, 'altra persona', 'altre persone')}.")
    _left_out(summary.skipped)
    with st.container(horizontal=True):
        if summary.new or summary.updated or summary.exchanges_new:
            st.button(
                "Importa",
                type="primary",
                icon=":material/check:",
                on_click=_let_in,
                args=(found.imported,),
            )
        else:
            st.info("Non c'è niente di nuovo: hai già tutto.", icon=":material/check_circle:")
        st.button("Scegli un altro file", on_click=_anew)


def _figures(summary: ImportSummary) -> None:
    facts = (
        (summary.new, "persona nuova", "persone nuove"),
        (summary.updated, "scheda aggiornata", "schede aggiornate"),
        (summary.unchanged, "scheda già così", "schede già così"),
        (summary.exchanges_new, "messaggio nuovo", "messaggi nuovi"),
        (summary.exchanges_known, "messaggio che c'era già", "messaggi che c'erano già"),
    )
    told = [count(number, one, many) for number, one, many in facts if number]
    st.html(markup.chips(told or ["Nessuna persona e nessun messaggio"]))
    if summary.ambiguous:
        st.info(
            f"{count(summary.ambiguous, 'persona ha', 'persone hanno')} lo stesso nome di una "
            "scheda che c'era già, e nient'altro dice che siano la stessa persona: restano schede "
            "distinte.",
            icon=":material/call_split:",
        )


def _left_out(skipped: Sequence[Skipped]) -> None:
    if not skipped:
        return
    with st.expander(f"Lascio fuori {count(len(skipped), 'riga', 'righe')}: ecco perché"):
        if len(skipped) > FEW_LEFT_OUT:
            reasons = Counter(one.why for one in skipped).most_common()
            st.html(markup.listing(f"{why} ({thousands(times)})" for why, times in reasons))
            st.markdown("**Una per una**")
        st.html(markup.listing(f"{one.where}: {one.why}" for one in skipped[:LEFT_OUT_SHOWN]))
        if len(skipped) > LEFT_OUT_SHOWN:
            st.caption(f"… e altre {thousands(len(skipped) - LEFT_OUT_SHOWN)}.")


def _let_in(imported: Imported) -> None:
    store = session.coach().store
    # The reading writes, too: it waits until this is over.
    reading.pause()

    def work(job: Job) -> ImportSummary:
        def told(text: str, done: int, total: int) -> None:
            job.tell((text, done, total))

        try:
            return store.merge(imported, progress=told)
        finally:
            reading.resume()

    session.people_queue().submit(_owner(), f"merge {secrets.token_hex(4)}", work)


def _done(summary: ImportSummary) -> None:
    st.success("Fatto.", icon=":material/check:")
    _figures(summary)
    _left_out(summary.skipped)
    reading.status()
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Vai ai contatti", type="primary", icon=":material/group:"):
            _anew()
            session.open_page(session.CONTACTS)
        st.button("Importa un altro file", icon=":material/upload_file:", on_click=_anew)
