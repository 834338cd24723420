"""What an answer that is not a success means: pure, one table. The certain refusals first, what is unclear last."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from pods.errors import (
    ActionConflict,
    Blocked,
    Forbidden,
    HostFull,
    InsufficientBalance,
    InvalidRequest,
    NoCapacity,
    PodLocked,
    PodNotFound,
    ProviderError,
    RaceLost,
    RateLimited,
    Retired,
    SchemaMoved,
    ServerFault,
    TimedOut,
    Unauthorized,
    Unreadable,
    VolumeNotFound,
)
from pods.model import Api
from pods.ports import Capability
from pods.runpod.answers import Answer, Complaint, Shape, complaint_in, graphql_complaint, shown
from pods.runpod.quota import STATE_HEADER, parse_windows

#: Calls that act on one pod, so that "not found" is said of that pod.
ON_ONE_POD: Final = frozenset(
    {
        Capability.GET,
        Capability.START,
        Capability.STOP,
        Capability.RESTART,
        Capability.TERMINATE,
        Capability.UPDATE,
        Capability.LOGS,
        Capability.STOP_REASON,
    }
)
#: Where RunPod names no time: long enough for the shortest window to turn.
RETRY_AFTER_S: Final = 60
MAX_RETRY_AFTER_S: Final = 86_400

_FIRST_SERVER_ERROR: Final = 500
#: Cloudflare's own: origin timed out.
_GATEWAY_TIMEOUTS: Final = frozenset({408, 504, 522, 524})


@dataclass(frozen=True, slots=True)
class Meaning:
    error: type[ProviderError]
    sentence: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """`fragments` are looked for in the lower-cased words; RunPod's wording changes its case at will."""

    fragments: tuple[str, ...]
    meaning: Meaning
    #: Also believed in a 5xx, where anything else would be unclear.
    even_in_5xx: bool = False


GRAPHQL_GONE: Final = "RunPod has switched its GraphQL API off. What only GraphQL knew is not available."
_SMALLER_DISK: Final = "No free RunPod machine has enough disk for this. Ask for a smaller disk or volume."
_DISK_CAP: Final = "The container disk is too big for this machine type. Ask for a smaller disk."
_IN_CLUSTER: Final = "The pod belongs to a cluster, so it is managed with the cluster in RunPod's console."
_TOO_BIG: Final = "The request is longer than RunPod takes (100 KB). Shorten the env or the arguments."

RULES: Final = (
    Rule(("not enough free gpus",), Meaning(HostFull), even_in_5xx=True),
    Rule(("enough disk space",), Meaning(NoCapacity, _SMALLER_DISK), even_in_5xx=True),
    # The machine that matched was rented to somebody else meanwhile.
    Rule(("does not have the resources to deploy",), Meaning(RaceLost), even_in_5xx=True),
    Rule(
        (
            "no longer any instances available",
            "no instances available with the request",
            "no instances currently available",
            "no resources to deploy",
            "could not find any pods with required specifications",
        ),
        Meaning(NoCapacity),
        even_in_5xx=True,
    ),
    Rule(("container disk must be",), Meaning(InvalidRequest, _DISK_CAP)),
    Rule(
        ("insufficient balance", "insufficient funds", "not enough funds"),
        Meaning(InsufficientBalance),
        even_in_5xx=True,
    ),
    Rule(("pod is locked", "locked pod", "is locked"), Meaning(PodLocked)),
    Rule(("belongs to a cluster", "cluster member"), Meaning(ActionConflict, _IN_CLUSTER)),
    Rule(("pod not found", "nonexistent pod"), Meaning(PodNotFound)),
)


def error_of(answer: Answer) -> ProviderError:
    """The typed error of an HTTP answer outside 2xx (or of one that should not have come)."""
    complaint = complaint_in(answer.body)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return _rate_limited(answer, complaint)
    return _made(_meaning(answer, complaint), answer, complaint)


def graphql_error_of(errors: list[object], answer: Answer) -> ProviderError:
    """The typed error of HTTP 200 with `errors`. Words nobody knows are unclear, not a refusal."""
    complaint = graphql_complaint(errors)
    words = complaint.whole.lower()
    if "rate limit" in words or "too many requests" in words:
        return _rate_limited(answer, complaint)
    return _made(_graphql_meaning(complaint) or Meaning(ServerFault), answer, complaint)


def unreadable(answer: Answer, why: str) -> Unreadable:
    """A 2xx whose body is not what it must be. `why` is ours: it never quotes the body."""
    return Unreadable(
        f"{answer.purpose}: {why} (HTTP {answer.status})", status=answer.status, request_id=answer.request_id
    )


def _meaning(answer: Answer, complaint: Complaint) -> Meaning:
    status = answer.status
    if status >= _FIRST_SERVER_ERROR:
        return _meaning_5xx(status, complaint)
    if exact := _EXACT.get(status):
        return exact(answer, complaint)
    if status == HTTPStatus.REQUEST_TIMEOUT:
        return Meaning(TimedOut)
    if status >= HTTPStatus.BAD_REQUEST:
        return _told(complaint) or _graphql_meaning(complaint) or _unknown_4xx(complaint)
    return Meaning(Unreadable)


def _unknown_4xx(complaint: Complaint) -> Meaning:
    """RunPod gives its reasons; a refusal without any comes from something in front of it."""
    return Meaning(Blocked if complaint.shape is Shape.FOREIGN else InvalidRequest)


def _meaning_5xx(status: int, complaint: Complaint) -> Meaning:
    told = _told(complaint, server_error=True)
    return told or Meaning(TimedOut if status in _GATEWAY_TIMEOUTS else ServerFault)


def _told(complaint: Complaint, *, server_error: bool = False) -> Meaning | None:
    words = complaint.whole.lower()
    for rule in RULES:
        if (rule.even_in_5xx or not server_error) and any(fragment in words for fragment in rule.fragments):
            return rule.meaning
    return None


def _retired(answer: Answer, complaint: Complaint) -> Meaning:
    if answer.api is Api.GRAPHQL:
        return Meaning(Retired, GRAPHQL_GONE)
    if complaint.shape is Shape.V1:
        return Meaning(Retired, "RunPod has switched REST v1 off. An admin must set the REST address to v2.")
    return Meaning(Retired, "RunPod has switched this REST API off. Nothing was done; Podkeeper needs a newer version.")


def _forbidden(answer: Answer, complaint: Complaint) -> Meaning:
    if complaint.shape is Shape.FOREIGN:
        # Cloudflare's "error code: 1010" and its like never reached the API.
        return Meaning(Blocked)
    if answer.purpose is Capability.CREATE:
        sentence = (
            "RunPod does not let this account or key rent that. Choose another GPU or cloud, or have an admin check "
            "the rights of the API key."
        )
        return Meaning(Forbidden, sentence)
    return Meaning(Forbidden)


def _not_found(answer: Answer, complaint: Complaint) -> Meaning:
    if complaint.shape is Shape.FOREIGN:
        # A page of some gateway says nothing about a pod: it must not look as if the pod were gone.
        return Meaning(Unreadable, "Something other than RunPod's API answered. An admin should check the address.")
    if answer.purpose in ON_ONE_POD:
        return Meaning(PodNotFound)
    if answer.purpose in {Capability.VOLUME, Capability.DELETE_VOLUME}:
        return Meaning(VolumeNotFound)
    if answer.purpose is Capability.CREATE:
        return Meaning(InvalidRequest, "RunPod knows no such template or volume. Check the id.")
    return Meaning(InvalidRequest, "RunPod's API has no such route. An admin should check the address.")


def _conflict(answer: Answer, complaint: Complaint) -> Meaning:
    del answer
    told = _told(complaint)
    if told and told.error in {PodLocked, HostFull}:
        return told
    if told and told.sentence == _IN_CLUSTER:
        return told
    return Meaning(PodLocked if "locked" in complaint.whole.lower() else ActionConflict)


def _always(error: type[ProviderError], sentence: str | None = None) -> Callable[[Answer, Complaint], Meaning]:
    return lambda _answer, _complaint: Meaning(error, sentence)


_EXACT: Final[dict[int, Callable[[Answer, Complaint], Meaning]]] = {
    HTTPStatus.UNAUTHORIZED: _always(Unauthorized),
    HTTPStatus.PAYMENT_REQUIRED: _always(InsufficientBalance),
    HTTPStatus.FORBIDDEN: _forbidden,
    HTTPStatus.NOT_FOUND: _not_found,
    HTTPStatus.CONFLICT: _conflict,
    HTTPStatus.GONE: _retired,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _always(InvalidRequest, _TOO_BIG),
    HTTPStatus.UNPROCESSABLE_ENTITY: _always(InvalidRequest),
}

#: GraphQL's error codes, and the words used where it gives no code.
_GRAPHQL_MEANINGS: Final = (
    ({"UNAUTHENTICATED"}, ("unauthorized", "not authenticated"), Meaning(Unauthorized)),
    ({"FORBIDDEN"}, ("access denied", "not authorized"), Meaning(Forbidden)),
    (
        {"GRAPHQL_VALIDATION_FAILED"},
        ("cannot query field", "unknown type", "is not defined by type"),
        Meaning(SchemaMoved),
    ),
    ({"BAD_USER_INPUT"}, (), Meaning(InvalidRequest)),
)


def _graphql_meaning(complaint: Complaint) -> Meaning | None:
    if complaint.shape is not Shape.GRAPHQL:
        return None
    if told := _told(complaint):
        return told
    words = complaint.whole.lower()
    for codes, fragments, meaning in _GRAPHQL_MEANINGS:
        if codes.intersection(complaint.codes) or any(fragment in words for fragment in fragments):
            return meaning
    return None


def _made(meaning: Meaning, answer: Answer, complaint: Complaint) -> ProviderError:
    sentence = meaning.sentence
    if meaning.error is InvalidRequest and sentence is None:
        sentence = _with_reason(InvalidRequest.sentence_default, complaint, answer)
    elif meaning.error is InsufficientBalance:
        sentence = _with_amounts(complaint)
    return meaning.error(
        _detail(answer, complaint), sentence=sentence, status=answer.status, request_id=answer.request_id
    )


def _detail(answer: Answer, complaint: Complaint) -> str:
    head = f"{answer.purpose} at {answer.api}: HTTP {answer.status}"
    if complaint.shape is Shape.FOREIGN:
        code = re.search(rb"error code: (\d{3,5})", answer.body)
        said = f"error code: {code[1].decode()}" if code else f"{len(answer.body)} bytes not in RunPod's form"
    else:
        said = f"in {complaint.shape}'s form: {shown(complaint.whole, answer.secrets)}"
    return f"{head}, {said}"


def _with_reason(sentence: str, complaint: Complaint, answer: Answer) -> str:
    reason = shown("; ".join(complaint.listed) or complaint.text, answer.secrets).rstrip(".")
    return f"{sentence} It says: {reason}." if reason else sentence


def _with_amounts(complaint: Complaint) -> str:
    """RunPod names what is needed and what is there; only the figures are taken over."""
    needed = re.search(r"at least \$(\d+(?:\.\d+)?)", complaint.whole, re.IGNORECASE)
    current = re.search(r"current: \$(-?\d+(?:\.\d+)?)", complaint.whole, re.IGNORECASE)
    sentence = InsufficientBalance.sentence_default
    return f"{sentence} It needs ${needed[1]} and has ${current[1]}." if needed and current else sentence


def _rate_limited(answer: Answer, complaint: Complaint) -> RateLimited:
    wait = retry_after_s(answer)
    return RateLimited(
        _detail(answer, complaint),
        retry_after_s=wait,
        sentence=f"RunPod asks us to slow down. The next try may be made in {wait} s.",
        status=answer.status,
        request_id=answer.request_id,
    )


def retry_after_s(answer: Answer) -> int:
    """Retry-After; else when the windows that are used up turn; else a minute."""
    told = answer.headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return min(max(int(told[:9]), 1), MAX_RETRY_AFTER_S)
    windows = parse_windows(answer.headers.get(STATE_HEADER) or answer.headers.get(STATE_HEADER.lower()))
    used_up = [window["t"] for window in windows.values() if window.get("r") == 0 and "t" in window]
    return min(max([*used_up, 1]), MAX_RETRY_AFTER_S) if used_up else RETRY_AFTER_S
