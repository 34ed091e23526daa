# Read by servers-up and servers-down for --newest: RabbitMQ and PostgreSQL in their newest versions, beside the others.
# shellcheck shell=bash
# shellcheck source=infra/forky.sh
source "$repository/infra/forky.sh"

# As docker-compose.newest.yml has them.
newest_postgres=(/srv/runledger/newest/postgres 5433)
newest_rabbitmq=(/srv/runledger/newest/rabbitmq newest@localhost 5673 4379)

newest_compose() {
  docker compose --project-directory "$repository" --file "$repository/infra/docker-compose.newest.yml" "$@"
}

newest_postgres_up() {
  local folder=${newest_postgres[0]} port=${newest_postgres[1]}
  postgres_folder "$folder"
  if ! lives "$(postgres_pid "$folder")" "$folder"; then
    ! listens "$port" || give_up "Something else listens on port $port."
    say "Starting PostgreSQL $(forky_version postgresql-18)"
    rm -f "$forky$folder/data/postmaster.pid"
    postgres_start "${newest_postgres[@]}"
  fi
  database_sql | postgres_sql "${newest_postgres[@]}" > /dev/null
}

newest_rabbitmq_up() {
  local folder=${newest_rabbitmq[0]} port=${newest_rabbitmq[2]}
  if ! lives "$(broker_pid "$folder")" "$folder"; then
    ! listens "$port" || give_up "Something else listens on port $port."
    say "Starting RabbitMQ $(forky_version rabbitmq-server)"
    broker_folder "$folder" "$port" < /dev/null
    broker_launch "${newest_rabbitmq[@]}"
  fi
  broker_await "${newest_rabbitmq[@]}"
}

newest_up() {
  local server missing=() versions own=
  for server in postgres rabbitmq; do
    if wants "$server" "$@"; then missing+=("$server"); fi
  done
  if docker_answers; then
    say "Starting the newest ${missing[*]} in Docker"
    newest_compose up --detach --wait --wait-timeout "$patience" "${missing[@]}" > /dev/null
    versions=$(sed -n 's/^ *image: \([a-z]*\):\([0-9.]*\).*/\1 \2/p' "$repository/infra/docker-compose.newest.yml" |
      sed 's/^postgres/PostgreSQL/; s/^rabbitmq/RabbitMQ/' | paste -s -d ,)
  else
    become_root --newest "$@"
    make_forky
    for server in "${missing[@]}"; do "newest_${server}_up"; done
    own=$forky
    versions="PostgreSQL $(forky_version postgresql-18),RabbitMQ $(forky_version rabbitmq-server)"
  fi

  cat << EOT
export ConnectionStrings__Postgres='Host=127.0.0.1;Port=${newest_postgres[1]};$database_of_runledger'
export ConnectionStrings__RabbitMq='amqp://guest:guest@127.0.0.1:${newest_rabbitmq[2]}/'
export RabbitMq__Management='http://guest:guest@127.0.0.1:15673'
export RUNLEDGER_RABBITMQ_METRICS='http://127.0.0.1:15693'
export RUNLEDGER_VERSIONS='${versions/,/, }'
EOT
  [ -z "$own" ] || echo "export RUNLEDGER_FORKY='$own' RUNLEDGER_OWN_SERVERS='$own'"
}

newest_postgres_down() {
  local folder=${newest_postgres[0]}
  lives "$(postgres_pid "$folder")" "$folder" || return 0
  say "Stopping the newest PostgreSQL"
  postgres_stop "$folder"
}

newest_rabbitmq_down() {
  local folder=${newest_rabbitmq[0]}
  lives "$(broker_pid "$folder")" "$folder" || return 0
  say "Stopping the newest RabbitMQ"
  as_broker "${newest_rabbitmq[@]}" "$rabbitmq_bin/rabbitmqctl" -q shutdown > /dev/null
  as_broker "${newest_rabbitmq[@]}" epmd -kill > /dev/null
}

newest_down() {
  local server
  if docker_answers && [ -n "$(newest_compose ps --quiet)" ]; then
    newest_compose stop "$@"
    return
  fi
  [ -e "$forky_mark" ] || return 0
  become_root --newest "$@"
  for server in postgres rabbitmq; do
    if wants "$server" "$@"; then "newest_${server}_down"; fi
  done
}
