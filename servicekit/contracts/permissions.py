"""Every permission that a role can hold, and the roles of a fresh installation."""

from enum import StrEnum


class Permission(StrEnum):
    """What somebody may do. Services ask for these, never for a role's name."""

    TICKET_SUBMIT = "ticket.submit"
    TICKET_SUBMIT_FOR_OTHERS = "ticket.submit_for_others"
    TICKET_APPROVE = "ticket.approve"
    TICKET_OWN = "ticket.own"
    TICKET_VIEW_ALL = "ticket.view_all"
    TICKET_CLOSE_ANY = "ticket.close_any"
    TICKET_IMPORT = "ticket.import"
    CATEGORY_MANAGE = "category.manage"
    TASK_ACT = "task.act"
    TASK_VIEW_ALL = "task.view_all"
    TASK_TRANSFER_ANY = "task.transfer_any"
    TASK_ALLOCATE = "task.allocate"
    WORKFLOW_MANAGE = "workflow.manage"
    AUDIT_VIEW = "audit.view"
    COMMENT_INTERNAL = "comment.internal"
    NOTIFICATION_MANAGE = "notification.manage"
    USER_VIEW = "user.view"
    USER_MANAGE = "user.manage"
    ROLE_MANAGE = "role.manage"
    ROLE_ASSIGN = "role.assign"
    ADMIN_ENTER = "admin.enter"


_COORDINATOR = (
    Permission.TICKET_SUBMIT, Permission.TICKET_SUBMIT_FOR_OTHERS, Permission.TICKET_APPROVE, Permission.TICKET_OWN,
    Permission.TICKET_VIEW_ALL, Permission.TICKET_CLOSE_ANY, Permission.COMMENT_INTERNAL, Permission.USER_VIEW,
)  # fmt: skip
_PORTAL_ADMIN = (
    *_COORDINATOR, Permission.CATEGORY_MANAGE, Permission.USER_MANAGE, Permission.ROLE_ASSIGN, Permission.ADMIN_ENTER,
)  # fmt: skip
_AGENT = (Permission.TICKET_SUBMIT, Permission.TICKET_SUBMIT_FOR_OTHERS, Permission.TASK_ACT, Permission.COMMENT_INTERNAL)
_DESK_ADMIN = (
    Permission.TICKET_SUBMIT, Permission.TICKET_SUBMIT_FOR_OTHERS, Permission.TICKET_VIEW_ALL, Permission.TICKET_IMPORT,
    Permission.TASK_ACT, Permission.TASK_VIEW_ALL, Permission.TASK_TRANSFER_ANY, Permission.TASK_ALLOCATE,
    Permission.WORKFLOW_MANAGE, Permission.AUDIT_VIEW, Permission.COMMENT_INTERNAL, Permission.NOTIFICATION_MANAGE,
    Permission.USER_VIEW, Permission.USER_MANAGE, Permission.ROLE_ASSIGN, Permission.ADMIN_ENTER,
)  # fmt: skip

#: role key → (name, permissions); see "Which role may do what" in the documentation
BUILT_IN_ROLES: dict[str, tuple[str, tuple[Permission, ...]]] = {
    "hdts.employee": ("Employee", (Permission.TICKET_SUBMIT,)),
    "hdts.coordinator": ("Ticket Coordinator", _COORDINATOR),
    "hdts.admin": ("HDTS Admin", _PORTAL_ADMIN),
    "tts.agent": ("Agent", _AGENT),
    "tts.admin": ("TTS Admin", _DESK_ADMIN),
    "platform.superuser": ("Superuser", tuple(Permission)),
}  # fmt: skip

#: key → name of the systems that roles belong to
SYSTEMS = {"hdts": "Help Desk (requesters)", "tts": "Ticket Tracking (agents)", "platform": "Platform"}
