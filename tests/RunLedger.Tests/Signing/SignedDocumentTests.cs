using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunLedger.Signing;

namespace RunLedger.Tests.Signing;

/// <summary>A signature says that nothing was changed, and what is wrong where something was.</summary>
public sealed class SignedDocumentTests : IDisposable
{
    const string Document = """{"candidate":"PROC-CAND:<b>/ü","observed":{"rate":0.95,"runs":40},"none":null}""";

    readonly SigningKey _key = SigningKey.Create();
    readonly string _folder = Directory.CreateTempSubdirectory("run-ledger-signing").FullName;

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_document_is_as_it_was_signed_however_it_is_spelled()
    {
        var file = Signed();
        var indented = JsonNode.Parse(file)!.ToJsonString(new JsonSerializerOptions { WriteIndented = true });

        Assert.Null(Verify(file).Fault);
        Assert.Null(Verify(indented).Fault);
        Assert.Null(Verify(indented.Replace("0.95", "9.50e-1", StringComparison.Ordinal)).Fault);
        Assert.Equal(file, Signed());
    }

    [Theory]
    [InlineData("0.95", "0.96", Fault.Changed)]
    [InlineData("\"runs\":40", "\"runs\":41", Fault.Changed)]
    [InlineData("null", "false", Fault.Changed)]
    [InlineData("\"runs\":40", "\"runs\":40,\"more\":1", Fault.Changed)]
    [InlineData("\"runs\":40", "\"runs\":1e999", Fault.Changed)]
    [InlineData("\"runs\":40", "\"runs\":41,\"runs\":40", Fault.Unreadable)]
    [InlineData("\"jws\":", "\"signature\":", Fault.Unreadable)]
    [InlineData("..", ".e30.", Fault.Unreadable)]
    [InlineData("{\"document\"", "[{\"document\"", Fault.Unreadable)]
    public void What_was_done_to_it_is_named(string was, string becomes, object fault)
    {
        var doctored = Signed().Replace(was, becomes, StringComparison.Ordinal);
        Assert.NotEqual(Signed(), doctored);

        Assert.Equal(fault, Verify(doctored).Fault);
    }

    [Fact]
    public void One_that_is_cut_off_anywhere_proves_nothing()
    {
        var file = Signed();

        Assert.All(Enumerable.Range(0, file.Length - 1), length =>
            Assert.Equal(Fault.Unreadable, Verify(file[..length]).Fault));
    }

    [Fact]
    public void Every_byte_counts()
    {
        var file = Encoding.UTF8.GetBytes(Signed());
        // What follows the signature says who signed, once more.
        var end = Signed().IndexOf("\",\"keyId\"", StringComparison.Ordinal);

        foreach (var (at, bit) in Enumerable.Range(0, end).SelectMany(at => new[] { (at, 1), (at, 0x80) }))
        {
            var doctored = file.ToArray();
            doctored[at] ^= (byte)bit;
            Assert.True(SignedDocument.Verify(doctored, _key.Public).Fault is not null, $"byte {at}, bit {bit}");
        }
    }

    [Fact]
    public void Another_key_and_no_key_are_told_apart_from_a_change()
    {
        using var other = SigningKey.Create();
        var unsigned = Encoding.UTF8.GetString(SignedDocument.Write(Json(Document), null));

        var wrong = SignedDocument.Verify(Encoding.UTF8.GetBytes(Signed()), other.Public);

        Assert.Equal(Fault.WrongKey, wrong.Fault);
        Assert.Contains(_key.Public.Id, wrong.Words, StringComparison.Ordinal);
        Assert.Contains(other.Public.Id, wrong.Words, StringComparison.Ordinal);
        Assert.Equal(Fault.Unsigned, Verify(unsigned).Fault);
        Assert.Contains("Nobody signed this", unsigned, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"alg":"none","kid":"KID"}""")]
    [InlineData("""{"alg":"HS256","kid":"KID"}""")]
    [InlineData("""{"alg":"EdDSA","kid":"KID","crit":["b64"],"b64":false}""")]
    [InlineData("""{"alg":"EdDSA"}""")]
    [InlineData("""[1]""")]
    public void A_header_that_asks_for_another_way_of_verifying_is_refused(string header)
    {
        var parts = JsonNode.Parse(Signed())!;
        var mine = Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes(header.Replace("KID", _key.Public.Id, StringComparison.Ordinal)));
        parts["jws"] = $"{mine}..{parts["jws"]!.GetValue<string>().Split('.')[2]}";

        Assert.Equal(Fault.Unreadable, Verify(parts.ToJsonString()).Fault);
    }

    [Fact]
    public void OpenSSL_verifies_it_as_a_JWS()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "There is no openssl here.");
        using var signed = JsonDocument.Parse(Signed());
        var jws = signed.RootElement.GetProperty("jws").GetString()!.Split('.');
        // Nothing of the product's: the document as it stands in the answer, and base64url of the header.
        var payload = Encoding.UTF8.GetBytes(signed.RootElement.GetProperty("document").GetRawText());
        File.WriteAllText(In("input"), $"{jws[0]}.{Url(payload)}");
        File.WriteAllBytes(In("sig"), Convert.FromBase64String(Padded(jws[2])));
        File.WriteAllText(In("pub"), _key.Public.Pem);

        Assert.Equal((0, "Signature Verified Successfully"), OpenSsl());
        File.WriteAllText(In("input"), $"{jws[0]}.{Url(payload[..^1])}");
        Assert.NotEqual(0, OpenSsl().Code);

        static string Url(byte[] bytes) =>
            Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

        static string Padded(string text) =>
            text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '=');
    }

    [Fact]
    public void A_public_key_is_read_as_PEM_as_a_JWK_and_as_a_set_of_one()
    {
        foreach (var text in (string[])[_key.Public.Pem, _key.Public.Jwk, $$"""{"keys":[{{_key.Public.Jwk}}]}"""])
            Assert.Equal(_key.Public.Id, VerifyingKey.TryRead(text)?.Id);
        foreach (var text in (string[])
            ["", "rubbish", "{}", """{"keys":[]}""", """{"crv":"Ed25519","x":"AA"}""", "[]"])
            Assert.Null(VerifyingKey.TryRead(text));
    }

    // RFC 8037, appendix A.
    [Fact]
    public void The_id_is_the_thumbprint_of_RFC_8037() => Assert.Equal(
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        VerifyingKey.TryRead(
            """{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""")?.Id);

    (int Code, string Output) OpenSsl()
    {
        using var process = Process.Start(new ProcessStartInfo(
            "/usr/bin/openssl",
            ["pkeyutl", "-verify", "-pubin", "-inkey", In("pub"), "-rawin", "-in", In("input"), "-sigfile", In("sig")])
        {
            RedirectStandardOutput = true,
        })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Trim());
    }

    string In(string name) => Path.Combine(_folder, name);

    string Signed() => Encoding.UTF8.GetString(SignedDocument.Write(Json(Document), _key));

    Verification Verify(string file) => SignedDocument.Verify(Encoding.UTF8.GetBytes(file), _key.Public);

    static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
