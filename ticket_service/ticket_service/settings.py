"""The settings of ticket_service: what all services share, and its own apps."""

from servicekit.environment import environment as env
from servicekit.settings import *  # noqa: F403
from servicekit.settings import service_settings

MEDIA_ROOT = env.required("MEDIA_ROOT")
ACCEL_REDIRECT = env.flag("ACCEL_REDIRECT")  # the front proxy hands out the files

globals().update(
    service_settings(
        name="ticket_service",
        package="ticket_service",
        apps=["django.contrib.postgres", "forms", "tickets", "attachments", "transfer"],
        admin_path="admin/tickets/",
    )
)
globals()["SPECTACULAR_SETTINGS"]["ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE"] = True  # "" is an answer: no priority yet
globals()["SPECTACULAR_SETTINGS"]["ENUM_NAME_OVERRIDES"] = {
    "TicketStatus": "tickets.api.serializers.STATUSES",
    "TicketPriority": "tickets.api.serializers.PRIORITIES",
    "TicketAction": "tickets.api.serializers.BUTTONS",
    "TicketScope": "tickets.api.serializers.SCOPES",
    "FormFieldType": "forms.api.serializers.TYPES",
    "ImportedStatus": "transfer.api.serializers.STATUSES",
}
