using RunLedger.Intake;
using RunLedger.Service.Channels;
using RunLedger.Service.Web;
using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>Observations that were rejected and wait for somebody.</summary>
sealed class RejectedCondition : IStandingCondition
{
    /// <summary>The newest that are open, at most.</summary>
    public const int Most = 10_000;
    const int MostReason = 300;

    public const string Sql =
        """
        select coalesce(fingerprint, ''), count(*) from (
          select fingerprint from rejected_observation where state = 'open'
          order by rejected_at desc, rejected_id desc limit @most) open
        group by 1 order by 2 desc, 1 limit 50
        """;

    public string Name => Conditions.Rejected;

    public async Task<Findings> Find(
        LedgerSql sql, DateTime watchingSince, DateTime now, CancellationToken cancellationToken)
    {
        var open = await sql.List(
            Sql, row => (Fingerprint: row.GetString(0), Count: row.GetInt64(1)), cancellationToken, ("most", Most));
        if (open.Count == 0)
            return Findings.None;
        var groups = new List<MessageGroup>();
        foreach (var (fingerprint, _) in open.Where(group => group.Fingerprint.Length > 0))
        {
            var reason = await sql.List(
                """
                select reason from rejected_observation where state = 'open' and fingerprint = @fingerprint
                order by rejected_at desc, rejected_id desc limit 1
                """,
                row => row.GetString(0), cancellationToken, ("fingerprint", fingerprint));
            groups.Add(new(fingerprint, CutText.To(reason.FirstOrDefault(), MostReason) ?? "no reason"));
        }

        var count = open.Sum(group => group.Count);
        return new(
        [
            new Finding(
                "",
                $"{(count >= Most ? "At least " : "")}{Phrases.Count(count, "observation was", "observations were")} "
                    + "rejected and wait for somebody.",
                groups),
        ]);
    }
}
