using System.Globalization;
using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Service.Web;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Runs;

/// <summary>
/// When retention takes a run, by which policy, and where it went when it did: the sentences of its page.
/// </summary>
sealed class RunLeaving(RunLedgerOptions options, RetentionPeriods periods)
{
    /// <summary>Of a run in the ledger's tables; null while nobody knows, because it is under way.</summary>
    public string? When(RunRow run, DateTime now)
    {
        var status = run.Status.Text();
        if (run.SettledAt is not { } settled || !RetentionPolicy.Statuses.Contains(status))
            return null;
        if (periods.Of(run.ProcessCandidateCode, status) is not { } period)
            return $"It stays: no policy of retention says for how long runs that are {status} do.";
        var at = settled + period;
        return $"Retention takes it {(at > now ? $"on {Day(at)}" : "with its next sweep")}, "
            + $"{Phrases.Long(period)} after it settled: {Whose(run.ProcessCandidateCode, status)}.";
    }

    /// <summary>Of a run that has left.</summary>
    public string Where(RunRow run, DateTime archivedAt)
    {
        var files = options.Archive.Directory is not null && run.SettledAt is { } settled
            ? $" Its files are those of {ArchiveSlice.MonthOf(settled)}."
            : "";
        var purge = options.Archive.PurgeAfter is { } after
            ? $" It leaves that on {Day(archivedAt + after)}"
                + $"{(files.Length > 0 ? ", and is in the files alone then" : "")}."
            : "";
        return $"it has left the ledger's tables for process_run_archive.{purge}{files} "
            + $"archive restore --run {run.ProcessRunId} brings it back.";
    }

    // It leaves with the sweep after that: no time of day is promised.
    static string Day(DateTime at) => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    string Whose(string candidate, string status)
    {
        var policy = periods.PolicyOf(candidate, status);
        return policy == options.Retention.Default
            ? $"the default for runs that are {status}"
            : $"the policy of {policy!.Candidate} for runs that are {status}";
    }
}
