"""The published language: one frozen class per event, one file per publisher.

Contracts only grow: a new field has a default; anything else is a new schema number beside the old one.
"""

from servicekit.contracts import auth, messaging, notification, ticket, workflow  # noqa: F401  (fills the registry)
from servicekit.contracts.base import Event, Person, registry

__all__ = ["Event", "Person", "registry"]
