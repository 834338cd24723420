"""Losses: seen by the watch, read a second time, gathered into incidents, attended until they are over."""
