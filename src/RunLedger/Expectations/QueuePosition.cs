using System.Text.Json;
using RunLedger.Storage;

namespace RunLedger.Expectations;

/// <summary>That the ledger's queue was at a message of its own: what was published before it was received.</summary>
/// <param name="AskedAt">When that was sent.</param>
/// <param name="ReceivedAt">When it was received.</param>
sealed record QueuePosition(DateTime AskedAt, DateTime ReceivedAt)
{
    /// <summary>The name under which it is remembered.</summary>
    public const string Mark = "expected-queue";

    public static QueuePosition? Parse(string? mark) =>
        mark is null ? null : JsonSerializer.Deserialize<QueuePosition>(mark);

    public string Text() => JsonSerializer.Serialize(this);

    /// <summary>The newest; null where none was received yet.</summary>
    public static async Task<QueuePosition?> Read(LedgerSql sql, CancellationToken cancellationToken) => Parse(
        (await sql.List(
            "select value from sweep_mark where name = @name", row => row.GetString(0), cancellationToken,
            ("name", Mark))).FirstOrDefault());

    /// <summary>
    /// Less than this nobody is behind: the queue is asked so often, and the answer takes its time.
    /// </summary>
    public static TimeSpan Usual(ExpectedOptions options) => (2 * options.JudgeEvery) + TimeSpan.FromMinutes(1);
}
