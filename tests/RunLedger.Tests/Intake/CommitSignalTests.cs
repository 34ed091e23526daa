using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Contracts;
using RunLedger.Service.Intake;
using RunLedger.Testing;

namespace RunLedger.Tests.Intake;

public sealed class CommitSignalTests : IAsyncLifetime
{
    readonly CommitSignal _commits = new();
    ServiceProvider _services = null!;
    ITestHarness _harness = null!;

    public async ValueTask InitializeAsync()
    {
        _services = new ServiceCollection()
            .AddMassTransitTestHarness(TextWriter.Null, bus =>
            {
                bus.AddConsumer<Failing>().Endpoint(endpoint => endpoint.Name = "failing");
                bus.AddConfigureEndpointsCallback(
                    (_, endpoint) => endpoint.UseMessageRetry(retry => retry.Immediate(2)));
            })
            .BuildServiceProvider(validateScopes: true);
        _harness = _services.GetTestHarness();
        await _harness.Start();
        _harness.Bus.ConnectConsumeObserver(_commits);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public Task What_a_retry_commits_has_not_failed() => Send(failures: 2);

    [Fact]
    public async Task What_fails_when_all_retries_have_ended_has_failed() =>
        Assert.Equal("3rd", (await Assert.ThrowsAsync<InvalidOperationException>(() => Send(failures: 3))).Message);

    [Fact]
    public async Task What_could_not_be_published_is_not_waited_for() =>
        await Assert.ThrowsAsync<TimeoutException>(() => _commits.Committed(_ => throw new TimeoutException()));

    Task<string?> Send(int failures) => _commits.Committed(id => _harness.Bus.Publish(
            Some.Run().Started() with { CorrelationId = $"{failures}" }, context => context.MessageId = id))
        .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

    sealed class Failing : IConsumer<RunStarted>
    {
        public Task Consume(ConsumeContext<RunStarted> context) =>
            context.GetRetryAttempt() < int.Parse(
                context.Message.CorrelationId, System.Globalization.CultureInfo.InvariantCulture)
                ? throw new InvalidOperationException($"{context.GetRetryAttempt() + 1}rd")
                : Task.CompletedTask;
    }
}
