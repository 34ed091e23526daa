using System.Diagnostics;
using System.Text.Json;
using RunLedger.Service.Actions;
using RunLedger.Service.Outward;
using RunLedger.Storage;

namespace RunLedger.Service.Channels;

/// <summary>What operators say of channels. What is written down names no secret.</summary>
sealed class ChannelActions(ILedgerTransactions ledger, ChannelSender sender, ActionLog actions)
{
    /// <summary>Puts a channel, or changes it.</summary>
    /// <returns>Whether it is new; else what is wrong, or whether there are as many as a ledger keeps.</returns>
    public Task<(bool Created, IReadOnlyList<string> Faults, bool TooMany)> Put(
        string name, ChannelBody body, string who, CancellationToken cancellationToken) => ledger.InOne(
        async sql =>
        {
            var before = (await sql.List(
                $"select {Channel.Columns} from incident_channel where name = @name {sql.ForUpdate}", Channel.Read,
                cancellationToken, ("name", name))).FirstOrDefault();
            var (channel, faults) = body.With(before).Read(name, who, actions.Now, sender.Kinds);
            if (channel is null)
                return (false, faults, false);
            if (before is null && await ChannelSql.Count(sql, cancellationToken) >= Channel.Most)
                return (false, faults, true);
            var settings = JsonSerializer.Serialize(channel.Settings, ChannelJson.Default.ChannelSettings);
            var secrets = JsonSerializer.Serialize(channel.Secrets, ChannelJson.Default.ChannelSecrets);
            // What is put again as it is, is as broken as it was.
            var same = before is not null && before.Kind == channel.Kind
                && settings == JsonSerializer.Serialize(before.Settings, ChannelJson.Default.ChannelSettings)
                && secrets == JsonSerializer.Serialize(before.Secrets, ChannelJson.Default.ChannelSecrets);
            await sql.Run(
                """
                insert into incident_channel (name, kind, settings, secrets, put_at, put_by)
                values (@name, @kind, @settings, @secrets, @now, @who)
                on conflict (name) do update set kind = excluded.kind, settings = excluded.settings,
                  secrets = excluded.secrets, put_at = excluded.put_at, put_by = excluded.put_by,
                  failing_since = case when @same then incident_channel.failing_since end,
                  fault = case when @same then incident_channel.fault end
                """,
                cancellationToken,
                ("name", name), ("kind", channel.Kind),
                ("settings", new LedgerSql.Json(settings)), ("secrets", new LedgerSql.Json(secrets)),
                ("now", channel.PutAt), ("who", who), ("same", same));
            // What waited for it has its chance at once.
            if (!same)
                await DeliverySql.Hasten(sql, name, channel.PutAt, cancellationToken);
            await actions.Enter(
                sql, who, ActionNames.PutChannel, name, null, new { channel.Kind },
                before is null ? "put" : "changed", cancellationToken);
            return (before is null, faults, false);
        },
        cancellationToken);

    /// <summary>Takes a channel away, and what waits for it; not while a rule tells through it.</summary>
    /// <returns>The rules that do; null where there is no such channel.</returns>
    public Task<IReadOnlyList<string>?> Delete(
        string name, string who, string? reason, CancellationToken cancellationToken) =>
        ledger.InOne<IReadOnlyList<string>?>(
            async sql =>
            {
                // A rule that names it at this moment waits for this, and then finds it gone.
                if ((await sql.List(
                    $"select 1 from incident_channel where name = @name {sql.ForUpdate}", row => row.GetInt32(0),
                    cancellationToken, ("name", name))).Count == 0)
                    return null;
                if (await ChannelSql.RulesOf(sql, name, cancellationToken) is { Count: > 0 } rules)
                    return rules;
                await sql.Run(
                    "delete from incident_channel where name = @name", cancellationToken, ("name", name));
                await actions.Enter(
                    sql, who, ActionNames.DeleteChannel, name, reason, null, "deleted", cancellationToken);
                return [];
            },
            cancellationToken);

    /// <summary>Tells through a channel that it is tested, now; null where there is none.</summary>
    public async Task<ChannelTestAnswer?> Test(string name, string who, CancellationToken cancellationToken)
    {
        var channel = await ledger.InOne(sql => ChannelSql.Find(sql, name, cancellationToken), cancellationToken);
        if (channel is null)
            return null;
        var now = actions.Now;
        var id = Guid.CreateVersion7(new DateTimeOffset(now));
        return await actions.Around(
            who, ActionNames.TestChannel, name, null, null,
            async () =>
            {
                var begun = Stopwatch.GetTimestamp();
                var result = await sender.Send(channel, id, Message(id, name, who, now), cancellationToken);
                var took = Stopwatch.GetElapsedTime(begun);
                await ledger.InOne(sql => Note(sql, name, result, cancellationToken), cancellationToken);
                return (
                    new ChannelTestAnswer(result.Delivered, result.Said, (long)took.TotalMilliseconds),
                    result.Delivered ? "delivered" : $"not delivered: {result.Said}");
            },
            cancellationToken);
    }

    // What waited for it has its chance once it works.
    async Task<int> Note(LedgerSql sql, string name, OutwardResult result, CancellationToken cancellationToken) =>
        result.Delivered
            ? await ChannelSql.Worked(sql, name, actions.Now, actions.Now, cancellationToken)
                + await DeliverySql.Hasten(sql, name, actions.Now, cancellationToken)
            : await ChannelSql.Failed(sql, name, actions.Now, result.Said, cancellationToken);

    static IncidentMessage Message(Guid id, string channel, string who, DateTime now) => new()
    {
        Kind = MessageKinds.Test,
        IncidentId = id,
        Rule = null,
        Condition = "test",
        Candidate = null,
        Title = $"Test of the channel {channel}",
        Text = $"{who} tested whether messages of the ledger of runs come through. Nothing is wrong.",
        Groups = [],
        RunId = null,
        BeganAt = now,
        RecoveredAt = null,
        At = now,
    };
}
