using Npgsql;
using RunLedger.Broker;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Options;
using RunLedger.Cli.Output;
using RunLedger.Cli.Runs;
using RunLedger.Cli.Transport;
using RunLedger.Schema;
using Spectre.Console;

namespace RunLedger.Cli.DryRun;

/// <summary>The four steps of a dry run. The first that fails says what to do and ends it.</summary>
sealed class DryRunPlan(
    IAnsiConsole console,
    PostgresTarget postgres,
    string[] guards,
    LedgerApiClient ledger,
    BrokerAddress? broker,
    TimeSpan wait,
    TimeProvider time)
{
    /// <summary>How many tables are counted where none is named.</summary>
    public const int MaxGuards = 20;

    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    readonly SyntheticRun _run = new(time);

    public async Task<int> Run(bool yes, CancellationToken cancellationToken)
    {
        (string What, Func<CancellationToken, Task> Do)[] steps =
        [
            ($"Rehearse the tables on {postgres.Fault}: everything in one transaction that rolls back", Rehearse),
            ("Apply the tables", Apply),
            ($"Send one run with source_system dry_run to {broker?.DisplayText ?? ledger.DisplayAddress}", Send),
            ("Wait for it in the ledger, and show it", Show),
        ];
        foreach (var (i, (what, act)) in steps.Index())
        {
            WriteLine($"{i + 1}/{steps.Length} {what}", new Style(decoration: Decoration.Bold));
            if (!yes && !await console.ConfirmAsync("Go on?", defaultValue: false, cancellationToken))
            {
                WriteLine($"Stopped before step {i + 1}: nothing of it was done.");
                return ExitCodes.Failure;
            }

            try
            {
                await act(cancellationToken);
            }
            catch (Exception e) when (Describe(e) is { } words)
            {
                throw new CliException($"Step {i + 1} failed: {words}", ExitCodes.Failure);
            }

            console.WriteLine();
        }

        WriteLine("All of it works. Next: let your services publish (RunLedger.Client, or runledger observe -- "
            + $"command), and look at {ledger.DisplayAddress} or with runledger runs list.");
        return ExitCodes.Success;
    }

    async Task Rehearse(CancellationToken cancellationToken)
    {
        var report = await SchemaRehearsal.Run(
            postgres.ConnectionString!,
            guards.Length > 0 ? guards : await OtherTables(cancellationToken),
            cancellationToken);
        foreach (var (what, seen, good) in report.Lines)
            WriteLine(
                $"  {(good ? "ok" : "FAILED")} {what}: {string.Join(", ", seen.Split('\n'))}",
                good ? Style.Plain : new Style(Color.Red));
        if (!report.Passed)
        {
            throw new CliException("The rehearsal did not pass, and nothing was changed. Mend what is marked as "
                + "failed, then run dry-run again.");
        }
    }

    async Task Apply(CancellationToken cancellationToken)
    {
        var applied = await new LedgerSchema(postgres.ConnectionString!).Apply(cancellationToken);
        WriteLine(applied.Count == 0
            ? "  Nothing to apply: the tables are up to date."
            : $"  Applied {string.Join(", ", applied)}.");
    }

    async Task Send(CancellationToken cancellationToken)
    {
        if (broker is not null)
        {
            foreach (var message in _run.Messages)
                await RabbitMqTransport.Publish(broker, message, cancellationToken);
        }
        else
        {
            foreach (var message in _run.Messages)
            {
                var answer = await ledger.Post("api/observations", message, cancellationToken: cancellationToken);
                if (answer is not { Rejected: [] })
                    throw new CliException($"the ledger refuses it: {answer?.Rejected[0].Reason}");
            }
        }

        WriteLine($"  Sent {_run.Messages.Count} messages of run {_run.Id}.");
    }

    async Task Show(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        RunView? view = null;
        while (view is null)
        {
            view = await Find(cancellationToken);
            if (view is null && time.GetElapsedTime(start) > wait)
            {
                throw new CliException(
                    $"{ledger.DisplayAddress} has not all of run {_run.Id} after {wait.TotalSeconds:0} s. "
                    + $"Look at {ledger.DisplayAddress}health/ready and {ledger.DisplayAddress}api/rejected, "
                    + "and whether its ConnectionStrings__RabbitMq is the one used here.");
            }

            if (view is null)
                await Task.Delay(PollInterval, time, cancellationToken);
        }

        if (!await IsInTable(cancellationToken))
        {
            throw new CliException(
                $"{ledger.DisplayAddress} has the run, but not in {postgres.Fault}: start the service with the "
                + "ConnectionStrings__Postgres used here.");
        }

        view.Write(console);
    }

    /// <summary>The run; null until the ledger has all of it.</summary>
    async Task<RunView?> Find(CancellationToken cancellationToken)
    {
        try
        {
            var view = await RunView.Load(ledger, _run.Id, cancellationToken);
            return view.Run.Text("status") == "completed"
                && view.Components is [var one]
                && one.Text("status") == "step_completed" ? view : null;
        }
        catch (CliException e) when (e.ExitCode == ExitCodes.Failure)
        {
            return null;
        }
    }

    async Task<bool> IsInTable(CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(postgres.ConnectionString!);
        await using var command = database.CreateCommand(
            "select count(*) from process_run_observation where process_run_id = $1");
        command.Parameters.AddWithValue(_run.Id);
        return await command.ExecuteScalarAsync(cancellationToken) is 1L;
    }

    /// <summary>Tables of others in the schema that will hold the ledger's.</summary>
    async Task<List<string>> OtherTables(CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(postgres.ConnectionString!);
        await using var command = database.CreateCommand("""
            select format('%I.%I', n.nspname, c.relname)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = current_schema() and c.relkind in ('r', 'p') and not c.relname = any ($1)
              and has_table_privilege(c.oid, 'select')
            order by c.relname limit $2
            """);
        command.Parameters.AddWithValue((string[])[.. SchemaScript.Tables, LedgerSchema.JournalTable]);
        command.Parameters.AddWithValue(MaxGuards);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<string> names = [];
        while (await reader.ReadAsync(cancellationToken))
            names.Add(reader.GetString(0));
        return names;
    }

    string? Describe(Exception e) => e switch
    {
        CliException or SchemaException => e.Message,
        _ => postgres.Describe(e),
    };

    void WriteLine(string text, Style? style = null) =>
        console.Write(new Text(TerminalText.Sanitize(text) + "\n", style));
}
