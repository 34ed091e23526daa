using System.ComponentModel;
using System.Text.Json.Serialization;
using RunLedger.Service.Web;

namespace RunLedger.Service.Dossier;

/// <summary>The dossier as it is answered: the document, and beside it who signed it.</summary>
sealed record SignedDossier
{
    [Description("In its canonical spelling, RFC 8785.")]
    public required DossierDocument Document { get; init; }

    [Description("A JWS with detached content (RFC 7515, appendix F; EdDSA): the payload is document in its canonical "
        + "spelling. Null where the ledger has no signing key.")]
    public required string? Jws { get; init; }

    [Description("The RFC 7638 thumbprint of the public key, which GET /api/dossier/keys has.")]
    public required string? KeyId { get; init; }

    [Description("Says that nobody signed it; missing where somebody did.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unsigned { get; init; }
}

/// <summary>
/// What the ledger knows of a candidate's runs by a time. It says what was observed, and decides nothing.
/// </summary>
sealed record DossierDocument
{
    public const string Version = "runledger.dossier/1";

    public required string Format { get; init; }
    public required string Candidate { get; init; }

    [Description("By the clocks of the publishers: what occurred by then counts, as far as the ledger knows of it.")]
    [JsonConverter(typeof(LedgerTimeConverter))]
    public required DateTime AsOf { get; init; }

    [Description("What the observations say. It depends on which there are and not on when or how often they came.")]
    public required ObservedPart Observed { get; init; }

    [Description("What this ledger adds by its own clock, and its operators: another one may say otherwise.")]
    public required LedgerPart Ledger { get; init; }
}

/// <summary>By the observations alone.</summary>
sealed record ObservedPart
{
    public required GapFigures Gaps { get; init; }
    public required RunFigures Runs { get; init; }
    public required SuccessFigures Success { get; init; }
    public required DurationFigures Durations { get; init; }
    public required ComponentFigures Components { get; init; }
    public required AttemptFigures Attempts { get; init; }
    public required OverruledFigures Overruled { get; init; }

    [Description("Failures of runs and of components that differ only in ids, numbers and the like are one; the most "
        + "of them first. A run that failed with the error of its component is told by that.")]
    public required IReadOnlyList<FailureFigures> Failures { get; init; }

    [Description("Groups beyond the 1,000 that are listed, up to 19,000: so many are counted.")]
    public required int FailureGroupsNotListed { get; init; }

    [Description("Failures that are in none of the groups that are listed.")]
    public required long FailuresNotListed { get; init; }
}

/// <summary>When nothing was seen. A run is where it began; days are of UTC.</summary>
sealed record GapFigures
{
    [JsonConverter(typeof(LedgerTimeConverter))]
    public required DateTime FirstRunAt { get; init; }

    [JsonConverter(typeof(LedgerTimeConverter))]
    public required DateTime LastRunAt { get; init; }

    [Description("From the last run to asOf.")]
    public required decimal SinceLastRunSeconds { get; init; }

    [Description("The longest time between a run and the next one; null with one run.")]
    public required Silence? LongestSilence { get; init; }

    [Description("Days with a run.")]
    public required int Days { get; init; }

    [Description("Days without one, from the first run to asOf.")]
    public required int DaysWithout { get; init; }
}

sealed record Silence
{
    public required decimal Seconds { get; init; }

    [JsonConverter(typeof(LedgerTimeConverter))]
    public required DateTime From { get; init; }

    [JsonConverter(typeof(LedgerTimeConverter))]
    public required DateTime To { get; init; }
}

/// <summary>Runs that had begun, by where they stood.</summary>
sealed record RunFigures
{
    public required long Total { get; init; }
    public required long Completed { get; init; }
    public required long Failed { get; init; }
    public required long Cancelled { get; init; }

    [Description("Begun and not ended.")]
    public required long Open { get; init; }
    public required IReadOnlyList<SourceFigures> Sources { get; init; }
}

sealed record SourceFigures(string Source, long Runs);

/// <summary>Completed among completed and failed; cancelled and open runs are in neither.</summary>
sealed record SuccessFigures
{
    public required long Of { get; init; }
    public required long Completed { get; init; }

    [Description("Null where no run has completed or failed.")]
    public required decimal? Rate { get; init; }

    [Description("How lower and upper were found.")]
    public required string Interval { get; init; }

    [Description("Rounded down.")]
    public required decimal Lower { get; init; }

    [Description("Rounded up.")]
    public required decimal Upper { get; init; }
    public required decimal TargetLower { get; init; }

    [Description("So many more completed runs in a row until lower is targetLower: the lower bound of the two-sided "
        + "interval, which is that of a one-sided one of 97.5 %.")]
    public required long CompletedRunsToTarget { get; init; }
}

/// <summary>From start to end of the attempt that counts, of completed runs.</summary>
sealed record DurationFigures
{
    public required long Runs { get; init; }

    [Description("Completed runs whose start was not observed, or lies behind their end.")]
    public required long Unknown { get; init; }

    [Description("The least duration that at least half of the runs did not exceed.")]
    public required decimal? P50Seconds { get; init; }
    public required decimal? P95Seconds { get; init; }
    public required decimal? MeanSeconds { get; init; }

    [Description("Of the sample, divided by the number of runs less one; null with fewer than two.")]
    public required decimal? VarianceSeconds2 { get; init; }
}

/// <summary>Runs in which components of these roles were observed.</summary>
sealed record ComponentFigures
{
    public required long RunsWithProducer { get; init; }
    public required long RunsWithVerifier { get; init; }
    public required long RunsWithBoth { get; init; }

    [Description("Completed runs in which a producer and a verifier completed.")]
    public required long CompletedWithBothCompleted { get; init; }
}

sealed record AttemptFigures
{
    [Description("Runs that were begun more than once under one id.")]
    public required long RunsWithMoreThanOne { get; init; }

    [Description("The most that one run took.")]
    public required long Most { get; init; }
}

/// <summary>Runs of which publishers said what cannot both be true.</summary>
sealed record OverruledFigures
{
    [Description("Another end was reported than the one that counts.")]
    public required long RunsWithOtherEnds { get; init; }

    [Description("Another candidate, correlation or source was reported.")]
    public required long RunsWithOtherIdentities { get; init; }
}

/// <summary>Failures of one component, or of runs themselves, whose error texts are alike.</summary>
sealed record FailureFigures
{
    [Description("As in GET /api/failures.")]
    public required string Fingerprint { get; init; }

    [Description("The component's dotCode, else its eventCode or role; null for failures of runs themselves.")]
    public required string? Component { get; init; }

    [Description("The error text they share, with what differs folded; empty where none was given.")]
    public required string Error { get; init; }
    public required long Count { get; init; }

    [JsonConverter(typeof(LedgerTimeConverter))]
    public required DateTime FirstAt { get; init; }

    [JsonConverter(typeof(LedgerTimeConverter))]
    public required DateTime LastAt { get; init; }
}

/// <summary>By the clock and the people of this ledger, up to asOf.</summary>
sealed record LedgerPart
{
    [Description("What the candidate became; null where nobody said so by then.")]
    public required string? Definition { get; init; }

    [Description("Runs of which nothing but an announcement is known: they have not begun and count nowhere else.")]
    public required long Announced { get; init; }

    [Description("Runs that passed a limit.")]
    public required FlagFigures Stuck { get; init; }

    [Description("Runs that were without their counterpart.")]
    public required FlagFigures Orphans { get; init; }
    public required ArrivalFigures Arrival { get; init; }
    public required ArchiveFigures Archive { get; init; }
    public required RejectedFigures Rejected { get; init; }

    [Description("Expected runs that did not start, by the expectation of this candidate alone; null without one.")]
    public required MissedFigures? Missed { get; init; }

    [Description("What operators said of groups of failures.")]
    public required IReadOnlyList<FailureNote> Notes { get; init; }
}

sealed record FlagFigures
{
    [Description("At any time up to asOf.")]
    public required long Ever { get; init; }

    [Description("At asOf.")]
    public required long Then { get; init; }
}

/// <summary>How late the ledger heard of runs: it stood still, its queue was long, or their publisher waited.</summary>
sealed record ArrivalFigures
{
    [Description("Between the beginning of a run and the ledger's first row of it, the longest.")]
    public required decimal LongestDelaySeconds { get; init; }

    [Description("Runs of which the ledger heard more than an hour after they had begun.")]
    public required long RunsAnHourLate { get; init; }
}

sealed record ArchiveFigures
{
    [Description("Of the runs that are counted so many had been archived by then.")]
    public required long Runs { get; init; }

    [Description("How long runs stay in the archive, as d.hh:mm:ss: those that left it are not counted, and how many "
        + "they were is not kept. Null where they stay for ever.")]
    public required string? PurgedAfter { get; init; }
}

/// <summary>What the ledger could not take. It is of a candidate where its body names one.</summary>
sealed record RejectedFigures
{
    [Description("That name this candidate, and that nobody has done anything about.")]
    public required long Open { get; init; }

    [Description("That name this candidate, and were sent again.")]
    public required long Resent { get; init; }

    [Description("That name this candidate, and that an operator discarded.")]
    public required long Discarded { get; init; }

    [Description("That name no candidate that can be read in their first 4 KB: they may be of this one.")]
    public required long OfUnknownCandidate { get; init; }

    [Description("The newest of all that were set aside, at most 10,000.")]
    public required long LookedAt { get; init; }

    [Description("Older ones, of whatever candidate.")]
    public required long NotLookedAt { get; init; }
}

/// <summary>What should have started by a person's word and did not, as the ledger found it by then.</summary>
sealed record MissedFigures
{
    [Description("Since when runs of it are expected: when the expectation was armed as it is now.")]
    public required DateTime Since { get; init; }

    [Description("Slots that had no run when their grace was over.")]
    public required long Slots { get; init; }

    [Description("Of those so many of which a run was heard of by then.")]
    public required long CameLate { get; init; }

    [Description("How long the ledger keeps what it found, as d.hh:mm:ss: older ones are not counted.")]
    public required string KeptFor { get; init; }
}

sealed record FailureNote
{
    public required string Fingerprint { get; init; }
    public required string? Note { get; init; }
    public required string? NotedBy { get; init; }
    public required string? AcknowledgedBy { get; init; }
}
