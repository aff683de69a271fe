from __future__ import annotations

import pytest

from coach.rewrite.favours import Favour, favour, joined
from coach.schemas import Register

TU, LEI = Register.TU, Register.LEI


@pytest.mark.parametrize(
    ("register", "ask", "said"),
    [
        (TU, "Franco mi mandi il computo entro domani?", "mi manderesti il computo?"),
        (TU, "mandami il computo", "mi manderesti il computo?"),
        (TU, "prestamela per sabato", "me la presteresti per sabato?"),
        (TU, "fammi un preventivo", "mi faresti un preventivo?"),
        (TU, "Poi mi dici chi ti fa le tende?", "mi diresti chi ti fa le tende?"),
        (TU, "ragazzi mi ridate la sala il 20?", "mi ridareste la sala il 20?"),
        (TU, "non mi hai ancora mandato il conto!!!", "mi manderesti il conto?"),
        (TU, "mi servono tre sedie, mi raccomando", "mi servirebbero tre sedie"),
        (TU, "puoi suonare al mio evento?", "potresti suonare al mio evento?"),
        (LEI, "Mi porti anche la fattura.", "mi porterebbe anche la fattura?"),
        (LEI, "Maestro, mi tiene da parte un leggio?", "mi terrebbe da parte un leggio?"),
        (LEI, "Cavaliere non ha ancora firmato il rinnovo.", "potrebbe firmare il rinnovo?"),
        (
            LEI,
            "mi serve subito per una perdita, venga oggi",
            "avrei bisogno di Lei per una perdita",
        ),
        (LEI, "Le chiedo due cose: un nome e un numero", "Le chiedo due cose: un nome e un numero"),
        (
            LEI,
            "mi faccia avere la visura e mi richiami per la pratica.",
            "mi farebbe avere la visura e mi richiamerebbe per la pratica?",
        ),
        (LEI, "mi presenta il suo notaio?", "mi presenterebbe il Suo notaio?"),
    ],
)
def test_a_request_is_asked_kindly(register: Register, ask: str, said: str) -> None:
    found = favour(ask, "Franco", register)
    assert found is not None
    assert joined([found]) == said


@pytest.mark.parametrize(
    "ask", ["subito!", "non mi hai più richiamato.", "La prego di provvedere.", "mi serve proprio"]
)
def test_reproaches_and_needs_of_nothing_are_no_request(ask: str) -> None:
    assert favour(ask, "", LEI) is None


def test_two_requests_are_said_together() -> None:
    mandate = Favour("mi manderesti il conto", question=True)
    reply = Favour("mi diresti il prezzo", question=True)
    want = Favour("vorrei un attestato", question=False)
    assert joined([mandate, reply]) == "mi manderesti il conto e mi diresti il prezzo?"
    assert joined([mandate, want]) == "mi manderesti il conto? Vorrei anche un attestato"
    assert joined([want, mandate]) == "vorrei un attestato. Mi manderesti il conto?"


def test_what_is_polite_needs_no_lead() -> None:
    assert Favour("vorrei un attestato", question=False).polite
    assert not Favour("mi manderesti il conto", question=True).polite
    assert Favour("quando puoi, mi manderesti il conto", question=True).timed
