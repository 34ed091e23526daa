using System.Text.RegularExpressions;

namespace RunLedger.IntegrationTests.Support.Telemetry;

/// <summary>
/// What a PromQL query reads: enough of the language for the rules and dashboards of this repository.
/// </summary>
sealed partial class PromQuery
{
    static readonly HashSet<string> Grouping = ["by", "without", "on", "ignoring", "group_left", "group_right"];
    static readonly HashSet<string> Keywords =
    [
        "and", "or", "unless", "offset", "bool",
        "sum", "min", "max", "avg", "count", "stddev", "topk", "bottomk", "quantile", "group",
    ];

    public PromQuery(string text)
    {
        // Grafana's own variables; its others are any value.
        text = text.Replace("$__rate_interval", "5m", StringComparison.Ordinal);
        var tokens = Token().Matches(AnyVariable().Replace(text, ".*")).Select(token => token.Value).ToList();
        for (var at = 0; at < tokens.Count; at++)
        {
            var next = at + 1 < tokens.Count ? tokens[at + 1] : "";
            if (Grouping.Contains(tokens[at]))
            {
                var end = next == "(" ? tokens.IndexOf(")", at) : at;
                Labels.AddRange(tokens[at..end].Where(IsName).Skip(1));
                at = end;
            }
            else if (tokens[at] == "[")
            {
                at = tokens.IndexOf("]", at);
            }
            else if (IsName(tokens[at]) && next != "(" && !Keywords.Contains(tokens[at]))
            {
                var end = next == "{" ? tokens.IndexOf("}", at) : at;
                Selectors.Add(new Selector(tokens[at], [.. Matchers(tokens[at..end])]));
                at = end;
            }
        }
    }

    public List<Selector> Selectors { get; } = [];

    /// <summary>What it groups by; empty where it does not.</summary>
    public List<string> Labels { get; } = [];

    static IEnumerable<(string, string, string)> Matchers(List<string> tokens)
    {
        for (var at = 2; at + 2 < tokens.Count; at += 4)
            yield return (tokens[at], tokens[at + 1], tokens[at + 2][1..^1]);
    }

    static bool IsName(string token) => char.IsAsciiLetter(token[0]) || token[0] is '_' or ':';

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*" | [a-zA-Z_:][\w:]* | [\d.]+\w* | =~ | !~ | != | >= | <= | == | \S
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Token();

    [GeneratedRegex(@"\$\w+")]
    private static partial Regex AnyVariable();
}
