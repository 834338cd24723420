"""How hypothesis works here: a busy machine is no reason for a test to fail, and neither is a slow one."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("podkeeper", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("podkeeper")
