"""Django's synchronous stack, which asgi.py serves HTTP with."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "messaging.settings")
application = get_wsgi_application()
