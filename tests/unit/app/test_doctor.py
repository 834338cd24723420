"""The doctor on the simulated services, healthy and each wrong in its own way."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest
import redis
from rich.console import Console

from app import manifest
from app.demo.run import POLICY, demo_environment, demo_settings
from app.doctor import local, runpod, slack, store
from app.doctor.finding import Finding, Level, examine, exit_code
from app.doctor.run import checks, show
from app.doctor.runpod import NO_POD, RunpodWeb
from app.doctor.slack import OPTIONAL_USE, SlackWeb
from app.settings import Settings
from app.valkey import EmbeddedValkey
from pods.policy import Policy, parse
from sim.clock import SimClock
from sim.runpod import FULL_KEY, READ_ONLY_KEY, Kind, SimRunPod, demo_seed, mock_transport
from sim.slack.core import SimSlack
from sim.slack.workspace import APP_TOKEN, BOT_TOKEN, DEFAULT_SCOPES, Workspace

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ALL_SCOPES = DEFAULT_SCOPES | manifest.needed_scopes(manifest.read()) | manifest.optional_scopes(manifest.read())


@dataclass
class World:
    """Both simulated services behind one client."""

    slack: SimSlack
    runpod: SimRunPod

    def client(self) -> httpx.Client:
        to_runpod = mock_transport(self.runpod)

        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.host == "runpod.test":
                return to_runpod.handle_request(request)
            method = request.url.path.rsplit("/", 1)[-1]
            token = request.headers["authorization"].removeprefix("Bearer ")
            reply = self.slack.call(method, dict(parse_qsl(request.content.decode())), token=token)
            headers = {**reply.headers, "date": format_datetime(datetime.now(UTC), usegmt=True)}
            return httpx.Response(reply.status, json=reply.body, headers=headers, request=request)

        return httpx.Client(transport=httpx.MockTransport(answer))

    def web(self, token: str = BOT_TOKEN) -> SlackWeb:
        return SlackWeb(self.client(), "http://slack.test/api/", token)

    def account(self, key: str = FULL_KEY) -> RunpodWeb:
        return RunpodWeb(self.client(), "http://runpod.test/v2", "http://runpod.test/graphql", key)


@pytest.fixture
def world() -> World:
    clock = SimClock(NOON, speed=0)
    workspace = Workspace.seeded()
    workspace.scopes = ALL_SCOPES
    return World(slack=SimSlack(workspace, clock), runpod=SimRunPod(clock, demo_seed()))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in demo_environment(1, "redis://x", tmp_path):
        monkeypatch.delenv(name, raising=False)
    environment = dict(demo_environment(1, "", tmp_path)) | {
        "SLACK_API_URL": "http://slack.test/api/",
        "RUNPOD_REST_URL": "http://runpod.test/v2",
        "RUNPOD_GRAPHQL_URL": "http://runpod.test/graphql",
    }
    return demo_settings(environment)


def policy(text: str = "") -> Policy:
    return parse(text or POLICY.read_text(encoding="utf-8"))


def levels(findings: Iterator[Finding]) -> list[Level]:
    return [finding.level for finding in findings]


def only(findings: Iterator[Finding]) -> Finding:
    (finding,) = findings
    return finding


def test_a_healthy_setup_passes_whole(world: World, settings: Settings) -> None:
    findings = examine(checks(settings, world.client()))
    assert [finding for finding in findings if finding.level in (Level.FAIL, Level.WARN)] == []
    assert exit_code(findings) == 0
    assert {"Slack bot token", "Slack scopes", "RunPod key, writing", "Policy", "Redis"} <= {f.what for f in findings}


def test_the_doctor_changes_nothing(world: World, settings: Settings) -> None:
    before = world.runpod.control.state()["pods"]
    examine(checks(settings, world.client()))
    assert world.runpod.control.state()["pods"] == before
    assert not any(call["effect"] for call in world.runpod.calls.as_json())
    assert world.slack.delivery.socket.connections == []


def test_nothing_set_is_told_by_name(settings: Settings, tmp_path: Path) -> None:
    bare = Settings(_env_file=None, data=tmp_path, policy=tmp_path / "none.toml")
    findings = examine(checks(bare, httpx.Client(transport=httpx.MockTransport(_refuse))))
    failed = {finding.what for finding in findings if finding.level is Level.FAIL}
    assert failed == {"Slack bot token", "RunPod key", "Policy"}
    assert exit_code(findings) == 1


def _refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def test_a_service_that_is_away_fails_its_own_checks_only(settings: Settings) -> None:
    findings = examine(checks(settings, httpx.Client(transport=httpx.MockTransport(_refuse))))
    by_what = {finding.what: finding.level for finding in findings}
    assert by_what["Slack bot token"] is Level.FAIL
    assert by_what["Policy"] is Level.OK
    assert by_what["Time zones"] is Level.OK


@pytest.mark.parametrize(
    ("token", "team", "level"),
    [
        (BOT_TOKEN, None, Level.OK),
        (BOT_TOKEN, "T0TEAM", Level.OK),
        (BOT_TOKEN, "T0OTHER", Level.FAIL),
        ("xoxb-no", None, Level.FAIL),
    ],
)
def test_the_bot_token_is_tried(world: World, token: str, team: str | None, level: Level) -> None:
    assert only(slack.bot_token(world.web(token), team)).level is level


def test_the_app_token_is_tried(world: World) -> None:
    assert only(slack.app_token(world.web(), APP_TOKEN)).level is Level.OK
    assert only(slack.app_token(world.web(), "xapp-no")).level is Level.FAIL


def test_a_missing_scope_is_named(world: World) -> None:
    asked = manifest.read()
    world.slack.workspace.scopes = ALL_SCOPES - {"usergroups:read", "channels:history"}
    needed, optional = slack.scopes(world.web(), manifest.needed_scopes(asked), manifest.optional_scopes(asked))
    assert (needed.level, needed.seen) == (Level.FAIL, "missing usergroups:read")
    assert optional.level is Level.WARN
    assert OPTIONAL_USE["channels:history"] in optional.seen


def test_every_optional_scope_has_a_use() -> None:
    assert set(OPTIONAL_USE) == manifest.optional_scopes(manifest.read())


def test_ids_that_slack_does_not_know_are_named(world: World) -> None:
    strange = policy(
        '[roles]\nadmin = { users = ["U0NOBODY"], groups = ["S0NONE"] }\n[[channel]]\nid = "C0GONE"\nceiling = "admin"'
    )
    people = list(slack.people(world.web(), strange))
    assert (people[0].level, "U0NOBODY" in people[0].seen) == (Level.FAIL, True)
    assert "S0NONE" in only(slack.groups(world.web(), strange)).seen
    assert "C0GONE" in only(slack.channels(world.web(), strange)).seen


def test_a_channel_without_the_bot_is_named_with_the_cure(world: World) -> None:
    finding = only(slack.channels(world.web(), policy('[[channel]]\nid = "C0RANDOM"\nceiling = "viewer"')))
    assert (finding.level, "#random" in finding.seen, "/invite" in finding.mend) == (Level.FAIL, True, True)


def test_what_a_missing_scope_hides_is_skipped(world: World) -> None:
    world.slack.workspace.scopes = ALL_SCOPES - {"usergroups:read"}
    assert only(slack.groups(world.web(), policy())).level is Level.SKIP


@pytest.mark.parametrize(
    ("key", "reading", "writing"),
    [
        (FULL_KEY, Level.OK, Level.OK),
        (READ_ONLY_KEY, Level.OK, Level.FAIL),
        ("rpa_unknown", Level.FAIL, Level.FAIL),
    ],
)
def test_what_the_key_may_do(world: World, key: str, reading: Level, writing: Level) -> None:
    assert only(runpod.may_read(world.account(key))).level is reading
    assert only(runpod.may_write(world.account(key))).level is writing


def test_the_write_probe_names_no_real_pod(world: World) -> None:
    assert NO_POD not in world.runpod.world.pods


def test_quotas_are_read_from_the_headers(world: World) -> None:
    assert only(runpod.quotas(world.account())).seen == "180 a minute, 7200 a hour, 100000 a day"


def test_a_small_quota_is_warned_of() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, json={"pods": []}, headers={"ratelimit-policy": '"minute";q=5;w=60'}, request=request
        )

    web = RunpodWeb(httpx.Client(transport=httpx.MockTransport(answer)), "http://r/v2", "http://r/graphql", "k")
    assert only(runpod.quotas(web)).level is Level.WARN


def test_a_retired_graphql_is_no_failure(world: World) -> None:
    assert only(runpod.graphql(world.account())).level is Level.OK
    world.runpod.faults.arm(Kind.GONE)
    assert only(runpod.graphql(world.account())).level is Level.WARN


@pytest.fixture
def client(tmp_path: Path) -> Iterator[redis.Redis]:
    with (
        EmbeddedValkey(tmp_path / "valkey") as server,
        redis.Redis.from_url(server.url, decode_responses=True, protocol=2) as connection,
    ):
        yield connection


def test_redis_is_judged_by_what_it_says(client: redis.Redis) -> None:
    assert only(store.alive(client)).level is Level.OK
    assert levels(store.durable(client)) == [Level.OK] * 3
    client.config_set("appendfsync", "everysec")
    client.config_set("maxmemory-policy", "allkeys-lru")
    assert levels(store.durable(client)) == [Level.OK, Level.WARN, Level.FAIL]
    client.config_set("appendonly", "no")
    client.config_set("appendfsync", "no")
    assert levels(store.durable(client)) == [Level.FAIL, Level.FAIL, Level.FAIL]


def test_a_hosted_redis_may_keep_its_configuration_to_itself(client: redis.Redis) -> None:
    client.acl_setuser("limited", enabled=True, passwords=["+pw"], categories=["+@all"], commands=["-config"])
    client.auth("pw", "limited")
    assert only(store.durable(client)).level is Level.WARN


@pytest.mark.parametrize(("off_s", "level"), [(0, Level.OK), (30, Level.WARN), (-30, Level.WARN), (600, Level.FAIL)])
def test_a_clock_that_is_off_is_noticed(off_s: int, level: Level) -> None:
    headers = {"date": format_datetime(NOON + timedelta(seconds=off_s), usegmt=True)}
    assert only(local.skew("Slack", headers, NOON)).level is level


def test_a_machine_without_zones_is_noticed() -> None:
    assert only(local.zones(frozenset())).level is Level.FAIL
    assert only(local.zones()).level is Level.OK


def test_the_table_shows_brackets_as_they_are() -> None:
    told = io.StringIO()
    show([Finding("Redis", Level.FAIL, "[redacted] [bold]", "mend [x]")], Console(file=told, width=100))
    assert "[redacted] [bold]" in told.getvalue()
    assert "1 FAIL" in told.getvalue()


def test_what_was_found_before_a_failure_stays() -> None:
    def half() -> Iterator[Finding]:
        yield Finding("a", Level.OK, "seen")
        raise redis.ConnectionError("at redis://:hush@host:1")

    check: Callable[[], Iterator[Finding]] = half
    findings = examine({"b": check})
    assert levels(iter(findings)) == [Level.OK, Level.FAIL]
    assert "hush" not in findings[1].seen
