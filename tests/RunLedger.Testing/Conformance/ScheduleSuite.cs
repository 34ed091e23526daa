using RunLedger.Scheduling;
using RunLedger.Storage.Rows;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>Scheduled messages in a store of the test's own.</summary>
public abstract class ScheduleSuite(Provider provider) : StoreSuite(provider)
{
    protected static readonly DateTime Noon = Some.Noon.UtcDateTime;

    private protected IScheduleStore Schedule => Store.Schedule;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected static ScheduledRow Row(DateTime due, Guid? run = null, string body = "body") => new()
    {
        Token = Guid.CreateVersion7(),
        DueAt = due,
        SentAt = Noon,
        RunId = run,
        Destination = "queue:somewhere",
        MessageTypes = "urn:message:Some:Thing",
        MessageId = Guid.CreateVersion7(),
        Headers = """{"headers":{"a":"b"}}""",
        ContentType = "application/json",
        Body = System.Text.Encoding.UTF8.GetBytes(body),
    };

    private protected Task Add(params ScheduledRow[] rows) => Schedule.Write(new(rows, [], []), Noon, Cancel);

    private protected Task CancelToken(Guid token, DateTime? at = null) =>
        Schedule.Write(new([], [new ScheduleCancellation(token, at ?? Noon)], []), Noon, Cancel);

    private protected Task<IScheduleClaim> Claim(DateTime now, int limit = 100, params Guid[] recurring) =>
        Schedule.Claim(now, limit, new ClaimFilter(recurring, []), Cancel);

    /// <summary>Claims, deletes what was claimed, and says what it was.</summary>
    private protected async Task<List<Guid>> Take(DateTime now, int limit = 100)
    {
        await using var claim = await Claim(now, limit);
        var result = new ClaimResult();
        result.Gone.AddRange(claim.Rows.Select(row => row.Token));
        await claim.Settle(result, Cancel);
        return result.Gone;
    }

    private protected Task<DateTime?> NextDue(params Guid[] recurring) =>
        Schedule.NextDue(new ClaimFilter(recurring, []), Cancel);
}
