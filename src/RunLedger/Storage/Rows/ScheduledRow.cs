namespace RunLedger.Storage.Rows;

/// <summary>
/// A row of <c>scheduled_message</c>: a message as it will be on the wire, and when. One that is due now is an outgoing
/// message. Times are UTC, in whole microseconds.
/// </summary>
sealed record ScheduledRow
{
    /// <summary>What <see cref="Read"/> reads, in order.</summary>
    public const string Columns =
        "token, due_at, sent_at, run_id, destination, message_types, message_id, headers, content_type, "
        + "body, repeat_every, schedule";

    /// <summary>Names the row: a second one with the same token takes the place of the first.</summary>
    public required Guid Token { get; init; }
    public required DateTime DueAt { get; init; }

    /// <summary>When it was asked for, by the clock of who asked; a cancellation from before is not about it.</summary>
    public required DateTime SentAt { get; init; }

    /// <summary>Messages of one run go out one after another, in the order in which they were stored.</summary>
    public Guid? RunId { get; init; }

    /// <summary>An address of the bus; null to publish it by its type.</summary>
    public string? Destination { get; init; }

    /// <summary>URNs, joined by semicolons, the message's own type first.</summary>
    public string MessageTypes { get; init; } = "";

    /// <summary>Does not change however often it is sent.</summary>
    public Guid? MessageId { get; init; }

    /// <summary>The ids, addresses and headers it is sent with: as JSON.</summary>
    public string Headers { get; init; } = "{}";
    public string ContentType { get; init; } = "";

    /// <summary>The whole body, with its envelope where the content type has one.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>Of a recurring message: sent again and again, and made anew each time.</summary>
    public TimeSpan? RepeatEvery { get; init; }

    /// <summary>Of a recurring message of somebody's: sent again and again as it was given. JSON.</summary>
    public string? Schedule { get; init; }

    /// <summary>A row that was selected by <see cref="Columns"/>.</summary>
    public static ScheduledRow Read(StoredRow row) => new()
    {
        Token = row.GetGuid(0),
        DueAt = row.GetTime(1),
        SentAt = row.GetTime(2),
        RunId = row.IdAt(3),
        Destination = row.TextAt(4),
        MessageTypes = row.GetString(5),
        MessageId = row.IdAt(6),
        Headers = row.GetString(7),
        ContentType = row.GetString(8),
        Body = row.BytesAt(9)!,
        RepeatEvery = row.IsDBNull(10) ? null : row.GetInterval(10),
        Schedule = row.TextAt(11),
    };
}
