using System.CommandLine;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RunLedger.Retention;
using RunLedger.Schema;
using RunLedger.Service.Actions;
using RunLedger.Service.Database;
using RunLedger.Service.Settings;
using RunLedger.Storage;

namespace RunLedger.Service.Host;

/// <summary>
/// The ledger that the verbs of retention and archive work on, with the options <c>serve</c> would have: PostgreSQL
/// where a string names it, else the embedded file. Exit codes of such a verb: 0 done, 1 the answer is no, 2 the ledger
/// or its archive could not be used.
/// </summary>
sealed class ArchiveTarget : IAsyncDisposable
{
    public const int Done = 0;
    public const int No = 1;
    const int NotUsed = 2;

    readonly ServiceProvider _services;

    ArchiveTarget(RunLedgerOptions options)
    {
        _services = new ServiceCollection().AddSingleton(options).AddLedgerStorage().BuildServiceProvider();
        Options = options;
        Store = _services.GetRequiredService<IArchiveStore>();
        Files = new(options);
        Periods = new(options);
    }

    public RunLedgerOptions Options { get; }
    public IArchiveStore Store { get; }
    public ArchiveFiles Files { get; }
    public RetentionPeriods Periods { get; }
    public ArchiveRestore Restoring => new(Store, Files, TimeProvider.System);

    public RetentionSweep Sweep => new(
        Store,
        Files,
        new(Store, Files, TimeProvider.System, NullLogger<ArchiveCompaction>.Instance),
        Periods,
        new ArchiveState(),
        Options,
        TimeProvider.System,
        NullLogger<RetentionSweep>.Instance);

    /// <summary>Does what is to be seen among the actions later, as the login this runs under.</summary>
    public Task<T> Noted<T>(
        string action,
        string subject,
        Func<Task<(T Result, string Outcome)>> work,
        CancellationToken cancellationToken) =>
        new ActionLog(_services.GetRequiredService<ILedgerTransactions>(), TimeProvider.System).Around(
            Environment.UserName, action, subject, null, null, work, cancellationToken);

    public static Option<string> Connection() => new("--connection")
    {
        Description = "Npgsql connection string; without it ConnectionStrings__Postgres of the environment, "
            + "and without that the embedded file",
        HelpName = "string",
        Recursive = true,
    };

    /// <summary>Does a verb's work and says on one line why it could not.</summary>
    public static async Task<int> Run(
        ParseResult parsed,
        Option<string> connection,
        IConfiguration configuration,
        Func<ArchiveTarget, TextWriter, Task<int>> verb)
    {
        var streams = parsed.InvocationConfiguration;
        PostgresTarget? postgres = null;
        try
        {
            var options = new RunLedgerOptions();
            LedgerSettings.Apply(configuration, options);
            options.Postgres = parsed.GetValue(connection) ?? options.Postgres;
            if (new RunLedgerOptionsValidation().Validate(null, options) is { Failed: true } faulty)
                return await Fail($"The settings cannot be used: {faulty.FailureMessage}");
            if (options.Postgres is { } connectionString)
            {
                postgres = PostgresTarget.Read(connectionString, configuration);
                if (postgres.ConnectionString is null)
                    return await Fail(postgres.Fault);
            }
            else if (!File.Exists(options.SqliteFile))
            {
                return await Fail($"There is no ledger: {Path.GetFullPath(options.SqliteFile)} does not exist, and "
                    + "ConnectionStrings__Postgres is not set.");
            }

            await using var target = new ArchiveTarget(options);
            return await verb(target, streams.Output);
        }
        catch (ArchiveException e)
        {
            return await Fail(e.Message);
        }
        catch (OptionsValidationException e)
        {
            return await Fail($"The settings cannot be used: {e.Message}");
        }
        catch (Exception e) when (postgres?.Describe((e as StoreException)?.InnerException ?? e) is { } fault)
        {
            return await Fail(fault);
        }
        catch (Exception e) when (e is SqliteException or StoreException)
        {
            return await Fail($"The ledger cannot be used: {(e.InnerException ?? e).Message}");
        }

        async Task<int> Fail(string why)
        {
            await streams.Error.WriteLineAsync(why);
            return NotUsed;
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
