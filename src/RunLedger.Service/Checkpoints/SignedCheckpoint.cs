using System.Security.Cryptography;
using System.Text;
using RunLedger.Sealing;
using RunLedger.Signing;

namespace RunLedger.Service.Checkpoints;

/// <summary>A checkpoint as it is handed out: a signed document, one line of JSON.</summary>
static class SignedCheckpoint
{
    public static (byte[] Hash, string Document) Write(SealedCheckpoint checkpoint, SigningKey key)
    {
        var json = checkpoint.ToJson();
        return (SHA256.HashData(CanonicalText.Of(json)), Encoding.UTF8.GetString(SignedDocument.Write(json, key)));
    }
}
