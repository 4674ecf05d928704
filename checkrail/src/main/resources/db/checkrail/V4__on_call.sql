-- What the on-call part remembers: one row. Alerts and escalation are written in one transaction with
-- the deliveries that come of them, before any of those is sent: after a crash nothing is told for the
-- first time twice, and nothing is forgotten.
create table on_call (
  one        boolean primary key default true check (one),
  at         timestamptz not null,
  alerts     json not null,
  escalation json not null
);

-- What is to be sent, and what became of it.
create table delivery (
  number   bigint generated always as identity primary key, -- the order in which it was decided
  id       text not null unique check (id <> ''),
  notifier text not null check (notifier <> ''),
  made_at  timestamptz not null,
  body     json not null,
  ended_at timestamptz,
  outcome  text check ((outcome is null) = (ended_at is null)),
  tries    integer not null default 0 check (tries >= 0)
);
create index delivery_waiting on delivery (number) where ended_at is null;
