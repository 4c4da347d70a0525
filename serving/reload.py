"""When to look for a newly published artefact: at ``SIGHUP``, and when the folder's manifest has changed."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path

from model.artefact import MANIFEST
from model.errors import ArtefactError
from serving.engine import Engine
from serving.settings import Settings


@contextlib.asynccontextmanager
async def watching(engine: Engine, settings: Settings) -> AsyncIterator[None]:
    """Swap the engine's model while inside, whenever there is reason to look for another one."""
    look = asyncio.Event()
    loop = asyncio.get_running_loop()
    with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):  # no signals outside the main thread
        loop.add_signal_handler(signal.SIGHUP, look.set)
    tasks = [asyncio.create_task(_swap_when(look, engine, settings))]
    if settings.watch:
        tasks.append(asyncio.create_task(_poll(look, settings)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            loop.remove_signal_handler(signal.SIGHUP)


async def _swap_when(look: asyncio.Event, engine: Engine, settings: Settings) -> None:
    while True:
        await look.wait()
        look.clear()
        with contextlib.suppress(ArtefactError):  # the engine keeps the reason, and the old model
            await asyncio.to_thread(engine.swap, settings.model)


async def _poll(look: asyncio.Event, settings: Settings) -> None:
    seen = _signature(settings.model)
    while True:
        await asyncio.sleep(settings.watch)
        if (now := _signature(settings.model)) not in (None, seen):
            seen = now
            look.set()


def _signature(folder: Path) -> tuple[int, int] | None:
    """Tell one manifest from the next; None while a new one is being put in place."""
    try:
        status = (folder / MANIFEST).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino
