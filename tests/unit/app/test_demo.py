from __future__ import annotations

import socket
from pathlib import Path

import httpx
import pytest

from app.children import work
from app.demo.run import POLICY, demo_environment, demo_settings, demo_work, run
from app.settings import NAMES, load_settings
from app.simulators import both, serving, slack
from app.up import children
from pods.errors import InvalidSetting
from pods.jobs import Queue
from pods.policy import Role, parse
from sim.slack.workspace import Workspace


def test_nothing_of_a_real_environment_shows_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = tmp_path / ".env"
    real.write_text("RUNPOD_API_KEY=rpa_REAL\nSLACK_TEAM_ID=T0REAL\nPODKEEPER_HTTP_PORT=9999\n")
    for name, value in demo_environment(8765, "redis://127.0.0.1:1", tmp_path).items():
        monkeypatch.setenv(name, value)
    settings = load_settings(real)
    assert settings.api_key == "rp_full"
    assert (settings.slack_team_id, settings.http_port) == (None, None)
    for address in (settings.slack_api_url, settings.runpod_rest_url, settings.runpod_graphql_url, settings.clock_url):
        assert address is not None
        assert address.startswith("http://127.0.0.1:8765/")


def test_every_setting_is_decided(tmp_path: Path) -> None:
    assert set(demo_environment(1, "redis://x", tmp_path)) == NAMES


def test_the_demos_settings_are_complete(tmp_path: Path) -> None:
    settings = demo_settings(demo_environment(8765, "redis://127.0.0.1:1", tmp_path))
    assert settings.policy == POLICY
    assert settings.bot_token.startswith("xoxb-")


def test_the_demos_policy_names_people_and_channels_of_its_workspace() -> None:
    policy, workspace = parse(POLICY.read_text(encoding="utf-8")), Workspace.seeded()
    assert {user for role in Role for user in policy.roles.holders(role).users} <= set(workspace.users)
    assert policy.roles.groups <= set(workspace.groups)
    assert {each.id for each in policy.channel} | {route.channel for route in policy.route} <= set(workspace.channels)


def test_a_machine_runs_a_bot_a_worker_per_queue_and_two_clocks() -> None:
    names = [child.name for child in work({})]
    assert names == ["bot", *(queue.value for queue in Queue), "clock-1", "clock-2"]


def test_only_the_bot_opens_the_port() -> None:
    ports = {child.name: child.environment["PODKEEPER_HTTP_PORT"] for child in work({"PODKEEPER_HTTP_PORT": "8080"})}
    assert {name for name, port in ports.items() if port} == {"bot"}


@pytest.mark.parametrize(("redis_url", "first"), [("", "valkey"), ("redis://elsewhere:6379", "bot")])
def test_up_brings_a_store_only_where_none_is_named(tmp_path: Path, redis_url: str, first: str) -> None:
    settings = demo_settings({"REDIS_URL": redis_url, "PODKEEPER_DATA": str(tmp_path)})
    started = children(settings)
    assert started[0].name == first
    told = {child.environment.get("REDIS_URL", "") for child in started if child.name != "valkey"}
    assert all(address.startswith("redis://:") for address in told) is (first == "valkey")


def test_a_taken_port_is_told_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InvalidSetting) as refused:
        run(port=taken.getsockname()[1], speed=1.0)
    assert "--port" in refused.value.sentence


def test_both_simulators_answer_on_one_port() -> None:
    with serving(both(1.0), 0) as address, httpx.Client(base_url=address) as web:
        assert web.get("/control/connections").json()["connections"] == []
        assert len(web.get("/runpod/control/state").json()["pods"]) == 6
        headers = {"authorization": "Bearer rp_full"}
        assert len(web.get("/runpod/v2/pods", headers=headers).json()["pods"]) == 6


def test_slack_alone_has_no_account() -> None:
    with serving(slack(), 0) as address, httpx.Client(base_url=address) as web:
        assert web.get("/runpod/control/state").status_code == 404


def test_the_bot_counts_as_ready_once_slack_has_its_socket() -> None:
    with serving(both(1.0), 0) as address:
        port = int(address.rsplit(":", 1)[1])
        bot = next(child for child in demo_work(port, {}) if child.name == "bot")
        assert bot.ready() is False
