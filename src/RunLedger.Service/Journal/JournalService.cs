using Microsoft.Extensions.Options;
using RabbitMQ.Client.Exceptions;
using RunLedger.Broker;
using RunLedger.Journal;

namespace RunLedger.Service.Journal;

/// <summary>
/// Makes the stream and its bindings when the service starts, and looks every so often whether they are there still: a
/// broker may be made anew under a service that runs.
/// </summary>
sealed class JournalService(
    BrokerAddress broker,
    RunLedgerOptions ledger,
    IOptions<JournalOptions> options,
    JournalState state,
    TimeProvider time,
    ILogger<JournalService> log) : BackgroundService
{
    static readonly TimeSpan Every = TimeSpan.FromMinutes(5);
    static readonly TimeSpan Again = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var before = state.Fault;
            await Look(stoppingToken);
            if (state.Fault is null && before is not null)
                JournalServiceLog.Recording(log, Stream);
            await Task.Delay(state.Fault is null ? Every : Again, time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    string Stream => ledger.QueueName + JournalStream.Suffix;

    // Health says what is wrong, in the log too; the ledger takes observations all the same.
    async Task Look(CancellationToken cancellationToken)
    {
        try
        {
            state.Fault = await JournalStream.Declare(broker, ledger, options.Value.Limits, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        // The client cancels what a broker does not answer in time.
        catch (Exception e) when (e is RabbitMQClientException or IOException or TimeoutException
            or OperationCanceledException)
        {
            state.Fault = $"The stream {Stream} cannot be looked at: {e.GetBaseException().Message}";
        }
    }
}
