using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace RunLedger.Broker;

/// <summary>Whether a server's certificate is good, and if not, why: the stock refusal does not say.</summary>
static class ServerCertificate
{
    /// <returns>True.</returns>
    /// <exception cref="AuthenticationException">It is not good.</exception>
    public static bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        var faults = new List<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            faults.Add("there is none");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            faults.Add("it is for another host than the connection string's");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            faults.Add(
                $"it is not trusted ({string.Join(", ", chain?.ChainStatus.Select(status => status.Status) ?? [])}); "
                    + "SSL_CERT_FILE names a file with the certificate of an authority of one's own");
        }

        throw new AuthenticationException(
            $"The server's certificate, {certificate?.Subject}, is refused: {string.Join("; ", faults)}.");
    }
}
