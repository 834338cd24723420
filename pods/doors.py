"""The ports of a pod by what is behind them, and whether what came back means that somebody is in. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from pods.model import Value
from pods.ports import WebAnswer

SSH_PORT: Final = 22
_PURPOSES: Final = {
    (8888, "http"): "Jupyter",
    (6006, "http"): "TensorBoard",
    (22, "tcp"): "SSH",
    (7860, "http"): "Gradio",
    (8188, "http"): "ComfyUI",
    (3000, "http"): "web app",
    (8000, "http"): "API server",
    (8080, "http"): "web app",
}
_GATEWAYS_OWN: Final = 500


class Door(Value):
    port: int
    #: "http" by RunPod's proxy, "tcp" by the host's public address.
    kind: str
    #: Jupyter, TensorBoard, SSH or what usually listens there; "port 9000" where nobody can say.
    purpose: str

    @property
    def http(self) -> bool:
        return self.kind == "http"


def doors(ports: Iterable[str]) -> tuple[Door, ...]:
    """Of a pod's declared ports, such as "8888/http". What is not written so is left out."""
    found: list[Door] = []
    for declared in ports:
        number, _, kind = declared.partition("/")
        if number.isascii() and number.isdigit() and kind in {"http", "tcp"}:
            port = int(number)
            found.append(Door(port=port, kind=kind, purpose=_PURPOSES.get((port, kind), f"port {port}")))
    return tuple(found)


def answers(answer: WebAnswer) -> bool:
    """Whether the service itself spoke. 5xx is mostly the gateway's; so is a 404 that is no service's own JSON."""
    if answer.status is None or answer.status >= _GATEWAYS_OWN:
        return False
    if answer.status == HTTPStatus.NOT_FOUND:
        return answer.body.lstrip().startswith("{")
    return True
