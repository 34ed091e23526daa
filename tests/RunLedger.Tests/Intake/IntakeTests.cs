using System.Diagnostics.Metrics;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RunLedger.Contracts;
using RunLedger.Service.Intake;
using RunLedger.Service.Security;
using RunLedger.Testing;
using RunLedger.Tests.Support;
using static RunLedger.Tests.Support.BadBodies;

namespace RunLedger.Tests.Intake;

/// <summary>Observations over HTTP, embedded: what is answered is what is in the file when the answer comes.</summary>
public sealed class IntakeTests : IAsyncLifetime
{
    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await EmbeddedLedger.Start();

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-ndjson")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task One_object_is_committed_when_the_answer_comes_whatever_its_content_type(string contentType)
    {
        var run = Guid.CreateVersion7();

        var (status, body) = await Post(Started(run).ToJsonString(), contentType);

        Assert.Equal((202, """{"accepted":1,"ignored":[],"rejected":[]}"""), (status, body));
        Assert.Equal(
            [$"{run} started"], _ledger.List("select process_run_id || ' ' || status from process_run_observation"));
    }

    [Theory]
    [InlineData("3")]
    [InlineData("\"3\"")]
    public async Task An_attempt_is_a_number_also_where_it_is_written_as_text(string attempt)
    {
        var run = Started(Guid.CreateVersion7());
        run["attempt"] = JsonNode.Parse(attempt);

        Assert.Equal(202, (await Post(run.ToJsonString())).Status);

        Assert.Equal(["3"], _ledger.List("select evidence_ref ->> 'attempt' from process_run_observation"));
    }

    [Fact]
    public async Task How_far_the_ledger_is_behind_counts_from_the_request()
    {
        using var measured = new Measured(_ledger.Services.GetRequiredService<IMeterFactory>());

        await Post(Started(Guid.CreateVersion7()).ToJsonString());

        Assert.InRange(Assert.Single(measured.All("runledger.observation.lag")), 0, 60);
    }

    [Fact]
    public async Task An_array_and_lines_are_taken_alike()
    {
        Guid[] runs = [.. Enumerable.Range(0, 5).Select(_ => Guid.CreateVersion7())];

        var array = await Post($"[{Started(runs[0])},{Started(runs[1])}]");
        var lines = await Post($"{Started(runs[2]).ToJsonString()}\r\n\r\n{Started(runs[3]).ToJsonString()}\n");
        var pretty = await Post(Started(runs[4]).ToJsonString(new() { WriteIndented = true }));

        Assert.All(new[] { array, lines, pretty }, answer => Assert.Equal(202, answer.Status));
        Assert.Equal(
            runs.Order().Select(id => $"{id}"),
            _ledger.List("select process_run_id from process_run_observation order by 1"));
    }

    [Fact]
    public async Task A_gzipped_body_is_taken()
    {
        using var zipped = new MemoryStream();
        await using (var gzip = new GZipStream(zipped, CompressionMode.Compress, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Started(Guid.CreateVersion7()).ToJsonString()));
        using var content = new ByteArrayContent(zipped.ToArray());
        content.Headers.ContentEncoding.Add("gzip");

        Assert.Equal(202, (await _ledger.Post("/api/observations", content)).Status);
    }

    [Fact]
    public async Task Nothing_acceptable_is_400_and_says_why()
    {
        var (status, body) = await Post("nonsense");
        var (empty, emptyBody) = await Post("");

        Assert.Equal((400, 400), (status, empty));
        Assert.Contains("\"line\":1", body, StringComparison.Ordinal);
        Assert.Contains("empty", emptyBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413()
    {
        var (status, body) = await Post(new string(' ', 9 * 1024 * 1024));

        Assert.Equal(413, status);
        Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_requests_at_once_than_it_holds_are_told_to_come_back()
    {
        // Whoever asks here has no key, and so half of the places.
        var most = Shares.OfOne(new IntakeOptions().MaxRequests);
        Task<HttpResponseMessage>[] all;
        HttpResponseMessage more;
        await using (var connection = new SqliteConnection(_ledger.ConnectionString))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "begin exclusive";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            // Those that have a place keep it while the database is away: the first answer is of the one without.
            all = [.. Enumerable.Range(0, most + 1).Select(_ => Send(Started(Guid.CreateVersion7()).ToJsonString()))];
            more = await await Task.WhenAny(all);
        }

        var answers = await Task.WhenAll(all);

        Assert.Equal(HttpStatusCode.TooManyRequests, more.StatusCode);
        Assert.Equal("1", more.Headers.RetryAfter?.ToString());
        Assert.Equal("application/problem+json", more.Content.Headers.ContentType?.MediaType);
        Assert.Equal(most, answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted));
    }

    [Fact]
    public async Task Two_starts_with_one_key_are_one_run_and_the_other_id_answers_with_it()
    {
        var (a, b) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        JsonObject one = Started(a), two = Started(b);
        one["idempotencyKey"] = "k";
        two["idempotencyKey"] = "k";
        two["occurredAt"] = "2026-11-01T11:00:00Z";

        await Post($"{one.ToJsonString()}\n{two.ToJsonString()}");

        Assert.Equal([$"{b}"], _ledger.List("select process_run_id from process_run_observation"));
        Assert.Contains($"{b}", await _ledger.Client.GetStringAsync($"/api/runs/{a}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_before_its_start_and_a_component_that_changes_its_run_are_kept_and_said()
    {
        var (run, other, component) = (Some.Run(), Some.Run(), Guid.CreateVersion7());
        var messages = new RunLedger.Contracts.RunObservation[]
        {
            run.Started(), run.Completed() with { OccurredAt = Some.Noon.AddHours(-1) },
            run.StepStarted(component), other.StepCompleted(component),
        };

        await Post(string.Join('\n', messages.Select(message =>
        {
            var json = JsonSerializer.SerializeToNode(message, message.GetType(), JsonSerializerOptions.Web)!
                .AsObject();
            json["type"] = message.GetType().Name;
            return json.ToJsonString();
        })));

        Assert.Contains(
            "before it started",
            _ledger.List($"select evidence_ref from process_run_observation where process_run_id = '{run.Id}'")[0],
            StringComparison.Ordinal);
        Assert.Equal([$"{run.Id}"], _ledger.List("select process_run_id from process_component_observation"));
        Assert.Contains(
            $"also said to be of run {other.Id}",
            _ledger.List("select evidence_ref from process_component_observation")[0],
            StringComparison.Ordinal);
        Assert.Equal(2, _ledger.List("select 1 from process_run_observation").Count);
    }

    [Fact]
    public async Task Health_and_the_description_are_there()
    {
        Assert.Equal("Healthy", await _ledger.Client.GetStringAsync("/health/live"));
        Assert.Equal("Healthy", await _ledger.Client.GetStringAsync("/health/ready"));
        var paths = JsonNode.Parse(await _ledger.Client.GetStringAsync("/openapi/v1.json"))!["paths"]!.AsObject();
        Assert.Contains("/api/observations", paths.Select(path => path.Key));
        Assert.Contains("/api/v1/lineage", paths.Select(path => path.Key));
    }

    [Fact]
    public async Task A_ledger_without_its_tables_is_not_ready()
    {
        _ledger.List("alter table process_run_observation rename to elsewhere");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _ledger.Client.GetAsync("/health/ready")).StatusCode);
        Assert.Equal("Healthy", await _ledger.Client.GetStringAsync("/health/live"));
    }

    [Fact]
    public void Nothing_is_reported_to_MassTransit_s_vendor() =>
        Assert.False(_ledger.Services.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled);

    Task<HttpResponseMessage> Send(string body) => _ledger.Client.PostAsync(
        "/api/observations", new StringContent(body), TestContext.Current.CancellationToken);

    Task<(int Status, string Body)> Post(string body, string contentType = "application/json") =>
        _ledger.Post("/api/observations", new StringContent(body, Encoding.UTF8, contentType));
}
