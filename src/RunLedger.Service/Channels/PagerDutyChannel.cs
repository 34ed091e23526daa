using Microsoft.Extensions.Options;
using RunLedger.Service.Outward;

namespace RunLedger.Service.Channels;

/// <summary>
/// PagerDuty's Events API v2: an incident of the ledger is an alert there, by its id, which the recovery resolves.
/// </summary>
sealed class PagerDutyChannel(OutwardHttp http, IOptions<OutwardOptions> options) : HttpChannel(http)
{
    public const string Usual = "https://events.pagerduty.com/v2/enqueue";

    /// <summary>PagerDuty's limit of a summary.</summary>
    const int MostTitle = 1_024;

    public override string Name => "pagerduty";

    public override IEnumerable<string> Faults(ChannelBody body)
    {
        if (body.RoutingKey is null)
            yield return "routingKey is missing: send the integration key of the service in PagerDuty.";
    }

    protected override string AddressOf(ChannelSecrets secrets) => secrets.Address ?? Usual;

    protected override object Body(ChannelSecrets secrets, Guid id, IncidentMessage message)
    {
        var key = $"run-ledger/{message.IncidentId}";
        if (message.Kind == MessageKinds.Recovered)
            return new { routing_key = secrets.RoutingKey, event_action = "resolve", dedup_key = key };
        var link = options.Value.Link($"/incidents#i-{message.IncidentId}");
        return new
        {
            routing_key = secrets.RoutingKey,
            event_action = "trigger",
            dedup_key = key,
            client = "RunLedger",
            client_url = link,
            links = link is null ? [] : new[] { new { href = link, text = "Open the incident" } },
            payload = new
            {
                summary = MessageText.Cut(message.Title, MostTitle),
                source = message.Candidate ?? "run-ledger",
                // A test opens an alert that nothing resolves, and wakes nobody.
                severity = message.Kind == MessageKinds.Test ? "info" : "error",
                timestamp = message.At,
                @class = message.Condition,
                custom_details = new { message.Rule, message.Text, message.Groups, message.RunId, message.BeganAt },
            },
        };
    }
}
