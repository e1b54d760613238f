#!/bin/bash
# Adds the administrator of the debug overlay, with a password that lives as long as this container runs.
set -euo pipefail
umask 077
password=$(head -c 24 /dev/urandom | base64 | tr -d '/+=')
printf '%s\n' "$password" >/tmp/admin_password
cat >/tmp/debug.json <<EOF_JSON
{"users": [{"name": "admin", "password": "$password", "tags": "administrator"}],
 "vhosts": [{"name": "/"}],
 "permissions": [{"user": "admin", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}]}
EOF_JSON
exec "$@"
