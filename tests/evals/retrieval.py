"""How well the library finds: `python -m tests.evals.retrieval [--squad]`.

Two sets, each in the three modes:

* our own questions (`retrieval_questions.jsonl`): hard paraphrases that share few words with the
  texts, on the notes that come with the product and the two source texts added in full.
  *strict*: a hit is a passage of a source text that contains one of the `passages` quotes;
  *lenient*: the section of a note named in `notes` is a hit too. Everything was chosen on `dev`;
  `test` and `fresh` (written later, without looking at what is found) are the figures to quote.
  The last table has the source texts without our notes: what any added text can expect.
* Italian SQuAD, 997 questions on 2,007 passages (`--squad`; minutes, the vectors are kept).

The source texts and SQuAD are read from the folder `shared` beside the checkout.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coach.embeddings import CachedEmbeddings, E5Embeddings, TextEmbedder
from coach.library import Library, Mode
from coach.notes import read_notes
from coach.schemas import Passage
from coach.settings import PROJECT, Settings
from tests.evals.measure import Measure, skipped, table

HERE = Path(__file__).parent
SHARED = PROJECT.parent / "shared"
SEEDS = SHARED / "seeds"
SQUAD = SHARED / "evals" / "public" / "retrieval"
CACHE = PROJECT / ".cache" / "evals" / "embeddings.sqlite"

#: What the product is held to on our own questions, `test` and `fresh` together.
LEAST_RECALL_AT_5 = 0.90

HELD_OUT = ("test", "fresh")


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def questions() -> list[dict[str, Any]]:
    """The questions, each of whose answers must still be where it says."""
    rows = rows_of(HERE / "retrieval_questions.jsonl")
    headings = {
        (note.id, section.heading)
        for note in read_notes(PROJECT / "knowledge" / "notes")
        for section in note.sections
    }
    texts = " ".join(plain(path.read_text("utf-8")) for path in sorted(SEEDS.glob("*.txt")))
    for row in rows:
        for gold in row["notes"]:
            if (gold["note"], gold["heading"]) not in headings:
                raise SystemExit(f"{row['id']}: no section {gold}")
        for quote in row["passages"]:
            if plain(quote) not in texts:
                raise SystemExit(f"{row['id']}: no passage holds {quote!r}")
    return rows


def plain(text: str) -> str:
    return " ".join(text.split())


def quotes_answer(row: dict[str, Any], passage: Passage) -> bool:
    """Whether a passage holds the words of a source text that answer."""
    return any(plain(quote) in plain(passage.text) for quote in row["passages"])


def tells_answer(row: dict[str, Any], passage: Passage) -> bool:
    """Whether a passage is the section of a note that answers."""
    return any(
        (gold["note"], gold["heading"]) == (passage.source_id, passage.heading)
        for gold in row["notes"]
    )


def first_hits(hits: Iterable[Sequence[bool]]) -> list[int]:
    """The rank of the first hit of each question, counted from 0; a large number for none."""
    return [next((rank for rank, hit in enumerate(row) if hit), 10**6) for row in hits]


def recall(ranks: Sequence[int], k: int) -> float:
    return sum(rank < k for rank in ranks) / len(ranks)


def reciprocal(ranks: Sequence[int], k: int = 10) -> float:
    return sum(1 / (rank + 1) for rank in ranks if rank < k) / len(ranks)


def gain(ranks: Sequence[int], k: int = 10) -> float:
    """nDCG@k when one passage is right, or when the first right one is all that counts."""
    return sum(1 / math.log2(rank + 2) for rank in ranks if rank < k) / len(ranks)


def show(name: str, ranks: Sequence[int]) -> None:
    print(
        f"{name:<28} R@1 {recall(ranks, 1):.2f}  R@3 {recall(ranks, 3):.2f}  "
        f"R@5 {recall(ranks, 5):.2f}  MRR {reciprocal(ranks):.3f}  nDCG@10 {gain(ranks):.3f}"
    )


def ranks_by_mode(
    library: Library,
    asked: Sequence[str],
    is_hit: Callable[[int, Passage], bool],
) -> dict[Mode, list[int]]:
    """The rank of the first hit of every question, in each mode."""
    found = {}
    for mode in Mode:
        answered = library.search_many(asked, k=60, mode=mode)
        found[mode] = first_hits(
            [is_hit(number, passage) for passage in passages]
            for number, passages in enumerate(answered)
        )
    return found


@dataclass(frozen=True)
class WithoutNotes(Settings):
    """The settings of a library that holds only what is added."""

    @property
    def notes(self) -> Path:
        folder = self.home / "notes"
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def own(embeddings: TextEmbedder, home: Path) -> dict[Mode, list[int]]:
    """Print the tables of our own questions; return the strict ranks on the held-out splits."""
    rows = questions()
    asked = [row["question"] for row in rows]
    with Library.open(Settings(home=home / "own", models=home), embeddings, tell) as library:
        added = {card.id for card in library.add([SEEDS]).added}

        def strict(number: int, passage: Passage) -> bool:
            return passage.source_id in added and quotes_answer(rows[number], passage)

        def lenient(number: int, passage: Passage) -> bool:
            return strict(number, passage) or tells_answer(rows[number], passage)

        tables = {
            "strict": ranks_by_mode(library, asked, strict),
            "lenient": ranks_by_mode(library, asked, lenient),
        }
    with Library.open(WithoutNotes(home=home / "raw", models=home), embeddings, tell) as library:
        assert added == {card.id for card in library.add([SEEDS]).added}
        tables["no notes"] = ranks_by_mode(library, asked, strict)

    def chosen(ranks: Sequence[int], *splits: str) -> list[int]:
        return [rank for row, rank in zip(rows, ranks, strict=True) if row["split"] in splits]

    for name, ranks in tables.items():
        for split in ("dev", *HELD_OUT):
            for mode in Mode:
                show(f"{name}, {split}, {mode}", chosen(ranks[mode], split))
    return {mode: chosen(tables["strict"][mode], *HELD_OUT) for mode in Mode}


def squad(embeddings: TextEmbedder, folder: Path) -> dict[Mode, list[int]]:
    """Print the table of Italian SQuAD."""
    # The contract's corpus is {"pid", "text"}: the titles of the file are not used.
    corpus = [
        {"pid": row["pid"], "text": row["text"]}
        for row in rows_of(SQUAD / "squad_it_passages.jsonl")
    ]
    rows = rows_of(SQUAD / "squad_it_questions_sample1k.jsonl")
    with Library.from_corpus(corpus, folder, embeddings, tell) as library:
        ranks = ranks_by_mode(
            library,
            [row["question"] for row in rows],
            lambda n, passage: passage.pid == rows[n]["gold_pid"],
        )
    for mode in Mode:
        show(f"SQuAD-it, {mode}", ranks[mode])
        print(f"{'':<28} R@10 {recall(ranks[mode], 10):.3f}")
    return ranks


def tell(stage: str, done: int, total: int) -> None:
    if done == total or done % 160 == 0:
        print(f"{stage}: {done}/{total}", file=sys.stderr)


def measures(squad_too: bool = False) -> list[Measure]:
    """Search both sets, print their tables and hold the figures to their marks.

    The hybrid search is held to the better of its two halves: else fusing would do harm.
    """
    missing = [folder for folder in (SEEDS, *([SQUAD] if squad_too else [])) if not folder.exists()]
    if missing:
        return [
            skipped("retrieval", f"{folder.name} is not beside the checkout") for folder in missing
        ]
    embeddings = CachedEmbeddings(E5Embeddings(), CACHE)
    with tempfile.TemporaryDirectory() as folder:
        ranks = own(embeddings, Path(folder))
        note = f"{len(ranks[Mode.HYBRID])} questions never tuned on"
        found = [
            Measure(
                "retrieval, own questions, hybrid R@5",
                recall(ranks[Mode.HYBRID], 5),
                LEAST_RECALL_AT_5,
                note=note,
            ),
            Measure(
                "retrieval, own questions, hybrid MRR beside each half",
                reciprocal(ranks[Mode.HYBRID]),
                max(reciprocal(ranks[mode]) for mode in Mode if mode != Mode.HYBRID),
                note=note,
            ),
        ]
        if squad_too:
            ranks = squad(embeddings, Path(folder) / "squad")
            found.append(
                Measure(
                    "retrieval, SQuAD-it, hybrid nDCG@10 beside each half",
                    gain(ranks[Mode.HYBRID]),
                    max(gain(ranks[mode]) for mode in Mode if mode != Mode.HYBRID),
                    note=f"{len(ranks[Mode.HYBRID])} questions",
                )
            )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--squad", action="store_true", help="Italian SQuAD too")
    found = measures(squad_too=parser.parse_args().squad)
    print(table(found))
    return 1 if any(measure.fails for measure in found) else 0


if __name__ == "__main__":
    raise SystemExit(main())
