"""What is handed to operators is what the program takes."""

from __future__ import annotations

import re
import tomllib

import pytest

from app.lives import LAST_GRACE_S
from app.settings import NAMES, ROOT
from pods.jobs import Queue
from pods.policy import Policy, parse

LONGEST_JOB_S = 60


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_the_example_policy_parses_and_shows_every_key() -> None:
    text = read("podkeeper.example.toml")
    parse(text)
    assert set(tomllib.loads(text)) == set(Policy.model_fields)


def test_compose_runs_every_process_and_a_durable_redis() -> None:
    text = read("deploy/compose.yaml")
    for queue in Queue:
        assert f'["worker", "{queue.value}"]' in text
    assert '["bot"]' in text
    assert '["clock"]' in text
    for option in ("--appendonly yes", "--appendfsync always", "--maxmemory-policy noeviction"):
        assert option in text


@pytest.mark.parametrize(("path", "pattern"), [("deploy/compose.yaml", r"stop_grace_period: (\d+)s")])
def test_a_job_may_end_before_its_process_is_killed(path: str, pattern: str) -> None:
    graces = [int(seconds) for seconds in re.findall(pattern, read(path))]
    assert graces
    assert min(graces) > LONGEST_JOB_S


def test_the_service_waits_longer_than_the_supervisor() -> None:
    (seconds,) = re.findall(r"TimeoutStopSec=(\d+)", read("deploy/podkeeper.service"))
    assert int(seconds) > LAST_GRACE_S


def test_the_image_hears_the_order_to_stop() -> None:
    text = read("deploy/Dockerfile")
    assert re.search(r'^ENTRYPOINT \["', text, re.MULTILINE), "the shell form would swallow SIGTERM"
    assert "STOPSIGNAL SIGTERM" in text
    assert re.search(r"^USER (?!root)", text, re.MULTILINE)


@pytest.mark.parametrize("path", ["README.md", "docs/running.md", "deploy/compose.yaml"])
def test_settings_are_named_as_they_are(path: str) -> None:
    named = set(re.findall(r"\b(?:SLACK|RUNPOD|REDIS|PODKEEPER)_[A-Z_]+\b", read(path)))
    assert named - NAMES <= {"PODKEEPER_OPENAPI", "PODKEEPER_GRAPHQL", "PODKEEPER_STRICT", "PODKEEPER_VENV"}
