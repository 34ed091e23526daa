using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using RunLedger.Broker;
using RunLedger.Intake;

namespace RunLedger.Journal;

/// <summary>
/// Sends what the stream has to the ledger's own queue again, past all exchanges, so that the stream does not get it a
/// second time. The ledger takes it as it took it before: what it has already changes nothing.
/// </summary>
sealed class JournalReplay(BrokerAddress broker, JournalReader reader, string queue, TimeProvider time)
{
    /// <summary>Sent and not confirmed, of messages and of bytes.</summary>
    const int Window = 500;
    const int WindowBytes = 16_000_000;

    /// <summary>A broker that restarted may never confirm what it was given before.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>So many between two words of how far it is, and two looks at the queue.</summary>
    const int Told = 20_000;

    /// <summary>More are not sent while the ledger has so many before it.</summary>
    const int MostWaiting = 100_000;

    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>What would lead a copy of it elsewhere, or that is of the stream.</summary>
    static readonly string[] Left = [JournalFeed.OffsetHeader, "CC", "BCC"];

    static readonly CreateChannelOptions Confirmed = new(
        publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    readonly JournalReading _reading = new(queue, new Rejections(time));
    readonly Uri _address = new($"queue:{queue}");

    /// <summary>Sends what there is between two offsets, both included.</summary>
    /// <param name="ends">The offsets.</param>
    /// <param name="told">Is told now and then how many were sent, and up to which offset.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many messages the queue has confirmed.</returns>
    /// <exception cref="JournalException">It could not; it can be begun again.</exception>
    public async Task<long> Run(JournalEnds ends, Action<long, long> told, CancellationToken cancellationToken)
    {
        var (sent, bytes) = (0L, 0L);
        var factory = new ConnectionFactory
        {
            ClientProvidedName = "run-ledger journal",
            AutomaticRecoveryEnabled = false,
        };
        broker.Configure(factory);
        try
        {
            await using var connection = await factory.CreateConnectionAsync(cancellationToken);
            await using var channel = await connection.CreateChannelAsync(Confirmed, cancellationToken);
            var underWay = new List<Task>(Window);
            await foreach (var message in reader.Read(ends.First, ends.Last, cancellationToken))
            {
                // What the ledger sent to itself is over.
                if (_reading.Read(message.Delivery).Count == 0)
                    continue;
                underWay.Add(channel.BasicPublishAsync(
                    "", queue, mandatory: true, Again(message.Delivery), message.Delivery.Body, cancellationToken)
                    .AsTask());
                if (underWay.Count == Window || (bytes += message.Delivery.Body.Length) >= WindowBytes)
                    await Confirm();
                if (++sent % Told > 0)
                    continue;
                told(sent, message.Offset);
                while (await reader.IsFull(queue, MostWaiting, cancellationToken))
                    await Task.Delay(Pause, time, cancellationToken);
            }

            await Confirm();
            return sent;

            async Task Confirm()
            {
                await Task.WhenAll(underWay).WaitAsync(Patience, time, cancellationToken);
                underWay.Clear();
                bytes = 0;
            }
        }
        catch (PublishException e) when (e.IsReturn)
        {
            throw new JournalException(
                $"There is no queue {queue} on {broker.DisplayText}: start the ledger once, which makes it.");
        }
        catch (Exception e) when (e is RabbitMQClientException or IOException or TimeoutException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var words = e is OperationCanceledException
                ? "it does not answer."
                : e.GetBaseException().Message.ReplaceLineEndings(" ");
            throw new JournalException($"{broker.DisplayText} takes no more: {words} Some is sent; begin again, since "
                + "what arrives twice counts once.");
        }
    }

    /// <summary>What is sent of a time.</summary>
    /// <param name="ends">Of the stream.</param>
    /// <param name="first">Its first offset of that time or later; null where it did not say.</param>
    /// <exception cref="JournalException">It did not say.</exception>
    public static JournalEnds Since(JournalEnds ends, long? first) => first is { } offset
        ? new(Math.Max(ends.First, offset), ends.Last)
        : throw new JournalException(
            "The stream gives nothing of that time or later: nothing is so new, or the broker has much to do. Nothing "
            + "was sent.");

    /// <summary>Its properties, with the contract that its exchange may have said.</summary>
    BasicProperties Again(Delivery delivery)
    {
        var contract = ContractNames.Of(new JournalReceiveContext(delivery, _address)).Select(ContractNames.Resolve)
            .FirstOrDefault(known => known is not null);
        var properties = new BasicProperties(delivery.Properties) { Persistent = true };
        // Of another login the broker refuses it, and what has a term would have reached it.
        properties.ClearUserId();
        properties.ClearExpiration();
        if (contract is not null)
            properties.Type = contract.Name;
        if (properties.Headers is { } headers)
        {
            properties.Headers = headers.Where(header => !Left.Contains(header.Key))
                .ToDictionary(header => header.Key, header => header.Value);
        }

        return properties;
    }
}
