"""The quiet reading, in the background, of what imported exchanges give and ask.

It can be stopped at any moment and is taken up again where it was: what is not read yet is known
to the store.
"""

from __future__ import annotations

import streamlit as st

from coach.ui import markup, session
from coach.ui.jobs import Job, Phase
from coach.ui.wording import thousands

#: How often the page asks how far it is, in seconds.
POLL = 1.0
#: Whose job it is: nobody's in particular.
_OWNER = "exchanges"


def start() -> None:
    """Read what is not read yet, unless that is under way or was stopped by hand."""
    known = session.reading_queue().of(_OWNER)
    if known is None or (known.ended and not known.cancelled):
        resume()


def pause() -> None:
    """Leave the database to somebody else; `resume` when they are done."""
    known = session.reading_queue().of(_OWNER)
    if known is not None:
        known.cancel()


def resume() -> None:
    """Read on, if there is something left."""
    coach = session.coach()
    if not coach.store.count_unanalysed():
        return

    def work(job: Job) -> int:
        return coach.analyse_exchanges(cancel=lambda: job.cancelled)

    known = session.reading_queue().of(_OWNER)
    if known is not None:
        known.cancel()  # so that the same key is worked on anew
    session.reading_queue().submit(_OWNER, "read", work)


def status() -> None:
    """One line on how far it is, with the way to stop it or to take it up again."""
    job = session.reading_queue().of(_OWNER)
    if job is None or job.phase is Phase.DONE:
        return
    st.fragment(_line, run_every=None if job.ended else POLL)()


def _line() -> None:
    job = session.reading_queue().of(_OWNER)
    if job is None or job.phase is Phase.DONE:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        if job.phase is Phase.FAILED:
            assert job.error is not None
            st.caption(markup.plain(str(job.error)))
            st.button("Riprova", key="read_on", on_click=resume)
        elif job.cancelled:
            st.caption("Lettura degli scambi fermata: i bilanci contano solo quelli già letti.")
            st.button("Riprendi", icon=":material/play_arrow:", key="read_on", on_click=resume)
        else:
            left = session.coach().store.count_unanalysed()
            st.html(
                width="content",
                body=markup.working(
                    "Leggo in sottofondo gli scambi importati: "
                    f"{'ne manca' if left == 1 else 'ne mancano'} {thousands(left)}"
                ),
            )
            st.button("Ferma", icon=":material/stop_circle:", key="stop_reading", on_click=pause)
