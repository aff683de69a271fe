"""The page: `streamlit run app.py`, or `coach app`."""

import streamlit as st

from coach.ui import contacts, draft, library, practice, progress, session, settings
from coach.ui.browser import ASSETS

# A picture of our own: a Material icon here would be fetched from the network.
st.set_page_config(page_title="Prima offri", page_icon=ASSETS / "icon.svg", layout="wide")
session.begin()
session.navigate(
    {
        session.DRAFT: st.Page(
            draft.page, title="Bozza", icon=":material/edit_note:", default=True
        ),
        session.CONTACTS: st.Page(
            contacts.page, title="Contatti", icon=":material/group:", url_path="contatti"
        ),
        session.PRACTICE: st.Page(
            practice.page, title="Pratica", icon=":material/forum:", url_path="pratica"
        ),
        "progressi": st.Page(
            progress.page, title="Progressi", icon=":material/trending_up:", url_path="progressi"
        ),
        "biblioteca": st.Page(
            library.page, title="Biblioteca", icon=":material/menu_book:", url_path="biblioteca"
        ),
        "impostazioni": st.Page(
            settings.page, title="Impostazioni", icon=":material/tune:", url_path="impostazioni"
        ),
    }
)
