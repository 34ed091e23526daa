using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Testing;
using RunLedger.Tests.Support;
using static RunLedger.Tests.Support.BadBodies;

namespace RunLedger.Tests.Intake;

/// <summary>Who sends slowly, or much, takes nobody else's room.</summary>
public sealed class IntakeShareTests
{
    const int Places = 4;

    static readonly TestKey Other = new("other", "observe");

    [Fact]
    public async Task Bodies_that_come_slowly_take_no_place()
    {
        await using var ledger = await Start("--Intake:MaxRequests", $"{Places}");
        var run = Started(Guid.CreateVersion7()).ToJsonString();
        var slow = new List<RawRequest>();
        for (var n = 0; n < 2 * Places; n++)
            slow.Add(await RawRequest.Post(ledger, 1 + run.Length, TestKey.Observer));

        Assert.Equal(202, await Post(ledger, TestKey.Observer));
        foreach (var request in slow)
        {
            await request.Send(Encoding.UTF8.GetBytes($" {run}"));
            Assert.Equal(202, await request.Status());
            await request.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_body_that_does_not_come_in_time_is_408_and_says_why()
    {
        var time = new FakeTimeProvider(Some.Noon);
        await using var ledger = await EmbeddedLedger.Start(time, "--Intake:BodyTime", "00:00:10");
        await using var slow = await RawRequest.Post(ledger, 100);
        await slow.Send("{"u8.ToArray());

        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(408, await slow.Status());
        await slow.Until("did not come within 00:00:10");
    }

    [Fact]
    public async Task One_key_s_bodies_take_half_of_the_memory_and_leave_another_its_own()
    {
        await using var ledger = await Start("--Intake:MaxBufferedBytes", $"{32 * 1024 * 1024}");
        var blank = Encoding.UTF8.GetBytes(new string(' ', 7 * 1024 * 1024));
        var run = Encoding.UTF8.GetBytes(Started(Guid.CreateVersion7()).ToJsonString());
        for (var time = 0; ; time++)
        {
            await using var one = await RawRequest.Post(ledger, blank.Length + run.Length, TestKey.Observer);
            await using var two = await RawRequest.Post(ledger, blank.Length + run.Length, TestKey.Observer);
            await Task.WhenAll(one.Send(blank), two.Send(blank));
            Task<int>[] answers = [one.Status(), two.Status()];

            // There is room for one of them, whichever it is; two that grow at the same moment are both too much.
            var refused = await Task.WhenAny(answers);
            Assert.Equal(429, await refused);
            Assert.Equal(202, await Post(ledger, Other));
            var (taken, answer) = refused == answers[0] ? (two, answers[1]) : (one, answers[0]);
            var early = answer.IsCompleted;
            if (!early)
                await taken.Send(run);
            if (await answer == 429)
            {
                Assert.True(time < 20, "Neither of two was ever taken.");
                continue;
            }

            Assert.False(early);
            Assert.Equal(202, await answer);
            return;
        }
    }

    [Fact]
    public async Task One_key_has_half_of_the_places_and_the_next_is_told_to_come_back()
    {
        await using var ledger = await Start("--Intake:MaxRequests", $"{Places}");
        Task<int>[] own;
        Task<int> other;
        using (await Locked(ledger))
        {
            // Each that has a place keeps it while the database is away.
            own = [.. Enumerable.Range(0, (Places / 2) + 1).Select(_ => Post(ledger, TestKey.Observer))];
            Assert.Equal(429, await await Task.WhenAny(own));
            other = Post(ledger, Other);
        }

        Assert.Equal([202, 202, 429], (await Task.WhenAll(own)).Order());
        Assert.Equal(202, await other);
    }

    static Task<EmbeddedLedger> Start(params string[] settings) =>
        EmbeddedLedger.Start([.. TestKey.Settings(TestKey.Observer, Other), .. settings]);

    static async Task<IDisposable> Locked(EmbeddedLedger ledger)
    {
        var connection = new SqliteConnection(ledger.ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "begin exclusive";
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    static async Task<int> Post(EmbeddedLedger ledger, TestKey key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/observations")
        {
            Content = new StringContent(Started(Guid.CreateVersion7()).ToJsonString()),
        };
        request.Headers.Add("X-Api-Key", key.Text);
        using var answer = await ledger.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }
}
