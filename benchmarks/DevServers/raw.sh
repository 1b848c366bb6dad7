#!/usr/bin/env bash
# The same steps as Patterns.DevServers takes, by hand: raw.sh [rounds]. Prints medians in milliseconds.
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
as=()
if [[ $(id -u) -eq 0 ]]; then as=(setpriv --reuid=postgres --regid=postgres --clear-groups); fi
own() { if [[ $(id -u) -eq 0 ]]; then chown postgres "$@"; fi; }
work=$(mktemp -d /dev/shm/raw-XXXXXX)
store=$(mktemp -d) # a cache is on a disk
own "$work" "$store"
trap 'rm -rf "$work" "$store"' EXIT
cd "$work"
declare -A times
since() { times[$1]+="$((($(date +%s%N) - $2) / 1000)) "; }

prepare() { "${as[@]}" "$bin/initdb" -D "$1" -U postgres -E UTF8 --locale=C -A trust -N --no-instructions --wal-segsize=1 >/dev/null; }
start() {
  "${as[@]}" cp -Rp --reflink=auto "$store/cache" data
  printf "fsync=off\nfull_page_writes=off\nmax_connections=200\nlisten_addresses=''\nunix_socket_directories='%s'\n" "$work" | "${as[@]}" tee -a data/postgresql.conf >/dev/null
  "${as[@]}" "$bin/postgres" -D data 2>/dev/null >&2 &
  until [[ $(sed -n 8p data/postmaster.pid 2>/dev/null) == ready* ]]; do sleep 0.005; done
  psql -qAt -h "$work" -U postgres -c 'SELECT 1' >/dev/null
}
stop() { "${as[@]}" "$bin/pg_ctl" -D data stop -m immediate -s; wait; rm -rf data; }

prepare "$store/cache"
for ((round = 0; round < ${1:-11}; round++)); do
  t=$(date +%s%N); start; since 'PostgreSQL, warm' "$t"
  t=$(date +%s%N); psql -q -h "$work" -U postgres -c 'CREATE DATABASE a TEMPLATE template1 STRATEGY FILE_COPY'; since 'database without a spare' "$t"
  t=$(date +%s%N); stop; since 'PostgreSQL, stopped and removed' "$t"
  t=$(date +%s%N)
  redis-server --port 16399 --save '' --requirepass p --bind 127.0.0.1 >/dev/null &
  until [[ $(redis-cli -p 16399 -a p --no-auth-warning ping 2>/dev/null) == PONG ]]; do sleep 0.005; done
  since Redis "$t"
  kill $!; wait
  if ((round % 4 == 1)); then
    rm -rf "$store/cache"
    t=$(date +%s%N); prepare "$store/cache"; start; since 'PostgreSQL, cold' "$t"
    stop
  fi
done
for name in "${!times[@]}"; do
  sorted=($(tr ' ' '\n' <<<"${times[$name]}" | grep . | sort -n))
  printf '%-60s %8s ms (n = %d)\n' "$name" "$(awk "BEGIN { printf \"%.1f\", ${sorted[${#sorted[@]} / 2]} / 1000 }")" "${#sorted[@]}"
done | sort
