using System.CommandLine;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RunLedger.Service.Host;
using RunLedger.Service.Security;

namespace RunLedger.Tests.Security;

/// <summary>What the settings may say, and that no message repeats a secret.</summary>
public sealed class SecuritySettingsTests
{
    const string Secret = "rl_open-sesame-and-more-of-it";
    const string Hash = "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    [Theory]
    [InlineData("Security:Keys", "Keys=" + Secret)]
    [InlineData("Security:Keys:0", "Keys:0=" + Secret)]
    [InlineData("Security:Keys:0:Hash is no sha256:", "Keys:0:Name=a,Keys:0:Scopes:0=read,Keys:0:Hash=" + Secret)]
    [InlineData("Security:Keys:0:Hash is no sha256:", "Keys:0:Name=a,Keys:0:Scopes:0=read,Keys:0:Hash=sha256:00")]
    [InlineData("Security:Keys:0:Name is missing", "Keys:0:Scopes:0=read,Keys:0:Hash=" + Hash)]
    [InlineData("Security:Keys:0:Scopes are of observe, read, operate", "Keys:0:Name=a,Keys:0:Hash=" + Hash)]
    [InlineData("Security:Keys:0:Scopes are of", "Keys:0:Name=a,Keys:0:Scopes:0=admin,Keys:0:Hash=" + Hash)]
    [InlineData(
        "Security:Keys:1:Name is another key's too",
        "Keys:0:Name=a,Keys:0:Scopes:0=read,Keys:0:Hash=" + Hash + ",Keys:1:Name=a")]
    [InlineData("'Hush'", "Keys:0:Hush=" + Secret)]
    [InlineData("Security:Oidc", "Oidc=" + Secret)]
    [InlineData("Security:Oidc has no Authority", "Oidc:ClientSecret=" + Secret)]
    [InlineData(
        "Security:Oidc:Authority is no https address",
        "Oidc:Authority=http://id.example.com,Oidc:ClientId=c,Oidc:Grants:read:0=x")]
    [InlineData(
        "Security:Oidc:Authority is no https address",
        "Oidc:Authority=https://u:" + Secret + "@id.example.com,Oidc:ClientId=c,Oidc:Grants:read:0=x")]
    [InlineData("Security:Oidc needs ClientId", "Oidc:Authority=https://id.example.com,Oidc:Grants:read:0=x")]
    [InlineData(
        "Security:Oidc:Audience is the ClientId",
        "Oidc:Authority=https://id.example.com,Oidc:ClientId=c,Oidc:Audience=c,Oidc:Grants:read:0=x")]
    [InlineData("Security__Oidc__Grants__read__0=staff", "Oidc:Authority=https://id.example.com,Oidc:ClientId=c")]
    [InlineData(
        "Security:Oidc:Grants has the scopes",
        "Oidc:Authority=https://id.example.com,Oidc:ClientId=c,Oidc:Grants:admin:0=x")]
    [InlineData(
        "Security:Proxies:0 is no address",
        "Keys:0:Name=a,Keys:0:Scopes:0=read,Keys:0:Hash=" + Hash + ",Proxies:0=proxy")]
    [InlineData("Security:Proxies is set and no key", "Proxies:0=10.0.0.1")]
    public void A_fault_is_named_and_its_value_is_not(string expected, string settings)
    {
        var fault = Assert.Throws<OptionsValidationException>(
            () => SecurityOptions.Read(Configuration(settings))).Message;

        Assert.Contains(expected, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_is_in_one_message()
    {
        var fault = Assert.Throws<OptionsValidationException>(
            () => SecurityOptions.Read(Configuration("Keys:0:Name=,Oidc:ClientId=c,Proxies:0=x")));

        Assert.Equal(5, fault.Failures.Count());
    }

    [Fact]
    public void Headers_of_a_proxy_are_not_believed_from_anybody()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("ForwardedHeaders_Enabled", "true")])
            .Build();

        var fault = Assert.Throws<OptionsValidationException>(() => SecurityOptions.Read(settings));

        Assert.Contains("Security:Proxies", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_was_made_is_let_in_by_the_settings_that_were_printed_with_it()
    {
        var (code, output, error) = await Verb(
            "key", "create", "--name", "night import", "--scope", "observe", "--scope", "read");
        Assert.Equal((0, ""), (code, error));
        var key = Assert.Single(Regex.Matches(output, "^rl_[A-Za-z0-9_-]{43}$", RegexOptions.Multiline)).Value;
        var lines = output.Split('\n').Where(line => line.StartsWith("Security__", StringComparison.Ordinal))
            .Select(line => line.Trim().Split('=', 2))
            .ToDictionary(pair => pair[0].Replace("__", ":", StringComparison.Ordinal), pair => (string?)pair[1]);

        var options = SecurityOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(lines).Build());

        Assert.DoesNotContain(key, string.Join('\n', lines.Values), StringComparison.Ordinal);
        var who = new ApiKeys(options).Find(key)!;
        Assert.Equal(("night import", "observe,read"), (who.Name, string.Join(',', who.Scopes)));
        Assert.Null(new ApiKeys(options).Find(key[..^1]));
        Assert.NotEqual(ApiKeys.Create(), ApiKeys.Create());
    }

    [Theory]
    [InlineData("--scope", "admin")]
    [InlineData("--name", " ")]
    public async Task A_key_that_could_not_be_let_in_is_not_made(string option, string value)
    {
        var (code, output, error) = await Verb(
            ["key", "create", .. option == "--name" ? (string[])["--scope", "read"] : ["--name", "n"], option, value]);

        Assert.Equal(1, code);
        Assert.NotEmpty(error);
        Assert.DoesNotContain("rl_", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "Unrecognized command or argument 'Host=h;Password=open sesame;x'.",
        "Unrecognized command or argument 'Host=h;Password=***;x'.")]
    [InlineData("Host=h;Pwd = \"open;sesame\";x", "Host=h;Pwd=***;x")]
    [InlineData("SSL Password=sesame", "SSL Password=***")]
    [InlineData("'amqp://user:open@sesame@host:5672/v' is", "'amqp://***@host:5672/v' is")]
    [InlineData("X-Api-Key: rl_open-sesame!", "X-Api-Key: rl_***!")]
    [InlineData("PostgreSQL at h:5432: 28P01", "PostgreSQL at h:5432: 28P01")]
    public void What_goes_to_standard_error_has_no_secret(string text, string expected)
    {
        using var inner = new StringWriter();
        using (var masked = new MaskedWriter(inner))
        {
            masked.WriteLine(text);
            Assert.Equal(expected + masked.NewLine, inner.ToString());
            masked.Write(text);
        }

        Assert.Equal(expected + inner.NewLine + expected, inner.ToString());
    }

    [Fact]
    public void Who_is_named_alike_is_told_apart()
    {
        var key = new Caller("key", "anna", "0011", ["read"]);
        var user = new Caller("oidc", "anna", "4711", ["read"]);

        Assert.Equal(("key:anna", "oidc:anna (4711)"), ($"{key}", $"{user}"));
        Assert.Equivalent(user, Caller.From(user.Principal("any")));
        Assert.Null(Caller.From(new()));
    }

    static IConfigurationRoot Configuration(string settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Split(',').Select(line => line.Split('=', 2)).Select(
            pair => new KeyValuePair<string, string?>($"Security:{pair[0]}", pair[1])))
        .Build();

    static async Task<(int Code, string Output, string Error)> Verb(params string[] arguments)
    {
        var root = new RootCommand { KeyCommand.Create(new ConfigurationBuilder().Build()) };
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await root.Parse(arguments).InvokeAsync(new() { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }
}
