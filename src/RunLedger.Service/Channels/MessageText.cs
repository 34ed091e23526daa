using System.Globalization;
using System.Text;

namespace RunLedger.Service.Channels;

/// <summary>A message as lines of plain text.</summary>
static class MessageText
{
    const int MostGroups = 5;

    public static string Of(IncidentMessage message)
    {
        var text = new StringBuilder(message.Text);
        foreach (var group in message.Groups.Take(MostGroups))
            text.Append(CultureInfo.InvariantCulture, $"\n• {group.Error}");
        if (message.Groups.Count > MostGroups)
            text.Append(CultureInfo.InvariantCulture, $"\n… and {message.Groups.Count - MostGroups} more");
        text.Append(CultureInfo.InvariantCulture, $"\nSince {message.BeganAt:yyyy-MM-dd HH:mm:ss} UTC");
        if (message.RecoveredAt is { } recovered)
            text.Append(CultureInfo.InvariantCulture, $", until {recovered:yyyy-MM-dd HH:mm:ss} UTC");
        if (message.Rule is { } rule)
            text.Append(CultureInfo.InvariantCulture, $"\nRule {rule}");
        if (message.RunId is { } run)
            text.Append(CultureInfo.InvariantCulture, $"\nRun {run}");
        return text.ToString();
    }

    /// <summary>With its full stop: what a receiver answered may have none.</summary>
    public static string Sentence(string? text) =>
        text is null or "" or [.., '.' or '!' or '?' or '…'] ? text ?? "" : $"{text}.";

    public static string Cut(string text, int most) => text.Length <= most ? text
        : $"{text[..(most - 1 - (char.IsHighSurrogate(text[most - 2]) ? 1 : 0))]}…";
}
