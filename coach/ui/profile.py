"""Chi sono: what the person says of themselves, for drafts and for the chat."""

from __future__ import annotations

import streamlit as st

from coach.schemas import Sender
from coach.ui import session


def section() -> None:
    """The form; what is saved fills in every new draft."""
    known = session.coach().store.profile()
    st.subheader("Chi sono", anchor=False)
    st.markdown(
        "Lo scrivi una volta e vale per tutte le bozze nuove e per quello che chiedi al coach. "
        "Resta su questo computer."
    )
    with st.form("profile"):
        st.text_input("Il tuo nome", value=known.name, key="profile_name")
        st.text_input(
            "Che cosa fai, in poche parole",
            value=known.about,
            key="profile_about",
            placeholder="consulente per l'export delle piccole aziende",
        )
        st.text_area(
            "Che cosa puoi offrire, una cosa per riga",
            value="\n".join(known.can_offer),
            key="profile_offers",
            placeholder="una guida ai bandi regionali\nun contatto in un vivaio",
            help="Cose concrete e tue: un documento, un contatto, un'ora del tuo tempo.",
        )
        st.form_submit_button("Salva chi sono", icon=":material/save:", on_click=_save)
    if st.session_state.pop("profile_saved", False):
        st.success("Salvato: lo trovi già scritto nella prossima bozza.", icon=":material/check:")


def _save() -> None:
    fields = st.session_state
    session.coach().store.save_profile(
        Sender(
            name=fields["profile_name"].strip(),
            about=fields["profile_about"].strip(),
            can_offer=lines(fields["profile_offers"]),
        )
    )
    fields["profile_saved"] = True


def lines(text: str) -> tuple[str, ...]:
    """What was typed one a line."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())
