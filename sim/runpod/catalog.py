"""The catalog routes: what can be rented, for how much, and whether any is free."""

from __future__ import annotations

import re
from http import HTTPStatus

from sim.runpod.calls import Operation
from sim.runpod.context import Context
from sim.runpod.faults import Kind
from sim.runpod.placement import version_key
from sim.runpod.prices import CPU_FLAVORS, CUDA_VERSIONS, DATA_CENTERS, GPU_TYPES, CpuFlavor, DataCenter, GpuType
from sim.runpod.wire import Json, SimRequest, SimResponse, bad_request, invalid, json_response, not_found
from sim.runpod.world import World

_PRODUCTS = {"POD", "CLUSTER", "SERVERLESS"}
_PATTERNS = {
    "countryCodes": re.compile(r"[A-Z]{2}"),
    "cudaVersions": re.compile(r"\d+\.\d+"),
    "minCudaVersion": re.compile(r"\d+(\.\d+)?"),
}
_ONLY_WITH_AVAILABILITY = ("count", "cloud", "countryCodes", "cudaVersions", "minCudaVersion")


def list_gpus(context: Context) -> SimResponse:
    availability = _wants_availability(context.request)
    _check_filters(context.request, availability=availability)
    placeable = GPU_TYPES.values() if _centers(context.request) else ()
    gpus = [_gpu_json(context, gpu, availability=availability) for gpu in placeable]
    return json_response(HTTPStatus.OK, {"gpus": gpus})


def get_gpu(context: Context) -> SimResponse:
    availability = _wants_availability(context.request)
    _check_filters(context.request, availability=availability)
    gpu = GPU_TYPES.get(context.key)
    if gpu is None:
        raise not_found("gpu type not found")
    return json_response(HTTPStatus.OK, _gpu_json(context, gpu, availability=availability))


def list_cpus(context: Context) -> SimResponse:
    availability = _wants_availability(context.request)
    cpus = [_cpu_json(flavor, availability=availability) for flavor in CPU_FLAVORS.values()]
    return json_response(HTTPStatus.OK, {"cpus": cpus})


def list_data_centers(context: Context) -> SimResponse:
    include = _words(context.request, "include")
    unknown = [word for word in include if word not in {"GPU_AVAILABILITY", "CPU_AVAILABILITY"}]
    if unknown:
        raise invalid([f"include: value must be one of 'GPU_AVAILABILITY', 'CPU_AVAILABILITY', got '{unknown[0]}'"])
    regions = _words(context.request, "regions")
    centers = [center for center in DATA_CENTERS.values() if not regions or center.region in regions]
    return json_response(HTTPStatus.OK, {"dataCenters": [_center_json(context, center, include) for center in centers]})


def stock(world: World, gpu: GpuType, *, count: int = 1, cloud: str = "SECURE") -> str:
    """How many are free: the table's word, unless that cloud has none, the count is too high or a fault says so."""
    create = Operation("create")
    if any(fault.kind is Kind.NO_CAPACITY and fault.concerns(create) for fault in world.faults):
        return "NONE"
    if gpu.price(cloud) is None or count > gpu.max_count:
        return "NONE"
    return gpu.stock


def _wants_availability(request: SimRequest) -> bool:
    include = _words(request, "include")
    if any(word != "AVAILABILITY" for word in include):
        raise invalid(["include: value must be 'AVAILABILITY'"])
    products = _words(request, "product")
    if any(product not in _PRODUCTS for product in products):
        raise invalid(["product: value must be one of 'POD', 'CLUSTER', 'SERVERLESS'"])
    if include and not products:
        raise bad_request("product is required with include=AVAILABILITY")
    if products and not include:
        raise bad_request("product is valid only with include=AVAILABILITY")
    return bool(include)


def _check_filters(request: SimRequest, *, availability: bool) -> None:
    given = [name for name in _ONLY_WITH_AVAILABILITY if name in request.query]
    if given and not availability:
        raise bad_request(f"{given[0]} is valid only with include=AVAILABILITY")
    count = request.query.get("count", "1")
    if not count.isdecimal() or int(count) < 1:
        raise invalid([f"count: '{count}' must be an integer of at least 1"])
    if request.query.get("cloud", "SECURE") not in {"SECURE", "COMMUNITY"}:
        raise invalid(["cloud: value must be one of 'SECURE', 'COMMUNITY'"])
    for name, pattern in _PATTERNS.items():
        wrong = [word for word in _words(request, name) if not pattern.fullmatch(word)]
        if wrong:
            raise invalid([f"{name}: '{wrong[0]}' does not match pattern '{pattern.pattern}'"])
    if "cudaVersions" in request.query and "minCudaVersion" in request.query:
        raise bad_request("cudaVersions and minCudaVersion are mutually exclusive")


def _gpu_json(context: Context, gpu: GpuType, *, availability: bool) -> Json:
    written: Json = {
        "id": gpu.id,
        "name": gpu.name,
        "pool": None,
        "manufacturer": gpu.manufacturer,
        "memory": gpu.memory_gb,
        "secure": gpu.secure is not None,
        "community": gpu.community is not None,
        "price": {"secure": float(gpu.secure or 0), "community": float(gpu.community or 0)},
        "maxCount": {
            "secure": gpu.max_count if gpu.secure else 0,
            "community": gpu.max_count if gpu.community else 0,
        },
    }
    if not availability:
        return written
    query = context.request.query
    centers, versions = _centers(context.request), _cuda_versions(context.request)
    level = stock(context.world, gpu, count=int(query.get("count", "1")), cloud=query.get("cloud", "SECURE"))
    if not centers or not versions:
        level = "NONE"
    written["availability"] = level
    if level != "NONE":
        written["dataCenters"] = [{"id": center.id, "name": center.name, "availability": level} for center in centers]
    if gpu.manufacturer == "NVIDIA":
        written["cudaVersions"] = [{"version": version, "available": level != "NONE"} for version in versions]
    return written


def _centers(request: SimRequest) -> list[DataCenter]:
    """Those in the countries asked for."""
    countries = _words(request, "countryCodes")
    return [center for center in DATA_CENTERS.values() if not countries or center.country in countries]


def _cuda_versions(request: SimRequest) -> list[str]:
    wanted = _words(request, "cudaVersions")
    floor = version_key(request.query.get("minCudaVersion", "0"))
    return [version for version in CUDA_VERSIONS if (not wanted or version in wanted) and version_key(version) >= floor]


def _cpu_json(flavor: CpuFlavor, *, availability: bool) -> Json:
    written: Json = {
        "id": flavor.id,
        "name": flavor.name,
        "group": flavor.group,
        "vcpu": {"min": 2, "max": flavor.max_vcpu},
        "ramGbPerVcpu": float(flavor.ram_per_vcpu),
        "price": {"securePerVcpu": float(flavor.price), "serverlessPerVcpu": float(flavor.price)},
    }
    if availability:
        written["availability"] = "HIGH"
    return written


def _center_json(context: Context, center: DataCenter, include: list[str]) -> Json:
    written: Json = {
        "id": center.id,
        "name": center.name,
        "region": center.region,
        "globalNetwork": True,
        "networkVolumeTypes": ["STANDARD", "HIGH_PERFORMANCE"] if center.high_performance else ["STANDARD"],
        "compliance": list(center.compliance),
    }
    if "GPU_AVAILABILITY" in include:
        written["gpuAvailability"] = [
            {"id": gpu.id, "name": gpu.name, "availability": stock(context.world, gpu)} for gpu in GPU_TYPES.values()
        ]
    if "CPU_AVAILABILITY" in include:
        written["cpuAvailability"] = [
            {"id": flavor.id, "name": flavor.name, "availability": "HIGH"} for flavor in CPU_FLAVORS.values()
        ]
    return written


def _words(request: SimRequest, name: str) -> list[str]:
    return [word for word in request.query.get(name, "").split(",") if word]
