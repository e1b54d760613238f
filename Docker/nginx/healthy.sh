#!/bin/sh
# Healthy: nginx answers over TLS under our name, and the watcher looked round within the last minute.
set -eu
# shellcheck source=edge.sh source-path=SCRIPTDIR
. /edge/edge.sh
[ -n "$(find "$run/watched" -mmin -1 2>/dev/null)" ] || exit 1
host=$(sed 's/^server_name //; s/;$//' "$run/settings/site_name.conf")
curl -fsSk -o /dev/null --max-time 3 --resolve "$host:443:127.0.0.1" "https://$host/edge/page.css"
