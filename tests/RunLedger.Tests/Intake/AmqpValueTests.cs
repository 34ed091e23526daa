using System.Text;
using System.Text.Json;
using CsCheck;
using RunLedger.Intake;

namespace RunLedger.Tests.Intake;

/// <summary>Bodies as RabbitMQ hands them on that were sent with AMQP 1.0 in another section than data.</summary>
public sealed class AmqpValueTests
{
    static readonly byte[] Value = [0x00, 0x53, 0x77];

    [Fact]
    public void Text_and_bytes_hold_json()
    {
        Assert.Equal("""{"a":1}""", Read([0xA1, 7, .. """{"a":1}"""u8]));
        Assert.Equal("""{"a":1}""", Read([0xA0, 7, .. """{"a":1}"""u8]));
        Assert.Equal("""{"a":1}""", Read([0xB1, 0, 0, 0, 7, .. """{"a":1}"""u8]));
    }

    [Fact]
    public void A_map_is_an_object() => Assert.Equal(
        """{"id":"0198c0de-0000-7000-8000-000000000d01","at":"2026-11-27T08:00:00Z","rows":7,"ratio":0.5,"ok":true,"""
        + """ "none":null,"tags":["a",1],"sizes":[1,2],"raw":"AP8="}""".Replace(" ", "", StringComparison.Ordinal),
        Read(
        [
            0xD1, 0, 0, 0, 0, 0, 0, 0, 18,
            0xA1, 2, .. "id"u8, 0x98, 0x01, 0x98, 0xC0, 0xDE, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0x0D, 0x01,
            0xA3, 2, .. "at"u8, 0x83, 0, 0, 0x01, 0xA2, 0x1C, 0x04, 0xB4, 0,
            0xA1, 4, .. "rows"u8, 0x55, 7,
            0xA1, 5, .. "ratio"u8, 0x82, 0x3F, 0xE0, 0, 0, 0, 0, 0, 0,
            0xA1, 2, .. "ok"u8, 0x41,
            0xA1, 4, .. "none"u8, 0x40,
            0xA1, 4, .. "tags"u8, 0xC0, 6, 2, 0xA1, 1, (byte)'a', 0x54, 1,
            0xA1, 5, .. "sizes"u8, 0xE0, 10, 2, 0x71, 0, 0, 0, 1, 0, 0, 0, 2,
            0xA1, 3, .. "raw"u8, 0xA0, 2, 0, 255,
        ]));

    public static TheoryData<string, string> Bad => new()
    {
        { "005376C00602A101615401", "it is an amqp-sequence: send a data section" },
        { "0053775407", "send text, bytes or a map" },
        { "005377C003010000", "send text, bytes or a map" },
        { "005377A1FF7B7D", "it is not what AMQP 1.0 encodes" },
        { "005377C10A02A1016E827FF8000000000000", "NaN is no number of JSON" },
        { "005377D1000000007FFFFFFF", "it names 2147483647 values in 0 bytes" },
        { "005377C10702A1016EE0030140", "values without a width" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_is_none_is_said_in_words(string hex, string words) => Assert.Contains(
        words,
        Assert.Throws<FormatException>(() => AmqpValue.Read(Convert.FromHexString(hex))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(0xD0)]
    [InlineData(0x00)]
    public void However_deep_it_is_nested_it_is_told_and_the_process_lives(byte code)
    {
        byte[] level = code == 0 ? [0] : [code, 0, 0, 0, 255, 0, 0, 0, 1];
        byte[] deep = [.. Enumerable.Repeat(level, 300_000).SelectMany(bytes => bytes)];

        Assert.Throws<FormatException>(() => AmqpValue.Read((byte[])[.. Value, 0xC1, 9, 2, 0xA1, 1, 97, .. deep]));
        Assert.Throws<FormatException>(() => AmqpValue.Read((byte[])[.. Value, .. deep]));
    }

    [Fact]
    public void Whatever_the_bytes_are_they_are_json_or_a_reason() =>
        Gen.Select(Gen.OneOf<byte>(0xC1, 0xD1, 0xA1, 0xA0), Gen.OneOf(Gen.Byte, Gen.OneOf<byte>(
            0, 0x40, 0x45, 0xC0, 0xC1, 0xD0, 0xD1, 0xE0, 0xF0, 0xA1, 0xB1, 0x53, 2, 4)).Array[0, 60]).Sample(
            (code, bytes) =>
            {
                try
                {
                    var json = AmqpValue.Read((byte[])[.. Value, code, .. bytes]);
                    if (code is 0xC1 or 0xD1)
                        JsonDocument.Parse(json).Dispose();
                }
                catch (FormatException e)
                {
                    Assert.NotEmpty(e.Message);
                }
            },
            iter: 200_000);

    [Fact]
    public void No_json_is_taken_for_one()
    {
        Assert.False(AmqpValue.Is("{}"u8));
        Assert.False(AmqpValue.Is(Encoding.BigEndianUnicode.GetBytes("{\"a\":1}")));
        Assert.False(AmqpValue.Is([]));
    }

    static string Read(byte[] encoded) => Encoding.UTF8.GetString(AmqpValue.Read((byte[])[.. Value, .. encoded]).Span);
}
