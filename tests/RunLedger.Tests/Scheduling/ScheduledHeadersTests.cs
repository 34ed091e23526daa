using System.Collections;
using System.Globalization;
using System.Text.Json;
using CsCheck;
using RabbitMQ.Client;
using RunLedger.Scheduling;

namespace RunLedger.Tests.Scheduling;

/// <summary>What a message is sent with comes back from the store as it was, with its type.</summary>
public sealed class ScheduledHeadersTests
{
    static readonly Gen<string> Text = Gen.OneOf(
        Gen.String.Where(text => !text.Any(char.IsSurrogate)), Gen.OneOf("", "\0", "7", "true", "ünïcödé ✓", "😀"));

    static readonly Gen<object?> Simple = Gen.OneOf(
        Boxed(Text), Boxed(Gen.Bool), Boxed(Gen.Byte), Boxed(Gen.SByte), Boxed(Gen.Short), Boxed(Gen.UShort),
        Boxed(Gen.Int), Boxed(Gen.UInt), Boxed(Gen.Long), Boxed(Gen.ULong), Boxed(Gen.Float), Boxed(Gen.Double),
        Boxed(Gen.Decimal), Boxed(Gen.DateTime), Boxed(Gen.DateTimeOffset), Boxed(Gen.TimeSpan), Boxed(Gen.Guid),
        Boxed(Gen.Byte.Array[0, 9]),
        Gen.Long.Select(object? (seconds) => new AmqpTimestamp(seconds)),
        Gen.Byte.Array[0, 9].Select(object? (bytes) => new BinaryTableValue(bytes)),
        Gen.Bool.Select(object? (_) => null));

    static readonly Gen<object?> Value = Gen.Recursive<object?>((depth, value) => depth == 3
        ? Simple
        : Gen.Frequency(
            (4, Simple),
            (1, value.List[0, 3].Select(object? (list) => list)),
            (1, Gen.Dictionary(Gen.String.AlphaNumeric, value)[0, 3].Select(object? (table) => table))));

    [Fact]
    public void Every_value_that_a_header_or_a_property_can_have_is_kept_with_its_type() =>
        Gen.Dictionary(Gen.String.AlphaNumeric, Value)[0, 5].Sample(
            values =>
            {
                var kept = ScheduledHeaders.Read(
                    new ScheduledHeaders { Headers = values, Properties = values }.Json());
                Assert.Equal(Words(values), Words(kept.Headers));
                Assert.Equal(Words(values), Words(kept.Properties));
            },
            iter: 2_000);

    [Fact]
    public void What_an_earlier_version_stored_is_read_as_it_was() => Assert.Equal(
        "{a: String x, b: Int64 7, c: Double 1.5, d: Boolean True, e: JsonElement {\"$\":1}, f: JsonElement [1]}",
        Words(ScheduledHeaders.Read(
            """{"headers":{"a":"x","b":7,"c":1.5,"d":true,"e":{"$":1},"f":[1]}}""").Headers));

    [Fact]
    public void A_value_of_an_envelope_that_no_header_has_a_type_for_is_kept_as_its_json()
    {
        using var json = JsonDocument.Parse("""{"n":1.10,"o":{"$byte":"7"},"t":"x"}""");
        var headers = json.RootElement.EnumerateObject().ToDictionary(m => m.Name, object? (m) => m.Value);

        Assert.Equal(
            """{n: JsonElement 1.10, o: JsonElement {"$byte":"7"}, t: String x}""",
            Words(ScheduledHeaders.Read(new ScheduledHeaders { Headers = headers }.Json()).Headers));
    }

    static Gen<object?> Boxed<T>(Gen<T> gen) => gen.Select(object? (value) => value);

    static string Words(object? value) => value switch
    {
        null => "null",
        JsonElement json => $"JsonElement {json.GetRawText()}",
        byte[] bytes => $"bytes {Convert.ToHexString(bytes)}",
        BinaryTableValue binary => $"binary {Convert.ToHexString(binary.Bytes)}",
        IDictionary table => $"{{{string.Join(", ", table.Keys.Cast<string>().Order(StringComparer.Ordinal)
            .Select(name => $"{name}: {Words(table[name])}"))}}}",
        string text => $"String {text}",
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Words))}]",
        DateTime time => $"DateTime {time:O}",
        DateTimeOffset time => $"DateTimeOffset {time:O}",
        _ => $"{value.GetType().Name} {Convert.ToString(value, CultureInfo.InvariantCulture)}",
    };
}
