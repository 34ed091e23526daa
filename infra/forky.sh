# Read by newest.sh and cluster.sh, after servers.sh: a folder with Debian's forky, which has the newest servers, and how
# they run in it. What they write is in the folder too, below /srv/runledger; to be rid of all of it, stop the servers
# and delete the folder.
# shellcheck shell=bash

forky=${RUNLEDGER_FORKY:-/var/lib/runledger-forky}
# Says that the folder is ours, and whether it is complete.
forky_mark=$forky/.runledger
rabbitmq_bin=/usr/lib/rabbitmq/bin
postgres_bin=/usr/lib/postgresql/18/bin

# A script that does all as root: it starts itself again where it is not.
become_root() {
  [ "$(id -u)" -ne 0 ] || return 0
  can_be_root || give_up "${0##*/} must be root: run it so, or with sudo."
  exec sudo RUNLEDGER_FORKY="$forky" "$0" "$@"
}

# in_forky USER COMMAND…: in the folder, as one of its users or as UID:GID, without this environment. What it mounts is
# its own, and gone with its last process.
in_forky() {
  # shellcheck disable=SC2016 # for the inner shell
  unshare --mount -- sh -c '
    user=$1 && shift &&
    mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount --bind /tmp "$0/tmp" &&
    exec chroot "$0" /usr/bin/setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups \
      /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"' "$forky" "$@" 8>&- 9>&- # the locks
}

forky_version() {
  dpkg-query --admindir="$forky/var/lib/dpkg" --show --showformat='${source:Upstream-Version}' "$1"
}

forky_is_made() {
  [ "$(cat "$forky_mark" 2> /dev/null)" = made ]
}

make_forky() {
  [[ $forky == /*/* ]] || give_up "RUNLEDGER_FORKY must be the whole path of a folder: $forky"
  mkdir -p "${forky%/*}"
  # Who comes second waits for the first. A subshell in no condition, so that it stops at the first failure.
  (
    flock 9
    if ! forky_is_made; then fill_forky; fi
  ) 9> "$forky.lock"
}

fill_forky() {
  local script=/usr/share/debootstrap/scripts/forky log=$forky.log
  [ -e "$forky_mark" ] || [ -z "$(ls -A "$forky" 2> /dev/null)" ] ||
    give_up "$forky holds something else. RUNLEDGER_FORKY may name another folder."
  rm -rf --one-file-system "$forky"
  command -v debootstrap > /dev/null || install debootstrap debian-archive-keyring
  # One that is older than forky has no script for it; all newer releases have the same.
  [ -e "$script" ] || script=${script%/*}/sid

  say "Making $forky of Debian's forky, which takes a minute or two; its log is $log"
  mkdir "$forky"
  echo "being made" > "$forky_mark"
  unshare --mount -- debootstrap --variant=minbase forky "$forky" http://deb.debian.org/debian "$script" > "$log" 2>&1 ||
    give_up "debootstrap failed:" "$(tail -n 5 "$log")"
  # Packages start nothing and make no database of their own.
  printf '#!/bin/sh\nexit 101\n' > "$forky/usr/sbin/policy-rc.d"
  chmod 755 "$forky/usr/sbin/policy-rc.d"
  mkdir -p "$forky/etc/postgresql-common"
  echo 'create_main_cluster = false' > "$forky/etc/postgresql-common/createcluster.conf"
  echo '127.0.0.1 localhost' > "$forky/etc/hosts"
  # The lists of packages are those that debootstrap fetched.
  in_forky root sh -ec '
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-unsafe-io \
      postgresql-18 rabbitmq-server pgbouncer
    apt-get clean' < /dev/null >> "$log" 2>&1 ||
    give_up "Installing the servers in $forky failed:" "$(tail -n 5 "$log")"
  echo made > "$forky_mark"
}

# A broker is given by its folder in forky, its node's name, its AMQP port and the port of its epmd. Management is at its
# port + 10000, metrics at its port + 10020, Erlang's distribution at its port + 20000.

# as_broker FOLDER NODE PORT EPMD COMMAND…: the server, or a command about it.
as_broker() {
  local folder=$1 node=$2 port=$3 epmd=$4
  shift 4
  in_forky rabbitmq env HOME="$folder" ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$epmd" \
    RABBITMQ_NODENAME="$node" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$port" \
    RABBITMQ_DIST_PORT=$((port + 20000)) RABBITMQ_CONFIG_FILE="$folder/rabbitmq.conf" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$folder/enabled_plugins" RABBITMQ_MNESIA_BASE="$folder/data" \
    RABBITMQ_LOG_BASE="$folder/log" RABBITMQ_PID_FILE="$folder/pid" \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' "$@"
}

# broker_folder FOLDER PORT: all but its data; more lines for its rabbitmq.conf come on the standard input.
broker_folder() {
  local folder=$1 port=$2 place=$forky$1
  mkdir -p "$place"
  cp "$repository/infra/rabbitmq/enabled_plugins" "$place"
  cat << EOT > "$place/rabbitmq.conf"
listeners.tcp.1 = 127.0.0.1:$port
management.tcp.ip = 127.0.0.1
management.tcp.port = $((port + 10000))
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = $((port + 10020))
EOT
  cat >> "$place/rabbitmq.conf"
  # One cookie for all nodes, before the first of them makes one of its own.
  rm -f "$place/.erlang.cookie"
  echo -n runledger > "$place/.erlang.cookie"
  chmod 400 "$place/.erlang.cookie"
  in_forky root chown -R rabbitmq:rabbitmq "$folder"
}

broker_launch() {
  as_broker "$@" "$rabbitmq_bin/rabbitmq-server" -detached < /dev/null > /dev/null 2>&1
}

broker_await() {
  local folder=$1 port=$3
  wait_until "RabbitMQ (see $forky$folder/log)" listens "$port"
  as_broker "$@" "$rabbitmq_bin/rabbitmqctl" -q await_startup --timeout "$patience" >&2
}

broker_pid() {
  cat "$forky$1/pid" 2> /dev/null || true
}

# A PostgreSQL is given by its folder in forky and its port; its socket is in the folder, and trusts.

postgres_folder() {
  local folder=$1 place=$forky$1
  [ ! -e "$place/made" ] || return 0
  rm -rf "$place"
  mkdir -p "$place"
  in_forky root chown postgres:postgres "$folder"
  in_forky postgres "$postgres_bin/initdb" -D "$folder/data" -U postgres --auth-local=trust --auth-host=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 > /dev/null
  touch "$place/made"
}

# postgres_start FOLDER PORT [OPTIONS]
postgres_start() {
  local folder=$1 port=$2
  in_forky postgres "$postgres_bin/pg_ctl" start -s -w -t "$patience" -D "$folder/data" -l "$folder/log" \
    -o "-p $port -k $folder -c listen_addresses=127.0.0.1 ${3:-}" < /dev/null > /dev/null 2>&1 ||
    give_up "PostgreSQL did not start:" "$(tail -n 5 "$forky$folder/log")"
}

postgres_stop() {
  in_forky postgres "$postgres_bin/pg_ctl" stop -s -w -m fast -D "$1/data"
}

postgres_sql() {
  in_forky postgres "$postgres_bin/psql" -X -qAt -v ON_ERROR_STOP=1 -h "$1" -p "$2" -U postgres -d postgres
}

postgres_pid() {
  head -n 1 "$forky$1/data/postmaster.pid" 2> /dev/null || true
}

# lives PID MARK: the process runs, and has the mark, its folder, in its command line: a number may be somebody else's.
lives() {
  [ -n "$1" ] && grep -qsaF -- "$2" "/proc/$1/cmdline"
}

# A zombie has given up all it had.
is_gone() {
  local pid
  for pid; do
    ! grep -qs '^State:[[:space:]]*[^Z[:space:]]' "/proc/$pid/status" || return 1
  done
}

# The process and all below it.
family() {
  local child
  echo "$1"
  for child in $(cat "/proc/$1/task/"*/children 2> /dev/null); do family "$child"; done
}

# kill_family PID MARK: SIGKILL to all of it, as a machine that fails does; it is gone when this returns.
kill_family() {
  local all
  lives "$@" || return 0
  # Held first, so that nobody is born meanwhile.
  kill -STOP "$1"
  mapfile -t all < <(family "$1")
  kill -KILL "${all[@]}" 2> /dev/null || true
  wait_until "The end of $*" is_gone "${all[@]}"
}
