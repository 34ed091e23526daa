using System.Collections;
using System.Text.Json;
using MassTransit;

namespace RunLedger.Intake;

/// <summary>Publishers may set a message id that is no GUID; that is no reason to refuse what they say.</summary>
sealed class TolerantHeaders(Headers headers) : Headers
{
    public IEnumerable<KeyValuePair<string, object>> GetAll() => headers.GetAll();

    public bool TryGetHeader(string key, out object value) =>
        headers.TryGetHeader(key, out value!)
        && (key is not (MessageHeaders.MessageId or MessageHeaders.CorrelationId)
            || Guid.TryParse(value.ToString(), out _));

    public T? Get<T>(string key, T? defaultValue = default)
        where T : class => Try(() => headers.Get(key, defaultValue), defaultValue);

    public T? Get<T>(string key, T? defaultValue = null)
        where T : struct => Try(() => headers.Get(key, defaultValue), defaultValue);

    public IEnumerator<HeaderValue> GetEnumerator() => headers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => headers.GetEnumerator();

    static T Try<T>(Func<T> get, T otherwise)
    {
        try
        {
            return get();
        }
        catch (Exception e) when (e is FormatException or JsonException or ArgumentException)
        {
            return otherwise;
        }
    }
}
