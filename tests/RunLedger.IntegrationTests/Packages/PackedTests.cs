using System.Text.Json;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.Testing;

namespace RunLedger.IntegrationTests.Packages;

/// <summary>The packages as somebody else has them: packed, installed from a folder, used.</summary>
public sealed class PackedTests : IAsyncLifetime
{
    static readonly string[] Packed =
        ["contracts/RunLedger.Contracts", "src/RunLedger", "src/RunLedger.Client", "src/RunLedger.Client.Testing"];

    const string Project =
        """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="RunLedger.Client" Version="0.1.0" />
            <PackageReference Include="RunLedger.Client.Testing" Version="0.1.0" />
            <PackageReference Include="Microsoft.Extensions.Hosting" Version="10.0.15" />
          </ItemGroup>
        </Project>
        """;

    // Reported to the ledger, and on the test harness.
    const string Program =
        """
        using MassTransit;
        using MassTransit.Testing;
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Hosting;
        using Microsoft.Extensions.Logging;
        using RunLedger.Client;
        using RunLedger.Client.Testing;

        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRunLedgerClient(options => options.LedgerUrl = new Uri(args[0]));
        using (var host = builder.Build())
        {
            await host.StartAsync();
            await Report(host.Services);
            await host.StopAsync();
        }

        await using var provider = new ServiceCollection().AddMassTransitTestHarness().AddRunLedgerClient(_ => { }).BuildServiceProvider();
        var harness = await provider.StartTestHarness();
        await Report(provider);
        var run = (await harness.Runs(until: runs => runs is [{ Outcome: "Completed" }])).Single();
        Console.WriteLine($"{run.Outcome}, {run.Steps.Count} step");

        static Task Report(IServiceProvider services) =>
            services.GetRequiredService<IRunReporter>().Run("PROC-CAND:packed:smoke", run => run.Step("only", _ => Task.CompletedTask));
        """;

    readonly string _folder = Directory.CreateTempSubdirectory("run-ledger-packed").FullName;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Installed_from_a_folder_they_report_a_run()
    {
        // As the tests were built: .../bin/Debug/net10.0/
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        // All in one process.
        var pack = Path.Combine(_folder, "pack.proj");
        await File.WriteAllTextAsync(
            pack,
            $"""
             <Project><Target Name="Pack"><MSBuild Targets="Pack" Projects="{string.Join(';', Packed.Select(Of))}"
               Properties="NoBuild=true;Configuration={configuration};PackageOutputPath={_folder}/packed" />
             </Target></Project>
             """,
            TestContext.Current.CancellationToken);
        await Dotnet("msbuild", pack, "-t:Pack", "-noLogo");
        Assert.Equal(Packed.Length, Directory.GetFiles(Path.Combine(_folder, "packed"), "*.nupkg").Length);
        var smoke = Directory.CreateDirectory(Path.Combine(_folder, "smoke")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(smoke, "Smoke.csproj"), Project, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(smoke, "Program.cs"), Program, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(smoke, "nuget.config"), Sources(), TestContext.Current.CancellationToken);
        await using var ledger = await LedgerProcess.StartEmbedded(Path.Combine(_folder, "ledger.db"));

        var printed = await Dotnet("run", "--project", smoke, "--", ledger.Url.ToString());

        Assert.Contains("Completed, 1 step", printed.Split('\n'));
        var (_, body) = await ledger.Get("/api/runs?candidate=PROC-CAND:packed:smoke");
        using var runs = JsonDocument.Parse(body);
        Assert.Equal(["completed"], runs.RootElement.GetProperty("items")
            .EnumerateArray()
            .Select(run => run.GetProperty("status").GetString()));
    }

    static string Of(string project) => Path.Combine(Checkout.Root, project, $"{Path.GetFileName(project)}.csproj");

    // What is ours comes from the folder alone, and what others made from where the build has put it: no network.
    string Sources() =>
        $"""
         <configuration>
           <config><add key="globalPackagesFolder" value="{_folder}/installed" /></config>
           <packageSources><clear /><add key="packed" value="{_folder}/packed" /><add key="others" value="{Restored()}" /></packageSources>
           <packageSourceMapping><clear />
             <packageSource key="packed"><package pattern="RunLedger.*" /><package pattern="RunLedger" /></packageSource>
             <packageSource key="others"><package pattern="*" /></packageSource>
           </packageSourceMapping>
         </configuration>
         """;

    static string Restored() => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    static Task<string> Dotnet(params string[] arguments) => Shell.Run(
        "dotnet",
        new() { ["DOTNET_NOLOGO"] = "1", ["MSBUILDDISABLENODEREUSE"] = "1", ["NUGET_PACKAGES"] = null! },
        arguments);
}
