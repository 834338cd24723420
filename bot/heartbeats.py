"""heartbeat: an address for a pod's proof of work, given to one person once, and taken back."""

from __future__ import annotations

from bot.face import Answer, Ask, Face
from bot.grammar import Invocation
from bot.holding import authorised
from bot.views import heartbeats as heartbeat_views
from pods.audit import Event
from pods.heartbeats import issue
from pods.model import Pod
from pods.requests import Origin


def heartbeat(face: Face, ask: Ask, read: Invocation) -> Answer:
    pods = authorised(face, ask, read.pods, "heartbeat")
    if isinstance(pods, Answer):
        return pods
    pod, now = pods[0], face.clock.now()
    known = face.store.heartbeats.of(pod.id)
    stands = known is not None and known.valid
    if read.values.get("off"):
        return _revoke(face, ask, pod) if stands else Answer(content=heartbeat_views.none(pod))
    if known is not None and stands and not read.values.get("new"):
        return Answer(content=heartbeat_views.shown(pod, known, now=now, tz=face.zone(ask.user)))
    return _new(face, ask, read, pod, replaced=stands)


def _new(face: Face, ask: Ask, read: Invocation, pod: Pod, *, replaced: bool) -> Answer:
    if face.heartbeat_url is None:
        return Answer(content=heartbeat_views.switched_off())
    if read.share:
        return Answer(content=heartbeat_views.secret(pod))
    if ask.origin is not Origin.SLASH:
        # Every other answer is written down before it is sent.
        return Answer(content=heartbeat_views.only_by_slash(pod))
    return _issue(face, ask, pod, face.heartbeat_url, replaced=replaced)


def _issue(face: Face, ask: Ask, pod: Pod, url: str, *, replaced: bool) -> Answer:
    now = face.clock.now()
    given = issue(pod.id, by=ask.user, now=now)
    face.store.heartbeats.put(given, now, face.entry(ask, Event.HELD, now, result="heartbeat new", pod_id=pod.id))
    return Answer(content=heartbeat_views.issued(pod, f"{url}/hb/{given.token}", replaced=replaced))


def _revoke(face: Face, ask: Ask, pod: Pod) -> Answer:
    now = face.clock.now()
    entry = face.entry(ask, Event.HELD, now, result="heartbeat off", pod_id=pod.id)
    face.store.heartbeats.revoke(pod.id, by=ask.user, now=now, audit=entry)
    return Answer(content=heartbeat_views.revoked(pod))
