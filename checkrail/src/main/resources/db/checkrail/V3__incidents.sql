-- Incidents as they were recorded: what they are found by, and all of it as one JSON text, which is
-- written anew as the incident goes on. Who may do what with them stands in afterMigrate.sql.
create table incident (
  id       text primary key check (id <> ''),
  balancer text not null check (balancer <> ''),
  began    timestamptz not null,
  state    text not null check (state in ('open', 'resolved', 'closed')),
  body     text not null
);
create index incident_of on incident (balancer, began desc);
create index incident_latest on incident (began desc);
