#!/bin/sh
# Makes roles, passwords, databases and grants what db-init/ declares, on a cluster that may hold data already. Safe to repeat.
set -eu
PGPASSWORD=$(cat /run/secrets/db_password)
export PGPASSWORD PGUSER=postgres PGDATABASE=postgres PGHOST="${PGHOST:-db}" PGCONNECT_TIMEOUT=5

# A server that is not reached (psql ends with 2) is asked again, for up to 40 s; what fails in a script (3) is not repeated.
perform() {
    for pause in 1 2 4 8 0; do
        psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --file "$1" && return
        code=$?
        [ "$code" = 2 ] || exit "$code"
        sleep "$pause"
    done
    exit 2
}

for script in /docker-entrypoint-initdb.d/*.sql; do
    perform "$script"
done
echo "roles, passwords, databases and grants are as they are declared"
