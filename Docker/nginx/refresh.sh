#!/bin/sh
# Takes over what changed outside nginx: the certificate, state/upstreams.conf, the addresses of the containers. Each is tried by
# "nginx -t" first. Exit code 0: all of it is served. 1: something was refused, the log says what, and what was served before is
# served on. Called every two seconds by watch.sh, and by the operator's tool, which wants the outcome at once.
set -eu
umask 077
here=$(dirname "$0")
# shellcheck source=Docker/nginx/edge.sh
. "$here/edge.sh"
exec 9>"$run/lock"
flock 9

pair=$(pair_folder)
upstreams=$state/upstreams.conf
[ -r "$upstreams" ] || upstreams=/etc/nginx/upstreams.default.conf
peers=$("$here/peers.sh" "$upstreams")
seen=$({ cat "$pair"/*.pem "$upstreams"; echo "$pair $upstreams $peers"; } 2>/dev/null | cksum)
if [ "$seen" = "$(cat "$run/seen" 2>/dev/null)" ]; then
    exit "$(cat "$run/outcome")"
fi

# works PAIR UPSTREAMS: nginx takes this combination, which is then the current one
works() {
    next=$(mktemp -d "$run/generation.XXXXXX")
    mkdir "$next/tls"
    if belongs_together "$1" && cp "$1/fullchain.pem" "$1/privkey.pem" "$next/tls/"; then
        echo "include $2;" >"$next/upstreams.conf"
        echo "$peers" >"$next/peers.conf"
        ln -sfn "$next" "$run/trial" && mv -T "$run/trial" "$run/current"
        if reason=$(nginx -t -q 2>&1); then
            return 0
        fi
        ln -sfn "$old" "$run/trial" && mv -T "$run/trial" "$run/current"
    else
        reason=$mismatch
    fi
    rm -rf "$next"
    return 1
}

old=$(readlink -f "$run/current")
old_upstreams=$(sed 's/^include //; s/;$//' "$old/upstreams.conf")
outcome=1
if works "$pair" "$upstreams"; then
    outcome=0
elif first=$reason && works "$old/tls" "$upstreams"; then
    say "refused the certificate in $pair: $first"
elif works "$pair" "$old_upstreams"; then
    say "refused $upstreams: $reason"
else
    say "refused what changed: $first"
fi
echo "$outcome" >"$run/outcome"
echo "$seen" >"$run/seen"
[ "$(readlink -f "$run/current")" != "$old" ] || exit 1
rm -rf "$old"
if [ -s "$run/nginx.pid" ]; then
    kill -HUP "$(cat "$run/nginx.pid")"
    say "serving the certificate of $pair and $upstreams"
fi
exit "$outcome"
