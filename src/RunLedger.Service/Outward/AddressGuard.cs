using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace RunLedger.Service.Outward;

/// <summary>
/// Connects to others, and not to this machine or what only it can reach: whoever may say where the ledger calls is not
/// thereby within its walls. What is looked at is the address that is connected to, not the name, which may mean
/// another one a moment later.
/// </summary>
sealed class AddressGuard(IOptions<OutwardOptions> options)
{
    const string ThisMachine = "this machine";
    const string Metadata = "where clouds keep the credentials of their machines";

    /// <summary>Beyond what the link-local ones are.</summary>
    static readonly (IPNetwork Network, string What)[] Refused =
    [
        (IPNetwork.Parse("0.0.0.0/8"), ThisMachine),
        (IPNetwork.Parse("127.0.0.0/8"), "loopback"),
        (IPNetwork.Parse("169.254.0.0/16"), "link-local"),
        (IPNetwork.Parse("100.100.100.200/32"), Metadata),
        (IPNetwork.Parse("168.63.129.16/32"), Metadata),
        (IPNetwork.Parse("192.0.0.192/32"), Metadata),
        (IPNetwork.Parse("224.0.0.0/4"), "multicast"),
        (IPNetwork.Parse("255.255.255.255/32"), "broadcast"),
        (IPNetwork.Parse("240.0.0.0/4"), "reserved"),
        (IPNetwork.Parse("::/128"), ThisMachine),
        (IPNetwork.Parse("::1/128"), "loopback"),
        (IPNetwork.Parse("fe80::/10"), "link-local"),
        (IPNetwork.Parse("fec0::/10"), "site-local"),
        (IPNetwork.Parse("fd00:ec2::/32"), Metadata),
        (IPNetwork.Parse("fd20:ce::254/128"), Metadata),
        (IPNetwork.Parse("64:ff9b:1::/48"), "a translation into a network of its own"),
        (IPNetwork.Parse("2001::/32"), "a tunnel"),
        (IPNetwork.Parse("ff00::/8"), "multicast"),
    ];

    /// <summary>
    /// Networks of IPv6 that carry an address of IPv4, and after how many bytes of the address it begins.
    /// </summary>
    static readonly (IPNetwork Network, int At)[] Carriers =
    [
        (IPNetwork.Parse("::/96"), 12),
        (IPNetwork.Parse("64:ff9b::/96"), 12),
        (IPNetwork.Parse("::ffff:0:0:0/96"), 12),
        (IPNetwork.Parse("2002::/16"), 2),
    ];

    readonly List<IPNetwork> _allowed =
        [.. options.Value.AllowedNetworks.Select(network => IPNetwork.Parse(network))];

    /// <summary>Connects to the first address of a host that may be called and answers.</summary>
    /// <exception cref="RefusedAddressException">The host has none that may be called.</exception>
    /// <exception cref="SocketException">There is no such host, or none of its addresses answers.</exception>
    public async Task<Socket> Connect(string host, int port, CancellationToken cancellationToken)
    {
        var all = IPAddress.TryParse(host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(host, cancellationToken);
        SocketException? last = null;
        foreach (var address in all.Where(address => FaultOf(address) is null))
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, port, cancellationToken);
                // Whatever address led there: who speaks to itself has one address at both ends.
                if (Ends(socket) is (var from, var to) && from.Equals(to) && !IsAllowed(from))
                    throw new RefusedAddressException(Sentence(host, [(address, ThisMachine)]));
                return socket;
            }
            catch (Exception e)
            {
                socket.Dispose();
                if (e is not SocketException fault)
                    throw;
                last = fault;
            }
        }

        if (last is not null)
            throw last;
        if (all.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        throw new RefusedAddressException(Sentence(host, all.Select(address => (address, FaultOf(address)!))));
    }

    /// <summary>What an address is that is not called; null where it is.</summary>
    public string? FaultOf(IPAddress address)
    {
        var plain = Plain(address);
        if (IsAllowed(plain))
            return null;
        foreach (var (network, what) in Refused)
        {
            if (network.Contains(plain))
                return what;
        }

        foreach (var (network, at) in Carriers)
        {
            if (network.Contains(plain))
                return FaultOf(new IPAddress(plain.GetAddressBytes().AsSpan(at, 4)));
        }

        return IsOwn(plain) ? ThisMachine
            : plain.GetAddressBytes() is [_, _, _, _, _, _, _, _, 0 or 2, 0, 0x5e, 0xfe, .. var carried]
                ? FaultOf(new IPAddress(carried))
            : null;
    }

    bool IsAllowed(IPAddress plain) => _allowed.Exists(network => network.Contains(plain));

    // Asked with each call: addresses come and go.
    static bool IsOwn(IPAddress plain)
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(one => one.GetIPProperties().UnicastAddresses)
                .Any(own => Plain(own.Address).Equals(plain));
        }
        catch (NetworkInformationException)
        {
            // Who may not ask sees it once it is connected.
            return false;
        }
    }

    static (IPAddress From, IPAddress To)? Ends(Socket socket) =>
        socket is { LocalEndPoint: IPEndPoint from, RemoteEndPoint: IPEndPoint to }
            ? (Plain(from.Address), Plain(to.Address))
            : null;

    // Without a zone, and as what it stands for.
    static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new(address.GetAddressBytes());

    static string Sentence(string host, IEnumerable<(IPAddress Address, string What)> all) =>
        $"{host} is {string.Join(", ", all.Select(one => $"{one.Address} ({one.What})"))}, and such an address is not "
        + "called. To allow it, name its network in Outward__AllowedNetworks__0.";
}
