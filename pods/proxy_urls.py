"""Where RunPod's proxy shows an HTTP port of a pod. Pure."""

from __future__ import annotations

from typing import Final

#: HTTPS only, cut off after 100 s, open to anybody who knows the address.
PROXY: Final = "https://{pod}-{port}.proxy.runpod.net"


def proxy_url(pod_id: str, port: int, template: str = PROXY) -> str:
    return template.format(pod=pod_id, port=port)


def http_ports(ports: tuple[str, ...]) -> tuple[int, ...]:
    """The ports declared as `N/http`; only these have a proxy address."""
    declared = (port.partition("/") for port in ports)
    return tuple(int(number) for number, _, kind in declared if kind == "http" and number.isdigit())
