"""`./podkeeper demo`: the simulators, a Valkey in a directory of its own, and the same processes as `up`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import httpx

from app.children import STORE_STAGE, podkeeper, store, work
from app.demo.owners import give_owners
from app.settings import NAMES, Settings
from app.simulators import RUNPOD_MOUNT, listen
from app.supervisor import Child, Supervisor
from app.valkey import EmbeddedValkey
from pods.sealing import new_key
from sim.runpod import FULL_KEY
from sim.slack.workspace import APP_TOKEN, BOT_TOKEN

POLICY: Final = Path(__file__).parent / "podkeeper.toml"
_ASK_S: Final = 1.0

WELCOME: Final = """
Podkeeper's demo runs at {address} (Ctrl-C ends it, and nothing of it stays).

Three things to try there, in #gpu-pods:
  1. /pod list                 what runs, and what it costs
  2. /pod stop abc123          then watch the message change until RunPod says it stopped
  3. /pod create notebook      its price first, then each step until it is ready; then press a fault button on the
                               right, and create, start or stop another pod
And press "+1 h" four times: the idle notebook is asked about, warned of and stopped (/pod why f6j1bs says why).
"""


def run(*, port: int, speed: float) -> None:
    """Until Ctrl-C. Raises InvalidSetting when the port is taken."""
    listen(port).close()
    with tempfile.TemporaryDirectory(prefix="podkeeper-demo-") as directory:
        valkey = EmbeddedValkey(Path(directory) / "valkey")
        environment = demo_environment(port, valkey.url, Path(directory))
        children = [store(valkey), simulators(port, speed, environment), *demo_work(port, environment)]
        supervisor = Supervisor(children, on_ready=lambda: _welcome(port, environment))
        supervisor.handle_signals()
        supervisor.run()


def origin(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def demo_environment(port: int, redis_url: str, directory: Path) -> Mapping[str, str]:
    """Every setting is given, if only as empty: nothing of a real `.env` shows through."""
    runpod = origin(port) + RUNPOD_MOUNT
    return dict.fromkeys(NAMES, "") | {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": f"{origin(port)}/api/",
        "RUNPOD_API_KEY": FULL_KEY,
        "RUNPOD_REST_URL": f"{runpod}/v2",
        "RUNPOD_GRAPHQL_URL": f"{runpod}/graphql",
        "RUNPOD_PROXY_URL": f"{runpod}/proxy/{{pod}}-{{port}}",
        "REDIS_URL": redis_url,
        "PODKEEPER_POLICY": str(POLICY),
        "PODKEEPER_DATA": str(directory),
        "PODKEEPER_SPEC_KEY": new_key(),
        "PODKEEPER_CLOCK_URL": f"{runpod}/control/state",
        "PODKEEPER_LOG_LEVEL": "WARNING",
    }


def demo_settings(environment: Mapping[str, str]) -> Settings:
    return Settings.model_validate(dict(environment))


def simulators(port: int, speed: float, environment: Mapping[str, str]) -> Child:
    command = podkeeper("sim", "slack", "--with-runpod", "--port", str(port), "--speed", str(speed), "--quiet")
    return Child(
        name="sim",
        command=command,
        stage=STORE_STAGE,
        environment=environment,
        ready=lambda: _get(f"{origin(port)}/control/connections") is not None,
    )


def demo_work(port: int, environment: Mapping[str, str]) -> Sequence[Child]:
    """As `up` runs it; the bot counts as ready once Slack has its socket."""
    children = work(environment)
    return [_until_connected(child, port) if child.name == "bot" else child for child in children]


def _until_connected(bot: Child, port: int) -> Child:
    def connected() -> bool:
        answer = _get(f"{origin(port)}/control/connections")
        return bool(answer and answer.get("connections"))

    return Child(name=bot.name, command=bot.command, stage=bot.stage, environment=bot.environment, ready=connected)


def _get(url: str) -> dict[str, object] | None:
    try:
        answer = httpx.get(url, timeout=_ASK_S, trust_env=False)
    except httpx.HTTPError:
        return None
    return dict(answer.json()) if answer.is_success else None


def _welcome(port: int, environment: Mapping[str, str]) -> None:
    give_owners(demo_settings(environment))
    sys.stdout.write(WELCOME.format(address=origin(port)) + "\n")
    sys.stdout.flush()
