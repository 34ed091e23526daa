using System.Globalization;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Scheduling;
using RunLedger.Storage.Rows;
using UUIDNext;

namespace RunLedger.Expectations;

/// <summary>What the ledger tells others of a slot, in words an operator understands.</summary>
static class ExpectationNotices
{
    static readonly Guid Namespace = Uuid.NewNameBased(Uuid.Namespace.URL, "urn:run-ledger:expected");

    public static ScheduledRow Missed(Expectation expected, DateTime slot, DateTime now) => Row(
        new RunMissed
        {
            Expectation = expected.Name,
            Candidate = expected.Candidate,
            ExpectedAt = slot,
            OccurredAt = now,
            Reason = $"No run of {expected.Candidate} had started {Text(expected.Grace)} after it was due at "
                + $"{Text(slot)}.",
        },
        expected,
        slot,
        now);

    public static ScheduledRow CameLate(Expectation expected, DateTime slot, HeardRun run, DateTime now)
    {
        var began = run.BeganAt!.Value;
        return Row(
            new RunCameLate
            {
                Expectation = expected.Name,
                Candidate = expected.Candidate,
                ExpectedAt = slot,
                OccurredAt = now,
                ProcessRunId = run.Id,
                ProcessCandidateCode = run.Candidate,
                StartedAt = began,
                Reason = began <= slot + expected.Grace
                    ? $"It started in time, at {Text(began)}, and was heard of when its grace was over."
                    : $"It started {Text(began - slot)} after it was due at {Text(slot)}.",
            },
            expected,
            slot,
            now);
    }

    // Of one slot they go out in order, as those of one run do; and it is told once that it was missed, and once that
    // it came.
    static ScheduledRow Row<T>(T notice, Expectation expected, DateTime slot, DateTime now)
        where T : ExpectationNotice
    {
        var chain = Uuid.NewNameBased(
            Namespace, $"{expected.Name}\n{LedgerTime.Text(expected.ArmedAt)}\n{LedgerTime.Text(slot)}");
        return OutboxMessage.From(notice, Uuid.NewNameBased(chain, typeof(T).Name), now, chain);
    }

    static string Text(TimeSpan span) =>
        TimeSpan.FromSeconds(Math.Floor(span.TotalSeconds)).ToString("c", CultureInfo.InvariantCulture);

    static string Text(DateTime time) => time.ToString("u", CultureInfo.InvariantCulture);
}
