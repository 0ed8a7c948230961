-- Once for a cluster, as its superuser:
--   collectord migrate --roles | psql --dbname postgres
-- Each role is also the system user of the same name, let in by peer
-- authentication on the local socket; over a network give them certificates.
do $$
declare r text;
begin
  foreach r in array array['checkpoint_owner', 'checkpoint_receive', 'checkpoint_open', 'checkpoint_boxes', 'checkpoint_people', 'checkpoint_view'] loop
    if not exists (select from pg_roles where rolname = r) then
      execute format('create role %I login', r);
    end if;
  end loop;
end $$;
select 'create database checkpoint owner checkpoint_owner encoding ''UTF8'' template template0'
where not exists (select from pg_database where datname = 'checkpoint') \gexec
revoke connect on database checkpoint from public;
grant connect, temporary on database checkpoint to checkpoint_receive, checkpoint_open, checkpoint_boxes, checkpoint_people, checkpoint_view;
