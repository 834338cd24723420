"""Paging services."""
