using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Microsoft.Extensions.Options;
using RunLedger.Telemetry;

namespace RunLedger.Service.Outward;

/// <summary>
/// Calls an address that somebody gave: within the time limit, without following where it is sent on, and reading no
/// more of an answer than a person would. Nothing of it is logged, because the address may be the secret.
/// </summary>
sealed class OutwardHttp : IDisposable
{
    const int MostRead = 4 * 1024;
    const int MostSaid = 200;
    const int MostHeaders = 16;

    static readonly TimeSpan Reused = TimeSpan.FromMinutes(1);

    readonly HttpClient _http;
    readonly TimeSpan _limit;
    readonly TimeProvider _time;

    public OutwardHttp(AddressGuard guard, IOptions<OutwardOptions> options, TimeProvider time)
    {
        (_limit, _time) = (options.Value.TimeLimit, time);
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // What a proxy connects to nobody here could look at.
            UseProxy = false,
            PooledConnectionLifetime = Reused,
            MaxResponseDrainSize = MostRead,
            MaxResponseHeadersLength = MostHeaders,
            ActivityHeadersPropagator = null,
            ConnectCallback = async (context, cancellationToken) => new NetworkStream(
                await guard.Connect(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken),
                ownsSocket: true),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("RunLedger");
    }

    /// <param name="request">What to send; disposed by who made it.</param>
    /// <param name="secrets">What of it is not to be repeated.</param>
    /// <param name="cancellationToken">Cancels it, with an exception; the time limit is an answer.</param>
    public async Task<OutwardResult> Send(
        HttpRequestMessage request, IReadOnlyCollection<string> secrets, CancellationToken cancellationToken)
    {
        // By the machine's clock: a call takes its time whatever a test's clock says.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_limit);
        try
        {
            using var answer = await _http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return Read(answer, Line(MaskedText.Of(await Body(answer, limit.Token), secrets)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return OutwardResult.Failed($"It did not answer within {_limit.TotalSeconds:0} seconds.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return OutwardResult.Failed(MaskedText.Of(Describe(e), secrets));
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Why somebody could not be called, in words.</summary>
    public static string Describe(Exception e)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case RefusedAddressException:
                    return inner.Message;
                case AuthenticationException:
                    return $"Its certificate is refused: {Line(inner.Message)} It must be for that host, and of an "
                        + "authority that this machine trusts.";
                case SocketException:
                    return $"It cannot be reached: {Line(inner.Message)}.";
            }
        }

        return Line(e.Message);
    }

    OutwardResult Read(HttpResponseMessage answer, string body)
    {
        var status = (int)answer.StatusCode;
        if (answer.IsSuccessStatusCode)
            return new(true, $"answered {status}");
        var said = string.IsNullOrWhiteSpace(body) ? "" : $": {body}";
        if (status is >= 300 and < 400)
        {
            return OutwardResult.Failed($"It answered {status}: where it sends on to is not followed, so give the "
                + "address that takes it.");
        }

        return new(
            false,
            $"It answered {status}{said}",
            answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge
                or HttpStatusCode.UnprocessableEntity,
            RetryAfter(answer));
    }

    TimeSpan? RetryAfter(HttpResponseMessage answer) =>
        answer.Headers.RetryAfter is not { } after ? null
        : after.Delta ?? (after.Date - _time.GetUtcNow() is { } span && span > TimeSpan.Zero ? span : null);

    // The rest is not waited for: the connection is given up with it.
    static async Task<string> Body(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.IsSuccessStatusCode)
            return "";
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[MostRead];
        var read = await stream.ReadAtLeastAsync(bytes, MostRead, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(bytes, 0, read);
    }

    static string Line(string text)
    {
        var line = new ForeignText(text.Trim()).ToString();
        return line.Length > MostSaid ? $"{line[..MostSaid]}…" : line;
    }
}
