using Microsoft.Extensions.Options;
using RunLedger.Service.Outward;

namespace RunLedger.Service.Channels;

/// <summary>An incoming webhook of Slack's, or of what understands its messages.</summary>
sealed class SlackChannel(OutwardHttp http, IOptions<OutwardOptions> options) : HttpChannel(http)
{
    // Slack's own limits of a header and of a section.
    const int MostTitle = 150;
    const int MostText = 2_900;

    public override string Name => "slack";

    // What others wrote goes into plain text, where it is no markup.
    protected override object Body(ChannelSecrets secrets, Guid id, IncidentMessage message)
    {
        var blocks = new List<object>
        {
            new { type = "header", text = Plain(MessageText.Cut(message.Title, MostTitle)) },
            new { type = "section", text = Plain(MessageText.Cut(MessageText.Of(message), MostText)) },
        };
        if (options.Value.Link($"/incidents#i-{message.IncidentId}") is { } link)
        {
            blocks.Add(new
            {
                type = "context",
                elements = new[] { new { type = "mrkdwn", text = $"<{Escaped(link)}|Open the incident>" } },
            });
        }

        return new { text = Escaped(message.Title), blocks };
    }

    static object Plain(string text) => new { type = "plain_text", text, emoji = false };

    // https://docs.slack.dev/messaging/formatting-message-text#escaping
    static string Escaped(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
