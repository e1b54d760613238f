#!/bin/sh
# Gets the certificate for TTS_DOMAIN (and www. and api. where they lead here) and renews it: now, then twice a day at no fixed minute.
#   renew.sh                         for ever; until there is a certificate it tries again after 20 minutes, 40, 80 …
#   renew.sh once [option …]         one try, with further options of certbot, such as --force-renewal or --dry-run
# The outcome of the last try stands in renewal.json beside the certificate. nginx sees by itself that the files changed.
set -eu
umask 077
folder=/etc/letsencrypt
half_a_day=39600  # seconds; an hour is added at random, and another one on average

certonly() {
    names=$1
    shift
    # shellcheck disable=SC2086
    certbot certonly --non-interactive --agree-tos --email "$TTS_ADMIN_EMAIL" --webroot --webroot-path /var/www/acme \
        --cert-name tts --key-type ecdsa --keep-until-expiring --renew-with-new-domains \
        --config-dir "$folder" --work-dir /tmp/certbot --logs-dir /tmp/certbot/logs ${ACME_SERVER:+--server "$ACME_SERVER"} \
        --domains "$names" "$@"
}

# attempt [option …]: all three names, else the one that matters
attempt() {
    if certonly "$TTS_DOMAIN,www.$TTS_DOMAIN,api.$TTS_DOMAIN" "$@" || certonly "$TTS_DOMAIN" "$@"; then
        ok=true
    else
        ok=false
    fi
    if [ -e "$folder/live/tts/fullchain.pem" ]; then
        ln -sfn live/tts/privkey.pem "$folder/privkey.pem"
        ln -sfn live/tts/fullchain.pem "$folder/fullchain.pem"
    fi
    printf '{"at":"%s","ok":%s}\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$ok" >"$folder/renewal.next"
    mv -f "$folder/renewal.next" "$folder/renewal.json"
    [ "$ok" = true ]
}

if [ "${1:-}" = once ]; then
    shift
    attempt "$@"
    exit
fi
trap 'exit 0' TERM INT
pause=1200
while :; do
    if attempt || [ -e "$folder/fullchain.pem" ]; then
        seconds=$((half_a_day + $(awk 'BEGIN { srand(); print int(rand() * 7200) }')))
    else
        seconds=$pause
        pause=$((pause * 2 < half_a_day ? pause * 2 : half_a_day))
    fi
    sleep "$seconds" &
    wait $!
done
