using RunLedger.Service.Actions;
using RunLedger.Service.Candidates;
using RunLedger.Service.Changes;
using RunLedger.Service.Channels;
using RunLedger.Service.Database;
using RunLedger.Service.Database.Postgres;
using RunLedger.Service.Database.Sqlite;
using RunLedger.Service.Dossier;
using RunLedger.Service.Expectations;
using RunLedger.Service.Failures;
using RunLedger.Service.Grid;
using RunLedger.Service.Incidents;
using RunLedger.Service.Overview;
using RunLedger.Service.Policies;
using RunLedger.Service.Rejected;
using RunLedger.Service.Runs;
using RunLedger.Service.Web;
using RunLedger.Storage;

namespace RunLedger.Service.Host;

/// <summary>The reading side of every feature, and the document that describes it.</summary>
static class LedgerReading
{
    public static IServiceCollection AddLedgerReading(this IServiceCollection services, ReadingDialect dialect) =>
        services
            .AddLedgerDatabase(dialect)
            .AddReadingOptions()
            .AddRuns()
            .AddPolicies()
            .AddRejected()
            .AddOverview()
            .AddFailures()
            .AddDossier()
            .AddChanges()
            .AddGrid()
            .AddCandidates()
            .AddExpectations()
            .AddChannels()
            .AddIncidents()
            .AddActions()
            .AddOpenApi();

    public static IEndpointRouteBuilder MapLedgerReading(this IEndpointRouteBuilder routes) => routes
        .MapRuns()
        .MapPolicies()
        .MapRejected()
        .MapOverview()
        .MapFailures()
        .MapDossier()
        .MapChanges()
        .MapGrid()
        .MapCandidates()
        .MapExpectations()
        .MapChannels()
        .MapIncidents()
        .MapActions();

    /// <summary>How the database that the options name is read.</summary>
    public static ReadingDialect Dialect(RunLedgerOptions ledger) => ledger.Provider switch
    {
        StorageProvider.Postgres => new PostgresDialect(Storage.Postgres.LedgerStore.Connect(ledger.Postgres!)),
        _ => new SqliteDialect(Storage.Sqlite.LedgerStore.ConnectionString(ledger.SqliteFile)),
    };
}
