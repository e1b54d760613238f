#!/usr/bin/env bash
# Builds the images and starts the whole system in containers.
#
#   Scripts/docker.sh              a deployment, by `Scripts/tts up` (settings: Docker/.env.production, made by `Scripts/tts init`)
#   Scripts/docker.sh dev          development: sources mounted, mails kept, http://127.0.0.1:8080
#   Scripts/docker.sh dev down -v  any other Compose command of development
#
# Without Python 3.11 on this machine it calls Docker Compose itself; TTS_HOME names another deployment than Docker/.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
images=(${TTS_IMAGES_ENV:+--env-file "$TTS_IMAGES_ENV"})

development() {
    local command=(docker compose -f "$root/Docker/docker-compose.yml" "${images[@]}")
    if [[ $# -gt 0 ]]; then
        exec "${command[@]}" "$@"
    fi
    "${command[@]}" up --build --detach --wait --wait-timeout 600
    echo "http://127.0.0.1:${DEV_PORT:-8080}  (mails: http://127.0.0.1:${MAIL_PAGE_PORT:-8025})"
}

# What `Scripts/tts up` does, without its checks.
plain() {
    export TTS_HOME=${TTS_HOME:-$root/Docker}
    if [[ ! -f $TTS_HOME/.env.production ]]; then
        echo "There is no deployment in $TTS_HOME: Scripts/tts init makes one (it needs Python 3.11)." >&2
        exit 3
    fi
    local command=(docker compose --project-directory "$root/Docker" -f "$root/Docker/docker-compose.prod.yml"
        --env-file "$TTS_HOME/.env.production" "${images[@]}")
    "${command[@]}" build
    "${command[@]}" run --rm notification-migrate  # the last of the jobs: where one fails, what runs goes on as it is
    "${command[@]}" up --detach
    "${command[@]}" ps
}

command -v docker >/dev/null || { echo "Docker is not installed here: https://docs.docker.com/engine/install/" >&2; exit 1; }
if [[ ${1:-} == dev ]]; then
    shift
    development "$@"
elif python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    exec "$root/Scripts/tts" up --build "$@"
else
    plain
fi
