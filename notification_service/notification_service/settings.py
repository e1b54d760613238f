"""The settings of the notification service: the common ones, its apps, and the SMTP server."""

from email.utils import parseaddr

from servicekit.environment import environment as env
from servicekit.settings import *  # noqa: F403
from servicekit.settings import PRODUCTION, service_settings

EMAIL_HOST = env.required("DJANGO_EMAIL_HOST") if PRODUCTION else env.text("DJANGO_EMAIL_HOST", "127.0.0.1")
_port = env.text("DJANGO_EMAIL_PORT", "25")
EMAIL_PORT = int(_port) if _port.isdecimal() else 0
EMAIL_HOST_USER = env.text("DJANGO_EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("DJANGO_EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("DJANGO_EMAIL_USE_TLS")
_SENDER = "DJANGO_DEFAULT_FROM_EMAIL"
DEFAULT_FROM_EMAIL = env.required(_SENDER) if PRODUCTION else env.text(_SENDER, "Ticket Tracking <tickets@tts.localhost>")

if not 0 < EMAIL_PORT < 65536:
    env.problems.append("DJANGO_EMAIL_PORT is not a port number")
if DEFAULT_FROM_EMAIL and "@" not in parseaddr(DEFAULT_FROM_EMAIL)[1]:
    env.problems.append("DJANGO_DEFAULT_FROM_EMAIL is not an address")

own = service_settings(
    name="notification_service",
    package="notification_service",
    apps=["recipients", "rules", "notices", "mail", "preferences"],
    admin_path="admin/notifications/",
)
own["SPECTACULAR_SETTINGS"]["SCHEMA_PATH_PREFIX"] = "/api/v1"  # else the operations are named after what follows /notifications/
globals().update(own)
