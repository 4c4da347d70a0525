"""The engine under load, while the model is swapped, and when told to stop."""

import asyncio
import hashlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient

from model.artefact import load_manifest
from model.classifier import Classifier
from model.errors import ArtefactError, ConfigError
from model.runtime import available_threads
from model.types import Article
from serving.access import JsonLines, read_keys
from serving.app import create_app
from serving.engine import Engine
from serving.metrics import Metrics
from serving.problems import Problem
from serving.settings import Settings
from training.config import TrainingConfig
from training.publish import publish
from training.run import run

TEXTS = [
    f"Paris wants to send {n} troops. Rome rejects them. Oslo would go only after a truce." * (n + 1) for n in range(8)
]


@pytest.fixture(scope="module")
def other(make_config: Callable[..., TrainingConfig], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artefact of another seed."""
    return run(make_config(tmp_path_factory.mktemp("other"), "--seed", "99", "--epochs", "1"))


@pytest.fixture
def place(artefact: Path, tmp_path: Path) -> Path:
    return shutil.copytree(artefact, tmp_path / "place")


def test_an_answer_does_not_depend_on_what_else_is_served(client: TestClient, classifier: Classifier) -> None:
    alone = {text: classifier.classify(Article(text)) for text in TEXTS}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda text: client.post("/classify", json={"text": text}).json(), TEXTS * 4))
    for text, answer in zip(TEXTS * 4, answers, strict=True):
        for found, expected in zip(answer["sentences"], alone[text], strict=True):
            assert found["stance"] == expected.stance
            assert found["confidence"] == pytest.approx(expected.confidence, abs=1e-3)


def test_a_swap_in_mid_load_loses_nothing_and_mixes_nothing(place: Path, other: Path) -> None:
    versions = {load_manifest(place).version, load_manifest(other).version}
    engine = Engine.load(Settings(model=place), Metrics())
    expected = {v: Classifier.load(f) for v, f in ((load_manifest(f).version, f) for f in (place, other))}
    texts = TEXTS * 12

    async def everything() -> list[object]:
        swap = asyncio.create_task(asyncio.to_thread(engine.swap, other))
        answers = await asyncio.gather(*(engine.classify(Article(text), patient=True) for text in texts))
        assert await swap
        return [*answers, await engine.classify(Article(texts[0]))]

    answers = asyncio.run(everything())
    engine.close()
    for text, scored in zip([*texts, texts[0]], answers, strict=True):
        own = expected[scored.manifest.version].classify(Article(text))  # type: ignore[attr-defined]
        assert [p.stance for p in scored.predictions] == [p.stance for p in own]  # type: ignore[attr-defined]
    assert answers[-1].manifest.version == load_manifest(other).version  # type: ignore[attr-defined]
    assert versions == set(expected)


def test_a_damaged_artefact_is_refused_and_the_old_one_goes_on(place: Path, other: Path) -> None:
    with TestClient(create_app(Settings(model=place, watch=0))) as client:
        before = client.get("/info").json()["model"]["version"]
        damaged = shutil.copytree(other, place.parent / "damaged")
        (damaged / "network.bin").write_bytes(b"nothing")
        with pytest.raises(ArtefactError):
            client.app.state.engine.swap(damaged)  # type: ignore[attr-defined]
        assert client.get("/info").json()["model"]["version"] == before
        ready = client.get("/health/ready")
        assert ready.status_code == 200
        assert "network.bin" in ready.json()["detail"]
        client.app.state.engine.swap(other)  # type: ignore[attr-defined]
        assert client.get("/health/ready").json()["detail"] is None


def test_a_published_artefact_is_served_without_a_restart(place: Path, other: Path) -> None:
    with TestClient(create_app(Settings(model=place, watch=0.05))) as client:
        publish(other, place)
        deadline = time.monotonic() + 20
        while client.get("/info").json()["model"]["version"] != load_manifest(other).version:
            assert time.monotonic() < deadline, "the watcher did not swap"
            time.sleep(0.05)


def test_who_stops_waiting_takes_the_article_back(classifier: Classifier) -> None:
    engine = Engine(classifier, Settings(queue=4), Metrics())

    async def impatient() -> float:
        long = asyncio.create_task(engine.classify(Article("Paris wants to send troops. " * 12_000)))
        await asyncio.sleep(0.3)
        long.cancel()
        begun = time.monotonic()
        await engine.classify(Article("Paris wants it."))
        return time.monotonic() - begun

    assert asyncio.run(impatient()) < 5
    engine.close()


def test_an_error_while_scoring_reaches_the_one_who_waits(
    classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(classifier, Settings(), Metrics())
    monkeypatch.setattr(Classifier, "classify", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(engine.classify(Article("Paris wants it.")))
    monkeypatch.undo()
    assert asyncio.run(engine.classify(Article("Paris wants it."))).predictions
    engine.close()


def test_a_full_queue_refuses_the_impatient_alone(classifier: Classifier) -> None:
    engine = Engine(classifier, Settings(queue=1), Metrics())

    async def crowd() -> None:
        first = asyncio.create_task(engine.classify(Article("Paris wants to send troops. " * 500)))
        await asyncio.sleep(0)
        with pytest.raises(Problem, match="waiting already"):
            await engine.classify(Article("Paris wants it."))
        assert (await engine.classify(Article("Paris wants it."), patient=True)).predictions
        assert (await first).predictions

    asyncio.run(crowd())
    engine.close()


@pytest.fixture
def keyed(artefact: Path, tmp_path: Path) -> Iterator[TestClient]:
    digest = hashlib.sha256(b"open sesame").hexdigest()
    (tmp_path / "keys").write_text(f"# who may ask\ndesk {digest}\n")
    with TestClient(create_app(Settings(model=artefact, keys=tmp_path / "keys"))) as made:
        yield made


def test_keys_guard_the_classifying_routes_alone(keyed: TestClient) -> None:
    body = {"text": "Paris wants it."}
    for headers in ({}, {"authorization": "Bearer guess"}, {"authorization": "Basic open sesame"}):
        refused = keyed.post("/classify", json=body, headers=headers)
        assert refused.status_code == 401
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["www-authenticate"] == "Bearer"
    assert keyed.post("/classify", json=body, headers={"authorization": "Bearer open sesame"}).status_code == 200
    assert keyed.get("/health/ready").status_code == 200


def test_a_bad_file_of_keys_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("desk open-sesame\n")
    with pytest.raises(ConfigError, match="keys:1"):
        read_keys(tmp_path / "keys")
    with pytest.raises(ConfigError, match="no API keys at"):
        read_keys(tmp_path / "nowhere")


def test_every_answer_has_an_id_and_safe_headers(client: TestClient) -> None:
    for path in ("/info", "/nowhere", "/health/live"):
        headers = client.get(path, headers={"X-Request-ID": "desk-7"}).headers
        assert headers["x-request-id"] == "desk-7"
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers
    assert client.get("/info", headers={"X-Request-ID": "<script>"}).headers["x-request-id"] != "<script>"


def test_other_origins_may_call_only_where_allowed(artefact: Path) -> None:
    with TestClient(create_app(Settings(model=artefact, cors=["https://paper.example"]))) as client:
        for origin, allowed in (("https://paper.example", True), ("https://other.example", False)):
            headers = client.get("/info", headers={"origin": origin}).headers
            assert ("access-control-allow-origin" in headers) is allowed


def test_the_figures_count_what_happened(client: TestClient) -> None:
    client.post("/classify", json={"text": "Paris wants it. Rome does not."})
    client.post("/classify", json={"text": ""})
    lines = client.get("/metrics").text.splitlines()
    counts = {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if not line.startswith("#")}
    assert counts['stance_requests_total{route="/classify",status="200"}'] == 1
    assert counts['stance_refusals_total{status="422"}'] == 1
    assert sum(n for name, n in counts.items() if name.startswith("stance_sentences_total")) == 2
    assert any(name.startswith("stance_model_info") for name in counts)


def test_logs_are_json_without_article_texts(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="serving"):
        client.post("/classify", json={"text": "Paris wants the secret thing."})
    [line] = [json.loads(JsonLines().format(r)) for r in caplog.records if r.name == "serving.access"]
    assert (line["route"], line["status"], line["message"]) == ("/classify", 200, "request")
    assert "secret" not in json.dumps(line)


@pytest.mark.parametrize(
    ("content", "most"), [("150000 100000", 1), ("50000 100000", 1), ("max 100000", 10**6), ("nonsense", 10**6)]
)
def test_threads_follow_the_containers_quota(content: str, most: int, tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text(content)
    assert 1 <= available_threads(tmp_path) <= min(most, os.cpu_count() or 1)


def test_a_stopping_service_finishes_what_it_took(artefact: Path) -> None:
    command = [sys.executable, "-m", "serving", "--model", str(artefact), "--port", "0", "--threads", "1"]
    text = "Paris wants to send troops. " * 3_000
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process, ThreadPoolExecutor() as pool:  # noqa: S603
        assert process.stdout is not None
        messages = (json.loads(line)["message"] for line in process.stdout)
        address = next(message for message in messages if "running on" in message).split()[3]
        asked = pool.submit(httpx2.post, f"{address}/classify", json={"text": text}, timeout=60)
        time.sleep(0.7)
        process.send_signal(signal.SIGTERM)
        assert asked.result().status_code == 200
        process.stdout.read()
        assert process.wait(timeout=30) in (0, -signal.SIGTERM)
