using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using RunLedger.Service.Outward;

namespace RunLedger.Service.Channels;

/// <summary>A workflow of Microsoft Teams that begins when a webhook is called: it takes an Adaptive Card.</summary>
sealed class TeamsChannel(OutwardHttp http, IOptions<OutwardOptions> options) : HttpChannel(http)
{
    /// <summary>Of the 28 KB that a message may have, the card's text may take most.</summary>
    const int MostText = 20_000;

    public override string Name => "teams";

    // Runs of text are shown as they are; a block of text would be read as Markdown.
    protected override object Body(ChannelSecrets secrets, Guid id, IncidentMessage message)
    {
        var title = Run(message.Title);
        title["weight"] = "bolder";
        title["size"] = "medium";
        var card = new JsonObject
        {
            ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
            ["type"] = "AdaptiveCard",
            ["version"] = "1.4",
            ["body"] = new JsonArray(
                new JsonObject { ["type"] = "RichTextBlock", ["inlines"] = new JsonArray(title) },
                new JsonObject
                {
                    ["type"] = "RichTextBlock",
                    ["inlines"] = new JsonArray(Run(MessageText.Cut(MessageText.Of(message), MostText))),
                }),
        };
        if (options.Value.Link($"/incidents#i-{message.IncidentId}") is { } link)
        {
            card["actions"] = new JsonArray(new JsonObject
            {
                ["type"] = "Action.OpenUrl",
                ["title"] = "Open the incident",
                ["url"] = link,
            });
        }

        return new JsonObject
        {
            ["type"] = "message",
            ["attachments"] = new JsonArray(new JsonObject
            {
                ["contentType"] = "application/vnd.microsoft.card.adaptive",
                ["contentUrl"] = null,
                ["content"] = card,
            }),
        };
    }

    static JsonObject Run(string text) => new() { ["type"] = "TextRun", ["text"] = text };
}
