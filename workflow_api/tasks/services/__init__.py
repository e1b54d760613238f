"""Everything that can happen to tasks."""

from tasks.services.allocating import give_out_waiting, transfer_item
from tasks.services.tickets import allocate_waiting, follow_approval, follow_end, open_waiting
from tasks.services.working import act_on_item, escalate_item, hold_item, resume_item, start_item

__all__ = [
    "act_on_item",
    "allocate_waiting",
    "escalate_item",
    "follow_approval",
    "follow_end",
    "give_out_waiting",
    "hold_item",
    "open_waiting",
    "resume_item",
    "start_item",
    "transfer_item",
]
