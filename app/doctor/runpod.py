"""RunPod: what the key may do, how much may be asked, and whether GraphQL still lives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Final

import httpx

from app.doctor.finding import Finding, fail, ok, skip, warn
from app.settings import FIXES

USER_AGENT: Final = "Podkeeper doctor"
#: No pod can be called this: asking to stop it changes nothing and shows whether asking is allowed.
NO_POD: Final = "podkeeper-doctor-no-such-pod"
#: A list every 30 s, an operation's steps and room for other users of the account.
ENOUGH_PER_MINUTE: Final = 30
_KEY: Final = f"RUNPOD_API_KEY: {FIXES['RUNPOD_API_KEY']}"
_POLICY_ITEM: Final = re.compile(r'"(?P<window>\w+)"\s*;\s*q=(?P<quota>\d+)')


@dataclass
class RunpodWeb:
    client: httpx.Client
    rest_url: str
    graphql_url: str
    key: str

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "User-Agent": USER_AGENT}

    @cached_property
    def listing(self) -> httpx.Response:
        return self.client.get(f"{self.rest_url}/pods", headers=self._headers)

    def stop_nothing(self) -> httpx.Response:
        return self.client.post(f"{self.rest_url}/pods/{NO_POD}/action", headers=self._headers, json={"action": "stop"})

    def graphql(self) -> httpx.Response:
        return self.client.post(self.graphql_url, headers=self._headers, json={"query": "{ myself { id } }"})


def may_read(web: RunpodWeb) -> Iterator[Finding]:
    answer, what = web.listing, "RunPod key, reading"
    if answer.status_code == HTTPStatus.OK:
        yield ok(what, f"{len(answer.json().get('pods', []))} pods on the first page")
    elif answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        yield fail(what, f"RunPod refuses the key ({answer.status_code})", _KEY)
    else:
        yield fail(what, f"RunPod answers {answer.status_code}", "Look at RunPod's status page, and try again.")


def may_write(web: RunpodWeb) -> Iterator[Finding]:
    status, what = web.stop_nothing().status_code, "RunPod key, writing"
    if status == HTTPStatus.NOT_FOUND:
        yield ok(what, "may change pods (asked to stop a pod that does not exist)")
    elif status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        yield fail(what, "the key may only read: no command that changes a pod can work", _KEY)
    else:
        yield warn(what, f"RunPod answers {status}, which tells nothing", "Try again later.")


def quotas(web: RunpodWeb) -> Iterator[Finding]:
    told, what = web.listing.headers.get("ratelimit-policy", ""), "RunPod quota"
    found = {match["window"]: int(match["quota"]) for match in _POLICY_ITEM.finditer(told)}
    if not found:
        yield skip(what, "RunPod did not tell it")
        return
    seen = ", ".join(f"{quota} a {window}" for window, quota in found.items())
    if found.get("minute", ENOUGH_PER_MINUTE) < ENOUGH_PER_MINUTE:
        yield warn(what, seen, "Raise [poll] every_s in the policy; the quota is shared by all keys of the user.")
    else:
        yield ok(what, seen)


def graphql(web: RunpodWeb) -> Iterator[Finding]:
    answer, what = web.graphql(), "RunPod GraphQL"
    mend = "Nothing to do: balance, stop reasons and spot pods are not shown. RUNPOD_API=rest silences this."
    if answer.status_code == HTTPStatus.GONE:
        yield warn(what, "RunPod has switched it off", mend)
    elif answer.status_code != HTTPStatus.OK:
        yield warn(what, f"RunPod answers {answer.status_code}", mend)
    elif "errors" in answer.json():
        yield warn(what, "RunPod refuses the question", mend)
    else:
        yield ok(what, "alive: balance and stop reasons are known")
