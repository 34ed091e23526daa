using System.Net;
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
    const string Metadata = "where clouds keep the credentials of their machines";

    /// <summary>Beyond what the link-local ones are.</summary>
    static readonly (IPNetwork Network, string What)[] Refused =
    [
        (IPNetwork.Parse("0.0.0.0/8"), "this machine"),
        (IPNetwork.Parse("127.0.0.0/8"), "loopback"),
        (IPNetwork.Parse("169.254.0.0/16"), "link-local"),
        (IPNetwork.Parse("100.100.100.200/32"), Metadata),
        (IPNetwork.Parse("168.63.129.16/32"), Metadata),
        (IPNetwork.Parse("192.0.0.192/32"), Metadata),
        (IPNetwork.Parse("224.0.0.0/4"), "multicast"),
        (IPNetwork.Parse("240.0.0.0/4"), "reserved"),
        (IPNetwork.Parse("::/128"), "this machine"),
        (IPNetwork.Parse("::1/128"), "loopback"),
        (IPNetwork.Parse("fe80::/10"), "link-local"),
        (IPNetwork.Parse("fec0::/10"), "site-local"),
        (IPNetwork.Parse("fd00:ec2::254/128"), Metadata),
        (IPNetwork.Parse("ff00::/8"), "multicast"),
    ];

    /// <summary>
    /// Networks of IPv6 that carry an address of IPv4, and after how many bytes of the address it begins.
    /// </summary>
    static readonly (IPNetwork Network, int At)[] Carriers =
    [
        (IPNetwork.Parse("::/96"), 12),
        (IPNetwork.Parse("64:ff9b::/96"), 12),
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
        throw new RefusedAddressException(
            $"{host} is {string.Join(", ", all.Select(address => $"{address} ({FaultOf(address)})"))}, and such an "
            + "address is not called. To allow it, name its network in Outward__AllowedNetworks__0.");
    }

    /// <summary>What an address is that is not called; null where it is.</summary>
    public string? FaultOf(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (_allowed.Exists(network => network.Contains(plain)))
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

        return null;
    }
}
