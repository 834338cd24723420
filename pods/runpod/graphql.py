"""RunPod's GraphQL API, deprecated: what REST v2 lacks, and the pods themselves where REST is not to be used."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from pods.errors import NeedsRest, NoCapacity, NoSpot, PodNotFound, SchemaMoved
from pods.model import Account, Api, Cloud, GpuType, Listing, Maintenance, Pod, PodSpec, Verb
from pods.offers import NetworkVolume, Template
from pods.ports import ActionResult, Capability, Clock
from pods.runpod import graphql_documents as documents
from pods.runpod.answers import Answer
from pods.runpod.creation import graphql_input
from pods.runpod.errors import graphql_error_of, unreadable
from pods.runpod.graphql_catalog import WireGpuType, WireNetworkVolume, WireTemplate
from pods.runpod.graphql_maintenance import maintenances_of
from pods.runpod.graphql_wire import WireAccount, WirePod
from pods.runpod.json_body import read_json
from pods.runpod.lenient import fields_wrong, readable
from pods.runpod.spec_wire import graphql_spec
from pods.runpod.transport import CREATE_READ_S, READ_S, Call, Sender


class GraphqlApi:
    def __init__(self, sender: Sender, clock: Clock) -> None:
        self._sender = sender
        self._clock = clock

    @property
    def sender(self) -> Sender:
        return self._sender

    def list(self) -> Listing:
        at = self._clock.now()
        answer, data = self._read(Capability.LIST, documents.PODS)
        myself = data.get("myself")
        listed = myself.get("pods") if isinstance(myself, dict) else None
        if not isinstance(listed, list):
            raise unreadable(answer, "no list of pods")
        pods = {pod.id: pod for pod in (_pod(answer, entry) for entry in listed)}
        return Listing(pods=tuple(pods.values()), at=at, api=Api.GRAPHQL)

    def get(self, pod_id: str) -> Pod:
        answer, data = self._read(Capability.GET, documents.POD, {"podId": pod_id})
        return _pod(answer, _there(answer, data))

    def last_status_change(self, pod_id: str) -> str | None:
        answer, data = self._read(Capability.STOP_REASON, documents.LAST_STATUS_CHANGE, {"podId": pod_id})
        said = _there(answer, data).get("lastStatusChange")
        return said.strip() or None if isinstance(said, str) else None

    def maintenances(self) -> tuple[Maintenance, ...]:
        answer, data = self._read(Capability.STOP_REASON, documents.MAINTENANCES)
        myself = data.get("myself")
        listed = myself.get("pods") if isinstance(myself, dict) else None
        if not isinstance(listed, list):
            raise unreadable(answer, "no list of pods")
        return maintenances_of(listed)

    def account(self) -> Account:
        answer, data = self._read(Capability.ACCOUNT, documents.ACCOUNT)
        try:
            return WireAccount.model_validate(data.get("myself")).value()
        except ValidationError as error:
            wrong = unreadable(answer, f"no account: {fields_wrong(error)}")
        raise wrong

    def gpu_types(self, *, count: int, cloud: Cloud) -> tuple[GpuType, ...]:
        order = {"gpuCount": count, "secureCloud": cloud is Cloud.SECURE}
        answer, data = self._read(Capability.CATALOG, documents.GPU_TYPES, order)
        listed = _listed(answer, data, "gpuTypes")
        return tuple(readable(listed, lambda entry: WireGpuType.model_validate(entry).value(cloud)))

    def network_volumes(self) -> tuple[NetworkVolume, ...]:
        answer, data = self._read(Capability.CATALOG, documents.NETWORK_VOLUMES)
        listed = _listed(answer, data.get("myself"), "networkVolumes")
        return tuple(readable(listed, lambda entry: WireNetworkVolume.model_validate(entry).value()))

    def templates(self) -> tuple[Template, ...]:
        answer, data = self._read(Capability.CATALOG, documents.TEMPLATES)
        listed = _listed(answer, data.get("myself"), "podTemplates")
        return tuple(readable(listed, lambda entry: WireTemplate.model_validate(entry).value()))

    def act(self, verb: Verb, pod: Pod) -> ActionResult:
        if verb is Verb.STOP:
            return self._change(Capability.STOP, "podStop", documents.STOP, {"podId": pod.id})
        if verb is Verb.START:
            return self._start(pod)
        if verb is Verb.TERMINATE:
            return self._terminate(pod)
        raise NeedsRest(f"{verb} over GraphQL", sentence="A restart needs RunPod's REST v2 API (RUNPOD_API).")

    def _start(self, pod: Pod) -> ActionResult:
        if not pod.spot:
            return self._change(Capability.START, "podResume", documents.RESUME, _resume_order(pod))
        if pod.bid_to_resume is None:
            raise NoSpot("no lowestBidPriceToResume")
        bid = {**_resume_order(pod), "bidPerGpu": float(pod.bid_to_resume)}
        return self._change(Capability.START, "podBidResume", documents.BID_RESUME, bid)

    def create(self, spec: PodSpec) -> ActionResult:
        if spec.bid_per_gpu is None:
            return self._rent("podFindAndDeployOnDemand", documents.DEPLOY, spec)
        try:
            return self._rent("podRentInterruptable", documents.RENT_SPOT, spec)
        except (NoCapacity, SchemaMoved) as error:
            # Announced for removal: "none free" and "no such call" are both how it ends.
            gone = NoSpot(error.detail, status=error.status, request_id=error.request_id)
        raise gone

    def spec(self, pod_id: str) -> PodSpec:
        answer, data = self._read(Capability.GET, documents.SPEC, {"podId": pod_id})
        return graphql_spec(answer, _there(answer, data))

    def _rent(self, field: str, document: str, spec: PodSpec) -> ActionResult:
        secrets = tuple(spec.env.values())
        call = _call(Capability.CREATE, document, graphql_input(spec), reads=False, secrets=secrets)
        answer, data = self._send(call, changed=field)
        if field in data and data[field] is None:
            raise NoCapacity(f"{field}: null", status=answer.status, request_id=answer.request_id)
        return ActionResult(pod=_pod(answer, data.get(field)), request_id=answer.request_id)

    def _terminate(self, pod: Pod) -> ActionResult:
        field = "podTerminate"
        call = _call(Capability.TERMINATE, documents.TERMINATE, {"podId": pod.id}, reads=False)
        answer, data = self._send(call, changed=field)
        if field not in data:
            raise unreadable(answer, f"no {field} in the answer")
        # Null is its yes.
        return ActionResult(request_id=answer.request_id)

    def _change(self, purpose: Capability, field: str, document: str, order: dict[str, Any]) -> ActionResult:
        answer, data = self._send(_call(purpose, document, order, reads=False), changed=field)
        return ActionResult(pod=_pod(answer, data.get(field)), request_id=answer.request_id)

    def _read(
        self, purpose: Capability, document: str, order: dict[str, Any] | None = None
    ) -> tuple[Answer, dict[str, Any]]:
        return self._send(_call(purpose, document, order, reads=True))

    def _send(self, call: Call, *, changed: str | None = None) -> tuple[Answer, dict[str, Any]]:
        """The `data` of an answer without errors. A change that shows in `data` was made, whatever else failed."""
        answer = self._sender.send(call)
        parsed = read_json(answer.body)
        if not isinstance(parsed, dict):
            raise unreadable(answer, "not a GraphQL answer")
        data = parsed.get("data")
        errors = parsed.get("errors")
        done = isinstance(data, dict) and changed is not None and data.get(changed) is not None
        if isinstance(errors, list) and errors and not done:
            raise graphql_error_of(errors, answer)
        if not isinstance(data, dict):
            raise unreadable(answer, "neither data nor errors")
        return answer, data


def _call(
    purpose: Capability,
    document: str,
    order: dict[str, Any] | None,
    *,
    reads: bool,
    secrets: tuple[str, ...] = (),
) -> Call:
    body: dict[str, Any] = {"query": document}
    if order is not None:
        body["variables"] = {"input": order}
    return Call(
        purpose=purpose,
        path="",
        method="POST",
        body=body,
        reads=reads,
        read_s=CREATE_READ_S if purpose is Capability.CREATE else READ_S,
        secrets=secrets,
    )


def _resume_order(pod: Pod) -> dict[str, Any]:
    if pod.gpu is None:
        return {"podId": pod.id}
    # A count of 0 is what a full host once left the pod with, not what anyone asked for.
    return {"podId": pod.id, "gpuCount": max(1, pod.gpu.count)}


def _listed(answer: Answer, holder: Any, field: str) -> list[object]:  # noqa: ANN401 - the wire
    listed = holder.get(field) if isinstance(holder, dict) else None
    if not isinstance(listed, list):
        raise unreadable(answer, f"no list of {field}")
    return listed


def _there(answer: Answer, data: dict[str, Any]) -> dict[str, Any]:
    pod = data.get("pod")
    if isinstance(pod, dict):
        return pod
    if "pod" in data and pod is None:
        raise PodNotFound("pod: null", status=answer.status, request_id=answer.request_id)
    raise unreadable(answer, "no pod in the answer")


def _pod(answer: Answer, entry: Any) -> Pod:  # noqa: ANN401 - the wire
    try:
        return WirePod.model_validate(entry).value()
    except ValidationError as error:
        wrong = unreadable(answer, f"no pod: {fields_wrong(error)}")
    raise wrong
