using System.Text.RegularExpressions;

namespace RunLedger.IntegrationTests.Support.Telemetry;

/// <summary>
/// What Prometheus would have after a scrape of everything: the series of each metric by their labels.
/// </summary>
sealed partial class Scraped
{
    readonly Dictionary<string, List<Dictionary<string, string>>> _series = [];

    public Scraped() => _series["up"] = [];

    /// <param name="job">As the scrape config names it.</param>
    /// <param name="exposition">What the target answered.</param>
    public void Add(string job, string exposition)
    {
        Dictionary<string, string> target = new() { ["job"] = job, ["instance"] = "target" };
        _series["up"].Add(target);
        foreach (var line in exposition.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var metric = Series().Match(line);
            Assert.True(metric.Success, line);
            var labels = new Dictionary<string, string>(target);
            foreach (Match label in Label().Matches(metric.Groups["labels"].Value))
                labels[label.Groups["name"].Value] = label.Groups["value"].Value;
            var name = metric.Groups["name"].Value;
            if (!_series.TryGetValue(name, out var all))
                _series[name] = all = [];
            all.Add(labels);
        }
    }

    /// <summary>What is wrong with a query, or with the names in its legend; empty where it is answered.</summary>
    public IEnumerable<string> Faults(string query, string legend = "")
    {
        var parsed = new PromQuery(query);
        if (parsed.Selectors.Count == 0)
            yield return "reads no metric";
        var known = new HashSet<string>();
        foreach (var selector in parsed.Selectors)
        {
            if (!_series.TryGetValue(selector.Metric, out var series))
            {
                yield return $"nobody exports {selector.Metric}";
                continue;
            }

            var labels = series.SelectMany(one => one.Keys).ToHashSet();
            known.UnionWith(labels);
            var unknown = selector.Matchers.ConvertAll(matcher => matcher.Label)
                .FindAll(label => !labels.Contains(label));
            foreach (var label in unknown)
                yield return $"{selector.Metric} has no label {label}";
            if (unknown.Count == 0 && !series.Exists(selector.Selects))
                yield return $"no series of {selector.Metric} is one of {string.Join(", ", selector.Matchers)}";
        }

        foreach (var label in parsed.Labels.Where(label => !known.Contains(label)))
            yield return $"groups by {label}, which is no label of its metrics";
        foreach (Match name in LegendName().Matches(legend))
        {
            if (!(parsed.Labels.Count > 0 ? parsed.Labels : (IEnumerable<string>)known).Contains(name.Groups[1].Value))
                yield return $"the legend names {name.Groups[1].Value}, which the result does not have";
        }
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>.*)\})? \S+""")]
    private static partial Regex Series();

    [GeneratedRegex("""(?<name>\w+)="(?<value>(?:[^"\\]|\\.)*)" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Label();

    [GeneratedRegex(@"\{\{\s*(\w+)\s*\}\}")]
    private static partial Regex LegendName();
}
