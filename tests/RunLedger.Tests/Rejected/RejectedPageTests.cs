using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Rejected;

/// <summary>What was rejected, as operators find it and decide on it.</summary>
public sealed partial class RejectedPageTests : IAsyncLifetime
{
    OperatorPage _page = null!;

    public async ValueTask InitializeAsync() => _page = await OperatorPage.Open();

    public ValueTask DisposeAsync() => _page.DisposeAsync();

    [Fact]
    public async Task What_was_rejected_is_corrected_and_sent_again_or_discarded()
    {
        await _page.Reject();
        await _page.Reject("other");
        var (_, page) = await _page.Get("/rejected");
        var ids = _page.Ledger.List("select lower(rejected_id) from rejected_observation order by rejected_at");
        var good =
            $$"""
              {"type":"RunStarted","processRunId":"{{_page.Run}}","processCandidateCode":"P",
              "correlationId":"c","sourceSystem":"dot_runtime","occurredAt":"{{OperatorPage.Start:O}}"}
              """;

        var sent = await _page.Post($"/rejected/{ids[0]}", page, ("action", "correct"), ("payload", good));
        var unreasoned = await _page.Post($"/rejected/{ids[1]}", page, ("action", "discard"));
        var discarded = await _page.Post(
            $"/rejected/{ids[1]}", page, ("action", "discard"), ("reason", "a test of theirs"));

        Assert.Contains("It was sent again.", sent, StringComparison.Ordinal);
        Assert.Contains("Give a reason", unreasoned, StringComparison.Ordinal);
        Assert.Contains("It is discarded.", discarded, StringComparison.Ordinal);
        Assert.Equal(["started"], _page.Ledger.List("select status from process_run_observation"));
        Assert.Equal(
            ["discarded", "resent"], _page.Ledger.List("select state from rejected_observation order by state"));
    }

    [Fact]
    public async Task A_group_of_what_was_rejected_is_looked_at_before_it_is_discarded_and_what_came_since_stays()
    {
        await _page.Reject();
        await _page.Reject("other");
        var (_, all) = await _page.Get("/rejected");
        var group = WebUtility.HtmlDecode(OperatorPage.Link().Matches(all)
            .Select(link => link.Groups["to"].Value)
            .First(to => to.StartsWith("/rejected?group=", StringComparison.Ordinal)));
        var (_, shown) = await _page.Get(group);
        var form = $"/rejected/groups/{group.Split('=')[1]}";
        var until = WebUtility.HtmlDecode(Until().Match(shown).Groups["until"].Value);
        await _page.Reject("later");

        var unreasoned = await _page.Post(form, shown, ("action", "discard"), ("until", until));
        var begun = await _page.Post(
            form, shown, ("action", "discard"), ("until", until), ("reason", "a test of theirs"));

        Assert.DoesNotContain($"action=\"{form}\"", all, StringComparison.Ordinal);
        Assert.Contains("Discard all 2<", shown, StringComparison.Ordinal);
        Assert.Equal(2, shown.Split("<summary>Payload").Length - 1);
        Assert.Contains("Give a reason", unreasoned, StringComparison.Ordinal);
        Assert.Contains("Work on the group has begun", begun, StringComparison.Ordinal);
        var clock = Stopwatch.StartNew();
        while (_page.Ledger.List("select count(*) from operator_action where outcome is null") is not ["0"])
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), "The group is not worked off.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Equal(["discarded 2"], _page.Ledger.List("select outcome from operator_action"));
        Assert.Equal(
            ["discarded", "discarded", "open"],
            _page.Ledger.List("select state from rejected_observation order by rejected_at"));
        Assert.Contains("Discard all 1<", (await _page.Get(group)).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_too_large_to_be_counted_says_that_there_is_more()
    {
        _page.Ledger.List("""
            with recursive n(i) as (select 1 union all select i + 1 from n where i <= 100000)
            insert into rejected_observation (rejected_id, origin, payload, reason, rejected_at, fingerprint)
            select printf('%08x-0000-7000-8000-000000000000', i), 'o', '{}', 'r', '2026-01-01T00:00:00.000000Z', 'many'
              from n
            """);

        var (_, html) = await _page.Get("/rejected?group=many");

        Assert.Contains("Discard all 100,000 and more<", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_rejected_is_paged_both_ways()
    {
        for (var i = 0; i < 60; i++)
            await _page.Reject($"id {i}.");

        var (_, first) = await _page.Get("/rejected?state=open");
        var (_, second) = await _page.Get(OperatorPage.Rel(first, "next"));
        var (_, third) = await _page.Get(OperatorPage.Rel(second, "next"));
        var (_, again) = await _page.Get(OperatorPage.Rel(third, "prev"));

        Assert.Equal(
            [25, 25, 10], new[] { first, second, third }.Select(page => page.Split("<summary>Payload").Length - 1));
        Assert.Equal(Articles(second), Articles(again));
        Assert.DoesNotContain("rel=\"prev\"", first, StringComparison.Ordinal);
        Assert.DoesNotContain("rel=\"next\"", third, StringComparison.Ordinal);
    }

    static IEnumerable<string> Articles(string html) => Article().Matches(html).Select(article => article.Value);

    [GeneratedRegex("id=\"r[0-9a-f-]{36}\"")]
    private static partial Regex Article();

    [GeneratedRegex("name=\"until\" value=\"(?<until>[^\"]*)\"")]
    private static partial Regex Until();
}
