using System.Diagnostics;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.Retention;
using RunLedger.Storage.Postgres;

namespace RunLedger.IntegrationTests.Retention;

/// <summary>Retention as deployed services apply it, on PostgreSQL and RabbitMQ.</summary>
public sealed class ArchiveReplicaTests : IAsyncLifetime
{
    const int Runs = 4_000;
    const string Moved = "select count(*)::text from process_run_archive";

    readonly string _folder = Path.Combine(Path.GetTempPath(), $"run-ledger-archive-{Guid.CreateVersion7()}");
    LedgerSite _site = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    Dictionary<string, string> Settings => new()
    {
        ["Archive__Directory"] = _folder,
        ["RunLedger__Retention__Every"] = "00:00:01",
        ["RunLedger__Retention__SliceSize"] = "20",
    };

    public async ValueTask InitializeAsync() => _site = await LedgerSite.Create();

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
        else
            File.Delete(_folder);
    }

    [Theory(Explicit = true)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Replicas_killed_in_mid_archive_archive_every_row_once(int replicas)
    {
        await Fill();
        var ledgers = new List<LedgerProcess>();
        for (var n = 0; n < replicas; n++)
            ledgers.Add(await _site.Start(Settings));

        // Whichever of them is at it: each is killed in turn, and another takes its place.
        var moved = 0;
        foreach (var victim in ledgers.ToList())
        {
            await MovedAsync(moved + 1, victim);
            await victim.Kill();
            moved = await Count();
            Assert.True(moved < Runs, "All was archived before the kill.");
            ledgers.Add(await _site.Start(Settings, ready: false));
        }

        await MovedAsync(Runs, ledgers[^1]);

        Assert.Equal(["0", "0"], await _site.List(
            "select count(*)::text from process_run_observation union all select count(*)::text "
            + "from process_component_observation"));
        Assert.Equal([$"{2 * Runs}"], await _site.List("select count(*)::text from process_component_archive"));
        var files = Files();
        var slices = await new ArchiveStore(_site.Database).Slices(Token);
        var runs = new List<Guid>();
        foreach (var slice in slices)
        {
            Assert.Null(files.Fault(slice, Token));
            runs.AddRange(files.Read(slice, Token).SelectMany(part => part.Runs).Select(run => run.ProcessRunId));
        }

        Assert.Equal(Runs, runs.Distinct().Count());
        Assert.Equal(Runs, runs.Count);
    }

    [Theory(Explicit = true)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_service_killed_at_any_moment_of_archiving_and_compacting_keeps_every_run_once(int seed)
    {
        await Fill();
        var random = new Random(seed);
        // Ten lives, each of some moments longer than it takes to do something: archiving first, then compacting.
        for (var life = 0; life < 10; life++)
        {
            var before = await Progress();
            var ledger = await _site.Start(Settings, ready: false);
            await Eventually.Async(
                async () => await Progress() != before || await Done() ? null : "it does nothing",
                TimeSpan.FromSeconds(90), () => ledger.Output);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 1_500)), TimeProvider.System, Token);
            await ledger.Kill();
            await EveryRunIsOnce();
        }

        var last = await _site.Start(Settings);
        await Eventually.Async(
            async () => await Done() ? null : await Progress(), TimeSpan.FromSeconds(180), () => last.Output);
        await last.Stop();
        await EveryRunIsOnce();

        async Task<string> Progress() => string.Join(' ', await _site.List(
            $"{Moved} union all select count(*)::text || coalesce(max(slice_id::text), '') from archive_slice"));

        // One slice of each month is what is left of 200, and what cannot be compacted yet.
        async Task<bool> Done() => await Count() == Runs
            && (await new ArchiveStore(_site.Database).Slices(Token)).Count <= 2 * 32;
    }

    // In the tables, or in exactly one file that counts.
    async Task EveryRunIsOnce()
    {
        // What a killed service asked for last may be committed after its death.
        await Eventually.Async(
            async () => await _site.List("select count(*)::text from pg_stat_activity where datname = "
                + "current_database() and pid <> pg_backend_pid() and state <> 'idle'") is ["0"] ? null : "at work",
            TimeSpan.FromSeconds(30));
        var files = Files();
        var archived = new List<Guid>();
        foreach (var slice in await new ArchiveStore(_site.Database).Slices(Token))
        {
            Assert.Null(files.Fault(slice, Token));
            archived.AddRange(files.Read(slice, Token).SelectMany(part => part.Runs).Select(run => run.ProcessRunId));
        }

        var inTables = await _site.List("select process_run_id::text from process_run_observation");
        Assert.Equal(Runs, archived.Count + inTables.Count);
        Assert.Equal(Runs, archived.Concat(inTables.Select(Guid.Parse)).Distinct().Count());
        Assert.Equal(archived.Count, await Count());
    }

    [Fact]
    public async Task A_database_that_restarts_in_mid_archive_only_delays_it()
    {
        const int few = 1_500;
        await Fill(few);
        var ledger = await _site.Start(Settings);
        var before = 0;
        for (var time = 0; time < 3; time++)
        {
            await MovedAsync(before + 1, ledger);
            before = await Count();
            await _site.List("select pg_terminate_backend(pid)::text from pg_stat_activity "
                + "where datname = current_database() and pid <> pg_backend_pid()");
        }

        Assert.True(before < few, "All was archived before the interruption.");
        await MovedAsync(few, ledger);

        Assert.Equal(["0"], await _site.List("select count(*)::text from process_run_observation"));
        Assert.Equal(few, (await new ArchiveStore(_site.Database).Slices(Token)).Sum(slice => slice.Runs));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_keeps_every_row_and_health_says_so()
    {
        await Fill(200);
        await File.WriteAllTextAsync(_folder, "in the way", Token);
        var ledger = await _site.Start(Settings);

        await Eventually.Async(
            async () => (await ledger.Get("/health/ready")).Body is "Degraded" ? null : "not degraded",
            TimeSpan.FromSeconds(60), () => ledger.Output);
        Assert.Equal(0, await Count());
        Assert.Contains(_folder, (await ledger.Get("/api/retention/preview")).Body, StringComparison.Ordinal);

        File.Delete(_folder);
        await MovedAsync(200, ledger);
        await Eventually.Async(
            async () => (await ledger.Get("/health/ready")).Body is "Healthy" ? null : "not healthy",
            TimeSpan.FromSeconds(60), () => ledger.Output);
    }

    [Fact]
    public async Task A_full_disk_keeps_what_does_not_fit()
    {
        await Fill(2_000);
        Directory.CreateDirectory(_folder);
        Assert.SkipUnless(
            Mount("mount", "-t", "tmpfs", "-o", "size=160k", "none", _folder), "Only root may mount a small disk.");
        try
        {
            var ledger = await _site.Start(Settings);
            await Eventually.Async(
                async () => (await ledger.Get("/health/ready")).Body is "Degraded" ? null : "not degraded",
                TimeSpan.FromSeconds(60), () => ledger.Output);

            Assert.InRange(await Count(), 1, 1_999);
            Assert.Contains(
                "No space left", (await ledger.Get("/api/retention/preview")).Body, StringComparison.Ordinal);
            await ledger.Stop();
            var slices = await new ArchiveStore(_site.Database).Slices(Token);
            Assert.Equal(await Count(), slices.Sum(slice => slice.Runs));
            foreach (var slice in slices)
                Assert.Null(Files().Fault(slice, Token));
            Assert.Equal(
                [$"{2_000 - slices.Sum(slice => slice.Runs)}"],
                await _site.List("select count(*)::text from process_run_observation"));
        }
        finally
        {
            // A process that another test begins holds what is open here until it is another program.
            await Eventually.Async(
                () => Task.FromResult(Mount("umount", _folder) ? null : "still in use"), TimeSpan.FromSeconds(20));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_late_message_is_rejected_or_brings_the_run_back(bool reopen)
    {
        await Fill(100);
        var settings = Settings;
        settings["Archive__Reopen"] = $"{reopen}";
        var ledger = await _site.Start(settings);
        await MovedAsync(100, ledger);
        var run = (await _site.List("select process_run_id::text from process_run_archive order by 1 limit 1"))[0];

        await _site.Publisher.Send(
            [new Sent("RunFailed", Guid.Parse(run), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))]);

        await Eventually.Async(
            async () => (await _site.List(reopen
                ? $"select status from process_run_observation where process_run_id = '{run}'"
                : "select reason from rejected_observation")).Count == 1 ? null : "not taken",
            TimeSpan.FromSeconds(60), () => ledger.Output);
        Assert.Equal(reopen ? 99 : 100, await Count());
        Assert.Equal(reopen ? 0 : 1, (await LedgerRows.Rejected(_site.Database)).Count);
        Assert.Contains(
            reopen ? "\"archivedAt\":null" : "\"archivedAt\":\"20",
            (await ledger.Get($"/api/runs/{run}")).Body,
            StringComparison.Ordinal);
    }

    ArchiveFiles Files()
    {
        var options = new RunLedgerOptions();
        options.Archive.Directory = _folder;
        return new ArchiveFiles(options);
    }

    async Task<int> Count() =>
        int.Parse((await _site.List(Moved))[0], System.Globalization.CultureInfo.InvariantCulture);

    Task MovedAsync(int runs, LedgerProcess ledger) => Eventually.Async(
        async () => await Count() is var moved && moved < runs ? $"{moved} of {runs} are archived" : null,
        TimeSpan.FromSeconds(90), () => ledger.Output);

    // Completed runs with two components each, of two months, all over.
    async Task Fill(int runs = Runs)
    {
        await using var command = _site.Database.CreateCommand(
            $"""
             insert into process_run_observation
               (process_run_id, process_candidate_code, correlation_id, source_system, status, settled_at)
             select gen_random_uuid(), 'P', 'c', 'dot_runtime', 'completed',
               '2026-01-31T23:00:00Z'::timestamptz + n * interval '1 s'
             from generate_series(1, {runs}) n;
             insert into process_component_observation (component_run_id, process_run_id, correlation_id,
               source_system, status)
             select gen_random_uuid(), process_run_id, 'c', 'dot_runtime', 'step_completed'
             from process_run_observation, generate_series(1, 2)
             """);
        await command.ExecuteNonQueryAsync(Token);
    }

    static bool Mount(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
