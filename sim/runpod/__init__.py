"""A simulated RunPod: REST v2, GraphQL and a control API over one account that lives on a simulated clock."""

from sim.runpod.core import SimRunPod
from sim.runpod.faults import Fault, Kind, When
from sim.runpod.keys import FULL_KEY, READ_ONLY_KEY
from sim.runpod.seeds import PodSeed, Seed, VolumeSeed, demo_seed, empty_seed, hostile_seed, many_seed
from sim.runpod.server import runpod_app
from sim.runpod.state import Load, Settings, Telemetry
from sim.runpod.transport import mock_transport
from sim.runpod.wire import SimResponse

__all__ = [
    "FULL_KEY",
    "READ_ONLY_KEY",
    "Fault",
    "Kind",
    "Load",
    "PodSeed",
    "Seed",
    "Settings",
    "SimResponse",
    "SimRunPod",
    "Telemetry",
    "VolumeSeed",
    "When",
    "demo_seed",
    "empty_seed",
    "hostile_seed",
    "many_seed",
    "mock_transport",
    "runpod_app",
]
