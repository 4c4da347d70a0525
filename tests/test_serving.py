import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.labels import STANCES
from serving.__main__ import main
from serving.app import create_app
from serving.settings import Settings

JSON = {"content-type": "application/json"}
PROBLEM = "application/problem+json"


def classify(client: TestClient, text: str, **more: Any) -> dict[str, Any]:
    response = client.post("/classify", json={"text": text, **more})
    assert response.status_code == 200, response.text
    return dict(response.json())


def test_an_article_comes_back_sentence_by_sentence(client: TestClient) -> None:
    answer = classify(client, "Paris wants to send troops. The harvest was good.", title="Rome says no", id="a1")
    assert answer["id"] == "a1"
    assert [s["text"] for s in answer["sentences"]] == [
        "Rome says no",
        "Paris wants to send troops.",
        "The harvest was good.",
    ]
    assert [s["part"] for s in answer["sentences"]] == ["title", "text", "text"]
    assert set(answer["model"]) == {"name", "version"}


def test_the_summary_counts_what_the_sentences_say(client: TestClient) -> None:
    answer = classify(client, "Paris wants to send troops. Rome would go only after a truce. " * 3)
    for stance in STANCES:
        assert answer["summary"]["counts"][stance] == sum(s["stance"] == stance for s in answer["sentences"])
    listed = sorted(i for h in answer["summary"]["holders"] for i in h["sentences"])
    assert listed == [s["index"] for s in answer["sentences"] if s["stance"] != "none"]


def test_plain_text_is_an_article_without_title(client: TestClient) -> None:
    text = "Paris wants to send troops."
    response = client.post("/classify", content=text, headers={"content-type": "text/plain; charset=utf-8"})
    assert response.json() == classify(client, text)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=200), title=st.text(max_size=50))
def test_any_text_gets_exact_offsets_or_a_clear_error(client: TestClient, text: str, title: str) -> None:
    body = json.dumps({"text": text, "title": title})
    response = client.post("/classify", content=body, headers=JSON)
    if response.status_code == 422:
        assert response.headers["content-type"] == PROBLEM
        return
    assert response.status_code == 200
    parts = {"text": text, "title": title}
    for sentence in response.json()["sentences"]:
        assert parts[sentence["part"]][sentence["start"] : sentence["end"]] == sentence["text"]


AWKWARD = [
    "<script>alert(1)</script> Paris <b>wants</b> to send troops &amp; more.",
    "Windows line ends.\r\nSecond line.\r\n\r\nThird.",
    "👩🏽‍🚀 Παρίσι 🇺🇦 e\u0301te\u0301 👍.",
    "ينبغي إرسال القوات. هل هذا صحيح؟ لا.",
    "no punctuation at all " * 200,
    "troops " * 5_000,
    "\u200b",
    "\x00 a null character.",
]


@pytest.mark.parametrize("text", AWKWARD, ids=range(len(AWKWARD)))
def test_awkward_text_is_answered_with_exact_offsets(client: TestClient, text: str) -> None:
    for sentence in classify(client, text)["sentences"]:
        assert text[sentence["start"] : sentence["end"]] == sentence["text"]


def test_a_long_sentence_is_never_cut_silently(client: TestClient) -> None:
    [sentence] = classify(client, "troops " * 5_000)["sentences"]
    assert sentence["truncated"]


REFUSED: list[tuple[int, bytes, str, str]] = [
    (400, b'{"text": "x"', "application/json", "not valid JSON"),
    (400, b'{"text": "\xff"}', "application/json", "byte 10 is 0xff"),
    (400, b"\xc3\x28", "text/plain", "not UTF-8"),
    (400, b"[" * 50_000, "application/json", "nested"),
    (400, b"9" * 5_000, "application/json", "number"),
    (413, b"x" * 100_001, "text/plain", "100000 bytes"),
    (413, b"x" * 60_001, "text/plain", "60001 characters"),
    (415, b"x", "image/png", "image/png"),
    (415, b"x", "", "send application/json, text/plain or text/html"),
    (422, b"", "text/plain", "empty"),
    (422, b'{"text": " \\n "}', "application/json", "empty"),
    (422, b'{"text": 5}', "application/json", "text"),
    (422, b'{"text": null}', "application/json", "text"),
    (422, b'{"title": "x"}', "application/json", "text"),
    (422, b'{"text": "x", "colour": "red"}', "application/json", "colour"),
    (422, b'{"text": "x", "\\ud800": 1}', "application/json", "unicode"),
    (422, b'{"text": "\\ud800"}', "application/json", "text"),
    (422, b'["x"]', "application/json", "the body"),
    (422, b"NaN", "application/json", "the body"),
]


@pytest.mark.parametrize(("status", "body", "kind", "message"), REFUSED)
def test_bad_input_is_refused_with_the_reason(
    client: TestClient, status: int, body: bytes, kind: str, message: str
) -> None:
    response = client.post("/classify", content=body, headers={"content-type": kind})
    assert response.status_code == status
    assert response.headers["content-type"] == PROBLEM
    problem = response.json()
    assert problem["status"] == status
    assert message in problem["detail"]


def test_a_wrong_field_is_named(client: TestClient) -> None:
    assert client.post("/classify", json={"text": 5}).json()["field"] == "text"


def test_an_error_in_a_batch_leaves_the_others_alone(client: TestClient) -> None:
    texts = [{"text": "Paris wants it.", "id": "1"}, {"text": ""}, {"text": "Rome does not.", "id": "3"}]
    first, error, third = client.post("/classify/batch", json={"articles": texts}).json()["results"]
    assert (first["id"], error["status"], third["id"]) == ("1", 422, "3")
    assert third == classify(client, "Rome does not.", id="3")


@pytest.mark.parametrize(
    ("body", "status"),
    [({"articles": []}, 422), ({"articles": [{"text": "x"}] * 4}, 413), ({"texts": []}, 422), ([], 422)],
)
def test_a_bad_batch_is_refused_whole(client: TestClient, body: object, status: int) -> None:
    response = client.post("/classify/batch", json=body)
    assert (response.status_code, response.headers["content-type"]) == (status, PROBLEM)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("GET", "/classify", 405)])
def test_unknown_routes_are_problems_too(client: TestClient, method: str, path: str, status: int) -> None:
    response = client.request(method, path)
    assert (response.status_code, response.headers["content-type"]) == (status, PROBLEM)


def test_info_tells_model_labels_and_limits(client: TestClient) -> None:
    info = client.get("/info").json()
    assert info["stances"] == [str(s) for s in STANCES]
    assert info["limits"]["max_body"] == 100_000
    assert 0 <= info["figures"]["test"]["macro_f1"] <= 1


def test_ready_only_while_the_model_is_loaded(artefact: Path) -> None:
    app = create_app(Settings(model=artefact))
    unstarted = TestClient(app)
    assert unstarted.get("/health/live").status_code == 200
    assert unstarted.get("/health/ready").status_code == 503
    assert unstarted.post("/classify", json={"text": "x"}).status_code == 503
    with TestClient(app) as started:
        assert started.get("/health/ready").status_code == 200


def test_a_deadline_drops_the_work(artefact: Path) -> None:
    with TestClient(create_app(Settings(model=artefact, deadline=1.0))) as client:
        long = client.post("/classify", json={"text": "Paris wants to send troops. " * 12_000})
        assert (long.status_code, long.headers["content-type"]) == (504, PROBLEM)
        begun = time.monotonic()
        assert client.post("/classify", json={"text": "Paris wants it."}).status_code == 200
        assert time.monotonic() - begun < 1


def test_a_full_queue_is_a_429_that_says_when_to_come_back(artefact: Path) -> None:
    with TestClient(create_app(Settings(model=artefact, queue=1, deadline=2))) as client, ThreadPoolExecutor() as pool:
        long = pool.submit(client.post, "/classify", json={"text": "Paris wants to send troops. " * 12_000})
        time.sleep(0.5)
        response = client.post("/classify", json={"text": "Paris wants to send troops."})
        assert long.result().status_code == 504
    assert response.status_code == 429
    assert response.headers["content-type"] == PROBLEM
    assert int(response.headers["retry-after"]) >= 1


def test_the_docs_load_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "https://" not in page.replace("https://github.com", "")
    assert "swagger" in page


def test_a_damaged_artefact_stops_the_start_with_advice(
    artefact: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = shutil.copytree(artefact, tmp_path / "damaged")
    (damaged / "tokenizer.json").write_text("{}")
    assert main(["--model", str(damaged)]) == 2
    assert "tokenizer.json" in capsys.readouterr().err
