"""Files of contacts, read into what they say of people (`coach.store.merging.Imported`).

=========================  ========================================================================
file                       what is read
=========================  ========================================================================
LinkedIn's export          `.zip`, or the folder it was unpacked into; of its files, the four below
`Connections.csv`          name, role, company, e-mail, profile, day of the connection
`messages.csv`             each message between the owner and a person; not drafts, advertising,
                           spam, LinkedIn's own messages, groups above `messages.LARGEST_GROUP`
`Invitations.csv`          the other person, and what was written with the invitation
`Profile.csv`              who the owner is, beside what invitations and messages tell
vCard 2.1, 3.0, 4.0        name (or else organisation), role, company, e-mail, telephone, notes,
                           LinkedIn profile
any other `.csv`           the columns of `spreadsheets.Field`, guessed or as the person says
=========================  ========================================================================

Whatever is not taken in is told with its line and the reason. A website that is not somebody's
LinkedIn profile is not taken: colleagues share it, and people are merged by profile.

::

    reading.py       which of these a file is
    files.py         bytes and their encoding
    archive.py       the parts of a .zip or a folder
    tables.py        delimiter, header, rows with their lines
    linkedin.py      the files of an export together
    connections.py, messages.py, invitations.py
    owner.py         whose export it is
    vcards.py, spreadsheets.py
    people.py        names, profiles, addresses
    dates.py         dates in English and Italian
    text.py          no markup, nothing invisible
    remembering.py   what repeats, worked out once
"""

from coach.imports.owner import OwnerUnknown
from coach.imports.reading import columns, read, read_bytes
from coach.imports.spreadsheets import LABELS, Field, TableColumns

__all__ = ["LABELS", "Field", "OwnerUnknown", "TableColumns", "columns", "read", "read_bytes"]
