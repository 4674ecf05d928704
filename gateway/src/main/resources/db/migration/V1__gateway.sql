-- All times are the database's own: instances share one clock, whatever theirs say.

create table merchants (
  id text primary key,
  name text not null,
  webhook_url text,
  webhook_secret bytea,                 -- sealed like a card
  webhook_sequence bigint not null default 0,
  created_at timestamptz not null default now()
);

create table api_keys (
  hash bytea primary key,               -- SHA-256 of 256 random bits: nothing to guess, no salt needed
  merchant_id text not null references merchants,
  mode text not null check (mode in ('test', 'live')),
  hint text not null,                   -- the first characters, for people
  rate_limit int not null check (rate_limit > 0),
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);

create table cards (
  token text primary key,
  merchant_id text not null references merchants,
  key_id text not null,                 -- which key sealed it
  sealed bytea not null,                -- nonce + AES-256-GCM; the token is authenticated with it
  brand text not null,
  last4 text not null check (last4 ~ '^[0-9]{4}$'),
  expiry_month int not null,
  expiry_year int not null
);

create table payments (
  id text primary key,
  merchant_id text not null references merchants,
  mode text not null,
  amount bigint not null check (amount > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  manual_capture boolean not null,
  state text not null check (state in ('requires_confirmation', 'processing', 'authorised', 'partially_captured',
    'captured', 'partially_refunded', 'refunded', 'voided', 'declined', 'failed')),
  authorised bigint not null default 0,
  captured bigint not null default 0,
  refunded bigint not null default 0,
  card_token text not null references cards,
  decline_code text,
  description text,
  metadata text not null default '{}',
  version bigint not null default 0,    -- whoever changes a payment has seen this one
  created_at timestamptz not null default now(),
  check (refunded >= 0 and refunded <= captured and captured <= authorised and authorised <= amount)
);
create index payments_of_merchant on payments (merchant_id, mode, id desc);

create table attempts (
  reference text primary key,
  payment_id text not null references payments,
  kind text not null check (kind in ('authorise', 'capture', 'void', 'refund')),
  capture boolean not null default false,
  amount bigint not null check (amount > 0),
  acquirer text not null,
  original text,
  state text not null check (state in ('pending', 'unknown', 'approved', 'declined', 'not_sent', 'reversed')),
  decline_code text,
  authorisation_code text,
  next_step text check (next_step in ('inquire', 'reverse', 'verify', 'void')),
  next_step_at timestamptz,
  steps int not null default 0,
  last_step text,                       -- for people: what the last step brought
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  constraint no_unknown_without_a_next_step
    check ((next_step is null) = (next_step_at is null)
      and (state not in ('pending', 'unknown') or next_step is not null)),
  constraint only_authorisations_stand_alone check ((original is null) = (kind = 'authorise'))
);
create index attempts_of_payment on attempts (payment_id);
create index attempts_due on attempts (next_step_at) where next_step_at is not null;
-- The database's own word on it: at most one authorisation of a payment is under way or done.
create unique index one_authorisation on attempts (payment_id)
  where kind = 'authorise' and state in ('pending', 'unknown', 'approved');

create table idempotency_keys (
  merchant_id text not null references merchants,
  mode text not null,
  key text not null,
  method text not null,
  path text not null,
  fingerprint bytea not null,           -- HMAC of the request without CVC
  payment_id text not null,
  reference text,                       -- of the attempt that this key started; null: nothing to send
  lease_until timestamptz not null,
  status int,                           -- of the stored answer; null: not finished
  body text,
  created_at timestamptz not null default now(),
  primary key (merchant_id, mode, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

create table ledger_entries (
  id bigint generated always as identity primary key,
  posting text not null references attempts,
  line int not null,
  account text not null,
  merchant_id text not null references merchants,
  currency text not null,
  amount bigint not null check (amount <> 0),  -- positive debit, negative credit
  created_at timestamptz not null default now(),
  unique (posting, line)                -- also: an attempt is booked once
);

create table outbox (
  id bigint generated always as identity primary key,
  merchant_id text not null references merchants,
  payment_id text not null,
  type text not null,
  payload text not null,
  sequence bigint,                      -- of the merchant, given when it is first sent
  state text not null default 'waiting' check (state in ('waiting', 'taken', 'dead')),
  tries int not null default 0,
  next_at timestamptz not null default now(),
  last_error text,
  created_at timestamptz not null default now()
);
create index outbox_due on outbox (next_at) where state = 'waiting';
create index outbox_of_merchant on outbox (merchant_id, id) where state = 'waiting';

-- What instances have leased of a key's limit in one second. Nothing is lost if it is lost.
create unlogged table rate_windows (
  hash bytea not null,
  second bigint not null,
  used int not null,
  primary key (hash, second)
);

-- The ledger only grows: by rights where the instance has a role of its own, by triggers for every role.
create function ledger_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append only (% refused)', tg_op;
end $$;
create trigger no_change before update or delete on ledger_entries
  for each row execute function ledger_is_append_only();
create trigger no_truncate before truncate on ledger_entries
  for each statement execute function ledger_is_append_only();

create function posting_is_balanced() returns trigger language plpgsql as $$
begin
  if exists (select 1 from ledger_entries where posting = new.posting group by currency having sum(amount) <> 0) then
    raise exception 'posting % is not balanced', new.posting;
  end if;
  return null;
end $$;
-- The last line of a posting is enough to look at all of them; it is line 0.
create constraint trigger balanced after insert on ledger_entries deferrable initially deferred
  for each row execute function posting_is_balanced();
alter table ledger_entries enable always trigger no_change;
alter table ledger_entries enable always trigger no_truncate;
alter table ledger_entries enable always trigger balanced;

-- For check-books and people: each attempt beside the acquirer that has it in its own books.
create view operations as
  select a.reference, a.acquirer, a.kind, a.capture, a.amount, p.currency, a.original, a.state, a.next_step,
    a.next_step_at, a.payment_id, p.merchant_id, a.created_at, a.settled_at
  from attempts a join payments p on p.id = a.payment_id;

create view ledger_balance as
  select currency, sum(amount) as balance, count(*) as entries from ledger_entries group by currency;

-- The three numbers, as far as our own books can tell; check-books compares them with the acquirers'.
create view lost as
  select p.id from payments p left join (
      select a.payment_id, -sum(l.amount) as booked from ledger_entries l join attempts a on a.reference = l.posting
      where l.account = 'merchant:payable' and l.amount < 0 group by a.payment_id) b on b.payment_id = p.id
  where p.captured <> coalesce(b.booked, 0);
create view charged_twice as
  select p.id from payments p join attempts a on a.payment_id = p.id
  where a.kind = 'authorise' and a.state = 'approved' group by p.id having count(*) > 1;
create view told_failed_but_charged as
  select k.payment_id as id, k.key, k.status from idempotency_keys k join attempts a on a.reference = k.reference
  where k.status >= 400 and a.state = 'approved';

do $$
begin
  if exists (select 1 from pg_roles where rolname = 'gateway_instance') then
    grant select, insert, update on merchants, api_keys, payments, attempts, idempotency_keys, outbox to gateway_instance;
    grant delete on idempotency_keys, outbox to gateway_instance;
    grant select, insert on cards, ledger_entries to gateway_instance;
    grant select, insert, update, delete on rate_windows to gateway_instance;
    grant select on operations, ledger_balance, lost, charged_twice, told_failed_but_charged to gateway_instance;
  end if;
end $$;
