"""Which fields each request body may and must have."""

from __future__ import annotations

from sim.runpod.validation import Check, Fields, array, boolean, integer, mapping, one_of, string

_CUDA = r"^\d+\.\d+$"

_CONTAINER: dict[str, Check] = {
    "args": string(),
    "disk": integer(minimum=1),
    "env": mapping(string()),
    "image": string(),
    "ports": array(string()),
    "registry": string(nullable=True),
}

_PERSISTENT = Fields({"size": integer(minimum=10), "path": string()}, required=("size", "path"))
_NETWORK = Fields({"volumeId": string(), "path": string()}, required=("volumeId", "path"))
_MOUNTS = Fields({"persistent": _PERSISTENT, "network": array(_NETWORK, maximum=1)})

_GPU = Fields(
    {
        "id": string(),
        "count": integer(minimum=1),
        "allowedCudaVersions": array(string(pattern=_CUDA)),
        "minCudaVersion": string(pattern=_CUDA),
    },
    required=("id",),
    composed=True,
)
_CPU = Fields({"id": string(minimum=1), "vcpuCount": integer(minimum=2)}, required=("id", "vcpuCount"), composed=True)

_CREATE_FIELDS: dict[str, Check] = {
    **_CONTAINER,
    "name": string(minimum=1),
    "cloud": one_of("SECURE", "COMMUNITY"),
    "cpu": _CPU,
    "dataCenterIds": array(string()),
    "globalNetworking": boolean,
    "gpu": _GPU,
    "mounts": _MOUNTS,
    "startJupyter": boolean,
    "startSsh": boolean,
    "templateId": string(minimum=1),
}
_CREATE_FROM_TEMPLATE = Fields(_CREATE_FIELDS, required=("name",), composed=True)
_CREATE_FROM_IMAGE = Fields(_CREATE_FIELDS, required=("name", "image"), composed=True)


def create_pod(path: str, value: object) -> list[str]:
    """An image is required unless a template is named."""
    if isinstance(value, dict) and "templateId" in value:
        return _CREATE_FROM_TEMPLATE(path, value)
    return _CREATE_FROM_IMAGE(path, value)


UPDATE_POD = Fields(
    {
        **_CONTAINER,
        "globalNetworking": boolean,
        "locked": boolean,
        "mounts": _MOUNTS,
        "name": string(minimum=1),
        "templateId": string(),
    }
)

POD_ACTION = Fields({"action": one_of("start", "stop", "restart", "terminate")}, required=("action",))

CREATE_VOLUME = Fields(
    {
        "dataCenter": string(minimum=1),
        "name": string(minimum=1),
        "size": integer(minimum=10, maximum=4096),
        "type": one_of("STANDARD", "HIGH_PERFORMANCE"),
    },
    required=("name", "size", "dataCenter"),
)

UPDATE_VOLUME = Fields({"name": string(minimum=1), "size": integer(minimum=10, maximum=4096)}, minimum=1)

SSH_KEYS = Fields(
    {"keys": array(string(pattern=r"^(ssh|ecdsa|sk)-[^\s]+ [^\s]+([ \t][^\n\r]*)?$"))}, required=("keys",)
)
