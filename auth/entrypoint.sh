#!/bin/sh
# One image, three roles: web, worker and migrate; any other command is run as it is.
set -eu

case ${1:-web} in
    web)     exec gunicorn -c python:servicekit.gunicorn_conf auth.wsgi ;;
    worker)  exec celery -q -A auth worker -P threads -c 4 --without-gossip --without-mingle ;;
    migrate) exec python manage.py prepare ;;
    *)       exec "$@" ;;
esac
