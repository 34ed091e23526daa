using System.Diagnostics;
using System.Globalization;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Journal;

public sealed class JournalOutageTests(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public async Task A_rebuild_that_is_killed_goes_on_and_over_a_broker_that_is_killed_makes_the_same_rows()
    {
        var traffic = new Traffic(15);
        List<Sent> sent = [.. traffic.SharedRuns(500), .. traffic.Runs(12_000)];
        var expected = Oracle.Rows(sent);
        await using var broker = await OwnBroker.Create();
        await using var site = await JournalSite.On(broker.Address);
        await site.Start();
        await site.Ledger.Publisher.Send(sent);
        await site.Ledger.Settle(expected);

        await using (var tool = Tool(site))
        {
            await site.Rebuilding("log", 500);
            await tool.Kill();
        }

        Assert.Equal(["false"], await site.List("select is_done::text from log.journal_rebuild"));
        var made = int.Parse(
            (await site.List("select count(*) from log.process_run_observation"))[0], CultureInfo.InvariantCulture);
        var rebuild = site.Run("rebuild", "--into", "log");
        await site.Rebuilding("log", made + 300);
        await broker.Kill();
        Assert.False(rebuild.IsCompleted, "All was read before the broker was killed.");
        await broker.Start();
        var rebuilt = await rebuild;
        var compared = await site.Run("compare", "--schema", "log");

        output.WriteLine(rebuilt.Error + rebuilt.Output + compared.Output);
        Assert.True(rebuilt.Code == 0, rebuilt.Error);
        Assert.Contains("It is asked again for 120 s.", rebuilt.Error, StringComparison.Ordinal);
        Assert.Equal(expected, await site.Rows("log"));
        Assert.True(compared.Code == 0, compared.Output + compared.Error);
    }

    static OwnTool Tool(JournalSite site) => new(
        ["journal", "rebuild", "--into", "log", "--rabbitmq", $"{site.Ledger.Broker}", "--connection", site.Postgres]);

    /// <summary>The tool as a process, which can be killed.</summary>
    sealed class OwnTool(string[] arguments) : IAsyncDisposable
    {
        readonly Process _process = Process.Start(new ProcessStartInfo(
            "dotnet", [ToolSite.Tool(), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

        public async Task Kill()
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited)
                await Kill();
            _process.Dispose();
        }
    }
}
