# What the steps share; each begins with: source "$(dirname "$0")/../steps.sh"
# shellcheck shell=bash
set -euo pipefail
HOST=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPOSITORY=$(cd "$HOST/../.." && pwd)
export HOST REPOSITORY DEPLOY_USER=deploy DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a

export TTS_SSH_FROM='' TTS_SWAP=2G TTS_REBOOT_AT=04:30 TTS_ENGINE=docker TTS_ENGINE_MAJOR=28
# shellcheck source=/dev/null
[[ ! -r /etc/tts/host.conf ]] || source /etc/tts/host.conf

say() { printf '      %s\n' "$*"; }
# Exit code 3: refused; what was there before is still there.
refuse() { printf 'setup: %s\n' "$*" >&2; exit 3; }
is_container() { systemd-detect-virt --quiet --container; }

# place PATH [MODE [CHECK…]]: bring a file from files/ to its place, if CHECK accepts it; sets "changed" to 1 when that changed something.
# What stood there before is kept beside it, once. Never call it in a condition: bash would go on after an error inside.
export changed=0
place() {
    local path=$1 mode=${2:-644} said
    shift $(($# < 2 ? $# : 2))
    mkdir -p "${path%/*}"
    sed -e "s|@REPOSITORY@|$REPOSITORY|g" -e "s|@REBOOT_AT@|$TTS_REBOOT_AT|g" -e "s|@SSH_FROM@|$(ssh_sources "$IPV4" 127.0.0.1)|g" \
        -e "s|@SSH_FROM6@|$(ssh_sources "$IPV6" ::1)|g" "$HOST/files$path" | install -m "$mode" /dev/stdin "$path.new"
    if cmp -s "$path.new" "$path" && [[ $(stat -c %a "$path") == "$mode" ]]; then rm "$path.new"; return; fi
    if [[ $# -gt 0 ]] && ! said=$("$@" "$path.new" 2>&1); then rm "$path.new"; refuse "$1 does not accept $path: $said"; fi
    [[ ! -f $path || -e $path.before-tts ]] || cp -p "$path" "$path.before-tts"
    mv "$path.new" "$path"
    changed=1
    say "wrote $path"
}

# The addresses of TTS_SSH_FROM of one family (a pattern), as nft writes a set. A set may not be empty: ::1 never comes in from outside.
ssh_sources() {
    local source found=''
    for source in ${TTS_SSH_FROM:-0.0.0.0/0 ::/0}; do
        [[ $source =~ $1 ]] && found+="$source, "
    done
    printf '%s' "${found:-$2, }" | sed 's/, $//'
}
IPV4='^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+(/[0-9]+)?$' IPV6='^[0-9a-fA-F]*:[0-9a-fA-F:.]*(/[0-9]+)?$'

# packages NAME…: install what is missing.
packages() {
    local name missing=()
    for name in "$@"; do [[ $(dpkg-query -W -f '${Status}' "$name" 2>/dev/null) == *' ok installed' ]] || missing+=("$name"); done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold "${missing[@]}" >/dev/null
    say "installed ${missing[*]}"
}
