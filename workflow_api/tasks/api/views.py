"""The doors to tasks."""

from typing import TypeVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.contracts.permissions import Permission
from servicekit.pagination import CursorPages
from servicekit.permissions import Authenticated, Requires
from servicekit.schema import extend_schema
from servicekit.serializers import Body, PersonSerializer
from servicekit.views import ServiceViewSet
from tasks import selectors, services
from tasks.api import serializers
from tasks.models import TaskItem

B = TypeVar("B", bound=Body)
ACT = Requires(Permission.TASK_ACT)
SEE = Requires(Permission.TASK_ACT, Permission.TASK_VIEW_ALL, Permission.TICKET_OWN)
TRANSFER = Requires(Permission.TASK_TRANSFER_ANY, Permission.TICKET_OWN)


class NewestFirst(CursorPages):
    ordering = ("-entered_at", "-id")


class LongestWaitingFirst(CursorPages):
    ordering = ("since", "id")


class TasksView(ServiceViewSet):
    """What the views of tasks have in common."""

    def valid(self, body: type[B]) -> B:
        """The checked body of the request. Raises ValidationError."""
        found = body(data=self.request.data)
        found.is_valid(raise_exception=True)
        return found


class ItemViewSet(TasksView):
    access = {
        "list": SEE,
        "retrieve": SEE,
        "start": ACT,
        "act": ACT,
        "hold": ACT,
        "resume": ACT,
        "escalate": ACT,
        "transfer": TRANSFER,
        "candidates": TRANSFER,
    }
    serializer_class = serializers.ItemSerializer
    pagination_class = NewestFirst

    @extend_schema(parameters=[serializers.ItemQuery])
    def list(self, request: Request) -> Response:
        """The items that one may see, newest first."""
        query = serializers.ItemQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = self.paginate_queryset(selectors.list_items(self.principal, query.wanted))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, item_id: UUID) -> Response:
        """One item, with what one may do with it now. Looking at it changes nothing: see start."""
        return self._answer(selectors.visible_item(self.principal, item_id))

    @extend_schema(request=None)
    def start(self, request: Request, item_id: UUID) -> Response:
        """The assignee opens the item: in progress."""
        return self._answer(services.start_item(item_id=item_id, by=self.principal))

    @extend_schema(request=serializers.ActBody)
    def act(self, request: Request, item_id: UUID) -> Response:
        """The assignee takes a transition of the step."""
        body = self.valid(serializers.ActBody).validated_data
        return self._answer(services.act_on_item(item_id=item_id, by=self.principal, **body))

    @extend_schema(request=serializers.ReasonBody)
    def hold(self, request: Request, item_id: UUID) -> Response:
        """The assignee puts the item on hold: the clocks stop."""
        body = self.valid(serializers.ReasonBody).validated_data
        return self._answer(services.hold_item(item_id=item_id, by=self.principal, **body))

    @extend_schema(request=None)
    def resume(self, request: Request, item_id: UUID) -> Response:
        """The assignee goes on: the targets move by the length of the pause."""
        return self._answer(services.resume_item(item_id=item_id, by=self.principal))

    @extend_schema(request=serializers.ReasonBody)
    def escalate(self, request: Request, item_id: UUID) -> Response:
        """The assignee hands the step to its escalation role."""
        body = self.valid(serializers.ReasonBody).validated_data
        return self._answer(services.escalate_item(item_id=item_id, by=self.principal, **body))

    @extend_schema(request=serializers.TransferBody)
    def transfer(self, request: Request, item_id: UUID) -> Response:
        """An admin or the task's owner hands the item to another holder of its role."""
        body = self.valid(serializers.TransferBody).validated_data
        item = services.transfer_item(item_id=item_id, by=self.principal, to=body["user_id"], reason=body["reason"])
        return self._answer(item)

    @extend_schema(responses=PersonSerializer(many=True), filters=False)
    def candidates(self, request: Request, item_id: UUID) -> Response:
        """To whom the item may be transferred: at most 200 people, by name."""
        people = selectors.candidates(self.principal, item_id)
        return Response({"results": PersonSerializer(people, many=True).data, "next": None})

    def _answer(self, item: TaskItem) -> Response:
        return Response(self.get_serializer(item).data)


class TrackerViewSet(ServiceViewSet):
    access = {"retrieve": Authenticated}
    serializer_class = serializers.TrackerSerializer

    def retrieve(self, request: Request, number: str) -> Response:
        """Where the work on a ticket stands: drawing and log."""
        return Response(self.get_serializer(selectors.track(self.principal, number)).data)


class WaitingViewSet(TasksView):
    access = dict.fromkeys(("list", "allocate"), Requires(Permission.TASK_ALLOCATE))
    serializer_class = serializers.WaitingSerializer
    pagination_class = LongestWaitingFirst

    def list(self, request: Request) -> Response:
        """Tickets without workflow and steps without assignee, the longest waiting first."""
        page = self.paginate_queryset(selectors.list_waiting())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(request=serializers.AllocateBody, responses=serializers.AllocatedSerializer)
    def allocate(self, request: Request, waiting_id: UUID) -> Response:
        """Give out what waits."""
        body = self.valid(serializers.AllocateBody).validated_data
        task = services.allocate_waiting(waiting_id=waiting_id, by=self.principal, **body)
        return Response({"task_id": task.id})
