using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>The statements about rules.</summary>
static class RuleSql
{
    /// <summary>No rule is from later than now.</summary>
    public static Task<int> ArmInTime(LedgerSql sql, DateTime now, CancellationToken cancellationToken) => sql.Run(
        "update incident_rule set armed_at = @now where armed_at > @now", cancellationToken, ("now", now));

    /// <summary>With their channels, by name.</summary>
    public static async Task<List<IncidentRule>> All(LedgerSql sql, CancellationToken cancellationToken)
    {
        var channels = (await sql.List(
            "select rule, channel from incident_rule_channel order by rule, channel",
            row => (Rule: row.GetString(0), Channel: row.GetString(1)), cancellationToken))
            .ToLookup(one => one.Rule, one => one.Channel);
        return
        [
            .. (await sql.List(
                $"select {IncidentRule.Columns} from incident_rule order by name", IncidentRule.Read,
                cancellationToken)).Select(rule => rule with { Channels = [.. channels[rule.Name]] }),
        ];
    }
}
