#!/bin/sh
# What is known of the certificate, as JSON: the one on disk and the one that is served. The operator's watch compares them:
# a certificate that was renewed and is not served is the classic failure.
set -eu
# shellcheck source=edge.sh source-path=SCRIPTDIR
. /edge/edge.sh
host=$(sed 's/^server_name //; s/;$//' "$run/settings/site_name.conf")

# describe: the certificate on standard input as JSON, or null
describe() {
    pem=$(cat)
    fields=$(echo "$pem" | openssl x509 -noout -fingerprint -sha256 -enddate -dateopt iso_8601 2>/dev/null) || { printf null; return; }
    print=$(echo "$fields" | sed -n 's/.*Fingerprint=//p' | tr -d : | tr 'A-F' 'a-f')
    end=$(echo "$fields" | sed -n 's/^notAfter=//p' | tr ' ' T)
    covers=false
    ! echo "$pem" | openssl x509 -noout -checkhost "$host" 2>/dev/null | grep -q 'does match' || covers=true
    printf '{"sha256":"%s","not_after":"%s","covers_site":%s}' "$print" "$end" "$covers"
}

folder=$(pair_folder)
source=own
[ ! -L "$folder/fullchain.pem" ] || source=acme
[ "$folder" != "$placeholder" ] || source=placeholder
disk=$(describe <"$folder/fullchain.pem")
served=$(openssl s_client -connect 127.0.0.1:443 -servername "$host" </dev/null 2>/dev/null | describe)
matches=false
[ "$disk" != "$served" ] || matches=true
printf '{"site":"%s","source":"%s","on_disk":%s,"served":%s,"matches":%s}\n' "$host" "$source" "$disk" "$served" "$matches"
