#!/usr/bin/env bash
# Builds the Dockerfile as it is, without a registry or a Docker daemon, prints what is in it and starts it.
# Usage: build.sh STORAGE-FOLDER, after base-image.sh. Needs root and Debian's buildah; start.ts, to run it, runc.
set -euo pipefail
storage=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
buildah() { command buildah --root "$storage/images" --runroot "$storage/run" --storage-driver vfs "$@"; }

# What npm is told on this machine, and whom this machine trusts, holds inside too; none of it gets into a layer.
npmrc=$(mktemp)
trap 'rm -f "$npmrc"' EXIT
if [ -f "$HOME/.npmrc" ]; then cp "$HOME/.npmrc" "$npmrc"; fi
printf '\ncafile=/etc/ssl/certs/ca-certificates.crt\n' >>"$npmrc"
volumes=(--volume /etc/ssl/certs:/etc/ssl/certs:ro --volume "$npmrc:/root/.npmrc:ro")
buildah bud --isolation chroot --pull-never --layers=false "${volumes[@]}" --tag gift "$root"

container=$(buildah from --pull-never gift)
folder=$(buildah mount "$container")
for part in . app/node_modules app/packages var/cache/gift; do du --summarize --human-readable "$folder/$part"; done
if command -v runc >/dev/null; then "$root/node_modules/.bin/node" "$root/tests/image/start.ts" "$folder"; fi
buildah umount "$container" >/dev/null
buildah rm "$container" >/dev/null
