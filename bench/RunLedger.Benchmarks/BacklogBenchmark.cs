using System.CommandLine;
using System.Diagnostics;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary><c>backlog</c>: the memory of the service's process while it works off a long queue.</summary>
static class BacklogBenchmark
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    static readonly Option<int> Messages =
        new("--messages") { Description = "Messages that wait.", DefaultValueFactory = _ => 1_000_000 };

    public static Command Create()
    {
        var command = new Command(
            "backlog", "The most memory that the service holds while it works off a long queue, and how fast it does.")
        {
            Messages,
        };
        command.SetAction(
            (parsed, _) => Run(parsed.GetValue(Messages) / ReferenceWorkload.MessagesPerRun, TimeProvider.System));
        return command;
    }

    static async Task<int> Run(int runs, TimeProvider time)
    {
        await using var servers = await Servers.Find();
        var queue = servers.Queue("backlog");
        using (var topology = BenchmarkHost.Ledger(servers, queue, new ConsumeTimer()))
        {
            // Declares the queue; nothing is in it.
            await topology.StartAsync();
            await topology.StopAsync();
        }

        await QueuePreload.Fill(servers, queue, ReferenceWorkload.Messages(runs, time.GetUtcNow()));
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "RunLedger.Service.dll")])
        {
            Environment =
            {
                ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
                ["ConnectionStrings__Postgres"] = servers.Postgres,
                ["ConnectionStrings__RabbitMq"] = $"{servers.Rabbit}",
                ["RunLedger__QueueName"] = queue,
                ["Logging__LogLevel__Default"] = "Warning",
            },
        };
        using var service = Process.Start(start)!;
        try
        {
            var clock = Stopwatch.StartNew();
            while (await servers.Query<long>(
                "select coalesce(sum(runs), 0)::bigint from run_status_count where status = 'completed'") is var done
                && done < runs)
            {
                if (service.HasExited || clock.Elapsed > Limit)
                    throw new BenchException($"{done:N0} of {runs:N0} runs were complete after {clock.Elapsed}.");
                await Task.Delay(Pause, time);
            }

            service.Refresh();
            var table = new Table().AddColumns(
                $"a backlog of {runs * ReferenceWorkload.MessagesPerRun:N0} messages", "");
            table.AddRow("memory at most (peak working set)", $"{service.PeakWorkingSet64 / 1024.0 / 1024.0:N0} MB");
            table.AddRow("from start of the process to the last commit", $"{clock.Elapsed.TotalSeconds:N1} s");
            AnsiConsole.Write(table);
            return 0;
        }
        finally
        {
            service.Kill();
            await service.WaitForExitAsync();
        }
    }
}
