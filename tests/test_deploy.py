"""The container is built from serving alone, runs with no rights, and is stopped and watched as the service expects."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from serving.app import create_app
from serving.settings import Settings

DOCKERFILE = Path("Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(Path("docker-compose.yml").read_text(encoding="utf-8"))["services"]["troopstance"]
RESOURCES = list(yaml.safe_load_all(Path("deploy/kubernetes.yaml").read_text(encoding="utf-8")))
DEPLOYMENT, SERVICE = RESOURCES
POD = DEPLOYMENT["spec"]["template"]["spec"]
(CONTAINER,) = POD["containers"]
VERSION = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
IMAGE_VARIABLES = dict(re.findall(r"(STANCE_\w+)=(\S+)", DOCKERFILE))
POD_VARIABLES = {e["name"]: e["value"] for e in CONTAINER["env"]}

HEALTHCHECKS = {
    "Dockerfile": json.loads(re.findall(r"^ +CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[0]),
    "compose": COMPOSE["healthcheck"]["test"][1:],
}


def call(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.fixture(params=[200, 503], ids=["ready", "not ready"])
def answering(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """A service that answers the readiness probe with a status: its port and the status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(request.param if self.path == "/health/ready" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port, request.param
        server.shutdown()
        thread.join()


def test_the_dockerfile_has_no_lint() -> None:
    done = call(str(Path(sysconfig.get_path("scripts")) / "hadolint"), "Dockerfile")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_is_built_from_model_and_serving_alone() -> None:
    copied = [
        source for line in re.findall(r"^COPY ([^-].*) \S+$", DOCKERFILE, re.MULTILINE) for source in line.split()
    ]
    assert {s for s in copied if Path(s).is_dir()} == {"model", "serving"}
    assert all(Path(source).exists() for source in copied)
    kept = Path(".dockerignore").read_text(encoding="utf-8")
    assert all(f"!{source}" in kept for source in copied)


def test_the_image_does_not_run_as_root() -> None:
    user = re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE)[-1]
    assert user == (str(POD["securityContext"]["runAsUser"]), str(POD["securityContext"]["runAsGroup"]))
    assert "0" not in user


@pytest.mark.parametrize("where", HEALTHCHECKS)
def test_a_health_check_passes_only_if_the_service_is_ready(where: str, answering: tuple[int, int]) -> None:
    port, status = answering
    command = [part.replace(":8000/", f":{port}/") for part in HEALTHCHECKS[where]]
    done = call(sys.executable, *command[1:], STANCE_PORT=str(port))
    assert (done.returncode == 0) is (status == 200), done.stderr


def test_compose_keeps_to_its_schema() -> None:
    done = call(
        *(sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_is_reached_from_its_own_machine_alone() -> None:
    assert COMPOSE["ports"] == [f"127.0.0.1:${{PORT:-8000}}:{IMAGE_VARIABLES['STANCE_PORT']}"]


def test_compose_gives_no_rights() -> None:
    assert COMPOSE["read_only"] is True
    assert COMPOSE["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in COMPOSE["security_opt"]
    assert not {"privileged", "volumes", "network_mode", "pid", "user"} & set(COMPOSE)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r["kind"])
def test_kubernetes_resources_keep_to_their_schema(resource: dict[str, Any]) -> None:
    kubernetes_validate.validate(resource, kubernetes_validate.latest_version(), strict=True)


def test_the_pod_has_no_rights() -> None:
    assert POD["automountServiceAccountToken"] is False
    assert POD["securityContext"]["runAsNonRoot"] is True
    assert POD["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert [(m["name"], m["mountPath"]) for m in CONTAINER["volumeMounts"]] == [("tmp", "/tmp")]  # noqa: S108
    assert [(v["name"], "emptyDir" in v) for v in POD["volumes"]] == [("tmp", True)]


def test_the_pod_gets_what_it_may_use() -> None:
    resources = CONTAINER["resources"]
    assert resources["requests"] == resources["limits"] == {"cpu": "2", "memory": "1Gi"}
    assert POD_VARIABLES["STANCE_THREADS"] == COMPOSE["environment"]["STANCE_THREADS"] == resources["limits"]["cpu"]


def test_the_probes_ask_what_the_service_answers() -> None:
    asked = {kind: CONTAINER[kind]["httpGet"] for kind in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {kind: get["path"] for kind, get in asked.items()} == {
        "startupProbe": "/health/live",
        "livenessProbe": "/health/live",
        "readinessProbe": "/health/ready",
    }
    assert {get["path"] for get in asked.values()} <= set(create_app(Settings()).openapi()["paths"])
    assert {get["port"] for get in asked.values()} == {"http"}


def test_the_service_reaches_the_pods() -> None:
    labels = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]
    assert SERVICE["spec"]["selector"] == DEPLOYMENT["spec"]["selector"]["matchLabels"] == labels
    assert [port["targetPort"] for port in SERVICE["spec"]["ports"]] == [CONTAINER["ports"][0]["name"]]
    assert str(CONTAINER["ports"][0]["containerPort"]) == POD_VARIABLES["STANCE_PORT"]


@pytest.mark.parametrize(
    "variables", [IMAGE_VARIABLES, COMPOSE["environment"], POD_VARIABLES], ids=["image", "compose", "pod"]
)
def test_a_variable_is_a_setting(variables: dict[str, str]) -> None:
    settings = Settings(**{name.removeprefix("STANCE_").lower(): value for name, value in variables.items()})  # type: ignore[arg-type]
    assert variables is COMPOSE["environment"] or settings.host == "0.0.0.0"  # noqa: S104


def test_what_was_taken_is_finished_before_the_end() -> None:
    before = int(CONTAINER["lifecycle"]["preStop"]["exec"]["command"][1])
    assert POD["terminationGracePeriodSeconds"] > before + Settings().grace
    assert int(COMPOSE["stop_grace_period"].removesuffix("s")) > Settings().grace


def test_the_image_is_of_this_version() -> None:
    assert CONTAINER["image"] == COMPOSE["image"] == f"troopstance:{VERSION}"
