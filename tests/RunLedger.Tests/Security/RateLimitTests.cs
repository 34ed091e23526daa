using System.Net;
using RunLedger.Tests.Support;
using static RunLedger.Tests.Support.BadBodies;

namespace RunLedger.Tests.Security;

public sealed class RateLimitTests
{
    const int TooLarge = 32 * 1024 * 1024;

    [Fact]
    public async Task A_key_that_sends_too_often_waits_and_another_does_not()
    {
        var other = new TestKey("other", "observe");
        await using var ledger = await EmbeddedLedger.Start(
            [.. TestKey.Settings(TestKey.Observer, other), "--Intake:RequestsPerSecond", "1"]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Post(ledger, TestKey.Observer)));

        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.Accepted);
        var answer = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        Assert.Contains("Too many requests", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Accepted, (await Post(ledger, other)).StatusCode);
    }

    [Fact]
    public async Task Who_has_no_key_uses_up_nobody_s_room_and_is_not_read()
    {
        await using var ledger = await EmbeddedLedger.Start(TestKey.Settings(TestKey.Observer));

        await using var request = await RawRequest.Announce(ledger, TooLarge);

        Assert.Equal(401, await request.Status());
    }

    [Fact]
    public async Task Too_large_a_body_is_413_with_the_right_key_too()
    {
        await using var ledger = await EmbeddedLedger.Start(TestKey.Settings(TestKey.Observer));

        await using var request = await RawRequest.Announce(ledger, TooLarge, TestKey.Observer);

        Assert.Equal(413, await request.Status());
    }

    static async Task<HttpResponseMessage> Post(EmbeddedLedger ledger, TestKey key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/observations")
        {
            Content = new StringContent(Started(Guid.CreateVersion7()).ToJsonString()),
        };
        request.Headers.Add("X-Api-Key", key.Text);
        return await ledger.Client.SendAsync(request);
    }
}
