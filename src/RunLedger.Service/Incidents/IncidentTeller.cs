using Microsoft.Extensions.Options;
using RunLedger.Service.Channels;
using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>
/// Decides what is told of incidents, and puts it to what waits for the channels, in the transaction in which the
/// incident is written: it is told then, and not again after a crash.
/// </summary>
sealed class IncidentTeller(IOptions<IncidentOptions> options)
{
    /// <summary>Of one look; the next tells the rest.</summary>
    const int Most = 500;

    /// <summary>What was told in more ways than that tells nothing new.</summary>
    const int MostToldGroups = 1_000;

    /// <returns>What was told, as <see cref="MessageKinds"/> name it, and whether there is more to tell.</returns>
    public async Task<(List<string> Told, bool More)> Tell(
        LedgerSql sql,
        IncidentBook book,
        IReadOnlyDictionary<string, IncidentRule> rules,
        DateTime now,
        CancellationToken cancellationToken)
    {
        var known = await IncidentSql.Acknowledged(
            sql,
            [.. book.All.SelectMany(incident => incident.Groups).Select(group => group.Fingerprint).Distinct()],
            cancellationToken);
        var told = new List<string>();
        foreach (var read in book.All.Where(incident => !incident.Done))
        {
            if (told.Count >= Most)
                return (told, true);
            var incident = InTime(read, now);
            var rule = rules.GetValueOrDefault(incident.Rule);
            foreach (var kind in Due(incident, rule, Unknown(incident, known), now))
            {
                if (await Tell(sql, incident, rule, kind, now, cancellationToken) is not { } after)
                    break;
                incident = after;
                told.Add(kind);
            }

            if (incident.RecoveredAt is not null && !incident.Done && IsOver(incident, rule, now))
                incident = incident with { Done = true };
            if (!ReferenceEquals(incident, read))
                book.Put(incident);
        }

        return (told, false);
    }

    // A clock that was ahead is got over.
    static Incident InTime(Incident incident, DateTime now) =>
        incident.RecoveredAt is null && (incident.BeganAt > now || incident.ToldLastAt > now)
            ? incident with
            {
                BeganAt = incident.BeganAt > now ? now : incident.BeganAt,
                ToldLastAt = incident.ToldLastAt > now ? now : incident.ToldLastAt,
            }
            : incident;

    // What lasted as long as the rule asks is told although it is over by now; unless it was over before anybody was to
    // be told.
    static IEnumerable<string> Due(Incident incident, IncidentRule? rule, List<string> unknown, DateTime now)
    {
        var hold = rule?.Hold ?? TimeSpan.Zero;
        if (rule?.Hours?.Contains(now) is false)
            yield break;
        if (incident.ToldAt is null)
        {
            if ((incident.RecoveredAt ?? now) - incident.BeganAt < hold
                || (incident.Groups.Count > 0 && unknown.Count == 0))
                yield break;
            yield return MessageKinds.Opened;
        }
        else if (incident.RecoveredAt is null && now - incident.ToldLastAt >= hold
            && incident.ToldGroups.Count < MostToldGroups && unknown.Except(incident.ToldGroups).Any())
        {
            yield return MessageKinds.Changed;
        }

        if (incident.RecoveredAt is not null)
            yield return MessageKinds.Recovered;
    }

    // Of what was told the end is told, when it may be.
    static bool IsOver(Incident incident, IncidentRule? rule, DateTime now) =>
        incident.ToldAt is null || rule?.Hours?.Contains(now) is not false;

    /// <summary>The groups that nobody has said to know of: while it lasted, or lately before it began.</summary>
    List<string> Unknown(Incident incident, Dictionary<string, DateTime> known) =>
    [
        .. incident.Groups.Select(group => group.Fingerprint).Where(fingerprint =>
            !known.TryGetValue(fingerprint, out var at) || at < incident.BeganAt - options.Value.SilenceFor),
    ];

    /// <summary>Null where there is nobody to tell.</summary>
    static async Task<Incident?> Tell(
        LedgerSql sql,
        Incident incident,
        IncidentRule? rule,
        string kind,
        DateTime now,
        CancellationToken cancellationToken)
    {
        var channels = kind == MessageKinds.Recovered
            ? await IncidentSql.ChannelsOf(sql, incident.Id, cancellationToken)
            : rule?.Channels
                ?? (incident.Condition == Conditions.Channel
                    ? await IncidentSql.Others(sql, incident.Candidate, cancellationToken)
                    : []);
        if (channels.Count == 0 && kind != MessageKinds.Recovered)
            return null;
        var message = MessageOf(incident, kind, now);
        foreach (var channel in channels)
        {
            await DeliverySql.Put(
                sql, channel, incident.Rule, incident.Candidate, incident.Tellings, message, cancellationToken);
        }

        return incident with
        {
            ToldAt = incident.ToldAt ?? now,
            ToldLastAt = now,
            // Also those that are no more among the newest: they may come again.
            ToldGroups = [.. incident.ToldGroups.Union(incident.Groups.Select(group => group.Fingerprint))],
            Tellings = incident.Tellings + 1,
            Done = kind == MessageKinds.Recovered,
        };
    }

    static IncidentMessage MessageOf(Incident incident, string kind, DateTime now)
    {
        var ledgers = Conditions.IsOfLedger(incident.Condition);
        var title = Conditions.Title(incident.Condition, incident.Candidate);
        return new()
        {
            Kind = kind,
            IncidentId = incident.Id,
            Rule = incident.Rule.Length == 0 ? null : incident.Rule,
            Condition = incident.Condition,
            Candidate = ledgers ? null : incident.Candidate,
            Title = kind == MessageKinds.Recovered ? $"Over: {title}"
                : kind == MessageKinds.Changed ? $"More: {title}" : title,
            Text = kind == MessageKinds.Recovered && incident.Said != Conditions.Withdrawn
                ? Conditions.Over(incident.Condition, incident.Candidate)
                : incident.Said,
            Groups = incident.Groups,
            RunId = incident.RunId,
            BeganAt = incident.BeganAt,
            RecoveredAt = kind == MessageKinds.Recovered ? incident.RecoveredAt : null,
            At = now,
        };
    }
}
