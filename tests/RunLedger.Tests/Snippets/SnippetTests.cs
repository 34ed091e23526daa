using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Snippets;

/// <summary>The C# that the documents show, compiled against what the tests run with.</summary>
public sealed partial class SnippetTests
{
    // What a snippet takes for granted; `bus` is the bus where it publishes, and the registration of one elsewhere.
    const string Around =
        """
        using System; using System.Collections.Generic; using System.Linq; using System.Threading; using System.Threading.Tasks;
        using MassTransit; using MassTransit.Testing; using Microsoft.Extensions.DependencyInjection; using Xunit;
        using RunLedger.Client; using RunLedger.Client.Testing; using RunLedger.Contracts;

        static class Snippet
        {
            static async Task Body(IServiceCollection services, IRunReporter reporter, ITestHarness harness, TimeProvider time, Guid runId,
                BUS bus, IRabbitMqBusFactoryConfigurator transport, string key)
            {
                await Task.CompletedTask;
        #line LINE "FILE"
        SNIPPET
            }

            static Task<IReadOnlyList<string>> Extract() => null!;

            static Task Load(IReadOnlyList<string> rows) => null!;
        }
        """;

    static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static TheoryData<string, int> Shown()
    {
        var shown = new TheoryData<string, int>();
        foreach (var file in Document.All)
        {
            foreach (Match snippet in Fence().Matches(File.ReadAllText(Path.Combine(Checkout.Root, file))))
                shown.Add(file, snippet.Index);
        }

        return shown;
    }

    [Theory]
    [MemberData(nameof(Shown))]
    public void What_a_document_shows_compiles(string file, int at)
    {
        var document = File.ReadAllText(Path.Combine(Checkout.Root, file));
        var snippet = Fence().Match(document, at).Groups["code"];
        var source = Around
            .Replace("BUS", snippet.Value.Contains("bus.Publish", StringComparison.Ordinal)
                ? "IBus"
                : "IBusRegistrationConfigurator", StringComparison.Ordinal)
            .Replace("LINE", $"{document[..snippet.Index].Count(c => c == '\n') + 1}", StringComparison.Ordinal)
            .Replace("FILE", file, StringComparison.Ordinal)
            .Replace("SNIPPET", snippet.Value, StringComparison.Ordinal);
        var compilation = CSharpCompilation.Create(
            "snippet",
            [CSharpSyntaxTree.ParseText(source, cancellationToken: TestContext.Current.CancellationToken)],
            References,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

        var errors = compilation.GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => $"{file}({diagnostic.Location.GetMappedLineSpan().StartLinePosition.Line + 1}): "
                + $"{diagnostic.GetMessage(CultureInfo.InvariantCulture)}");
        Assert.Empty(errors);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/publishing.md")]
    [InlineData("docs/scheduler.md")]
    [InlineData("docs/security.md")]
    [InlineData("src/RunLedger.Client/README.md")]
    public void What_should_show_some_does(string file) =>
        Assert.Contains(Shown(), row => row.Data.Item1 == file);

    [GeneratedRegex("^```csharp\r?\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
