"""What can go wrong with tasks.

Conflict
├── ItemClosed              item_closed              somebody was faster, or the task is over
├── IllegalTransition       illegal_transition       not what this step, or this status, allows
├── NobodyToEscalateTo      nobody_to_escalate_to
├── AlreadyTheirs           already_theirs
├── NobodyHoldsRole         nobody_holds_role
└── NoWorkflowFits          no_workflow_fits
Forbidden
└── NotAssignee             not_assignee
InvalidInput
├── NoteRequired            note_required
├── NotAHolder              not_a_holder
└── UnknownWorkflow         unknown_workflow
"""

import engine
from servicekit.errors import Conflict, Forbidden, InvalidInput, Problem


class ItemClosed(Conflict):
    code, title = "item_closed", "This item is not open any more"


class IllegalTransition(Conflict):
    code, title = "illegal_transition", "The step or its status does not allow this"


class NobodyToEscalateTo(Conflict):
    code, title = "nobody_to_escalate_to", "Nobody can take this escalation"


class AlreadyTheirs(Conflict):
    code, title = "already_theirs", "The item is with that person already"


class NobodyHoldsRole(Conflict):
    code, title = "nobody_holds_role", "Nobody active holds the role of the step"


class NoWorkflowFits(Conflict):
    code, title = "no_workflow_fits", "No published workflow fits this ticket"


class NotAssignee(Forbidden):
    code, title = "not_assignee", "Only the present assignee may do this"


class NoteRequired(InvalidInput):
    code, title = "note_required", "This transition asks for a note"

    def __init__(self) -> None:
        super().__init__(fields={"note": ["This transition asks for a note."]})


class NotAHolder(InvalidInput):
    code, title = "not_a_holder", "That person cannot be given this step"

    def __init__(self, role: str) -> None:
        super().__init__(fields={"user_id": [f"No active holder of the role {role} has this id."]})


class UnknownWorkflow(InvalidInput):
    code, title = "unknown_workflow", "There is no such published workflow"

    def __init__(self) -> None:
        super().__init__(fields={"workflow_id": ["There is no published workflow with this id."]})


_PROBLEMS: dict[type[engine.Refused], type[Problem]] = {
    engine.TokenClosed: ItemClosed,
    engine.NotHolder: NotAssignee,
    engine.WrongStatus: IllegalTransition,
    engine.UnknownTransition: IllegalTransition,
    engine.NoteMissing: NoteRequired,
    engine.NoEscalation: NobodyToEscalateTo,
    engine.AlreadyTheirs: AlreadyTheirs,
}


def problem_of(refused: engine.Refused) -> Problem:
    """The problem to answer when the interpreter refuses an event."""
    return _PROBLEMS[type(refused)]()
