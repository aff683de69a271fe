"""The pages about people, through Streamlit's AppTest, and their pure parts."""

import re
import time
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from coach.composition import Coach
from coach.errors import ModelFailure
from coach.schemas import (
    Answer,
    Balance,
    Channel,
    ChatTurn,
    Citation,
    CitationKind,
    ContactCard,
    Direction,
    Exchange,
    ExchangeChannel,
    Register,
    Relation,
    Sender,
)
from coach.ui import chat, contacts, filling, markup, session, wording
from coach.ui.state import Draft

#: The page with the contacts in front: AppTest does not switch to pages that are functions.
APP = """
import streamlit as st
from coach.ui import contacts, draft, session
session.begin()
session.navigate({
    session.CONTACTS: st.Page(contacts.page, title="Contatti", default=True),
    session.DRAFT: st.Page(draft.page, title="Bozza", url_path="bozza"),
})
"""
NOW = datetime.now(UTC)


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """A process of its own: nothing kept from other tests, no model."""
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "coach"))
    monkeypatch.setenv("COACH_MODEL", "none")
    st.cache_resource.clear()
    yield
    for queue in (session.chat_queue(), session.people_queue(), session.reading_queue()):
        queue.close()
    session.coach().store.close()
    st.cache_resource.clear()


@pytest.fixture
def store(fresh):
    return session.coach().store


@pytest.fixture
def anna(store):
    """A contact of whom something is known."""
    return store.add_contact(
        ContactCard(
            id="",
            name="Anna Bianchi",
            role="responsabile acquisti",
            company="Il Filo",
            notes=("conosciuta alla fiera di Bologna", "cerca un fornitore di imballaggi"),
        )
    )


@pytest.fixture
def remote_model(anna, monkeypatch):
    """A process that starts with a remote model; who was known stays known."""
    session.coach().store.close()
    monkeypatch.setenv("COACH_MODEL", "un-modello")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://modelli.example/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "chiave")
    st.cache_resource.clear()


def waited(job):
    """The job, once it has ended."""
    for _ in range(6_000):
        if job.ended:
            return job
        time.sleep(0.01)
    raise AssertionError(job.phase)


def opened(**address):
    """The page at an address."""
    made = AppTest.from_string(APP, default_timeout=120)
    for name, value in address.items():
        made.query_params[name] = value
    made.run()
    assert not made.exception
    return made


def html(app):
    bodies = (element.proto.body for element in app.get("html"))
    return "\n".join(body for body in bodies if not body.startswith("<style"))


def links(app):
    """The links of a page: words and the end of the address."""
    return {link.proto.label: link.proto.query_string for link in app.get("page_link")}


def words(app):
    """What is read outside of our own HTML."""
    kinds = (app.header, app.subheader, app.markdown, app.caption, app.info, app.warning,
             app.success, app.error)  # fmt: skip
    return "\n".join(element.value for kind in kinds for element in kind)


def button(app, label):
    return next(button for button in app.button if button.label == label)


def click(app, label):
    button(app, label).click().run()
    assert not app.exception
    return app


def settled(app):
    """The page once its background work is over."""
    for _ in range(600):
        app.run()
        assert not app.exception
        answering = any(box.disabled for box in app.chat_input)
        if answering or app.get("progress") or "po-working" in html(app):
            time.sleep(0.05)
            continue
        return app
    raise AssertionError("still working")


def exchange(contact, text, days=1, direction=Direction.SENT, **fields):
    return Exchange(
        id="",
        contact_id=contact.id,
        at=NOW - timedelta(days=days),
        direction=direction,
        channel=ExchangeChannel.LINKEDIN,
        text=text,
        **fields,
    )


# --- pure parts -----------------------------------------------------------------------------------


def test_every_noun_about_people_has_its_italian_name():
    assert set(wording.STAGES) == set(Relation)
    assert set(wording.EXCHANGE_CHANNELS) == set(ExchangeChannel)
    assert set(wording.CITATIONS) == set(CitationKind)
    assert set(wording.REGISTERS_NOTED) == set(Register) - {Register.MIXED}


def test_numbers_and_days_are_written_the_italian_way():
    assert wording.count(1, "contatto", "contatti") == "1 contatto"
    assert wording.count(30_000, "contatto", "contatti") == "30.000 contatti"
    assert wording.day(datetime(2026, 3, 3, 12, tzinfo=UTC)) == "3 marzo 2026"


def test_citations_lead_to_their_passage_and_nothing_else_does():
    cited = (Citation(n=1, title="Titolo <b>", passage="Un passo.", heading="Capo"),)
    html = markup.answer("Prima offri [1].\n\n- uno [2]\n- due\nFine <script>", cited, "t1")
    assert re.search(r'<a class="po-cited" href="#fonte-t1-1"[^>]*>1</a>', html)
    assert "<ul><li>uno [2]</li><li>due</li></ul><p>Fine &lt;script&gt;</p>" in html
    sources = markup.citations(cited, "t1")
    assert 'id="fonte-t1-1"' in sources
    assert "Titolo &lt;b&gt; › Capo" in sources
    assert markup.citations((), "t1") == ""


def test_the_balance_is_told_by_numbers_and_shapes():
    found = Balance(given=("una guida", "un contatto <b>"), asked=("un favore",), sentence="Con A.")
    html = markup.balance(found, "A <i>")
    assert [int(n) for n in re.findall(r'po-balance-number">(\d+)', html)] == [2, 1, 0, 0]
    assert re.findall(r'class="(po-gives|po-asks)" style="width:(\d+)%', html) == [
        ("po-gives", "100"), ("po-asks", "50"), ("po-gives", "0"), ("po-asks", "0")
    ]  # fmt: skip
    assert "«un contatto &lt;b&gt;»" in html
    assert "A &lt;i&gt;" in html


def test_an_exchange_says_who_when_where_and_what_it_does(anna):
    long = "Ciao <b>Anna</b>, " + "ti racconto una cosa. " * 30
    sent = exchange(anna, long, gives=("una guida",), asks=())
    html = markup.exchange(sent, anna.name, whole=False)
    assert "<b>Tu</b>" in html
    assert "LinkedIn" in html
    assert "<details>" in html
    assert "&lt;b&gt;Anna" in html
    assert "Offre: «una guida»" in html
    heard = exchange(anna, "ok", direction=Direction.RECEIVED)
    html = markup.exchange(heard, "A<b>", whole=True)
    assert "A&lt;b&gt;" in html
    assert "<details>" not in html
    assert "Non l'ho ancora letto" in html


@pytest.mark.parametrize(
    ("fields", "last", "expected"),
    [
        ({}, None, Channel.LINKEDIN_MESSAGE),
        ({"email": "a@example.com"}, None, Channel.EMAIL),
        ({"url": "https://www.linkedin.com/in/a"}, None, Channel.LINKEDIN_INVITE),
        ({"url": "https://www.linkedin.com/in/a", "connected_on": NOW.date()}, None,
         Channel.LINKEDIN_MESSAGE),
        ({"email": "a@example.com"}, NOW - timedelta(days=9), Channel.FOLLOW_UP),
        ({"email": "a@example.com"}, NOW - timedelta(days=900), Channel.EMAIL),
    ],
)  # fmt: skip
def test_where_one_would_write_to_them(fields, last, expected):
    card = ContactCard(id="a", name="Anna", **fields)
    assert filling.channel(card, Balance(last=last), NOW) is expected


def test_what_the_draft_says_of_the_sender_is_not_overruled():
    me = Sender(name="Luca", about="grafico", can_offer=("una mappa", "un logo"))
    assert filling.signed(Draft(), me).sender == me
    assert filling.signed(Draft(my_name="Ida"), me).my_name == "Ida"


# --- the list -------------------------------------------------------------------------------------


def test_an_empty_list_teaches_and_leads_to_the_import(store):
    app = opened()
    assert "conosciuta alla fiera di Bologna" in html(app)
    assert links(app)["Importa da LinkedIn, dalla rubrica o da un CSV"] == "vista=importa"


def test_a_person_added_by_hand_has_a_card_in_the_address(store):
    app = opened()
    click(app, "Aggiungi")
    assert "Serve almeno il nome" in words(app)
    app.text_input(key="new_name").set_value("  Anna   Bianchi ")
    app.text_area(key="new_notes").set_value("conosciuta alla fiera\n\ncerca imballaggi")
    click(app, "Aggiungi")
    card = store.contact("Anna Bianchi")
    assert card.notes == ("conosciuta alla fiera", "cerca imballaggi")
    assert app.query_params["contatto"] in (card.id, [card.id])
    assert app.header[0].value == "Anna Bianchi"
    again = opened(contatto=card.id)
    assert again.header[0].value == "Anna Bianchi"


def test_the_list_is_shown_a_page_at_a_time_and_searched(store):
    for number in range(60):
        store.add_contact(ContactCard(id="", name=f"Persona {number:02}", company="Il Filo"))
    store.add_contact(ContactCard(id="", name="Zoe <b>Neri</b>", role="vivaista"))
    app = opened()
    assert html(app).count("po-person") == contacts.PAGE
    assert "1-25 di 61" in words(app)
    click(app, "Avanti")
    click(app, "Avanti")
    assert "51-61 di 61" in words(app)
    assert button(app, "Avanti").disabled
    app.text_input(key="contacts_search").set_value("VIVAISTA").run()
    assert "1-1 di 1" in words(app)
    assert html(app).count("po-person") == 1
    app.text_input(key="contacts_search").set_value("nessuno così").run()
    assert "Nessuno, con questi filtri" in words(app)


def test_the_list_can_be_narrowed_to_a_stage(store, anna):
    store.add_contact(ContactCard(id="", name="Ugo", relation=Relation.MET))
    app = opened()
    app.segmented_control(key="contacts_list").set_value("met").run()
    assert "Ugo" in links(app)
    assert "Anna Bianchi" not in links(app)


def test_an_unknown_contact_is_said_with_the_way_back(store):
    app = opened(contatto="nessuno")
    assert "Non c'è un contatto" in words(app)
    assert links(app)["Tutti i contatti"] == ""


def test_whom_to_hear_again_is_told_with_a_reason_and_goes_in_the_calendar(store, anna):
    store.add_exchange(exchange(anna, "Ti mando la guida.", days=200))
    app = opened()
    app.segmented_control(key="contacts_list").set_value("risentire")
    settled(app)
    assert "Non senti Anna Bianchi" in unescape(html(app))
    assert links(app)["Anna Bianchi"] == f"contatto={anna.id}"
    assert app.get("download_button")[0].proto.label.endswith("(.ics)")
    # What is done meanwhile counts at once.
    store.add_exchange(exchange(anna, "Come stai?", days=1))
    settled(app)
    assert "Nessuno da risentire" in words(app)


# --- the card -------------------------------------------------------------------------------------


def test_notes_are_added_taken_away_and_put_back(store, anna):
    app = opened(contatto=anna.id)
    app.text_input(key="new_note").set_value("le ho passato due clienti")
    click(app, "Annota")
    assert store.contact(anna.id).notes[-1] == "le ho passato due clienti"
    assert re.search(r"Hai offerto.*?po-balance-number\">1<", html(app))
    click(app, "Togli")
    assert len(store.contact(anna.id).notes) == 2
    click(app, "Annulla")
    assert store.contact(anna.id).notes == (*anna.notes, "le ho passato due clienti")
    assert "Appunto tolto" not in words(app)


def test_the_card_is_edited_and_the_edit_undone(store, anna):
    app = opened(contatto=anna.id)
    app.text_input(key=f"name_{anna.id}").set_value(" ")
    click(app, "Salva la scheda")
    assert "deve avere un nome" in words(app)
    app.text_input(key=f"name_{anna.id}").set_value("Anna Verdi")
    app.text_input(key=f"email_{anna.id}").set_value("anna@example.com")
    click(app, "Salva la scheda")
    assert app.header[0].value == "Anna Verdi"
    assert store.contact(anna.id).email == "anna@example.com"
    click(app, "Annulla")
    assert store.contact(anna.id) == anna


def test_the_stage_says_its_reason_and_can_be_set_by_hand(store, anna):
    app = opened(contatto=anna.id)
    assert "Vi siete conosciuti" in html(app)
    assert "«conosciuta alla fiera di Bologna»" in html(app)
    choice = app.selectbox(key=f"relation_{anna.id}")
    assert choice.value is None
    choice.set_value(Relation.ESTABLISHED).run()
    assert store.contact(anna.id).relation is Relation.ESTABLISHED
    assert "L'hai indicato tu" in unescape(html(app))
    app.selectbox(key=f"relation_{anna.id}").select("Come dicono gli scambi").run()
    assert store.contact(anna.id).relation is None


def test_the_form_of_address_is_noted(store, anna):
    app = opened(contatto=anna.id)
    app.segmented_control(key=f"register_{anna.id}").set_value(Register.LEI).run()
    assert store.contact(anna.id).register_used is Register.LEI


def test_an_exchange_is_added_read_corrected_removed_and_put_back(store, anna):
    app = opened(contatto=anna.id)
    click(app, "Aggiungi lo scambio")
    assert "Scrivi almeno due parole" in words(app)
    app.segmented_control(key="exchange_channel").set_value(ExchangeChannel.EMAIL)
    app.text_area(key="exchange_text").set_value("Ciao Anna, ti mando volentieri la mia guida.")
    click(app, "Aggiungi lo scambio")
    [kept] = store.exchanges(anna.id)
    assert (kept.channel, kept.direction, kept.corrected) == (
        ExchangeChannel.EMAIL, Direction.SENT, False
    )  # fmt: skip
    assert kept.gives
    assert "Offre:" in html(app)
    click(app, "Correggi")
    app.text_area(key="corrected_gives").set_value("la guida\nun caffè")
    app.text_area(key="corrected_asks").set_value("")
    click(app, "Salva la correzione")
    [kept] = store.exchanges(anna.id)
    assert (kept.gives, kept.asks, kept.corrected) == (("la guida", "un caffè"), (), True)
    assert "(corretto da te)" in html(app)
    button(app, "Togli")
    app.button(key=f"remove_{kept.id}").click().run()
    assert store.exchanges(anna.id) == []
    click(app, "Annulla")
    assert store.exchanges(anna.id) == [kept]


def test_many_exchanges_are_read_in_the_background_and_shown_a_few_at_a_time(store, anna):
    for number in range(14):
        store.add_exchange(exchange(anna, f"Ti mando volentieri la guida {number}.", number + 1))
    app = opened(contatto=anna.id)
    settled(app)
    assert store.count_unanalysed() == 0
    assert re.search(r"Hai offerto.*?po-balance-number\">14<", html(app))
    assert html(app).count("<article") == 10
    click(app, "Mostra altri 4")
    assert html(app).count("<article") == 14


def test_forgetting_is_asked_twice_and_proved(store, anna):
    store.add_exchange(exchange(anna, "Ciao Anna Bianchi"))
    app = opened(contatto=anna.id)
    click(app, "Dimentica questa persona")
    click(app, "Annulla")
    assert store.contact(anna.id) == anna
    click(app, "Dimentica questa persona")
    click(app, "Sì, dimentica")
    settled(app)
    assert "«Anna Bianchi»" in app.code[0].value
    assert "Non ne resta niente" in app.code[0].value
    assert store.count_contacts() == 0


def test_forgetting_clears_the_draft_that_was_for_them(store, anna):
    app = opened(contatto=anna.id)
    click(app, "Prepara un messaggio")
    identifier = app.query_params["bozza"]
    app.text_area(key="text").set_value("Cara Anna Bianchi, mi aiuti?").run()
    # Meanwhile, elsewhere.
    store.erase(anna.id)
    app.run()
    assert app.query_params["bozza"] != identifier
    assert app.text_area(key="text").value == ""
    assert all("Bianchi" not in draft.data for draft in store.drafts())


# --- from a contact to a draft --------------------------------------------------------------------


def test_a_message_is_prepared_on_the_draft_page(store, anna):
    store.save_profile(Sender(name="Luca Bonetti", about="grafico", can_offer=("una mappa",)))
    store.update_contact(anna.model_copy(update={"register_used": Register.LEI}))
    app = opened(contatto=anna.id)
    click(app, "Prepara un messaggio")
    assert app.text_input(key="to_name").value == "Anna Bianchi"
    assert app.text_area(key="notes").value == "\n".join(anna.notes)
    assert app.segmented_control(key="relation").value is Relation.MET
    assert app.segmented_control(key="register_wanted").value is Register.LEI
    assert app.text_input(key="my_name").value == "Luca Bonetti"
    assert app.text_area(key="offers").value == "una mappa"
    assert links(app)["Per Anna Bianchi"] == f"contatto={anna.id}"
    click(app, "Scrivi tu la prima versione")
    text = app.text_area(key="text").value
    assert "Anna" in text
    assert "mappa" in text
    assert "po-verdict" in html(app)
    [kept] = store.drafts(anna.id)
    assert Draft.model_validate_json(kept.data).text == text


def test_the_form_of_address_is_that_of_the_last_messages(store, anna):
    lei = "Gentile Anna, Le mando volentieri il report di cui Le parlavo."
    store.add_exchange(exchange(anna, lei, days=3))
    store.add_exchange(exchange(anna, "Grazie!", days=2, direction=Direction.RECEIVED))
    assert session.coach().form_of_address(anna.id) is Register.LEI
    app = opened(contatto=anna.id)
    click(app, "Prepara un messaggio")
    assert app.segmented_control(key="register_wanted").value is Register.LEI
    store.update_contact(anna.model_copy(update={"register_used": Register.TU}))
    assert session.coach().form_of_address(anna.id) is Register.TU


def test_the_recipient_is_chosen_among_the_contacts_and_let_go(store, anna):
    store.add_contact(ContactCard(id="", name="Ugo Neri"))
    app = opened(contatto=anna.id)
    click(app, "Prepara un messaggio")
    click(app, "Per qualcun altro")
    assert app.text_input(key="to_name").value == ""
    app.text_input(key="contact_search").set_value("imballaggi").run()
    [shown] = app.pills(key="chosen_contact").options
    assert shown == "Anna Bianchi (responsabile acquisti, Il Filo)"
    app.pills(key="chosen_contact").set_value(anna.id).run()
    assert not app.exception
    assert app.text_input(key="to_name").value == "Anna Bianchi"
    assert app.segmented_control(key="relation").value is Relation.MET
    assert "contact_search" not in [field.key for field in app.text_input]


def test_who_writes_is_remembered_for_the_next_draft(store, anna):
    app = opened(contatto=anna.id)
    click(app, "Prepara un messaggio")
    app.text_input(key="my_name").set_value("Luca Bonetti").run()
    click(app, "Ricordalo per le prossime bozze")
    assert store.profile().name == "Luca Bonetti"
    assert "Ricordalo per le prossime bozze" not in [one.label for one in app.button]


def test_the_profile_is_written_in_the_settings(store):
    script = "from coach.ui import session, profile\nsession.begin()\nprofile.section()"
    app = AppTest.from_string(script, default_timeout=120).run()
    app.text_input(key="profile_name").set_value(" Luca ")
    app.text_area(key="profile_offers").set_value("una mappa\n\n un logo")
    click(app, "Salva chi sono")
    assert store.profile() == Sender(name="Luca", can_offer=("una mappa", "un logo"))
    assert "Salvato" in words(app)


# --- importing ------------------------------------------------------------------------------------

CONNECTIONS = (
    "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
    "Anna,Bianchi,https://www.linkedin.com/in/anna,,Il Filo,Acquisti,03 Mar 2024\n"
    ",,,,,,04 Mar 2024\n"
    "Ugo,Neri,https://www.linkedin.com/in/ugo,,Vivai Neri,Vivaista,05 Mar 2024\n"
)


def uploaded(app, name, text):
    app.file_uploader(key="import_file").set_value((name, text.encode(), "text/csv"))
    return settled(app)


def test_an_export_is_looked_at_then_let_in(store):
    app = opened(vista="importa")
    uploaded(app, "Connections.csv", CONNECTIONS)
    assert "2 persone nuove" in html(app)
    assert "Vivai Neri" in html(app)
    assert any(expander.label.startswith("Lascio fuori 1 riga") for expander in app.expander)
    assert store.count_contacts() == 0
    click(app, "Importa")
    settled(app)
    assert "Fatto" in words(app)
    assert store.count_contacts() == 2
    click(app, "Vai ai contatti")
    assert "Ugo Neri" in links(app)


def test_the_same_export_again_has_nothing_new(store):
    app = opened(vista="importa")
    uploaded(app, "Connections.csv", CONNECTIONS)
    click(app, "Importa")
    settled(app)
    click(app, "Importa un altro file")
    settled(app)
    uploaded(app, "Connections.csv", CONNECTIONS)
    assert "Non c'è niente di nuovo" in words(app)
    assert "Importa" not in [one.label for one in app.button]


def test_the_columns_of_a_table_are_agreed_first(store):
    table = "Chi;Ditta;Dove\nAnna Bianchi;Il Filo;Torino\nUgo Neri;Vivai;Biella\n"
    app = opened(vista="importa")
    uploaded(app, "amici.csv", table)
    assert app.selectbox(key="column_company").value == "Ditta"
    assert app.selectbox(key="column_name").value == ""
    assert "Torino" in html(app)
    app.selectbox(key="column_name").set_value("Chi")
    click(app, "Vai all'anteprima")
    settled(app)
    assert "2 persone nuove" in html(app)
    click(app, "Importa")
    settled(app)
    assert store.contact("Anna Bianchi").company == "Il Filo"


def test_an_export_that_does_not_tell_whose_it_is_asks(store):
    messages = (
        "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,"
        "DATE,SUBJECT,CONTENT,FOLDER\n"
        "c1,,Anna Bianchi,https://www.linkedin.com/in/anna,Luca Bonetti,"
        "https://www.linkedin.com/in/luca,2024-03-03 10:00:00 UTC,,Ti mando la guida.,INBOX\n"
    )
    app = opened(vista="importa")
    uploaded(app, "messages.csv", messages)
    assert "Luca Bonetti" in app.pills[0].options
    click(app, "Continua")
    assert store.count_contacts() == 0
    app.pills[0].set_value("Luca Bonetti")
    click(app, "Continua")
    settled(app)
    assert "1 messaggio nuovo" in html(app)
    assert "L'esportazione è di Luca Bonetti" in words(app)
    click(app, "Importa")
    settled(app)
    [kept] = store.exchanges(store.contact("Anna Bianchi").id)
    assert kept.direction is Direction.RECEIVED


def test_a_refused_file_is_told_why_and_writes_nothing(store):
    app = opened(vista="importa")
    uploaded(app, "vuoto.csv", "\x00\x01\x02\x03" * 50)
    assert len(app.error) == 1
    assert "Non ho scritto niente" in words(app)
    assert store.count_contacts() == 0
    # And another can be chosen at once.
    uploaded(app, "Connections.csv", CONNECTIONS)
    assert "2 persone nuove" in html(app)


def test_imported_messages_are_read_quietly_and_the_reading_can_be_stopped(store, anna):
    for number in range(5):
        store.add_exchange(exchange(anna, f"Ti mando la guida {number}."))
    app = opened()
    settled(app)
    assert store.count_unanalysed() == 0
    store.add_exchange(exchange(anna, "Ti mando la mappa."))
    session.reading_queue().submit("exchanges", "stuck", lambda job: job.pause(60))
    app.run()
    assert "ne manca 1" in html(app)
    click(app, "Ferma")
    settled(app)
    assert "Lettura degli scambi fermata" in words(app)
    click(app, "Riprendi")
    settled(app)
    assert store.count_unanalysed() == 0


# --- the chat -------------------------------------------------------------------------------------


def ask(app, question):
    app.chat_input[0].set_value(question).run()
    return settled(app)


@pytest.mark.usefixtures("small_library")
def test_a_question_is_answered_and_the_conversation_kept(store, anna):
    app = opened(contatto=anna.id, vista="chat")
    assert list(app.pills[0].options) == list(chat.ABOUT_CONTACT)
    ask(app, "Riassumi che cosa ne so")
    [turn] = store.turns(anna.id)
    assert turn.question == "Riassumi che cosa ne so"
    assert "fiera di Bologna" in html(app)
    assert turn.answer.citations
    assert html(app).count("po-source") == len(turn.answer.citations)
    # After a refresh, and in a new process, it is still there.
    again = opened(contatto=anna.id, vista="chat")
    assert "fiera di Bologna" in html(again)
    assert "Riassumi che cosa ne so" in words(again)
    assert not again.pills
    click(again, "Cancella la conversazione")
    click(again, "Sì, cancella")
    assert store.turns(anna.id) == []
    assert again.pills


@pytest.mark.usefixtures("small_library")
def test_a_message_made_in_the_chat_goes_to_the_draft(store, anna):
    app = opened(contatto=anna.id, vista="chat")
    app.pills[0].set_value("Scrivimi il primo messaggio").run()
    settled(app)
    [turn] = store.turns(anna.id)
    assert turn.answer.rewrite is not None
    # Once, and in its own frame.
    assert html(app).count("po-message") == 1
    assert unescape(re.sub("<[^>]+>", "", html(app))).count(turn.answer.rewrite.text) == 1
    click(app, "Portala nella bozza")
    assert app.text_area(key="text").value == turn.answer.rewrite.text
    assert app.text_input(key="to_name").value == "Anna Bianchi"


def test_what_was_said_is_shown_escaped_and_honest(store, anna):
    store.add_turn(
        None,
        ChatTurn(
            at=NOW,
            question="Che cos'è *questo* <b>?",
            answer=Answer(text="Le fonti non lo <i>dicono</i>.", grounded=False),
        ),
    )
    app = opened(vista="coach")
    assert "&lt;i&gt;dicono" in html(app)
    assert r"\*questo\* \<b\>?" in words(app)
    assert "non lo affermo" in words(app)


def test_an_answer_grows_in_sight_and_can_be_stopped(store, anna, monkeypatch):
    def answering(self, question, contact_id=None, *, on_text=None, cancel=None, **options):
        on_text("Prima offri")
        while not cancel():
            time.sleep(0.01)
        answer = Answer(text="Prima offri, poi chiedi.")
        self.store.add_turn(contact_id, ChatTurn(at=NOW, question=question, answer=answer))
        return answer

    monkeypatch.setattr(Coach, "ask", answering)
    app = opened(contatto=anna.id, vista="chat")
    app.chat_input[0].set_value("Quando chiedo?").run()
    for _ in range(500):
        if "Prima offri" in html(app):
            break
        time.sleep(0.01)
        app.run()
    assert "Quando chiedo?" in words(app)
    assert app.chat_input[0].disabled
    # Who comes back finds the answer still growing.
    other = opened(contatto=anna.id, vista="chat")
    assert "Prima offri" in html(other)
    click(app, "Ferma")
    for _ in range(500):
        app.run()
        if "poi chiedi" in html(app):
            break
        time.sleep(0.01)
    assert "poi chiedi" in html(app)
    assert "Ferma" not in [one.label for one in app.button]


def test_a_failed_answer_is_told_and_tried_again(store, anna, monkeypatch):
    asked = []

    def failing(self, question, contact_id=None, **options):
        asked.append(question)
        raise ModelFailure("Il modello non risponde.")

    monkeypatch.setattr(Coach, "ask", failing)
    app = opened(vista="coach")
    ask(app, "Quando chiedo?")
    assert "Il modello non risponde" in words(app)
    assert "Quando chiedo?" in words(app)
    click(app, "Riprova")
    settled(app)
    assert asked == ["Quando chiedo?"] * 2


@pytest.mark.usefixtures("remote_model")
def test_a_remote_model_is_told_of_a_contact_only_when_switched_on(anna, monkeypatch):
    shared = []

    def answering(self, question, contact_id=None, *, share_contact=False, **options):
        shared.append(share_contact)
        return Answer(text="Va bene.")

    monkeypatch.setattr(Coach, "ask", answering)
    app = opened(contatto=anna.id, vista="chat")
    assert app.toggle[0].value is False
    assert "un-modello" in app.toggle[0].label
    ask(app, "Quando chiedo?")
    app.toggle[0].set_value(True).run()
    ask(app, "E ora?")
    assert shared == [False, True]


@pytest.mark.usefixtures("small_library", "remote_model")
def test_what_would_be_sent_is_shown_and_is_nothing_of_the_contact_by_default(anna):
    app = opened(contatto=anna.id, vista="chat")
    waited(session.library_queue().of("chat"))
    app.text_input(key="outgoing_question").set_value("Che cosa posso offrire?")
    click(app, "Mostramelo")
    assert "non parte una parola" in words(app)
    app.toggle[0].set_value(True).run()
    click(app, "Mostramelo")
    assert any("cerca un fornitore di imballaggi" in block.value for block in app.code)
