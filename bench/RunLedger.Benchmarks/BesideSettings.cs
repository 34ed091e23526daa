using System.Net.Http.Json;

namespace RunLedger.Benchmarks;

/// <summary>Everything that tells and judges, switched on and put to work, or switched off.</summary>
static class BesideSettings
{
    /// <summary>Nothing that looks at runs beside ingestion looks while it is measured.</summary>
    public static readonly IReadOnlyDictionary<string, string> Off = new Dictionary<string, string>
    {
        ["RunLedger__Unlike__LookEvery"] = "365.00:00:00",
        ["RunLedger__Expected__JudgeEvery"] = "365.00:00:00",
        ["Incidents__LookEvery"] = "1.00:00:00",
    };

    /// <summary>As it is by default, with a heartbeat.</summary>
    public static Dictionary<string, string> On(CallCounter receiver) => new()
    {
        ["Outward__AllowedNetworks__0"] = "127.0.0.0/8",
        ["Heartbeat__Address"] = receiver.Heartbeat,
        ["Heartbeat__Every"] = "00:00:01",
    };

    /// <summary>Puts 16 rules and 200 expectations, by the same requests as a person's.</summary>
    /// <param name="servers">Of the ledger.</param>
    /// <param name="receiver">Who is told.</param>
    /// <param name="settings">Of the service that is asked.</param>
    /// <param name="expected">A candidate of which runs come; those of the others are missed.</param>
    /// <param name="time">The clock.</param>
    public static async Task Put(
        Servers servers,
        CallCounter receiver,
        IReadOnlyDictionary<string, string> settings,
        string expected,
        TimeProvider time)
    {
        await using var service = await ServiceProcess.Start(servers.Postgres, "", settings, time);
        using var http = new HttpClient { BaseAddress = service.Url };
        await Put("channels/bench", new { kind = "webhook", address = receiver.Channel });
        string[] conditions = ["failed", "in_a_row", "rate", "stuck", "orphan", "missed", "slow"];
        var rules = conditions.SelectMany(one => (string[])["*", "PROC-CAND:*"], (one, pattern) => (one, pattern));
        foreach (var (condition, pattern) in rules)
        {
            await Put($"rules/bench-{condition}-{pattern.Length}", new Dictionary<string, object?>
            {
                ["condition"] = condition,
                ["candidate"] = pattern,
                ["channels"] = (string[])["bench"],
                ["runs"] = condition is "in_a_row" or "rate" ? 20 : null,
                ["percent"] = condition is "rate" ? 50 : null,
                ["hold"] = "00:00:00",
            });
        }

        await Put("rules/bench-rejected", new { condition = "rejected", channels = (string[])["bench"] });
        await Put("rules/bench-behind", new { condition = "behind", channels = (string[])["bench"] });

        for (var n = 0; n < 200; n++)
        {
            await Put($"expectations/bench-{n}", new
            {
                candidate = n == 0 ? expected : $"PROC-CAND:other:{n}",
                cron = "* * * * *",
                zone = "Etc/UTC",
                grace = "00:00:30",
            });
        }

        async Task Put(string path, object body)
        {
            using var answer = await http.PutAsJsonAsync($"/api/{path}", body);
            if (!answer.IsSuccessStatusCode)
                throw new BenchException($"{path}: {await answer.Content.ReadAsStringAsync()}");
        }
    }
}
