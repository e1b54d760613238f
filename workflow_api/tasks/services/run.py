"""The interpreter's host: one locked task while a command changes it.

Rows mirror the tokens of the interpreter's state; they are changed in memory and written once, by ``close``.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self, assert_never
from uuid import UUID

from audit.services import record
from directory.models import Person
from engine import (
    Clock,
    Complete,
    Effect,
    Event,
    Give,
    Origin,
    Outcome,
    PauseClock,
    Refused,
    ResumeClock,
    RunStatus,
    Seek,
    Settle,
    StartClock,
    State,
    StopClock,
    Token,
    TokenStatus,
    step,
)
from servicekit import contracts
from servicekit.clock import now
from servicekit.contracts.workflow import TaskAssigned, TaskCompleted, TaskUnassigned
from servicekit.errors import NotFound
from sla import services as sla
from sla.models import Clock as SlaClock
from tasks.errors import ItemClosed, NobodyToEscalateTo, problem_of
from tasks.facts import tell, tell_about
from tasks.models import Task, TaskItem, Waiting
from tasks.rotation import next_holder
from workflows.selectors import definition_of


@dataclass
class Run:
    """A task under its lock, its items by token, and the state that they mirror."""

    task: Task
    by: contracts.Person
    items: dict[int, TaskItem]
    state: State
    now: datetime = field(default_factory=lambda: now())  # looked up at each call: tests freeze it
    people: dict[UUID, Person] = field(default_factory=dict)  # who may be given something by this command
    chosen: Person | None = None  # whom the first search is to find, instead of asking the rotation
    before: dict[str, Any] | None = None
    waited: list[TaskItem] = field(default_factory=list)  # without assignee when the command began

    @classmethod
    def of_item(cls, item_id: UUID, *, by: contracts.Person) -> tuple[Self, TaskItem]:
        """The run of an open item and the item. Raises NotFound, or ItemClosed for one that is over."""
        task_id = Task.objects.select_for_update(of=("self",)).filter(items=item_id).values_list("id", flat=True).first()
        if task_id is None:
            raise NotFound
        run = cls.of_task(task_id, by=by)
        for item in run.items.values():
            if item.id == item_id:
                return run, item
        raise ItemClosed

    @classmethod
    def of_task(cls, task_id: UUID, *, by: contracts.Person) -> Self:
        """The run of a task whose row is locked already. Raises ItemClosed if it is over."""
        items = {item.number: item for item in TaskItem.objects.open_of(task_id)}
        if not items:
            raise ItemClosed
        task = next(iter(items.values())).task
        for item in items.values():
            item.task = task
        run = cls(task=task, by=by, items=items, state=_state(task, items))
        run.before = run.snapshot()
        run.waited = [item for item in items.values() if item.assignee_id is None]
        return run

    def advance(self, event: Event) -> None:
        """Let the interpreter take the event, mirror the new state, carry out what it asks for."""
        try:
            self.state, effects = step(definition_of(self.task.pinned_id), self.state, event, Clock(self.now))
        except Refused as refused:
            raise problem_of(refused) from refused
        for token in self.state.tokens:
            self._mirror(token)
        for effect in effects:
            self._carry_out(effect)

    def give(self, number: int, person: Person, origin: Origin) -> None:
        """Give a waiting token to somebody."""
        self.people[person.id] = person
        self.advance(Give(number, person.id, origin))

    def close(self, action: str, **details: Any) -> None:
        """Tell who got what and whether the work is over, write the rows, keep the record."""
        self._announce()
        self.task.status = self.state.status
        self.task.last_token, self.task.last_visit = self.state.last_token, self.state.last_visit
        self.task.save()
        self._write_items()
        label, after = self.task.ticket.number, self.snapshot() | details
        record(by=self.by, action=action, object_type="task", object_id=self.task.id, label=label, before=self.before, after=after)

    @property
    def newest(self) -> TaskItem:
        """The item that was entered last."""
        return self.items[self.state.last_token]

    def snapshot(self) -> dict[str, Any]:
        """What the record shows of the task."""
        items = [
            {"item": str(item.id), "step": item.step, "status": item.status, "assignee": item.assignee.name if item.assignee else None}
            for item in self.items.values()
        ]
        return {"status": str(self.state.status), "items": items}

    def _mirror(self, token: Token) -> None:
        item = self.items.get(token.id)
        if item is None:
            item = self.items[token.id] = self._new_item(token)
        if token.holder is not None and item.assignee_id != token.holder:
            item.assignee, item.assigned_at = self.people[token.holder], self.now
        if token.status is TokenStatus.IN_PROGRESS and item.started_at is None:
            item.started_at = self.now
        item.status, item.origin = token.status, token.origin

    def _new_item(self, token: Token) -> TaskItem:
        clock = next((item.clock for item in self.items.values() if item.visit == token.visit), None)
        return TaskItem(
            task=self.task, number=token.id, visit=token.visit, step=token.step, role=token.role, clock=clock, entered_at=token.entered_at
        )

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Seek():
                self._seek(effect)
            case Settle():
                self._settle(self.items[effect.token], effect.outcome)
            case StartClock():
                self._start_clock(effect)
            case PauseClock():
                sla.pause_clock(self._clock(effect.visit), at=self.now)
            case ResumeClock():
                sla.resume_clock(self._clock(effect.visit), at=self.now)
            case StopClock():
                sla.stop_clock(self._clock(effect.visit), at=self.now)
            case Complete():
                self.task.end, self.task.closed_at = effect.end, self.now
            case _:
                assert_never(effect)

    def _seek(self, effect: Seek) -> None:
        person = self.chosen or next_holder(effect.role, excluding=effect.excluding)
        self.chosen = None
        if person is not None:
            self.give(effect.token, person, effect.origin)
        elif effect.required:
            raise NobodyToEscalateTo

    def _settle(self, item: TaskItem, outcome: Outcome) -> None:
        item.status, item.closed_at = outcome, self.now
        item.closed_by_id, item.closed_by_name = self.by.id, self.by.name

    def _start_clock(self, effect: StartClock) -> None:
        scope = SlaClock.Scope.TASK if effect.visit is None else SlaClock.Scope.STEP
        clock = sla.start_clock(scope=scope, started_at=effect.started_at, due_at=effect.due_at)
        if effect.visit is None:
            self.task.clock = clock
        for item in self.items.values():
            if item.visit == effect.visit and item.is_open:
                item.clock = clock

    def _clock(self, visit: int | None) -> SlaClock:
        clock = self.task.clock if visit is None else next(item.clock for item in self.items.values() if item.visit == visit and item.clock)
        assert clock is not None  # noqa: S101  (the interpreter only names clocks that it has started)
        return clock

    def _announce(self) -> None:
        for item in self.items.values():
            if item.is_open and item.assignee and (item._state.adding or item in self.waited):
                tell_about(item, TaskAssigned, origin=str(item.origin))
            if item.is_open and item.assignee is None and item._state.adding:
                tell_about(item, TaskUnassigned, reason=_nobody_holds(item))
        if self.state.status is RunStatus.COMPLETED:
            tell(self.task, TaskCompleted, by=self.by, completed_at=self.now)

    def _write_items(self) -> None:
        waiting = [item for item in self.items.values() if item._state.adding and item.is_open and item.assignee is None]
        found = [item for item in self.waited if item.assignee or not item.is_open]
        if found:
            Waiting.objects.filter(item__in=found).delete()
        for item in self.items.values():
            item.save()
        Waiting.objects.bulk_create([self._waiting(item) for item in waiting])

    def _waiting(self, item: TaskItem) -> Waiting:
        return Waiting(ticket=self.task.ticket, item=item, reason=_nobody_holds(item), since=self.now)


def _nobody_holds(item: TaskItem) -> str:
    return f"Nobody active holds the role {item.role}."


def _state(task: Task, items: dict[int, TaskItem]) -> State:
    tokens = tuple(
        Token(
            id=item.number,
            visit=item.visit,
            step=item.step,
            role=item.role,
            origin=Origin(item.origin),
            holder=item.assignee_id,
            status=TokenStatus(item.status),
            is_timed=item.clock_id is not None,
            entered_at=item.entered_at,
        )
        for item in items.values()
    )
    return State(
        priority=task.priority, status=RunStatus(task.status), tokens=tokens, last_token=task.last_token, last_visit=task.last_visit
    )
