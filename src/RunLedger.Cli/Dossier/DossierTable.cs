using System.Globalization;
using System.Text.Json;
using RunLedger.Cli.Output;
using Spectre.Console;

namespace RunLedger.Cli.Dossier;

/// <summary>The figures of a dossier as people read them, gaps in what was seen first.</summary>
static class DossierTable
{
    public static void Write(IAnsiConsole console, JsonElement document, string? keyId)
    {
        var (observed, ledger) = (document.GetProperty("observed"), document.GetProperty("ledger"));
        var table = new Table().HideHeaders().AddColumns("", "");
        void Row(string what, string value) => table.AddRow(Markup.Escape(what), Markup.Escape(value));
        table.Title(Markup.Escape($"{document.Text("candidate")} as of {document.Text("asOf")}"));
        var gaps = observed.GetProperty("gaps");
        Row("Days with runs, without", $"{gaps.Text("days")}, {gaps.Text("daysWithout")}");
        Row("Longest silence", gaps.Member("longestSilence") is { ValueKind: JsonValueKind.Object } silence
            ? $"{Seconds(silence, "seconds")}, from {silence.Text("from")}"
            : "one run alone");
        Row("Since the last run", Seconds(gaps, "sinceLastRunSeconds"));
        var runs = observed.GetProperty("runs");
        Row("Runs", $"{runs.Text("total")}: {runs.Text("completed")} completed, {runs.Text("failed")} failed, "
            + $"{runs.Text("cancelled")} cancelled, {runs.Text("open")} open");
        var success = observed.GetProperty("success");
        Row("Success rate", $"{success.Text("rate") ?? "none ended"}, within {success.Text("lower")} and "
            + $"{success.Text("upper")} ({success.Text("interval")})");
        Row(
            $"Lower bound of {success.Text("targetLower")}",
            $"{success.Text("completedRunsToTarget")} more completed runs in a row");
        var durations = observed.GetProperty("durations");
        Row("Durations", $"median {Seconds(durations, "p50Seconds")}, 95 % {Seconds(durations, "p95Seconds")}, "
            + $"mean {Seconds(durations, "meanSeconds")}");
        var parts = observed.GetProperty("components");
        Row("Producer and verifier", $"in {parts.Text("runsWithBoth")} runs");
        Row("More than one attempt", $"{observed.GetProperty("attempts").Text("runsWithMoreThanOne")} runs");
        Row("Overruled ends", $"{observed.GetProperty("overruled").Text("runsWithOtherEnds")} runs");
        Row("Stuck, orphans (ever)",
            $"{ledger.GetProperty("stuck").Text("ever")}, {ledger.GetProperty("orphans").Text("ever")}");
        foreach (var failure in observed.Items("failures"))
            Row($"{failure.Text("count")} × {failure.Text("component") ?? "run"}", failure.Text("error") ?? "");
        Row("Signed", keyId is null ? "by nobody: the ledger has no signing key" : $"with the key {keyId}");
        console.Write(table);
    }

    static string Seconds(JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Number } value
            ? string.Create(CultureInfo.InvariantCulture, $"{value.GetDecimal():0.###} s")
            : "unknown";
}
