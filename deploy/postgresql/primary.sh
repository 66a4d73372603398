#!/bin/sh
# Run once, when the primary's data folder is made: a user who may stream, and a place that keeps the log for the replica.
set -eu
password="$(cat /run/secrets/replication_password)"
psql -v ON_ERROR_STOP=1 -v password="$password" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
create role replicator with replication login password :'password';
select pg_create_physical_replication_slot('replica');
SQL
echo "host replication replicator samenet scram-sha-256" >> "$PGDATA/pg_hba.conf"
