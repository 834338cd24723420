from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import testing
from app.cli import cli
from app.settings import NAMES, ROOT
from pods.errors import InvalidSetting, PodkeeperError
from pods.jobs import Queue

COMMANDS = ["demo", "test", "up", "bot", "worker", "clock", "sim", "doctor", "manifest"]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def call(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, list(arguments))
    if isinstance(result.exception, PodkeeperError):
        raise result.exception
    return result.exit_code, result.output


def test_help_names_every_command_and_hides_the_rest() -> None:
    code, told = call("--help")
    assert code == 0
    assert [name for name in COMMANDS if f"  {name} " not in told] == []
    assert "policy-check" not in told


@pytest.mark.parametrize(
    "arguments", [[name] for name in COMMANDS] + [["sim", "runpod"], ["sim", "slack"], ["policy-check"]]
)
def test_every_command_explains_itself(arguments: list[str]) -> None:
    code, told = call(*arguments, "--help")
    assert code == 0
    assert len(told.split("Options:")[0].splitlines()) > 2


@pytest.mark.parametrize(("arguments", "hint"), [(["wroker"], "worker"), (["worker", "atc"], "act")])
def test_a_slip_is_answered_with_what_was_meant(arguments: list[str], hint: str) -> None:
    code, told = call(*arguments)
    assert code == 2
    assert hint in told


@pytest.mark.parametrize("arguments", [["bot"], ["clock"], ["worker", Queue.ACT.value]])
def test_a_single_process_needs_a_store(arguments: list[str]) -> None:
    with pytest.raises(InvalidSetting, match="REDIS_URL"):
        call(*arguments)


def test_up_names_what_is_missing_before_it_starts_anything(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="SLACK_BOT_TOKEN"):
        call("up")
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_is_json_and_can_be_changed() -> None:
    _, told = call("manifest", "--name", "Pods staging", "--http", "https://pods.example.com")
    manifest = json.loads(told)
    assert manifest["display_information"]["name"] == "Pods staging"
    assert manifest["settings"]["socket_mode_enabled"] is False


def test_a_policy_is_checked_by_path(tmp_path: Path) -> None:
    policy = tmp_path / "p.toml"
    policy.write_text('zone = "Europe/Berlin"\n')
    assert call("policy-check", str(policy)) == (0, f"{policy} is valid: 0 channels, zone Europe/Berlin.\n")
    policy.write_text('zone = "Moon"\n')
    with pytest.raises(InvalidSetting, match="IANA"):
        call("policy-check", str(policy))
    with pytest.raises(InvalidSetting, match=r"podkeeper\.example\.toml"):
        call("policy-check", str(tmp_path / "none.toml"))


def test_the_doctor_fails_with_code_one_when_nothing_is_set() -> None:
    code, told = call("doctor")
    assert code == 1
    assert "SLACK_BOT_TOKEN" in told


def test_what_cannot_be_done_is_one_sentence_and_code_two(tmp_path: Path) -> None:
    environment = {**os.environ, "RUNPOD_API": "soap", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "app", "up"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "`RUNPOD_API` is 'soap'; write auto, rest or graphql.\n"


def test_tests_run_without_a_browser_or_much_time_and_pass_arguments_on() -> None:
    assert testing.command(["-k", "stop"])[1:] == [
        *("-m", "pytest", "--ignore", "tests/browser", "-n", "2", "--dist", "loadfile"),
        *("-m", "not long and not chaos"),
        *("-k", "stop"),
    ]


@pytest.mark.parametrize("named", [["-m", "chaos"], ["tests/chaos"], ["tests/chaos/test_kills.py::test_leader_killed"]])
def test_whoever_names_tests_gets_what_they_named(named: list[str]) -> None:
    assert testing.command(named)[3:] == ["--ignore", "tests/browser", "-n", "2", "--dist", "loadfile", *named]


def test_tests_do_not_see_real_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNPOD_API_KEY", "rpa_REAL")
    monkeypatch.setattr(testing, "command", lambda _extra: [sys.executable, "-c", _SEES])
    assert testing.run([]) == 7


_SEES = "import os, sys; sys.exit(8 if 'RUNPOD_API_KEY' in os.environ else 7)"
