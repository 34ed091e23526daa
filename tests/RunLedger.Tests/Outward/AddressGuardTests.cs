using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using RunLedger.Service.Outward;

namespace RunLedger.Tests.Outward;

/// <summary>Which addresses the ledger calls. Nobody is called here but this machine.</summary>
public sealed class AddressGuardTests
{
    [Theory]
    [InlineData("127.0.0.1", "loopback")]
    [InlineData("0.0.0.0", "this machine")]
    [InlineData("0.1.2.3", "this machine")]
    [InlineData("169.254.169.254", "link-local")]
    [InlineData("224.0.0.1", "multicast")]
    [InlineData("255.255.255.255", "broadcast")]
    [InlineData("240.0.0.1", "reserved")]
    [InlineData("100.100.100.200", "clouds")]
    [InlineData("::", "this machine")]
    [InlineData("::1", "loopback")]
    [InlineData("fe80::1", "link-local")]
    [InlineData("fe80::1%1", "link-local")]
    [InlineData("ff02::1", "multicast")]
    [InlineData("fd00:ec2::254", "clouds")]
    [InlineData("fd00:ec2::23", "clouds")]
    [InlineData("fd20:ce::254", "clouds")]
    [InlineData("::ffff:127.0.0.1", "loopback")]
    [InlineData("::ffff:0:127.0.0.1", "loopback")]
    [InlineData("::127.0.0.1", "loopback")]
    [InlineData("64:ff9b::169.254.169.254", "link-local")]
    [InlineData("64:ff9b:1::7f00:1", "translation")]
    [InlineData("2002:7f00:1::1", "loopback")]
    [InlineData("2002:a9fe:a9fe::", "link-local")]
    [InlineData("2001:0:7f00:1::1", "tunnel")]
    [InlineData("2600::5efe:127.0.0.1", "loopback")]
    [InlineData("2600::200:5efe:169.254.169.254", "link-local")]
    public void What_is_this_machine_or_only_it_can_reach_is_not_called_in_whatever_form(string address, string what) =>
        Assert.Contains(what, Guard().FaultOf(IPAddress.Parse(address)), StringComparison.Ordinal);

    [Theory]
    [InlineData("192.0.2.7")]
    [InlineData("192.168.255.7")]
    [InlineData("100.64.0.7")]
    [InlineData("fd12:3456::7")]
    [InlineData("2600::7")]
    [InlineData("64:ff9b::192.0.2.7")]
    [InlineData("2002:c000:207::1")]
    public void Others_are_called_also_in_private_networks(string address) =>
        Assert.Null(Guard().FaultOf(IPAddress.Parse(address)));

    [Fact]
    public void The_addresses_that_this_machine_has_in_its_networks_are_its_own()
    {
        var guard = Guard();
        var own = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => one.Address).ToList();

        Assert.NotEmpty(own);
        Assert.All(own, address => Assert.NotNull(guard.FaultOf(address)));
        Assert.All(
            own.Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address)),
            address => Assert.Equal("this machine", guard.FaultOf(new IPAddress(
                [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, .. address.GetAddressBytes()]))));
    }

    [Fact]
    public void A_network_that_is_allowed_is_called_in_whatever_form()
    {
        var guard = Guard("127.0.0.0/8");

        Assert.Null(guard.FaultOf(IPAddress.Parse("127.0.0.1")));
        Assert.Null(guard.FaultOf(IPAddress.Parse("::ffff:127.0.0.1")));
        Assert.NotNull(guard.FaultOf(IPAddress.Parse("::1")));
    }

    [Fact]
    public async Task Who_is_not_to_be_called_is_not_connected_to()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        await Assert.ThrowsAsync<RefusedAddressException>(
            () => Guard().Connect("127.0.0.1", port, TestContext.Current.CancellationToken));

        Assert.False(listener.Pending());
        using var socket = await Guard("127.0.0.0/8").Connect("127.0.0.1", port, TestContext.Current.CancellationToken);
        Assert.True(socket.Connected);
    }

    static AddressGuard Guard(params string[] allowed)
    {
        var options = new OutwardOptions();
        foreach (var network in allowed)
            options.AllowedNetworks.Add(network);
        return new(Options.Create(options));
    }
}
