#!/bin/sh
# peers.sh UPSTREAMS: nginx configuration with a pool of kept-open connections for each host:port in the file UPSTREAMS, at the
# addresses that its name has now; $peer is the pool of $upstream, $previous_peer that of $frontend_previous. A name without an
# address gets no pool: nginx looks it up by itself, with each request.
set -eu
pools=
# shellcheck disable=SC2013
for name in $(sed 's/#.*//' "$1" | grep -Eo '[a-z][a-z0-9.-]*:[0-9]+' | sort -u); do
    addresses=$(getent ahostsv4 "${name%:*}" | awk '$2 == "STREAM" { print $1 }' | sort -u)
    [ -n "$addresses" ] || continue
    pools="$pools $name"
    echo "upstream ${name%:*}.${name##*:} {"
    for address in $addresses; do
        echo "    server $address:${name##*:};"
    done
    # Shorter than the 75 s of gunicorn, so that it is always nginx that closes.
    printf '    keepalive 16;\n    keepalive_timeout 30s;\n}\n'
done
for pair in upstream:peer frontend_previous:previous_peer; do
    printf 'map $%s $%s {\n    default $%s;\n' "${pair%:*}" "${pair#*:}" "${pair%:*}"
    for name in $pools; do
        echo "    $name ${name%:*}.${name##*:};"
    done
    echo "}"
done
