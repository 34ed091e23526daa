using System.Text.Json;
using RunLedger.Folding;
using RunLedger.Storage;
using UUIDNext;

namespace RunLedger.Service.Channels;

/// <summary>The statements by which messages wait, are claimed and go out.</summary>
static class DeliverySql
{
    static readonly Guid Namespace = Uuid.NewNameBased(Uuid.Namespace.URL, "urn:run-ledger:incident");

    const string Waits = "d.delivered_at is null and d.dropped_at is null";
    const string Ours =
        "delivery_id = @id and claimed_until = @claimed and delivered_at is null and dropped_at is null";

    /// <summary>
    /// The first that can be tried: those of a chain one after another, however long the first of them takes. What is
    /// due, or claimed, longer ahead than can be was written by a clock that was ahead, and is due.
    /// </summary>
    static readonly string Next =
        $"""
         select {Delivery.Columns} from incident_delivery d
         where d.channel = @channel and {Waits}
           and (d.due_at <= @now or d.due_at > @latestDue)
           and (d.claimed_until is null or d.claimed_until <= @now or d.claimed_until > @latestClaim)
           and not exists (
             select 1 from incident_delivery before where before.channel = d.channel and before.chain = d.chain
               and before.position < d.position and before.delivered_at is null and before.dropped_at is null)
         order by d.position limit 1
         """;

    /// <summary>
    /// Puts a message to what waits: by a rule's name and a candidate in the order in which they came.
    /// </summary>
    /// <param name="number">Which of the messages of its incident.</param>
    public static Task<int> Put(
        LedgerSql sql,
        string channel,
        string rule,
        string candidate,
        int number,
        IncidentMessage message,
        CancellationToken cancellationToken) => sql.Run(
        """
        insert into incident_delivery
          (delivery_id, incident_id, channel, chain, kind, body, created_at, due_at, tried)
        values (@id, @incident, @channel, @chain, @kind, @body, @now, @now, 0)
        on conflict (delivery_id) do nothing
        """,
        cancellationToken,
        ("id", Uuid.NewNameBased(message.IncidentId, $"{number}\n{channel}")), ("incident", message.IncidentId),
        ("channel", channel), ("chain", Uuid.NewNameBased(Namespace, $"{rule}\n{candidate}")), ("kind", message.Kind),
        ("body", new LedgerSql.Json(JsonSerializer.Serialize(message, ChannelJson.Default.IncidentMessage))),
        ("now", message.At));

    /// <summary>The channels for which something waits.</summary>
    public static Task<List<string>> Waiting(LedgerSql sql, CancellationToken cancellationToken) => sql.List(
        $"""
         select c.name from incident_channel c
         where exists (select 1 from incident_delivery d where d.channel = c.name and {Waits}) order by c.name
         """,
        row => row.GetString(0), cancellationToken);

    /// <summary>Takes the next message of a channel, for so long; null where there is none.</summary>
    public static async Task<Delivery?> Claim(
        LedgerSql sql,
        string channel,
        DateTime now,
        TimeSpan lease,
        TimeSpan longestPause,
        CancellationToken cancellationToken)
    {
        var next = (await sql.List(
            $"{Next} {sql.SkipLocked}", Delivery.Read, cancellationToken,
            ("channel", channel), ("now", now), ("latestClaim", now + lease),
            ("latestDue", now + longestPause))).FirstOrDefault();
        if (next is null)
            return null;
        var until = now + lease;
        await sql.Run(
            "update incident_delivery set claimed_until = @until where delivery_id = @id", cancellationToken,
            ("id", next.Id), ("until", until));
        return next with { ClaimedUntil = LedgerTime.Time(LedgerTime.Of(until)) };
    }

    /// <summary>When people may be told of an incident, as its rule says by now; null is at any time.</summary>
    public static async Task<RuleHours?> Hours(LedgerSql sql, Guid incident, CancellationToken cancellationToken) =>
        (await sql.List(
            """
            select r.hours from incident i join incident_rule r on r.name = i.rule
            where i.incident_id = @id and r.hours is not null
            """,
            row => JsonSerializer.Deserialize(row.GetString(0), ChannelJson.Default.RuleHours), cancellationToken,
            ("id", incident))).FirstOrDefault();

    /// <summary>Whether an incident was told through a channel, by what opened it or by a later message.</summary>
    public static async Task<bool> WasTold(
        LedgerSql sql, Guid incident, string channel, CancellationToken cancellationToken) => (await sql.List(
        """
        select 1 from incident_delivery
        where incident_id = @incident and channel = @channel and delivered_at is not null limit 1
        """,
        row => row.GetInt32(0), cancellationToken, ("incident", incident), ("channel", channel))).Count > 0;

    /// <summary>Not where another sender has it by now: what becomes of it is that one's to say.</summary>
    public static Task<int> Delivered(
        LedgerSql sql, Delivery delivery, DateTime now, CancellationToken cancellationToken) => sql.Run(
        $"""
         update incident_delivery set delivered_at = @now, tried = tried + 1, fault = null, claimed_until = null
         where {Ours}
         """,
        cancellationToken, [.. Claimed(delivery), ("now", now)]);

    /// <inheritdoc cref="Delivered"/>
    public static Task<int> Failed(
        LedgerSql sql, Delivery delivery, DateTime dueAt, string fault, CancellationToken cancellationToken) =>
        sql.Run(
            $"""
             update incident_delivery set due_at = @due, tried = tried + 1, fault = @fault, claimed_until = null
             where {Ours}
             """,
            cancellationToken, [.. Claimed(delivery), ("due", dueAt), ("fault", fault)]);

    /// <inheritdoc cref="Delivered"/>
    public static Task<int> Dropped(
        LedgerSql sql, Delivery delivery, DateTime now, string fault, CancellationToken cancellationToken) => sql.Run(
        $"""
         update incident_delivery set dropped_at = @now, fault = @fault, claimed_until = null where {Ours}
         """,
        cancellationToken, [.. Claimed(delivery), ("now", now), ("fault", fault)]);

    /// <summary>It is not tried before then.</summary>
    public static Task<int> PutOff(
        LedgerSql sql, Delivery delivery, DateTime dueAt, CancellationToken cancellationToken) => sql.Run(
        $"update incident_delivery set due_at = @due, claimed_until = null where {Ours}", cancellationToken,
        [.. Claimed(delivery), ("due", dueAt)]);

    /// <summary>What waits for a channel is tried at once.</summary>
    public static Task<int> Hasten(
        LedgerSql sql, string channel, DateTime now, CancellationToken cancellationToken) => sql.Run(
        """
        update incident_delivery set due_at = @now
        where channel = @channel and delivered_at is null and dropped_at is null and due_at > @now
        """,
        cancellationToken, ("channel", channel), ("now", now));

    static (string, object?)[] Claimed(Delivery delivery) =>
        [("id", delivery.Id), ("claimed", delivery.ClaimedUntil)];
}
