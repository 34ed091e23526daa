using System.Reflection;
using RunLedger.Client;
using RunLedger.Client.Sending;
using RunLedger.Service.Host;
using RunLedger.Telemetry;

namespace RunLedger.Tests.Telemetry;

/// <summary>What came from outside, in a log: of the ledger, of the service and of the client.</summary>
public sealed class ForeignTextTests
{
    [Theory]
    [InlineData("Münster, 東京, 🚀", "Münster, 東京, 🚀")]
    [InlineData("a\r\nb\tc", "a  b c")]
    [InlineData("\u001b[31mred\u001b[0m", "\uFFFD[31mred\uFFFD[0m")]
    [InlineData("\0\a\b\u007f\u0085\u009b", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD")]
    [InlineData("a\u2028b\u2029c\u202Ed\u2066e", "a\uFFFDb\uFFFDc\uFFFDd\uFFFDe")]
    [InlineData("", "")]
    public void It_is_one_line_without_control_characters(string text, string expected)
    {
        Assert.Equal(expected, $"{new ForeignText(text)}");
        Assert.Equal(expected, Sanitizer.Line(text));
    }

    [Fact]
    public void It_is_cut()
    {
        Assert.Equal(new string('x', 999) + "…", $"{new ForeignText(new string('x', 5_000))}");
        Assert.Equal(new string('x', 1_000), $"{new ForeignText(new string('x', 1_000))}");
        Assert.Equal(new string('x', 999) + "…", Sanitizer.Line(new string('x', 5_000)));
        Assert.Equal(new string('x', 1_000), Sanitizer.Line(new string('x', 1_000)));
    }

    [Fact]
    public void None_is_nothing() => Assert.Equal("", $"{new ForeignText(null)}");

    [Fact]
    public void Half_a_pair_is_none_also_where_it_is_cut()
    {
        Assert.Equal("half \uFFFD", $"{new ForeignText("half \ud83d")}");
        Assert.Equal("half \uFFFD", Sanitizer.Line("half \ud83d"));
        Assert.Equal(new string('x', 998) + "\uFFFD…", $"{new ForeignText(new string('x', 998) + "🚀🚀")}");
    }

    /// <summary>A text taken as it is has one of these names, and is of the configuration or the code.</summary>
    static readonly string[] Own = ["source", "bus", "store", "tool"];

    [Fact]
    public void No_log_message_takes_a_text_of_others_as_it_is()
    {
        var taken = new[] { typeof(ForeignText).Assembly, typeof(LedgerHost).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(
                BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(method => method.CustomAttributes.Any(
                one => one.AttributeType.Name == "LoggerMessageAttribute"))
            .SelectMany(method => method.GetParameters())
            .ToList();

        Assert.Contains(taken, parameter => parameter.ParameterType == typeof(ForeignText));
        Assert.Equal(
            [],
            taken.Where(parameter => parameter.ParameterType == typeof(string))
                .Select(parameter => parameter.Name!)
                .Except(Own));
    }
}
