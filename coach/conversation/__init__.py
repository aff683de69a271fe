"""Chat about one contact, or about getting to know people, with numbered sources.

::

    answering.py      the use case: from a question to an answer
    asking.py         a question taken apart: its words, the text pasted with it, what it follows up
    intents.py        what it is after: a classifier over n-grams and vectors
    whom.py           the contact that a question names
    signs.py          words that decide it, or that it must hold
    coverage.py       whether the library answers it
    kinds.py          what kind of thing is asked: a price, a day, a number, a place
    contact.py        what is written of a contact, and where
    about_contact.py  a fact, a summary, the balance
    advice.py         what to offer, whether to ask, when to get back in touch
    messages.py       a message to send, one to judge, one that hurts
    replying.py       a message to reply to
    from_library.py   open questions, and what is not covered
    verify.py         checks that an answer must pass
    wording.py        a model's words for an answer, verified
    sources.py        sentences with their numbered citations
    training.py       trains `data/questions.npz`
"""

from coach.conversation.answering import answer, outgoing

__all__ = ["answer", "outgoing"]
