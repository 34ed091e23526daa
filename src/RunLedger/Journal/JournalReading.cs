using MassTransit;
using MassTransit.Serialization;
using RunLedger.Broker;
using RunLedger.Contracts;
using RunLedger.Intake;

namespace RunLedger.Journal;

/// <summary>Reads messages of the stream by what reads those of the ledger's queue.</summary>
/// <param name="queue">The name of that queue: where what is set aside came from.</param>
/// <param name="rejections">Makes rows of what is set aside.</param>
sealed class JournalReading(string queue, Rejections rejections)
{
    static readonly string Enveloped = SystemTextJsonMessageSerializer.JsonContentType.MediaType;

    readonly Uri _address = new($"queue:{queue}");
    readonly ObservationDeserializer _envelope = new(SystemTextJsonMessageSerializer.JsonContentType, envelope: true);
    readonly ObservationDeserializer _plain = new(LedgerEndpoint.Plain, envelope: false);

    /// <summary>What is in it, at least one part; none where it is nothing that the journal is about.</summary>
    public IReadOnlyList<JournalPart> Read(Delivery delivery)
    {
        if (PlainReading.TryRead(delivery, out var observation, out _))
        {
            var contract = observation.GetType().Name;
            return [new(contract, observation, null, why => rejections.Of(
                contract, queue, delivery.Properties.ContentType, delivery.Body.ToArray(), why))];
        }

        var received = new JournalReceiveContext(delivery, _address);
        var reader = received.ContentType?.MediaType == Enveloped ? _envelope : _plain;
        var message = reader.Read(received, out var said);
        return message switch
        {
            RejectedBody body => [Part(body.Contract, null, body.Reason)],
            ObservationBatch batch => batch.Items().ConvertAll(item => new JournalPart(
                item.Read.Contract, item.Read.Message, item.Read.Reason, why => rejections.Of(
                    item.Read.Contract, queue, LedgerEndpoint.Plain.MediaType, item.Json.ToArray(), why))),
            RunObservation or ProcessDefined => [Part(message.GetType().Name, message, null)],
            // What the ledger sends to itself.
            _ => [],
        };

        JournalPart Part(string? contract, object? read, string? reason) =>
            new(contract, read, reason, why => rejections.Of(received, said.Headers, contract, why));
    }
}
