using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using MimeKit;
using RunLedger.Tests.Support;
using SmtpServer;
using SmtpServer.ComponentModel;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace RunLedger.Tests.Channels;

/// <summary>Mail to a real SMTP server on loopback.</summary>
public sealed class MailChannelTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Mail_is_taken_by_an_SMTP_server_with_an_id_and_a_subject_of_one_line()
    {
        var port = FreePort();
        var box = new Mailbox();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var services = new ServiceProvider();
        services.Add(box);
        var server = new SmtpServer.SmtpServer(
            new SmtpServerOptionsBuilder().ServerName("localhost")
                .Endpoint(new EndpointDefinitionBuilder().Endpoint(new IPEndPoint(IPAddress.Loopback, port)).Build())
                .Build(),
            services);
        var serving = server.StartAsync(stop.Token);
        await using var ledger = await EmbeddedLedger.Start(
            "--Outward:AllowedNetworks:0", "127.0.0.0/8", "--Incidents:LookEvery", "1.00:00:00");
        using var put = await ledger.Client.PutAsJsonAsync("/api/channels/mail", Channel(port, "none"), Token);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);

        var answer = await Test(ledger);

        Assert.True(answer.GetProperty("delivered").GetBoolean(), $"{answer}");
        var mail = Assert.Single(box.Mails);
        Assert.Equal("Test of the channel mail", mail.Subject);
        Assert.EndsWith("@run-ledger", mail.MessageId, StringComparison.Ordinal);
        Assert.Equal(["a@example.com", "b@example.com"], mail.To.Mailboxes.Select(to => to.Address));
        Assert.Equal("auto-generated", mail.Headers["Auto-Submitted"]);

        // It has no TLS, and is not sent anything without.
        using var secure = await ledger.Client.PutAsJsonAsync("/api/channels/mail", Channel(port, "starttls"), Token);
        Assert.False((await Test(ledger)).GetProperty("delivered").GetBoolean());
        Assert.Single(box.Mails);
        await stop.CancelAsync();
        await serving.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    [Fact]
    public async Task Mail_to_this_machine_is_refused_unless_somebody_allows_it()
    {
        await using var ledger = await EmbeddedLedger.Start("--Incidents:LookEvery", "1.00:00:00");
        using var put = await ledger.Client.PutAsJsonAsync("/api/channels/mail", Channel(25, "none"), Token);

        Assert.Contains(
            "Outward__AllowedNetworks__0", (await Test(ledger)).GetProperty("said").GetString(),
            StringComparison.Ordinal);
    }

    static object Channel(int port, string security) => new
    {
        kind = "mail",
        host = "127.0.0.1",
        port,
        security,
        from = "Ledger <ledger@example.com>",
        to = new[] { "a@example.com", "b@example.com" },
    };

    static async Task<JsonElement> Test(EmbeddedLedger ledger)
    {
        using var answer = await ledger.Client.PostAsync("/api/channels/mail/test", null, Token);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Token);
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    sealed class Mailbox : MessageStore
    {
        public ConcurrentQueue<MimeMessage> Mails { get; } = new();

        public override async Task<SmtpResponse> SaveAsync(
            ISessionContext context,
            IMessageTransaction transaction,
            ReadOnlySequence<byte> buffer,
            CancellationToken cancellationToken)
        {
            using var stream = new MemoryStream(buffer.ToArray());
            Mails.Enqueue(await MimeMessage.LoadAsync(stream, cancellationToken));
            return SmtpResponse.Ok;
        }
    }
}
