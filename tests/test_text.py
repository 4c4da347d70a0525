import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import InputError
from model.text import segment
from model.types import Article

TRICKY = [
    ["He met Gen. A. Berg in the U.S. Army depot on Jan. 5.", "Nothing came of it."],
    ["Troops left the U.S.", "The talks went on."],
    ["“We won’t go.", "Not now.”", "Foreign Minister Berg left."],
    ['"Why us?" Ms. Lind asked.', '"Go!" he said.'],
    ["No. 10 spoke of 3.5 billion...", "Then silence fell."],
    ["“Is it legal?” nobody asked.", "The answer was no.", "We will see."],
    ["The state secretary, J. D. Varga, agreed.", "Plan B.", "The rest is open."],
    ["It ends at 5 p.m. on Friday.", "Lt. Col. Ana Roth spoke (twice).", "She left."],
    ["Macron Inc. Ltd. was fined.", "A U.N. mandate is missing."],
    ["1. Kyiv asks for it."],
    ["It could send soldiers to Ukraine.", "On October 2, it did."],
    ["Он сказал нет.", "Вопрос закрыт."],
    ["他说不。", "问题结束了。"],
    ["e.g. Poland could, i.e. Warsaw would."],
]


@pytest.mark.parametrize("sentences", TRICKY, ids=lambda s: s[0][:20])
def test_news_text_is_cut_where_a_reader_would(sentences: list[str]) -> None:
    joined = ("" if "。" in sentences[0] else " ").join(sentences)
    assert [s.text for s in segment(Article(joined))] == sentences


def test_a_lost_space_between_sentences_is_found() -> None:
    assert [s.text for s in segment(Article("It went to Ukraine.On Monday it left."))] == [
        "It went to Ukraine.",
        "On Monday it left.",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\n \n"])
def test_a_line_break_ends_a_sentence(end: str) -> None:
    assert [s.text for s in segment(Article(f"A caption{end}Then the text"))] == ["A caption", "Then the text"]


def test_a_title_is_one_sentence() -> None:
    [title, text] = segment(Article("Text.", title="Yes. No. Perhaps"))
    assert (title.part, title.text, text.part) == ("title", "Yes. No. Perhaps", "text")


@given(st.text(), st.text())
def test_offsets_are_exact_and_nothing_is_lost(title: str, text: str) -> None:
    try:
        article = Article(text=text, title=title)
    except InputError:
        assert not (title.strip() or text.strip()) or any("\ud800" <= c <= "\udfff" for c in title + text)
        return
    sentences = segment(article)
    assert [s.index for s in sentences] == list(range(len(sentences)))
    covered = {"title": [False] * len(title), "text": [False] * len(text)}
    for sentence in sentences:
        assert article.part(sentence.part)[sentence.start : sentence.end] == sentence.text
        assert sentence.text == sentence.text.strip() != ""
        for i in range(sentence.start, sentence.end):
            assert not covered[sentence.part][i]
            covered[sentence.part][i] = True
    for part, source in (("title", title), ("text", text)):
        assert all(seen or source[i].isspace() for i, seen in enumerate(covered[part]))


def test_an_empty_article_is_refused() -> None:
    with pytest.raises(InputError, match="empty"):
        Article(" \n\t ")


def test_a_lone_surrogate_is_refused_by_place() -> None:
    with pytest.raises(InputError, match=r"U\+D800.*character 2"):
        Article("ab\ud800")
