"""Impostazioni: who writes, the model in use, the checks, the person's own data."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

import streamlit as st

from coach import doctor
from coach.doctor import Diagnosis
from coach.local_model import Phase, server
from coach.settings import EMBEDDED, NO_MODEL
from coach.ui import jobs, markup, profile, session
from coach.ui.jobs import Job

#: How often the page asks whether the checks are over, in seconds.
POLL = 0.5


def page() -> None:
    """Show the page."""
    st.header("Impostazioni", anchor=False)
    profile.section()
    _model()
    _checks()
    _data()


# --- the model -----------------------------------------------------------------------------------


def _model() -> None:
    st.subheader("Il modello che rifinisce", anchor=False)
    settings = session.coach().settings
    if settings.model == NO_MODEL:
        st.info(
            "Nessun modello, per tua scelta (`COACH_MODEL=none`). Critica e riscrittura funzionano "
            "lo stesso: le scrive il compositore.",
            icon=":material/check_circle:",
        )
    elif settings.model == EMBEDDED:
        _embedded()
    else:
        _endpoint()
    with st.expander("Come si cambia"):
        st.markdown(
            "Si sceglie con una variabile d'ambiente, prima di avviare la pagina:\n"
            "- `COACH_MODEL=embedded`: il modello incorporato, tutto su questo computer;\n"
            "- `COACH_MODEL=none`: nessun modello;\n"
            "- il nome di un modello, con `OPENAI_BASE_URL` e `OPENAI_API_KEY`: un server tuo "
            "(Ollama, vLLM, llama.cpp) o un servizio remoto."
        )


def _embedded() -> None:
    running = server(session.coach().settings.models)
    status = running.status()
    if status.phase is Phase.ABSENT:
        st.warning(
            "Il modello incorporato non è installato (1,1 GB). Per averlo: `make run`, oppure "
            "`coach model pull`. Intanto le riscritture le scrive il compositore.",
            icon=":material/download:",
        )
    elif status.phase is Phase.FAILED:
        st.error(
            f"{status.detail} Controlla la memoria libera (ne servono circa 2,3 GB) e riprova.",
            icon=":material/error:",
        )
    else:
        st.success(
            f"**{running.name}**, incorporato: i tuoi testi non escono da questo computer. "
            f"{status.detail}",
            icon=":material/check_circle:",
        )


def _endpoint() -> None:
    coach = session.coach()
    settings = coach.settings
    problem = coach.model_problem
    if problem is not None:
        session.show_error(problem)
        return
    if coach.model is not None and not coach.model.remote:
        st.success(
            f"**{settings.model}**, su un server di questo computer "
            f"(`{settings.base_url}`): i tuoi testi non escono da qui.",
            icon=":material/check_circle:",
        )
        return
    host = urlsplit(settings.base_url).hostname
    st.warning(
        f"**{settings.model}** è un modello remoto. Quando premi «Fai rifinire», a **{host}** va "
        "quello che serve a scrivere: la bozza, gli appunti su chi legge, quello che hai detto di "
        "te e che cosa offri. La critica, la ricerca e tutto il resto restano su questo computer.",
        icon=":material/cloud_upload:",
    )


# --- the checks ----------------------------------------------------------------------------------


def _checks() -> None:
    st.subheader("Controlli", anchor=False)
    queue, owner = session.library_queue(), f"doctor-{session.draft_id()}"
    job = queue.of(owner) or queue.submit(owner, "examine", _examine)
    st.fragment(_diagnoses, run_every=None if job.ended else POLL)(owner)
    if job.ended and st.button("Ripeti i controlli", icon=":material/refresh:"):
        job.cancel()  # so that the same key is worked on anew
        queue.submit(owner, "examine", _examine)
        st.rerun()


def _examine(job: Job) -> list[Diagnosis]:
    return doctor.examine(session.coach())


def _diagnoses(owner: str) -> None:
    job = session.library_queue().of(owner)
    if job is None or not job.ended:
        st.html(markup.working("Controllo ogni parte…"))
        st.session_state["checking"] = True
        return
    if st.session_state.pop("checking", False):
        st.rerun()
    if job.phase is jobs.Phase.FAILED and job.error is not None:
        session.show_error(job.error)
    found: list[Diagnosis] = job.result or []
    st.html("".join(markup.diagnosis(d.part, d.ok, d.detail, d.remedy) for d in found))


# --- the data ------------------------------------------------------------------------------------


def _data() -> None:
    st.subheader("I tuoi dati", anchor=False)
    settings = session.coach().settings
    kept = session.drafts().count()
    st.markdown(
        f"Contatti, bozze, testi aggiunti e indici stanno in `{settings.home}` e da nessun'altra "
        "parte. "
        f"Bozze salvate ora: {kept}; tengo le ultime 200, perché "
        "un aggiornamento della pagina non te le faccia perdere."
    )
    with st.container(horizontal=True):
        for kind, mime in (("json", "application/json"), ("csv", "text/csv")):
            st.download_button(
                f"Scarica tutto ({kind.upper()})",
                partial(_exported, kind),
                file_name=f"prima-offri.{kind}",
                mime=mime,
                icon=":material/download:",
                key=f"export_{kind}",
                on_click="ignore",
            )
    if not kept:
        return
    if not st.session_state.get("clearing"):
        st.button(
            "Cancella tutte le bozze",
            icon=":material/delete:",
            on_click=st.session_state.__setitem__,
            args=("clearing", True),
        )
        return
    st.warning("Non si recuperano più, nemmeno quella aperta adesso.", icon=":material/warning:")
    with st.container(horizontal=True):
        st.button("Sì, cancella", type="primary", on_click=_clear)
        st.button("Annulla", on_click=st.session_state.pop, args=("clearing", None))


def _exported(kind: str) -> str:
    """Made only when the file is asked for."""
    from coach import privacy

    exported = privacy.export_all(session.coach().store)
    return exported.json() if kind == "json" else exported.csv()


def _clear() -> None:
    session.drafts().clear()
    st.session_state.pop("clearing", None)
    st.session_state.pop("previous_id", None)
    session.use_draft(session.draft_id())
