"""The page: `streamlit run app.py`, or `coach app`."""

import streamlit as st

from coach.ui import draft, library, session, settings
from coach.ui.browser import ASSETS

# A picture of our own: a Material icon here would be fetched from the network.
st.set_page_config(page_title="Prima offri", page_icon=ASSETS / "icon.svg", layout="wide")
session.begin()
st.navigation(
    [
        st.Page(draft.page, title="Bozza", icon=":material/edit_note:", default=True),
        st.Page(
            library.page, title="Biblioteca", icon=":material/menu_book:", url_path="biblioteca"
        ),
        st.Page(
            settings.page, title="Impostazioni", icon=":material/tune:", url_path="impostazioni"
        ),
    ]
).run()
