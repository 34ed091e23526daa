using Microsoft.Extensions.Time.Testing;
using RunLedger.Service.Standby;

namespace RunLedger.Tests.Standby;

/// <summary>Answers that are kept for a while.</summary>
public sealed class KeptTests : IDisposable
{
    readonly FakeTimeProvider _time = new();
    readonly LastAction _actions = new();
    readonly Kept<string> _kept;
    int _asked;

    public KeptTests() => _kept = new(TimeSpan.FromSeconds(2), _actions, _time);

    public void Dispose() => _kept.Dispose();

    [Fact]
    public async Task It_is_asked_for_again_after_its_time_and_after_an_action()
    {
        Assert.Equal(("1", "1"), (await Ask(), await Ask()));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("2", await Ask());
        _actions.Done();

        Assert.Equal("3", await Ask());
    }

    [Fact]
    public async Task That_of_the_standby_is_not_that_of_the_primary()
    {
        await Ask();
        Assert.Equal("2", await OfStandby());
        Assert.Equal(("1", "2"), (await Ask(), await OfStandby()));

        async Task<string> OfStandby()
        {
            ReadSource.Begin(TimeSpan.Zero);
            return await Ask();
        }
    }

    [Fact]
    public async Task Who_waits_for_their_own_action_on_the_standby_is_given_nothing_of_before()
    {
        await Ask();
        Assert.Equal(("2", "3"), (await Own(), await Own()));

        async Task<string> Own()
        {
            ReadSource.Begin(null, ReadSource.OwnAction);
            return await Ask();
        }
    }

    [Fact]
    public async Task What_was_asked_while_somebody_did_something_is_not_kept()
    {
        await _kept.Find(
            _ =>
            {
                _actions.Done();
                return Task.FromResult("of before");
            },
            TestContext.Current.CancellationToken);

        Assert.Equal("1", await Ask());
    }

    Task<string> Ask() => _kept.Find(
        _ => Task.FromResult($"{++_asked}"), TestContext.Current.CancellationToken);
}
