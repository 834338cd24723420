"""All checks in order, and their table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Final

import httpx
import redis
from rich.console import Console
from rich.table import Table

from app import manifest
from app.doctor import local, pager, runpod, slack, store
from app.doctor.finding import Check, Finding, Level, examine, exit_code, fail, ok, skip
from app.doctor.runpod import RunpodWeb
from app.doctor.slack import SlackWeb
from app.policyfile import read_policy
from app.settings import FIXES, RunpodApi, Settings, load_settings
from app.valkey import server_binary
from pods.errors import InvalidSetting
from pods.pager.pagerduty import PagerDuty
from pods.policy import Policy
from pods.store.connection import connect

_TIMEOUT_S: Final = 10.0
_STYLES: Final = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "bold red", Level.SKIP: "dim"}


def run() -> int:
    """Look, tell, and give the exit code: 1 when anything fails."""
    try:
        settings = load_settings()
    except InvalidSetting as error:
        findings: Sequence[Finding] = [fail("Settings", line, "") for line in error.sentence.splitlines()]
    else:
        with httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False) as client:
            findings = examine(checks(settings, client))
    show(findings, Console())
    return exit_code(findings)


def checks(settings: Settings, client: httpx.Client) -> Mapping[str, Check]:
    """Every check by the name it fails under when its service does not answer."""
    policy, valid = _policy(settings)
    return {
        **_slack(settings, client, policy),
        **_runpod(settings, client),
        **_store(settings),
        **_pager(settings),
        "Policy": lambda: [valid],
        "Data directory": lambda: local.data_directory(settings.data),
        "Time zones": local.zones,
    }


def show(findings: Sequence[Finding], console: Console) -> None:
    table = Table("Check", "", "Seen", "How to mend it", show_lines=False, expand=False)
    for finding in findings:
        style = _STYLES[finding.level]
        table.add_row(finding.what, f"[{style}]{finding.level.value}[/]", _plain(finding.seen), _plain(finding.mend))
    console.print(table)
    counts = {level: sum(finding.level is level for finding in findings) for level in Level}
    console.print(", ".join(f"{count} {level.value}" for level, count in counts.items() if count))


def _slack(settings: Settings, client: httpx.Client, policy: Policy | None) -> Mapping[str, Check]:
    if settings.slack_bot_token is None:
        return {"Slack": lambda: [fail("Slack bot token", "not set", f"SLACK_BOT_TOKEN: {FIXES['SLACK_BOT_TOKEN']}")]}
    web = SlackWeb(client, settings.slack_api_url, settings.bot_token)
    asked = manifest.read()
    found: dict[str, Check] = {
        "Slack bot token": lambda: chain(
            slack.bot_token(web, settings.slack_team_id),
            slack.scopes(web, manifest.needed_scopes(asked), manifest.optional_scopes(asked)),
            _skew("Slack", lambda: web.auth.headers),
        ),
        "Slack app token": lambda: _app_token(settings, web),
    }
    if policy is not None:
        found |= {
            "Policy, people": lambda: slack.people(web, policy),
            "Policy, user groups": lambda: slack.groups(web, policy),
            "Policy, channels": lambda: slack.channels(web, policy),
        }
    return found


def _app_token(settings: Settings, web: SlackWeb) -> Sequence[Finding]:
    if settings.slack_app_token is not None:
        return list(slack.app_token(web, settings.app_token))
    if settings.slack_signing_secret is None:
        return [fail("Slack app token", "not set", f"SLACK_APP_TOKEN: {FIXES['SLACK_APP_TOKEN']}")]
    if settings.http_port is None:
        return [fail("Slack over HTTP", "no port", f"PODKEEPER_HTTP_PORT: {FIXES['PODKEEPER_HTTP_PORT']}")]
    return [skip("Slack app token", f"HTTP mode on port {settings.http_port}")]


def _runpod(settings: Settings, client: httpx.Client) -> Mapping[str, Check]:
    if settings.runpod_api_key is None:
        return {"RunPod": lambda: [fail("RunPod key", "not set", f"RUNPOD_API_KEY: {FIXES['RUNPOD_API_KEY']}")]}
    web = RunpodWeb(client, settings.runpod_rest_url, settings.runpod_graphql_url, settings.api_key)
    rest: dict[str, Check] = {
        "RunPod key, reading": lambda: chain(
            runpod.may_read(web), runpod.quotas(web), _skew("RunPod", lambda: web.listing.headers)
        ),
        "RunPod key, writing": lambda: runpod.may_write(web),
    }
    graphql: dict[str, Check] = {"RunPod GraphQL": lambda: runpod.graphql(web)}
    if settings.runpod_api is RunpodApi.REST:
        graphql = {"RunPod GraphQL": lambda: [skip("RunPod GraphQL", "RUNPOD_API is rest")]}
    if settings.runpod_api is RunpodApi.GRAPHQL:
        rest = {"RunPod REST": lambda: [skip("RunPod REST", "RUNPOD_API is graphql")]}
    return {**rest, **graphql}


def _store(settings: Settings) -> Mapping[str, Check]:
    if settings.redis_url is None:
        return {"Redis": lambda: [ok("Redis", f"`up` starts its own, durable: {server_binary()}")]}
    client: redis.Redis = connect(settings.redis_address)
    return {"Redis": lambda: chain(store.alive(client), store.durable(client))}


def _pager(settings: Settings) -> Mapping[str, Check]:
    key = settings.pagerduty_key
    if key is None:
        return {"PagerDuty": lambda: [skip("PagerDuty", "PAGERDUTY_ROUTING_KEY is not set: nobody is paged")]}
    return {"PagerDuty": lambda: pager.takes_events(PagerDuty(key, url=settings.pagerduty_url))}


def _skew(service: str, headers: Callable[[], Mapping[str, str]]) -> Iterator[Finding]:
    yield from local.skew(service, headers(), datetime.now(UTC))


def _policy(settings: Settings) -> tuple[Policy | None, Finding]:
    try:
        policy = read_policy(settings)
    except InvalidSetting as error:
        return None, fail("Policy", error.sentence, "`./podkeeper policy-check` says the same while you edit.")
    return policy, ok("Policy", f"{settings.policy} is valid")


def _plain(text: str) -> str:
    """Brackets are rich's markup."""
    return text.replace("[", r"\[")
