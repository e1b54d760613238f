"""What operators watch of log-ins, sessions and rights."""

from prometheus_client import Counter

LOGIN_FAILURES = Counter("login_failures_total", "Log-ins that were refused")
REVOCATIONS = Counter("token_revocations_total", "Sessions that ended before their time", ["reason"])
ADMINS_MADE = Counter("admin_granted_total", "Roles given that permit to enter the administration")
REVOCATIONS.labels("reuse")  # from zero: the first must be seen as a rise
