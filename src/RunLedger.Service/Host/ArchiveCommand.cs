using System.CommandLine;
using System.Globalization;
using RunLedger.Retention;
using RunLedger.Service.Actions;

namespace RunLedger.Service.Host;

/// <summary><c>archive verify | restore</c>: what left the ledger's tables.</summary>
static class ArchiveCommand
{
    public static Command Create(IConfiguration configuration)
    {
        var connection = ArchiveTarget.Connection();
        var verify = new Command("verify", "Check every file of the archive against its manifest and the database");
        verify.SetAction((parsed, cancellationToken) => ArchiveTarget.Run(
            parsed, connection, configuration, (target, output) => Verify(target, output, cancellationToken)));
        return new("archive", "Runs that have left the ledger's tables")
        {
            connection, verify, Restore(connection, configuration),
        };
    }

    static Command Restore(Option<string> connection, IConfiguration configuration)
    {
        var run = new Option<Guid?>("--run") { Description = "One run, by its id or an alias", HelpName = "ID" };
        var month = new Option<string?>("--month")
        {
            Description = "The runs that were settled in a month, UTC",
            HelpName = "YYYY-MM",
        };
        var command =
            new Command("restore", "Put runs back into the ledger's tables; their period begins anew") { run, month };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(run) is null == parsed.GetResult(month) is null)
                parsed.AddError("Say what to put back: --run ID or --month YYYY-MM.");
            if (parsed.GetResult(month) is not null && Month(parsed.GetValue(month)) is null)
                parsed.AddError("--month is a month such as 2026-08.");
        });
        command.SetAction((parsed, cancellationToken) =>
            ArchiveTarget.Run(parsed, connection, configuration, async (target, output) =>
            {
                if (parsed.GetValue(run) is { } id)
                {
                    var found = await target.Noted(ActionNames.ArchiveRestore, $"{id}", async () =>
                    {
                        var run = await target.Restoring.Run(id, cancellationToken);
                        return (run, run is null ? "not in the archive" : "restored");
                    }, cancellationToken);
                    if (found is not { } back)
                    {
                        await output.WriteLineAsync(
                            $"The archive has no run {id}: it never had, or the run is in the ledger's tables.");
                        return ArchiveTarget.No;
                    }

                    await output.WriteLineAsync($"Run {back} is back with its components.");
                    return ArchiveTarget.Done;
                }

                var count = await target.Noted(ActionNames.ArchiveRestore, parsed.GetValue(month)!, async () =>
                {
                    var runs = await target.Restoring.Month(
                        Month(parsed.GetValue(month))!.Value, null, cancellationToken);
                    return (runs, string.Create(CultureInfo.InvariantCulture, $"restored {runs:N0} runs"));
                }, cancellationToken);
                await output.WriteLineAsync(
                    string.Create(CultureInfo.InvariantCulture, $"{count:N0} runs are back with their components."));
                return count > 0 ? ArchiveTarget.Done : ArchiveTarget.No;
            }));
        return command;
    }

    static async Task<int> Verify(ArchiveTarget target, TextWriter output, CancellationToken cancellationToken)
    {
        if (!target.Files.On)
        {
            await output.WriteLineAsync("Archive__Directory is not set: there are no files to check.");
            return ArchiveTarget.Done;
        }

        var left = await target.Store.Slices(cancellationToken);
        var (faults, runs, components) = (0, 0L, 0L);
        foreach (var slice in left)
        {
            if (target.Files.Fault(slice, cancellationToken) is { } fault)
            {
                faults++;
                await output.WriteLineAsync($"fault: {fault}");
            }

            runs += slice.Runs;
            components += slice.Components;
        }

        foreach (var note in ArchiveLeftovers.Of(target.Files.Folder, left))
            await output.WriteLineAsync($"note: {note}");

        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{left.Count:N0} slices with {runs:N0} runs and {components:N0} components: "
            + $"{(faults == 0 ? "all as written" : $"{faults:N0} faulty")}."));
        return faults == 0 ? ArchiveTarget.Done : ArchiveTarget.No;
    }

    static DateTime? Month(string? text) =>
        DateTime.TryParseExact(
            text,
            "yyyy-MM",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var month)
            ? month
            : null;
}
