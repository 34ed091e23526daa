using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.IntegrationTests.Support.Telemetry;

namespace RunLedger.IntegrationTests.Telemetry;

/// <summary>Rules and dashboards ask for what the service and RabbitMQ really export, after a little traffic.</summary>
public sealed class WatchedQueryTests
{
    /// <summary>As Prometheus 3 asks.</summary>
    const string Accept = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
        + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
        + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Every_query_is_answered_by_what_is_exported()
    {
        await using var site = await LedgerSite.Create();
        var ledger = await site.Start(new() { ["RunLedger__Deadlines__SweepEvery"] = "00:00:01" });
        var (status, body) = await Post(ledger);
        Assert.True(status == 202, body);
        List<WatchedQuery> queries = [.. WatchedQuery.OfRules(), .. WatchedQuery.OfDashboards()];

        // RabbitMQ counts its queues every five seconds, and so does the service its runs.
        await Eventually.Async(
            async () =>
            {
                var scraped = await Scrape(ledger);
                var faults = queries.SelectMany(
                    query => scraped.Faults(query.Text, query.Legend), (query, fault) => $"{query.From}: {fault}")
                    .ToList();
                return faults.Count == 0 ? null : string.Join('\n', faults);
            },
            Limit,
            () => site.Output);
    }

    [Fact]
    public void Both_dashboards_and_all_rules_are_read()
    {
        Assert.Equal(2, WatchedQuery.OfDashboards().Select(query => query.From.Split(',')[0]).Distinct().Count());
        Assert.All(WatchedQuery.OfRules(), rule => Assert.NotEmpty(new PromQuery(rule.Text).Selectors));
        Assert.Equal(
            ["run-ledger", "rabbitmq", "rabbitmq-queues"], WatchedQuery.OfScrapes().Select(scrape => scrape.Job));
    }

    [Theory]
    [InlineData("sum by (le) (rate(a_bucket{kind=\"x\"}[5m]))", "", null)]
    [InlineData("a_bucket > 3 and delta(b{queue=~\"run-.*\"}[15m]) > 0", "{{le}}", null)]
    [InlineData("sum(rate(a_buckets[5m]))", "", "nobody exports a_buckets")]
    [InlineData("sum(rate(a_bucket{kinds=\"x\"}[5m]))", "", "a_bucket has no label kinds")]
    [InlineData("sum(b{queue=\"run-ledger\"})", "", "no series of b is one of (queue, =, run-ledger)")]
    [InlineData("sum by (kinds) (a_bucket)", "", "groups by kinds, which is no label of its metrics")]
    [InlineData("sum by (kind) (a_bucket)", "{{le}}", "the legend names le, which the result does not have")]
    [InlineData("max(up{job=\"other\"})", "", "no series of up is one of (job, =, other)")]
    public void A_query_that_is_not_answered_is_found(string query, string legend, string? fault)
    {
        var scraped = new Scraped();
        scraped.Add(
            "job", "# HELP a_bucket x\na_bucket{kind=\"x\",le=\"+Inf\"} 3\nb{queue=\"run-this\"} 1 1795472094\n");

        Assert.Equal(fault is null ? [] : new[] { fault }, scraped.Faults(query, legend).Distinct());
    }

    static async Task<(int, string)> Post(LedgerProcess ledger)
    {
        var (status, _, body) = await ledger.Post("/api/observations", new System.Text.Json.Nodes.JsonArray(
            [.. new Traffic(7).Runs(5).Select(sent =>
            {
                var json = sent.Json();
                json["type"] = sent.Contract;
                return json;
            })]).ToJsonString());
        return (status, body);
    }

    static async Task<Scraped> Scrape(LedgerProcess ledger)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", Accept);
        var scraped = new Scraped();
        foreach (var (job, path, host) in WatchedQuery.OfScrapes())
        {
            var target = host switch
            {
                "service:5080" => ledger.Url,
                "rabbitmq:15692" => BrokerServer.Metrics(),
                _ => throw new InvalidOperationException($"docker-compose.yml has no {host}."),
            };
            scraped.Add(job, await http.GetStringAsync(new Uri(target, path), TestContext.Current.CancellationToken));
        }

        return scraped;
    }
}
