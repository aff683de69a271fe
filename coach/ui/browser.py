"""The pieces of the page that need JavaScript: its script and the copy button."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

#: Style and scripts of the page.
ASSETS = Path(__file__).parent / "assets"


def page_script(follow: Sequence[str]) -> None:
    """Have the page follow the typing and speak Italian throughout.

    Args:
        follow: keys of the text areas that tell what is typed in them at each pause, not only when
            they lose the focus.
    """
    _page_script()(key="page_script", data={"follow": list(follow)}, height=1)


def copy_button(text: str, key: str) -> None:
    """A button that puts a text in the clipboard, and says so."""
    _copying()(key=key, data={"text": text, "label": "Copia"})


@cache
def _page_script() -> ComponentRenderer:
    return st.components.v2.component("page_script", js=_asset("page.js"))


@cache
def _copying() -> ComponentRenderer:
    return st.components.v2.component(
        "copy_button",
        html='<div><button type="button"></button><span role="status"></span></div>',
        css=_asset("copy.css"),
        js=_asset("copy.js"),
    )


def _asset(name: str) -> str:
    return (ASSETS / name).read_text("utf-8")
