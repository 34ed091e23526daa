using RunLedger.Testing;
using YamlDotNet.RepresentationModel;

namespace RunLedger.Tests.Telemetry;

/// <summary>
/// What every alert rule comes with; whether it fires when it should is for promtool, which ./test runs.
/// </summary>
public sealed class AlertRuleTests
{
    static readonly string Folder = Path.Combine(Checkout.Root, "infra", "prometheus");

    [Fact]
    public void Every_alert_says_what_is_wrong_and_where_to_read_what_to_do()
    {
        var rules = Rules();
        Assert.NotEmpty(rules);
        foreach (var rule in rules)
        {
            var notes = ((YamlMappingNode)rule["annotations"]).Children;
            Assert.Equal(["description", "runbook_url", "summary"], notes.Keys.Select(key => key.ToString()).Order());
            Assert.Matches("^docs/operations.md#[a-z-]+$", rule["annotations"]["runbook_url"].ToString());
            Assert.Contains(rule["labels"]["severity"].ToString(), (string[])["critical", "warning", "info"]);
        }
    }

    [Fact]
    public void Every_alert_leads_to_its_paragraph_of_the_runbook()
    {
        var paragraphs = File.ReadLines(Path.Combine(Checkout.Root, "docs", "operations.md"))
            .Where(line => line.StartsWith("### ", StringComparison.Ordinal))
            .Select(line => $"docs/operations.md#{line[4..]}");

        Assert.Equal(
            paragraphs.Order(),
            Rules().Select(rule => rule["annotations"]["runbook_url"].ToString()).Distinct().Order());
    }

    [Fact]
    public void Every_alert_has_a_case_that_fires_and_one_that_does_not()
    {
        var checks = Directory.EnumerateFiles(Path.Combine(Folder, "tests"), "*.yml")
            .SelectMany(file => (YamlSequenceNode)Read(file)["tests"])
            .SelectMany(test => (YamlSequenceNode)test["alert_rule_test"])
            .Select(check => (
                Alert: check["alertname"].ToString(),
                Fires: ((YamlSequenceNode)check["exp_alerts"]).Children.Count > 0))
            .ToHashSet();

        Assert.Equal(
            Rules().SelectMany(rule => new[] { (rule["alert"].ToString(), false), (rule["alert"].ToString(), true) })
                .Order(),
            checks.Order());
    }

    static List<YamlNode> Rules() =>
        [.. ((YamlSequenceNode)Read(Path.Combine(Folder, "alerts.yml"))["groups"]).SelectMany(
            group => (YamlSequenceNode)group["rules"])];

    static YamlNode Read(string file)
    {
        var yaml = new YamlStream();
        using var text = File.OpenText(file);
        yaml.Load(text);
        return yaml.Documents[0].RootNode;
    }
}
