using System.CommandLine;
using System.Globalization;

namespace RunLedger.Cli.Runs;

/// <summary>The filters of <c>GET /api/runs</c> as options. Their values are validated by the service.</summary>
sealed class RunFilterOptions(int limit)
{
    const int MaxRuns = 10_000;

    /// <summary>A line for each filter: its name in the query of the service, and its option.</summary>
    static readonly (string Query, string Option, string HelpName, string Description)[] Filters =
    [
        ("status", "--status", "STATUS", "Only runs in this status, or in one of several with commas"),
        ("candidate", "--candidate", "CODE", "Only runs of this process candidate"),
        ("correlationId", "--correlation", "KEY", "Only runs with this wire key"),
        ("source", "--source", "NAME", "Only runs that this kind of system spoke of"),
        ("parentRunId", "--parent", "ID", "Only runs that name this run as their parent"),
        ("version", "--version", "TEXT", "Only runs of which the evidence says this version"),
        ("unlike", "--unlike", "KIND", "Only runs unlike those before them: slow or suspicious"),
        ("archived", "--archived", "true", "Also runs that have left for the archive: true"),
        ("since", "--since", "TIME", "Only runs the ledger first heard of at this time (ISO 8601) or later"),
        ("until", "--until", "TIME", "Only runs the ledger first heard of before this time"),
    ];

    readonly (string Query, Option<string?> Option)[] _filters =
    [
        .. Filters.Select(filter => (
            filter.Query,
            new Option<string?>(filter.Option) { Description = filter.Description, HelpName = filter.HelpName })),
    ];

    readonly Option<int> _limit = new("--limit")
    {
        Description = $"How many, at most {MaxRuns}",
        HelpName = "N",
        DefaultValueFactory = _ => limit,
    };

    /// <summary>The names of the filters in the query of the service.</summary>
    public static IEnumerable<string> QueryNames => Filters.Select(filter => filter.Query);

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
            .Select(filter => $"{filter.Query}={Uri.EscapeDataString(parsed.GetValue(filter.Option)!)}");
        var text = string.Join('&', query);
        return text.Length == 0 ? "api/runs" : $"api/runs?{text}";
    }
}
