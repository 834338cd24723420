"""Bringing lost work back: what may be tried, what is kept for it, how a plan moves, what forbids a call. Pure."""
