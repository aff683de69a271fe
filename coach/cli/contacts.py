"""`coach contacts`, `coach profile` and `coach ask`: people, and what passed between you."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coach.cli.arguments import Arguments, Commands, add_action, add_group, add_share_option
from coach.cli.progress import show_progress
from coach.cli.rows import confirmed, print_json, shortened, write_text
from coach.composition import Coach
from coach.errors import InputError
from coach.schemas import (
    Answer,
    Balance,
    ContactCard,
    Direction,
    Exchange,
    ExchangeChannel,
    Register,
    Relation,
)

if TYPE_CHECKING:
    from coach.privacy import Proof
    from coach.store import ContactRow
    from coach.store.merging import ImportSummary

#: Contacts read from the store at a time.
PAGE = 500

_RELATIONS = {
    Relation.STRANGER: "non vi conoscete ancora",
    Relation.MET: "vi siete incontrati",
    Relation.ESTABLISHED: "vi conoscete bene",
}


def add_commands(commands: Commands) -> None:
    """Add the three commands."""
    _add_contacts(commands)
    profile = commands.add_parser(
        "profile",
        help="chi sei e che cosa offri",
        description="Mostra o cambia il tuo profilo: senza opzioni lo mostra.",
    )
    profile.add_argument("--name", metavar="NOME", help="come ti chiami")
    profile.add_argument("--about", metavar="MESTIERE", help="che cosa fai")
    profile.add_argument(
        "--offer",
        action="append",
        metavar="OFFERTA",
        help="che cosa puoi offrire, al posto di ciò che c'era (ripetibile; vuota, niente)",
    )
    profile.add_argument("--json", action="store_true", help="stampa JSON")
    profile.set_defaults(run=_profile)

    ask = commands.add_parser(
        "ask",
        help="chiede un consiglio al coach",
        description="Risponde a una domanda, con le fonti numerate.",
    )
    ask.add_argument("question", metavar="DOMANDA", help="che cosa vuoi sapere")
    ask.add_argument("--contact", metavar="ID", help="di chi si parla: identificativo o nome")
    add_share_option(ask)
    ask.add_argument("--no-llm", action="store_true", help="senza modello")
    ask.add_argument("--json", action="store_true", help="stampa JSON")
    ask.set_defaults(run=_ask)


def _add_contacts(commands: Commands) -> None:
    actions = add_group(
        commands,
        "contacts",
        "gestisce i contatti",
        "Gestisce i contatti e ciò che è passato fra voi.",
    )
    read = add_action(actions, "import", "importa i contatti da un file")
    read.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="l'esportazione di LinkedIn (.zip, Connections.csv, messages.csv, Invitations.csv), "
        "una rubrica .vcf o una tabella .csv",
    )
    read.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="CAMPO=COLONNA",
        help="per una tabella: quale colonna è name, role, company, email, url, phone o notes",
    )
    read.add_argument(
        "--owner", metavar="NOME", default="", help="di chi è l'esportazione di LinkedIn, cioè tu"
    )
    read.add_argument("--dry-run", action="store_true", help="dice che cosa farebbe, senza farlo")
    read.add_argument("--json", action="store_true", help="stampa JSON")
    read.set_defaults(run=_import)

    add = add_action(actions, "add", "aggiunge un contatto")
    add.add_argument("name", metavar="NOME", help="nome e cognome")
    _add_card_options(add)
    add.add_argument("--note", action="append", default=[], metavar="APPUNTO", help="(ripetibile)")
    add.set_defaults(run=_add)

    edit = add_action(actions, "edit", "cambia un contatto")
    edit.add_argument("id", metavar="ID", help="identificativo o nome")
    edit.add_argument("--name", metavar="NOME", help="nome e cognome")
    _add_card_options(edit)
    edit.set_defaults(run=_edit)

    listing = add_action(actions, "list", "elenca i contatti")
    listing.add_argument("search", nargs="?", default="", metavar="CERCA", help="parole da cercare")
    listing.add_argument("--json", action="store_true", help="stampa JSON")
    listing.set_defaults(run=_list)

    show = add_action(actions, "show", "mostra un contatto")
    show.add_argument("id", metavar="ID", help="identificativo o nome")
    show.add_argument("--json", action="store_true", help="stampa JSON")
    show.set_defaults(run=_show)

    for name, purpose, run in (
        ("note", "aggiunge un appunto", _note),
        ("gave", "segna qualcosa che hai dato", _gave),
        ("asked", "segna qualcosa che hai chiesto", _asked),
    ):
        action = add_action(actions, name, purpose)
        action.add_argument("id", metavar="ID", help="identificativo o nome")
        action.add_argument("text", metavar="TESTO", help="che cosa")
        action.set_defaults(run=run)

    standing = add_action(actions, "balance", "dice a che punto siete")
    standing.add_argument("id", metavar="ID", help="identificativo o nome")
    standing.add_argument("--json", action="store_true", help="stampa JSON")
    standing.set_defaults(run=_balance)

    reminders = add_action(actions, "reminders", "dice chi risentire e perché")
    reminders.add_argument("--ics", type=Path, metavar="FILE", help="li scrive come calendario")
    reminders.add_argument("--json", action="store_true", help="stampa JSON")
    reminders.set_defaults(run=_reminders)

    export = add_action(actions, "export", "esporta un contatto, o tutto")
    export.add_argument("id", nargs="?", metavar="ID", help="identificativo o nome; senza, tutti")
    export.add_argument("file", type=Path, metavar="FILE", help="un file .json o .csv")
    export.set_defaults(run=_export)

    forget = add_action(actions, "forget", "cancella una persona da tutto e lo dimostra")
    forget.add_argument("id", metavar="ID", help="identificativo o nome")
    forget.add_argument("--yes", action="store_true", help="senza chiedere conferma")
    forget.add_argument("--json", action="store_true", help="stampa JSON")
    forget.set_defaults(run=_forget)


def _add_card_options(parser: Any) -> None:
    for option, metavar, purpose in (
        ("--role", "RUOLO", "che cosa fa"),
        ("--company", "AZIENDA", "dove lavora"),
        ("--email", "E-MAIL", "la sua e-mail"),
        ("--url", "INDIRIZZO", "il suo profilo"),
        ("--phone", "TELEFONO", "il suo telefono"),
    ):
        parser.add_argument(option, metavar=metavar, help=purpose)
    parser.add_argument(
        "--relation", choices=[r.value for r in Relation], help="quanto vi conoscete"
    )
    parser.add_argument("--register", choices=["tu", "Lei"], help="come le parli, o gli parli")


# --- reading in -----------------------------------------------------------------------------------


def _import(args: Arguments, coach: Coach) -> int:
    from coach import imports

    mapping = _mapping(args.column)
    try:
        read = imports.read(args.file, mapping=mapping, owner=args.owner, progress=show_progress)
    except imports.OwnerUnknown as error:
        names = ", ".join(f"«{name}»" for name in error.candidates[:5])
        raise InputError(error.message, f"Aggiungi --owner con il tuo nome: {names}.") from error
    summary = coach.store.merge(read, dry_run=args.dry_run, progress=show_progress)
    if args.json:
        print_json(summary_object(summary))
    else:
        _print_summary(summary, args.dry_run)
    return 0


def _mapping(columns: Iterable[str]) -> dict[str, str] | None:
    pairs = [column.partition("=") for column in columns]
    if wrong := next((field for field, sign, name in pairs if not sign or not name), None):
        raise InputError(f"--column {wrong}: scrivi CAMPO=COLONNA, per esempio name=Nominativo.")
    mapping = {field.strip(): name.strip() for field, _, name in pairs}
    if len(mapping) < len(pairs):
        raise InputError("--column: lo stesso campo è indicato due volte.")
    return mapping or None


def summary_object(summary: ImportSummary) -> dict[str, Any]:
    """What an import did, as JSON."""
    return {
        "new": summary.new,
        "updated": summary.updated,
        "unchanged": summary.unchanged,
        "exchanges_new": summary.exchanges_new,
        "exchanges_known": summary.exchanges_known,
        "ambiguous": summary.ambiguous,
        "skipped": [{"where": left.where, "why": left.why} for left in summary.skipped],
    }


def _print_summary(summary: ImportSummary, dry_run: bool) -> None:
    print("Prova: non ho scritto niente." if dry_run else "Fatto.")
    print(
        f"Contatti: {_counted(summary.new, 'nuovo', 'nuovi')}, "
        f"{_counted(summary.updated, 'aggiornato', 'aggiornati')}, {summary.unchanged} già così."
    )
    print(
        f"Messaggi: {_counted(summary.exchanges_new, 'nuovo', 'nuovi')}, "
        f"{_counted(summary.exchanges_known, 'già presente', 'già presenti')}."
    )
    if summary.ambiguous:
        print(
            f"{_counted(summary.ambiguous, 'ha', 'hanno')} il nome di un contatto che c'era già, "
            "e nient'altro dice che sia la stessa persona: le schede restano distinte."
        )
    if summary.skipped:
        print(f"Lasciati fuori: {len(summary.skipped)}.", file=sys.stderr)
        for left in summary.skipped[:20]:
            print(f"  {left.where}: {left.why}", file=sys.stderr)
        if len(summary.skipped) > 20:
            print(f"  … e altri {len(summary.skipped) - 20}.", file=sys.stderr)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


# --- one contact ----------------------------------------------------------------------------------


def _add(args: Arguments, coach: Coach) -> int:
    card = coach.store.add_contact(
        ContactCard(id="", name=args.name.strip(), notes=tuple(args.note), **_card_fields(args))
    )
    print(f"{card.id}\t{card.name}")
    return 0


def _edit(args: Arguments, coach: Coach) -> int:
    card = coach.store.contact(args.id)
    fields = _card_fields(args)
    if args.name is not None:
        fields["name"] = args.name.strip()
    if not fields:
        raise InputError("Non mi hai detto che cosa cambiare.", "Vedi coach contacts edit --help.")
    coach.store.update_contact(card.model_copy(update=fields))
    print(f"Aggiornato: {fields.get('name', card.name)}")
    return 0


def _card_fields(args: Arguments) -> dict[str, Any]:
    fields: dict[str, Any] = {
        field: value.strip()
        for field in ("role", "company", "email", "url", "phone")
        if (value := getattr(args, field)) is not None
    }
    if args.relation:
        fields["relation"] = Relation(args.relation)
    if args.register:
        fields["register_used"] = Register(args.register)
    return fields


def _every_row(coach: Coach, search: str = "") -> Iterable[ContactRow]:
    offset = 0
    while rows := coach.store.contacts(search, order="name", limit=PAGE, offset=offset):
        yield from rows
        offset += len(rows)


def _list(args: Arguments, coach: Coach) -> int:
    row = None
    for row in _every_row(coach, args.search):
        if args.json:
            print_json(
                {
                    **card_object(row.card),
                    "last": row.last and row.last.isoformat(),
                    "exchanges": row.exchanges,
                }
            )
        else:
            what = ", ".join(part for part in (row.card.role, row.card.company) if part)
            print(f"{row.card.id}\t{row.card.name}" + (f"\t{what}" if what else ""))
    if row is None:
        print("Nessun contatto" + (" con queste parole." if args.search else "."), file=sys.stderr)
    return 0


def _show(args: Arguments, coach: Coach) -> int:
    card = coach.store.contact(args.id)
    standing = coach.balance(card.id)
    exchanges = coach.store.exchanges(card.id)
    if args.json:
        print_json(
            {
                **card_object(card),
                "balance": balance_object(standing),
                "exchanges": [exchange_object(exchange) for exchange in exchanges],
            }
        )
        return 0
    print(f"{card.name} ({card.id})")
    for label, value in (
        ("Che cosa fa", card.role),
        ("Dove lavora", card.company),
        ("E-mail", card.email),
        ("Profilo", card.url),
        ("Telefono", card.phone),
    ):
        if value:
            print(f"{label}: {value}")
    for note in card.notes:
        print(f"- {note}")
    _print_balance(standing)
    for exchange in exchanges:
        who = "Tu" if exchange.direction is Direction.SENT else card.name.split()[0]
        print(f"{exchange.at:%d/%m/%Y} {who}: {shortened(exchange.text)}")
    return 0


def card_object(card: ContactCard) -> dict[str, Any]:
    """A contact as JSON."""
    return card.model_dump(mode="json")


def exchange_object(exchange: Exchange) -> dict[str, Any]:
    """An exchange as JSON."""
    return exchange.model_dump(mode="json", exclude={"contact_id"})


def balance_object(standing: Balance) -> dict[str, Any]:
    """A balance as JSON."""
    return standing.model_dump(mode="json")


def _note(args: Arguments, coach: Coach) -> int:
    card = coach.store.contact(args.id)
    coach.store.add_note(card.id, args.text)
    print(f"Annotato su {card.name}.")
    return 0


def _gave(args: Arguments, coach: Coach) -> int:
    return _record(args, coach, gives=(args.text.strip(),))


def _asked(args: Arguments, coach: Coach) -> int:
    return _record(args, coach, asks=(args.text.strip(),))


def _record(
    args: Arguments, coach: Coach, gives: tuple[str, ...] = (), asks: tuple[str, ...] = ()
) -> int:
    """Note something that passed, as the person tells it."""
    if not args.text.strip():
        raise InputError("Il testo è vuoto.", "Scrivi che cosa hai dato o chiesto.")
    card = coach.store.contact(args.id)
    coach.store.add_exchange(
        Exchange(
            id="",
            contact_id=card.id,
            at=datetime.now(UTC),
            direction=Direction.SENT,
            channel=ExchangeChannel.OTHER,
            text=args.text.strip(),
            gives=gives,
            asks=asks,
            corrected=True,
        )
    )
    print(coach.balance(card.id).sentence)
    return 0


def _balance(args: Arguments, coach: Coach) -> int:
    standing = coach.balance(coach.store.contact(args.id).id)
    if args.json:
        print_json(balance_object(standing))
    else:
        _print_balance(standing)
    return 0


def _print_balance(standing: Balance) -> None:
    print(standing.sentence)
    print(f"A che punto siete: {_RELATIONS[standing.relation]}. {standing.reason}")
    for label, words in (
        ("Hai dato", standing.given),
        ("Hai chiesto", standing.asked),
        ("Hai ricevuto", standing.received),
        ("Ti è stato chiesto", standing.requested),
    ):
        for said in words:
            print(f"  {label}: {shortened(said)}")


def _reminders(args: Arguments, coach: Coach) -> int:
    from coach.balance import calendar, reminders

    found = reminders(_every_row(coach), date.today())
    if args.ics is not None:
        write_text(args.ics, calendar(found, datetime.now(UTC)))
        print(f"{len(found)} promemoria in {args.ics}.", file=sys.stderr)
        return 0
    for reminder in found:
        if args.json:
            print_json(reminder.model_dump(mode="json"))
        else:
            print(reminder.text)
    if not found and not args.json:
        print("Nessuno da risentire per ora.")
    return 0


# --- taking out -----------------------------------------------------------------------------------


def _export(args: Arguments, coach: Coach) -> int:
    from coach import privacy

    kind = args.file.suffix.lower().lstrip(".")
    if kind not in ("json", "csv"):
        raise InputError(
            f"Non so che file scrivere: «{args.file}» non finisce né con .json né con .csv."
        )
    if args.id is None:
        exported = privacy.export_all(coach.store)
    else:
        exported = privacy.export_contact(coach.store, coach.store.contact(args.id).id)
    write_text(args.file, exported.json() if kind == "json" else exported.csv())
    print(f"Scritto {args.file}.", file=sys.stderr)
    return 0


def _forget(args: Arguments, coach: Coach) -> int:
    from coach import privacy
    from coach.store.merging import fold

    card = coach.store.contact(args.id)
    if args.yes and fold(args.id) not in (card.id, fold(card.name)):
        # The beginning of an identifier will do to read a card, not to lose one unasked.
        raise InputError(
            f"«{args.id}» è solo l'inizio di {card.id} ({card.name}).",
            "Per cancellare senza conferma scrivilo per intero.",
        )
    if not args.yes and not confirmed(f"Cancello {card.name} e tutto ciò che ne so?"):
        print("Non ho cancellato niente.")
        return 0
    proof = privacy.forget(coach.store, coach.settings, card.id, show_progress)
    if args.json:
        print_json(proof_object(proof))
    else:
        print(privacy.told(proof))
    return 0 if proof.clean else 1


def proof_object(proof: Proof) -> dict[str, Any]:
    """What is left of a person, as JSON."""
    return proof.model_dump(mode="json")


# --- the person, and the coach --------------------------------------------------------------------


def _profile(args: Arguments, coach: Coach) -> int:
    profile = coach.store.profile()
    changed: dict[str, Any] = {}
    if args.name is not None:
        changed["name"] = " ".join(args.name.split())
    if args.about is not None:
        changed["about"] = " ".join(args.about.split())
    if args.offer is not None:
        changed["can_offer"] = tuple(offer.strip() for offer in args.offer if offer.strip())
    if changed:
        profile = profile.model_copy(update=changed)
        coach.store.save_profile(profile)
    if args.json:
        print_json(profile.model_dump(mode="json"))
        return 0
    print(f"Nome: {profile.name or '—'}")
    print(f"Che cosa fai: {profile.about or '—'}")
    for offer in profile.can_offer:
        print(f"Puoi offrire: {offer}")
    return 0


def _ask(args: Arguments, coach: Coach) -> int:
    if not any(letter.isalnum() for letter in args.question):
        raise InputError("La domanda è vuota.", "Scrivi che cosa vuoi sapere.")
    contact_id = coach.store.contact(args.contact).id if args.contact is not None else None
    answer = coach.ask(
        args.question,
        contact_id,
        use_model=not args.no_llm and coach.model_problem is None,
        share_contact=args.share_contact,
        remember=False,
    )
    if args.json:
        print_json(answer_object(answer))
    else:
        _print_answer(answer)
    return 0


def answer_object(answer: Answer) -> dict[str, Any]:
    """An answer as the contract writes it."""
    return {
        "answer": answer.text,
        "citations": [
            {"n": citation.n, "title": citation.title, "passage": citation.passage}
            for citation in answer.citations
        ],
        "grounded": answer.grounded,
        "intent": answer.intent,
        "origin": answer.origin,
    }


def _print_answer(answer: Answer) -> None:
    print(answer.text)
    if answer.citations:
        print()
    for citation in answer.citations:
        print(f"[{citation.n}] {citation.title}: «{shortened(citation.passage, 200)}»")
