# Stands in for Docker's command line: records its arguments, and runs the "containers" as processes of this machine.
# What it understands is what DevServers says, in the words of Docker's documentation; anything else is refused.
state=@STATE@
bin=@BIN@
PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
echo "$*" >>"$state/calls"
umask 022
cd "$state"

# As the images do, the servers run as another user than root.
as=
[ "$(id -u)" != 0 ] || as='setpriv --reuid=65534 --regid=65534 --clear-groups'

serve() { # container: its command goes on when this process is killed, as a container does
  (cd "$state/$1" && exec setsid sh "$state/$1/command" >>"$state/$1/log" 2>&1 </dev/null) &
  echo $! >"$state/$1/process"
  wait $!
  cat "$state/$1/log" >&2
}

verb=$1
shift
case $verb in
version)
  [ ! -e "$state/down" ] || exit 1
  [ ! -e "$state/silent" ] || exec sleep 600
  echo 28.0.0
  ;;
image) [ "$1" = inspect ] && [ -e "$state/pulled" ] ;;
pull) [ "$1" = --quiet ] && [ "$2" != no/such ] && echo "$2" >"$state/pulled" || { echo "pull access denied for $2" >&2; exit 1; } ;;
ps)
  for container in "$state"/patterns-*; do
    [ ! -d "$container" ] || echo "${container##*/} $(sed 's/^[^=]*=//' "$container/label")"
  done
  ;;
run)
  while :; do
    case $1 in
      --name) name=$2; shift 2; mkdir -m 777 "$state/$name" ;;
      --label) echo "$2" >"$state/$name/label"; shift 2 ;;
      --publish) port=${2#127.0.0.1:}; inside=${port#*:} port=${port%:*}; shift 2 ;;
      --env) eval ": \${$2?}" || exit 125; shift 2 ;;
      --*) echo "unknown flag: $1" >&2; exit 125 ;;
      *) break ;;
    esac
  done
  image=$1
  shift
  case $image in
  postgres:*)
    [ "$inside" = 5432 ] || exit 125
    printf %s "$POSTGRES_PASSWORD" >"$state/$name/password"
    $as "$bin/initdb" -D "$state/$name/data" -U postgres --pwfile="$state/$name/password" $POSTGRES_INITDB_ARGS >&2 || exit 1
    echo "exec $as $bin/postgres -D '$state/$name/data' -p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= $*" >"$state/$name/command"
    ;;
  redis:*)
    [ "$inside" = 6379 ] && [ "$1 $2 $4" = "sh -c redis" ] || exit 125
    script=$3
    shift 4
    printf "PATTERNS_PASSWORD=%s exec %s sh -c '%s' redis" "$PATTERNS_PASSWORD" "$as" "$script" >"$state/$name/command"
    for word in "$@" --port "$port" --bind 127.0.0.1; do printf " '%s'" "$word" >>"$state/$name/command"; done
    ;;
  *) exit 125 ;;
  esac
  serve "$name"
  ;;
start) [ "$1" = --attach ] && serve "$2" ;;
kill)
  signal=KILL
  [ "$1" != --signal ] || { signal=$2; shift 2; }
  kill -"$signal" "$(cat "$state/$1/process")"
  ;;
pause) kill -STOP "$(cat "$state/$1/process")" ;;
unpause) kill -CONT "$(cat "$state/$1/process")" ;;
rm)
  while :; do case $1 in -f | -v | --force | --volumes) shift ;; *) break ;; esac; done
  kill -KILL "$(cat "$state/$1/process")"
  rm -rf "${state:?}/$1"
  ;;
*) exit 125 ;;
esac
