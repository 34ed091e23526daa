using Microsoft.EntityFrameworkCore;
using RunLedger.Expectations;
using RunLedger.Service.Database;
using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>Rules and incidents, as they are read.</summary>
sealed class IncidentQueries(IDbContextFactory<LedgerDb> ledger)
{
    public const string Lasting = "lasting";
    public const string Over = "over";
    public static readonly IReadOnlyList<string> States = [Lasting, Over];

    const int MostMessages = 50;

    /// <summary>By the index of the newest; those that last are few, and by theirs.</summary>
    public static string ListSql(string? state)
    {
        var asked = state switch
        {
            Lasting => "not done and recovered_at is null",
            Over => "recovered_at is not null",
            _ => "true",
        };
        return $"""
            select {Incident.Columns} from incident
            where {asked} and began_at <= @at and (began_at < @at or incident_id < @id)
            order by began_at desc, incident_id desc limit @limit
            """;
    }

    public async Task<IReadOnlyList<RuleAnswer>> Rules(CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var lasting = (await sql.List(
            "select rule, count(*) from incident where not done and recovered_at is null group by rule",
            row => (row.GetString(0), row.GetInt64(1)), cancellationToken)).ToDictionary();
        var rules = await RuleSql.All(sql, cancellationToken);
        // All codes are as much work as there are.
        var codes = rules.Exists(AsksForCodes)
            ? await ExpectationSql.Candidates(sql, Expectation.MostCandidates, cancellationToken)
            : [];
        var expected = rules.Exists(rule => rule.Condition == Conditions.Missed)
            ? (await ExpectationSql.All(sql, cancellationToken)).ConvertAll(one => one.Candidate)
            : [];
        return
        [
            .. rules.Select(rule => new RuleAnswer
            {
                Name = rule.Name,
                Candidate = rule.Candidate,
                Condition = rule.Condition,
                Runs = rule.Runs,
                Percent = rule.Percent,
                Window = rule.Window,
                Channels = rule.Channels,
                Hours = rule.Hours,
                Hold = rule.Hold,
                ArmedAt = rule.ArmedAt,
                ArmedBy = rule.ArmedBy,
                Lasting = lasting.GetValueOrDefault(rule.Name),
                Remarks = [.. Remarks(rule, codes, expected)],
            }),
        ];
    }

    public async Task<RuleAnswer?> Rule(string name, CancellationToken cancellationToken) =>
        (await Rules(cancellationToken)).FirstOrDefault(rule => rule.Name == name);

    public async Task<Page<IncidentAnswer>> List(
        string? state, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var incidents = Page<Incident>.From(
            await sql.List(
                ListSql(state), Incident.Read, cancellationToken,
                ("at", page.After?.At ?? DateTime.MaxValue.ToUniversalTime()), ("id", page.After?.Id ?? Guid.Empty),
                ("limit", page.Limit + 1)),
            page.Limit,
            incident => new(incident.BeganAt, incident.Id));
        var messages = await Messages(sql, [.. incidents.Items.Select(one => one.Id)], cancellationToken);
        return incidents.Select(incident => Answer(incident, messages[incident.Id].ToList()));
    }

    public async Task<IncidentAnswer?> Find(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var found = (await sql.List(
            $"select {Incident.Columns} from incident where incident_id = @id", Incident.Read, cancellationToken,
            ("id", id))).FirstOrDefault();
        return found is null
            ? null
            : Answer(found, (await Messages(sql, [id], cancellationToken))[id].ToList());
    }

    /// <summary>How many last, at most one more than there can be.</summary>
    public static async Task<long> CountLasting(LedgerSql sql, CancellationToken cancellationToken) => (await sql.List(
        "select count(*) from (select 1 from incident where not done and recovered_at is null limit @most) l",
        row => row.GetInt64(0), cancellationToken, ("most", IncidentBook.Most + 1)))[0];

    /// <summary>What the newest of those that last is, in a line; null where none does.</summary>
    public static async Task<string?> NewestLasting(LedgerSql sql, CancellationToken cancellationToken) =>
        (await sql.List(
            """
            select condition, candidate from incident where not done and recovered_at is null
            order by began_at desc, incident_id desc limit 1
            """,
            row => Conditions.Title(row.GetString(0), row.GetString(1)), cancellationToken)).FirstOrDefault();

    /// <inheritdoc cref="CountLasting(LedgerSql, CancellationToken)"/>
    public async Task<long> CountLasting(CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        return await CountLasting(await db.Sql(cancellationToken), cancellationToken);
    }

    // Of each incident the newest, so that one with many leaves the others theirs; and how many there are.
    static async Task<ILookup<Guid, (long All, DeliveryAnswer Message)>> Messages(
        LedgerSql sql, Guid[] incidents, CancellationToken cancellationToken) => (await sql.List(
        $"""
         select incident_id, delivery_id, channel, kind, created_at, delivered_at, dropped_at, tried, fault, of_all
         from (
           select d.*, row_number() over (partition by incident_id order by position desc) as place,
             count(*) over (partition by incident_id) as of_all
           from incident_delivery d where {sql.IsOneOf("incident_id", "@incidents")}) m
         where place <= @most order by position
         """,
        row => (Incident: row.GetGuid(0), All: row.GetInt64(9), Message: new DeliveryAnswer
        {
            Id = row.GetGuid(1),
            Channel = row.GetString(2),
            Kind = row.GetString(3),
            State = !row.IsDBNull(5) ? "delivered" : !row.IsDBNull(6) ? "given_up" : "waiting",
            CreatedAt = row.GetTime(4),
            DeliveredAt = row.TimeAt(5),
            Attempts = row.GetInt32(7),
            Fault = row.TextAt(8),
        }),
        cancellationToken, ("incidents", incidents), ("most", MostMessages)))
        .ToLookup(one => one.Incident, one => (one.All, one.Message));

    static IncidentAnswer Answer(Incident incident, List<(long All, DeliveryAnswer Message)> messages) => new()
    {
        Id = incident.Id,
        Rule = incident.Rule.Length == 0 ? null : incident.Rule,
        Condition = incident.Condition,
        Candidate = Conditions.IsOfLedger(incident.Condition) ? null : incident.Candidate,
        State = incident.RecoveredAt is null ? Lasting : Over,
        Title = Conditions.Title(incident.Condition, incident.Candidate),
        Text = incident.Said,
        Groups = incident.Groups,
        RunId = incident.RunId,
        BeganAt = incident.BeganAt,
        ToldAt = incident.ToldAt,
        RecoveredAt = incident.RecoveredAt,
        Messages = messages.ConvertAll(one => one.Message),
        MessageCount = messages.Count == 0 ? 0 : messages[0].All,
    };

    static IEnumerable<string> Remarks(IncidentRule rule, List<string> codes, List<string> expected)
    {
        if (rule.Condition == Conditions.Missed && !expected.Exists(rule.IsFor))
            yield return $"No run of {rule.Candidate} is expected: see runledger expected put.";
        else if (AsksForCodes(rule) && codes.Count < Expectation.MostCandidates && !codes.Exists(rule.IsFor))
            yield return $"No run of {rule.Candidate} is in the ledger: is that its code?";
    }

    static bool AsksForCodes(IncidentRule rule) =>
        rule.Candidate != "*" && rule.Condition != Conditions.Missed && !Conditions.IsOfLedger(rule.Condition);
}
