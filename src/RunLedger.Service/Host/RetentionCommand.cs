using System.CommandLine;
using System.Globalization;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Service.Actions;
using Spectre.Console;

namespace RunLedger.Service.Host;

/// <summary><c>retention preview | run</c>: what leaves the ledger's tables.</summary>
static class RetentionCommand
{
    const int SlicesAtOnce = 16;

    public static Command Create(IConfiguration configuration, TimeProvider time)
    {
        var connection = ArchiveTarget.Connection();
        var preview = new Command("preview", "Show what would leave the tables now; changes nothing");
        preview.SetAction((parsed, cancellationToken) =>
            ArchiveTarget.Run(parsed, connection, configuration, async (target, output) =>
            {
                Show(output, target, await target.Store.Preview(
                    target.Periods, LedgerTime.Time(LedgerTime.Of(time.GetUtcNow())), cancellationToken));
                return ArchiveTarget.Done;
            }));
        var run = new Command("run", "Archive what is over now, as serve does every so often; safe beside it");
        run.SetAction((parsed, cancellationToken) =>
            ArchiveTarget.Run(parsed, connection, configuration, async (target, output) =>
            {
                var due = await target.Store.Preview(
                    target.Periods, LedgerTime.Time(LedgerTime.Of(time.GetUtcNow())), cancellationToken);
                return await target.Noted(ActionNames.RetentionRun, "all", async () =>
                {
                    var runs = await Run(output, target, due.Sum(one => one.Runs), cancellationToken);
                    return (
                        ArchiveTarget.Done, string.Create(CultureInfo.InvariantCulture, $"archived {runs:N0} runs"));
                }, cancellationToken);
            }));
        return new("retention", "Runs whose time in the ledger's tables is over") { connection, preview, run };
    }

    static void Show(TextWriter output, ArchiveTarget target, IReadOnlyList<DueRuns> due)
    {
        if (due.Count == 0)
        {
            output.WriteLine("Nothing is over.");
            return;
        }

        var table = new Table().AddColumns("Status", "Candidate", "Period", "Runs", "Settled first", "Settled last");
        foreach (var one in due)
        {
            table.AddRow(
                one.Status,
                Markup.Escape(one.Candidate),
                target.Periods.Of(one.Candidate, one.Status)!.Value.ToString("c", CultureInfo.InvariantCulture),
                one.Runs.ToString("N0", CultureInfo.InvariantCulture),
                LedgerTime.Text(one.Oldest),
                LedgerTime.Text(one.Newest));
        }

        SchemaReport.Console(output).Write(table);
        output.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{due.Sum(one => one.Runs):N0} runs would leave."));
    }

    static async Task<long> Run(
        TextWriter output, ArchiveTarget target, long expected, CancellationToken cancellationToken)
    {
        long runs = 0, components = 0;
        await SchemaReport.Console(output).Progress().StartAsync(async context =>
        {
            var bar = context.AddTask("archiving", maxValue: Math.Max(1, expected));
            for (SettledPoint? after = null; ;)
            {
                after = await target.Sweep.Once(after, SlicesAtOnce, moved =>
                {
                    runs += moved.Runs;
                    components += moved.Components;
                    bar.Value = runs;
                }, cancellationToken);
                if (after is null)
                    break;
            }

            bar.Value = bar.MaxValue;
        });
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{runs:N0} runs with {components:N0} components are archived{Where(target)}."));
        return runs;
    }

    static string Where(ArchiveTarget target) =>
        target.Options.Archive.Directory is { } directory ? $", also in {Path.GetFullPath(directory)}" : "";
}
