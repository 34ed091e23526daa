using System.Text.RegularExpressions;

namespace RunLedger.IntegrationTests.Support.Telemetry;

/// <summary>One metric in a query, with what it asks of its labels: <c>(label, operator, value)</c>.</summary>
sealed record Selector(string Metric, List<(string Label, string Operator, string Value)> Matchers)
{
    /// <summary>Whether a series is one it selects; a label that is not there is empty, as in Prometheus.</summary>
    public bool Selects(Dictionary<string, string> series) => Matchers.TrueForAll(matcher =>
    {
        var value = series.GetValueOrDefault(matcher.Label, "");
        return matcher.Operator switch
        {
            "=" => value == matcher.Value,
            "!=" => value != matcher.Value,
            "=~" => Regex.IsMatch(value, $"^(?:{matcher.Value})$"),
            _ => !Regex.IsMatch(value, $"^(?:{matcher.Value})$"),
        };
    });
}
