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

    // As AMQPNetLite 2.5.5 sent it: text, a uuid, a symbol, a timestamp, and more types in a map within.
    [Fact]
    public void A_map_is_an_object() => Assert.Equal(
        """{"processRunId":"0198c0de-0000-7000-8000-000000000d01","processCandidateCode":"PROC-CAND:bus","""
        + "\"correlationId\":\"order-4711\",\"sourceSystem\":\"dot_runtime\",\"occurredAt\":\"2026-11-27T08:00:00Z\","
        + """
        "evidenceRef":{"rows":7,"ratio":0.5,"ok":true,"none":null,"tags":["a",1],"sizes":[1,2]}}
        """,
        Read(Convert.FromHexString(
            "C1E50CA10C70726F6365737352756E4964980198C0DE000070008000000000000D01A11470726F6365737343616E64696461"
            + "7465436F6465A10D50524F432D43414E443A627573A10D636F7272656C6174696F6E4964A10A6F726465722D34373131A10C"
            + "736F7572636553797374656DA30B646F745F72756E74696D65A10A6F63637572726564417483000001A21C04B400A10B6576"
            + "6964656E6365526566C1460CA104726F77735507A105726174696F823FE0000000000000A1026F6B41A1046E6F6E6540A104"
            + "74616773C00602A101615401A10573697A6573E00A02710000000100000002")));

    public static TheoryData<string, string> Bad => new()
    {
        { "005376C00602A101615401", "it is an amqp-sequence: send a data section" },
        { "0053775407", "send text, bytes or a map" },
        { "005377C00100", "send text, bytes or a map" },
        { "005377A1FF7B7D", "it is not what AMQP 1.0 encodes" },
        { "005377C10A02A1016E827FF8000000000000", "NaN is no number of JSON" },
        { "005377D1000000007FFFFFFE", "it is not what AMQP 1.0 encodes" },
        { "005377C10402540140", "the key of a map is no text" },
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

        Assert.Throws<FormatException>(() => AmqpValue.Read((byte[])[.. Value, 0xC1, 255, 2, 0xA1, 1, 97, .. deep]));
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
