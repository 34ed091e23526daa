using System.Text;
using NSec.Cryptography;

namespace RunLedger.Signing;

/// <summary>
/// A private key, Ed25519. In a file it is PKCS #8 in PEM, as OpenSSL writes it; nothing here prints or logs it.
/// </summary>
sealed class SigningKey(Key key) : IDisposable
{
    /// <summary>Others than the owner and the group may not read a key, and none but the owner may write it.</summary>
    const UnixFileMode Forbidden =
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherExecute;

    public VerifyingKey Public { get; } = new(key.PublicKey);

    public byte[] Sign(ReadOnlySpan<byte> data) => SignatureAlgorithm.Ed25519.Sign(key, data);

    public static SigningKey Create() => new(Key.Create(
        SignatureAlgorithm.Ed25519, new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport }));

    /// <summary>The private key as PEM; only of one that was just made.</summary>
    public byte[] Export() => key.Export(KeyBlobFormat.PkixPrivateKeyText);

    /// <summary>The key of a file, or what is wrong with it: the end of a sentence that begins with its path.</summary>
    public static (SigningKey? Key, string? Fault) Read(string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Forbidden) != 0)
                return (null, "may be read or written by others than its owner: chmod 600 it");
            var pem = Encoding.ASCII.GetBytes(File.ReadAllText(path).Trim());
            return Key.TryImport(SignatureAlgorithm.Ed25519, pem, KeyBlobFormat.PkixPrivateKeyText, out var key)
                ? (new(key!), null)
                : (null, "holds no Ed25519 private key in PEM: make one with key create --signing");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, "is not there: put the key back, or make another with key create --signing");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"cannot be read: {e.Message}");
        }
    }

    public void Dispose() => key.Dispose();
}
