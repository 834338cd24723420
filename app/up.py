"""`./podkeeper up`: everything on one machine, with a Valkey of its own where REDIS_URL names none."""

from __future__ import annotations

from collections.abc import Sequence

from app.children import store, work
from app.datadir import claimed
from app.policyfile import read_policy
from app.settings import Settings, require_complete
from app.supervisor import Child, Supervisor
from app.valkey import EmbeddedValkey


def run(settings: Settings) -> None:
    """Until SIGTERM or Ctrl-C. Raises InvalidSetting before anything is started when it could not work."""
    require_complete(settings)
    read_policy(settings)
    with claimed(settings.data):
        supervisor = Supervisor(children(settings))
        supervisor.handle_signals()
        supervisor.run()


def children(settings: Settings) -> Sequence[Child]:
    port = {"PODKEEPER_HTTP_PORT": str(settings.http_port or "")}
    if settings.redis_url is not None:
        return work(port)
    valkey = EmbeddedValkey(settings.data / "valkey")
    return [store(valkey), *work({**port, "REDIS_URL": valkey.url})]
