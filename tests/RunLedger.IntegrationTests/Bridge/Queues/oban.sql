-- What the example reads of Oban 2.23.1's table, and what its basic engine writes there. Times are in UTC, without
-- a zone.
create type oban_job_state as enum (
  'available', 'suspended', 'scheduled', 'executing', 'retryable', 'completed', 'discarded', 'cancelled');
create table oban_jobs (
  id bigserial primary key,
  state oban_job_state not null default 'available',
  queue text not null default 'default',
  worker text not null,
  args jsonb not null default '{}',
  errors jsonb[] not null default '{}',
  attempt integer not null default 0,
  max_attempts integer not null default 20,
  inserted_at timestamp not null default utc(0),
  scheduled_at timestamp not null default utc(0),
  attempted_at timestamp,
  completed_at timestamp,
  attempted_by text[],
  discarded_at timestamp,
  cancelled_at timestamp,
  meta jsonb default '{}'
);
create function failed(attempt integer, seconds integer, kind text, message text) returns jsonb[] language sql as $$
  select array[jsonb_build_object('attempt', attempt, 'at', to_char(utc(seconds), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'error', '** (' || kind || ') ' || message || E'\n    (shop 1.0.0) lib/shop.ex:1: Shop.perform/1')]
$$;
-- example

-- Waits, is fetched, and is done.
insert into oban_jobs (worker) values ('Plain');
--> Plain 1 queued ..
update oban_jobs set state = 'executing', attempt = attempt + 1, attempted_at = utc(2) where worker = 'Plain';
--> Plain 1 running 2..
update oban_jobs set state = 'completed', completed_at = utc(5) where worker = 'Plain';
--> Plain 1 completed 2..5

-- Scheduled for later; fails, is tried again, fails again and is done.
insert into oban_jobs (worker, state, scheduled_at) values ('Mend', 'scheduled', utc(1));
--> Mend 1 queued ..
update oban_jobs set state = 'available' where worker = 'Mend';
--> Mend 1 queued ..
update oban_jobs set state = 'executing', attempt = attempt + 1, attempted_at = utc(2) where worker = 'Mend';
--> Mend 1 running 2..
update oban_jobs set state = 'retryable', scheduled_at = utc(20), errors = errors || failed(1, 5, 'RuntimeError', 'boom')
  where worker = 'Mend';
--> Mend 1 failed 2..5 ** (RuntimeError) boom
--> Mend 2 queued ..
update oban_jobs set state = 'available' where worker = 'Mend';
--> Mend 1 failed 2..5 ** (RuntimeError) boom
--> Mend 2 queued ..
update oban_jobs set state = 'executing', attempt = attempt + 1, attempted_at = utc(21) where worker = 'Mend';
--> Mend 1 failed ..5 ** (RuntimeError) boom
--> Mend 2 running 21..
update oban_jobs set state = 'retryable', scheduled_at = utc(40), errors = errors || failed(2, 25, 'RuntimeError', 'bang')
  where worker = 'Mend';
--> Mend 1 failed ..5 ** (RuntimeError) boom
--> Mend 2 failed 21..25 ** (RuntimeError) bang
--> Mend 3 queued ..
update oban_jobs set state = 'executing', attempt = attempt + 1, attempted_at = utc(41) where worker = 'Mend';
--> Mend 1 failed ..5 ** (RuntimeError) boom
--> Mend 2 failed ..25 ** (RuntimeError) bang
--> Mend 3 running 41..
update oban_jobs set state = 'completed', completed_at = utc(44) where worker = 'Mend';
--> Mend 1 failed ..5 ** (RuntimeError) boom
--> Mend 2 failed ..25 ** (RuntimeError) bang
--> Mend 3 completed 41..44

-- Discarded after its last attempt, then retried by hand: its failure stays what it was.
insert into oban_jobs (worker, max_attempts) values ('Discard', 1);
--> Discard 1 queued ..
update oban_jobs set state = 'executing', attempt = attempt + 1, attempted_at = utc(2) where worker = 'Discard';
--> Discard 1 running 2..
update oban_jobs set state = 'discarded', discarded_at = utc(6), errors = errors || failed(1, 5, 'RuntimeError', 'boom')
  where worker = 'Discard';
--> Discard 1 failed 2..5 ** (RuntimeError) boom
update oban_jobs set state = 'available', max_attempts = greatest(max_attempts, attempt + 1), scheduled_at = utc(30),
  discarded_at = null where worker = 'Discard';
--> Discard 1 failed 2..5 ** (RuntimeError) boom
--> Discard 2 queued ..
update oban_jobs set state = 'executing', attempt = attempt + 1, attempted_at = utc(31) where worker = 'Discard';
--> Discard 1 failed ..5 ** (RuntimeError) boom
--> Discard 2 running 31..
update oban_jobs set state = 'completed', completed_at = utc(33) where worker = 'Discard';
--> Discard 1 failed ..5 ** (RuntimeError) boom
--> Discard 2 completed 31..33

-- Snoozed: 2.23.1 counts the attempt.
insert into oban_jobs (worker) values ('Snooze');
--> Snooze 1 queued ..
update oban_jobs set state = 'executing', attempt = attempt + 1, attempted_at = utc(2) where worker = 'Snooze';
--> Snooze 1 running 2..
update oban_jobs set state = 'scheduled', scheduled_at = utc(20), max_attempts = max_attempts + 1
  where worker = 'Snooze';
--> Snooze 2 queued ..
update oban_jobs set state = 'executing', attempt = attempt + 1, attempted_at = utc(21) where worker = 'Snooze';
--> Snooze 2 running 21..
update oban_jobs set state = 'completed', completed_at = utc(25) where worker = 'Snooze';
--> Snooze 2 completed 21..25

-- Snoozed where the attempt is taken back: it goes on under its number.
insert into oban_jobs (worker) values ('SnoozeBack');
--> SnoozeBack 1 queued ..
update oban_jobs set state = 'executing', attempt = attempt + 1, attempted_at = utc(2) where worker = 'SnoozeBack';
--> SnoozeBack 1 running 2..
update oban_jobs set state = 'scheduled', scheduled_at = utc(20), attempt = attempt - 1, meta = '{"snoozed": 1}'
  where worker = 'SnoozeBack';
--> SnoozeBack 1 queued ..
update oban_jobs set state = 'executing', attempt = attempt + 1, attempted_at = utc(21) where worker = 'SnoozeBack';
--> SnoozeBack 1 running 21..
update oban_jobs set state = 'completed', completed_at = utc(25) where worker = 'SnoozeBack';
--> SnoozeBack 1 completed 21..25

-- Cancelled while it waits, while it is snoozed, after a failure, while it runs, and by what it returned.
insert into oban_jobs (worker) values ('CancelWaiting');
--> CancelWaiting 1 queued ..
update oban_jobs set state = 'cancelled', cancelled_at = utc(3) where worker = 'CancelWaiting';
--> CancelWaiting 1 cancelled ..3
insert into oban_jobs (worker, state, attempt, attempted_at, scheduled_at)
  values ('CancelSnoozed', 'scheduled', 1, utc(2), utc(20));
--> CancelSnoozed 2 queued ..
update oban_jobs set state = 'cancelled', cancelled_at = utc(3) where worker = 'CancelSnoozed';
--> CancelSnoozed 2 cancelled ..3
insert into oban_jobs (worker, state, attempt, attempted_at, scheduled_at, errors)
  values ('CancelRetry', 'retryable', 1, utc(2), utc(20), failed(1, 5, 'RuntimeError', 'boom'));
--> CancelRetry 1 failed 2..5 ** (RuntimeError) boom
--> CancelRetry 2 queued ..
update oban_jobs set state = 'cancelled', cancelled_at = utc(8) where worker = 'CancelRetry';
--> CancelRetry 1 failed 2..5 ** (RuntimeError) boom
--> CancelRetry 2 cancelled ..8
insert into oban_jobs (worker, state, attempt, attempted_at) values ('CancelRunning', 'executing', 1, utc(2));
--> CancelRunning 1 running 2..
update oban_jobs set state = 'cancelled', cancelled_at = utc(3) where worker = 'CancelRunning';
--> CancelRunning 1 cancelled 2..3
insert into oban_jobs (worker, state, attempt, attempted_at) values ('CancelItself', 'executing', 1, utc(2));
--> CancelItself 1 running 2..
update oban_jobs set state = 'cancelled', cancelled_at = utc(4),
  errors = errors || failed(1, 3, 'Oban.PerformError', 'CancelItself failed with {:cancel, "enough"}')
  where worker = 'CancelItself';
--> CancelItself 1 cancelled 2..3 ** (Oban.PerformError) CancelItself failed with {:cancel, "enough"}
-- And that one retried by hand: it had not failed.
update oban_jobs set state = 'available', scheduled_at = utc(30), cancelled_at = null where worker = 'CancelItself';
--> CancelItself 1 cancelled 2..3 ** (Oban.PerformError) CancelItself failed with {:cancel, "enough"}
--> CancelItself 2 queued ..
update oban_jobs set state = 'executing', attempt = attempt + 1, attempted_at = utc(31) where worker = 'CancelItself';
--> CancelItself 1 cancelled ..3 ** (Oban.PerformError) CancelItself failed with {:cancel, "enough"}
--> CancelItself 2 running 31..

-- Its worker died: rescued to be tried again, and after the last attempt given up.
insert into oban_jobs (worker, state, attempt, attempted_at, max_attempts) values ('Lost', 'executing', 1, utc(2), 2);
--> Lost 1 running 2..
update oban_jobs set state = 'available' where worker = 'Lost';
--> Lost 1 queued ..
update oban_jobs set state = 'executing', attempt = attempt + 1, attempted_at = utc(40) where worker = 'Lost';
--> Lost 2 running 40..
update oban_jobs set state = 'discarded', discarded_at = utc(59) where worker = 'Lost';
--> Lost 2 failed 40..59 rescued after its last attempt: its worker was lost
--= CancelItself step_started 2: cancelled, step_started
--= CancelRetry cancelled 2: failed, cancelled
--= CancelRunning cancelled 1: cancelled
--= CancelSnoozed cancelled 2: cancelled, cancelled
--= CancelWaiting cancelled 1: cancelled
--= Discard completed 2: failed, step_completed
--= Lost failed 2: cancelled, failed
--= Mend completed 3: failed, failed, step_completed
--= Plain completed 1: step_completed
--= Snooze completed 2: cancelled, step_completed
--= SnoozeBack completed 1: step_completed
