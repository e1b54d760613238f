-- The five services: a database and a role each. Safe to repeat.
\set app auth
\ir app.psql
\set app ticket
\ir app.psql
\set app workflow
\ir app.psql
\set app messaging
\ir app.psql
\set app notification
\ir app.psql
