"""Bodies and answers of tasks. Answers that come in lists are built in one go: the fields describe them for OpenAPI and its tests."""

from typing import Any

from rest_framework import serializers

from engine import PRIORITIES
from servicekit.principal import Principal
from servicekit.serializers import Body, PersonSerializer
from tasks import policies
from tasks.models import TaskItem
from tasks.selectors import STATUSES, ItemFilter
from workflows.api.serializers import GraphEdgeSerializer
from workflows.selectors import definition_of


class ItemQuery(serializers.Serializer[ItemFilter]):
    """Filters of a list of items."""

    scope = serializers.ChoiceField(choices=["mine", "owned", "all"], default="mine")
    status = serializers.CharField(required=False, max_length=40, help_text="open, held, done; several by comma")
    priority = serializers.ChoiceField(choices=PRIORITIES, required=False)
    q = serializers.CharField(required=False, max_length=200, help_text="the ticket's number, or a part of its subject")

    def validate_status(self, value: str) -> list[str]:
        """The named statuses."""
        names = value.split(",")
        if not set(names) <= set(STATUSES):
            raise serializers.ValidationError("Use open, held, done, separated by commas.")
        return names

    @property
    def wanted(self) -> ItemFilter:
        """What the validated query asks for."""
        given = self.validated_data
        return ItemFilter(
            scope=given["scope"], statuses=tuple(given.get("status", ())), priority=given.get("priority", ""), q=given.get("q", "")
        )


class ActBody(Body):
    """The transition to take."""

    transition = serializers.CharField(max_length=60)
    note = serializers.CharField(max_length=5000, allow_blank=True, default="")


class ReasonBody(Body):
    """Why."""

    reason = serializers.CharField(max_length=2000)


class TransferBody(ReasonBody):
    """To whom, and why."""

    user_id = serializers.UUIDField()


class AllocateBody(Body):
    """To which workflow and person; without them the fitting workflow and whose turn it is."""

    workflow_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    user_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class TicketSummarySerializer(serializers.Serializer[Any]):
    """The ticket of an item."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    subject = serializers.CharField()
    priority = serializers.CharField()
    requester = PersonSerializer()


class PinnedSerializer(serializers.Serializer[Any]):
    """The pinned version of a workflow."""

    id = serializers.UUIDField(source="workflow_id")
    name = serializers.CharField()
    version = serializers.IntegerField(source="number")


class StepSummarySerializer(serializers.Serializer[Any]):
    """The step of an item."""

    key = serializers.CharField()
    name = serializers.CharField()
    instruction = serializers.CharField()


class WayOutSerializer(serializers.Serializer[Any]):
    """A transition that the step offers."""

    key = serializers.CharField()
    name = serializers.CharField()
    note_required = serializers.BooleanField()


class ItemSerializer(serializers.Serializer[TaskItem]):
    """One assignment of one step, and what the asking person may do with it."""

    id = serializers.UUIDField()
    task_id = serializers.UUIDField()
    ticket = TicketSummarySerializer()
    workflow = PinnedSerializer()
    step = StepSummarySerializer()
    role = serializers.CharField()
    status = serializers.CharField()
    assignee = PersonSerializer(allow_null=True)
    owner = PersonSerializer(allow_null=True)
    origin = serializers.CharField()
    assigned_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    target_at = serializers.DateTimeField(allow_null=True)
    task_target_at = serializers.DateTimeField(allow_null=True)
    hold_reason = serializers.CharField()
    transitions = WayOutSerializer(many=True)
    actions = serializers.ListField(child=serializers.CharField())

    def to_representation(self, item: TaskItem) -> dict[str, Any]:
        """The fields above, for the principal of the context."""
        principal: Principal = self.context["request"].user
        task, definition = item.task, definition_of(item.task.pinned_id)
        step = definition.step(item.step)
        ways = definition.transitions_from(item.step) if item.is_open else ()
        return {
            "id": item.id,
            "task_id": task.id,
            "ticket": {
                "id": task.ticket_id,
                "number": task.ticket.number,
                "subject": task.ticket.subject,
                "priority": task.priority,
                "requester": task.ticket.requester,
            },
            "workflow": {"id": task.pinned.workflow_id, "name": task.pinned.name, "version": task.pinned.number},
            "step": {"key": step.key, "name": step.name, "instruction": step.instruction},
            "role": item.role,
            "status": str(item.status),
            "assignee": item.assignee.named if item.assignee else None,
            "owner": task.owner.named if task.owner else None,
            "origin": str(item.origin),
            "assigned_at": item.assigned_at,
            "started_at": item.started_at,
            "closed_at": item.closed_at,
            "target_at": item.clock.target_at if item.clock else None,
            "task_target_at": task.clock.target_at if task.clock else None,
            "hold_reason": item.hold_reason,
            "transitions": [{"key": way.key, "name": way.name, "note_required": way.note_required} for way in ways],
            "actions": policies.item_actions(principal, item, definition),
        }


class NodeSerializer(serializers.Serializer[Any]):
    """A step or an end of the drawing."""

    key = serializers.CharField()
    name = serializers.CharField()
    role = serializers.CharField()
    kind = serializers.ChoiceField(choices=["start", "step", "end"])
    state = serializers.ChoiceField(choices=["done", "active", "pending"])
    at = serializers.DateTimeField(allow_null=True)
    by = PersonSerializer(allow_null=True)


class DrawingSerializer(serializers.Serializer[Any]):
    """The pinned graph and where the work stands in it."""

    nodes = NodeSerializer(many=True)
    edges = GraphEdgeSerializer(many=True)


class LogEntrySerializer(serializers.Serializer[TaskItem]):
    """One assignment, as the action log shows it."""

    id = serializers.UUIDField()
    task_id = serializers.UUIDField()
    step = serializers.CharField()
    step_name = serializers.CharField()
    role = serializers.CharField()
    origin = serializers.CharField()
    status = serializers.CharField()
    assignee = PersonSerializer(allow_null=True)
    entered_at = serializers.DateTimeField()
    assigned_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by = PersonSerializer(allow_null=True)
    target_at = serializers.DateTimeField(allow_null=True)
    transition = serializers.CharField(help_text='key; "" while none was taken')
    transition_name = serializers.CharField()
    note = serializers.CharField()
    hold_reason = serializers.CharField()

    def to_representation(self, item: TaskItem) -> dict[str, Any]:
        """The fields above; the notes are empty for who may not read them."""
        definition = definition_of(item.task.pinned_id)
        may_read_notes = policies.may_read_notes(self.context["request"].user)
        taken = [way.name for way in definition.transitions_from(item.step) if way.key == item.transition]
        return {
            "id": item.id,
            "task_id": item.task_id,
            "step": item.step,
            "step_name": definition.step(item.step).name,
            "role": item.role,
            "origin": item.origin,
            "status": item.status,
            "assignee": item.assignee.named if item.assignee else None,
            "entered_at": item.entered_at,
            "assigned_at": item.assigned_at,
            "started_at": item.started_at,
            "closed_at": item.closed_at,
            "closed_by": item.closed_by,
            "target_at": item.clock.target_at if item.clock else None,
            "transition": item.transition,
            "transition_name": taken[0] if taken else "",
            "note": item.note if may_read_notes else "",
            "hold_reason": item.hold_reason if may_read_notes else "",
        }


class TrackerSerializer(serializers.Serializer[Any]):
    """Where the work on a ticket stands: the drawing of its newest task, and the log of all of them."""

    task_id = serializers.UUIDField(source="task.id")
    status = serializers.ChoiceField(choices=["running", "completed", "cancelled"], source="task.status")
    workflow = PinnedSerializer(source="task.pinned")
    graph = DrawingSerializer()
    items = LogEntrySerializer(many=True)
    owner = PersonSerializer(allow_null=True, source="task.owner")
    target_at = serializers.DateTimeField(allow_null=True, source="task.clock.target_at")


class WaitingSerializer(serializers.Serializer[Any]):
    """What nobody works on yet, and why."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=["ticket", "item"], help_text="ticket: no workflow fits; item: nobody holds the step's role")
    ticket = TicketSummarySerializer()
    category = serializers.CharField(source="ticket.category")
    subcategory = serializers.CharField(source="ticket.subcategory")
    department = serializers.CharField(source="ticket.department")
    item_id = serializers.UUIDField(allow_null=True)
    role = serializers.CharField(source="item.role", default="", help_text='of the step; "" while the ticket has no workflow')
    reason = serializers.CharField()
    since = serializers.DateTimeField()


class AllocatedSerializer(serializers.Serializer[Any]):
    """What came of it."""

    task_id = serializers.UUIDField()
