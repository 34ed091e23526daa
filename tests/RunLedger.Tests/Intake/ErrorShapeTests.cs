using CsCheck;
using RunLedger.Intake;

namespace RunLedger.Tests.Intake;

public sealed class ErrorShapeTests
{
    [Theory]
    [InlineData("order 4711 failed after 30s", "order 12 failed after 5s", "order # failed after #s")]
    [InlineData("order-4711 is late", "order-4712 is late", "order-# is late")]
    [InlineData("took -1.5 ms", "took 3,000 ms", "took # ms")]
    [InlineData(
        "Its run 0198c0de-7a3b-7c11-9d3e-2f6a5b4c3d2e is archived",
        "Its run 0198C0DE-7A3B-7C11-9D3E-2F6A5B4C3D2F is archived",
        "Its run # is archived")]
    [InlineData("at 0x7ffe12ab and deadbeef01", "at 0x1 and 12345678", "at # and #")]
    [InlineData("token aZ3kQ9xY7bL2mN4p expired", "token bZ3kQ9xY7bL2mN4q expired", "token # expired")]
    [InlineData("2026-11-23T08:00:00.123Z: gone", "2026-11-24 09:10:11+01:00: gone", "#: gone")]
    [InlineData("cannot open /var/lib/a b", "cannot open /tmp/x.txt b", "cannot open <path> b")]
    [InlineData(@"cannot open C:\data\one.csv", @"cannot open d:\two", "cannot open <path>")]
    [InlineData("GET https://example.org/a?b=1 gave 503", "GET http://other:8080/ gave 500", "GET <path> gave #")]
    [InlineData("no column \"amount\" in 'orders'", "no column \"\" in 'lines of 2'", "no column <text> in <text>")]
    [InlineData("a\r\n\t b", "a  b", "a b")]
    public void What_differs_from_failure_to_failure_is_folded(string one, string other, string shape)
    {
        Assert.Equal(shape, ErrorShape.Of(one));
        Assert.Equal(shape, ErrorShape.Of(other));
    }

    [Theory]
    [InlineData("can't read and don't care")]
    [InlineData("read and/or write I/O")]
    [InlineData("the facade added a deed")]
    [InlineData("NullReferenceException: Object reference not set")]
    public void What_says_what_went_wrong_stays(string text) => Assert.Equal(text, ErrorShape.Of(text));

    [Fact]
    public void Nothing_has_an_empty_shape() =>
        Assert.Equal(["", "", ""], ((string?[])[null, "", " \n"]).Select(ErrorShape.Of));

    [Fact]
    public void No_text_keeps_a_number_or_becomes_long() => Gen.String.Array[0, 40].Sample(words =>
    {
        var shape = ErrorShape.Of(string.Join(' ', words) + " order 7 \"x\" /a/b 0198c0de-7a3b-7c11-9d3e-2f6a5b4c3d2e");
        return shape.Length <= 300 && !shape.Any(char.IsAsciiDigit);
    });

    [Fact]
    public void A_long_text_made_to_be_slow_is_not()
    {
        foreach (var bad in (string[])
        [
            "'", "\"", "/", "a", "1", "1.", "-", "1-", "a:/", "/a:", "0x", "a1", "<text", "2026-01-01T",
        ])
            Assert.True(ErrorShape.Of(string.Concat(Enumerable.Repeat(bad, 20_000))).Length <= 300);
    }

    [Fact]
    public void A_fingerprint_tells_what_is_missing_from_what_is_empty_and_one_part_from_two() => Assert.Equal(
        4,
        new[]
        {
            ErrorShape.Fingerprint("ab", null), ErrorShape.Fingerprint("ab", ""), ErrorShape.Fingerprint("a", "b"),
            ErrorShape.Fingerprint("ab"),
        }.Distinct().Count());
}
