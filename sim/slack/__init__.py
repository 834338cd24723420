"""A stand-in for Slack's server side: strict where Slack is strict, and made to fail on demand."""

from __future__ import annotations

from sim.slack.core import SimSlack
from sim.slack.people.clicks import Place
from sim.slack.workspace import Workspace

__all__ = ["Place", "SimSlack", "Workspace"]
