using RunLedger.Testing;

namespace RunLedger.Tests.Support;

/// <summary>What a user meets, as somebody found it right: texts in a folder, and a change is a diff.</summary>
static class Approved
{
    /// <summary>Set to 1, the tests take what they get for right.</summary>
    const string Accept = "ACCEPT_RECEIVED";

    const string Folder = "tests/RunLedger.Tests/Web/Approved";

    /// <summary>Fails at the first line that differs, and leaves what it got beside what was approved.</summary>
    public static void Is(string name, string text)
    {
        var approved = $"{Folder}/{name}";
        var received = Path.ChangeExtension(approved, $"received{Path.GetExtension(name)}");
        var wanted = File.Exists(In(approved)) ? Lines(File.ReadAllText(In(approved))) : [];
        var got = Lines(text);
        File.Delete(In(received));
        if (wanted.SequenceEqual(got))
            return;
        var accepted = Environment.GetEnvironmentVariable(Accept) == "1";
        File.WriteAllText(In(accepted ? approved : received), string.Join('\n', got) + "\n");
        var at = wanted.Zip(got).TakeWhile(lines => lines.First == lines.Second).Count();
        Assert.True(accepted, $"""
            {name} differs from line {at + 1} on:
              approved: {wanted.ElementAtOrDefault(at) ?? "(nothing)"}
              received: {got.ElementAtOrDefault(at) ?? "(nothing)"}
            See: git diff --no-index {approved} {received}
            If it is meant: cp {received} {approved}
            All at once: {Accept}=1 dotnet run --project tests/RunLedger.Tests -- -class 'RunLedger.Tests.Web.*'
            """);
    }

    static string In(string path) => Path.Combine(Checkout.Root, path);

    static string[] Lines(string text) => [.. text.TrimEnd().Split('\n').Select(line => line.TrimEnd())];
}
