using System.Text.Json;
using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>The statements of a look. All are bounded, and by an index.</summary>
static class IncidentSql
{
    /// <summary>Of which something may be to tell.</summary>
    public static readonly string UndoneSql =
        $"select {Incident.Columns} from incident where not done order by began_at, incident_id limit @most";

    /// <summary>Null where another replica is looking.</summary>
    public static async Task<IncidentMark?> Take(LedgerSql sql, DateTime now, CancellationToken cancellationToken)
    {
        await sql.Run(
            "insert into sweep_mark (name, value) values (@name, @value) on conflict (name) do nothing",
            cancellationToken,
            ("name", IncidentMark.Name),
            ("value", JsonSerializer.Serialize(IncidentMark.Begin(now), IncidentJson.Default.IncidentMark)));
        return (await sql.List(
            $"select value from sweep_mark where name = @name {sql.SkipLocked}",
            row => JsonSerializer.Deserialize(row.GetString(0), IncidentJson.Default.IncidentMark),
            cancellationToken, ("name", IncidentMark.Name))).FirstOrDefault();
    }

    public static Task<int> Note(LedgerSql sql, IncidentMark mark, CancellationToken cancellationToken) => sql.Run(
        "update sweep_mark set value = @value where name = @name", cancellationToken,
        ("name", IncidentMark.Name),
        ("value", JsonSerializer.Serialize(mark, IncidentJson.Default.IncidentMark)));

    public static Task<List<Incident>> Undone(LedgerSql sql, int most, CancellationToken cancellationToken) =>
        sql.List(UndoneSql, Incident.Read, cancellationToken, ("most", most));

    public static Task<int> Insert(LedgerSql sql, Incident incident, CancellationToken cancellationToken) => sql.Run(
        $"""
         insert into incident ({Incident.Columns})
         values (@id, @rule, @condition, @candidate, @began, @said, @groups, @run, @told, @toldLast, @toldGroups,
           @tellings, @recovered, @done)
         """,
        cancellationToken,
        [
            ("rule", incident.Rule), ("condition", incident.Condition), ("candidate", incident.Candidate),
            .. Values(incident),
        ]);

    public static Task<int> Update(LedgerSql sql, Incident incident, CancellationToken cancellationToken) => sql.Run(
        """
        update incident set began_at = @began, said = @said, groups = @groups, run_id = @run, told_at = @told,
          told_last_at = @toldLast, told_groups = @toldGroups, tellings = @tellings, recovered_at = @recovered,
          done = @done
        where incident_id = @id
        """,
        cancellationToken, [.. Values(incident)]);

    public static async Task<Dictionary<string, RunMemory>> Memories(
        LedgerSql sql, string rule, string[] candidates, CancellationToken cancellationToken) => (await sql.List(
        "select candidate, value from incident_memory where rule = @rule "
        + $"and {sql.IsOneOf("candidate", "@candidates")}",
        row => (row.GetString(0), JsonSerializer.Deserialize(row.GetString(1), IncidentJson.Default.RunMemory)!),
        cancellationToken, ("rule", rule), ("candidates", candidates))).ToDictionary();

    public static Task<int> Remember(
        LedgerSql sql, string rule, string candidate, RunMemory memory, CancellationToken cancellationToken) =>
        memory.IsEmpty
            ? sql.Run(
                "delete from incident_memory where rule = @rule and candidate = @candidate", cancellationToken,
                ("rule", rule), ("candidate", candidate))
            : sql.Run(
                """
                insert into incident_memory (rule, candidate, value) values (@rule, @candidate, @value)
                on conflict (rule, candidate) do update set value = excluded.value
                """,
                cancellationToken,
                ("rule", rule), ("candidate", candidate),
                ("value", new LedgerSql.Json(JsonSerializer.Serialize(memory, IncidentJson.Default.RunMemory))));

    /// <summary>What rules remember, a slice after a place.</summary>
    public static Task<List<(string Rule, string Candidate, RunMemory Memory)>> Remembered(
        LedgerSql sql, string rule, string candidate, int limit, CancellationToken cancellationToken) => sql.List(
        """
        select rule, candidate, value from incident_memory where (rule, candidate) > (@rule, @candidate)
        order by rule, candidate limit @limit
        """,
        row => (
            row.GetString(0), row.GetString(1),
            JsonSerializer.Deserialize(row.GetString(2), IncidentJson.Default.RunMemory)!),
        cancellationToken, ("rule", rule), ("candidate", candidate), ("limit", limit));

    /// <summary>When somebody last said that they know of a group of failures.</summary>
    public static async Task<Dictionary<string, DateTime>> Acknowledged(
        LedgerSql sql, string[] fingerprints, CancellationToken cancellationToken) => fingerprints.Length == 0
        ? []
        : (await sql.List(
            "select fingerprint, acknowledged_at from failure_group where acknowledged_at is not null "
            + $"and {sql.IsOneOf("fingerprint", "@fingerprints")}",
            row => (row.GetString(0), row.GetTime(1)), cancellationToken, ("fingerprints", fingerprints)))
            .ToDictionary();

    /// <summary>The channels through which an incident is being told, whether they have it or not.</summary>
    public static Task<List<string>> ChannelsOf(LedgerSql sql, Guid incident, CancellationToken cancellationToken) =>
        sql.List(
            "select distinct channel from incident_delivery where incident_id = @incident order by channel",
            row => row.GetString(0), cancellationToken, ("incident", incident));

    /// <summary>
    /// Who hears of a channel that fails: others that work, if possible those through which something has come, and of
    /// those if possible the other channels of its rules.
    /// </summary>
    public static async Task<List<string>> Others(LedgerSql sql, string channel, CancellationToken cancellationToken)
    {
        var others = await sql.List(
            """
            select c.name, c.delivered_at is not null, exists (
              select 1 from incident_rule_channel own join incident_rule_channel other on other.rule = own.rule
              where own.channel = @channel and other.channel = c.name)
            from incident_channel c where c.name <> @channel and c.failing_since is null order by c.name
            """,
            row => (Name: row.GetString(0), Proven: row.GetBoolean(1), Near: row.GetBoolean(2)),
            cancellationToken, ("channel", channel));
        return [.. others.GroupBy(other => (other.Proven, other.Near)).OrderByDescending(group => group.Key)
            .Take(1).SelectMany(group => group).Select(other => other.Name)];
    }

    /// <summary>What was over before, a slice; and all that was told of it.</summary>
    public static Task<int> Forget(LedgerSql sql, DateTime before, int limit, CancellationToken cancellationToken) =>
        sql.Run(
            """
            delete from incident where incident_id in (
              select incident_id from incident where done and recovered_at < @before order by recovered_at limit @limit)
            """,
            cancellationToken, ("before", before), ("limit", limit));

    static IEnumerable<(string, object?)> Values(Incident incident) =>
    [
        ("id", incident.Id), ("began", incident.BeganAt), ("said", incident.Said),
        ("groups", new LedgerSql.Json(
            JsonSerializer.Serialize(incident.Groups, IncidentJson.Default.IReadOnlyListMessageGroup))),
        ("run", incident.RunId), ("told", incident.ToldAt), ("toldLast", incident.ToldLastAt),
        ("toldGroups", new LedgerSql.Json(
            JsonSerializer.Serialize(incident.ToldGroups, IncidentJson.Default.IReadOnlyListString))),
        ("tellings", incident.Tellings), ("recovered", incident.RecoveredAt), ("done", incident.Done),
    ];
}
