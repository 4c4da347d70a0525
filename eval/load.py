"""``python -m eval.load``: what the running service does under load, with slow and vanishing clients among the others.

Asks a service on this machine for articles of the corpus, one to many clients at a time; compares every answer with the
artefact's own, scored offline; reports rates, times, refusals, and the memory of the service's process.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import numpy as np
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, CliApp, SettingsConfigDict
from tqdm import tqdm

import data
from data import CORPUS
from data.spans import assemble
from model.artefact import RELEASED
from model.classifier import Classifier
from model.errors import TroopstanceError
from model.types import Article


class LoadConfig(BaseSettings):
    """Settings of a load test."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, cli_kebab_case=True)

    url: str = Field("http://127.0.0.1:8000", description="the service")
    model: Path = Field(RELEASED, description="the artefact that it serves, for the expected answers")
    clients: list[int] = Field([1, 8, 32, 128], description="clients at a time, one run each")
    requests: int = Field(200, ge=1, description="articles of a run")
    articles: int = Field(40, ge=1, description="different articles")
    odd: float = Field(0.05, ge=0, le=1, description="share of clients that are slow, and as many that vanish")
    pid: int | None = Field(None, description="the service's process, to watch its memory")
    seed: int = Field(13, description="seed of the order")


@dataclass(slots=True)
class Run:
    """What happened to the requests of one run."""

    clients: int
    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    def row(self, megabytes: float | None) -> str:
        """Return the run as a row of the table."""
        p50, p99 = np.percentile([1000 * t for t in self.times] or [0.0], [50, 99])
        rate = self.outcomes["right"] / self.seconds
        others = ", ".join(f"{n} {what}" for what, n in sorted(self.outcomes.items()) if what != "right") or "none"
        memory = f"{megabytes:.0f}" if megabytes is not None else ""
        return (
            f"| {self.clients} | {rate:.1f} | {p50:.0f} | {p99:.0f} | {self.outcomes['right']} | {others} | {memory} |"
        )


Expected = dict[str, list[str]]


async def load(config: LoadConfig, articles: Sequence[Article], expected: Expected, clients: int) -> Run:
    """Ask for ``requests`` articles with so many clients at a time."""
    run, order = Run(clients), random.Random(config.seed)
    todo = [order.choice(articles) for _ in range(config.requests)]
    odd = [order.random() for _ in todo]
    begun = time.perf_counter()
    async with httpx2.AsyncClient(base_url=config.url, timeout=120) as client:

        async def work() -> None:
            while todo:
                article, kind = todo.pop(), odd[len(todo)]
                if kind < config.odd:
                    await _vanish(config.url, article)
                    run.outcomes["vanished"] += 1
                else:
                    await _ask(client, article, expected, run, slow=kind < 2 * config.odd)

        await asyncio.gather(*(work() for _ in range(clients)))
    run.seconds = time.perf_counter() - begun
    return run


async def _ask(client: httpx2.AsyncClient, article: Article, expected: Expected, run: Run, *, slow: bool) -> None:
    body = json.dumps({"id": article.id, "title": article.title, "text": article.text}).encode()

    async def drops() -> AsyncIterator[bytes]:
        for i in range(0, len(body), 2_000):
            yield body[i : i + 2_000]
            await asyncio.sleep(0.1)

    while True:
        begun = time.perf_counter()
        content: AsyncIterator[bytes] | bytes = drops() if slow else body
        response = await client.post("/classify", content=content, headers={"content-type": "application/json"})
        if response.status_code != 429:
            break
        run.outcomes["refused and asked again"] += 1
        await asyncio.sleep(float(response.headers["retry-after"]) * random.uniform(0.5, 1.5))
    if response.status_code != 200:
        run.outcomes[f"status {response.status_code}"] += 1
        return
    if not slow:
        run.times.append(time.perf_counter() - begun)
    said = [sentence["stance"] for sentence in response.json()["sentences"]]
    run.outcomes["right" if said == expected[article.id or ""] else "wrong"] += 1


async def _vanish(url: str, article: Article) -> None:
    """Send a whole request and hang up without waiting for the answer."""
    place = urlsplit(url)
    _, writer = await asyncio.open_connection(place.hostname, place.port)
    body = json.dumps({"text": article.text}).encode()
    head = (
        f"POST /classify HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    await asyncio.sleep(0.01)
    writer.transport.abort()


def megabytes(pid: int | None) -> float | None:
    """Return the resident memory of a process."""
    if pid is None:
        return None
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def main(arguments: Sequence[str]) -> int:
    """Run with the given command line; exit code 1 if an answer was wrong or an error."""
    try:
        config = CliApp.run(LoadConfig, cli_args=list(arguments))
        articles = [assemble(a)[0] for a in data.articles(CORPUS, "test")[: config.articles]]
        classifier = Classifier.load(config.model)
    except (TroopstanceError, ValidationError) as error:
        print(f"eval.load: {error}", file=sys.stderr)
        return 2
    expected = {
        a.id or "": [str(p.stance) for p in classifier.classify(a)] for a in tqdm(articles, desc="expected answers")
    }
    print(
        "| clients | articles/s | p50 ms | p99 ms | right | others | MB |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    failed = False
    for clients in config.clients:
        run = asyncio.run(load(config, articles, expected, clients))
        failed |= any(what == "wrong" or what.startswith("status") for what in run.outcomes)
        print(run.row(megabytes(config.pid)), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
