# What the scripts of the edge share. POSIX sh: there are images of nginx without bash.
# shellcheck shell=sh disable=SC2034
run=/run/nginx
#: written by the operator's tool; nginx includes it as it is
upstreams=/etc/nginx/state/upstreams.conf
#: the volume: certbot's pair by symbolic links, or the operator's own as files
certificates=/etc/nginx/certificates
placeholder=$run/placeholder

# say TEXT: to whoever called, and a line in the container's log, whoever called
say() {
    echo "$1"
    printf '{"ts":"%s","event":"edge","detail":"%s"}\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(printf '%s' "$1" | tr '"\\\n\t' "''  ")" >/proc/1/fd/2
}

# pair_folder: where the certificate is to be taken from
pair_folder() {
    if [ -r "$certificates/fullchain.pem" ]; then
        echo "$certificates"
    else
        echo "$placeholder"
    fi
}

# belongs_together FOLDER: the key is the certificate's, and it has not expired; else why not, in $mismatch
belongs_together() {
    mismatch="the certificate and the key cannot be read, or do not belong together"
    [ "$(openssl x509 -in "$1/fullchain.pem" -noout -pubkey 2>/dev/null)" = "$(openssl pkey -in "$1/privkey.pem" -pubout 2>/dev/null || echo none)" ] || return 1
    mismatch="the certificate has expired"
    openssl x509 -in "$1/fullchain.pem" -noout -checkend 0 >/dev/null
}

# addresses NAME …: a line "name address" for each address that Docker knows now
addresses() {
    RES_OPTIONS="timeout:1 attempts:1" getent ahostsv4 "$@" | awk '$2 == "STREAM" { if ($3) name = $3; print name, $1 }' | sort -u
}
