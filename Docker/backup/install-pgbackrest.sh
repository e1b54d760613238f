#!/bin/sh
# The same pgBackRest for db and backup: both must have one version. Installed only where the base image has none; and tini,
# because pgBackRest leaves a process behind that goes on archiving, which PostgreSQL as process 1 would take for one of its own.
set -eu
missing=
command -v pgbackrest >/dev/null || missing="pgbackrest"
command -v tini >/dev/null || missing="$missing tini"
if [ -n "$missing" ]; then
    apt-get update
    # shellcheck disable=SC2086
    apt-get install -y --no-install-recommends $missing
    rm -rf /var/lib/apt/lists/* /var/cache/apt/*
fi
rm -f /etc/pgbackrest.conf
# A volume that is mounted here for the first time takes over owner and mode; a tmpfs the mode alone.
install -d -o postgres -g postgres -m 0700 /etc/pgbackrest/tls
install -d -o postgres -g postgres -m 0751 /backup
install -d -m 1777 /var/spool/pgbackrest
