"""What is being worked on just now: the request's or event's correlation id, carried into logs and events."""

from contextvars import ContextVar

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
