using System.Text.Json;
using RunLedger.Service.Actions;
using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>What operators say people are to be told of.</summary>
sealed class RuleActions(ILedgerTransactions ledger, ActionLog actions)
{
    /// <summary>
    /// Arms a rule, or changes it. Where it is about something else than before it begins anew; incidents of what it
    /// was about are over.
    /// </summary>
    public async Task<RuleOutcome> Put(IncidentRule rule, CancellationToken cancellationToken)
    {
        try
        {
            return await PutInOne(rule, cancellationToken);
        }
        catch (TakenMeanwhileException)
        {
            return new(false, "of this moment", []);
        }
    }

    Task<RuleOutcome> PutInOne(IncidentRule rule, CancellationToken cancellationToken) => ledger.InOne(
        async sql =>
        {
            if ((await sql.List(
                "select name from incident_rule where alike = @alike and name <> @name", row => row.GetString(0),
                cancellationToken, ("alike", rule.Alike), ("name", rule.Name))) is [var other, ..])
                return new RuleOutcome(false, other, []);
            var there = await sql.List(
                $"select name from incident_channel where {sql.IsOneOf("name", "@names")} order by name "
                    + sql.ForUpdate,
                row => row.GetString(0), cancellationToken, ("names", rule.Channels.ToArray()));
            if (rule.Channels.Except(there).ToList() is { Count: > 0 } unknown)
                return new RuleOutcome(false, null, unknown);
            var known = (await sql.List(
                $"select {IncidentRule.Columns} from incident_rule where name = @name {sql.ForUpdate}",
                IncidentRule.Read, cancellationToken, ("name", rule.Name))).FirstOrDefault();
            if (known is null && await Count(sql, cancellationToken) >= IncidentRule.Most)
                return new RuleOutcome(false, null, [], TooMany: true);
            var same = known?.IsAboutSame(rule) is true;
            if (same)
            {
                await Update(sql, rule, cancellationToken);
            }
            else
            {
                await sql.Run("delete from incident_rule where name = @name", cancellationToken, ("name", rule.Name));
                // Somebody may have put the same under another name at this moment: the one of before stays.
                if (await Insert(sql, rule, cancellationToken) == 0)
                    throw new TakenMeanwhileException();
            }

            await sql.Run(
                "delete from incident_rule_channel where rule = @name", cancellationToken, ("name", rule.Name));
            foreach (var channel in rule.Channels)
            {
                await sql.Run(
                    "insert into incident_rule_channel (rule, channel) values (@name, @channel)", cancellationToken,
                    ("name", rule.Name), ("channel", channel));
            }

            await actions.Enter(
                sql, rule.ArmedBy, ActionNames.PutRule, rule.Name, null,
                new { rule.Candidate, rule.Condition, rule.Channels }, known is null ? "armed" : "changed",
                cancellationToken);
            return new RuleOutcome(known is null, null, []);
        },
        cancellationToken);

    /// <summary>Takes a rule away; its incidents are over with the next look. False where there is none.</summary>
    public Task<bool> Delete(
        string name, string who, string? reason, CancellationToken cancellationToken) => ledger.InOne(
        async sql =>
        {
            if (await sql.Run(
                "delete from incident_rule where name = @name", cancellationToken, ("name", name)) == 0)
                return false;
            await actions.Enter(
                sql, who, ActionNames.DeleteRule, name, reason, null, "deleted", cancellationToken);
            return true;
        },
        cancellationToken);

    static async Task<long> Count(LedgerSql sql, CancellationToken cancellationToken) => (await sql.List(
        "select count(*) from incident_rule", row => row.GetInt64(0), cancellationToken))[0];

    static Task<int> Update(LedgerSql sql, IncidentRule rule, CancellationToken cancellationToken) => sql.Run(
        "update incident_rule set hours = @hours, hold_seconds = @hold, alike = @alike where name = @name",
        cancellationToken, [("name", rule.Name), .. Changeable(rule)]);

    static Task<int> Insert(LedgerSql sql, IncidentRule rule, CancellationToken cancellationToken) => sql.Run(
        $"""
         insert into incident_rule ({IncidentRule.Columns}, alike)
         values (@name, @candidate, @condition, @runs, @percent, @window, @hours, @hold, @armed, @who, @alike)
         on conflict do nothing
         """,
        cancellationToken,
        [
            ("name", rule.Name), ("candidate", rule.Candidate), ("condition", rule.Condition), ("runs", rule.Runs),
            ("percent", rule.Percent), ("window", (int?)rule.Window?.TotalSeconds), ("armed", rule.ArmedAt),
            ("who", rule.ArmedBy), .. Changeable(rule),
        ]);

    static IEnumerable<(string, object?)> Changeable(IncidentRule rule) =>
    [
        ("hours", rule.Hours is null
            ? null
            : new LedgerSql.Json(JsonSerializer.Serialize(rule.Hours, IncidentJson.Default.RuleHours))),
        ("hold", (int)rule.Hold.TotalSeconds), ("alike", rule.Alike),
    ];

    /// <summary>Nothing of the transaction is committed.</summary>
    sealed class TakenMeanwhileException : Exception;
}
