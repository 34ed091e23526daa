using Microsoft.Extensions.DependencyInjection;
using RunLedger.Service.Actions;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Actions;

/// <summary>The log of actions forgets, and is asked for one kind.</summary>
public sealed class ActionPurgeTests
{
    [Fact]
    public async Task What_is_older_than_it_is_kept_goes_and_what_is_not_over_stays()
    {
        await using var ledger = await EmbeddedLedger.Start("--Actions:KeepFor", "30.00:00:00");
        foreach (var (days, action, outcome) in ((int, string, string)[])
            [(31, "old", "'done'"), (29, "query", "'done'"), (400, "unfinished", "null")])
        {
            ledger.List(
                "insert into operator_action (id, at, who, action, subject, outcome) values "
                + $"('{Guid.CreateVersion7()}', strftime('%Y-%m-%dT%H:%M:%S.000000Z', 'now', '-{days} days'), 'ann', "
                + $"'{action}', 's', {outcome})");
        }

        var taken = await ledger.Services.GetRequiredService<ActionPurge>().Once(TestContext.Current.CancellationToken);

        Assert.Equal(1, taken);
        Assert.Equal(["query", "unfinished"], ledger.List("select action from operator_action order by 1"));
        Assert.Contains(
            "\"action\":\"query\"", await ledger.Client.GetStringAsync("/api/actions?action=query"),
            StringComparison.Ordinal);
        Assert.DoesNotContain(
            "unfinished", await ledger.Client.GetStringAsync("/api/actions?action=query"), StringComparison.Ordinal);
        using var wrong = await ledger.Client.GetAsync("/api/actions?action=dance");
        Assert.Equal(400, (int)wrong.StatusCode);
    }
}
