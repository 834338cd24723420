"""What a caller gets when a fault replaces the answer of a call."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from sim.runpod.calls import Operation
from sim.runpod.faults import Fault, Kind
from sim.runpod.wire import Failure, Refusal, SimResponse, json_response

#: Details that RunPod gives with these statuses.
_DETAILS = {
    HTTPStatus.CONFLICT: "Action not valid for current pod status",
    HTTPStatus.TOO_MANY_REQUESTS: "rate limit exceeded for the minute window",
    HTTPStatus.GONE: "This API version has been retired.",
    HTTPStatus.PAYMENT_REQUIRED: "Insufficient balance",
    HTTPStatus.FORBIDDEN: "access denied",
    HTTPStatus.NOT_FOUND: "pod not found",
}
_ANY_DETAIL = "Something went wrong. Please try again later or contact support."


def replaced(fault: Fault, operation: Operation, answer: SimResponse | None) -> SimResponse:
    """The answer under this fault; `answer` is the real one, when the call was carried out."""
    if fault.kind in {Kind.TIMEOUT, Kind.LOST_ANSWER}:
        return SimResponse(0, {}, failure=Failure.TIMEOUT)
    if fault.kind is Kind.DROP:
        return SimResponse(0, {}, failure=Failure.DROP)
    if fault.kind is Kind.MALFORMED:
        return SimResponse(HTTPStatus.OK, {"content-type": "application/json"}, b'{"pods": [{"id": "abc1')
    if fault.kind is Kind.GRAPHQL_ERROR:
        return json_response(HTTPStatus.OK, {"errors": [{"message": fault.detail or _ANY_DETAIL}], "data": None})
    if fault.kind is Kind.SLOW and answer is not None:
        return replace(answer, delay_s=fault.seconds)
    return _refused(fault, operation)


def _refused(fault: Fault, operation: Operation) -> SimResponse:
    known = {int(status): detail for status, detail in _DETAILS.items()}
    detail = fault.detail or known.get(fault.status, _ANY_DETAIL)
    headers = {}
    if fault.status == HTTPStatus.TOO_MANY_REQUESTS or fault.seconds:
        headers["retry-after"] = str(max(1, round(fault.seconds)))
    if operation.name.startswith("graphql"):
        answer = json_response(fault.status, {"errors": [{"message": detail}]})
        return replace(answer, headers={**answer.headers, **headers})
    return Refusal(fault.status, detail, headers=headers).response()
