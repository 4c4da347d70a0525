"""An article into sentences, with offsets that are exact by construction.

Rules over the text itself: it is never changed, only cut, so ``part[start:end]`` is the sentence for any
Unicode text. Written for news in English; other scripts are cut at their own full stops and at line breaks.
Not covered: sentences without any full stop on one line (a headline and a text that were glued together).
"""

import re
from collections.abc import Iterator
from typing import Final

from model.types import Article, Part, Sentence


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_LINE: Final = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")

_CLOSING: Final = "\"'”’»›)\\]"
_OPENING: Final = "\"'“‘«‹„([—–-"
_STOP: Final = re.compile(
    rf"[.!?…؟]+[{_CLOSING}]*(?=\s)"  # a full stop, closing quotes, a space
    rf"|[。！？｡]+[」』”’）]*"  # scripts that set no space
    rf"|(?<=[a-z]{{2}})[.!?][{_CLOSING}]*(?=[A-Z][a-z])"  # "…to Ukraine.On October 2": the space got lost
)
_LAST_WORD: Final = re.compile(r"\S+$")
_NEXT_WORD: Final = re.compile(r"[^\W_]+(?:['’]\w+)?")

_TITLES: Final = _set(
    "mr mrs ms messrs dr prof gen lt col maj sgt capt cpl pvt adm brig cmdr cdr cmd sen rep gov pres rev hon "
    "supt st ste mt ft fr amb sec dep asst atty det insp mme mlle van"
)
"""Abbreviations that a name follows: they never end a sentence."""

_BEFORE_NUMBER: Final = _set(
    "no nos nr art arts sec para paras p pp vol fig ch jan feb mar apr jun jul aug sep sept oct nov dec ca approx"
)
"""Abbreviations that end no sentence where a number follows."""

_ABBREVIATIONS: Final = _set(
    "co corp inc ltd llc bros dept univ jr sr vs etc al est cf eg ie approx avg ave min max misc nat intl gov "
    "govt mil mio bn m jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri sat sun"
)
"""Abbreviations that may end a sentence: they do where a word follows that opens sentences."""

_OPENERS: Final = _set(
    "the a an this that these those there here he she it they we you i his her its their our my in on at by "
    "for from with without but and or so yet if when while after before since because although though as to of "
    "what who why how where which nor not no yes asked still then now also however meanwhile earlier later "
    "instead moreover nevertheless both each all some many most several few one two three another other such "
    "even only once until last next"
)
"""Words that open sentences and are rarely names: they tell "in the U.S. The …" from "the U.S. Army"."""

_SPEECH: Final = re.compile(
    r"(?:(?:[A-Z][\w.'’-]*|the|a|an|his|her|its|of|for|and|foreign|defence|defense|prime)\s+){1,6}"
    r"(?:said|says|asked|asks|added|adds|replied|wrote|writes|told|tells|warned|argued|insisted|shouted|tweeted|"
    r"posted|answered|wondered|joked|quipped|continued|declared|demanded)\b"
)
"""An attribution after a quotation that ended in a mark of its own: ``"Why us?" Minister Berg asked.``"""


def segment(article: Article) -> list[Sentence]:
    """Cut an article into sentences: each line of the title is one, the text is cut at line breaks and full stops."""
    title: list[tuple[Part, tuple[int, int]]] = [("title", span) for span in _lines(article.title)]
    text: list[tuple[Part, tuple[int, int]]] = [
        ("text", span) for line in _lines(article.text) for span in _sentences(article.text, *line)
    ]
    return [
        Sentence(index, part, start, end, article.part(part)[start:end])
        for index, (part, (start, end)) in enumerate(title + text)
    ]


def _lines(text: str) -> Iterator[tuple[int, int]]:
    for line in _LINE.finditer(text):
        if span := _strip(text, *line.span()):
            yield span


def _strip(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for stop in _STOP.finditer(text, start, end):
        if _ends_sentence(text, begin, stop, end) and (span := _strip(text, begin, stop.end())):
            yield span
            begin = stop.end()
    if span := _strip(text, begin, end):
        yield span


def _ends_sentence(text: str, begin: int, stop: re.Match[str], end: int) -> bool:
    rest = text[stop.end() : min(end, stop.end() + 120)].lstrip()
    following = rest.lstrip(_OPENING + " ")
    if not following:
        return not rest or rest[0] not in "—–-"
    if following[0].islower():
        return False
    closed = len(stop.group().rstrip(_CLOSING)) < len(stop.group())
    if closed and _SPEECH.match(rest):
        return False
    if stop.group() != ".":
        return True
    return _full_stop(text[max(begin, stop.start() - 40) : stop.start()], following)


def _full_stop(before: str, following: str) -> bool:
    """Say whether a single dot between ``before`` and ``following`` ends a sentence."""
    match = _LAST_WORD.search(before)
    token = match.group().lstrip(_OPENING) if match else ""
    word = token.casefold()
    list_item = token.isdigit() and before.strip() == token  # "1. Kyiv asks for it"
    if word in _TITLES or word in ("e.g", "i.e") or list_item or (following[0].isdigit() and word in _BEFORE_NUMBER):
        return False
    initial = len(token) == 1 and token.isalpha() and token.isupper()
    dotted = "." in token.strip(".") and all(len(piece) <= 2 for piece in token.split("."))  # "U.S", "a.m"
    if initial or dotted or word in _ABBREVIATIONS:
        next_word = _NEXT_WORD.match(following)
        return next_word is not None and next_word.group().casefold() in _OPENERS
    return True
