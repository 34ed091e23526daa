-- What the example reads of River 0.43.0's table, and what its driver writes there.
create type river_job_state as enum (
  'available', 'cancelled', 'completed', 'discarded', 'pending', 'retryable', 'running', 'scheduled');
create table river_job (
  id bigserial primary key,
  args jsonb not null default '{}',
  attempt smallint not null default 0,
  attempted_at timestamptz,
  created_at timestamptz not null default after(0),
  errors jsonb[],
  finalized_at timestamptz check ((finalized_at is null) = (state not in ('cancelled', 'completed', 'discarded'))),
  kind text not null,
  max_attempts smallint not null default 25,
  metadata jsonb not null default '{}',
  queue text not null default 'default',
  state river_job_state not null default 'available',
  scheduled_at timestamptz not null default after(0)
);
create function failed(attempt integer, seconds integer, error text) returns jsonb language sql as $$
  select jsonb_build_object('attempt', attempt, 'at', to_json(after(seconds)), 'error', error, 'trace', '')
$$;
-- example

-- Waits, is fetched, and is done.
insert into river_job (kind) values ('plain');
--> plain 1 queued ..
update river_job set state = 'running', attempt = attempt + 1, attempted_at = after(2) where kind = 'plain';
--> plain 1 running 2..
update river_job set state = 'completed', finalized_at = after(5) where kind = 'plain';
--> plain 1 completed 2..5

-- Scheduled for later; fails, is tried again, fails again and is done. `at` is when the attempt began.
insert into river_job (kind, state, scheduled_at) values ('mend', 'scheduled', after(1));
--> mend 1 queued ..
update river_job set state = 'available' where kind = 'mend';
--> mend 1 queued ..
update river_job set state = 'running', attempt = attempt + 1, attempted_at = after(2) where kind = 'mend';
--> mend 1 running 2..
update river_job set state = 'retryable', scheduled_at = after(20),
  errors = array_append(errors, failed(1, 3, E'boom\nof two lines')) where kind = 'mend';
--> mend 1 failed 2..3 boom
--> mend 2 queued ..
update river_job set state = 'available' where kind = 'mend';
--> mend 1 failed 2..3 boom
--> mend 2 queued ..
update river_job set state = 'running', attempt = attempt + 1, attempted_at = after(21) where kind = 'mend';
--> mend 1 failed 3..3 boom
--> mend 2 running 21..
update river_job set state = 'available', scheduled_at = after(40), errors = array_append(errors, failed(2, 22, 'bang'))
  where kind = 'mend';
--> mend 1 failed 3..3 boom
--> mend 2 failed 21..22 bang
--> mend 3 queued ..
update river_job set state = 'running', attempt = attempt + 1, attempted_at = after(41) where kind = 'mend';
--> mend 1 failed 3..3 boom
--> mend 2 failed 22..22 bang
--> mend 3 running 41..
update river_job set state = 'completed', finalized_at = after(44) where kind = 'mend';
--> mend 1 failed 3..3 boom
--> mend 2 failed 22..22 bang
--> mend 3 completed 41..44

-- Discarded after its last attempt.
insert into river_job (kind, max_attempts) values ('discard', 1);
--> discard 1 queued ..
update river_job set state = 'running', attempt = attempt + 1, attempted_at = after(2) where kind = 'discard';
--> discard 1 running 2..
update river_job set state = 'discarded', finalized_at = after(9), errors = array_append(errors, failed(1, 3, 'boom'))
  where kind = 'discard';
--> discard 1 failed 2..9 boom
-- Retried by hand it has lost that time, and is told with both.
update river_job set state = 'available', finalized_at = null, max_attempts = max_attempts + 1, scheduled_at = after(30)
  where kind = 'discard';
--> discard 1 failed 2..3 boom
--> discard 2 queued ..
update river_job set state = 'running', attempt = attempt + 1, attempted_at = after(31) where kind = 'discard';
--> discard 1 failed 3..3 boom
--> discard 2 running 31..
update river_job set state = 'completed', finalized_at = after(35) where kind = 'discard';
--> discard 1 failed 3..3 boom
--> discard 2 completed 31..35

-- Snoozed: the attempt is taken back, and attempted_at is left.
insert into river_job (kind) values ('snooze');
--> snooze 1 queued ..
update river_job set state = 'running', attempt = attempt + 1, attempted_at = after(2) where kind = 'snooze';
--> snooze 1 running 2..
update river_job set state = 'scheduled', scheduled_at = after(20), attempt = attempt - 1, metadata = '{"snoozes": 1}'
  where kind = 'snooze';
--> snooze 1 queued ..
update river_job set state = 'running', attempt = attempt + 1, attempted_at = after(21) where kind = 'snooze';
--> snooze 1 running 21..
update river_job set state = 'completed', finalized_at = after(25) where kind = 'snooze';
--> snooze 1 completed 21..25

-- Cancelled while it waits, after a failure, while it runs (then its worker writes the end), and by itself.
insert into river_job (kind, state) values ('cancel_waiting', 'pending');
--> cancel_waiting 1 queued ..
update river_job set state = 'cancelled', finalized_at = after(3) where kind = 'cancel_waiting';
--> cancel_waiting 1 cancelled ..3
insert into river_job (kind, state, attempt, attempted_at, scheduled_at, errors)
  values ('cancel_retry', 'retryable', 1, after(2), after(20), array[failed(1, 3, 'boom')]);
--> cancel_retry 1 failed 2..3 boom
--> cancel_retry 2 queued ..
update river_job set state = 'cancelled', finalized_at = after(8) where kind = 'cancel_retry';
--> cancel_retry 1 failed 2..3 boom
--> cancel_retry 2 cancelled ..8
insert into river_job (kind, state, attempt, attempted_at) values ('cancel_running', 'running', 1, after(2));
--> cancel_running 1 running 2..
update river_job set metadata = '{"cancel_attempted_at": "2026-11-20T08:00:00Z"}' where kind = 'cancel_running';
--> cancel_running 1 running 2..
update river_job set state = 'cancelled', finalized_at = after(8),
  errors = array_append(errors, failed(1, 3, 'context canceled')) where kind = 'cancel_running';
--> cancel_running 1 cancelled 2..8 context canceled
insert into river_job (kind, state, attempt, attempted_at) values ('cancel_itself', 'running', 1, after(2));
--> cancel_itself 1 running 2..
update river_job set state = 'cancelled', finalized_at = after(8),
  errors = array_append(errors, failed(1, 3, 'JobCancelError: enough')) where kind = 'cancel_itself';
--> cancel_itself 1 cancelled 2..8 JobCancelError: enough
-- And that one retried by hand: it had not failed, and is told with both times.
update river_job set state = 'available', finalized_at = null, scheduled_at = after(30) where kind = 'cancel_itself';
--> cancel_itself 1 cancelled 2..3 JobCancelError: enough
--> cancel_itself 2 queued ..
update river_job set state = 'running', attempt = attempt + 1, attempted_at = after(31) where kind = 'cancel_itself';
--> cancel_itself 1 cancelled 3..3 JobCancelError: enough
--> cancel_itself 2 running 31..

-- Its worker died: rescued, which River counts among the errors, at the time of the rescue.
insert into river_job (kind, state, attempt, attempted_at) values ('lost', 'running', 1, after(2));
--> lost 1 running 2..
update river_job set state = 'retryable', scheduled_at = after(40),
  errors = array_append(errors, failed(1, 30, 'Stuck job rescued by JobRescuer')) where kind = 'lost';
--> lost 1 failed 2..30 Stuck job rescued by JobRescuer
--> lost 2 queued ..
update river_job set state = 'running', attempt = attempt + 1, attempted_at = after(41) where kind = 'lost';
--> lost 1 failed 30..30 Stuck job rescued by JobRescuer
--> lost 2 running 41..
update river_job set state = 'completed', finalized_at = after(45) where kind = 'lost';
--> lost 1 failed 30..30 Stuck job rescued by JobRescuer
--> lost 2 completed 41..45

-- Scheduled, and dropped for another one with its unique key.
insert into river_job (kind, state, scheduled_at) values ('unique', 'scheduled', after(3));
--> unique 1 queued ..
update river_job set state = 'discarded', finalized_at = after(4),
  metadata = '{"unique_key_conflict": "scheduler_discarded"}' where kind = 'unique';
--> unique 1 cancelled ..4 another job has its unique key
--= cancel_itself step_started 2: cancelled, step_started
--= cancel_retry cancelled 2: failed, cancelled
--= cancel_running cancelled 1: cancelled
--= cancel_waiting cancelled 1: cancelled
--= discard completed 2: failed, step_completed, and other ends
--= lost completed 2: failed, step_completed
--= mend completed 3: failed, failed, step_completed
--= plain completed 1: step_completed
--= snooze completed 1: step_completed
--= unique cancelled 1: cancelled
