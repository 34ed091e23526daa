using System.Globalization;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;
using RunLedger.Service.Outward;

namespace RunLedger.Service.Channels;

/// <summary>Mail over SMTP. A message keeps its id, by which a mail program knows what it has already.</summary>
sealed class MailChannel(AddressGuard guard, IOptions<OutwardOptions> options) : IChannelKind
{
    public const string StartTls = "starttls";
    public const string Tls = "tls";
    public const string None = "none";

    const int UsualPort = 587;
    const string IdHost = "run-ledger";

    public static readonly IReadOnlyList<string> Securities = [StartTls, Tls, None];

    public string Name => "mail";

    public IEnumerable<string> Faults(ChannelBody body)
    {
        if (string.IsNullOrWhiteSpace(body.Host) || Uri.CheckHostName(body.Host) == UriHostNameType.Unknown)
            yield return "host is missing or no host's name: send the SMTP server that takes the mail.";
        if (body.Port is < 1 or > 65_535)
            yield return $"port is {body.Port}: send 1 to 65535; {UsualPort} is the usual one.";
        if (body.Security is not null && !Securities.Contains(body.Security))
            yield return $"security is not known: send one of {string.Join(", ", Securities)}.";
        if (!IsMailbox(body.From))
            yield return "from is missing or no mail address, such as ledger@example.com.";
        if (body.To is not { Count: > 0 and <= 50 } || !body.To.All(IsMailbox))
            yield return "to is missing, holds what is no mail address, or more than 50: send a list of addresses.";
        if (body.User is null != body.Password is null)
            yield return "user and password go together: send both, or neither for a server that asks for none.";
        if (body is { Password: not null, Security: None })
        {
            yield return "A password is not sent over a connection that anybody can read: send security starttls or "
                + "tls.";
        }
    }

    public async Task<OutwardResult> Send(
        ChannelSettings settings,
        ChannelSecrets secrets,
        Guid id,
        IncidentMessage message,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.TimeLimit);
        try
        {
            return await Send(settings, secrets, Mail(settings, id, message), limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return OutwardResult.Failed(
                $"It did not take the mail within {options.Value.TimeLimit.TotalSeconds:0} seconds.");
        }
        catch (SslHandshakeException e)
        {
            return OutwardResult.Failed($"The TLS of {settings.Host} is refused: {FirstLine(e.InnerException ?? e)} "
                + "Its certificate must be for that host, and of an authority that this machine trusts.");
        }
        catch (SmtpCommandException e)
        {
            return new(
                false, MaskedText.Of($"It answered {(int)e.StatusCode}: {FirstLine(e)}", secrets.All),
                IsAboutMessage: e.ErrorCode is not SmtpErrorCode.UnexpectedStatusCode
                    && e.StatusCode is >= SmtpStatusCode.MailboxUnavailable);
        }
        catch (Exception e) when (e is RefusedAddressException or SocketException or IOException or ProtocolException
            or AuthenticationException or NotSupportedException or ServiceNotConnectedException
            or ServiceNotAuthenticatedException)
        {
            return OutwardResult.Failed(MaskedText.Of(OutwardHttp.Describe(e), secrets.All));
        }
    }

    async Task<OutwardResult> Send(
        ChannelSettings settings, ChannelSecrets secrets, MimeMessage mail, CancellationToken cancellationToken)
    {
        var port = settings.Port ?? UsualPort;
        using var client = new SmtpClient { CheckCertificateRevocation = false };
        var socket = await guard.Connect(settings.Host!, port, cancellationToken);
        try
        {
            await client.ConnectAsync(
                socket,
                settings.Host!,
                port,
                settings.Security switch
                {
                    Tls => SecureSocketOptions.SslOnConnect,
                    None => SecureSocketOptions.None,
                    _ => SecureSocketOptions.StartTls,
                },
                cancellationToken);
            if (secrets.Password is { } password)
                await client.AuthenticateAsync(settings.User!, password, cancellationToken);
            var answer = await client.SendAsync(mail, cancellationToken);
            await client.DisconnectAsync(true, cancellationToken);
            return new(true, FirstLine(answer));
        }
        finally
        {
            socket.Dispose();
        }
    }

    MimeMessage Mail(ChannelSettings settings, Guid id, IncidentMessage message)
    {
        var mail = new MimeMessage
        {
            MessageId = $"{id}@{IdHost}",
            Subject = message.Title,
            Date = message.At,
            Body = new TextPart("plain")
            {
                Text = options.Value.Link($"/incidents#i-{message.IncidentId}") is { } link
                    ? $"{MessageText.Of(message)}\n\n{link}\n"
                    : $"{MessageText.Of(message)}\n",
            },
        };
        mail.From.Add(MailboxAddress.Parse(settings.From!));
        mail.To.AddRange(settings.To!.Select(MailboxAddress.Parse));
        // Mail programs show what belongs to one incident together; and nobody's absence is answered.
        mail.References.Add(string.Create(CultureInfo.InvariantCulture, $"{message.IncidentId}@{IdHost}"));
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        return mail;
    }

    static bool IsMailbox(string? text) =>
        text is not null && text.Length <= 320 && MailboxAddress.TryParse(text, out var box)
        && box.Address.Contains('@', StringComparison.Ordinal);

    static string FirstLine(Exception e) => FirstLine(e.Message);

    static string FirstLine(string text) => text.Split('\n')[0].Trim();
}
