using System.Text.Json;
using YamlDotNet.RepresentationModel;

namespace RunLedger.IntegrationTests.Support.Telemetry;

/// <summary>A query of an alert rule or of a dashboard, as the files in infra have it.</summary>
sealed record WatchedQuery(string From, string Text, string Legend)
{
    public static string Infra { get; } = Find();

    public static IEnumerable<WatchedQuery> OfRules() =>
        from @group in Sequence(Read("prometheus/alerts.yml"), "groups")
        from rule in Sequence(@group, "rules")
        select new WatchedQuery($"alerts.yml, {rule["alert"]}", rule["expr"].ToString(), "");

    public static IEnumerable<WatchedQuery> OfDashboards()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Infra, "grafana", "dashboards"), "*.json").Order())
        {
            using var board = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var panel in board.RootElement.GetProperty("panels").EnumerateArray())
            {
                foreach (var target in panel.GetProperty("targets").EnumerateArray())
                {
                    yield return new WatchedQuery(
                        $"{Path.GetFileName(file)}, {panel.GetProperty("title")}",
                        target.GetProperty("expr").GetString()!,
                        target.GetProperty("legendFormat").GetString()!);
                }
            }

            if (!board.RootElement.TryGetProperty("templating", out var templating))
                continue;
            foreach (var variable in templating.GetProperty("list").EnumerateArray())
            {
                // label_values(metric, label)
                var parts = variable.GetProperty("query").GetString()!.Split('(', ',', ')');
                yield return new WatchedQuery(
                    $"{Path.GetFileName(file)}, ${variable.GetProperty("name")}",
                    parts[1],
                    $"{{{{{parts[2].Trim()}}}}}");
            }
        }
    }

    /// <summary>
    /// What is scraped: job, the path with its parameters, and the host as docker-compose.yml names it.
    /// </summary>
    public static IEnumerable<(string Job, string Path, string Host)> OfScrapes()
    {
        foreach (var job in Sequence(Read("prometheus/prometheus.yml"), "scrape_configs"))
        {
            var keys = ((YamlMappingNode)job).Children;
            var path = keys.TryGetValue("metrics_path", out var own) ? own.ToString() : "/metrics";
            var query = keys.TryGetValue("params", out var given)
                ? string.Join('&', from parameter in ((YamlMappingNode)given).Children
                                   from value in (YamlSequenceNode)parameter.Value
                                   select $"{parameter.Key}={value}")
                : "";
            yield return (
                job["job_name"].ToString(), $"{path}?{query}", job["static_configs"][0]["targets"][0].ToString());
        }
    }

    static IEnumerable<YamlNode> Sequence(YamlNode node, string key) => (YamlSequenceNode)node[key];

    static YamlNode Read(string file)
    {
        var yaml = new YamlStream();
        using var text = File.OpenText(Path.Combine(Infra, file));
        yaml.Load(text);
        return yaml.Documents[0].RootNode;
    }

    static string Find()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Bus.sln")))
            root = root.Parent ?? throw new InvalidOperationException("No Bus.sln above the tests.");
        return Path.Combine(root.FullName, "infra");
    }
}
