using System.Text;
using RunLedger.Signing;
using RunLedger.Storage;

namespace RunLedger.Service.Host;

/// <summary>Makes a signing key: the private half in a file of its user's alone, the public one beside it.</summary>
static class SigningKeyFile
{
    public static async Task<int> Create(
        string path, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        using var key = SigningKey.Create();
        var shared = $"{path}.pub";
        // What is there of a key that was not made whole, and goes again.
        List<string> begun = [];
        try
        {
            // What is there may be a key whose dossiers somebody still has to verify.
            if (File.Exists(shared))
                throw new IOException($"The file '{shared}' already exists.");
            await using (var file = PrivateFiles.Create(path))
            {
                begun.Add(path);
                await file.WriteAsync(key.Export(), cancellationToken);
            }

            await using (var file = new FileStream(shared, FileMode.CreateNew))
            {
                begun.Add(shared);
                await file.WriteAsync(Encoding.UTF8.GetBytes(key.Public.Pem), cancellationToken);
            }

            begun.Clear();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"No key was made: {e.Message} --out names another file.");
            return 1;
        }
        finally
        {
            begun.ForEach(File.Delete);
        }

        await output.WriteLineAsync($"""
            The private key is in {path}, readable by you alone. Who has it signs in the ledger's name: keep a copy
            where you keep secrets, and let nobody else read it.

            The public key is in {shared}; give it to whoever verifies dossiers. Its id is {key.Public.Id}.

            The service's environment, before it is started again:

            Dossier__SigningKey={Path.GetFullPath(path)}
            """);
        return 0;
    }
}
