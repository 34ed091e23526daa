using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Contracts;
using RunLedger.Service.Intake;

namespace RunLedger.Service.Demo;

/// <summary>
/// A ledger's <c>POST /api/observations</c>, as NDJSON. A ledger that is busy is waited for as it asks.
/// </summary>
/// <param name="client">Its base address is the ledger's and ends in a slash.</param>
/// <param name="time">Measures the waiting.</param>
sealed class HttpTarget(HttpClient client, TimeProvider time) : IDemoTarget
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public async Task Send(IReadOnlyCollection<RunObservation> messages, CancellationToken cancellationToken)
    {
        var lines = string.Join('\n', messages.Select(Line));
        var start = time.GetTimestamp();
        while (true)
        {
            using var answer = await Post(lines, cancellationToken);
            if (answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
                && time.GetElapsedTime(start) < Patience)
            {
                await Task.Delay(Asked(answer.Headers.RetryAfter), time, cancellationToken);
                continue;
            }

            await Check(answer, cancellationToken);
            return;
        }
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>An observation as the ledger takes it: <c>{"type":"RunStarted", …}</c>.</summary>
    static string Line(RunObservation message)
    {
        var line = JsonSerializer.SerializeToNode(message, message.GetType(), Json)!.AsObject();
        line.Insert(0, "type", message.GetType().Name);
        return line.ToJsonString(Json);
    }

    async Task<HttpResponseMessage> Post(string lines, CancellationToken cancellationToken)
    {
        using var content = new StringContent(lines, Encoding.UTF8, "application/x-ndjson");
        try
        {
            return await client.PostAsync("api/observations", content, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            throw new DemoException(
                $"No ledger answers at {client.BaseAddress}: {e.Message}. "
                + "Start one with `serve`, or name another with --url or --rabbitmq.");
        }
    }

    async Task Check(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.StatusCode is not HttpStatusCode.Accepted)
        {
            throw new DemoException(
                $"{client.BaseAddress} takes no observations: {(int)answer.StatusCode} {answer.ReasonPhrase}. "
                + await Detail(answer.Content, cancellationToken));
        }

        var result = await answer.Content.ReadFromJsonAsync<IntakeResult>(Json, cancellationToken);
        if (result is { Rejected: [var first, ..] })
        {
            throw new DemoException(
                $"The ledger refused {result.Rejected.Count} messages, the first because: {first.Reason}");
        }
    }

    /// <summary>What a ledger says of it; what is none may say anything.</summary>
    static async Task<string?> Detail(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            return (await content.ReadFromJsonAsync<ProblemDetails>(Json, cancellationToken))?.Detail;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    TimeSpan Asked(RetryConditionHeaderValue? retryAfter) =>
        retryAfter?.Delta ?? (retryAfter?.Date - time.GetUtcNow() is { Ticks: > 0 } wait ? wait : Pause);
}
