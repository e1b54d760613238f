#!/bin/sh
# Every two seconds: takes over what changed, keeps the log file small, and leaves a sign of life for healthy.sh.
set -u
here=$(dirname "$0")
# shellcheck source=Docker/nginx/edge.sh
. "$here/edge.sh"
log=/var/log/nginx/access.log
most=100000000  # bytes; for a host without logrotate

while sleep 2; do
    "$here/refresh.sh"
    if [ "$(stat -c %s "$log" 2>/dev/null || echo 0)" -gt "$most" ]; then
        mv -f "$log" "${log%.log}.old"
        kill -USR1 "$(cat "$run/nginx.pid")"
    fi
    touch "$run/watched"
done
