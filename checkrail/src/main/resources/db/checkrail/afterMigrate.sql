-- After each start: what the role of the work may do, whatever was granted or forgotten before, and
-- whenever the role was made. Tables of later migrations are granted here, too.
do $$
begin
  -- A trigger looks at the journal, never at a table of the same name that a session made itself.
  execute format('alter function journal_extends() set search_path = %I, pg_temp', current_schema());
  revoke all on journal, account, token, series, minute, incident, on_call, delivery, change,
    change_evidence from public;
  if exists (select 1 from pg_roles where rolname = 'checkrail_service') then
    execute format('grant usage on schema %I to checkrail_service', current_schema());
    revoke all on journal, account, token, series, minute, incident, on_call, delivery, change,
    change_evidence from checkrail_service;
    grant select, insert on journal to checkrail_service;
    grant select, insert, update on account, token to checkrail_service;
    grant select, insert on series to checkrail_service;
    grant select, insert, update, delete on minute to checkrail_service;
    grant select, insert, update on on_call to checkrail_service;
    grant select, insert, update, delete on delivery to checkrail_service;
    grant select, insert, update, delete on incident to checkrail_service;
    grant select, insert, update on change to checkrail_service;
    grant select, insert, update, delete on change_evidence to checkrail_service;
    grant select on checkrail_migrations to checkrail_service; -- a backup names their version
  end if;
end $$;
