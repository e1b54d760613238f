"""What operators watch of mail."""

from prometheus_client import Counter

ATTEMPTS = Counter("mail_attempts_total", "Tries to hand a mail to the SMTP server", ["verdict", "stage"])
