using System.CommandLine;
using RunLedger.Schema;

namespace RunLedger.Service.Host;

/// <summary>
/// <c>schema apply | rollback | verify | rehearse</c>. Exit codes: 0 done, 1 the answer is no (refused, different,
/// rehearsal failed), 2 the database could not be asked.
/// </summary>
static class SchemaCommand
{
    const int Done = 0;
    const int No = 1;
    const int NotAsked = 2;

    public static Command Create(IConfiguration configuration)
    {
        var connection = new Option<string>("--connection")
        {
            Description = "Npgsql connection string; without it ConnectionStrings__Postgres of the environment",
            HelpName = "string",
            Recursive = true,
        };
        return new("schema", "The ledger's tables in PostgreSQL")
        {
            connection,
            Apply(),
            Rollback(),
            Verify(),
            Rehearse(),
        };

        Command Apply()
        {
            var command = new Command("apply", "Run the scripts that have not run yet; replicas may do so at once");
            command.SetAction((parsed, cancellationToken) => RunAsync(parsed, async (target, output) =>
            {
                var applied = await new LedgerSchema(target).Apply(cancellationToken);
                SchemaReport.Scripts(output, "applied", applied, "Nothing to apply: the schema is up to date.");
                return Done;
            }));
            return command;
        }

        Command Rollback()
        {
            var dropData = new Option<bool>("--drop-data") { Description = "Also when there are rows: they are lost" };
            var command = new Command("rollback", "Drop the ledger's tables; refuses while there are rows")
            {
                dropData,
            };
            command.SetAction((parsed, cancellationToken) => RunAsync(parsed, async (target, output) =>
            {
                var ran = await new LedgerSchema(target).Rollback(parsed.GetValue(dropData), cancellationToken);
                SchemaReport.Scripts(output, "ran", ran, "Nothing to roll back.");
                return Done;
            }));
            return command;
        }

        Command Verify()
        {
            var command = new Command("verify", "Compare the live tables with what the scripts promise");
            command.SetAction((parsed, cancellationToken) => RunAsync(parsed, async (target, output) =>
            {
                var differences = await SchemaVerification.Run(target, cancellationToken);
                SchemaReport.Differences(output, differences);
                return differences.Any(difference => difference.Failure) ? No : Done;
            }));
            return command;
        }

        Command Rehearse()
        {
            var guards = new Option<string[]>("--guard")
            {
                Description = "Tables that must not change: counted before and after",
                HelpName = "table",
                AllowMultipleArgumentsPerToken = true,
            };
            var command = new Command("rehearse", "Apply and write a run in one transaction that rolls back")
            {
                guards,
            };
            command.SetAction((parsed, cancellationToken) => RunAsync(parsed, async (target, output) =>
            {
                var report = await SchemaRehearsal.Run(target, parsed.GetValue(guards) ?? [], cancellationToken);
                SchemaReport.Rehearsal(output, report);
                return report.Passed ? Done : No;
            }));
            return command;
        }

        async Task<int> RunAsync(ParseResult parsed, Func<string, TextWriter, Task<int>> verb)
        {
            var streams = parsed.InvocationConfiguration;
            var target = PostgresTarget.Read(parsed.GetValue(connection), configuration);
            if (target.ConnectionString is null)
            {
                await streams.Error.WriteLineAsync(target.Fault);
                return NotAsked;
            }
            try
            {
                return await verb(target.ConnectionString, streams.Output);
            }
            catch (SchemaException e)
            {
                await streams.Error.WriteLineAsync(e.Message);
                return No;
            }
            catch (Exception e) when (target.Describe(e) is not null)
            {
                await streams.Error.WriteLineAsync(target.Describe(e));
                return NotAsked;
            }
        }
    }
}
