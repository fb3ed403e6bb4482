#!/usr/bin/env bash
# Makes a stand-in for the Dockerfile's base image on a machine that reaches no image registry: Debian by debootstrap, the
# Node of node_modules, npm, and the user `node` with the official image's number.
# Usage: base-image.sh STORAGE-FOLDER. Needs root and Debian's buildah and debootstrap.
set -euo pipefail
storage=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
name=$(sed -n 's/^FROM \(node:[^ ]*\) AS base$/\1/p' "$root/Dockerfile")
suite=$(sed 's/.*-\([a-z]*\)-slim$/\1/' <<<"$name")
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $suite" | head -1)

files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
debootstrap --variant=minbase --include=ca-certificates,libstdc++6 "$suite" "$files" "$mirror" >"$storage/debootstrap.log"
rm -rf "$files"/var/cache/apt/* "$files"/var/lib/apt/lists/* "$files"/usr/share/{doc,locale,man}
chroot "$files" useradd --uid 1000 --create-home --shell /bin/bash node
cp --dereference "$root/node_modules/.bin/node" "$files/usr/local/bin/node"
npm install --global --prefix "$files/usr/local" --no-audit --no-fund --loglevel error npm@11

buildah() { command buildah --root "$storage/images" --runroot "$storage/run" --storage-driver vfs "$@"; }
container=$(buildah from scratch)
buildah add --quiet "$container" "$files" / >/dev/null
buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
buildah commit --quiet --rm "$container" "$name"
