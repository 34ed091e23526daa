using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace RunLedger.Client.Sending;

/// <summary>Posts NDJSON to the ledger.</summary>
sealed class HttpTransport(IHttpClientFactory clients, Uri ledger) : ITransport
{
    static readonly MediaTypeHeaderValue Ndjson = new("application/x-ndjson");
    readonly Uri _observations = new(
        ledger.AbsoluteUri.EndsWith('/') ? ledger : new Uri(ledger.AbsoluteUri + "/"), "api/observations");

    public async Task<IReadOnlyList<string>> Send(
        IReadOnlyList<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient(RunLedgerClientRegistration.HttpClientName);
        using var body = new MemoryStream();
        foreach (var line in lines)
        {
            body.Write(line.Span);
            body.WriteByte((byte)'\n');
        }

        body.Position = 0;
        using var content = new StreamContent(body) { Headers = { ContentType = Ndjson } };
        using var response = await client.PostAsync(_observations, content, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestEntityTooLarge)
        {
            if (lines.Count == 1)
                return [$"An observation of {lines[0].Length:N0} bytes is more than the ledger takes."];
            var half = lines.Count / 2;
            return
            [
                .. await Send([.. lines.Take(half)], cancellationToken).ConfigureAwait(false),
                .. await Send([.. lines.Skip(half)], cancellationToken).ConfigureAwait(false),
            ];
        }

        var answer = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.BadRequest
            && Parse(answer)?.Rejected is { } rejected)
            return [.. rejected.Select(line => line.Reason)];
        throw new HttpRequestException(
            $"{_observations} answered {(int)response.StatusCode}: {answer[..Math.Min(answer.Length, 200)]}");
    }

    /// <summary>Null where the answer is not the ledger's.</summary>
    static IntakeResponse? Parse(string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return IntakeResponse.FromJson(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
