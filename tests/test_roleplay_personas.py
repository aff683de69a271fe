"""The people to practise with: their files, how they are found, and one's own contacts."""

from datetime import date

import pytest

from coach.errors import KnowledgeError, NotFoundError
from coach.roleplay import personas
from coach.schemas import Balance, ContactCard, Register, Relation
from coach.settings import PROJECT

FOLDER = PROJECT / "knowledge" / "personas"
FILE = """id: ada_neri
name: Ada Neri
role: libraia
company: Libreria del Ponte
sector: librerie
region: Molise
register_expected: tu
cares_about: ["i lettori lenti"]
annoyed_by: ["le classifiche"]
would_help: ["un incontro con un autore"]
busy: 2
"""


@pytest.fixture(scope="module")
def ours():
    return personas.load(FOLDER)


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "personas"
    place.mkdir()
    (place / "ada_neri.yaml").write_text(FILE, encoding="utf-8")
    return place


def test_there_are_at_least_fourteen_and_they_differ(ours):
    assert len(ours) >= 14
    for field in ("id", "name", "company"):
        assert len({getattr(each, field) for each in ours}) == len(ours)
    assert len({each.sector for each in ours}) >= 12
    assert len({each.region for each in ours}) >= 10
    assert {each.busy for each in ours} == {1, 2, 3}
    assert {each.register_expected for each in ours} == {Register.TU, Register.LEI}


def test_ours_are_nobodys_contacts_and_say_everything(ours):
    for each in ours:
        assert each.contact_id == ""
        assert each.cares_about
        assert each.annoyed_by
        assert each.would_help


def test_what_they_care_about_can_be_named_in_a_reply(ours):
    articles = ("il ", "lo ", "la ", "l'", "i ", "gli ", "le ")
    assert all(phrase.startswith(articles) for each in ours for phrase in each.cares_about)


@pytest.mark.parametrize(
    "name", ["teresa_lagana", "Teresa Laganà", "teresa lagana", "TERESA LAGANA", "Laganà", "Teresa"]
)
def test_a_persona_is_found_by_id_or_name(ours, name):
    assert personas.find(name, ours).id == "teresa_lagana"


@pytest.mark.parametrize("name", ["", "   ", "Ugo Nessuno", "tere"])
def test_a_name_that_nobody_has_is_told_with_those_there_are(ours, name):
    with pytest.raises(NotFoundError, match="Teresa Laganà"):
        personas.find(name, ours)


def test_a_name_of_two_people_is_told_with_both(folder):
    other = FILE.replace("ada_neri", "ada_bianchi").replace("Ada Neri", "Ada Bianchi")
    (folder / "ada_bianchi.yaml").write_text(other, encoding="utf-8")
    two = personas.load(folder)
    assert [each.name for each in two] == ["Ada Bianchi", "Ada Neri"]
    with pytest.raises(NotFoundError, match="Ada Bianchi, Ada Neri"):
        personas.find("ada", two)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("busy: 2", "busy: 5"), "riga 11: «busy»"),
        (("busy: 2", "busy: 2\nage: 40"), "riga 12: chiave sconosciuta «age»"),
        (("role: libraia\n", ""), "riga 1: manca la chiave «role»"),
        (("register_expected: tu", "register_expected: mixed"), "riga 7: «register_expected»"),
        (("register_expected: tu", "register_expected: voi"), "riga 7: «register_expected»"),
        (('["le classifiche"]', "[]"), "riga 9: «annoyed_by»"),
        (('["le classifiche"]', '"le classifiche"'), "riga 9: «annoyed_by»"),
        (('["le classifiche"]', '[""]'), "riga 9: «annoyed_by.0»"),
        (("id: ada_neri", "id: ada"), "riga 1: l'id «ada» è diverso dal nome del file"),
        (("role: libraia", "role: [libraia"), "YAML non valido"),
        (("region: Molise", "region: Molise\nregion: Molise"), "riga 7: la chiave «region»"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(folder, change, told):
    (folder / "ada_neri.yaml").write_text(FILE.replace(*change), encoding="utf-8")
    with pytest.raises(KnowledgeError) as refused:
        personas.load(folder)
    assert "ada_neri.yaml" in str(refused.value)
    assert told in str(refused.value)


def test_a_name_used_twice_a_stray_file_and_an_empty_folder_are_refused(folder, tmp_path):
    again = folder / "ada_due.yaml"
    again.write_text(FILE.replace("ada_neri", "ada_due"), encoding="utf-8")
    with pytest.raises(KnowledgeError, match="Ada Neri"):
        personas.load(folder)
    again.unlink()
    (folder / "note.txt").write_text("x", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"note\.txt"):
        personas.load(folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(KnowledgeError, match="nessuna persona"):
        personas.load(tmp_path / "empty")
    with pytest.raises(KnowledgeError, match="non c'è"):
        personas.load(tmp_path / "missing")


def card(**fields):
    return ContactCard(id="c7", name="Piera Monti", **fields)


def test_a_contact_becomes_a_persona_that_says_only_what_the_card_says():
    made = personas.from_contact(
        card(role="agronoma", company="Orti Uniti", connected_on=date(2026, 3, 1)), Balance()
    )
    assert (made.name, made.role, made.company) == ("Piera Monti", "agronoma", "Orti Uniti")
    assert made.contact_id == "c7"
    assert (made.sector, made.region) == ("", "")
    assert (made.cares_about, made.annoyed_by, made.would_help) == ((), (), ())
    assert made.register_expected is Register.NONE


@pytest.mark.parametrize("register", [Register.TU, Register.LEI])
def test_the_form_of_address_used_with_a_contact_is_expected(register):
    made = personas.from_contact(card(register_used=register), Balance())
    assert made.register_expected is register


def test_the_needs_told_in_the_notes_would_help_as_written():
    notes = ("cerca un socio per il vivaio", "conosciuta alla fiera di Forlì")
    made = personas.from_contact(card(notes=notes), Balance(relation=Relation.MET))
    assert made.would_help == ("cerca un socio per il vivaio",)
