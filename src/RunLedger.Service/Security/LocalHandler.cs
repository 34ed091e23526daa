using System.Net;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace RunLedger.Service.Security;

/// <summary>
/// Whoever comes over this machine's loopback, or its Unix socket, may do everything: there is no key.
/// </summary>
sealed class LocalHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
        Context.Connection.LocalIpAddress is { } reached && !IPAddress.IsLoopback(reached)
            ? AuthenticateResult.NoResult()
            : AuthenticateResult.Success(new(Caller.Local.Principal(Scheme.Name), Scheme.Name)));
}
