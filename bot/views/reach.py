"""How to get into a pod: SSH, its HTTP ports, which of them answer, and what stands open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from slackblocks import Button

from bot.views import buttons
from bot.views.layout import page, small
from bot.views.text import code, counted, listed, pod_ref, prose, ref
from bot.views.verbs import STATES
from pods.errors import ProviderError
from pods.inquiries import Kind
from pods.messages import Content
from pods.model import STARTABLE, Pod, PodStatus, RuntimePort, Verb
from pods.reach import JUPYTER, Lock, Reached

_COMMAND_MAX: Final = 200
_BUTTONS: Final = 5
_SSH_PORT: Final = 22


#: What was asked, up to the pod's name: after "Asking RunPod", "I could not", "I did not".
_ASKING: Final = {Kind.CONNECT: "how to get into", Kind.LOGS: "for the log of"}
_FINDING: Final = {Kind.CONNECT: "find out how to get into", Kind.LOGS: "read the log of"}


def asked(kind: Kind, pod: Pod) -> Content:
    """The ack."""
    words = f"Asking RunPod {_ASKING[kind]} {ref(pod)}. The answer comes here, and only you see it."
    return page([words], key="asked")


def connect(pod: Pod, ports: Sequence[Reached]) -> Content:
    key = f"connect.{pod.id}"
    if pod.status is not PodStatus.RUNNING:
        start = [buttons.verb(Verb.START, pod.id, key)] if pod.status in STARTABLE else []
        return page([_not_running(pod)], key=key, buttons=start)
    head = f"{ref(pod)} is running. {_summary(ports)}"
    warned = _warnings(ports)
    foot = small("Read and tried just now. RunPod's proxy asks nobody for a key, and cuts a request off after 100 s.")
    return page([head, warned, _ssh(pod), _http(ports), _tcp(pod), foot], key=key, buttons=_links(ports))


def _not_running(pod: Pod) -> str:
    then = " Start it first." if pod.status in STARTABLE else " Ask again when it runs."
    return f"{ref(pod)} is {STATES[pod.status]}, so there is nothing to connect to.{then}"


def _summary(ports: Sequence[Reached]) -> str:
    if not ports:
        return "It declares no HTTP port."
    up = [each.door.purpose for each in ports if each.answers]
    silent = len(ports) - len(up)
    if not up:
        return f"None of its {counted(silent, 'HTTP port')} answers yet." if silent > 1 else "Its HTTP port is silent."
    rest = f"; {counted(silent, 'other port')} {'does' if silent == 1 else 'do'} not" if silent else ""
    return f"{listed(up)} {'answers' if len(up) == 1 else 'answer'} now{rest}."


def _warnings(ports: Sequence[Reached]) -> str:
    """Only what was seen: a port that let us in without asking lets in everybody who knows its address."""
    named = [each.door.purpose for each in ports if each.lock is Lock.OPEN]
    if not named:
        return ""
    runs = " Through Jupyter they can run anything in the pod." if JUPYTER in named else ""
    asks = "asks for no password" if len(named) == 1 else "ask for no password"
    return f"*Open to anybody who knows the address*: {listed(named)} {asks}.{runs}"


def _ssh(pod: Pod) -> str:
    lines = []
    if pod.ssh_proxy is not None:
        lines.append(
            f"• {code(pod.ssh_proxy.command, _COMMAND_MAX)}: by RunPod's proxy, a shell only (no scp, no ports)"
        )
    if pod.ssh_direct is not None:
        direct = code(pod.ssh_direct.command, _COMMAND_MAX)
        lines.append(f"• {direct}: direct, takes scp and port forwarding; its port changes with every start")
    if not lines:
        return "*SSH*: RunPod names no way in. It needs port `22/tcp` and an SSH server in the image."
    return "\n".join(("*SSH*, with a key that RunPod knows:", *lines))


def _http(ports: Sequence[Reached]) -> str:
    if not ports:
        return ""
    return "\n".join(("*HTTP*:", *(f"• {each.door.purpose}: {each.url} {_stands(each)}" for each in ports)))


def _stands(port: Reached) -> str:
    if not port.answers:
        return "does not answer yet" if port.status is None else f"does not answer yet (the proxy says {port.status})"
    match port.lock:
        case Lock.OPEN:
            return "answers, without a password"
        case Lock.ASKS:
            return "answers, and asks who comes"
        case Lock.NOT_KNOWN:
            return "answers; whether it asks for a password I cannot see"


def _tcp(pod: Pod) -> str:
    """Ports of the host itself, which no proxy stands before."""
    ports = pod.runtime.ports if pod.runtime is not None else ()
    public = [each for each in ports if each.type == "tcp" and each.private != _SSH_PORT and each.public and each.ip]
    if not public:
        return ""
    return "\n".join(("*TCP*, on the open internet:", *(f"• {_mapping(each)}" for each in public)))


def _mapping(port: RuntimePort) -> str:
    return f"{code(f'{port.ip}:{port.public}')} leads to port {port.private}"


def _links(ports: Sequence[Reached]) -> list[Button]:
    up = [each for each in ports if each.answers][:_BUTTONS]
    return [buttons.link(f"Open {each.door.purpose}", each.url, nth=nth) for nth, each in enumerate(up)]


def unread(kind: Kind, name: str, pod_id: str, error: ProviderError) -> Content:
    """RunPod did not say."""
    pod = pod_ref(name, pod_id)
    words = f"I could not {_FINDING[kind]} {pod}: {prose(error.sentence)} Ask again in a while."
    return page([words], key=f"inquiry.{pod_id}")


def given_up(kind: Kind, name: str, pod_id: str) -> Content:
    words = f"In ten minutes I did not get to {_FINDING[kind]} {pod_ref(name, pod_id)}. Ask again."
    return page([words], key=f"inquiry.{pod_id}")


def private(verb: str) -> Content:
    words = f"{code(f'/pod {verb}')} answers only you: what it says opens the pod. Ask again without {code('share')}."
    return page([words], key="private")


def owner_or_operator(pod: Pod, verb: str, channel_allows: bool) -> Content:
    """Who may look into a pod."""
    where = "" if channel_allows else " in this channel"
    return page(
        [f"{code(verb)} of {ref(pod)} needs its owner or an operator, and you are neither{where}. Nothing was shown."],
        key="refused",
    )
