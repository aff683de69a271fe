"""Bozza: a draft, its critique in place, and its rewrite."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import partial
from typing import NoReturn

import streamlit as st

from coach.errors import CoachError, NotFoundError
from coach.rewrite.wording import with_article
from coach.schemas import Channel, ContactCard, Question, Register, Relation, Rewrite, Sender
from coach.ui import browser, diff, filling, markup, practice, session, state, wording
from coach.ui.jobs import Job, Phase
from coach.ui.markup import Remark
from coach.ui.state import Draft

#: How often the page asks how the model is doing, in seconds.
POLL = 0.7
#: Contacts offered for a name that is being typed.
OFFERED = 6
#: Rest after the last change before the model is bothered, in seconds.
REST = 1.0
#: What an empty page teaches with: a request to a stranger, and what could be offered instead.
EXAMPLE = Draft(
    text="""Buongiorno dottoressa Ferraris,

mi chiamo Luca Bonetti e da gennaio sono in cerca di una nuova opportunità. Ho visto il Suo \
profilo e ho pensato che potesse aiutarmi: può far girare il mio CV ai Suoi contatti, o dirmi se \
da voi c'è una posizione aperta? Ti allego anche il portfolio.

Mi serve una risposta entro venerdì, perchè ho altre candidature in corso.

Luca Bonetti""",
    channel=Channel.EMAIL,
    relation=Relation.MET,
    register_wanted=Register.LEI,
    to_name="dottoressa Ferraris",
    to_role="responsabile del riuso",
    to_company="Cooperativa Il Filo",
    notes="era relatrice al convegno sul riuso di Torino, a marzo\n"
    "sta cercando dati sui mercatini dell'usato",
    my_name="Luca Bonetti",
    my_about="grafico",
    offers="una mappa dei mercatini dell'usato del Piemonte che ho disegnato",
)


def page() -> None:
    """Show the page."""
    _restore()
    st.html(
        '<p class="po-brand">Prima offri <small>il coach dei tuoi messaggi</small></p>',
    )
    left, right = st.columns(2, gap="medium")
    with left:
        _inputs()
        meter = st.empty()
        _cards()
        _actions()
    draft = _current()
    _keep(draft)
    with right:
        if not draft.text.strip():
            _lesson()
            return
        try:
            with st.spinner("Leggo il messaggio…"):
                critique = session.coach().critique(draft.message, draft.contact, draft.sender)
        except CoachError as error:
            session.show_error(error)
            st.caption("Il testo resta nella casella: non si perde niente.")
            return
        entries = markup.remarks(critique, draft.text, session.coach().rubric)
        st.html(markup.verdict(critique))
        st.html(markup.draft(draft.text, entries))
    meter.html(markup.meter(critique.length, critique.register_used))
    # A second row, so that on a narrow screen the message to copy comes before the long list.
    left, right = st.columns(2, gap="medium")
    with left:
        _rewriting(draft)
    with right:
        _remarks(entries)


# --- what the person gives -----------------------------------------------------------------------


def _inputs() -> None:
    _recipient()
    st.segmented_control(
        "Dove lo mandi?",
        list(wording.CHANNELS),
        format_func=wording.CHANNELS.__getitem__,
        key="channel",
        required=True,
    )
    st.segmented_control(
        "Vi conoscete?",
        list(wording.RELATIONS),
        format_func=wording.RELATIONS.__getitem__,
        key="relation",
        required=True,
    )
    st.text_area(
        "Il tuo messaggio",
        key="text",
        height="content",
        placeholder="Incolla o scrivi qui il messaggio. Quando ti fermi un momento, lo rileggo.",
    )


def _cards() -> None:
    """Who writes and to whom: optional; with the draft, all that the rewrite knows."""
    with st.expander("A chi scrivi, chi sei, cosa offri", key="cards"):
        _choose_contact()
        st.segmented_control(
            "Nella riscrittura usa",
            list(wording.REGISTERS),
            format_func=wording.REGISTERS.__getitem__,
            key="register_wanted",
            required=True,
        )
        to, me = st.columns(2)
        with to:
            st.text_input("Nome di chi legge", key="to_name", placeholder="dott.ssa Anna Bianchi")
            st.text_input("Che cosa fa", key="to_role")
            st.text_input("Dove lavora", key="to_company")
            st.text_area(
                "Appunti su di lei o di lui, uno per riga",
                key="notes",
                placeholder="conosciuta alla fiera di Bologna\nha scritto un articolo sui resi",
            )
        with me:
            st.text_input("Il tuo nome", key="my_name")
            st.text_input("Chi sei, in poche parole", key="my_about")
            st.text_area(
                "Che cosa puoi offrire, una cosa per riga",
                key="offers",
                placeholder="una guida ai bandi regionali\nun contatto in un vivaio",
            )
            _remember_me()


def _recipient() -> None:
    """Of a contact: who it is and where the two stand."""
    known = _contact()
    if known is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="recipient"):
        session.page_link(
            session.CONTACTS,
            f"Per {markup.plain(known.name)}",
            icon=":material/person:",
            contatto=known.id,
        )
        st.button("Per qualcun altro", type="tertiary", icon=":material/close:", on_click=_release)
    st.caption(markup.plain(session.standing(known).sentence))


def _contact() -> ContactCard | None:
    """The contact that the draft is for, if it is for one and they are still there."""
    identifier = st.session_state["contact_id"]
    if not identifier:
        return None
    try:
        return session.coach().store.contact(identifier)
    except NotFoundError as error:
        _forget(error)


def _choose_contact() -> None:
    """Find the recipient among the contacts; the cards below are filled in from theirs."""
    store = session.coach().store
    if st.session_state["contact_id"] or not store.count_contacts():
        return
    search = st.text_input(
        "Cercalo fra i tuoi contatti",
        key="contact_search",
        type="search",
        live=True,
        placeholder="Nome, azienda o una parola degli appunti",
    )
    if not search or not search.strip():
        return
    found = {row.card.id: row.card for row in store.contacts(search, limit=OFFERED)}
    if not found:
        st.caption("Nessuno, con queste lettere.")
        return
    st.pills(
        "Chi è?",
        list(found),
        format_func=lambda identifier: _named(found[identifier]),
        key="chosen_contact",
        on_change=_choose,
    )


def _named(card: ContactCard) -> str:
    what = markup.about(card.role, card.company)
    return markup.plain(f"{card.name} ({what})" if what else card.name)


def _choose() -> None:
    fields = st.session_state
    identifier = fields["chosen_contact"]
    if not identifier:
        return
    card = session.coach().store.contact(identifier)
    register = session.coach().form_of_address(card.id)
    made = filling.addressed(_current(), card, session.standing(card), register)
    for name in state.FIELDS:
        fields[name] = getattr(made, name)
    fields["contact_search"] = ""


def _write_first() -> None:
    """Put in the box a message made of the cards alone, for the person to make their own."""
    draft = _current()
    request = draft.request.model_copy(update={"draft": f"Buongiorno {draft.to_name},"})
    made = session.coach().rewrite(request, use_model=False)
    st.session_state["text"] = made.text


def _release() -> None:
    """The draft is for somebody else: what was filled in about the contact goes."""
    fields = st.session_state
    for name in ("contact_id", "to_name", "to_role", "to_company", "notes"):
        fields[name] = ""
    fields["relation"] = Relation.STRANGER
    fields["register_wanted"] = Register.NONE


def _remember_me() -> None:
    """Keep what the person says of themselves, the first time they say it."""
    store = session.coach().store
    me = _current().sender
    if me.name and store.profile() == Sender():
        st.button(
            "Ricordalo per le prossime bozze",
            icon=":material/bookmark_add:",
            help="Lo ritrovi in Impostazioni, sotto «Chi sono».",
            on_click=store.save_profile,
            args=(me,),
        )


def _actions() -> None:
    empty = not st.session_state["text"].strip()
    with st.container(horizontal=True):
        if empty and st.session_state["contact_id"]:
            st.button(
                "Scrivi tu la prima versione",
                type="primary",
                icon=":material/edit_note:",
                on_click=_write_first,
            )
        elif empty:
            st.button(
                "Prova con un esempio",
                type="primary",
                icon=":material/play_lesson:",
                on_click=_show_example,
            )
        else:
            st.button("Nuova bozza", icon=":material/add:", on_click=_start_anew)
            _try_it()
        if empty and st.session_state.get("previous_id"):
            st.button("Riprendi la bozza di prima", icon=":material/undo:", on_click=_take_back)


def _try_it() -> None:
    """Practise with whoever the draft is for, the draft being the first message."""
    draft = _current()
    who = draft.contact.name or "chi legge"
    if draft.contact.name[:1].islower():  # a title: "la dottoressa Ferraris"
        who = with_article(who)
    if st.button(f"Provala con {markup.plain(who)}", icon=":material/forum:", key="try_it"):
        _keep_advice(draft)
        practice.open_with(draft)


def _lesson() -> None:
    with st.container(border=True):
        st.markdown(
            "#### Che cosa succede qui\n"
            "Incolla un messaggio che stai per mandare a qualcuno che non conosci, o conosci poco."
            "\n\n"
            "1. **Il verdetto**: pronta, da rivedere, non inviare ancora.\n"
            "2. **Il perché**, sulle tue parole: che cosa non va, chi lo dice, come fare meglio.\n"
            "3. **Una riscrittura** che prima offre e poi, semmai, chiede. Non inventa niente: "
            "quello che non sa te lo domanda.\n\n"
            "Per esempio, al posto di «può far girare il mio CV?»: «al convegno diceva che mancano "
            "dati sui mercatini; ne ho fatto una mappa, gliela mando volentieri»."
        )
        st.caption("Tutto resta su questo computer." if not _remote() else _REMOTE_NOTE)


_REMOTE_NOTE = (
    "La critica si fa su questo computer. La rifinitura usa un modello remoto, e parte solo quando "
    "lo chiedi."
)


# --- critique ------------------------------------------------------------------------------------


def _remarks(entries: Sequence[Remark]) -> None:
    st.html('<h3 class="po-section">Che cosa ho notato</h3>')
    if entries:
        st.html(markup.remark_list(entries))
    else:
        st.caption("Niente da segnalare.")


# --- rewrite -------------------------------------------------------------------------------------


def _rewriting(draft: Draft) -> None:
    st.html('<h3 class="po-section" id="riscrittura">Riscrittura verificata</h3>')
    try:
        composed = _composed(draft)
    except CoachError as error:
        session.show_error(error)
        return
    polished = _polished(draft)
    job = None if polished else _job(draft)
    working = job is not None and not job.ended
    st.fragment(_text, run_every=POLL if working else None)(draft, composed, polished)
    shown = polished or composed
    _questions(shown.questions)
    _about(shown)


def _text(draft: Draft, composed: Rewrite, polished: Rewrite | None) -> None:
    """The message itself; asks the background now and then how the model is doing."""
    job = None if polished else session.model_queue().of(session.draft_id())
    if job is not None and job.key != draft.request_key:
        job = None
    if job is not None and job.phase is Phase.DONE and _take(draft, job):
        st.rerun()
    rewrite = polished or composed
    manner = _manner(rewrite)
    text = next((v.text for v in rewrite.variants if v.label == manner), rewrite.text)
    if job is not None and not job.ended and not manner and job.progress is not None:
        text = job.progress.text or text
    st.html(markup.message(text))
    if rewrite.placeholders:
        st.caption("Le parole fra parentesi quadre aspettano te: completale prima di inviare.")
    browser.copy_button(text, key="copy")
    _status(draft, job, polished)
    with st.expander("Cosa cambia rispetto alla tua bozza", key="changes"):
        st.html(markup.changes(diff.compare(draft.text, text)))
    if polished and polished.origin == "model" and not manner:
        with st.expander("Che cosa ha cambiato il modello", key="polishing"):
            st.html(markup.changes(diff.compare(composed.text, polished.text)))


def _manner(rewrite: Rewrite) -> str:
    """Which version is shown: the first, or a variant's label."""
    labels = ["", *(v.label for v in rewrite.variants if v.label in wording.MANNERS)]
    if len(labels) == 1:
        return ""
    if st.session_state.get("manner") not in labels:
        st.session_state["manner"] = ""
    chosen = st.segmented_control(
        "Scrivi di nuovo",
        labels,
        format_func=wording.MANNERS.__getitem__,
        key="manner",
        required=True,
    )
    return chosen or ""


def _status(draft: Draft, job: Job | None, polished: Rewrite | None) -> None:
    """What the model is doing, has done or cannot do, and the way to stop or start it."""
    coach = session.coach()
    if polished is not None:
        if polished.origin == "model":
            st.caption(
                f"Rifinita da {polished.model} in {polished.seconds:.0f} s: ogni frase ha passato "
                "gli stessi controlli della prima versione."
            )
        else:
            st.caption(
                "Il modello non ha trovato parole migliori: resta la versione del compositore."
            )
    elif job is not None and not job.ended:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(markup.working(_doing(job)))
            st.button("Ferma", icon=":material/stop_circle:", on_click=job.cancel, key="stop")
    elif job is not None and job.phase is Phase.CANCELLED:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("Rifinitura fermata: questa è la versione del compositore.")
            _polish_button("Riprendi", draft)
    elif job is not None and job.phase is Phase.FAILED:
        if job.error is not None:
            session.show_error(job.error)
        _polish_button("Riprova", draft)
    elif coach.model_problem is not None:
        st.caption(
            "Scritta dal compositore, senza modello. Per farla rifinire guarda Impostazioni."
        )
    elif _remote():
        st.caption(
            f"Scritta dal compositore. Se la fai rifinire da {coach.settings.model}, la bozza e "
            f"le schede qui sopra vanno a {coach.settings.base_url}."
        )
        _polish_button("Fai rifinire", draft)


def _polish_button(label: str, draft: Draft) -> None:
    if st.button(label, icon=":material/auto_fix_high:", key="polish"):
        _start(draft)
        st.rerun()


def _doing(job: Job) -> str:
    if job.phase is Phase.WAITING:
        if session.model_queue().ahead(job):
            return "Il modello si prepara o scrive per altri: fra poco tocca a te…"
        return "Fra un attimo rifinisco il testo…"
    since = f" ({job.lasted:.0f} s)"
    doing = (job.progress and job.progress.detail) or "Sto rifinendo il testo…"
    return f"{doing}{since}"


def _about(rewrite: Rewrite) -> None:
    """What the rewrite was checked for, where its facts come from, what to know beside it."""
    st.html(markup.before_and_after(rewrite))
    st.html(markup.proof(rewrite))
    st.html('<h4 class="po-heading">Da dove viene</h4>' + markup.facts(rewrite))
    if rewrite.advice:
        st.html('<h4 class="po-heading">Tieni presente</h4>' + markup.notes(rewrite.advice))


def _questions(questions: Sequence[Question]) -> None:
    if not questions:
        return
    with st.form("questions", clear_on_submit=True):
        st.markdown("**Mi manca di sapere** (rispondi anche solo a una, come un appunto)")
        for question in questions:
            st.text_input(question.text, key=f"answer_{question.id}")
        st.form_submit_button(
            "Riscrivi con le risposte",
            icon=":material/refresh:",
            on_click=partial(_answer, questions),
        )


def _answer(questions: Sequence[Question]) -> None:
    """Put the answers where the next rewrite finds them: in the cards."""
    fields = st.session_state
    for question in questions:
        answer = " ".join(str(fields.get(f"answer_{question.id}", "")).split())
        if not answer:
            continue
        if question.id == "name":
            fields["to_name"] = answer
        else:
            field = "offers" if question.id == "offer" else "notes"
            fields[field] = f"{fields[field].rstrip()}\n{answer}".lstrip()


# --- the model in the background -----------------------------------------------------------------


def _composed(draft: Draft) -> Rewrite:
    """The rewrite without a model: fast enough to be made while the page is drawn."""
    key, rewrite = st.session_state.get("composed", ("", None))
    if key != draft.request_key or rewrite is None:
        rewrite = session.coach().rewrite(draft.request, use_model=False, variants=3)
        st.session_state["composed"] = (draft.request_key, rewrite)
    assert isinstance(rewrite, Rewrite)
    return rewrite


def _polished(draft: Draft) -> Rewrite | None:
    """The polished rewrite of this very request, if there is one already."""
    key, rewrite = st.session_state["polished"]
    return rewrite if key == draft.request_key else None


def _job(draft: Draft) -> Job | None:
    """The model's work on this draft: started if the model is here, else only when asked."""
    coach = session.coach()
    known = session.model_queue().of(session.draft_id())
    if known is not None and known.key == draft.request_key:
        return known
    if coach.model_problem is not None or coach.model is None or _remote():
        return None
    return _start(draft)


def _start(draft: Draft) -> Job:
    coach = session.coach()

    def work(job: Job) -> Rewrite:
        return coach.rewrite(
            draft.request,
            use_model=True,
            variants=3,
            on_progress=job.tell,
            cancel=lambda: job.cancelled,
        )

    return session.model_queue().submit(session.draft_id(), draft.request_key, work, pause=REST)


def _take(draft: Draft, job: Job) -> bool:
    """Keep what the model made; whether there was something to keep."""
    if not isinstance(job.result, Rewrite):
        return False
    st.session_state["polished"] = (job.key, job.result)
    current = _current()
    _keep(current)
    _keep_advice(current)
    return True


def _remote() -> bool:
    """Whether polishing would send the texts elsewhere."""
    coach = session.coach()
    return coach.model_problem is None and coach.model is not None and coach.model.remote


# --- the draft and its copy on disk --------------------------------------------------------------


def _restore() -> None:
    """Fill the widgets from the copy on disk: after a refresh, or coming back from another page."""
    fields = st.session_state
    if all(name in fields for name in (*state.FIELDS, "polished")):
        return
    saved = session.drafts().load(session.draft_id()) or filling.blank()
    for name in state.FIELDS:
        fields.setdefault(name, getattr(saved, name))
    fields["polished"] = (saved.rewritten, saved.rewrite)
    fields["kept"] = saved


def _current() -> Draft:
    """What the widgets hold now."""
    key, rewrite = st.session_state["polished"]
    values = {name: st.session_state[name] for name in state.FIELDS}
    return Draft(**values, rewrite=rewrite, rewritten=key)


def _keep(draft: Draft) -> None:
    """Write the draft down if it changed."""
    if draft == st.session_state["kept"]:
        return
    try:
        session.drafts().save(session.draft_id(), draft)
    except NotFoundError as error:
        _forget(error)
    except CoachError as error:
        st.warning(
            f"{markup.plain(str(error))} Un aggiornamento della pagina perderebbe la bozza.",
            icon=":material/warning:",
        )
    else:
        st.session_state["kept"] = draft


def _keep_advice(draft: Draft) -> None:
    """Write down what was said of a draft that is finished with, or that the model rewrote."""
    # What cannot be judged has nothing to keep, and what cannot be kept stops nobody.
    with contextlib.suppress(CoachError):
        critique = session.coach().critique(draft.message, draft.contact, draft.sender)
        rewrite = _polished(draft) or _composed(draft)
        session.drafts().keep(session.draft_id(), draft.text, critique, rewrite)


def _forget(error: NotFoundError) -> NoReturn:
    """The person it was for was erased from everywhere: from this page too."""
    session.use_draft(state.new_id())
    st.toast(markup.plain(str(error)), icon=":material/delete:")
    st.rerun()


def _start_anew() -> None:
    """A blank draft; the old one stays on disk and can be taken back. Who writes is the same."""
    _keep_advice(_current())
    fields = st.session_state
    kept = {name: fields[name] for name in ("my_name", "my_about")}
    fields["previous_id"] = session.draft_id()
    session.use_draft(state.new_id())
    fields.update(kept)


def _take_back() -> None:
    session.use_draft(st.session_state.pop("previous_id"))


def _show_example() -> None:
    """Fill the message with the example, and of the cards what is empty."""
    fields = st.session_state
    cards = ("to_name", "to_role", "to_company", "notes", "my_name", "my_about", "offers")
    for name in state.FIELDS:
        if name not in cards or not fields[name].strip():
            fields[name] = getattr(EXAMPLE, name)
