using System.CommandLine;
using Microsoft.Extensions.Configuration;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.Service.Host;

namespace RunLedger.IntegrationTests.Demo;

/// <summary><c>demo</c> to the bus of <c>ConnectionStrings__RabbitMq</c>, as the README has it.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task Without_an_address_it_publishes_where_the_connection_string_says()
    {
        await using var site = await LedgerSite.Create();
        await site.Start();

        var (exitCode, output, error) = await Demo(site.Broker, "--runs", "20");

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains("about 20 runs", output, StringComparison.Ordinal);
        await Eventually.Async(
            async () =>
            {
                await using var count = site.Database.CreateCommand("select count(*) from process_run_observation");
                return await count.ExecuteScalarAsync() is long and var runs and not 20 ? $"{runs} runs" : null;
            },
            TimeSpan.FromSeconds(30));
        Assert.Empty(await LedgerRows.Rejected(site.Database));
    }

    [Fact]
    public async Task Without_a_ledger_on_the_broker_it_says_so_and_loses_nothing_in_silence()
    {
        await using var host = await VirtualHost.Create();

        var (exitCode, _, error) = await Demo(host.Address);

        Assert.Equal(2, exitCode);
        Assert.StartsWith("No ledger has a queue on this broker", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_does_not_answer_is_said_in_one_line()
    {
        var (exitCode, _, error) = await Demo(new Uri($"amqp://guest:guest@127.0.0.1:{LedgerProcess.FreePort()}/"));

        Assert.Equal(2, exitCode);
        Assert.StartsWith("RabbitMQ at amqp://127.0.0.1:", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    static async Task<(int ExitCode, string Output, string Error)> Demo(Uri broker, params string[] arguments)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:RabbitMq"] = $"{broker}" })
            .Build();
        var root = new RootCommand { DemoCommand.Create(configuration, TimeProvider.System) };
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var exitCode = await root.Parse(["demo", .. arguments])
            .InvokeAsync(new() { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        return (exitCode, output.ToString(), error.ToString());
    }
}
