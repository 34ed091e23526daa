-- What the example reads of graphile-worker 0.18.0's tables, and what it writes there.
create schema graphile_worker;
create table graphile_worker._private_tasks (
  id integer primary key generated always as identity,
  identifier text not null
);
create table graphile_worker._private_jobs (
  id bigint primary key generated always as identity,
  task_id integer not null,
  payload json not null default '{}',
  run_at timestamptz not null default now(),
  attempts smallint not null default 0,
  max_attempts smallint not null default 25,
  last_error text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  key text unique,
  locked_at timestamptz,
  locked_by text,
  revision integer not null default 0,
  is_available boolean not null generated always as (locked_at is null and attempts < max_attempts) stored
);
create function added(task text, tries integer default 25) returns void language sql as $$
  insert into graphile_worker._private_tasks (identifier) values (task);
  insert into graphile_worker._private_jobs (task_id, max_attempts, key)
    select id, tries, task from graphile_worker._private_tasks where identifier = task
$$;
create function fetched(task text) returns void language sql as $$
  update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = 'pool', locked_at = now()
    where is_available and task_id = (select id from graphile_worker._private_tasks where identifier = task)
$$;
create function failed(task text, message text) returns void language sql as $$
  update graphile_worker._private_jobs set last_error = message, locked_by = null, locked_at = null,
      run_at = greatest(now(), run_at) + (exp(least(attempts, 10)) * interval '1 second')
    where task_id = (select id from graphile_worker._private_tasks where identifier = task)
$$;
create function deleted(task text) returns void language sql as $$
  delete from graphile_worker._private_jobs
    where task_id = (select id from graphile_worker._private_tasks where identifier = task)
$$;
-- example

-- Waits, is fetched, and is done: deleted.
select added('plain');
--> plain 1 queued ..
select fetched('plain');
--> plain 1 running *..
select deleted('plain');
--> plain 1 completed *..*

-- Fails, is tried again, and is done.
select added('mend');
--> mend 1 queued ..
select fetched('mend');
--> mend 1 running *..
select failed('mend', E'boom\nof two lines');
--> mend 1 failed *..* boom
--> mend 2 queued ..
select fetched('mend');
--> mend 2 running *..
select deleted('mend');
--> mend 2 completed *..*

-- Fails for good; made to run again; fails again; and is cleaned up, which is no end.
select added('dead', 1);
--> dead 1 queued ..
select fetched('dead');
--> dead 1 running *..
select failed('dead', 'one');
--> dead 1 failed *..* one
update graphile_worker._private_jobs set attempts = 0, updated_at = now() where key = 'dead';
--> dead 2 queued ..
select fetched('dead');
--> dead 2 running *..
select failed('dead', 'two');
--> dead 2 failed *..* two
select deleted('dead');

-- Given back by a worker that stops: it goes on under its number.
select added('back');
--> back 1 queued ..
select fetched('back');
--> back 1 running *..
update graphile_worker._private_jobs set attempts = greatest(0, attempts - 1), locked_by = null, locked_at = null
  where key = 'back';
--> back 1 queued ..
select fetched('back');
--> back 1 running *..
select deleted('back');
--> back 1 completed *..*

-- Its worker died: after four hours the lock is taken away.
select added('lost');
--> lost 1 queued ..
select fetched('lost');
--> lost 1 running *..
update graphile_worker._private_jobs set locked_at = null, locked_by = null, run_at = greatest(run_at, now())
  where key = 'lost';
--> lost 1 cancelled *..*
--> lost 2 queued ..
select fetched('lost');
--> lost 2 running *..
select deleted('lost');
--> lost 2 completed *..*

-- Removed while it waits, and failed by hand.
select added('remove');
--> remove 1 queued ..
select deleted('remove');
--> remove 1 cancelled ..*
select added('by_hand');
--> by_hand 1 queued ..
update graphile_worker._private_jobs set last_error = 'Manually marked as failed', attempts = max_attempts,
  updated_at = now() where key = 'by_hand';
--> by_hand 1 failed ..* Manually marked as failed

-- Removed while it runs: its attempts rise to the most, its lock stays, and it fails.
select added('remove_running');
--> remove_running 1 queued ..
select fetched('remove_running');
--> remove_running 1 running *..
update graphile_worker._private_jobs set key = null, attempts = max_attempts, updated_at = now()
  where key = 'remove_running';
--> remove_running 1 running *..
select failed('remove_running', 'late');
--> remove_running 1 failed *..* late

-- Replaced by its key after a failure: its attempts begin anew, here they go on.
select added('replace');
--> replace 1 queued ..
select fetched('replace');
--> replace 1 running *..
select failed('replace', 'boom');
--> replace 1 failed *..* boom
--> replace 2 queued ..
update graphile_worker._private_jobs set payload = '{"n": 2}', revision = revision + 1, attempts = 0, last_error = null,
  run_at = now(), updated_at = now() where key = 'replace';
--> replace 2 queued ..
select fetched('replace');
--> replace 2 running *..
select deleted('replace');
--> replace 2 completed *..*
--= back completed 1: step_completed
--= by_hand failed 1: failed
--= dead failed 2: failed, failed
--= lost completed 2: cancelled, step_completed
--= mend completed 2: failed, step_completed
--= plain completed 1: step_completed
--= remove cancelled 1: cancelled
--= remove_running failed 1: failed
--= replace completed 2: failed, step_completed
