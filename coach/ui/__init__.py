"""The page, in Streamlit: what it shows; what it shows is decided elsewhere.

::

    draft.py     Bozza: a draft, its critique and its rewrite
    library.py   Biblioteca: the sources and the search among them
    settings.py  Impostazioni: the model, the checks, the person's data
    session.py   what a visitor's session and the process keep
    state.py     drafts on disk, so that a refresh loses nothing
    jobs.py      long work in the background
    browser.py   the two pieces that need JavaScript
    markup.py    critique, rewrite and passages as safe HTML (no Streamlit)
    diff.py      two texts compared word by word (no Streamlit)
    wording.py   the Italian names of what the schemas call in English
"""
