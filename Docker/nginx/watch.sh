#!/bin/sh
# Every two seconds: sees whether anything changed and has it taken over; keeps the log file from filling the disk of a host without
# logrotate; leaves a sign of life for healthy.sh.
set -u
# shellcheck source=edge.sh source-path=SCRIPTDIR
. /edge/edge.sh
log=/var/log/nginx/access.log
most=100000000  # bytes

# look: whatever is to be taken over, told apart by time, size and address
look() {
    read -r names <"$run/names"
    # shellcheck disable=SC2046
    addresses $(echo "$names" | sed 's/:[0-9]*//g')
    stat -L -c '%n %y %s %i' "$upstreams" "$certificates/fullchain.pem" "$certificates/privkey.pem" 2>/dev/null
}

before=
while sleep 2; do
    now=$(look)
    if [ "$now" != "$before" ]; then
        /edge/refresh.sh >/dev/null  # it has told the log
        before=$now
    fi
    if [ "$(stat -c %s "$log")" -gt "$most" ]; then
        mv -f "$log" "${log%.log}.old"
        kill -USR1 "$(cat "$run/nginx.pid")"
    fi
    touch "$run/watched"
done
