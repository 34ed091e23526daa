using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using RunLedger.Service.Outward;

namespace RunLedger.Service.Channels;

/// <summary>
/// Whatever takes JSON. Signed as Standard Webhooks has it (https://www.standardwebhooks.com): HMAC-SHA256 over id,
/// time and body, so that what is repeated later is told from what is new.
/// </summary>
sealed class WebhookChannel(OutwardHttp http, IOptions<OutwardOptions> options, TimeProvider time) : HttpChannel(http)
{
    const string Base64Prefix = "whsec_";

    /// <summary>Shorter than what is signed with it protects nothing.</summary>
    const int LeastKey = 16;

    public override string Name => "webhook";

    public override IEnumerable<string> Faults(ChannelBody body)
    {
        foreach (var fault in base.Faults(body))
            yield return fault;
        if (body.Key is { } key && !SecretReader.IsName(key) && KeyOf(key).Length < LeastKey)
        {
            yield return $"key has less than {LeastKey} bytes: send a long random one, such as of openssl rand -hex "
                + "32.";
        }
    }

    protected override object Body(ChannelSecrets secrets, Guid id, IncidentMessage message) => new
    {
        id,
        type = $"incident.{message.Kind}",
        timestamp = message.At,
        data = new
        {
            message.IncidentId,
            message.Rule,
            message.Condition,
            message.Candidate,
            message.Title,
            message.Text,
            message.Groups,
            message.RunId,
            message.BeganAt,
            message.RecoveredAt,
            incidentLink = options.Value.Link($"/incidents#i-{message.IncidentId}"),
            runLink = message.RunId is { } run ? options.Value.Link($"/runs/{run}") : null,
        },
    };

    protected override void Sign(HttpRequestHeaders headers, ChannelSecrets secrets, Guid id, byte[] body)
    {
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        headers.Add("Idempotency-Key", $"{id}");
        headers.Add("webhook-id", $"{id}");
        headers.Add("webhook-timestamp", timestamp);
        if (secrets.Key is not { } key)
            return;
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, KeyOf(key));
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(hmac.GetHashAndReset())}");
    }

    static byte[] KeyOf(string key)
    {
        if (!key.StartsWith(Base64Prefix, StringComparison.Ordinal))
            return Encoding.UTF8.GetBytes(key);
        var bytes = new byte[key.Length];
        return Convert.TryFromBase64String(key[Base64Prefix.Length..], bytes, out var length)
            ? bytes[..length]
            : Encoding.UTF8.GetBytes(key);
    }
}
