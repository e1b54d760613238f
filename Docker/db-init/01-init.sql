-- The cluster: who migrates, and what nobody may. Safe to repeat: the first start and the job `provision` both run it.
SET client_min_messages = warning;
SET log_min_duration_statement = -1;  -- no password in the log
SET log_min_error_statement = panic;
\set password `cat /run/secrets/migrator_password`

SELECT 'CREATE ROLE migrator' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'migrator') \gexec
ALTER ROLE migrator LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 12 PASSWORD :'password';

REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE postgres TO migrator;  -- to take the lock that all migrations share
