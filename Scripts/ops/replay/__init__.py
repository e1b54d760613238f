"""Drives a running system through its public APIs with real tickets, and reports what happened to every one of them."""
