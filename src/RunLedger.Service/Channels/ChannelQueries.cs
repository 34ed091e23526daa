using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RunLedger.Service.Database;
using RunLedger.Service.Outward;
using RunLedger.Storage;

namespace RunLedger.Service.Channels;

/// <summary>The channels, as they may be shown.</summary>
sealed class ChannelQueries(IDbContextFactory<LedgerDb> ledger, IOptions<ChannelOptions> options)
{
    const int MostCounted = 10_000;

    public async Task<IReadOnlyList<ChannelAnswer>> List(CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var answers = new List<ChannelAnswer>();
        foreach (var channel in await ChannelSql.All(sql, cancellationToken))
            answers.Add(await Answer(sql, channel, cancellationToken));
        return answers;
    }

    public async Task<ChannelAnswer?> Find(string name, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        return await ChannelSql.Find(sql, name, cancellationToken) is { } channel
            ? await Answer(sql, channel, cancellationToken)
            : null;
    }

    async Task<ChannelAnswer> Answer(LedgerSql sql, Channel channel, CancellationToken cancellationToken)
    {
        var (settings, secrets) = (channel.Settings, channel.Secrets);
        var (waiting, oldest) = (await sql.List(
            """
            select count(*), min(w.created_at) from (
              select d.created_at from incident_delivery d
              where d.channel = @name and d.delivered_at is null and d.dropped_at is null
              order by d.position limit @most) w
            """,
            row => (row.GetInt64(0), row.TimeAt(1)), cancellationToken,
            ("name", channel.Name), ("most", MostCounted)))[0];
        return new()
        {
            Name = channel.Name,
            Kind = channel.Kind,
            Address = secrets.Address is { } address ? Shown(address)
                : channel.Kind == "pagerduty" ? Shown(PagerDutyChannel.Usual) : null,
            Secrets =
            [
                .. new[]
                {
                    ("address", secrets.Address), ("key", secrets.Key), ("password", secrets.Password),
                    ("routingKey", secrets.RoutingKey),
                }.Where(secret => secret.Item2 is not null).Select(secret => new SecretAnswer(
                    secret.Item1, SecretReader.IsName(secret.Item2!) ? secret.Item2 : null)),
            ],
            Host = settings.Host,
            Port = settings.Port,
            Security = settings.Security,
            User = settings.User,
            From = settings.From,
            To = settings.To,
            State = channel.FailingSince is not null ? "failing" : channel.DeliveredAt is null ? "new" : "working",
            DeliveredAt = channel.DeliveredAt,
            FailingSince = channel.FailingSince,
            Fault = channel.Fault,
            Waiting = waiting,
            Rules = await ChannelSql.RulesOf(sql, channel.Name, cancellationToken),
            PutAt = channel.PutAt,
            PutBy = channel.PutBy,
            Remarks = [.. Remarks(channel, oldest)],
        };
    }

    // The path and what follows it may be the secret.
    static string Shown(string address) =>
        SecretReader.IsName(address) ? address
        : Uri.TryCreate(address, UriKind.Absolute, out var uri) ? $"{uri.Scheme}://{uri.Authority}/…" : "…";

    IEnumerable<string> Remarks(Channel channel, DateTime? oldest)
    {
        if (channel.FailingSince is not null && oldest is { } waits)
        {
            yield return $"What waits goes out once it works again; the first is given up at "
                + $"{waits + options.Value.GiveUpAfter:yyyy-MM-dd HH:mm} UTC (Channels__GiveUpAfter).";
        }

        if (channel.Secrets.Address?.StartsWith("http:", StringComparison.OrdinalIgnoreCase) is true)
            yield return "It posts over plain http: whoever is on the way can read it.";
        if (channel is { Kind: "webhook", Secrets.Key: null })
            yield return "It has no key: its receiver cannot tell who a message is from.";
        if (channel.Settings.Security == MailChannel.None)
            yield return "Its mail goes out without TLS: whoever is on the way can read it.";
    }
}
