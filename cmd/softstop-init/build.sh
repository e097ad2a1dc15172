#!/bin/sh
# Builds softstop-init: build.sh OUT, for GOOS/GOARCH from the environment.
#
# This is the one place that knows the flags. -E lets the kernel start the program in
# the watcher, without the Go runtime; -B leaves out bounds checks there, whose failures
# only the runtime could report. ORDINARY=1 builds the same program as ordinary Go.
# VERSION names the release. SYMBOLS=1 keeps the symbols, for the object-code gate.
set -eu
out=$1
init=github.com/softstop/softstop/initbin
link="-X $init.Version=${VERSION:-devel}"
[ -n "${SYMBOLS:-}" ] || link="$link -s -w"
set --
if [ -z "${ORDINARY:-}" ]; then
	link="$link -E $init/watcher.entry"
	for package in "$init" "$init/sys" "$init/proc" "$init/handover" "$init/watcher"; do
		set -- "$@" "-gcflags=$package=-B"
	done
fi
CGO_ENABLED=0 exec go build -trimpath -buildvcs=false -ldflags="$link" "$@" -o "$out" github.com/softstop/softstop/cmd/softstop-init
