using System.ComponentModel;

namespace RunLedger.Service.Changes;

/// <summary>In what two runs differ.</summary>
sealed record RunChange
{
    [Description("component (it is there or not), status, version, attempt (of a component how many there are), error, "
        + "duration, evidence, output, input, role, source or definition.")]
    public required string Kind { get; init; }

    [Description("Of which component; null for the run as a whole.")]
    public required string? Component { get; init; }

    [Description("Where in the evidence: the message and the members down to the value; null for anything else.")]
    public required string? Path { get; init; }

    [Description("What it is in this run; null where it is missing. Of a duration in seconds.")]
    public required string? Value { get; init; }

    [Description("What it is in the other.")]
    public required string? Other { get; init; }

    [Description("How surprising it is, in bits: 1 is as heads of a coin, 6 is as rare as one in 64.")]
    public required double Surprise { get; init; }

    [Description("The same in words, and why.")]
    public required string Text { get; init; }
}
