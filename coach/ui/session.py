"""What the process and a visitor's session keep between runs of the page.

The process keeps one `Coach`, the queues of background work and the drafts; a session
keeps which draft it is about. The logic knows nothing of any of this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NoReturn

import streamlit as st

from coach import settings
from coach.balance import balance
from coach.composition import Coach
from coach.errors import CoachError
from coach.local_model import is_installed, server
from coach.schemas import Balance, ContactCard
from coach.settings import EMBEDDED
from coach.store import old_drafts
from coach.ui import browser, markup, state
from coach.ui.jobs import Job, Queue
from coach.ui.state import Drafts

#: Name of the draft in the page's address.
_PARAMETER = "bozza"
_DRAFT_ID = "draft_id"
#: Names of the pages that others lead to.
DRAFT, CONTACTS, PRACTICE = "bozza", "contatti", "pratica"
#: Exchanges that are read while a page is drawn; more are read in the background.
FEW = 3


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
def people_queue() -> Queue:
    """Imports of contacts, and the list of whom to hear again."""
    return Queue("people")


@st.cache_resource(show_spinner=False)
def reading_queue() -> Queue:
    """Readings of what exchanges give and ask; they may take long, and nothing waits for them."""
    return Queue("reading")


@st.cache_resource(show_spinner=False)
def chat_queue() -> Queue:
    """Answers in chat; of their own, so that a polish under way does not hold up the first word."""
    return Queue("chat")


@st.cache_resource(show_spinner=False)
def practice_queue() -> Queue:
    """Answers of the people one practises with."""
    return Queue("practice")


@st.cache_resource(show_spinner=False)
def drafts() -> Drafts:
    """The drafts of this `COACH_HOME`, those that older versions kept in files included."""
    known = coach()
    old_drafts.take_in(known.store, known.settings.home / "drafts")
    return Drafts(known.store, known.settings.prompts)


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
    asked = st.query_params.get(_PARAMETER, "")
    try:
        # Every page needs the store: one that cannot be opened is told before any of them begins.
        kept = drafts()
        saved = kept.load(asked) if asked != draft_id() else None
    except CoachError as error:
        show_error(error)
        st.stop()
    _loading()
    if saved is not None:
        use_draft(asked)
    elif not draft_id():
        # An identifier of ours that is not kept is a draft that nothing was written in yet.
        use_draft(asked if state.is_id(asked) else state.new_id())
    elif asked != draft_id():
        # Another page has just been opened: its address does not say it yet.
        st.query_params[_PARAMETER] = draft_id()


def navigate(pages: Mapping[str, st.Page]) -> None:
    """Draw the menu and show the page that was asked for; the names are for `open_page`."""
    st.session_state["pages"] = pages
    st.navigation(list(pages.values())).run()


def open_page(name: str, **parameters: str) -> NoReturn:
    """Go to another page, whose address gets these parameters.

    Args:
        name: `DRAFT`, `CONTACTS` or `PRACTICE`.
        parameters: those that are empty are left out.
    """
    st.switch_page(st.session_state["pages"][name], query_params=_given(parameters))


def page_link(
    name: str,
    label: str,
    *,
    icon: str | None = None,
    width: Literal["content"] | int = "content",
    **parameters: str,
) -> None:
    """A link to a page, whose address gets these parameters.

    Args:
        name: `DRAFT`, `CONTACTS` or `PRACTICE`.
        label: the words of the link.
        icon: before them.
        width: in pixels, where links stand one under the other.
        parameters: those that are empty are left out.
    """
    st.page_link(
        st.session_state["pages"][name],
        label=label,
        icon=icon,
        width=width,
        query_params=_given(parameters),
    )


def _given(parameters: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in parameters.items() if value}


# --- what can be undone --------------------------------------------------------------------------


def offer_undo(place: str, said: str, undo: Callable[[], object]) -> None:
    """Remember how to take back what was just done in a place, until something else is done."""
    st.session_state["undo"] = (place, said, undo)


def undo_bar(place: str) -> None:
    """Say what was just done in this place and let it be taken back."""
    where, said, undo = st.session_state.get("undo", ("", "", None))
    if not said or where != place:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="undo_bar"):
        st.markdown(f":material/check: {markup.plain(said)}")
        st.button("Annulla", icon=":material/undo:", key="undo_it", on_click=_undo, args=(undo,))


def _undo(undo: Callable[[], object]) -> None:
    st.session_state.pop("undo", None)
    undo()


def draft_id() -> str:
    """The draft that this session is about; empty before `begin`."""
    return str(st.session_state.get(_DRAFT_ID, ""))


def use_draft(identifier: str) -> None:
    """Make the session be about a draft; what the widgets show is forgotten."""
    st.session_state[_DRAFT_ID] = identifier
    st.query_params[_PARAMETER] = identifier
    for name in (*state.FIELDS, "polished", "kept", "manner"):
        st.session_state.pop(name, None)


def standing(card: ContactCard) -> Balance:
    """Where the person stands with a contact, without making anybody wait.

    A few exchanges not read yet are read at once; while there are many, the balance is of those
    read so far.
    """
    exchanges = coach().store.exchanges(card.id)
    if sum(exchange.gives is None for exchange in exchanges) <= FEW:
        return coach().balance(card.id)
    return balance(card, exchanges)


def show_error(error: CoachError) -> None:
    """Tell what happened and what can be done about it."""
    st.error(
        f"**{markup.plain(error.message)}** {markup.plain(error.remedy)}", icon=":material/error:"
    )
