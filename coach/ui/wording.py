"""The Italian names of what the schemas call in English."""

from __future__ import annotations

from coach.critique import VERDICT_NAMES
from coach.schemas import Channel, FactOrigin, Register, Relation, Severity

CHANNELS = {
    Channel.LINKEDIN_INVITE: "Invito",
    Channel.LINKEDIN_MESSAGE: "Messaggio",
    Channel.EMAIL: "E-mail",
    Channel.FOLLOW_UP: "Seguito",
}
RELATIONS = {
    Relation.STRANGER: "No",
    Relation.MET: "Visti una volta",
    Relation.ESTABLISHED: "Sì",
}
#: What the person may choose for a rewrite; the first leaves the choice to the draft.
REGISTERS = {Register.NONE: "Come nella bozza", Register.TU: "Tu", Register.LEI: "Lei"}
REGISTERS_FOUND = {
    Register.TU: "dai del tu",
    Register.LEI: "dai del Lei",
    Register.MIXED: "tu e Lei mescolati",
    Register.NONE: "né tu né Lei",
}
VERDICTS = VERDICT_NAMES
SEVERITIES = {
    Severity.ERROR: "da togliere",
    Severity.WARNING: "da migliorare",
    Severity.SUGGESTION: "un consiglio",
}
ORIGINS = {
    FactOrigin.DRAFT: "dalla tua bozza",
    FactOrigin.CONTACT: "dalla scheda di chi legge",
    FactOrigin.SENDER: "da ciò che hai detto di te",
}
#: The message as it is, then in another manner (`Variant.label`).
MANNERS = {
    "": "Equilibrata",
    "breve": "Più breve",
    "calda": "Più calda",
    "formale": "Più formale",
}


def count(number: int, one: str, many: str) -> str:
    """A number with its noun: `1 controllo`, `3 controlli`."""
    return f"{number} {one if number == 1 else many}"
