#!/bin/sh
# Runs a command as on a slow machine: slow.sh HOW COMMAND...
#
#	busy    beside two processes that compute all the time
#	core    on one core
#	thread  with one thread of each Go program computing at a time
#	third   with a third of the machine's processor time, by a cgroup's quota (as root). What
#	        makes cgroups of its own, as the node does, is not in this one.
set -eu
how=$1
shift
case $how in
busy)
	for _ in 1 2; do
		while :; do :; done &
		spinning="${spinning:-} $!"
	done
	# shellcheck disable=SC2086 # two words
	trap 'kill $spinning' EXIT
	"$@"
	;;
core) taskset -c 0 "$@" ;;
thread) GOMAXPROCS=1 "$@" ;;
third)
	quota=$((100000 * $(nproc) / 3))
	if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
		group=/sys/fs/cgroup/softstop-slow-$$
		mkdir "$group"
		echo "$quota 100000" >"$group/cpu.max"
	else
		group=/sys/fs/cgroup/cpu/softstop-slow-$$
		mkdir "$group"
		echo "$quota" >"$group/cpu.cfs_quota_us"
	fi
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$@" && status=0 || status=$?
	# What the command has left is on its way out, and goes there at full speed.
	until rmdir "$group" 2>/dev/null; do
		while read -r pid; do
			echo "$pid" >"${group%/*}/cgroup.procs" || true
		done <"$group/cgroup.procs"
	done
	exit "$status"
	;;
*)
	echo "slow.sh: $how is not busy, core, thread or third" >&2
	exit 2
	;;
esac
