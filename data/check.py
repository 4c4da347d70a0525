"""``python -m data.check [PATH]``: is the corpus whole? Counts, and every fault with its line and the reason.

Exit code 0 if there is no fault, 1 otherwise.
"""

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import data
from data.duplicates import near_duplicates
from data.schema import AnnotatedArticle, AnnotatedSentence, parse_record
from data.spans import locate_holder
from model.errors import CorpusError
from model.labels import AUTHOR, STANCES, Stance

_ENOUGH: Final = 40
_MOST: Final = {"genre": 0.8, "holder": 0.97}
"""Of a genre or holder with so many sentences, no stance may have a larger share. Some holders are nearly always of
one mind in the real debate, too: "Moscow" is against in 95 % of its sentences."""
_FULL_NAME: Final = re.compile(r"[A-ZÀ-Ž][\w’'-]+(?: [A-ZÀ-Ž][\w’'.-]+)+")
_NO_PERSON: Final = frozenset(
    "The New North South Saudi Great United European White House Downing Street Foreign Defence Security National "
    "Party Council Commission Ministry Union Office Left Right Green Greens Democrats Liberals Kingdom States".split()
)
"""Words of countries, bodies and addresses that look like full names."""

Located = tuple[str, AnnotatedArticle]
"""An article with the file and line that it stands in."""


def read(path: Path) -> Iterator[Located | str]:
    """Read a JSONL file or a folder of them; a line that breaks the format becomes a fault (a string)."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    for file in files:
        for number, line in enumerate(file.read_bytes().splitlines(), 1):
            try:
                yield f"{file}:{number}", parse_record(line, f"{file}:{number}")
            except CorpusError as error:
                yield str(error)


def sentence_faults(article: AnnotatedArticle, number: int, unit: AnnotatedSentence) -> Iterator[str]:
    """Yield what is wrong with one unit of an article."""
    if not unit.text.strip() or unit.text != unit.text.strip() or re.search(r"[\r\n]", unit.text):
        yield f"the text {unit.text[:40]!r} is empty, has outer white space or a line break"
    if unit.stance is Stance.NONE:
        if unit.holder or unit.condition:
            yield "a 'none' sentence has neither holder nor condition"
        return
    if unit.holder is None:
        yield f"a '{unit.stance}' sentence needs a holder"
    elif unit.holder != AUTHOR and locate_holder(article, number) is None:
        yield f"the holder {unit.holder!r} stands nowhere in the article"
    if (unit.condition is not None) != (unit.stance is Stance.CONDITIONAL):
        yield f"a condition goes with 'conditional' and with it alone, not with '{unit.stance}'"
    if unit.condition is not None and unit.condition not in unit.text:
        yield f"the condition {unit.condition!r} does not stand in the sentence, letter by letter"


def article_faults(located: Sequence[Located]) -> Iterator[str]:
    """Yield the faults that show in single articles, and ids used twice."""
    seen: dict[str, str] = {}
    for where, article in located:
        if article.id in seen:
            yield f"{where}: id '{article.id}' is already used in {seen[article.id]}"
        seen[article.id] = where
        file = Path(where.rpartition(":")[0])
        if file.stem in ("train", "dev", "test") and file.stem != article.split:
            yield f"{where}: article '{article.id}' says split '{article.split}' but stands in {file.name}"
        for number, unit in enumerate(article.units):
            for fault in sentence_faults(article, number, unit):
                yield f"{where}: '{article.id}' sentence {number}: {fault}"


def split_faults(located: Sequence[Located]) -> Iterator[str]:
    """Yield what ties two splits together: near-duplicate sentences, and names with one stance only."""
    flat = [(where, article, unit) for where, article in located for unit in article.units]
    for i, j, similarity in near_duplicates([unit.text for _, _, unit in flat]):
        (where_i, one, a), (where_j, other, b) = flat[i], flat[j]
        if one.split != other.split:
            yield (
                f"{where_j}: near-duplicate ({similarity:.2f}) across splits '{one.split}' and '{other.split}': "
                f"{b.text[:70]!r} and {where_i}: {a.text[:70]!r}"
            )
    splits: defaultdict[str, set[str]] = defaultdict(set)
    stances: defaultdict[str, set[Stance]] = defaultdict(set)
    for _, article, unit in flat:
        if unit.holder and _is_name(unit.holder):
            splits[unit.holder].add(article.split)
            stances[unit.holder].add(unit.stance)
    for name in sorted(splits):
        if len(splits[name]) > 1 and len(stances[name]) == 1:
            yield f"the name {name!r} occurs in {sorted(splits[name])} with the stance '{min(stances[name])}' only"


def distribution_faults(articles: Sequence[AnnotatedArticle]) -> Iterator[str]:
    """Yield genres and holders that give the stance away: a model would learn them in place of the sentence."""
    genres: defaultdict[str, Counter[Stance]] = defaultdict(Counter)
    holders: defaultdict[str, Counter[Stance]] = defaultdict(Counter)
    for article in articles:
        for unit in article.units:
            genres[article.genre][unit.stance] += 1
            if unit.holder:
                holders[unit.holder][unit.stance] += 1
    for kind, table in (("genre", genres), ("holder", holders)):
        for name, counts in sorted(table.items()):
            [(stance, most)] = counts.most_common(1)
            if counts.total() >= _ENOUGH and most > _MOST[kind] * counts.total():
                yield f"the {kind} {name!r} has {most} of {counts.total()} sentences with the stance '{stance}'"


def _is_name(holder: str) -> bool:
    """Two capitalised words: a person's full name, not a country or body (see ``_NO_PERSON``)."""
    return _FULL_NAME.fullmatch(holder) is not None and not _NO_PERSON & set(holder.split())


def summary(articles: Sequence[AnnotatedArticle]) -> Iterator[str]:
    """Yield the counts of each split as lines of a table."""
    yield f"{'split':8}{'articles':>10}{'sentences':>11}" + "".join(f"{stance:>13}" for stance in STANCES)
    for split in sorted({a.split for a in articles}, reverse=True):
        chosen = [a for a in articles if a.split == split]
        counts = Counter(u.stance for a in chosen for u in a.units)
        total = sum(counts.values())
        shares = "".join(f"{counts[s]:>7} {counts[s] / total:>4.0%} " for s in STANCES)
        yield f"{split:8}{len(chosen):>10}{total:>11}{shares}"


def check(path: Path = data.CORPUS) -> tuple[list[AnnotatedArticle], list[str]]:
    """Return the articles that could be read, and every fault."""
    located, faults = [], []
    for item in read(path):
        if isinstance(item, str):
            faults.append(item)
        else:
            located.append(item)
    if not located and not faults:
        faults.append(f"no annotated articles at '{path}'")
    articles = [article for _, article in located]
    faults += [*article_faults(located), *split_faults(located), *distribution_faults(articles)]
    return articles, faults


def main(arguments: Sequence[str] = ()) -> int:
    """Check the corpus, or the given file or folder, and print what was found."""
    parser = argparse.ArgumentParser(prog="data.check", description="Count annotated articles and name every fault.")
    parser.add_argument("path", nargs="?", type=Path, default=data.CORPUS, help="file or folder; the corpus by default")
    articles, faults = check(parser.parse_args(arguments).path)
    print(*summary(articles), sep="\n")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(faults)} faults" if faults else "no faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
