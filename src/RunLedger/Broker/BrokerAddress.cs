using System.Diagnostics.CodeAnalysis;
using System.Security.Authentication;
using RabbitMQ.Client;

namespace RunLedger.Broker;

/// <summary>
/// Where a broker is: <c>amqp://user:password@a:5672,b,c:5673/vhost</c>, or <c>amqps</c>, with the hosts of a cluster.
/// A process begins with any of them and goes on to the next with each connection, so that neither a host that is away
/// nor one that everybody begins with stops it.
/// </summary>
sealed class BrokerAddress
{
    const int Port = 5672, TlsPort = 5671;
    static readonly string[] Schemes = ["amqp", "amqps"];

    readonly string _text;
    readonly Uri[] _hosts;
    int _next;

    BrokerAddress(string text, Uri[] hosts)
    {
        (_text, _hosts) = (text, hosts);
        _next = Random.Shared.Next(hosts.Length);
    }

    /// <summary>With the first of the hosts: for user, password and virtual host.</summary>
    public Uri Uri => _hosts[0];

    /// <summary>Without user and password.</summary>
    public string DisplayText
    {
        get
        {
            var hosts = _hosts.Select(host => host.GetComponents(UriComponents.HostAndPort, UriFormat.UriEscaped));
            return $"{Uri.Scheme}://{string.Join(',', hosts)}{Uri.AbsolutePath}";
        }
    }

    /// <exception cref="FormatException">The text is no such address; the message does not repeat it.</exception>
    public static BrokerAddress Parse(string text) =>
        TryParse(text, out var address, out var fault) ? address : throw new FormatException(fault);

    /// <param name="text">The address.</param>
    /// <param name="address">What was read.</param>
    /// <param name="fault">What is wrong, after the name of where the text is from; without user and password.</param>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out BrokerAddress? address, [NotNullWhen(false)] out string? fault)
    {
        fault = Read(text ?? "", out var hosts);
        address = fault is null ? new(text!, hosts) : null;
        return fault is null;
    }

    /// <summary>
    /// Whoever connects with the factory does it as the address says: to its hosts in turn, and with TLS only to a
    /// host whose certificate is good and has its name.
    /// </summary>
    public void Configure(ConnectionFactory factory)
    {
        factory.Uri = Uri;
        factory.EndpointResolverFactory = _ => new Hosts(this, factory.MaxInboundMessageBodySize);
    }

    /// <summary>As it was read: with user and password.</summary>
    public override string ToString() => _text;

    static string? Read(string text, out Uri[] hosts)
    {
        hosts = [];
        var scheme = text.Split("://")[0];
        if (!Schemes.Contains(scheme) || scheme.Length == text.Length)
            return "is no amqp URI such as amqp://user:password@host:5672/ or amqps://user:password@a,b:5673/vhost";
        var rest = text[(scheme.Length + "://".Length)..];
        var end = rest.IndexOfAny(['/', '?', '#']) is var found and >= 0 ? found : rest.Length;
        var login = rest[..(rest[..end].LastIndexOf('@') + 1)];
        var uris = new List<Uri>();
        foreach (var host in rest[login.Length..end].Split(','))
        {
            if (!Uri.TryCreate($"{scheme}://{login}{host}{rest[end..]}", UriKind.Absolute, out var uri)
                || uri.Host.Length == 0 || uri.Port == 0)
            {
                return $"has no host, or no port that is a number, in '{host}'; several hosts are written "
                    + "amqp://user:password@a:5672,b,c:5673/vhost";
            }

            if (uri.AbsolutePath.Count(letter => letter == '/') > 1)
                return "has more than a virtual host at its end; a / in the name of one is written %2F";
            if (uris.Exists(other => (other.Host, other.Port) == (uri.Host, uri.Port)))
                return $"has the host '{host}' twice";
            uris.Add(uri);
        }

        if (uris.Select(IsTls).Distinct().Count() > 1)
            return "has hosts with the port of TLS (5671) and hosts without; write amqps where all have TLS";
        hosts = [.. uris];
        return null;
    }

    static bool IsTls(Uri host) => host.Scheme == "amqps" || host.Port == TlsPort;

    /// <summary>All hosts in turn; the next time from the one after.</summary>
    sealed class Hosts(BrokerAddress address, uint maxMessageSize) : IEndpointResolver
    {
        public IEnumerable<AmqpTcpEndpoint> All()
        {
            var hosts = address._hosts;
            var first = (int)((uint)Interlocked.Increment(ref address._next) % (uint)hosts.Length);
            return Enumerable.Range(first, hosts.Length).Select(index => Endpoint(hosts[index % hosts.Length]));
        }

        AmqpTcpEndpoint Endpoint(Uri host) => new(
            host.IdnHost,
            host.Port > 0 ? host.Port : IsTls(host) ? TlsPort : Port,
            // The client by itself accepts a certificate of another name where the scheme is amqps.
            new SslOption(host.IdnHost, enabled: IsTls(host))
            {
                Version = SslProtocols.None,
                CertificateValidationCallback = ServerCertificate.Check,
            },
            maxMessageSize);
    }
}
