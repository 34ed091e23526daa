using System.Globalization;
using Npgsql;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Support.Databases;

/// <summary>A primary, its standby, and a service without a broker that reads from both.</summary>
public sealed class StandbySite : IAsyncLifetime
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    readonly List<LedgerProcess> _others = [];
    OwnPostgres _primary = null!;
    NpgsqlDataSource _onPrimary = null!;
    NpgsqlDataSource _onStandby = null!;

    internal OwnPostgres Standby { get; private set; } = null!;

    internal LedgerProcess Ledger { get; private set; } = null!;

    /// <summary>The primary as a service has it.</summary>
    public string Primary => ServiceLogin.Of(_primary.ConnectionString);

    public async ValueTask InitializeAsync()
    {
        _primary = await OwnPostgres.Create();
        Standby = await _primary.Standby();
        _onPrimary = NpgsqlDataSource.Create(_primary.ConnectionString);
        _onStandby = NpgsqlDataSource.Create(Standby.ConnectionString);
        Ledger = await Start(ServiceLogin.Of(Standby.ConnectionString));
        await Says("standby");
    }

    /// <summary>Another service beside the first.</summary>
    internal async Task<LedgerProcess> Start(string reading)
    {
        var ledger = await LedgerProcess.Start(Primary, new Uri("amqp://nobody"), new()
        {
            ["ConnectionStrings__RabbitMq"] = "",
            ["ConnectionStrings__PostgresReading"] = reading,
            ["Standby__MaxBehind"] = "00:00:01",
            ["Standby__ActionWait"] = "00:00:03",
        });
        _others.Add(ledger);
        return ledger;
    }

    /// <summary>What is committed on the primary is not to be read on the standby, until it goes on.</summary>
    public Task Pause() => OnStandby("select pg_wal_replay_pause()");

    public Task Resume() => OnStandby("select pg_wal_replay_resume()");

    /// <summary>The standby has all that is committed.</summary>
    public async Task CatchUp()
    {
        var place = await Text(_onPrimary, "select pg_current_wal_insert_lsn()::text");
        await Until(
            async () => await Text(_onStandby, $"select (pg_last_wal_replay_lsn() >= '{place}')::text") == "true",
            "the standby does not catch up");
    }

    /// <summary>Says that a run began, which is committed on the primary when this returns.</summary>
    public async Task<Guid> Begin()
    {
        var run = Guid.CreateVersion7();
        var (status, _, body) = await Ledger.Post("/api/observations", $$"""
            {"type":"RunStarted","processRunId":"{{run}}","processCandidateCode":"PROC-CAND:dot:kg",
             "correlationId":"c","sourceSystem":"dot_runtime","occurredAt":"{{Now}}"}
            """);
        Assert.True(status == 202, body);
        return run;
    }

    /// <summary>What the status of a run is on the primary.</summary>
    public async Task<string> Status(Guid run) =>
        await Text(_onPrimary, $"select status from process_run_observation where process_run_id = '{run}'");

    /// <summary>Answers begin to say that they are from there.</summary>
    internal Task Says(string source, LedgerProcess? ledger = null) => Eventually.Async(
        async () => await Source(ledger) is var said && !said.StartsWith(source, StringComparison.Ordinal)
            ? $"it says {said}, not {source}"
            : null,
        Limit,
        () => (ledger ?? Ledger).Output);

    /// <summary>Where an answer says that it is from.</summary>
    internal async Task<string> Source(LedgerProcess? ledger = null)
    {
        using var answer = await (ledger ?? Ledger).Ask("/api/summary");
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        return answer.Headers.GetValues("RunLedger-Source").Single();
    }

    public Task Until(Func<Task<bool>> holds, string what) => Eventually.Async(
        async () =>
        {
            try
            {
                return await holds() ? null : what;
            }
            catch (NpgsqlException e)
            {
                // A connection of before the server was killed.
                return e.Message;
            }
        },
        Limit,
        () => Ledger.Output);

    public Task OnPrimary(string sql) => Execute(_onPrimary, sql);

    public Task OnStandby(string sql) => Execute(_onStandby, sql);

    public Task<string> AskStandby(string sql) => Text(_onStandby, sql);

    public async ValueTask DisposeAsync()
    {
        foreach (var ledger in _others)
            await ledger.DisposeAsync();
        if (_onPrimary is not null)
            await _onPrimary.DisposeAsync();
        if (_onStandby is not null)
            await _onStandby.DisposeAsync();
        if (Standby is not null)
            await Standby.DisposeAsync();
        if (_primary is not null)
            await _primary.DisposeAsync();
    }

    static string Now => TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);

    static async Task Execute(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    static async Task<string> Text(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return $"{await command.ExecuteScalarAsync()}";
    }
}
