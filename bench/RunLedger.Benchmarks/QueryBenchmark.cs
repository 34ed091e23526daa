using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Retention;
using RunLedger.Service.Host;
using RunLedger.Storage.Sqlite;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary>
/// <c>query</c>: seconds and memory of statements over archived runs, and how long one run of them takes to be found.
/// It needs no server: what is measured is the files.
/// </summary>
static class QueryBenchmark
{
    static readonly (string Name, string Sql)[] Statements =
    [
        ("by status", "select status, count(*) from runs group by all order by 2 desc"),
        ("by candidate", "select process_candidate_code, count(*), avg(epoch(ended_at) - epoch(started_at)) from runs "
            + "group by all order by 2 desc"),
        ("by day and status", "select date_trunc('day', started_at) d, status, count(*) from runs group by all "
            + "order by d"),
        ("failures by text", "select error_ref, count(*) n, max(ended_at) from runs where status = 'failed' "
            + "group by all order by n desc limit 20"),
        ("p95 by candidate", "select process_candidate_code, quantile_cont(epoch(ended_at) - epoch(started_at), 0.95) "
            + "from runs group by all order by 2 desc"),
        ("components by code", "select dot_code, status, count(*) from components group by all order by 3 desc"),
    ];

    static readonly Option<int> Runs = new("--runs")
    {
        Description = "Archived runs, of three components each.",
        DefaultValueFactory = _ => 10_000_000,
    };

    static readonly Option<int> Times = new("--times")
    {
        Description = "How often each is asked; the median is told, and the greatest memory.",
        DefaultValueFactory = _ => 3,
    };

    static readonly Option<string?> Folder = new("--folder")
    {
        Description = "Where the files are made, and stay: asked with them again, none are made. Else a temporary one.",
    };

    static readonly Option<int> Memory = new("--memory")
    {
        Description = "Query__MemoryMegabytes.",
        DefaultValueFactory = _ => 256,
    };

    public static Command Create()
    {
        var command = new Command(
            "query", "Seconds and memory of SQL over archived runs, and of finding one of them. Starts no server.")
        {
            Runs, Times, Folder, Memory,
        };
        command.SetAction((parsed, stop) => Run(
            parsed.GetValue(Runs), parsed.GetValue(Times), parsed.GetValue(Folder), parsed.GetValue(Memory),
            TimeProvider.System, stop));
        return command;
    }

    static async Task<int> Run(
        int runs, int times, string? kept, int memory, TimeProvider time, CancellationToken stop)
    {
        var folder = kept ?? Directory.CreateTempSubdirectory("run-ledger-archive").FullName;
        var file = Path.Combine(Path.GetTempPath(), $"run-ledger-bench-{Guid.CreateVersion7()}.db");
        try
        {
            var archive = new ArchiveFiles(new RunLedgerOptions { Archive = { Directory = folder } });
            if (archive.Slices().Count == 0)
            {
                var begun = time.GetTimestamp();
                ArchivedRuns.Write(folder, runs, stop);
                AnsiConsole.MarkupLineInterpolated(
                    CultureInfo.InvariantCulture,
                    $"{runs:N0} runs were written in {time.GetElapsedTime(begun).TotalSeconds:N0} s.");
            }

            await using var app = await Serve(file, folder, memory);
            Count(file, archive.Slices());
            using var client = new HttpClient
            {
                BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features
                    .Get<IServerAddressesFeature>()!.Addresses.First()),
                Timeout = TimeSpan.FromMinutes(10),
            };
            var table = new Table().AddColumns("statement", "rows", "s", "MB of its process");
            foreach (var (name, sql) in Statements)
            {
                var asked = new List<(int Rows, double Seconds, double Megabytes)>();
                for (var n = 0; n < times; n++)
                    asked.Add(await Ask(client, sql, time, stop));
                table.AddRow(
                    name,
                    $"{asked[0].Rows:N0}",
                    asked.Select(one => one.Seconds).Order().ElementAt(times / 2).ToString("0.00", null),
                    asked.Max(one => one.Megabytes).ToString("0", null));
            }

            AnsiConsole.Write(table);
            await app.StopAsync(stop);
            Found(archive, time, stop);
            return 0;
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            foreach (var part in (string[])["", "-wal", "-shm"])
                File.Delete(file + part);
            if (kept is null)
                Directory.Delete(folder, recursive: true);
        }
    }

    static async Task<WebApplication> Serve(string file, string folder, int memory)
    {
        var app = LedgerHost.Build(
            [
                "--urls", "http://127.0.0.1:0", "--ConnectionStrings:Postgres=", "--ConnectionStrings:RabbitMq=",
                "--RunLedger:SqliteFile", file, "--Archive:Directory", folder, "--Logging:LogLevel:Default", "Error",
                "--Query:MemoryMegabytes", memory.ToString(CultureInfo.InvariantCulture), "--Query:Timeout", "00:05:00",
            ]);
        await app.StartAsync();
        return app;
    }

    // As the transaction in which the rows left would have.
    static void Count(string file, IReadOnlyList<ArchiveSlice> slices)
    {
        using var connection = new SqliteConnection(LedgerStore.ConnectionString(file));
        connection.Open();
        foreach (var slice in slices)
        {
            using var command = connection.CreateCommand();
            command.CommandText =
                "insert into archive_slice (slice_id, month, runs, components, archived_at) "
                + "values ($id, $month, $runs, $components, '2027-01-01T00:00:00.000000Z')";
            command.Parameters.AddWithValue("$id", $"{slice.Id}");
            command.Parameters.AddWithValue("$month", slice.Month);
            command.Parameters.AddWithValue("$runs", slice.Runs);
            command.Parameters.AddWithValue("$components", slice.Components);
            command.ExecuteNonQuery();
        }
    }

    static async Task<(int Rows, double Seconds, double Megabytes)> Ask(
        HttpClient client, string sql, TimeProvider time, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var memory = Task.Run(() => Peak(over.Token), stop);
        var begun = time.GetTimestamp();
        using var answer = await client.PostAsJsonAsync("/api/query", new { sql }, stop);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(stop);
        var seconds = time.GetElapsedTime(begun).TotalSeconds;
        await over.CancelAsync();
        return answer.IsSuccessStatusCode
            ? (body.GetProperty("rows").GetArrayLength(), seconds, await memory)
            : throw new BenchException($"{sql}: {body}");
    }

    // The most that the process of the statement had, as the kernel keeps it; it is a child of this one.
    static double Peak(CancellationToken over)
    {
        var (own, most) = (Environment.ProcessId, 0.0);
        while (!over.WaitHandle.WaitOne(5))
        {
            foreach (var child in Process.GetProcessesByName("dotnet"))
            {
                try
                {
                    var status = File.ReadAllLines($"/proc/{child.Id}/status");
                    if (Number(status, "PPid:") == own)
                        most = Math.Max(most, Number(status, "VmHWM:") / 1024);
                }
                catch (IOException)
                {
                    // It has ended.
                }
            }
        }

        return most;

        static double Number(string[] status, string name) =>
            status.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
                ? double.Parse(line[name.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture)
                : 0;
    }

    static void Found(ArchiveFiles archive, TimeProvider time, CancellationToken stop)
    {
        // One of each file, as it is read: the ids of others are not known here.
        var some = archive.Folder.Manifests().Select(manifest => manifest.Runs.Groups![^1].Last).Take(20).ToList();
        var seconds = some.ConvertAll(run =>
        {
            var begun = time.GetTimestamp();
            if (archive.Find(run, stop) is not { Components.Count: ArchivedRuns.Components })
                throw new BenchException($"The run {run} is not found with its components.");
            return time.GetElapsedTime(begun).TotalSeconds;
        });
        seconds.Sort();
        AnsiConsole.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"One run of {archive.Slices().Sum(slice => slice.Runs):N0} is found in "
            + $"{seconds[seconds.Count / 2]:0.00} s (median of {seconds.Count}; at most {seconds[^1]:0.00} s)."));
    }
}
