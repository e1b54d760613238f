#!/bin/sh
# Makes roles, passwords, databases and grants what db-init/ declares, on a cluster that may hold data already. Safe to repeat.
set -eu
PGPASSWORD=$(cat /run/secrets/db_password)
export PGPASSWORD PGUSER=postgres PGDATABASE=postgres PGHOST="${PGHOST:-db}" PGCONNECT_TIMEOUT=5

for script in /docker-entrypoint-initdb.d/*.sql; do
    psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --file "$script"
done
echo "roles, passwords, databases and grants are as they are declared"
