"""Figures of a corpus: its fingerprint, and ``python -m data.stats`` for how varied and how hard it is."""

import hashlib
from collections.abc import Sequence

from data.schema import AnnotatedArticle, as_json


def fingerprint(articles: Sequence[AnnotatedArticle]) -> str:
    """Return 16 hexadecimal digits that change with any article, whatever their order."""
    lines = sorted(as_json(article) for article in articles)
    return hashlib.sha256(b"\n".join(lines)).hexdigest()[:16]
