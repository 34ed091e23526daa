using System.CommandLine;
using System.Text.Json;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Output;
using RunLedger.Journal;

namespace RunLedger.Cli.Journal;

/// <summary>
/// <c>journal compare</c>: each row of the ledger that is not what the log says. Exit codes: 0 all are, 1 some are not
/// or the log says nothing, 2 it could not.
/// </summary>
static class CompareCommand
{
    /// <summary>So many are looked at again, in case they were on their way.</summary>
    const int MostAgain = 20_000;

    const int Rounds = 20;

    static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public static Command Create(JournalOptions options, TimeProvider time)
    {
        var with = JournalCommand.Schema(
            "--schema", "A schema to rebuild in and keep, or one that is rebuilt; without it one is made and dropped");
        var json = JournalCommand.Json();
        var command = new Command("compare", "Name each row of the ledger that is not what the log says")
        {
            with, json,
        };
        command.SetHandler((parsed, cancellationToken) => JournalSession.Run(parsed, options, time, async session =>
        {
            if (await session.Reader.Ends(cancellationToken) is not { } ends)
            {
                await session.Output.WriteLineAsync(parsed.GetValue(json)
                    ? JsonSerializer.Serialize(new { stream = session.Reader.Stream, messages = 0 }, Json.Indented)
                    : $"{session.Reader.Stream} is empty: there is nothing to compare.");
                return ExitCodes.Failure;
            }

            var kept = parsed.GetValue(with);
            var schema = new JournalSchema(session.ConnectionString, kept ?? $"journal_{Guid.CreateVersion7():n}");
            try
            {
                return await Compare(session, schema, ends, parsed.GetValue(json), time, cancellationToken);
            }
            finally
            {
                if (kept is null)
                    await schema.Drop(CancellationToken.None);
            }
        }));
        return command;
    }

    static async Task<int> Compare(
        JournalSession session, JournalSchema schema, JournalEnds ends, bool json, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var progress = await schema.Open(cancellationToken);
        if (progress is not null && progress.Stream != session.Reader.Stream)
        {
            throw new CliException(
                $"The schema {schema.Name} is rebuilt from {progress.Stream}: name another, or drop it.");
        }

        progress = await session.Rebuild(schema, progress, ends, cancellationToken);
        var comparison = new JournalComparison(session.ConnectionString, schema.Name, progress.CoversFrom);
        var (found, older) = await Find(comparison, null, cancellationToken);
        var archived = comparison.Archived;
        // What is on its way is in the log, and will be in the tables: while anything moves it is waited for.
        for (int round = 0, still = 0; found.Count is > 0 and <= MostAgain && round < Rounds && still < 2; round++)
        {
            var before = (progress.Last, found.Count, await session.Waiting(cancellationToken));
            await Task.Delay(Pause, time, cancellationToken);
            if (await session.Reader.Ends(cancellationToken) is { } now && now.Last > progress.Last)
                progress = await session.Rebuild(schema, progress, now, cancellationToken);
            (found, _) = await Find(
                comparison, found.ConvertAll(one => one.Id).Distinct().ToArray(), cancellationToken);
            still = before == (progress.Last, found.Count, await session.Waiting(cancellationToken)) ? still + 1 : 0;
        }

        var (missing, others) = await comparison.Rejected(cancellationToken);
        var (runs, components) = await comparison.Count(cancellationToken);
        var report = new ComparisonReport(progress, found, older, archived, missing, others, runs, components)
        {
            Waiting = found.Count > 0 ? await session.Waiting(cancellationToken) : 0,
        };
        if (json)
            await session.Output.WriteLineAsync(report.Json());
        else
        {
            session.Say(progress);
            await report.Write(session.Output);
        }

        return report.IsSame ? ExitCodes.Success : ExitCodes.Failure;
    }

    static async Task<(List<JournalDifference> Found, long Older)> Find(
        JournalComparison comparison, Guid[]? only, CancellationToken cancellationToken)
    {
        var (found, older) = (new List<JournalDifference>(), 0L);
        await comparison.Find(
            only,
            difference =>
            {
                if (difference.IsOlder)
                    older++;
                else
                    found.Add(difference);
            },
            cancellationToken);
        return (found, older);
    }
}
