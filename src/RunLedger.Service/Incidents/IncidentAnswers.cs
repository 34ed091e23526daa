using System.ComponentModel;
using RunLedger.Service.Channels;

namespace RunLedger.Service.Incidents;

/// <summary>An incident as clients read it: what is or was so, and who was told.</summary>
sealed record IncidentAnswer
{
    public required Guid Id { get; init; }

    [Description("The rule's name; null for what the ledger tells of itself.")]
    public required string? Rule { get; init; }

    [Description("The rule's condition; channel where nothing gets through a channel.")]
    public required string Condition { get; init; }

    [Description("Whose; null where it is about the ledger.")]
    public required string? Candidate { get; init; }

    [Description("lasting or over.")]
    public required string State { get; init; }
    public required string Title { get; init; }

    [Description("What is so, in words, as it was seen last.")]
    public required string Text { get; init; }

    [Description("What failed and how, at most 50, by the fingerprints of /api/failures or /api/rejected/groups.")]
    public required IReadOnlyList<MessageGroup> Groups { get; init; }

    [Description("An example.")]
    public required Guid? RunId { get; init; }
    public required DateTime BeganAt { get; init; }

    [Description("When it was told first; null while it was not, or where it never was.")]
    public required DateTime? ToldAt { get; init; }

    [Description("When it was over; null while it lasts.")]
    public required DateTime? RecoveredAt { get; init; }

    [Description("What was told of it, through which channel, in order; the newest 50.")]
    public required IReadOnlyList<DeliveryAnswer> Messages { get; init; }

    [Description("How many messages there are.")]
    public required long MessageCount { get; init; }
}

/// <summary>A message to a channel.</summary>
sealed record DeliveryAnswer
{
    [Description("The idempotency key: the same with every attempt.")]
    public required Guid Id { get; init; }
    public required string Channel { get; init; }

    [Description("opened, changed or recovered.")]
    public required string Kind { get; init; }

    [Description("waiting, delivered or given_up.")]
    public required string State { get; init; }
    public required DateTime CreatedAt { get; init; }
    public required DateTime? DeliveredAt { get; init; }
    public required int Attempts { get; init; }

    [Description("Why the last attempt failed; null where it did not.")]
    public required string? Fault { get; init; }
}
