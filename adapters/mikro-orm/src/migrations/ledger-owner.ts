/** What the app's own role may do with a table of the ledger besides reading it and referring to it. */
type Rights = 'nothing else' | `insert${'' | `, update (${string})`}`;

/**
 * Fixes the search path of functions, so that neither a session's own nor a temporary table can stand in for what they
 * read. Each is a name with the types of its arguments.
 */
export const fixSearchPath = (functions: readonly string[]): string => `
do $$
declare
  signature text;
begin
  foreach signature in array ${textArray(functions)} loop
    execute format('alter function %s set search_path to %I, pg_temp', signature, current_schema());
  end loop;
end $$;
`;

/**
 * Gives tables and functions to a role that nobody can log in as, and back to the app's role only the rights said here:
 * what an owner may do, disabling triggers above all, the app then may not; as the owner of the schema it can still drop
 * what lies in it. Triggers guard the ledger either way: where the app's role may not make roles it stays the owner, with
 * a warning, and rights mean nothing to a superuser.
 *
 * One owner serves every installation of a login role, in all databases of a server; nobody stays its member.
 */
export const giveToLedgerOwner = (tables: Readonly<Record<string, Rights>>, functions: readonly string[]): string => `
do $$
declare
  app constant name := current_user;
  superuser constant boolean := (select rolsuper from pg_roles where rolname = current_user);
  owner constant name := ${OWNER};
  item text;
  rights text;
begin
  begin
    begin
      execute format('create role %I nologin', owner);
    exception when duplicate_object or unique_violation then
      null;
    end;
    if not superuser then execute format('grant %I to %I', owner, app); end if;
    execute format('grant usage, create on schema %I to %I', current_schema(), owner);
    foreach item in array ${textArray(Object.keys(tables))} loop
      execute format('alter table %s owner to %I', item, owner);
    end loop;
    foreach item in array ${textArray(functions)} loop
      execute format('alter function %s owner to %I', item, owner);
    end loop;
    execute format('set local role %I', owner);
    for item, rights in select * from json_each_text('${JSON.stringify(tables)}') loop
      execute format('grant select, references on %s to %I', item, app);
      if rights <> 'nothing else' then execute format('grant %s on %s to %I', rights, item, app); end if;
    end loop;
    for item in
      select objid::regclass from pg_depend join pg_class on pg_class.oid = objid
      where relkind = 'S' and refobjid = any (${textArray(Object.keys(tables))}::regclass[])
    loop
      execute format('grant select on sequence %s to %I', item, app);
    end loop;
    foreach item in array ${textArray(functions)} loop
      execute format('revoke all on function %s from public', item);
      execute format('grant execute on function %s to %I', item, app);
    end loop;
    execute format('set local role %I', app);
    execute format('revoke create on schema %I from %I', current_schema(), owner);
    if not superuser then execute format('revoke %I from %I', owner, app); end if;
  exception when insufficient_privilege then
    raise warning 'the ledger stays the property of %: only its triggers guard it (%)', app, sqlerrm;
  end;
end $$;
`;

/** Names are cut off at 63 bytes by the type. */
const OWNER = `('backline_ledger_' || current_user)::name`;

const textArray = (texts: readonly string[]): string => `array[${texts.map((text) => `'${text}'`).join(', ')}]::text[]`;
