"""The page, in Streamlit: what it shows; what it shows is decided elsewhere.

::

    draft.py     Bozza: a draft, its critique and its rewrite
    filling.py   a draft filled in from a contact and from the profile
    contacts.py  Contatti: the list, whom to hear again, and what the address opens
    contact.py   the card of one contact
    chat.py      the chat with the coach
    importing.py importing contacts, with a preview
    reading.py   what imported exchanges give and ask, read in the background
    profile.py   Chi sono: what the person says of themselves
    library.py   Biblioteca: the sources and the search among them
    settings.py  Impostazioni: the model, the checks, the person's data
    session.py   what a visitor's session and the process keep
    state.py     drafts in the store, so that a refresh loses nothing
    jobs.py      long work in the background
    browser.py   the two pieces that need JavaScript
    markup.py    critique, rewrite and passages as safe HTML (no Streamlit)
    diff.py      two texts compared word by word (no Streamlit)
    wording.py   the Italian names of what the schemas call in English
"""
