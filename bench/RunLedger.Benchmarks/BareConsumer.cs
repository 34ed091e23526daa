using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace RunLedger.Benchmarks;

/// <summary>
/// As little as can be done to have the right rows of the reference workload: the bare client of the broker, batches,
/// one upsert for each table, many acknowledged at once. It knows nothing of order, attempts, keys, conflicts,
/// evidence, deadlines or bad input; what it reaches is what the machine gives.
/// </summary>
sealed class BareConsumer(Servers servers, string queue, ConsumeTimer consumption) : IHostedService
{
    const ushort Prefetch = 10_000;
    const int Most = 2_000;

    const string Upsert =
        """
        insert into process_run_observation as r
          (process_run_id, process_candidate_code, correlation_id, source_system, status, input_ref, output_ref,
           started_at, ended_at, last_event_at)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (process_run_id) do update set status = excluded.status,
          input_ref = coalesce(r.input_ref, excluded.input_ref), output_ref = excluded.output_ref,
          started_at = coalesce(r.started_at, excluded.started_at), ended_at = excluded.ended_at,
          last_event_at = excluded.last_event_at
        """;

    const string UpsertComponents =
        """
        insert into process_component_observation as c
          (component_run_id, process_run_id, correlation_id, source_system, dot_code, component_role, status,
           output_ref, started_at, ended_at)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (component_run_id) do update set status = excluded.status,
          dot_code = coalesce(c.dot_code, excluded.dot_code),
          component_role = coalesce(c.component_role, excluded.component_role), output_ref = excluded.output_ref,
          started_at = coalesce(c.started_at, excluded.started_at), ended_at = excluded.ended_at
        """;

    readonly Channel<Delivery> _waiting = Channel.CreateUnbounded<Delivery>(new() { SingleReader = true });
    readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(servers.Postgres + ";Max Auto Prepare=16");
    IConnection? _connection;
    IChannel? _channel;
    Task? _loop;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _connection = await servers.Connect();
        _channel = await _connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await _channel.QueueDeclareAsync(
            queue, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: cancellationToken);
        await _channel.BasicQosAsync(0, Prefetch, global: false, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            consumption.Begin();
            _waiting.Writer.TryWrite(Read(delivery));
            return Task.CompletedTask;
        };
        _loop = Run();
        await _channel.BasicConsumeAsync(queue, autoAck: false, consumer, cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.Complete();
        await _loop!;
        await _channel!.DisposeAsync();
        await _connection!.DisposeAsync();
        await _database.DisposeAsync();
    }

    async Task Run()
    {
        var batch = new List<Delivery>(Most);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (batch.Count < Most && _waiting.Reader.TryRead(out var delivery))
                batch.Add(delivery);
            await Commit(batch);
            await _channel!.BasicAckAsync(batch[^1].Tag, multiple: true);
            consumption.End(batch.Count);
            batch.Clear();
        }
    }

    async Task Commit(List<Delivery> batch)
    {
        Dictionary<Guid, Row> runs = [], components = [];
        foreach (var (_, type, message) in batch)
        {
            var run = runs.TryGetValue(message.ProcessRunId, out var known)
                ? known
                : runs[message.ProcessRunId] = new Row(message);
            run.At = message.OccurredAt;
            if (message.ComponentRunId is { } id)
            {
                run.Status = type == "StepStarted" ? "step_started" : "step_completed";
                (components.TryGetValue(id, out var component) ? component : components[id] = new Row(message))
                    .Take(message, type == "StepStarted", run.Status);
            }
            else
            {
                run.Take(message, type == "RunStarted", type == "RunStarted" ? "started" : "completed");
            }
        }

        await using var connection = await _database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var commands = connection.CreateBatch();
        Add(
            commands, Upsert, runs.Values,
            Of(runs, row => row.First.ProcessRunId), Of(runs, row => row.First.ProcessCandidateCode),
            Of(runs, row => row.First.CorrelationId), Of(runs, row => row.First.SourceSystem),
            Of(runs, row => row.Status), Of(runs, row => row.InputRef), Of(runs, row => row.OutputRef),
            Of(runs, row => row.StartedAt), Of(runs, row => row.EndedAt), Of(runs, row => row.At.UtcDateTime));
        Add(
            commands, UpsertComponents, components.Values,
            Of(components, row => row.First.ComponentRunId!.Value), Of(components, row => row.First.ProcessRunId),
            Of(components, row => row.First.CorrelationId), Of(components, row => row.First.SourceSystem),
            Of(components, row => row.DotCode), Of(components, row => row.ComponentRole),
            Of(components, row => row.Status), Of(components, row => row.OutputRef),
            Of(components, row => row.StartedAt), Of(components, row => row.EndedAt));
        await commands.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }

    static NpgsqlParameter<T[]> Of<T>(Dictionary<Guid, Row> rows, Func<Row, T> value) =>
        new() { TypedValue = [.. rows.Values.Select(value)] };

    static void Add(NpgsqlBatch batch, string sql, ICollection<Row> rows, params NpgsqlParameter[] parameters)
    {
        if (rows.Count == 0)
            return;
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddRange(parameters);
        batch.BatchCommands.Add(command);
    }

    static Delivery Read(BasicDeliverEventArgs delivery)
    {
        var envelope = JsonSerializer.Deserialize<Envelope>(delivery.Body.Span, JsonSerializerOptions.Web)!;
        var type = envelope.MessageType[0];
        return new Delivery(delivery.DeliveryTag, type[(type.LastIndexOf(':') + 1)..], envelope.Message);
    }

    sealed record Delivery(ulong Tag, string Type, Observed Message);

    sealed record Envelope(string[] MessageType, Observed Message);

    sealed record Observed(
        Guid ProcessRunId,
        string ProcessCandidateCode,
        string CorrelationId,
        string SourceSystem,
        DateTimeOffset OccurredAt,
        Guid? ComponentRunId,
        string? DotCode,
        string? ComponentRole,
        string? InputRef,
        string? OutputRef);

    sealed class Row(Observed first)
    {
        public Observed First => first;
        public string Status { get; set; } = "observed";
        public DateTimeOffset At { get; set; }
        public string? InputRef { get; private set; }
        public string? OutputRef { get; private set; }
        public string? DotCode { get; private set; }
        public string? ComponentRole { get; private set; }
        public DateTime? StartedAt { get; private set; }
        public DateTime? EndedAt { get; private set; }

        public void Take(Observed message, bool starts, string status)
        {
            Status = status;
            (InputRef, OutputRef) = (InputRef ?? message.InputRef, message.OutputRef ?? OutputRef);
            (DotCode, ComponentRole) = (DotCode ?? message.DotCode, ComponentRole ?? message.ComponentRole);
            if (starts)
                StartedAt = message.OccurredAt.UtcDateTime;
            else
                EndedAt = message.OccurredAt.UtcDateTime;
        }
    }
}
