-- What the example reads of pg-boss 12.38.0's tables, and what it writes there: a failure deletes the job and inserts it
-- again.
create schema pgboss;
create type pgboss.job_state as enum ('created', 'retry', 'active', 'completed', 'cancelled', 'failed');
create table pgboss.job (
  id uuid not null default gen_random_uuid(),
  name text not null,
  data jsonb,
  state pgboss.job_state not null default 'created',
  retry_limit integer not null default 2,
  retry_count integer not null default 0,
  start_after timestamptz not null default now(),
  created_on timestamptz not null default now(),
  started_on timestamptz,
  completed_on timestamptz,
  output jsonb,
  dead_letter text,
  source_name text,
  source_id uuid
) partition by list (name);
create table pgboss.job_common (like pgboss.job including defaults);
alter table pgboss.job_common add primary key (name, id);
alter table pgboss.job attach partition pgboss.job_common default;
-- When its time has come.
create function fetched(job text) returns void language sql as $$
  update pgboss.job_common set state = 'active', started_on = now(), start_after = least(start_after, now()),
    retry_count = case when started_on is not null then retry_count + 1 else retry_count end
    where name = job
$$;
create function failed(job text, message text) returns void language sql as $$
  with deleted as (delete from pgboss.job_common where name = job and state < 'completed' returning *)
  insert into pgboss.job_common (id, name, data, state, retry_limit, retry_count, start_after, created_on, started_on,
      completed_on, output, dead_letter, source_name, source_id)
    select id, name, data,
      case when retry_count < retry_limit then 'retry'::pgboss.job_state else 'failed' end,
      retry_limit, retry_count,
      case when retry_count < retry_limit then now() + interval '10 s' else start_after end,
      created_on, started_on, case when retry_count < retry_limit then null else now() end,
      jsonb_build_object('name', 'Error', 'message', message, 'stack', 'Error: of many lines'), dead_letter,
      source_name, source_id
    from deleted
$$;
-- example

-- Waits, is fetched, and is done.
insert into pgboss.job_common (name) values ('plain');
--> plain 1 queued ..
select fetched('plain');
--> plain 1 running *..
update pgboss.job_common set state = 'completed', completed_on = now(), output = '{}' where name = 'plain';
--> plain 1 completed *..*
-- Its deletion, a week later, is no end.
delete from pgboss.job_common where name = 'plain';

-- For later; fails, is tried again, and is done.
insert into pgboss.job_common (name, start_after) values ('mend', now() + interval '5 s');
--> mend 1 queued ..
select fetched('mend');
--> mend 1 running *..
select failed('mend', E'boom\nof two lines');
--> mend 1 failed *..* boom
--> mend 2 queued ..
select fetched('mend');
--> mend 2 running *..
update pgboss.job_common set state = 'completed', completed_on = now() where name = 'mend';
--> mend 2 completed *..*

-- Fails for good, and is retried by hand.
insert into pgboss.job_common (name, retry_limit) values ('dead', 1);
--> dead 1 queued ..
select fetched('dead');
--> dead 1 running *..
select failed('dead', 'one');
--> dead 1 failed *..* one
--> dead 2 queued ..
select fetched('dead');
--> dead 2 running *..
select failed('dead', 'two');
--> dead 2 failed *..* two
update pgboss.job_common set state = 'retry', retry_limit = retry_limit + 1, completed_on = null,
  start_after = greatest(start_after, now()) where name = 'dead';
--> dead 2 failed *..* two
--> dead 3 queued ..
select fetched('dead');
--> dead 3 running *..
update pgboss.job_common set state = 'completed', completed_on = now() where name = 'dead';
--> dead 3 completed *..*

-- Given back, as it is when its worker is over its limit: it goes on under its number.
insert into pgboss.job_common (name) values ('back');
--> back 1 queued ..
select fetched('back');
--> back 1 running *..
update pgboss.job set state = 'created', started_on = null where name = 'back';
--> back 1 queued ..
select fetched('back');
--> back 1 running *..
update pgboss.job_common set state = 'completed', completed_on = now() where name = 'back';
--> back 1 completed *..*

-- Cancelled while it waits, while it waits to be tried again, while it runs; then resumed, and deleted.
insert into pgboss.job_common (name) values ('cancel_waiting');
--> cancel_waiting 1 queued ..
update pgboss.job_common set state = 'cancelled', completed_on = now() where name = 'cancel_waiting';
--> cancel_waiting 1 cancelled ..*
insert into pgboss.job_common (name) values ('cancel_retry');
--> cancel_retry 1 queued ..
select fetched('cancel_retry');
--> cancel_retry 1 running *..
select failed('cancel_retry', 'boom');
--> cancel_retry 1 failed *..* boom
--> cancel_retry 2 queued ..
update pgboss.job_common set state = 'cancelled', completed_on = now() where name = 'cancel_retry';
--> cancel_retry 2 cancelled ..*
insert into pgboss.job_common (name) values ('cancel_running');
--> cancel_running 1 queued ..
select fetched('cancel_running');
--> cancel_running 1 running *..
update pgboss.job_common set state = 'cancelled', completed_on = now() where name = 'cancel_running';
--> cancel_running 1 cancelled *..*
update pgboss.job_common set state = 'created', completed_on = null, start_after = greatest(start_after, now())
  where name = 'cancel_running';
--> cancel_running 2 queued ..
delete from pgboss.job_common where name = 'cancel_running';
--> cancel_running 2 cancelled ..*

-- Deleted while it runs.
insert into pgboss.job_common (name) values ('deleted');
--> deleted 1 queued ..
select fetched('deleted');
--> deleted 1 running *..
delete from pgboss.job_common where name = 'deleted';
--> deleted 1 cancelled *..*
--= back completed 1: step_completed
--= cancel_retry cancelled 2: failed, cancelled
--= cancel_running cancelled 2: cancelled, cancelled
--= cancel_waiting cancelled 1: cancelled
--= dead completed 3: failed, failed, step_completed
--= deleted cancelled 1: cancelled
--= mend completed 2: failed, step_completed
--= plain completed 1: step_completed
