using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RunLedger.IntegrationTests.Support.Security;

/// <summary>A certificate authority of a test's own, in a folder, and certificates of it.</summary>
sealed class OwnAuthority : IDisposable
{
    static readonly TimeSpan Lasts = TimeSpan.FromDays(1);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("run-ledger-authority-");
    readonly X509Certificate2 _certificate;

    public OwnAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        var now = TimeProvider.System.GetUtcNow();
        _certificate = request.CreateSelfSigned(now - Lasts, now + Lasts);
        File.WriteAllText(Pem, _certificate.ExportCertificatePem());
    }

    /// <summary>Its certificate, as a client is given it.</summary>
    public string Pem => Path.Combine(_folder.FullName, "ca.pem");

    /// <summary>A server's certificate and key, as PEM.</summary>
    public (string Certificate, string Key) Issue(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1")], false));
        var now = TimeProvider.System.GetUtcNow();
        using var issued = request.Create(
            _certificate, now - (Lasts / 2), now + (Lasts / 2), RandomNumberGenerator.GetBytes(16));
        return (issued.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _folder.Delete(recursive: true);
    }
}
