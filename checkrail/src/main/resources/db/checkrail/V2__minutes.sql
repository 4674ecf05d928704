-- Minutes of what was measured. A series is named once; its minutes carry the number. A row takes
-- about 100 bytes with its index. Who may do what with them stands in afterMigrate.sql.
create table series (
  id       integer generated always as identity primary key,
  balancer text not null check (balancer <> ''),
  name     text not null check (name <> ''),
  unique (balancer, name)
);

create table minute (
  at      timestamptz not null,
  series  integer not null references series (id),
  total   real not null,
  least   real not null,
  most    real not null,
  last    real not null,
  seconds smallint not null check (seconds between 1 and 60),
  primary key (series, at)
);
-- What is old is found by it, and it takes next to no room.
create index minute_at on minute using brin (at);
