using System.Diagnostics;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Journal;

public sealed class JournalOutageTests(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public async Task A_rebuild_that_is_killed_and_one_whose_broker_restarts_and_is_killed_make_the_same_rows()
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
        await Rebuild("log", 3_000, broker.Restart);
        await Rebuild("again", 1_000, async () =>
        {
            await broker.Kill();
            await broker.Start();
        });

        async Task Rebuild(string schema, int least, Func<Task> fault)
        {
            var rebuild = site.Run("rebuild", "--into", schema);
            await site.Rebuilding(schema, least);
            Assert.False(rebuild.IsCompleted, "All was read before the broker went away.");
            await fault();
            var rebuilt = await rebuild;
            var compared = await site.Run("compare", "--schema", schema);

            output.WriteLine(rebuilt.Error + rebuilt.Output + compared.Output);
            Assert.True(rebuilt.Code == 0, rebuilt.Error);
            Assert.Contains("It is asked again for 120 s.", rebuilt.Error, StringComparison.Ordinal);
            Assert.Equal(expected, await site.Rows(schema));
            Assert.True(compared.Code == 0, compared.Output + compared.Error);
        }
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
