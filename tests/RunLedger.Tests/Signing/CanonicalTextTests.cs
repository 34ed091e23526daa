using System.Text;
using System.Text.Json;
using CsCheck;
using RunLedger.Signing;

namespace RunLedger.Tests.Signing;

/// <summary>The spelling of RFC 8785, by its own examples.</summary>
public sealed class CanonicalTextTests
{
    // Appendix B.
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0xc340000000000000, "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void A_number_is_as_ECMAScript_writes_it(ulong bits, string text) =>
        Assert.Equal(text, CanonicalText.Number(BitConverter.UInt64BitsToDouble(bits)));

    [Fact]
    public void Every_number_reads_back() =>
        Gen.Double.Where(double.IsFinite).Sample(
            value => Assert.Equal(value, double.Parse(CanonicalText.Number(value), null)), iter: 10_000);

    // Section 3.2.2.
    [Fact]
    public void Texts_numbers_and_literals_are_as_the_RFC_has_them() => Assert.Equal(
        """{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"""
        + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}",
        Of("""
            { "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }
            """));

    // Section 3.2.3.
    [Fact]
    public void Members_are_sorted_by_their_UTF_16_units() => Assert.Equal(
        ["\r", "1", "\u0080", "ö", "€", "😀", "\ufb33"],
        JsonSerializer.Deserialize<JsonElement>(Of("""
            { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 }
            """)).EnumerateObject().Select(member => member.Name));

    [Fact]
    public void What_is_no_text_or_no_number_is_refused()
    {
        Assert.Throws<FormatException>(() => Of("\"\\ud83d\""));
        Assert.Throws<FormatException>(() => Of("1e400"));
    }

    static string Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Encoding.UTF8.GetString(CanonicalText.Of(document.RootElement));
    }
}
