using System.Net.Http.Headers;
using System.Text.Json;
using RunLedger.Service.Outward;

namespace RunLedger.Service.Channels;

/// <summary>A channel to which JSON is posted.</summary>
abstract class HttpChannel(OutwardHttp http) : IChannelKind
{
    public abstract string Name { get; }

    public virtual IEnumerable<string> Faults(ChannelBody body)
    {
        if (body.Address is null)
            yield return "address is missing: send the http or https address to post to, or where it is found.";
    }

    public async Task<OutwardResult> Send(
        ChannelSettings settings,
        ChannelSecrets secrets,
        Guid id,
        IncidentMessage message,
        CancellationToken cancellationToken)
    {
        // What a name leads to was not there to be looked at when the channel was put.
        if (ChannelBody.AddressFault(AddressOf(secrets)) is { } fault)
            return OutwardResult.Failed($"Its address {fault}.");
        var json = JsonSerializer.SerializeToUtf8Bytes(Body(secrets, id, message), JsonSerializerOptions.Web);
        using var request = new HttpRequestMessage(HttpMethod.Post, AddressOf(secrets))
        {
            Content = new ByteArrayContent(json),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        Sign(request.Headers, secrets, id, json);
        return await http.Send(request, [.. secrets.All], cancellationToken);
    }

    protected virtual string AddressOf(ChannelSecrets secrets) => secrets.Address ?? "";

    protected abstract object Body(ChannelSecrets secrets, Guid id, IncidentMessage message);

    protected virtual void Sign(HttpRequestHeaders headers, ChannelSecrets secrets, Guid id, byte[] body)
    {
    }
}
