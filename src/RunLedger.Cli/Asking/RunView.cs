using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RunLedger.Cli.Asking;

/// <summary>One run with all that is known of it.</summary>
/// <param name="Run">The answer of <c>/api/runs/{id}</c>.</param>
/// <param name="Components">The items of its <c>/components</c>.</param>
/// <param name="Tree">The answer of its <c>/tree</c>.</param>
sealed record RunView(JsonElement Run, IReadOnlyList<JsonElement> Components, JsonElement Tree)
{
    public string Json =>
        JsonSerializer.Serialize(new { run = Run, components = Components, tree = Tree }, Cli.Json.Indented);

    /// <summary>
    /// What a person should know before the rest: why it is stuck or an orphan, what disagrees, what looks wrong.
    /// </summary>
    public IEnumerable<string> Remarks
    {
        get
        {
            var evidence = Run.Member("evidenceRef") ?? default;
            var flags = evidence.Items("flags").Where(flag => flag.Member("recoveredAt") is null).Select(Why);
            return [.. flags, .. Texts("conflicts"), .. Texts("warnings")];

            IEnumerable<string> Texts(string name) =>
                evidence.Items(name).Select(text => Terminal.Plain(text.ToString()));
        }
    }

    public void Write(IAnsiConsole console)
    {
        console.Write(Header());
        foreach (var remark in Remarks)
            console.Write(new Text($"! {remark}\n", Color.Yellow));
        if (Components.Count > 0)
            Part(console, "Components", RunTable.OfComponents(Components, console.Profile.Width));
        if (Related())
            Part(console, "Tree", Drawn());
        if ((Run.Member("evidenceRef") ?? default).Member("from") is { ValueKind: JsonValueKind.Object } from)
            Part(console, "Evidence", Evidence(from));
    }

    static void Part(IAnsiConsole console, string title, IRenderable part)
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
        Line("Error", Run.Text("errorRef"));
        Line("Started", Screen.Shown(Run.Time("startedAt")));
        Line("Ended", Ended());
        Line("Correlation", Run.Text("correlationId"));
        Line("Parent", Run.Text("parentRunId"));
        Line("Source", Run.Text("sourceSystem"));
        Line("Key", Run.Text("idempotencyKey"));
        Line("Input", Run.Text("inputRef"));
        Line("Output", Run.Text("outputRef"));
        Line("Archived", Screen.Shown(Run.Time("archivedAt")));
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
        return Screen.Took(started, ended) is { Length: > 0 } took
            ? $"{Screen.Shown(ended)} after {took}"
            : Screen.Shown(ended);
    }

    static string Why(JsonElement flag)
    {
        var what = (flag.Text("flag"), flag.Text("limit")) switch
        {
            ("stuck", "start") => "Stuck: it was observed and did not start within",
            ("stuck", "run") => "Stuck: it started and did not end within",
            ("stuck", "quiet") => "Stuck: nothing was heard of it for",
            ("orphan", _) => "Orphan: its counterpart was not seen within",
            var (kind, limit) => $"{kind}: the limit {limit} is over,",
        };
        return $"{what} {flag.Text("value")}. Last observed {Screen.Shown(flag.Time("lastObservedAt"))}, "
            + $"flagged {Screen.Shown(flag.Time("flaggedAt"))}.";
    }

    bool Related() => Tree.Items("ancestors").Any() || Tree.Text("unseenParentId") is not null
        || (Tree.Member("run") ?? default).Items("children").Any();

    Tree Drawn()
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
            run.Text("status") ?? "", Screen.Of(run.Text("status")));
        if (Screen.Took(run.Time("startedAt"), run.Time("endedAt")) is { Length: > 0 } took)
            line.Append($" {took}");
        return line.Append($"  {run.Text("processRunId")}", Color.Grey);
    }

    static Grid Evidence(JsonElement from)
    {
        var grid = new Grid().AddColumn(new GridColumn { NoWrap = true }).AddColumn();
        foreach (var one in from.EnumerateObject())
        {
            grid.AddRow(
                new Text($"{Terminal.Plain(one.Name)}\n{Screen.Shown(one.Value.Time("at"))}"),
                new Text(Terminal.Plain(JsonSerializer.Serialize(one.Value.Member("value"), Cli.Json.Indented))));
        }

        return grid;
    }
}
