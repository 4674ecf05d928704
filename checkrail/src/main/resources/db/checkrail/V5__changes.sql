-- Changes: what they are found by, and all of each as one JSON text, which is written anew with each
-- move, in one transaction with the journal's entry of that move. Who may do what with them stands in
-- afterMigrate.sql.
create table change (
  number      bigint primary key check (number > 0),
  balancer    text not null check (balancer <> ''),
  state       text not null check (state in ('proposed', 'checked', 'approved', 'rolling out', 'live',
                'rolled back', 'rejected', 'withdrawn', 'superseded')),
  review_owed boolean not null,
  revision    integer not null check (revision > 0), -- who writes names the one that was read
  body        text not null
);
-- One change at a time is put in place at a load balancer, whoever asks.
create unique index change_rolling on change (balancer) where state = 'rolling out';
create index change_of on change (balancer, number desc);
create index change_state on change (state, number);

-- What the last check of a change found: its files and their texts as one JSON object.
create table change_evidence (
  change bigint primary key references change (number),
  pieces text not null
);
