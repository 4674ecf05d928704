-- The journal. Numbers have no gaps; each row carries the hash of the one before it. The service's
-- role may insert and read. Triggers hold back all others, the owner included; who switches a
-- trigger off can be found out by the chain ("journal verify").
create table journal (
  number   bigint primary key check (number > 0),
  at       timestamptz not null,
  actor    text not null check (actor <> ''),
  kind     text not null check (kind <> ''),
  subject  text not null check (subject <> ''),
  details  json not null,
  previous bytea not null check (length(previous) = 32),
  hash     bytea not null unique check (length(hash) = 32)
);
create index journal_kind on journal (kind, number);
create index journal_subject on journal (subject, number);

create function journal_refuses() returns trigger language plpgsql as $$
begin
  raise exception 'the journal is append only: % refused', tg_op using errcode = '42501';
end $$;

-- A row can only be put at the end, behind the row that it names.
create function journal_extends() returns trigger language plpgsql as $$
declare
  last journal;
begin
  select * into last from journal order by number desc limit 1;
  if new.number <> coalesce(last.number, 0) + 1
     or new.previous <> coalesce(last.hash, decode(repeat('00', 32), 'hex')) then
    raise exception 'journal entry % does not continue the chain', new.number using errcode = '23514';
  end if;
  return new;
end $$;

create trigger journal_no_change before update or delete on journal
  for each row execute function journal_refuses();
create trigger journal_no_truncate before truncate on journal
  for each statement execute function journal_refuses();
create trigger journal_extends before insert on journal
  for each row execute function journal_extends();
-- Also for sessions that replay somebody else's writes (session_replication_role = replica).
alter table journal enable always trigger journal_no_change;
alter table journal enable always trigger journal_no_truncate;
alter table journal enable always trigger journal_extends;

create table account (
  name          text primary key check (name ~ '^[a-z][a-z0-9._-]{0,63}$'),
  roles         text[] not null,
  password_hash text,                      -- null: can't log in by password
  disabled      boolean not null default false,
  created_at    timestamptz not null
);

-- An access or API token: of the token itself only its SHA-256 is kept.
create table token (
  id         text primary key,
  account    text not null references account (name),
  name       text not null,
  hash       bytea not null unique check (length(hash) = 32),
  scopes     text[] not null,              -- words of rights; empty: all that the account has
  balancers  text[] not null,              -- empty: all
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  used_at    timestamptz
);
create index token_account on token (account);

do $$
begin
  if exists (select 1 from pg_roles where rolname = 'checkrail_service') then
    execute format('grant usage on schema %I to checkrail_service', current_schema());
    grant select, insert on journal to checkrail_service;
    grant select, insert, update on account, token to checkrail_service;
  end if;
end $$;
