"""What the process and a visitor's session keep between runs of the page.

The process keeps one `Coach`, the queues of background work and the folder of drafts; a session
keeps which draft it is about. The logic knows nothing of any of this.
"""

from __future__ import annotations

import streamlit as st

from coach import settings
from coach.composition import Coach
from coach.errors import CoachError
from coach.local_model import is_installed, server
from coach.settings import EMBEDDED
from coach.ui import browser, markup, state
from coach.ui.jobs import Job, Queue
from coach.ui.state import DraftFolder

#: Name of the draft in the page's address.
_PARAMETER = "bozza"
_DRAFT_ID = "draft_id"


class Stage:
    """The last thing that the building of the library told, for any page to show."""

    def __init__(self) -> None:
        self.text = ""
        self.done = 0
        self.total = 0

    def tell(self, text: str, done: int, total: int) -> None:
        """Take note of it."""
        self.text, self.done, self.total = text, done, total

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1; 0 when not known."""
        return min(1.0, self.done / self.total) if self.total else 0.0


@st.cache_resource(show_spinner=False)
def library_stage() -> Stage:
    """How far the library is."""
    return Stage()


@st.cache_resource(show_spinner=False)
def coach() -> Coach:
    """The one coach of this process."""
    return Coach(settings.load(), library_stage().tell)


@st.cache_resource(show_spinner=False)
def model_queue() -> Queue:
    """Rewrites that the model polishes."""
    return Queue("rewrite")


@st.cache_resource(show_spinner=False)
def library_queue() -> Queue:
    """Changes of the library."""
    return Queue("library")


@st.cache_resource(show_spinner=False)
def drafts() -> DraftFolder:
    """The drafts of this `COACH_HOME`."""
    return DraftFolder(coach().settings.home / "drafts")


@st.cache_resource(show_spinner=False)
def _loading() -> Job:
    """What takes long to load, loaded while the first visitor looks at an empty page."""

    def load(job: Job) -> None:
        known = coach().settings
        if known.model == EMBEDDED and is_installed(known.models):
            server(known.models).start()
        _ = coach().rubric, coach().analyser

    def warm(job: Job) -> None:
        coach().warm()

    model_queue().submit("loading", "model", warm)
    return library_queue().submit("loading", "analysis", load)


def begin() -> None:
    """Start a run of any page: its style, and the draft it is about.

    The draft stands in the address, so that a refresh finds it; a new visitor gets a new one.
    """
    st.html(browser.ASSETS / "page.css")
    browser.page_script(follow=state.LONG_FIELDS)
    try:
        coach()
    except CoachError as error:
        show_error(error)
        st.stop()
    _loading()
    asked = st.query_params.get(_PARAMETER, "")
    if asked and asked != draft_id() and drafts().load(asked) is not None:
        use_draft(asked)
    elif not draft_id():
        # An identifier of ours without a file is a draft that nothing was written in yet.
        use_draft(asked if state.is_id(asked) else state.new_id())
    elif asked != draft_id():
        # Another page has just been opened: its address does not say it yet.
        st.query_params[_PARAMETER] = draft_id()


def draft_id() -> str:
    """The draft that this session is about; empty before `begin`."""
    return str(st.session_state.get(_DRAFT_ID, ""))


def use_draft(identifier: str) -> None:
    """Make the session be about a draft; what the widgets show is forgotten."""
    st.session_state[_DRAFT_ID] = identifier
    st.query_params[_PARAMETER] = identifier
    for name in (*state.FIELDS, "polished", "kept", "manner"):
        st.session_state.pop(name, None)


def show_error(error: CoachError) -> None:
    """Tell what happened and what can be done about it."""
    st.error(
        f"**{markup.plain(error.message)}** {markup.plain(error.remedy)}", icon=":material/error:"
    )
