using System.CommandLine;
using RunLedger.Cli.Errors;
using RunLedger.Journal;

namespace RunLedger.Cli.Journal;

/// <summary>
/// <c>journal rebuild</c>: the ledger's rows as the log makes them. Exit codes: 0 done, 2 it could not.
/// </summary>
static class RebuildCommand
{
    public static Command Create(JournalOptions options, TimeProvider time)
    {
        var into = JournalCommand.Schema("--into", "The PostgreSQL schema to make the tables in, of the same database");
        into.Required = true;
        var replace = new Option<bool>("--replace") { Description = "Begin anew where a rebuild is in the schema" };
        var goOn = new Option<bool>("--continue")
        {
            Description = "Read on from where a rebuild that is done has ended",
        };
        var command = new Command("rebuild", "Make the ledger's tables anew from what was published, in another schema")
        {
            into, replace, goOn,
        };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(replace) && parsed.GetValue(goOn))
                parsed.AddError("--replace begins anew and --continue goes on: give one.");
        });
        command.SetHandler((parsed, cancellationToken) => JournalSession.Run(parsed, options, time, async session =>
        {
            var schema = new JournalSchema(session.ConnectionString, parsed.GetValue(into)!);
            if (await session.Reader.Ends(cancellationToken) is not { } ends)
            {
                await session.Output.WriteLineAsync($"{session.Reader.Stream} is empty: there is nothing to rebuild.");
                return ExitCodes.Success;
            }

            var progress = await schema.Open(cancellationToken);
            if (parsed.GetValue(replace))
            {
                await schema.Clear(cancellationToken);
                progress = null;
            }
            else if (progress is not null && progress.Stream != session.Reader.Stream)
            {
                throw new CliException(
                    $"The schema {schema.Name} is rebuilt from {progress.Stream}: name another, or give --replace.");
            }
            else if (progress is { IsDone: true } && !parsed.GetValue(goOn))
            {
                throw new CliException(
                    $"The schema {schema.Name} is rebuilt up to offset {progress.Last}: give --continue for what came "
                    + "since, or --replace to begin anew.");
            }

            session.Say(await session.Rebuild(schema, progress, ends, cancellationToken));
            return ExitCodes.Success;
        }));
        return command;
    }
}
