#!/usr/bin/env bash
# A run of two steps, reported from bash with curl. RUNLEDGER_URL is the ledger's address.
#
#   RUNLEDGER_URL=http://127.0.0.1:5080 samples/other-languages/observe.sh
#
# A ledger that is away costs the work nothing: what is not taken within two seconds is dropped with a line on stderr.
set -euo pipefail

url=${RUNLEDGER_URL:-http://127.0.0.1:5080}
candidate=PROC-CAND:sample:bash

new_id() { cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen | tr '[:upper:]' '[:lower:]'; }
now() { date -u +%Y-%m-%dT%H:%M:%S.%6NZ; }

run=$(new_id)
correlation="bash-$run"

# observe TYPE [MEMBER JSON]...   Values are JSON, so that strings carry their quotes.
observe() {
  local body="{\"type\":\"$1\",\"processRunId\":\"$run\",\"processCandidateCode\":\"$candidate\""
  body+=",\"correlationId\":\"$correlation\",\"sourceSystem\":\"job_queue\",\"occurredAt\":\"$(now)\""
  shift
  while (($# >= 2)); do
    body+=",\"$1\":$2"
    shift 2
  done
  curl --fail-with-body --silent --show-error --max-time 2 --output /dev/null \
    --header 'content-type: application/json' --data-binary "$body}" "$url/api/observations" \
    || echo "not observed: $body}" >&2
}

# step CODE COMMAND...   Reports the step, and ends the run as failed where the command fails.
step() {
  local code=$1 id status=0
  shift
  id=$(new_id)
  observe StepStarted componentRunId "\"$id\"" dotCode "\"$code\"" componentRole '"step"'
  "$@" || status=$?
  if ((status == 0)); then
    observe StepCompleted componentRunId "\"$id\"" dotCode "\"$code\""
  else
    observe StepFailed componentRunId "\"$id\"" dotCode "\"$code\"" errorRef "\"exit code $status\""
    observe RunFailed errorRef "\"$code: exit code $status\""
    exit "$status"
  fi
}

observe RunStarted
step fetch sleep 0.1
step load "${SAMPLE_COMMAND:-true}"
observe RunCompleted evidenceRef '{"rows":42}'
echo "$run"
