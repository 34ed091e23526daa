using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Options;
using RunLedger.Cli.Output;
using RunLedger.Cli.Transport;

namespace RunLedger.Cli.Candidates;

/// <summary>
/// <c>candidates [CODE]</c>: how the runs of each process candidate fare, or of one. Exit codes: 0 answered, 1 no such
/// candidate, 2 no ledger.
/// </summary>
static class CandidatesCommand
{
    const int MaxCandidates = 10_000;

    /// <summary>The ledger gives no more at once: each is as much work as a page of runs.</summary>
    const int Page = 50;

    public static Command Create(TimeProvider time)
    {
        var url = LedgerAddress.UrlOption();
        var json = new Option<bool>("--json") { Description = "Print the ledger's answer, for scripts" };
        var code = new Argument<string?>("CODE")
        {
            Description = "One candidate by its code; without it all",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var pattern = new Option<string?>("--pattern")
        {
            Description =
                "Only candidates of this pattern: * is any characters, ? is one; or with this text in the code",
            HelpName = "TEXT",
        };
        var source = new Option<string?>("--source")
        {
            Description = "Only candidates whose newest run this kind of system spoke of",
            HelpName = "NAME",
        };
        var days = new Option<int?>("--days")
        {
            Description = "With a CODE: over how many days, 1 to 90; the default is 30",
            HelpName = "N",
        };
        var limit = new Option<int>("--limit")
        {
            Description = $"How many, at most {MaxCandidates}",
            HelpName = "N",
            DefaultValueFactory = _ => 50,
        };
        var command = new Command(
            "candidates", "How the runs of process candidates fare: evidence for who decides, and no verdict")
        {
            code, url, json, pattern, source, days, limit,
        };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(limit) is { Implicit: false } && parsed.GetValue(limit) is < 1 or > MaxCandidates)
                parsed.AddError(string.Create(
                    CultureInfo.InvariantCulture, $"--limit is between 1 and {MaxCandidates}."));
            var one = parsed.GetResult(code) is { Tokens.Count: > 0 };
            if (one && (parsed.GetResult(pattern) ?? parsed.GetResult(source)) is not null)
                parsed.AddError("--pattern and --source choose among candidates: leave them out with a CODE.");
            if (!one && parsed.GetResult(days) is not null)
                parsed.AddError("--days needs a CODE.");
        });
        command.SetHandler(async (parsed, cancellationToken) =>
        {
            using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(code) is { Length: > 0 } asked)
            {
                var found = await ledger.Get(Route(asked, parsed.GetValue(days)), cancellationToken);
                if (parsed.GetValue(json))
                    await output.WriteLineAsync(JsonSerializer.Serialize(found, Json.Indented));
                else
                    new CandidateView(found).Write(ConsoleOutput.CreateConsole(output));
                return ExitCodes.Success;
            }

            var items = await ledger.List(
                Route(parsed.GetValue(pattern), parsed.GetValue(source)), parsed.GetValue(limit), cancellationToken,
                Page);
            if (parsed.GetValue(json))
                await output.WriteLineAsync(JsonSerializer.Serialize(new { items }, Json.Indented));
            else if (items.Count == 0)
                await output.WriteLineAsync("The ledger has no such candidates.");
            else
                ConsoleOutput.CreateConsole(output)
                    .Write(CandidateTable.Create(items, ConsoleOutput.CreateConsole(output).Profile.Width));
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>A code may hold anything; one that no path can end with goes into the query.</summary>
    static string Route(string code, int? days)
    {
        var query = new List<string>();
        if (code is "." or "..")
            query.Add($"code={code}");
        if (days is { } some)
            query.Add(string.Create(CultureInfo.InvariantCulture, $"days={some}"));
        var path = $"api/candidates/{(code is "." or ".." ? "-" : Uri.EscapeDataString(code))}";
        return query.Count == 0 ? path : $"{path}?{string.Join('&', query)}";
    }

    static string Route(string? pattern, string? source)
    {
        var query = ((string Name, string? Value)[])[("pattern", pattern), ("source", source)];
        var text = string.Join('&', query.Where(one => !string.IsNullOrEmpty(one.Value))
            .Select(one => $"{one.Name}={Uri.EscapeDataString(one.Value!)}"));
        return text.Length == 0 ? "api/candidates" : $"api/candidates?{text}";
    }
}
