#!/bin/sh
# Starts the edge: writes what this deployment is called, makes a placeholder certificate for the time before the first one,
# takes over what is there, and becomes nginx. Stops with exit code 2 and the reason if the settings cannot be used.
set -eu
umask 077
# shellcheck source=edge.sh source-path=SCRIPTDIR
. /edge/edge.sh

refuse() {
    say "$1" >/dev/null
    exit 2
}

url=${DJANGO_BASE_URL:-}
printf '%s' "$url" | tr '\n' ' ' | grep -Eqx 'https://([a-z0-9-]+\.)*[a-z0-9-]+(:[0-9]+)?/?' ||
    refuse "DJANGO_BASE_URL is '$url': it must be https:// and a host name in lower case, as https://tickets.example.org"
authority=${url#https://}
authority=${authority%/}
host=${authority%%:*}
port=${authority#"$host"}

rm -rf "$run/settings" "$run/current" "$run"/generation.* "$run/seen" "$run/nginx.pid"
mkdir -p "$run/settings" "$run/generation.first/tls" "$placeholder"

curves=X25519:prime256v1:secp384r1
if openssl list -kem-algorithms 2>/dev/null | grep -q X25519MLKEM768; then
    curves=X25519MLKEM768:$curves
fi
cat >"$run/settings/site.conf" <<END
map "" \$site { default "$authority"; }
map "" \$site_port { default "$port"; }
ssl_ecdh_curve $curves;
END
echo "server_name $host;" >"$run/settings/site_name.conf"
echo "server_name www.$host;" >"$run/settings/www_name.conf"
echo "server_name api.$host;" >"$run/settings/api_name.conf"
echo "server_name $host www.$host api.$host;" >"$run/settings/all_names.conf"
for network in $(echo "${TTS_TRUSTED_NETWORKS:-}" | tr ',' ' '); do
    printf '%s' "$network" | grep -Eqx '[0-9a-fA-F.:]+(/[0-9]+)?' || refuse "TTS_TRUSTED_NETWORKS names '$network', which is no network"
    echo "$network 1;"
done >"$run/settings/trusted_networks.conf"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=placeholder until the first certificate" \
    -addext "subjectAltName=DNS:$host,DNS:www.$host,DNS:api.$host" \
    -keyout "$placeholder/privkey.pem" -out "$placeholder/fullchain.pem" 2>/dev/null
cp "$placeholder"/*.pem "$run/generation.first/tls/"
echo "include /etc/nginx/upstreams.default.conf;" >"$run/generation.first/upstreams.conf"
/edge/peers.sh >"$run/generation.first/peers.conf"
ln -s generation.first "$run/current"
nginx -t -q || refuse "nginx does not take its own configuration; it says why above"

[ -x /etc/nginx/state ] || say "cannot look into /etc/nginx/state: neither deployments nor the maintenance page will be seen" >/dev/null
/edge/refresh.sh >/dev/null || true  # what was refused is in the log; the rest is served
/edge/watch.sh &
exec nginx -g 'daemon off;'
