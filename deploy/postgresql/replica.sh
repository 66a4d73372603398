#!/bin/sh
# The replica: the first time it copies the primary, then it follows it. `docker compose exec replica pg_ctl promote` makes it a
# server of its own.
set -eu
export PGDATA=/var/lib/postgresql/data PATH="$PATH:/usr/lib/postgresql/16/bin"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  PGPASSWORD="$(cat /run/secrets/replication_password)" \
    pg_basebackup -h primary -U replicator -D "$PGDATA" -X stream -S replica -R
  chmod 0700 "$PGDATA"
fi
exec "$@"
