using System.IO.Enumeration;

namespace RunLedger.Retention;

/// <summary>
/// How long runs stay, by candidate and status: the one place that knows, for the sweep and for the preview.
/// </summary>
sealed class RetentionPeriods(RunLedgerOptions options)
{
    readonly RetentionOptions _retention = options.Retention;

    /// <summary>Null: such runs stay.</summary>
    public TimeSpan? Of(string candidate, string status) =>
        PolicyOf(candidate, status) is { } policy ? Of(policy, status) : null;

    /// <summary>Which policy says so, or the default; null: such runs stay.</summary>
    public RetentionPolicy? PolicyOf(string candidate, string status)
    {
        // The first that matches counts; for what it leaves out, the default.
        var first = _retention.Policies.FirstOrDefault(policy =>
            FileSystemName.MatchesSimpleExpression(policy.Candidate, candidate, ignoreCase: false));
        return first is not null && Of(first, status) is not null ? first
            : Of(_retention.Default, status) is not null ? _retention.Default
            : null;
    }

    /// <summary>
    /// By status the latest moment of settling that any policy lets go now: what stores select by, before
    /// <see cref="Over"/> decides. A status nobody lets go is missing.
    /// </summary>
    public IReadOnlyDictionary<string, DateTime> Latest(DateTime now) => RetentionPolicy.Statuses
        .Select(status =>
            (status, Shortest: _retention.Policies.Append(_retention.Default).Min(policy => Of(policy, status))))
        .Where(one => one.Shortest is not null)
        .ToDictionary(one => one.status, one => Before(now, one.Shortest!.Value), StringComparer.Ordinal);

    public bool Over(SettledRun run, DateTime now) =>
        Of(run.Candidate, run.Status) is { } period && run.SettledAt <= Before(now, period);

    /// <summary>No further back than any store can be asked.</summary>
    public static DateTime Before(DateTime now, TimeSpan period) =>
        now - DateTime.UnixEpoch > period ? now - period : DateTime.UnixEpoch;

    static TimeSpan? Of(RetentionPolicy policy, string status) =>
        policy.Periods.TryGetValue(status, out var period) ? period : null;
}
