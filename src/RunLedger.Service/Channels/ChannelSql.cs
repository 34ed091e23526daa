using RunLedger.Storage;

namespace RunLedger.Service.Channels;

/// <summary>The statements about channels.</summary>
static class ChannelSql
{
    public static Task<List<Channel>> All(LedgerSql sql, CancellationToken cancellationToken) => sql.List(
        $"select {Channel.Columns} from incident_channel order by name", Channel.Read, cancellationToken);

    /// <summary>Null where there is none.</summary>
    public static async Task<Channel?> Find(LedgerSql sql, string name, CancellationToken cancellationToken) =>
        (await sql.List(
            $"select {Channel.Columns} from incident_channel where name = @name", Channel.Read, cancellationToken,
            ("name", name))).FirstOrDefault();

    public static async Task<long> Count(LedgerSql sql, CancellationToken cancellationToken) => (await sql.List(
        "select count(*) from incident_channel", row => row.GetInt64(0), cancellationToken))[0];

    public static Task<List<string>> RulesOf(LedgerSql sql, string name, CancellationToken cancellationToken) =>
        sql.List(
            "select rule from incident_rule_channel where channel = @name order by rule", row => row.GetString(0),
            cancellationToken, ("name", name));

    /// <summary>What got through; a channel that works is written at most once a minute for it.</summary>
    public static Task<int> Worked(
        LedgerSql sql, string name, DateTime now, DateTime lately, CancellationToken cancellationToken) => sql.Run(
        """
        update incident_channel set delivered_at = @now, failing_since = null, fault = null
        where name = @name
          and (failing_since is not null or fault is not null or delivered_at is null or delivered_at < @lately)
        """,
        cancellationToken, ("name", name), ("now", now), ("lately", lately));

    public static Task<int> Failed(
        LedgerSql sql, string name, DateTime now, string fault, CancellationToken cancellationToken) => sql.Run(
        """
        update incident_channel set failing_since = coalesce(failing_since, @now), fault = @fault where name = @name
        """,
        cancellationToken, ("name", name), ("now", now), ("fault", fault));
}
