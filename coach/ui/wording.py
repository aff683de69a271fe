"""The Italian names of what the schemas call in English."""

from __future__ import annotations

from datetime import date, datetime

from coach.critique import VERDICT_NAMES
from coach.schemas import (
    Channel,
    CitationKind,
    ExchangeChannel,
    FactOrigin,
    Register,
    Relation,
    Severity,
)

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
#: The stages of a relation, as a card says them.
STAGES = {
    Relation.STRANGER: "Ancora da conoscere",
    Relation.MET: "Vi siete conosciuti",
    Relation.ESTABLISHED: "Vi conoscete bene",
}
#: What the person may choose for a rewrite; the first leaves the choice to the draft.
REGISTERS = {Register.NONE: "Come nella bozza", Register.TU: "Tu", Register.LEI: "Lei"}
REGISTERS_FOUND = {
    Register.TU: "dai del tu",
    Register.LEI: "dai del Lei",
    Register.MIXED: "tu e Lei mescolati",
    Register.NONE: "né tu né Lei",
}
#: The form of address noted on a card.
REGISTERS_NOTED = {Register.NONE: "Non lo so", Register.TU: "Tu", Register.LEI: "Lei"}
EXCHANGE_CHANNELS = {
    ExchangeChannel.LINKEDIN: "LinkedIn",
    ExchangeChannel.EMAIL: "E-mail",
    ExchangeChannel.PHONE: "Telefono",
    ExchangeChannel.IN_PERSON: "Di persona",
    ExchangeChannel.OTHER: "Altro",
}
CITATIONS = {
    CitationKind.PASSAGE: "biblioteca",
    CitationKind.CARD: "scheda",
    CitationKind.EXCHANGE: "scambio",
    CitationKind.PROFILE: "chi sei",
}
#: Who speaks in what a model is sent (`ChatMessage.role`).
ROLES = {"system": "Istruzioni", "user": "Domanda", "assistant": "Inizio della risposta"}
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
    """A number with its noun: `1 controllo`, `30.000 contatti`."""
    return f"{thousands(number)} {one if number == 1 else many}"


def thousands(number: int) -> str:
    """A number as Italians write it: `30.000`."""
    return f"{number:,}".replace(",", ".")


_MONTHS = (
    *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno"),
    *("luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"),
)


def day(when: date | datetime) -> str:
    """A day: `3 marzo 2026`; an instant is told in the time of this computer."""
    if isinstance(when, datetime):
        when = when.astimezone().date()
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"
