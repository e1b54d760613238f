#!/bin/sh
# Takes over what changed outside nginx: the certificate, state/upstreams.conf, the addresses of the containers. Each is tried by
# "nginx -t" first; what is refused is named in the log, and what was served before is served on. Called by watch.sh when something
# changed, and by the operator's tool, which wants to know at once. Exit code 0: upstreams.conf is in force; 1: it was refused.
set -eu
umask 077
# shellcheck source=edge.sh source-path=SCRIPTDIR
. /edge/edge.sh
exec 9>"$run/lock"
flock 9

pair=$(pair_folder)
wanted=$upstreams
[ -r "$wanted" ] || wanted=/etc/nginx/upstreams.default.conf
names=$(sed 's/#.*//' "$wanted" | grep -Eo '[a-z0-9][a-z0-9._-]*:[0-9]+' | sort -u | tr '\n' ' ')
# shellcheck disable=SC2086
peers=$(/edge/peers.sh $names)
seen=$({ cat "$pair/fullchain.pem" "$pair/privkey.pem" "$wanted"; echo "$pair $wanted $peers"; } 2>/dev/null | cksum)
if [ "$seen" = "$(cat "$run/seen" 2>/dev/null)" ]; then
    exit "$(cat "$run/outcome")"
fi

# works PAIR UPSTREAMS: nginx takes this combination, which is the current one from here on; else why not, in $reason
works() {
    reason=$mismatch
    next=$(mktemp -d "$run/generation.XXXXXX")
    mkdir "$next/tls"
    cp "$1/fullchain.pem" "$1/privkey.pem" "$next/tls/"
    echo "include $2;" >"$next/upstreams.conf"
    echo "$peers" >"$next/peers.conf"
    make_current "$next"
    reason=$(nginx -t -q 2>&1) && return
    reason=$(echo "$reason" | sed -n 's/.*\[emerg\] \([0-9#]*: \)\{0,1\}//p' | head -n 1)
    make_current "$old"
    rm -rf "$next"
    return 1
}

make_current() {
    ln -sfn "$1" "$run/trial"
    mv -T "$run/trial" "$run/current"
}

# reload: ends when the workers of the old configuration take no request any more (five seconds at most)
reload() {
    before=$(grep -la '^nginx: worke[r] process' /proc/[0-9]*/cmdline 2>/dev/null) || true
    kill -HUP "$(cat "$run/nginx.pid")"
    # shellcheck disable=SC2086
    for _ in $(seq 50); do
        sleep 0.1
        working=$(grep -La 'shutting dow[n]' $before 2>/dev/null) || true
        [ -n "$working" ] || return 0
    done
}

old=$(readlink -f "$run/current")
in_force=$(sed 's/^include //; s/;$//' "$old/upstreams.conf")
outcome=0
if ! belongs_together "$pair"; then
    say "refused the certificate in $pair: $mismatch"
    pair=$old/tls
fi
if works "$pair" "$wanted"; then
    :
elif works "$old/tls" "$wanted"; then
    say "refused the certificate in $pair: nginx cannot use it"
else
    outcome=1
    say "refused $wanted: $reason"
    works "$pair" "$in_force" || works "$old/tls" "$in_force" || say "nothing was changed: $reason"
fi
echo "$outcome" >"$run/outcome"
echo "$seen" >"$run/seen"
echo "$names" >"$run/names"
if [ "$(readlink -f "$run/current")" != "$old" ]; then
    rm -rf "$old"
    if [ -s "$run/nginx.pid" ]; then
        reload
        say "serving by $(sed 's/^include //; s/;$//' "$run/current/upstreams.conf") with the certificate of $pair"
    fi
fi
exit "$outcome"
