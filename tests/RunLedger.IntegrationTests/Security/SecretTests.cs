using System.Net;
using Npgsql;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.Service.Security;

namespace RunLedger.IntegrationTests.Security;

/// <summary>No secret in logs at any level, in errors, in answers or in health.</summary>
public sealed class SecretTests
{
    const string Secret = "0pen-sesame";
    const string Postgres = $"Host=127.0.0.1;Port=1;Username=u;Password={Secret};Timeout=2";
    const string RabbitMq = $"amqp://u:{Secret}@127.0.0.1:1/";

    static readonly Dictionary<string, string> Loudest = new()
    {
        ["Logging__LogLevel__Default"] = "Trace",
        ["Logging__LogLevel__Microsoft.AspNetCore"] = "Trace",
        ["Logging__LogLevel__Microsoft.EntityFrameworkCore"] = "Trace",
        ["Logging__LogLevel__MassTransit"] = "Trace",
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["Intake__Patience"] = "00:00:00.5",
    };

    [Fact]
    public async Task With_both_servers_away_nothing_it_says_has_a_secret()
    {
        var (key, unknown) = (ApiKeys.Create(), ApiKeys.Create());
        await using var ledger = await LedgerProcess.Start(
            Postgres, new Uri(RabbitMq), new(Loudest.Concat(Keys(key)).Concat(Provider())), ready: false);

        var said = await Ask(ledger, key, unknown);
        await Eventually.Async(
            () => Task.FromResult(
                ledger.Everything.Contains("127.0.0.1:1", StringComparison.Ordinal)
                && ledger.Everything.Contains("Connection Failed", StringComparison.OrdinalIgnoreCase)
                    ? null
                    : "no attempt is logged"),
            TimeSpan.FromSeconds(60), () => ledger.Output);
        await ledger.Stop();

        AssertSecretFree(ledger.Everything + said, Secret, key, unknown);
    }

    [Fact]
    public async Task With_passwords_that_are_refused_nothing_it_says_has_them()
    {
        await using var site = await LedgerSite.Create();
        var postgres = new NpgsqlConnectionStringBuilder(site.Postgres) { Password = Secret }.ConnectionString;
        var broker = new UriBuilder(site.Broker) { Password = Secret }.Uri;
        var (key, unknown) = (ApiKeys.Create(), ApiKeys.Create());
        await using var ledger = await LedgerProcess.Start(
            postgres, broker, new(Loudest.Concat(Keys(key))), ready: false);

        var said = await Ask(ledger, key, unknown);
        await Eventually.Async(
            () => Task.FromResult(
                ledger.Everything.Contains("ACCESS_REFUSED", StringComparison.Ordinal)
                    ? null
                    : "the broker has not refused"),
            TimeSpan.FromSeconds(60), () => ledger.Output);
        await ledger.Stop();

        AssertSecretFree(ledger.Everything + said, Secret, key, unknown);
    }

    [Theory]
    [InlineData("ConnectionStrings__Postgres", $"postgres://u:{Secret}@host/database")]
    [InlineData("ConnectionStrings__Postgres", $"Host=h;Password=x;{Secret}=y")]
    [InlineData("ConnectionStrings__Postgres", $"Username=u;Password={Secret}")]
    [InlineData("ConnectionStrings__RabbitMq", $"u:{Secret}@host")]
    [InlineData("ConnectionStrings__RabbitMq", $"http://u:{Secret}@host")]
    [InlineData("ConnectionStrings__RabbitMq", $"amqp://u:{Secret}@host:port/")]
    [InlineData("ConnectionStrings__RabbitMq", $"amqp://u:{Secret}@host/one/two")]
    [InlineData("Security__Keys", Secret)]
    [InlineData("Security__Keys__0__Hash", Secret)]
    [InlineData("Security__Oidc", Secret)]
    [InlineData("Security__Oidc__ClientSecret", Secret)]
    public async Task A_setting_that_cannot_be_read_is_named_and_not_repeated(string setting, string value)
    {
        var run = await ProgramRun.Of(new(Loudest) { [setting] = value }, "serve", "--urls", "http://127.0.0.1:0");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("The settings cannot be used: ", run.Printed, StringComparison.Ordinal);
        Assert.Contains(setting.Split("__")[1], run.Printed, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Printed, StringComparison.Ordinal);
        AssertSecretFree(run.Printed, Secret);
    }

    [Theory]
    [InlineData("schema", "apply", Postgres)]
    [InlineData("schema", "apply", "--conection", Postgres)]
    [InlineData("schema", "verify", "--connection", Postgres)]
    [InlineData("retention", "preview", "--connection", Postgres)]
    [InlineData("archive", "restore", "--month", "2026-08", "--connection", Postgres)]
    [InlineData("demo", "--rabbitmq", RabbitMq)]
    [InlineData("demo", "--rabbitmq", $"amqp:/u:{Secret}@host")]
    [InlineData("demo", "--url", $"http://u:{Secret}@127.0.0.1:1")]
    [InlineData("demo", RabbitMq)]
    [InlineData("serve", "--urls", $"http://u:{Secret}@127.0.0.1:1")]
    [InlineData("rl_" + Secret)]
    public async Task A_verb_does_not_repeat_a_secret_it_was_given(params string[] arguments)
    {
        var run = await ProgramRun.Of([], arguments);

        Assert.NotEqual(0, run.ExitCode);
        AssertSecretFree(run.Printed, Secret);
    }

    [Fact]
    public async Task A_container_without_a_key_says_what_to_set()
    {
        var run = await ProgramRun.Of(new() { ["ASPNETCORE_URLS"] = "http://+:5080" });

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            "The settings cannot be used: No key is configured, so the ledger listens only where this machine alone "
            + "reaches it, and ASPNETCORE_URLS (--urls) says http://+:5080. Make a key with 'key create --name NAME "
            + "--scope read' and set the lines it prints (Security__Keys__0__Name, __Hash, __Scopes__0), "
            + "or name an OpenID provider (Security__Oidc__Authority). Or listen on http://127.0.0.1:5080 "
            + "(ASPNETCORE_URLS). In a container that is the container alone: give it a key, as environment.",
            run.Printed.Trim());
    }

    static async Task<string> Ask(LedgerProcess ledger, string key, string unknown)
    {
        using var http = new HttpClient { BaseAddress = ledger.Url };
        await Eventually.Async(async () => await Lives(http), TimeSpan.FromSeconds(60), () => ledger.Output);
        var said = new StringWriter();
        foreach (var sent in (string[])[key, unknown])
        {
            foreach (var route in (string[])
            [
                "/health/live", "/health/ready", "/api/runs", "/api/summary", "/login", "/login/oidc", "/nowhere",
            ])
                await SayAsync(new(HttpMethod.Get, route), sent);
            await SayAsync(
                new(HttpMethod.Post, "/api/observations") { Content = new StringContent("""{"type":"RunStarted"}""") },
                sent);
            await SayAsync(
                new(HttpMethod.Post, "/login") { Content = new FormUrlEncodedContent([new("key", sent)]) }, sent);
        }

        return said.ToString();

        async Task SayAsync(HttpRequestMessage request, string sent)
        {
            using (request)
            {
                request.Headers.Add("X-Api-Key", sent);
                using var answer = await http.SendAsync(request);
                Assert.NotEqual(HttpStatusCode.InternalServerError, answer.StatusCode);
                await said.WriteLineAsync($"{answer} {await answer.Content.ReadAsStringAsync()}");
            }
        }
    }

    static async Task<string?> Lives(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync("/health/live");
            return answer.IsSuccessStatusCode ? null : $"{answer.StatusCode}";
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
    }

    static Dictionary<string, string> Keys(string key) => new()
    {
        ["Security__Keys__0__Name"] = "all",
        ["Security__Keys__0__Hash"] = ApiKeys.Hash(key),
        ["Security__Keys__0__Scopes__0"] = "observe",
        ["Security__Keys__0__Scopes__1"] = "operate",
    };

    static Dictionary<string, string> Provider() => new()
    {
        ["Security__Oidc__Authority"] = "https://127.0.0.1:1",
        ["Security__Oidc__ClientId"] = "ledger",
        ["Security__Oidc__ClientSecret"] = Secret,
        ["Security__Oidc__Grants__read__0"] = "staff",
    };

    static void AssertSecretFree(string said, params string[] secrets)
    {
        foreach (var secret in secrets)
        {
            var at = said.IndexOf(secret, StringComparison.OrdinalIgnoreCase);
            Assert.True(
                at < 0,
                at < 0 ? "" : $"{secret} is in: {said[Math.Max(0, at - 300)..Math.Min(said.Length, at + 100)]}");
        }
    }
}
