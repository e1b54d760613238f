#!/bin/sh
# One image, three roles: web, worker and migrate; any other command is run as it is.
set -eu

case ${1:-web} in
    web)     exec daphne -v 0 --no-server-name -b 0.0.0.0 -p 8001 messaging.asgi:application ;;
    worker)  exec celery -q -A messaging worker -P threads -c 4 --without-gossip --without-mingle ;;
    migrate) exec python manage.py prepare ;;
    *)       exec "$@" ;;
esac
