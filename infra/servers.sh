# Read by servers-up, servers-down, cluster.sh and ./test: where servers and tools come from, and how to reach them.
# shellcheck shell=bash

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
patience=120 # seconds; a slow machine's first start of RabbitMQ takes about thirty

say() { echo "$*" >&2; }

give_up() {
  say "$@"
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

can_be_root() {
  [ "$(id -u)" -eq 0 ] || { command -v sudo && sudo -v; } > /dev/null 2>&1
}

# An engine and its compose plug-in: a client alone starts nothing.
docker_answers() {
  command -v docker > /dev/null && docker info > /dev/null 2>&1 && docker compose version > /dev/null 2>&1
}

compose() {
  docker compose --project-directory "$repository" "$@" > /dev/null
}

lists_are_fresh=
# Debian packages, where this may install any.
install() {
  if ! command -v apt-get > /dev/null || ! can_be_root; then
    give_up "Missing: $*.
Start Docker, or install them, or run this as root (or with sudo) on a Debian machine, which installs them itself."
  fi
  say "Installing $*"
  if [ -z "$lists_are_fresh" ]; then
    as_root apt-get update -qq >&2
    lists_are_fresh=yes
  fi
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" > /dev/null
}

listens() {
  (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null
}

wait_until() {
  local what=$1 give_up_at=$((SECONDS + patience))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$give_up_at" ] || give_up "$what did not come within $patience s."
    sleep 0.5
  done
}

# For psql, as a superuser.
database_sql() {
  cat << 'SQL'
select 'create role runledger' where not exists (select from pg_roles where rolname = 'runledger') \gexec
alter role runledger login createdb createrole password 'runledger';
select 'create database runledger owner runledger template template0 encoding ''UTF8'''
 where not exists (select from pg_database where datname = 'runledger') \gexec
SQL
}

# The connection string of the database, without its host.
database_of_runledger="Username=runledger;Password=runledger;Database=runledger;SSL Mode=Disable"

# The Debian cluster as "version name port status": the running one, else the newest.
cluster() {
  command -v pg_lsclusters > /dev/null || return 0
  pg_lsclusters --no-header | awk '
    { newest = $1 " " $2 " " $3 " " $4 }
    $4 ~ /^online/ { running = newest }
    END { print running ? running : newest }'
}

postgres_port() {
  local port
  read -r _ _ port _ <<< "$(cluster)"
  echo "${port:-5432}"
}

# RabbitMQ's commands name the node after the host, which Erlang must be able to look up.
rabbit() {
  if getent hosts "$(hostname -s)" > /dev/null; then
    as_root "$@"
  else
    as_root env RABBITMQ_NODENAME=rabbit@localhost "$@"
  fi
}

# Which servers the command is about: those named, else both.
wants() {
  local wanted=$1
  shift
  [ $# -eq 0 ] || [[ " $* " == *" $wanted "* ]]
}

check_names() {
  local name
  for name; do
    case $name in
      postgres | rabbitmq) ;;
      *) give_up "usage: ${0##*/} [--newest] [postgres] [rabbitmq]" ;;
    esac
  done
}
