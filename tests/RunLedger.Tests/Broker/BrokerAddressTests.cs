using RabbitMQ.Client;
using RunLedger.Broker;

namespace RunLedger.Tests.Broker;

public sealed class BrokerAddressTests
{
    [Theory]
    [InlineData("amqp://host", "amqp://host/", "host:5672")]
    [InlineData("amqp://user:password@a:5672,b,c:5673/v", "amqp://a:5672,b,c:5673/v", "a:5672", "b:5672", "c:5673")]
    [InlineData("amqps://user:p,w@a,b:1", "amqps://a,b:1/", "a:5671", "b:1")]
    [InlineData("amqp://[::1]:5673,b/%2Fv", "amqp://[::1]:5673,b/%2Fv", "::1:5673", "b:5672")]
    public void Every_host_is_tried_with_its_port(string text, string display, params string[] endpoints)
    {
        Assert.True(BrokerAddress.TryParse(text, out var address, out _));

        Assert.Equal(display, address.DisplayText);
        Assert.Equal(text, address.ToString());
        Assert.Equal(endpoints, Hosts(address).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("", "is no amqp URI")]
    [InlineData("amqp:host", "is no amqp URI")]
    [InlineData("http://host", "is no amqp URI")]
    [InlineData("amqp://", "in ''")]
    [InlineData("amqp://me:secret@a,,b", "in ''")]
    [InlineData("amqp://me:secret@a,b:port/", "in 'b:port'")]
    [InlineData("amqp://me:secret@a,b:0/", "in 'b:0'")]
    [InlineData("amqp://me:secret@a,b c/", "in 'b c'")]
    [InlineData("amqp://me:secret@a,A:5672,a:5672", "has the host 'a:5672' twice")]
    [InlineData("amqp://me:secret@a/one/two", "has more than a virtual host")]
    [InlineData("amqp://me:secret@a:5671,b:5672", "hosts with the port of TLS")]
    public void What_is_wrong_is_said_without_the_password(string text, string reason)
    {
        Assert.False(BrokerAddress.TryParse(text, out _, out var fault));
        Assert.Contains(reason, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_connection_begins_with_the_next_host()
    {
        var address = BrokerAddress.Parse("amqp://a,b,c");
        var factory = Factory(address);

        var first = Enumerable.Range(0, 6).Select(_ => factory.EndpointResolverFactory([]).All().First().HostName);

        Assert.Contains(string.Concat(first), (string[])["abcabc", "bcabca", "cabcab"]);
    }

    [Fact]
    public void User_password_and_virtual_host_are_unescaped()
    {
        var factory = Factory(BrokerAddress.Parse("amqp://u%40x:p%3Aw:d@a,b/v%2Fw"));

        Assert.Equal(("u@x", "p:w:d", "v/w"), (factory.UserName, factory.Password, factory.VirtualHost));
    }

    [Fact]
    public void With_TLS_a_certificate_is_for_the_host_itself()
    {
        var factory = Factory(BrokerAddress.Parse("amqps://a,b:5673"));

        var tls = factory.EndpointResolverFactory([]).All().Select(endpoint => endpoint.Ssl).ToList();

        Assert.All(tls, option => Assert.True(option.Enabled));
        Assert.All(tls, option => Assert.Equal(ServerCertificate.Check, option.CertificateValidationCallback));
        Assert.Equal(["a", "b"], tls.Select(option => option.ServerName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Without_TLS_there_is_none() =>
        Assert.All(
            Factory(BrokerAddress.Parse("amqp://a,b")).EndpointResolverFactory([]).All(),
            endpoint => Assert.False(endpoint.Ssl.Enabled));

    static IEnumerable<string> Hosts(BrokerAddress address) =>
        Factory(address).EndpointResolverFactory([]).All().Select(host => $"{host.HostName}:{host.Port}");

    static ConnectionFactory Factory(BrokerAddress address)
    {
        var factory = new ConnectionFactory();
        address.Configure(factory);
        return factory;
    }
}
