"""Answers and filters of clocks."""

from typing import Any

from rest_framework import serializers

from servicekit.serializers import PersonSerializer
from sla.models import Clock
from workflows.selectors import definition_of

STATES = ["running", "warned", "breached"]


class ClockQuery(serializers.Serializer[Clock]):
    """Filters of the list of clocks."""

    state = serializers.ChoiceField(choices=STATES, required=False)


class ClockTicketSerializer(serializers.Serializer[Any]):
    """The ticket that a clock runs for."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    subject = serializers.CharField()


class ClockSerializer(serializers.Serializer[Clock]):
    """A running or paused clock."""

    id = serializers.UUIDField()
    scope = serializers.ChoiceField(choices=["task", "step"])
    state = serializers.ChoiceField(choices=STATES)
    ticket = ClockTicketSerializer()
    step_name = serializers.CharField(help_text='"" for the clock of a whole task')
    assignee = PersonSerializer(allow_null=True)
    started_at = serializers.DateTimeField()
    target_at = serializers.DateTimeField()
    paused_at = serializers.DateTimeField(allow_null=True)
    warned_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, clock: Clock) -> dict[str, Any]:
        """The fields above."""
        item = next(iter(clock.items.all()), None)
        ticket = (item.task if item else clock.task).ticket
        return {
            "id": clock.id,
            "scope": clock.scope,
            "state": clock.state,
            "ticket": {"id": ticket.id, "number": ticket.number, "subject": ticket.subject},
            "step_name": definition_of(item.task.pinned_id).step(item.step).name if item else "",
            "assignee": item.assignee.named if item and item.assignee else None,
            "started_at": clock.started_at,
            "target_at": clock.target_at,
            "paused_at": clock.paused_at,
            "warned_at": clock.warned_at,
            "breached_at": clock.breached_at,
        }
