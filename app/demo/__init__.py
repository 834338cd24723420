"""Podkeeper on the simulators: no account, no token, nothing that leaves this machine."""
