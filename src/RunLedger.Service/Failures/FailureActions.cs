using RunLedger.Service.Actions;
using RunLedger.Service.Database;
using RunLedger.Storage;

namespace RunLedger.Service.Failures;

/// <summary>What operators say of groups of failures.</summary>
sealed class FailureActions(ILedgerTransactions ledger, FailureQueries failures, ActionLog actions)
{
    /// <summary>Groups are looked for so far back; what was said of one before is kept longer.</summary>
    static readonly TimeSpan Back = TimeSpan.FromDays(30);

    /// <summary>
    /// Notes that somebody knows of the group; a failure after that shows it again. False where there is no such group.
    /// </summary>
    public async Task<bool> Acknowledge(
        string fingerprint, string operatorName, string? note, CancellationToken cancellationToken)
    {
        if (await LastSeen(fingerprint, cancellationToken) is not { } seen)
            return false;
        return await ledger.InOne(
            async sql =>
            {
                var now = actions.Now;
                // A publisher's clock may be ahead: what has been seen is known of.
                await sql.Run(
                    """
                    insert into failure_group (fingerprint, acknowledged_at, acknowledged_by, acknowledged_until)
                    values (@fingerprint, @now, @who, @until)
                    on conflict (fingerprint) do update set acknowledged_at = excluded.acknowledged_at,
                      acknowledged_by = excluded.acknowledged_by, acknowledged_until = excluded.acknowledged_until
                    """,
                    cancellationToken,
                    ("fingerprint", fingerprint), ("now", now),
                    ("who", operatorName), ("until", seen > now ? seen : now));
                if (!string.IsNullOrWhiteSpace(note))
                    await Put(sql, fingerprint, operatorName, note, cancellationToken);
                await actions.Enter(
                    sql, operatorName, ActionNames.Acknowledge, fingerprint,
                    note, null, "acknowledged", cancellationToken);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Puts a note to the group; an empty one takes it away. False where there is no such group.</summary>
    public async Task<bool> Note(
        string fingerprint, string operatorName, string note, CancellationToken cancellationToken)
    {
        if (await LastSeen(fingerprint, cancellationToken) is null)
            return false;
        return await ledger.InOne(
            async sql =>
            {
                await Put(sql, fingerprint, operatorName, note, cancellationToken);
                await actions.Enter(
                    sql, operatorName, ActionNames.Note, fingerprint, note, null,
                    string.IsNullOrWhiteSpace(note) ? "taken away" : "noted", cancellationToken);
                return true;
            },
            cancellationToken);
    }

    Task<int> Put(
        LedgerSql sql, string fingerprint, string operatorName, string note, CancellationToken cancellationToken) =>
        sql.Run(
            """
            insert into failure_group (fingerprint, note, noted_at, noted_by) values (@fingerprint, @note, @now, @who)
            on conflict (fingerprint) do update set note = excluded.note, noted_at = excluded.noted_at,
              noted_by = excluded.noted_by
            """,
            cancellationToken,
            ("fingerprint", fingerprint),
            ("note", string.IsNullOrWhiteSpace(note) ? null : note), ("now", actions.Now), ("who", operatorName));

    async Task<DateTime?> LastSeen(string fingerprint, CancellationToken cancellationToken)
    {
        var groups = await failures.Groups(actions.Now - Back, cancellationToken);
        return groups.Items.FirstOrDefault(group => group.Fingerprint == fingerprint)?.LastSeen;
    }
}
