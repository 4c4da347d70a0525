"""Which split an article belongs to: by article, never by sentence, and near-duplicates together.

For annotated articles that come without splits (``python -m data.importers --split auto``).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from data.duplicates import near_duplicates
from data.schema import AnnotatedArticle, Split


def assign(articles: Sequence[AnnotatedArticle], dev: float = 0.1, test: float = 0.2) -> list[AnnotatedArticle]:
    """Give each article a split that depends on its group's ids alone, in about the wished shares.

    Articles that share a near-duplicate sentence form a group and land in the same split, so that no sentence is
    scored that was trained on.
    """
    group = list(range(len(articles)))

    def root(i: int) -> int:
        while group[i] != i:
            i = group[i]
        return i

    owners = [number for number, article in enumerate(articles) for _ in article.units]
    texts = [unit.text for article in articles for unit in article.units]
    for i, j, _ in near_duplicates(texts):
        group[root(owners[j])] = root(owners[i])
    return [replace(a, split=_split(articles[root(i)].id, dev, test)) for i, a in enumerate(articles)]


def _split(key: str, dev: float, test: float) -> Split:
    """Map an id to a number in [0, 1) and that to a split: the same id always gets the same one."""
    place = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") / 2**64
    return "test" if place < test else "dev" if place < test + dev else "train"
