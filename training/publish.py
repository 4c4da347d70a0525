"""Put a new artefact in the place of the released one, in one step: a reader sees the old or the new, whole."""

import shutil
import tempfile
from pathlib import Path

from model.artefact import load_manifest


def publish(source: Path, target: Path) -> None:
    """Copy a verified artefact beside the target and swap the two folders.

    Raises:
        ArtefactError: the source is damaged; the target is left as it is.
    """
    load_manifest(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as scratch:
        fresh = Path(scratch) / "new"
        shutil.copytree(source, fresh)
        load_manifest(fresh)
        if target.exists():
            target.rename(Path(scratch) / "old")
        fresh.rename(target)
