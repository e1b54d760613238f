# What the steps of a release share; each begins with: source "$(dirname "$0")/steps.sh"
# shellcheck shell=bash
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export ROOT

say() { printf 'release: %s\n' "$*" >&2; }
# Exit codes as of Scripts/tts: 1 failed, 2 wrong use, 3 refused.
fail() { printf 'release: %s\n' "$2" >&2; exit "$1"; }

# The release that is worked on: VERSION of the environment, else what git says of this commit.
version() { printf '%s' "${VERSION:-$("$ROOT/Scripts/release/version")}"; }

# Where the steps leave what they found and made.
folder() {
    local path=${TTS_RELEASE_FOLDER:-$ROOT/.data/release/$(version)}
    mkdir -p "$path"
    printf '%s' "$path"
}

# Compose without a deployment: the example's settings are enough to build.
compose() {
    TTS_RELEASE=$(version) docker compose --project-directory "$ROOT/Docker" --file "$ROOT/Docker/docker-compose.prod.yml" \
        --env-file "$ROOT/Docker/.env.production.example" ${TTS_IMAGES_ENV:+--env-file "$TTS_IMAGES_ENV"} "$@"
}

# The images that we build, one a line.
own_images() {
    compose --profile '*' config --format json |
        python3 -c 'import json, sys; print("\n".join(sorted({s["image"] for s in json.load(sys.stdin)["services"].values() if "build" in s})))'
}

# npm: the machine's own, else the one that Scripts/run would use.
node_package_manager() {
    local path
    path=$(PYTHONPATH=$ROOT/Scripts python3 -c 'from bootstrap import frontend; print(frontend.node_environment()["PATH"])')
    PATH=$path npm "$@"
}

# A Python tool of the requirements group "release", installed by lock file and hash when it is first needed.
tool() {
    PYTHONPATH=$ROOT/Scripts python3 -c 'from bootstrap import pythons; pythons.ensure("release")' >&2
    local name=$1
    shift
    "$ROOT/.data/venvs/release/bin/$name" "$@"
}
