using Microsoft.Extensions.Options;
using RunLedger.Service.Channels;
using RunLedger.Service.Web;
using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>Nothing gets through a channel: the ledger's own rule, which nobody has to put.</summary>
sealed class ChannelCondition(IOptions<ChannelOptions> options) : IStandingCondition
{
    public string Name => Conditions.Channel;

    public async Task<Findings> Find(
        LedgerSql sql, DateTime watchingSince, DateTime now, CancellationToken cancellationToken) => new(await sql.List(
        "select name, fault from incident_channel where failing_since <= @since order by name",
        row => new Finding(
            row.GetString(0),
            $"Nothing gets through the channel {row.GetString(0)}: {MessageText.Sentence(row.TextAt(1))} What is to be "
                + $"told there waits for {Phrases.Long(options.Value.GiveUpAfter)}.",
            []),
        cancellationToken, ("since", now - options.Value.FailingAfter)));
}
