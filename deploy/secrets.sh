#!/bin/sh
# Makes the secrets of compose.yaml once, in deploy/secrets; what is there stays. The folder is its owner's alone; the files in it
# are read by the users of the containers.
set -eu
cd "$(dirname "$0")"
mkdir -p -m 0700 secrets
cd secrets
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
make() { [ -s "$1" ] || { printf '%s\n' "$2" > "$1"; chmod 0644 "$1"; echo "made deploy/secrets/$1"; }; }
make secret_key "$(random)"
make database_password "$(random)"
make replication_password "$(random)"
password="$(cat database_password)"
# Writes go to the server that takes them, whichever of the two it is: after a failover nothing needs to be told.
make database "postgresql://takings:$password@primary,replica/shop?target_session_attrs=read-write"
# Heavy reads go to the one that is a standby, whichever of the two it is.
make replica "postgresql://takings:$password@replica,primary/shop?target_session_attrs=prefer-standby"
