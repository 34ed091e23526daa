using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Service.Host;
using RunLedger.Storage.Sqlite;

namespace RunLedger.Tests.Support;

/// <summary>
/// The service as `serve` builds it without connection strings, on a file and a port of the test's own.
/// </summary>
sealed class EmbeddedLedger : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly string _file;

    EmbeddedLedger(WebApplication app, string file)
    {
        _app = app;
        _file = file;
        var address = app.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses
            .First();
        Client = new HttpClient { BaseAddress = new Uri(address) };
    }

    public HttpClient Client { get; }
    public IServiceProvider Services => _app.Services;
    public string ConnectionString => LedgerStore.ConnectionString(_file);

    public static Task<EmbeddedLedger> Start(params string[] settings) => Start(TimeProvider.System, settings);

    public static async Task<EmbeddedLedger> Start(TimeProvider time, params string[] settings)
    {
        var file = Path.Combine(Path.GetTempPath(), $"run-ledger-{Guid.CreateVersion7()}.db");
        // Without meters: each host of the process would listen to those of all others, and tests have hundreds.
        var app = LedgerHost.Build(
            [
                "--urls", "http://127.0.0.1:0", "--OTEL_SDK_DISABLED", "true", "--ConnectionStrings:Postgres=",
                "--ConnectionStrings:RabbitMq=", "--RunLedger:SqliteFile", file, "--Logging:LogLevel:Default",
                "Warning", "--RunLedger:Deadlines:SweepEvery", "3650.00:00:00", "--RunLedger:Unlike:LookEvery",
                "3650.00:00:00", .. settings,
            ],
            time);
        await app.StartAsync();
        return new EmbeddedLedger(app, file);
    }

    public async Task<(int Status, string Body)> Post(string route, HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, route) { Content = content };
        // The server is asked before the body is sent: a refusal comes at once.
        request.Headers.ExpectContinue = true;
        using var response = await Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The first column of every row, straight from the file.</summary>
    public List<string> List(string sql)
    {
        using var connection = new SqliteConnection(ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var list = new List<string>();
        while (reader.Read())
            list.Add(reader.IsDBNull(0) ? "" : reader.GetString(0));
        return list;
    }

    public Task Stop() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        File.Delete(_file);
    }
}
