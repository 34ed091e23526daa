using System.CommandLine;
using System.Globalization;

namespace RunLedger.Cli.Runs;

/// <summary>Which runs of the list: the query of <c>GET /api/runs</c>, which says itself what it cannot read.</summary>
sealed class RunFilterOptions(int limit)
{
    const int MaxRuns = 10_000;

    readonly (string Name, Option<string?> Option)[] _filters =
    [
        ("status", Text("--status", "STATUS", "Only runs in this status, or in one of several with commas")),
        ("candidate", Text("--candidate", "CODE", "Only runs of this process candidate")),
        ("correlationId", Text("--correlation", "KEY", "Only runs with this wire key")),
        ("source", Text("--source", "NAME", "Only runs that this kind of system spoke of")),
        ("parentRunId", Text("--parent", "ID", "Only runs that name this run as their parent")),
        ("since", Text("--since", "TIME", "Only runs the ledger first heard of at this time (ISO 8601) or later")),
        ("until", Text("--until", "TIME", "Only runs the ledger first heard of before this time")),
    ];

    readonly Option<int> _limit = new("--limit")
    {
        Description = $"How many, at most {MaxRuns}",
        HelpName = "N",
        DefaultValueFactory = _ => limit,
    };

    public void AddTo(Command command)
    {
        foreach (var (_, option) in _filters)
            command.Options.Add(option);
        command.Options.Add(_limit);
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(_limit) is { Implicit: false } && parsed.GetValue(_limit) is < 1 or > MaxRuns)
                parsed.AddError(string.Create(CultureInfo.InvariantCulture, $"--limit is between 1 and {MaxRuns}."));
        });
    }

    public int Limit(ParseResult parsed) => parsed.GetValue(_limit);

    public string Route(ParseResult parsed)
    {
        var query = _filters
            .Where(filter => !string.IsNullOrEmpty(parsed.GetValue(filter.Option)))
            .Select(filter => $"{filter.Name}={Uri.EscapeDataString(parsed.GetValue(filter.Option)!)}");
        var text = string.Join('&', query);
        return text.Length == 0 ? "api/runs" : $"api/runs?{text}";
    }

    static Option<string?> Text(string name, string help, string description) =>
        new(name) { Description = description, HelpName = help };
}
