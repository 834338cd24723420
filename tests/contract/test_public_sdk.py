"""RunPod's own Python SDK, as published on PyPI, drives the simulated GraphQL: so it satisfies not only us.

The SDK asks for boto3, fastapi, paramiko and more, none of which its API calls use. So it is installed without its
dependencies, next to `requests`, which is all they use, into a directory beside the test environment's packages; and
its API module is imported without the package's own `__init__`, which would import the rest.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.simulators import runpod, serving
from sim.runpod import FULL_KEY

SDK, REQUESTS = "runpod==1.12.0", "requests==2.34.2"
#: Once per environment.
HOME = Path(sys.prefix) / "podkeeper-public-sdk" / SDK
STRICT = bool(os.environ.get("PODKEEPER_STRICT"))

DRIVER = """
import json, sys, types
home, key = sys.argv[1:3]
sys.path.insert(0, home)
package = types.ModuleType("runpod")
package.__path__ = [f"{home}/runpod"]
package.api_key = key
sys.modules["runpod"] = package
from runpod.api import ctl_commands
from runpod.error import QueryError
answers = []
for name, arguments in json.load(sys.stdin):
    try:
        answers.append(getattr(ctl_commands, name)(**arguments))
    except (QueryError, ValueError) as error:
        answers.append({"error": str(error)})
json.dump(answers, sys.stdout)
"""


def pip(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)


@pytest.fixture(scope="module")
def sdk() -> Path:
    """Where the SDK is installed. Without a network and not installed yet: skipped visibly, in CI an error."""
    if not HOME.is_dir():
        making = HOME.with_name(f"{HOME.name}.{os.getpid()}")
        done = pip("--target", str(making), "--no-deps", SDK)
        done = pip("--target", str(making), REQUESTS) if done.returncode == 0 else done
        if done.returncode != 0 and not STRICT:
            pytest.skip(f"RunPod's SDK could not be fetched: the simulated GraphQL is NOT checked by it. {done.stderr}")
        assert done.returncode == 0, done.stderr
        making.rename(HOME)
    return HOME


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(runpod(1.0), 0) as url:
        yield url


def drive(sdk: Path, address: str, *calls: tuple[str, dict[str, Any]], key: str = FULL_KEY) -> list[Any]:
    """The SDK's answers to its own functions, called in a process of its own."""
    environment = {**os.environ, "RUNPOD_API_BASE_URL": address}
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(sdk), key],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answered: list[Any] = json.loads(done.stdout)
    return answered


def test_a_pod_is_created_stopped_resumed_and_terminated_by_it(sdk: Path, address: str) -> None:
    wanted = {
        "name": "by-sdk",
        "image_name": "runpod/pytorch:1.0",
        "gpu_type_id": "NVIDIA A40",
        "cloud_type": "SECURE",
        "gpu_count": 1,
        "volume_in_gb": 20,
        "ports": "8888/http,22/tcp",
        "env": {"RUN": "1"},
    }
    (made,) = drive(sdk, address, ("create_pod", wanted))
    pod = {"pod_id": made["id"]}
    assert "RUN=1" in made["env"]
    assert made["imageName"] == "runpod/pytorch:1.0"

    stopped, seen = drive(sdk, address, ("stop_pod", pod), ("get_pod", pod))
    # Its container takes a moment to go down.
    httpx.post(f"{address}/control/clock/advance", json={"seconds": 5}, trust_env=False).raise_for_status()
    resume = ("resume_pod", {**pod, "gpu_count": 1})
    resumed, gone, after = drive(sdk, address, resume, ("terminate_pod", pod), ("get_pod", pod))
    assert (stopped["id"], stopped["desiredStatus"]) == (made["id"], "EXITED")
    assert (seen["name"], seen["desiredStatus"], seen["imageName"]) == ("by-sdk", "EXITED", "runpod/pytorch:1.0")
    assert resumed["desiredStatus"] == "RUNNING"
    assert gone is None
    assert after is None


def test_it_lists_the_pods_and_the_gpus_there_are(sdk: Path, address: str) -> None:
    pods, gpus, user = drive(sdk, address, ("get_pods", {}), ("get_gpus", {}), ("get_user", {}))
    star = next(pod for pod in pods if pod["id"] == "abc123")
    assert (star["name"], star["gpuCount"], star["desiredStatus"]) == ("nlp-train", 1, "RUNNING")
    assert star["machine"]["gpuDisplayName"] == "H100 SXM"
    assert {"id": "NVIDIA A40", "displayName": "A40", "memoryInGb": 48} in gpus
    assert user["id"]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (("stop_pod", {"pod_id": "nosuch"}), "pod not found"),
        (("terminate_pod", {"pod_id": "nosuch"}), "pod not found to terminate"),
        (("create_pod", {"name": "x", "image_name": "i", "gpu_type_id": "NVIDIA NOSUCH"}), "No GPU found"),
    ],
)
def test_it_raises_its_own_errors_where_runpod_would_refuse(
    sdk: Path, address: str, call: tuple[str, dict[str, Any]], says: str
) -> None:
    (answer,) = drive(sdk, address, call)
    assert says in answer["error"]
