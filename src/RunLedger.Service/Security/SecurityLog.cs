using System.Net;
using RunLedger.Telemetry;

namespace RunLedger.Service.Security;

/// <summary>Every log message of the login. None has what was sent.</summary>
static partial class SecurityLog
{
    [LoggerMessage(110, LogLevel.Warning, "A login from {Address} failed: the key is unknown.")]
    public static partial void LoginFailed(ILogger logger, IPAddress? address);

    [LoggerMessage(111, LogLevel.Warning, "The OpenID provider cannot be asked: {Reason}")]
    public static partial void ProviderAway(ILogger logger, ForeignText reason);

    [LoggerMessage(112, LogLevel.Warning, "A login at the OpenID provider failed: {Reason}")]
    public static partial void ProviderRefused(ILogger logger, ForeignText reason);
}
