"""The buttons of what would save most: each asks for what the command of its name does, and always asks first."""

from __future__ import annotations

from bot import verbs, volumes
from bot.face import Answer, Click, Face
from bot.views import acks
from bot.views import savings as views
from pods.catalog import Part
from pods.ledger.savings import cheaper
from pods.model import Verb


def pressed(face: Face, click: Click) -> Answer:
    """The value is `<kind>:<id>:<USD per month>`, as the summary drew it."""
    subject = (*click.value.split(":"), "")[1]
    match click.what:
        case "stop_idle":
            # It may work again since the summary was told, so this stop is confirmed whatever it would lose.
            return verbs.run(face, click.ask, Verb.STOP, (subject,), confirm=True)
        case "terminate_stopped":
            return verbs.run(face, click.ask, Verb.TERMINATE, (subject,))
        case "delete_volume":
            return volumes.asked(face, click.ask, subject)
        case "cheaper_gpu":
            return _move(face, click, subject)
    return Answer(content=acks.forgotten())


def _move(face: Face, click: Click, pod_id: str) -> Answer:
    """RunPod cannot move a pod: what to do instead is said, with the price of today."""
    pod, catalog = face.store.fleet.load().get(pod_id), face.store.catalog.load()
    if pod is None:
        return Answer(content=acks.forgotten())
    now, tz = face.clock.now(), face.zone(click.ask.user)
    offer = cheaper(pod, {gpu.id: gpu for gpu in catalog.gpu_types})
    return Answer(content=views.move(pod, offer, read_at=catalog.read_at(Part.GPU_TYPES), now=now, tz=tz))
