using System.Globalization;
using System.Text.Json;
using Npgsql;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Storage.Postgres;

namespace RunLedger.IntegrationTests.Scheduling;

/// <summary>
/// What a dispatcher costs among 300,000 waiting messages. The measure is how many pages of the database its plan
/// touched, which no other load on the machine changes.
/// </summary>
public sealed class SchedulePlanTests : IAsyncLifetime
{
    static readonly DateTime Noon = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);
    TestDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.Create(applySchema: true);
        // A tenth belongs to runs, of ten messages each.
        await _database.Execute("""
            insert into scheduled_message (token, due_at, sent_at, run_id, message_types, message_id, body)
            select gen_random_uuid(), timestamptz '2026-01-01 12:00Z' + i * interval '1 second',
              timestamptz '2026-01-01Z',
              case when i % 10 = 0 then md5((i / 100)::text)::uuid end, 'urn:message:Some:Thing', gen_random_uuid(), 'x'
            from generate_series(1, 300000) i
            """);
        await _database.Execute("vacuum analyze scheduled_message");
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_claim_reads_only_what_it_takes_however_many_messages_wait()
    {
        await CostsLittle("auto");
        await CostsLittle("force_generic_plan");
    }

    async Task CostsLittle(string planCache)
    {
        var (nothing, fewBlocks) = await Explain(planCache, Noon);
        var (plan, blocks) = await Explain(planCache, Noon.AddDays(1));

        Assert.Contains("scheduled_message_due_idx", nothing, StringComparison.Ordinal);
        Assert.Contains("scheduled_message_due_idx", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", nothing + plan, StringComparison.Ordinal);
        Assert.True(fewBlocks < 20, $"{fewBlocks} blocks for nothing: {nothing}");
        Assert.True(blocks < 5_000, $"{blocks} blocks for 500 messages: {plan}");
    }

    async Task<(string Plan, long Blocks)> Explain(string planCache, DateTime now)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var prepare = new NpgsqlCommand(
            $"set local plan_cache_mode = {planCache}; prepare claim (timestamptz, int, uuid[], "
            + $"uuid[]) as {ScheduleSql.Heads}",
            connection);
        await prepare.ExecuteNonQueryAsync();
        var text = now.ToString("o", CultureInfo.InvariantCulture);
        await using var explain = new NpgsqlCommand(
            $"explain (analyze, buffers, format json) execute claim ('{text}', 500, '{{}}', '{{}}')", connection);
        var plan = (string)(await explain.ExecuteScalarAsync())!;
        await using var deallocate = new NpgsqlCommand("deallocate claim", connection);
        await deallocate.ExecuteNonQueryAsync();
        var top = JsonElement.Parse(plan)[0].GetProperty("Plan");
        return (
            plan, top.GetProperty("Shared Hit Blocks").GetInt64() + top.GetProperty("Shared Read Blocks").GetInt64());
    }
}
