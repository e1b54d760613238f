# What the scripts of the edge share. POSIX sh: the alpine images of nginx have no bash.
# shellcheck shell=sh disable=SC2034
run=/run/nginx
state=/etc/nginx/state
#: the volume: certbot's pair by symbolic links, or the operator's own as files
certificates=/etc/nginx/certificates
placeholder=$run/placeholder

# say TEXT: a line in the container's log
say() {
    printf '{"ts":"%s","event":"edge","detail":"%s"}\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(printf '%s' "$1" | tr '"\\\n\t' "''  ")" >&2
}

# pair_folder: where the certificate is to be taken from
pair_folder() {
    if [ -r "$certificates/fullchain.pem" ]; then
        echo "$certificates"
    else
        echo "$placeholder"
    fi
}

mismatch="the certificate and the key do not belong together, cannot be read, or have expired"
# belongs_together FOLDER: the key is the certificate's, and it has not expired
belongs_together() {
    openssl x509 -in "$1/fullchain.pem" -noout -checkend 0 >/dev/null 2>&1 &&
        [ "$(openssl x509 -in "$1/fullchain.pem" -noout -pubkey 2>/dev/null)" = "$(openssl pkey -in "$1/privkey.pem" -pubout 2>/dev/null)" ]
}
