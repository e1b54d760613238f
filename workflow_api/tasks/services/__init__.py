"""Everything that can happen to tasks."""

from tasks.services.allocating import transfer_item
from tasks.services.tickets import follow_approval, follow_end
from tasks.services.waiting import allocate_waiting, plan_retries, retry_waiting
from tasks.services.working import act_on_item, escalate_item, hold_item, resume_item, start_item

__all__ = [
    "act_on_item",
    "allocate_waiting",
    "escalate_item",
    "follow_approval",
    "follow_end",
    "hold_item",
    "plan_retries",
    "resume_item",
    "retry_waiting",
    "start_item",
    "transfer_item",
]
