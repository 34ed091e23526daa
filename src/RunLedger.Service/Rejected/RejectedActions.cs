using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using RunLedger.Intake;
using RunLedger.Sealing;
using RunLedger.Service.Actions;
using RunLedger.Service.Database;
using RunLedger.Service.Intake;
using RunLedger.Storage;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Rejected;

/// <summary>
/// Sends rejected rows again, or discards them. A row is taken in one transaction, goes through the intake, and is
/// ended in another: a process that dies between the two leaves it taken, another one sends it again, and what arrives
/// twice counts once. Rows are never deleted: their state says what became of them.
/// </summary>
sealed class RejectedActions(
    ILedgerTransactions ledger,
    ActionLog actions,
    ObservationIntake intake,
    RejectedSignal signal,
    IOptions<IntakeOptions> patience,
    CommitSealing sealing,
    RunLedgerOptions options)
{
    public const int SliceSize = 100;

    /// <summary>
    /// Beyond the intake's patience, so that a row is not sent again by somebody else while it is under way.
    /// </summary>
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Sends one row again, as it came or corrected; null where there is none of this id.</summary>
    /// <param name="id">The rejected row.</param>
    /// <param name="corrected">What to send in its place, kept beside the original; null for what it has.</param>
    /// <param name="operatorName">The operator.</param>
    /// <param name="reason">Why, or null.</param>
    public async Task<ResendOutcome?> Resend(
        Guid id, byte[]? corrected, string operatorName, string? reason, CancellationToken cancellationToken)
    {
        var taken = await ledger.InOne<RejectedRow?>(
            async sql =>
            {
                var action = await actions.Enter(
                    sql, operatorName, ActionNames.Resend, $"{id}", reason,
                    new { corrected = corrected is not null }, null, cancellationToken);
                var rows = await sql.List(
                    RejectedSql.Claim, Row, cancellationToken,
                    ("corrected", corrected), ("action", action), ("now", actions.Now), ("id", id));
                if (rows.Count == 0)
                    await sql.Run("delete from operator_action where id = @id", cancellationToken, ("id", action));
                return rows.Count == 0 ? null : rows[0];
            },
            cancellationToken);
        if (taken is not null)
        {
            // It goes on when whoever asked has gone.
            await Task.Run(() => Settle([taken], CancellationToken.None), CancellationToken.None)
                .WaitAsync(cancellationToken);
        }

        return await State(id, taken?.ActionId, cancellationToken);
    }

    /// <summary>Discards one row; null where there is none of this id.</summary>
    public async Task<ResendOutcome?> Discard(
        Guid id, string operatorName, string reason, CancellationToken cancellationToken)
    {
        var action = await ledger.InOne<Guid?>(
            async sql =>
            {
                var entered = await actions.Enter(
                    sql, operatorName, ActionNames.Discard, $"{id}", reason, null, "discarded", cancellationToken);
                if (await sql.Run(
                    RejectedSql.Discard,
                    cancellationToken,
                    ("action", entered),
                    ("now", actions.Now),
                    ("who", operatorName),
                    ("reason", reason),
                    ("id", id)) > 0)
                    return entered;
                await sql.Run("delete from operator_action where id = @id", cancellationToken, ("id", entered));
                return null;
            },
            cancellationToken);
        return await State(id, action, cancellationToken);
    }

    /// <summary>Begins to send a group again, or all that is open; the service goes on by itself.</summary>
    /// <param name="fingerprint">The group; null for all.</param>
    /// <param name="until">Only rows rejected by then; null for now.</param>
    /// <param name="operatorName">The operator.</param>
    /// <param name="reason">Why, or null.</param>
    public Task<GroupWork> ResendGroup(
        string? fingerprint,
        DateTimeOffset? until,
        string operatorName,
        string? reason,
        CancellationToken cancellationToken) =>
        Begin(ActionNames.ResendGroup, fingerprint, until, operatorName, reason, cancellationToken);

    /// <summary>Begins to discard a group.</summary>
    public Task<GroupWork> DiscardGroup(
        string fingerprint,
        DateTimeOffset? until,
        string operatorName,
        string reason,
        CancellationToken cancellationToken) =>
        Begin(ActionNames.DiscardGroup, fingerprint, until, operatorName, reason, cancellationToken);

    /// <summary>How far work on a group is; null where there is no such work.</summary>
    public Task<GroupWork?> Find(Guid actionId, CancellationToken cancellationToken) => ledger.InOne(
        async sql => (await sql.List(
            "select id, detail, outcome from operator_action where id = @id and action in (@resend, @discard)",
            reader => WorkOf(reader.GetGuid(0), Read(reader.GetString(1)), reader.TextAt(2)),
            cancellationToken,
            ("id", actionId), ("resend", ActionNames.ResendGroup), ("discard", ActionNames.DiscardGroup)))
            .FirstOrDefault(),
        cancellationToken);

    /// <summary>Does one slice of what is to be done, of whoever began it.</summary>
    /// <returns>False when there is nothing to do now.</returns>
    public async Task<bool> Work(CancellationToken cancellationToken)
    {
        if (await Name(cancellationToken))
            return true;
        var left = await ledger.InOne(
            sql => sql.List(
                RejectedSql.ClaimLeft(sql.SkipLocked), Row, cancellationToken,
                ("now", actions.Now), ("before", actions.Now - patience.Value.Patience - Grace), ("limit", SliceSize)),
            cancellationToken);
        if (left.Count > 0)
        {
            await Settle(left, cancellationToken);
            return true;
        }

        var (worked, taken) = await ledger.InOne(sql => NextSlice(sql, cancellationToken), cancellationToken);
        if (taken.Count > 0)
            await Settle(taken, cancellationToken);
        return worked;
    }

    async Task<GroupWork> Begin(
        string action,
        string? fingerprint,
        DateTimeOffset? until,
        string operatorName,
        string? reason,
        CancellationToken cancellationToken)
    {
        var now = actions.Now;
        var progress = new GroupProgress
        {
            Fingerprint = fingerprint,
            At = until?.UtcDateTime is { } asked && asked < now ? asked : now,
            After = Guid.AllBitsSet,
        };
        var id = await ledger.InOne(
            sql => actions.Enter(
                sql, operatorName, action, fingerprint ?? "all", reason, progress, null, cancellationToken),
            cancellationToken);
        signal.Raise();
        return WorkOf(id, progress, null);
    }

    /// <summary>Takes the next slice of the oldest work, and says where the one after it begins.</summary>
    async Task<(bool Worked, List<RejectedRow> Taken)> NextSlice(LedgerSql sql, CancellationToken cancellationToken)
    {
        var found = await sql.List(
            $"""
             select id, who, action, reason, detail from operator_action
             where outcome is null and action in (@resend, @discard)
               and not (action = @resend and exists (
                 select 1 from rejected_observation r where r.state = 'resending' and r.action_id = operator_action.id))
             order by at limit 1 {sql.SkipLocked}
             """,
            reader =>
                (Id: reader.GetGuid(0), Who: reader.GetString(1), Action: reader.GetString(2), Reason: reader.TextAt(3),
                    Progress: Read(reader.GetString(4))),
            cancellationToken,
            ("resend", ActionNames.ResendGroup), ("discard", ActionNames.DiscardGroup));
        if (found.Count == 0)
            return (false, []);
        var (id, operatorName, action, reason, progress) = found[0];
        var ofGroup = progress.Fingerprint is not null;
        (string, object?)[] where =
        [
            ("action", id), ("now", actions.Now), ("at", progress.At), ("after", progress.After), ("limit", SliceSize),
            .. ofGroup ? [("fingerprint", (object?)progress.Fingerprint)] : Array.Empty<(string, object?)>(),
        ];
        var taken = action == ActionNames.ResendGroup
            ? await sql.List(RejectedSql.ClaimSlice(ofGroup, sql.SkipLocked), Row, cancellationToken, where)
            : await sql.List(
                RejectedSql.DiscardSlice(ofGroup, sql.SkipLocked),
                reader => new RejectedRow { RejectedId = reader.GetGuid(0), RejectedAt = reader.TimeAt(1)!.Value },
                cancellationToken,
                [.. where, ("who", operatorName), ("reason", reason)]);
        if (taken.Count == 0)
        {
            await ActionLog.End(sql, id, Outcome(action, progress), cancellationToken);
            return (true, []);
        }

        var last = taken.OrderBy(row => row.RejectedAt)
            .ThenBy(row => $"{row.RejectedId}", StringComparer.Ordinal)
            .First();
        progress = progress with { At = last.RejectedAt, After = last.RejectedId };
        if (action == ActionNames.DiscardGroup)
            progress = progress with { Done = progress.Done + taken.Count };
        await Save(sql, id, progress, cancellationToken);
        return (true, action == ActionNames.ResendGroup ? taken : []);
    }

    /// <summary>Sends rows that are taken, and ends each as it turned out.</summary>
    async Task Settle(List<RejectedRow> taken, CancellationToken cancellationToken)
    {
        var sent = await Task.WhenAll(taken.Select(row => Send(row, cancellationToken)));
        foreach (var action in sent.Where(one => one.Known).GroupBy(one => one.Row.ActionId!.Value))
        {
            var commit = await ledger.InOne(
                async sql =>
                {
                    var leaves = new LeafList();
                    await Settle(sql, action.Key, [.. action], leaves, cancellationToken);
                    return sealing.Seals is null ? null : await sql.Seal(sealing.Seals, leaves, cancellationToken);
                },
                cancellationToken);
            if (commit is not null)
                sealing.Seals!.Committed(commit);
        }
    }

    async Task Settle(
        LedgerSql sql,
        Guid id,
        IReadOnlyList<(RejectedRow Row, bool Known, string? Reason)> sent,
        LeafList leaves,
        CancellationToken cancellationToken)
    {
        var now = actions.Now;
        var (action, operatorName, reason, detail) = (await sql.List(
            $"select action, who, reason, detail from operator_action where id = @id {sql.ForUpdate}",
            reader => (reader.GetString(0), reader.GetString(1), reader.TextAt(2), reader.TextAt(3)),
            cancellationToken,
            ("id", id)))[0];
        var (done, failed) = (0L, 0L);
        foreach (var (row, _, why) in sent.OrderBy(one => one.Row.RejectedId))
        {
            (string, object?)[] how =
                [
                    ("id", row.RejectedId),
                    ("action", id),
                    ("now", now),
                    ("who", operatorName),
                    ("reason", reason),
                ];
            var ended = why is null
                ? await sql.Run(
                    RejectedSql.Resent, cancellationToken,
                    [.. how, ("outcome", intake.AwaitsCommit ? "committed" : "accepted by the broker, in the queue")])
                : await sql.Run(
                    RejectedSql.Again, cancellationToken,
                    [.. how, ("why", why), ("fingerprint", ErrorShape.Fingerprint(row.Contract, ErrorShape.Of(why)))]);
            if (why is not null && ended > 0)
                leaves.Rejected(row, row with { Reason = why, RejectedAt = now });
            // A consumer that rejected it meanwhile has opened it again.
            (done, failed) = (done + 1, failed + (why is not null || ended == 0 ? 1 : 0));
        }

        if (action == ActionNames.Resend)
        {
            await ActionLog.End(sql, id, failed > 0 ? "rejected again" : "resent", cancellationToken);
            return;
        }

        var progress = Read(detail!);
        await Save(
            sql,
            id,
            progress with { Done = progress.Done + done, Failed = progress.Failed + failed },
            cancellationToken);
    }

    /// <summary>
    /// Not known is what the broker or the database did not answer: the row stays taken, and is sent again later.
    /// </summary>
    async Task<(RejectedRow Row, bool Known, string? Reason)> Send(RejectedRow row, CancellationToken cancellationToken)
    {
        var read = RejectedMessage.Read(row, options.MaxEvidenceBytes);
        if (read.Message is null)
            return (row, true, read.Reason);
        try
        {
            return (row, true, (read.Before is { } before ? await Take(before) : null) ?? await Take(read.Message));
        }
        catch (Exception e) when (IntakeOutage.Is(e))
        {
            return (row, false, null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return (row, true, $"The ledger could not handle it: {e.GetType().Name}: {e.Message}");
        }

        Task<string?> Take(object message) => intake.TakeAgain(
            message, (row.Corrected ?? row.Payload).Length, row.RejectedId, cancellationToken);
    }

    /// <summary>Gives rows of an older version their fingerprint.</summary>
    Task<bool> Name(CancellationToken cancellationToken) => ledger.InOne(
        async sql =>
        {
            var rows = await sql.List(
                RejectedSql.Unnamed(sql.SkipLocked),
                reader => (Id: reader.GetGuid(0), Contract: reader.TextAt(1), Reason: reader.GetString(2)),
                cancellationToken,
                ("limit", SliceSize));
            foreach (var (id, contract, reason) in rows)
            {
                await sql.Run(
                    "update rejected_observation set fingerprint = @fingerprint where rejected_id = @id",
                    cancellationToken,
                    ("fingerprint", ErrorShape.Fingerprint(contract, ErrorShape.Of(reason))),
                    ("id", id));
            }

            return rows.Count > 0;
        },
        cancellationToken);

    Task<ResendOutcome?> State(Guid id, Guid? action, CancellationToken cancellationToken) => ledger.InOne(
        async sql => (await sql.List(
            "select state, reason, outcome from rejected_observation where rejected_id = @id",
            reader => new ResendOutcome
            {
                RejectedId = id,
                State = reader.GetString(0),
                Reason = reader.GetString(0) == "open" ? reader.GetString(1) : null,
                ActionId = action,
            },
            cancellationToken,
            ("id", id))).FirstOrDefault(),
        cancellationToken);

    static Task<int> Save(LedgerSql sql, Guid id, GroupProgress progress, CancellationToken cancellationToken) =>
        sql.Run(
            "update operator_action set detail = @detail where id = @id", cancellationToken,
            ("detail", new LedgerSql.Json(JsonSerializer.Serialize(progress, JsonSerializerOptions.Web))), ("id", id));

    static string Outcome(string action, GroupProgress progress) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(action == ActionNames.ResendGroup ? "resent" : "discarded")} {progress.Done - progress.Failed:N0}"
        + $"{(progress.Failed > 0 ? $", rejected again {progress.Failed:N0}" : "")}");

    static GroupWork WorkOf(Guid id, GroupProgress progress, string? outcome) => new()
    {
        ActionId = id,
        Fingerprint = progress.Fingerprint,
        Done = progress.Done,
        Failed = progress.Failed,
        Outcome = outcome,
    };

    static GroupProgress Read(string detail) =>
        JsonSerializer.Deserialize<GroupProgress>(detail, JsonSerializerOptions.Web)!;

    static RejectedRow Row(StoredRow reader) => new()
    {
        RejectedId = reader.GetGuid(0),
        Contract = reader.TextAt(1),
        Origin = reader.GetString(2),
        ContentType = reader.TextAt(3),
        Payload = reader.BytesAt(4)!,
        Corrected = reader.BytesAt(5),
        ActionId = reader.IdAt(6),
        RejectedAt = reader.TimeAt(7)!.Value,
        Reason = reader.GetString(8),
    };
}
