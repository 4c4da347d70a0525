"""The workflows keep to their schema, ask for no more rights than they need, and call what exists."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

WORKFLOWS = sorted(Path(".github/workflows").glob("*.yml"))


def test_the_workflows_keep_to_their_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*command, *map(str, WORKFLOWS)], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_only_read_but_for_one_comment(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in workflow[True]  # YAML reads the key 'on' as true
    for job in workflow["jobs"].values():
        rights = job.get("permissions", {})
        assert set(rights) <= {"pull-requests"}
        if rights:
            assert "head.repo.full_name == github.repository" in job["if"]
            assert not any("checkout" in step.get("uses", "") for step in job["steps"])


def test_the_comment_is_updated_not_repeated() -> None:
    script = Path(".github/workflows/retrain.yml").read_text(encoding="utf-8")
    assert "updateComment" in script
    assert script.count("createComment") == 1
