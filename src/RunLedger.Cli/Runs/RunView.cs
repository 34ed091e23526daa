using System.Text.Json;
using RunLedger.Cli.Output;
using RunLedger.Cli.Transport;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RunLedger.Cli.Runs;

/// <summary>Everything the ledger knows about one run, as <c>runs show</c> prints it.</summary>
/// <param name="Run">The answer of <c>/api/runs/{id}</c>.</param>
/// <param name="Components">The items of its <c>/components</c>.</param>
/// <param name="Tree">The answer of its <c>/tree</c>.</param>
sealed record RunView(JsonElement Run, IReadOnlyList<JsonElement> Components, JsonElement Tree)
{
    const int MaxComponents = 10_000;

    public static async Task<RunView> Load(LedgerApiClient ledger, Guid id, CancellationToken cancellationToken) => new(
        await ledger.Get($"api/runs/{id}", cancellationToken),
        await ledger.List($"api/runs/{id}/components", MaxComponents, cancellationToken),
        await ledger.Get($"api/runs/{id}/tree", cancellationToken));

    public string Json =>
        JsonSerializer.Serialize(new { run = Run, components = Components, tree = Tree }, Output.Json.Indented);

    /// <summary>
    /// What to read first: what is unlike the runs before it, why it is stuck or an orphan, and the conflicts and
    /// warnings in its evidence.
    /// </summary>
    public IEnumerable<string> Remarks
    {
        get
        {
            var evidence = Run.Member("evidenceRef") ?? default;
            var flags = evidence.Items("flags").Where(flag => flag.Member("recoveredAt") is null).Select(DescribeFlag);
            var unlike = Run.Items("unlike").Select(one => one.Text("text")).OfType<string>();
            return
            [
                .. unlike, .. flags, .. Texts("conflicts"), .. Texts("warnings"),
                .. evidence.Items("attempts").Select(Tell),
            ];

            IEnumerable<string> Texts(string name) =>
                evidence.Items(name).Select(text => TerminalText.Sanitize(text.ToString()));
        }
    }

    public void Write(IAnsiConsole console)
    {
        console.Write(Header());
        foreach (var remark in Remarks)
            console.Write(new Text($"! {remark}\n", Color.Yellow));
        if (Components.Count > 0)
            WriteSection(console, "Components", RunTable.ForComponents(Components, console.Profile.Width));
        if (HasRelatives())
            WriteSection(console, "Tree", TreeView());
        if ((Run.Member("evidenceRef") ?? default).Member("from") is { ValueKind: JsonValueKind.Object } from)
            WriteSection(console, "Evidence", Evidence(from));
    }

    static void WriteSection(IAnsiConsole console, string title, IRenderable part)
    {
        console.WriteLine();
        console.Write(new Text($"{title}\n", new Style(decoration: Decoration.Bold)));
        console.Write(part);
    }

    Grid Header()
    {
        var grid = new Grid().AddColumn(new GridColumn { NoWrap = true }).AddColumn();
        Line("Run", Run.Text("processRunId"));
        Line("Candidate", Run.Text("processCandidateCode"));
        Line("Definition", Run.Text("processDefinitionCode"));
        grid.AddRow(new Text("Status"), RunTable.Status(Run));
        if (Run.Member("attempt") is { } attempt && attempt.ToString() != "1")
            Line("Attempt", attempt.ToString());
        Line("Error", Run.Text("errorRef"));
        Line("Started", ConsoleOutput.FormatTime(Run.Time("startedAt")));
        Line("Ended", Ended());
        Line("Outlook", Run.Member("outlook")?.Text("text"));
        Line("Correlation", Run.Text("correlationId"));
        Line("Parent", Run.Text("parentRunId"));
        Line("Source", Run.Text("sourceSystem"));
        Line("Key", Run.Text("idempotencyKey"));
        Line("Input", Run.Text("inputRef"));
        Line("Output", Run.Text("outputRef"));
        Line("Archived", ConsoleOutput.FormatTime(Run.Time("archivedAt")));
        return grid;

        void Line(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                grid.AddRow(new Text(name), new Text(value));
        }
    }

    string Ended()
    {
        var (started, ended) = (Run.Time("startedAt"), Run.Time("endedAt"));
        return ConsoleOutput.FormatDuration(started, ended) is { Length: > 0 } took
            ? $"{ConsoleOutput.FormatTime(ended)} after {took}"
            : ConsoleOutput.FormatTime(ended);
    }

    static string DescribeFlag(JsonElement flag)
    {
        var what = (flag.Text("flag"), flag.Text("limit")) switch
        {
            ("stuck", "start") => "Stuck: it was observed and did not start within",
            ("stuck", "run") => "Stuck: it started and did not end within",
            ("stuck", "quiet") => "Stuck: nothing was heard of it for",
            ("orphan", _) => "Orphan: its counterpart was not seen within",
            var (kind, limit) => $"{kind}: the limit {limit} is over,",
        };
        return $"{what} {flag.Text("value")}. Last observed {ConsoleOutput.FormatTime(flag.Time("lastObservedAt"))}, "
            + $"flagged {ConsoleOutput.FormatTime(flag.Time("flaggedAt"))}.";
    }

    static string Tell(JsonElement attempt) => TerminalText.Sanitize(
        $"Attempt {attempt.Member("attempt")} {attempt.Text("status") ?? "was not reported to end"}"
        + (attempt.Time("endedAt") is { } ended ? $" at {ConsoleOutput.FormatTime(ended)}" : "")
        + (attempt.Text("errorRef") is { } error ? $": {error}" : "")
        + ".");

    bool HasRelatives() => Tree.Items("ancestors").Any() || Tree.Text("unseenParentId") is not null
        || (Tree.Member("run") ?? default).Items("children").Any();

    Tree TreeView()
    {
        var chain = Tree.Items("ancestors").ToList();
        var run = Tree.Member("run") ?? default;
        var top = new Tree(Node(chain.Count > 0 ? chain[0] : run));
        IHasTreeNodes at = top;
        foreach (var one in chain.Skip(1).Append(run).Take(chain.Count))
            at = at.AddNode(Node(one));
        Children(at, run);
        if (Tree.Text("unseenParentId") is { } unseen)
            top = new Tree(new Text($"{unseen} (never observed)", Color.Yellow)) { Nodes = { new TreeNode(top) } };
        if (Tree.Member("truncated") is { ValueKind: JsonValueKind.True })
            top.AddNode(new Text("… there is more", Color.Grey));
        return top;

        static void Children(IHasTreeNodes at, JsonElement run)
        {
            foreach (var child in run.Items("children"))
                Children(at.AddNode(Node(child)), child);
        }
    }

    static Paragraph Node(JsonElement run)
    {
        var line = new Paragraph($"{run.Text("processCandidateCode")} ").Append(
            run.Text("status") ?? "", ConsoleOutput.StatusColor(run.Text("status")));
        if (ConsoleOutput.FormatDuration(run.Time("startedAt"), run.Time("endedAt")) is { Length: > 0 } took)
            line.Append($" {took}");
        return line.Append($"  {run.Text("processRunId")}", Color.Grey);
    }

    static Grid Evidence(JsonElement from)
    {
        var grid = new Grid().AddColumn(new GridColumn { NoWrap = true }).AddColumn();
        foreach (var one in from.EnumerateObject())
        {
            grid.AddRow(
                new Text($"{TerminalText.Sanitize(one.Name)}\n{ConsoleOutput.FormatTime(one.Value.Time("at"))}"),
                new Text(
                    TerminalText.Sanitize(JsonSerializer.Serialize(one.Value.Member("value"), Output.Json.Indented))));
        }

        return grid;
    }
}
