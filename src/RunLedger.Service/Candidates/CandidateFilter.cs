using System.IO.Enumeration;

namespace RunLedger.Service.Candidates;

/// <summary>Which candidates a list shows; null means any.</summary>
/// <param name="Pattern">With <c>*</c> and <c>?</c> as policies have them; without either a part of the code.</param>
/// <param name="Source">Of the newest run.</param>
/// <param name="Archived">Whether candidates and runs in the archive are among them.</param>
sealed record CandidateFilter(string? Pattern, string? Source, bool Archived = false)
{
    readonly string? _expression = Pattern is null || Pattern.AsSpan().IndexOfAny('*', '?') >= 0
        ? Pattern
        : $"*{Pattern.Replace("\\", "\\\\", StringComparison.Ordinal)}*";

    public bool Has(string code) =>
        _expression is null || FileSystemName.MatchesSimpleExpression(_expression, code, ignoreCase: false);

    public bool Has(NewestRun run) => Source is null || Source == run.SourceSystem;
}
