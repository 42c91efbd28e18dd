-- The analysts' role: reads everything in public, writes nothing, sees nothing of the journal.
-- A role belongs to the whole server, so it may be there already, or be somebody else's to create;
-- neither is a reason not to start.

do $$
begin
  if not exists (select from pg_roles where rolname = 'analyst') then
    create role analyst nologin;
    comment on role analyst is 'Reads the flash sales; give it to people with: grant analyst to somebody';
  end if;
exception
  when insufficient_privilege then
    raise notice 'role analyst: not created, because % may not create roles', current_user;
  when duplicate_object or unique_violation then
    null; -- another database of this server created it at the same moment
end
$$;

do $$
begin
  if exists (select from pg_roles where rolname = 'analyst') then
    grant usage on schema public to analyst;
    grant select on all tables in schema public to analyst;
    alter default privileges in schema public grant select on tables to analyst;
  else
    raise notice 'role analyst: absent; once it exists: grant select on all tables in schema public to analyst';
  end if;
end
$$;
