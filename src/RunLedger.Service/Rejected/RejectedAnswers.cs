using System.ComponentModel;
using System.Text.Json;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Rejected;

/// <summary>What an operator says to send one rejected row again.</summary>
sealed record ResendRequest(
    [property: Description(
        "What to send in place of what was rejected: JSON, or its text as a string. Left out: what it has.")]
    JsonElement? Payload,
    [property: Description("The same in base64, for what is no text.")] string? PayloadBase64,
    [property: Description("Why; at most 2,000 characters.")] string? Reason);

/// <summary>What an operator says to do with rejected rows.</summary>
sealed record GroupRequest(
    [property: Description("The group, a fingerprint of /api/rejected/groups.")] string? Fingerprint,
    [property: Description("True, in place of a fingerprint, for everything that is open.")] bool? All,
    [property: Description("Only rows set aside by this time, such as lastSeen of a group that was looked at; "
        + "without it all that are open.")]
    DateTimeOffset? Until,
    [property: Description("Why; at most 2,000 characters. To discard it has to be said.")] string? Reason);

/// <summary>What an operator says to discard a row.</summary>
sealed record ReasonRequest([property: Description("Why; at most 2,000 characters.")] string? Reason);

/// <summary>What became of one rejected row that was sent again or discarded.</summary>
sealed record ResendOutcome
{
    public required Guid RejectedId { get; init; }

    [Description(
        "open (it was rejected again, see reason), resending (another request does it now), resent or discarded.")]
    public required string State { get; init; }

    [Description("Why it still cannot be taken; null when it was.")]
    public required string? Reason { get; init; }

    [Description("Its row in /api/actions; null when there was nothing to do.")]
    public required Guid? ActionId { get; init; }
}

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

/// <summary>How far work on a group is: the detail of its action.</summary>
sealed record GroupProgress
{
    public string? Fingerprint { get; init; }
    public long Done { get; init; }
    public long Failed { get; init; }

    /// <summary>The last row that was taken; the next slice has the rows that sort behind it.</summary>
    public DateTime At { get; init; }
    public Guid After { get; init; }
}

/// <summary>What was rejected and waits for somebody, by what is wrong with it; the largest group first.</summary>
sealed record RejectedGroups
{
    public required IReadOnlyList<RejectedGroup> Items { get; init; }

    [Description("True when there are more open rows, or groups, than were looked at: the newest were.")]
    public required bool Truncated { get; init; }
}

/// <summary>Open rejected rows of one contract whose reasons differ only in ids, numbers and the like.</summary>
sealed record RejectedGroup
{
    public required string Fingerprint { get; init; }
    public required string? Contract { get; init; }

    [Description("The reason they share, with what differs folded.")]
    public required string Reason { get; init; }
    public required long Count { get; init; }
    public required DateTime FirstSeen { get; init; }
    public required DateTime LastSeen { get; init; }

    [Description("The newest of them.")]
    public required Guid ExampleId { get; init; }
    public required string ExampleOrigin { get; init; }
}

/// <summary>A rejected row whose payload may be cut, and how long the payload is in full.</summary>
sealed record RejectedHead(RejectedRow Row, int PayloadBytes);
