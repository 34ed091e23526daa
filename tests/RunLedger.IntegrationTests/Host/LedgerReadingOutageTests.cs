using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using RunLedger.IntegrationTests.Storage.Postgres;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Service.Database;
using RunLedger.Service.Database.Postgres;
using RunLedger.Service.Host;
using RunLedger.Service.Runs;
using RunLedger.Testing.Conformance;
using Xunit;

namespace RunLedger.IntegrationTests.Host;

public sealed class LedgerReadingOutageTests() : ReadingSuite(new PostgresProvider())
{
    [Fact]
    public async Task Missing_tables_are_503_and_name_the_command_that_makes_them()
    {
        await Ledger.Execute("drop table rejected_observation");

        var problem = await Ledger.Problem("/api/rejected", HttpStatusCode.ServiceUnavailable);

        Assert.Contains("schema apply", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_connection_that_is_cut_costs_one_answer_at_most()
    {
        await Ledger.Run(Id(1));
        await Ledger.Get("/api/runs");
        await Ledger.Execute("""
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()
            """);

        using (await Ledger.Client.GetAsync("/api/runs"))
        {
        }
        await Ledger.Get("/api/runs");
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Timeout=2")]
    [InlineData("Database=no_such_database")]
    [InlineData("Password=wrong")]
    public async Task A_database_that_cannot_be_entered_is_503_without_a_stack_trace(string change)
    {
        var server = new NpgsqlConnectionStringBuilder(((PostgresLedger)Ledger).ConnectionString);
        foreach (var setting in change.Split(';').Select(pair => pair.Split('=')))
        {
            server[setting[0]] = setting[1];
        }
        await using var away = NpgsqlDataSource.Create(server);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton(new RunLedgerOptions());
        builder.Services.AddLedgerReading(new PostgresDialect(away));
        await using var app = builder.Build();
        app.MapLedgerReading();
        await app.StartAsync(TestContext.Current.CancellationToken);

        using var response = await app.GetTestClient().GetAsync("/api/runs", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter?.Delta);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("Exception", body, StringComparison.Ordinal);
    }
}
