using System.ComponentModel;

namespace RunLedger.Service.Rejected;

/// <summary>Work on a group of rejected rows that goes on in the service, whoever looks or not.</summary>
sealed record GroupWork
{
    [Description("Its row in /api/actions, where outcome says when it is done and what became of it.")]
    public required Guid ActionId { get; init; }

    [Description("The group's fingerprint; null for all that is open.")]
    public required string? Fingerprint { get; init; }

    [Description("How many rows were handled so far.")]
    public required long Done { get; init; }

    [Description("How many of them were rejected again.")]
    public required long Failed { get; init; }

    [Description("What became of it, in words; null while it goes on.")]
    public required string? Outcome { get; init; }
}
