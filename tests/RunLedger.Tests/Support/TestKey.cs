using RunLedger.Service.Security;

namespace RunLedger.Tests.Support;

/// <summary>A key of a test, with the settings that let it in.</summary>
sealed record TestKey(string Name, params string[] Scopes)
{
    public string Text { get; } = ApiKeys.Create();

    public static TestKey Observer { get; } = new("observer", "observe");
    public static TestKey Reader { get; } = new("reader", "read");
    public static TestKey Operator { get; } = new("operator", "operate");

    public static string[] Settings(params TestKey[] keys) =>
        [.. keys.SelectMany((key, n) => key.Settings($"--Security:Keys:{n}"))];

    IEnumerable<string> Settings(string place) =>
    [
        $"{place}:Name", Name, $"{place}:Hash", ApiKeys.Hash(Text),
        .. Scopes.SelectMany((scope, n) => (string[])[$"{place}:Scopes:{n}", scope]),
    ];
}
