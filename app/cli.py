"""The subcommands of `./podkeeper`. Each imports what it needs when it runs: help and small children stay quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.settings import Settings, load_settings
from pods.errors import InvalidSetting
from pods.jobs import Queue

if TYPE_CHECKING:
    from app.simulators import Build

cli = typer.Typer(
    name="podkeeper",
    help="Runs your team's RunPod pods from Slack. New here: `./podkeeper demo`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
sim = typer.Typer(help="Run a simulated service alone, to develop against.", no_args_is_help=True)
cli.add_typer(sim, name="sim")

Port = Annotated[int, typer.Option(min=1, max=65535, help="The loopback port to listen on.")]
Speed = Annotated[float, typer.Option(min=0.0, max=3600.0, help="How many times as fast as real time it runs.")]

DEMO_PORT = 8765


@cli.command()
def demo(port: Port = DEMO_PORT, speed: Speed = 1.0) -> None:
    """Show everything on simulators: a page with a chat on the left and a RunPod account on the right.

    Needs no account and no token, and leaves nothing behind.
    """
    from app.demo.run import run

    run(port=port, speed=speed)


@cli.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Run the tests, save those that need a browser. Further arguments go to pytest: `./podkeeper test -k stop`."""
    from app.testing import run

    raise typer.Exit(run(context.args))


@cli.command()
def up() -> None:
    """Run everything on this machine: bot, workers, clocks and, without REDIS_URL, a Valkey of its own."""
    from app.up import run

    run(load_settings())


@cli.command()
def bot() -> None:
    """Run the Slack face: listens, decides, records, answers."""
    settings = _begin("bot")
    from app.run_bot import run_bot
    from app.stopping import stop_on_signals

    run_bot(settings, stop_on_signals())


@cli.command()
def worker(queue: Annotated[Queue, typer.Argument(help="The queue to work on, one per process.")]) -> None:
    """Run one worker: act calls RunPod, watch looks at it, report sums up, deliver writes to Slack."""
    settings = _begin(f"worker {queue.value}")
    from app.run_worker import run_worker
    from app.stopping import stop_on_signals

    run_worker(settings, queue, stop_on_signals())


@cli.command()
def clock() -> None:
    """Run one clock: wakes what is due and sweeps up after the dead. Run two; one leads."""
    settings = _begin("clock")
    from app.run_clock import run_clock
    from app.stopping import stop_on_signals

    run_clock(settings, stop_on_signals())


@sim.command("runpod")
def sim_runpod(port: Port = 8766, speed: Speed = 1.0) -> None:
    """A RunPod account with six pods: /v2, /graphql, and /control to break things."""
    from app import simulators

    _serve(simulators.runpod(speed), port, what="The simulated RunPod", quiet=False)


@sim.command("slack")
def sim_slack(
    port: Port = DEMO_PORT,
    speed: Speed = 1.0,
    with_runpod: Annotated[bool, typer.Option("--with-runpod", help="RunPod too, below /runpod.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", hidden=True)] = False,
) -> None:
    """A Slack workspace with its page: Web API, Socket Mode and four people to type for."""
    from app import simulators

    build = simulators.both(speed) if with_runpod else simulators.slack()
    _serve(build, port, what="The simulated Slack", quiet=quiet)


@cli.command()
def doctor() -> None:
    """Check tokens, scopes, RunPod key, Redis, policy and clocks; say how to mend what is wrong. Changes nothing."""
    from app.doctor.run import run

    raise typer.Exit(run())


@cli.command()
def manifest(
    name: Annotated[str | None, typer.Option(help="Another name for the app, for a second one.")] = None,
    http: Annotated[str | None, typer.Option(metavar="URL", help="HTTP mode: where Slack reaches you.")] = None,
) -> None:
    """Print the Slack app manifest, to paste at api.slack.com/apps, Create New App, From a manifest."""
    from app.manifest import as_json, over_http, read, renamed

    wanted = read()
    if name is not None:
        wanted = renamed(wanted, name)
    if http is not None:
        wanted = over_http(wanted, http)
    sys.stdout.write(as_json(wanted) + "\n")


@cli.command("spec-key", hidden=True)
def spec_key() -> None:
    """Make a key for PODKEEPER_SPEC_KEY, which seals env values in records."""
    from pods.sealing import new_key

    typer.echo(new_key())


@cli.command(hidden=True)
def docs() -> None:
    """Write docs/commands.md anew from the command registry."""
    from app.commandpage import write

    write()


@cli.command("policy-check", hidden=True)
def policy_check(
    path: Annotated[Path | None, typer.Argument(help="The policy file; PODKEEPER_POLICY when left out.")] = None,
) -> None:
    """Say whether a policy file is valid, and what is wrong in it."""
    from app.policyfile import read_policy

    settings = load_settings()
    if path is not None:
        settings = settings.model_copy(update={"policy": path})
    policy = read_policy(settings)
    sys.stdout.write(f"{settings.policy} is valid: {len(policy.channel)} channels, zone {policy.zone}.\n")


def _begin(process: str) -> Settings:
    """Settings and logs of a child of `up`, or of a service of its own."""
    from app.logs import configure

    settings = load_settings()
    configure(settings.log, settings.log_level, process=process)
    if settings.redis_url is None:
        raise InvalidSetting(
            sentence="`REDIS_URL` is not set, and a single process starts no store of its own: "
            "set it, or use `./podkeeper up`."
        )
    return settings


def _serve(build: Build, port: int, *, what: str, quiet: bool) -> None:
    from app.simulators import serving
    from app.stopping import stop_on_signals

    stop = stop_on_signals()
    with serving(build, port) as address:
        if not quiet:
            sys.stdout.write(f"{what} answers at {address} (Ctrl-C ends it).\n")
            sys.stdout.flush()
        stop.wait()
