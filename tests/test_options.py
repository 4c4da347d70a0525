"""What an answer is to hold, and in which form it comes."""

import csv
import io
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from model.labels import STANCES
from serving.table import FIELDS

TEXT = "Paris wants to send troops. Rome would go only after a truce. The harvest near Oslo was good. " * 3


def sentences(client: TestClient, **options: Any) -> list[dict[str, Any]]:
    response = client.post("/classify", json={"text": TEXT}, params=options)
    assert response.status_code == 200, response.text
    return list(response.json()["sentences"])


def test_only_the_wished_stances_come_back_and_the_summary_stays_whole(client: TestClient) -> None:
    everything = client.post("/classify", json={"text": TEXT}).json()
    for stance in STANCES:
        part = client.post("/classify", json={"text": TEXT}, params={"stances": stance}).json()
        assert part["sentences"] == [s for s in everything["sentences"] if s["stance"] == stance]
        assert part["summary"] == everything["summary"]
    assert sentences(client, stances=["support", "none"]) == [
        s for s in everything["sentences"] if s["stance"] in ("support", "none")
    ]


def test_sentences_below_the_least_confidence_are_marked(client: TestClient) -> None:
    assert not any(s["uncertain"] for s in sentences(client))
    for bound in (0.3, 0.6, 1.0):
        assert all(s["uncertain"] == (s["confidence"] < bound) for s in sentences(client, min_confidence=bound))


def test_probabilities_can_be_left_out(client: TestClient) -> None:
    assert all("probabilities" not in s for s in sentences(client, probabilities="false"))
    assert all(set(s["probabilities"]) == set(STANCES) for s in sentences(client))


@pytest.mark.parametrize(
    ("options", "field"),
    [({"stances": "maybe"}, "stances"), ({"min_confidence": "2"}, "min_confidence"), ({"colour": "red"}, "colour")],
)
def test_a_wrong_option_is_named(client: TestClient, options: dict[str, str], field: str) -> None:
    response = client.post("/classify", json={"text": TEXT}, params=options)
    assert response.status_code == 422
    assert field in response.json()["detail"]


def test_csv_holds_what_json_holds(client: TestClient) -> None:
    response = client.post("/classify", json={"text": TEXT, "id": "a;1"}, headers={"accept": "text/csv"})
    assert response.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert tuple(rows[0]) == FIELDS
    for row, sentence in zip(rows, sentences(client), strict=True):
        assert row["id"] == "a;1"
        assert (row["text"], row["stance"]) == (sentence["text"], sentence["stance"])
        assert float(row["support"]) == sentence["probabilities"]["support"]
        assert row["holder"] == ((sentence["holder"] or {}).get("name") or "")


def test_a_batch_as_csv_has_a_row_for_each_sentence_or_names_the_error(client: TestClient) -> None:
    good = {"articles": [{"text": "Paris wants it.", "id": "1"}, {"text": "Rome does not. It never did.", "id": "2"}]}
    response = client.post("/classify/batch", json=good, headers={"accept": "text/csv"})
    assert [row["id"] for row in csv.DictReader(io.StringIO(response.text))] == ["1", "2", "2"]
    bad = {"articles": [{"text": "Paris wants it."}, {"text": ""}]}
    response = client.post("/classify/batch", json=bad, headers={"accept": "text/csv"})
    assert response.status_code == 422
    assert "articles.1" in response.json()["detail"]


PAGE = """<html><head><title>Rome says no | The Paper</title></head><body><nav>Home Sport Weather</nav>
<article><h1>Rome says no</h1>
<p>Rome rejects any soldiers there, its foreign ministry said on Monday after a long meeting in the capital.</p>
<p>Paris wants to send troops &amp; ships, and its president has said so more than once in the past few weeks.</p>
</article><footer>© The Paper. Subscribe to our newsletter.</footer></body></html>"""


def test_a_web_page_gives_its_article_and_offsets_into_it(client: TestClient) -> None:
    response = client.post("/classify", content=PAGE, headers={"content-type": "text/html; charset=utf-8"})
    assert response.status_code == 200, response.text
    answer = response.json()
    article = answer["article"]
    assert "Rome rejects any soldiers" in article["text"]
    assert "newsletter" not in article["text"]
    assert "Rome says no" in article["title"]
    for sentence in answer["sentences"]:
        assert article[sentence["part"]][sentence["start"] : sentence["end"]] == sentence["text"]
    assert "article" not in client.post("/classify", json={"text": TEXT}).json()


def test_a_page_without_an_article_is_refused(client: TestClient) -> None:
    response = client.post("/classify", content="<html></html>", headers={"content-type": "text/html"})
    assert response.status_code == 422
    assert "no article" in response.json()["detail"]


def test_a_stream_is_answered_line_by_line_in_order(client: TestClient) -> None:
    lines = [json.dumps({"text": f"Paris wants it. Number {n}.", "id": str(n)}) for n in range(20)]
    lines[3], lines[7] = "no json", json.dumps({"text": ""})
    body = "\n".join(lines)
    response = client.post("/classify/stream", content=body, headers={"content-type": "application/x-ndjson"})
    assert response.headers["content-type"].startswith("application/x-ndjson")
    answers = [json.loads(line) for line in response.text.splitlines()]
    assert [a.get("id", a.get("status")) for a in answers] == [
        400 if n == 3 else 422 if n == 7 else str(n) for n in range(20)
    ]


def test_a_stream_ends_at_a_line_that_is_too_long(client: TestClient) -> None:
    body = json.dumps({"text": "Paris wants it."}) + "\n" + "x" * 200_000
    answers = [json.loads(line) for line in client.post("/classify/stream", content=body).text.splitlines()]
    assert "sentences" in answers[0]
    assert answers[-1]["status"] == 413
