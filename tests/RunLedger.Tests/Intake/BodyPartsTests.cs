using System.IO.Compression;
using System.Text;
using RunLedger.Intake;

namespace RunLedger.Tests.Intake;

/// <summary>What a body holds, however it was put together.</summary>
public sealed class BodyPartsTests
{
    [Theory]
    [InlineData("{\"a\":1}{\"b\":2}", "1 {\"a\":1}|1 {\"b\":2}")]
    [InlineData("{\"a\":1}\uFEFF{\"b\":2}\n\uFEFF[3]", "1 {\"a\":1}|1 {\"b\":2}|2 [3]")]
    [InlineData("[{\"a\":1},{\"b\":2}]\n[{\"c\":3}]", "1 {\"a\":1}|1 {\"b\":2}|2 {\"c\":3}")]
    [InlineData("/* x */[{\"a\":1}]", "1 {\"a\":1}")]
    [InlineData("\uFEFF\n{\n\"a\":1}\n\n{\"b\":\n2} {}", "2 {\n\"a\":1}|5 {\"b\":\n2}|6 {}")]
    [InlineData("{\"a\":1} nonsense\n{\"b\":2}", "1 {\"a\":1}|1 nonsense!|2 {\"b\":2}")]
    [InlineData("{\"a\":1}{\"b\n{\"c\":3}", "1 {\"a\":1}|1 {\"b!|2 {\"c\":3}")]
    [InlineData("[{\"a\":1},\n{\"b\":2},]", "1 {\"a\":1}|2 {\"b\":2}")]
    [InlineData("1 2", "1 1 2!")]
    [InlineData("// a remark\n{\"a\":1}", "1 // a remark\n{\"a\":1}")]
    public void Values_are_told_apart_by_their_bytes(string body, string parts) => Assert.Equal(
        parts,
        string.Join('|', BodyParts.Of(Encoding.UTF8.GetBytes(body), 100).Select(part => $"{part.Number} "
            + Encoding.UTF8.GetString(part.Json.Span) + (BodyParts.Fault(part.Json.Span) is null ? "" : "!"))));

    [Theory]
    [InlineData("{\"a\":NaN}", "Not JSON: NaN is no number of JSON: send null, or the word in quotes.")]
    [InlineData("{\"b\":1,\n\"a\":[Infinity]}", "Not JSON: Infinity is no number of JSON")]
    [InlineData("{\"a\":-Infinity}", "Not JSON: -Infinity is no number of JSON")]
    [InlineData("{\"a\":Nope}", "Not JSON: 'N' is an invalid start of a value.")]
    public void What_is_no_number_is_named(string body, string words)
    {
        Assert.False(JsonBody.TryRead(Encoding.UTF8.GetBytes(body), out _, out var fault));

        Assert.StartsWith(words, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\":NaN,\"b\":[-Infinity,Infinity]}", "{\"a\":\"NaN\",\"b\":[\"-Infinity\",\"Infinity\"]}")]
    [InlineData("{\"a\":\"NaN \\\" Infinity\"}", "{\"a\":\"NaN \\\" Infinity\"}")]
    [InlineData("{\"a\\\\\":NaN}", "{\"a\\\\\":\"NaN\"}")]
    public void They_can_be_quoted_where_that_is_better_than_nothing(string body, string quoted) => Assert.Equal(
        quoted, Encoding.UTF8.GetString(JsonBody.Quoted(Encoding.UTF8.GetBytes(body)).Span));

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZip")]
    [InlineData("deflate")]
    [InlineData("raw")]
    [InlineData("br")]
    [InlineData("utf-8")]
    [InlineData(null)]
    public void A_content_encoding_is_undone(string? encoding)
    {
        ReadOnlyMemory<byte> body = Pack(encoding);

        Assert.Null(JsonBody.Unpack(ref body, encoding == "raw" ? "deflate" : encoding, 1_000));

        Assert.True(JsonBody.TryRead(body, out var json, out var fault), fault);
        Assert.Equal(1, json.GetProperty("a").GetInt32());
    }

    [Fact]
    public void What_cannot_be_unpacked_is_told_why()
    {
        ReadOnlyMemory<byte> whole = Pack("gzip"), cut = whole[..^9], plain = "{}"u8.ToArray();

        Assert.Contains("more than 10 bytes", JsonBody.Unpack(ref whole, "gzip", 10), StringComparison.Ordinal);
        Assert.Contains(
            "not what its content encoding says", JsonBody.Unpack(ref plain, "gzip", 10), StringComparison.Ordinal);
        Assert.Contains("'zstd' is not known", JsonBody.Unpack(ref plain, "zstd", 10), StringComparison.Ordinal);
        Assert.Contains("not what its", JsonBody.Unpack(ref cut, "gzip", 1_000), StringComparison.Ordinal);
    }

    static byte[] Pack(string? encoding)
    {
        byte[] json = [.. "{\"a\":1,\"b\":\""u8, .. new byte[100].Select(_ => (byte)'x'), .. "\"}"u8];
        using var packed = new MemoryStream();
        using (Stream stream = encoding?.ToUpperInvariant() switch
        {
            "GZIP" => new GZipStream(packed, CompressionMode.Compress, leaveOpen: true),
            "DEFLATE" => new ZLibStream(packed, CompressionMode.Compress, leaveOpen: true),
            "RAW" => new DeflateStream(packed, CompressionMode.Compress, leaveOpen: true),
            "BR" => new BrotliStream(packed, CompressionMode.Compress, leaveOpen: true),
            _ => packed,
        })
            stream.Write(json);
        return packed.ToArray();
    }
}
