#!/bin/sh
# Takes over a certificate of the operator's own: cat fullchain.pem privkey.pem | docker compose exec -T nginx /edge/install.sh
# Refuses, with exit code 1, what does not belong together or has expired; what is served stays as it is.
set -eu
umask 077
# shellcheck source=edge.sh source-path=SCRIPTDIR
. /edge/edge.sh
given=$(mktemp -d "$certificates/.given.XXXXXX")
trap 'rm -rf "$given"' EXIT
awk -v folder="$given" '
    /-----BEGIN CERTIFICATE-----/ { file = "fullchain.pem" }
    /-----BEGIN .*PRIVATE KEY-----/ { file = "privkey.pem" }
    file { print >>(folder "/" file) }
    /-----END / { file = "" }'
if ! belongs_together "$given"; then
    say "refused the certificate that was handed in: $mismatch"
    exit 1
fi
(
    flock 9
    mv -f "$given/privkey.pem" "$given/fullchain.pem" "$certificates/"
) 9>"$run/lock"
/edge/refresh.sh
