using MassTransit;
using RunLedger.Batching;
using RunLedger.Intake;
using RunLedger.Telemetry;

namespace RunLedger.Service.Intake.CloudEvents;

/// <summary>
/// CloudEvents from a queue of the ledger's broker, in the binding for AMQP: as over HTTP, and acknowledged when they
/// are durable. While broker or database are away a message waits here, and goes back to its queue when the process
/// stops.
/// </summary>
sealed class EventConsumer(
    ObservationIntake intake, LedgerMeter meter, TimeProvider time, IHostApplicationLifetime lifetime)
    : IConsumer<EventBody>
{
    /// <summary>One message has at most as many as a request by default.</summary>
    const int MostEvents = 10_000;

    /// <summary>The binding's own prefix, and those that are written where a colon cannot be.</summary>
    static readonly string[] TypeHeaders = ["cloudEvents:type", "cloudEvents_type", "ce-type", "ce_type"];

    static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public async Task Consume(ConsumeContext<EventBody> context)
    {
        var receive = context.ReceiveContext;
        var (origin, body) = (receive.InputAddress.Segments[^1], receive.Body.GetBytes());
        // An attempt that hung may have been durable: what arrives twice counts once.
        while (true)
        {
            try
            {
                var result = await intake.Take(Lines(receive, body), origin, context.CancellationToken);
                meter.Witnessed(
                    Witness.CloudEvents,
                    result.Accepted + result.Ignored.Count + result.Rejected.Count,
                    result.Accepted,
                    result.Rejected.Count);
                return;
            }
            catch (Exception e) when (IntakeOutage.Is(e) && !lifetime.ApplicationStopping.IsCancellationRequested)
            {
                await Task.Delay(Pause, time, lifetime.ApplicationStopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (lifetime.ApplicationStopping.IsCancellationRequested)
                throw new RequeueException("The process stops, and the event is not durable.");
        }
    }

    static IEnumerable<IntakeLine> Lines(ReceiveContext receive, byte[] body)
    {
        var structured = receive.ContentType?.MediaType.StartsWith(
            "application/cloudevents", StringComparison.OrdinalIgnoreCase) is true;
        var type = structured ? null : TypeHeaders.Select(name =>
            receive.TransportHeaders.TryGetHeader(name, out var value) ? value.ToString() : null)
            .FirstOrDefault(value => !string.IsNullOrEmpty(value));
        return BodyParts.Of(body, MostEvents)
            .DefaultIfEmpty(new BodyPart(1, body, "The message is empty: send an event."))
            .Select(part => type is null ? EventLine.Structured(part) : EventLine.Binary(part, type));
    }
}
