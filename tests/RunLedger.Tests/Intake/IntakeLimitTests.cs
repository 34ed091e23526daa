using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using RunLedger.Tests.Support;
using static RunLedger.Tests.Support.BadBodies;

namespace RunLedger.Tests.Intake;

/// <summary>What the intake refuses so that it holds no more than it has room for.</summary>
public sealed class IntakeLimitTests
{
    [Fact]
    public async Task More_observations_than_allowed_are_413_and_none_is_taken()
    {
        await using var ledger = await EmbeddedLedger.Start("--Intake:MaxObservations", "3");
        var four = Enumerable.Range(0, 4).Select(_ => Good()).ToList();

        var array = await Post(ledger, BadBodies.Array(four));
        var lines = await Post(ledger, Joined("\n", four));
        var many = await Post(ledger, Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat(1, 1_000_000))}]"));

        Assert.All(new[] { array, lines, many }, answer => Assert.True(answer.Status == 413, answer.Body));
        Assert.Contains("at most 3 observations", array.Body, StringComparison.Ordinal);
        Assert.Empty(ledger.List("select 1 from process_run_observation"));
        Assert.Equal(202, (await Post(ledger, BadBodies.Array(four[1..]))).Status);
    }

    [Fact]
    public async Task While_the_database_is_away_what_waits_in_memory_is_bounded()
    {
        await using var ledger = await EmbeddedLedger.Start("--Intake:Patience", "00:00:00.2");
        using (await Locked(ledger))
        {
            // Each holds sixteen megabytes of the room.
            for (var n = 0; n < 12; n++)
            {
                var (status, body) = await Post(ledger, Encoding.UTF8.GetBytes($"{n}{new string('x', 8_000_000)}"));
                Assert.True(status == 503, $"{status} {body}");
            }

            Assert.Equal(503, (await Post(ledger, Good())).Status);
        }

        await Back(ledger);
        Assert.InRange(ledger.List("select 1 from rejected_observation").Count, 1, 8);
    }

    [Fact]
    public async Task An_observation_answered_503_may_be_sent_again_and_counts_once()
    {
        await using var ledger = await EmbeddedLedger.Start("--Intake:Patience", "00:00:00.2");
        var (good, other) = (Good(), Good());
        using (await Locked(ledger))
        {
            Assert.Equal(503, (await Post(ledger, good)).Status);
            Assert.Equal(503, (await Post(ledger, other)).Status);
        }

        await Back(ledger);
        Assert.Equal(202, (await Post(ledger, good)).Status);
        Assert.Equal(3, ledger.List("select 1 from process_run_observation").Count);
    }

    // What is committed last says that all before it is.
    static async Task Back(EmbeddedLedger ledger)
    {
        var run = Encoding.UTF8.GetBytes(Started(Guid.CreateVersion7()).ToJsonString());
        for (var status = 503; status == 503;)
            (status, _) = await Post(ledger, run);
    }

    static async Task<IDisposable> Locked(EmbeddedLedger ledger)
    {
        var connection = new SqliteConnection(ledger.ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "begin exclusive";
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    static async Task<(int Status, string Body)> Post(EmbeddedLedger ledger, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        return await ledger.Post("/api/observations", content);
    }
}
