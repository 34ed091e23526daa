using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Incidents;

/// <summary>Mail to Debian's aiosmtpd, which is killed again and again, and the ledger with it.</summary>
public sealed partial class MailServerTests : IAsyncDisposable
{
    const int Candidates = 40;
    const int Runs = 4;
    const int Edges = Candidates * Runs;
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    readonly string _folder = Directory.CreateTempSubdirectory("run-ledger-mail-").FullName;
    readonly int _port = LedgerProcess.FreePort();
    Process? _server;

    public async ValueTask DisposeAsync()
    {
        await Kill();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact(Explicit = true)]
    public async Task Every_edge_is_mailed_under_one_id_and_no_end_before_its_beginning()
    {
        Shell.Need("aiosmtpd");
        await using var site = await LedgerSite.Create();
        await Arrange(site);
        var settings = new Dictionary<string, string>
        {
            ["Outward__AllowedNetworks__0"] = "127.0.0.0/8",
            ["Incidents__LookEvery"] = "00:00:00.500",
            ["Channels__RetryAfter"] = "00:00:00.100",
        };

        for (var kill = 1; kill <= 3; kill++)
        {
            Serve();
            var ledger = await site.Start(settings);
            await Eventually.Async(
                () => Task.FromResult(Ids().Count < Edges * kill / 4 ? $"{Ids().Count} of {Edges}" : null), Limit,
                () => site.Output);
            await ledger.Kill();
            await Kill();
        }

        Serve();
        await site.Start(settings);
        await Eventually.Async(
            async () => (await site.List("select count(*)::text from incident_delivery where delivered_at is not null"))
                is [var told] && told != Edges.ToString(CultureInfo.InvariantCulture) ? $"{told} of {Edges}" : null,
            Limit,
            () => site.Output);
        await site.Stop();
        await Kill();

        Assert.Equal(Edges, Ids().Count);
        foreach (var candidate in Mails().OrderBy(mail => mail.At).GroupBy(mail => mail.Candidate))
        {
            // What was sent twice, because nobody knew, had the same id.
            Assert.Equal(
                Enumerable.Repeat((bool[])[false, true], Runs / 2).SelectMany(two => two),
                candidate.DistinctBy(mail => mail.Id).Select(mail => mail.IsEnd));
        }
    }

    // Made by the server: a folder that is there is no box to it.
    string Box => Path.Combine(_folder, "box");

    HashSet<string> Ids() => [.. Mails().Select(mail => mail.Id)];

    List<(string Id, string Candidate, bool IsEnd, DateTime At)> Mails()
    {
        var box = Path.Combine(Box, "new");
        return !Directory.Exists(box) ? [] : [.. Directory.GetFiles(box).Select(Read)];
    }

    static (string Id, string Candidate, bool IsEnd, DateTime At) Read(string file)
    {
        var mail = File.ReadAllText(file);
        var subject = Subject().Match(mail);
        return (
            Id().Match(mail).Groups["id"].Value, subject.Groups["candidate"].Value,
            subject.Groups["over"].Success, File.GetLastWriteTimeUtc(file));
    }

    void Serve() => _server = Process.Start(new ProcessStartInfo(
        "aiosmtpd", ["-n", "-c", "aiosmtpd.handlers.Mailbox", Box, "-l", $"127.0.0.1:{_port}"]))!;

    async Task Kill()
    {
        if (_server is null)
            return;
        _server.Kill();
        await _server.WaitForExitAsync();
        _server.Dispose();
        _server = null;
    }

    async Task Arrange(LedgerSite site)
    {
        await using var command = site.Database.CreateCommand(
            $$"""
              insert into incident_channel (name, kind, settings, secrets, put_at, put_by)
              values ('ops', 'mail', '{"host":"127.0.0.1","port":{{_port}},"security":"none",
                "from":"ledger@example.com","to":["ops@example.com"]}', '{}', now(), 'anna');
              insert into incident_rule (name, candidate, condition, hold_seconds, armed_at, armed_by, alike)
              values ('failures', '*', 'failed', 0, now() - interval '1 hour', 'anna', 'a');
              insert into incident_rule_channel values ('failures', 'ops');
              insert into process_run_observation
                (process_run_id, process_candidate_code, correlation_id, status, source_system, ended_at, settled_at)
              select gen_random_uuid(), 'P' || c, 'c', case when r % 2 = 0 then 'failed' else 'completed' end,
                'dot_runtime', now(),
                now() - interval '30 minutes' + r * interval '1 second' + c * interval '1 millisecond'
              from generate_series(0, {{Candidates - 1}}) c, generate_series(0, {{Runs - 1}}) r
              """);
        await command.ExecuteNonQueryAsync();
    }

    [GeneratedRegex(@"^Message-Id: (?<id>\S+)", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Id();

    [GeneratedRegex(@"^Subject: (?<over>Over: )?(?<candidate>P\d+) failed", RegexOptions.Multiline)]
    private static partial Regex Subject();
}
