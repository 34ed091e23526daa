using System.Globalization;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Dossier;

/// <summary>
/// Every figure once more, from what the ledger exports: by other code, in floating point, and from no column that
/// the dossier reads.
/// </summary>
public sealed class DossierRecomputeTests : IAsyncLifetime
{
    const string Candidate = "PROC-CAND:dot:again";
    static readonly DateTimeOffset First = Some.Noon.AddDays(-20);
    static readonly string[] Ends =
        ["RunCompleted", "RunCompleted", "RunCompleted", "RunCompleted", "RunFailed", "RunCancelled", ""];

    readonly Random _random = new(20261101);
    EmbeddedLedger _ledger = null!;
    List<JsonElement> _runs = [];
    List<JsonElement> _components = [];
    JsonElement _dossier;

    public async ValueTask InitializeAsync()
    {
        _ledger = await EmbeddedLedger.Start();
        for (var run = 0; run < 150; run++)
            await Observe(run);
        _dossier = (await _ledger.Client.GetFromJsonAsync<JsonElement>(
            $"/api/candidates/{Candidate}/dossier?asOf={Some.Noon:yyyy-MM-ddTHH:mm:ssZ}")).GetProperty("document");
        var lines = await _ledger.Client.GetStringAsync($"/api/runs/export?format=ndjson&candidate={Candidate}");
        _runs = [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
        foreach (var run in _runs)
        {
            var page = await _ledger.Client.GetFromJsonAsync<JsonElement>(
                $"/api/runs/{run.GetProperty("processRunId")}/components?limit=500");
            _components.AddRange(page.GetProperty("items").EnumerateArray());
        }
    }

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public void Every_figure_is_that_of_the_export()
    {
        Assert.Equal(150, _runs.Count);
        var mine = Mine().ToDictionary(one => one.Path, one => one.Value);
        var theirs = Leaves("", _dossier)
            .Where(leaf => leaf.Value.ValueKind != JsonValueKind.String
                || leaf.Path.Contains("gaps", StringComparison.Ordinal))
            .ToDictionary(leaf => leaf.Path, leaf => leaf.Value);

        // None is left out: a new figure is computed here too.
        Assert.Equal(mine.Keys.Order(StringComparer.Ordinal), theirs.Keys.Order(StringComparer.Ordinal));
        Assert.All(mine, figure => Assert.True(
            Same(figure.Value, theirs[figure.Key]),
            string.Create(CultureInfo.InvariantCulture, $"{figure.Key}: {figure.Value} and {theirs[figure.Key]}")));
    }

    IEnumerable<(string Path, object? Value)> Mine()
    {
        var begun = _runs.Select(Begun).Order().ToList();
        var observed = Gaps(begun)
            .Concat(Runs())
            .Concat(Success(Of("completed").Count(), Of("failed").Count()))
            .Concat(Durations())
            .Concat(Parts())
            .Concat(Failures())
            .Concat(
            [
                ("attempts/runsWithMoreThanOne", Count(run => Attempt(run) > 1)),
                ("attempts/most", (double)_runs.Max(Attempt)),
                ("overruled/runsWithOtherEnds", Count(run => Conflicts(run, "also reported"))),
                ("overruled/runsWithOtherIdentities", Count(run => Conflicts(run, "also said to be"))),
            ]);
        return observed.Select(one => ($"/observed/{one.Item1}", one.Item2))
            .Concat(Ledger().Select(one => ($"/ledger/{one.Item1}", one.Item2)));
    }

    static IEnumerable<(string, object?)> Gaps(List<DateTimeOffset> begun)
    {
        var longest = begun.Zip(begun.Skip(1)).MaxBy(pair => pair.Second - pair.First);
        var days = begun.Select(at => at.UtcDateTime.Date).Distinct().Count();
        yield return ("gaps/firstRunAt", begun[0]);
        yield return ("gaps/lastRunAt", begun[^1]);
        yield return ("gaps/sinceLastRunSeconds", (Some.Noon - begun[^1]).TotalSeconds);
        yield return ("gaps/longestSilence/seconds", (longest.Second - longest.First).TotalSeconds);
        yield return ("gaps/longestSilence/from", longest.First);
        yield return ("gaps/longestSilence/to", longest.Second);
        yield return ("gaps/days", (double)days);
        yield return ("gaps/daysWithout", (Some.Noon.UtcDateTime.Date - begun[0].UtcDateTime.Date).Days + 1.0 - days);
    }

    IEnumerable<(string, object?)> Runs()
    {
        yield return ("runs/total", (double)_runs.Count);
        yield return ("runs/open", Count(run => Time(run, "endedAt") is null));
        foreach (var status in (string[])["completed", "failed", "cancelled"])
            yield return ($"runs/{status}", (double)Of(status).Count());
        var sources = _runs.GroupBy(run => Text(run, "sourceSystem")).OrderBy(runs => runs.Key).ToList();
        for (var at = 0; at < sources.Count; at++)
            yield return ($"runs/sources/{at}/runs", (double)sources[at].Count());
    }

    IEnumerable<(string, object?)> Durations()
    {
        var seconds = Of("completed").Where(run => Time(run, "startedAt") is not null)
            .Select(run => (Time(run, "endedAt")!.Value - Time(run, "startedAt")!.Value).TotalSeconds)
            .Order()
            .ToList();
        var mean = seconds.Average();
        yield return ("durations/runs", (double)seconds.Count);
        yield return ("durations/unknown", (double)(Of("completed").Count() - seconds.Count));
        yield return ("durations/p50Seconds", Least(0.5));
        yield return ("durations/p95Seconds", Least(0.95));
        yield return ("durations/meanSeconds", mean);
        yield return (
            "durations/varianceSeconds2", seconds.Sum(one => (one - mean) * (one - mean)) / (seconds.Count - 1));

        double Least(double part) =>
            seconds.First(one => seconds.Count(other => other <= one) >= part * seconds.Count);
    }

    IEnumerable<(string, object?)> Parts()
    {
        var parts = _components.ToLookup(component => Text(component, "processRunId"));
        yield return ("components/runsWithProducer", Count(run => Has(run, "producer")));
        yield return ("components/runsWithVerifier", Count(run => Has(run, "verifier")));
        yield return ("components/runsWithBoth", Count(run => Has(run, "producer") && Has(run, "verifier")));
        yield return (
            "components/completedWithBothCompleted",
            (double)Of("completed").Count(run => Completed(run, "producer") && Completed(run, "verifier")));

        bool Has(JsonElement run, string role) =>
            parts[Text(run, "processRunId")].Any(component => Text(component, "componentRole") == role);

        bool Completed(JsonElement run, string role) => parts[Text(run, "processRunId")].Any(component =>
            Text(component, "componentRole") == role && Text(component, "status") == "step_completed");
    }

    IEnumerable<(string, object?)> Failures()
    {
        var failed = Of("failed").Select(run => (Component: "", Error: Text(run, "errorRef")!))
            .Concat(_components.Where(component => Text(component, "status") == "failed")
                .Select(component => (Component: Text(component, "dotCode")!, Error: Text(component, "errorRef")!)));
        // The errors of this test are alike but for a number at their end.
        var groups = failed.GroupBy(one => (one.Component, one.Error.Split(' ')[0])).Select(group => group.Count());
        foreach (var (count, at) in groups.OrderDescending().Select((count, at) => (count, at)))
            yield return ($"failures/{at}/count", (double)count);
        yield return ("failureGroupsNotListed", 0.0);
        yield return ("failuresNotListed", 0.0);
        var runs = _dossier.GetProperty("observed").GetProperty("failures").EnumerateArray().ToList();
        for (var at = 0; at < runs.Count; at++)
        {
            if (runs[at].GetProperty("component").ValueKind == JsonValueKind.Null)
                yield return ($"failures/{at}/component", null);
        }
    }

    IEnumerable<(string, object?)> Ledger()
    {
        yield return ("definition", null);
        yield return (
            "arrival/longestDelaySeconds", _runs.Max(run => (Time(run, "createdAt")!.Value - Begun(run)).TotalSeconds));
        yield return ("arrival/runsAnHourLate", (double)_runs.Count);
        yield return ("archive/purgedAfter", null);
        yield return ("missed", null);
        foreach (var name in (string[])
        [
            "announced", "stuck/ever", "stuck/then", "orphans/ever", "orphans/then", "archive/runs", "rejected/open",
            "rejected/resent", "rejected/discarded", "rejected/ofUnknownCandidate", "rejected/lookedAt",
            "rejected/notLookedAt",
        ])
            yield return (name, 0.0);
    }

    // The bounds by halving, from the binomial distribution in whole numbers.
    static IEnumerable<(string, object?)> Success(int completed, int failed)
    {
        var of = completed + failed;
        var (lower, upper, few, more) = (0, 1_000_000, -1, 1);
        for (var high = 1_000_000; high - lower > 1;)
        {
            var middle = (lower + high) / 2;
            (lower, high) = Rare(completed, of, of, middle) ? (middle, high) : (lower, middle);
        }

        for (var low = 0; upper - low > 1;)
        {
            var middle = (low + upper) / 2;
            (low, upper) = Rare(0, completed, of, middle) ? (low, middle) : (middle, upper);
        }

        while (!Reaches(more))
            (few, more) = (more, 2 * more);
        while (more - few > 1)
        {
            var middle = (few + more) / 2;
            (few, more) = Reaches(middle) ? (few, middle) : (middle, more);
        }

        yield return ("success/of", (double)of);
        yield return ("success/completed", (double)completed);
        yield return ("success/rate", (double)completed / of);
        yield return ("success/lower", lower / 1e6);
        yield return ("success/upper", upper / 1e6);
        yield return ("success/targetLower", 0.99);
        yield return ("success/completedRunsToTarget", (double)more);

        bool Reaches(int added) => Rare(completed + added, of + added, of + added, 990_000);
    }

    // Whether so many successes have at most 2.5 % together, at a rate in millionths.
    static bool Rare(int from, int to, int of, int rate)
    {
        BigInteger sum = 0, choose = 1, good = 1, all = BigInteger.Pow(1_000_000, of);
        for (var k = 0; k <= to; k++)
        {
            if (k >= from)
                sum += choose * good * BigInteger.Pow(1_000_000 - rate, of - k);
            choose = choose * (of - k) / (k + 1);
            good *= rate;
        }

        return sum * 40 <= all;
    }

    double Count(Func<JsonElement, bool> which) => _runs.Count(which);

    static DateTimeOffset Begun(JsonElement run) => (Time(run, "startedAt") ?? Time(run, "endedAt"))!.Value;

    static int Attempt(JsonElement run) => run.GetProperty("attempt").GetInt32();

    IEnumerable<JsonElement> Of(string status) => _runs.Where(run => Text(run, "status") == status);

    static bool Conflicts(JsonElement run, string words) =>
        run.GetProperty("evidenceRef") is { ValueKind: JsonValueKind.Object } evidence
        && evidence.TryGetProperty("conflicts", out var conflicts)
        && conflicts.EnumerateArray().Any(one => one.GetString()!.StartsWith(words, StringComparison.Ordinal));

    static bool Same(object? mine, JsonElement theirs) => mine switch
    {
        null => theirs.ValueKind == JsonValueKind.Null,
        DateTimeOffset time => theirs.GetDateTimeOffset() == time,
        double number => Math.Abs(theirs.GetDouble() - number) <= 1e-6 * Math.Max(1, Math.Abs(number)),
        _ => false,
    };

    static IEnumerable<(string Path, JsonElement Value)> Leaves(string path, JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject()
            .SelectMany(member => Leaves($"{path}/{member.Name}", member.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany((item, at) => Leaves($"{path}/{at}", item)),
        _ => [(path, json)],
    };

    static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    static DateTimeOffset? Time(JsonElement json, string name) =>
        json.GetProperty(name) is { ValueKind: JsonValueKind.String } time ? time.GetDateTimeOffset() : null;

    async Task Observe(int number)
    {
        var (id, start) = (Guid.CreateVersion7(), First.AddMinutes(_random.Next(15 * 24 * 60)).AddMicroseconds(number));
        var (end, attempt) = (Ends[_random.Next(Ends.Length)], _random.Next(6) == 0 ? 2 : 1);
        var source = number % 5 == 0 ? "job_queue" : "dot_runtime";
        var kind = number % 2 == 0 ? "disk" : "network";
        var messages = new List<object>();
        void Say(string type, double at, params (string Name, object? Value)[] more) =>
            messages.Add(new Dictionary<string, object?>(more.Select(one => KeyValuePair.Create(one.Name, one.Value)))
            {
                ["type"] = type,
                ["processRunId"] = id,
                ["processCandidateCode"] = Candidate,
                ["correlationId"] = more.Any(one => one.Name == "other") ? "another" : "c",
                ["sourceSystem"] = source,
                ["attempt"] = attempt,
                ["occurredAt"] = start.AddSeconds(at),
            });
        var lasts = Math.Round(30 + _random.NextDouble() * 600, 6);
        if (number % 11 != 0)
            Say("RunStarted", 0);
        foreach (var (role, dot) in ((string, string)[])[("producer", "load"), ("verifier", "check")])
        {
            if (number % 11 == 0 || _random.Next(4) == 0)
                continue;
            var component = Guid.CreateVersion7();
            Say("StepStarted", 1, ("componentRunId", component), ("componentRole", role), ("dotCode", dot));
            if (_random.Next(5) > 0)
                Say("StepCompleted", 9, ("componentRunId", component));
            else
                Say("StepFailed", 9, ("componentRunId", component), ("errorRef", $"step {number}"));
        }

        if (number % 11 == 0 && end.Length == 0)
            end = "RunCompleted";
        if (end.Length > 0)
            Say(end, lasts, ("errorRef", end == "RunFailed" ? $"{kind} {number}" : null));
        if (end.Length > 0 && _random.Next(8) == 0)
            Say("RunFailed", lasts + 5, ("errorRef", "late"));
        if (number % 11 != 0 && _random.Next(9) == 0)
            Say("RunHeartbeat", 3, ("other", 1));
        using var answer = await _ledger.Client.PostAsJsonAsync("/api/observations", messages);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
