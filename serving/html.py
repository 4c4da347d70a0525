"""The article in a web page: its title and main text, without menus, adverts and comments (by trafilatura)."""

from model.types import Article
from serving.problems import Problem


def extract(page: str) -> Article:
    """Extract the article of an HTML page. Offsets of the answer refer to the extracted text, which is returned.

    Raises:
        Problem: 422, no article is found in the page.
    """
    import trafilatura

    found = trafilatura.bare_extraction(page, include_comments=False, include_tables=False, with_metadata=True)
    text = found.text if found is not None and found.text else ""
    if found is None or not text.strip():
        raise Problem(422, "no article is found in the page: send its text as text/plain", field="text")
    return Article(text=text, title=(found.title or "").strip())
