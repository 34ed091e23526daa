# Read by cluster-up, cluster-node and cluster-down: three brokers, two databases and a pooler on this machine.
# shellcheck shell=bash
# shellcheck source=infra/servers.sh
source "$(dirname "${BASH_SOURCE[0]}")/servers.sh"
# shellcheck source=infra/forky.sh
source "$repository/infra/forky.sh"

# A folder in forky. Brokers listen on 5681 to 5683, databases on 5441 and 5442, PgBouncer on 6441.
cluster=/srv/runledger/cluster
pgbouncer=$cluster/pgbouncer

# One script at a time, of whatever checkout: a machine has one cluster.
lock_cluster() {
  exec 8> "$forky.cluster.lock"
  flock 8
}

# cluster_broker NUMBER FUNCTION [MORE…]: the function about that broker.
cluster_broker() {
  local number=$1 function=$2
  shift 2
  "$function" "$cluster/broker$number" "broker$number@localhost" "568$number" 4389 "$@"
}

broker_lives() {
  lives "$(broker_pid "$cluster/broker$1")" "$cluster/broker$1"
}

make_brokers() {
  local number
  for number in 1 2 3; do
    broker_folder "$cluster/broker$number" "568$number" << EOT
cluster_formation.peer_discovery_backend = classic_config
cluster_formation.classic_config.nodes.1 = broker1@localhost
cluster_formation.classic_config.nodes.2 = broker2@localhost
cluster_formation.classic_config.nodes.3 = broker3@localhost
cluster_formation.target_cluster_size_hint = 3
EOT
  done
}

# All are launched before the first is awaited: one alone, without a majority, does not come up.
start_brokers() {
  local number
  for number; do
    broker_lives "$number" || cluster_broker "$number" broker_launch
  done
  for number; do cluster_broker "$number" broker_await; done
}

stop_broker() {
  ! broker_lives "$1" || cluster_broker "$1" as_broker "$rabbitmq_bin/rabbitmqctl" -q shutdown > /dev/null
}

kill_broker() {
  kill_family "$(broker_pid "$cluster/broker$1")" "$cluster/broker$1"
}

# Databases have numbers, 1 and 2. Which of them is the primary is in a file, and the other is its standby.

primary() {
  cat "$forky$cluster/primary"
}

standby() {
  echo $((3 - $(primary)))
}

database_lives() {
  lives "$(postgres_pid "$cluster/postgres$1")" "$cluster/postgres$1"
}

# database_sql_on NUMBER: what comes on the standard input, as superuser.
database_sql_on() {
  postgres_sql "$cluster/postgres$1" "544$1"
}

# Its name is what the primary waits for.
launch_database() {
  rm -f "$forky$cluster/postgres$1/data/postmaster.pid"
  postgres_start "$cluster/postgres$1" "544$1" "-c cluster_name=postgres$1"
}

start_primary() {
  local number
  number=$(primary)
  database_lives "$number" || launch_database "$number"
  # Until then no commit ends.
  if database_lives "$(standby)"; then wait_until "The synchronous standby" is_synchronous; fi
}

# A standby that was the primary, or is none yet, begins with a copy of the primary.
start_standby() {
  local number folder place from
  number=$(standby)
  from=$(primary)
  folder=$cluster/postgres$number
  place=$forky$folder
  if ! database_lives "$number"; then
    if [ ! -e "$place/data/standby.signal" ]; then
      database_lives "$from" || give_up "The standby begins with a copy of the primary, which does not run."
      rm -rf "$place"
      mkdir -p "$place"
      in_forky root chown postgres:postgres "$folder"
      in_forky postgres "$postgres_bin/pg_basebackup" --pgdata="$folder/data" --write-recovery-conf --checkpoint=fast \
        --host="$cluster/postgres$from" --port="544$from" --username=postgres
    fi
    launch_database "$number"
  fi
  database_lives "$from" || return 0
  database_sql_on "$from" << EOT > /dev/null
alter system set synchronous_standby_names = 'postgres$number';
select pg_reload_conf();
EOT
  wait_until "The synchronous standby" is_synchronous
}

is_synchronous() {
  [ "$(echo "select count(*) from pg_stat_replication where sync_state = 'sync'" | database_sql_on "$(primary)")" = 1 ]
}

# The standby is the primary from now on, and waits for nobody until there is a standby again; PgBouncer is told.
promote_standby() {
  local number
  number=$(standby)
  ! database_lives "$(primary)" || give_up "The primary still runs, and there must not be two: cluster-node kill primary"
  database_lives "$number" || give_up "The standby does not run."
  in_forky postgres "$postgres_bin/pg_ctl" promote -s -w -t "$patience" -D "$cluster/postgres$number/data"
  echo "$number" > "$forky$cluster/primary"
  database_sql_on "$number" << EOT > /dev/null
alter system reset synchronous_standby_names;
select pg_reload_conf();
EOT
  configure_pgbouncer
  if pgbouncer_lives; then kill -HUP "$(pgbouncer_pid)"; fi
}

stop_database() {
  ! database_lives "$1" || postgres_stop "$cluster/postgres$1"
}

kill_database() {
  kill_family "$(postgres_pid "$cluster/postgres$1")" "$cluster/postgres$1"
}

make_primary() {
  echo 1 > "$forky$cluster/primary"
  postgres_folder "$cluster/postgres1"
  cat << EOT >> "$forky$cluster/postgres1/data/postgresql.conf"
synchronous_commit = on
# A standby that was away for a while catches up from these.
wal_keep_size = 512MB
EOT
  launch_database 1
  database_sql | database_sql_on 1 > /dev/null
}

pgbouncer_pid() {
  cat "$forky$pgbouncer/pid" 2> /dev/null || true
}

pgbouncer_lives() {
  lives "$(pgbouncer_pid)" "$pgbouncer"
}

# Any role of the database may log in with its password; PgBouncer looks it up, and comes by the socket, which trusts.
configure_pgbouncer() {
  local number
  number=$(primary)
  mkdir -p "$forky$pgbouncer"
  cat << EOT > "$forky$pgbouncer/pgbouncer.ini"
[databases]
* = host=$cluster/postgres$number port=544$number
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = 6441
unix_socket_dir =
pool_mode = transaction
default_pool_size = 50
max_client_conn = 1000
auth_type = scram-sha-256
auth_user = postgres
auth_dbname = postgres
auth_query = select rolname, rolpassword from pg_authid where rolname = \$1 and rolcanlogin
logfile = $pgbouncer/log
pidfile = $pgbouncer/pid
EOT
  in_forky root chown -R postgres:postgres "$pgbouncer"
}

start_pgbouncer() {
  if ! pgbouncer_lives; then
    rm -f "$forky$pgbouncer/pid"
    in_forky postgres pgbouncer -q -d "$pgbouncer/pgbouncer.ini" < /dev/null > /dev/null 2>&1 ||
      give_up "PgBouncer did not start:" "$(tail -n 5 "$forky$pgbouncer/log")"
  fi
  wait_until "PgBouncer (see $forky$pgbouncer/log)" listens 6441
}

stop_pgbouncer() {
  local pid
  pid=$(pgbouncer_pid)
  pgbouncer_lives || return 0
  kill -QUIT "$pid"
  wait_until "The end of PgBouncer" is_gone "$pid"
}

kill_pgbouncer() {
  kill_family "$(pgbouncer_pid)" "$pgbouncer"
}

# All that does not run is started, and all is waited for.
mend() {
  start_primary
  start_standby
  start_pgbouncer
  start_brokers 1 2 3
  cluster_broker 1 as_broker "$rabbitmq_bin/rabbitmqctl" -q await_online_nodes 3 --timeout "$patience"
}

is_whole() {
  local number
  for number in 1 2 3; do broker_lives "$number" || return 1; done
  [ "$(primary 2> /dev/null)" = 1 ] && database_lives 1 && database_lives 2 && pgbouncer_lives && is_synchronous &&
    cluster_broker 1 as_broker "$rabbitmq_bin/rabbitmqctl" -q await_online_nodes 3 --timeout 5 > /dev/null 2>&1
}

remove_cluster() {
  local number
  [ -d "$forky$cluster" ] || return 0
  kill_pgbouncer
  for number in 1 2; do kill_database "$number"; done
  for number in 1 2 3; do kill_broker "$number"; done
  cluster_broker 1 as_broker epmd -kill > /dev/null || true
  rm -rf "${forky:?}$cluster"
}
