#!/bin/sh
# peers.sh NAME:PORT …: nginx configuration with a pool of kept-open connections for each of them, at the addresses that the name
# has now; $peer is the pool of $upstream, $previous_peer that of $frontend_previous. A name without an address gets no pool: nginx
# looks it up by itself, with each request.
set -eu
# shellcheck source=edge.sh source-path=SCRIPTDIR
. /edge/edge.sh

# shellcheck disable=SC2016,SC2046
addresses $(printf '%s\n' "$@" | sed 's/:.*//' | sort -u) | awk -v upstreams="$*" '
    { servers[$1] = servers[$1] " " $2 }
    END {
        count = split(upstreams, upstream, " ")
        for (i = 1; i <= count; i++) {
            split(upstream[i], part, ":")
            if (!(part[1] in servers)) continue
            pool = part[1] "." part[2]
            pools = pools "    " upstream[i] " " pool ";\n"
            print "upstream " pool " {"
            for (j = split(servers[part[1]], address, " "); j > 0; j--) print "    server " address[j] ":" part[2] ";"
            # shorter than the 75 s of gunicorn, so that it is always nginx that closes
            print "    keepalive 16;\n    keepalive_timeout 30s;\n}"
        }
        print "map $upstream $peer {\n    default $upstream;\n" pools "}"
        print "map $frontend_previous $previous_peer {\n    default $frontend_previous;\n" pools "}"
    }'
