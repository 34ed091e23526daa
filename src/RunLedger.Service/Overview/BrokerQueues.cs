using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using RunLedger.Broker;

namespace RunLedger.Service.Overview;

/// <summary>
/// The ledger's queues as the broker has them: over AMQP by declaring them passively, which needs no right but to look;
/// what is under way only from the management plug-in.
/// </summary>
sealed class BrokerQueues(BrokerAddress broker, Uri? management, RunLedgerOptions ledger) : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    readonly SemaphoreSlim _one = new(1, 1);
    readonly HttpClient _http = new() { Timeout = Patience };
    IConnection? _connection;

    public async Task<(IReadOnlyList<QueueFigures> Queues, string? Fault)> Ask(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        var (queues, fault) = ((IReadOnlyList<QueueFigures>)[], (string?)null);
        try
        {
            await _one.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ([], Late);
        }

        try
        {
            queues = await Declare(limit.Token);
            if (management is not null)
                queues = await WithManagement(queues, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            fault = Late;
        }
        catch (Exception e) when (e is RabbitMQClientException or IOException or SocketException or HttpRequestException
            or JsonException or TimeoutException)
        {
            fault = e.Message;
        }
        finally
        {
            _one.Release();
        }

        return (queues, fault);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        _http.Dispose();
        _one.Dispose();
    }

    static string Late => string.Create(
        CultureInfo.InvariantCulture, $"The broker did not answer within {Patience.TotalSeconds:0} seconds.");

    async Task<IReadOnlyList<QueueFigures>> Declare(CancellationToken cancellationToken)
    {
        if (_connection is not { IsOpen: true })
        {
            if (_connection is not null)
                await _connection.DisposeAsync();
            _connection = null;
            var factory = new ConnectionFactory
            {
                ClientProvidedName = "run-ledger overview",
                AutomaticRecoveryEnabled = false,
            };
            broker.Configure(factory);
            _connection = await factory.CreateConnectionAsync(cancellationToken);
        }

        var queues = new List<QueueFigures>();
        IChannel? channel = null;
        foreach (var suffix in (string[])["", "_error", "_dead", "-control", "-scheduler"])
        {
            var name = ledger.QueueName + suffix;
            try
            {
                channel ??= await _connection.CreateChannelAsync(cancellationToken: cancellationToken);
                var found = await channel.QueueDeclarePassiveAsync(name, cancellationToken);
                queues.Add(new()
                {
                    Name = name,
                    Exists = true,
                    Ready = found.MessageCount,
                    Unacknowledged = null,
                    Consumers = found.ConsumerCount,
                });
            }
            catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
            {
                // The broker closes the channel over it.
                channel = null;
                queues.Add(new() { Name = name, Exists = false, Ready = 0, Unacknowledged = null, Consumers = 0 });
            }
        }

        if (channel is not null)
            await channel.DisposeAsync();
        return queues;
    }

    async Task<IReadOnlyList<QueueFigures>> WithManagement(
        IReadOnlyList<QueueFigures> queues, CancellationToken cancellationToken)
    {
        var path = Uri.UnescapeDataString(broker.Uri.AbsolutePath.TrimStart('/'));
        var host = Uri.EscapeDataString(path.Length == 0 ? "/" : path);
        var asked = new List<QueueFigures>();
        foreach (var queue in queues)
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get,
                new Uri(
                    management!,
                    $"/api/queues/{host}/{Uri.EscapeDataString(queue.Name)}?columns=messages_unacknowledged"));
            var login = management!.UserInfo.Length > 0 ? management.UserInfo : broker.Uri.UserInfo;
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(login))));
            using var response = await _http.SendAsync(request, cancellationToken);
            var known = response.IsSuccessStatusCode
                && (await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken))
                    .TryGetProperty("messages_unacknowledged", out var count) && count.ValueKind == JsonValueKind.Number
                ? count.GetInt64()
                : (long?)null;
            asked.Add(queue with { Unacknowledged = known });
        }

        return asked;
    }
}
