using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage;

namespace RunLedger.Expectations;

/// <summary>What of a run says to which slot it belongs.</summary>
sealed record HeardRun
{
    /// <summary>
    /// Of a run without a start, that it ran all the same: its end or its steps say so. One that was cancelled, or of
    /// which the ledger thinks something of its own, did where a component of it did.
    /// </summary>
    public static readonly string HasBegun =
        $"""
         (r.status in ({Texts(RunStatus.StepStarted, RunStatus.StepCompleted, RunStatus.Completed, RunStatus.Failed)})
           or (r.status in ({Texts(RunStatus.Cancelled, RunStatus.Stuck, RunStatus.Orphan)}) and exists (
             select 1 from process_component_observation c where c.process_run_id = r.process_run_id
               and (c.started_at is not null
                 or c.status in ({Texts(RunStatus.StepStarted, RunStatus.StepCompleted, RunStatus.Failed)})))))
         """;

    /// <summary>What <see cref="Read"/> reads, in order, of the run <c>r</c>.</summary>
    public static readonly string Columns =
        $"""
         r.process_run_id, r.process_candidate_code, r.created_at, r.started_at, {HasBegun},
           {Evidence("->> 'nominalTime'")}, {Evidence("-> 'runFacets' -> 'nominalTime' ->> 'nominalStartTime'")},
           {Evidence("-> 'runFacets' -> 'nominalTime' ->> 'nominalEndTime'")}
         """;

    public required Guid Id { get; init; }
    public required string Candidate { get; init; }

    /// <summary>When the ledger first heard of it.</summary>
    public required DateTime HeardAt { get; init; }

    /// <summary>Null until it has started.</summary>
    public required DateTime? BeganAt { get; init; }

    /// <summary>Whether that is its own word, and not when it was first heard of.</summary>
    public required bool StartKnown { get; init; }

    /// <summary>The time it was started for, where it names one.</summary>
    public required DateTime? NominalAt { get; init; }

    /// <summary>A row that was selected by <see cref="Columns"/>.</summary>
    public static HeardRun Read(StoredRow row)
    {
        var (heard, started) = (row.GetTime(2), row.TimeAt(3));
        var began = started ?? (row.GetBoolean(4) ? heard : null);
        return new()
        {
            Id = row.GetGuid(0),
            Candidate = row.GetString(1),
            HeardAt = heard,
            BeganAt = began,
            StartKnown = started is not null,
            NominalAt = began is { } at ? Nominal(row.TextAt(5), row.TextAt(6), row.TextAt(7), at) : null,
        };
    }

    /// <summary>
    /// The member <c>nominalTime</c> of the evidence; else OpenLineage's facet of that name. There it is the start of
    /// what the run is for, and where that was over when the run started (as with Airflow, which starts a run at the
    /// end of its data interval) the end.
    /// </summary>
    public static DateTime? Nominal(string? named, string? from, string? to, DateTime began) =>
        Time(named) ?? (Time(to) is { } end && end <= began && Time(from) <= end ? end : Time(from));

    // Evidence is anybody's: a time that is of no schedule, such as .NET's default, names no slot.
    static DateTime? Time(string? text) =>
        text is not null && WireTime.TryRead(text, out var time, out _) && time.Year is >= 2000 and < 2200
            ? LedgerTime.Time(LedgerTime.Of(time))
            : null;

    static string Texts(params IEnumerable<RunStatus> statuses) =>
        string.Join(", ", statuses.Select(status => $"'{status.Text()}'"));

    // The first contract that says it: any may be the first of its run.
    static string Evidence(string member) =>
        "coalesce(" + string.Join(
            ", ",
            ((Contract[])
            [
                Contract.RunStarted, Contract.RunObserved, Contract.RunHeartbeat, Contract.RunCompleted,
                Contract.RunFailed,
            ]).Select(contract => $"r.evidence_ref -> 'from' -> '{contract}' -> 'value' {member}")) + ")";
}
