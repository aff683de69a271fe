"""Progressi: how practice goes over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from coach.privacy import table
from coach.roleplay.progress import Exercise, Progress, progress, rows
from coach.schemas import PracticeSession
from coach.ui import filling, markup, session, wording

if TYPE_CHECKING:
    import altair

#: Sessions shown in the heat map; more would not be read.
SHOWN = 12
_KEPT = {True: ("✓", "bene"), False: ("✗", "da rivedere"), None: ("·", "non giudicato")}
#: Of the three series; legible on the light and on the dark page.
_COLOURS = ["#8a6a1f", "#2f7f88", "#b4483f"]
_FIRST, _WHOLE, _REDRAFT = "primo messaggio", "tutta la pratica", "riscritto da solo"


def page() -> None:
    """Show the page."""
    st.header("I tuoi progressi", anchor=False)
    coach = session.coach()
    sessions = coach.store.sessions()
    found = progress(sessions, coach.rubric)
    if not found.points:
        _lesson()
        return
    _figures(found)
    if len(found.points) > 1:
        st.subheader("I punteggi nel tempo", anchor=False)
        st.altair_chart(_scores(found))
    st.subheader("I controlli, pratica per pratica", anchor=False)
    st.altair_chart(_heat(found))
    st.caption(
        "Per gli errori ✓ dice che non ce n'erano, per le qualità che c'erano; ✗ il contrario; "
        "· che in quella pratica non si giudicava."
    )
    if found.exercise is not None:
        _exercise(found, found.exercise)
    _sessions(sessions)


def _lesson() -> None:
    with st.container(border=True):
        st.markdown(
            "Qui vedrai come cambia il tuo modo di scrivere: i punteggi, quali principi rispetti "
            "e quali ti sfuggono, quante pratiche di fila senza chiedere subito, e un esercizio "
            "sul punto più difficile.\n\nComincia da una pratica: bastano cinque minuti."
        )
        session.page_link(session.PRACTICE, "Fai pratica", icon=":material/forum:")


def _figures(found: Progress) -> None:
    columns = st.columns(3)
    columns[0].metric("Pratiche", len(found.points))
    columns[1].metric("Di fila senza chiedere subito", found.streak)
    columns[2].metric("La serie più lunga", found.best_streak)


# --- charts ---------------------------------------------------------------------------------------


def _scores(found: Progress) -> altair.LayerChart | altair.FacetChart:
    """Three series told apart by shape and dash, with the figure beside each mark."""
    import altair

    data = [
        {
            "Pratica": f"{place}. {point.persona.split()[0]}",
            "Ordine": place,
            "Punteggio": value,
            "Che cosa": what,
        }
        for place, point in enumerate(found.points, start=1)
        for what, value in (
            (_FIRST, point.first),
            (_WHOLE, point.score),
            (_REDRAFT, point.redraft),
        )
        if value is not None
    ]
    order = [_FIRST, _WHOLE, _REDRAFT]
    base = altair.Chart({"values": data}).encode(
        x=altair.X(
            "Pratica:N",
            sort=altair.SortField("Ordine"),
            title=None,
            axis=altair.Axis(labelAngle=-30, labelOverlap=True),
        ),
        y=altair.Y("Punteggio:Q", scale=altair.Scale(domain=[0, 105]), title="Punteggio su 100"),
        color=altair.Color(
            "Che cosa:N", title=None, scale=altair.Scale(domain=order, range=_COLOURS)
        ),
    )
    lines = base.mark_line().encode(strokeDash=altair.StrokeDash("Che cosa:N", sort=order))
    marks = base.mark_point(size=90, filled=True).encode(
        shape=altair.Shape("Che cosa:N", sort=order),
        tooltip=["Pratica:N", "Che cosa:N", "Punteggio:Q"],
    )
    figures = base.mark_text(dy=-11).encode(text="Punteggio:Q")
    return altair.layer(lines, marks, figures).properties(height=280)


def _heat(found: Progress) -> altair.LayerChart | altair.FacetChart:
    """A cell a principle and a session, with a sign that needs no colour."""
    import altair

    first = max(0, len(found.points) - SHOWN)
    data: list[dict[str, Any]] = [
        {
            "Principio": row.name,
            "Pratica": f"{place + 1}. {found.points[place].persona.split()[0]}",
            "Ordine": place,
            "Segno": _KEPT[kept][0],
            "Esito": _KEPT[kept][1],
        }
        for row in found.heat
        for place, kept in enumerate(row.kept)
        if place >= first
    ]
    base = altair.Chart({"values": data}).encode(
        x=altair.X(
            "Pratica:N",
            sort=altair.SortField("Ordine"),
            title=None,
            axis=altair.Axis(labelAngle=-30, orient="top"),
        ),
        y=altair.Y("Principio:N", sort=None, title=None, axis=altair.Axis(labelLimit=260)),
        tooltip=["Principio:N", "Pratica:N", "Esito:N"],
    )
    cells = base.mark_rect(stroke="#8a8f94", strokeWidth=0.5).encode(
        color=altair.Color(
            "Esito:N",
            scale=altair.Scale(
                domain=[said for _, said in _KEPT.values()],
                range=["#e3f4e8", "#fde7e5", "#eceef0"],
            ),
            legend=None,
        )
    )
    signs = base.mark_text(fontSize=14, fontWeight="bold").encode(
        text="Segno:N", color=altair.value("#22262a")
    )
    return altair.layer(cells, signs).properties(height=26 * len(found.heat))


# --- the exercise ---------------------------------------------------------------------------------


def _exercise(found: Progress, exercise: Exercise) -> None:
    st.subheader("Il punto più difficile", anchor=False)
    times = wording.count(found.missed, "volta", "volte")
    name = session.coach().rubric[found.hardest].name
    st.markdown(f"**{markup.plain(name)}**: ti è sfuggito {times} nelle ultime pratiche.")
    with st.container(border=True):
        st.markdown(markup.plain(exercise.task))
        st.html(markup.message(exercise.text))
        with st.container(horizontal=True):
            if st.button("Provaci nella bozza", icon=":material/edit_note:"):
                filling.open_draft(filling.blank().model_copy(update={"text": exercise.text}))
        if exercise.solution:
            with st.expander("Una soluzione", key="solution"):
                st.html(markup.message(exercise.solution))


# --- the sessions ---------------------------------------------------------------------------------


def _sessions(sessions: list[PracticeSession]) -> None:
    st.subheader("Le tue pratiche", anchor=False)
    st.download_button(
        "Scarica tutto in CSV",
        table(rows(sessions)),
        file_name="pratiche.csv",
        mime="text/csv",
        icon=":material/download:",
    )
    session.undo_bar("progress")
    for played in reversed([each for each in sessions if each.turns]):
        with st.container(horizontal=True, vertical_alignment="center"):
            mark = f"{played.debrief.score}/100" if played.debrief else "senza riepilogo"
            session.page_link(
                session.PRACTICE,
                f"{played.started:%d/%m/%Y}, {markup.plain(played.persona.name)}: {mark}",
                icon=":material/fact_check:" if played.debrief else ":material/forum:",
                pratica=played.id,
                vista="riepilogo" if played.debrief else "",
            )
            st.button(
                "Elimina",
                key=f"remove_{played.id}",
                icon=":material/delete:",
                type="tertiary",
                on_click=_remove,
                args=(played,),
            )


def _remove(played: PracticeSession) -> None:
    store = session.coach().store
    store.remove_session(played.id)
    session.offer_undo("progress", "Pratica eliminata.", lambda: store.save_session(played))
