"""Practice of the first outreach: somebody answers, and a debrief teaches.

::

    personas.py   who answers: invented people, or one's own contacts
    conduct.py    how the learner behaves, beyond what sentences do (`data/conduct.yaml`)
    manner.py     the same told by a classifier, where no turn of phrase is known
    training.py   trains it
    past.py       what has already passed in the conversation
    reading.py    what a message does, given what was already said
    stance.py     how the person is disposed, and every move of it with its reason
    planning.py   what the reply does
    topics.py     what a message speaks of, for the reply to take up
    bank.py       written replies (`knowledge/replies/`)
    voice.py      the words of the reply, by a model or from the bank
    verify.py     what a reply must be to be said
    practice.py   start, play a turn, play it again
    debrief.py    what each turn did, the one thing to work on, the redraft
    progress.py   scores, heat map, streaks and an exercise over the sessions
    scripted.py   conversations played from a script
"""
